//! How many expressions of interest there are of each kind, and why they ended.

use async_graphql::{Context, Enum, SimpleObject};
use entity::{DeclineReason, InterestDirection, InterestStatus, interest::Column};
use sea_orm::{Condition, QueryResult};

use super::{Interest, query::InterestFilter};
use crate::{
    context::Request,
    error::Result,
    policy::{counted_interests, visible_interests},
    read::groups,
};

/// What expressions of interest are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InterestDimension {
    /// By where they stand.
    Status,
    /// By why they were rejected, declined or closed.
    DeclineReason,
    /// By the side from which they come.
    Direction,
}

impl InterestDimension {
    fn column(self) -> Column {
        match self {
            Self::Status => Column::Status,
            Self::DeclineReason => Column::DeclineReason,
            Self::Direction => Column::Direction,
        }
    }
}

/// How many expressions of interest have these things in common.
#[derive(Debug, Default, SimpleObject)]
pub struct InterestCount {
    /// How many, at least one.
    count: i64,
    /// Where they stand. Null when they are not counted by it.
    status: Option<InterestStatus>,
    /// Why they ended. Null when they are not counted by it, or have no reason.
    decline_reason: Option<DeclineReason>,
    /// From which side they come. Null when they are not counted by it.
    direction: Option<InterestDirection>,
}

/// The counts of those that the viewer may count, the greatest first.
///
/// # Errors
/// When there is nothing to count by, or too much.
pub(super) async fn counts(
    ctx: &Context<'_>,
    filter: InterestFilter,
    by: &[InterestDimension],
) -> Result<Vec<InterestCount>> {
    let viewer = ctx.viewer();
    viewer.allow_member()?;
    // Numbers tell of many: whoever is no party counts none that are named.
    let counted =
        if filter.names_records() { visible_interests(viewer) } else { counted_interests(viewer) };
    let condition = Condition::all().add(counted).add(filter.condition()?);
    let rows = groups::<Interest, _>(ctx, condition, by, InterestDimension::column).await?;
    rows.iter().map(|row| count_of(row, by)).collect()
}

fn count_of(row: &QueryResult, by: &[InterestDimension]) -> Result<InterestCount> {
    let mut count = InterestCount { count: row.try_get_by_index(0)?, ..InterestCount::default() };
    for (place, dimension) in by.iter().enumerate() {
        let place = place + 1;
        match dimension {
            InterestDimension::Status => count.status = row.try_get_by_index(place)?,
            InterestDimension::DeclineReason => {
                count.decline_reason = row.try_get_by_index(place)?;
            }
            InterestDimension::Direction => count.direction = row.try_get_by_index(place)?,
        }
    }
    Ok(count)
}
