//! Bringing a file in.

use std::path::PathBuf;

use entity::{BulkFormat, BulkImportKind};
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::{Order, notes::Notes};
use crate::{
    bulk::carry::{Broken, Running, asker},
    error::{Error, Result},
    import::{self, Format, Listener, Mark, Note, Options, Report},
};

/// From where an import goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    /// The line up to which everything is on record.
    line: u64,
    notes: Notes,
}

/// A file of this machine that is gone when it is dropped.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, "a file was left over");
        }
    }
}

/// Carries an import out as far as it goes.
///
/// # Errors
/// Why it does not go on.
pub(in crate::bulk) async fn bring(job: &mut Running) -> Result<(), Broken> {
    let order = job.row.options.clone().unwrap_or_default();
    let order: Order = serde_json::from_value(order).map_err(Error::internal)?;
    let what = job.row.what.ok_or_else(|| Error::internal("an import of nothing"))?;
    let format = job.row.format;
    let place = match job.row.checkpoint.clone() {
        Some(place) => serde_json::from_value(place).map_err(Error::internal)?,
        None => Place { line: 0, notes: Notes::begin(format) },
    };
    // Whoever may not any more is not told of it line by line.
    job.viewer().await?;
    let scratch = fetch(job, &order).await?;
    let mut source = import::open(&scratch.0).map_err(Error::internal)?;
    // Open, it needs its name no more: nothing is left of it when this process is killed.
    drop(scratch);
    let source = &mut *source;
    let service = job.service.clone();
    let house = job.row.organization_id;
    let options = Options {
        strict: false,
        chamber: house,
        ott: house,
        system: order.system,
        claims: asker(&job.row)?.claims(service.now()),
        done: Mark { line: place.line, report: report(job) },
    };
    let lines = match format {
        BulkFormat::Csv => Format::Csv,
        BulkFormat::Jsonl => Format::JsonLines,
    };
    let mut keeper = Keeper { job, notes: place.notes, format, broken: None };
    let brought = match what {
        BulkImportKind::Organizations => {
            import::organizations(&service, source, &options, &mut keeper).await
        }
        BulkImportKind::Needs => {
            import::needs(&service, source, lines, &options, &mut keeper).await
        }
        BulkImportKind::Offers => {
            import::offers(&service, source, lines, &options, &mut keeper).await
        }
        BulkImportKind::IpAssets => {
            import::ip_assets(&service, source, lines, &options, &mut keeper).await
        }
        BulkImportKind::Network => import::network(&service, source, &options).await,
    };
    let Keeper { job, mut notes, broken, .. } = keeper;
    match (broken, brought) {
        (Some(broken), _) => Err(broken),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(report)) => {
            write_down(job, &report);
            if let Some(piece) = notes.piece(true) {
                job.put(piece).await?;
            }
            Ok(())
        }
    }
}

/// Copies the file from the archive to this machine: it is read twice, since which encoding it is in
/// shows only at its end.
async fn fetch(job: &Running, order: &Order) -> Result<Scratch, Broken> {
    let gone = || Error::internal("an import without a file");
    let name = order.file.as_deref().ok_or_else(gone)?;
    let mut bytes = job.service.archive()?.read(job.row.id, name).await?;
    let path = std::env::temp_dir().join(format!("vinculo-{}", Uuid::new_v4().simple()));
    // What is in it is its sender's: nobody else on this machine reads it.
    let mut open = tokio::fs::OpenOptions::new();
    let open = open.write(true).create_new(true).mode(0o600).open(&path);
    let mut file = open.await.map_err(Error::internal)?;
    let scratch = Scratch(path);
    let mut since = 0;
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(Error::internal)?;
        file.write_all(&piece).await.map_err(Error::internal)?;
        since += piece.len();
        if since >= 64 << 20 {
            since = 0;
            job.keep_on().await?;
        }
    }
    file.flush().await.map_err(Error::internal)?;
    Ok(scratch)
}

/// What has become of the lines so far.
fn report(job: &Running) -> Report {
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Report {
        lines: count(job.row.done),
        created: count(job.row.created),
        updated: count(job.row.updated),
        unchanged: count(job.row.unchanged),
        skipped: count(job.row.skipped),
        warnings: count(job.row.warnings),
    }
}

fn write_down(job: &mut Running, report: &Report) {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let row = &mut job.row;
    row.done = count(report.lines);
    row.created = count(report.created);
    row.updated = count(report.updated);
    row.unchanged = count(report.unchanged);
    row.skipped = count(report.skipped);
    row.warnings = count(report.warnings);
}

/// Keeps how far a file is.
struct Keeper<'a> {
    job: &'a mut Running,
    notes: Notes,
    format: BulkFormat,
    /// Why it does not go on, where the job says it better than the error.
    broken: Option<Broken>,
}

impl Keeper<'_> {
    async fn keep(
        &mut self,
        work: Option<&DatabaseTransaction>,
        mark: &Mark,
    ) -> Result<(), Broken> {
        if let Some(broken) = self.broken.take() {
            return Err(broken);
        }
        write_down(self.job, &mark.report);
        if let Some(piece) = self.notes.piece(false) {
            self.job.put(piece).await?;
        }
        let place = Place { line: mark.line, notes: self.notes.clone() };
        self.job.row.checkpoint = Some(serde_json::to_value(place).map_err(Error::internal)?);
        if let Some(work) = work {
            return self.job.save_on(work).await;
        }
        self.job.viewer().await?;
        self.job.save().await
    }
}

impl Listener for Keeper<'_> {
    fn note(&mut self, note: Note) {
        if let Err(broken) = self.notes.add(&note, self.format) {
            self.broken = Some(broken);
        }
    }

    fn progress(&mut self, _: &Report) {}

    fn settled<'a>(
        &'a mut self,
        work: Option<&'a DatabaseTransaction>,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            self.keep(work, mark).await.map_err(|broken| {
                self.broken = Some(broken);
                Error::internal("an import that does not go on")
            })
        }
        .boxed()
    }
}
