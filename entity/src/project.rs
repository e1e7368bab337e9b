//! A project that partners carry out together: from a proposal to an outcome that counts.

use sea_orm::entity::prelude::*;

use crate::{
    AgreementId, Codes, FundingLines, Localized, OrganizationId, PersonId, ProjectId, ProjectRisks,
    ProjectStatus, ProjectType, WorkPackages,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "project")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProjectId,
    /// What people call it (`PRY-2026-000123`).
    pub folio: String,
    /// Grows by one with every change; guards against lost updates.
    pub version: i32,
    pub status: ProjectStatus,
    pub created_at: DateTimeUtc,
    pub created_by: Option<PersonId>,
    pub updated_at: DateTimeUtc,
    pub kind: ProjectType,
    /// The partner that proposed it: until it is formed, it is theirs and the leader's.
    pub proposed_by_id: OrganizationId,
    /// The partner that leads it.
    pub leader_id: OrganizationId,
    /// Who takes part, for the rules, without those who declined; `project_partner` holds what
    /// each of them did.
    pub partners: Codes,
    /// The contract on which it rests.
    pub agreement_id: Option<AgreementId>,
    pub title: Localized,
    pub objective: Option<Localized>,
    /// SCIAN codes of what it serves.
    pub scian: Codes,
    pub subsector: Option<String>,
    /// INEGI keys of the federal states in which it works.
    pub states: Codes,
    pub trl_start: Option<i32>,
    pub trl_target: Option<i32>,
    /// What its milestones have shown.
    pub trl_current: Option<i32>,
    pub starts_on: Option<Date>,
    pub ends_on: Option<Date>,
    /// ISO 4217, for all amounts.
    pub currency: String,
    /// In hundredths.
    pub budget_minor: Option<i64>,
    pub funding: FundingLines,
    pub work_packages: WorkPackages,
    pub risks: ProjectRisks,
    /// When the other partners first saw it.
    pub formed_at: Option<DateTimeUtc>,
    pub approved_at: Option<DateTimeUtc>,
    pub started_at: Option<DateTimeUtc>,
    pub completed_at: Option<DateTimeUtc>,
    /// When it ended: closed, rejected or cancelled.
    pub ended_at: Option<DateTimeUtc>,
    /// Whether all partners let the network know of it.
    pub published: bool,
    /// The day on which the next open milestone is due.
    pub next_due_on: Option<Date>,
}

impl ActiveModelBehavior for ActiveModel {}
