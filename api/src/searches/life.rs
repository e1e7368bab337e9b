//! What can be done to a saved search.

use entity::{
    Codes, SavedSearchId, SavedSearchKind, SearchCadence, SearchChannel, SearchFindId,
    saved_search, search_find, webhook_endpoint,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::input::{SavedSearchInput, query};
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::check_version,
    policy::{SavedSearchAction, tells_at, told_finds},
    roles::on_record,
    work::Work,
};

/// How many searches somebody can have saved.
const MOST_SEARCHES: usize = 50;

/// Saves a search.
pub(super) async fn save(
    work: &mut Work,
    labels: &Labels,
    kind: SavedSearchKind,
    mut input: SavedSearchInput,
) -> Result<SavedSearchId> {
    let person_id = work.viewer().person.unwrap_or_default();
    let mut row = saved_search::Model {
        id: SavedSearchId::new(work.now),
        version: 1,
        person_id,
        created_at: work.now,
        updated_at: work.now,
        name: String::new(),
        kind,
        text: None,
        scian: Codes::default(),
        states: Codes::default(),
        trl_min: None,
        trl_max: None,
        cadence: SearchCadence::AtOnce,
        channel: SearchChannel::Inbox,
        webhook_endpoint_id: None,
        since: work.now,
        paused_at: None,
        seen_at: work.now,
        seen_id: SearchFindId::default(),
    };
    let allowed = work.allow_new(SavedSearchAction::Save, row.clone())?;
    input.demand();
    let mut checks = Checks::new("input.", labels);
    input.write(&mut row, &mut checks);
    checks.done()?;
    check_endpoint(work, &row).await?;
    let own = || {
        let own = saved_search::Column::PersonId.eq(person_id);
        saved_search::Entity::find().filter(own)
    };
    // Two requests at once do not share the last place: the second waits for the rows that the
    // first holds, and then counts anew.
    own().order_by_asc(saved_search::Column::Id).lock_exclusive().all(work.tx()).await?;
    if own().all(work.tx()).await?.len() >= MOST_SEARCHES {
        return Err(Error::refused(
            UserErrorCode::LimitReached,
            format!(
                "ya guardó {MOST_SEARCHES} búsquedas; borre una / you have saved {MOST_SEARCHES} searches; delete one"
            ),
        ));
    }
    let row = work.insert(allowed.with(|held| *held = row)).await?;
    work.record(Event::SearchSaved { search: row.id });
    Ok(row.id)
}

/// That whoever saves it administers the endpoint at which it is to tell: now, and as far as
/// memberships say, which are all that is known of its owner when something is found.
async fn check_endpoint(work: &Work, row: &saved_search::Model) -> Result<()> {
    let Some(id) = row.webhook_endpoint_id else { return Ok(()) };
    let none = || Error::no_such("input.webhookEndpoint");
    let endpoint = webhook_endpoint::Entity::find_by_id(id).one(work.tx()).await?;
    let endpoint = endpoint.ok_or_else(none)?;
    let on_record = on_record(work.tx(), row.person_id, work.now).await?;
    let owners = [work.viewer(), &on_record];
    if owners.into_iter().all(|owner| tells_at(owner, row, &endpoint)) {
        Ok(())
    } else {
        Err(none())
    }
}

/// Changes what it looks for, or when it tells. What it found stays, and is not found again;
/// another query finds what is published from now on.
pub(super) async fn change(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): (SavedSearchId, i32),
    input: SavedSearchInput,
) -> Result<SavedSearchId> {
    let held = work.hold(id, SavedSearchAction::Change).await?;
    check_version(held.version, Some(expected_version))?;
    let mut row = held.clone();
    let mut checks = Checks::new("input.", labels);
    input.write(&mut row, &mut checks);
    checks.done()?;
    if row.webhook_endpoint_id != held.webhook_endpoint_id {
        check_endpoint(work, &row).await?;
    }
    if query(&row) != query(&held) {
        row.since = work.now;
    }
    row.version += 1;
    row.updated_at = work.now;
    work.update(held, |held| *held = row).await?;
    work.record(Event::SavedSearchChanged { search: id });
    Ok(id)
}

/// Lets it look for nothing for a while.
pub(super) async fn pause(
    work: &mut Work,
    (id, expected_version): (SavedSearchId, Option<i32>),
) -> Result<SavedSearchId> {
    let now = work.now;
    let held = work.hold(id, SavedSearchAction::Pause).await?;
    check_version(held.version, expected_version)?;
    if held.paused_at.is_some() {
        return Err(illegal("ya está en pausa / is paused already"));
    }
    work.update(held, |row| {
        row.paused_at = Some(now);
        row.version += 1;
        row.updated_at = now;
    })
    .await?;
    work.record(Event::SavedSearchPaused { search: id });
    Ok(id)
}

/// Lets it go on: with what is published from now on.
pub(super) async fn resume(
    work: &mut Work,
    (id, expected_version): (SavedSearchId, Option<i32>),
) -> Result<SavedSearchId> {
    let now = work.now;
    let held = work.hold(id, SavedSearchAction::Resume).await?;
    check_version(held.version, expected_version)?;
    if held.paused_at.is_none() {
        return Err(illegal("no está en pausa / is not paused"));
    }
    work.update(held, |row| {
        row.paused_at = None;
        row.since = now;
        row.version += 1;
        row.updated_at = now;
    })
    .await?;
    work.record(Event::SavedSearchResumed { search: id });
    Ok(id)
}

fn illegal(message: &str) -> Error {
    Error::refused(UserErrorCode::IllegalState, message)
}

/// Remembers that its owner has looked at everything up to a find, and never less than before.
/// What was told behind it in the meantime stays new.
pub(super) async fn mark_seen(
    work: &mut Work,
    id: SavedSearchId,
    up_to: SearchFindId,
) -> Result<SavedSearchId> {
    let held = work.hold(id, SavedSearchAction::MarkSeen).await?;
    // Also one that has left the network since it was looked at.
    let find = search_find::Entity::find_by_id(up_to)
        .filter(search_find::Column::SavedSearchId.eq(id))
        .filter(told_finds(work.viewer()))
        .one(work.tx())
        .await?
        .ok_or_else(|| Error::no_such("input.upTo"))?;
    if (held.seen_at, held.seen_id) < (find.told_at, find.id) {
        work.update(held, |row| (row.seen_at, row.seen_id) = (find.told_at, find.id)).await?;
    }
    work.record(Event::SearchMarkedSeen { search: id });
    Ok(id)
}

/// Deletes it with everything that it found.
pub(super) async fn delete(
    work: &mut Work,
    (id, expected_version): (SavedSearchId, Option<i32>),
) -> Result<SavedSearchId> {
    let held = work.hold(id, SavedSearchAction::Delete).await?;
    check_version(held.version, expected_version)?;
    work.remove(held).await?;
    work.record(Event::SavedSearchDeleted { search: id });
    Ok(id)
}
