//! What a transfer office and its institution can do: laboratories, equipment, people, services.

use sea_orm::entity::prelude::*;

use crate::{
    Accreditation, CapabilityId, CapabilityKind, CapabilityStatus, Codes, Localized,
    OrganizationId, PersonId, PriceBand,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "capability")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CapabilityId,
    /// What people call it (`CAP-2026-000123`).
    pub folio: String,
    /// Grows by one with every change; guards against lost updates.
    pub version: i32,
    pub status: CapabilityStatus,
    pub created_at: DateTimeUtc,
    pub created_by: Option<PersonId>,
    pub updated_at: DateTimeUtc,
    pub ott_id: OrganizationId,
    pub kind: CapabilityKind,
    pub title: Localized,
    /// The title, folded: the order of lists.
    pub title_folded: String,
    /// All L0 text, folded: the text filter of lists.
    pub public_text_folded: String,
    pub summary: Option<Localized>,
    pub description: Option<Localized>,
    /// SCIAN codes of what it serves.
    pub scian: Codes,
    pub subsector: Option<String>,
    pub technology_keywords: Codes,
    pub market_keywords: Codes,
    /// Where it is.
    pub state_code: Option<String>,
    pub accreditation: Option<Accreditation>,
    /// The last day of the accreditation, for conditions.
    pub accredited_until: Option<Date>,
    /// What it can do in a time, in words.
    pub capacity_unit: Option<String>,
    pub lead_time_days: Option<i32>,
    pub price_band: Option<PriceBand>,
    pub trl_from: Option<i32>,
    pub trl_to: Option<i32>,
    /// When it was last published; drafts, when they were written.
    pub listed_at: DateTimeUtc,
    pub published_at: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
