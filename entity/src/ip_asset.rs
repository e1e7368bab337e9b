//! A piece of intellectual property that a transfer office looks after.

use sea_orm::entity::prelude::*;

use crate::{
    AgreementId, Codes, IpAssetId, IpCommercialStatus, IpFeeDecision, IpFigure, IpInventors,
    IpLegalStatus, IpOffice, IpOwners, Localized, OfferId, OrganizationId, PersonId,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ip_asset")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IpAssetId,
    /// What people call it (`PI-2026-000123`).
    pub folio: String,
    /// Grows by one with every change; guards against lost updates.
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<PersonId>,
    pub updated_at: DateTimeUtc,
    pub ott_id: OrganizationId,
    /// The offer by which it is offered.
    pub offer_id: Option<OfferId>,
    pub figure: IpFigure,
    pub office: IpOffice,
    pub title: Localized,
    /// The title, folded: the order of lists.
    pub title_folded: String,
    /// All L0 text, folded: the text filter of lists.
    pub public_text_folded: String,
    pub summary: Option<Localized>,
    /// SCIAN codes of what it can be used in.
    pub scian: Codes,
    pub subsector: Option<String>,
    pub technology_keywords: Codes,
    pub trl: Option<i32>,
    /// Where its office is.
    pub state_code: Option<String>,
    pub application_no: Option<String>,
    pub publication_no: Option<String>,
    pub grant_no: Option<String>,
    pub priority_on: Option<Date>,
    pub owners: IpOwners,
    pub inventors: IpInventors,
    /// What it has in common with others that protect the same invention.
    pub family: Option<String>,
    /// Whether the network may know of it.
    pub listed: bool,
    pub commercial_status: IpCommercialStatus,
    /// The agreement from which the commercial status follows.
    pub agreement_id: Option<AgreementId>,
    /// When an agreement used it after it had been dormant.
    pub rescued_at: Option<DateTimeUtc>,
    /// That agreement.
    pub rescued_by_id: Option<AgreementId>,

    // What follows from its events (`ip_event`), its figure, its office and the law.
    pub legal_status: IpLegalStatus,
    /// Since which day it stands so.
    pub legal_since: Option<Date>,
    /// Whether its office has made it public.
    pub laid_open: bool,
    pub filed_on: Option<Date>,
    pub published_on: Option<Date>,
    pub granted_on: Option<Date>,
    /// The last day of its term.
    pub expires_on: Option<Date>,
    /// The day until which fees are paid, and on which the next is due.
    pub next_fee_due_on: Option<Date>,
    /// The same, for the order of lists: what has no next fee is last.
    pub next_fee_order: DateTimeUtc,
    /// Until when a fee that was not paid in time can still be paid.
    pub grace_until: Option<Date>,
    /// When its office was asked what to do about the next fee.
    pub fee_asked_at: Option<DateTimeUtc>,
    pub fee_decision: Option<IpFeeDecision>,
}

impl ActiveModelBehavior for ActiveModel {}
