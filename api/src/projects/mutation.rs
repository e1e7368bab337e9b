//! What can be done with projects.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    AgreementId, DocumentId, FundingStatus, OrganizationId, OutcomeId, OutcomeKind, ProjectId,
    ProjectRisk, TrlEvidence, project,
};

use super::{
    Project,
    input::{FundingLineInput, MilestoneInput, ProjectInput},
    life::{self, At},
    milestones::{self, Shown},
    outcomes::{self, Measured},
    plan,
};
use crate::{
    checks::checked_note,
    context::Request,
    error::{Result, Told, UserError},
    mutation::{carry_out, told_anew},
    policy::ProjectAction,
    scalars::{Decimal, LocalizedTextInput},
    work::Work,
};

/// The project as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct ProjectPayload {
    /// The project after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    project: Option<Project>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A project that is written down for the first time.
#[derive(Debug, InputObject)]
pub struct ProposeProjectInput {
    /// For which partner you propose it.
    from: OrganizationId,
    /// Its plan.
    #[graphql(flatten)]
    project: ProjectInput,
    /// What is to be reached, at most 60.
    #[graphql(default)]
    milestones: Vec<MilestoneInput>,
}

/// A change of a project's plan.
#[derive(Debug, InputObject)]
pub struct ReviseProjectInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// Its plan now; fields that are not given stay.
    #[graphql(flatten)]
    project: ProjectInput,
}

/// A project, at the version that you read.
#[derive(Debug, InputObject)]
pub struct ProjectVersionInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
}

/// A project, at the version that you read, with a note.
#[derive(Debug, InputObject)]
pub struct ProjectNoteInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// Why, in words for the partners, at most 1,000 characters. Required.
    note: String,
}

/// The call to a project's partners.
#[derive(Debug, InputObject)]
pub struct FormProjectInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// Whether your organization lets the network know of the project: its title, partners, readiness and progress. It does when all partners say so.
    #[graphql(default)]
    publishes: bool,
}

/// A partner's yes to its line.
#[derive(Debug, InputObject)]
pub struct AcceptProjectInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// For which partner.
    partner: OrganizationId,
    /// Whether it lets the network know of the project: its title, partners, readiness and progress. It does when all partners say so.
    #[graphql(default)]
    publishes: bool,
}

/// A partner's no.
#[derive(Debug, InputObject)]
pub struct DeclineProjectInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// For which partner.
    partner: OrganizationId,
    /// Why, in words for the partners, at most 1,000 characters. Required.
    note: String,
}

/// What an office or a chamber says of a project.
#[derive(Debug, InputObject)]
pub struct ProjectPartnerInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// For which office or chamber.
    partner: OrganizationId,
}

/// The contract on which a project rests.
#[derive(Debug, InputObject)]
pub struct LinkProjectAgreementInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The contract: all who carry the project out are parties to it, and it is no preliminary one; of three or more, it is a consortium or joint development agreement. Chambers and funders without a share or a part of the work do not carry it out.
    agreement: AgreementId,
}

/// Money for an approved project.
#[derive(Debug, InputObject)]
pub struct AddFundingInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// Where it comes from.
    line: FundingLineInput,
}

/// How far a funding line has come.
#[derive(Debug, InputObject)]
pub struct FollowFundingInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The number of the funding line, from 1.
    number: i32,
    /// How far it has come now: on, from `PLANNED` over `REQUESTED` and `COMMITTED` to `RECEIVED`, or out, to `REFUSED` (until it is committed) or `CANCELLED` (until it is received); never back.
    status: FundingStatus,
}

/// What may go wrong in a project.
#[derive(Debug, InputObject)]
pub struct RecordRisksInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// All risks, at most 40; they replace those before.
    risks: Vec<ProjectRisk>,
}

/// A milestone more.
#[derive(Debug, InputObject)]
pub struct PlanMilestoneInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What is to be reached.
    #[graphql(flatten)]
    milestone: MilestoneInput,
}

/// A milestone as it is to be.
#[derive(Debug, InputObject)]
pub struct ReviseMilestoneInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The number of the milestone, from 1.
    number: i32,
    /// All that is to be reached now.
    #[graphql(flatten)]
    milestone: MilestoneInput,
}

/// A milestone of a project.
#[derive(Debug, InputObject)]
pub struct MilestoneNumberInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The number of the milestone, from 1.
    number: i32,
}

/// A milestone that was not reached, and why.
#[derive(Debug, InputObject)]
pub struct MissMilestoneInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The number of the milestone, from 1.
    number: i32,
    /// Why, in words for the partners, at most 1,000 characters. Required.
    note: String,
}

/// A milestone that is asked for no longer, and why.
#[derive(Debug, InputObject)]
pub struct WaiveMilestoneInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The number of the milestone, from 1.
    number: i32,
    /// For which partner: before the project is approved its leader, or who proposed it until it is formed; then the leader, or one that `acceptsMilestones`.
    partner: OrganizationId,
    /// Why, in words for the partners, at most 1,000 characters. Required.
    note: String,
}

/// A milestone, and what shows that it was reached.
#[derive(Debug, InputObject)]
pub struct SubmitMilestoneInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The number of the milestone, from 1.
    number: i32,
    /// What shows that it was reached, at most 2,000 characters.
    evidence: LocalizedTextInput,
    /// What proves the readiness level, at most 10; needed for a milestone with `trlAfter`, at that level or above.
    #[graphql(default)]
    trl_evidence: Vec<TrlEvidence>,
    /// Documents of the project that show it, at most 20.
    #[graphql(default)]
    documents: Vec<DocumentId>,
}

/// Who accepts a milestone.
#[derive(Debug, InputObject)]
pub struct AcceptMilestoneInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The number of the milestone, from 1.
    number: i32,
    /// For which partner: the leader, or one that `acceptsMilestones`.
    partner: OrganizationId,
}

/// Who sends a milestone back, and why.
#[derive(Debug, InputObject)]
pub struct ReturnMilestoneInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The number of the milestone, from 1.
    number: i32,
    /// For which partner: the leader, or one that `acceptsMilestones`.
    partner: OrganizationId,
    /// Why, in words for the partners, at most 1,000 characters. Required.
    note: String,
}

/// What a partner says came of a project.
#[derive(Debug, InputObject)]
pub struct RecordOutcomeInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// For which partner you say so.
    partner: OrganizationId,
    /// What kind of outcome it is.
    kind: OutcomeKind,
    /// What is measured, at most 200 characters.
    metric: LocalizedTextInput,
    /// As it was before, in `unit`.
    baseline: Option<Decimal>,
    /// As it is now, in `unit`.
    value: Decimal,
    /// The unit of both, at most 40 characters ("m3/t", "MXN al año").
    unit: String,
    /// When it was measured; not in the future.
    measured_on: NaiveDate,
    /// What shows it, at most 2,000 characters.
    evidence: LocalizedTextInput,
    /// Documents of the project that show it, at most 20.
    #[graphql(default)]
    documents: Vec<DocumentId>,
}

/// Who finds an outcome true.
#[derive(Debug, InputObject)]
pub struct ValidateOutcomeInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The outcome.
    outcome: OutcomeId,
    /// For which partner: not the one that recorded it.
    partner: OrganizationId,
}

/// Who does not find an outcome true, and why.
#[derive(Debug, InputObject)]
pub struct RefuseOutcomeInput {
    /// The project.
    id: ProjectId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The outcome.
    outcome: OutcomeId,
    /// For which partner: not the one that recorded it.
    partner: OrganizationId,
    /// Why, in words for the partners, at most 1,000 characters. Required.
    note: String,
}

/// Mutations of projects.
#[derive(Debug, Default)]
pub struct ProjectMutation;

#[Object]
impl ProjectMutation {
    /// Writes a project down; until it is formed, it is there for the partner that proposes it and for its leader alone. For those who speak for a partner: members of companies, liaisons and admins of chambers, officers and managers of offices, the network's admin.
    async fn propose_project(
        &self,
        ctx: &Context<'_>,
        input: ProposeProjectInput,
    ) -> Told<ProjectPayload> {
        let ProposeProjectInput { from, project, milestones } = input;
        let labels = ctx.service().labels();
        ProjectPayload::of(ctx, async |work| {
            plan::propose(work, labels, from, project, milestones).await
        })
        .await
    }

    /// Changes its plan, in `PROPOSED` and in `FORMING`; who accepted or approved another plan, is asked anew, and whoever changed it may not approve it. For those who speak for its leader; until it is formed, also for those who speak for who proposed it.
    async fn revise_project(
        &self,
        ctx: &Context<'_>,
        input: ReviseProjectInput,
    ) -> Told<ProjectPayload> {
        let ReviseProjectInput { id, expected_version, project } = input;
        let labels = ctx.service().labels();
        ProjectPayload::of(ctx, async |work| {
            plan::revise(work, labels, id, expected_version, project).await
        })
        .await
    }

    /// Calls its partners together: from now on each of them sees it and is asked to accept its line. For those who may bind its leader.
    async fn form_project(
        &self,
        ctx: &Context<'_>,
        input: FormProjectInput,
    ) -> Told<ProjectPayload> {
        let FormProjectInput { id, expected_version, publishes } = input;
        ProjectPayload::of(ctx, async |work| {
            life::form(work, (id, expected_version), publishes).await
        })
        .await
    }

    /// Says that a partner takes part as its line says. For those who may bind it: members of the company, admins of the chamber, managers of the office, the network's admin.
    async fn accept_project(
        &self,
        ctx: &Context<'_>,
        input: AcceptProjectInput,
    ) -> Told<ProjectPayload> {
        let AcceptProjectInput { id, expected_version, partner, publishes } = input;
        ProjectPayload::of(ctx, async |work| {
            life::accept(work, (id, expected_version), partner, publishes).await
        })
        .await
    }

    /// Says that a partner does not take part; what the others accepted and approved, they did with it, and are asked anew. It sees the project no longer. For those who may bind it, but for the leader.
    async fn decline_project(
        &self,
        ctx: &Context<'_>,
        input: DeclineProjectInput,
    ) -> Told<ProjectPayload> {
        let DeclineProjectInput { id, expected_version, partner, note } = input;
        ProjectPayload::of(ctx, async |work| {
            life::decline(work, (id, expected_version), partner, checked_note(ctx, &note)?).await
        })
        .await
    }

    /// Approves it for an office or a chamber; with the last one it is approved. All partners have accepted, shares add up to 10,000, funding to the budget, work packages too when one says what it costs, payments to no more than it; a company and an office take part, and who stands behind each need and offer; there is a milestone, somebody answers for each, and a project that three or more carry out (chambers and funders without a share or a part of the work do not count) rests on a consortium or joint development agreement that all of them approved. For managers of the office and admins of the chamber, but not for whoever wrote any of its plan, or approved it for another partner.
    async fn approve_project(
        &self,
        ctx: &Context<'_>,
        input: ProjectPartnerInput,
    ) -> Told<ProjectPayload> {
        let ProjectPartnerInput { id, expected_version, partner } = input;
        let labels = ctx.service().labels();
        ProjectPayload::of(ctx, async |work| {
            life::endorse(work, labels, (id, expected_version), partner).await
        })
        .await
    }

    /// Says that it is not wanted. For those who may bind its leader or who proposed it while it is `PROPOSED`; for managers of offices and admins of chambers that take part while it is `FORMING`.
    async fn reject_project(
        &self,
        ctx: &Context<'_>,
        input: ProjectNoteInput,
    ) -> Told<ProjectPayload> {
        let ProjectNoteInput { id, expected_version, note } = input;
        noted(ctx, (id, expected_version), ProjectAction::Reject, &note).await
    }

    /// Names the contract on which it rests; before the project is approved, who accepted or approved it is asked anew. For those who speak for its leader.
    async fn link_project_agreement(
        &self,
        ctx: &Context<'_>,
        input: LinkProjectAgreementInput,
    ) -> Told<ProjectPayload> {
        let LinkProjectAgreementInput { id, expected_version, agreement } = input;
        ProjectPayload::of(ctx, async |work| {
            life::link_agreement(work, (id, expected_version), agreement).await
        })
        .await
    }

    /// Begins with it; its contract is in force. For those who may bind its leader.
    async fn start_project(
        &self,
        ctx: &Context<'_>,
        input: ProjectVersionInput,
    ) -> Told<ProjectPayload> {
        let ProjectVersionInput { id, expected_version } = input;
        ProjectPayload::of(ctx, async |work| life::start(work, (id, expected_version)).await).await
    }

    /// Interrupts it for a while. For those who may bind its leader.
    async fn hold_project(
        &self,
        ctx: &Context<'_>,
        input: ProjectNoteInput,
    ) -> Told<ProjectPayload> {
        let ProjectNoteInput { id, expected_version, note } = input;
        noted(ctx, (id, expected_version), ProjectAction::Hold, &note).await
    }

    /// Goes on with it. For those who may bind its leader.
    async fn resume_project(
        &self,
        ctx: &Context<'_>,
        input: ProjectVersionInput,
    ) -> Told<ProjectPayload> {
        let ProjectVersionInput { id, expected_version } = input;
        ProjectPayload::of(ctx, async |work| {
            life::simply(work, (id, expected_version), ProjectAction::Resume, (None, None)).await
        })
        .await
    }

    /// Says that it was carried out; every milestone was accepted or waived, and one was accepted at least. For those who may bind its leader.
    async fn complete_project(
        &self,
        ctx: &Context<'_>,
        input: ProjectNoteInput,
    ) -> Told<ProjectPayload> {
        let ProjectNoteInput { id, expected_version, note } = input;
        ProjectPayload::of(ctx, async |work| {
            life::complete(work, (id, expected_version), checked_note(ctx, &note)?).await
        })
        .await
    }

    /// Agrees, for an office or a chamber, that it is closed; with the last one it is. An outcome was validated, and none waits to be. For managers of the office and admins of the chamber, but not for whoever agreed for another partner.
    async fn close_project(
        &self,
        ctx: &Context<'_>,
        input: ProjectPartnerInput,
    ) -> Told<ProjectPayload> {
        let ProjectPartnerInput { id, expected_version, partner } = input;
        ProjectPayload::of(ctx, async |work| {
            life::close(work, (id, expected_version), partner).await
        })
        .await
    }

    /// Gives it up before it is completed. For those who may bind its leader.
    async fn cancel_project(
        &self,
        ctx: &Context<'_>,
        input: ProjectNoteInput,
    ) -> Told<ProjectPayload> {
        let ProjectNoteInput { id, expected_version, note } = input;
        noted(ctx, (id, expected_version), ProjectAction::Cancel, &note).await
    }

    /// Adds money to an approved project, to the budget at most. For those who speak for its leader.
    async fn add_funding(&self, ctx: &Context<'_>, input: AddFundingInput) -> Told<ProjectPayload> {
        let AddFundingInput { id, expected_version, line } = input;
        let labels = ctx.service().labels();
        ProjectPayload::of(ctx, async |work| {
            life::add_funding(work, labels, (id, expected_version), line).await
        })
        .await
    }

    /// Says how far a funding line has come. For those who speak for its leader.
    async fn follow_funding(
        &self,
        ctx: &Context<'_>,
        input: FollowFundingInput,
    ) -> Told<ProjectPayload> {
        let FollowFundingInput { id, expected_version, number, status } = input;
        ProjectPayload::of(ctx, async |work| {
            life::follow_funding(work, (id, expected_version), number, status).await
        })
        .await
    }

    /// Says what may go wrong; that is no part of the plan that is approved. For those who speak for its leader; until it is formed, also for those who speak for who proposed it.
    async fn record_risks(
        &self,
        ctx: &Context<'_>,
        input: RecordRisksInput,
    ) -> Told<ProjectPayload> {
        let RecordRisksInput { id, expected_version, risks } = input;
        let labels = ctx.service().labels();
        ProjectPayload::of(ctx, async |work| {
            life::record_risks(work, labels, (id, expected_version), risks).await
        })
        .await
    }

    /// Puts a milestone more into the plan; before the project is approved, who accepted or approved it is asked anew; after that, without a payment. For those who speak for its leader; until it is formed, also for those who speak for who proposed it.
    async fn plan_milestone(
        &self,
        ctx: &Context<'_>,
        input: PlanMilestoneInput,
    ) -> Told<ProjectPayload> {
        let PlanMilestoneInput { id, expected_version, milestone } = input;
        let labels = ctx.service().labels();
        ProjectPayload::of(ctx, async |work| {
            milestones::plan(work, labels, (id, expected_version), milestone).await
        })
        .await
    }

    /// Changes a milestone that is `PLANNED`, before the project is approved; who accepted or approved it is asked anew. For those who speak for its leader; until it is formed, also for those who speak for who proposed it.
    async fn revise_milestone(
        &self,
        ctx: &Context<'_>,
        input: ReviseMilestoneInput,
    ) -> Told<ProjectPayload> {
        let ReviseMilestoneInput { id, expected_version, number, milestone } = input;
        let labels = ctx.service().labels();
        ProjectPayload::of(ctx, async |work| {
            milestones::revise(work, labels, (id, expected_version), number, milestone).await
        })
        .await
    }

    /// Begins with a milestone, or goes on with one that was returned. For those who speak for the partner that is to reach it.
    async fn start_milestone(
        &self,
        ctx: &Context<'_>,
        input: MilestoneNumberInput,
    ) -> Told<ProjectPayload> {
        let MilestoneNumberInput { id, expected_version, number } = input;
        ProjectPayload::of(ctx, async |work| {
            milestones::start(work, (id, expected_version), number).await
        })
        .await
    }

    /// Says that a milestone was reached, with evidence. For those who speak for the partner that was to reach it.
    async fn submit_milestone(
        &self,
        ctx: &Context<'_>,
        input: SubmitMilestoneInput,
    ) -> Told<ProjectPayload> {
        let SubmitMilestoneInput {
            id,
            expected_version,
            number,
            evidence,
            trl_evidence,
            documents,
        } = input;
        let shown = Shown { evidence, trl_evidence, documents };
        let labels = ctx.service().labels();
        ProjectPayload::of(ctx, async |work| {
            milestones::submit(work, labels, (id, expected_version), number, shown).await
        })
        .await
    }

    /// Accepts a milestone for the leader, or for a partner that `acceptsMilestones`; when both have, it is accepted, and `trlCurrent` rises to its `trlAfter`. For those who may bind that partner, but not for whoever submitted it or accepted it for the other side.
    async fn accept_milestone(
        &self,
        ctx: &Context<'_>,
        input: AcceptMilestoneInput,
    ) -> Told<ProjectPayload> {
        let AcceptMilestoneInput { id, expected_version, number, partner } = input;
        ProjectPayload::of(ctx, async |work| {
            milestones::accept(work, (id, expected_version), number, partner).await
        })
        .await
    }

    /// Sends a milestone back. For those who may bind the leader, or a partner that `acceptsMilestones`.
    async fn return_milestone(
        &self,
        ctx: &Context<'_>,
        input: ReturnMilestoneInput,
    ) -> Told<ProjectPayload> {
        let ReturnMilestoneInput { id, expected_version, number, partner, note } = input;
        ProjectPayload::of(ctx, async |work| {
            milestones::send_back(
                work,
                (id, expected_version),
                number,
                partner,
                checked_note(ctx, &note)?,
            )
            .await
        })
        .await
    }

    /// Says that a milestone was not reached. For those who may bind the leader.
    async fn miss_milestone(
        &self,
        ctx: &Context<'_>,
        input: MissMilestoneInput,
    ) -> Told<ProjectPayload> {
        let MissMilestoneInput { id, expected_version, number, note } = input;
        ProjectPayload::of(ctx, async |work| {
            milestones::miss(work, (id, expected_version), number, checked_note(ctx, &note)?).await
        })
        .await
    }

    /// Asks for a milestone no longer, also for one that was missed. While the plan is made, who leads it says so (until it is formed, also who proposed it), and who accepted or approved the plan is asked anew; then the leader and a partner that `acceptsMilestones` both say so, and with the second one it is waived. For those who may bind that partner.
    async fn waive_milestone(
        &self,
        ctx: &Context<'_>,
        input: WaiveMilestoneInput,
    ) -> Told<ProjectPayload> {
        let WaiveMilestoneInput { id, expected_version, number, partner, note } = input;
        ProjectPayload::of(ctx, async |work| {
            milestones::waive(
                work,
                (id, expected_version),
                number,
                partner,
                checked_note(ctx, &note)?,
            )
            .await
        })
        .await
    }

    /// Says what came of it, for a partner; it counts once another partner finds it true. For those who speak for the partner.
    async fn record_outcome(
        &self,
        ctx: &Context<'_>,
        input: RecordOutcomeInput,
    ) -> Told<ProjectPayload> {
        let RecordOutcomeInput {
            id,
            expected_version,
            partner,
            kind,
            metric,
            baseline,
            value,
            unit,
            measured_on,
            evidence,
            documents,
        } = input;
        let measured = Measured {
            partner,
            kind,
            metric,
            baseline,
            value,
            unit,
            measured_on,
            evidence,
            documents,
        };
        let labels = ctx.service().labels();
        ProjectPayload::of(ctx, async |work| {
            outcomes::record(work, labels, (id, expected_version), measured).await
        })
        .await
    }

    /// Finds an outcome true, for another partner than the one that recorded it, and by another person. For those who may bind that partner.
    async fn validate_outcome(
        &self,
        ctx: &Context<'_>,
        input: ValidateOutcomeInput,
    ) -> Told<ProjectPayload> {
        let ValidateOutcomeInput { id, expected_version, outcome, partner } = input;
        let action = ProjectAction::ValidateOutcome;
        ProjectPayload::of(ctx, async |work| {
            outcomes::judge(work, (id, expected_version), outcome, partner, action, None).await
        })
        .await
    }

    /// Does not find an outcome true, for another partner than the one that recorded it, and by another person; it does not count. For those who may bind that partner.
    async fn refuse_outcome(
        &self,
        ctx: &Context<'_>,
        input: RefuseOutcomeInput,
    ) -> Told<ProjectPayload> {
        let RefuseOutcomeInput { id, expected_version, outcome, partner, note } = input;
        let action = ProjectAction::RefuseOutcome;
        ProjectPayload::of(ctx, async |work| {
            let note = Some(checked_note(ctx, &note)?);
            outcomes::judge(work, (id, expected_version), outcome, partner, action, note).await
        })
        .await
    }
}

async fn noted(
    ctx: &Context<'_>,
    at: At,
    action: ProjectAction,
    note: &str,
) -> Told<ProjectPayload> {
    ProjectPayload::of(ctx, async |work| {
        let why = (None, Some(checked_note(ctx, note)?));
        life::simply(work, at, action, why).await
    })
    .await
}

impl ProjectPayload {
    /// One piece of work on a project; what its sender can mend is told in the payload.
    pub(crate) async fn of(
        ctx: &Context<'_>,
        change: impl AsyncFnOnce(&mut Work) -> Result<project::Model>,
    ) -> Told<Self> {
        let done = carry_out(ctx, async |work: &mut Work| Ok(change(work).await?.id)).await;
        told_anew(ctx, "project", done, |project, user_errors| Self { project, user_errors }).await
    }
}
