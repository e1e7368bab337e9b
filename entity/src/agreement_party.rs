//! A party to an agreement, and what it did: approved, signed.

use sea_orm::entity::prelude::*;

use crate::{AgreementId, AgreementPartyRole, OrganizationId, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_party")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: AgreementId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// Its place among the parties, from 0.
    pub place: i32,
    pub role: AgreementPartyRole,
    pub approved_at: Option<DateTimeUtc>,
    pub approved_by: Option<PersonId>,
    pub signed_at: Option<DateTimeUtc>,
    pub signed_by: Option<PersonId>,
    /// SHA-256 of what was signed.
    pub signed_sha256: Option<String>,
    /// When the next of its open commitments is due.
    pub next_due_at: Option<DateTimeUtc>,
    /// Whether it lets the network know of the agreement.
    pub publishes: bool,
}

impl ActiveModelBehavior for ActiveModel {}
