//! Keyset pagination, the same for every list: both ways, stable while rows are
//! added, with cursors that only fit the list and the order they came from.

use async_graphql::{
    Context, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, Utc};
use sea_orm::{
    Condition, ConnectionTrait, EntityTrait, ExprTrait, IdenStatic, Order as Direction,
    QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, Value,
    sea_query::{Expr, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    context::Request,
    error::{Error, Result},
    field::{Reading, selected_nodes},
    loaders::{Node, disclose, rows, select},
    text::is_plausible_year,
};

/// How many things are on a page when nobody says.
const DEFAULT_SIZE: u64 = 20;
/// The most a client may ask for at once.
pub(crate) const MOST: u64 = 100;

/// Beside the page: how many there are in all.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Totals {
    /// How many things the filter finds in all, for you. Counted only when it is selected.
    total_count: Option<i64>,
}

/// A page. Its cursors are text, so that every order over the same nodes is the same type.
pub(crate) type Page<N> = Connection<String, N, Totals, EmptyFields>;

/// What a client says about the page it wants. At most one of `first` and `last`.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageArgs {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

/// What a column of an order holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Time,
}

/// An order of a list: columns that are never null and that every viewer of the
/// list may read, since they travel in the cursor. The id is always the last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<C: 'static> {
    /// As the schema spells it.
    pub(crate) name: &'static str,
    /// The columns, most significant first; the id follows by itself.
    pub(crate) by: &'static [(C, Kind)],
    /// Whether the greatest comes first.
    pub(crate) descending: bool,
}

/// A place in a list: which list, and the values of its order.
#[derive(Serialize, Deserialize)]
struct Cursor {
    /// Version of this format.
    v: u8,
    /// The order.
    o: String,
    /// A fingerprint of the filter.
    f: u32,
    /// The values of the order's columns.
    k: Vec<serde_json::Value>,
    /// The id.
    i: Uuid,
}

/// The wanted slice of a list, checked.
struct Window {
    size: u64,
    backwards: bool,
    after: Option<Cursor>,
    before: Option<Cursor>,
}

impl PageArgs {
    fn window(&self, order: &str, filter: u32) -> Result<Window> {
        let wrong = |field: &'static str, problem: &str| Error::Argument(field, problem.to_owned());
        if self.first.is_some() && self.last.is_some() {
            return Err(wrong("last", "cannot be combined with first"));
        }
        let size = |field, asked: i32| {
            u64::try_from(asked)
                .ok()
                .filter(|size| (1..=MOST).contains(size))
                .ok_or_else(|| wrong(field, "must be between 1 and 100"))
        };
        let size = match (self.first, self.last) {
            (Some(first), _) => size("first", first)?,
            (_, Some(last)) => size("last", last)?,
            _ => DEFAULT_SIZE,
        };
        let cursor = |field, text: &Option<String>| {
            text.as_deref()
                .map(|text| {
                    Cursor::read(text)
                        .filter(|cursor| cursor.o == order && cursor.f == filter)
                        .ok_or_else(|| {
                            wrong(field, "is not a cursor of this list, order and filter")
                        })
                })
                .transpose()
        };
        Ok(Window {
            size,
            backwards: self.last.is_some() || self.first.is_none() && self.before.is_some(),
            after: cursor("after", &self.after)?,
            before: cursor("before", &self.before)?,
        })
    }
}

impl Cursor {
    fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&bytes).ok().filter(|cursor: &Self| cursor.v == 1)
    }

    fn write(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).map_err(Error::internal)?))
    }

    fn at<N: Node>(order: &Order<N::Column>, filter: u32, row: &QueryResult) -> Result<Self> {
        let mut k = Vec::with_capacity(order.by.len());
        for (column, kind) in order.by {
            k.push(match kind {
                Kind::Text => row.try_get::<String>("", column.as_str())?.into(),
                Kind::Time => {
                    row.try_get::<DateTime<Utc>>("", column.as_str())?.timestamp_micros().into()
                }
            });
        }
        let i = row.try_get::<Uuid>("", N::KEY.as_str())?;
        Ok(Self { v: 1, o: order.name.to_owned(), f: filter, k, i })
    }

    /// The values as the database compares them; nothing when they are not of this order's kinds.
    fn values<C>(&self, order: &Order<C>) -> Option<Vec<SimpleExpr>> {
        if self.k.len() != order.by.len() {
            return None;
        }
        let mut values = Vec::with_capacity(self.k.len() + 1);
        for (value, (_, kind)) in self.k.iter().zip(order.by) {
            values.push(match kind {
                Kind::Text => {
                    Expr::val(value.as_str().filter(|text| !text.contains('\0'))?.to_owned())
                }
                Kind::Time => {
                    let at = DateTime::from_timestamp_micros(value.as_i64()?)?;
                    Expr::val(Some(at).filter(|at| is_plausible_year(at.year()))?)
                }
            });
        }
        values.push(Expr::val(Value::from(self.i)));
        Some(values)
    }
}

/// A small fingerprint (FNV-1a) of a filter, so that a cursor fits its own list alone.
pub(crate) fn fingerprint(filter: &impl std::fmt::Debug) -> u32 {
    format!("{filter:?}")
        .bytes()
        .fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The page of nodes that `condition` leaves, in `order`.
pub(crate) async fn page<N: Node>(
    ctx: &Context<'_>,
    args: &PageArgs,
    order: &Order<N::Column>,
    condition: Condition,
    filter: u32,
) -> Result<Page<N>> {
    let viewer = ctx.viewer();
    let window = args.window(order.name, filter)?;
    let selection = selected_nodes(ctx.field(), N::fields());
    let reading = Reading::new(N::fields(), selection);

    let key = |column: N::Column| Expr::col((N::Entity::default(), column));
    let mut keys: Vec<SimpleExpr> = order.by.iter().map(|(column, _)| key(*column)).collect();
    keys.push(key(N::KEY));

    let mut list =
        select::<N>(viewer, selection).filter(N::visible(viewer)).filter(condition.clone());
    for (column, _) in order.by {
        if !N::facts().iter().any(|fact| fact.as_str() == column.as_str())
            && !selection.columns(N::fields()).any(|read| read.as_str() == column.as_str())
        {
            list = list.column(*column);
        }
    }
    for (cursor, field, behind) in
        [(&window.after, "after", true), (&window.before, "before", false)]
    {
        let Some(cursor) = cursor else { continue };
        let place = cursor.values(order).ok_or_else(|| {
            Error::Argument(field, "is not a cursor of this list, order and filter".into())
        })?;
        let (keys, place) = (Expr::tuple(keys.clone()), Expr::tuple(place));
        list =
            list.filter(if behind == order.descending { keys.lt(place) } else { keys.gt(place) });
    }
    let direction =
        if order.descending == window.backwards { Direction::Asc } else { Direction::Desc };
    for key in keys {
        list = list.order_by(key, direction.clone());
    }

    let db = ctx.service().db();
    let mut found = rows(db.read(), list.limit(window.size + 1)).await?;
    let more = found.len() as u64 > window.size;
    found.truncate(usize::try_from(window.size).unwrap_or(usize::MAX));
    if window.backwards {
        found.reverse();
    }

    let total_count = if ctx.look_ahead().field("totalCount").exists() {
        Some(count::<N>(ctx, condition).await?)
    } else {
        None
    };
    let (previous, next) = if window.backwards {
        (more, window.before.is_some())
    } else {
        (window.after.is_some(), more)
    };
    let mut page = Connection::with_additional_fields(previous, next, Totals { total_count });
    for row in &found {
        let cursor = Cursor::at::<N>(order, filter, row)?.write()?;
        if let Some(node) = disclose::<N>(viewer, &reading, row)? {
            page.edges.push(Edge::new(cursor, node));
        } else {
            // The condition of a list and the rule for a row say the same, or a page comes up short.
            debug_assert!(false, "a list of {} shows a row that its rule hides", N::NAME);
            tracing::error!(node = N::NAME, "a list shows a row that its rule hides");
        }
    }
    Ok(page)
}

async fn count<N: Node>(ctx: &Context<'_>, condition: Condition) -> Result<i64> {
    let query = N::Entity::find()
        .select_only()
        .column_as(Expr::cust("COUNT(*)"), "total")
        .filter(N::visible(ctx.viewer()))
        .filter(condition)
        .into_query();
    let row = ctx.service().db().read().query_one(&query).await?;
    row.map_or(Ok(0), |row| Ok(row.try_get("", "total")?))
}
