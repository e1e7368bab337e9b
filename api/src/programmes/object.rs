//! A programme as its reader may see it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    Codes, DisclosureLevel, Language, Localized, NeedId, OrganizationId, OrganizationKind,
    ProgrammeId, ProgrammeKind, ProgrammeStatus, ProjectId, event,
    programme::{self, Column},
};
use sea_orm::Condition;

use super::{
    eligibility::{Asked, ProgrammeEligibility, eligibility},
    parts::{ApplicationsTo, ProgrammeApplication, WholeOf},
};
use crate::{
    codes::{self, Code},
    context::Request,
    error::{Error, Result, Told},
    history::StatusChange,
    organizations::Organization,
    policy::{ProgrammeFacts, Viewer, visible_programmes},
    read::{Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne, redacted},
    scalars::{Decimal, Money},
    timeline::{TimelineEntry, timeline},
};

/// A programme that gives money or support to projects: a fund, a call, a sector programme, a voucher, an acceleration.
///
/// Everybody reads it; who applies to it is for who looks after it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Programme {
    /// Identifies it.
    pub(crate) id: ProgrammeId,
    /// What people call it (`PRG-2026-000123`).
    folio: String,
    /// Grows by one with every change; give it as `expectedVersion` when you change it.
    version: i32,
    /// Where it stands.
    status: ProgrammeStatus,
    /// What kind of programme it is.
    kind: ProgrammeKind,
    /// Who gives what there is to give, when it is not `announcedBy`. Null when it is.
    sponsor: Option<String>,
    /// The first day on which it takes applications.
    opens_on: NaiveDate,
    /// The last day on which it takes applications. Null when it has no end.
    closes_on: Option<NaiveDate>,
    /// Whether a micro, small or medium-sized company has to take part.
    sme_required: bool,
    /// How many partners take part at least. Null when it is not asked.
    min_partners: Option<i32>,
    /// How many months a project lasts at least. Null when it is not asked.
    duration_min_months: Option<i32>,
    /// How many months a project lasts at most. Null when it is not asked.
    duration_max_months: Option<i32>,
    /// The lowest technology readiness level at which a project begins, 1 to 9. Null when it is not asked.
    trl_from: Option<i32>,
    /// The highest technology readiness level at which a project begins, 1 to 9. Null when it is not asked.
    trl_to: Option<i32>,
    /// The assimilation level that its companies have at least, 1 to 4. Null when it is not asked.
    min_assimilation_level: Option<i32>,
    /// Where its rules are published. Null when nothing was said.
    url: Option<String>,
    /// When it was announced.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// How much of it you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    facts: ProgrammeFacts,
    #[graphql(skip)]
    texts: [Option<Localized>; 3],
    /// The currency of all amounts, ISO 4217.
    currency: String,
    #[graphql(skip)]
    total_minor: Option<i64>,
    #[graphql(skip)]
    budget: (Option<i64>, Option<i64>),
    #[graphql(skip)]
    leads: Codes,
    #[graphql(skip)]
    state_codes: Codes,
    #[graphql(skip)]
    scian_codes: Codes,
    #[graphql(skip)]
    announced_by: One<Organization>,
    #[graphql(skip)]
    timeline: Many<TimelineEntry>,
}

impl Programme {
    fn money(&self, minor: Option<i64>) -> Option<Money> {
        let currency = self.currency.clone();
        minor.map(|minor| Money { amount: Decimal(minor), currency })
    }

    /// All of it, for what is computed of all of it.
    async fn whole(&self, ctx: &Context<'_>) -> Result<programme::Model> {
        let row = ctx.loaders().load_for(WholeOf(self.id)).await?;
        row.ok_or(Error::NotFound("programme"))
    }
}

#[ComplexObject]
impl Programme {
    /// What it is called, at most 256 characters.
    async fn title(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.texts[0].as_ref().and_then(|text| text.in_language(language)).unwrap_or_default()
    }

    /// What it is for and how one applies, at most 4,000 characters. Null when nothing was said.
    async fn description(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts[1].as_ref()?.in_language(language)
    }

    /// What came of it, at most 4,000 characters. Null until it is said.
    async fn results(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts[2].as_ref()?.in_language(language)
    }

    /// The chamber, the network or the office that announces it and looks after it. Null only when it cannot be read.
    async fn announced_by(&self) -> Option<Shown<Arc<Organization>>> {
        self.announced_by.clone().map(Shown)
    }

    /// What there is to give in all. Null when nothing was said.
    async fn total(&self) -> Option<Money> {
        self.money(self.total_minor)
    }

    /// The least budget of a project. Null when it is not asked.
    async fn budget_min(&self) -> Option<Money> {
        self.money(self.budget.0)
    }

    /// The largest budget of a project. Null when it is not asked.
    async fn budget_max(&self) -> Option<Money> {
        self.money(self.budget.1)
    }

    /// Kinds of organizations that may lead; any when there is none.
    async fn eligible_leads(&self) -> Vec<OrganizationKind> {
        self.leads.values()
    }

    /// The federal states in one of which a project works (INEGI); any when there is none.
    async fn states(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::STATE, &self.state_codes)
    }

    /// The economic activities one of which a project serves (SCIAN); any when there is none.
    async fn scian(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.scian_codes)
    }

    /// Whether a company, a need or a project meets its conditions, line by line, as far as you may know; give one of the three. What is asked of projects alone (partners, budget, duration) is left out for a company and a need, the readiness level for a company. Null only when it cannot be told.
    async fn eligibility(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The company (`org_…`) that would apply.")] company: Option<
            OrganizationId,
        >,
        #[graphql(desc = "The need (`need_…`) that would be met.")] need: Option<NeedId>,
        #[graphql(desc = "A project (`project_…`) in which you take part.")] project: Option<
            ProjectId,
        >,
    ) -> Told<ProgrammeEligibility> {
        let asked = match (company, need, project) {
            (Some(id), None, None) => Asked::Company(id),
            (None, Some(id), None) => Asked::Need(id),
            (None, None, Some(id)) => Asked::Project(id),
            _ => {
                let message = "give one of company, need and project";
                return Some(Err(Error::Argument("company", message.into())));
            }
        };
        Some(match self.whole(ctx).await {
            Ok(row) => eligibility(ctx, &row, asked).await,
            Err(error) => Err(error),
        })
    }

    /// The projects that applied, the first first, at most 100. Null below `CONTRACT`, or when they cannot be read.
    async fn applications(&self, ctx: &Context<'_>) -> Told<Vec<ProgrammeApplication>> {
        if self.disclosure_level < L4 {
            return None;
        }
        let told = async {
            let row = self.whole(ctx).await?;
            let rows = ctx.loaders().load_for(ApplicationsTo(self.id)).await?.unwrap_or_default();
            let one = |applied| ProgrammeApplication::disclose(&row, applied);
            Ok(rows.into_iter().take(100).map(one).collect())
        };
        Some(told.await)
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

    /// The steps of its life, oldest first. Who did them and why is told from `CONTRACT` on. Null only when they cannot be read.
    async fn history(&self, ctx: &Context<'_>) -> Told<Vec<StatusChange>> {
        Some(StatusChange::all(ctx, self.id, self.disclosure_level >= L4).await)
    }
}

use DisclosureLevel::{Contract as L4, PublicBlind as L0};

/// Every field that is read from columns.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("folio", &[Column::Folio], L0),
    Field::new("version", &[Column::Version], L0),
    Field::new("status", &[Column::Status], L0),
    Field::new("kind", &[Column::Kind], L0),
    Field::new("sponsor", &[Column::Sponsor], L0),
    Field::new("title", &[Column::Title], L0),
    Field::new("description", &[Column::Description], L0),
    Field::new("results", &[Column::Results], L0),
    Field::new("opensOn", &[Column::OpensOn], L0),
    Field::new("closesOn", &[Column::ClosesOn], L0),
    Field::new("currency", &[Column::Currency], L0),
    Field::new("total", &[Column::TotalMinor, Column::Currency], L0),
    Field::new("budgetMin", &[Column::BudgetMinMinor, Column::Currency], L0),
    Field::new("budgetMax", &[Column::BudgetMaxMinor, Column::Currency], L0),
    Field::new("eligibleLeads", &[Column::EligibleLeads], L0),
    Field::new("smeRequired", &[Column::SmeRequired], L0),
    Field::new("minPartners", &[Column::MinPartners], L0),
    Field::new("durationMinMonths", &[Column::DurationMinMonths], L0),
    Field::new("durationMaxMonths", &[Column::DurationMaxMonths], L0),
    Field::new("trlFrom", &[Column::TrlFrom], L0),
    Field::new("trlTo", &[Column::TrlTo], L0),
    Field::new("states", &[Column::States], L0),
    Field::new("scian", &[Column::Scian], L0),
    Field::new("minAssimilationLevel", &[Column::MinAssimilationLevel], L0),
    Field::new("url", &[Column::Url], L0),
    Field::new("announcedBy", &[Column::AnnouncedById], L0),
    Field::new("createdAt", &[Column::CreatedAt], L0).sortable(),
    Field::new("updatedAt", &[Column::UpdatedAt], L0).sortable(),
    Field::new("applications", &[], L4),
];

impl Node for Programme {
    type Entity = programme::Entity;
    type Column = Column;
    type Id = ProgrammeId;
    type Facts = ProgrammeFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne {
                name: "announcedBy",
                key: Column::AnnouncedById,
                place: |row: &mut Self| &mut row.announced_by,
            },
            &ToMany {
                name: "timeline",
                parent: event::Column::SubjectId,
                list: timeline,
                place: |row: &mut Self| &mut row.timeline,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::Status, Column::AnnouncedById]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_programmes(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<ProgrammeFacts> {
        Ok(ProgrammeFacts {
            id: row.fact(Column::Id)?,
            status: row.fact(Column::Status)?,
            announced_by: row.fact(Column::AnnouncedById)?,
        })
    }

    fn id(&self) -> ProgrammeId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: ProgrammeFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            folio: row.get_or_default(Column::Folio)?,
            version: row.get_or_default(Column::Version)?,
            status: facts.status,
            kind: row.get_or_default(Column::Kind)?,
            sponsor: row.get(Column::Sponsor)?,
            opens_on: row.get_or_default(Column::OpensOn)?,
            closes_on: row.get(Column::ClosesOn)?,
            sme_required: row.get_or_default(Column::SmeRequired)?,
            min_partners: row.get(Column::MinPartners)?,
            duration_min_months: row.get(Column::DurationMinMonths)?,
            duration_max_months: row.get(Column::DurationMaxMonths)?,
            trl_from: row.get(Column::TrlFrom)?,
            trl_to: row.get(Column::TrlTo)?,
            min_assimilation_level: row.get(Column::MinAssimilationLevel)?,
            url: row.get(Column::Url)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            disclosure_level: level,
            facts,
            texts: [
                row.get(Column::Title)?,
                row.get(Column::Description)?,
                row.get(Column::Results)?,
            ],
            currency: row.get_or_default(Column::Currency)?,
            total_minor: row.get(Column::TotalMinor)?,
            budget: (row.get(Column::BudgetMinMinor)?, row.get(Column::BudgetMaxMinor)?),
            leads: row.get_or_default(Column::EligibleLeads)?,
            state_codes: row.get_or_default(Column::States)?,
            scian_codes: row.get_or_default(Column::Scian)?,
            announced_by: None,
            timeline: Many::default(),
        })
    }
}
