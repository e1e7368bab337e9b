//! How well a company takes up technology, as somebody assessed it on a day.

use sea_orm::entity::prelude::*;

use crate::{
    AssessmentId, AssessmentKind, AssessmentMethod, AssimilationScores, DelegationId,
    OrganizationId, PersonId, RegionId, Texts,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssessmentId,
    pub organization_id: OrganizationId,
    /// The chamber that assessed it, and the territory of the company there; nothing for what
    /// the company says of itself.
    pub chamber_id: Option<OrganizationId>,
    pub region_id: Option<RegionId>,
    pub delegation_id: Option<DelegationId>,
    pub kind: AssessmentKind,
    pub method: AssessmentMethod,
    pub assessed_on: Date,
    /// The last day on which it counts.
    pub valid_until: Date,
    pub scores: AssimilationScores,
    /// The scores added up, 9 to 36.
    pub total: i32,
    /// 1 to 4.
    pub level: i32,
    pub evidence: Texts,
    pub recorded_at: DateTimeUtc,
    pub recorded_by: Option<PersonId>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
