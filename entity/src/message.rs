//! A message in the conversation on an expression of interest.

use sea_orm::entity::prelude::*;

use crate::{DisclosureLevel, InterestId, InterestParty, MessageId, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageId,
    pub interest_id: InterestId,
    pub author_id: Option<PersonId>,
    /// For whom its author spoke.
    pub party: InterestParty,
    /// From which level on the interest it is read.
    pub level: DisclosureLevel,
    pub body: String,
    pub sent_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
