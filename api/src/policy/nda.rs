//! What agreements in force open on what they come from: a non-disclosure agreement lets
//! the people whom its parties named read what is confidential, a contract lets its parties
//! read what is theirs alone. It is asked with the time of the request: the end of an
//! agreement closes what it opened in that instant.

use entity::{
    AgreementPartyRole, AgreementStatus, AgreementType, agreement, confidant,
    interest::{self, Column},
    need, offer,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Viewer,
    agreement::{SPEAKERS, acts_for, agreements_of},
    introduction::IN_FORCE,
};

/// The kinds of agreement by which confidential things are told.
pub const NDAS: &[AgreementType] = &[AgreementType::MutualNda, AgreementType::UnilateralNda];

/// The kinds of agreement that prepare a deal, or frame many: they end no search.
pub const PRELIMINARY: &[AgreementType] = &[
    AgreementType::MutualNda,
    AgreementType::UnilateralNda,
    AgreementType::LetterOfIntent,
    AgreementType::MemorandumOfUnderstanding,
    AgreementType::MaterialTransferAgreement,
    AgreementType::PilotEvaluationAgreement,
    AgreementType::OptionAgreement,
    AgreementType::FrameworkAgreement,
];

/// Whether an agreement of this kind tells who takes part in it as this confidential things: the
/// recipient, or both. A witness is told nothing.
#[must_use]
pub fn is_told(kind: AgreementType, role: AgreementPartyRole) -> bool {
    match kind {
        AgreementType::MutualNda => role != AgreementPartyRole::Witness,
        AgreementType::UnilateralNda => role == AgreementPartyRole::Recipient,
        _ => false,
    }
}

/// The agreements that are in force at the time of the request.
fn agreements_in_force(viewer: &Viewer) -> Condition {
    use agreement::Column;
    let not_over =
        Condition::any().add(Column::EndsAt.is_null()).add(Column::EndsAt.gt(viewer.now));
    Condition::all().add(Column::Status.eq(AgreementStatus::Active)).add(not_over)
}

/// The interests in force, with their agreements in force that are so.
fn under(viewer: &Viewer, which: Condition) -> SelectStatement {
    let interest = Expr::col((agreement::Entity, agreement::Column::InterestId));
    Query::select()
        .column((interest::Entity, Column::Id))
        .from(interest::Entity)
        .inner_join(agreement::Entity, interest.equals((interest::Entity, Column::Id)))
        .and_where(Column::Status.is_in(IN_FORCE.iter().copied()))
        .cond_where(agreements_in_force(viewer))
        .cond_where(which)
        .take()
}

/// The non-disclosure agreements under which the viewer was named, for an organization for
/// which they still speak; nothing for those who can be named by none.
fn confided(viewer: &Viewer) -> Option<Condition> {
    let person = viewer.person?;
    let own: Vec<_> = acts_for(viewer, SPEAKERS).collect();
    if own.is_empty() {
        return None;
    }
    let named = Query::select()
        .column((confidant::Entity, confidant::Column::AgreementId))
        .from(confidant::Entity)
        .and_where(confidant::Column::PersonId.eq(person))
        .and_where(confidant::Column::RemovedAt.is_null())
        .and_where(confidant::Column::OrganizationId.is_in(own))
        .take();
    Some(
        Condition::all()
            .add(agreement::Column::Kind.is_in(NDAS.iter().copied()))
            .add(agreement::Column::Id.in_subquery(named)),
    )
}

/// For an expression of interest that is read: the non-disclosure agreement under which the
/// viewer reads what is confidential on it.
#[must_use]
pub fn nda_of_interest(viewer: &Viewer) -> SimpleExpr {
    let Some(confided) = confided(viewer) else { return Expr::val(None::<Uuid>) };
    let interest = Expr::col((agreement::Entity, agreement::Column::InterestId));
    let first = Query::select()
        .column((agreement::Entity, agreement::Column::Id))
        .from(agreement::Entity)
        .and_where(interest.equals((interest::Entity, Column::Id)))
        .and_where(Column::Status.is_in(IN_FORCE.iter().copied()))
        .cond_where(agreements_in_force(viewer))
        .cond_where(confided)
        .order_by((agreement::Entity, agreement::Column::Id), Order::Asc)
        .limit(1)
        .take();
    SimpleExpr::SubQuery(None, Box::new(first.into()))
}

/// Whether an interest under whose non-disclosure agreement the viewer reads names `this` in `column`.
pub(super) fn under_nda(viewer: &Viewer, column: Column, this: Expr) -> Option<SimpleExpr> {
    let mut interests = under(viewer, confided(viewer)?);
    interests.and_where(Expr::col((interest::Entity, column)).eq(this));
    Some(Expr::exists(interests))
}

/// The needs of which the viewer reads what is confidential.
#[must_use]
pub fn confided_needs(viewer: &Viewer) -> Option<SimpleExpr> {
    under_nda(viewer, Column::NeedId, Expr::col((need::Entity, need::Column::Id)))
}

/// The offers of which the viewer reads what is confidential.
#[must_use]
pub fn confided_offers(viewer: &Viewer) -> Option<SimpleExpr> {
    under_nda(viewer, Column::OfferId, Expr::col((offer::Entity, offer::Column::Id)))
}

/// The expressions of interest on which the viewer reads what is confidential.
#[must_use]
pub fn confided_interests(viewer: &Viewer) -> Option<SimpleExpr> {
    let interests = under(viewer, confided(viewer)?);
    Some(Expr::col((interest::Entity, Column::Id)).in_subquery(interests))
}

/// The expressions of interest that led to a contract in force of the viewer's organizations.
#[must_use]
pub fn contracted_interests(viewer: &Viewer) -> Option<SimpleExpr> {
    let own: Vec<_> = acts_for(viewer, SPEAKERS).collect();
    if own.is_empty() {
        return None;
    }
    let contracts = Condition::all()
        .add(agreement::Column::Kind.is_not_in(PRELIMINARY.iter().copied()))
        .add(agreement::Column::Id.in_subquery(agreements_of(&own)));
    // By another name: the interest that is read is one more of the same table.
    let interests = Query::select()
        .column((agreement::Entity, agreement::Column::InterestId))
        .from(agreement::Entity)
        .and_where(agreement::Column::InterestId.is_not_null())
        .cond_where(agreements_in_force(viewer))
        .cond_where(contracts)
        .take();
    Some(Expr::col((interest::Entity, Column::Id)).in_subquery(interests))
}
