//! The life of an expression of interest once it is written: each verb with its guards,
//! the same for the API and for what the service does by itself.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Utc};
use entity::{
    DeclineReason, Eligibility, InterestDirection, InterestId, InterestStatus, Localized,
    MatchStatus, NeedId, interest, interest::Column, match_, need, offer,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
};

use super::{
    guards::{
        About, check_attached, check_blind, check_blind_about, check_open, check_represented,
        check_room, check_sender,
    },
    input::{check_complete, texts},
};
use crate::{
    agreements, assimilation,
    calendar::{after_working_days, working_days_until},
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{Living, Verb, Why, not_due, step},
    matches,
    policy::{
        InterestAction, MatchAction, NEEDS_ENDED, OFFERS_ENDED, PENDING_INTERESTS, Sides, speaker,
    },
    work::Work,
};

/// Within how many working days whoever's turn it is should act.
const RESPOND_IN: u32 = 10;
/// After how many working days it is marked, for those above, that nobody took it over.
const ESCALATE_AFTER: u32 = 5;
/// How many working days after that an unanswered one lapses.
const LAPSE_AFTER: u32 = 10;

impl Living for interest::Model {
    type Status = InterestStatus;

    fn record(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn status(&self) -> InterestStatus {
        self.status
    }

    fn advance(&mut self, status: Option<InterestStatus>, now: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = now;
        self.status = status.unwrap_or(self.status);
    }
}

impl Verb for InterestAction {
    fn possible_in(self) -> &'static [InterestStatus] {
        self.from()
    }

    fn leads_to(self) -> Option<InterestStatus> {
        self.to()
    }

    fn done(self, row: &interest::Model) -> Event {
        let interest = row.id;
        match self {
            Self::Draft => Event::InterestDrafted { interest },
            Self::Revise => Event::InterestRevised { interest },
            Self::Submit => Event::InterestSubmitted { interest },
            Self::TakeOver => Event::InterestTakenOver { interest },
            Self::RequestInformation => Event::InterestInformationRequested { interest },
            Self::ProvideInformation => Event::InterestInformationProvided { interest },
            Self::Reject => Event::InterestRejected { interest },
            Self::Forward => Event::InterestForwarded { interest },
            Self::Accept => Event::InterestAccepted { interest },
            Self::Decline => Event::InterestDeclined { interest },
            Self::RequestNda => Event::InterestNdaRequested { interest },
            Self::WaiveNda => Event::InterestNdaWaived { interest },
            Self::SealNda => Event::InterestNdaSigned { interest },
            Self::Agree => Event::InterestAgreed { interest },
            Self::Evaluate => Event::InterestUnderEvaluation { interest },
            Self::Negotiate => Event::InterestInNegotiation { interest },
            Self::Close => Event::InterestClosed { interest },
            Self::Withdraw => Event::InterestWithdrawn { interest },
            Self::OverrideEligibility => Event::InterestEligibilityOverridden { interest },
            Self::Rate => Event::InterestRated { interest },
            Self::Escalate => Event::InterestEscalated { interest },
            Self::Lapse => Event::InterestLapsed { interest },
            Self::Cancel => Event::InterestCancelled { interest },
        }
    }
}

/// Sends it to the intermediary of the other side.
pub(crate) async fn submit(
    work: &mut Work,
    labels: &Labels,
    pending: u32,
    id: InterestId,
    expected_version: i32,
) -> Result<interest::Model> {
    let now = work.now;
    let row = step(work, id, Some(expected_version), InterestAction::Submit, (None, None), |row| {
        let mut checks = Checks::new("interest.", labels);
        check_complete(row, &mut checks);
        checks.done()?;
        row.submitted_at = Some(now);
        row.answer_due_at = Some(after_working_days(labels, now, RESPOND_IN));
        wait(row, labels, now, RESPOND_IN);
        row.escalates_at = Some(after_working_days(labels, now, ESCALATE_AFTER));
        Ok(())
    })
    .await?;
    check_sender(work, &row).await?;
    let about = About::keep(work, row.need_id, row.offer_id).await?;
    check_open(work, &row, &about)?;
    check_attached(&row, &about)?;
    check_room(work, &row, pending).await?;
    check_blind_about(work, &row, &about, texts(&row)).await?;
    if row.direction == InterestDirection::NeedToOffer {
        convert(work, &row).await?;
    }
    Ok(row)
}

/// The match of the two becomes this interest, if there is one. It tells the owner of a need
/// which office is interested, so it waits until they may know.
async fn convert(work: &mut Work, row: &interest::Model) -> Result<()> {
    if let (Some(need), Some(offer)) = (row.need_id, row.offer_id) {
        let found = match_::Entity::find()
            .filter(match_::Column::NeedId.eq(need))
            .filter(match_::Column::OfferId.eq(offer))
            .filter(
                match_::Column::Status.is_in([MatchStatus::Suggested, MatchStatus::Shortlisted]),
            )
            .lock_exclusive()
            .one(work.tx())
            .await?;
        if let Some(found) = found {
            matches::life::decide(work, found.id, None, MatchAction::Convert, (None, None)).await?;
        }
    }
    Ok(())
}

/// Starts the clock: so many working days to act, and then some until it lapses.
fn wait(row: &mut interest::Model, labels: &Labels, now: DateTime<Utc>, days: u32) {
    row.respond_by = Some(after_working_days(labels, now, days));
    row.lapses_at = Some(after_working_days(labels, now, days + LAPSE_AFTER));
    row.escalates_at = None;
    row.days_left = None;
}

/// Stops the clock for good.
fn stop(row: &mut interest::Model) {
    (row.respond_by, row.lapses_at, row.escalates_at, row.days_left) = (None, None, None, None);
}

/// Takes it over for triage: the intermediary's first answer.
pub(crate) async fn take_over(
    work: &mut Work,
    id: InterestId,
    expected_version: i32,
) -> Result<interest::Model> {
    let now = work.now;
    step(work, id, Some(expected_version), InterestAction::TakeOver, (None, None), |row| {
        row.escalates_at = None;
        if row.answered_at.is_none() {
            let since = row.submitted_at.unwrap_or(now);
            row.answered_at = Some(now);
            row.answer_days = i32::try_from((now - since).num_days()).ok();
            row.answered_in_time = row.answer_due_at.map(|due| now <= due);
        }
        Ok(())
    })
    .await
}

/// Asks the sender for more: the clock stands still until the answer.
pub(crate) async fn request_information(
    work: &mut Work,
    labels: &Labels,
    id: InterestId,
    expected_version: i32,
    note: String,
) -> Result<interest::Model> {
    let (now, why) = (work.now, (None, Some(note.clone())));
    let action = InterestAction::RequestInformation;
    let row = step(work, id, Some(expected_version), action, why, |row| {
        let left = row.respond_by.map_or(0, |until| working_days_until(labels, now, until));
        stop(row);
        row.days_left = i32::try_from(left).ok();
        Ok(())
    })
    .await?;
    check_blind(work, &row, [note.as_str()]).await?;
    Ok(row)
}

/// Answers what the intermediary asked: the clock goes on where it stood.
pub(crate) async fn provide_information(
    work: &mut Work,
    labels: &Labels,
    id: InterestId,
    expected_version: i32,
    note: String,
) -> Result<interest::Model> {
    let (now, why) = (work.now, (None, Some(note.clone())));
    let action = InterestAction::ProvideInformation;
    let row = step(work, id, Some(expected_version), action, why, |row| {
        let left = row.days_left.and_then(|days| u32::try_from(days).ok()).unwrap_or_default();
        // Who was late before has one day more, not none.
        let left = left.max(1);
        wait(row, labels, now, left);
        row.escalates_at = Some(after_working_days(labels, now, left.min(ESCALATE_AFTER)));
        Ok(())
    })
    .await?;
    check_represented(work, &row).await?;
    check_blind(work, &row, [note.as_str()]).await?;
    Ok(row)
}

/// Hands it to the owner of the need or the offer, who has as long to decide.
pub(crate) async fn forward(
    work: &mut Work,
    labels: &Labels,
    id: InterestId,
    expected_version: i32,
) -> Result<interest::Model> {
    let now = work.now;
    let action = InterestAction::Forward;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        row.forwarded_at = Some(now);
        wait(row, labels, now, RESPOND_IN);
        Ok(())
    })
    .await?;
    if row.direction == InterestDirection::OfferToNeed && !row.anonymous {
        convert(work, &row).await?;
    }
    Ok(row)
}

/// Lets the two sides know each other.
pub(crate) async fn accept(
    work: &mut Work,
    id: InterestId,
    expected_version: i32,
) -> Result<interest::Model> {
    let now = work.now;
    let action = InterestAction::Accept;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        row.accepted_at = Some(now);
        stop(row);
        Ok(())
    })
    .await?;
    if row.direction == InterestDirection::OfferToNeed && row.anonymous {
        convert(work, &row).await?;
    }
    Ok(row)
}

/// Ends it with a reason: rejects, declines or closes it. Until the two sides know each
/// other, the words are blind.
pub(crate) async fn refuse(
    work: &mut Work,
    id: InterestId,
    expected_version: i32,
    action: InterestAction,
    reason: DeclineReason,
    note: String,
) -> Result<interest::Model> {
    let row = end(work, id, Some(expected_version), action, (Some(reason), Some(note.clone())));
    let row = row.await?;
    if action == InterestAction::Close && agreements::standing::binds(work, id).await? {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "hay un contrato vigente / there is a contract in force",
        ));
    }
    if row.accepted_at.is_none() {
        check_blind(work, &row, [note.as_str()]).await?;
    }
    Ok(row)
}

/// Takes it back.
pub(crate) async fn withdraw(
    work: &mut Work,
    id: InterestId,
    expected_version: i32,
    note: String,
) -> Result<interest::Model> {
    let why = (None, Some(note.clone()));
    let row = end(work, id, Some(expected_version), InterestAction::Withdraw, why).await?;
    if row.submitted_at.is_some() {
        check_represented(work, &row).await?;
    }
    check_blind(work, &row, [note.as_str()]).await?;
    Ok(row)
}

async fn end(
    work: &mut Work,
    id: InterestId,
    expected_version: Option<i32>,
    action: InterestAction,
    why: Why,
) -> Result<interest::Model> {
    let (now, reason) = (work.now, why.0);
    step(work, id, expected_version, action, why, |row| {
        row.ended_at = Some(now);
        row.decline_reason = reason;
        stop(row);
        Ok(())
    })
    .await
}

/// Begins to look into it together.
pub(crate) async fn evaluate(
    work: &mut Work,
    labels: &Labels,
    id: InterestId,
    expected_version: i32,
    evaluation: crate::scalars::LocalizedTextInput,
) -> Result<interest::Model> {
    step(work, id, Some(expected_version), InterestAction::Evaluate, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        let mut text = Localized::default();
        checks.required_text("evaluation", MaybeUndefined::Value(evaluation), 4_000, &mut text);
        checks.done()?;
        row.evaluation = Some(text);
        Ok(())
    })
    .await
}

/// Rates the other side, once, when it is over.
pub(crate) async fn rate(
    work: &mut Work,
    labels: &Labels,
    id: InterestId,
    expected_version: i32,
    rating: i32,
) -> Result<interest::Model> {
    let viewer = work.viewer().clone();
    step(work, id, Some(expected_version), InterestAction::Rate, (None, None), |row| {
        let as_company = InterestAction::rates_as_company(&viewer, row);
        if row.accepted_at.is_none() {
            return Err(Error::refused(
                UserErrorCode::IllegalState,
                "las partes no llegaron a conocerse / the two sides never met",
            ));
        }
        let rated = if as_company { &mut row.company_rating } else { &mut row.office_rating };
        if rated.is_some() {
            return Err(Error::refused(
                UserErrorCode::Duplicate,
                "ya está calificada / is rated already",
            ));
        }
        let mut checks = Checks::new("input.", labels);
        checks.number("rating", MaybeUndefined::Value(rating), 1..=5, rated);
        checks.done()
    })
    .await
}

/// Decides, in spite of the levels, whether the technology suits the company.
pub(crate) async fn override_eligibility(
    work: &mut Work,
    id: InterestId,
    expected_version: i32,
    eligibility: Eligibility,
    reason: String,
) -> Result<interest::Model> {
    let (now, person) = (work.now, work.viewer().person);
    let action = InterestAction::OverrideEligibility;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        row.eligibility_override = Some(eligibility);
        row.override_reason = Some(reason);
        (row.overridden_at, row.overridden_by) = (Some(now), person);
        Ok(())
    })
    .await?;
    let judged = match row.offer_id {
        Some(offer) => assimilation::is_judged(work, row.company_id, offer).await?,
        None => false,
    };
    if !judged {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "no hay respuesta de la que apartarse / there is no answer to decide against",
        ));
    }
    Ok(row)
}

/// Whether somebody has ever expressed interest in a need, and whether one was accepted.
pub(crate) async fn exist_for(work: &Work, need: NeedId) -> Result<(bool, bool)> {
    let sent = interest::Entity::find()
        .filter(Column::NeedId.eq(need))
        .filter(Column::Direction.eq(InterestDirection::OfferToNeed))
        .filter(Column::SubmittedAt.is_not_null());
    let accepted = sent.clone().filter(Column::AcceptedAt.is_not_null());
    Ok((sent.count(work.tx()).await? > 0, accepted.count(work.tx()).await? > 0))
}

/// Those about which something is due by itself.
pub(crate) fn due(now: DateTime<Utc>) -> [(Condition, InterestAction); 3] {
    let pending = || Condition::all().add(Column::Status.is_in(PENDING_INTERESTS.iter().copied()));
    let ended_needs = need::Entity::find()
        .select_only()
        .column(need::Column::Id)
        .filter(need::Column::Status.is_in(NEEDS_ENDED.iter().copied()))
        .into_query();
    let ended_offers = offer::Entity::find()
        .select_only()
        .column(offer::Column::Id)
        .filter(offer::Column::Status.is_in(OFFERS_ENDED.iter().copied()))
        .into_query();
    let is = |direction: InterestDirection| Column::Direction.eq(direction);
    let to_needs = Condition::all()
        .add(is(InterestDirection::OfferToNeed))
        .add(Column::NeedId.in_subquery(ended_needs));
    let to_offers = Condition::all()
        .add(is(InterestDirection::NeedToOffer))
        .add(Column::OfferId.in_subquery(ended_offers));
    [
        (pending().add(Condition::any().add(to_needs).add(to_offers)), InterestAction::Cancel),
        (
            Condition::all()
                .add(Column::Status.is_in(InterestAction::Lapse.from().iter().copied()))
                .add(Column::LapsesAt.lte(now)),
            InterestAction::Lapse,
        ),
        (
            Condition::all()
                .add(Column::Status.eq(InterestStatus::Submitted))
                .add(Column::EscalatesAt.lte(now)),
            InterestAction::Escalate,
        ),
    ]
}

/// Does what is due, if it still is.
pub(crate) async fn move_on(work: &mut Work, id: InterestId, action: InterestAction) -> Result<()> {
    let now = work.now;
    let past = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at <= now);
    let why = match action {
        InterestAction::Lapse => (Some(DeclineReason::NoResponse), None),
        InterestAction::Cancel => {
            let note = "terminó aquello a lo que responde / what it is about has ended";
            (Some(DeclineReason::Other), Some(note.to_owned()))
        }
        _ => (None, None),
    };
    let reason = why.0;
    step(work, id, None, action, why, |row| {
        if action == InterestAction::Escalate {
            if !past(row.escalates_at) {
                return Err(not_due());
            }
            row.escalates_at = None;
            row.escalated_at = Some(now);
            return Ok(());
        }
        if action == InterestAction::Lapse && !past(row.lapses_at) {
            return Err(not_due());
        }
        row.ended_at = Some(now);
        row.decline_reason = reason;
        stop(row);
        Ok(())
    })
    .await
    .map(drop)
}

/// Asks for a non-disclosure agreement before more is told.
pub(crate) async fn request_nda(
    work: &mut Work,
    id: InterestId,
    expected_version: i32,
) -> Result<interest::Model> {
    let viewer = work.viewer().clone();
    let action = InterestAction::RequestNda;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        row.nda_asked_by = speaker(Sides::of(&viewer, &(&*row).into()));
        Ok(())
    })
    .await?;
    if agreements::standing::is_confided(work, id).await? {
        return Err(Error::refused(
            UserErrorCode::Duplicate,
            "ya hay uno vigente / there is one in force already",
        ));
    }
    Ok(row)
}

/// Does without it: whoever asked for it alone.
pub(crate) async fn waive_nda(
    work: &mut Work,
    id: InterestId,
    expected_version: i32,
    note: String,
) -> Result<interest::Model> {
    let viewer = work.viewer().clone();
    let why = (None, Some(note));
    step(work, id, Some(expected_version), InterestAction::WaiveNda, why, |row| {
        let mine = speaker(Sides::of(&viewer, &(&*row).into()));
        if !viewer.system && row.nda_asked_by.is_some() && row.nda_asked_by != mine {
            return Err(Error::refused(
                UserErrorCode::IllegalState,
                "sólo quien lo pidió prescinde de él / whoever asked for it alone does without it",
            ));
        }
        row.nda_asked_by = None;
        Ok(())
    })
    .await
}
