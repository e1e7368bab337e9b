//! Where an organization wants to be told what happens: an address of its own, and what it is told.

use sea_orm::entity::prelude::*;

use crate::{Codes, OrganizationId, PersonId, WebhookDisabledReason, WebhookEndpointId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookEndpointId,
    /// Grows by one when it is changed, gets another secret, or is disabled or enabled.
    pub version: i32,
    /// Whose it is, and for whom it is told.
    pub organization_id: OrganizationId,
    pub name: String,
    pub url: String,
    /// The kinds of event that it is told; all when there are none.
    pub kinds: Codes,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Null when the system made it.
    pub created_by: Option<PersonId>,
    /// The beginning of its secret, by which people tell one from another.
    pub secret_prefix: String,
    /// The secret, which signs and must be read for that: sealed with a key that is not in the database.
    pub secret: String,
    /// The same of the secret before, and until when that one signs too.
    pub previous_secret: Option<String>,
    pub previous_until: Option<DateTimeUtc>,
    pub disabled_at: Option<DateTimeUtc>,
    pub disabled_reason: Option<WebhookDisabledReason>,
    /// The first failed attempt since one was last successful.
    pub failing_since: Option<DateTimeUtc>,
    pub last_delivered_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
