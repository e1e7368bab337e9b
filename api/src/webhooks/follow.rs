//! The follower that writes down who is to be told of what: one instance at a time, from where
//! the last one stopped. What it does twice is written once.

use entity::{event, webhook_endpoint};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{alert, letter, outbox};
use crate::{
    context::Service,
    error::Result,
    event::TimelineKind,
    followers::{events_after, keep, lead},
};

/// The follower's name in the database.
const FOLLOWER: &str = "webhooks";

/// Looks at what has happened since the last time, if this instance leads or can take the lead.
/// Returns how much there is to tell.
///
/// # Errors
/// When the database is away.
pub async fn follow(service: &Service, instance: &str) -> Result<usize> {
    let db = service.db();
    let mut done = 0;
    loop {
        let Some(bookmark) = lead(db, FOLLOWER, instance, service.now()).await? else {
            return Ok(done);
        };
        let (events, next) = events_after(db, bookmark).await?;
        if events.is_empty() {
            return Ok(done);
        }
        done += heed(service, &events).await?;
        keep(db, FOLLOWER, instance, next).await?;
    }
}

/// Gives up the lead, if this instance has it.
///
/// # Errors
/// When the database is away.
pub async fn resign(service: &Service, instance: &str) -> Result<()> {
    crate::followers::resign(service.db(), FOLLOWER, instance).await
}

async fn heed(service: &Service, events: &[event::Model]) -> Result<usize> {
    let alerts = alert::plan(service, events).await?;
    let told = |event: &&event::Model| TimelineKind::try_from_value(&event.kind).is_ok();
    let events: Vec<_> = events.iter().filter(told).collect();
    if events.is_empty() {
        return Ok(alerts);
    }
    let (db, now) = (service.db(), service.now());
    let endpoints = webhook_endpoint::Entity::find()
        .filter(webhook_endpoint::Column::DisabledAt.is_null())
        .order_by_asc(webhook_endpoint::Column::Id)
        .all(db.fresh())
        .await?;
    let mut done = alerts;
    for endpoint in endpoints {
        let wanted = events.iter().filter(|event| wants(&endpoint, event)).map(|event| event.id);
        let wanted: Vec<_> = wanted.collect();
        if wanted.is_empty() {
            continue;
        }
        let (of, most) = ((endpoint.organization_id, now), wanted.len() as u64);
        let told = letter::told(db, of, event::Column::Id.is_in(wanted).into(), most).await?;
        done += told.len();
        let rows = told.iter().map(|event| outbox::new(&endpoint, Some(event), now));
        outbox::put(db, rows.collect()).await?;
    }
    Ok(done)
}

/// Whether an endpoint is told events of this kind, from when it was given on.
fn wants(endpoint: &webhook_endpoint::Model, event: &event::Model) -> bool {
    let kinds = &endpoint.kinds.0;
    event.happened_at >= endpoint.created_at && (kinds.is_empty() || kinds.contains(&event.kind))
}
