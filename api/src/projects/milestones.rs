//! How milestones are planned, reached and accepted.

use async_graphql::MaybeUndefined;
use chrono::NaiveDate;
use entity::{
    Codes, DocumentId, DocumentStatus, Localized, MilestoneStatus, OrganizationId, ProjectId,
    TrlEvidence, TrlEvidences, document, milestone, project,
};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    finances,
    input::{MOST_MILESTONES, MilestoneInput},
    life::{At, carriers, void_if_forming},
    plan::{Held, blank_milestone},
};
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{not_in, step},
    policy::{ProjectAction, Viewer, signs_for, speaks_for},
    scalars::LocalizedTextInput,
    work::Work,
};

/// The statuses in which something is still to be done about a milestone.
pub(super) fn is_open(status: MilestoneStatus) -> bool {
    use MilestoneStatus::{InProgress, Planned, Returned, Submitted};
    matches!(status, Planned | InProgress | Submitted | Returned)
}

/// The day on which the next open milestone is due.
pub(super) fn first_due(milestones: &[milestone::Model]) -> Option<NaiveDate> {
    milestones.iter().filter(|one| is_open(one.status)).map(|one| one.due_on).min()
}

/// The payments of the milestones come to the budget at most.
fn check_payments(row: &project::Model, held: &Held, checks: &mut Checks<'_>) {
    let over = finances::mistakes(row, held.payments());
    for (_, message) in over.into_iter().filter(|(field, _)| *field == "milestones") {
        checks.wrong("payment", UserErrorCode::Invalid, message);
    }
}

/// Puts one more milestone into the plan; while the consortium is formed, that is another plan.
pub(crate) async fn plan(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): At,
    input: MilestoneInput,
) -> Result<project::Model> {
    let action = ProjectAction::PlanMilestone;
    let mut held = Held::of(work, id).await?;
    let number = i32::try_from(held.milestones.len() + 1).unwrap_or(i32::MAX);
    let carry: Vec<_> = match &held.project {
        Some(row) => carriers(row, &held).map(|partner| partner.organization_id).collect(),
        None => Vec::new(),
    };
    held.milestones.push(blank_milestone(work.now, id, number));
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        if held.milestones.len() > MOST_MILESTONES {
            let message =
                format!("admite a lo más {MOST_MILESTONES} / takes at most {MOST_MILESTONES}");
            checks.wrong("id", UserErrorCode::LimitReached, message);
        }
        if let Some(new) = held.milestones.last_mut() {
            input.write("", row, new, &mut checks);
            // What is paid was approved.
            if row.approved_at.is_some() && new.payment_minor.is_some() {
                let message = "lo que se paga ya se aprobó / what is paid was approved already";
                checks.wrong("payment", UserErrorCode::Invalid, message);
            }
            // And so was who carries it out, and signed for that.
            if row.approved_at.is_some() && !carry.contains(&new.responsible_id) {
                let message = "no lo lleva a cabo / does not carry it out";
                checks.wrong("responsible", UserErrorCode::Invalid, message);
            }
        }
        check_payments(row, &held, &mut checks);
        row.next_due_on = first_due(&held.milestones);
        checks.done()
    })
    .await?;
    let allowed = held.leave(work, action)?;
    if let Some(new) = held.milestones.pop() {
        let (record, status) = (new.id.to_string(), new.status.to_value());
        work.insert(allowed.part(new)?).await?;
        work.history(record, None, status, (None, None)).await?;
    }
    void_if_forming(work, &held, action, &row).await?;
    Ok(row)
}

/// Changes a milestone of a plan that is not approved yet.
pub(crate) async fn revise(
    work: &mut Work,
    labels: &Labels,
    at: At,
    number: i32,
    input: MilestoneInput,
) -> Result<project::Model> {
    let action = ProjectAction::ReviseMilestone;
    follow(work, at, action, number, None, |row, held, place| {
        let mut checks = Checks::new("input.", labels);
        if let Some(milestone) = held.milestones.get_mut(place) {
            input.write("", row, milestone, &mut checks);
        }
        check_payments(row, held, &mut checks);
        checks.done()
    })
    .await
}

/// Takes a milestone through one of its verbs: the project first, by policy, version and status;
/// then the milestone by its own status, and by what `change` asks of it.
async fn follow(
    work: &mut Work,
    (id, expected_version): At,
    action: ProjectAction,
    number: i32,
    note: Option<String>,
    change: impl FnOnce(&mut project::Model, &mut Held, usize) -> Result<()>,
) -> Result<project::Model> {
    let mut held = Held::of(work, id).await?;
    let place = held.milestones.iter().position(|milestone| milestone.number == number);
    let before = place.and_then(|place| held.milestones.get(place)).cloned();
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        let (Some(place), Some(before)) = (place, &before) else {
            return Err(Error::no_such("input.number"));
        };
        if !action.from_milestone().contains(&before.status) {
            return Err(not_in(&before.status.to_value()));
        }
        change(row, &mut held, place)?;
        row.next_due_on = first_due(&held.milestones);
        Ok(())
    })
    .await?;
    let after = place.and_then(|place| held.milestones.get(place)).cloned();
    let (Some(before), Some(after)) = (before, after) else { return Ok(row) };
    let (from, to) = (before.status, after.status);
    let record = before.id.to_string();
    work.update(held.leave(work, action)?.part(before)?, |milestone| *milestone = after).await?;
    if from != to || note.is_some() {
        work.history(record, Some(from.to_value()), to.to_value(), (None, note)).await?;
    }
    if to == MilestoneStatus::Accepted {
        work.record(Event::MilestoneAccepted { project: row.id });
    }
    // Before it is approved, that is another plan.
    void_if_forming(work, &held, action, &row).await?;
    Ok(row)
}

/// Begins with it, for the partner that is to reach it.
pub(crate) async fn start(work: &mut Work, at: At, number: i32) -> Result<project::Model> {
    let viewer = work.viewer().clone();
    follow(work, at, ProjectAction::StartMilestone, number, None, |_, held, place| {
        let milestone = at_place(held, place)?;
        if !speaks_for(&viewer, milestone.responsible_id) {
            return Err(Error::Forbidden);
        }
        milestone.status = MilestoneStatus::InProgress;
        forget_agreement(milestone);
        Ok(())
    })
    .await
}

fn at_place(held: &mut Held, place: usize) -> Result<&mut milestone::Model> {
    held.milestones.get_mut(place).ok_or_else(|| Error::no_such("input.number"))
}

/// What shows that a milestone was reached.
pub(crate) struct Shown {
    pub(crate) evidence: LocalizedTextInput,
    pub(crate) trl_evidence: Vec<TrlEvidence>,
    pub(crate) documents: Vec<DocumentId>,
}

/// Says that it was reached, for the partner that was to.
pub(crate) async fn submit(
    work: &mut Work,
    labels: &Labels,
    at: At,
    number: i32,
    shown: Shown,
) -> Result<project::Model> {
    let (viewer, now) = (work.viewer().clone(), work.now);
    let mut checks = Checks::new("input.", labels);
    // Held first: what is evidence is not taken away meanwhile.
    work.keep::<project::Entity>(at.0).await?;
    let documents = documents_of(work, at.0, shown.documents, &mut checks).await?;
    follow(work, at, ProjectAction::SubmitMilestone, number, None, |_, held, place| {
        let milestone = at_place(held, place)?;
        if !speaks_for(&viewer, milestone.responsible_id) {
            return Err(Error::Forbidden);
        }
        let mut evidence = Localized::default();
        let given = MaybeUndefined::Value(shown.evidence);
        checks.required_text("evidence", given, 2_000, &mut evidence);
        let mut proofs = checks.at_most("trlEvidence", shown.trl_evidence, 10);
        for (place, proof) in proofs.iter_mut().enumerate() {
            checks.part(&format!("trlEvidence.{place}.title"), &mut proof.title, 300);
            let level = MaybeUndefined::Value(proof.level);
            checks.number(&format!("trlEvidence.{place}.level"), level, 1..=9, &mut None);
        }
        if let Some(level) = milestone.trl_after
            && !proofs.iter().any(|proof| proof.level >= level)
        {
            let message =
                format!("falta evidencia del nivel {level} / evidence of level {level} is missing");
            checks.wrong("trlEvidence", UserErrorCode::Required, message);
        }
        checks.done()?;
        milestone.status = MilestoneStatus::Submitted;
        milestone.evidence = Some(evidence);
        milestone.trl_evidence = TrlEvidences(proofs);
        milestone.documents = documents;
        (milestone.submitted_at, milestone.submitted_by) = (Some(now), viewer.person);
        forget_agreement(milestone);
        Ok(())
    })
    .await
}

/// Documents of a project that have come.
pub(super) async fn documents_of(
    work: &Work,
    project: ProjectId,
    ids: Vec<DocumentId>,
    checks: &mut Checks<'_>,
) -> Result<Codes> {
    let ids = checks.at_most("documents", ids, 20);
    let found: Vec<DocumentId> = document::Entity::find()
        .select_only()
        .column(document::Column::Id)
        .filter(document::Column::Id.is_in(ids.iter().copied()))
        .filter(document::Column::ProjectId.eq(project))
        .filter(document::Column::Status.eq(DocumentStatus::Stored))
        .into_tuple()
        .all(work.tx())
        .await?;
    for (place, _) in ids.iter().enumerate().filter(|(_, id)| !found.contains(id)) {
        let message = "no es un documento del proyecto / is no document of the project";
        checks.wrong(&format!("documents.{place}"), UserErrorCode::NotFound, message);
    }
    Ok(ids.into_iter().collect())
}

fn forget_agreement(milestone: &mut milestone::Model) {
    (milestone.leader_accepted_at, milestone.leader_accepted_by) = (None, None);
    (milestone.office_accepted_at, milestone.office_accepted_by) = (None, None);
}

/// Marks, for the leader or for the office, that they agree; whether both have.
fn agree(
    viewer: &Viewer,
    row: &project::Model,
    held: &mut Held,
    place: usize,
    partner: OrganizationId,
) -> Result<bool> {
    let leads = speaks_as_leader(viewer, row, held, partner)?;
    let (now, person) = (viewer.now, viewer.person);
    let milestone = at_place(held, place)?;
    let by = [milestone.leader_accepted_by, milestone.office_accepted_by];
    if person.is_some() && by.contains(&person) {
        return Err(four_eyes());
    }
    let (agreed_at, agreed_by) = if leads {
        (&mut milestone.leader_accepted_at, &mut milestone.leader_accepted_by)
    } else {
        (&mut milestone.office_accepted_at, &mut milestone.office_accepted_by)
    };
    if agreed_at.is_some() {
        return Err(Error::field(
            "input.partner",
            UserErrorCode::IllegalState,
            "ya lo dijo / has said so already",
        ));
    }
    (*agreed_at, *agreed_by) = (Some(now), person);
    Ok(milestone.leader_accepted_at.is_some() && milestone.office_accepted_at.is_some())
}

fn four_eyes() -> Error {
    Error::refused(
        UserErrorCode::FourEyes,
        "lo acepta otra persona que quien lo entregó o ya lo aceptó / another person accepts it than who submitted or accepted it",
    )
}

/// Whether the viewer acts for the leader, or for a partner that accepts milestones beside it.
fn speaks_as_leader(
    viewer: &Viewer,
    row: &project::Model,
    held: &Held,
    partner: OrganizationId,
) -> Result<bool> {
    let own = held.own_partner(viewer, partner, signs_for)?;
    if own.organization_id == row.leader_id {
        return Ok(true);
    }
    if own.accepts_milestones { Ok(false) } else { Err(Error::Forbidden) }
}

/// Accepts it, for the leader or for the office; with the second one it is accepted, and the
/// technology has come as far as it shows.
pub(crate) async fn accept(
    work: &mut Work,
    at: At,
    number: i32,
    partner: OrganizationId,
) -> Result<project::Model> {
    let (viewer, now) = (work.viewer().clone(), work.now);
    let action = ProjectAction::EndorseMilestone;
    follow(work, at, action, number, None, |row, held, place| {
        let submitted_by = at_place(held, place)?.submitted_by;
        if submitted_by.is_some() && submitted_by == viewer.person {
            return Err(four_eyes());
        }
        if agree(&viewer, row, held, place, partner)? {
            let milestone = at_place(held, place)?;
            milestone.status = MilestoneStatus::Accepted;
            milestone.ended_at = Some(now);
            row.trl_current = row.trl_current.max(milestone.trl_after);
        }
        Ok(())
    })
    .await
}

/// Sends it back, for the leader or for the office.
pub(crate) async fn send_back(
    work: &mut Work,
    at: At,
    number: i32,
    partner: OrganizationId,
    note: String,
) -> Result<project::Model> {
    let viewer = work.viewer().clone();
    let action = ProjectAction::ReturnMilestone;
    follow(work, at, action, number, Some(note), |row, held, place| {
        speaks_as_leader(&viewer, row, held, partner)?;
        let milestone = at_place(held, place)?;
        milestone.status = MilestoneStatus::Returned;
        forget_agreement(milestone);
        Ok(())
    })
    .await
}

/// Says, for the leader, that it was not reached.
pub(crate) async fn miss(
    work: &mut Work,
    at: At,
    number: i32,
    note: String,
) -> Result<project::Model> {
    let now = work.now;
    let action = ProjectAction::MissMilestone;
    follow(work, at, action, number, Some(note), |_, held, place| {
        let milestone = at_place(held, place)?;
        milestone.status = MilestoneStatus::Missed;
        milestone.ended_at = Some(now);
        forget_agreement(milestone);
        Ok(())
    })
    .await
}

/// Asks for it no longer: while the plan is made for its leader, who asks everybody anew; once it
/// was approved for the leader and for the office, and with the second one it is waived.
pub(crate) async fn waive(
    work: &mut Work,
    at: At,
    number: i32,
    partner: OrganizationId,
    note: String,
) -> Result<project::Model> {
    let (viewer, now) = (work.viewer().clone(), work.now);
    let action = ProjectAction::WaiveMilestone;
    follow(work, at, action, number, Some(note), |row, held, place| {
        let waived = if row.approved_at.is_some() {
            agree(&viewer, row, held, place, partner)?
        } else {
            let planner =
                [Some(row.leader_id), row.formed_at.is_none().then_some(row.proposed_by_id)];
            if !planner.contains(&Some(partner)) {
                return Err(Error::Forbidden);
            }
            held.own_partner(&viewer, partner, signs_for)?;
            true
        };
        if waived {
            let milestone = at_place(held, place)?;
            milestone.status = MilestoneStatus::Waived;
            milestone.ended_at = Some(now);
        }
        Ok(())
    })
    .await
}
