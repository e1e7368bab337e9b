//! The life of an expression of interest: each verb with its guards, the same for
//! the API and for what the service does by itself.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Utc};
use entity::{
    Codes, ConsentPurpose, DeclineReason, InterestDirection, InterestId, InterestStatus, Localized,
    MatchStatus, NeedId, NeedStatus, OfferId, OfferStatus, OrganizationId, OrganizationKind,
    RequirementAnswers, interest, interest::Column, match_, need, offer, organization, ott_profile,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait,
};

use super::input::{InterestInput, check_complete, texts};
use crate::{
    calendar::{after_working_days, working_days_until},
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{self, Living, Verb, Why, check_not_over, names_of, step},
    matches,
    organizations::{consented, standing},
    policy::{
        InterestAction, MatchAction, NEEDS_ENDED, OFFERS_ENDED, PENDING_INTERESTS, Parties,
        Resource, Sides,
    },
    work::Work,
};

/// Within how many working days whoever's turn it is should act.
const RESPOND_IN: u32 = 10;
/// After how many working days those above are told that nobody took it over.
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
            Self::Evaluate => Event::InterestUnderEvaluation { interest },
            Self::Negotiate => Event::InterestInNegotiation { interest },
            Self::Close => Event::InterestClosed { interest },
            Self::Withdraw => Event::InterestWithdrawn { interest },
            Self::Rate => Event::InterestRated { interest },
            Self::Escalate => Event::InterestEscalated { interest },
            Self::Lapse => Event::InterestLapsed { interest },
            Self::Cancel => Event::InterestCancelled { interest },
        }
    }
}

/// Who is interested in what.
pub(crate) struct Between {
    pub(crate) direction: InterestDirection,
    pub(crate) from: OrganizationId,
    pub(crate) chamber: Option<OrganizationId>,
    pub(crate) need: Option<NeedId>,
    pub(crate) offer: Option<OfferId>,
}

/// Writes an expression of interest down.
pub(crate) async fn draft(
    work: &mut Work,
    labels: &Labels,
    pending: u32,
    between: Between,
    input: InterestInput,
) -> Result<interest::Model> {
    if work.viewer().person.is_none() && !work.viewer().system {
        return Err(Error::Unauthenticated);
    }
    let sender = organization::Entity::find_by_id(between.from).one(work.tx()).await?;
    let sender = sender.ok_or_else(|| not_found("input.from"))?;
    // The need first, always: two that keep both wait for each other in one order.
    let need = kept(work.keep::<need::Entity>(between.need.unwrap_or_default()).await?, work);
    let offer = kept(work.keep::<offer::Entity>(between.offer.unwrap_or_default()).await?, work);
    let (parties, problem) = match between.direction {
        InterestDirection::NeedToOffer => of_company(work, &sender, &between, need, offer).await?,
        InterestDirection::OfferToNeed => of_office(&sender, &between, need, offer)?,
    };
    let now = work.now;
    let mut row = interest::Model {
        created_by: work.viewer().person,
        direction: between.direction,
        need_id: between.need,
        offer_id: between.offer,
        company_id: parties.company,
        chamber_id: parties.chamber,
        region_id: parties.region,
        delegation_id: parties.delegation,
        ott_id: parties.ott,
        ..blank(now)
    };
    let allowed = work.allow_new(InterestAction::Draft, row.clone())?;
    if let Some(problem) = problem {
        return Err(problem);
    }
    check_open(work, &row).await?;
    // What others of the company have under way, a chamber learns that represents it.
    if is_represented(work, &row).await? {
        check_room(work, &row, pending).await?;
    }
    check_unmasking(work, &row, input.anonymous == Some(false))?;
    let by_company = Sides::of(work.viewer(), &(&row).into()).meet(Sides::COMPANY);
    row.anonymous = row.direction == InterestDirection::NeedToOffer && !by_company;
    let mut checks = Checks::new("input.", labels);
    input.write(&mut row, &mut checks);
    checks.done()?;
    row.folio = work.folio("INT").await?;
    let row = work.insert(allowed.with(|held| *held = row)).await?;
    work.history(row.id.to_string(), None, row.status.to_value(), (None, None)).await?;
    work.record(Event::InterestDrafted { interest: row.id });
    Ok(row)
}

/// A record, if the viewer may know of it.
fn kept<R: Resource>(row: Option<R>, work: &Work) -> Option<R> {
    row.filter(|row| row.level(work.viewer()).is_some())
}

fn not_found(field: &str) -> Error {
    Error::field(field, UserErrorCode::NotFound, "no existe / does not exist")
}

fn required(field: &str) -> Error {
    Error::field(field, UserErrorCode::Required, "es obligatorio / is required")
}

/// The parties of a company's interest in an offer, and what is wrong besides: it is told to
/// those alone who may write for the company.
async fn of_company(
    work: &Work,
    company: &organization::Model,
    between: &Between,
    need: Option<need::Model>,
    offer: Option<offer::Model>,
) -> Result<(Parties, Option<Error>)> {
    if between.offer.is_none() {
        return Err(required("input.offer"));
    }
    let offer = offer.ok_or_else(|| not_found("input.offer"))?;
    let (affiliation, ambiguous) = standing(work, company.id, between.chamber).await?;
    let mut parties = Parties {
        company: company.id,
        chamber: between.chamber.unwrap_or_default(),
        region: None,
        delegation: None,
        ott: offer.ott_id,
    };
    let mut problem = None;
    match &affiliation {
        Some(affiliation) => {
            parties.chamber = affiliation.chamber_id;
            (parties.region, parties.delegation) =
                (affiliation.region_id, affiliation.delegation_id);
        }
        None => {
            problem = Some(Error::field(
                "input.from",
                UserErrorCode::IllegalState,
                "no tiene afiliación vigente a la cámara / has no active affiliation to the chamber",
            ));
        }
    }
    if ambiguous {
        problem = Some(Error::field(
            "input.chamber",
            UserErrorCode::Required,
            "la empresa pertenece a varias cámaras / the company belongs to several chambers",
        ));
    }
    let own = |need: &need::Model| {
        need.company_id == parties.company
            && need.chamber_id == parties.chamber
            && need.status == NeedStatus::Published
    };
    if between.need.is_some() && !need.as_ref().is_some_and(own) {
        problem = problem.or_else(|| Some(not_found("input.need")));
    }
    Ok((parties, problem))
}

/// The parties of an office's interest in a need, and what is wrong besides.
fn of_office(
    office: &organization::Model,
    between: &Between,
    need: Option<need::Model>,
    offer: Option<offer::Model>,
) -> Result<(Parties, Option<Error>)> {
    if between.need.is_none() {
        return Err(required("input.need"));
    }
    let need = need.ok_or_else(|| not_found("input.need"))?;
    let parties = Parties {
        company: need.company_id,
        chamber: need.chamber_id,
        region: need.region_id,
        delegation: need.delegation_id,
        ott: office.id,
    };
    let mut problem = None;
    if !matches!(
        office.kind,
        OrganizationKind::TechnologyTransferOffice | OrganizationKind::Startup
    ) {
        problem = Some(Error::field(
            "input.from",
            UserErrorCode::Invalid,
            "no es una OTT ni un emprendimiento / is neither a transfer office nor a start-up",
        ));
    }
    let own =
        |offer: &offer::Model| offer.ott_id == office.id && offer.status == OfferStatus::Published;
    if between.offer.is_some() && !offer.as_ref().is_some_and(own) {
        problem = problem.or_else(|| Some(not_found("input.offer")));
    }
    Ok((parties, problem))
}

/// An expression of interest that says nothing yet.
fn blank(now: DateTime<Utc>) -> interest::Model {
    interest::Model {
        id: InterestId::new(now),
        folio: String::new(),
        version: 1,
        status: InterestStatus::Draft,
        created_at: now,
        created_by: None,
        updated_at: now,
        direction: InterestDirection::NeedToOffer,
        need_id: None,
        offer_id: None,
        company_id: OrganizationId::default(),
        chamber_id: OrganizationId::default(),
        region_id: None,
        delegation_id: None,
        ott_id: OrganizationId::default(),
        anonymous: false,
        cooperation_sought: None,
        contribution: None,
        questions: None,
        requirement_answers: RequirementAnswers::default(),
        partnership_types: Codes::default(),
        submitted_at: None,
        answer_due_at: None,
        answered_at: None,
        answer_days: None,
        answered_in_time: None,
        respond_by: None,
        days_left: None,
        escalates_at: None,
        escalated_at: None,
        lapses_at: None,
        forwarded_at: None,
        accepted_at: None,
        ended_at: None,
        decline_reason: None,
        evaluation: None,
        company_rating: None,
        office_rating: None,
    }
}

/// What it is about must be open for interest, now.
async fn check_open(work: &Work, row: &interest::Model) -> Result<()> {
    let (field, open, ends) = match row.direction {
        InterestDirection::NeedToOffer => {
            let offer = work.keep::<offer::Entity>(row.offer_id.unwrap_or_default()).await?;
            let offer = offer.ok_or_else(|| not_found("input.offer"))?;
            let open = offer.status == OfferStatus::Published && offer.open_for_interest;
            ("input.offer", open, offer.expires_at)
        }
        InterestDirection::OfferToNeed => {
            let need = work.keep::<need::Entity>(row.need_id.unwrap_or_default()).await?;
            let need = need.ok_or_else(|| not_found("input.need"))?;
            let open = need.status == NeedStatus::Published && need.open_for_interest;
            ("input.need", open, need.expires_at)
        }
    };
    if !open {
        return Err(Error::field(
            field,
            UserErrorCode::IllegalState,
            "no está abierta a expresiones de interés / is not open for interest",
        ));
    }
    check_not_over(ends, work.now)
}

/// The sender's own record that goes with it is still on offer.
async fn check_attached(work: &Work, row: &interest::Model) -> Result<()> {
    let (field, there) = match (row.direction, row.need_id, row.offer_id) {
        (InterestDirection::NeedToOffer, Some(need), _) => {
            let need = need::Entity::find_by_id(need).one(work.tx()).await?;
            ("interest.need", need.is_some_and(|need| need.status == NeedStatus::Published))
        }
        (InterestDirection::OfferToNeed, _, Some(offer)) => {
            let offer = offer::Entity::find_by_id(offer).one(work.tx()).await?;
            ("interest.offer", offer.is_some_and(|offer| offer.status == OfferStatus::Published))
        }
        _ => return Ok(()),
    };
    if there {
        return Ok(());
    }
    Err(Error::field(
        field,
        UserErrorCode::IllegalState,
        "ya no está publicada / is not published any more",
    ))
}

/// How many of its sender's wait for an answer, and whether one in the same thing goes on
/// already. The sender is held, so that of two at once the second counts the first.
async fn check_room(work: &Work, row: &interest::Model, pending: u32) -> Result<()> {
    let sender = InterestAction::sender(row);
    work.keep::<organization::Entity>(sender).await?;
    let column = match row.direction {
        InterestDirection::NeedToOffer => Column::CompanyId,
        InterestDirection::OfferToNeed => Column::OttId,
    };
    let sent = interest::Entity::find()
        .filter(Column::Direction.eq(row.direction))
        .filter(column.eq(sender))
        .filter(Column::Id.ne(row.id));
    let target = match row.direction {
        InterestDirection::NeedToOffer => Column::OfferId.eq(row.offer_id),
        InterestDirection::OfferToNeed => Column::NeedId.eq(row.need_id),
    };
    let over = [
        InterestStatus::Draft,
        InterestStatus::Rejected,
        InterestStatus::Declined,
        InterestStatus::Agreed,
        InterestStatus::ClosedNoDeal,
        InterestStatus::Withdrawn,
        InterestStatus::Lapsed,
    ];
    let same = sent.clone().filter(target).filter(Column::Status.is_not_in(over));
    if same.count(work.tx()).await? > 0 {
        return Err(Error::refused(
            UserErrorCode::Duplicate,
            "ya hay una en curso por lo mismo / one in the same thing is under way already",
        ));
    }
    let waiting = sent.filter(Column::Status.is_in(PENDING_INTERESTS.iter().copied()));
    if waiting.count(work.tx()).await? >= u64::from(pending) {
        return Err(Error::refused(
            UserErrorCode::LimitReached,
            format!(
                "ya esperan respuesta {pending} de la organización / {pending} of the organization wait for an answer already"
            ),
        ));
    }
    Ok(())
}

/// Changes the text of a draft.
pub(crate) async fn revise(
    work: &mut Work,
    labels: &Labels,
    id: InterestId,
    expected_version: i32,
    input: InterestInput,
) -> Result<interest::Model> {
    let unmasks = input.anonymous == Some(false);
    let row = step(work, id, Some(expected_version), InterestAction::Revise, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        input.write(row, &mut checks);
        checks.done()
    })
    .await?;
    check_unmasking(work, &row, unmasks)?;
    Ok(row)
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
    check_open(work, &row).await?;
    check_attached(work, &row).await?;
    check_room(work, &row, pending).await?;
    check_blind(work, &row, texts(&row)).await?;
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

/// A company sends by itself to offices that take that.
async fn check_sender(work: &Work, row: &interest::Model) -> Result<()> {
    check_represented(work, row).await?;
    let sides = Sides::of(work.viewer(), &row.into());
    if row.direction == InterestDirection::OfferToNeed
        || !sides.meet(Sides::COMPANY)
        || sides.meet(Sides::CHAMBER)
    {
        return Ok(());
    }
    let profile = ott_profile::Entity::find_by_id(row.ott_id).one(work.tx()).await?;
    if profile.is_some_and(|profile| !profile.accepts_direct_interest) {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "la oficina sólo recibe expresiones de interés por medio de la cámara / the office takes expressions of interest from the chamber alone",
        ));
    }
    Ok(())
}

/// A chamber acts for a company that lets it represent it.
async fn check_represented(work: &Work, row: &interest::Model) -> Result<()> {
    if is_represented(work, row).await? {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::ConsentMissing,
        "la empresa no ha consentido que su cámara la represente / the company does not let its chamber represent it",
    ))
}

async fn is_represented(work: &Work, row: &interest::Model) -> Result<bool> {
    let sides = Sides::of(work.viewer(), &row.into());
    if row.direction == InterestDirection::OfferToNeed
        || work.viewer().system
        || sides.meet(Sides::COMPANY)
    {
        return Ok(true);
    }
    consented(work, row.company_id, &[ConsentPurpose::Representation]).await
}

/// The company alone decides that the other side may learn who it is before it accepts.
fn check_unmasking(work: &Work, row: &interest::Model, unmasks: bool) -> Result<()> {
    let sides = Sides::of(work.viewer(), &row.into());
    let company = work.viewer().system || sides.meet(Sides::COMPANY);
    if row.direction == InterestDirection::OfferToNeed || company || !unmasks {
        return Ok(());
    }
    Err(Error::field(
        "input.anonymous",
        UserErrorCode::ConsentMissing,
        "sólo la empresa decide darse a conocer / the company alone decides to be known",
    ))
}

/// Texts that the other side reads before it knows who wrote them name nobody and lead nowhere.
pub(super) async fn check_blind<'a>(
    work: &Work,
    row: &interest::Model,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    let mut parties = vec![row.company_id];
    if let Some(need) = row.need_id {
        let need = need::Entity::find_by_id(need).one(work.tx()).await?;
        parties.extend(need.iter().flat_map(|need| need.shared_by.parsed::<OrganizationId>()));
    }
    let mut inventors = Vec::new();
    if row.direction == InterestDirection::OfferToNeed {
        parties.push(row.ott_id);
        let office = organization::Entity::find_by_id(row.ott_id).one(work.tx()).await?;
        parties.extend(office.and_then(|office| office.parent_id));
        let profile = ott_profile::Entity::find_by_id(row.ott_id).one(work.tx()).await?;
        parties.extend(profile.and_then(|profile| profile.host_institution_id));
        if let Some(offer) = row.offer_id {
            let offer = offer::Entity::find_by_id(offer).one(work.tx()).await?;
            inventors = offer.map(|offer| offer.inventors.0).unwrap_or_default();
        }
    }
    let mut names = names_of(work, parties).await?;
    names.extend(inventors.iter().filter_map(|name| crate::blind::comparable(name)));
    lifecycle::check_blind(texts, &names)
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

/// Begins to look into it together, or goes on to talk about terms.
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
    let not_due = || Err(Error::refused(UserErrorCode::IllegalState, "not due"));
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
                return not_due();
            }
            row.escalates_at = None;
            row.escalated_at = Some(now);
            return Ok(());
        }
        if action == InterestAction::Lapse && !past(row.lapses_at) {
            return not_due();
        }
        row.ended_at = Some(now);
        row.decline_reason = reason;
        stop(row);
        Ok(())
    })
    .await
    .map(drop)
}
