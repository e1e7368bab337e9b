//! What can be done with webhooks.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{OrganizationId, WebhookDeliveryId, WebhookDisabledReason, WebhookEndpointId};

use super::{
    courier::Courier,
    input::{Looked, WebhookEndpointInput},
    life,
    object::{WebhookDelivery, WebhookEndpoint},
};
use crate::{
    context::Request,
    error::{Result, Told, UserError},
    mutation::{carry_out, carry_out_telling, told, told_anew},
    policy::WebhookAction,
    work::Work,
};

/// The endpoint as it is now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct WebhookEndpointPayload {
    /// The endpoint after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    webhook_endpoint: Option<WebhookEndpoint>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// The endpoint with a new secret, or what its sender can mend.
#[derive(SimpleObject)]
pub struct WebhookSecretPayload {
    /// The endpoint after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    webhook_endpoint: Option<WebhookEndpoint>,
    /// The secret by which messages are signed, `whsec_…`, shown here and never again: keep it where only the receiver reads it. Null when `userErrors` is not empty, and in a replay under an idempotency key: then let it have another (`rotateWebhookSecret`).
    secret: Option<String>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// Which endpoint is gone, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct RemoveWebhookEndpointPayload {
    /// The endpoint that is gone. Null when `userErrors` is not empty.
    removed: Option<WebhookEndpointId>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// What is being sent, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct WebhookDeliveryPayload {
    /// What is being sent. Null when `userErrors` is not empty, and when you may know of it no longer.
    webhook_delivery: Option<WebhookDelivery>,
    /// What was wrong with the input; nothing is sent. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// How much is being sent again, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct ReplayWebhooksPayload {
    /// The endpoint. Null when `userErrors` is not empty, and when you may know of it no longer.
    webhook_endpoint: Option<WebhookEndpoint>,
    /// How many events are told again, 0 to 1,000. Null when `userErrors` is not empty, and in a replay under an idempotency key.
    count: Option<i32>,
    /// What was wrong with the input; nothing is sent. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// An address at which an organization is told what happens.
#[derive(Debug, InputObject)]
pub struct CreateWebhookEndpointInput {
    /// The organization that is told; that does not change later.
    organization: OrganizationId,
    /// Where it is told, and what.
    #[graphql(flatten)]
    endpoint: WebhookEndpointInput,
}

/// A change of an endpoint.
#[derive(Debug, InputObject)]
pub struct ChangeWebhookEndpointInput {
    /// The endpoint.
    id: WebhookEndpointId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// Where it is told, and what; fields that are not given stay.
    #[graphql(flatten)]
    endpoint: WebhookEndpointInput,
}

/// Another secret for an endpoint.
#[derive(Debug, InputObject)]
pub struct RotateWebhookSecretInput {
    /// The endpoint.
    id: WebhookEndpointId,
    /// The version that you read; nothing is changed when it has changed since.
    expected_version: i32,
}

/// An endpoint that is enabled, disabled or removed.
#[derive(Debug, InputObject)]
pub struct WebhookEndpointIdInput {
    /// The endpoint.
    id: WebhookEndpointId,
    /// The version that you read; nothing is changed when it has changed since. Whatever it is when nothing is said.
    expected_version: Option<i32>,
}

/// A test of an endpoint.
#[derive(Debug, InputObject)]
pub struct SendTestWebhookInput {
    /// The endpoint.
    endpoint: WebhookEndpointId,
}

/// Something that is sent again.
#[derive(Debug, InputObject)]
pub struct RedeliverWebhookInput {
    /// What was sent (`delivery_…`).
    delivery: WebhookDeliveryId,
}

/// What happened since a time, told again.
#[derive(Debug, InputObject)]
pub struct ReplayWebhooksInput {
    /// The endpoint.
    endpoint: WebhookEndpointId,
    /// From when on, 30 days ago at most.
    since: DateTime<Utc>,
}

/// Mutations of webhooks.
#[derive(Debug, Default)]
pub struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Gives an address at which an organization is told what happens, and shows the secret by which messages are signed once. For the chamber's or the office's admin in all of its territory (`CHAMBER_ADMIN`, `OTT_MANAGER`), and for the network's; at most 10 for each organization.
    async fn create_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: CreateWebhookEndpointInput,
    ) -> Told<WebhookSecretPayload> {
        let CreateWebhookEndpointInput { organization, endpoint } = input;
        let (labels, viewer) = (ctx.service().labels(), ctx.viewer());
        let new = life::new(viewer, organization, viewer.now);
        // Whoever may not is told so before any name is looked up for them.
        let allowed = async || viewer.allow_new(WebhookAction::Create, new).map(drop);
        let (courier, looked) = match look(ctx, &endpoint, allowed).await {
            Ok(found) => found,
            Err(error) => return Some(Err(error)),
        };
        let (by, what) = ((labels, courier), (endpoint, looked));
        with_secret(ctx, async |work| life::create(work, by, organization, what).await).await
    }

    /// Changes where an endpoint is, what it is called, or what it is told from now on. For those who can give addresses.
    async fn change_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: ChangeWebhookEndpointInput,
    ) -> Told<WebhookEndpointPayload> {
        let ChangeWebhookEndpointInput { id, expected_version, endpoint } = input;
        let service = ctx.service();
        let allowed = async || life::may_change(service, ctx.viewer(), id).await;
        let looked = match look(ctx, &endpoint, allowed).await {
            Ok((_, looked)) => looked,
            Err(error) => return Some(Err(error)),
        };
        let (which, what) = ((id, expected_version), (endpoint, looked));
        changed(ctx, async |work| life::change(work, service.labels(), which, what).await).await
    }

    /// Gives an endpoint another secret and shows it once; for 24 hours messages are signed with both. For those who can give addresses.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        input: RotateWebhookSecretInput,
    ) -> Told<WebhookSecretPayload> {
        let RotateWebhookSecretInput { id, expected_version } = input;
        let courier = match ctx.service().courier() {
            Ok(courier) => courier,
            Err(error) => return Some(Err(error)),
        };
        let which = (id, expected_version);
        with_secret(ctx, async |work| life::rotate(work, courier, which).await).await
    }

    /// Lets an endpoint that was disabled be told again: what waits, and what happens from now on; `replayWebhooks` tells what happened meanwhile. For those who can give addresses.
    async fn enable_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: WebhookEndpointIdInput,
    ) -> Told<WebhookEndpointPayload> {
        let which = (input.id, input.expected_version);
        changed(ctx, async |work| life::enable(work, which).await).await
    }

    /// Lets an endpoint be told nothing; what waits for it goes on waiting, 30 days at most. For those who can give addresses.
    async fn disable_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: WebhookEndpointIdInput,
    ) -> Told<WebhookEndpointPayload> {
        let (which, why) = ((input.id, input.expected_version), WebhookDisabledReason::ByHand);
        changed(ctx, async |work| life::disable(work, which, why).await).await
    }

    /// Removes an endpoint with everything that it was told. For those who can give addresses.
    async fn remove_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: WebhookEndpointIdInput,
    ) -> Told<RemoveWebhookEndpointPayload> {
        let which = (input.id, input.expected_version);
        let done = carry_out(ctx, async |work: &mut Work| life::remove(work, which).await).await;
        let payload = |removed, user_errors| RemoveWebhookEndpointPayload { removed, user_errors };
        Some(told(done.map(Some), payload))
    }

    /// Sends a message of type `WEBHOOK_TEST` to an endpoint, signed as any other, that tells nothing; one at a time. For those who can give addresses.
    async fn send_test_webhook(
        &self,
        ctx: &Context<'_>,
        input: SendTestWebhookInput,
    ) -> Told<WebhookDeliveryPayload> {
        sent(ctx, async |work| life::send_test(work, input.endpoint).await).await
    }

    /// Sends something again that an endpoint was told, or could not be told: with its `webhook-id`, and by a plan of its own. For those who can give addresses.
    async fn redeliver_webhook(
        &self,
        ctx: &Context<'_>,
        input: RedeliverWebhookInput,
    ) -> Told<WebhookDeliveryPayload> {
        sent(ctx, async |work| life::redeliver(work, input.delivery).await).await
    }

    /// Tells an endpoint again what happened since a time, 30 days ago at most: what its organization may know now of the kinds that it is told, at most 1,000 events. What it was told keeps its `webhook-id`. For those who can give addresses.
    async fn replay_webhooks(
        &self,
        ctx: &Context<'_>,
        input: ReplayWebhooksInput,
    ) -> Told<ReplayWebhooksPayload> {
        let (service, which) = (ctx.service(), (input.endpoint, input.since));
        let task = async |work: &mut Work| life::replay(work, service, which).await;
        let (done, count) = carry_out_telling(ctx, task).await;
        told_anew(ctx, "webhookEndpoint", done, |webhook_endpoint, user_errors| {
            ReplayWebhooksPayload { webhook_endpoint, count, user_errors }
        })
        .await
    }
}

/// Looks at the address that is given, for whoever is allowed to give it.
async fn look<'a>(
    ctx: &'a Context<'_>,
    input: &WebhookEndpointInput,
    allowed: impl AsyncFnOnce() -> Result<()>,
) -> Result<(&'a Courier, Looked)> {
    allowed().await?;
    let courier = ctx.service().courier()?;
    Ok((courier, input.look(courier).await))
}

async fn changed(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<WebhookEndpointId>,
) -> Told<WebhookEndpointPayload> {
    let done = carry_out(ctx, task).await;
    told_anew(ctx, "webhookEndpoint", done, |webhook_endpoint, user_errors| {
        WebhookEndpointPayload { webhook_endpoint, user_errors }
    })
    .await
}

async fn sent(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<WebhookDeliveryId>,
) -> Told<WebhookDeliveryPayload> {
    let done = carry_out(ctx, task).await;
    told_anew(ctx, "webhookDelivery", done, |webhook_delivery, user_errors| {
        WebhookDeliveryPayload { webhook_delivery, user_errors }
    })
    .await
}

async fn with_secret(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<(WebhookEndpointId, String)>,
) -> Told<WebhookSecretPayload> {
    let (done, secret) = carry_out_telling(ctx, task).await;
    told_anew(ctx, "webhookEndpoint", done, |webhook_endpoint, user_errors| WebhookSecretPayload {
        webhook_endpoint,
        secret,
        user_errors,
    })
    .await
}
