//! The life of an agreement: each verb with its guards, the same for the API and for what
//! the service does by itself.

use chrono::{DateTime, Utc};
use entity::{AgreementId, AgreementStatus, OrganizationId, agreement};
use sea_orm::{ColumnTrait, Condition};

use super::{
    commitments::{first_due, is_open},
    draft::void,
    input::check_complete,
    signing::{activate, check_at_its_time},
};
use crate::{
    calendar::end_of,
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{Living, Verb, Why, check_four_eyes, check_not_over, not_due, step},
    policy::{AgreementAction, signs_for},
    work::Work,
};

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

/// What has a last day ends with it.
pub(super) fn check_time(row: &agreement::Model, now: DateTime<Utc>) -> Result<()> {
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

/// Shows it to the other parties, at its time.
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
    check_at_its_time(work, &row).await?;
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
            return Err(not_due());
        }
        row.ended_at = Some(now);
        Ok(())
    })
    .await
    .map(drop)
}
