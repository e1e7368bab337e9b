//! What saved searches found and their owner has not looked at.

use entity::{InboxKind, search_find, waiting};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::{
    policy::{Viewer, own_searches, unseen_finds},
    waits::Waits,
};

/// The saved searches with something new, since the first of it was told.
pub(crate) fn waiting(viewer: &Viewer) -> Vec<SelectStatement> {
    use search_find::Column;
    if viewer.grants.is_empty() {
        return Vec::new();
    }
    // From the searches to the finds: no walk over what all others found.
    let own = entity::saved_search::Entity::find()
        .select_only()
        .column(entity::saved_search::Column::Id)
        .filter(own_searches(viewer));
    let rows = Condition::all()
        .add(Column::SavedSearchId.in_subquery(own.into_query()))
        .add(unseen_finds(viewer));
    let part = Waits {
        kind: InboxKind::SearchFound,
        rows,
        since: Column::ToldAt.min(),
        until: None,
        escalated: None,
    };
    let id = Column::SavedSearchId;
    let mut part = part.select::<search_find::Entity>(id, waiting::Column::SavedSearchId);
    vec![part.group_by_col((search_find::Entity, id)).take()]
}
