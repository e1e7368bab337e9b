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
    /// The person who did it, by id alone: names are personal data. Null below `INTRODUCED`, or when the service did it by itself.
    by: Option<PersonId>,
    /// Why, as a code. Null below `INTRODUCED`, or where no reason was asked.
    reason: Option<DeclineReason>,
    /// Why, in words. Null below `INTRODUCED`, or when nothing was said.
    note: Option<String>,
}

impl StatusChange {
    /// A step as its reader may see it: who and why only for the record's own side.
    pub(crate) fn disclose(row: history::Model, whole: bool) -> Self {
        Self::told(row, whole, whole)
    }

    /// The same, where who did it and why are for different readers.
    pub(crate) fn told(row: history::Model, by: bool, why: bool) -> Self {
        Self {
            from: row.from_status,
            to: row.to_status,
            at: row.at,
            by: row.by.filter(|_| by),
            reason: row.reason.filter(|_| why),
            note: row.note.filter(|_| why),
        }
    }
}
