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
use sea_orm::EntityTrait;

use crate::{
    context::Service,
    error::{Error, Result, UserErrorCode},
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
pub trait Listener {
    /// A line is worth a word.
    fn note(&mut self, note: Note);
    /// So many lines are done.
    fn progress(&mut self, report: &Report);
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
}

impl<'a> Tally<'a> {
    fn new(listener: &'a mut dyn Listener) -> Self {
        Self { report: Report::default(), listener }
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

    /// The report; in a strict import one bad line is enough to refuse the whole file.
    fn done(self, options: &Options) -> Result<Report> {
        if options.strict && self.report.skipped > 0 {
            return Err(refused(
                "hay líneas con errores; no se importó nada / some lines have errors; nothing was imported",
            ));
        }
        Ok(self.report)
    }
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
