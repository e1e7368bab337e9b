//! Endpoints, what they are told and every attempt to, as those see them who administer them.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    Codes, DisclosureLevel, PersonId, WebhookAttemptId, WebhookDeliveryId, WebhookDeliveryStatus,
    WebhookDisabledReason, WebhookEndpointId, WebhookOutcome,
    webhook_attempt::{self, Column as Attempt},
    webhook_delivery::{self, Column as Delivery},
    webhook_endpoint::{self, Column},
};
use sea_orm::Condition;

use super::query::{attempts, last_deliveries};
use crate::{
    error::{Result, Told},
    event::TimelineKind,
    organizations::Organization,
    policy::{
        DeliveryFacts, Viewer, WebhookFacts, visible_attempts, visible_deliveries,
        visible_endpoints,
    },
    read::{Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne},
};

/// An address at which an organization is told what happens, by messages that are signed as Standard Webhooks has it. Its admins alone know of it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct WebhookEndpoint {
    /// Identifies it.
    id: WebhookEndpointId,
    /// Grows by one when it is changed, gets another secret, is disabled or enabled; give it as `expectedVersion`.
    version: i32,
    /// What you call it.
    name: String,
    /// The address.
    url: String,
    /// What it is told: these kinds of event; all kinds when there are none.
    kinds: Vec<TimelineKind>,
    /// The beginning of its secret, by which you tell one from another.
    secret_prefix: String,
    /// Until when messages are signed with the secret before too. Null when there was none.
    previous_secret_until: Option<DateTime<Utc>>,
    /// When it was given.
    created_at: DateTime<Utc>,
    /// The person who gave it, by id alone. Null when the service did.
    created_by: Option<PersonId>,
    /// When it was last changed, got another secret, or was disabled or enabled.
    updated_at: DateTime<Utc>,
    /// Since when it is told nothing. Null while it is.
    disabled_at: Option<DateTime<Utc>>,
    /// Why it is told nothing. Null while it is.
    disabled_reason: Option<WebhookDisabledReason>,
    /// The first failed attempt since it was last reached; five days later it is disabled. Null when the last attempt was successful.
    failing_since: Option<DateTime<Utc>>,
    /// When it was last reached. Null when it never was.
    last_delivered_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    organization: One<Organization>,
    #[graphql(skip)]
    deliveries: Many<WebhookDelivery>,
}

#[ComplexObject]
impl WebhookEndpoint {
    /// The organization that is told.
    async fn organization(&self) -> Option<Shown<Arc<Organization>>> {
        self.organization.clone().map(Shown)
    }

    /// What it was told in the last 30 days, or is to be told, the last first.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "first",
            desc = "How many from the start, 1 to 100; 20 when nothing is said."
        )]
        _first: Option<i32>,
        #[graphql(name = "after", desc = "Only what follows this cursor.")] _after: Option<String>,
        #[graphql(name = "last", desc = "How many from the end, 1 to 100.")] _last: Option<i32>,
        #[graphql(name = "before", desc = "Only what precedes this cursor.")] _before: Option<
            String,
        >,
    ) -> Told<Page<WebhookDelivery>> {
        Some(self.deliveries.page(ctx))
    }
}

/// Something that an endpoint is told.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct WebhookDelivery {
    /// Identifies it; the `webhook-id` of the message, the same at every attempt.
    id: WebhookDeliveryId,
    /// What happened; the `type` of the message. Null for a test, and for what a saved search found.
    kind: Option<TimelineKind>,
    /// The record to which it happened, or the saved search that found something, by its id. Null for a test.
    record: Option<ID>,
    /// What has become of it.
    status: WebhookDeliveryStatus,
    /// When it was written down.
    created_at: DateTime<Utc>,
    /// When the next attempt is due. Null when there is none.
    next_attempt_at: Option<DateTime<Utc>>,
    /// When the endpoint had it. Null when it does not have it.
    delivered_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    attempts: Many<WebhookAttempt>,
}

#[ComplexObject]
impl WebhookDelivery {
    /// Every attempt, oldest first.
    async fn attempts(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "first",
            desc = "How many from the start, 1 to 100; 20 when nothing is said."
        )]
        _first: Option<i32>,
        #[graphql(name = "after", desc = "Only what follows this cursor.")] _after: Option<String>,
        #[graphql(name = "last", desc = "How many from the end, 1 to 100.")] _last: Option<i32>,
        #[graphql(name = "before", desc = "Only what precedes this cursor.")] _before: Option<
            String,
        >,
    ) -> Told<Page<WebhookAttempt>> {
        Some(self.attempts.page(ctx))
    }
}

/// An attempt to tell an endpoint something. Of what it answered, the status alone is told.
#[derive(Clone, Debug, SimpleObject)]
pub struct WebhookAttempt {
    /// Identifies it.
    id: WebhookAttemptId,
    /// When.
    at: DateTime<Utc>,
    /// What came of it.
    outcome: WebhookOutcome,
    /// The HTTP status that was answered. Null when nothing was.
    status: Option<i32>,
    /// How long it took, in milliseconds.
    milliseconds: i32,
}

use DisclosureLevel::PublicBlind as L0;

/// Every field that is read from columns. L0 is here what its admins read: nobody else reads any of it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("version", &[Column::Version], L0),
    Field::new("organization", &[Column::OrganizationId], L0).filterable(),
    Field::new("name", &[Column::Name], L0),
    Field::new("url", &[Column::Url], L0),
    Field::new("kinds", &[Column::Kinds], L0),
    Field::new("secretPrefix", &[Column::SecretPrefix], L0),
    Field::new("previousSecretUntil", &[Column::PreviousUntil], L0),
    Field::new("createdAt", &[Column::CreatedAt], L0).sortable(),
    Field::new("createdBy", &[Column::CreatedBy], L0),
    Field::new("updatedAt", &[Column::UpdatedAt], L0),
    Field::new("disabledAt", &[Column::DisabledAt], L0),
    Field::new("disabledReason", &[Column::DisabledReason], L0),
    Field::new("failingSince", &[Column::FailingSince], L0),
    Field::new("lastDeliveredAt", &[Column::LastDeliveredAt], L0),
];

/// The same of what it is told.
pub const DELIVERY_FIELDS: &[Field<Delivery>] = &[
    Field::new("id", &[Delivery::Id], L0),
    Field::new("kind", &[Delivery::Kind], L0),
    Field::new("record", &[Delivery::Record], L0),
    Field::new("status", &[Delivery::Status], L0),
    Field::new("createdAt", &[Delivery::CreatedAt], L0).sortable(),
    Field::new("nextAttemptAt", &[Delivery::NextAt], L0),
    Field::new("deliveredAt", &[Delivery::DeliveredAt], L0),
];

/// The same of every attempt to.
pub const ATTEMPT_FIELDS: &[Field<Attempt>] = &[
    Field::new("id", &[Attempt::Id], L0),
    Field::new("at", &[Attempt::At], L0).sortable(),
    Field::new("outcome", &[Attempt::Outcome], L0),
    Field::new("status", &[Attempt::Status], L0),
    Field::new("milliseconds", &[Attempt::Millis], L0),
];

impl Node for WebhookEndpoint {
    type Entity = webhook_endpoint::Entity;
    type Column = Column;
    type Id = WebhookEndpointId;
    type Facts = WebhookFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne {
                name: "organization",
                key: Column::OrganizationId,
                place: |row: &mut Self| &mut row.organization,
            },
            &ToMany {
                name: "deliveries",
                parent: Delivery::EndpointId,
                list: last_deliveries,
                place: |row: &mut Self| &mut row.deliveries,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::OrganizationId]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_endpoints(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<WebhookFacts> {
        let (id, organization_id) = (row.fact(Column::Id)?, row.fact(Column::OrganizationId)?);
        Ok(WebhookFacts { id, organization_id })
    }

    fn id(&self) -> WebhookEndpointId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: WebhookFacts,
        row: &Row<'_, Column>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            version: row.get_or_default(Column::Version)?,
            name: row.get_or_default(Column::Name)?,
            url: row.get_or_default(Column::Url)?,
            kinds: row.get_or_default::<Codes>(Column::Kinds)?.values(),
            secret_prefix: row.get_or_default(Column::SecretPrefix)?,
            previous_secret_until: row.get(Column::PreviousUntil)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            created_by: row.get(Column::CreatedBy)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            disabled_at: row.get(Column::DisabledAt)?,
            disabled_reason: row.get(Column::DisabledReason)?,
            failing_since: row.get(Column::FailingSince)?,
            last_delivered_at: row.get(Column::LastDeliveredAt)?,
            organization: None,
            deliveries: Many::default(),
        })
    }
}

impl Node for WebhookDelivery {
    type Entity = webhook_delivery::Entity;
    type Column = Delivery;
    type Id = WebhookDeliveryId;
    type Facts = DeliveryFacts<WebhookDeliveryId>;

    const KEY: Delivery = Delivery::Id;

    fn fields() -> &'static [Field<Delivery>] {
        DELIVERY_FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[&ToMany {
            name: "attempts",
            parent: Attempt::DeliveryId,
            list: attempts,
            place: |row: &mut Self| &mut row.attempts,
        }]
    }

    fn facts() -> &'static [Delivery] {
        &[Delivery::Id, Delivery::EndpointId, Delivery::OrganizationId]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_deliveries(viewer)
    }

    fn know(row: &Facts<'_, Delivery>) -> Result<Self::Facts> {
        let (id, organization_id) = (row.fact(Delivery::Id)?, row.fact(Delivery::OrganizationId)?);
        Ok(DeliveryFacts { id, organization_id })
    }

    fn id(&self) -> WebhookDeliveryId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: Self::Facts,
        row: &Row<'_, Delivery>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            kind: row.get(Delivery::Kind)?,
            record: row.get::<String>(Delivery::Record)?.map(Into::into),
            status: row.get_or_default(Delivery::Status)?,
            created_at: row.get_or_default(Delivery::CreatedAt)?,
            next_attempt_at: row.get(Delivery::NextAt)?,
            delivered_at: row.get(Delivery::DeliveredAt)?,
            attempts: Many::default(),
        })
    }
}

impl Node for WebhookAttempt {
    type Entity = webhook_attempt::Entity;
    type Column = Attempt;
    type Id = WebhookAttemptId;
    type Facts = DeliveryFacts<WebhookAttemptId>;

    const KEY: Attempt = Attempt::Id;

    fn fields() -> &'static [Field<Attempt>] {
        ATTEMPT_FIELDS
    }

    fn facts() -> &'static [Attempt] {
        &[Attempt::Id, Attempt::DeliveryId, Attempt::OrganizationId]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_attempts(viewer)
    }

    fn know(row: &Facts<'_, Attempt>) -> Result<Self::Facts> {
        let (id, organization_id) = (row.fact(Attempt::Id)?, row.fact(Attempt::OrganizationId)?);
        Ok(DeliveryFacts { id, organization_id })
    }

    fn id(&self) -> WebhookAttemptId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: Self::Facts,
        row: &Row<'_, Attempt>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            at: row.get_or_default(Attempt::At)?,
            outcome: row.get_or_default(Attempt::Outcome)?,
            status: row.get(Attempt::Status)?,
            milliseconds: row.get_or_default(Attempt::Millis)?,
        })
    }
}
