//! Applications to programmes, as who looks after the programme and as the applicants see them.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use entity::{
    ApplicationDecision, ConsortiumRole, Language, Localized, OrganizationId, ProgrammeCondition,
    ProgrammeId, ProjectId, ProjectStatus, ProjectType, application, programme, project,
    project_partner,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    Programme,
    conditions::judge,
    eligibility::{Known, ProgrammeEligibility, consortium, of_project, with_levels},
};
use crate::{
    context::Request,
    error::{Error, Result, Told},
    organizations::Organization,
    read::Batch,
    scalars::{Decimal, Money},
};

/// The application of a project. Ask the policy about the project first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ApplicationOf(pub(crate) ProjectId);

impl Loader<ApplicationOf> for Batch {
    type Value = application::Model;
    type Error = Error;

    async fn load(
        &self,
        keys: &[ApplicationOf],
    ) -> Result<HashMap<ApplicationOf, application::Model>> {
        let rows = application::Entity::find()
            .filter(application::Column::ProjectId.is_in(keys.iter().map(|key| key.0)))
            .all(self.db.fresh())
            .await?;
        Ok(rows.into_iter().map(|row| (ApplicationOf(row.project_id), row)).collect())
    }
}

/// The applications to a programme with their projects, the first first. Ask the policy about the
/// programme first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ApplicationsTo(pub(super) ProgrammeId);

/// An application, its project, who carries that out, and what conditions can be judged by.
pub(super) type Applied = (application::Model, project::Model, Vec<project_partner::Model>, Known);

impl Loader<ApplicationsTo> for Batch {
    type Value = Vec<Applied>;
    type Error = Error;

    async fn load(&self, keys: &[ApplicationsTo]) -> Result<HashMap<ApplicationsTo, Self::Value>> {
        let db = self.db.fresh();
        let rows = application::Entity::find()
            .filter(application::Column::ProgrammeId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(application::Column::AppliedAt)
            .order_by_asc(application::Column::ProjectId)
            .all(db)
            .await?;
        let ids: Vec<_> = rows.iter().map(|row| row.project_id).collect();
        let projects = project::Entity::find()
            .filter(project::Column::Id.is_in(ids.iter().copied()))
            .all(db)
            .await?;
        let mut projects: HashMap<_, _> = projects.into_iter().map(|row| (row.id, row)).collect();
        let (partners, organizations) = consortium(db, &ids).await?;
        let mut found: HashMap<ApplicationsTo, Self::Value> = HashMap::new();
        for row in rows {
            let Some(project) = projects.remove(&row.project_id) else { continue };
            let known = of_project(&project, &partners, &organizations);
            let own = partners.iter().filter(|one| one.project_id == project.id).cloned().collect();
            let applied = (row, project, own, known);
            found.entry(ApplicationsTo(applied.0.programme_id)).or_default().push(applied);
        }
        Ok(found)
    }
}

/// A project that applies to a programme, as who looks after the programme sees it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ProgrammeApplication {
    /// Identifies the project; give it to `decideApplication`.
    project: ProjectId,
    /// What people call the project (`PRY-2026-000123`).
    folio: String,
    /// What kind of project it is.
    #[graphql(name = "type")]
    kind: ProjectType,
    /// Where the project stands.
    status: ProjectStatus,
    /// When it applied.
    applied_at: DateTime<Utc>,
    /// What was decided. Null until then.
    decision: Option<ApplicationDecision>,
    /// What was awarded, in the programme's currency. Null when nothing was.
    awarded: Option<Decimal>,
    /// When it was decided. Null until then.
    decided_at: Option<DateTime<Utc>>,
    /// Why, in words for both. Null until then.
    note: Option<String>,
    /// What the project costs. Null when nothing was said.
    budget: Option<Money>,
    /// The technology readiness level at its beginning, 1 to 9. Null when nothing was said.
    trl_start: Option<i32>,
    /// The technology readiness level that it is to reach, 1 to 9. Null when nothing was said.
    trl_target: Option<i32>,
    #[graphql(skip)]
    title: Localized,
    #[graphql(skip)]
    objective: Option<Localized>,
    #[graphql(skip)]
    partners: Vec<(OrganizationId, ConsortiumRole)>,
    #[graphql(skip)]
    judged: Arc<(programme::Model, Known)>,
}

#[ComplexObject]
impl ProgrammeApplication {
    /// What the project is called.
    async fn title(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.title.in_language(language).unwrap_or_default()
    }

    /// What the project is to reach. Null when nothing was said.
    async fn objective(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.objective.as_ref()?.in_language(language)
    }

    /// Who has accepted to take part, in their order.
    async fn partners(&self) -> Vec<Applicant> {
        let one = |(organization_id, role): &(OrganizationId, ConsortiumRole)| Applicant {
            role: *role,
            organization_id: *organization_id,
        };
        self.partners.iter().map(one).collect()
    }

    /// Whether the project meets the conditions as it is now, by those of its partners that have accepted, and as far as you may know; that it applied in time is not asked again. Null only when it cannot be told.
    async fn eligibility(&self, ctx: &Context<'_>) -> Told<ProgrammeEligibility> {
        let (programme, known) = &*self.judged;
        let candidate = with_levels(ctx, known.clone()).await;
        Some(candidate.map(|who| {
            let mut lines = judge(programme, &who, self.applied_at);
            lines.retain(|line| line.condition != ProgrammeCondition::Window);
            lines.into()
        }))
    }
}

/// Somebody who takes part in a project that applies.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Applicant {
    /// As what.
    role: ConsortiumRole,
    #[graphql(skip)]
    organization_id: OrganizationId,
}

#[ComplexObject]
impl Applicant {
    /// Which organization. Null only when it cannot be read.
    async fn organization(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.organization_id).await.transpose()
    }
}

impl ProgrammeApplication {
    pub(super) fn disclose(programme: &programme::Model, applied: Applied) -> Self {
        let (row, project, partners, known) = applied;
        let currency = project.currency.clone();
        Self {
            project: project.id,
            folio: project.folio.clone(),
            kind: project.kind,
            status: project.status,
            applied_at: row.applied_at,
            decision: row.decision,
            awarded: row.awarded_minor.map(Decimal),
            decided_at: row.decided_at,
            note: row.note,
            budget: project.budget_minor.map(|minor| Money { amount: Decimal(minor), currency }),
            trl_start: project.trl_start,
            trl_target: project.trl_target,
            title: project.title.clone(),
            objective: project.objective.clone(),
            partners: partners.iter().map(|row| (row.organization_id, row.role)).collect(),
            judged: Arc::new((programme.clone(), known)),
        }
    }
}

/// A programme as the database has it. Programmes are public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct WholeOf(pub(super) ProgrammeId);

impl Loader<WholeOf> for Batch {
    type Value = programme::Model;
    type Error = Error;

    async fn load(&self, keys: &[WholeOf]) -> Result<HashMap<WholeOf, programme::Model>> {
        let rows = programme::Entity::find()
            .filter(programme::Column::Id.is_in(keys.iter().map(|key| key.0)))
            .all(self.db.fresh())
            .await?;
        Ok(rows.into_iter().map(|row| (WholeOf(row.id), row)).collect())
    }
}

/// The application of a project to a programme, as its partners see it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ProjectApplication {
    /// When it applied.
    applied_at: DateTime<Utc>,
    /// What was decided. Null until then.
    decision: Option<ApplicationDecision>,
    /// What was awarded, in the programme's currency. Null when nothing was.
    awarded: Option<Decimal>,
    /// When it was decided. Null until then.
    decided_at: Option<DateTime<Utc>>,
    /// Why, in words for both. Null until then.
    note: Option<String>,
    #[graphql(skip)]
    programme_id: ProgrammeId,
}

#[ComplexObject]
impl ProjectApplication {
    /// The programme. Null only when it cannot be read.
    async fn programme(&self, ctx: &Context<'_>) -> Told<Arc<Programme>> {
        ctx.load(self.programme_id).await.transpose()
    }
}

impl From<application::Model> for ProjectApplication {
    fn from(row: application::Model) -> Self {
        Self {
            applied_at: row.applied_at,
            decision: row.decision,
            awarded: row.awarded_minor.map(Decimal),
            decided_at: row.decided_at,
            note: row.note,
            programme_id: row.programme_id,
        }
    }
}
