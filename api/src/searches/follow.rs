//! The follower that looks through what is published: one instance at a time, from where the last
//! one stopped. What it does twice is written once.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use entity::{
    NeedId, OfferId, SavedSearchId, SavedSearchKind, SearchCadence, SearchFindId, event, need,
    offer, saved_search, search_find,
};
use matching::Profile;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::LockType,
};
use uuid::Uuid;

use super::fits::News;
use crate::{
    calendar::{next_monday_morning, next_morning},
    context::Service,
    db::Db,
    error::Result,
    event::Event,
    followers::{events_after, keep, lead},
    matches::{need_profile, offer_profile, touched},
    policy::{NEEDS_SEEN_BY_NETWORK, OFFERS_SEEN_BY_NETWORK},
};

/// The follower's name in the database.
const FOLLOWER: &str = "searches";
/// How many saved searches are gone through at once.
const CHUNK: u64 = 1_000;

/// Looks through what has been published since the last time, if this instance leads or can take
/// the lead. Returns how much was found.
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
    let db = service.db();
    let mut news = News::new(service.labels(), records(db, events).await?);
    let Some(last) = news.last() else { return Ok(0) };
    let (mut done, mut after) = (0, None::<SavedSearchId>);
    loop {
        let searches = saved_search::Entity::find()
            .filter(looking())
            .filter(saved_search::Column::Since.lt(last))
            .filter(
                Condition::all().add_option(after.map(|last| saved_search::Column::Id.gt(last))),
            )
            .order_by_asc(saved_search::Column::Id)
            .limit(CHUNK)
            .all(db.fresh())
            .await?;
        let Some(last) = searches.last() else { return Ok(done) };
        after = Some(last.id);
        let finding = searches.iter().filter(|search| !news.fitting(search).is_empty());
        let finding: Vec<_> = finding.map(|search| search.id).collect();
        if !finding.is_empty() {
            done += write(service, &mut news, &finding).await?;
        }
    }
}

/// The saved searches that are not paused.
fn looking() -> Condition {
    Condition::all().add(saved_search::Column::PausedAt.is_null())
}

/// What these events are about, as far as the network reads it now: what members may search of
/// it, and when it was first published.
async fn records(db: &Db, events: &[event::Model]) -> Result<Vec<(Profile, DateTime<Utc>)>> {
    let (needs, offers) = touched(events);
    if needs.is_empty() && offers.is_empty() {
        return Ok(Vec::new());
    }
    let needs = need::Entity::find()
        .filter(need::Column::Id.is_in(needs))
        .filter(need::Column::Status.is_in(NEEDS_SEEN_BY_NETWORK.iter().copied()))
        .all(db.fresh())
        .await?;
    let offers = offer::Entity::find()
        .filter(offer::Column::Id.is_in(offers))
        .filter(offer::Column::Status.is_in(OFFERS_SEEN_BY_NETWORK.iter().copied()))
        .all(db.fresh())
        .await?;
    let needs = needs.iter().filter_map(|row| Some((need_profile(row), row.first_published_at?)));
    let offers =
        offers.iter().filter_map(|row| Some((offer_profile(row), row.first_published_at?)));
    Ok(needs.chain(offers).collect())
}

/// Writes down what these searches find and had not found before.
async fn write(service: &Service, news: &mut News, searches: &[SavedSearchId]) -> Result<usize> {
    use search_find::Column;
    let mut work = service.system_work().await?;
    // Each search is held, and asked as it is now: its owner does not change it, and nobody else
    // finds for it, meanwhile.
    let held = saved_search::Entity::find()
        .filter(saved_search::Column::Id.is_in(searches.iter().copied()))
        .filter(looking())
        .order_by_asc(saved_search::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(work.tx())
        .await?;
    let found: Vec<_> = held.into_iter().map(|search| (news.fitting(&search), search)).collect();
    let records: HashSet<Uuid> = found.iter().flat_map(|(records, _)| records.clone()).collect();
    let of_records = Condition::any()
        .add(Column::NeedId.is_in(records.iter().copied().map(NeedId)))
        .add(Column::OfferId.is_in(records.iter().copied().map(OfferId)));
    let known: HashSet<(SavedSearchId, Uuid)> = search_find::Entity::find()
        .filter(Column::SavedSearchId.is_in(searches.iter().copied()))
        .filter(of_records)
        .all(work.tx())
        .await?
        .into_iter()
        .filter_map(|row| Some((row.saved_search_id, record(&row)?)))
        .collect();
    let (mut rows, now) = (Vec::new(), work.now);
    for (records, search) in &found {
        let new = records.iter().filter(|record| !known.contains(&(search.id, **record)));
        let before = rows.len();
        for record in new {
            let row = find(search, *record, now);
            rows.push(work.viewer().allow_system(row)?);
        }
        let finds = rows.len() - before;
        if finds > 0 {
            work.record(Event::SearchFound { search: search.id, finds });
        }
    }
    let done = rows.len();
    if done > 0 {
        work.insert_all(rows, &[]).await?;
        work.commit().await?;
    }
    Ok(done)
}

fn find(search: &saved_search::Model, record: Uuid, now: DateTime<Utc>) -> search_find::Model {
    let is_need = search.kind == SavedSearchKind::Need;
    // Nothing has to happen then, so nothing can happen twice or not at all.
    let told_at = match search.cadence {
        SearchCadence::AtOnce => now,
        SearchCadence::Daily => next_morning(now),
        SearchCadence::Weekly => next_monday_morning(now),
    };
    search_find::Model {
        id: SearchFindId::new(now),
        saved_search_id: search.id,
        person_id: search.person_id,
        need_id: is_need.then_some(NeedId(record)),
        offer_id: (!is_need).then_some(OfferId(record)),
        found_at: now,
        // Behind what its owner has looked at, though whoever led before had a clock that was ahead.
        told_at: told_at.max(search.seen_at + Duration::microseconds(1)),
    }
}

fn record(row: &search_find::Model) -> Option<Uuid> {
    row.need_id.map(|id| id.0).or(row.offer_id.map(|id| id.0))
}
