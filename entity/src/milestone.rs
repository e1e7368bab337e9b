//! A milestone of a project: what is to be reached until when, and what shows that it was.

use sea_orm::entity::prelude::*;

use crate::{
    Codes, Localized, MilestoneId, MilestoneKind, MilestoneStatus, OrganizationId, PersonId,
    ProjectId, TrlEvidences,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "milestone")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MilestoneId,
    pub project_id: ProjectId,
    /// Its number in the project, from 1.
    pub number: i32,
    pub kind: MilestoneKind,
    pub status: MilestoneStatus,
    pub title: Localized,
    pub acceptance_criteria: Option<Localized>,
    /// The partner that is to reach it.
    pub responsible_id: OrganizationId,
    pub due_on: Date,
    /// The technology readiness level that it shows.
    pub trl_after: Option<i32>,
    /// What is paid when it is accepted, in hundredths of the project's currency.
    pub payment_minor: Option<i64>,
    /// What shows that it was reached.
    pub evidence: Option<Localized>,
    pub trl_evidence: TrlEvidences,
    /// Ids of documents of the project that show it.
    pub documents: Codes,
    pub submitted_at: Option<DateTimeUtc>,
    pub submitted_by: Option<PersonId>,
    /// When the leader found that it was reached.
    pub leader_accepted_at: Option<DateTimeUtc>,
    pub leader_accepted_by: Option<PersonId>,
    /// When the office did, or whoever stands in for it.
    pub office_accepted_at: Option<DateTimeUtc>,
    pub office_accepted_by: Option<PersonId>,
    /// When it was accepted, missed or waived.
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
