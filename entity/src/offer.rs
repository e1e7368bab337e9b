//! A technology offer that a transfer office brings to the network.

use sea_orm::entity::prelude::*;

use crate::{
    Codes, Confidential, DeclineReason, DevelopmentStage, ExclusivityAvailable,
    InnovationReadiness, IprStatus, Localized, OfferEconomics, OfferId, OfferStatus, OfferType,
    OrganizationId, PersonId, TechnologyComparisons, Texts, TrlEvidences, VerifiedClaims,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OfferId,
    /// What people call it (`OFE-2026-000123`).
    pub folio: String,
    /// Grows by one with every change; guards against lost updates.
    pub version: i32,
    pub status: OfferStatus,
    pub created_at: DateTimeUtc,
    pub created_by: Option<PersonId>,
    pub updated_at: DateTimeUtc,
    pub ott_id: OrganizationId,
    pub kind: OfferType,
    pub title: Localized,
    /// The title, folded: the order of lists.
    pub title_folded: String,
    /// All L0 text, folded: the text filter of lists.
    pub public_text_folded: String,
    pub summary: Localized,
    pub description: Option<Localized>,
    pub problem_solved: Option<Localized>,
    pub state_of_the_art: Option<Localized>,
    pub advantages: Option<Localized>,
    pub comparators: TechnologyComparisons,
    pub economics: Option<OfferEconomics>,
    pub stage: Option<DevelopmentStage>,
    pub trl: Option<i32>,
    pub trl_evidence: TrlEvidences,
    pub readiness: Option<InnovationReadiness>,
    pub mrl: Option<i32>,
    pub ipr_status: Option<IprStatus>,
    pub publications: Texts,
    pub application_scian: Codes,
    /// The subsector of the first of the activities that it is of use to (SCIAN, three digits): filters and counts go by it.
    pub subsector: Option<String>,
    pub scian: Codes,
    pub min_assimilation_level: Option<i32>,
    pub transfer_mechanisms: Codes,
    pub partnership_types: Codes,
    pub partner_role: Option<Localized>,
    pub partner_kinds: Codes,
    pub exclusivity_available: Option<ExclusivityAvailable>,
    pub indicative_terms: Option<Confidential>,
    pub enabling_detail: Option<Confidential>,
    /// Names of the inventors, as the office writes them.
    pub inventors: Texts,
    pub verified_claims: VerifiedClaims,
    pub technology_keywords: Codes,
    pub market_keywords: Codes,
    pub sdg: Codes,
    pub state_code: Option<String>,
    pub target_states: Codes,
    pub anonymous: bool,
    pub retirement_reason: Option<DeclineReason>,
    pub open_for_interest: bool,
    /// Whether the network's admin took it off the network: then the admin alone puts it back.
    pub held_by_network: bool,
    /// Publication, or creation before that: the time by which lists are ordered.
    pub listed_at: DateTimeUtc,
    pub first_published_at: Option<DateTimeUtc>,
    pub published_at: Option<DateTimeUtc>,
    pub expires_at: Option<DateTimeUtc>,
    pub expiry_warned_at: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
    pub renewals: i32,
    /// Until when it is kept for one partner.
    pub reserved_until: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
