//! Who carries out which job. None of this is news: that a job began and ended is, and that is work
//! like any other.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    BulkJobStatus, JobId,
    bulk_job::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, SimpleExpr},
};

use crate::{db::Db, error::Result};

/// How long whoever took a job may say nothing of it, before somebody else takes it: several times
/// as long as a page takes at most.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(60);
/// After how long what could not go on is tried again.
const PAUSE: TimeDelta = TimeDelta::seconds(15);

/// What waits for its turn, and what was left lying by whoever carried it out.
fn due(now: DateTime<Utc>) -> Condition {
    let free = Condition::any().add(Column::TakenUntil.is_null()).add(Column::TakenUntil.lt(now));
    Condition::all()
        .add(Column::Status.is_in([BulkJobStatus::Queued, BulkJobStatus::Running]))
        .add(free)
}

/// Takes the job that waits for the longest time. Of several that take the same, one gets it.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "who carries something out is no news")]
pub(super) async fn take(db: &Db, worker: &str, now: DateTime<Utc>) -> Result<Option<Model>> {
    loop {
        let next: Option<JobId> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(due(now))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .into_tuple()
            .one(db.fresh())
            .await?;
        let Some(id) = next else { return Ok(None) };
        let begins = Expr::col((Entity, Column::Status)).eq(BulkJobStatus::Queued);
        let version = Expr::col((Entity, Column::Version));
        let grown = Expr::case(begins, version.clone().add(1)).finally(version);
        let started = [Expr::col((Entity, Column::StartedAt)), Expr::value(now)];
        let started: SimpleExpr = sea_orm::sea_query::Func::coalesce(started).into();
        let taken = Entity::update_many()
            .col_expr(Column::Version, grown.into())
            .col_expr(Column::Status, Expr::value(BulkJobStatus::Running))
            .col_expr(Column::StartedAt, started)
            .col_expr(Column::UpdatedAt, Expr::value(now))
            .col_expr(Column::HasFiles, Expr::value(true))
            .col_expr(Column::Attempts, Expr::col((Entity, Column::Attempts)).add(1))
            .col_expr(Column::TakenBy, Expr::value(worker))
            .col_expr(Column::TakenUntil, Expr::value(now + LEASE))
            .filter(Column::Id.eq(id))
            .filter(due(now))
            .exec(db.write())
            .await?;
        if taken.rows_affected == 1 {
            return Ok(Entity::find_by_id(id).one(db.write()).await?);
        }
    }
}

/// Whether a job is still this worker's to carry out.
fn held(id: JobId, worker: &str) -> Condition {
    Condition::all()
        .add(Column::Id.eq(id))
        .add(Column::TakenBy.eq(worker))
        .add(Column::Status.eq(BulkJobStatus::Running))
}

/// Keeps a job for longer. False when it is not this worker's any more: somebody called it off, or
/// took it over.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "who carries something out is no news")]
pub(super) async fn keep(db: &Db, id: JobId, worker: &str, now: DateTime<Utc>) -> Result<bool> {
    let kept = Entity::update_many()
        .col_expr(Column::TakenUntil, Expr::value(now + LEASE))
        .filter(held(id, worker))
        .exec(db.write())
        .await?;
    Ok(kept.rows_affected == 1)
}

/// Writes down how far a job has come: a take-over goes on from here. On a transaction, together
/// with what was done. False when it is not this worker's any more.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "how far something has come is no news")]
pub(super) async fn save(
    db: &impl ConnectionTrait,
    row: &Model,
    worker: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let saved = Entity::update_many()
        .col_expr(Column::Checkpoint, Expr::value(row.checkpoint.clone()))
        .col_expr(Column::Done, Expr::value(row.done))
        .col_expr(Column::Roots, Expr::value(row.roots))
        .col_expr(Column::Created, Expr::value(row.created))
        .col_expr(Column::Updated, Expr::value(row.updated))
        .col_expr(Column::Unchanged, Expr::value(row.unchanged))
        .col_expr(Column::Skipped, Expr::value(row.skipped))
        .col_expr(Column::Warnings, Expr::value(row.warnings))
        .col_expr(Column::SizeBytes, Expr::value(row.size_bytes))
        .col_expr(Column::Parts, Expr::value(row.parts.clone()))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::TakenUntil, Expr::value(now + LEASE))
        .filter(held(row.id, worker))
        .exec(db)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Lets go of a job that cannot go on at the moment; it is tried again a little later.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "who carries something out is no news")]
pub(super) async fn put_off(db: &Db, id: JobId, worker: &str, now: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::TakenBy, Expr::value(Option::<String>::None))
        .col_expr(Column::TakenUntil, Expr::value(now + PAUSE))
        .filter(held(id, worker))
        .exec(db.write())
        .await?;
    Ok(())
}

/// Lets go of whatever a worker has taken and does not carry out any more, so that another one
/// need not wait for the lease to end. That it ends here is no fault of the job.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "who carries something out is no news")]
pub async fn resign(db: &Db, worker: &str) -> Result<()> {
    let attempts = Expr::col((Entity, Column::Attempts));
    let spared = Expr::case(attempts.clone().gt(0), attempts.sub(1)).finally(0);
    Entity::update_many()
        .col_expr(Column::TakenBy, Expr::value(Option::<String>::None))
        .col_expr(Column::TakenUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(Column::Attempts, spared.into())
        .filter(Column::TakenBy.eq(worker))
        .filter(Column::Status.eq(BulkJobStatus::Running))
        .exec(db.write())
        .await?;
    Ok(())
}
