//! What can be done to capabilities.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{CapabilityId, OrganizationId, capability};

use super::{Capability, input::CapabilityInput, life};
use crate::{
    checks::checked_note,
    context::Request,
    error::{Result, Told, UserError},
    mutation::{carry_out, told_anew},
    work::Work,
};

/// The capability as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct CapabilityPayload {
    /// The capability after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    capability: Option<Capability>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A capability that is written down for the first time.
#[derive(Debug, InputObject)]
pub struct DraftCapabilityInput {
    /// The transfer office, or the start-up, that has it.
    ott: OrganizationId,
    /// What is said of it.
    #[graphql(flatten)]
    capability: CapabilityInput,
}

/// A change to what is said of a capability.
#[derive(Debug, InputObject)]
pub struct ReviseCapabilityInput {
    /// The capability.
    id: CapabilityId,
    /// The version that you read; the change is refused when the capability has changed since.
    expected_version: i32,
    /// What is said of it now; fields that are not given stay.
    #[graphql(flatten)]
    capability: CapabilityInput,
}

/// A capability, at the version that you read.
#[derive(Debug, InputObject)]
pub struct CapabilityVersionInput {
    /// The capability.
    id: CapabilityId,
    /// The version that you read; the change is refused when the capability has changed since.
    expected_version: i32,
}

/// A capability, at the version that you read, with a note.
#[derive(Debug, InputObject)]
pub struct CapabilityNoteInput {
    /// The capability.
    id: CapabilityId,
    /// The version that you read; the change is refused when the capability has changed since.
    expected_version: i32,
    /// Why, in words for the people concerned, at most 1,000 characters. Required.
    note: String,
}

/// Mutations of capabilities.
#[derive(Debug, Default)]
pub struct CapabilityMutation;

#[Object]
impl CapabilityMutation {
    /// Writes a capability down. For officers and managers of the office.
    async fn draft_capability(
        &self,
        ctx: &Context<'_>,
        input: DraftCapabilityInput,
    ) -> Told<CapabilityPayload> {
        let DraftCapabilityInput { ott, capability } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::draft(work, labels, ott, capability).await).await
    }

    /// Changes what is said of a draft or of a capability that is paused. For officers and managers of the office.
    async fn revise_capability(
        &self,
        ctx: &Context<'_>,
        input: ReviseCapabilityInput,
    ) -> Told<CapabilityPayload> {
        let ReviseCapabilityInput { id, expected_version, capability } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::revise(work, labels, id, expected_version, capability).await)
            .await
    }

    /// Lets everybody know of it; it must be complete, and an accredited test accredited still. For managers of the office, but not for whoever wrote any of it.
    async fn publish_capability(
        &self,
        ctx: &Context<'_>,
        input: CapabilityVersionInput,
    ) -> Told<CapabilityPayload> {
        let CapabilityVersionInput { id, expected_version } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::publish(work, labels, id, expected_version).await).await
    }

    /// Takes it back for a while: a machine is down, a text is to be mended. For officers and managers of the office.
    async fn pause_capability(
        &self,
        ctx: &Context<'_>,
        input: CapabilityNoteInput,
    ) -> Told<CapabilityPayload> {
        let CapabilityNoteInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            let why = (None, Some(checked_note(ctx, &note)?));
            life::pause(work, id, expected_version, why).await
        })
        .await
    }

    /// Ends it. For managers of the office.
    async fn retire_capability(
        &self,
        ctx: &Context<'_>,
        input: CapabilityNoteInput,
    ) -> Told<CapabilityPayload> {
        let CapabilityNoteInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            let why = (None, Some(checked_note(ctx, &note)?));
            life::retire(work, id, expected_version, why).await
        })
        .await
    }
}

async fn change(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<capability::Model>,
) -> Told<CapabilityPayload> {
    let done = carry_out(ctx, async |work: &mut Work| Ok(task(work).await?.id)).await;
    told_anew(ctx, "capability", done, |capability, user_errors| CapabilityPayload {
        capability,
        user_errors,
    })
    .await
}
