//! Assessments: who records them, what they say, and the one that counts.

use std::collections::HashMap;

use async_graphql::{
    Context, InputObject, MaybeUndefined, Object, SimpleObject, dataloader::Loader,
};
use chrono::{DateTime, Months, NaiveDate, Utc};
use entity::{
    AssessmentId, AssessmentKind, AssessmentMethod, AssimilationLevel, AssimilationScores,
    OrganizationId, OrganizationKind, Texts, assessment, organization,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::ladder;
use crate::{
    calendar::day_of,
    checks::Checks,
    codes::Labels,
    context::Request,
    error::{Error, Result, Told, UserError, UserErrorCode},
    event::Event,
    mutation::{carry_out_row, told},
    organizations::standing,
    policy::AssessmentAction,
    read::Batch,
    work::Work,
};

/// For how many months an assessment counts.
const VALID: Months = Months::new(24);

/// How well a company takes up technology, as it was assessed on a day. For the company, its chamber, and an office that was introduced to it.
#[derive(Clone, Debug, SimpleObject)]
pub struct AssimilationAssessment {
    /// Identifies it.
    id: AssessmentId,
    /// Who assessed it.
    kind: AssessmentKind,
    /// By which method.
    method: AssessmentMethod,
    /// On which day.
    assessed_on: NaiveDate,
    /// The last day on which it counts: 24 months later.
    valid_until: NaiveDate,
    /// The scores in the nine dimensions, 1 to 4 each.
    scores: AssimilationScores,
    /// The scores added up, 9 to 36.
    total: i32,
    /// The level, 1 to 4: by quarters of the total, not above 1 + the lesser of `acquireAbsorb` and `implementUse`, and not above 3 when the company assessed itself.
    level: i32,
    /// What the level is called.
    level_name: AssimilationLevel,
    /// What it rests on.
    evidence: Vec<String>,
    /// When it was put on record.
    recorded_at: DateTime<Utc>,
    /// When it was taken back. Null when it was not.
    withdrawn_at: Option<DateTime<Utc>>,
}

impl From<assessment::Model> for AssimilationAssessment {
    fn from(row: assessment::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            method: row.method,
            assessed_on: row.assessed_on,
            valid_until: row.valid_until,
            scores: row.scores,
            total: row.total,
            level: row.level,
            level_name: ladder::name(row.level),
            evidence: row.evidence.0,
            recorded_at: row.recorded_at,
            withdrawn_at: row.withdrawn_at,
        }
    }
}

/// The assessment as it stands now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct AssessmentPayload {
    /// The assessment after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    assessment: Option<AssimilationAssessment>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// An assessment that is put on record.
#[derive(Debug, InputObject)]
pub struct RecordAssessmentInput {
    /// The company, or the start-up.
    pub(crate) organization: OrganizationId,
    /// The chamber that assesses it, to which it belongs. Not for `SELF_ASSESSED`, required for the others.
    pub(crate) chamber: Option<OrganizationId>,
    /// Who assessed it.
    pub(crate) kind: AssessmentKind,
    /// By which method; results of other methods are told in the nine dimensions (`assimilationCrosswalk`).
    #[graphql(default)]
    pub(crate) method: AssessmentMethod,
    /// On which day; not in the future, and not longer ago than it counts.
    pub(crate) assessed_on: NaiveDate,
    /// The scores, 1 to 4 each.
    pub(crate) scores: AssimilationScores,
    /// What it rests on, at most 20 texts of at most 500 characters.
    #[graphql(default)]
    pub(crate) evidence: Vec<String>,
}

/// Mutations of assessments.
#[derive(Debug, Default)]
pub struct AssimilationMutation;

#[Object]
impl AssimilationMutation {
    /// Puts on record how well a company takes up technology. For members of the company (`SELF_ASSESSED`), and for liaisons and admins of its chamber, within their territory (`ASSISTED`, `AUDITED`).
    async fn record_assessment(
        &self,
        ctx: &Context<'_>,
        input: RecordAssessmentInput,
    ) -> Told<AssessmentPayload> {
        change(ctx, async |work| write_down(work, ctx.service().labels(), input).await).await
    }

    /// Takes an assessment back. For members of the company, of what it said of itself, and for liaisons and admins of the chamber that assessed.
    async fn withdraw_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment (`assessment_…`).")] id: AssessmentId,
    ) -> Told<AssessmentPayload> {
        change(ctx, async |work| {
            let now = work.now;
            let held = work.hold(id, AssessmentAction::Withdraw).await?;
            if held.withdrawn_at.is_some() {
                let message = "ya fue retirada / has been taken back already";
                return Err(Error::refused(UserErrorCode::IllegalState, message));
            }
            let row = work.update(held, |row| row.withdrawn_at = Some(now)).await?;
            let (assessment, organization) = (row.id, row.organization_id);
            work.record(Event::AssessmentWithdrawn { assessment, organization });
            Ok(row)
        })
        .await
    }
}

fn check(input: &RecordAssessmentInput, now: DateTime<Utc>, checks: &mut Checks<'_>) {
    for (dimension, score) in ladder::by_dimension(&input.scores) {
        // As the input spells it.
        let code = sea_orm::ActiveEnum::to_value(&dimension);
        let mut words = code.split('_').map(str::to_lowercase);
        let first = words.next().unwrap_or_default();
        let rest = words.map(|word| word[..1].to_uppercase() + &word[1..]).collect::<String>();
        let path = format!("scores.{first}{rest}");
        checks.number(&path, MaybeUndefined::Value(score), 1..=4, &mut None);
    }
    let today = day_of(now);
    let over = input.assessed_on.checked_add_months(VALID).is_none_or(|end| end < today);
    if input.assessed_on > today || over {
        let message =
            "está en el futuro, o ya no cuenta / lies in the future, or does not count any more";
        checks.wrong("assessedOn", UserErrorCode::Invalid, message);
    }
    let itself = input.kind == AssessmentKind::SelfAssessed;
    if itself == input.chamber.is_some() {
        let message = "sólo cuando evalúa la cámara / when the chamber assesses, and then only";
        checks.wrong("chamber", UserErrorCode::Invalid, message);
    }
}

/// Puts an assessment on record.
///
/// # Errors
/// When the viewer may not, or what is wrong with the input.
pub(crate) async fn write_down(
    work: &mut Work,
    labels: &Labels,
    input: RecordAssessmentInput,
) -> Result<assessment::Model> {
    let now = work.now;
    let mut checks = Checks::new("input.", labels);
    check(&input, now, &mut checks);
    let mut evidence = Texts::default();
    checks.texts("evidence", MaybeUndefined::Value(input.evidence), 20, 500, &mut evidence);
    let affiliation = match input.chamber {
        Some(chamber) => standing(work, input.organization, Some(chamber)).await?.0,
        None => None,
    };
    let row = assessment::Model {
        id: AssessmentId::new(now),
        organization_id: input.organization,
        chamber_id: input.chamber,
        region_id: affiliation.as_ref().and_then(|row| row.region_id),
        delegation_id: affiliation.as_ref().and_then(|row| row.delegation_id),
        kind: input.kind,
        method: input.method,
        assessed_on: input.assessed_on,
        valid_until: input.assessed_on.checked_add_months(VALID).unwrap_or(input.assessed_on),
        scores: input.scores,
        total: ladder::total(&input.scores),
        level: ladder::level_from(&input.scores, input.kind),
        evidence,
        recorded_at: now,
        recorded_by: work.viewer().person,
        withdrawn_at: None,
    };
    let allowed = work.allow_new(AssessmentAction::Record, row)?;
    checks.done()?;
    if input.chamber.is_some() && affiliation.is_none() {
        return Err(Error::field(
            "input.organization",
            UserErrorCode::Invalid,
            "no está afiliada a la cámara / is not affiliated to the chamber",
        ));
    }
    let company = organization::Entity::find_by_id(input.organization).one(work.tx()).await?;
    let company = company.ok_or_else(|| Error::no_such("input.organization"))?;
    if !matches!(company.kind, OrganizationKind::Company | OrganizationKind::Startup) {
        let message = "no es una empresa / is not a company";
        return Err(Error::field("input.organization", UserErrorCode::Invalid, message));
    }
    let row = work.insert(allowed).await?;
    let (assessment, organization) = (row.id, row.organization_id);
    work.record(Event::AssessmentRecorded { assessment, organization });
    Ok(row)
}

async fn change(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<assessment::Model>,
) -> Told<AssessmentPayload> {
    let outcome = carry_out_row(ctx, |row: &assessment::Model| row.id, task).await;
    let outcome = outcome.map(|row| row.map(Into::into));
    Some(told(outcome, |assessment, user_errors| AssessmentPayload { assessment, user_errors }))
}

/// Those that count on a day.
fn counting(today: NaiveDate) -> Condition {
    use assessment::Column;
    Condition::all().add(Column::WithdrawnAt.is_null()).add(Column::ValidUntil.gte(today))
}

/// The one of a company that counts: the last; of one day, the more thorough.
pub(super) fn current(rows: &[assessment::Model], today: NaiveDate) -> Option<&assessment::Model> {
    let thorough = |kind: AssessmentKind| match kind {
        AssessmentKind::SelfAssessed => 0,
        AssessmentKind::Assisted => 1,
        AssessmentKind::Audited => 2,
    };
    let counts = rows.iter().filter(|row| row.withdrawn_at.is_none() && row.valid_until >= today);
    counts.max_by_key(|row| (row.assessed_on, thorough(row.kind), row.id))
}

/// The level of a company, 1 to 4; nothing when no assessment of it counts.
pub(crate) async fn level_of(work: &Work, company: OrganizationId) -> Result<Option<i32>> {
    let today = day_of(work.now);
    let rows = assessment::Entity::find()
        .filter(assessment::Column::OrganizationId.eq(company))
        .filter(counting(today))
        .all(work.tx())
        .await?;
    Ok(current(&rows, today).map(|row| row.level))
}

/// The assessments of a company, the first first. Ask the policy about the company first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AssessmentsOf(pub(crate) OrganizationId);

impl AssessmentsOf {
    /// The one that counts today.
    pub(crate) async fn current(self, ctx: &Context<'_>) -> Result<Option<assessment::Model>> {
        let rows = ctx.loaders().load_for(self).await?.unwrap_or_default();
        Ok(current(&rows, day_of(ctx.viewer().now)).cloned())
    }
}

impl Loader<AssessmentsOf> for Batch {
    type Value = Vec<assessment::Model>;
    type Error = Error;

    async fn load(&self, keys: &[AssessmentsOf]) -> Result<HashMap<AssessmentsOf, Self::Value>> {
        let rows = assessment::Entity::find()
            .filter(assessment::Column::OrganizationId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(assessment::Column::AssessedOn)
            .order_by_asc(assessment::Column::Id)
            .all(self.db.fresh())
            .await?;
        let mut found: HashMap<AssessmentsOf, Self::Value> = HashMap::new();
        for row in rows {
            found.entry(AssessmentsOf(row.organization_id)).or_default().push(row);
        }
        Ok(found)
    }
}
