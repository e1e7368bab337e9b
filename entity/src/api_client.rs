//! A machine that asks for an organization: a system of a chamber, an office or a company. It
//! stands for no person.

use sea_orm::entity::prelude::*;

use crate::{ClientId, Codes, OrganizationId, PersonId, Role};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_client")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClientId,
    /// Grows by one when it is changed, gets another secret or is revoked.
    pub version: i32,
    /// For which it asks.
    pub organization_id: OrganizationId,
    pub name: String,
    /// The one role that it holds there.
    pub role: Role,
    /// What of that role it may use.
    pub scopes: Codes,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Null when the system made it.
    pub created_by: Option<PersonId>,
    /// The beginning of its secret, by which people tell one from another.
    pub secret_prefix: String,
    /// SHA-256 of the secret, in hexadecimal digits; the secret itself is nowhere.
    pub secret_hash: String,
    /// The same of the secret before, and until when that one counts too.
    pub previous_hash: Option<String>,
    pub previous_until: Option<DateTimeUtc>,
    /// Every person who was shown a secret of it: what it wrote, they may have written.
    pub keyholders: Codes,
    pub expires_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
    /// To the minute.
    pub last_used_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
