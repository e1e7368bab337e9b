//! What a company or a transfer office has consented to; it ends when it is withdrawn or expires.

use sea_orm::{Condition, entity::prelude::*};

use crate::{ConsentId, ConsentPurpose, OrganizationId, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentId,
    pub organization_id: OrganizationId,
    pub purpose: ConsentPurpose,
    pub granted_by: PersonId,
    pub granted_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    pub withdrawn_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Consents that count at `now`: given, neither withdrawn nor expired.
#[must_use]
pub fn in_force(now: DateTimeUtc) -> Condition {
    let still = |column: Column| Condition::any().add(column.is_null()).add(column.gt(now));
    Condition::all()
        .add(Column::GrantedAt.lte(now))
        .add(still(Column::WithdrawnAt))
        .add(still(Column::ExpiresAt))
}
