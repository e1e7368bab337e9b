//! What can be done with machines.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{ClientId, OrganizationId, Role};

use super::{ApiClient, input::ApiClientInput, life};
use crate::{
    context::Request,
    error::{Result, Told, UserError},
    mutation::{carry_out, carry_out_telling, told_anew},
    work::Work,
};

/// The machine as it is now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct ApiClientPayload {
    /// The machine after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    api_client: Option<ApiClient>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// The machine with a new secret, or what its sender can mend.
#[derive(SimpleObject)]
pub struct ApiClientSecretPayload {
    /// The machine after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    api_client: Option<ApiClient>,
    /// The secret, shown here and never again: keep it where only the machine reads it. Null when `userErrors` is not empty, and in a replay under an idempotency key: then let it have another (`rotateApiClientSecret`).
    secret: Option<String>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A machine that is let in.
#[derive(Debug, InputObject)]
pub struct CreateApiClientInput {
    /// The organization for which it asks; that does not change later.
    organization: OrganizationId,
    /// The one role that it holds there, which does not change later: `CHAMBER_LIAISON` in a chamber, `OTT_OFFICER` in an office, `MEMBER_USER` in a company (given by the network's admin), `ANALYST` or `SERVICE` anywhere.
    role: Role,
    /// What it is called, what it may do and until when.
    #[graphql(flatten)]
    client: ApiClientInput,
}

/// A change of a machine.
#[derive(Debug, InputObject)]
pub struct ChangeApiClientInput {
    /// The machine.
    id: ClientId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What it is called now, what it may do and until when; fields that are not given stay.
    #[graphql(flatten)]
    client: ApiClientInput,
}

/// Another secret for a machine.
#[derive(Debug, InputObject)]
pub struct RotateApiClientSecretInput {
    /// The machine.
    id: ClientId,
    /// The version that you read; nothing is changed when it has changed since.
    expected_version: i32,
    /// How long the secret before counts too, in seconds, 0 to 604,800 (seven days); 86,400 (a day) when nothing is said. 0 when it may be known to others; revoke the machine when somebody may hold tokens of it.
    grace_seconds: Option<i32>,
}

/// A machine that is let in no more.
#[derive(Debug, InputObject)]
pub struct RevokeApiClientInput {
    /// The machine.
    id: ClientId,
    /// The version that you read; nothing is changed when it has changed since. Whatever it is when nothing is said.
    expected_version: Option<i32>,
}

/// Mutations of machines.
#[derive(Debug, Default)]
pub struct ClientMutation;

#[Object]
impl ClientMutation {
    /// Lets a machine in for an organization, and shows its secret once. For the chamber's or the office's admin in all of its territory (`CHAMBER_ADMIN`, `OTT_MANAGER`), and for the network's; at most 20 for each organization.
    async fn create_api_client(
        &self,
        ctx: &Context<'_>,
        input: CreateApiClientInput,
    ) -> Told<ApiClientSecretPayload> {
        let CreateApiClientInput { organization, role, client } = input;
        let labels = ctx.service().labels();
        let what = (organization, role);
        with_secret(ctx, async |work| life::create(work, labels, what, client).await).await
    }

    /// Changes what a machine is called, what it may do, or until when it is let in; its tokens may do no more from then on. For those who let it in.
    async fn change_api_client(
        &self,
        ctx: &Context<'_>,
        input: ChangeApiClientInput,
    ) -> Told<ApiClientPayload> {
        let ChangeApiClientInput { id, expected_version, client } = input;
        let labels = ctx.service().labels();
        let which = (id, expected_version);
        changed(ctx, async |work| life::change(work, labels, which, client).await).await
    }

    /// Gives a machine another secret and shows it once; the one before counts for a while. For those who let it in.
    async fn rotate_api_client_secret(
        &self,
        ctx: &Context<'_>,
        input: RotateApiClientSecretInput,
    ) -> Told<ApiClientSecretPayload> {
        let RotateApiClientSecretInput { id, expected_version, grace_seconds } = input;
        let labels = ctx.service().labels();
        let which = (id, expected_version);
        with_secret(ctx, async |work| life::rotate(work, labels, which, grace_seconds).await).await
    }

    /// Lets a machine in no more: its secrets and its tokens end, at the latest after five seconds. It stays on record. For those who let it in.
    async fn revoke_api_client(
        &self,
        ctx: &Context<'_>,
        input: RevokeApiClientInput,
    ) -> Told<ApiClientPayload> {
        let RevokeApiClientInput { id, expected_version } = input;
        changed(ctx, async |work| life::revoke(work, id, expected_version).await).await
    }
}

async fn changed(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<ClientId>,
) -> Told<ApiClientPayload> {
    let done = carry_out(ctx, task).await;
    told_anew(ctx, "apiClient", done, |api_client, user_errors| ApiClientPayload {
        api_client,
        user_errors,
    })
    .await
}

async fn with_secret(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<(ClientId, String)>,
) -> Told<ApiClientSecretPayload> {
    let (done, secret) = carry_out_telling(ctx, task).await;
    told_anew(ctx, "apiClient", done, |api_client, user_errors| ApiClientSecretPayload {
        api_client,
        secret,
        user_errors,
    })
    .await
}
