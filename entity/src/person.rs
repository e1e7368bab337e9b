//! A person: personal data, never public; events and history keep the id alone.

use sea_orm::entity::prelude::*;

use crate::{Language, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    /// Grows by one when they correct what is held about them.
    pub version: i32,
    /// Empty once they are erased.
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub orcid: Option<String>,
    pub locale: Language,
    pub created_at: DateTimeUtc,
    /// When everything but the id was blanked: nobody asks as them any more.
    pub erased_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
