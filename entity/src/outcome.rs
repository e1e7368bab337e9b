//! What came of a project, in figures, and who else says so.

use sea_orm::entity::prelude::*;

use crate::{
    Codes, Localized, OrganizationId, OutcomeId, OutcomeKind, OutcomeStatus, PersonId, ProjectId,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outcome")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutcomeId,
    pub project_id: ProjectId,
    pub kind: OutcomeKind,
    pub status: OutcomeStatus,
    /// What is measured.
    pub metric: Localized,
    /// As it was before, in hundredths of the unit.
    pub baseline_hundredths: Option<i64>,
    /// As it is now, in hundredths of the unit.
    pub value_hundredths: i64,
    pub unit: String,
    pub measured_on: Date,
    pub evidence: Localized,
    /// Ids of documents of the project that show it.
    pub documents: Codes,
    /// The partner that says so.
    pub recorded_by_id: OrganizationId,
    pub recorded_by: Option<PersonId>,
    pub recorded_at: DateTimeUtc,
    /// The partner that found it true, or did not.
    pub judged_by_id: Option<OrganizationId>,
    pub judged_by: Option<PersonId>,
    pub judged_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
