//! What an introduction opens: while an accepted interest is in force, each side sees
//! the other's record and who stands behind it from level L2 on. The end of the interest
//! closes it at once: nothing is stored, everything is asked.

use entity::{
    InterestStatus,
    interest::{self, Column},
    ip_asset, need, offer, organization,
};
use sea_orm::{
    ColumnTrait, ExprTrait,
    sea_query::{Expr, Query, SimpleExpr},
};

use super::{Viewer, interest::PARTIES, nda::under_nda, sides::Sides, some_of};

/// The statuses in which the two sides deal with each other.
pub const IN_FORCE: &[InterestStatus] = &[
    InterestStatus::Accepted,
    InterestStatus::NdaPending,
    InterestStatus::NdaSigned,
    InterestStatus::Evaluation,
    InterestStatus::Negotiation,
    InterestStatus::Agreed,
];

/// Whether an interest in force in which the viewer speaks for one of `sides` names `this` in
/// `column`; nothing for viewers who never do. Asked of each row by itself, since whoever deals with
/// many mostly reads one: PostgreSQL asks once for all where that is less.
fn introduced(viewer: &Viewer, sides: Sides, column: Column, this: Expr) -> Option<SimpleExpr> {
    let rules = PARTIES.by_side(viewer).into_iter().filter(|(side, _)| side.meet(sides));
    let rules = some_of(rules.map(|(_, rows)| rows))?;
    // By hand: an entity's own select begins with all of its columns, on every request.
    let mut dealings = Query::select();
    dealings
        .column((interest::Entity, Column::Id))
        .from(interest::Entity)
        .and_where(Expr::col((interest::Entity, column)).eq(this))
        .and_where(Column::Status.is_in(IN_FORCE.iter().copied()))
        .cond_where(rules);
    Some(Expr::exists(dealings))
}

/// The needs to which the viewer's offices were introduced.
#[must_use]
pub fn introduced_needs(viewer: &Viewer) -> Option<SimpleExpr> {
    let need = Expr::col((need::Entity, need::Column::Id));
    introduced(viewer, Sides::OFFICE, Column::NeedId, need)
}

/// The offers to which the viewer's companies, and those of their chambers, were introduced.
#[must_use]
pub fn introduced_offers(viewer: &Viewer) -> Option<SimpleExpr> {
    let offer = Expr::col((offer::Entity, offer::Column::Id));
    introduced(viewer, Sides::COMPANY_SIDE, Column::OfferId, offer)
}

/// The intellectual property of offers to which the viewer's companies, and those of their
/// chambers, were introduced. What has not been made public by law is for those alone who are
/// named under the non-disclosure agreement: to tell it before can cost the right.
pub(crate) fn introduced_assets(viewer: &Viewer) -> Option<SimpleExpr> {
    let offer = || Expr::col((ip_asset::Entity, ip_asset::Column::OfferId));
    let introduced = introduced(viewer, Sides::COMPANY_SIDE, Column::OfferId, offer())?;
    let laid_open = Expr::col((ip_asset::Entity, ip_asset::Column::LaidOpen)).eq(true);
    let told = match under_nda(viewer, Column::OfferId, offer()) {
        Some(confided) => laid_open.or(confided),
        None => laid_open,
    };
    Some(introduced.and(told))
}

/// The organizations to which the viewer was introduced.
#[must_use]
pub fn introduced_organizations(viewer: &Viewer) -> Option<SimpleExpr> {
    let id = || Expr::col((organization::Entity, organization::Column::Id));
    let companies = introduced(viewer, Sides::OFFICE, Column::CompanyId, id());
    let offices = introduced(viewer, Sides::COMPANY_SIDE, Column::OttId, id());
    [companies, offices].into_iter().flatten().reduce(ExprTrait::or)
}
