//! The steps of a record's life, as its owners and the network's admin see them.

use std::fmt::Display;

use async_graphql::{Context, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{ClientId, DeclineReason, PersonId, history};

use crate::{context::Request, error::Result, read::HistoryOf};

/// One step in a record's life.
#[derive(Clone, Debug, SimpleObject)]
pub struct StatusChange {
    /// The status before. Null for the first step.
    from: Option<String>,
    /// The status after.
    pub(crate) to: String,
    /// When.
    at: DateTime<Utc>,
    /// The person who did it, by id alone: names are personal data. Null below `INTRODUCED`, or when a machine did it, or the service by itself.
    by: Option<PersonId>,
    /// The machine that did it, by its id (`client_…`). Null below `INTRODUCED`, or when it was none.
    client: Option<ClientId>,
    /// Why, as a code. Null below `INTRODUCED`, or where no reason was asked.
    reason: Option<DeclineReason>,
    /// Why, in words. Null below `INTRODUCED`, or when nothing was said.
    note: Option<String>,
}

impl StatusChange {
    /// The steps of a record, oldest first: who and why only for its own side. Ask the policy
    /// about the record first.
    pub(crate) async fn all(
        ctx: &Context<'_>,
        record: impl Display,
        whole: bool,
    ) -> Result<Vec<Self>> {
        Self::steps(ctx, record, whole, whole).await
    }

    /// The same, where who did it and why are for different readers.
    pub(crate) async fn steps(
        ctx: &Context<'_>,
        record: impl Display,
        by: bool,
        why: bool,
    ) -> Result<Vec<Self>> {
        let rows = ctx.loaders().load_for(HistoryOf(record.to_string())).await?;
        let rows = rows.unwrap_or_default().into_iter();
        Ok(rows.map(|row| Self::disclose(row, by, why)).collect())
    }

    fn disclose(row: history::Model, by: bool, why: bool) -> Self {
        Self {
            from: row.from_status,
            to: row.to_status,
            at: row.at,
            by: row.by.filter(|_| by),
            client: row.client_id.filter(|_| by),
            reason: row.reason.filter(|_| why),
            note: row.note.filter(|_| why),
        }
    }
}
