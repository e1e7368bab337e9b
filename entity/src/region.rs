//! A chamber's region: dated, owned by the chamber, free to cross state lines.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, RegionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "region")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RegionId,
    pub chamber_id: OrganizationId,
    pub code: String,
    /// Null while the name is pending.
    pub name: Option<String>,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
}

impl ActiveModelBehavior for ActiveModel {}
