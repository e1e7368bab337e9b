//! A suggested match between a need and an offer, with its score and why.

use sea_orm::entity::prelude::*;

use crate::{MatchComponents, MatchId, MatchSource, MatchStatus, NeedId, OfferId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "match")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MatchId,
    pub need_id: NeedId,
    pub offer_id: OfferId,
    pub source: MatchSource,
    pub status: MatchStatus,
    /// 0 to 10,000.
    pub score: i32,
    /// Share of the weights that had data, 0 to 10,000.
    pub coverage: i32,
    pub components: MatchComponents,
    pub weights_version: String,
    pub suggested_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
