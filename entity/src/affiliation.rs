//! A company's membership in a chamber: it, not the place of payment, decides the delegation.

use sea_orm::entity::prelude::*;

use crate::{AffiliationId, AffiliationStatus, DelegationId, OrganizationId, RegionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "affiliation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AffiliationId,
    pub company_id: OrganizationId,
    pub chamber_id: OrganizationId,
    pub delegation_id: Option<DelegationId>,
    /// The region of the delegation, kept beside it for filters.
    pub region_id: Option<RegionId>,
    pub member_no: Option<String>,
    pub category: Option<String>,
    pub from_on: Option<Date>,
    pub to_on: Option<Date>,
    pub status: AffiliationStatus,
}

impl ActiveModelBehavior for ActiveModel {}
