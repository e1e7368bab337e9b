//! An agreement between organizations: from a draft to its end.

use sea_orm::entity::prelude::*;

use crate::{
    AgreementEconomics, AgreementId, AgreementStatus, AgreementType, Codes, Commitments,
    Confidential, DelegationId, Exclusivity, InterestId, IpOwnership, Localized, NeedId, OfferId,
    OrganizationId, PersonId, RegionId,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementId,
    /// What people call it (`CON-2026-000123`).
    pub folio: String,
    /// Grows by one with every change; guards against lost updates.
    pub version: i32,
    pub status: AgreementStatus,
    pub created_at: DateTimeUtc,
    pub created_by: Option<PersonId>,
    pub updated_at: DateTimeUtc,
    pub kind: AgreementType,
    /// The party that wrote it down: until it is shared, it is theirs alone.
    pub drafted_by_id: OrganizationId,
    /// Who the parties are, for the rules; `agreement_party` holds what each of them did.
    pub parties: Codes,
    // What it comes from.
    pub interest_id: Option<InterestId>,
    pub need_id: Option<NeedId>,
    pub offer_id: Option<OfferId>,
    /// The chamber that brought the company to it, with the company's territory.
    pub chamber_id: Option<OrganizationId>,
    pub region_id: Option<RegionId>,
    pub delegation_id: Option<DelegationId>,
    /// The framework agreement under which it stands.
    pub frame_id: Option<AgreementId>,
    /// The agreement that it changes.
    pub amends_id: Option<AgreementId>,
    pub title: Localized,
    pub purpose: Option<Localized>,
    /// Its clauses.
    pub text: Option<Confidential>,
    pub exclusivity: Option<Exclusivity>,
    pub field_of_use: Option<Localized>,
    pub territory: Option<Localized>,
    pub sublicensing: Option<bool>,
    pub ip_ownership: Option<IpOwnership>,
    pub confidentiality_years: Option<i32>,
    pub economics: Option<AgreementEconomics>,
    pub commitments: Commitments,
    pub effective_on: Option<Date>,
    pub expires_on: Option<Date>,
    /// All that is signed, letter by letter: parties, terms, clauses, commitments.
    pub text_to_sign: String,
    /// SHA-256 of `text_to_sign`, in lower-case hexadecimal.
    pub sha256: String,
    /// When the other parties first saw it.
    pub shared_at: Option<DateTimeUtc>,
    /// When the last party signed.
    pub signed_at: Option<DateTimeUtc>,
    /// From when on it can be in force.
    pub starts_at: Option<DateTimeUtc>,
    /// When its time is over: from this moment on it opens nothing.
    pub ends_at: Option<DateTimeUtc>,
    /// When it came into force.
    pub active_at: Option<DateTimeUtc>,
    /// The year in which it came into force.
    pub year: Option<i32>,
    /// The party that interrupted it: it alone goes on with it.
    pub suspended_by_id: Option<OrganizationId>,
    pub ended_at: Option<DateTimeUtc>,
    /// Whether all parties let the network know of it.
    pub published: bool,
    /// The day on which the next open commitment is due.
    pub next_due_on: Option<Date>,
}

impl ActiveModelBehavior for ActiveModel {}
