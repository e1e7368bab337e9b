//! Carrying jobs out: one after the other, as whoever started them.

use async_graphql::Executor;
use bytes::Bytes;
use entity::{BulkErrorCode, BulkJobKind, bulk_job};
use sea_orm::ConnectionTrait;

use super::{
    export::{self, Pace},
    files, import, life, queue,
};
use crate::{
    context::Service,
    error::{Error, Result},
    links::Asker,
    policy::Viewer,
};

/// How often a job is taken without getting on, before it is given up: whoever carried it out was
/// ended each time, or could not go on.
const MOST_ATTEMPTS: i32 = 3;
/// The longest file, in bytes: what `sizeBytes` can say.
const MOST_BYTES: i64 = 2_000_000_000;

/// Why a job does not go on.
#[derive(Clone, Debug)]
pub(super) enum Broken {
    /// It is not this worker's any more: somebody called it off, or took it over.
    Lost,
    /// It cannot be carried out.
    Failed(BulkErrorCode, String),
    /// Not now.
    Later(Error),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        match error {
            Error::Timeout | Error::Overloaded | Error::UnderWay => Self::Later(error),
            Error::Forbidden | Error::Unauthenticated | Error::OutOfScope(_) => {
                Self::Failed(BulkErrorCode::Forbidden, FORBIDDEN.to_owned())
            }
            Error::Refused(_)
            | Error::Argument(..)
            | Error::NotFound(_)
            | Error::IdempotencyMismatch => Self::Failed(BulkErrorCode::Invalid, error.describe()),
            Error::Internal(cause) => {
                tracing::error!(cause, "a bulk job failed");
                Self::Failed(BulkErrorCode::Internal, INTERNAL.to_owned())
            }
        }
    }
}

impl From<sea_orm::DbErr> for Broken {
    fn from(error: sea_orm::DbErr) -> Self {
        Error::from(error).into()
    }
}

const FORBIDDEN: &str = "ya no cuentan todos los permisos con los que empezó / not everything that its owner could do when it began counts any more";
const INTERNAL: &str = "algo falló de nuestro lado / something went wrong on our side";
const TOO_LARGE: &str =
    "el archivo pasaría de 2 GB: pida menos / the file would be larger than 2 GB: ask for less";

/// A job that is being carried out.
pub(super) struct Running {
    pub(super) service: Service,
    /// The job as this worker knows it: what is changed here is written by `save`.
    pub(super) row: bulk_job::Model,
    worker: String,
}

impl Running {
    /// As whom it is carried out, as the rules see them now.
    ///
    /// # Errors
    /// When not everything counts any more with which it began.
    pub(super) async fn viewer(&self) -> Result<Viewer, Broken> {
        let forbidden = || Broken::from(Error::Forbidden);
        let asker = asker(&self.row)?;
        let claims = asker.clone().claims(self.service.now()).ok_or_else(forbidden)?;
        let viewer = self.service.viewer(Some(&claims), true).await?;
        if asker.still_counts(&viewer) { Ok(viewer) } else { Err(forbidden()) }
    }

    /// Goes on being the one who carries it out. Between pages.
    ///
    /// # Errors
    /// When it is somebody else, or nobody any more.
    pub(super) async fn keep_on(&self) -> Result<(), Broken> {
        let Self { service, row, worker } = self;
        let kept = queue::keep(service.db(), row.id, worker, service.now()).await?;
        if kept { Ok(()) } else { Err(Broken::Lost) }
    }

    /// Adds a piece to its file; it counts once it is saved.
    ///
    /// # Errors
    /// When the archive does not take it.
    pub(super) async fn put(&mut self, bytes: Vec<u8>) -> Result<(), Broken> {
        if bytes.is_empty() {
            return Ok(());
        }
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let size = self.row.size_bytes.saturating_add(length);
        if size > MOST_BYTES {
            return Err(Broken::Failed(BulkErrorCode::TooLarge, TOO_LARGE.to_owned()));
        }
        let mut parts = files::parts(&self.row)?;
        parts.push(files::write(self.service.archive()?, self.row.id, Bytes::from(bytes)).await?);
        self.row.parts = serde_json::to_value(parts).map_err(Error::internal)?;
        self.row.size_bytes = size;
        Ok(())
    }

    /// Writes down how far it has come.
    ///
    /// # Errors
    /// When it is somebody else's to carry out, or nobody's any more.
    pub(super) async fn save(&self) -> Result<(), Broken> {
        self.save_on(self.service.db().write()).await
    }

    /// The same on a transaction, together with what was done.
    ///
    /// # Errors
    /// As [`Running::save`]: then the transaction must not be committed.
    pub(super) async fn save_on(&self, db: &impl ConnectionTrait) -> Result<(), Broken> {
        let saved = queue::save(db, &self.row, &self.worker, self.service.now()).await?;
        if saved { Ok(()) } else { Err(Broken::Lost) }
    }

    /// Whether this is who carries out a job, as the database has it.
    pub(super) fn holds(&self, row: &bulk_job::Model) -> bool {
        row.taken_by.as_ref() == Some(&self.worker)
    }
}

/// As whom a job is carried out.
///
/// # Errors
/// When the row does not say it.
pub(super) fn asker(row: &bulk_job::Model) -> Result<Asker> {
    serde_json::from_value(row.asker.clone()).map_err(Error::internal)
}

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What it did.
    pub kind: BulkJobKind,
    /// Whether it was carried out.
    pub well: bool,
}

/// Carries out what waits, and returns when there is no more: what has ended by that.
///
/// # Errors
/// When the database is away.
pub async fn run_due(
    service: &Service,
    schema: &impl Executor,
    worker: &str,
    pace: &Pace,
) -> Result<Vec<Ended>> {
    let mut ended = Vec::new();
    while let Some(row) = queue::take(service.db(), worker, service.now()).await? {
        let mut job = Running { service: service.clone(), row, worker: worker.to_owned() };
        ended.extend(carry(&mut job, schema, pace).await?);
    }
    Ok(ended)
}

/// Carries a job out as far as it goes; what became of it, if it has ended.
async fn carry(job: &mut Running, schema: &impl Executor, pace: &Pace) -> Result<Option<Ended>> {
    let outcome = if job.row.attempts > MOST_ATTEMPTS {
        tracing::error!(job = %job.row.id, "a bulk job got nowhere again and again");
        Err(Broken::Failed(BulkErrorCode::Internal, INTERNAL.to_owned()))
    } else {
        match job.row.kind {
            BulkJobKind::Export => export::run(job, schema, pace).await,
            BulkJobKind::Import => import::bring(job).await,
        }
    };
    let kind = job.row.kind;
    match outcome {
        Ok(()) => {
            let ended = life::finish(job, None).await?;
            Ok(ended.then_some(Ended { kind, well: true }))
        }
        Err(Broken::Failed(code, message)) => {
            let ended = life::finish(job, Some((code, message))).await?;
            Ok(ended.then_some(Ended { kind, well: false }))
        }
        Err(Broken::Lost) => {
            life::leave(job).await?;
            Ok(None)
        }
        Err(Broken::Later(error)) => {
            let (id, attempt) = (job.row.id, job.row.attempts);
            tracing::warn!(job = %id, attempt, error = error.describe(), "a bulk job is put off");
            let Running { service, worker, .. } = job;
            queue::put_off(service.db(), id, worker, service.now()).await?;
            Ok(None)
        }
    }
}
