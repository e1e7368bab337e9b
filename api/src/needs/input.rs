//! What people write into a need, and what must be right about it.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::NaiveDate;
use entity::{
    BudgetBand, Codes, InnovationScope, NeedType, OrganizationId, OrganizationKind,
    PartnershipType, ProblemKind, SizeClass, SolutionDepth, SuccessCriteria, SuccessCriterion,
    Urgency, need,
};
use serde::Deserialize;

use crate::{
    checks::{Checks, set},
    codes::{self, IPC, SCIAN, SDG, STATE},
    error::UserErrorCode,
    scalars::{LocalizedTextInput, Money},
    text,
};

/// The contents of a need. A field that is not given stays as it is; null empties it.
///
/// In files, the names of the EEN partner interface are understood as well.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[graphql(name = "NeedInput")]
#[serde(rename_all = "camelCase", default)]
pub struct NeedInput {
    /// What kind of need it is; a technology request when nothing is said.
    #[graphql(name = "type")]
    #[serde(rename = "type", alias = "profileType")]
    pub kind: MaybeUndefined<NeedType>,
    /// What is needed, at most 256 characters. Required.
    pub title: MaybeUndefined<LocalizedTextInput>,
    /// What is needed in a few sentences, at most 500 characters; public, so it may not tell who the company is. Required.
    #[serde(alias = "shortSummary")]
    pub summary: MaybeUndefined<LocalizedTextInput>,
    /// The need in full, at most 4,000 characters; for the network. Required before review.
    pub description: MaybeUndefined<LocalizedTextInput>,
    /// What a solution must do technically, or what expertise is sought, at most 2,000 characters. Required before review for technology and business requests.
    #[serde(alias = "technicalSpecificationOrExpertiseSought")]
    pub technical_specification: MaybeUndefined<LocalizedTextInput>,
    /// What the company tells under a non-disclosure agreement alone, at most 4,000 characters.
    pub confidential_annex: MaybeUndefined<LocalizedTextInput>,
    /// What the company's trouble is about.
    pub problem_kind: MaybeUndefined<ProblemKind>,
    /// How far a solution may depart from what the company does today.
    pub innovation_scope: MaybeUndefined<InnovationScope>,
    /// What the company does today, at most 2,000 characters.
    pub current_solution: MaybeUndefined<LocalizedTextInput>,
    /// Why that is not enough, at most 2,000 characters.
    pub why_insufficient: MaybeUndefined<LocalizedTextInput>,
    /// What a solution must reach, at most 20.
    pub success_criteria: MaybeUndefined<Vec<SuccessCriterion>>,
    /// What limits a solution, at most 20 texts of at most 500 characters.
    pub constraints: MaybeUndefined<Vec<String>>,
    /// The lowest technology readiness level that the company accepts, 1 to 9.
    pub accepted_trl_min: MaybeUndefined<i32>,
    /// The highest technology readiness level that the company accepts, 1 to 9; not below the lowest.
    pub accepted_trl_max: MaybeUndefined<i32>,
    /// How finished an answer the company looks for.
    pub solution_depth: MaybeUndefined<SolutionDepth>,
    /// What the sought partner would do, at most 4,000 characters; public. Required before review.
    #[serde(alias = "expectedRoleOfThePartner")]
    pub partner_role: MaybeUndefined<LocalizedTextInput>,
    /// Kinds of partner that are sought; empty for any.
    pub partner_kinds: MaybeUndefined<Vec<OrganizationKind>>,
    /// Sizes of partner that are sought; empty for any.
    pub partner_sizes: MaybeUndefined<Vec<SizeClass>>,
    /// Kinds of partnership that the company accepts, one to three. Required before review.
    #[serde(alias = "typesOfPartnership")]
    pub partnership_types: MaybeUndefined<Vec<PartnershipType>>,
    /// What the company can spend.
    pub budget_band: MaybeUndefined<BudgetBand>,
    /// The reward of a challenge. Required before review for challenges, refused for other types.
    pub reward: MaybeUndefined<Money>,
    /// When the company needs the solution.
    pub timeframe: MaybeUndefined<NaiveDate>,
    /// How soon it must be met.
    pub urgency: MaybeUndefined<Urgency>,
    /// Until when interest can be expressed. Required before review for research requests.
    #[serde(alias = "deadlineForEoI")]
    pub deadline_for_interest: MaybeUndefined<NaiveDate>,
    /// When the call closes; not before the deadline for interest. Required before review for research requests.
    #[serde(alias = "deadlineOfTheCall")]
    pub call_deadline: MaybeUndefined<NaiveDate>,
    /// What the call is known by, at most 200 characters.
    #[serde(alias = "callTitleAndIdentifier")]
    pub call_id: MaybeUndefined<String>,
    /// Whether a coordinator is sought. Required before review for research requests.
    pub coordinator_required: MaybeUndefined<bool>,
    /// The programme to which the call belongs, at most 200 characters. Required before review for research requests.
    pub framework_program: MaybeUndefined<String>,
    /// How long the project lasts, 1 to 1,000 weeks.
    #[serde(alias = "projectDurationInWeeks")]
    pub project_duration_weeks: MaybeUndefined<i32>,
    /// The economic activities that it concerns: SCIAN codes, at most five. Required before review.
    pub scian: MaybeUndefined<Vec<String>>,
    /// What technology it is about: IPC classes or subclasses, at most five.
    pub technology_keywords: MaybeUndefined<Vec<String>>,
    /// What market it is about: SCIAN codes, at most five.
    pub market_keywords: MaybeUndefined<Vec<String>>,
    /// The Sustainable Development Goals that it serves, 1 to 17.
    #[serde(alias = "sdgKeywords")]
    pub sdg: MaybeUndefined<Vec<i32>>,
    /// The federal state where the solution is needed (INEGI key); the company's own when nothing is said.
    pub state_code: MaybeUndefined<String>,
    /// The states from which partners are sought first; excludes nobody.
    pub target_states: MaybeUndefined<Vec<String>>,
    /// The other companies that share a cross-cutting need: members of the same chamber that consented to it, at most 50. Required before review for cross-cutting needs.
    #[serde(skip)]
    pub shared_by: MaybeUndefined<Vec<OrganizationId>>,
    /// Whether its public text may not tell who the company is; true when nothing is said.
    pub anonymous: MaybeUndefined<bool>,
}

impl NeedInput {
    /// Writes what is given into a need; every mistake goes into `checks`.
    pub(crate) fn write(self, need: &mut need::Model, checks: &mut Checks<'_>) {
        if let MaybeUndefined::Value(kind) = self.kind {
            need.kind = kind;
        }
        checks.required_text("title", self.title, 256, &mut need.title);
        checks.required_text("summary", self.summary, 500, &mut need.summary);
        checks.optional_text("description", self.description, 4_000, &mut need.description);
        checks.optional_text(
            "technicalSpecification",
            self.technical_specification,
            2_000,
            &mut need.technical_specification,
        );
        checks.sealed_text(
            "confidentialAnnex",
            self.confidential_annex,
            4_000,
            &mut need.confidential_annex,
        );
        set(self.problem_kind, &mut need.problem_kind);
        set(self.innovation_scope, &mut need.innovation_scope);
        checks.optional_text(
            "currentSolution",
            self.current_solution,
            2_000,
            &mut need.current_solution,
        );
        checks.optional_text(
            "whyInsufficient",
            self.why_insufficient,
            2_000,
            &mut need.why_insufficient,
        );
        write_criteria(self.success_criteria, need, checks);
        checks.texts("constraints", self.constraints, 20, 500, &mut need.constraints);
        checks.number("acceptedTrlMin", self.accepted_trl_min, 1..=9, &mut need.accepted_trl_min);
        checks.number("acceptedTrlMax", self.accepted_trl_max, 1..=9, &mut need.accepted_trl_max);
        if let (Some(least), Some(most)) = (need.accepted_trl_min, need.accepted_trl_max)
            && least > most
        {
            checks.wrong(
                "acceptedTrlMax",
                UserErrorCode::Invalid,
                "no puede ser menor que acceptedTrlMin / cannot be below acceptedTrlMin",
            );
        }
        set(self.solution_depth, &mut need.solution_depth);
        checks.optional_text("partnerRole", self.partner_role, 4_000, &mut need.partner_role);
        checks.values("partnerKinds", self.partner_kinds, 18, &mut need.partner_kinds);
        checks.values("partnerSizes", self.partner_sizes, 4, &mut need.partner_sizes);
        checks.values("partnershipTypes", self.partnership_types, 3, &mut need.partnership_types);
        set(self.budget_band, &mut need.budget_band);
        write_reward(self.reward, need, checks);
        checks.day("timeframe", self.timeframe, &mut need.timeframe_on);
        set(self.urgency, &mut need.urgency);
        checks.day(
            "deadlineForInterest",
            self.deadline_for_interest,
            &mut need.interest_deadline_on,
        );
        checks.day("callDeadline", self.call_deadline, &mut need.call_deadline_on);
        checks.optional_plain("callId", self.call_id, 200, &mut need.call_id);
        set(self.coordinator_required, &mut need.coordinator_required);
        checks.optional_plain(
            "frameworkProgram",
            self.framework_program,
            200,
            &mut need.framework_program,
        );
        checks.number(
            "projectDurationWeeks",
            self.project_duration_weeks,
            1..=1_000,
            &mut need.project_duration_weeks,
        );
        checks.codes("scian", SCIAN, self.scian, 5, &mut need.scian);
        checks.codes(
            "technologyKeywords",
            IPC,
            self.technology_keywords,
            5,
            &mut need.technology_keywords,
        );
        checks.codes("marketKeywords", SCIAN, self.market_keywords, 5, &mut need.market_keywords);
        let sdg = self.sdg.map_value(|goals| goals.iter().map(ToString::to_string).collect());
        checks.codes("sdg", SDG, sdg, 17, &mut need.sdg);
        if let MaybeUndefined::Value(code) = self.state_code {
            if checks.labels().has(STATE, &code) {
                need.state_code = Some(code);
            } else {
                checks.wrong(
                    "stateCode",
                    UserErrorCode::Invalid,
                    "no es una clave de estado de INEGI / is not an INEGI state key",
                );
            }
        }
        checks.codes("targetStates", STATE, self.target_states, 32, &mut need.target_states);
        match self.shared_by {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => need.shared_by = Codes::default(),
            MaybeUndefined::Value(companies) => {
                need.shared_by = checks.at_most("sharedBy", companies, 50).into_iter().collect();
            }
        }
        if let MaybeUndefined::Value(anonymous) = self.anonymous {
            need.anonymous = anonymous;
        }
        derive(need);
    }
}

/// Brings the columns that are derived from others up to date.
fn derive(need: &mut need::Model) {
    let title = need.title.in_language(entity::Language::Es).unwrap_or_default();
    need.title_folded = text::fold(&title);
    need.public_text_folded = text::fold(&public_texts(need).join(" "));
    need.subsector = codes::main_subsector(&need.scian);
}

/// All text of a need that anybody may read.
pub(crate) fn public_texts(need: &need::Model) -> Vec<&str> {
    let localized = [Some(&need.title), Some(&need.summary), need.partner_role.as_ref()];
    let mut texts: Vec<&str> = localized
        .into_iter()
        .flatten()
        .flat_map(|text| text.texts().map(|(_, text)| text))
        .collect();
    texts.extend(need.call_id.as_deref());
    texts.extend(need.framework_program.as_deref());
    texts
}

fn write_criteria(
    input: MaybeUndefined<Vec<SuccessCriterion>>,
    need: &mut need::Model,
    checks: &mut Checks<'_>,
) {
    let mut criteria = match input {
        MaybeUndefined::Undefined => return,
        MaybeUndefined::Null => Vec::new(),
        MaybeUndefined::Value(criteria) => checks.at_most("successCriteria", criteria, 20),
    };
    for (index, criterion) in criteria.iter_mut().enumerate() {
        checks.part(&format!("successCriteria.{index}.parameter"), &mut criterion.parameter, 200);
        checks.part(&format!("successCriteria.{index}.target"), &mut criterion.target, 80);
        checks.optional_part(&format!("successCriteria.{index}.unit"), &mut criterion.unit, 40);
    }
    need.success_criteria = SuccessCriteria(criteria);
}

fn write_reward(input: MaybeUndefined<Money>, need: &mut need::Model, checks: &mut Checks<'_>) {
    let reward = match input {
        MaybeUndefined::Undefined => return,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(reward) => Some(reward),
    };
    if let Some(reward) = &reward {
        if reward.amount.0 <= 0 {
            checks.wrong(
                "reward.amount",
                UserErrorCode::Invalid,
                "debe ser mayor que cero / must be above zero",
            );
        }
        checks.currency("reward.currency", &reward.currency);
    }
    need.reward_minor = reward.as_ref().map(|reward| reward.amount.0);
    need.reward_currency = reward.map(|reward| reward.currency);
}

/// What must be there before a need can be reviewed, by its type (EEN, 2024).
pub(crate) fn check_complete(need: &need::Model, checks: &mut Checks<'_>) {
    checks.present("title", need.title.texts().next().is_some());
    checks.present("summary", need.summary.texts().next().is_some());
    checks.present("description", need.description.is_some());
    checks.present("partnerRole", need.partner_role.is_some());
    checks.present("partnershipTypes", !need.partnership_types.0.is_empty());
    checks.present("scian", !need.scian.0.is_empty());
    match need.kind {
        NeedType::TechnologyRequest | NeedType::BusinessRequest => {
            checks.present("technicalSpecification", need.technical_specification.is_some());
        }
        NeedType::RdRequest => {
            checks.present("deadlineForInterest", need.interest_deadline_on.is_some());
            checks.present("callDeadline", need.call_deadline_on.is_some());
            checks.present("coordinatorRequired", need.coordinator_required.is_some());
            checks.present("frameworkProgram", need.framework_program.is_some());
            if need.partnership_types.values::<PartnershipType>()
                != [PartnershipType::RdCooperationAgreement]
            {
                checks.wrong(
                    "partnershipTypes",
                    UserErrorCode::Invalid,
                    "una solicitud de I+D sólo admite el acuerdo de cooperación en I+D / a research request takes the R&D cooperation agreement alone",
                );
            }
        }
        NeedType::Challenge => checks.present("reward", need.reward_minor.is_some()),
        NeedType::CrossCuttingNeed => checks.present("sharedBy", !need.shared_by.0.is_empty()),
    }
    if need.kind != NeedType::Challenge && need.reward_minor.is_some() {
        checks.wrong(
            "reward",
            UserErrorCode::Invalid,
            "sólo un reto ofrece recompensa / a challenge alone offers a reward",
        );
    }
    if let (Some(interest), Some(call)) = (need.interest_deadline_on, need.call_deadline_on)
        && interest > call
    {
        checks.wrong(
            "deadlineForInterest",
            UserErrorCode::Invalid,
            "no puede ser posterior al cierre de la convocatoria / cannot be after the call closes",
        );
    }
}
