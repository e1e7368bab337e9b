//! How an agreement comes to bind: each party approves it and signs it once, the service puts
//! it into force, and what follows from that.

use chrono::{Datelike, NaiveDate};
use entity::{
    AgreementId, AgreementType, InterestId, InterestStatus, OrganizationId, agreement,
    agreement_party, interest, offer,
};

use super::{
    confidants::confide, draft::parties_of, input::check_complete, life::check_time,
    standing::takes,
};
use crate::{
    calendar::{beginning_of, day_of, end_of},
    checks::Checks,
    codes::Labels,
    context::Service,
    error::{Error, Result, UserErrorCode},
    ip,
    lifecycle::{check_four_eyes, not_due, step},
    offers,
    policy::{
        AgreementAction, IN_FORCE, InterestAction, NDAS, OfferAction, PRELIMINARY, is_told,
        signs_for, takes_offer,
    },
    work::Work,
};

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
pub(super) fn own_party<'a>(
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
    let own = own_party(work, &parties, party)?;
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
            let message = "no es el texto vigente / is not the present text";
            return Err(Error::stale("input.sha256", row.version, message));
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
    let own = own_party(work, &parties, signature.party)?;
    check_one_side(work, &parties, signature.party)?;
    check_at_its_time(work, &row).await?;
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
    if let Some(person) = person.filter(|_| is_told(row.kind, own.role)) {
        confide(work, action, &row, own.organization_id, person).await?;
    }
    Ok(row)
}

/// What comes from an interest, comes at its time: a contract when terms are talked about,
/// anything before while the two sides deal with each other.
pub(super) async fn check_at_its_time(work: &Work, row: &agreement::Model) -> Result<()> {
    let Some(interest) = row.interest_id else { return Ok(()) };
    let interest = work.keep::<interest::Entity>(interest).await?;
    let at_its_time = interest.is_some_and(|interest| {
        let preliminary = PRELIMINARY.contains(&row.kind) && IN_FORCE.contains(&interest.status);
        preliminary
            || matches!(interest.status, InterestStatus::Negotiation | InterestStatus::Agreed)
    });
    if at_its_time {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::IllegalState,
        "la expresión de interés no está en negociación / the expression of interest is not in negotiation",
    ))
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

/// Puts an agreement into force that everybody has signed, once its time has come, and what
/// follows from it.
pub(crate) async fn activate(work: &mut Work, id: AgreementId) -> Result<agreement::Model> {
    let now = work.now;
    let parties = held_parties(work, id).await?;
    let row = step(work, id, None, AgreementAction::Activate, (None, None), |row| {
        let by_all =
            parties.iter().all(|party| party.signed_sha256.as_deref() == Some(row.sha256.as_str()));
        if row.signed_at.is_none() || !by_all || row.starts_at.is_none_or(|start| start > now) {
            return Err(not_due());
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
    ip::uses::follow(work, &row).await?;
    if let Some(offer) = row.offer_id.filter(|_| takes_offer(&row)) {
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
