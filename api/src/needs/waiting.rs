//! What waits at needs.

use entity::{
    InboxKind,
    need::{Column, Entity},
    waiting,
};
use sea_orm::sea_query::{Expr, SelectStatement};

use crate::{
    event::TimelineKind,
    policy::{Viewer, waiting_needs},
    waits::{Waits, last},
};

/// The needs that wait for the viewer, as rows of the inbox.
pub(crate) fn waiting(viewer: &Viewer) -> Vec<SelectStatement> {
    let column = |column| Expr::col((Entity, column));
    let since = |kind| last::<Entity>(&[kind], Column::Id, Column::UpdatedAt);
    let parts = waiting_needs(viewer).into_iter().map(|(kind, rows)| {
        let (since, until) = match kind {
            InboxKind::NeedToRenew => {
                (column(Column::ExpiryWarnedAt), Some(column(Column::ExpiresAt)))
            }
            InboxKind::NeedToRevise => (since(TimelineKind::NeedReturned), None),
            _ => (since(TimelineKind::NeedSubmitted), None),
        };
        Waits { kind, rows, since, until, escalated: None }
    });
    parts.map(|part| part.select::<Entity>(Column::Id, waiting::Column::NeedId)).collect()
}
