//! Reading endpoints, and what they are told.

use async_graphql::{Context, Object};
use entity::{
    OrganizationId, WebhookEndpointId, webhook_attempt, webhook_delivery, webhook_endpoint::Column,
};
use sea_orm::Condition;

use super::object::{WebhookAttempt, WebhookDelivery, WebhookEndpoint};
use crate::{
    context::Request,
    error::{Result, Told},
    filter,
    policy::{Viewer, visible_attempts, visible_deliveries},
    read::{Asked, Kind, List, Order, Page, PageArgs, SIZES, fingerprint, page},
};

/// The last first.
const NEWEST: Order<Column> =
    Order { name: "NEWEST", by: &[(Column::CreatedAt, Kind::Time)], descending: true };
/// The same of what an endpoint is told.
const LAST_TOLD: Order<webhook_delivery::Column> = Order {
    name: "NEWEST",
    by: &[(webhook_delivery::Column::CreatedAt, Kind::Time)],
    descending: true,
};
/// Attempts in their order.
const IN_ORDER: Order<webhook_attempt::Column> =
    Order { name: "OLDEST", by: &[(webhook_attempt::Column::At, Kind::Time)], descending: false };

/// Queries of webhooks.
#[derive(Debug, Default)]
pub struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// One of the addresses at which your organization is told what happens. Null when it does not exist, or is not yours to administer.
    async fn webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`webhook_…`).")] id: WebhookEndpointId,
    ) -> Told<WebhookEndpoint> {
        ctx.read(id).await.transpose()
    }

    /// The addresses at which the organizations that you administer are told what happens, also those that are disabled, the last first. For members of the network; empty for those who administer none.
    async fn webhook_endpoints(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this organization alone.")] organization: Option<OrganizationId>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<WebhookEndpoint>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, organization, &args).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    organization: Option<OrganizationId>,
    args: &PageArgs,
) -> Result<Page<WebhookEndpoint>> {
    ctx.viewer().allow_member()?;
    let print = fingerprint(&organization);
    let of = filter::id("organization", Column::OrganizationId, organization)?;
    page(ctx, args, NEWEST, Condition::all().add_option(of), print).await
}

/// What an endpoint is told, the last first.
pub(super) fn last_deliveries(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<WebhookDelivery>> {
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    List::new(asked, (&args, SIZES), LAST_TOLD, visible_deliveries(viewer), print)
}

/// The attempts to tell something, oldest first.
pub(super) fn attempts(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<WebhookAttempt>> {
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    List::new(asked, (&args, SIZES), IN_ORDER, visible_attempts(viewer), print)
}
