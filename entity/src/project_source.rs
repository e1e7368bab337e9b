//! What a project comes from: a need that it meets, or an offer that it uses.

use sea_orm::entity::prelude::*;

use crate::{Codes, NeedId, OfferId, ProjectId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "project_source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    /// Its place among what the project comes from, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i32,
    // One of the two is there.
    pub need_id: Option<NeedId>,
    pub offer_id: Option<OfferId>,
    /// Who has to take part then: of a need its company and its chamber, of an offer its office.
    pub sides: Codes,
}

impl ActiveModelBehavior for ActiveModel {}
