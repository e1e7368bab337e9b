//! The people who read what a non-disclosure agreement opens: who signed it for a party that
//! is told something, and whom such a party names.

use entity::{AgreementId, Codes, OrganizationId, PersonId, agreement, confidant, membership};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{draft::parties_of, signing::own_party};
use crate::{
    error::{Error, Result, UserErrorCode},
    lifecycle::step,
    policy::{AgreementAction, Allowed, SPEAKERS, is_told, signs_for},
    work::Work,
};

/// The most people whom the parties to an agreement can name.
const MOST_CONFIDANTS: u64 = 100;

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
    let own = own_party(work, &parties, party)?;
    if !is_told(row.kind, own.role) {
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
        // Whose role is limited to a part of a chamber does not speak for it: nothing would open.
        .filter(membership::Column::Regions.eq(Codes::default()))
        .filter(membership::Column::Delegations.eq(Codes::default()))
        .filter(membership::unended(work.now))
        .count(work.tx())
        .await?;
    if colleague == 0 {
        return Err(Error::no_such("input.person"));
    }
    confide(work, action, &row, party, person).await?;
    Ok(row)
}

/// Names a person of a party, once.
pub(super) async fn confide(
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

/// Who was named by signing did not sign what comes now.
pub(super) async fn forget_signers(
    work: &Work,
    allowed: &Allowed<agreement::Model>,
    id: AgreementId,
    signers: Vec<PersonId>,
) -> Result<()> {
    let named = confidant::Entity::find()
        .filter(confidant::Column::AgreementId.eq(id))
        .filter(confidant::Column::PersonId.is_in(signers))
        .filter(confidant::Column::RemovedAt.is_null())
        .all(work.tx())
        .await?;
    let now = work.now;
    for signer in named.into_iter().filter(|named| named.named_by == Some(named.person_id)) {
        work.update(allowed.part(signer)?, |named| named.removed_at = Some(now)).await?;
    }
    Ok(())
}
