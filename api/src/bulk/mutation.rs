//! What can be done with bulk jobs.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::JobId;

use super::{
    BulkJob,
    export::{self, BulkExportStartInput},
    import::{self, BulkImportStartInput},
    life,
};
use crate::{
    context::Request,
    error::{Result, Told, UserError},
    links::Asker,
    mutation::{carry_out, told_anew},
    work::Work,
};

/// The bulk job as it is now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct BulkJobPayload {
    /// The job after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    bulk_job: Option<BulkJob>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A bulk job that is called off.
#[derive(Debug, InputObject)]
pub struct BulkJobCancelInput {
    /// The job.
    id: JobId,
    /// The version that you read; nothing is changed when its status has changed since. Whatever it is when nothing is said.
    expected_version: Option<i32>,
}

/// Mutations of bulk jobs.
#[derive(Debug, Default)]
pub struct BulkMutation;

#[Object]
impl BulkMutation {
    /// Announces a file to be read in bulk: send it by one `PUT` to `uploadUrl` of the job, at most 1 GiB, as it is; what breaks off can be sent again. Its lines are then brought in one after the other, as you: what you may not do, they may not. Bad lines are left out and told in the file to which `url` leads. The same file again changes nothing. A chamber's admin brings companies alone, and none that speaks for itself or belongs to another chamber. For those who may bring such a file (`BulkImportKind`); machines bring needs and offers.
    async fn bulk_import_start(
        &self,
        ctx: &Context<'_>,
        input: BulkImportStartInput,
    ) -> Told<BulkJobPayload> {
        let asker = Asker::here(ctx);
        let service = ctx.service();
        changed(ctx, async |work| import::start(work, service, &asker, input).await).await
    }

    /// Lets everything that a query finds be written down, as you may read it while it is done, and gives it to you as a file: put into the queue, carried out in the background and read back by `bulkJob`. What it shows of others' records goes into the ledger of disclosures as any read does. For members of the network; at most two jobs at a time for each person or machine.
    async fn bulk_export_start(
        &self,
        ctx: &Context<'_>,
        input: BulkExportStartInput,
    ) -> Told<BulkJobPayload> {
        payload(ctx, export::start(ctx, input).await).await
    }

    /// Calls off a bulk job that has not ended: it goes no further than the page that is being read or written, and its file is taken away. What an import has put on record until then stays. For its owner.
    async fn bulk_job_cancel(
        &self,
        ctx: &Context<'_>,
        input: BulkJobCancelInput,
    ) -> Told<BulkJobPayload> {
        let BulkJobCancelInput { id, expected_version } = input;
        changed(ctx, async |work| life::cancel(work, id, expected_version).await).await
    }
}

async fn changed(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<JobId>,
) -> Told<BulkJobPayload> {
    payload(ctx, carry_out(ctx, task).await).await
}

async fn payload(ctx: &Context<'_>, done: Result<JobId>) -> Told<BulkJobPayload> {
    told_anew(ctx, "bulkJob", done, |bulk_job, user_errors| BulkJobPayload {
        bulk_job,
        user_errors,
    })
    .await
}
