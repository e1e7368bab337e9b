//! How many things there are of each kind: what dashboards show.

use async_graphql::Context;
use sea_orm::{
    Condition, Order, QueryResult,
    sea_query::{Expr, Query},
};

use super::{Loaders, node::Node};
use crate::error::{Error, Result};

/// The most dimensions of one count.
const MOST_DIMENSIONS: usize = 2;
/// The most groups of one count: a dashboard shows fewer, an export is another matter.
const MOST_GROUPS: u64 = 5_000;

/// The groups of the things that `condition` leaves, the greatest first: of each its count and
/// then the values of the dimensions, in their order. The condition says everything, also what
/// the viewer may know of.
///
/// # Errors
/// When there is nothing to count by, or too much.
pub(crate) async fn groups<N: Node, D: Copy + PartialEq>(
    ctx: &Context<'_>,
    condition: Condition,
    by: &[D],
    column: impl Fn(D) -> N::Column,
) -> Result<Vec<QueryResult>> {
    let repeats = by.iter().enumerate().any(|(place, one)| by[..place].contains(one));
    if repeats || !(1..=MOST_DIMENSIONS).contains(&by.len()) {
        return Err(Error::Argument("by", "must name one or two different dimensions".into()));
    }
    let mut query = Query::select();
    let count = Expr::cust("COUNT(*)");
    query.from(N::Entity::default()).cond_where(condition).limit(MOST_GROUPS + 1);
    query.expr(count.clone()).order_by_expr(count, Order::Desc);
    for dimension in by {
        let column = Expr::col((N::Entity::default(), column(*dimension)));
        query.expr(column.clone()).order_by_expr(column.clone(), Order::Asc).add_group_by([column]);
    }
    let rows = Loaders::of(ctx).reader().rows(&query).await?;
    if rows.len() as u64 > MOST_GROUPS {
        let message = format!("finds more than {MOST_GROUPS} groups: say which by a filter");
        return Err(Error::Argument("by", message));
    }
    Ok(rows)
}
