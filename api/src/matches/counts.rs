//! How many matches there are of each kind: what came of them, and why some were put aside.

use async_graphql::{Context, Enum, SimpleObject};
use entity::{DeclineReason, MatchSource, MatchStatus, match_::Column};
use sea_orm::{Condition, QueryResult};

use super::{Match, list::MatchFilter};
use crate::{context::Request, error::Result, policy::decided_matches, read::groups};

/// What matches are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MatchDimension {
    /// By where they stand.
    Status,
    /// By why they were dismissed.
    DismissedReason,
    /// By who proposed them.
    Source,
}

impl MatchDimension {
    fn column(self) -> Column {
        match self {
            Self::Status => Column::Status,
            Self::DismissedReason => Column::DismissedReason,
            Self::Source => Column::Source,
        }
    }
}

/// How many matches have these things in common.
#[derive(Debug, Default, SimpleObject)]
pub struct MatchCount {
    /// How many matches, at least one.
    count: i64,
    /// Where they stand. Null when they are not counted by it.
    status: Option<MatchStatus>,
    /// Why they were dismissed. Null when they are not counted by it, or were not dismissed.
    dismissed_reason: Option<DeclineReason>,
    /// Who proposed them. Null when they are not counted by it.
    source: Option<MatchSource>,
}

/// The counts of the matches of which the viewer may know where they stand, the greatest first.
///
/// # Errors
/// When there is nothing to count by, or too much.
pub(super) async fn counts(
    ctx: &Context<'_>,
    filter: MatchFilter,
    by: &[MatchDimension],
) -> Result<Vec<MatchCount>> {
    let viewer = ctx.viewer();
    viewer.allow_member()?;
    let condition = Condition::all().add(decided_matches(viewer)).add(filter.condition()?);
    let rows = groups::<Match, _>(ctx, condition, by, MatchDimension::column).await?;
    rows.iter().map(|row| count_of(row, by)).collect()
}

fn count_of(row: &QueryResult, by: &[MatchDimension]) -> Result<MatchCount> {
    let mut count = MatchCount { count: row.try_get_by_index(0)?, ..MatchCount::default() };
    for (place, dimension) in by.iter().enumerate() {
        let place = place + 1;
        match dimension {
            MatchDimension::Status => count.status = row.try_get_by_index(place)?,
            MatchDimension::DismissedReason => {
                count.dismissed_reason = row.try_get_by_index(place)?;
            }
            MatchDimension::Source => count.source = row.try_get_by_index(place)?,
        }
    }
    Ok(count)
}
