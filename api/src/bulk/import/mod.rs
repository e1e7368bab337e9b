//! Imports: a file comes once, by `PUT`, and is brought in line by line as whoever announced it.
//! What has become of it is written down with every batch of lines, in one transaction, so that
//! whoever takes the job over goes on behind the last line that counts.

mod intake;
mod notes;
mod run;
mod start;

pub use intake::BulkIntake;
pub(super) use run::bring;
pub(super) use start::{BulkImportStartInput, start};

use serde::{Deserialize, Serialize};

/// What a row says of how its file is read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Order {
    /// Under which name ids are kept, where it is not the organization's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    /// Under which name the archive keeps the file; nothing until it has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}
