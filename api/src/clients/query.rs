//! Reading machines.

use async_graphql::{Context, Object};
use entity::{ClientId, OrganizationId, api_client::Column};
use sea_orm::Condition;

use super::ApiClient;
use crate::{
    context::Request,
    error::{Result, Told},
    filter,
    read::{Kind, Order, Page, PageArgs, fingerprint, page},
};

/// The last first.
const NEWEST: Order<Column> =
    Order { name: "NEWEST", by: &[(Column::CreatedAt, Kind::Time)], descending: true };

/// Queries of machines.
#[derive(Debug, Default)]
pub struct ClientQuery;

#[Object]
impl ClientQuery {
    /// One of the machines that you let in. Null when it does not exist, or is not yours to administer.
    async fn api_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`client_…`).")] id: ClientId,
    ) -> Told<ApiClient> {
        ctx.read(id).await.transpose()
    }

    /// The machines of the organizations that you administer, also those that are revoked, the last first. For members of the network; empty for those who administer none.
    async fn api_clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this organization alone.")] organization: Option<OrganizationId>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<ApiClient>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, organization, &args).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    organization: Option<OrganizationId>,
    args: &PageArgs,
) -> Result<Page<ApiClient>> {
    ctx.viewer().allow_member()?;
    let print = fingerprint(&organization);
    let of = filter::id("organization", Column::OrganizationId, organization)?;
    page(ctx, args, NEWEST, Condition::all().add_option(of), print).await
}
