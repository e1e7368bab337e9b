//! What waits for somebody. No table holds these rows: the inbox makes them of the
//! records, for whoever asks.

use sea_orm::entity::prelude::*;

use crate::{
    AgreementId, InboxKind, InterestId, IpAssetId, NeedId, OfferId, ProjectId, SavedSearchId,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "waiting")]
pub struct Model {
    /// The bare id of the record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: InboxKind,
    /// The place of the kind among all: one record can wait for two things since one moment.
    pub rank: i32,
    pub need_id: Option<NeedId>,
    pub offer_id: Option<OfferId>,
    pub interest_id: Option<InterestId>,
    pub agreement_id: Option<AgreementId>,
    pub asset_id: Option<IpAssetId>,
    pub project_id: Option<ProjectId>,
    pub saved_search_id: Option<SavedSearchId>,
    pub since: DateTimeUtc,
    pub until: Option<DateTimeUtc>,
    pub escalated: bool,
}

impl ActiveModelBehavior for ActiveModel {}
