//! A machine, as those see it who let it in.

use std::sync::Arc;

use async_graphql::{ComplexObject, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    ClientId, ClientScope, Codes, DisclosureLevel, PersonId, Role,
    api_client::{self, Column},
};
use sea_orm::Condition;

use crate::{
    error::Result,
    organizations::Organization,
    policy::{ClientFacts, Viewer, visible_clients},
    read::{Facts, Field, Node, One, Relation, Row, Shown, ToOne},
};

/// A machine that asks for an organization, by OAuth 2.0 client credentials (`POST /oauth/token`). Its admins alone know of it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ApiClient {
    /// Identifies it; its `client_id`.
    id: ClientId,
    /// Grows by one when it is changed, gets another secret or is revoked; give it as `expectedVersion`.
    version: i32,
    /// What you call it.
    name: String,
    /// The one role that it holds in its organization.
    role: Role,
    /// What it may do, as far as its role may.
    scopes: Vec<ClientScope>,
    /// The beginning of its secret, by which you tell one from another.
    secret_prefix: String,
    /// Until when the secret before counts too. Null when there was none.
    previous_secret_until: Option<DateTime<Utc>>,
    /// When it was let in.
    created_at: DateTime<Utc>,
    /// The person who let it in, by id alone. Null when the service did.
    created_by: Option<PersonId>,
    /// When it was last changed, got another secret or was revoked.
    updated_at: DateTime<Utc>,
    /// Until when it is let in.
    expires_at: DateTime<Utc>,
    /// When it was revoked. Null when it was not.
    revoked_at: Option<DateTime<Utc>>,
    /// When it last asked, a minute late at most. Null when it never did.
    last_used_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    organization: One<Organization>,
}

#[ComplexObject]
impl ApiClient {
    /// The organization for which it asks.
    async fn organization(&self) -> Option<Shown<Arc<Organization>>> {
        self.organization.clone().map(Shown)
    }
}

use DisclosureLevel::PublicBlind as L0;

/// Every field that is read from columns. L0 is here what its admins read: nobody else reads any of it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("version", &[Column::Version], L0),
    Field::new("organization", &[Column::OrganizationId], L0).filterable(),
    Field::new("name", &[Column::Name], L0),
    Field::new("role", &[Column::Role], L0),
    Field::new("scopes", &[Column::Scopes], L0),
    Field::new("secretPrefix", &[Column::SecretPrefix], L0),
    Field::new("previousSecretUntil", &[Column::PreviousUntil], L0),
    Field::new("createdAt", &[Column::CreatedAt], L0).sortable(),
    Field::new("createdBy", &[Column::CreatedBy], L0),
    Field::new("updatedAt", &[Column::UpdatedAt], L0),
    Field::new("expiresAt", &[Column::ExpiresAt], L0),
    Field::new("revokedAt", &[Column::RevokedAt], L0),
    Field::new("lastUsedAt", &[Column::LastUsedAt], L0),
];

impl Node for ApiClient {
    type Entity = api_client::Entity;
    type Column = Column;
    type Id = ClientId;
    type Facts = ClientFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[&ToOne {
            name: "organization",
            key: Column::OrganizationId,
            place: |row: &mut Self| &mut row.organization,
        }]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::OrganizationId]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_clients(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<ClientFacts> {
        let (id, organization_id) = (row.fact(Column::Id)?, row.fact(Column::OrganizationId)?);
        Ok(ClientFacts { id, organization_id })
    }

    fn id(&self) -> ClientId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: ClientFacts,
        row: &Row<'_, Column>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            version: row.get_or_default(Column::Version)?,
            name: row.get_or_default(Column::Name)?,
            role: row.get_or_default(Column::Role)?,
            scopes: row.get_or_default::<Codes>(Column::Scopes)?.values(),
            secret_prefix: row.get_or_default(Column::SecretPrefix)?,
            previous_secret_until: row.get(Column::PreviousUntil)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            created_by: row.get(Column::CreatedBy)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            expires_at: row.get_or_default(Column::ExpiresAt)?,
            revoked_at: row.get(Column::RevokedAt)?,
            last_used_at: row.get(Column::LastUsedAt)?,
            organization: None,
        })
    }
}
