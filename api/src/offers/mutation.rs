//! What can be done to offers.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{DeclineReason, OfferId, OrganizationId, offer};

use super::{Offer, input::OfferInput, life};
use crate::{
    checks::checked_note,
    context::Request,
    error::{Result, Told, UserError},
    lifecycle::step,
    mutation::{carry_out, told_anew},
    policy::OfferAction,
    work::Work,
};

/// The offer as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct OfferPayload {
    /// The offer after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    offer: Option<Offer>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// An offer that is written down for the first time.
#[derive(Debug, InputObject)]
pub struct DraftOfferInput {
    /// The transfer office, or the start-up, that offers it.
    ott: OrganizationId,
    /// What it says.
    #[graphql(flatten)]
    offer: OfferInput,
}

/// A change to the text of an offer.
#[derive(Debug, InputObject)]
pub struct ReviseOfferInput {
    /// The offer.
    id: OfferId,
    /// The version that you read; the change is refused when the offer has changed since.
    expected_version: i32,
    /// What it says now; fields that are not given stay.
    #[graphql(flatten)]
    offer: OfferInput,
}

/// An offer, at the version that you read.
#[derive(Debug, InputObject)]
pub struct OfferVersionInput {
    /// The offer.
    id: OfferId,
    /// The version that you read; the change is refused when the offer has changed since.
    expected_version: i32,
}

/// An offer, at the version that you read, with a reason.
#[derive(Debug, InputObject)]
pub struct OfferReasonInput {
    /// The offer.
    id: OfferId,
    /// The version that you read; the change is refused when the offer has changed since.
    expected_version: i32,
    /// Why, as a code.
    reason: DeclineReason,
    /// Why, in words for the people concerned, at most 1,000 characters. Required.
    note: String,
}

/// An offer, at the version that you read, with a note.
#[derive(Debug, InputObject)]
pub struct OfferNoteInput {
    /// The offer.
    id: OfferId,
    /// The version that you read; the change is refused when the offer has changed since.
    expected_version: i32,
    /// Why, in words for the people concerned, at most 1,000 characters. Required.
    note: String,
}

/// An offer that is to be kept for one partner.
#[derive(Debug, InputObject)]
pub struct ReserveOfferInput {
    /// The offer.
    id: OfferId,
    /// The version that you read; the change is refused when the offer has changed since.
    expected_version: i32,
    /// For how many days, 1 to 180; 180 when nothing is said.
    days: Option<i32>,
}

/// Mutations of offers.
#[derive(Debug, Default)]
pub struct OfferMutation;

#[Object]
impl OfferMutation {
    /// Writes an offer down. For officers and managers of the office.
    async fn draft_offer(&self, ctx: &Context<'_>, input: DraftOfferInput) -> Told<OfferPayload> {
        let DraftOfferInput { ott, offer } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::draft(work, labels, ott, offer).await).await
    }

    /// Changes the text of a draft or of an offer that was sent back. For officers and managers of the office.
    async fn revise_offer(&self, ctx: &Context<'_>, input: ReviseOfferInput) -> Told<OfferPayload> {
        let ReviseOfferInput { id, expected_version, offer } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| {
            life::revise(work, labels, id, Some(expected_version), offer).await
        })
        .await
    }

    /// Hands an offer to the office's manager for review; it must be complete and, when anonymous, its public text blind. For officers and managers of the office.
    async fn submit_offer(
        &self,
        ctx: &Context<'_>,
        input: OfferVersionInput,
    ) -> Told<OfferPayload> {
        let labels = ctx.service().labels();
        let version = Some(input.expected_version);
        change(ctx, async |work| life::submit(work, labels, input.id, version).await).await
    }

    /// Sends an offer back to its author. For managers of the office and the network's admin.
    async fn return_offer(&self, ctx: &Context<'_>, input: OfferReasonInput) -> Told<OfferPayload> {
        let OfferReasonInput { id, expected_version, reason, note } = input;
        change(ctx, async |work| {
            let why = (Some(reason), Some(checked_note(ctx, &note)?));
            step(work, id, Some(expected_version), OfferAction::Return, why, |_| Ok(())).await
        })
        .await
    }

    /// Offers it to the network for a year, open for interest. For managers of the office and the network's admin, but not for whoever wrote it.
    async fn publish_offer(
        &self,
        ctx: &Context<'_>,
        input: OfferVersionInput,
    ) -> Told<OfferPayload> {
        let version = Some(input.expected_version);
        change(ctx, async |work| life::publish(work, input.id, version).await).await
    }

    /// Takes an offer off the network for a while. For the office and the network's admin.
    async fn hold_offer(&self, ctx: &Context<'_>, input: OfferNoteInput) -> Told<OfferPayload> {
        let OfferNoteInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            let why = (None, Some(checked_note(ctx, &note)?));
            life::hold(work, id, Some(expected_version), why).await
        })
        .await
    }

    /// Puts a held offer back on the network. For the office and the network's admin.
    async fn resume_offer(
        &self,
        ctx: &Context<'_>,
        input: OfferVersionInput,
    ) -> Told<OfferPayload> {
        let version = Some(input.expected_version);
        change(ctx, async |work| life::resume(work, input.id, version).await).await
    }

    /// Gives an offer another year, once, from 30 days before to 365 days after its end. For managers of the office.
    async fn renew_offer(&self, ctx: &Context<'_>, input: OfferVersionInput) -> Told<OfferPayload> {
        let version = Some(input.expected_version);
        change(ctx, async |work| life::renew(work, input.id, version).await).await
    }

    /// Lets others express interest in a published offer. For officers and managers of the office.
    async fn open_offer_for_interest(
        &self,
        ctx: &Context<'_>,
        input: OfferVersionInput,
    ) -> Told<OfferPayload> {
        simple(ctx, input, OfferAction::OpenForInterest, |offer| offer.open_for_interest = true)
            .await
    }

    /// Takes no more expressions of interest in a published offer; it stays visible. For officers and managers of the office.
    async fn close_offer_for_interest(
        &self,
        ctx: &Context<'_>,
        input: OfferVersionInput,
    ) -> Told<OfferPayload> {
        simple(ctx, input, OfferAction::CloseForInterest, |offer| offer.open_for_interest = false)
            .await
    }

    /// Keeps an offer for one partner while terms are talked about, for 180 days at most: new interests are refused. For managers of the office.
    async fn reserve_offer(
        &self,
        ctx: &Context<'_>,
        input: ReserveOfferInput,
    ) -> Told<OfferPayload> {
        let ReserveOfferInput { id, expected_version, days } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::reserve(work, id, expected_version, days, labels).await)
            .await
    }

    /// Offers it to the network again before its reservation ends. For managers of the office.
    async fn release_offer(
        &self,
        ctx: &Context<'_>,
        input: OfferVersionInput,
    ) -> Told<OfferPayload> {
        let version = Some(input.expected_version);
        change(ctx, async |work| life::release(work, input.id, version).await).await
    }

    /// Says that an exclusive licence or an assignment in force leaves nobody else a use of it; the service does so by itself when the agreement comes into force, wherever the offer stands: published, held, reserved or expired. For managers of the office.
    async fn transfer_offer(
        &self,
        ctx: &Context<'_>,
        input: OfferVersionInput,
    ) -> Told<OfferPayload> {
        let version = Some(input.expected_version);
        change(ctx, async |work| life::transfer(work, input.id, version).await).await
    }

    /// Ends an offer, with the reason. For managers of the office.
    async fn retire_offer(&self, ctx: &Context<'_>, input: OfferReasonInput) -> Told<OfferPayload> {
        let OfferReasonInput { id, expected_version, reason, note } = input;
        change(ctx, async |work| {
            let why = (Some(reason), Some(checked_note(ctx, &note)?));
            life::retire(work, id, Some(expected_version), why).await
        })
        .await
    }
}

/// A verb without guards of its own.
async fn simple(
    ctx: &Context<'_>,
    input: OfferVersionInput,
    action: OfferAction,
    set: impl FnOnce(&mut offer::Model) + Send,
) -> Told<OfferPayload> {
    let OfferVersionInput { id, expected_version } = input;
    change(ctx, async |work| {
        step(work, id, Some(expected_version), action, (None, None), |offer| {
            set(offer);
            Ok(())
        })
        .await
    })
    .await
}

/// One piece of work on an offer; what its sender can mend is told in the payload.
async fn change(
    ctx: &Context<'_>,
    change: impl AsyncFnOnce(&mut Work) -> Result<offer::Model>,
) -> Told<OfferPayload> {
    let done = carry_out(ctx, async |work: &mut Work| Ok(change(work).await?.id)).await;
    told_anew(ctx, "offer", done, |offer, user_errors| OfferPayload { offer, user_errors }).await
}
