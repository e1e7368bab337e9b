//! A thing that happened: audit trail and outbox in one.

use sea_orm::entity::prelude::*;

use crate::{ClientId, EventId, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Order of writing; on PostgreSQL not the order of commits (see `xid`).
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub id: EventId,
    /// PostgreSQL's transaction id, so that followers read only what can no longer be overtaken; 0 on SQLite.
    pub xid: i64,
    pub kind: String,
    /// Null when a machine did it, or the system by itself.
    pub actor_id: Option<PersonId>,
    /// The machine that did it, in place of a person.
    pub client_id: Option<ClientId>,
    /// The record it is about, as a prefixed id. Null for batches.
    pub subject: Option<String>,
    /// The same, bare. The database computes it: nobody writes it.
    pub subject_id: Option<Uuid>,
    /// Ids and codes only: no text of a record, no personal data.
    pub body: Json,
    pub happened_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
