//! A person whom a party to a non-disclosure agreement lets read what the other discloses.

use sea_orm::entity::prelude::*;

use crate::{AgreementId, OrganizationId, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "confidant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: AgreementId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// The party for which they read.
    pub organization_id: OrganizationId,
    pub named_at: DateTimeUtc,
    pub named_by: Option<PersonId>,
    /// When they stopped to be one.
    pub removed_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
