//! That somebody of a party has read a message: the first who did.

use sea_orm::entity::prelude::*;

use crate::{InterestParty, MessageId, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_read")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub party: InterestParty,
    pub person_id: Option<PersonId>,
    pub read_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
