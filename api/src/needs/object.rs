//! A need as its reader may see it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    BudgetBand, Codes, Confidential, DeclineReason, DisclosureLevel, InnovationScope, Language,
    Localized, NeedId, NeedStatus, NeedType, OrganizationId, OrganizationKind, PartnershipType,
    ProblemKind, Role, SizeClass, SolutionDepth, SuccessCriteria, SuccessCriterion, Texts, Urgency,
    document, event, match_, need, need::Column,
};
use sea_orm::{Condition, sea_query::SimpleExpr};

use crate::{
    agreements::Agreement,
    codes::{self, Code},
    context::Request,
    documents::{Document, documents_of},
    een::{self, EenProfile, EenTypesAndSizes},
    error::{Result, Told},
    history::StatusChange,
    matches::{
        Match, MatchPreview, best_offers, preview_capabilities, preview_dormant_assets,
        preview_similar,
    },
    organizations::{Delegation, Organization, Region},
    policy::{NeedFacts, Viewer, facts_of_needs, visible_needs},
    projects::{Project, ProjectsFrom, projects_from},
    read::{Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne, redacted},
    scalars::{Decimal, Money},
    timeline::{TimelineEntry, timeline},
};

/// A technology need that a company brings to the network through its chamber.
///
/// Its readers see it in levels: a field above your `disclosureLevel` is null
/// and named in `redactedFields`.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Need {
    /// Identifies it.
    pub(crate) id: NeedId,
    /// What people call it (`NEC-2026-000123`).
    folio: String,
    /// Grows by one with every change; give it as `expectedVersion` when you change the need.
    version: i32,
    /// Where it stands.
    status: NeedStatus,
    /// What kind of need it is.
    #[graphql(name = "type")]
    kind: NeedType,
    /// What the company's trouble is about. Null when it was not said.
    problem_kind: Option<ProblemKind>,
    /// How far a solution may depart from what the company does today. Null when it was not said.
    innovation_scope: Option<InnovationScope>,
    /// What a solution must reach. Null below `NETWORK`.
    success_criteria: Option<Vec<SuccessCriterion>>,
    /// What limits a solution: norms, space, budget, materials. Null below `NETWORK`.
    constraints: Option<Vec<String>>,
    /// The lowest technology readiness level that the company accepts, 1 to 9. Null when it was not said.
    accepted_trl_min: Option<i32>,
    /// The highest technology readiness level that the company accepts, 1 to 9. Null when it was not said.
    accepted_trl_max: Option<i32>,
    /// How finished an answer the company looks for. Null when it was not said.
    solution_depth: Option<SolutionDepth>,
    /// Kinds of partner that are sought; empty for any.
    partner_kinds: Vec<OrganizationKind>,
    /// Sizes of partner that are sought; empty for any.
    partner_sizes: Vec<SizeClass>,
    /// Kinds of partnership that the company accepts.
    partnership_types: Vec<PartnershipType>,
    /// What the company can spend. Null below `NETWORK`, or when it was not said.
    budget_band: Option<BudgetBand>,
    /// The reward of a challenge. Null for other types.
    reward: Option<Money>,
    /// When the company needs the solution. Null when it was not said.
    timeframe: Option<NaiveDate>,
    /// How soon it must be met. Null when it was not said.
    urgency: Option<Urgency>,
    /// Until when interest can be expressed in a research request. Null for other types.
    deadline_for_interest: Option<NaiveDate>,
    /// When the call closes to which a research request belongs. Null for other types.
    call_deadline: Option<NaiveDate>,
    /// What the call is known by. Null for other types than research requests.
    call_id: Option<String>,
    /// Whether a research request looks for a coordinator. Null for other types.
    coordinator_required: Option<bool>,
    /// The programme to which a research request belongs. Null for other types.
    framework_program: Option<String>,
    /// How long the project of a research request lasts, in weeks. Null for other types.
    project_duration_weeks: Option<i32>,
    /// Whether its public text may not tell who the company is.
    anonymous: bool,
    /// How many other companies share a cross-cutting need.
    shared_by_count: usize,
    /// The company's assimilation level, 1 to 4, when the need was submitted. Null below `INTRODUCED`, or when it was not assessed.
    assimilation_level_at_submit: Option<i32>,
    /// Whether interest can be expressed now: published and open are two things.
    open_for_interest: bool,
    /// When it was last offered to the network. Null until then.
    published_at: Option<DateTime<Utc>>,
    /// When its time on the network ends. Null until it is published.
    expires_at: Option<DateTime<Utc>>,
    /// How often it was renewed; at most once.
    renewals: i32,
    /// Why it was closed unmet. Null below `INTRODUCED`, or when it was not closed.
    closure_reason: Option<DeclineReason>,
    /// When it was written down.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// How much of it you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    pub(crate) facts: NeedFacts,
    #[graphql(skip)]
    texts: NeedTexts,
    #[graphql(skip)]
    lists: NeedLists,
    #[graphql(skip)]
    history: bool,
    #[graphql(skip)]
    chamber: One<Organization>,
    #[graphql(skip)]
    met_by: One<Agreement>,
    #[graphql(skip)]
    region: One<Region>,
    #[graphql(skip)]
    delegation: One<Delegation>,
    #[graphql(skip)]
    company: One<Organization>,
    #[graphql(skip)]
    matches: Many<Match>,
    #[graphql(skip)]
    documents: Many<Document>,
    #[graphql(skip)]
    timeline: Many<TimelineEntry>,
}

/// The texts of a need, as far as they were selected and may be seen.
#[derive(Clone, Debug, Default)]
struct NeedTexts {
    title: Option<Localized>,
    summary: Option<Localized>,
    description: Option<Localized>,
    technical_specification: Option<Localized>,
    confidential_annex: Option<Localized>,
    current_solution: Option<Localized>,
    why_insufficient: Option<Localized>,
    partner_role: Option<Localized>,
    outcome: Option<Localized>,
    outcome_evidence: Option<Localized>,
}

/// The codes of a need, as far as they were selected.
#[derive(Clone, Debug, Default)]
struct NeedLists {
    scian: Codes,
    subsector: Option<String>,
    technology_keywords: Codes,
    market_keywords: Codes,
    sdg: Codes,
    target_states: Codes,
    shared_by: Option<Codes>,
    state: Option<String>,
}

#[ComplexObject]
impl Need {
    /// What is needed, at most 256 characters.
    async fn title(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.texts.title.as_ref().and_then(|text| text.in_language(language)).unwrap_or_default()
    }

    /// What is needed in a few sentences, at most 500 characters; tells nobody's name.
    async fn summary(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.texts.summary.as_ref().and_then(|text| text.in_language(language)).unwrap_or_default()
    }

    /// The need in full, at most 4,000 characters. Null below `NETWORK`, or when it is not written yet.
    async fn description(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.description.as_ref()?.in_language(language)
    }

    /// What a solution must do technically, or what expertise is sought, at most 2,000 characters. Null below `NETWORK`, or when it is not written yet.
    async fn technical_specification(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.technical_specification.as_ref()?.in_language(language)
    }

    /// What the company tells under a non-disclosure agreement alone. Null below `CONFIDENTIAL`, or when there is none.
    async fn confidential_annex(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.confidential_annex.as_ref()?.in_language(language)
    }

    /// What the company does today. Null below `NETWORK`, or when it was not said.
    async fn current_solution(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.current_solution.as_ref()?.in_language(language)
    }

    /// Why that is not enough. Null below `NETWORK`, or when it was not said.
    async fn why_insufficient(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.why_insufficient.as_ref()?.in_language(language)
    }

    /// What the sought partner would do, at most 4,000 characters. Null when it was not said.
    async fn partner_role(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.partner_role.as_ref()?.in_language(language)
    }

    /// What came of it, once it is fulfilled. Null until then.
    async fn outcome(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.outcome.as_ref()?.in_language(language)
    }

    /// What proves the outcome. Null below `INTRODUCED`, or until it is fulfilled.
    async fn outcome_evidence(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.outcome_evidence.as_ref()?.in_language(language)
    }

    /// The economic activities that it concerns (SCIAN).
    async fn scian(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.lists.scian)
    }

    /// The sectors of those activities (SCIAN), each once.
    async fn sectors(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::sectors(ctx, &self.lists.scian)
    }

    /// The subsectors of those activities (SCIAN), each once.
    async fn subsectors(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::subsectors(ctx, &self.lists.scian)
    }

    /// The subsector of its main activity, the first that it names (SCIAN). Null when it names none, or a whole sector.
    async fn subsector(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().subsector(self.lists.subsector.as_deref()?).map(Into::into)
    }

    /// What technology it is about: IPC classes or subclasses, at most five.
    async fn technology_keywords(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::IPC, &self.lists.technology_keywords)
    }

    /// What market it is about: SCIAN codes, at most five.
    async fn market_keywords(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.lists.market_keywords)
    }

    /// The Sustainable Development Goals that it serves.
    async fn sdg(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SDG, &self.lists.sdg)
    }

    /// The federal state where the solution is needed. Null when it is not known.
    async fn state(&self, ctx: &Context<'_>) -> Option<Code> {
        let code = self.lists.state.as_deref()?;
        ctx.service().labels().state(code).map(Into::into)
    }

    /// The states from which partners are sought first; empty for any. Excludes nobody.
    async fn target_states(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::STATE, &self.lists.target_states)
    }

    /// The chamber that brings it to the network.
    async fn chamber(&self) -> Option<Shown<Arc<Organization>>> {
        self.chamber.clone().map(Shown)
    }

    /// The chamber's region to which the company belongs. Null when its affiliation names none.
    async fn region(&self) -> Option<Shown<Arc<Region>>> {
        self.region.clone().map(Shown)
    }

    /// The chamber's delegation to which the company belongs. Null below `INTRODUCED`, or when its affiliation names none.
    async fn delegation(&self) -> Option<Shown<Arc<Delegation>>> {
        self.delegation.clone().map(Shown)
    }

    /// The company behind it. Null below `INTRODUCED`.
    async fn company(&self) -> Option<Shown<Arc<Organization>>> {
        self.company.clone().map(Shown)
    }

    /// The other companies behind a cross-cutting need. Null below `INTRODUCED`.
    async fn shared_by(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Organization>>> {
        let ids = self.lists.shared_by.as_ref()?;
        let ids = ids.parsed::<OrganizationId>();
        let found =
            futures_util::future::try_join_all(ids.into_iter().map(|id| ctx.load(id))).await;
        Some(found.map(|found| found.into_iter().flatten().collect()))
    }

    /// The agreement that met it. Null below `INTRODUCED`, until it is met, when it was met without one, and for those who may not know of the agreement.
    async fn met_by(&self) -> Option<Shown<Arc<Agreement>>> {
        self.met_by.clone().map(Shown)
    }

    /// The offers that fit it best, best first. For members of the network.
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "first", desc = "How many, 1 to 50; 10 when nothing is said.")]
        _first: Option<i32>,
    ) -> Told<Page<Match>> {
        Some(self.matches.page(ctx))
    }

    /// The capabilities of the network that fit it best, best first, while it is open. For members of the network. Null below `NETWORK`.
    async fn matching_capabilities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 20; 5 when nothing is said.")] first: Option<i32>,
    ) -> Told<Vec<MatchPreview>> {
        if self.disclosure_level < DisclosureLevel::Network {
            return None;
        }
        Some(preview_capabilities(ctx, self.id, first))
    }

    /// The dormant intellectual property that fits it best, best first, while it is open: published, filed two years ago or before, and used by nobody. For members of the network. Null below `NETWORK`.
    async fn matching_dormant_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 20; 5 when nothing is said.")] first: Option<i32>,
    ) -> Told<Vec<MatchPreview>> {
        if self.disclosure_level < DisclosureLevel::Network {
            return None;
        }
        Some(preview_dormant_assets(ctx, self.id, first).await)
    }

    /// The open needs that are most like it, the likest first, judged by text and sector alone: who asks for the same already, or shares the problem. Fewer, or none, where none is like it. For members of the network. Null below `NETWORK`.
    async fn similar_needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 20; 5 when nothing is said.")] first: Option<i32>,
    ) -> Told<Vec<MatchPreview>> {
        if self.disclosure_level < DisclosureLevel::Network {
            return None;
        }
        Some(preview_similar(ctx, self.id, first).await)
    }

    /// Its files, as far as you may read them, the first first; at most 20. Null only when they cannot be read.
    async fn documents(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Document>>> {
        Some(self.documents.all(ctx))
    }

    /// The projects that meet it and in which you take part, the last first, at most 20; until they are approved those alone that you lead or proposed. Null only when they cannot be read.
    async fn projects(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Project>>> {
        Some(projects_from(ctx, ProjectsFrom::Need(self.id)).await)
    }

    /// It in the fields of the partner interface of the Enterprise Europe Network, from what your level covers.
    async fn een(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> EenProfile {
        let told = |text: &Option<Localized>| text.as_ref()?.in_language(language);
        let NeedTexts { title, summary, description, partner_role, .. } = &self.texts;
        let common = een::Common {
            reference: self.folio.clone(),
            created: self.created_at,
            last_modified: self.updated_at,
            publication_date: self.published_at,
            expiration_date: self.expires_at,
            open_for_eoi: self.open_for_interest,
            title: told(title),
            summary: told(summary),
            description: told(description),
            partner_role: told(partner_role),
            partnership_types: self.partnership_types.clone(),
            sought: EenTypesAndSizes {
                kinds: self.partner_kinds.clone(),
                sizes: self.partner_sizes.clone(),
            },
            market_keywords: self.lists.market_keywords.clone(),
            technology_keywords: self.lists.technology_keywords.clone(),
            sdg: self.lists.sdg.clone(),
            target_states: self.lists.target_states.clone(),
        };
        let asks = een::Asks {
            technical_specification: told(&self.texts.technical_specification),
            framework_program: self.framework_program.clone(),
            call_id: self.call_id.clone(),
            coordinator_required: self.coordinator_required,
            deadline_for_interest: self.deadline_for_interest,
            call_deadline: self.call_deadline,
            project_duration_weeks: self.project_duration_weeks,
        };
        EenProfile::of_need(common, (self.kind, self.status), asks)
    }

    /// What you may do to it now, by the names of the mutations; each has guards of its own besides (four eyes, completeness, time).
    async fn actions(&self, ctx: &Context<'_>) -> Vec<&'static str> {
        ctx.viewer().among(self.facts.actions(ctx.viewer()))
    }

    /// The fields that your level does not cover: they are null because they are hidden, not because they are empty.
    async fn redacted_fields(&self) -> Vec<&'static str> {
        let hidden = redacted(FIELDS, self.disclosure_level);
        hidden.filter(|field| !(self.history && *field == "history")).collect()
    }

    /// The steps of its life, oldest first. Null below `INTRODUCED`, except for the network's admin.
    async fn history(&self, ctx: &Context<'_>) -> Told<Vec<StatusChange>> {
        if !self.history {
            return None;
        }
        let whole = self.disclosure_level >= DisclosureLevel::Introduced;
        Some(StatusChange::all(ctx, self.id, whole).await)
    }

    /// What happened to it, oldest first, as far as you are told: to everybody when it was offered, renewed and met; the rest, and who did it, from `INTRODUCED` on. The network's admin reads all of it, but for who did it.
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "first",
            desc = "How many from the start, 1 to 100; 20 when nothing is said."
        )]
        _first: Option<i32>,
        #[graphql(name = "after", desc = "Only what follows this cursor.")] _after: Option<String>,
        #[graphql(name = "last", desc = "How many from the end, 1 to 100.")] _last: Option<i32>,
        #[graphql(name = "before", desc = "Only what precedes this cursor.")] _before: Option<
            String,
        >,
    ) -> Told<Page<TimelineEntry>> {
        Some(self.timeline.page(ctx))
    }
}

use DisclosureLevel::{Confidential as L3, Introduced as L2, Network as L1, PublicBlind as L0};

/// Every field that is read from columns: from which level on it is seen, and
/// whether lists may be filtered and ordered by it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("folio", &[Column::Folio], L0).filterable(),
    Field::new("version", &[Column::Version], L0),
    Field::new("status", &[Column::Status], L0).filterable(),
    Field::new("type", &[Column::Kind], L0).filterable(),
    Field::new("title", &[Column::Title], L0).sortable(),
    Field::new("summary", &[Column::Summary], L0),
    Field::new("description", &[Column::Description], L1),
    Field::new("technicalSpecification", &[Column::TechnicalSpecification], L1),
    Field::new("confidentialAnnex", &[Column::ConfidentialAnnex], L3),
    Field::new("problemKind", &[Column::ProblemKind], L0).filterable(),
    Field::new("innovationScope", &[Column::InnovationScope], L0),
    Field::new("currentSolution", &[Column::CurrentSolution], L1),
    Field::new("whyInsufficient", &[Column::WhyInsufficient], L1),
    Field::new("successCriteria", &[Column::SuccessCriteria], L1),
    Field::new("constraints", &[Column::Constraints], L1),
    Field::new("acceptedTrlMin", &[Column::AcceptedTrlMin], L0).filterable(),
    Field::new("acceptedTrlMax", &[Column::AcceptedTrlMax], L0).filterable(),
    Field::new("solutionDepth", &[Column::SolutionDepth], L0),
    Field::new("partnerRole", &[Column::PartnerRole], L0),
    Field::new("partnerKinds", &[Column::PartnerKinds], L0),
    Field::new("partnerSizes", &[Column::PartnerSizes], L0),
    Field::new("partnershipTypes", &[Column::PartnershipTypes], L0),
    Field::new("budgetBand", &[Column::BudgetBand], L1),
    Field::new("reward", &[Column::RewardMinor, Column::RewardCurrency], L0),
    Field::new("timeframe", &[Column::TimeframeOn], L0),
    Field::new("urgency", &[Column::Urgency], L0),
    Field::new("deadlineForInterest", &[Column::InterestDeadlineOn], L0),
    Field::new("callDeadline", &[Column::CallDeadlineOn], L0),
    Field::new("callId", &[Column::CallId], L0),
    Field::new("coordinatorRequired", &[Column::CoordinatorRequired], L0),
    Field::new("frameworkProgram", &[Column::FrameworkProgram], L0),
    Field::new("projectDurationWeeks", &[Column::ProjectDurationWeeks], L0),
    Field::new("scian", &[Column::Scian], L0).filterable(),
    Field::new("sectors", &[Column::Scian], L0),
    Field::new("subsectors", &[Column::Scian], L0),
    Field::new("subsector", &[Column::Subsector], L0).filterable(),
    Field::new("technologyKeywords", &[Column::TechnologyKeywords], L0),
    Field::new("marketKeywords", &[Column::MarketKeywords], L0),
    Field::new("sdg", &[Column::Sdg], L0),
    Field::new("state", &[Column::StateCode], L0).filterable(),
    Field::new("targetStates", &[Column::TargetStates], L0),
    Field::new("chamber", &[Column::ChamberId], L0).filterable(),
    Field::new("region", &[Column::RegionId], L0).filterable(),
    Field::new("delegation", &[Column::DelegationId], L2),
    Field::new("company", &[Column::CompanyId], L2),
    Field::new("anonymous", &[Column::Anonymous], L0),
    Field::new("sharedByCount", &[Column::SharedBy], L0),
    Field::new("sharedBy", &[Column::SharedBy], L2),
    Field::new("assimilationLevelAtSubmit", &[Column::AssimilationLevelAtSubmit], L2),
    Field::new("openForInterest", &[Column::OpenForInterest], L0).filterable(),
    Field::new("publishedAt", &[Column::PublishedAt], L0).filterable().sortable(),
    Field::new("expiresAt", &[Column::ExpiresAt], L0),
    Field::new("renewals", &[Column::Renewals], L0),
    Field::new("outcome", &[Column::Outcome], L0),
    Field::new("outcomeEvidence", &[Column::OutcomeEvidence], L2),
    Field::new("metBy", &[Column::MetById], L2),
    Field::new("closureReason", &[Column::ClosureReason], L2),
    Field::new("createdAt", &[Column::CreatedAt], L0),
    Field::new("updatedAt", &[Column::UpdatedAt], L0).sortable(),
    Field::new("matchingCapabilities", &[], L1),
    Field::new("een", &[], L0),
    Field::new("history", &[], L2),
];

/// What `een` tells again.
const EEN: &[&str] = &[
    "folio",
    "type",
    "status",
    "createdAt",
    "updatedAt",
    "publishedAt",
    "expiresAt",
    "openForInterest",
    "title",
    "summary",
    "description",
    "technicalSpecification",
    "partnerRole",
    "partnershipTypes",
    "partnerKinds",
    "partnerSizes",
    "marketKeywords",
    "technologyKeywords",
    "sdg",
    "targetStates",
    "frameworkProgram",
    "callId",
    "coordinatorRequired",
    "deadlineForInterest",
    "callDeadline",
    "projectDurationWeeks",
];

impl Node for Need {
    type Entity = need::Entity;
    type Column = Column;
    type Id = NeedId;
    type Facts = NeedFacts;

    const KEY: Column = Column::Id;
    const GUARDED: &'static [&'static str] = &["timeline", "documents"];

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn told_again(field: &str) -> &'static [&'static str] {
        if field == "een" { EEN } else { &[] }
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne {
                name: "chamber",
                key: Column::ChamberId,
                place: |need: &mut Self| &mut need.chamber,
            },
            &ToOne {
                name: "region",
                key: Column::RegionId,
                place: |need: &mut Self| &mut need.region,
            },
            &ToOne {
                name: "delegation",
                key: Column::DelegationId,
                place: |need: &mut Self| &mut need.delegation,
            },
            &ToOne {
                name: "company",
                key: Column::CompanyId,
                place: |need: &mut Self| &mut need.company,
            },
            &ToOne {
                name: "metBy",
                key: Column::MetById,
                place: |need: &mut Self| &mut need.met_by,
            },
            &ToMany {
                name: "matches",
                parent: match_::Column::NeedId,
                list: best_offers,
                place: |need: &mut Self| &mut need.matches,
            },
            &ToMany {
                name: "documents",
                parent: document::Column::NeedId,
                list: |viewer, _| Ok(documents_of(viewer)),
                place: |row: &mut Self| &mut row.documents,
            },
            &ToMany {
                name: "timeline",
                parent: event::Column::SubjectId,
                list: timeline,
                place: |need: &mut Self| &mut need.timeline,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[
            Column::Id,
            Column::Status,
            Column::CompanyId,
            Column::ChamberId,
            Column::RegionId,
            Column::DelegationId,
            Column::SharedBy,
        ]
    }

    fn computed(viewer: &Viewer, most: DisclosureLevel) -> Option<SimpleExpr> {
        facts_of_needs(viewer, most)
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_needs(viewer)
    }
    fn know(row: &Facts<'_, Column>) -> Result<NeedFacts> {
        let computed: i32 = row.computed()?;
        Ok(NeedFacts {
            id: row.fact(Column::Id)?,
            status: row.fact(Column::Status)?,
            company_id: row.fact(Column::CompanyId)?,
            chamber_id: row.fact(Column::ChamberId)?,
            region_id: row.fact(Column::RegionId)?,
            delegation_id: row.fact(Column::DelegationId)?,
            shared_by: row.fact(Column::SharedBy)?,
            represented: computed & 1 != 0,
            introduced: computed & 2 != 0,
            under_nda: computed & 4 != 0,
        })
    }

    fn id(&self) -> NeedId {
        self.id
    }

    fn disclose(
        viewer: &Viewer,
        facts: NeedFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        let reveal = |sealed: Option<Confidential>| sealed.map(Confidential::reveal);
        let history = level >= L2 || viewer.is_any(Role::NetworkAdmin);
        let shared_by: Option<Codes> = row.get(Column::SharedBy)?;
        let currency: Option<String> = row.get(Column::RewardCurrency)?;
        let values = |column| row.get_or_default::<Codes>(column);
        Ok(Self {
            id: facts.id,
            folio: row.get_or_default(Column::Folio)?,
            version: row.get_or_default(Column::Version)?,
            status: facts.status,
            kind: row.get_or_default(Column::Kind)?,
            problem_kind: row.get(Column::ProblemKind)?,
            innovation_scope: row.get(Column::InnovationScope)?,
            success_criteria: row
                .get::<SuccessCriteria>(Column::SuccessCriteria)?
                .map(|list| list.0),
            constraints: row.get::<Texts>(Column::Constraints)?.map(|list| list.0),
            accepted_trl_min: row.get(Column::AcceptedTrlMin)?,
            accepted_trl_max: row.get(Column::AcceptedTrlMax)?,
            solution_depth: row.get(Column::SolutionDepth)?,
            partner_kinds: values(Column::PartnerKinds)?.values(),
            partner_sizes: values(Column::PartnerSizes)?.values(),
            partnership_types: values(Column::PartnershipTypes)?.values(),
            budget_band: row.get(Column::BudgetBand)?,
            reward: row.get::<i64>(Column::RewardMinor)?.map(|minor| Money {
                amount: Decimal(minor),
                currency: currency.unwrap_or_else(|| "MXN".to_owned()),
            }),
            timeframe: row.get(Column::TimeframeOn)?,
            urgency: row.get(Column::Urgency)?,
            deadline_for_interest: row.get(Column::InterestDeadlineOn)?,
            call_deadline: row.get(Column::CallDeadlineOn)?,
            call_id: row.get(Column::CallId)?,
            coordinator_required: row.get(Column::CoordinatorRequired)?,
            framework_program: row.get(Column::FrameworkProgram)?,
            project_duration_weeks: row.get(Column::ProjectDurationWeeks)?,
            anonymous: row.get_or_default(Column::Anonymous)?,
            shared_by_count: shared_by.as_ref().map_or(0, |ids| ids.0.len()),
            assimilation_level_at_submit: row.get(Column::AssimilationLevelAtSubmit)?,
            open_for_interest: row.get_or_default(Column::OpenForInterest)?,
            published_at: row.get(Column::PublishedAt)?,
            expires_at: row.get(Column::ExpiresAt)?,
            renewals: row.get_or_default(Column::Renewals)?,
            closure_reason: row.get(Column::ClosureReason)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            disclosure_level: level,
            texts: NeedTexts {
                title: row.get(Column::Title)?,
                summary: row.get(Column::Summary)?,
                description: row.get(Column::Description)?,
                technical_specification: row.get(Column::TechnicalSpecification)?,
                confidential_annex: reveal(row.get(Column::ConfidentialAnnex)?),
                current_solution: row.get(Column::CurrentSolution)?,
                why_insufficient: row.get(Column::WhyInsufficient)?,
                partner_role: row.get(Column::PartnerRole)?,
                outcome: row.get(Column::Outcome)?,
                outcome_evidence: row.get(Column::OutcomeEvidence)?,
            },
            lists: NeedLists {
                scian: values(Column::Scian)?,
                subsector: row.get(Column::Subsector)?,
                technology_keywords: values(Column::TechnologyKeywords)?,
                market_keywords: values(Column::MarketKeywords)?,
                sdg: values(Column::Sdg)?,
                target_states: values(Column::TargetStates)?,
                // One column behind two fields: how many is public, who is not.
                shared_by: shared_by.filter(|_| level >= L2),
                state: row.get(Column::StateCode)?,
            },
            history,
            facts,
            chamber: None,
            met_by: None,
            region: None,
            delegation: None,
            company: None,
            matches: Many::default(),
            documents: Many::default(),
            timeline: Many::default(),
        })
    }
}
