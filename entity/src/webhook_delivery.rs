//! Something that an endpoint is told, until it has it or is given up.

use sea_orm::entity::prelude::*;

use crate::{EventId, OrganizationId, WebhookDeliveryId, WebhookDeliveryStatus, WebhookEndpointId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// The same at every attempt: receivers know by it what they have already.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookDeliveryId,
    pub endpoint_id: WebhookEndpointId,
    /// Whose endpoint it is.
    pub organization_id: OrganizationId,
    /// Of what it tells; null for a test. Each endpoint is told once of an event.
    pub event_id: Option<EventId>,
    /// The event's kind, and the record it is about, as a prefixed id. What a saved search found is
    /// of no kind that a timeline tells: then the kind is null, though there is an event.
    pub kind: Option<String>,
    pub record: Option<String>,
    pub status: WebhookDeliveryStatus,
    /// How many attempts of the plan have been made.
    pub tries: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// When the next attempt is due; null when there is none.
    pub next_at: Option<DateTimeUtc>,
    /// Who makes an attempt at the moment, and until when nobody else does.
    pub taken_by: Option<String>,
    pub taken_until: Option<DateTimeUtc>,
    pub delivered_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
