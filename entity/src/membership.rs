//! A role that a person holds in an organization, with its territory and its dates.

use sea_orm::{Condition, entity::prelude::*};

use crate::{Codes, MembershipId, OrganizationId, PersonId, Role};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipId,
    /// Grows by one when its territory or its end is changed.
    pub version: i32,
    pub person_id: PersonId,
    pub organization_id: OrganizationId,
    pub role: Role,
    /// Region ids to which the role is limited; empty for the whole chamber.
    pub regions: Codes,
    /// Delegation ids to which the role is limited; empty for the whole chamber.
    pub delegations: Codes,
    pub from_at: DateTimeUtc,
    pub to_at: Option<DateTimeUtc>,
    /// Who invited them; nothing when files or the command line put them on record.
    pub invited_by: Option<PersonId>,
    /// Who ended it before its time: they themselves, or who administers the organization.
    pub ended_by: Option<PersonId>,
    /// Why, in the words of who ended it.
    pub end_note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Roles whose end has not come at `now`; some of them may not have begun.
#[must_use]
pub fn unended(now: DateTimeUtc) -> Condition {
    Condition::any().add(Column::ToAt.is_null()).add(Column::ToAt.gt(now))
}
