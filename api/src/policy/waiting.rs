//! What waits for somebody: from the tables of actions, the verbs that others count on, in
//! the status in which they do. For a row in hand, and for rows still in the database.
//!
//! An action waits for whoever may do it and belongs to the record. That the network's
//! admin may publish as well, does not make it theirs to do.

use chrono::Duration;
use entity::{
    AgreementStatus, DisclosureLevel, InboxKind, InterestDirection, InterestStatus,
    MilestoneStatus, NeedStatus, NeedType, OfferStatus, OrganizationId, OutcomeStatus,
    ProjectStatus, agreement, agreement_party, document, event, interest, ip_asset, milestone,
    need, offer, outcome, project, project_partner,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

use super::{
    AgreementAction, InterestAction, IpAssetAction, NeedAction, OfferAction, ProjectAction,
    Resource, Sides, Viewer,
    agreement::{acts_for, agreements_of},
    document::public_documents,
    interest::PARTIES,
    nda::NDAS,
    project::projects_of,
    represented, visible_agreements, visible_interests, visible_needs, visible_offers,
    visible_projects,
};
use crate::{calendar::day_of, event::WRITING};

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

/// What waits at projects.
pub const PROJECTS_WAIT: &[(InboxKind, &[ProjectStatus], ProjectAction)] = &[
    (InboxKind::ProjectToForm, &[ProjectStatus::Proposed], ProjectAction::Form),
    (InboxKind::ProjectToAccept, &[ProjectStatus::Forming], ProjectAction::Accept),
    (InboxKind::ProjectToApprove, &[ProjectStatus::Forming], ProjectAction::Endorse),
    (InboxKind::MilestoneToReach, &[ProjectStatus::Active], ProjectAction::SubmitMilestone),
    (InboxKind::MilestoneToAccept, &[ProjectStatus::Active], ProjectAction::EndorseMilestone),
    (
        InboxKind::OutcomeToValidate,
        &[ProjectStatus::Active, ProjectStatus::Completed],
        ProjectAction::ValidateOutcome,
    ),
    (InboxKind::ProjectToClose, &[ProjectStatus::Completed], ProjectAction::EndorseClosure),
];

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

/// What belongs to a project, for what waits at it.
#[derive(Clone, Debug, Default)]
pub struct ProjectParts {
    /// Those who were asked.
    pub partners: Vec<project_partner::Model>,
    /// What is to be reached.
    pub milestones: Vec<milestone::Model>,
    /// What came of it.
    pub outcomes: Vec<outcome::Model>,
}

/// Whether a milestone waits for the partner that is to reach it.
const TO_REACH: [MilestoneStatus; 3] =
    [MilestoneStatus::Planned, MilestoneStatus::InProgress, MilestoneStatus::Returned];
/// What both sides have said of a milestone.
const AGREED: [MilestoneStatus; 2] = [MilestoneStatus::Accepted, MilestoneStatus::Waived];

/// What waits for the viewer at a project; `wrote` says whether they wrote any of its plan.
#[must_use]
pub fn project_waits(
    viewer: &Viewer,
    row: &project::Model,
    parts: &ProjectParts,
    wrote: bool,
) -> Vec<InboxKind> {
    let standing = || parts.partners.iter().filter(|one| one.declined_at.is_none());
    let soon = day_of(viewer.now + DUE_SOON);
    let waits = |kind: InboxKind, action: ProjectAction| {
        let own: Vec<_> = acts_for(viewer, action.by()).collect();
        let mine = |which: fn(&project_partner::Model) -> bool| {
            standing().any(|one| own.contains(&one.organization_id) && which(one))
        };
        // By what one side has said and the other one has not, or what was submitted.
        let asked = |mine: fn(&milestone::Model) -> bool, theirs: fn(&milestone::Model) -> bool| {
            parts.milestones.iter().any(|one| {
                let submitted = one.status == MilestoneStatus::Submitted;
                !AGREED.contains(&one.status) && !mine(one) && (submitted || theirs(one))
            })
        };
        let by_leader = |one: &milestone::Model| one.leader_accepted_at.is_some();
        let by_office = |one: &milestone::Model| one.office_accepted_at.is_some();
        match kind {
            InboxKind::ProjectToForm => {
                own.contains(&row.leader_id) && !own.contains(&row.proposed_by_id)
            }
            InboxKind::ProjectToAccept => mine(|one| one.accepted_at.is_none()),
            InboxKind::ProjectToApprove => {
                let all = standing().all(|one| one.accepted_at.is_some());
                all && !wrote && mine(|one| one.approves && one.approved_at.is_none())
            }
            InboxKind::MilestoneToReach => {
                let mut milestones = parts.milestones.iter();
                mine(|_| true)
                    && milestones.any(|one| {
                        own.contains(&one.responsible_id)
                            && TO_REACH.contains(&one.status)
                            && one.due_on <= soon
                    })
            }
            InboxKind::MilestoneToAccept => {
                own.contains(&row.leader_id) && asked(by_leader, by_office)
                    || mine(|one| one.accepts_milestones) && asked(by_office, by_leader)
            }
            InboxKind::OutcomeToValidate => {
                let mut recorded = parts.outcomes.iter();
                mine(|_| true)
                    && recorded.any(|one| {
                        one.status == OutcomeStatus::Recorded && !own.contains(&one.recorded_by_id)
                    })
            }
            _ => {
                let is = |status| parts.outcomes.iter().any(|one| one.status == status);
                mine(|one| one.approves && one.closed_at.is_none())
                    && is(OutcomeStatus::Validated)
                    && !is(OutcomeStatus::Recorded)
            }
        }
    };
    PROJECTS_WAIT
        .iter()
        .filter(|(kind, from, action)| from.contains(&row.status) && waits(*kind, *action))
        .map(|(kind, ..)| *kind)
        .collect()
}

/// The same for rows in the database.
#[must_use]
pub fn waiting_projects(viewer: &Viewer) -> Vec<(InboxKind, Condition)> {
    use project::Column;
    let rows = |(kind, from, action): &(InboxKind, &[ProjectStatus], ProjectAction)| {
        let own: Vec<_> = acts_for(viewer, action.by()).collect();
        if own.is_empty() {
            return None;
        }
        let status = Column::Status.is_in(from.iter().copied());
        let rows = mine_among_projects(viewer, *kind, own).add(status);
        Some((*kind, rows.add(visible_projects(viewer))))
    };
    PROJECTS_WAIT.iter().filter_map(rows).collect()
}

/// The projects that wait for one thing of these organizations, whatever their status.
fn mine_among_projects(viewer: &Viewer, kind: InboxKind, own: Vec<OrganizationId>) -> Condition {
    use milestone::Column as Milestone;
    use outcome::Column as Outcome;
    use project::Column;
    use project_partner::Column as Partner;
    let unaccepted = || {
        let standing = Partner::DeclinedAt.is_null().and(Partner::AcceptedAt.is_null());
        below_project::<project_partner::Entity>(Partner::ProjectId, standing)
    };
    // From the partners to the projects: no walk over all of them.
    let mine = |which: Option<SimpleExpr>| {
        let mut rows = projects_of(&own);
        if let Some(which) = which {
            rows.and_where(which);
        }
        Column::Id.in_subquery(rows)
    };
    let milestones = |which| below_project::<milestone::Entity>(Milestone::ProjectId, which);
    let outcomes = |which| below_project::<outcome::Entity>(Outcome::ProjectId, which);
    let all = Condition::all();
    match kind {
        InboxKind::ProjectToForm => all
            .add(Column::LeaderId.is_in(own.iter().copied()))
            .add(Column::ProposedById.is_not_in(own.iter().copied())),
        InboxKind::ProjectToAccept => all.add(mine(Some(Partner::AcceptedAt.is_null()))),
        InboxKind::ProjectToApprove => not_written_by(viewer, (project::Entity, Column::Id), None)
            .add(unaccepted().not())
            .add(mine(Some(Partner::Approves.eq(true).and(Partner::ApprovedAt.is_null())))),
        InboxKind::MilestoneToReach => all.add(mine(None)).add(milestones(
            Milestone::ResponsibleId
                .is_in(own.iter().copied())
                .and(Milestone::Status.is_in(TO_REACH))
                .and(Milestone::DueOn.lte(day_of(viewer.now + DUE_SOON))),
        )),
        InboxKind::MilestoneToAccept => {
            let asked = |mine: Milestone, theirs: Milestone| {
                let submitted = Milestone::Status.eq(MilestoneStatus::Submitted);
                let open = Milestone::Status.is_not_in(AGREED).and(mine.is_null());
                milestones(open.and(submitted.or(theirs.is_not_null())))
            };
            let (leader, office) = (Milestone::LeaderAcceptedAt, Milestone::OfficeAcceptedAt);
            let by_leader = Condition::all()
                .add(Column::LeaderId.is_in(own.iter().copied()))
                .add(asked(leader, office));
            let by_office = Condition::all()
                .add(mine(Some(Partner::AcceptsMilestones.eq(true))))
                .add(asked(office, leader));
            all.add(Condition::any().add(by_leader).add(by_office))
        }
        InboxKind::OutcomeToValidate => {
            let recorded = Outcome::Status.eq(OutcomeStatus::Recorded);
            let others = recorded.and(Outcome::RecordedById.is_not_in(own.iter().copied()));
            all.add(mine(None)).add(outcomes(others))
        }
        _ => all
            .add(mine(Some(Partner::Approves.eq(true).and(Partner::ClosedAt.is_null()))))
            .add(outcomes(Outcome::Status.eq(OutcomeStatus::Validated)))
            .add(outcomes(Outcome::Status.eq(OutcomeStatus::Recorded)).not()),
    }
}

/// Whether there is such a row below the project.
fn below_project<E: EntityTrait>(project: E::Column, which: SimpleExpr) -> SimpleExpr {
    let here = Expr::col((E::default(), project)).equals((project::Entity, project::Column::Id));
    let rows = E::find().select_only().column(project).filter(here).filter(which);
    Expr::exists(rows.into_query())
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
