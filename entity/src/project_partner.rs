//! A partner in a project, and what it did: accepted its line, approved, agreed to close.

use sea_orm::entity::prelude::*;

use crate::{ConsortiumRole, Localized, OrganizationId, PersonId, ProjectId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "project_partner")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// Its place in the consortium, from 0.
    pub place: i32,
    pub role: ConsortiumRole,
    /// In basis points.
    pub share_bp: i32,
    /// Its part of the budget, in hundredths, once there is one and the shares add up.
    pub portion_minor: Option<i64>,
    pub contribution: Option<Localized>,
    /// Whether milestones are accepted by it, beside the leader: an office is, or whoever stands
    /// in for the one that leads.
    pub accepts_milestones: bool,
    /// Whether it approves the project and its closing: an office or a chamber.
    pub approves: bool,
    pub accepted_at: Option<DateTimeUtc>,
    pub accepted_by: Option<PersonId>,
    /// When it declined, or was taken out again.
    pub declined_at: Option<DateTimeUtc>,
    /// When it approved the project, as an office or a chamber.
    pub approved_at: Option<DateTimeUtc>,
    pub approved_by: Option<PersonId>,
    /// When it agreed that the project is closed, as an office or a chamber.
    pub closed_at: Option<DateTimeUtc>,
    pub closed_by: Option<PersonId>,
    /// Whether it lets the network know of the project.
    pub publishes: bool,
}

impl ActiveModelBehavior for ActiveModel {}
