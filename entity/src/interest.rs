//! An expression of interest: a company in an offer, or a transfer office in a
//! need, through the intermediaries of both.

use sea_orm::entity::prelude::*;

use crate::{
    Codes, DeclineReason, DelegationId, Eligibility, InterestDirection, InterestId, InterestParty,
    InterestStatus, Localized, NeedId, OfferId, OrganizationId, PersonId, RegionId,
    RequirementAnswers,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "interest")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InterestId,
    /// What people call it (`INT-2026-000123`).
    pub folio: String,
    /// Grows by one with every change; guards against lost updates.
    pub version: i32,
    pub status: InterestStatus,
    pub created_at: DateTimeUtc,
    pub created_by: Option<PersonId>,
    pub updated_at: DateTimeUtc,
    pub direction: InterestDirection,
    pub need_id: Option<NeedId>,
    pub offer_id: Option<OfferId>,
    // Who stands on the two sides. The company is the sender or the owner, by the direction.
    pub company_id: OrganizationId,
    pub chamber_id: OrganizationId,
    /// Territory of the company.
    pub region_id: Option<RegionId>,
    pub delegation_id: Option<DelegationId>,
    pub ott_id: OrganizationId,
    /// Whether the other side learns who the sender is on acceptance alone.
    pub anonymous: bool,
    pub cooperation_sought: Option<Localized>,
    pub contribution: Option<Localized>,
    pub questions: Option<Localized>,
    pub requirement_answers: RequirementAnswers,
    pub partnership_types: Codes,
    pub submitted_at: Option<DateTimeUtc>,
    /// Until when the intermediary's first answer was due: never moves.
    pub answer_due_at: Option<DateTimeUtc>,
    pub answered_at: Option<DateTimeUtc>,
    /// Whole days from submission to the first answer.
    pub answer_days: Option<i32>,
    /// Whether the first answer came by `answer_due_at`.
    pub answered_in_time: Option<bool>,
    /// Until when whoever's turn it is should act; nothing while the clock stands still.
    pub respond_by: Option<DateTimeUtc>,
    /// How many working days were left when the clock was stopped.
    pub days_left: Option<i32>,
    pub escalates_at: Option<DateTimeUtc>,
    pub escalated_at: Option<DateTimeUtc>,
    pub lapses_at: Option<DateTimeUtc>,
    pub forwarded_at: Option<DateTimeUtc>,
    pub accepted_at: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
    pub decline_reason: Option<DeclineReason>,
    /// The party that asked for a non-disclosure agreement: it alone may do without it.
    pub nda_asked_by: Option<InterestParty>,
    /// What the office decided in spite of how well the company takes up technology.
    pub eligibility_override: Option<Eligibility>,
    pub override_reason: Option<String>,
    pub overridden_at: Option<DateTimeUtc>,
    pub overridden_by: Option<PersonId>,
    pub evaluation: Option<Localized>,
    /// How the company rates the other side, 1 to 5.
    pub company_rating: Option<i32>,
    /// How the office rates the other side, 1 to 5.
    pub office_rating: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
