//! What a technology transfer office says of itself beside its organization.

use sea_orm::entity::prelude::*;

use crate::{Codes, OrganizationId, OttModel, Recognitions, ResearchExpenditures};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ott_profile")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    pub host_institution_id: Option<OrganizationId>,
    pub model: Option<OttModel>,
    pub network_member_from: Option<Date>,
    pub network_member_to: Option<Date>,
    pub recognitions: Recognitions,
    /// Tenths of a full-time equivalent.
    pub staff_fte_tenths: Option<i32>,
    pub research_expenditure: ResearchExpenditures,
    pub services_offered: Codes,
    pub sectors_served: Codes,
    pub states_served: Codes,
    pub accepts_direct_interest: bool,
}

impl ActiveModelBehavior for ActiveModel {}
