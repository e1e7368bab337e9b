//! Something that a saved search found: one row for each record, ever.

use sea_orm::entity::prelude::*;

use crate::{NeedId, OfferId, PersonId, SavedSearchId, SearchFindId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_find")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SearchFindId,
    pub saved_search_id: SavedSearchId,
    /// Whose search it is.
    pub person_id: PersonId,
    pub need_id: Option<NeedId>,
    pub offer_id: Option<OfferId>,
    pub found_at: DateTimeUtc,
    /// From when on its owner is told of it.
    pub told_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
