//! What waits at projects.

use entity::{
    InboxKind,
    project::{Column, Entity},
    waiting,
};
use sea_orm::sea_query::{Expr, SelectStatement};

use crate::{
    event::TimelineKind,
    policy::{Viewer, waiting_projects},
    waits::{Waits, last},
};

/// The projects that wait for the viewer, as rows of the inbox.
pub(crate) fn waiting(viewer: &Viewer) -> Vec<SelectStatement> {
    let column = |column| Expr::col((Entity, column));
    let parts = waiting_projects(viewer).into_iter().map(|(kind, rows)| {
        let since = |kinds: &[TimelineKind]| last::<Entity>(kinds, Column::Id, Column::UpdatedAt);
        let since = match kind {
            InboxKind::ProjectToForm => column(Column::CreatedAt),
            InboxKind::ProjectToAccept => since(&[
                TimelineKind::ProjectFormed,
                TimelineKind::ProjectRevised,
                TimelineKind::ProjectDeclined,
                TimelineKind::ProjectAgreementLinked,
                TimelineKind::MilestonePlanned,
                TimelineKind::MilestoneRevised,
                TimelineKind::MilestoneWaived,
            ]),
            InboxKind::ProjectToApprove => since(&[TimelineKind::ProjectAccepted]),
            InboxKind::MilestoneToReach => column(Column::StartedAt),
            InboxKind::MilestoneToAccept => {
                since(&[TimelineKind::MilestoneSubmitted, TimelineKind::MilestoneWaived])
            }
            InboxKind::OutcomeToValidate => since(&[TimelineKind::OutcomeRecorded]),
            _ => column(Column::CompletedAt),
        };
        Waits { kind, rows, since, until: None, escalated: None }
    });
    parts.map(|part| part.select::<Entity>(Column::Id, waiting::Column::ProjectId)).collect()
}
