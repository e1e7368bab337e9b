//! What a saved search found, told at the endpoint that its owner chose: by ids and what everybody
//! may read, and only of what the endpoint's organization may know. The inbox has it in any case.

use chrono::{DateTime, Utc};
use entity::{
    EventId, SavedSearchId, event, saved_search, search_find, webhook_delivery, webhook_endpoint,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value, json};

use super::{letter, outbox};
use crate::{
    context::Service,
    db::Db,
    error::Result,
    policy::{known_finds, tells_at},
    roles::on_record,
};

/// The kind of event by which a search says that it found something.
const FOUND: &str = "SEARCH_FOUND";
/// How many finds a message names, within 20 kB; it counts all.
const MOST_NAMED: u64 = 25;

/// Writes down what is to be sent of what searches found: once for each moment at which a search
/// tells. Returns how much.
pub(super) async fn plan(service: &Service, events: &[event::Model]) -> Result<usize> {
    let (db, now) = (service.db(), service.now());
    let found: Vec<_> = events.iter().filter(|event| event.kind == FOUND).collect();
    if found.is_empty() {
        return Ok(0);
    }
    let searches = found.iter().filter_map(|event| event.subject_id).map(SavedSearchId);
    let telling = saved_search::Entity::find()
        .filter(saved_search::Column::Id.is_in(searches))
        .filter(saved_search::Column::WebhookEndpointId.is_not_null())
        .all(db.fresh())
        .await?;
    let endpoints = telling.iter().filter_map(|search| search.webhook_endpoint_id);
    let endpoints = webhook_endpoint::Entity::find()
        .filter(webhook_endpoint::Column::Id.is_in(endpoints))
        .filter(webhook_endpoint::Column::DisabledAt.is_null())
        .all(db.fresh())
        .await?;
    let mut done = 0;
    for event in found {
        let search = telling.iter().find(|search| event.subject_id == Some(search.id.0));
        let Some(search) = search else { continue };
        let is_its = |one: &&webhook_endpoint::Model| search.webhook_endpoint_id == Some(one.id);
        let Some(endpoint) = endpoints.iter().find(is_its) else { continue };
        let Some(told_at) = told_at(db, search.id, event.happened_at).await? else { continue };
        let row = webhook_delivery::Model {
            kind: None,
            next_at: Some(told_at),
            ..outbox::new(endpoint, Some(event), now)
        };
        if !is_gathered(db, &row).await? {
            outbox::put(db, vec![row]).await?;
            done += 1;
        }
    }
    Ok(done)
}

/// When what a search found at a moment is told.
async fn told_at(
    db: &Db,
    search: SavedSearchId,
    found_at: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    use search_find::Column;
    let told_at = search_find::Entity::find()
        .select_only()
        .column(Column::ToldAt)
        .filter(Column::SavedSearchId.eq(search))
        .filter(Column::FoundAt.eq(found_at))
        .into_tuple()
        .one(db.fresh())
        .await?;
    Ok(told_at)
}

/// Whether the message of an earlier event, which waits for the same moment, will tell it too.
async fn is_gathered(db: &Db, row: &webhook_delivery::Model) -> Result<bool> {
    use webhook_delivery::Column;
    let waiting = webhook_delivery::Entity::find()
        .filter(Column::EndpointId.eq(row.endpoint_id))
        .filter(Column::Record.eq(row.record.as_deref()))
        .filter(Column::NextAt.eq(row.next_at))
        .count(db.fresh())
        .await?;
    Ok(waiting > 0)
}

/// What is told of what a search found; nothing when it tells elsewhere by now, when its owner
/// does not administer the endpoint any more, or the organization may know of none of it.
pub(super) async fn of(
    service: &Service,
    endpoint: &webhook_endpoint::Model,
    event: EventId,
) -> Result<Option<String>> {
    use search_find::Column;
    let (db, now) = (service.db(), service.now());
    let event = event::Entity::find().filter(event::Column::Id.eq(event)).one(db.fresh()).await?;
    let Some(event) = event else { return Ok(None) };
    let search =
        saved_search::Entity::find_by_id(SavedSearchId(event.subject_id.unwrap_or_default()))
            .filter(saved_search::Column::WebhookEndpointId.eq(endpoint.id))
            .one(db.fresh())
            .await?;
    let Some(search) = search else { return Ok(None) };
    let owner = on_record(db.fresh(), search.person_id, now).await?;
    if !tells_at(&owner, &search, endpoint) {
        return Ok(None);
    }
    let listener = letter::as_whom(db, endpoint.organization_id, now).await?;
    let told_at = told_at(db, search.id, event.happened_at).await?;
    let (Some(listener), Some(told_at)) = (listener, told_at) else { return Ok(None) };
    let finds = search_find::Entity::find()
        .filter(Column::SavedSearchId.eq(search.id))
        .filter(Column::ToldAt.eq(told_at))
        .filter(known_finds(&listener));
    let count = finds.clone().count(db.fresh()).await?;
    if count == 0 {
        return Ok(None);
    }
    let named = finds.order_by_asc(Column::Id).limit(MOST_NAMED).all(db.fresh()).await?;
    let mut told = Vec::new();
    for find in &named {
        told.push(facts(db, find, now).await?);
    }
    let data = json!({
        "kind": FOUND, "event": event.id, "sequence": event.seq, "record": search.id,
        "count": count, "finds": told,
    });
    Ok(Some(letter::text(FOUND, told_at, data)))
}

/// The record that was found, and what everybody may read of it.
async fn facts(
    db: &Db,
    find: &search_find::Model,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>> {
    let need = find.need_id.map(|id| (id.to_string(), id.0));
    let offer = find.offer_id.map(|id| (id.to_string(), id.0));
    let Some((record, id)) = need.or(offer) else { return Ok(Map::new()) };
    let mut facts = letter::facts(db, Some(&record), Some(id), now).await?;
    facts.insert("record".to_owned(), json!(record));
    Ok(facts)
}
