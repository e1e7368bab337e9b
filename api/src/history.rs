//! The steps of a record's life, as its owners and the network's admin see them.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use entity::{DeclineReason, PersonId, history};

/// One step in a record's life.
#[derive(Clone, Debug, SimpleObject)]
pub struct StatusChange {
    /// The status before. Null for the first step.
    from: Option<String>,
    /// The status after.
    to: String,
    /// When.
    at: DateTime<Utc>,
    /// The person who did it, by id alone: names are personal data. Null when the service did it by itself.
    by: Option<PersonId>,
    /// Why, as a code. Null where no reason was asked.
    reason: Option<DeclineReason>,
    /// Why, in words. Null when nothing was said.
    note: Option<String>,
}

impl From<history::Model> for StatusChange {
    fn from(row: history::Model) -> Self {
        Self {
            from: row.from_status,
            to: row.to_status,
            at: row.at,
            by: row.by,
            reason: row.reason,
            note: row.note,
        }
    }
}
