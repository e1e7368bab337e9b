//! What can be done with programmes, and with applications to them.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{ApplicationDecision, OrganizationId, ProgrammeId, ProjectId, programme};

use super::{
    Programme,
    input::ProgrammeInput,
    life::{self, Decision},
};
use crate::{
    checks::checked_note,
    context::Request,
    error::{Result, Told, UserError},
    mutation::{carry_out, told_anew},
    projects::ProjectPayload,
    scalars::{Decimal, LocalizedTextInput},
    work::Work,
};

/// The programme as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct ProgrammePayload {
    /// The programme after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    programme: Option<Programme>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A programme that is announced.
#[derive(Debug, InputObject)]
pub struct AnnounceProgrammeInput {
    /// Which of your organizations announces it and looks after it: a chamber, the network, an office.
    by: OrganizationId,
    /// What it says.
    #[graphql(flatten)]
    programme: ProgrammeInput,
}

/// A change of a programme that takes no applications yet.
#[derive(Debug, InputObject)]
pub struct ReviseProgrammeInput {
    /// The programme.
    id: ProgrammeId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What it says now; fields that are not given stay.
    #[graphql(flatten)]
    programme: ProgrammeInput,
}

/// A later last day of a programme.
#[derive(Debug, InputObject)]
pub struct ExtendProgrammeInput {
    /// The programme.
    id: ProgrammeId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// Its last day; after the one that it has.
    closes_on: NaiveDate,
}

/// The end of a programme before its time.
#[derive(Debug, InputObject)]
pub struct CloseProgrammeInput {
    /// The programme.
    id: ProgrammeId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// Why, in words, at most 1,000 characters. Required.
    note: String,
}

/// What came of a programme.
#[derive(Debug, InputObject)]
pub struct PublishProgrammeResultsInput {
    /// The programme.
    id: ProgrammeId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What came of it, for everybody, at most 4,000 characters. Required.
    results: LocalizedTextInput,
}

/// What a programme decides about a project that applied.
#[derive(Debug, InputObject)]
pub struct DecideApplicationInput {
    /// The programme.
    id: ProgrammeId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The project that applied.
    project: ProjectId,
    /// What is decided.
    decision: ApplicationDecision,
    /// What is awarded, in the programme's currency; all awards add up to its `total` at most.
    awarded: Option<Decimal>,
    /// Why, in words for the project's partners, at most 1,000 characters. Required.
    note: String,
}

/// A project that applies.
#[derive(Debug, InputObject)]
pub struct ApplyToProgrammeInput {
    /// The project.
    id: ProjectId,
    /// The version of the project that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The programme.
    programme: ProgrammeId,
}

/// A project that applies no longer.
#[derive(Debug, InputObject)]
pub struct WithdrawApplicationInput {
    /// The project.
    id: ProjectId,
    /// The version of the project that you read; the change is refused when it has changed since.
    expected_version: i32,
}

/// Mutations of programmes.
#[derive(Debug, Default)]
pub struct ProgrammeMutation;

#[Object]
impl ProgrammeMutation {
    /// Puts a programme on record, for everybody to read; on its first day it takes applications by itself, after its last it takes none. For admins of chambers and of the network, and managers of offices.
    async fn announce_programme(
        &self,
        ctx: &Context<'_>,
        input: AnnounceProgrammeInput,
    ) -> Told<ProgrammePayload> {
        let AnnounceProgrammeInput { by, programme } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::announce(work, labels, by, programme).await).await
    }

    /// Changes what it says, until it takes applications. For admins of the chamber or the network, and managers of the office that look after it.
    async fn revise_programme(
        &self,
        ctx: &Context<'_>,
        input: ReviseProgrammeInput,
    ) -> Told<ProgrammePayload> {
        let ReviseProgrammeInput { id, expected_version, programme } = input;
        let labels = ctx.service().labels();
        let at = (id, expected_version);
        change(ctx, async |work| life::revise(work, labels, at, programme).await).await
    }

    /// Takes applications for longer. For admins of the chamber or the network, and managers of the office that look after it.
    async fn extend_programme(
        &self,
        ctx: &Context<'_>,
        input: ExtendProgrammeInput,
    ) -> Told<ProgrammePayload> {
        let ExtendProgrammeInput { id, expected_version, closes_on } = input;
        let labels = ctx.service().labels();
        let at = (id, expected_version);
        change(ctx, async |work| life::extend(work, labels, at, closes_on).await).await
    }

    /// Takes applications no longer, before its end. For admins of the chamber or the network, and managers of the office that look after it.
    async fn close_programme(
        &self,
        ctx: &Context<'_>,
        input: CloseProgrammeInput,
    ) -> Told<ProgrammePayload> {
        let CloseProgrammeInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            life::close(work, (id, expected_version), checked_note(ctx, &note)?).await
        })
        .await
    }

    /// Decides about a project that applied, once. For admins of the chamber or the network, and managers of the office that look after the programme.
    async fn decide_application(
        &self,
        ctx: &Context<'_>,
        input: DecideApplicationInput,
    ) -> Told<ProgrammePayload> {
        let DecideApplicationInput { id, expected_version, project, decision, awarded, note } =
            input;
        let labels = ctx.service().labels();
        change(ctx, async |work| {
            let note = checked_note(ctx, &note)?;
            let given = Decision { project, decision, awarded, note };
            life::decide(work, labels, (id, expected_version), given).await
        })
        .await
    }

    /// Says what came of it, once it takes no applications and all were decided. For admins of the chamber or the network, and managers of the office that look after it.
    async fn publish_programme_results(
        &self,
        ctx: &Context<'_>,
        input: PublishProgrammeResultsInput,
    ) -> Told<ProgrammePayload> {
        let PublishProgrammeResultsInput { id, expected_version, results } = input;
        let labels = ctx.service().labels();
        let at = (id, expected_version);
        change(ctx, async |work| life::publish_results(work, labels, at, results).await).await
    }

    /// Applies to a programme with a project whose consortium is being formed. Who looks after the programme then reads its folio, type, status, title, objective, budget, readiness, the partners that have accepted, and line by line whether it meets the conditions, then and later; nothing else of it. A condition that is not met stands in the way; one that cannot be told does not. For those who may bind the project's leader.
    async fn apply_to_programme(
        &self,
        ctx: &Context<'_>,
        input: ApplyToProgrammeInput,
    ) -> Told<ProjectPayload> {
        let ApplyToProgrammeInput { id, expected_version, programme } = input;
        let at = (id, expected_version);
        ProjectPayload::of(ctx, async |work| life::apply(work, at, programme).await).await
    }

    /// Takes an application back that was not decided. For those who may bind the project's leader.
    async fn withdraw_application(
        &self,
        ctx: &Context<'_>,
        input: WithdrawApplicationInput,
    ) -> Told<ProjectPayload> {
        let WithdrawApplicationInput { id, expected_version } = input;
        let at = (id, expected_version);
        ProjectPayload::of(ctx, async |work| life::withdraw_application(work, at).await).await
    }
}

/// One piece of work on a programme; what its sender can mend is told in the payload.
async fn change(
    ctx: &Context<'_>,
    change: impl AsyncFnOnce(&mut Work) -> Result<programme::Model>,
) -> Told<ProgrammePayload> {
    let done = carry_out(ctx, async |work: &mut Work| Ok(change(work).await?.id)).await;
    told_anew(ctx, "programme", done, |programme, user_errors| ProgrammePayload {
        programme,
        user_errors,
    })
    .await
}
