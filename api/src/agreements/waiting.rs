//! What waits at agreements.

use entity::{
    InboxKind,
    agreement::{Column, Entity},
    waiting,
};
use sea_orm::sea_query::{Expr, SelectStatement};

use crate::{
    event::TimelineKind,
    policy::{Viewer, next_due, waiting_agreements},
    waits::{Waits, last},
};

/// The agreements that wait for the viewer, as rows of the inbox.
pub(crate) fn waiting(viewer: &Viewer) -> Vec<SelectStatement> {
    let column = |column| Expr::col((Entity, column));
    let parts = waiting_agreements(viewer).into_iter().map(|(kind, rows)| {
        let (since, until) = match kind {
            InboxKind::CommitmentToKeep => (column(Column::ActiveAt), Some(next_due(viewer))),
            InboxKind::AgreementToSign => {
                let concluded = TimelineKind::AgreementConcluded;
                (last::<Entity>(&[concluded], Column::Id, Column::UpdatedAt), None)
            }
            InboxKind::AgreementToApprove => {
                let open = [TimelineKind::AgreementShared, TimelineKind::AgreementReopened];
                (last::<Entity>(&open, Column::Id, Column::SharedAt), None)
            }
            _ => (column(Column::UpdatedAt), None),
        };
        Waits { kind, rows, since, until, escalated: None }
    });
    parts.map(|part| part.select::<Entity>(Column::Id, waiting::Column::AgreementId)).collect()
}
