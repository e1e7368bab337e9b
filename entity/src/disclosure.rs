//! The ledger of disclosures: who outside saw what of a record that is not for
//! everybody. Append-only, also for the database.

use sea_orm::entity::prelude::*;

use crate::{AgreementId, ClientId, Codes, DisclosureId, InterestId, OrganizationId, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disclosure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DisclosureId,
    /// The prefixed id of what was seen.
    pub record: String,
    /// Whose it is.
    pub owner_id: OrganizationId,
    /// The fields that were asked for, as the schema spells them.
    pub fields: Codes,
    pub person_id: Option<PersonId>,
    /// The machine that saw it, in place of a person.
    pub client_id: Option<ClientId>,
    /// For whom that person, or that machine, spoke.
    pub organization_id: OrganizationId,
    /// The interest that opened it.
    pub basis_id: Option<InterestId>,
    /// The non-disclosure agreement under which that person read for it, if there was one.
    pub agreement_id: Option<AgreementId>,
    pub seen_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
