//! A project that applies to a programme, and what the programme decided.

use sea_orm::entity::prelude::*;

use crate::{ApplicationDecision, PersonId, ProgrammeId, ProjectId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "application")]
pub struct Model {
    /// A project applies to one programme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    pub programme_id: ProgrammeId,
    pub applied_at: DateTimeUtc,
    pub applied_by: Option<PersonId>,
    pub decision: Option<ApplicationDecision>,
    /// What was awarded, in hundredths of the programme's currency.
    pub awarded_minor: Option<i64>,
    pub decided_at: Option<DateTimeUtc>,
    pub decided_by: Option<PersonId>,
    /// Why, in words for both.
    pub note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
