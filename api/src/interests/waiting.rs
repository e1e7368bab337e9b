//! What waits at expressions of interest, and in their conversations.

use entity::{
    InboxKind,
    interest::{Column, Entity},
    message, waiting,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};

use crate::{
    event::TimelineKind,
    policy::{
        Viewer, escalated_interests, own_interests, unread_messages, visible_interests,
        waiting_interests,
    },
    waits::{Waits, last},
};

/// The expressions of interest that wait for the viewer, as rows of the inbox.
pub(crate) fn waiting(viewer: &Viewer) -> Vec<SelectStatement> {
    let parts = waiting_interests(viewer).into_iter().map(|(kind, rows)| {
        let arrived: &[TimelineKind] = match kind {
            InboxKind::InterestToTakeOver => {
                &[TimelineKind::InterestSubmitted, TimelineKind::InterestInformationProvided]
            }
            InboxKind::InterestToForward => &[TimelineKind::InterestTakenOver],
            InboxKind::InterestToExplain => &[TimelineKind::InterestInformationRequested],
            InboxKind::InterestToAnswer => &[TimelineKind::InterestForwarded],
            InboxKind::InterestToConfide => &[TimelineKind::InterestNdaRequested],
            InboxKind::InterestToEvaluate => &[
                TimelineKind::InterestAccepted,
                TimelineKind::InterestNdaSigned,
                TimelineKind::InterestNdaWaived,
            ],
            InboxKind::InterestToNegotiate => &[TimelineKind::InterestUnderEvaluation],
            _ => &[TimelineKind::InterestDrafted],
        };
        Waits {
            kind,
            rows,
            since: last::<Entity>(arrived, Column::Id, Column::UpdatedAt),
            // Nothing where the clock stands still.
            until: Some(Expr::col((Entity, Column::RespondBy))),
            escalated: Some(escalated_interests()),
        }
    });
    let parts = parts.map(|part| part.select::<Entity>(Column::Id, waiting::Column::InterestId));
    parts.chain(unread(viewer)).collect()
}

/// Those with messages that nobody of the viewer's party has read, since the first of them.
fn unread(viewer: &Viewer) -> Option<SelectStatement> {
    if viewer.grants.is_empty() {
        return None;
    }
    // Whose messages may be unread, before each of them is looked at.
    let own = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(own_interests(viewer))
        .filter(visible_interests(viewer));
    let rows = Condition::all()
        .add(message::Column::InterestId.in_subquery(own.into_query()))
        .add(unread_messages(viewer));
    let part = Waits {
        kind: InboxKind::MessagesToRead,
        rows,
        since: message::Column::SentAt.min(),
        until: None,
        escalated: None,
    };
    let id = message::Column::InterestId;
    let mut part = part.select::<message::Entity>(id, waiting::Column::InterestId);
    Some(part.group_by_col((message::Entity, id)).take())
}
