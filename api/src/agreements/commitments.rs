//! What the parties to an agreement promised, and what becomes of it.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, NaiveDate, Utc};
use entity::{AgreementId, CommitmentStatus, Commitments, Localized, OrganizationId, agreement};

use super::draft::parties_of;
use crate::{
    calendar::end_of,
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    lifecycle::step,
    policy::{AgreementAction, speaks_for},
    scalars::LocalizedTextInput,
    work::Work,
};

/// Whether something is still to be done about a commitment.
pub(super) fn is_open(status: CommitmentStatus) -> bool {
    matches!(status, CommitmentStatus::Pending | CommitmentStatus::InProgress)
}

/// The day on which the next open commitment is due.
pub(super) fn first_due(made: &Commitments) -> Option<NaiveDate> {
    made.0.iter().filter(|made| is_open(made.status)).map(|made| made.due_on).min()
}

/// When the next open commitment of a party is due: the whole day counts.
pub(super) fn next_due(made: &Commitments, party: OrganizationId) -> Option<DateTime<Utc>> {
    let own = made.0.iter().filter(|made| made.responsible == party && is_open(made.status));
    own.map(|made| end_of(made.due_on)).min()
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
