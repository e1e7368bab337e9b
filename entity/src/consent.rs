//! What a company has consented to; it ends when it is withdrawn or expires.

use sea_orm::entity::prelude::*;

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
