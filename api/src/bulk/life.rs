//! The life of a job: it is put in the queue, called off, ended, and after a while erased.

use chrono::TimeDelta;
use entity::{
    BulkErrorCode, BulkFormat, BulkJobKind, BulkJobStatus, JobId, api_client,
    bulk_job::{self, Column},
    person,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::{
    carry::{Running, asker},
    files,
};
use crate::{
    context::Service,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::check_version,
    links::Asker,
    policy::{BulkJobAction, Viewer, own_jobs},
    work::Work,
};

/// How many jobs somebody may have that have not ended.
const MOST_JOBS: u64 = 2;
/// How long a job and its file are kept once it has ended.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Those that have not ended.
const OPEN: [BulkJobStatus; 3] =
    [BulkJobStatus::Waiting, BulkJobStatus::Queued, BulkJobStatus::Running];

/// A job of a viewer as it begins, before it is said what is to be done.
///
/// # Errors
/// Ours, when who asks cannot be written down.
pub(super) fn new(
    viewer: &Viewer,
    asker: &Asker,
    kind: BulkJobKind,
    format: BulkFormat,
) -> Result<bulk_job::Model> {
    let now = viewer.now;
    Ok(bulk_job::Model {
        id: JobId::new(now),
        version: 1,
        kind,
        status: BulkJobStatus::Queued,
        format,
        what: None,
        person_id: viewer.person,
        client_id: viewer.machine.as_ref().map(|machine| machine.client),
        organization_id: None,
        asker: serde_json::to_value(asker).map_err(Error::internal)?,
        document: None,
        operation: None,
        variables: None,
        options: None,
        checkpoint: None,
        done: 0,
        roots: 0,
        created: 0,
        updated: 0,
        unchanged: 0,
        skipped: 0,
        warnings: 0,
        size_bytes: 0,
        parts: serde_json::json!([]),
        has_files: false,
        error_code: None,
        error: None,
        attempts: 0,
        created_at: now,
        updated_at: now,
        started_at: None,
        finished_at: None,
        expires_at: None,
        taken_by: None,
        taken_until: None,
    })
}

/// Puts a job on record that its owner may start.
///
/// # Errors
/// When they may not, or have too many already.
pub(super) async fn admit(
    work: &mut Work,
    service: &Service,
    action: BulkJobAction,
    row: bulk_job::Model,
) -> Result<JobId> {
    let allowed = work.allow_new(action, row)?;
    // What cannot be kept need not be begun.
    if service.archive().is_err() {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "este servicio no tiene dónde guardar archivos / this service has no place for files",
        ));
    }
    // Held, so that of two that come at once each counts the other.
    match (allowed.person_id, allowed.client_id) {
        (Some(person), _) => drop(work.keep::<person::Entity>(person).await?),
        (None, Some(client)) => drop(work.keep::<api_client::Entity>(client).await?),
        (None, None) => {}
    }
    let open = bulk_job::Entity::find()
        .filter(own_jobs(work.viewer()))
        .filter(Column::Status.is_in(OPEN))
        .count(work.tx())
        .await?;
    if open >= MOST_JOBS {
        return Err(Error::refused(
            UserErrorCode::LimitReached,
            format!(
                "ya tiene {MOST_JOBS} trabajos sin terminar; espere o cancele uno / you have {MOST_JOBS} jobs that have not ended; wait, or cancel one"
            ),
        ));
    }
    let row = work.insert(allowed).await?;
    work.record(Event::BulkJobStarted { job: row.id });
    Ok(row.id)
}

/// Calls a job off that has not ended. Whoever carries it out hears of it before the next page.
///
/// # Errors
/// When it is not the owner who does, or it has ended.
pub(super) async fn cancel(
    work: &mut Work,
    id: JobId,
    expected_version: Option<i32>,
) -> Result<JobId> {
    let held = work.hold(id, BulkJobAction::Cancel).await?;
    check_version(held.version, expected_version)?;
    if !OPEN.contains(&held.status) {
        let message = "ya terminó / it has ended already";
        return Err(Error::refused(UserErrorCode::IllegalState, message));
    }
    let now = work.now;
    work.update(held, |row| {
        row.status = BulkJobStatus::Canceled;
        row.version += 1;
        row.updated_at = now;
        row.finished_at = Some(now);
        row.expires_at = Some(now + KEPT);
    })
    .await?;
    work.record(Event::BulkJobCanceled { job: id });
    Ok(id)
}

/// Ends a job, unless somebody was faster. Returns whether it has.
///
/// # Errors
/// When the database is away.
pub(super) async fn finish(job: &Running, failed: Option<(BulkErrorCode, String)>) -> Result<bool> {
    let mut work = job.service.system_work().await?;
    let now = work.now;
    let held = match work.hold(job.row.id, BulkJobAction::Finish).await {
        Ok(held) if held.status == BulkJobStatus::Running && job.holds(&held) => held,
        Ok(_) | Err(Error::NotFound(_)) => {
            drop(work);
            leave(job).await?;
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let well = failed.is_none();
    let row = work
        .update(held, |row| {
            *row = bulk_job::Model { version: row.version + 1, ..job.row.clone() };
            row.status = if well { BulkJobStatus::Completed } else { BulkJobStatus::Failed };
            if let Some((code, message)) = failed {
                row.error_code = Some(code);
                row.error = Some(message);
                row.parts = serde_json::json!([]);
                row.size_bytes = 0;
            }
            row.checkpoint = None;
            row.updated_at = now;
            row.finished_at = Some(now);
            row.expires_at = Some(now + KEPT);
            row.taken_by = None;
            row.taken_until = None;
        })
        .await?;
    let organizations = asker(&row)?.organizations();
    for organization in &organizations {
        let organization = Some(*organization);
        work.record(Event::BulkJobFinished { job: row.id, organization });
    }
    if organizations.is_empty() {
        work.record(Event::BulkJobFinished { job: row.id, organization: None });
    }
    work.commit().await?;
    tell(&row);
    tidy(&job.service, &row).await;
    Ok(true)
}

/// One line in the log about a job that has ended: counts, and nothing that anybody wrote.
fn tell(row: &bulk_job::Model) {
    let took = row.finished_at.zip(row.started_at).map(|(end, start)| end - start);
    tracing::info!(
        job = %row.id,
        kind = ?row.kind,
        status = ?row.status,
        format = ?row.format,
        error = ?row.error_code,
        done = row.done,
        roots = row.roots,
        bytes = row.size_bytes,
        seconds = took.map_or(0, |took| took.num_seconds()),
        "a bulk job has ended"
    );
}

/// Leaves a job that is somebody else's to carry out, or nobody's any more: then nothing is left
/// behind.
///
/// # Errors
/// When the database is away.
pub(super) async fn leave(job: &Running) -> Result<()> {
    let found = bulk_job::Entity::find_by_id(job.row.id).one(job.service.db().fresh()).await?;
    match found {
        Some(row) if !OPEN.contains(&row.status) => tidy(&job.service, &row).await,
        Some(_) => {}
        // It was erased already, and what was written since would stay for ever.
        None => {
            if let Err(error) = files::tidy(job.service.archive()?, job.row.id, &[]).await {
                tracing::warn!(job = %job.row.id, error = error.describe(), "files were left over");
            }
        }
    }
    Ok(())
}

/// Takes away what is kept for a job that has ended, but for the file of one that was completed.
/// What could not be taken away the clockwork takes.
async fn tidy(service: &Service, row: &bulk_job::Model) {
    let tidied = async {
        let kept = match row.status {
            BulkJobStatus::Completed => files::parts(row)?,
            _ => Vec::new(),
        };
        files::tidy(service.archive()?, row.id, &kept).await?;
        if kept.is_empty() { forget_files(service, row.id).await } else { Ok(()) }
    };
    if let Err(error) = tidied.await {
        tracing::warn!(job = %row.id, error = error.describe(), "files were left over");
    }
}

#[expect(clippy::disallowed_methods, reason = "that nothing is left over is no news")]
async fn forget_files(service: &Service, id: JobId) -> Result<()> {
    bulk_job::Entity::update_many()
        .col_expr(Column::HasFiles, sea_orm::sea_query::Expr::value(false))
        .filter(Column::Id.eq(id))
        .exec(service.db().write())
        .await?;
    Ok(())
}

/// Takes away what was left over by jobs that came to nothing, and erases jobs whose time is over,
/// with their files. Returns how many were erased.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "what has ended is kept for a while alone")]
pub async fn sweep(service: &Service) -> Result<usize> {
    let Ok(archive) = service.archive() else { return Ok(0) };
    let now = service.now();
    // Whoever carried it out may be at it still, until the lease is over.
    let left = Condition::any().add(Column::TakenUntil.is_null()).add(Column::TakenUntil.lt(now));
    let left = bulk_job::Entity::find()
        .filter(Column::Status.is_in([BulkJobStatus::Canceled, BulkJobStatus::Failed]))
        .filter(Column::HasFiles.eq(true))
        .filter(left)
        .all(service.db().fresh())
        .await?;
    for row in left {
        tidy(service, &row).await;
    }
    let over = bulk_job::Entity::find()
        .filter(Column::ExpiresAt.lte(now))
        .order_by_asc(Column::ExpiresAt)
        .all(service.db().fresh())
        .await?;
    let mut done = 0;
    for row in over {
        // First the file: what no row names any more, nobody would take away.
        if let Err(error) = files::tidy(archive, row.id, &[]).await {
            tracing::warn!(job = %row.id, error = error.describe(), "a file could not be erased");
            continue;
        }
        bulk_job::Entity::delete_by_id(row.id).exec(service.db().write()).await?;
        done += 1;
    }
    Ok(done)
}
