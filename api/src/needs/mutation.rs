//! What can be done to needs.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{AgreementId, DeclineReason, NeedId, OrganizationId, need};

use super::{
    Need,
    input::NeedInput,
    life::{self, Proof},
};
use crate::{
    checks::{Checks, checked_note},
    context::Request,
    error::{Result, Told, UserError},
    lifecycle::{Why, step},
    mutation::{carry_out, told_anew},
    policy::NeedAction,
    scalars::LocalizedTextInput,
    work::Work,
};

/// The need as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct NeedPayload {
    /// The need after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    need: Option<Need>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A need that is written down for the first time.
#[derive(Debug, InputObject)]
pub struct DraftNeedInput {
    /// The company whose need it is.
    company: OrganizationId,
    /// The chamber that brings it to the network; needed only when the company belongs to several.
    chamber: Option<OrganizationId>,
    /// What it says.
    #[graphql(flatten)]
    need: NeedInput,
}

/// A change to the text of a need.
#[derive(Debug, InputObject)]
pub struct ReviseNeedInput {
    /// The need.
    id: NeedId,
    /// The version that you read; the change is refused when the need has changed since.
    expected_version: i32,
    /// What it says now; fields that are not given stay.
    #[graphql(flatten)]
    need: NeedInput,
}

/// A need, at the version that you read.
#[derive(Debug, InputObject)]
pub struct NeedVersionInput {
    /// The need.
    id: NeedId,
    /// The version that you read; the change is refused when the need has changed since.
    expected_version: i32,
}

/// A need, at the version that you read, with a reason.
#[derive(Debug, InputObject)]
pub struct NeedReasonInput {
    /// The need.
    id: NeedId,
    /// The version that you read; the change is refused when the need has changed since.
    expected_version: i32,
    /// Why, as a code.
    reason: DeclineReason,
    /// Why, in words for the people concerned, at most 1,000 characters. Required.
    note: String,
}

/// A need, at the version that you read, with a note.
#[derive(Debug, InputObject)]
pub struct NeedNoteInput {
    /// The need.
    id: NeedId,
    /// The version that you read; the change is refused when the need has changed since.
    expected_version: i32,
    /// Why, in words for the people concerned, at most 1,000 characters. Required.
    note: String,
}

/// How a need was met.
#[derive(Debug, InputObject)]
pub struct FulfilNeedInput {
    /// The need.
    id: NeedId,
    /// The version that you read; the change is refused when the need has changed since.
    expected_version: i32,
    /// What came of it, at most 2,000 characters; public, so it may not tell who the company is. Required.
    outcome: LocalizedTextInput,
    /// The agreement that met it, in force or completed. Required when there is one.
    agreement: Option<AgreementId>,
    /// What proves it, at most 2,000 characters; for the company and its chamber. Required when no agreement met it.
    evidence: Option<LocalizedTextInput>,
}

/// Mutations of needs.
#[derive(Debug, Default)]
pub struct NeedMutation;

#[Object]
impl NeedMutation {
    /// Writes a need down. For members of the company, and for liaisons of its chamber within their territory.
    async fn draft_need(&self, ctx: &Context<'_>, input: DraftNeedInput) -> Told<NeedPayload> {
        let DraftNeedInput { company, chamber, need } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::draft(work, labels, company, chamber, need).await).await
    }

    /// Changes the text of a draft or of a need that was sent back. For members of the company, and for liaisons of its chamber.
    async fn revise_need(&self, ctx: &Context<'_>, input: ReviseNeedInput) -> Told<NeedPayload> {
        let ReviseNeedInput { id, expected_version, need } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::revise(work, labels, id, Some(expected_version), need).await)
            .await
    }

    /// Hands a need to its chamber for review; it must be complete and its public text blind. For members of the company, and, with its consent, for liaisons of its chamber.
    async fn submit_need(&self, ctx: &Context<'_>, input: NeedVersionInput) -> Told<NeedPayload> {
        let labels = ctx.service().labels();
        let version = Some(input.expected_version);
        change(ctx, async |work| life::submit(work, labels, input.id, version).await).await
    }

    /// Sends a need back to its author. For liaisons and admins of its chamber.
    async fn return_need(&self, ctx: &Context<'_>, input: NeedReasonInput) -> Told<NeedPayload> {
        let NeedReasonInput { id, expected_version, reason, note } = input;
        change(ctx, async |work| {
            let why = (Some(reason), Some(checked_note(ctx, &note)?));
            step(work, id, Some(expected_version), NeedAction::Return, why, |_| Ok(())).await
        })
        .await
    }

    /// Offers a need to the network for a year, open for interest. For liaisons and admins of its chamber and the network's admin, but not for whoever wrote it.
    async fn publish_need(&self, ctx: &Context<'_>, input: NeedVersionInput) -> Told<NeedPayload> {
        let version = Some(input.expected_version);
        change(ctx, async |work| life::publish(work, input.id, version).await).await
    }

    /// Takes a need off the network for a while. For the company, its chamber and the network's admin.
    async fn hold_need(&self, ctx: &Context<'_>, input: NeedNoteInput) -> Told<NeedPayload> {
        let NeedNoteInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            let why: Why = (None, Some(checked_note(ctx, &note)?));
            life::hold(work, id, Some(expected_version), why).await
        })
        .await
    }

    /// Puts a held need back on the network. For the company, its chamber and the network's admin.
    async fn resume_need(&self, ctx: &Context<'_>, input: NeedVersionInput) -> Told<NeedPayload> {
        let version = Some(input.expected_version);
        change(ctx, async |work| life::resume(work, input.id, version).await).await
    }

    /// Gives a need another year, once, from 30 days before to 365 days after its end. For liaisons and admins of its chamber.
    async fn renew_need(&self, ctx: &Context<'_>, input: NeedVersionInput) -> Told<NeedPayload> {
        let version = Some(input.expected_version);
        change(ctx, async |work| life::renew(work, input.id, version).await).await
    }

    /// Lets others express interest in a published need. For members of the company and liaisons of its chamber.
    async fn open_need_for_interest(
        &self,
        ctx: &Context<'_>,
        input: NeedVersionInput,
    ) -> Told<NeedPayload> {
        simple(ctx, input, NeedAction::OpenForInterest, |need| need.open_for_interest = true).await
    }

    /// Takes no more expressions of interest in a published need; it stays visible. For members of the company and liaisons of its chamber.
    async fn close_need_for_interest(
        &self,
        ctx: &Context<'_>,
        input: NeedVersionInput,
    ) -> Told<NeedPayload> {
        let version = Some(input.expected_version);
        change(ctx, async |work| life::close_for_interest(work, input.id, version).await).await
    }

    /// Says that a need has been met, with its outcome and evidence. For members of the company and liaisons of its chamber.
    async fn fulfil_need(&self, ctx: &Context<'_>, input: FulfilNeedInput) -> Told<NeedPayload> {
        let FulfilNeedInput { id, expected_version, outcome, agreement, evidence } = input;
        change(ctx, async |work| {
            let mut checks = Checks::new("input.", ctx.service().labels());
            let outcome = checks.localized("outcome", outcome, 2_000);
            let evidence = evidence.and_then(|text| checks.localized("evidence", text, 2_000));
            checks.present("outcome", outcome.is_some());
            checks.done()?;
            let (outcome, proof) = (outcome.unwrap_or_default(), Proof { agreement, evidence });
            life::fulfil(work, id, Some(expected_version), outcome, proof).await
        })
        .await
    }

    /// Ends a need that nobody met, with the reason. For the company and its chamber.
    async fn close_need(&self, ctx: &Context<'_>, input: NeedReasonInput) -> Told<NeedPayload> {
        let NeedReasonInput { id, expected_version, reason, note } = input;
        change(ctx, async |work| {
            let why = (Some(reason), Some(checked_note(ctx, &note)?));
            life::end(work, id, Some(expected_version), NeedAction::Close, why).await
        })
        .await
    }

    /// Takes a need back. For members of the company and admins of its chamber.
    async fn withdraw_need(&self, ctx: &Context<'_>, input: NeedNoteInput) -> Told<NeedPayload> {
        let NeedNoteInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            let why = (None, Some(checked_note(ctx, &note)?));
            life::end(work, id, Some(expected_version), NeedAction::Withdraw, why).await
        })
        .await
    }

    /// Puts a need away, 90 days after its end or, when it expired, 730 days after its first publication. For admins of its chamber; the service does it by itself.
    async fn archive_need(&self, ctx: &Context<'_>, input: NeedVersionInput) -> Told<NeedPayload> {
        let version = Some(input.expected_version);
        change(ctx, async |work| life::archive(work, input.id, version).await).await
    }
}

/// A verb without guards of its own.
async fn simple(
    ctx: &Context<'_>,
    input: NeedVersionInput,
    action: NeedAction,
    set: impl FnOnce(&mut need::Model) + Send,
) -> Told<NeedPayload> {
    let NeedVersionInput { id, expected_version } = input;
    change(ctx, async |work| {
        step(work, id, Some(expected_version), action, (None, None), |need| {
            set(need);
            Ok(())
        })
        .await
    })
    .await
}

/// One piece of work on a need; what its sender can mend is told in the payload.
async fn change(
    ctx: &Context<'_>,
    change: impl AsyncFnOnce(&mut Work) -> Result<need::Model>,
) -> Told<NeedPayload> {
    let done = carry_out(ctx, async |work: &mut Work| Ok(change(work).await?.id)).await;
    told_anew(ctx, "need", done, |need, user_errors| NeedPayload { need, user_errors }).await
}
