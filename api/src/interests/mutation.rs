//! What can be done with expressions of interest.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{
    DeclineReason, Eligibility, InterestDirection, InterestId, NeedId, OfferId, OrganizationId,
    interest,
};

use super::{
    Interest,
    draft::{self, Between},
    input::InterestInput,
    life,
};
use crate::{
    checks::checked_note,
    context::Request,
    error::{Result, Told, UserError},
    lifecycle::step,
    mutation::{carry_out, told_anew},
    policy::InterestAction,
    scalars::LocalizedTextInput,
    work::Work,
};

/// The expression of interest as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct InterestPayload {
    /// The expression of interest after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    interest: Option<Interest>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// An expression of interest that is written down for the first time.
#[derive(Debug, InputObject)]
pub struct DraftInterestInput {
    /// From which side: a company is interested in an offer, or an office in a need.
    direction: InterestDirection,
    /// Who is interested: the company, or the office.
    from: OrganizationId,
    /// The chamber that speaks for the company; needed only when it belongs to several.
    chamber: Option<OrganizationId>,
    /// The need. From an office: the one in which it is interested. From a company: the one of its own, published, for which it looks at the offer; may be left out.
    need: Option<NeedId>,
    /// The offer. From a company: the one in which it is interested. From an office: the one of its own, published, with which it answers the need; may be left out.
    offer: Option<OfferId>,
    /// What it says.
    #[graphql(flatten)]
    interest: InterestInput,
}

/// A change to a draft.
#[derive(Debug, InputObject)]
pub struct ReviseInterestInput {
    /// The expression of interest.
    id: InterestId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What it says now; fields that are not given stay.
    #[graphql(flatten)]
    interest: InterestInput,
}

/// An expression of interest, at the version that you read.
#[derive(Debug, InputObject)]
pub struct InterestVersionInput {
    /// The expression of interest.
    id: InterestId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
}

/// An expression of interest, at the version that you read, with a note.
#[derive(Debug, InputObject)]
pub struct InterestNoteInput {
    /// The expression of interest.
    id: InterestId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// In words for the other party, which may not know yet who you are: they name nobody; at most 1,000 characters. Required.
    note: String,
}

/// An expression of interest, at the version that you read, with a reason.
#[derive(Debug, InputObject)]
pub struct InterestReasonInput {
    /// The expression of interest.
    id: InterestId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// Why, as a code; it is counted.
    reason: DeclineReason,
    /// Why, in words for the other party, which name nobody until the two sides know each other; at most 1,000 characters. Required.
    note: String,
}

/// What came of looking into it together.
#[derive(Debug, InputObject)]
pub struct EvaluateInterestInput {
    /// The expression of interest.
    id: InterestId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// How the two fit, and what is to be looked at, at most 4,000 characters. Required.
    evaluation: LocalizedTextInput,
}

/// How it was to deal with the other side.
#[derive(Debug, InputObject)]
pub struct RateInterestInput {
    /// The expression of interest.
    id: InterestId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// 1 (badly) to 5 (very well).
    rating: i32,
}

/// What an office decides in spite of the levels.
#[derive(Debug, InputObject)]
pub struct OverrideEligibilityInput {
    /// The expression of interest.
    id: InterestId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The decision.
    eligibility: Eligibility,
    /// Why, in words for the people concerned, at most 1,000 characters. Required.
    note: String,
}

/// Mutations of expressions of interest.
#[derive(Debug, Default)]
pub struct InterestMutation;

#[Object]
impl InterestMutation {
    /// Writes an expression of interest down. For members of a company and, for their companies, liaisons and admins of its chamber; for officers and managers of an office.
    async fn draft_interest(
        &self,
        ctx: &Context<'_>,
        input: DraftInterestInput,
    ) -> Told<InterestPayload> {
        let DraftInterestInput { direction, from, chamber, need, offer, interest } = input;
        let between = Between { direction, from, chamber, need, offer };
        let (labels, pending) = (ctx.service().labels(), ctx.service().terms().pending_interests);
        change(ctx, async |work| draft::draft(work, labels, pending, between, interest).await).await
    }

    /// Changes the text of a draft. For those who may write it.
    async fn revise_interest(
        &self,
        ctx: &Context<'_>,
        input: ReviseInterestInput,
    ) -> Told<InterestPayload> {
        let ReviseInterestInput { id, expected_version, interest } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| draft::revise(work, labels, id, expected_version, interest).await)
            .await
    }

    /// Sends it to the intermediary of the other side, which has ten working days to take it over; a match of the two is converted. For those who may write it; a chamber needs the company's consent to represent it.
    async fn submit_interest(
        &self,
        ctx: &Context<'_>,
        input: InterestVersionInput,
    ) -> Told<InterestPayload> {
        let InterestVersionInput { id, expected_version } = input;
        let (labels, pending) = (ctx.service().labels(), ctx.service().terms().pending_interests);
        change(ctx, async |work| life::submit(work, labels, pending, id, expected_version).await)
            .await
    }

    /// Takes it over for triage. For the intermediary that receives it: liaisons and admins of the need's chamber, officers and managers of the offer's office.
    async fn take_over_interest(
        &self,
        ctx: &Context<'_>,
        input: InterestVersionInput,
    ) -> Told<InterestPayload> {
        let InterestVersionInput { id, expected_version } = input;
        change(ctx, async |work| life::take_over(work, id, expected_version).await).await
    }

    /// Asks its sender for more; the clock stands still until they answer. For the intermediary that receives it.
    async fn request_interest_information(
        &self,
        ctx: &Context<'_>,
        input: InterestNoteInput,
    ) -> Told<InterestPayload> {
        let InterestNoteInput { id, expected_version, note } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| {
            let note = checked_note(ctx, &note)?;
            life::request_information(work, labels, id, expected_version, note).await
        })
        .await
    }

    /// Answers what the intermediary asked; the clock goes on. For those who may write it.
    async fn provide_interest_information(
        &self,
        ctx: &Context<'_>,
        input: InterestNoteInput,
    ) -> Told<InterestPayload> {
        let InterestNoteInput { id, expected_version, note } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| {
            let note = checked_note(ctx, &note)?;
            life::provide_information(work, labels, id, expected_version, note).await
        })
        .await
    }

    /// Ends it before its owner decides, with a reason. For the intermediary that receives it.
    async fn reject_interest(
        &self,
        ctx: &Context<'_>,
        input: InterestReasonInput,
    ) -> Told<InterestPayload> {
        refuse(ctx, input, InterestAction::Reject).await
    }

    /// Hands it to the owner of the need or the offer, who has ten working days to decide. For the intermediary that receives it.
    async fn forward_interest(
        &self,
        ctx: &Context<'_>,
        input: InterestVersionInput,
    ) -> Told<InterestPayload> {
        let InterestVersionInput { id, expected_version } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::forward(work, labels, id, expected_version).await).await
    }

    /// Lets the two sides know each other. For the owner: members of the need's company, officers and managers of the offer's office.
    async fn accept_interest(
        &self,
        ctx: &Context<'_>,
        input: InterestVersionInput,
    ) -> Told<InterestPayload> {
        let InterestVersionInput { id, expected_version } = input;
        change(ctx, async |work| life::accept(work, id, expected_version).await).await
    }

    /// Says no, with a reason. For the owner of the need or the offer.
    async fn decline_interest(
        &self,
        ctx: &Context<'_>,
        input: InterestReasonInput,
    ) -> Told<InterestPayload> {
        refuse(ctx, input, InterestAction::Decline).await
    }

    /// Asks for a non-disclosure agreement before more is told: `draftAgreement` writes it, and once it is in force the interest goes on by itself. For members of the company, and for officers and managers of the office.
    async fn request_interest_nda(
        &self,
        ctx: &Context<'_>,
        input: InterestVersionInput,
    ) -> Told<InterestPayload> {
        let InterestVersionInput { id, expected_version } = input;
        change(ctx, async |work| life::request_nda(work, id, expected_version).await).await
    }

    /// Does without the non-disclosure agreement, for the side that asked for it. For members of the company, and for officers and managers of the office.
    async fn waive_interest_nda(
        &self,
        ctx: &Context<'_>,
        input: InterestNoteInput,
    ) -> Told<InterestPayload> {
        let InterestNoteInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            let note = checked_note(ctx, &note)?;
            life::waive_nda(work, id, expected_version, note).await
        })
        .await
    }

    /// Looks into it together and writes down how the two fit. For both intermediaries.
    async fn evaluate_interest(
        &self,
        ctx: &Context<'_>,
        input: EvaluateInterestInput,
    ) -> Told<InterestPayload> {
        let EvaluateInterestInput { id, expected_version, evaluation } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| {
            life::evaluate(work, labels, id, expected_version, evaluation).await
        })
        .await
    }

    /// Begins to talk about terms. For both intermediaries.
    async fn negotiate_interest(
        &self,
        ctx: &Context<'_>,
        input: InterestVersionInput,
    ) -> Told<InterestPayload> {
        let InterestVersionInput { id, expected_version } = input;
        change(ctx, async |work| {
            let action = InterestAction::Negotiate;
            step(work, id, Some(expected_version), action, (None, None), |_| Ok(())).await
        })
        .await
    }

    /// Ends it without a deal, with a reason; also what was agreed, once no contract of it is in force. For all of its parties.
    async fn close_interest(
        &self,
        ctx: &Context<'_>,
        input: InterestReasonInput,
    ) -> Told<InterestPayload> {
        refuse(ctx, input, InterestAction::Close).await
    }

    /// Takes it back before it is accepted. For those who may write it.
    async fn withdraw_interest(
        &self,
        ctx: &Context<'_>,
        input: InterestNoteInput,
    ) -> Told<InterestPayload> {
        let InterestNoteInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            let note = checked_note(ctx, &note)?;
            life::withdraw(work, id, expected_version, note).await
        })
        .await
    }

    /// Decides whether the technology suits the company, in spite of what their levels say; the reason stays with it, for both sides. Where the levels say nothing, there is nothing to decide. For managers of the office, while the two sides deal with each other.
    async fn override_eligibility(
        &self,
        ctx: &Context<'_>,
        input: OverrideEligibilityInput,
    ) -> Told<InterestPayload> {
        let OverrideEligibilityInput { id, expected_version, eligibility, note } = input;
        change(ctx, async |work| {
            let reason = checked_note(ctx, &note)?;
            life::override_eligibility(work, id, expected_version, eligibility, reason).await
        })
        .await
    }

    /// Rates the other side once it is over, each side once. For members of the company, and for officers and managers of the office.
    async fn rate_interest(
        &self,
        ctx: &Context<'_>,
        input: RateInterestInput,
    ) -> Told<InterestPayload> {
        let RateInterestInput { id, expected_version, rating } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::rate(work, labels, id, expected_version, rating).await).await
    }
}

async fn refuse(
    ctx: &Context<'_>,
    input: InterestReasonInput,
    action: InterestAction,
) -> Told<InterestPayload> {
    let InterestReasonInput { id, expected_version, reason, note } = input;
    change(ctx, async |work| {
        let note = checked_note(ctx, &note)?;
        life::refuse(work, id, expected_version, action, reason, note).await
    })
    .await
}

/// One piece of work on an expression of interest; what its sender can mend is told in the payload.
async fn change(
    ctx: &Context<'_>,
    change: impl AsyncFnOnce(&mut Work) -> Result<interest::Model>,
) -> Told<InterestPayload> {
    let done = carry_out(ctx, async |work: &mut Work| Ok(change(work).await?.id)).await;
    told_anew(ctx, "interest", done, |interest, user_errors| InterestPayload {
        interest,
        user_errors,
    })
    .await
}
