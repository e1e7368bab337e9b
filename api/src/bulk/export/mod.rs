//! Exports: everything that a query finds, page by page, as whoever asked for it would read it.
//!
//! What is asked for is looked at once, like any request (`Desk`), and made into a plan (`plan`):
//! which lists there are, and what of their things. The job asks for them page by page (`run`),
//! and writes down what is told (`jsonl`, `csv`).

mod csv;
mod plan;
mod run;
mod start;

pub use run::Pace;
pub(super) use run::run;
pub(super) use start::{BulkExportStartInput, start};
pub use start::{Desk, Looked, Wanted};
