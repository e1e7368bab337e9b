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
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
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

/// What `column` names in the interests in force in which the viewer speaks for one of `sides`;
/// nothing for viewers who never do.
fn introduced(viewer: &Viewer, sides: Sides, column: Column) -> Option<SelectStatement> {
    let rules = PARTIES.by_side(viewer).into_iter().filter(|(side, _)| side.meet(sides));
    let rules = some_of(rules.map(|(_, rows)| rows))?;
    // By hand: an entity's own select begins with all of its columns, on every request.
    let mut dealings = Query::select();
    dealings
        .column((interest::Entity, column))
        .from(interest::Entity)
        .and_where(Column::Status.is_in(IN_FORCE.iter().copied()))
        .and_where(column.is_not_null())
        .cond_where(rules);
    Some(dealings)
}

/// The needs to which the viewer's offices were introduced.
#[must_use]
pub fn introduced_needs(viewer: &Viewer) -> Option<SimpleExpr> {
    let needs = introduced(viewer, Sides::OFFICE, Column::NeedId)?;
    Some(Expr::col((need::Entity, need::Column::Id)).in_subquery(needs))
}

/// The offers to which the viewer's companies, and those of their chambers, were introduced.
#[must_use]
pub fn introduced_offers(viewer: &Viewer) -> Option<SimpleExpr> {
    let offers = introduced(viewer, Sides::COMPANY_SIDE, Column::OfferId)?;
    Some(Expr::col((offer::Entity, offer::Column::Id)).in_subquery(offers))
}

/// The intellectual property of offers to which the viewer's companies, and those of their
/// chambers, were introduced. What has not been made public by law is for those alone who are
/// named under the non-disclosure agreement: to tell it before can cost the right.
pub(crate) fn introduced_assets(viewer: &Viewer) -> Option<SimpleExpr> {
    let offer = || Expr::col((ip_asset::Entity, ip_asset::Column::OfferId));
    let offers = introduced(viewer, Sides::COMPANY_SIDE, Column::OfferId)?;
    let laid_open = Expr::col((ip_asset::Entity, ip_asset::Column::LaidOpen)).eq(true);
    let told = match under_nda(viewer, Column::OfferId) {
        Some(confided) => laid_open.or(offer().in_subquery(confided)),
        None => laid_open,
    };
    Some(offer().in_subquery(offers).and(told))
}

/// The organizations to which the viewer was introduced.
#[must_use]
pub fn introduced_organizations(viewer: &Viewer) -> Option<SimpleExpr> {
    let id = || Expr::col((organization::Entity, organization::Column::Id));
    let companies = introduced(viewer, Sides::OFFICE, Column::CompanyId);
    let offices = introduced(viewer, Sides::COMPANY_SIDE, Column::OttId);
    [companies, offices]
        .into_iter()
        .flatten()
        .map(|them| id().in_subquery(them))
        .reduce(ExprTrait::or)
}
