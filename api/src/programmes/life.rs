//! The life of a programme, and of the applications to it.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    ApplicationDecision, Codes, ConditionStatus, Language, Localized, OrganizationId, ProgrammeId,
    ProgrammeKind, ProgrammeStatus, ProjectId, ProjectStatus, application, programme, project,
};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::{
    conditions::judge,
    eligibility::of_applicant,
    input::{MOST_MINOR, ProgrammeInput, window},
};
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserError, UserErrorCode},
    event::Event,
    lifecycle::{Living, Verb, not_due, step},
    policy::{ProgrammeAction, ProjectAction},
    scalars::{Decimal, LocalizedTextInput},
    work::Work,
};

impl Living for programme::Model {
    type Status = ProgrammeStatus;

    fn record(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn status(&self) -> ProgrammeStatus {
        self.status
    }

    fn advance(&mut self, status: Option<ProgrammeStatus>, now: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = now;
        self.status = status.unwrap_or(self.status);
    }
}

impl Verb for ProgrammeAction {
    fn possible_in(self) -> &'static [ProgrammeStatus] {
        self.from()
    }

    fn leads_to(self) -> Option<ProgrammeStatus> {
        self.to()
    }

    fn done(self, row: &programme::Model) -> Event {
        let programme = row.id;
        match self {
            Self::Announce => Event::ProgrammeAnnounced { programme },
            Self::Revise => Event::ProgrammeRevised { programme },
            Self::Open => Event::ProgrammeOpened { programme },
            Self::Extend => Event::ProgrammeExtended { programme },
            Self::Close => Event::ProgrammeClosed { programme },
            Self::Decide => Event::ApplicationDecided { programme },
            Self::PublishResults => Event::ProgrammeResultsPublished { programme },
        }
    }
}

/// Puts it on record, for everybody to read; on its first day it takes applications.
pub(crate) async fn announce(
    work: &mut Work,
    labels: &Labels,
    by: OrganizationId,
    mut input: ProgrammeInput,
) -> Result<programme::Model> {
    let mut row = programme::Model {
        created_by: work.viewer().person,
        announced_by_id: by,
        ..blank(work.now)
    };
    let allowed = work.allow_new(ProgrammeAction::Announce, row.clone())?;
    let mut checks = Checks::new("input.", labels);
    input.demand();
    input.write(&mut row, &mut checks);
    check_not_over(&row, work.now, &mut checks);
    checks.done()?;
    row.folio = work.folio("PRG").await?;
    let row = work.insert(allowed.with(|held| *held = row)).await?;
    work.history(row.id.to_string(), None, row.status.to_value(), (None, None)).await?;
    work.record(Event::ProgrammeAnnounced { programme: row.id });
    if row.opens_at <= work.now {
        return step(work, row.id, None, ProgrammeAction::Open, (None, None), |_| Ok(())).await;
    }
    Ok(row)
}

fn check_not_over(row: &programme::Model, now: DateTime<Utc>, checks: &mut Checks<'_>) {
    if row.closes_at.is_some_and(|end| end <= now) {
        let message = "ya pasó / has passed";
        checks.wrong("closesOn", UserErrorCode::Invalid, message);
    }
}

/// Changes what it says, until it takes applications.
pub(super) async fn revise(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): (ProgrammeId, i32),
    input: ProgrammeInput,
) -> Result<programme::Model> {
    let now = work.now;
    let action = ProgrammeAction::Revise;
    step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        input.write(row, &mut checks);
        check_not_over(row, now, &mut checks);
        checks.done()
    })
    .await
}

/// Takes applications for longer: never for less, since somebody may rely on the day.
pub(super) async fn extend(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): (ProgrammeId, i32),
    closes_on: NaiveDate,
) -> Result<programme::Model> {
    let action = ProgrammeAction::Extend;
    step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        if row.closes_on.is_none_or(|before| closes_on <= before) {
            let message = "no es después del último día / is not after its last day";
            checks.wrong("closesOn", UserErrorCode::Invalid, message);
        }
        checks.day("closesOn", MaybeUndefined::Value(closes_on), &mut row.closes_on);
        window(row, &mut checks);
        checks.done()
    })
    .await
}

/// Takes applications no longer, before its end.
pub(super) async fn close(
    work: &mut Work,
    (id, expected_version): (ProgrammeId, i32),
    note: String,
) -> Result<programme::Model> {
    let why = (None, Some(note));
    step(work, id, Some(expected_version), ProgrammeAction::Close, why, |_| Ok(())).await
}

/// Says what came of it; every application was decided.
pub(super) async fn publish_results(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): (ProgrammeId, i32),
    results: LocalizedTextInput,
) -> Result<programme::Model> {
    work.keep::<programme::Entity>(id).await?;
    let undecided = applications(work, id).await?;
    let undecided = undecided.iter().any(|row| row.decision.is_none());
    let action = ProgrammeAction::PublishResults;
    step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        let mut text = Localized::default();
        checks.required_text("results", MaybeUndefined::Value(results), 4_000, &mut text);
        checks.done()?;
        if undecided {
            return Err(Error::refused(
                UserErrorCode::IllegalState,
                "hay solicitudes sin resolver / there are applications that were not decided",
            ));
        }
        row.results = Some(text);
        Ok(())
    })
    .await
}

async fn applications(work: &Work, id: ProgrammeId) -> Result<Vec<application::Model>> {
    Ok(application::Entity::find()
        .filter(application::Column::ProgrammeId.eq(id))
        .all(work.tx())
        .await?)
}

/// What a programme decides about a project that applied.
pub(crate) struct Decision {
    pub(crate) project: ProjectId,
    pub(crate) decision: ApplicationDecision,
    pub(crate) awarded: Option<Decimal>,
    pub(crate) note: String,
}

/// Decides about a project that applied, once: what is awarded adds up to what there is at most.
pub(crate) async fn decide(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): (ProgrammeId, i32),
    given: Decision,
) -> Result<programme::Model> {
    // In the order in which projects apply: first the project, then the programme.
    let applicant = work.keep::<project::Entity>(given.project).await?;
    work.keep::<programme::Entity>(id).await?;
    let all = applications(work, id).await?;
    let before: i128 = all.iter().filter_map(|row| row.awarded_minor).map(i128::from).sum();
    let Decision { project, decision, awarded, note } = given;
    let awarded = awarded.map(|awarded| awarded.0);
    let action = ProgrammeAction::Decide;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        let supports = decision == ApplicationDecision::Awarded;
        let fits = awarded.is_none_or(|minor| supports && (0..=MOST_MINOR).contains(&minor));
        if !fits {
            let message = "no corresponde / does not fit";
            checks.wrong("awarded", UserErrorCode::Invalid, message);
        }
        let sum = before + i128::from(awarded.unwrap_or_default());
        if row.total_minor.is_some_and(|total| sum > i128::from(total)) {
            let message = "rebasa lo que hay / is more than there is";
            checks.wrong("awarded", UserErrorCode::Invalid, message);
        }
        checks.done()
    })
    .await?;
    let found = all.into_iter().find(|row| row.project_id == project);
    let found = found.ok_or_else(|| Error::no_such("input.project"))?;
    if found.decision.is_some() {
        return Err(Error::field(
            "input.project",
            UserErrorCode::IllegalState,
            "ya se resolvió / was decided already",
        ));
    }
    let over = [ProjectStatus::Rejected, ProjectStatus::Cancelled];
    let ended = applicant.is_none_or(|project| over.contains(&project.status));
    if decision == ApplicationDecision::Awarded && ended {
        return Err(Error::field(
            "input.project",
            UserErrorCode::IllegalState,
            "el proyecto ya no existe / the project has ended",
        ));
    }
    let (now, person) = (work.now, work.viewer().person);
    let allowed = work.viewer().allow(action, row.clone())?;
    work.record(Event::ProjectApplicationDecided { project });
    work.update(allowed.part(found)?, |found| {
        (found.decision, found.awarded_minor) = (Some(decision), awarded);
        (found.decided_at, found.decided_by) = (Some(now), person);
        found.note = Some(note);
    })
    .await?;
    Ok(row)
}

/// Applies to a programme that takes applications, with a consortium in the making. What is not
/// met stands in the way; what is not known does not.
pub(crate) async fn apply(
    work: &mut Work,
    (id, expected_version): (ProjectId, i32),
    programme: ProgrammeId,
) -> Result<project::Model> {
    let now = work.now;
    let action = ProjectAction::Apply;
    let row = step(work, id, Some(expected_version), action, (None, None), |_| Ok(())).await?;
    // Held, so that it does not close meanwhile.
    let found = work.keep::<programme::Entity>(programme).await?;
    let found = found.ok_or_else(|| Error::no_such("input.programme"))?;
    if found.status != ProgrammeStatus::Open {
        return Err(Error::field(
            "input.programme",
            UserErrorCode::IllegalState,
            "no recibe solicitudes / does not take applications",
        ));
    }
    if application::Entity::find_by_id(id).one(work.tx()).await?.is_some() {
        return Err(Error::field(
            "input.programme",
            UserErrorCode::Duplicate,
            "ya solicitó a un programa / has applied to a programme already",
        ));
    }
    let candidate = of_applicant(work, &row).await?;
    let lines = judge(&found, &candidate, now);
    let missing = lines.iter().filter(|line| line.status == ConditionStatus::NotMet);
    let missing: Vec<_> = missing
        .map(|line| {
            let text = format!("{} / {}", line.text(Language::Es), line.text(Language::En));
            UserError::at("input.programme", UserErrorCode::Invalid, text)
        })
        .collect();
    if !missing.is_empty() {
        return Err(Error::Refused(missing));
    }
    let new = application::Model {
        project_id: id,
        programme_id: programme,
        applied_at: now,
        applied_by: work.viewer().person,
        decision: None,
        awarded_minor: None,
        decided_at: None,
        decided_by: None,
        note: None,
    };
    let allowed = work.viewer().allow(action, row.clone())?;
    work.insert(allowed.part(new)?).await?;
    Ok(row)
}

/// Takes an application back that was not decided.
pub(crate) async fn withdraw_application(
    work: &mut Work,
    (id, expected_version): (ProjectId, i32),
) -> Result<project::Model> {
    let action = ProjectAction::WithdrawApplication;
    let row = step(work, id, Some(expected_version), action, (None, None), |_| Ok(())).await?;
    let found = application::Entity::find_by_id(id).one(work.tx()).await?;
    // Held, so that nobody decides about it meanwhile.
    if let Some(found) = &found {
        work.keep::<programme::Entity>(found.programme_id).await?;
    }
    let found = application::Entity::find_by_id(id).one(work.tx()).await?;
    let Some(found) = found.filter(|found| found.decision.is_none()) else {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "no hay una solicitud por resolver / there is no application to be decided",
        ));
    };
    let allowed = work.viewer().allow(action, row.clone())?;
    work.remove(allowed.part(found)?).await?;
    Ok(row)
}

/// Those about which something is due by itself.
pub(crate) fn due(now: DateTime<Utc>) -> [(Condition, ProgrammeAction); 2] {
    use programme::Column;
    let opens = Condition::all()
        .add(Column::Status.eq(ProgrammeStatus::Announced))
        .add(Column::OpensAt.lte(now));
    let closes = Condition::all()
        .add(Column::Status.eq(ProgrammeStatus::Open))
        .add(Column::ClosesAt.lte(now));
    [(opens, ProgrammeAction::Open), (closes, ProgrammeAction::Close)]
}

/// Does what is due, if it still is.
pub(crate) async fn move_on(
    work: &mut Work,
    id: ProgrammeId,
    action: ProgrammeAction,
) -> Result<()> {
    let now = work.now;
    step(work, id, None, action, (None, None), |row| {
        let due = match action {
            ProgrammeAction::Open => row.opens_at <= now,
            _ => row.closes_at.is_some_and(|end| end <= now),
        };
        if due { Ok(()) } else { Err(not_due()) }
    })
    .await
    .map(drop)
}

/// A programme that says nothing yet.
fn blank(now: DateTime<Utc>) -> programme::Model {
    programme::Model {
        id: ProgrammeId::new(now),
        folio: String::new(),
        version: 1,
        status: ProgrammeStatus::Announced,
        created_at: now,
        created_by: None,
        updated_at: now,
        kind: ProgrammeKind::default(),
        announced_by_id: OrganizationId::default(),
        sponsor: None,
        title: Localized::default(),
        description: None,
        opens_on: now.date_naive(),
        closes_on: None,
        opens_at: now,
        closes_at: None,
        currency: "MXN".to_owned(),
        total_minor: None,
        eligible_leads: Codes::default(),
        sme_required: false,
        min_partners: None,
        budget_min_minor: None,
        budget_max_minor: None,
        duration_min_months: None,
        duration_max_months: None,
        trl_from: None,
        trl_to: None,
        states: Codes::default(),
        scian: Codes::default(),
        min_assimilation_level: None,
        url: None,
        results: None,
    }
}
