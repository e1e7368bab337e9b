//! What was done under an idempotency key, for as long as it may be sent again.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// SHA-256 of the caller, the mutation and the key, in hexadecimal digits: keys are not kept.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// SHA-256 of the input, in hexadecimal digits.
    pub input: String,
    /// The id of the record that the mutation was about. Null only until its work is committed.
    pub outcome: Option<String>,
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
