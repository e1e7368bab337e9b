//! What waits for somebody: from the tables of actions, the verbs that others count on, in
//! the status in which they do. For a row in hand, and for rows still in the database.
//!
//! An action waits for whoever may do it and belongs to the record. That the network's
//! admin may publish as well, does not make it theirs to do.

use chrono::Duration;
use entity::{
    AgreementStatus, DisclosureLevel, InboxKind, InterestDirection, InterestStatus, NeedStatus,
    NeedType, OfferStatus, OrganizationId, agreement, agreement_party, document, event, interest,
    ip_asset, need, offer,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

use super::{
    AgreementAction, InterestAction, IpAssetAction, NeedAction, OfferAction, Resource, Sides,
    Viewer,
    agreement::{acts_for, agreements_of},
    document::public_documents,
    interest::PARTIES,
    nda::NDAS,
    represented, visible_agreements, visible_interests, visible_needs, visible_offers,
};
use crate::event::WRITING;

/// How often a record can be renewed.
pub const MOST_RENEWALS: i32 = 1;

/// What waits at needs: in which status, and the verb that is expected.
pub const NEEDS_WAIT: &[(InboxKind, NeedStatus, NeedAction)] = &[
    (InboxKind::NeedToReview, NeedStatus::InReview, NeedAction::Publish),
    (InboxKind::NeedToRevise, NeedStatus::Returned, NeedAction::Submit),
    (InboxKind::NeedToRenew, NeedStatus::Published, NeedAction::Renew),
];

/// What waits at offers.
pub const OFFERS_WAIT: &[(InboxKind, OfferStatus, OfferAction)] = &[
    (InboxKind::OfferToReview, OfferStatus::InReview, OfferAction::Publish),
    (InboxKind::OfferToRevise, OfferStatus::Returned, OfferAction::Submit),
    (InboxKind::OfferToRenew, OfferStatus::Published, OfferAction::Renew),
];

/// What waits at expressions of interest.
pub const INTERESTS_WAIT: &[(InboxKind, &[InterestStatus], InterestAction)] = &[
    (InboxKind::InterestToSend, &[InterestStatus::Draft], InterestAction::Submit),
    (InboxKind::InterestToTakeOver, &[InterestStatus::Submitted], InterestAction::TakeOver),
    (InboxKind::InterestToForward, &[InterestStatus::Triage], InterestAction::Forward),
    (
        InboxKind::InterestToExplain,
        &[InterestStatus::InfoRequested],
        InterestAction::ProvideInformation,
    ),
    (InboxKind::InterestToAnswer, &[InterestStatus::Forwarded], InterestAction::Accept),
    (InboxKind::InterestToConfide, &[InterestStatus::NdaPending], InterestAction::WaiveNda),
    (
        InboxKind::InterestToEvaluate,
        &[InterestStatus::Accepted, InterestStatus::NdaSigned],
        InterestAction::Evaluate,
    ),
    (InboxKind::InterestToNegotiate, &[InterestStatus::Evaluation], InterestAction::Negotiate),
];

/// What waits at agreements.
pub const AGREEMENTS_WAIT: &[(InboxKind, &[AgreementStatus], AgreementAction)] = &[
    (InboxKind::AgreementToShare, &[AgreementStatus::InternalReview], AgreementAction::Share),
    (InboxKind::AgreementToApprove, &[AgreementStatus::Negotiation], AgreementAction::Approve),
    (
        InboxKind::AgreementToSign,
        &[AgreementStatus::Approved, AgreementStatus::PartiallySigned],
        AgreementAction::Sign,
    ),
    (InboxKind::CommitmentToKeep, &[AgreementStatus::Active], AgreementAction::KeepCommitment),
];

/// What waits at intellectual property: the service asked what to do about the next fee.
pub const IP_ASSETS_WAIT: (InboxKind, IpAssetAction) =
    (InboxKind::IpFeeToDecide, IpAssetAction::DecideFee);

/// How long before a commitment is due it waits in the inbox.
const DUE_SOON: Duration = Duration::days(14);

/// What the rules need to know of something that waits: it was made for the viewer, of what
/// they may see and are expected to do.
#[derive(Clone, Copy, Debug)]
pub struct WaitingFacts;

impl Resource for WaitingFacts {
    const NAME: &'static str = "item of an inbox";

    fn level(&self, _: &Viewer) -> Option<DisclosureLevel> {
        Some(DisclosureLevel::Contract)
    }
}

/// What waits for the viewer at a need; `wrote` says whether they wrote any of its text.
#[must_use]
pub fn need_waits(viewer: &Viewer, row: &need::Model, wrote: bool) -> Option<InboxKind> {
    let mine = |action: NeedAction| action.is_open_to_own(viewer, &row.into());
    let waits = |kind: InboxKind| match kind {
        InboxKind::NeedToReview => !wrote,
        // A research request ends with its call.
        InboxKind::NeedToRenew => {
            row.expiry_warned_at.is_some()
                && row.renewals < MOST_RENEWALS
                && row.kind != NeedType::RdRequest
        }
        _ => true,
    };
    let found = NEEDS_WAIT.iter().find(|(_, status, _)| *status == row.status);
    found.filter(|(kind, _, action)| waits(*kind) && mine(*action)).map(|(kind, ..)| *kind)
}

/// The same for rows in the database.
#[must_use]
pub fn waiting_needs(viewer: &Viewer) -> Vec<(InboxKind, Condition)> {
    use need::Column;
    let rows = |(kind, status, action): &(InboxKind, NeedStatus, NeedAction)| {
        let guard: Condition = match kind {
            InboxKind::NeedToReview => {
                let documents = document::Column::NeedId;
                not_written_by(viewer, (need::Entity, Column::Id), Some(documents))
            }
            InboxKind::NeedToRenew => {
                renewable(Column::ExpiryWarnedAt.is_not_null(), Column::Renewals)
                    .add(Column::Kind.ne(NeedType::RdRequest))
            }
            _ => Condition::all(),
        };
        let own = action.own_rows(viewer)?;
        let rows = Condition::all().add(own).add(Column::Status.eq(*status)).add(guard);
        Some((*kind, rows.add(visible_needs(viewer))))
    };
    NEEDS_WAIT.iter().filter_map(rows).collect()
}

/// What waits for the viewer at an offer; `wrote` says whether they wrote any of its text.
#[must_use]
pub fn offer_waits(viewer: &Viewer, row: &offer::Model, wrote: bool) -> Option<InboxKind> {
    let mine = |action: OfferAction| action.offices(viewer).any(|office| office == row.ott_id);
    let waits = |kind: InboxKind| match kind {
        InboxKind::OfferToReview => !wrote,
        InboxKind::OfferToRenew => row.expiry_warned_at.is_some() && row.renewals < MOST_RENEWALS,
        _ => true,
    };
    let found = OFFERS_WAIT.iter().find(|(_, status, _)| *status == row.status);
    found.filter(|(kind, _, action)| waits(*kind) && mine(*action)).map(|(kind, ..)| *kind)
}

/// The same for rows in the database.
#[must_use]
pub fn waiting_offers(viewer: &Viewer) -> Vec<(InboxKind, Condition)> {
    use offer::Column;
    let rows = |(kind, status, action): &(InboxKind, OfferStatus, OfferAction)| {
        let guard: Condition = match kind {
            InboxKind::OfferToReview => {
                let documents = document::Column::OfferId;
                not_written_by(viewer, (offer::Entity, Column::Id), Some(documents))
            }
            InboxKind::OfferToRenew => {
                renewable(Column::ExpiryWarnedAt.is_not_null(), Column::Renewals)
            }
            _ => Condition::all(),
        };
        let offices: Vec<OrganizationId> = action.offices(viewer).collect();
        let own = (!offices.is_empty()).then(|| Column::OttId.is_in(offices))?;
        let rows = Condition::all().add(own).add(Column::Status.eq(*status)).add(guard);
        Some((*kind, rows.add(visible_offers(viewer))))
    };
    OFFERS_WAIT.iter().filter_map(rows).collect()
}

/// Of whom it is expected: of whoever may do it. A chamber sends and explains for companies
/// alone that let it represent them.
fn expected(kind: InboxKind, action: InterestAction, from: InterestDirection) -> (Sides, bool) {
    let as_sender = matches!(kind, InboxKind::InterestToSend | InboxKind::InterestToExplain);
    (action.by(from), as_sender && from == InterestDirection::NeedToOffer)
}

/// What waits for the viewer at an expression of interest; `represented` says whether the
/// company lets its chamber represent it, `confiding` whether a non-disclosure agreement of it
/// that the viewer may know of is under way.
#[must_use]
pub fn interest_waits(
    viewer: &Viewer,
    row: &interest::Model,
    represented: bool,
    confiding: bool,
) -> Option<InboxKind> {
    let sides = Sides::of(viewer, &row.into());
    let mine = |kind: InboxKind, action: InterestAction| {
        let (by, with_leave) = expected(kind, action, row.direction);
        let by = if with_leave && !represented { Sides::COMPANY } else { by };
        sides.meet(by) && !(kind == InboxKind::InterestToConfide && confiding)
    };
    let found = INTERESTS_WAIT.iter().find(|(_, from, _)| from.contains(&row.status));
    found.filter(|(kind, _, action)| mine(*kind, *action)).map(|(kind, ..)| *kind)
}

/// The same for rows in the database.
#[must_use]
pub fn waiting_interests(viewer: &Viewer) -> Vec<(InboxKind, Condition)> {
    use interest::Column;
    let rows = |(kind, from, action): &(InboxKind, &[InterestStatus], InterestAction)| {
        let mut own = Condition::any();
        for (side, rows) in PARTIES.by_side(viewer) {
            for way in InterestDirection::iter() {
                let (by, with_leave) = expected(*kind, *action, way);
                if side.meet(by) {
                    let leave = (with_leave && side == Sides::CHAMBER)
                        .then(|| represented(viewer, (interest::Entity, Column::CompanyId)));
                    let rows = Condition::all().add(rows.clone()).add_option(leave);
                    own = own.add(rows.add(Column::Direction.eq(way)));
                }
            }
        }
        if own.is_empty() {
            return None;
        }
        let status = Column::Status.is_in(from.iter().copied());
        let unwritten = (*kind == InboxKind::InterestToConfide).then(|| is_confided(viewer).not());
        let rows = Condition::all().add(own).add(status).add_option(unwritten);
        Some((*kind, rows.add(visible_interests(viewer))))
    };
    INTERESTS_WAIT.iter().filter_map(rows).collect()
}

/// What waits for the viewer at an agreement with these parties; `wrote` says whether they
/// wrote any of its text.
#[must_use]
pub fn agreement_waits(
    viewer: &Viewer,
    row: &agreement::Model,
    parties: &[agreement_party::Model],
    wrote: bool,
) -> Option<InboxKind> {
    let (kind, _, action) =
        AGREEMENTS_WAIT.iter().find(|(_, from, _)| from.contains(&row.status))?;
    let own: Vec<_> = acts_for(viewer, action.by()).collect();
    let soon = viewer.now + DUE_SOON;
    let mut mine = parties.iter().filter(|party| own.contains(&party.organization_id));
    let waits = match kind {
        InboxKind::AgreementToShare => !wrote && own.contains(&row.drafted_by_id),
        InboxKind::AgreementToApprove => !wrote && mine.any(|party| party.approved_at.is_none()),
        InboxKind::AgreementToSign => mine.any(|party| party.signed_at.is_none()),
        _ => mine.any(|party| party.next_due_at.is_some_and(|due| due <= soon)),
    };
    waits.then_some(*kind)
}

/// The same for rows in the database.
#[must_use]
pub fn waiting_agreements(viewer: &Viewer) -> Vec<(InboxKind, Condition)> {
    use agreement::Column;
    use agreement_party::Column as Party;
    let rows = |(kind, from, action): &(InboxKind, &[AgreementStatus], AgreementAction)| {
        let own: Vec<_> = acts_for(viewer, action.by()).collect();
        if own.is_empty() {
            return None;
        }
        let party = |which: SimpleExpr| {
            let rows = agreements_of(&own).and_where(which).take();
            Condition::all().add(Column::Id.in_subquery(rows))
        };
        let unwritten = || not_written_by(viewer, (agreement::Entity, Column::Id), None);
        let mine = match kind {
            InboxKind::AgreementToShare => unwritten().add(Column::DraftedById.is_in(own)),
            InboxKind::AgreementToApprove => unwritten().add(party(Party::ApprovedAt.is_null())),
            InboxKind::AgreementToSign => party(Party::SignedAt.is_null()),
            _ => party(Party::NextDueAt.lte(viewer.now + DUE_SOON)),
        };
        let status = Column::Status.is_in(from.iter().copied());
        Some((*kind, mine.add(status).add(visible_agreements(viewer))))
    };
    AGREEMENTS_WAIT.iter().filter_map(rows).collect()
}

/// What waits for the viewer at a piece of intellectual property.
#[must_use]
pub fn ip_asset_waits(viewer: &Viewer, row: &ip_asset::Model) -> Option<InboxKind> {
    let (kind, action) = IP_ASSETS_WAIT;
    let asked = row.fee_asked_at.is_some() && row.fee_decision.is_none();
    let mine = action.offices(viewer).any(|office| office == row.ott_id);
    (asked && mine).then_some(kind)
}

/// The same for rows in the database.
#[must_use]
pub fn waiting_ip_assets(viewer: &Viewer) -> Vec<(InboxKind, Condition)> {
    use ip_asset::Column;
    let (kind, action) = IP_ASSETS_WAIT;
    let offices: Vec<OrganizationId> = action.offices(viewer).collect();
    if offices.is_empty() {
        return Vec::new();
    }
    let rows = Condition::all()
        .add(Column::OttId.is_in(offices))
        .add(Column::FeeAskedAt.is_not_null())
        .add(Column::FeeDecision.is_null());
    vec![(kind, rows)]
}

/// When the next commitment of the viewer's organizations in an agreement is due.
#[must_use]
pub fn next_due(viewer: &Viewer) -> SimpleExpr {
    use agreement_party::Column as Party;
    let own = acts_for(viewer, AgreementAction::KeepCommitment.by());
    let here = Expr::col((agreement_party::Entity, Party::AgreementId))
        .equals((agreement::Entity, agreement::Column::Id));
    let due = agreement_party::Entity::find()
        .select_only()
        .column_as(Party::NextDueAt.min(), "due")
        .filter(here)
        .filter(Party::OrganizationId.is_in(own));
    SimpleExpr::SubQuery(None, Box::new(due.into_query().into()))
}

/// Whether a non-disclosure agreement of an expression of interest is under way, as far as the
/// viewer may know: that another party drafts one is not told by what no longer waits.
fn is_confided(viewer: &Viewer) -> SimpleExpr {
    use agreement::Column;
    let here = Expr::col((agreement::Entity, Column::InterestId))
        .equals((interest::Entity, interest::Column::Id));
    let under_way = agreement::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(here)
        .filter(Column::Kind.is_in(NDAS.iter().copied()))
        .filter(Column::EndedAt.is_null())
        .filter(visible_agreements(viewer));
    Expr::exists(under_way.into_query())
}

/// That an expression of interest waits for those above: the service marked it since it arrived.
#[must_use]
pub fn escalated_interests() -> SimpleExpr {
    use interest::Column;
    let status = Column::Status.eq(InterestStatus::Submitted);
    status.and(Column::EscalatedAt.is_not_null()).and(Column::EscalatesAt.is_null())
}

/// Four eyes: who wrote a text does not publish it, and what everybody may read of its
/// documents is part of it.
fn not_written_by<E: EntityTrait>(
    viewer: &Viewer,
    (table, id): (E, E::Column),
    documents: Option<document::Column>,
) -> Condition {
    use document::Column;
    let record = |column: SimpleExpr| column.equals((table, id));
    let written = event::Entity::find()
        .select_only()
        .column(event::Column::Id)
        .filter(record(Expr::col((event::Entity, event::Column::SubjectId))))
        .filter(event::Column::ActorId.eq(viewer.person))
        .filter(event::Column::Kind.is_in(WRITING));
    let attached = documents.map(|of| {
        let rows = document::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(record(Expr::col((document::Entity, of))))
            .filter(Column::UploadedBy.eq(viewer.person))
            .filter(public_documents());
        Expr::exists(rows.into_query()).not()
    });
    Condition::all().add(Expr::exists(written.into_query()).not()).add_option(attached)
}

/// Whose end is near, and who have not been renewed as often as can be.
fn renewable(warned: SimpleExpr, renewals: impl ColumnTrait) -> Condition {
    Condition::all().add(warned).add(renewals.lt(MOST_RENEWALS))
}
