//! Bringing in what others keep in files: rolls of organizations, needs, offers,
//! and the network's own make-up. Streaming, idempotent by external id, with a
//! report for every line; what is acknowledged is in the database.

mod assets;
mod cells;
mod lines;
mod network;
mod organizations;
mod records;
mod references;
mod rows;
mod source;
mod told;

use entity::{OrganizationId, OrganizationKind};
use futures_util::{FutureExt, future::BoxFuture};
use sea_orm::{DatabaseTransaction, EntityTrait};

use crate::{
    context::Service,
    error::{Error, Result, UserErrorCode},
    token::Claims,
    work::Work,
};

pub use network::network;
pub use organizations::organizations;
pub use records::{ip_assets, needs, offers};
pub use source::{Format, open};

/// How many lines are written at once: a batch event names at most 500 ids.
pub(crate) const BATCH: usize = 500;

/// What to do with a file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether one bad line is enough to import nothing.
    pub strict: bool,
    /// The chamber to which companies are affiliated, or that brings needs.
    pub chamber: Option<OrganizationId>,
    /// The office that brings offers.
    pub ott: Option<OrganizationId>,
    /// Under whose name the file's external ids are kept; DENUE has its own.
    pub system: Option<String>,
    /// Who brings it, as they are at each piece of work; the service itself when nobody is named.
    pub claims: Option<Claims>,
    /// How far the file was brought before, when it was broken off. Not in a strict import.
    pub done: Mark,
}

/// How far a file is: everything up to a line, with what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The line on which the last row of it began; zero for nothing.
    pub line: u64,
    /// What became of the lines so far.
    pub report: Report,
}

/// Something about a line that its sender should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line of the file, the header being the first.
    pub line: u64,
    /// The column; nothing when it concerns the whole line.
    pub column: Option<String>,
    /// Whether the line was left out for it.
    pub error: bool,
    /// What it is.
    pub message: String,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Lines with data.
    pub lines: u64,
    /// Records that are new.
    pub created: u64,
    /// Records that have changed.
    pub updated: u64,
    /// Records that were the same already.
    pub unchanged: u64,
    /// Lines that were left out.
    pub skipped: u64,
    /// Notes that left no line out.
    pub warnings: u64,
}

/// Where an import tells what it does.
pub trait Listener: Send {
    /// A line is worth a word.
    fn note(&mut self, note: Note);
    /// So many lines are done.
    fn progress(&mut self, report: &Report);
    /// All up to the mark is settled once the transaction is: whoever keeps how far a file is
    /// writes it there, or by itself when there is none, since nothing was new.
    ///
    /// # Errors
    /// When it cannot be kept, or the rest is not wanted any more: then the import ends here.
    fn settled<'a>(
        &'a mut self,
        _: Option<&'a DatabaseTransaction>,
        _: &'a Mark,
    ) -> BoxFuture<'a, Result<()>> {
        std::future::ready(Ok(())).boxed()
    }
}

/// Hears everything and says nothing.
#[derive(Clone, Debug, Default)]
pub struct Notes(pub Vec<Note>);

impl Listener for Notes {
    fn note(&mut self, note: Note) {
        self.0.push(note);
    }

    fn progress(&mut self, _: &Report) {}
}

/// The report while it is made: counts, and passes notes on.
struct Tally<'a> {
    report: Report,
    listener: &'a mut dyn Listener,
    /// How far the file was before, and how many of those lines were looked at again.
    done: Mark,
    recalled: usize,
}

impl<'a> Tally<'a> {
    fn new(options: &Options, listener: &'a mut dyn Listener) -> Self {
        Self { report: options.done.report, listener, done: options.done, recalled: 0 }
    }

    /// A line that was brought before was looked at again. Now and then others get their turn,
    /// and whoever keeps the mark hears that somebody is still at it.
    async fn recalled(&mut self) -> Result<()> {
        self.recalled += 1;
        if !self.recalled.is_multiple_of(BATCH) {
            return Ok(());
        }
        tokio::task::yield_now().await;
        self.listener.settled(None, &self.done).await
    }

    /// Commits what is new, tells how far the file is, and begins the next piece of work.
    async fn settle(
        &mut self,
        work: Work,
        line: u64,
        (service, options): (&Service, &Options),
    ) -> Result<Work> {
        self.put_down(work, line).await?;
        begin(service, options).await
    }

    async fn put_down(&mut self, work: Work, line: u64) -> Result<()> {
        let mark = Mark { line, report: self.report };
        if work.has_news() {
            self.listener.settled(Some(work.tx()), &mark).await?;
            return work.commit().await;
        }
        // Whoever keeps the mark needs the one writer that SQLite has.
        drop(work);
        self.listener.settled(None, &mark).await
    }

    fn warn(&mut self, line: u64, Problem { column, message }: Problem) {
        self.report.warnings += 1;
        self.listener.note(Note { line, column, error: false, message });
    }

    /// Leaves a line out.
    fn skip(&mut self, line: u64, problems: Vec<Problem>) {
        self.report.skipped += 1;
        for Problem { column, message } in problems {
            self.listener.note(Note { line, column, error: true, message });
        }
    }

    /// Commits what is left, and ends with the report; in a strict import one bad line is enough
    /// to refuse the whole file.
    async fn finish(mut self, work: Work, line: u64, options: &Options) -> Result<Report> {
        if options.strict && self.report.skipped > 0 {
            return Err(refused(
                "hay líneas con errores; no se importó nada / some lines have errors; nothing was imported",
            ));
        }
        self.put_down(work, line).await?;
        Ok(self.report)
    }
}

/// A piece of work of whoever brings the file, with the roles that they have now.
async fn begin(service: &Service, options: &Options) -> Result<Work> {
    let work = match &options.claims {
        None => service.system_work().await,
        Some(claims) => service.work_of(Some(claims)).await,
    };
    work?.plan_anew().await
}

/// A file that cannot be imported.
fn refused(message: impl Into<String>) -> Error {
    Error::refused(UserErrorCode::Invalid, message)
}

/// A file that cannot be read to its end.
fn unreadable(error: std::io::Error) -> Error {
    refused(error.to_string())
}

/// What somebody wrote, cut: a mistake may be long, and is told back.
fn shown(text: &str) -> String {
    text.chars().take(40).filter(|letter| !letter.is_control()).collect()
}

/// Why a line cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Problem {
    column: Option<String>,
    message: String,
}

impl Problem {
    fn at(column: &str, message: impl Into<String>) -> Self {
        Self { column: Some(column.to_owned()), message: message.into() }
    }

    fn line(message: impl Into<String>) -> Self {
        Self { column: None, message: message.into() }
    }
}

/// Whose external ids these are when nobody says: the chamber's or the office's that imports.
fn system_of(options: &Options) -> String {
    options
        .system
        .clone()
        .or_else(|| options.chamber.or(options.ott).map(|id| id.to_string()))
        .unwrap_or_else(|| "roll".to_owned())
}

/// Whether an organization exists and is of the wanted kind.
async fn check_kind(
    service: &Service,
    id: OrganizationId,
    wanted: &[OrganizationKind],
) -> Result<()> {
    let row = entity::organization::Entity::find_by_id(id).one(service.db().fresh()).await?;
    if row.is_some_and(|row| wanted.contains(&row.kind)) {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::NotFound,
        format!("{id} no existe o no es de esa clase / does not exist or is of another kind"),
    ))
}
