//! The parts of a project as its reader may see them: partners, money, work, milestones, outcomes.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, SimpleObject, dataloader::Loader};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    Codes, ConsortiumRole, ContributionForm, DisclosureLevel, DocumentId, FundingKind,
    FundingLines, FundingStatus, Language, Localized, MilestoneId, MilestoneKind, MilestoneStatus,
    NeedId, OfferId, OrganizationId, OutcomeId, OutcomeKind, OutcomeStatus, ProjectId, TrlEvidence,
    WorkPackages, milestone, outcome, project, project_partner, project_source,
};
use futures_util::future::try_join_all;
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::{Project, finances::Sums, milestones::is_open};
use crate::{
    calendar::end_of,
    context::Request,
    documents::Document,
    error::{Error, Result, Told},
    history::StatusChange,
    organizations::Organization,
    policy::{ProjectFacts, linked_projects, speaks_for},
    read::{Batch, Node},
    scalars::{Decimal, Money},
};

/// The partners of a project, in their order. Ask the policy about the project first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct PartnersOf(pub(super) ProjectId);

impl Loader<PartnersOf> for Batch {
    type Value = Vec<project_partner::Model>;
    type Error = Error;

    async fn load(&self, keys: &[PartnersOf]) -> Result<HashMap<PartnersOf, Self::Value>> {
        use project_partner::Column;
        let rows = project_partner::Entity::find()
            .filter(Column::ProjectId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(Column::Place)
            .order_by_asc(Column::OrganizationId)
            .all(self.db.fresh())
            .await?;
        Ok(sorted(rows, |row| PartnersOf(row.project_id)))
    }
}

/// What a project comes from, in its order. Ask the policy about the project first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SourcesOf(pub(super) ProjectId);

impl Loader<SourcesOf> for Batch {
    type Value = Vec<project_source::Model>;
    type Error = Error;

    async fn load(&self, keys: &[SourcesOf]) -> Result<HashMap<SourcesOf, Self::Value>> {
        use project_source::Column;
        let rows = project_source::Entity::find()
            .filter(Column::ProjectId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(Column::Place)
            .all(self.db.fresh())
            .await?;
        Ok(sorted(rows, |row| SourcesOf(row.project_id)))
    }
}

/// The milestones of a project, in their order. Ask the policy about the project first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct MilestonesOf(pub(super) ProjectId);

impl Loader<MilestonesOf> for Batch {
    type Value = Vec<milestone::Model>;
    type Error = Error;

    async fn load(&self, keys: &[MilestonesOf]) -> Result<HashMap<MilestonesOf, Self::Value>> {
        use milestone::Column;
        let rows = milestone::Entity::find()
            .filter(Column::ProjectId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(Column::Number)
            .all(self.db.fresh())
            .await?;
        Ok(sorted(rows, |row| MilestonesOf(row.project_id)))
    }
}

/// The outcomes of a project, the first recorded first. Ask the policy about the project first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct OutcomesOf(pub(super) ProjectId);

impl Loader<OutcomesOf> for Batch {
    type Value = Vec<outcome::Model>;
    type Error = Error;

    async fn load(&self, keys: &[OutcomesOf]) -> Result<HashMap<OutcomesOf, Self::Value>> {
        use outcome::Column;
        let rows = outcome::Entity::find()
            .filter(Column::ProjectId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(Column::RecordedAt)
            .order_by_asc(Column::Id)
            .all(self.db.fresh())
            .await?;
        Ok(sorted(rows, |row| OutcomesOf(row.project_id)))
    }
}

/// From what projects come: as far as the viewer may know it of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ProjectsFrom {
    Need(NeedId),
    Offer(OfferId),
}

impl Loader<ProjectsFrom> for Batch {
    type Value = Vec<ProjectId>;
    type Error = Error;

    async fn load(&self, keys: &[ProjectsFrom]) -> Result<HashMap<ProjectsFrom, Self::Value>> {
        use project_source::Column;
        let needs = keys.iter().filter_map(|key| match key {
            ProjectsFrom::Need(id) => Some(*id),
            ProjectsFrom::Offer(_) => None,
        });
        let offers = keys.iter().filter_map(|key| match key {
            ProjectsFrom::Offer(id) => Some(*id),
            ProjectsFrom::Need(_) => None,
        });
        let either = Column::NeedId.is_in(needs).or(Column::OfferId.is_in(offers));
        let own = project::Entity::find()
            .select_only()
            .column(project::Column::Id)
            .filter(linked_projects(&self.viewer));
        // Ids tell when: the last one first.
        let rows = project_source::Entity::find()
            .filter(either)
            .filter(Column::ProjectId.in_subquery(own.into_query()))
            .order_by_desc(Column::ProjectId)
            .all(self.db.fresh())
            .await?;
        let mut found: HashMap<ProjectsFrom, Self::Value> = HashMap::new();
        for row in rows {
            let need = row.need_id.map(ProjectsFrom::Need);
            if let Some(key) = need.or(row.offer_id.map(ProjectsFrom::Offer)) {
                found.entry(key).or_default().push(row.project_id);
            }
        }
        Ok(found)
    }
}

fn sorted<K: Eq + std::hash::Hash, R>(rows: Vec<R>, key: fn(&R) -> K) -> HashMap<K, Vec<R>> {
    let mut found: HashMap<K, Vec<R>> = HashMap::new();
    for row in rows {
        found.entry(key(&row)).or_default().push(row);
    }
    found
}

/// The projects that come from something, in which the viewer takes part, the last first; at
/// most 20.
pub(crate) async fn projects_from(
    ctx: &Context<'_>,
    from: ProjectsFrom,
) -> Result<Vec<Arc<Project>>> {
    let ids = ctx.loaders().load_for(from).await?.unwrap_or_default();
    loaded(ctx, ids.into_iter().take(20)).await
}

/// Whether the viewer may know that an organization takes part: who was asked is known to the
/// leader alone until it has accepted.
async fn is_known(
    ctx: &Context<'_>,
    facts: &ProjectFacts,
    organization: OrganizationId,
) -> Result<bool> {
    let leads = organization == facts.leader;
    if leads || facts.knows_invited(ctx.viewer()) || speaks_for(ctx.viewer(), organization) {
        return Ok(true);
    }
    let rows = ctx.loaders().load_for(PartnersOf(facts.id)).await?.unwrap_or_default();
    Ok(rows.iter().any(|row| row.organization_id == organization && row.accepted_at.is_some()))
}

/// What a project comes from, as far as the viewer may know of it: that somebody who accepted
/// stands behind it, they know by that; of who was asked it is the leader's to know.
pub(super) async fn sources<N: Node>(
    ctx: &Context<'_>,
    facts: &ProjectFacts,
    which: fn(&project_source::Model) -> Option<N::Id>,
) -> Result<Vec<Arc<N>>> {
    let rows = ctx.loaders().load_for(SourcesOf(facts.id)).await?.unwrap_or_default();
    let partners = ctx.loaders().load_for(PartnersOf(facts.id)).await?.unwrap_or_default();
    let invited = facts.knows_invited(ctx.viewer());
    let accepted = |id: &OrganizationId| {
        partners.iter().any(|row| row.organization_id == *id && row.accepted_at.is_some())
    };
    let known = |row: &&project_source::Model| {
        let sides = row.sides.parsed::<OrganizationId>();
        let own = sides.iter().any(|id| speaks_for(ctx.viewer(), *id));
        invited || own || sides.iter().all(accepted)
    };
    loaded(ctx, rows.iter().filter(known).filter_map(which)).await
}

/// An organization that takes part, as far as the viewer may know of it.
async fn taking_part(
    ctx: &Context<'_>,
    facts: &ProjectFacts,
    organization: OrganizationId,
) -> Told<Arc<Organization>> {
    match is_known(ctx, facts, organization).await {
        Ok(true) => ctx.load(organization).await.transpose(),
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    }
}

async fn documents(ctx: &Context<'_>, ids: &Codes) -> Result<Vec<Arc<Document>>> {
    loaded(ctx, ids.parsed::<DocumentId>()).await
}

/// The things with these ids, in their order, as far as the viewer may know of them.
pub(super) async fn loaded<N: Node>(
    ctx: &Context<'_>,
    ids: impl IntoIterator<Item = N::Id>,
) -> Result<Vec<Arc<N>>> {
    let found = ids.into_iter().map(|id| ctx.load::<N>(id));
    Ok(try_join_all(found).await?.into_iter().flatten().collect())
}

/// A partner in a project.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ProjectPartner {
    /// As what it takes part.
    role: ConsortiumRole,
    /// Its share in the budget and in what comes of it, in basis points, 0 to 10,000. Null below `CONTRACT`.
    share_bp: Option<i32>,
    /// Its part of the budget, by its share, in the budget's currency. The parts of all partners add up to the budget, to the cent: each is rounded down, and the cents that are left go one each to the largest remainders. Null below `CONTRACT`, and until there is a budget and the shares add up to 10,000.
    portion: Option<Decimal>,
    /// Whether milestones are accepted by it beside the leader: the offices that do not lead; where the one office leads, the companies. Null below `CONTRACT`.
    accepts_milestones: Option<bool>,
    /// Whether it approves the project and its closing: an office or a chamber. Null below `CONTRACT`.
    approves: Option<bool>,
    /// When it accepted its line. Null below `CONTRACT`, or until it did.
    accepted_at: Option<DateTime<Utc>>,
    /// When it declined, or was taken out of the consortium; told to the leader and to who proposed the project. Null for all who take part.
    declined_at: Option<DateTime<Utc>>,
    /// When it approved the project. Null below `CONTRACT`, or until it did.
    approved_at: Option<DateTime<Utc>>,
    /// When it agreed that the project is closed. Null below `CONTRACT`, or until it did.
    closed_at: Option<DateTime<Utc>>,
    /// Whether it lets the network know of the project. Null below `CONTRACT`.
    publishes: Option<bool>,
    #[graphql(skip)]
    organization_id: OrganizationId,
    #[graphql(skip)]
    contribution: Option<Localized>,
}

#[ComplexObject]
impl ProjectPartner {
    /// Which organization. Null only when it cannot be read.
    async fn organization(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.organization_id).await.transpose()
    }

    /// What it contributes, at most 1,000 characters. Null below `CONTRACT`, or when nothing was said.
    async fn contribution(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.contribution.as_ref()?.in_language(language)
    }
}

/// The partners whom the viewer may know, in their order.
pub(super) async fn partners(
    ctx: &Context<'_>,
    facts: &ProjectFacts,
    level: DisclosureLevel,
) -> Result<Vec<ProjectPartner>> {
    let rows = ctx.loaders().load_for(PartnersOf(facts.id)).await?.unwrap_or_default();
    let whole = level >= DisclosureLevel::Contract;
    let viewer = ctx.viewer();
    let invited = facts.knows_invited(viewer);
    let known = |row: &&project_partner::Model| {
        let accepted = row.accepted_at.is_some() && row.declined_at.is_none();
        let leads = row.organization_id == facts.leader;
        invited || leads || accepted || whole && speaks_for(viewer, row.organization_id)
    };
    let one = |row: &project_partner::Model| ProjectPartner {
        role: row.role,
        share_bp: whole.then_some(row.share_bp),
        portion: row.portion_minor.map(Decimal).filter(|_| whole),
        accepts_milestones: whole.then_some(row.accepts_milestones),
        approves: whole.then_some(row.approves),
        accepted_at: row.accepted_at.filter(|_| whole),
        declined_at: row.declined_at.filter(|_| invited),
        approved_at: row.approved_at.filter(|_| whole),
        closed_at: row.closed_at.filter(|_| whole),
        publishes: whole.then_some(row.publishes),
        organization_id: row.organization_id,
        contribution: row.contribution.clone().filter(|_| whole),
    };
    Ok(rows.iter().filter(known).map(one).collect())
}

/// Where a part of a project's money comes from.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct FundingLine {
    /// Its number in the project, from 1.
    number: i32,
    /// Who gives it, by name. Null for a partner.
    source: Option<String>,
    /// Whose money it is.
    kind: FundingKind,
    /// In what form.
    form: ContributionForm,
    /// How much.
    amount: Money,
    /// How far it has come. What was refused or cancelled is not counted on.
    status: FundingStatus,
    #[graphql(skip)]
    partner_id: Option<OrganizationId>,
    #[graphql(skip)]
    facts: ProjectFacts,
}

#[ComplexObject]
impl FundingLine {
    /// The partner that gives it. Null for somebody outside, and, until it has accepted, for all but the leader and who proposed the project.
    async fn partner(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        taking_part(ctx, &self.facts, self.partner_id?).await
    }
}

impl FundingLine {
    pub(super) fn all(facts: &ProjectFacts, lines: &FundingLines, currency: &str) -> Vec<Self> {
        let one = |(line, number): (&entity::FundingLine, i32)| Self {
            number,
            source: line.source.clone(),
            kind: line.kind,
            form: line.form,
            amount: Money { amount: Decimal(line.minor), currency: currency.to_owned() },
            status: line.status,
            partner_id: line.partner,
            facts: facts.clone(),
        };
        lines.0.iter().zip(1..).map(one).collect()
    }
}

/// What the money of a project comes to.
#[derive(Clone, Debug, SimpleObject)]
pub struct ProjectFinances {
    /// What is counted on: all funding lines but those refused or cancelled.
    counted: Money,
    /// Of that, what was promised or received.
    committed: Money,
    /// Of that, what was received.
    received: Money,
    /// Of what is counted on, what is money.
    cash: Money,
    /// Of what is counted on, what is given in kind; with `cash` it is `counted`.
    in_kind: Money,
    /// What the budget has more than is counted on. Null until there is a budget.
    missing: Option<Money>,
}

impl ProjectFinances {
    pub(super) fn of(lines: &FundingLines, budget: Option<i64>, currency: &str) -> Self {
        let sums = Sums::of(lines);
        let money = |minor: i64| Money { amount: Decimal(minor), currency: currency.to_owned() };
        Self {
            counted: money(sums.counted),
            committed: money(sums.committed),
            received: money(sums.received),
            cash: money(sums.cash),
            in_kind: money(sums.counted - sums.cash),
            missing: budget.map(|budget| money(budget - sums.counted)),
        }
    }
}

/// A part of a project's work.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct WorkPackage {
    /// Its number in the project, from 1.
    number: i32,
    /// The first day. Null when nothing was said.
    starts_on: Option<NaiveDate>,
    /// The last day. Null when nothing was said.
    ends_on: Option<NaiveDate>,
    /// What it costs. Null when nothing was said.
    budget: Option<Money>,
    #[graphql(skip)]
    title: Localized,
    #[graphql(skip)]
    responsible_id: OrganizationId,
    #[graphql(skip)]
    facts: ProjectFacts,
}

#[ComplexObject]
impl WorkPackage {
    /// What is done, at most 300 characters.
    async fn title(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.title.in_language(language).unwrap_or_default()
    }

    /// The partner that answers for it. Null, until it has accepted, for all but the leader and who proposed the project.
    async fn responsible(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        taking_part(ctx, &self.facts, self.responsible_id).await
    }
}

impl WorkPackage {
    pub(super) fn all(facts: &ProjectFacts, packages: &WorkPackages, currency: &str) -> Vec<Self> {
        let money = |minor: i64| Money { amount: Decimal(minor), currency: currency.to_owned() };
        let one = |(package, number): (&entity::WorkPackage, i32)| Self {
            number,
            starts_on: package.starts_on,
            ends_on: package.ends_on,
            budget: package.budget_minor.map(money),
            title: package.title.clone(),
            responsible_id: package.responsible,
            facts: facts.clone(),
        };
        packages.0.iter().zip(1..).map(one).collect()
    }
}

/// Something that is to be reached in a project.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Milestone {
    /// Identifies it.
    id: MilestoneId,
    /// Its number in the project, from 1.
    number: i32,
    /// What it is about.
    kind: MilestoneKind,
    /// Where it stands.
    status: MilestoneStatus,
    /// The last day on which it can be reached in time.
    due_on: NaiveDate,
    /// Whether its day has passed and it is still open.
    overdue: bool,
    /// The technology readiness level that it shows, 1 to 9. Null when it shows none.
    trl_after: Option<i32>,
    /// What is paid when it is accepted. Null when nothing is.
    payment: Option<Money>,
    /// What proves the readiness level. Empty until it was submitted.
    trl_evidence: Vec<TrlEvidence>,
    /// When it was last submitted. Null until then.
    submitted_at: Option<DateTime<Utc>>,
    /// When the leader accepted it, or said of an approved project's that it is asked for no longer. Null until then.
    leader_accepted_at: Option<DateTime<Utc>>,
    /// When the office did, or whoever accepts milestones in its place. Null until then.
    office_accepted_at: Option<DateTime<Utc>>,
    /// When it was accepted, missed or waived. Null until then.
    ended_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    title: Localized,
    #[graphql(skip)]
    acceptance_criteria: Option<Localized>,
    #[graphql(skip)]
    evidence: Option<Localized>,
    #[graphql(skip)]
    documents: Codes,
    #[graphql(skip)]
    responsible_id: OrganizationId,
    #[graphql(skip)]
    facts: ProjectFacts,
}

#[ComplexObject]
impl Milestone {
    /// What is to be reached, at most 200 characters.
    async fn title(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.title.in_language(language).unwrap_or_default()
    }

    /// By what it is known that it was reached, at most 1,000 characters. Null when nothing was said.
    async fn acceptance_criteria(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.acceptance_criteria.as_ref()?.in_language(language)
    }

    /// What shows that it was reached, at most 2,000 characters. Null until it was submitted.
    async fn evidence(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.evidence.as_ref()?.in_language(language)
    }

    /// The partner that is to reach it. Null, until it has accepted, for all but the leader and who proposed the project.
    async fn responsible(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        taking_part(ctx, &self.facts, self.responsible_id).await
    }

    /// The project's documents that show it, as far as you may read them. Null only when they cannot be read.
    async fn documents(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Document>>> {
        Some(documents(ctx, &self.documents).await)
    }

    /// The steps of its life, oldest first. Null only when they cannot be read.
    async fn history(&self, ctx: &Context<'_>) -> Told<Vec<StatusChange>> {
        Some(StatusChange::all(ctx, self.id, true).await)
    }
}

impl Milestone {
    pub(super) fn disclose(
        facts: &ProjectFacts,
        row: milestone::Model,
        currency: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let money = |minor: i64| Money { amount: Decimal(minor), currency: currency.to_owned() };
        Self {
            id: row.id,
            number: row.number,
            kind: row.kind,
            status: row.status,
            due_on: row.due_on,
            overdue: is_overdue(&row, now),
            trl_after: row.trl_after,
            payment: row.payment_minor.map(money),
            trl_evidence: row.trl_evidence.0,
            submitted_at: row.submitted_at,
            leader_accepted_at: row.leader_accepted_at,
            office_accepted_at: row.office_accepted_at,
            ended_at: row.ended_at,
            title: row.title,
            acceptance_criteria: row.acceptance_criteria,
            evidence: row.evidence,
            documents: row.documents,
            responsible_id: row.responsible_id,
            facts: facts.clone(),
        }
    }
}

fn is_overdue(row: &milestone::Model, now: DateTime<Utc>) -> bool {
    is_open(row.status) && end_of(row.due_on) <= now
}

/// How far the milestones of a project have come.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ProjectProgress {
    /// How many milestones there are, without those waived.
    total: i32,
    /// How many were accepted.
    accepted: i32,
    /// How many were missed.
    missed: i32,
    /// How many were waived.
    waived: i32,
    /// How many are open although their day has passed.
    overdue: i32,
    /// `accepted` of `total` in basis points, 0 to 10,000. Null when there is none.
    progress_bp: Option<i32>,
}

impl ProjectProgress {
    pub(super) fn of(rows: &[milestone::Model], now: DateTime<Utc>) -> Self {
        let count = |which: &dyn Fn(&milestone::Model) -> bool| {
            i32::try_from(rows.iter().filter(|row| which(row)).count()).unwrap_or(i32::MAX)
        };
        let is = |status: MilestoneStatus| count(&|row| row.status == status);
        let (accepted, waived) = (is(MilestoneStatus::Accepted), is(MilestoneStatus::Waived));
        let total = count(&|_| true) - waived;
        Self {
            total,
            accepted,
            missed: is(MilestoneStatus::Missed),
            waived,
            overdue: count(&|row| is_overdue(row, now)),
            progress_bp: (accepted * 10_000).checked_div(total),
        }
    }
}

/// What came of a project.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Outcome {
    /// Identifies it.
    id: OutcomeId,
    /// What kind of outcome it is.
    kind: OutcomeKind,
    /// Whether another partner found it true; it counts when one did.
    status: OutcomeStatus,
    /// As it was before, in `unit`. Null when nothing was measured before.
    baseline: Option<Decimal>,
    /// As it is now, in `unit`.
    value: Decimal,
    /// The unit of both, at most 40 characters ("m3/t", "MXN al año").
    unit: String,
    /// When it was measured.
    measured_on: NaiveDate,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// When another partner found it true, or did not. Null until then.
    judged_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    metric: Localized,
    #[graphql(skip)]
    evidence: Localized,
    #[graphql(skip)]
    documents: Codes,
    #[graphql(skip)]
    recorded_by_id: OrganizationId,
    #[graphql(skip)]
    judged_by_id: Option<OrganizationId>,
}

#[ComplexObject]
impl Outcome {
    /// What is measured, at most 200 characters.
    async fn metric(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.metric.in_language(language).unwrap_or_default()
    }

    /// What shows it, at most 2,000 characters.
    async fn evidence(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.evidence.in_language(language).unwrap_or_default()
    }

    /// The project's documents that show it, as far as you may read them. Null only when they cannot be read.
    async fn documents(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Document>>> {
        Some(documents(ctx, &self.documents).await)
    }

    /// The partner that says so. Null only when it cannot be read.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.recorded_by_id).await.transpose()
    }

    /// The partner that found it true, or did not. Null until then.
    async fn judged_by(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.judged_by_id?).await.transpose()
    }

    /// The steps of its life, oldest first. Null only when they cannot be read.
    async fn history(&self, ctx: &Context<'_>) -> Told<Vec<StatusChange>> {
        Some(StatusChange::all(ctx, self.id, true).await)
    }
}

impl From<outcome::Model> for Outcome {
    fn from(row: outcome::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            status: row.status,
            baseline: row.baseline_hundredths.map(Decimal),
            value: Decimal(row.value_hundredths),
            unit: row.unit,
            measured_on: row.measured_on,
            recorded_at: row.recorded_at,
            judged_at: row.judged_at,
            metric: row.metric,
            evidence: row.evidence,
            documents: row.documents,
            recorded_by_id: row.recorded_by_id,
            judged_by_id: row.judged_by_id,
        }
    }
}
