//! What a chamber says of itself beside its organization.

use sea_orm::entity::prelude::*;

use crate::{Codes, InnovationCommission, Localized, MemberCounts, OrganizationId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chamber_profile")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    pub confederation_id: Option<OrganizationId>,
    pub legal_regime: Option<Localized>,
    pub innovation_commission: Option<InnovationCommission>,
    pub sectors: Codes,
    pub member_counts: MemberCounts,
}

impl ActiveModelBehavior for ActiveModel {}
