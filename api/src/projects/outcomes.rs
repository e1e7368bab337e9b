//! What came of a project, and who else says so.

use async_graphql::MaybeUndefined;
use chrono::NaiveDate;
use entity::{
    DocumentId, Localized, OrganizationId, OutcomeId, OutcomeKind, OutcomeStatus, ProjectId,
    outcome, project,
};
use sea_orm::ActiveEnum;

use super::{input::check_day, life::At, milestones::documents_of, plan::Held};
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    lifecycle::{not_in, step},
    policy::{Allowed, ProjectAction, signs_for, speaks_for},
    scalars::{Decimal, LocalizedTextInput},
    work::Work,
};

/// The most outcomes of a project.
const MOST_OUTCOMES: usize = 60;

/// What a partner says came of it.
pub(crate) struct Measured {
    pub(crate) partner: OrganizationId,
    pub(crate) kind: OutcomeKind,
    pub(crate) metric: LocalizedTextInput,
    pub(crate) baseline: Option<Decimal>,
    pub(crate) value: Decimal,
    pub(crate) unit: String,
    pub(crate) measured_on: NaiveDate,
    pub(crate) evidence: LocalizedTextInput,
    pub(crate) documents: Vec<DocumentId>,
}

/// Says what came of it, for a partner. It counts once another partner finds it true.
pub(crate) async fn record(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): At,
    measured: Measured,
) -> Result<project::Model> {
    let Measured { partner, kind, metric, baseline, value, unit, measured_on, evidence, documents } =
        measured;
    let action = ProjectAction::RecordOutcome;
    let held = Held::of(work, id).await?;
    let mut checks = Checks::new("input.", labels);
    let mut new = outcome::Model {
        id: OutcomeId::new(work.now),
        project_id: id,
        kind,
        status: OutcomeStatus::Recorded,
        metric: Localized::default(),
        baseline_hundredths: baseline.map(|baseline| baseline.0),
        value_hundredths: value.0,
        unit: String::new(),
        measured_on,
        evidence: Localized::default(),
        documents: documents_of(work, id, documents, &mut checks).await?,
        recorded_by_id: partner,
        recorded_by: work.viewer().person,
        recorded_at: work.now,
        judged_by_id: None,
        judged_by: None,
        judged_at: None,
    };
    let today = crate::calendar::day_of(work.now);
    let row = step(work, id, Some(expected_version), action, (None, None), |_| {
        checks.required_text("metric", MaybeUndefined::Value(metric), 200, &mut new.metric);
        checks.required_text("evidence", MaybeUndefined::Value(evidence), 2_000, &mut new.evidence);
        new.unit = checks.required_plain("unit", &unit, 40);
        check_day("measuredOn", measured_on, &mut checks);
        if measured_on > today {
            let message = "está en el futuro / is in the future";
            checks.wrong("measuredOn", UserErrorCode::Invalid, message);
        }
        if held.outcomes.len() >= MOST_OUTCOMES {
            let message =
                format!("admite a lo más {MOST_OUTCOMES} / takes at most {MOST_OUTCOMES}");
            checks.wrong("id", UserErrorCode::LimitReached, message);
        }
        checks.done()
    })
    .await?;
    held.own_partner(work.viewer(), partner, speaks_for)?;
    let allowed = held.leave(work, action)?;
    reopen(work, &allowed, &held).await?;
    let (record, status) = (new.id.to_string(), new.status.to_value());
    work.insert(allowed.part(new)?).await?;
    work.history(record, None, status, (None, None)).await?;
    Ok(row)
}

/// The outcome of a project that was recorded last.
pub(crate) async fn last(work: &Work, id: ProjectId) -> Result<OutcomeId> {
    let held = Held::of(work, id).await?;
    held.outcomes.last().map(|outcome| outcome.id).ok_or(Error::NotFound("outcome"))
}

/// Who agreed that a project is closed, did so by what had come of it until then.
async fn reopen(work: &Work, allowed: &Allowed<project::Model>, held: &Held) -> Result<()> {
    for partner in held.partners.iter().filter(|partner| partner.closed_at.is_some()) {
        work.update(allowed.part(partner.clone())?, |partner| {
            (partner.closed_at, partner.closed_by) = (None, None);
        })
        .await?;
    }
    Ok(())
}

/// Finds it true, or does not, for another partner and by another person.
pub(crate) async fn judge(
    work: &mut Work,
    (id, expected_version): At,
    outcome: OutcomeId,
    partner: OrganizationId,
    action: ProjectAction,
    note: Option<String>,
) -> Result<project::Model> {
    let held = Held::of(work, id).await?;
    let row = step(work, id, Some(expected_version), action, (None, None), |_| Ok(())).await?;
    let found = held.outcomes.iter().find(|one| one.id == outcome);
    let found = found.ok_or_else(|| Error::no_such("input.outcome"))?;
    held.own_partner(work.viewer(), partner, signs_for)?;
    let (now, person) = (work.now, work.viewer().person);
    let own = found.recorded_by_id == partner || person.is_some() && found.recorded_by == person;
    if own {
        return Err(Error::field(
            "input.partner",
            UserErrorCode::FourEyes,
            "lo valida otra parte, y otra persona / another partner validates it, and another person",
        ));
    }
    if found.status != OutcomeStatus::Recorded {
        return Err(not_in(&found.status.to_value()));
    }
    let status = match action {
        ProjectAction::ValidateOutcome => OutcomeStatus::Validated,
        _ => OutcomeStatus::Refused,
    };
    let allowed = held.leave(work, action)?;
    reopen(work, &allowed, &held).await?;
    let after = work
        .update(allowed.part(found.clone())?, |one| {
            one.status = status;
            (one.judged_by_id, one.judged_by, one.judged_at) = (Some(partner), person, Some(now));
        })
        .await?;
    let (from, to) = (found.status.to_value(), after.status.to_value());
    work.history(found.id.to_string(), Some(from), to, (None, note)).await?;
    Ok(row)
}
