//! How another system calls a record of ours; what makes imports idempotent.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "external_ref")]
pub struct Model {
    /// Who gave the id: `DENUE`, or the id of the chamber or office that imports.
    #[sea_orm(primary_key, auto_increment = false)]
    pub system: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub external_id: String,
    /// The record, as its prefixed id says what it is.
    pub record: String,
    /// A fingerprint of the imported line: an unchanged line writes nothing.
    pub fingerprint: i64,
}

impl ActiveModelBehavior for ActiveModel {}
