//! What a slice declares so that its records wait in the inbox of whoever is expected to
//! do something: which rows, the policy says; since when and until when, the slice.

use entity::{InboxKind, event, waiting::Column};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, ExprTrait, IdenStatic, Iterable, QueryFilter,
    QuerySelect, QueryTrait,
    sea_query::{Expr, Func, Query, SelectStatement, SimpleExpr},
};

use crate::event::TimelineKind;

/// A part of the inbox: the rows of one table that wait for one thing.
pub(crate) struct Waits {
    /// For what.
    pub(crate) kind: InboxKind,
    /// Which rows.
    pub(crate) rows: Condition,
    /// Since when.
    pub(crate) since: SimpleExpr,
    /// Until when; nothing for what waits without end.
    pub(crate) until: Option<SimpleExpr>,
    /// Whether it waits for those above as well.
    pub(crate) escalated: Option<SimpleExpr>,
}

impl Waits {
    /// Its rows, of the table of `id`, as rows of the inbox; `record` is where the inbox keeps
    /// the id of such a record.
    pub(crate) fn select<E: EntityTrait>(self, id: E::Column, record: Column) -> SelectStatement {
        let mut query = Query::select();
        query.from(E::default()).cond_where(self.rows);
        let id = Expr::col((E::default(), id));
        let code = self.kind.to_value();
        let rank = InboxKind::iter().position(|kind| kind == self.kind).unwrap_or_default();
        for column in Column::iter() {
            let value = match column {
                Column::Id => id.clone(),
                // Codes and places of our own: the database sees them as what they are.
                Column::Kind => Expr::cust(format!("'{code}'")),
                Column::Rank => Expr::cust(rank.to_string()),
                Column::Since => self.since.clone(),
                Column::Until => self.until.clone().unwrap_or_else(|| nothing(column)),
                Column::Escalated => self.escalated.clone().unwrap_or_else(|| Expr::cust("FALSE")),
                column if column.as_str() == record.as_str() => id.clone(),
                // No id, of the kind of an id: records are joined by it, and SQLite does not
                // walk an index for what was cast to another kind.
                Column::NeedId
                | Column::OfferId
                | Column::InterestId
                | Column::AgreementId
                | Column::AssetId
                | Column::ProjectId
                | Column::SavedSearchId => {
                    Func::cust("NULLIF").args([id.clone(), id.clone()]).into()
                }
            };
            query.expr_as(value, column);
        }
        query
    }

    /// An inbox with nothing in it.
    pub(crate) fn none() -> SelectStatement {
        let mut query = Query::select();
        for column in Column::iter() {
            query.expr_as(nothing(column), column);
        }
        query.and_where(Expr::cust("FALSE")).take()
    }
}

/// No value, of the column's type.
fn nothing(column: Column) -> SimpleExpr {
    Expr::cust(match column {
        Column::Kind => "CAST(NULL AS text)",
        Column::Rank => "CAST(NULL AS integer)",
        Column::Since | Column::Until => "CAST(NULL AS timestamptz)",
        Column::Escalated => "CAST(NULL AS boolean)",
        Column::Id
        | Column::NeedId
        | Column::OfferId
        | Column::InterestId
        | Column::AgreementId
        | Column::AssetId
        | Column::ProjectId
        | Column::SavedSearchId => "CAST(NULL AS uuid)",
    })
}

/// When one of these last happened to the row with this id; for rows that came without
/// events, when they were last changed.
pub(crate) fn last<E: EntityTrait>(
    kinds: &[TimelineKind],
    id: E::Column,
    otherwise: E::Column,
) -> SimpleExpr {
    let here = Expr::col((E::default(), id)).equals((event::Entity, event::Column::SubjectId));
    let last = event::Entity::find()
        .select_only()
        .column_as(event::Column::HappenedAt.max(), "last")
        .filter(here)
        .filter(event::Column::Kind.is_in(kinds.iter().map(ActiveEnum::to_value)));
    let last = SimpleExpr::SubQuery(None, Box::new(last.into_query().into()));
    Func::coalesce([last, Expr::col((E::default(), otherwise))]).into()
}
