//! A search that somebody saved, to be told of what is published and fits it. Nobody else's.

use sea_orm::entity::prelude::*;

use crate::{
    Codes, PersonId, SavedSearchId, SavedSearchKind, SearchCadence, SearchChannel, SearchFindId,
    WebhookEndpointId,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_search")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SavedSearchId,
    /// Grows by one when it is changed, paused or resumed.
    pub version: i32,
    /// Whose it is.
    pub person_id: PersonId,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub name: String,
    pub kind: SavedSearchKind,
    /// Words that all have to be there.
    pub text: Option<String>,
    /// SCIAN codes, of one of which it has to be.
    pub scian: Codes,
    /// Federal states, in one of which it has to be.
    pub states: Codes,
    pub trl_min: Option<i32>,
    pub trl_max: Option<i32>,
    pub cadence: SearchCadence,
    pub channel: SearchChannel,
    /// Where it tells besides the inbox; it may have been removed. Null when the channel is the inbox.
    pub webhook_endpoint_id: Option<WebhookEndpointId>,
    /// What was first published before is not told.
    pub since: DateTimeUtc,
    pub paused_at: Option<DateTimeUtc>,
    /// The last find that its owner has looked at: when it was told, and its id; nobody's before
    /// the first.
    pub seen_at: DateTimeUtc,
    pub seen_id: SearchFindId,
}

impl ActiveModelBehavior for ActiveModel {}
