//! The life of a project: each verb with its guards.

use chrono::{DateTime, Utc};
use entity::{
    AgreementId, AgreementStatus, ConsortiumRole, FundingStatus, MilestoneStatus, OrganizationId,
    OrganizationKind, OutcomeStatus, ProjectId, ProjectRisk, ProjectRisks, ProjectStatus,
    agreement, milestone, organization, project, project_partner,
};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    finances,
    input::{FundingLineInput, MOST_FUNDING, check_partner, check_partners_of_plan, funding_line},
    plan::{Held, all_sides, sources_of, unanswered, void},
};
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{Living, Verb, Why, check_four_eyes, step},
    policy::{
        CONSORTIUM_CONTRACTS, PRELIMINARY, ProjectAction, Resource, approves_for, is_institution,
        signs_for,
    },
    work::Work,
};

impl Living for project::Model {
    type Status = ProjectStatus;

    fn record(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn status(&self) -> ProjectStatus {
        self.status
    }

    fn advance(&mut self, status: Option<ProjectStatus>, now: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = now;
        self.status = status.unwrap_or(self.status);
        let over = [ProjectStatus::Closed, ProjectStatus::Rejected, ProjectStatus::Cancelled];
        if over.contains(&self.status) {
            self.ended_at.get_or_insert(now);
        }
        if self.ended_at.is_some() || self.completed_at.is_some() {
            self.next_due_on = None;
        }
    }
}

impl Verb for ProjectAction {
    fn possible_in(self) -> &'static [ProjectStatus] {
        self.from()
    }

    fn leads_to(self) -> Option<ProjectStatus> {
        self.to()
    }

    fn done(self, row: &project::Model) -> Event {
        let project = row.id;
        match self {
            Self::Propose => Event::ProjectProposed { project },
            // Documents tell their own events: nobody takes a project through `Attach`.
            Self::Revise | Self::Attach => Event::ProjectRevised { project },
            Self::Form => Event::ProjectFormed { project },
            Self::Accept => Event::ProjectAccepted { project },
            Self::Decline => Event::ProjectDeclined { project },
            Self::Endorse => Event::ProjectEndorsed { project },
            Self::Approve => Event::ProjectApproved { project },
            Self::Reject => Event::ProjectRejected { project },
            Self::LinkAgreement => Event::ProjectAgreementLinked { project },
            Self::Start => Event::ProjectStarted { project },
            Self::Hold => Event::ProjectHeld { project },
            Self::Resume => Event::ProjectResumed { project },
            Self::Complete => Event::ProjectCompleted { project },
            Self::EndorseClosure => Event::ProjectClosureEndorsed { project },
            Self::Close => Event::ProjectClosed { project },
            Self::Cancel => Event::ProjectCancelled { project },
            Self::AddFunding => Event::FundingAdded { project },
            Self::FollowFunding => Event::FundingFollowed { project },
            Self::RecordRisks => Event::RisksRecorded { project },
            Self::PlanMilestone => Event::MilestonePlanned { project },
            Self::ReviseMilestone => Event::MilestoneRevised { project },
            Self::StartMilestone => Event::MilestoneStarted { project },
            Self::SubmitMilestone => Event::MilestoneSubmitted { project },
            Self::EndorseMilestone => Event::MilestoneEndorsed { project },
            Self::ReturnMilestone => Event::MilestoneReturned { project },
            Self::MissMilestone => Event::MilestoneMissed { project },
            Self::WaiveMilestone => Event::MilestoneWaived { project },
            Self::RecordOutcome => Event::OutcomeRecorded { project },
            Self::ValidateOutcome => Event::OutcomeValidated { project },
            Self::RefuseOutcome => Event::OutcomeRefused { project },
            Self::Apply => Event::ProjectApplied { project },
            Self::WithdrawApplication => Event::ApplicationWithdrawn { project },
        }
    }
}

/// A project at the version that its sender read.
pub(crate) type At = (ProjectId, i32);

/// A verb without guards of its own but for the tables.
pub(crate) async fn simply(
    work: &mut Work,
    (id, expected_version): At,
    action: ProjectAction,
    why: Why,
) -> Result<project::Model> {
    step(work, id, Some(expected_version), action, why, |_| Ok(())).await
}

/// Calls the partners together. Who leads it stands by it.
pub(crate) async fn form(
    work: &mut Work,
    (id, expected_version): At,
    publishes: bool,
) -> Result<project::Model> {
    let action = ProjectAction::Form;
    let held = Held::of(work, id).await?;
    let now = work.now;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        row.formed_at = Some(now);
        Ok(())
    })
    .await?;
    let person = work.viewer().person;
    let allowed = work.viewer().allow(action, row.clone())?;
    for partner in held.standing().filter(|partner| partner.organization_id == row.leader_id) {
        work.update(allowed.part(partner.clone())?, |partner| {
            (partner.accepted_at, partner.accepted_by) = (Some(now), person);
            partner.publishes = publishes;
        })
        .await?;
    }
    Ok(row)
}

/// Nobody approves for two partners of one project, or finds for two that it is closed.
fn check_one_side(work: &Work, held: &Held, partner: OrganizationId) -> Result<()> {
    let Some(person) = work.viewer().person else { return Ok(()) };
    let mut others = held.standing().filter(|other| other.organization_id != partner);
    let by = |other: &project_partner::Model| [other.approved_by, other.closed_by];
    if others.any(|other| by(other).contains(&Some(person))) {
        return Err(Error::field(
            "input.partner",
            UserErrorCode::FourEyes,
            "quien aprueba por una parte no aprueba por otra / whoever approves for one partner does not approve for another",
        ));
    }
    Ok(())
}

fn twice(message: &str) -> Error {
    Error::field("input.partner", UserErrorCode::IllegalState, message)
}

/// Says that a partner takes part as its line says.
pub(crate) async fn accept(
    work: &mut Work,
    (id, expected_version): At,
    partner: OrganizationId,
    publishes: bool,
) -> Result<project::Model> {
    let action = ProjectAction::Accept;
    let held = Held::of(work, id).await?;
    let row = step(work, id, Some(expected_version), action, (None, None), |_| Ok(())).await?;
    let own = held.own_partner(work.viewer(), partner, signs_for)?;
    if own.accepted_at.is_some() {
        return Err(twice("ya aceptó / has accepted already"));
    }
    let (now, person) = (work.now, work.viewer().person);
    work.update(held.leave(work, action)?.part(own.clone())?, |own| {
        (own.accepted_at, own.accepted_by) = (Some(now), person);
        own.publishes = publishes;
    })
    .await?;
    Ok(row)
}

/// Says that a partner does not take part: without it, it is another plan.
pub(crate) async fn decline(
    work: &mut Work,
    (id, expected_version): At,
    partner: OrganizationId,
    note: String,
) -> Result<project::Model> {
    let action = ProjectAction::Decline;
    let held = Held::of(work, id).await?;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        if row.leader_id == partner {
            return Err(Error::field(
                "input.partner",
                UserErrorCode::Invalid,
                "quien lo dirige lo cancela / who leads it cancels it",
            ));
        }
        row.partners.0.retain(|id| *id != partner.to_string());
        Ok(())
    })
    .await?;
    let own = held.own_partner(work.viewer(), partner, signs_for)?;
    let (now, status) = (work.now, row.status.to_value());
    let allowed = held.leave(work, action)?;
    work.update(allowed.part(own.clone())?, |own| own.declined_at = Some(now)).await?;
    void(work, &allowed, &row).await?;
    work.history(row.record(), Some(status.clone()), status, (None, Some(note))).await?;
    Ok(row)
}

/// Approves it for an office or a chamber; with the last one it is approved.
pub(crate) async fn endorse(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): At,
    partner: OrganizationId,
) -> Result<project::Model> {
    let action = ProjectAction::Endorse;
    let held = Held::of(work, id).await?;
    let row = step(work, id, Some(expected_version), action, (None, None), |_| Ok(())).await?;
    let own = held.own_partner(work.viewer(), partner, approves_for)?;
    check_ready(work, labels, &row, &held).await?;
    check_four_eyes(work, id).await?;
    check_one_side(work, &held, partner)?;
    if own.approved_at.is_some() {
        return Err(twice("ya lo aprobó / has approved it already"));
    }
    let (now, person) = (work.now, work.viewer().person);
    let allowed = work.viewer().allow(action, row.clone())?;
    work.update(allowed.part(own.clone())?, |own| {
        (own.approved_at, own.approved_by) = (Some(now), person);
    })
    .await?;
    let others = held.standing().filter(|other| other.approves && other.organization_id != partner);
    if others.into_iter().any(|other| other.approved_at.is_none()) {
        return Ok(row);
    }
    let published = held.standing().all(|partner| partner.publishes);
    step(work, id, None, ProjectAction::Approve, (None, None), |row| {
        (row.approved_at, row.published) = (Some(now), published);
        Ok(())
    })
    .await
}

/// Who carries it out, and signs for it: not a chamber, and not who gives money alone, unless it
/// has a share or answers for a part of the work.
pub(super) fn carriers<'a>(
    row: &'a project::Model,
    held: &'a Held,
) -> impl Iterator<Item = &'a project_partner::Model> {
    held.standing().filter(|partner| {
        let beside = matches!(partner.role, ConsortiumRole::Chamber | ConsortiumRole::Funder);
        let id = partner.organization_id;
        let works = held.milestones.iter().any(|one| one.responsible_id == id)
            || row.work_packages.0.iter().any(|package| package.responsible == id);
        !beside || partner.share_bp > 0 || works
    })
}

/// Everything that is missing before a project is approved, together.
async fn check_ready(
    work: &Work,
    labels: &Labels,
    row: &project::Model,
    held: &Held,
) -> Result<()> {
    let mut checks = Checks::new("project.", labels);
    let mut miss = |field: &str, message: &str| {
        checks.wrong(field, UserErrorCode::Required, message);
    };
    if held.standing().any(|partner| partner.accepted_at.is_none()) {
        miss("partners", "no todas las partes han aceptado / not all partners have accepted");
    }
    let shares: i64 = held.standing().map(|partner| i64::from(partner.share_bp)).sum();
    if shares != i64::from(finances::WHOLE) {
        let whole = finances::WHOLE;
        miss(
            "partners",
            &format!(
                "las participaciones suman {shares} y no {whole} / shares add up to {shares}, not {whole}"
            ),
        );
    }
    let kinds: Vec<OrganizationKind> = organization::Entity::find()
        .select_only()
        .column(organization::Column::Kind)
        .filter(
            organization::Column::Id.is_in(held.standing().map(|partner| partner.organization_id)),
        )
        .into_tuple()
        .all(work.tx())
        .await?;
    if kinds.iter().all(|kind| is_institution(*kind)) {
        miss("partners", "falta una empresa / a company is missing");
    }
    if !kinds.contains(&OrganizationKind::TechnologyTransferOffice) {
        miss("partners", "falta una oficina / an office is missing");
    }
    if !held.standing().any(|partner| partner.accepts_milestones) {
        miss(
            "partners",
            "falta quien acepte los hitos junto con quien dirige / nobody accepts milestones beside the leader",
        );
    }
    if !all_sides(row, &sources_of(work, row.id).await?) {
        miss(
            "partners",
            "falta quien está detrás de una necesidad u oferta / who stands behind a need or an offer is missing",
        );
    }
    let open = |status: MilestoneStatus| status != MilestoneStatus::Waived;
    if !held.milestones.iter().any(|milestone| open(milestone.status)) {
        miss("milestones", "falta un hito / a milestone is missing");
    }
    for number in unanswered(row, &held.milestones) {
        miss(
            "milestones",
            &format!("nadie responde del hito {number} / nobody answers for milestone {number}"),
        );
    }
    for (field, message) in finances::mistakes(row, held.payments()) {
        miss(field, &message);
    }
    let signed =
        [AgreementStatus::Approved, AgreementStatus::PartiallySigned, AgreementStatus::Active];
    let many = carriers(row, held).count() >= MANY;
    let contract = agreement_of(work, row.agreement_id).await?;
    let rests = contract.is_some_and(|it| signed.contains(&it.status) && holds(&it, row, held));
    if many && !rests {
        miss(
            "agreement",
            "falta un convenio de consorcio o de desarrollo conjunto aprobado por quienes lo llevan a cabo / \
             a consortium or joint development agreement that all who carry it out approved is missing",
        );
    }
    check_partners_of_plan(row, &mut checks);
    checks.done()
}

/// From how many on those who carry a project out sign together.
const MANY: usize = 3;

async fn agreement_of(work: &Work, id: Option<AgreementId>) -> Result<Option<agreement::Model>> {
    let Some(id) = id else { return Ok(None) };
    work.keep::<agreement::Entity>(id).await
}

/// Whether a project can rest on a contract: all who carry it out are parties to it, it is no
/// preliminary one, and of three or more it is one of a consortium.
fn holds(contract: &agreement::Model, row: &project::Model, held: &Held) -> bool {
    let party = |partner: &project_partner::Model| {
        contract.parties.0.contains(&partner.organization_id.to_string())
    };
    let many = carriers(row, held).count() >= MANY;
    let fits = if many {
        CONSORTIUM_CONTRACTS.contains(&contract.kind)
    } else {
        !PRELIMINARY.contains(&contract.kind)
    };
    fits && carriers(row, held).all(party)
}

/// Names the contract on which it rests; before it is approved, that is another plan.
pub(crate) async fn link_agreement(
    work: &mut Work,
    (id, expected_version): At,
    contract: AgreementId,
) -> Result<project::Model> {
    let held = Held::of(work, id).await?;
    let action = ProjectAction::LinkAgreement;
    let found = agreement_of(work, Some(contract)).await?;
    let party = entity::DisclosureLevel::Contract;
    let found = found.filter(|contract| contract.level(work.viewer()) >= Some(party));
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        let contract = found.ok_or_else(|| Error::no_such("input.agreement"))?;
        if contract.ended_at.is_some() {
            return Err(Error::field(
                "input.agreement",
                UserErrorCode::IllegalState,
                "ya terminó / has ended",
            ));
        }
        if !holds(&contract, row, &held) {
            return Err(Error::field(
                "input.agreement",
                UserErrorCode::Invalid,
                "no es el convenio de quienes lo llevan a cabo / is not the contract of those who carry it out",
            ));
        }
        row.agreement_id = Some(contract.id);
        Ok(())
    })
    .await?;
    void_if_forming(work, &held, action, &row).await?;
    Ok(row)
}

/// Begins with it: its contract is in force.
pub(crate) async fn start(work: &mut Work, (id, expected_version): At) -> Result<project::Model> {
    let now = work.now;
    let held = Held::of(work, id).await?;
    let action = ProjectAction::Start;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        row.started_at = Some(now);
        Ok(())
    })
    .await?;
    let contract = agreement_of(work, row.agreement_id).await?;
    let active = AgreementStatus::Active;
    if contract.is_some_and(|it| it.status == active && holds(&it, &row, &held)) {
        return Ok(row);
    }
    Err(Error::refused(
        UserErrorCode::IllegalState,
        "su convenio no está vigente / its agreement is not in force",
    ))
}

/// Says that it was carried out: no milestone is open or missed.
pub(crate) async fn complete(
    work: &mut Work,
    (id, expected_version): At,
    note: String,
) -> Result<project::Model> {
    let now = work.now;
    let held = Held::of(work, id).await?;
    let action = ProjectAction::Complete;
    step(work, id, Some(expected_version), action, (None, Some(note)), |row| {
        let is = |status: MilestoneStatus| move |one: &milestone::Model| one.status == status;
        let (accepted, waived) = (is(MilestoneStatus::Accepted), is(MilestoneStatus::Waived));
        if !held.milestones.iter().all(|one| accepted(one) || waived(one)) {
            return Err(Error::refused(
                UserErrorCode::IllegalState,
                "hay hitos sin aceptar ni dispensar / there are milestones neither accepted nor waived",
            ));
        }
        if !held.milestones.iter().any(accepted) {
            return Err(Error::refused(
                UserErrorCode::IllegalState,
                "no se alcanzó ningún hito / no milestone was reached",
            ));
        }
        row.completed_at = Some(now);
        Ok(())
    })
    .await
}

/// Agrees, for an office or a chamber, that it is closed; with the last one it is.
pub(crate) async fn close(
    work: &mut Work,
    (id, expected_version): At,
    partner: OrganizationId,
) -> Result<project::Model> {
    let action = ProjectAction::EndorseClosure;
    let held = Held::of(work, id).await?;
    let row = step(work, id, Some(expected_version), action, (None, None), |_| Ok(())).await?;
    let own = held.own_partner(work.viewer(), partner, approves_for)?;
    let is = |status: OutcomeStatus| held.outcomes.iter().any(|outcome| outcome.status == status);
    if is(OutcomeStatus::Recorded) || !is(OutcomeStatus::Validated) {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "falta un resultado validado, o hay uno por validar / a validated outcome is missing, or one is not judged yet",
        ));
    }
    if own.closed_at.is_some() {
        return Err(twice("ya lo dio por cerrado / has agreed already"));
    }
    check_one_side(work, &held, partner)?;
    let (now, person) = (work.now, work.viewer().person);
    let allowed = work.viewer().allow(action, row.clone())?;
    work.update(allowed.part(own.clone())?, |own| {
        (own.closed_at, own.closed_by) = (Some(now), person);
    })
    .await?;
    let others = held.standing().filter(|other| other.approves && other.organization_id != partner);
    if others.into_iter().any(|other| other.closed_at.is_none()) {
        return Ok(row);
    }
    step(work, id, None, ProjectAction::Close, (None, None), |_| Ok(())).await
}

/// Adds money to what was approved: the lines that stand come to the budget at most.
pub(crate) async fn add_funding(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): At,
    line: FundingLineInput,
) -> Result<project::Model> {
    let action = ProjectAction::AddFunding;
    step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        let line = funding_line("line", line, &mut checks);
        if let Some(partner) = line.partner {
            check_partner("line.partner", row, partner, &mut checks);
        }
        if row.funding.0.len() >= MOST_FUNDING {
            let message = format!("admite a lo más {MOST_FUNDING} / takes at most {MOST_FUNDING}");
            checks.wrong("line", UserErrorCode::LimitReached, message);
        }
        row.funding.0.push(line);
        let counted = finances::Sums::of(&row.funding).counted;
        if row.budget_minor.is_some_and(|budget| counted > budget) {
            let message = "rebasa el presupuesto / is more than the budget";
            checks.wrong("line.amount", UserErrorCode::Invalid, message);
        }
        checks.done()
    })
    .await
}

/// Says how far a funding line has come: on, or out, never back.
pub(crate) async fn follow_funding(
    work: &mut Work,
    (id, expected_version): At,
    number: i32,
    status: FundingStatus,
) -> Result<project::Model> {
    let action = ProjectAction::FollowFunding;
    step(work, id, Some(expected_version), action, (None, None), |row| {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let line = place.and_then(|place| row.funding.0.get_mut(place));
        let line = line.ok_or_else(|| Error::no_such("input.number"))?;
        if !finances::leads_to(line.status, status) {
            return Err(Error::field(
                "input.status",
                UserErrorCode::IllegalState,
                "la línea no pasa a esa situación / the line does not come into that status",
            ));
        }
        line.status = status;
        Ok(())
    })
    .await
}

/// Says what may go wrong; what was said before is replaced.
pub(crate) async fn record_risks(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): At,
    risks: Vec<ProjectRisk>,
) -> Result<project::Model> {
    let action = ProjectAction::RecordRisks;
    step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        let mut risks = checks.at_most("risks", risks, 40);
        for (place, risk) in risks.iter_mut().enumerate() {
            checks.part(&format!("risks.{place}.risk"), &mut risk.risk, 300);
            let field = format!("risks.{place}.mitigation");
            checks.optional_part(&field, &mut risk.mitigation, 500);
        }
        row.risks = ProjectRisks(risks);
        checks.done()
    })
    .await
}

/// What changes a plan in the making, makes what was said of it void.
pub(super) async fn void_if_forming(
    work: &Work,
    held: &Held,
    action: ProjectAction,
    row: &project::Model,
) -> Result<()> {
    if matches!(row.status, ProjectStatus::Proposed | ProjectStatus::Forming) {
        void(work, &held.leave(work, action)?, row).await?;
    }
    Ok(())
}
