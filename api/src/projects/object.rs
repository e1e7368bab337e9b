//! A project as its reader may see it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    Codes, DisclosureLevel, FundingLines, Language, Localized, ProjectId, ProjectRisk,
    ProjectRisks, ProjectStatus, ProjectType, WorkPackages, document, event,
    project::{self, Column},
};
use sea_orm::Condition;

use super::parts::{
    FundingLine, Milestone, MilestonesOf, Outcome, OutcomesOf, ProjectFinances, ProjectPartner,
    ProjectProgress, WorkPackage, partners, sources,
};
use crate::{
    agreements::Agreement,
    codes::{self, Code},
    context::Request,
    documents::{Document, documents_of},
    error::{Result, Told},
    history::StatusChange,
    needs::Need,
    offers::Offer,
    organizations::Organization,
    policy::{ProjectFacts, Viewer, visible_projects},
    programmes::{ApplicationOf, ProjectApplication},
    read::{Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne, redacted},
    scalars::{Decimal, Money},
    timeline::{TimelineEntry, timeline},
};

/// A project that partners carry out together, from a proposal to an outcome that counts.
///
/// It is for its partners, from the moment in which the leader calls them together; the
/// network knows of it when all partners say so. A field above your `disclosureLevel` is null
/// and named in `redactedFields`.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Project {
    /// Identifies it.
    pub(crate) id: ProjectId,
    /// What people call it (`PRY-2026-000123`).
    folio: String,
    /// Grows by one with every change; give it as `expectedVersion` when you change it. Null below `CONTRACT`.
    version: Option<i32>,
    /// What kind of project it is.
    #[graphql(name = "type")]
    kind: ProjectType,
    /// Where it stands.
    status: ProjectStatus,
    /// The technology readiness level at its beginning, 1 to 9. Null when nothing was said.
    trl_start: Option<i32>,
    /// The technology readiness level that it is to reach, 1 to 9. Null when nothing was said.
    trl_target: Option<i32>,
    /// The technology readiness level that its accepted milestones have shown with evidence, 1 to 9; at first `trlStart`. Null when nothing was said.
    trl_current: Option<i32>,
    /// Its first day, as planned. Null when nothing was said.
    starts_on: Option<NaiveDate>,
    /// Its last day, as planned. Null when nothing was said.
    ends_on: Option<NaiveDate>,
    /// When its partners were called together. Null below `CONTRACT`, or until then.
    formed_at: Option<DateTime<Utc>>,
    /// When all offices and chambers had approved it. Null until then.
    approved_at: Option<DateTime<Utc>>,
    /// When it began. Null until then.
    started_at: Option<DateTime<Utc>>,
    /// When it was carried out. Null until then.
    completed_at: Option<DateTime<Utc>>,
    /// When it was closed, rejected or cancelled. Null until then.
    ended_at: Option<DateTime<Utc>>,
    /// The day on which the next open milestone is due. Null below `CONTRACT`, or when none is open.
    next_due_on: Option<NaiveDate>,
    /// When it was written down.
    created_at: DateTime<Utc>,
    /// When it last changed. Null below `CONTRACT`.
    updated_at: Option<DateTime<Utc>>,
    /// How much of it you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    facts: ProjectFacts,
    #[graphql(skip)]
    title: Option<Localized>,
    #[graphql(skip)]
    objective: Option<Localized>,
    #[graphql(skip)]
    scian: Codes,
    #[graphql(skip)]
    states: Codes,
    #[graphql(skip)]
    currency: String,
    #[graphql(skip)]
    budget_minor: Option<i64>,
    #[graphql(skip)]
    lines: Option<FundingLines>,
    #[graphql(skip)]
    packages: Option<WorkPackages>,
    #[graphql(skip)]
    risks: Option<ProjectRisks>,
    #[graphql(skip)]
    leader: One<Organization>,
    #[graphql(skip)]
    proposed_by: One<Organization>,
    #[graphql(skip)]
    agreement: One<Agreement>,
    #[graphql(skip)]
    timeline: Many<TimelineEntry>,
    #[graphql(skip)]
    documents: Many<Document>,
}

impl Project {
    /// Whether the viewer reads what is for its partners.
    fn is_for_partners(&self) -> bool {
        self.disclosure_level >= L4
    }

    /// The moment at which its milestones are looked at: what has ended is not late any more.
    fn until(&self, ctx: &Context<'_>) -> DateTime<Utc> {
        let now = ctx.viewer().now;
        self.facts.ended_at.map_or(now, |end| end.min(now))
    }
}

#[ComplexObject]
impl Project {
    /// What it is called, at most 256 characters.
    async fn title(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.title.as_ref().and_then(|text| text.in_language(language)).unwrap_or_default()
    }

    /// What it is to reach, at most 2,000 characters. Null below `CONTRACT`, or when nothing was said.
    async fn objective(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.objective.as_ref()?.in_language(language)
    }

    /// The economic activities that it serves (SCIAN).
    async fn scian(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.scian)
    }

    /// The federal states in which it works (INEGI).
    async fn states(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::STATE, &self.states)
    }

    /// What it costs. Null below `CONTRACT`, or when nothing was said.
    async fn budget(&self) -> Option<Money> {
        let currency = self.currency.clone();
        self.budget_minor.map(|minor| Money { amount: Decimal(minor), currency })
    }

    /// The partner that leads it.
    async fn leader(&self) -> Option<Shown<Arc<Organization>>> {
        self.leader.clone().map(Shown)
    }

    /// The partner that proposed it. Null below `CONTRACT`.
    async fn proposed_by(&self) -> Option<Shown<Arc<Organization>>> {
        self.proposed_by.clone().map(Shown)
    }

    /// The contract on which it rests. Null below `CONTRACT`, until it was named, or when it is not for you.
    async fn agreement(&self) -> Option<Shown<Arc<Agreement>>> {
        self.agreement.clone().map(Shown)
    }

    /// Who takes part, in their order. Who was asked and has not accepted, and who declined, is told to the leader and to who proposed it alone. Null only when they cannot be read.
    async fn partners(&self, ctx: &Context<'_>) -> Told<Vec<ProjectPartner>> {
        Some(partners(ctx, &self.facts, self.disclosure_level).await)
    }

    /// The needs that it meets, as far as you may know of them: until their companies and chambers have accepted, they are told to the leader and to who proposed it alone. Null below `CONTRACT`, or when they cannot be read.
    async fn needs(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Need>>> {
        if !self.is_for_partners() {
            return None;
        }
        Some(sources(ctx, &self.facts, |row| row.need_id).await)
    }

    /// The offers that it uses, as far as you may know of them: until their offices have accepted, they are told to the leader and to who proposed it alone. Null below `CONTRACT`, or when they cannot be read.
    async fn offers(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Offer>>> {
        if !self.is_for_partners() {
            return None;
        }
        Some(sources(ctx, &self.facts, |row| row.offer_id).await)
    }

    /// Where its money comes from. Null below `CONTRACT`.
    async fn funding(&self) -> Option<Vec<FundingLine>> {
        Some(FundingLine::all(&self.facts, self.lines.as_ref()?, &self.currency))
    }

    /// What its money comes to. Null below `CONTRACT`.
    async fn finances(&self) -> Option<ProjectFinances> {
        Some(ProjectFinances::of(self.lines.as_ref()?, self.budget_minor, &self.currency))
    }

    /// The parts of its work. Null below `CONTRACT`.
    async fn work_packages(&self) -> Option<Vec<WorkPackage>> {
        Some(WorkPackage::all(&self.facts, self.packages.as_ref()?, &self.currency))
    }

    /// What may go wrong. Null below `CONTRACT`.
    async fn risks(&self) -> Option<&[ProjectRisk]> {
        self.risks.as_ref().map(|risks| risks.0.as_slice())
    }

    /// What is to be reached, in its order. Null below `CONTRACT`, or when it cannot be read.
    async fn milestones(&self, ctx: &Context<'_>) -> Told<Vec<Milestone>> {
        if !self.is_for_partners() {
            return None;
        }
        let rows = ctx.loaders().load_for(MilestonesOf(self.id)).await;
        Some(rows.map(|rows| {
            let rows = rows.unwrap_or_default().into_iter();
            let until = self.until(ctx);
            rows.map(|row| Milestone::disclose(&self.facts, row, &self.currency, until)).collect()
        }))
    }

    /// How far its milestones have come. Null only when they cannot be read.
    async fn progress(&self, ctx: &Context<'_>) -> Told<ProjectProgress> {
        let rows = ctx.loaders().load_for(MilestonesOf(self.id)).await;
        let until = self.until(ctx);
        Some(rows.map(|rows| ProjectProgress::of(&rows.unwrap_or_default(), until)))
    }

    /// What came of it, the first recorded first. Null below `CONTRACT`, or when it cannot be read.
    async fn outcomes(&self, ctx: &Context<'_>) -> Told<Vec<Outcome>> {
        if !self.is_for_partners() {
            return None;
        }
        let rows = ctx.loaders().load_for(OutcomesOf(self.id)).await;
        Some(rows.map(|rows| rows.unwrap_or_default().into_iter().map(Into::into).collect()))
    }

    /// Its application to a programme. Null below `CONTRACT`, when it applied to none, or when it cannot be read.
    async fn application(&self, ctx: &Context<'_>) -> Told<ProjectApplication> {
        if !self.is_for_partners() {
            return None;
        }
        let found = ctx.loaders().load_for(ApplicationOf(self.id)).await;
        found.map(|row| row.map(Into::into)).transpose()
    }

    /// Its files, the first first; at most 20 of each partner. Null only when they cannot be read.
    async fn documents(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Document>>> {
        Some(self.documents.all(ctx))
    }

    /// What happened to it, oldest first.
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

    /// What you may do to it now, by the names of the mutations; each has guards of its own besides.
    async fn actions(&self, ctx: &Context<'_>) -> Vec<&'static str> {
        ctx.viewer().among(self.facts.actions(ctx.viewer()))
    }

    /// The fields that your level does not cover: they are null because they are hidden, not because they are empty.
    async fn redacted_fields(&self) -> Vec<&'static str> {
        redacted(FIELDS, self.disclosure_level).collect()
    }

    /// The steps of its life, oldest first. Null below `CONTRACT`, or when it cannot be read.
    async fn history(&self, ctx: &Context<'_>) -> Told<Vec<StatusChange>> {
        if !self.is_for_partners() {
            return None;
        }
        Some(StatusChange::all(ctx, self.id, true).await)
    }
}

use DisclosureLevel::{Contract as L4, Network as L1};

/// Every field that is read from columns. Nobody who is not of the network knows of any.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L1),
    Field::new("folio", &[Column::Folio], L1),
    Field::new("type", &[Column::Kind], L1),
    Field::new("status", &[Column::Status], L1),
    Field::new("title", &[Column::Title], L1),
    Field::new("scian", &[Column::Scian], L1),
    Field::new("states", &[Column::States], L1),
    Field::new("trlStart", &[Column::TrlStart], L1),
    Field::new("trlTarget", &[Column::TrlTarget], L1),
    Field::new("trlCurrent", &[Column::TrlCurrent], L1),
    Field::new("startsOn", &[Column::StartsOn], L1),
    Field::new("endsOn", &[Column::EndsOn], L1),
    Field::new("leader", &[Column::LeaderId], L1),
    Field::new("partners", &[], L1),
    Field::new("progress", &[], L1),
    Field::new("approvedAt", &[Column::ApprovedAt], L1),
    Field::new("startedAt", &[Column::StartedAt], L1),
    Field::new("completedAt", &[Column::CompletedAt], L1),
    Field::new("endedAt", &[Column::EndedAt], L1),
    Field::new("createdAt", &[Column::CreatedAt], L1).sortable(),
    Field::new("version", &[Column::Version], L4),
    Field::new("objective", &[Column::Objective], L4),
    Field::new("budget", &[Column::BudgetMinor, Column::Currency], L4),
    Field::new("funding", &[Column::Funding, Column::Currency], L4),
    Field::new("finances", &[Column::Funding, Column::BudgetMinor, Column::Currency], L4),
    Field::new("workPackages", &[Column::WorkPackages, Column::Currency], L4),
    Field::new("risks", &[Column::Risks], L4),
    Field::new("milestones", &[Column::Currency], L4),
    Field::new("outcomes", &[], L4),
    Field::new("application", &[], L4),
    Field::new("needs", &[], L4),
    Field::new("offers", &[], L4),
    Field::new("proposedBy", &[Column::ProposedById], L4),
    Field::new("agreement", &[Column::AgreementId], L4),
    Field::new("formedAt", &[Column::FormedAt], L4),
    Field::new("nextDueOn", &[Column::NextDueOn], L4),
    Field::new("updatedAt", &[Column::UpdatedAt], L4),
    Field::new("history", &[], L4),
];

impl Node for Project {
    type Entity = project::Entity;
    type Column = Column;
    type Id = ProjectId;
    type Facts = ProjectFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne {
                name: "leader",
                key: Column::LeaderId,
                place: |row: &mut Self| &mut row.leader,
            },
            &ToOne {
                name: "proposedBy",
                key: Column::ProposedById,
                place: |row: &mut Self| &mut row.proposed_by,
            },
            &ToOne {
                name: "agreement",
                key: Column::AgreementId,
                place: |row: &mut Self| &mut row.agreement,
            },
            &ToMany {
                name: "timeline",
                parent: event::Column::SubjectId,
                list: timeline,
                place: |row: &mut Self| &mut row.timeline,
            },
            &ToMany {
                name: "documents",
                parent: document::Column::ProjectId,
                list: |viewer, _| Ok(documents_of(viewer)),
                place: |row: &mut Self| &mut row.documents,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[
            Column::Id,
            Column::Status,
            Column::ProposedById,
            Column::LeaderId,
            Column::Partners,
            Column::FormedAt,
            Column::EndedAt,
            Column::Published,
            // What lists below an agreement are put by.
            Column::AgreementId,
        ]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_projects(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<ProjectFacts> {
        Ok(ProjectFacts {
            id: row.fact(Column::Id)?,
            status: row.fact(Column::Status)?,
            proposed_by: row.fact(Column::ProposedById)?,
            leader: row.fact(Column::LeaderId)?,
            partners: row.fact::<Codes>(Column::Partners)?,
            formed_at: row.fact(Column::FormedAt)?,
            ended_at: row.fact(Column::EndedAt)?,
            published: row.fact(Column::Published)?,
        })
    }

    fn id(&self) -> ProjectId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: ProjectFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            folio: row.get_or_default(Column::Folio)?,
            version: row.get(Column::Version)?,
            kind: row.get_or_default(Column::Kind)?,
            status: facts.status,
            trl_start: row.get(Column::TrlStart)?,
            trl_target: row.get(Column::TrlTarget)?,
            trl_current: row.get(Column::TrlCurrent)?,
            starts_on: row.get(Column::StartsOn)?,
            ends_on: row.get(Column::EndsOn)?,
            formed_at: row.get(Column::FormedAt)?,
            approved_at: row.get(Column::ApprovedAt)?,
            started_at: row.get(Column::StartedAt)?,
            completed_at: row.get(Column::CompletedAt)?,
            ended_at: row.get(Column::EndedAt)?,
            next_due_on: row.get(Column::NextDueOn)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get(Column::UpdatedAt)?,
            disclosure_level: level,
            facts,
            title: row.get(Column::Title)?,
            objective: row.get(Column::Objective)?,
            scian: row.get_or_default(Column::Scian)?,
            states: row.get_or_default(Column::States)?,
            currency: row.get_or_default(Column::Currency)?,
            budget_minor: row.get(Column::BudgetMinor)?,
            lines: row.get(Column::Funding)?,
            packages: row.get(Column::WorkPackages)?,
            risks: row.get(Column::Risks)?,
            leader: None,
            proposed_by: None,
            agreement: None,
            timeline: Many::default(),
            documents: Many::default(),
        })
    }
}
