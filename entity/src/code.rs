//! One entry of an official list or a vocabulary, with its labels.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "code")]
pub struct Model {
    /// `SCIAN`, `STATE`, `MUNICIPALITY`, `SDG`, `TRL`, `IPC`, or a vocabulary of `vocabularies.csv`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub list: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub label_es: String,
    /// Null where only a Spanish title was published.
    pub label_en: Option<String>,
    pub parent: Option<String>,
    /// What kind of entry (`sector`, `subsector`, `class`, …). Null for flat lists.
    pub level: Option<String>,
    pub edition: Option<String>,
    pub source: String,
    /// Place in the list.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
