//! Who meets the conditions of a programme: what is known of a company, a need or a project, as
//! far as the asker may know it.

use async_graphql::{ComplexObject, Context, SimpleObject};
use entity::{
    ConditionStatus, Language, NeedId, OrganizationId, ProgrammeCondition, ProjectId, need,
    organization, programme, project, project_partner,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::conditions::{Candidate, Line, judge};
use crate::{
    assimilation::{AssessmentsOf, level_of},
    context::Request,
    error::{Error, Result},
    organizations::Organization,
    policy::{
        introduced_needs, is_institution, own_needs, own_projects, visible_needs,
        visible_organizations,
    },
    work::Work,
};

/// Whether somebody meets the conditions of a programme, line by line.
#[derive(Clone, Debug, SimpleObject)]
pub struct ProgrammeEligibility {
    /// `NOT_MET` when one condition is not met, else `UNKNOWN` when one cannot be told, else `MET`.
    eligible: ConditionStatus,
    /// The conditions that the programme has and that concern what was asked about, each once.
    conditions: Vec<ConditionLine>,
}

/// One condition of a programme, and whether it is met.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ConditionLine {
    /// Which condition.
    condition: ProgrammeCondition,
    /// Whether it is met; `UNKNOWN` when what it asks for is not said, or not yours to know.
    status: ConditionStatus,
    #[graphql(skip)]
    line: Line,
}

#[ComplexObject]
impl ConditionLine {
    /// What is asked, and what there is.
    async fn explanation(
        &self,
        #[graphql(default, desc = "The language you prefer.")] language: Language,
    ) -> String {
        self.line.text(language)
    }
}

impl From<Vec<Line>> for ProgrammeEligibility {
    fn from(lines: Vec<Line>) -> Self {
        let is = |status| lines.iter().any(|line| line.status == status);
        let eligible = if is(ConditionStatus::NotMet) {
            ConditionStatus::NotMet
        } else if is(ConditionStatus::Unknown) {
            ConditionStatus::Unknown
        } else {
            ConditionStatus::Met
        };
        let line =
            |line: Line| ConditionLine { condition: line.condition, status: line.status, line };
        Self { eligible, conditions: lines.into_iter().map(line).collect() }
    }
}

/// About whom it is asked.
pub(super) enum Asked {
    Company(OrganizationId),
    Need(NeedId),
    Project(ProjectId),
}

/// Whether somebody meets the conditions of a programme, as far as the asker may know.
///
/// # Errors
/// When the asker may not know of who is asked about.
pub(super) async fn eligibility(
    ctx: &Context<'_>,
    programme: &programme::Model,
    asked: Asked,
) -> Result<ProgrammeEligibility> {
    let db = ctx.service().db().read();
    let viewer = ctx.viewer();
    let gone = |name| Error::Argument(name, "does not exist".into());
    let candidate = match asked {
        Asked::Company(id) => {
            let row = organization::Entity::find_by_id(id).filter(visible_organizations(viewer));
            let row = row.one(db).await?.ok_or_else(|| gone("company"))?;
            Candidate {
                scian: row.scian.iter().chain(&row.secondary_scian.0).cloned().collect(),
                states: row.state_code.clone().into_iter().collect(),
                ..of_company(ctx, &row).await?
            }
        }
        Asked::Need(id) => {
            let row = need::Entity::find_by_id(id).filter(visible_needs(viewer)).one(db).await?;
            let row = row.ok_or_else(|| gone("need"))?;
            // Who stands behind it, is not told by a condition either.
            let known = own_needs(viewer).add_option(introduced_needs(viewer));
            let known = need::Entity::find_by_id(id).filter(known).one(db).await?.is_some();
            let company = if known || viewer.system {
                organization::Entity::find_by_id(row.company_id).one(db).await?
            } else {
                None
            };
            let company = match company {
                Some(company) => of_company(ctx, &company).await?,
                None => Candidate::default(),
            };
            let trl = row.accepted_trl_min.zip(row.accepted_trl_max);
            Candidate {
                scian: row.scian.0,
                states: row.state_code.into_iter().collect(),
                trl,
                ..company
            }
        }
        Asked::Project(id) => {
            let row = project::Entity::find_by_id(id).filter(own_projects(viewer)).one(db).await?;
            of_project(ctx, &row.ok_or_else(|| gone("project"))?).await?
        }
    };
    Ok(judge(programme, &candidate, viewer.now).into())
}

/// What is known of a company by itself.
async fn of_company(ctx: &Context<'_>, row: &organization::Model) -> Result<Candidate> {
    let company = !is_institution(row.kind);
    Ok(Candidate {
        lead: Some(row.kind),
        sizes: Some(if company { vec![row.size_class] } else { Vec::new() }),
        level: known_level(ctx, row.id).await?,
        ..Candidate::default()
    })
}

/// The level of a company, as far as the asker may know it.
async fn known_level(ctx: &Context<'_>, company: OrganizationId) -> Result<Option<i32>> {
    let known = ctx.load::<Organization>(company).await?;
    if !known.is_some_and(|company| company.is_assessed()) {
        return Ok(None);
    }
    Ok(AssessmentsOf(company).current(ctx).await?.map(|row| row.level))
}

/// What is known of a project. Ask the policy about the project, or about its application, first.
pub(super) async fn of_project(ctx: &Context<'_>, row: &project::Model) -> Result<Candidate> {
    let (mut candidate, companies) = common(ctx.service().db().read(), row).await?;
    let mut levels = Vec::with_capacity(companies.len());
    for company in companies {
        levels.push(known_level(ctx, company).await?);
    }
    let all: Option<Vec<i32>> = levels.into_iter().collect();
    candidate.level = all.and_then(|levels| levels.into_iter().min());
    Ok(candidate)
}

/// The same, for the leader who applies: of the levels, it is told its own alone.
pub(super) async fn of_applicant(work: &Work, row: &project::Model) -> Result<Candidate> {
    let (mut candidate, companies) = common(work.tx(), row).await?;
    if companies == [row.leader_id] {
        candidate.level = level_of(work, row.leader_id).await?;
    }
    Ok(candidate)
}

/// What everybody knows of a project who may read it, and the companies that take part.
async fn common(
    db: &impl ConnectionTrait,
    row: &project::Model,
) -> Result<(Candidate, Vec<OrganizationId>)> {
    let partners = project_partner::Entity::find()
        .filter(project_partner::Column::ProjectId.eq(row.id))
        .filter(project_partner::Column::DeclinedAt.is_null())
        .all(db)
        .await?;
    let ids = partners.iter().map(|partner| partner.organization_id);
    let rows =
        organization::Entity::find().filter(organization::Column::Id.is_in(ids)).all(db).await?;
    let companies: Vec<_> = rows.iter().filter(|row| !is_institution(row.kind)).collect();
    let leader = rows.iter().find(|one| one.id == row.leader_id);
    let candidate = Candidate {
        lead: leader.map(|leader| leader.kind),
        sizes: Some(companies.iter().map(|company| company.size_class).collect()),
        scian: row.scian.0.clone(),
        states: row.states.0.clone(),
        partners: Some(partners.len()),
        budget: row.budget_minor.map(|minor| (minor, row.currency.clone())),
        days: row.starts_on.zip(row.ends_on),
        trl: row.trl_start.map(|level| (level, level)),
        level: None,
        is_project: true,
    };
    Ok((candidate, companies.into_iter().map(|company| company.id).collect()))
}
