//! Official lists and vocabularies: rows in the database, loaded from files that
//! the binary carries, held in memory by the service, served with labels in
//! Spanish and English.

use entity::Codes;

mod labels;
mod query;
mod reference;

pub use labels::{Entry, Labels};
pub use query::{Code, CodeQuery};
pub(crate) use query::{resolve, sectors, subsectors};
pub use reference::load;

/// The subsector (SCIAN, three digits) of the first of these activities, which is
/// the main one; nothing when that is a whole sector (`31-33`, `22`), or there is none.
#[must_use]
pub fn main_subsector(scian: &Codes) -> Option<String> {
    let three = scian.0.first()?.get(..3)?;
    three.bytes().all(|byte| byte.is_ascii_digit()).then(|| three.to_owned())
}

/// SCIAN México, the classification of economic activities.
pub const SCIAN: &str = "scian";
/// Federal states by INEGI key.
pub const STATE: &str = "state";
/// Municipalities by INEGI key.
pub const MUNICIPALITY: &str = "municipality";
/// Sustainable Development Goals.
pub const SDG: &str = "sdg";
/// Technology readiness levels.
pub const TRL: &str = "trl";
/// International Patent Classification: sections, classes, subclasses.
pub const IPC: &str = "ipc";
/// Mandatory days of rest of the federation, by date (`2026-05-01`).
pub const HOLIDAY: &str = "holiday";
/// The edition of SCIAN that the binary carries.
pub const SCIAN_EDITION: i32 = 2018;
