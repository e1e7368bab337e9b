//! A programme that gives money or support to projects: a fund, a call, a sector programme, a
//! voucher, an acceleration.

use sea_orm::entity::prelude::*;

use crate::{
    Codes, Localized, OrganizationId, PersonId, ProgrammeId, ProgrammeKind, ProgrammeStatus,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProgrammeId,
    /// What people call it (`PRG-2026-000123`).
    pub folio: String,
    /// Grows by one with every change; guards against lost updates.
    pub version: i32,
    pub status: ProgrammeStatus,
    pub created_at: DateTimeUtc,
    pub created_by: Option<PersonId>,
    pub updated_at: DateTimeUtc,
    pub kind: ProgrammeKind,
    /// The chamber, the network or the office that announces it and looks after it.
    pub announced_by_id: OrganizationId,
    /// Who gives what there is to give, when it is somebody else (a ministry, a state).
    pub sponsor: Option<String>,
    pub title: Localized,
    pub description: Option<Localized>,
    pub opens_on: Date,
    pub closes_on: Option<Date>,
    // From when to when it takes applications.
    pub opens_at: DateTimeUtc,
    pub closes_at: Option<DateTimeUtc>,
    /// ISO 4217, for all amounts.
    pub currency: String,
    /// What there is to give in all, in hundredths.
    pub total_minor: Option<i64>,
    // Conditions: what is not said, is not asked.
    /// Kinds of organizations that may lead.
    pub eligible_leads: Codes,
    pub sme_required: bool,
    pub min_partners: Option<i32>,
    pub budget_min_minor: Option<i64>,
    pub budget_max_minor: Option<i64>,
    pub duration_min_months: Option<i32>,
    pub duration_max_months: Option<i32>,
    pub trl_from: Option<i32>,
    pub trl_to: Option<i32>,
    pub states: Codes,
    pub scian: Codes,
    pub min_assimilation_level: Option<i32>,
    pub url: Option<String>,
    /// What came of it.
    pub results: Option<Localized>,
}

impl ActiveModelBehavior for ActiveModel {}
