//! Who meets the conditions of a programme: what is known of a company, a need or a project, as
//! far as the asker may know it.

use async_graphql::{ComplexObject, Context, SimpleObject};
use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    ConditionStatus, Language, NeedId, OrganizationId, ProgrammeCondition, ProjectId, need,
    organization, programme, project, project_partner,
};
use futures_util::future::try_join_all;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::conditions::{Candidate, Levels, Line, judge};
use crate::{
    assimilation::{AssessmentsOf, level_of},
    context::Request,
    error::{Error, Result},
    organizations::Organization,
    policy::{is_institution, own_needs, own_projects, visible_needs, visible_organizations},
    read::Batch,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asked {
    Company(OrganizationId),
    Need(NeedId),
    Project(ProjectId),
}

/// What the database knows of somebody, and the companies whose levels count; nothing for whom
/// the asker may not know of.
pub(super) type Known = (Candidate, Vec<OrganizationId>);

impl Loader<Asked> for Batch {
    type Value = Known;
    type Error = Error;

    // One at a time: a document asks about one or two, of many programmes.
    async fn load(&self, keys: &[Asked]) -> Result<HashMap<Asked, Known>> {
        let mut found = HashMap::new();
        for key in keys {
            if let Some(known) = self.known(*key).await? {
                found.insert(*key, known);
            }
        }
        Ok(found)
    }
}

impl Batch {
    async fn known(&self, asked: Asked) -> Result<Option<Known>> {
        let (db, viewer) = (self.db.fresh(), &self.viewer);
        Ok(match asked {
            Asked::Company(id) => {
                let row = organization::Entity::find_by_id(id);
                let row = row.filter(visible_organizations(viewer)).one(db).await?;
                row.map(|row| {
                    let (company, ids) = of_company(&row);
                    let scian = row.scian.into_iter().chain(row.secondary_scian.0).collect();
                    let states = row.state_code.into_iter().collect();
                    (Candidate { scian, states, is_company: true, ..company }, ids)
                })
            }
            Asked::Need(id) => {
                let row = need::Entity::find_by_id(id).filter(visible_needs(viewer));
                let Some(row) = row.one(db).await? else { return Ok(None) };
                // Who stands behind it, is told by a condition to its own side alone.
                let own = need::Entity::find_by_id(id).filter(own_needs(viewer));
                let own = viewer.system || own.one(db).await?.is_some();
                let company = organization::Entity::find_by_id(row.company_id);
                let company = if own { company.one(db).await? } else { None };
                let (company, ids) = company.as_ref().map(of_company).unwrap_or_default();
                let trl = row.accepted_trl_min.zip(row.accepted_trl_max);
                let states = row.state_code.into_iter().collect();
                Some((Candidate { scian: row.scian.0, states, trl, ..company }, ids))
            }
            Asked::Project(id) => {
                let row = project::Entity::find_by_id(id).filter(own_projects(viewer));
                let Some(row) = row.one(db).await? else { return Ok(None) };
                let (partners, rows) = consortium(db, &[id]).await?;
                Some(of_project(&row, &partners, &rows))
            }
        })
    }
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
    let name = match asked {
        Asked::Company(_) => "company",
        Asked::Need(_) => "need",
        Asked::Project(_) => "project",
    };
    let known = ctx.loaders().load_for(asked).await?;
    let known = known.ok_or_else(|| Error::Argument(name, "does not exist".into()))?;
    let candidate = with_levels(ctx, known).await?;
    Ok(judge(programme, &candidate, ctx.viewer().now).into())
}

/// What is known of a company by itself.
fn of_company(row: &organization::Model) -> Known {
    let company = !is_institution(row.kind);
    let candidate = Candidate {
        lead: Some(row.kind),
        sizes: Some(if company { vec![row.size_class] } else { Vec::new() }),
        ..Candidate::default()
    };
    (candidate, if company { vec![row.id] } else { Vec::new() })
}

/// With the levels of the companies, as far as they are the asker's own to know: of the company
/// itself, and of its chamber. An office that was introduced reads the level where the ledger
/// tells the company of it.
pub(super) async fn with_levels(
    ctx: &Context<'_>,
    (candidate, companies): Known,
) -> Result<Candidate> {
    let levels = companies.into_iter().map(async |company| {
        let known = ctx.loaders().know::<Organization>(ctx, company).await?;
        if !known.is_some_and(|company| company.is_assessed_here()) {
            return Ok::<_, Error>(None);
        }
        Ok(AssessmentsOf(company).current(ctx).await?.map(|row| row.level))
    });
    let levels = Levels::of(&try_join_all(levels).await?);
    Ok(Candidate { levels, ..candidate })
}

/// Who takes part in projects, and has said so, with the organizations; who was asked is the
/// leader's to know, also by no condition.
pub(super) async fn consortium(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
) -> Result<(Vec<project_partner::Model>, Vec<organization::Model>)> {
    use project_partner::Column;
    let partners = project_partner::Entity::find()
        .filter(Column::ProjectId.is_in(projects.iter().copied()))
        .filter(Column::AcceptedAt.is_not_null())
        .filter(Column::DeclinedAt.is_null())
        .order_by_asc(Column::Place)
        .all(db)
        .await?;
    let ids = partners.iter().map(|partner| partner.organization_id);
    let rows =
        organization::Entity::find().filter(organization::Column::Id.is_in(ids)).all(db).await?;
    Ok((partners, rows))
}

/// What everybody knows of a project who may read it, by those of its partners that accepted.
pub(super) fn of_project(
    row: &project::Model,
    partners: &[project_partner::Model],
    organizations: &[organization::Model],
) -> Known {
    let own = partners.iter().filter(|partner| partner.project_id == row.id);
    let own: Vec<_> = own.map(|partner| partner.organization_id).collect();
    let rows: Vec<_> = organizations.iter().filter(|one| own.contains(&one.id)).collect();
    let companies: Vec<_> = rows.iter().filter(|one| !is_institution(one.kind)).collect();
    let candidate = Candidate {
        lead: rows.iter().find(|one| one.id == row.leader_id).map(|leader| leader.kind),
        sizes: Some(companies.iter().map(|company| company.size_class).collect()),
        scian: row.scian.0.clone(),
        states: row.states.0.clone(),
        partners: Some(own.len()),
        budget: row.budget_minor.map(|minor| (minor, row.currency.clone())),
        days: row.starts_on.zip(row.ends_on),
        trl: row.trl_start.map(|level| (level, level)),
        levels: Levels::default(),
        is_company: false,
        is_project: true,
    };
    (candidate, companies.into_iter().map(|company| company.id).collect())
}

/// The same, for the leader who applies: of the levels, it is told its own alone.
pub(super) async fn of_applicant(work: &Work, row: &project::Model) -> Result<Candidate> {
    let (partners, rows) = consortium(work.tx(), &[row.id]).await?;
    let (candidate, companies) = of_project(row, &partners, &rows);
    let mut levels = Vec::with_capacity(companies.len());
    for company in companies {
        let own = company == row.leader_id;
        levels.push(if own { level_of(work, company).await? } else { None });
    }
    Ok(Candidate { levels: Levels::of(&levels), ..candidate })
}
