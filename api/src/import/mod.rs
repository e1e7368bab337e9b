//! Bringing in what others keep in files: rolls of organizations, needs, offers,
//! and the network's own make-up. Streaming, idempotent by external id, with a
//! report for every line; what is acknowledged is in the database.

mod lines;
mod network;
mod organizations;
mod records;
mod source;

use entity::OrganizationId;

use crate::{
    context::Service,
    error::{Error, Result},
};

pub use network::network;
pub use organizations::organizations;
pub use records::{needs, offers};
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
    strict: bool,
}

impl<'a> Tally<'a> {
    fn new(listener: &'a mut dyn Listener, strict: bool) -> Self {
        Self { report: Report::default(), listener, strict }
    }

    fn warn(&mut self, line: u64, column: &str, message: impl Into<String>) {
        self.report.warnings += 1;
        let column = Some(column.to_owned());
        self.listener.note(Note { line, column, error: false, message: message.into() });
    }

    /// Leaves a line out, or ends the import where it is strict.
    fn skip(&mut self, line: u64, problems: Vec<Problem>) -> Result<()> {
        self.report.skipped += 1;
        for Problem { column, message } in problems {
            self.listener.note(Note { line, column, error: true, message });
        }
        if self.strict { Err(strict()) } else { Ok(()) }
    }
}

fn strict() -> Error {
    Error::refused(
        crate::error::UserErrorCode::Invalid,
        "hay líneas con errores; no se importó nada / some lines have errors; nothing was imported",
    )
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

/// The organization behind a reference in a file: an id of ours, an external id
/// of the file's own system, or `SYSTEM/id`.
async fn find_organization(
    db: &impl sea_orm::ConnectionTrait,
    system: &str,
    reference: &str,
) -> Result<Option<OrganizationId>> {
    use entity::external_ref;
    use sea_orm::EntityTrait;
    if let Ok(id) = reference.parse() {
        return Ok(Some(id));
    }
    let mut keys = vec![(system.to_owned(), reference.to_owned())];
    if let Some((other, id)) = reference.split_once('/') {
        keys.push((other.to_owned(), id.to_owned()));
    }
    for key in keys {
        if let Some(row) = external_ref::Entity::find_by_id(key).one(db).await? {
            return Ok(row.record.parse().ok());
        }
    }
    Ok(None)
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
    wanted: &[entity::OrganizationKind],
) -> Result<()> {
    use sea_orm::EntityTrait;
    let row = entity::organization::Entity::find_by_id(id).one(service.db().fresh()).await?;
    if row.is_some_and(|row| wanted.contains(&row.kind)) {
        return Ok(());
    }
    Err(Error::refused(
        crate::error::UserErrorCode::NotFound,
        format!("{id} no existe o no es de esa clase / does not exist or is of another kind"),
    ))
}
