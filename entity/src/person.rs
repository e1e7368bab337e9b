//! A person: personal data, never public; events and history keep the id alone.

use sea_orm::entity::prelude::*;

use crate::{Language, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub orcid: Option<String>,
    pub locale: Language,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
