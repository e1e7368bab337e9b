//! One step in a record's life: from which status to which, when, by whom, why.

use sea_orm::entity::prelude::*;

use crate::{ChangeId, ClientId, DeclineReason, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "history")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChangeId,
    /// The record, as a prefixed id.
    pub record: String,
    /// Null for the first step.
    pub from_status: Option<String>,
    pub to_status: String,
    pub at: DateTimeUtc,
    /// Null when a machine did it, or the system by itself.
    pub by: Option<PersonId>,
    /// The machine that did it, in place of a person.
    pub client_id: Option<ClientId>,
    pub reason: Option<DeclineReason>,
    pub note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
