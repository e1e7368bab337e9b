//! How a project is written down, and how its plan changes until it is approved.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    Codes, ConsortiumRole, FundingLines, Localized, MilestoneId, MilestoneKind, MilestoneStatus,
    NeedId, OfferId, OrganizationId, OrganizationKind, ProjectId, ProjectRisks, ProjectStatus,
    ProjectType, TrlEvidences, WorkPackages, milestone, need, offer, organization, outcome,
    project, project_partner, project_source,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    finances,
    input::{
        ConsortiumPartnerInput, MOST_ASKED, MOST_MILESTONES, MOST_SOURCES, MilestoneInput,
        ProjectInput, check_consortium, optional,
    },
    milestones::first_due,
};
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::step,
    policy::{
        Allowed, ProjectAction, Viewer, introduced_needs, introduced_offers, is_institution,
        own_needs, own_offers, signs_for, speaks_for, visible_offers,
    },
    work::Work,
};

/// A project with its parts, kept as they are until the end of the work.
pub(super) struct Held {
    /// As it was; nothing when there is none.
    pub(super) project: Option<project::Model>,
    /// Those who were asked, in their order, with those who declined.
    pub(super) partners: Vec<project_partner::Model>,
    /// In their order.
    pub(super) milestones: Vec<milestone::Model>,
    /// The first recorded first.
    pub(super) outcomes: Vec<outcome::Model>,
}

impl Held {
    /// Nobody changes them meanwhile: whoever does, holds the project first.
    pub(super) async fn of(work: &Work, id: ProjectId) -> Result<Self> {
        let project = work.keep::<project::Entity>(id).await?;
        let partners = project_partner::Entity::find()
            .filter(project_partner::Column::ProjectId.eq(id))
            .order_by_asc(project_partner::Column::Place)
            .all(work.tx())
            .await?;
        let milestones = milestone::Entity::find()
            .filter(milestone::Column::ProjectId.eq(id))
            .order_by_asc(milestone::Column::Number)
            .all(work.tx())
            .await?;
        let outcomes = outcome::Entity::find()
            .filter(outcome::Column::ProjectId.eq(id))
            .order_by_asc(outcome::Column::Id)
            .all(work.tx())
            .await?;
        Ok(Self { project, partners, milestones, outcomes })
    }

    /// Those who take part: all who were asked and did not decline.
    pub(super) fn standing(&self) -> impl Iterator<Item = &project_partner::Model> {
        self.partners.iter().filter(|partner| partner.declined_at.is_none())
    }

    /// The partner for which something is done, at `input.partner`: one that takes part and for
    /// which the viewer `may` do it. Who else was asked is not found out by guessing.
    pub(super) fn own_partner(
        &self,
        viewer: &Viewer,
        id: OrganizationId,
        may: fn(&Viewer, OrganizationId) -> bool,
    ) -> Result<&project_partner::Model> {
        let found = self.standing().find(|partner| partner.organization_id == id);
        let found = found.filter(|_| may(viewer, id));
        found.ok_or_else(|| Error::no_such("input.partner"))
    }

    /// Leave for the parts of the project, asked of it as it was: by a change, who changed it may
    /// lead or take part no longer.
    pub(super) fn leave(
        &self,
        work: &Work,
        action: ProjectAction,
    ) -> Result<Allowed<project::Model>> {
        let project = self.project.clone().ok_or(Error::NotFound("project"))?;
        work.viewer().allow(action, project)
    }

    /// What is paid for milestones, in hundredths.
    pub(super) fn payments(&self) -> i64 {
        let counts = |milestone: &&milestone::Model| milestone.status != MilestoneStatus::Waived;
        self.milestones.iter().filter(counts).filter_map(|one| one.payment_minor).sum()
    }
}

/// A consortium as it is to be.
struct Consortium {
    given: Vec<ConsortiumPartnerInput>,
    contributions: Vec<Option<Localized>>,
    kinds: HashMap<OrganizationId, OrganizationKind>,
}

impl Consortium {
    /// Everything that is wrong with it by itself goes into `checks`.
    async fn check(
        work: &Work,
        given: Vec<ConsortiumPartnerInput>,
        checks: &mut Checks<'_>,
    ) -> Result<Self> {
        check_consortium(&given, checks);
        let ids = given.iter().map(|partner| partner.organization);
        let rows: Vec<(OrganizationId, OrganizationKind)> = organization::Entity::find()
            .select_only()
            .column(organization::Column::Id)
            .column(organization::Column::Kind)
            .filter(organization::Column::Id.is_in(ids))
            .into_tuple()
            .all(work.tx())
            .await?;
        let kinds: HashMap<_, _> = rows.into_iter().collect();
        let mut contributions = Vec::with_capacity(given.len());
        for (place, partner) in given.iter().enumerate() {
            let field = |name: &str| format!("consortium.{place}.{name}");
            let text = partner.contribution.clone();
            contributions.push(optional(&field("contribution"), text, 1_000, checks));
            let Some(kind) = kinds.get(&partner.organization) else {
                let message = "no existe / does not exist";
                checks.wrong(&field("organization"), UserErrorCode::NotFound, message);
                continue;
            };
            let own_role = match kind {
                OrganizationKind::TechnologyTransferOffice => {
                    Some(ConsortiumRole::TechnologyTransferOffice)
                }
                OrganizationKind::Chamber => Some(ConsortiumRole::Chamber),
                _ => None,
            };
            let roles =
                [ConsortiumRole::TechnologyTransferOffice, ConsortiumRole::Chamber].map(Some);
            let role = Some(partner.role);
            let fits = match own_role {
                Some(_) => role == own_role || partner.role == ConsortiumRole::Leader,
                None => !roles.contains(&role),
            };
            if !fits {
                let message = "no corresponde a la organización / does not fit the organization";
                checks.wrong(&field("role"), UserErrorCode::Invalid, message);
            }
        }
        Ok(Self { given, contributions, kinds })
    }

    fn leader(&self) -> Option<OrganizationId> {
        let leads = |partner: &&ConsortiumPartnerInput| partner.role == ConsortiumRole::Leader;
        self.given.iter().find(leads).map(|partner| partner.organization)
    }

    fn partners(&self) -> Codes {
        self.given.iter().map(|partner| partner.organization).collect()
    }

    /// Who accepts milestones beside the leader: the offices that do not lead; where the one
    /// office leads, the companies; where there are none either, everybody else.
    fn accepts_milestones(&self) -> Vec<OrganizationId> {
        let others = self.given.iter().filter(|partner| partner.role != ConsortiumRole::Leader);
        let others: Vec<_> = others.map(|partner| partner.organization).collect();
        let of = |kind: fn(OrganizationKind) -> bool| -> Vec<_> {
            let fits = |id: &&OrganizationId| self.kinds.get(*id).is_some_and(|one| kind(*one));
            others.iter().filter(fits).copied().collect()
        };
        let offices = of(|kind| kind == OrganizationKind::TechnologyTransferOffice);
        let companies = of(|kind| !is_institution(kind));
        let all = [offices, companies, others.clone()];
        all.into_iter().find(|ids| !ids.is_empty()).unwrap_or_default()
    }

    /// The lines of the consortium, as nobody has accepted them yet.
    fn rows(&self, id: ProjectId) -> Vec<project_partner::Model> {
        let accept = self.accepts_milestones();
        let lines = self.given.iter().zip(&self.contributions).zip(0..);
        let row =
            |((partner, contribution), place): ((&ConsortiumPartnerInput, &Option<_>), i32)| {
                let kind = self.kinds.get(&partner.organization);
                project_partner::Model {
                    project_id: id,
                    organization_id: partner.organization,
                    place,
                    role: partner.role,
                    share_bp: partner.share_bp,
                    portion_minor: None,
                    contribution: contribution.clone(),
                    accepts_milestones: accept.contains(&partner.organization),
                    approves: matches!(
                        kind,
                        Some(
                            OrganizationKind::TechnologyTransferOffice | OrganizationKind::Chamber
                        )
                    ),
                    accepted_at: None,
                    accepted_by: None,
                    declined_at: None,
                    approved_at: None,
                    approved_by: None,
                    closed_at: None,
                    closed_by: None,
                    publishes: false,
                }
            };
        lines.map(row).collect()
    }
}

/// What a project comes from, as far as the viewer may say so, with those who have to take part
/// then: of a need its company and its chamber, of an offer its office. Who stands behind a need
/// is known to its own side and to those who were introduced; and who leads the project learns
/// it, so it is who says so, or stands behind it.
async fn sources(
    work: &Work,
    (from, leader): (OrganizationId, Option<OrganizationId>),
    needs: Option<Vec<NeedId>>,
    offers: Option<Vec<OfferId>>,
    checks: &mut Checks<'_>,
) -> Result<Vec<project_source::Model>> {
    let viewer = work.viewer();
    let leads = |sides: &[OrganizationId]| {
        viewer.system || leader.is_none_or(|leader| leader == from || sides.contains(&leader))
    };
    let system = viewer.system.then(Condition::all);
    let mut sources = Vec::new();
    let needs = checks.at_most("needs", needs.unwrap_or_default(), MOST_SOURCES);
    let known = own_needs(viewer).add_option(introduced_needs(viewer)).add_option(system.clone());
    let rows: Vec<(NeedId, OrganizationId, OrganizationId)> = need::Entity::find()
        .select_only()
        .columns([need::Column::Id, need::Column::CompanyId, need::Column::ChamberId])
        .filter(need::Column::Id.is_in(needs.iter().copied()))
        .filter(known)
        .into_tuple()
        .all(work.tx())
        .await?;
    for (place, id) in needs.into_iter().enumerate() {
        let found = rows.iter().find(|(need, ..)| *need == id);
        match found.map(|(_, company, chamber)| [*company, *chamber]) {
            Some(sides) if leads(&sides) => sources.push(source(Some(id), None, &sides)),
            Some(_) => unknown_to_leader(&format!("needs.{place}"), checks),
            None => no_such(&format!("needs.{place}"), checks),
        }
    }
    let offers = checks.at_most("offers", offers.unwrap_or_default(), MOST_SOURCES);
    // Whose an anonymous offer is, is not found out by guessing.
    let named =
        Condition::all().add(visible_offers(viewer)).add(offer::Column::Anonymous.eq(false));
    let known =
        own_offers(viewer).add_option(introduced_offers(viewer)).add(named).add_option(system);
    let rows: Vec<(OfferId, OrganizationId, bool)> = offer::Entity::find()
        .select_only()
        .columns([offer::Column::Id, offer::Column::OttId, offer::Column::Anonymous])
        .filter(offer::Column::Id.is_in(offers.iter().copied()))
        .filter(known)
        .into_tuple()
        .all(work.tx())
        .await?;
    for (place, id) in offers.into_iter().enumerate() {
        let found = rows.iter().find(|(offer, ..)| *offer == id);
        match found.map(|(_, office, anonymous)| ([*office], *anonymous)) {
            Some((sides, anonymous)) if !anonymous || leads(&sides) => {
                sources.push(source(None, Some(id), &sides));
            }
            Some(_) => unknown_to_leader(&format!("offers.{place}"), checks),
            None => no_such(&format!("offers.{place}"), checks),
        }
    }
    Ok(sources)
}

fn source(
    need: Option<NeedId>,
    offer: Option<OfferId>,
    sides: &[OrganizationId],
) -> project_source::Model {
    project_source::Model {
        project_id: ProjectId::default(),
        place: 0,
        need_id: need,
        offer_id: offer,
        sides: sides.iter().collect(),
    }
}

fn no_such(field: &str, checks: &mut Checks<'_>) {
    checks.wrong(field, UserErrorCode::NotFound, "no existe / does not exist");
}

fn unknown_to_leader(field: &str, checks: &mut Checks<'_>) {
    let message = "quien dirige el proyecto no sabe de quién es / who leads the project does not know whose it is";
    checks.wrong(field, UserErrorCode::Invalid, message);
}

/// Whether all who stand behind what a project comes from take part in it.
pub(super) fn all_sides(row: &project::Model, sources: &[project_source::Model]) -> bool {
    let mut sides = sources.iter().flat_map(|source| &source.sides.0);
    sides.all(|id| row.partners.0.contains(id))
}

/// Who stands behind what a project comes from, takes part in it.
fn check_sides(row: &project::Model, sources: &[project_source::Model], checks: &mut Checks<'_>) {
    if !all_sides(row, sources) {
        let message = "participan la empresa y la cámara de cada necesidad, y la oficina de cada oferta / \
            the company and the chamber of each need take part, and the office of each offer";
        checks.wrong("consortium", UserErrorCode::Required, message);
    }
}

/// Writes a project down: it is there for who proposes it, and for its leader.
pub(crate) async fn propose(
    work: &mut Work,
    labels: &Labels,
    from: OrganizationId,
    mut input: ProjectInput,
    milestones: Vec<MilestoneInput>,
) -> Result<project::Model> {
    let mut row = project::Model {
        created_by: work.viewer().person,
        proposed_by_id: from,
        ..blank(work.now)
    };
    let allowed = work.allow_new(ProjectAction::Propose, row.clone())?;
    let mut checks = Checks::new("input.", labels);
    input.demand();
    let given = input.consortium.take().unwrap_or_default();
    let consortium = Consortium::check(work, given, &mut checks).await?;
    let leads = (from, consortium.leader());
    let (needs, offers) = (input.needs.take(), input.offers.take());
    let sources = sources(work, leads, needs, offers, &mut checks).await?;
    row.partners = consortium.partners();
    row.leader_id = consortium.leader().unwrap_or(from);
    check_proposer(&row, &mut checks);
    check_sides(&row, &sources, &mut checks);
    input.write(&mut row, &mut checks);
    if milestones.len() > MOST_MILESTONES {
        let message =
            format!("admite a lo más {MOST_MILESTONES} / takes at most {MOST_MILESTONES}");
        checks.wrong("milestones", UserErrorCode::LimitReached, message);
    }
    let mut planned = Vec::new();
    for (place, given) in milestones.into_iter().take(MOST_MILESTONES).enumerate() {
        let number = i32::try_from(place + 1).unwrap_or(i32::MAX);
        let mut milestone = blank_milestone(work.now, row.id, number);
        given.write(&format!("milestones.{place}."), &row, &mut milestone, &mut checks);
        planned.push(milestone);
    }
    checks.done()?;
    row.next_due_on = first_due(&planned);
    row.folio = work.folio("PRY").await?;
    let mut partners = consortium.rows(row.id);
    share_out(row.budget_minor, &mut partners);
    let allowed = allowed.with(|held| *held = row);
    let partners = parts(&allowed, partners)?;
    let lines = parts(&allowed, placed(allowed.id, sources))?;
    let steps: Vec<_> = planned.iter().map(|one| (one.id.to_string(), one.status)).collect();
    let planned = parts(&allowed, planned)?;
    let row = work.insert(allowed).await?;
    work.insert_all(partners, &[]).await?;
    work.insert_all(lines, &[]).await?;
    work.insert_all(planned, &[]).await?;
    work.history(row.id.to_string(), None, row.status.to_value(), (None, None)).await?;
    for (milestone, status) in steps {
        work.history(milestone, None, status.to_value(), (None, None)).await?;
    }
    work.record(Event::ProjectProposed { project: row.id });
    Ok(row)
}

fn check_proposer(row: &project::Model, checks: &mut Checks<'_>) {
    if !row.partners.0.contains(&row.proposed_by_id.to_string()) {
        let message = "quien lo propone participa / who proposes it takes part";
        checks.wrong("consortium", UserErrorCode::Required, message);
    }
}

/// The sources of a project, in their order.
fn placed(id: ProjectId, sources: Vec<project_source::Model>) -> Vec<project_source::Model> {
    let at = |(row, place): (project_source::Model, i32)| project_source::Model {
        project_id: id,
        place,
        ..row
    };
    sources.into_iter().zip(0..).map(at).collect()
}

/// What a project comes from, in its order.
pub(super) async fn sources_of(work: &Work, id: ProjectId) -> Result<Vec<project_source::Model>> {
    Ok(project_source::Entity::find()
        .filter(project_source::Column::ProjectId.eq(id))
        .order_by_asc(project_source::Column::Place)
        .all(work.tx())
        .await?)
}

fn parts<P: crate::policy::Part<project::Model>>(
    allowed: &Allowed<project::Model>,
    rows: Vec<P>,
) -> Result<Vec<Allowed<P>>> {
    rows.into_iter().map(|row| allowed.part(row)).collect()
}

/// Changes the plan. Who accepted or approved it, did so with another plan.
pub(crate) async fn revise(
    work: &mut Work,
    labels: &Labels,
    id: ProjectId,
    expected_version: i32,
    mut input: ProjectInput,
) -> Result<project::Model> {
    let action = ProjectAction::Revise;
    let held = Held::of(work, id).await?;
    let before = sources_of(work, id).await?;
    let mut checks = Checks::new("input.", labels);
    let consortium = match input.consortium.take() {
        Some(given) => Some(Consortium::check(work, given, &mut checks).await?),
        None => None,
    };
    let (proposer, leader) =
        held.project.as_ref().map(|row| (row.proposed_by_id, row.leader_id)).unzip();
    let leader = consortium.as_ref().and_then(Consortium::leader).or(leader);
    // Whoever leads it, says it; until it is formed, also who proposes it.
    let from = acting(work, [leader, proposer]).unwrap_or_default();
    // Another leader learns of all of them: each is looked at as if it were given anew.
    if held.project.as_ref().is_some_and(|row| Some(row.leader_id) != leader) {
        input.needs.get_or_insert_with(|| before.iter().filter_map(|row| row.need_id).collect());
        input.offers.get_or_insert_with(|| before.iter().filter_map(|row| row.offer_id).collect());
    }
    let mut found = stay(input.needs.as_deref(), input.offers.as_deref(), &before);
    let replaced = found.len() < before.len() || input.needs.is_some() || input.offers.is_some();
    let (needs, offers) = (input.needs.take(), input.offers.take());
    found.extend(sources(work, (from, leader), needs, offers, &mut checks).await?);
    let payments = held.payments() > 0;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        if let Some(consortium) = &consortium {
            let leader = consortium.leader().unwrap_or(row.leader_id);
            if row.formed_at.is_some() && leader != row.leader_id {
                let message =
                    "quien lo dirige ya no cambia / who leads it does not change any more";
                checks.wrong("consortium", UserErrorCode::Invalid, message);
            }
            (row.partners, row.leader_id) = (consortium.partners(), leader);
            if row.formed_at.is_none() {
                check_proposer(row, &mut checks);
            }
        }
        check_sides(row, &found, &mut checks);
        input.check_currency(row, payments, &mut checks);
        input.write(row, &mut checks);
        for number in unanswered(row, &held.milestones) {
            let message = format!("responde del hito {number} / answers for milestone {number}");
            checks.wrong("consortium", UserErrorCode::Required, message);
        }
        checks.done()
    })
    .await?;
    let allowed = held.leave(work, action)?;
    if let Some(consortium) = consortium {
        replace_partners(work, &allowed, &held, consortium.rows(id)).await?;
    }
    if replaced {
        for row in before {
            work.remove(allowed.part(row)?).await?;
        }
        work.insert_all(parts(&allowed, placed(id, found))?, &[]).await?;
    }
    void(work, &allowed, &row).await?;
    Ok(row)
}

/// For which of these the viewer speaks.
fn acting(work: &Work, of: [Option<OrganizationId>; 2]) -> Option<OrganizationId> {
    of.into_iter().flatten().find(|id| speaks_for(work.viewer(), *id))
}

/// The open milestones for which nobody answers who takes part.
pub(super) fn unanswered(row: &project::Model, milestones: &[milestone::Model]) -> Vec<i32> {
    let gone = |milestone: &&milestone::Model| {
        let responsible = milestone.responsible_id.to_string();
        milestone.status == MilestoneStatus::Planned && !row.partners.0.contains(&responsible)
    };
    milestones.iter().filter(gone).map(|milestone| milestone.number).collect()
}

/// What it comes from that was not given anew.
fn stay(
    needs: Option<&[NeedId]>,
    offers: Option<&[OfferId]>,
    before: &[project_source::Model],
) -> Vec<project_source::Model> {
    let stays = |row: &&project_source::Model| {
        row.need_id.is_some() && needs.is_none() || row.offer_id.is_some() && offers.is_none()
    };
    before.iter().filter(stays).cloned().collect()
}

/// The lines of the consortium, as they are now. Who was asked and is in it no more, is kept as
/// one who declined; who was only thought of, is not.
async fn replace_partners(
    work: &Work,
    allowed: &Allowed<project::Model>,
    held: &Held,
    lines: Vec<project_partner::Model>,
) -> Result<()> {
    let now = work.now;
    let known = |line: &project_partner::Model| {
        held.partners.iter().any(|before| before.organization_id == line.organization_id)
    };
    let new: Vec<_> = lines.iter().filter(|line| !known(line)).cloned().collect();
    if held.partners.len() + new.len() > MOST_ASKED {
        return Err(Error::field(
            "input.consortium",
            UserErrorCode::LimitReached,
            format!("ya se invitó a {MOST_ASKED} / {MOST_ASKED} were asked already"),
        ));
    }
    for before in held.partners.iter().cloned() {
        let line = lines.iter().find(|line| line.organization_id == before.organization_id);
        let row = allowed.part(before)?;
        match line {
            None if allowed.formed_at.is_none() => work.remove(row).await?,
            None => {
                let declined = |row: &mut project_partner::Model| {
                    row.declined_at = row.declined_at.or(Some(now));
                };
                work.update(row, declined).await.map(drop)?;
            }
            Some(line) => {
                let again = |row: &mut project_partner::Model| {
                    *row = project_partner::Model { publishes: row.publishes, ..line.clone() };
                };
                work.update(row, again).await.map(drop)?;
            }
        }
    }
    work.insert_all(parts(allowed, new)?, &[]).await
}

/// Gives each who takes part its part of the budget.
fn share_out(budget: Option<i64>, partners: &mut [project_partner::Model]) {
    let standing = |row: &&project_partner::Model| row.declined_at.is_none();
    let shares: Vec<_> = partners.iter().filter(standing).map(|row| row.share_bp).collect();
    let parts = budget.and_then(|budget| finances::parts(budget, &shares));
    let mut parts = parts.into_iter().flatten();
    for partner in partners {
        partner.portion_minor = if partner.declined_at.is_none() { parts.next() } else { None };
    }
}

/// What the partners said of a plan does not count any more, and each has its part of another
/// budget. Who changed it, and may bind its leader, stands by the new one.
pub(super) async fn void(
    work: &Work,
    allowed: &Allowed<project::Model>,
    row: &project::Model,
) -> Result<()> {
    let (now, person) = (work.now, work.viewer().person);
    let stands = row.formed_at.is_some() && signs_for(work.viewer(), row.leader_id);
    let before = Held::of(work, row.id).await?.partners;
    let mut after = before.clone();
    share_out(row.budget_minor, &mut after);
    for (before, after) in before.into_iter().zip(after) {
        let leads = before.organization_id == row.leader_id;
        work.update(allowed.part(before)?, |row| {
            row.portion_minor = after.portion_minor;
            row.accepted_at = (leads && stands).then_some(now);
            row.accepted_by = person.filter(|_| leads && stands);
            (row.approved_at, row.approved_by) = (None, None);
            row.publishes = row.publishes && leads;
        })
        .await?;
    }
    Ok(())
}

/// A project that says nothing yet.
fn blank(now: DateTime<Utc>) -> project::Model {
    project::Model {
        id: ProjectId::new(now),
        folio: String::new(),
        version: 1,
        status: ProjectStatus::Proposed,
        created_at: now,
        created_by: None,
        updated_at: now,
        kind: ProjectType::default(),
        proposed_by_id: OrganizationId::default(),
        leader_id: OrganizationId::default(),
        partners: Codes::default(),
        agreement_id: None,
        title: Localized::default(),
        objective: None,
        scian: Codes::default(),
        subsector: None,
        states: Codes::default(),
        trl_start: None,
        trl_target: None,
        trl_current: None,
        starts_on: None,
        ends_on: None,
        currency: "MXN".to_owned(),
        budget_minor: None,
        funding: FundingLines::default(),
        work_packages: WorkPackages::default(),
        risks: ProjectRisks::default(),
        formed_at: None,
        approved_at: None,
        started_at: None,
        completed_at: None,
        ended_at: None,
        published: false,
        next_due_on: None,
    }
}

/// A milestone that says nothing yet.
pub(super) fn blank_milestone(
    now: DateTime<Utc>,
    project: ProjectId,
    number: i32,
) -> milestone::Model {
    milestone::Model {
        id: MilestoneId::new(now),
        project_id: project,
        number,
        kind: MilestoneKind::default(),
        status: MilestoneStatus::Planned,
        title: Localized::default(),
        acceptance_criteria: None,
        responsible_id: OrganizationId::default(),
        due_on: now.date_naive(),
        trl_after: None,
        payment_minor: None,
        evidence: None,
        trl_evidence: TrlEvidences::default(),
        documents: Codes::default(),
        submitted_at: None,
        submitted_by: None,
        leader_accepted_at: None,
        leader_accepted_by: None,
        office_accepted_at: None,
        office_accepted_by: None,
        ended_at: None,
    }
}
