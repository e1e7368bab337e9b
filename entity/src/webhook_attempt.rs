//! An attempt to deliver something to an endpoint, and what came of it.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, WebhookAttemptId, WebhookDeliveryId, WebhookOutcome};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookAttemptId,
    pub delivery_id: WebhookDeliveryId,
    /// Whose endpoint it is.
    pub organization_id: OrganizationId,
    pub at: DateTimeUtc,
    pub outcome: WebhookOutcome,
    /// The HTTP status, where something answered.
    pub status: Option<i32>,
    pub millis: i32,
    /// The first kilobyte of the answer, for operators alone.
    pub answer: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
