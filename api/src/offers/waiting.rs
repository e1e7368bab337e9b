//! What waits at offers.

use entity::{
    InboxKind,
    offer::{Column, Entity},
    waiting,
};
use sea_orm::sea_query::{Expr, SelectStatement};

use crate::{
    event::TimelineKind,
    policy::{Viewer, waiting_offers},
    waits::{Waits, last},
};

/// The offers that wait for the viewer, as rows of the inbox.
pub(crate) fn waiting(viewer: &Viewer) -> Vec<SelectStatement> {
    let column = |column| Expr::col((Entity, column));
    let since = |kind| last::<Entity>(&[kind], Column::Id, Column::UpdatedAt);
    let parts = waiting_offers(viewer).into_iter().map(|(kind, rows)| {
        let (since, until) = match kind {
            InboxKind::OfferToRenew => {
                (column(Column::ExpiryWarnedAt), Some(column(Column::ExpiresAt)))
            }
            InboxKind::OfferToRevise => (since(TimelineKind::OfferReturned), None),
            _ => (since(TimelineKind::OfferSubmitted), None),
        };
        Waits { kind, rows, since, until, escalated: None }
    });
    parts.map(|part| part.select::<Entity>(Column::Id, waiting::Column::OfferId)).collect()
}
