//! Pages, the same for every list: what a client says about the one it wants, cursors that
//! only fit the list and the order they came from, and what is told.

use std::sync::Arc;

use async_graphql::{
    SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike};
use sea_orm::{
    Value,
    sea_query::{Expr, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{asked::Asked, node::Node, shown::Shown};
use crate::{
    error::{Error, Result},
    text::is_plausible_year,
};

/// The most that a client may ask for at once of any list.
pub(crate) const MOST: u64 = 100;

/// How many things are on a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// When nobody says.
    pub(crate) usual: u64,
    /// At most.
    pub(crate) most: u64,
}

/// What the schema says of every list that does not say otherwise.
pub(crate) const SIZES: Sizes = Sizes { usual: 20, most: MOST };

/// Beside the page: how many there are in all.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Totals {
    /// How many things the filter finds in all, for you. Counted only when it is selected.
    total_count: Option<i64>,
}

/// A page. Its cursors are text, so that every order over the same nodes is the same type.
pub(crate) type Page<N> = Connection<String, Shown<Arc<N>>, Totals, EmptyFields>;

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
    Number,
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
pub(super) struct Cursor {
    /// Version of this format.
    pub(super) v: u8,
    /// The order.
    pub(super) o: String,
    /// A fingerprint of the filter.
    pub(super) f: u32,
    /// The values of the order's columns.
    pub(super) k: Vec<serde_json::Value>,
    /// The id.
    pub(super) i: Uuid,
}

/// The wanted slice of a list, checked.
#[derive(Default)]
pub(super) struct Window {
    /// How many things; all of them when there is no number.
    pub(super) size: Option<u64>,
    pub(super) backwards: bool,
    /// The values behind which it begins, as the database compares them.
    pub(super) after: Option<Vec<SimpleExpr>>,
    /// The values before which it ends.
    pub(super) before: Option<Vec<SimpleExpr>>,
}

impl PageArgs {
    /// The arguments of a list below another thing, by their usual names.
    ///
    /// # Errors
    /// When one of them is no value of its type.
    pub(crate) fn of(asked: &Asked<'_>) -> Result<Self> {
        Ok(Self {
            first: asked.argument("first")?,
            after: asked.argument("after")?,
            last: asked.argument("last")?,
            before: asked.argument("before")?,
        })
    }

    pub(super) fn window<C>(&self, sizes: Sizes, order: &Order<C>, filter: u32) -> Result<Window> {
        let wrong = |field: &'static str, problem: &str| Error::Argument(field, problem.to_owned());
        if self.first.is_some() && self.last.is_some() {
            return Err(wrong("last", "cannot be combined with first"));
        }
        let size = |field, asked: i32| {
            u64::try_from(asked)
                .ok()
                .filter(|size| (1..=sizes.most).contains(size))
                .ok_or_else(|| wrong(field, &format!("must be between 1 and {}", sizes.most)))
        };
        let size = match (self.first, self.last) {
            (Some(first), _) => size("first", first)?,
            (_, Some(last)) => size("last", last)?,
            _ => sizes.usual,
        };
        let cursor = |field, text: &Option<String>| {
            text.as_deref()
                .map(|text| {
                    Cursor::read(text)
                        .filter(|cursor| cursor.o == order.name && cursor.f == filter)
                        .and_then(|cursor| cursor.values(order))
                        .ok_or_else(|| {
                            wrong(field, "is not a cursor of this list, order and filter")
                        })
                })
                .transpose()
        };
        Ok(Window {
            size: Some(size),
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

    pub(super) fn write(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).map_err(Error::internal)?))
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
                Kind::Number => Expr::val(value.as_i64()?),
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

/// A page before it is told: its things, each with its cursor where somebody asked for it.
#[derive(Clone, Debug)]
pub(crate) struct Slice<N> {
    pub(super) edges: Vec<(String, Arc<N>)>,
    pub(super) previous: bool,
    pub(super) next: bool,
    pub(super) total: Option<i64>,
}

impl<N: Node> Slice<N> {
    /// As a page that tells how many there are in all.
    pub(super) fn page(&self) -> Page<N> {
        let totals = Totals { total_count: self.total };
        let mut page = Connection::with_additional_fields(self.previous, self.next, totals);
        page.edges.extend(self.edges());
        page
    }

    /// Its things alone.
    pub(super) fn all(&self) -> Vec<Arc<N>> {
        self.edges.iter().map(|(_, node)| node.clone()).collect()
    }

    fn edges(&self) -> impl Iterator<Item = Edge<String, Shown<Arc<N>>, EmptyFields>> {
        self.edges.iter().map(|(cursor, node)| Edge::new(cursor.clone(), Shown(node.clone())))
    }
}
