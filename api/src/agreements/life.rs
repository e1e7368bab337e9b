//! The life of an agreement: each verb with its guards, the same for the API and for what
//! the service does by itself.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use entity::{
    AgreementId, AgreementPartyRole, AgreementStatus, AgreementType, CommitmentStatus, Commitments,
    InterestId, InterestStatus, Localized, NeedId, OfferId, OrganizationId, PersonId, agreement,
    agreement_party, confidant, interest, membership, offer,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
    Select,
};

use super::{
    draft::{next_due, parties_of, void},
    input::check_complete,
};
use crate::{
    calendar::{beginning_of, day_of, end_of},
    checks::Checks,
    codes::Labels,
    context::Service,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{Living, Verb, Why, check_four_eyes, check_not_over, step},
    offers,
    policy::{
        AgreementAction, IN_FORCE, InterestAction, NDAS, OfferAction, PRELIMINARY, SPEAKERS,
        signs_for, speaks_for, takes_offer,
    },
    scalars::LocalizedTextInput,
    work::Work,
};

/// The most people whom the parties to an agreement can name.
const MOST_CONFIDANTS: u64 = 100;

impl Living for agreement::Model {
    type Status = AgreementStatus;

    fn record(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn status(&self) -> AgreementStatus {
        self.status
    }

    fn advance(&mut self, status: Option<AgreementStatus>, now: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = now;
        self.status = status.unwrap_or(self.status);
        self.next_due_on = first_due(&self.commitments).filter(|_| self.ended_at.is_none());
    }
}

impl Verb for AgreementAction {
    fn possible_in(self) -> &'static [AgreementStatus] {
        self.from()
    }

    fn leads_to(self) -> Option<AgreementStatus> {
        self.to()
    }

    fn done(self, row: &agreement::Model) -> Event {
        let agreement = row.id;
        match self {
            Self::Draft => Event::AgreementDrafted { agreement },
            Self::Revise => Event::AgreementRevised { agreement },
            Self::Submit => Event::AgreementSubmitted { agreement },
            Self::Return => Event::AgreementReturned { agreement },
            Self::Share => Event::AgreementShared { agreement },
            Self::Approve => Event::AgreementApproved { agreement },
            Self::Conclude => Event::AgreementConcluded { agreement },
            Self::Reopen => Event::AgreementReopened { agreement },
            Self::Sign => Event::AgreementSigned { agreement },
            Self::Activate => Event::AgreementActivated { agreement },
            Self::Suspend => Event::AgreementSuspended { agreement },
            Self::Resume => Event::AgreementResumed { agreement },
            Self::Complete => Event::AgreementCompleted { agreement },
            Self::Terminate => Event::AgreementTerminated { agreement },
            Self::Cancel => Event::AgreementCancelled { agreement },
            Self::NameConfidant => Event::ConfidantNamed { agreement },
            Self::RemoveConfidant => Event::ConfidantRemoved { agreement },
            Self::StartCommitment => Event::CommitmentStarted { agreement },
            Self::KeepCommitment => Event::CommitmentKept { agreement },
            Self::DropCommitment => Event::CommitmentDropped { agreement },
            Self::Amend => Event::AgreementAmended { agreement },
            Self::Expire => Event::AgreementExpired { agreement },
        }
    }
}

/// Whether something is still to be done about a commitment.
pub(super) fn is_open(status: CommitmentStatus) -> bool {
    matches!(status, CommitmentStatus::Pending | CommitmentStatus::InProgress)
}

/// The day on which the next open commitment is due.
pub(super) fn first_due(made: &Commitments) -> Option<NaiveDate> {
    made.0.iter().filter(|made| is_open(made.status)).map(|made| made.due_on).min()
}

/// What has a last day ends with it.
fn check_time(row: &agreement::Model, now: DateTime<Utc>) -> Result<()> {
    check_not_over(row.expires_on.map(end_of), now)
}

/// Hands it to those who may bind the party that drafts it.
pub(crate) async fn submit(
    work: &mut Work,
    labels: &Labels,
    id: AgreementId,
    expected_version: i32,
) -> Result<agreement::Model> {
    let now = work.now;
    let action = AgreementAction::Submit;
    step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("agreement.", labels);
        check_complete(row, &mut checks);
        checks.done()?;
        check_time(row, now)
    })
    .await
}

/// Shows it to the other parties. What comes from an interest, comes at its time: a contract
/// when terms are talked about, anything before while the two sides deal with each other.
pub(crate) async fn share(
    work: &mut Work,
    id: AgreementId,
    expected_version: i32,
) -> Result<agreement::Model> {
    let now = work.now;
    let action = AgreementAction::Share;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        row.shared_at.get_or_insert(now);
        check_time(row, now)
    })
    .await?;
    check_four_eyes(work, id).await?;
    if let Some(interest) = row.interest_id {
        let interest = work.keep::<interest::Entity>(interest).await?;
        let status = interest.map(|interest| interest.status);
        let at_its_time = status.is_some_and(|status| {
            let preliminary = PRELIMINARY.contains(&row.kind) && IN_FORCE.contains(&status);
            preliminary || matches!(status, InterestStatus::Negotiation | InterestStatus::Agreed)
        });
        if !at_its_time {
            return Err(Error::refused(
                UserErrorCode::IllegalState,
                "la expresión de interés no está en negociación / the expression of interest is not in negotiation",
            ));
        }
    }
    Ok(row)
}

/// The parties as they are until the end of this work: whoever changes them holds the agreement.
async fn held_parties(work: &Work, id: AgreementId) -> Result<Vec<agreement_party::Model>> {
    work.keep::<agreement::Entity>(id).await?;
    parties_of(work, id).await
}

/// Nobody binds two parties to each other.
fn check_one_side(
    work: &Work,
    parties: &[agreement_party::Model],
    party: OrganizationId,
) -> Result<()> {
    let Some(person) = work.viewer().person else { return Ok(()) };
    let mut others = parties.iter().filter(|other| other.organization_id != party);
    if others.any(|other| [other.approved_by, other.signed_by].contains(&Some(person))) {
        return Err(Error::field(
            "input.party",
            UserErrorCode::FourEyes,
            "quien obliga a una parte no obliga a otra / whoever binds one party does not bind another",
        ));
    }
    Ok(())
}

/// The party for which the viewer approves or signs.
fn signing<'a>(
    work: &Work,
    parties: &'a [agreement_party::Model],
    party: OrganizationId,
) -> Result<&'a agreement_party::Model> {
    let found = parties.iter().find(|row| row.organization_id == party);
    found
        .filter(|row| signs_for(work.viewer(), row.organization_id))
        .ok_or_else(|| Error::no_such("input.party"))
}

fn twice(message: &str) -> Error {
    Error::field("input.party", UserErrorCode::Duplicate, message)
}

/// Says that a party agrees to the text, by somebody who did not write it. With the last
/// approval it is concluded.
pub(crate) async fn approve(
    work: &mut Work,
    labels: &Labels,
    id: AgreementId,
    expected_version: i32,
    party: OrganizationId,
) -> Result<agreement::Model> {
    let now = work.now;
    let action = AgreementAction::Approve;
    let parties = held_parties(work, id).await?;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("agreement.", labels);
        check_complete(row, &mut checks);
        checks.done()?;
        check_time(row, now)
    })
    .await?;
    check_four_eyes(work, id).await?;
    let own = signing(work, &parties, party)?;
    check_one_side(work, &parties, party)?;
    if own.approved_at.is_some() {
        return Err(twice("ya lo aprobó / has approved it already"));
    }
    let person = work.viewer().person;
    let allowed = work.viewer().allow(action, row.clone())?;
    work.update(allowed.part(own.clone())?, |party| {
        (party.approved_at, party.approved_by) = (Some(now), person);
    })
    .await?;
    let others = parties.iter().filter(|other| other.organization_id != party);
    if others.into_iter().all(|other| other.approved_at.is_some()) {
        return step(work, id, None, AgreementAction::Conclude, (None, None), |_| Ok(())).await;
    }
    Ok(row)
}

/// What all have signed is not undone by one of them: once in force, it can be terminated.
fn check_unsigned(row: &mut agreement::Model) -> Result<()> {
    if row.signed_at.is_none() {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::IllegalState,
        "todas las partes lo firmaron / all parties have signed it",
    ))
}

/// Talks about it again: what was approved and signed is void.
pub(crate) async fn reopen(
    work: &mut Work,
    id: AgreementId,
    expected_version: i32,
    note: String,
) -> Result<agreement::Model> {
    let action = AgreementAction::Reopen;
    let why = (None, Some(note));
    let row = step(work, id, Some(expected_version), action, why, check_unsigned).await?;
    void(work, action, &row).await?;
    Ok(row)
}

/// What a party signs.
pub(crate) struct Signature {
    pub(crate) party: OrganizationId,
    /// SHA-256 of the text, as whoever signs it read it.
    pub(crate) sha256: String,
    /// Whether the party lets the network know of the agreement.
    pub(crate) publishes: bool,
}

/// Signs it for a party, once. The service puts it into force when all have.
pub(crate) async fn sign(
    work: &mut Work,
    id: AgreementId,
    expected_version: i32,
    signature: Signature,
) -> Result<agreement::Model> {
    let now = work.now;
    let action = AgreementAction::Sign;
    let parties = held_parties(work, id).await?;
    let others = || parties.iter().filter(|other| other.organization_id != signature.party);
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        if !signature.sha256.eq_ignore_ascii_case(&row.sha256) {
            return Err(Error::field(
                "input.sha256",
                UserErrorCode::StaleObject,
                "no es el texto vigente / is not the present text",
            ));
        }
        check_time(row, now)?;
        if others().all(|other| other.signed_at.is_some()) {
            row.signed_at = Some(now);
            row.starts_at = Some(row.effective_on.map_or(now, |day| beginning_of(day).max(now)));
            row.ends_at = row.expires_on.map(end_of);
        }
        Ok(())
    })
    .await?;
    let own = signing(work, &parties, signature.party)?;
    check_one_side(work, &parties, signature.party)?;
    check_amended(work, &row).await?;
    if own.signed_at.is_some() {
        return Err(twice("ya lo firmó / has signed it already"));
    }
    let person = work.viewer().person;
    let allowed = work.viewer().allow(action, row.clone())?;
    work.update(allowed.part(own.clone())?, |party| {
        (party.signed_at, party.signed_by) = (Some(now), person);
        party.signed_sha256 = Some(row.sha256.clone());
        party.publishes = signature.publishes;
    })
    .await?;
    // Who signs for a party reads what the other discloses.
    if let Some(person) = person.filter(|_| is_told(&row, own)) {
        confide(work, action, &row, own.organization_id, person).await?;
    }
    Ok(row)
}

/// What changes an agreement is signed while that is in force.
async fn check_amended(work: &Work, row: &agreement::Model) -> Result<()> {
    let Some(amended) = row.amends_id else { return Ok(()) };
    let amended = work.keep::<agreement::Entity>(amended).await?;
    let goes_on = |amended: agreement::Model| {
        AgreementAction::Amend.from().contains(&amended.status)
            && amended
                .ends_at
                .is_none_or(|end| row.effective_on.map_or(work.now, beginning_of) < end)
    };
    if amended.is_some_and(goes_on) {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::IllegalState,
        "lo que modifica ya no está vigente / what it changes is not in force any more",
    ))
}

/// Whether a party to an agreement is told confidential things: the recipient, or both. A
/// witness is told nothing.
fn is_told(row: &agreement::Model, party: &agreement_party::Model) -> bool {
    match row.kind {
        AgreementType::MutualNda => party.role != AgreementPartyRole::Witness,
        AgreementType::UnilateralNda => party.role == AgreementPartyRole::Recipient,
        _ => false,
    }
}

/// Puts an agreement into force that everybody has signed, once its time has come, and what
/// follows from it.
pub(crate) async fn activate(work: &mut Work, id: AgreementId) -> Result<agreement::Model> {
    let now = work.now;
    let parties = held_parties(work, id).await?;
    let row = step(work, id, None, AgreementAction::Activate, (None, None), |row| {
        let by_all =
            parties.iter().all(|party| party.signed_sha256.as_deref() == Some(row.sha256.as_str()));
        if row.signed_at.is_none() || !by_all || row.starts_at.is_none_or(|start| start > now) {
            return Err(Error::refused(UserErrorCode::IllegalState, "not due"));
        }
        row.active_at = Some(now);
        row.year = Some(day_of(now).year());
        row.published = parties.iter().all(|party| party.publishes);
        Ok(())
    })
    .await?;
    // Whose time passed while the service stood still, expires next, and nothing follows from it.
    if row.ends_at.is_some_and(|end| end <= now) {
        return Ok(row);
    }
    if let Some(amended) = row.amends_id {
        amend(work, amended, row.expires_on).await?;
    }
    if let Some(interest) = row.interest_id {
        move_interest(work, interest, row.kind).await?;
    }
    if let Some(offer) = row.offer_id {
        let there = work.keep::<offer::Entity>(offer).await?;
        let there = there.filter(|row| OfferAction::Transfer.from().contains(&row.status));
        if there.is_some() && takes(work, offer).await? {
            offers::life::transfer(work, offer, None).await?;
        }
    }
    Ok(row)
}

/// What was amended ends when the amendment says.
async fn amend(work: &mut Work, id: AgreementId, expires_on: Option<NaiveDate>) -> Result<()> {
    let action = AgreementAction::Amend;
    let there = work.keep::<agreement::Entity>(id).await?;
    if there.is_some_and(|row| action.from().contains(&row.status)) {
        step(work, id, None, action, (None, None), |row| {
            if expires_on.is_some() {
                (row.expires_on, row.ends_at) = (expires_on, expires_on.map(end_of));
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// A non-disclosure agreement lets the interest go on, a contract brings it to its end.
async fn move_interest(work: &mut Work, id: InterestId, kind: AgreementType) -> Result<()> {
    let action = match kind {
        kind if NDAS.contains(&kind) => InterestAction::SealNda,
        kind if PRELIMINARY.contains(&kind) => return Ok(()),
        _ => InterestAction::Agree,
    };
    let there = work.keep::<interest::Entity>(id).await?;
    if there.is_some_and(|interest| action.from().contains(&interest.status)) {
        step(work, id, None, action, (None, None), |_| Ok(())).await?;
    }
    Ok(())
}

/// Puts an agreement into force that was just signed, if it can be. What cannot be now, the
/// clockwork does.
pub(crate) async fn activate_if_due(service: &Service, id: AgreementId) {
    let done = async {
        let mut work = service.system_work().await?;
        activate(&mut work, id).await?;
        work.commit().await
    };
    match done.await {
        Ok(()) | Err(Error::Refused(_)) => {}
        Err(error) => {
            tracing::error!(error = error.describe(), "an agreement could not be put into force");
        }
    }
}

/// Interrupts it for a while: it opens nothing meanwhile.
pub(crate) async fn suspend(
    work: &mut Work,
    id: AgreementId,
    expected_version: i32,
    note: String,
) -> Result<agreement::Model> {
    let viewer = work.viewer().clone();
    let why = (None, Some(note));
    step(work, id, Some(expected_version), AgreementAction::Suspend, why, |row| {
        let parties = row.parties.parsed::<OrganizationId>();
        row.suspended_by_id = parties.into_iter().find(|party| signs_for(&viewer, *party));
        Ok(())
    })
    .await
}

/// Goes on with it: whoever interrupted it.
pub(crate) async fn resume(
    work: &mut Work,
    id: AgreementId,
    expected_version: i32,
) -> Result<agreement::Model> {
    let now = work.now;
    let action = AgreementAction::Resume;
    let viewer = work.viewer().clone();
    step(work, id, Some(expected_version), action, (None, None), |row| {
        check_not_over(row.ends_at, now)?;
        if row.suspended_by_id.is_some_and(|party| !signs_for(&viewer, party)) {
            return Err(Error::refused(
                UserErrorCode::IllegalState,
                "sólo quien lo suspendió lo reanuda / whoever suspended it alone goes on with it",
            ));
        }
        row.suspended_by_id = None;
        Ok(())
    })
    .await
}

/// Ends it: completes, terminates or cancels it.
pub(crate) async fn end(
    work: &mut Work,
    id: AgreementId,
    expected_version: i32,
    action: AgreementAction,
    why: Why,
) -> Result<agreement::Model> {
    let now = work.now;
    step(work, id, Some(expected_version), action, why, |row| {
        if action == AgreementAction::Cancel {
            check_unsigned(row)?;
        }
        let open = row.commitments.0.iter().any(|made| is_open(made.status));
        if action == AgreementAction::Complete && open {
            return Err(Error::refused(
                UserErrorCode::IllegalState,
                "quedan compromisos abiertos / there are open commitments",
            ));
        }
        row.ended_at = Some(now);
        Ok(())
    })
    .await
}

/// Lets a person of a party read what the other discloses.
pub(crate) async fn name_confidant(
    work: &mut Work,
    id: AgreementId,
    expected_version: i32,
    party: OrganizationId,
    person: PersonId,
) -> Result<agreement::Model> {
    let action = AgreementAction::NameConfidant;
    let parties = parties_of(work, id).await?;
    let row = step(work, id, Some(expected_version), action, (None, None), |_| Ok(())).await?;
    let own = signing(work, &parties, party)?;
    if !is_told(&row, own) {
        return Err(Error::field(
            "input.party",
            UserErrorCode::Invalid,
            "no recibe información confidencial por este convenio / is told nothing confidential by this agreement",
        ));
    }
    let colleague = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(person))
        .filter(membership::Column::OrganizationId.eq(party))
        .filter(membership::Column::Role.is_in(SPEAKERS.iter().copied()))
        .filter(
            Condition::any()
                .add(membership::Column::ToAt.is_null())
                .add(membership::Column::ToAt.gt(work.now)),
        )
        .count(work.tx())
        .await?;
    if colleague == 0 {
        return Err(Error::no_such("input.person"));
    }
    confide(work, action, &row, party, person).await?;
    Ok(row)
}

async fn confide(
    work: &Work,
    action: AgreementAction,
    row: &agreement::Model,
    party: OrganizationId,
    person: PersonId,
) -> Result<()> {
    let allowed = work.viewer().allow(action, row.clone())?;
    let before = confidant::Entity::find_by_id((row.id, person)).one(work.tx()).await?;
    let (by, now) = (work.viewer().person, work.now);
    if let Some(before) = before {
        if before.removed_at.is_some() || before.organization_id != party {
            work.update(allowed.part(before)?, |named| {
                named.organization_id = party;
                (named.named_at, named.named_by, named.removed_at) = (now, by, None);
            })
            .await?;
        }
        return Ok(());
    }
    let named = confidant::Entity::find()
        .filter(confidant::Column::AgreementId.eq(row.id))
        .filter(confidant::Column::RemovedAt.is_null());
    if named.count(work.tx()).await? >= MOST_CONFIDANTS {
        return Err(Error::refused(
            UserErrorCode::LimitReached,
            "hay demasiadas personas nombradas / too many people are named",
        ));
    }
    let new = confidant::Model {
        agreement_id: row.id,
        person_id: person,
        organization_id: party,
        named_at: now,
        named_by: by,
        removed_at: None,
    };
    work.insert(allowed.part(new)?).await?;
    Ok(())
}

/// Lets a person read no longer.
pub(crate) async fn remove_confidant(
    work: &mut Work,
    id: AgreementId,
    expected_version: i32,
    person: PersonId,
) -> Result<agreement::Model> {
    let action = AgreementAction::RemoveConfidant;
    let row = step(work, id, Some(expected_version), action, (None, None), |_| Ok(())).await?;
    let named = confidant::Entity::find_by_id((id, person)).one(work.tx()).await?;
    let named = named.filter(|named| {
        named.removed_at.is_none() && signs_for(work.viewer(), named.organization_id)
    });
    let named = named.ok_or_else(|| Error::no_such("input.person"))?;
    let (allowed, now) = (work.viewer().allow(action, row.clone())?, work.now);
    work.update(allowed.part(named)?, |named| named.removed_at = Some(now)).await?;
    Ok(row)
}

/// What becomes of a commitment: it is begun, kept with evidence, or given up with a reason.
pub(crate) async fn follow(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): (AgreementId, i32),
    action: AgreementAction,
    number: i32,
    evidence: Option<LocalizedTextInput>,
) -> Result<agreement::Model> {
    let (viewer, now) = (work.viewer().clone(), work.now);
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let made = place.and_then(|place| row.commitments.0.get_mut(place));
        let made = made.ok_or_else(|| Error::no_such("input.number"))?;
        // Each party answers for what it promised.
        if !speaks_for(&viewer, made.responsible) {
            return Err(Error::Forbidden);
        }
        let to = match action {
            AgreementAction::StartCommitment => CommitmentStatus::InProgress,
            AgreementAction::KeepCommitment => CommitmentStatus::Done,
            _ => CommitmentStatus::Cancelled,
        };
        if !is_open(made.status) || made.status == to {
            return Err(Error::field(
                "input.number",
                UserErrorCode::IllegalState,
                "el compromiso ya no está en ese estado / the commitment is not in that state any more",
            ));
        }
        if let Some(evidence) = evidence {
            let mut checks = Checks::new("input.", labels);
            let mut text = Localized::default();
            checks.required_text("evidence", MaybeUndefined::Value(evidence), 2_000, &mut text);
            checks.done()?;
            (made.evidence, made.ended_at) = (Some(text), Some(now));
        }
        made.status = to;
        Ok(())
    })
    .await?;
    let allowed = work.viewer().allow(action, row.clone())?;
    for party in parties_of(work, id).await? {
        let due = next_due(&row.commitments, party.organization_id);
        work.update(allowed.part(party)?, |party| party.next_due_at = due).await?;
    }
    Ok(row)
}

/// The contracts that came of a need, in force or carried out.
fn contracts_for(need: NeedId) -> Select<agreement::Entity> {
    let good = [AgreementStatus::Active, AgreementStatus::Completed];
    agreement::Entity::find()
        .filter(agreement::Column::NeedId.eq(need))
        .filter(agreement::Column::Status.is_in(good))
        .filter(agreement::Column::Kind.is_not_in(PRELIMINARY.iter().copied()))
}

/// Whether there is a contract that came of a need.
pub(crate) async fn has_met(work: &Work, need: NeedId) -> Result<bool> {
    Ok(contracts_for(need).count(work.tx()).await? > 0)
}

/// Whether this agreement is one, as far as the viewer may know.
pub(crate) async fn met(work: &Work, need: NeedId, id: AgreementId) -> Result<bool> {
    let found = contracts_for(need).filter(agreement::Column::Id.eq(id)).one(work.tx()).await?;
    Ok(work.viewer().known(found).is_some())
}

/// What binds its parties, also while it is interrupted, and before its first day.
fn binding() -> Condition {
    use agreement::Column;
    let signed = Condition::all()
        .add(Column::Status.eq(AgreementStatus::PartiallySigned))
        .add(Column::SignedAt.is_not_null());
    let begun = Column::Status.is_in([AgreementStatus::Active, AgreementStatus::Suspended]);
    Condition::any().add(begun).add(signed)
}

/// Whether an agreement that binds takes an offer off the market: its office grants it.
pub(crate) async fn takes(work: &Work, offer: OfferId) -> Result<bool> {
    let office = offer::Entity::find()
        .select_only()
        .column(offer::Column::OttId)
        .filter(offer::Column::Id.eq(offer))
        .into_query();
    let granted = agreement_party::Entity::find()
        .select_only()
        .column(agreement_party::Column::AgreementId)
        .filter(agreement_party::Column::OrganizationId.in_subquery(office))
        .filter(
            agreement_party::Column::Role
                .is_in([AgreementPartyRole::Licensor, AgreementPartyRole::Grantor]),
        )
        .into_query();
    let rows = agreement::Entity::find()
        .filter(agreement::Column::OfferId.eq(offer))
        .filter(agreement::Column::Id.in_subquery(granted))
        .filter(binding())
        .all(work.tx())
        .await?;
    Ok(rows.iter().any(takes_offer))
}

/// Whether a non-disclosure agreement of an interest binds.
pub(crate) async fn is_confided(work: &Work, interest: InterestId) -> Result<bool> {
    let ndas = agreement::Entity::find()
        .filter(agreement::Column::InterestId.eq(interest))
        .filter(agreement::Column::Kind.is_in(NDAS.iter().copied()))
        .filter(binding());
    Ok(ndas.count(work.tx()).await? > 0)
}

/// Whether a contract that came of an interest binds.
pub(crate) async fn binds(work: &Work, interest: InterestId) -> Result<bool> {
    let contracts = agreement::Entity::find()
        .filter(agreement::Column::InterestId.eq(interest))
        .filter(agreement::Column::Kind.is_not_in(PRELIMINARY.iter().copied()))
        .filter(binding());
    Ok(contracts.count(work.tx()).await? > 0)
}

/// Whether somebody talks about terms for an offer: an interest in negotiation, or an
/// agreement that would give one partner a right to it.
pub(crate) async fn is_negotiated(work: &Work, offer: OfferId) -> Result<bool> {
    let talked = interest::Entity::find()
        .filter(interest::Column::OfferId.eq(offer))
        .filter(interest::Column::Status.eq(InterestStatus::Negotiation));
    let rights = [
        AgreementType::OptionAgreement,
        AgreementType::ExclusiveLicence,
        AgreementType::AssignmentAgreement,
    ];
    let on_the_way = [
        AgreementStatus::Negotiation,
        AgreementStatus::Approved,
        AgreementStatus::PartiallySigned,
        AgreementStatus::Active,
    ];
    let written = agreement::Entity::find()
        .filter(agreement::Column::OfferId.eq(offer))
        .filter(agreement::Column::Kind.is_in(rights))
        .filter(agreement::Column::Status.is_in(on_the_way));
    Ok(talked.count(work.tx()).await? > 0 || written.count(work.tx()).await? > 0)
}

/// Those about which something is due by itself.
pub(crate) fn due(now: DateTime<Utc>) -> [(Condition, AgreementAction); 2] {
    use agreement::Column;
    let signed = Condition::all()
        .add(Column::Status.eq(AgreementStatus::PartiallySigned))
        .add(Column::SignedAt.is_not_null())
        .add(Column::StartsAt.lte(now));
    let over = Condition::all()
        .add(Column::Status.is_in([AgreementStatus::Active, AgreementStatus::Suspended]))
        .add(Column::EndsAt.lte(now));
    [(signed, AgreementAction::Activate), (over, AgreementAction::Expire)]
}

/// Does what is due, if it still is.
pub(crate) async fn move_on(
    work: &mut Work,
    id: AgreementId,
    action: AgreementAction,
) -> Result<()> {
    if action == AgreementAction::Activate {
        return activate(work, id).await.map(drop);
    }
    let now = work.now;
    step(work, id, None, action, (None, None), |row| {
        if row.ends_at.is_none_or(|end| end > now) {
            return Err(Error::refused(UserErrorCode::IllegalState, "not due"));
        }
        row.ended_at = Some(now);
        Ok(())
    })
    .await
    .map(drop)
}
