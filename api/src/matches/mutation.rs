//! What intermediaries do with matches.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{DeclineReason, MatchId, NeedId, OfferId, match_};

use super::{
    Match,
    life::{decide, propose},
};
use crate::{
    checks::checked_note,
    context::Request,
    error::{Result, Told, UserError},
    mutation::{carry_out, told_anew},
    policy::MatchAction,
    work::Work,
};

/// The match as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct MatchPayload {
    /// The match after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    r#match: Option<Match>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A need and an offer that fit.
#[derive(Debug, InputObject)]
pub struct ProposeMatchInput {
    /// The need; it is open for interest.
    need: NeedId,
    /// The offer; it is open for interest.
    offer: OfferId,
}

/// A match, at the version that you read.
#[derive(Debug, InputObject)]
pub struct MatchVersionInput {
    /// The match.
    id: MatchId,
    /// The version that you read; the change is refused when the match has changed since.
    expected_version: i32,
}

/// A match, at the version that you read, with a reason.
#[derive(Debug, InputObject)]
pub struct DismissMatchInput {
    /// The match.
    id: MatchId,
    /// The version that you read; the change is refused when the match has changed since.
    expected_version: i32,
    /// Why, as a code; it is counted.
    reason: DeclineReason,
    /// Why, in words for both intermediaries, at most 1,000 characters. Required.
    note: String,
}

/// Mutations of matches.
#[derive(Debug, Default)]
pub struct MatchMutation;

#[Object]
impl MatchMutation {
    /// Says of a need and an offer that they fit, where the service has not found it. For liaisons and admins of the need's chamber, and for officers and managers of the offer's office.
    async fn propose_match(
        &self,
        ctx: &Context<'_>,
        input: ProposeMatchInput,
    ) -> Told<MatchPayload> {
        let engine = ctx.service().engine();
        change(ctx, async |work| propose(work, engine, input.need, input.offer).await).await
    }

    /// Takes a suggested match up, to be turned into an expression of interest. For liaisons and admins of the need's chamber, and for officers and managers of the offer's office.
    async fn shortlist_match(
        &self,
        ctx: &Context<'_>,
        input: MatchVersionInput,
    ) -> Told<MatchPayload> {
        let MatchVersionInput { id, expected_version } = input;
        change(ctx, async |work| {
            decide(work, id, Some(expected_version), MatchAction::Shortlist, (None, None)).await
        })
        .await
    }

    /// Puts a match aside for good: the pair is not suggested again. For liaisons and admins of the need's chamber, and for officers and managers of the offer's office.
    async fn dismiss_match(
        &self,
        ctx: &Context<'_>,
        input: DismissMatchInput,
    ) -> Told<MatchPayload> {
        let DismissMatchInput { id, expected_version, reason, note } = input;
        change(ctx, async |work| {
            let why = (Some(reason), Some(checked_note(ctx, &note)?));
            decide(work, id, Some(expected_version), MatchAction::Dismiss, why).await
        })
        .await
    }
}

/// One piece of work on a match; what its sender can mend is told in the payload.
async fn change(
    ctx: &Context<'_>,
    change: impl AsyncFnOnce(&mut Work) -> Result<match_::Model>,
) -> Told<MatchPayload> {
    let done = carry_out(ctx, async |work: &mut Work| Ok(change(work).await?.id)).await;
    told_anew(ctx, "match", done, |r#match, user_errors| MatchPayload { r#match, user_errors })
        .await
}
