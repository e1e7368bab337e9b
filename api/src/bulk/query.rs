//! Reading bulk jobs.

use async_graphql::{Context, Object};
use entity::{JobId, bulk_job::Column};
use sea_orm::Condition;

use super::object::BulkJob;
use crate::{
    context::Request,
    error::{Result, Told},
    read::{Kind, Order, Page, PageArgs, fingerprint, page},
};

/// The last first.
const NEWEST: Order<Column> =
    Order { name: "NEWEST", by: &[(Column::CreatedAt, Kind::Time)], descending: true };

/// Queries of bulk jobs.
#[derive(Debug, Default)]
pub struct BulkQuery;

#[Object]
impl BulkQuery {
    /// One of your bulk jobs. Null when it does not exist, is not yours, or has been erased.
    async fn bulk_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`job_…`).")] id: JobId,
    ) -> Told<BulkJob> {
        ctx.read(id).await.transpose()
    }

    /// Your bulk jobs, the last first; those that have ended are kept for seven days. For members of the network.
    async fn bulk_jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<BulkJob>> {
        Some(list(ctx, &PageArgs { first, after, last, before }).await)
    }
}

async fn list(ctx: &Context<'_>, args: &PageArgs) -> Result<Page<BulkJob>> {
    ctx.viewer().allow_member()?;
    page(ctx, args, NEWEST, Condition::all(), fingerprint(&())).await
}
