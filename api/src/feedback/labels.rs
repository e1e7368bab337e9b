//! From what is on record to one label for each pair.
//!
//! A record says one thing of its pair, by its last act that speaks about fit:
//!
//! | grade | act | said by |
//! |---|---|---|
//! | 3 | `AGREED` | an agreement that all parties have signed, unless it only prepares a deal |
//! | 2 | `ACCEPTED` | an interest that its receiver accepted |
//! | 1 | `INTERESTED` | an interest that was sent, and not withdrawn before it was accepted |
//! | 1 | `SHORTLISTED` | a match that an intermediary took up, also while it waits |
//! | 0 | `REFUSED` | an interest that ended for a reason of [`DO_NOT_FIT`] |
//! | 0 | `DISMISSED` | a match that was dismissed for a reason of [`DO_NOT_FIT`] |
//!
//! Of several records of a pair the last act counts: an interest in what was dismissed before makes
//! it relevant, a dismissal after an interest takes that back. A signed contract stays whatever
//! is said besides.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    AgreementStatus, Codes, ConsentPurpose, DeclineReason, FeedbackAct, InterestStatus,
    MatchStatus, NeedId, OfferId, OrganizationId, agreement, consent, interest, match_, need,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    db::Db,
    error::Result,
    policy::{PRELIMINARY, given_pairs},
};

/// How many ids are asked for by one statement.
pub(super) const MOST_IDS: usize = 10_000;

/// The reasons that say that a need and an offer do not fit.
pub(super) const DO_NOT_FIT: &[DeclineReason] = &[
    // The technology is not as ready as the need asks for: readiness is part of the score.
    DeclineReason::EarlyStage,
    // It does not do what is needed.
    DeclineReason::TechnicalObjection,
    // It is about something else.
    DeclineReason::OutOfScope,
];

/// The reasons that leave open whether they do, and so make no label.
#[cfg(test)]
const SAY_NOTHING_OF_FIT: &[DeclineReason] = &[
    // A doubt, of which nobody knows whether the technology or its description is to blame.
    DeclineReason::UnclearBenefit,
    // About the market behind the need, not about the need.
    DeclineReason::UnclearRouteToMarket,
    // About the text: a better one may fit.
    DeclineReason::InsufficientDescription,
    // It may fit as well as what is there.
    DeclineReason::AlreadyHaveSolution,
    // About the company's means now.
    DeclineReason::NoBudget,
    // About the company; how well it takes up technology is in no score.
    DeclineReason::InsufficientAssimilationCapacity,
    // About rights and terms.
    DeclineReason::IpNotAvailable,
    DeclineReason::TermsNotAgreed,
    // About people.
    DeclineReason::NoResponse,
    DeclineReason::ConflictOfInterest,
    // Not said.
    DeclineReason::Other,
];

/// What was decided last about a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) need: NeedId,
    pub(super) offer: OfferId,
    pub(super) act: FeedbackAct,
    /// Why the two do not fit.
    pub(super) reason: Option<DeclineReason>,
    pub(super) at: DateTime<Utc>,
}

/// How relevant an act makes an offer to a need, 0 to 3.
pub(super) fn grade(act: FeedbackAct) -> u8 {
    match act {
        FeedbackAct::Agreed => 3,
        FeedbackAct::Accepted => 2,
        FeedbackAct::Interested | FeedbackAct::Shortlisted => 1,
        FeedbackAct::Refused | FeedbackAct::Dismissed => 0,
    }
}

/// The labels of all pairs of which both sides let them be used, one for each pair.
///
/// # Errors
/// When the database is away.
pub(super) async fn labels(db: &Db, now: DateTime<Utc>) -> Result<Vec<Label>> {
    let mut said = of_matches(db, now).await?;
    said.extend(of_interests(db, now).await?);
    said.extend(of_agreements(db, now).await?);
    let labels = last(said);
    let unwilling = unwilling(db, now, &labels).await?;
    Ok(labels.into_iter().filter(|label| !unwilling.contains(&label.need)).collect())
}

/// Of all that was said, what counts for each pair.
fn last(said: Vec<Label>) -> Vec<Label> {
    let weight = |label: &Label| {
        // In one moment the stronger one, so that it is always the same.
        (label.act == FeedbackAct::Agreed, label.at, grade(label.act))
    };
    let mut labels: BTreeMap<_, Label> = BTreeMap::new();
    for label in said {
        let known = labels.entry((label.need.0, label.offer.0)).or_insert(label);
        if weight(&label) > weight(known) {
            *known = label;
        }
    }
    labels.into_values().collect()
}

async fn of_matches(db: &Db, now: DateTime<Utc>) -> Result<Vec<Label>> {
    use match_::{Column, Entity};
    type Row = (NeedId, OfferId, MatchStatus, Option<DateTime<Utc>>, Option<DeclineReason>);
    let decided = [MatchStatus::Shortlisted, MatchStatus::Stale, MatchStatus::Dismissed];
    let rows: Vec<Row> = Entity::find()
        .select_only()
        .columns([Column::NeedId, Column::OfferId, Column::Status])
        .columns([Column::DecidedAt, Column::DismissedReason])
        .filter(Column::Status.is_in(decided))
        .filter(Column::DecidedAt.is_not_null())
        .filter(given_pairs(now, Entity, (Column::NeedId, Column::OfferId)))
        .into_tuple()
        .all(db.fresh())
        .await?;
    let label = |(need, offer, status, at, reason): Row| {
        let (act, reason) = match status {
            MatchStatus::Dismissed => (FeedbackAct::Dismissed, Some(speaks_of_fit(reason)?)),
            _ => (FeedbackAct::Shortlisted, None),
        };
        Some(Label { need, offer, act, reason, at: at? })
    };
    Ok(rows.into_iter().filter_map(label).collect())
}

fn speaks_of_fit(reason: Option<DeclineReason>) -> Option<DeclineReason> {
    reason.filter(|reason| DO_NOT_FIT.contains(reason))
}

/// When an interest was sent, accepted and ended, and why.
#[derive(Clone, Copy)]
struct Course {
    status: InterestStatus,
    submitted: DateTime<Utc>,
    accepted: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
    reason: Option<DeclineReason>,
}

impl Course {
    fn says(self) -> Option<(FeedbackAct, Option<DeclineReason>, DateTime<Utc>)> {
        use InterestStatus::{ClosedNoDeal, Declined, Rejected, Withdrawn};
        let refused = matches!(self.status, Rejected | Declined | ClosedNoDeal);
        let reason = speaks_of_fit(self.reason).filter(|_| refused);
        match (reason.zip(self.ended), self.accepted) {
            (Some((reason, at)), _) => Some((FeedbackAct::Refused, Some(reason), at)),
            (None, Some(at)) => Some((FeedbackAct::Accepted, None, at)),
            // Its sender took it back before anybody agreed.
            (None, None) if self.status == Withdrawn => None,
            (None, None) => Some((FeedbackAct::Interested, None, self.submitted)),
        }
    }
}

async fn of_interests(db: &Db, now: DateTime<Utc>) -> Result<Vec<Label>> {
    use interest::{Column, Entity};
    type Time = Option<DateTime<Utc>>;
    type Row = (NeedId, OfferId, InterestStatus, Time, Time, Time, Option<DeclineReason>);
    let rows: Vec<Row> = Entity::find()
        .select_only()
        .columns([Column::NeedId, Column::OfferId, Column::Status])
        .columns([Column::SubmittedAt, Column::AcceptedAt, Column::EndedAt, Column::DeclineReason])
        .filter(Column::SubmittedAt.is_not_null())
        .filter(given_pairs(now, Entity, (Column::NeedId, Column::OfferId)))
        .into_tuple()
        .all(db.fresh())
        .await?;
    let label = |(need, offer, status, submitted, accepted, ended, reason): Row| {
        let course = Course { status, submitted: submitted?, accepted, ended, reason };
        let (act, reason, at) = course.says()?;
        Some(Label { need, offer, act, reason, at })
    };
    Ok(rows.into_iter().filter_map(label).collect())
}

async fn of_agreements(db: &Db, now: DateTime<Utc>) -> Result<Vec<Label>> {
    use agreement::{Column, Entity};
    type Row = (NeedId, OfferId, DateTime<Utc>);
    let rows: Vec<Row> = Entity::find()
        .select_only()
        .columns([Column::NeedId, Column::OfferId, Column::SignedAt])
        .filter(Column::SignedAt.is_not_null())
        // Given up before it came into force; what ended later was in force.
        .filter(Column::Status.ne(AgreementStatus::Cancelled))
        // To keep a secret or to try something out is no deal: the interest says how far it came.
        .filter(Column::Kind.is_not_in(PRELIMINARY.iter().copied()))
        .filter(given_pairs(now, Entity, (Column::NeedId, Column::OfferId)))
        .into_tuple()
        .all(db.fresh())
        .await?;
    let label = |(need, offer, at)| {
        let act = FeedbackAct::Agreed;
        Label { need, offer, act, reason: None, at }
    };
    Ok(rows.into_iter().map(label).collect())
}

/// The needs of several companies that one of them does not let be used.
async fn unwilling(db: &Db, now: DateTime<Utc>, labels: &[Label]) -> Result<HashSet<NeedId>> {
    let needs: HashSet<NeedId> = labels.iter().map(|label| label.need).collect();
    let needs: Vec<NeedId> = needs.into_iter().collect();
    let mut shared: Vec<(NeedId, Vec<OrganizationId>)> = Vec::new();
    for some in needs.chunks(MOST_IDS) {
        let rows: Vec<(NeedId, Codes)> = need::Entity::find()
            .select_only()
            .columns([need::Column::Id, need::Column::SharedBy])
            .filter(need::Column::Id.is_in(some.iter().copied()))
            .into_tuple()
            .all(db.fresh())
            .await?;
        let rows = rows.into_iter().filter(|(_, companies)| !companies.0.is_empty());
        shared.extend(rows.map(|(need, companies)| (need, companies.parsed())));
    }
    if shared.is_empty() {
        return Ok(HashSet::new());
    }
    let companies: HashSet<_> = shared.iter().flat_map(|(_, all)| all).copied().collect();
    let companies: Vec<_> = companies.into_iter().collect();
    let mut willing = HashSet::new();
    for some in companies.chunks(MOST_IDS) {
        let lets = Condition::all()
            .add(consent::Column::OrganizationId.is_in(some.iter().copied()))
            .add(consent::Column::Purpose.eq(ConsentPurpose::MatchFeedback))
            .add(consent::in_force(now));
        let rows = consent::Entity::find()
            .select_only()
            .column(consent::Column::OrganizationId)
            .filter(lets)
            .into_tuple::<OrganizationId>()
            .all(db.fresh())
            .await?;
        willing.extend(rows);
    }
    let unwilling = shared.into_iter().filter(|(_, all)| !all.iter().all(|c| willing.contains(c)));
    Ok(unwilling.map(|(need, _)| need).collect())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use sea_orm::Iterable;

    use super::*;

    #[test]
    fn every_reason_says_something_or_nothing_of_fit() {
        for reason in DeclineReason::iter() {
            let known = DO_NOT_FIT.iter().chain(SAY_NOTHING_OF_FIT);
            assert_eq!(known.filter(|known| **known == reason).count(), 1, "{reason:?}");
        }
    }

    #[test]
    fn the_last_act_counts_and_a_contract_stays() {
        use FeedbackAct::{Accepted, Agreed, Dismissed, Interested, Refused, Shortlisted};
        let now = DateTime::UNIX_EPOCH;
        let (need, offer) = (NeedId::new(now), OfferId::new(now));
        let said = |act, hours| Label {
            need,
            offer,
            act,
            reason: None,
            at: now + TimeDelta::hours(hours),
        };
        for (acts, counts) in [
            (&[(Dismissed, 1), (Interested, 2)][..], Interested),
            (&[(Interested, 2), (Dismissed, 1)], Interested),
            (&[(Interested, 1), (Dismissed, 2)], Dismissed),
            (&[(Accepted, 1), (Refused, 2)], Refused),
            (&[(Agreed, 1), (Refused, 2), (Shortlisted, 3)], Agreed),
            (&[(Shortlisted, 1), (Accepted, 1)], Accepted),
        ] {
            let labels = last(acts.iter().map(|&(act, hours)| said(act, hours)).collect());
            assert_eq!(labels.len(), 1);
            assert_eq!(labels[0].act, counts, "{acts:?}");
        }
    }

    #[test]
    fn an_interest_says_how_far_it_came() {
        use FeedbackAct::{Accepted, Interested, Refused};
        use InterestStatus::{ClosedNoDeal, Declined, Evaluation, Lapsed, Rejected, Withdrawn};
        let now = DateTime::UNIX_EPOCH;
        for (status, is_accepted, reason, says) in [
            (InterestStatus::Submitted, false, None, Some(Interested)),
            (Evaluation, true, None, Some(Accepted)),
            (Rejected, false, Some(DeclineReason::OutOfScope), Some(Refused)),
            (Declined, false, Some(DeclineReason::NoBudget), Some(Interested)),
            (ClosedNoDeal, true, Some(DeclineReason::TermsNotAgreed), Some(Accepted)),
            (ClosedNoDeal, true, Some(DeclineReason::TechnicalObjection), Some(Refused)),
            (Withdrawn, false, None, None),
            (Withdrawn, true, None, Some(Accepted)),
            (Lapsed, false, Some(DeclineReason::NoResponse), Some(Interested)),
        ] {
            let (accepted, ended) = (is_accepted.then_some(now), Some(now));
            let course = Course { status, submitted: now, accepted, ended, reason };
            assert_eq!(course.says().map(|(act, ..)| act), says, "{status:?} {reason:?}");
        }
    }
}
