//! A chamber's delegation: the municipalities that one office of the chamber serves.

use sea_orm::entity::prelude::*;

use crate::{Codes, DelegationId, OrganizationId, RegionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delegation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DelegationId,
    pub chamber_id: OrganizationId,
    pub region_id: RegionId,
    pub code: String,
    pub name: String,
    pub state_code: Option<String>,
    /// INEGI codes, five digits.
    pub municipalities: Codes,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
}

impl ActiveModelBehavior for ActiveModel {}
