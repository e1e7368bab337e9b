//! An invitation to hold a role in an organization. Who has its code accepts it, once.

use sea_orm::{Condition, entity::prelude::*};

use crate::{Codes, InvitationId, MembershipId, OrganizationId, PersonId, Role};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    pub organization_id: OrganizationId,
    pub role: Role,
    /// Region ids to which the role will be limited; empty for the whole chamber.
    pub regions: Codes,
    /// Delegation ids to which the role will be limited; empty for the whole chamber.
    pub delegations: Codes,
    /// Until when the role will be held; nothing for no end.
    pub until_at: Option<DateTimeUtc>,
    /// Whom it is for, in the words of who invites; blanked once it is accepted, withdrawn or over.
    pub name: Option<String>,
    pub email: Option<String>,
    /// The beginning of its code, by which people tell one from another.
    pub code_prefix: String,
    /// SHA-256 of the code, in hexadecimal digits; the code itself is nowhere.
    pub code_hash: String,
    pub created_at: DateTimeUtc,
    pub created_by: Option<PersonId>,
    pub expires_at: DateTimeUtc,
    pub accepted_at: Option<DateTimeUtc>,
    pub accepted_by: Option<PersonId>,
    /// What came of it.
    pub membership_id: Option<MembershipId>,
    pub withdrawn_at: Option<DateTimeUtc>,
    pub withdrawn_by: Option<PersonId>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Invitations that can still be accepted at `now`.
#[must_use]
pub fn open(now: DateTimeUtc) -> Condition {
    Condition::all()
        .add(Column::AcceptedAt.is_null())
        .add(Column::WithdrawnAt.is_null())
        .add(Column::ExpiresAt.gt(now))
}

impl Model {
    /// The same for one in hand.
    #[must_use]
    pub fn is_open(&self, now: DateTimeUtc) -> bool {
        self.accepted_at.is_none() && self.withdrawn_at.is_none() && now < self.expires_at
    }
}
