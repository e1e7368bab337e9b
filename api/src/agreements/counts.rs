//! How many agreements there are of each kind.

use async_graphql::{Context, Enum, SimpleObject};
use entity::{AgreementStatus, AgreementType, agreement::Column};
use sea_orm::{Condition, QueryResult};

use super::{Agreement, query::AgreementFilter};
use crate::{
    context::Request,
    error::Result,
    policy::{counted_agreements, own_agreements},
    read::groups,
};

/// What agreements are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AgreementDimension {
    /// By their type.
    Type,
    /// By where they stand.
    Status,
    /// By the year in which they came into force.
    Year,
}

impl AgreementDimension {
    fn column(self) -> Column {
        match self {
            Self::Type => Column::Kind,
            Self::Status => Column::Status,
            Self::Year => Column::Year,
        }
    }
}

/// How many agreements have these things in common.
#[derive(Debug, Default, SimpleObject)]
pub struct AgreementCount {
    /// How many, at least one.
    count: i64,
    /// Their type. Null when they are not counted by it.
    #[graphql(name = "type")]
    kind: Option<AgreementType>,
    /// Where they stand. Null when they are not counted by it.
    status: Option<AgreementStatus>,
    /// The year in which they came into force. Null when they are not counted by it, or never did.
    year: Option<i32>,
}

/// The counts of those that the viewer may count, the greatest first.
///
/// # Errors
/// When there is nothing to count by, or too much.
pub(super) async fn counts(
    ctx: &Context<'_>,
    filter: AgreementFilter,
    by: &[AgreementDimension],
) -> Result<Vec<AgreementCount>> {
    let viewer = ctx.viewer();
    viewer.allow_member()?;
    // Numbers tell of many: whoever is no party counts none that are named.
    let counted =
        if filter.names_records() { own_agreements(viewer) } else { counted_agreements(viewer) };
    let condition = Condition::all().add(counted).add(filter.condition(viewer)?);
    let rows = groups::<Agreement, _>(ctx, condition, by, AgreementDimension::column).await?;
    rows.iter().map(|row| count_of(row, by)).collect()
}

fn count_of(row: &QueryResult, by: &[AgreementDimension]) -> Result<AgreementCount> {
    let mut count = AgreementCount { count: row.try_get_by_index(0)?, ..AgreementCount::default() };
    for (place, dimension) in by.iter().enumerate() {
        let place = place + 1;
        match dimension {
            AgreementDimension::Type => count.kind = row.try_get_by_index(place)?,
            AgreementDimension::Status => count.status = row.try_get_by_index(place)?,
            AgreementDimension::Year => count.year = row.try_get_by_index(place)?,
        }
    }
    Ok(count)
}
