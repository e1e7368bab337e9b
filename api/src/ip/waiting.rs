//! What waits at intellectual property.

use entity::{
    ip_asset::{Column, Entity},
    waiting,
};
use sea_orm::sea_query::{Expr, SelectStatement};

use crate::{
    policy::{Viewer, waiting_ip_assets},
    waits::Waits,
};

/// The assets that wait for the viewer, as rows of the inbox.
pub(crate) fn waiting(viewer: &Viewer) -> Vec<SelectStatement> {
    let column = |column| Expr::col((Entity, column));
    let parts = waiting_ip_assets(viewer).into_iter().map(|(kind, rows)| Waits {
        kind,
        rows,
        since: column(Column::FeeAskedAt),
        // Its own day, as a moment.
        until: Some(column(Column::NextFeeOrder)),
        escalated: None,
    });
    parts.map(|part| part.select::<Entity>(Column::Id, waiting::Column::AssetId)).collect()
}
