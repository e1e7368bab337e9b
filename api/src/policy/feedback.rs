//! The rules for feedback: the network's admin alone reads it, and only of those who let what
//! they decided be used, as long as they do.

use chrono::{DateTime, Utc};
use entity::{ConsentPurpose, Role, need, offer};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::Expr,
};

use super::{NEEDS_SEEN_BY_NETWORK, OFFERS_SEEN_BY_NETWORK, Viewer, sides::consents};
use crate::error::{Error, Result};

/// Leave to read the feedback of the whole network: for its admin, whom no territory limits.
///
/// # Errors
/// [`Error::Unauthenticated`] when nobody asks, [`Error::Forbidden`] for everybody else.
pub fn allow_feedback(viewer: &Viewer) -> Result<()> {
    let mut admins = viewer.holding(&[Role::NetworkAdmin]);
    if viewer.system || admins.any(|grant| grant.covers(None, None)) {
        return Ok(());
    }
    Err(if viewer.is_nobody() { Error::Unauthenticated } else { Error::Forbidden })
}

/// The rows of a table that are about a need and an offer that the network may still know of, where
/// the need's company and the offer's office let what came of them be used. What other companies
/// stand behind a need has to be asked besides. It is the same for every reader: that the admin
/// and the service see more does not make more of it feedback.
#[must_use]
pub fn given_pairs<E: EntityTrait>(
    now: DateTime<Utc>,
    table: E,
    (need, offer): (E::Column, E::Column),
) -> Condition {
    let lets = ConsentPurpose::MatchFeedback;
    let here = Expr::col((need::Entity, need::Column::Id)).equals((table, need));
    let needs = need::Entity::find()
        .select_only()
        .column(need::Column::Id)
        .filter(here)
        .filter(need::Column::Status.is_in(NEEDS_SEEN_BY_NETWORK.iter().copied()))
        .filter(consents(now, lets, (need::Entity, need::Column::CompanyId)));
    let here = Expr::col((offer::Entity, offer::Column::Id)).equals((table, offer));
    let offers = offer::Entity::find()
        .select_only()
        .column(offer::Column::Id)
        .filter(here)
        .filter(offer::Column::Status.is_in(OFFERS_SEEN_BY_NETWORK.iter().copied()))
        .filter(consents(now, lets, (offer::Entity, offer::Column::OttId)));
    Condition::all().add(Expr::exists(needs.into_query())).add(Expr::exists(offers.into_query()))
}
