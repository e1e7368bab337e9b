//! A match between a need and an offer: its score and why, and what its two
//! intermediaries made of it.

use sea_orm::entity::prelude::*;

use crate::{
    DeclineReason, DelegationId, MatchComponents, MatchId, MatchSource, MatchStatus, NeedId,
    OfferId, OrganizationId, RegionId,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "match")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MatchId,
    pub need_id: NeedId,
    pub offer_id: OfferId,
    // Whose the two are: copies of what never changes, since the rules ask for it on every row.
    pub company_id: OrganizationId,
    pub chamber_id: OrganizationId,
    pub region_id: Option<RegionId>,
    pub delegation_id: Option<DelegationId>,
    pub ott_id: OrganizationId,
    pub version: i32,
    pub source: MatchSource,
    pub status: MatchStatus,
    /// 0 to 10,000.
    pub score: i32,
    /// Share of the weights that had data, 0 to 10,000.
    pub coverage: i32,
    pub components: MatchComponents,
    pub weights_version: String,
    pub suggested_at: DateTimeUtc,
    /// When an intermediary shortlisted, dismissed or converted it.
    pub decided_at: Option<DateTimeUtc>,
    /// The chamber or the office that did.
    pub decided_by_id: Option<OrganizationId>,
    pub dismissed_reason: Option<DeclineReason>,
}

impl ActiveModelBehavior for ActiveModel {}
