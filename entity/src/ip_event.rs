//! Something that happened to a piece of intellectual property before its office, on a day.
//! What it leads to is computed of all that happened, so that a mistake can be taken back.

use sea_orm::entity::prelude::*;

use crate::{IpAssetId, IpEvent, IpEventId, PersonId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ip_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IpEventId,
    pub asset_id: IpAssetId,
    pub kind: IpEvent,
    /// The day on which it happened.
    pub on_day: Date,
    /// Until which day fees are paid with it.
    pub paid_until: Option<Date>,
    pub note: Option<String>,
    pub recorded_at: DateTimeUtc,
    pub recorded_by: Option<PersonId>,
    /// When it was taken back as a mistake.
    pub removed_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
