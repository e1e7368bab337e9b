//! A technology need that a company brings to the network through its chamber.

use sea_orm::entity::prelude::*;

use crate::{
    AgreementId, BudgetBand, Codes, Confidential, DeclineReason, DelegationId, InnovationScope,
    Localized, NeedId, NeedStatus, NeedType, OrganizationId, PersonId, ProblemKind, RegionId,
    SolutionDepth, SuccessCriteria, Texts, Urgency,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "need")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NeedId,
    /// What people call it (`NEC-2026-000123`).
    pub folio: String,
    /// Grows by one with every change; guards against lost updates.
    pub version: i32,
    pub status: NeedStatus,
    pub created_at: DateTimeUtc,
    pub created_by: Option<PersonId>,
    pub updated_at: DateTimeUtc,
    pub company_id: OrganizationId,
    pub chamber_id: OrganizationId,
    /// Territory of the company's affiliation when the need was drafted.
    pub delegation_id: Option<DelegationId>,
    pub region_id: Option<RegionId>,
    pub kind: NeedType,
    pub title: Localized,
    /// The title, folded: the order of lists.
    pub title_folded: String,
    /// All L0 text, folded: the text filter of lists.
    pub public_text_folded: String,
    pub summary: Localized,
    pub description: Option<Localized>,
    pub technical_specification: Option<Localized>,
    pub confidential_annex: Option<Confidential>,
    pub problem_kind: Option<ProblemKind>,
    pub innovation_scope: Option<InnovationScope>,
    pub current_solution: Option<Localized>,
    pub why_insufficient: Option<Localized>,
    pub success_criteria: SuccessCriteria,
    pub constraints: Texts,
    pub accepted_trl_min: Option<i32>,
    pub accepted_trl_max: Option<i32>,
    pub solution_depth: Option<SolutionDepth>,
    pub partner_role: Option<Localized>,
    pub partner_kinds: Codes,
    pub partner_sizes: Codes,
    pub partnership_types: Codes,
    pub budget_band: Option<BudgetBand>,
    pub reward_minor: Option<i64>,
    pub reward_currency: Option<String>,
    pub timeframe_on: Option<Date>,
    pub urgency: Option<Urgency>,
    pub interest_deadline_on: Option<Date>,
    pub call_deadline_on: Option<Date>,
    pub call_id: Option<String>,
    pub coordinator_required: Option<bool>,
    pub framework_program: Option<String>,
    pub project_duration_weeks: Option<i32>,
    pub scian: Codes,
    /// The subsector of the first of its activities (SCIAN, three digits): filters and counts go by it.
    pub subsector: Option<String>,
    pub technology_keywords: Codes,
    pub market_keywords: Codes,
    pub sdg: Codes,
    pub state_code: Option<String>,
    pub target_states: Codes,
    pub anonymous: bool,
    /// Ids of the other companies behind a cross-cutting need.
    pub shared_by: Codes,
    pub assimilation_level_at_submit: Option<i32>,
    pub outcome: Option<Localized>,
    pub outcome_evidence: Option<Localized>,
    /// The agreement that met it.
    pub met_by_id: Option<AgreementId>,
    pub closure_reason: Option<DeclineReason>,
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
}

impl ActiveModelBehavior for ActiveModel {}
