//! Saved searches: what is published and fits is told, to their owner alone, and never twice.

use api::{
    policy::{Resource, SavedSearchAction},
    searches::follow,
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    NeedStatus, OfferStatus, Role, follower, membership, person, saved_search, search_find,
};
use futures_util::future::{join, join_all};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, Iterable, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{Answer, Cast, Person, World, records};

use crate::{
    needs::{at, does, drafted, with},
    offers,
};

tests::stories!(
    a_search_tells_what_is_published_from_now_on,
    what_comes_while_somebody_looks_stays_new,
    nothing_is_told_twice,
    another_query_begins_anew,
    two_instances_find_once,
    searches_are_their_owners_alone,
    a_day_and_a_week_are_told_at_eight,
    what_has_left_is_not_told,
    what_is_sealed_is_not_searched,
    filters_find_what_lists_find,
    fifty_are_enough,
    mistakes_lose_nothing,
    a_paused_search_looks_for_nothing,
    what_is_deleted_is_gone,
    many_searches_are_read_like_one,
);

const SEARCH: &str = "id version name kind text scian { code } states { code } trlMin trlMax cadence \
    channel since pausedAt createdAt updatedAt newCount \
    finds(first: 100) { totalCount nodes { id toldAt need { id title } offer { id title } } }";

/// Does something with saved searches.
pub(crate) async fn done(person: &Person<'_>, verb: &str, input: Value) -> Answer {
    let kind = match verb {
        "saveSearch" => "SaveSearchInput",
        "changeSavedSearch" => "ChangeSavedSearchInput",
        "markSearchSeen" => "MarkSearchSeenInput",
        _ => "SavedSearchIdInput",
    };
    let fields = match verb {
        "deleteSavedSearch" => "deleted".to_owned(),
        _ => format!("savedSearch {{ {SEARCH} }}"),
    };
    let ask = format!(
        "mutation($input: {kind}!) {{ {verb}(input: $input) {{ {fields} userErrors {{ code field message }} }} }}"
    );
    person.send(&ask, json!({ "input": input })).await
}

/// What a verb asks for.
pub(crate) fn input(verb: &str, search: &Value) -> Value {
    let more = match verb {
        "changeSavedSearch" => json!({ "expectedVersion": search["version"], "name": "Otra" }),
        "markSearchSeen" => json!({ "upTo": "find_0" }),
        _ => json!({}),
    };
    with(json!({ "id": search["id"] }), more)
}

async fn after(person: &Person<'_>, verb: &str, input: Value) -> Value {
    let done = done(person, verb, input).await;
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root()["savedSearch"].clone()
}

/// A search that somebody saves.
pub(crate) async fn saved(person: &Person<'_>, more: Value) -> Value {
    after(person, "saveSearch", with(json!({ "name": "Lo nuevo" }), more)).await
}

async fn read(person: &Person<'_>, search: &Value) -> Value {
    let ask = format!("query($id: ID!) {{ savedSearch(id: $id) {{ {SEARCH} }} }}");
    person.send(&ask, json!({ "id": search["id"] })).await.root().clone()
}

/// The records that a search has told, the last first.
async fn finds(person: &Person<'_>, search: &Value) -> Vec<Value> {
    let found = read(person, search).await["finds"].clone();
    let nodes = found["nodes"].as_array().unwrap().clone();
    assert_eq!(found["totalCount"], nodes.len());
    let record = |node: &Value| {
        let noun = if node["need"].is_null() { "offer" } else { "need" };
        node[noun]["id"].clone()
    };
    nodes.iter().map(record).collect()
}

/// What waits for somebody: kind, record, since when.
async fn inbox(person: &Person<'_>) -> Vec<(String, Value, DateTime<Utc>)> {
    let ask = "{ viewer { inbox { nodes { kind record since savedSearch { id } } } } }";
    let nodes = person.send(ask, json!({})).await.root()["inbox"]["nodes"].clone();
    let item = |node: &Value| {
        assert_eq!(node["savedSearch"]["id"], node["record"]);
        let since = node["since"].as_str().unwrap().parse().unwrap();
        (node["kind"].as_str().unwrap().to_owned(), node["record"].clone(), since)
    };
    nodes.as_array().unwrap().iter().map(item).collect()
}

/// A need of the company that is published, a second later than what was before.
async fn publishes(world: &World, cast: &Cast, more: Value) -> Value {
    world.pass(TimeDelta::seconds(1));
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let need = drafted(&member, cast, more).await;
    let need = does(&member, "submitNeed", at(&need)).await;
    let need = does(&liaison, "publishNeed", at(&need)).await;
    world.events().await;
    need
}

/// An offer of the office that is published.
async fn offers_something(world: &World, cast: &Cast, more: Value) -> Value {
    world.pass(TimeDelta::seconds(1));
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let ott = json!({ "ott": cast.ott.to_string() });
    let mut offer = json!({});
    for (person, verb) in
        [(&officer, "draftOffer"), (&officer, "submitOffer"), (&manager, "publishOffer")]
    {
        let input = match verb {
            "draftOffer" => with(with(offers::text(), ott.clone()), more.clone()),
            _ => at(&offer),
        };
        let answer = person.offer(verb, input).await;
        assert_eq!(answer.outcome(), "DONE", "{verb}: {:#}", answer.body);
        offer = answer.root()["offer"].clone();
    }
    world.events().await;
    offer
}

/// What the follower finds, and that it says so.
async fn looks(world: &World) -> usize {
    world.settled().await;
    let found = follow(&world.service, "one").await.unwrap();
    let told: u64 =
        world.event_rows().await.iter().map(|event| event.body["finds"].as_u64().unwrap()).sum();
    assert_eq!(told, found as u64);
    found
}

async fn a_search_tells_what_is_published_from_now_on(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let old = publishes(world, &cast, json!({})).await;
    world.pass(TimeDelta::seconds(1));
    let search = saved(
        &officer,
        json!({ "kind": "NEED", "text": "calor recuperar, con gases", "scian": ["31-33"] }),
    )
    .await;
    assert_eq!(world.events().await, ["SEARCH_SAVED"]);
    assert_eq!((&search["cadence"], &search["channel"]), (&json!("AT_ONCE"), &json!("INBOX")));
    assert_eq!((looks(world).await, inbox(&officer).await.len()), (0, 0), "it was there before");

    let need = publishes(world, &cast, json!({})).await;
    // Of what was there before something is told as well, in the same moment.
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    does(&liaison, "closeNeedForInterest", at(&old)).await;
    let other = json!({ "title": { "es": "Teñir sin agua" }, "summary": { "es": "Algodón" } });
    publishes(world, &cast, other).await;
    offers_something(world, &cast, json!({ "summary": { "es": "Recuperar calor de gases" } }))
        .await;
    assert_eq!(finds(&officer, &search).await, [Value::Null; 0], "nobody has looked yet");
    world.pass(TimeDelta::minutes(1));
    let told_at = world.now();
    assert_eq!(looks(world).await, 1);
    assert_eq!(finds(&officer, &search).await, [need["id"].clone()]);
    let waits = vec![("SEARCH_FOUND".to_owned(), search["id"].clone(), told_at)];
    assert_eq!(inbox(&officer).await, waits);
    let found = read(&officer, &search).await;
    assert_eq!(found["newCount"], 1);
    let up_to = &found["finds"]["nodes"][0]["id"];

    let seen = json!({ "id": search["id"], "upTo": up_to });
    let seen = after(&officer, "markSearchSeen", seen).await;
    assert_eq!((&seen["newCount"], &seen["version"]), (&json!(0), &search["version"]));
    assert_eq!(inbox(&officer).await, []);
    assert_eq!(finds(&officer, &search).await, [need["id"].clone()], "it is there to be read");
    assert_eq!(world.events().await, ["SEARCH_MARKED_SEEN"]);
    assert_eq!(looks(world).await, 0);
}

async fn what_comes_while_somebody_looks_stays_new(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let search = saved(&officer, json!({ "kind": "NEED" })).await;
    world.events().await;
    let mut needs = Vec::new();
    for _ in 0..2 {
        needs.push(publishes(world, &cast, json!({})).await["id"].clone());
    }
    // Two at one moment: they are told apart.
    assert_eq!(looks(world).await, 2);
    let found = read(&officer, &search).await["finds"]["nodes"].clone();
    let first = world.now();
    needs.push(publishes(world, &cast, json!({})).await["id"].clone());
    assert_eq!(looks(world).await, 1);
    let [newest, older] = [0, 1].map(|place| json!({ "upTo": found[place]["id"] }));
    let mark = async |up_to: &Value| {
        after(&officer, "markSearchSeen", with(json!({ "id": search["id"] }), up_to.clone())).await
    };
    assert_eq!(mark(&older).await["newCount"], 2);
    assert_eq!(inbox(&officer).await[0].2, first);
    assert_eq!(mark(&newest).await["newCount"], 1);
    assert_eq!(inbox(&officer).await[0].2, world.now());
    assert_eq!(mark(&older).await["newCount"], 1, "what was seen stays so");
    assert_eq!(finds(&officer, &search).await.first(), needs.last());
    assert_eq!(world.events().await, ["SEARCH_MARKED_SEEN"; 3]);
    // What was looked at last was told by an instance whose clock is ahead.
    let row = saved_search::Entity::find().one(world.db().read()).await.unwrap().unwrap();
    let ahead = TimeDelta::seconds(5);
    world.overwrite(saved_search::Model { seen_at: world.now() + ahead, ..row }).await;
    publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 1);
    world.pass(ahead);
    assert_eq!(read(&officer, &search).await["newCount"], 1);
}

async fn nothing_is_told_twice(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let search = saved(&officer, json!({ "kind": "NEED", "text": "calor" })).await;
    world.events().await;
    let mut need = publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 1);
    // It goes away, comes back and says something else.
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    for verb in ["holdNeed", "resumeNeed", "closeNeedForInterest", "openNeedForInterest"] {
        world.pass(TimeDelta::hours(1));
        let why = if verb == "holdNeed" { json!({ "note": "Por esto" }) } else { json!({}) };
        need = does(&liaison, verb, with(at(&need), why)).await;
        world.events().await;
        assert_eq!(looks(world).await, 0, "{verb}");
    }
    // The search changes, and changes back.
    for (version, text) in [(1, "gases"), (2, "calor")] {
        world.pass(TimeDelta::hours(1));
        let change = json!({ "id": search["id"], "expectedVersion": version, "text": text });
        after(&officer, "changeSavedSearch", change).await;
        does(&liaison, "closeNeedForInterest", at(&need)).await;
        need = does(&liaison, "openNeedForInterest", {
            let version = need["version"].as_i64().unwrap() + 1;
            json!({ "id": need["id"], "expectedVersion": version })
        })
        .await;
        world.events().await;
        assert_eq!(looks(world).await, 0, "{text}");
    }
    assert_eq!(finds(&officer, &search).await, [need["id"].clone()]);
    // Whoever leads crashed before it wrote down how far it had come; and another one takes over.
    let fresh = publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 1);
    follower::Entity::delete_by_id("searches").exec(world.db().write()).await.unwrap();
    assert_eq!(looks(world).await, 0);
    let restarted = world.another_instance().await;
    follower::Entity::delete_by_id("searches").exec(world.db().write()).await.unwrap();
    assert_eq!(follow(&restarted, "two").await.unwrap(), 0);
    assert_eq!(finds(&officer, &search).await, [fresh["id"].clone(), need["id"].clone()]);
    restarted.db().clone().close().await.unwrap();
    // The database itself does not take it a second time.
    let row = search_find::Entity::find().one(world.db().read()).await.unwrap().unwrap();
    let id = entity::SearchFindId::new(world.now());
    let again = sea_orm::IntoActiveModel::into_active_model(search_find::Model { id, ..row });
    let again = sea_orm::ActiveModelTrait::reset_all(again);
    let refused = search_find::Entity::insert(again).exec_without_returning(world.db().write());
    let refused = refused.await.expect_err("it is there already");
    assert!(matches!(refused.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))));
}

async fn another_query_begins_anew(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let search = saved(&officer, json!({ "kind": "NEED", "text": "calor" })).await;
    let dyes = json!({ "title": { "es": "Teñir sin agua" }, "summary": { "es": "Algodón" } });
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let old = publishes(world, &cast, dyes.clone()).await;
    looks(world).await;
    world.pass(TimeDelta::hours(1));
    let change =
        json!({ "id": search["id"], "expectedVersion": 1, "name": "Tintes", "cadence": "DAILY" });
    let named = after(&officer, "changeSavedSearch", change).await;
    assert_eq!((&named["name"], &named["version"]), (&json!("Tintes"), &json!(2)));
    assert_eq!(named["since"], search["since"], "it looks for the same");
    let change = json!({ "id": search["id"], "expectedVersion": 2, "text": "algodones",
        "cadence": "AT_ONCE" });
    let other = after(&officer, "changeSavedSearch", change).await;
    assert_ne!(other["since"], search["since"]);
    // What was there before changes as well, in the same moment.
    does(&liaison, "closeNeedForInterest", at(&old)).await;
    let new = publishes(world, &cast, dyes).await;
    assert_eq!(looks(world).await, 1);
    assert_eq!(finds(&officer, &search).await, [new["id"].clone()]);
}

async fn two_instances_find_once(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let search = saved(&officer, json!({ "kind": "NEED", "cadence": "DAILY" })).await;
    world.events().await;
    let other = world.another_instance().await;
    for _ in 0..5 {
        publishes(world, &cast, json!({})).await;
        world.settled().await;
        // The lease of whoever led is over.
        world.pass(TimeDelta::minutes(1));
        let (one, two) = join(follow(&world.service, "one"), follow(&other, "two")).await;
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        assert_eq!(world.events().await, ["SEARCH_FOUND"]);
    }
    // Both believe to lead, from the beginning.
    follower::Entity::delete_by_id("searches").exec(world.db().write()).await.unwrap();
    let (one, two) = join(follow(&world.service, "one"), follow(&other, "two")).await;
    assert_eq!(one.unwrap() + two.unwrap(), 0);
    world.pass(TimeDelta::days(1));
    assert_eq!(finds(&officer, &search).await.len(), 5);
    assert_eq!(inbox(&officer).await.len(), 1);
    other.db().clone().close().await.unwrap();
}

async fn searches_are_their_owners_alone(world: &World) {
    let cast = world.cast().await;
    let owner = world.person(Role::OttOfficer, cast.ott).await;
    let search = saved(&owner, json!({ "kind": "NEED" })).await;
    world.events().await;
    publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 1);
    let row = saved_search::Entity::find().one(world.db().read()).await.unwrap().unwrap();
    assert!(row.level(&owner.viewer()).is_some());
    let up_to = read(&owner, &search).await["finds"]["nodes"][0]["id"].clone();
    let ask = "query($id: ID!) { savedSearch(id: $id) { id } node(id: $id) { id } \
        viewer { savedSearches { totalCount nodes { id } } inbox(kind: [SEARCH_FOUND]) { totalCount } } }";
    let mine = owner.send(ask, json!({ "id": search["id"] })).await.data().clone();
    let page = json!({ "totalCount": 1, "nodes": [{ "id": search["id"] }] });
    assert_eq!(mine["viewer"], json!({ "savedSearches": page, "inbox": { "totalCount": 1 } }));
    assert_eq!(mine["node"]["id"], search["id"]);
    // Somebody of the same office among them, and the network's admin.
    for (name, person) in cast.people(world).await {
        assert!(row.level(&person.viewer()).is_none(), "{name}");
        let found = person.send(ask, json!({ "id": search["id"] })).await.data().clone();
        assert_eq!((&found["savedSearch"], &found["node"]), (&Value::Null, &Value::Null), "{name}");
        let empty = json!({ "totalCount": 0, "nodes": [] });
        let right = match person.id {
            Some(_) => json!({ "savedSearches": empty, "inbox": { "totalCount": 0 } }),
            None => json!({ "savedSearches": null, "inbox": null }),
        };
        assert_eq!(found["viewer"], right, "{name}");
        for action in SavedSearchAction::iter().filter(|one| *one != SavedSearchAction::Save) {
            let mut input = input(action.mutation(), &search);
            if action == SavedSearchAction::MarkSeen {
                input["upTo"] = up_to.clone();
            }
            let answer = done(&person, action.mutation(), input).await;
            assert_eq!(answer.outcome(), "NOT_FOUND", "{name} {}", action.mutation());
        }
        if person.viewer().is_member() {
            saved(&person, json!({ "kind": "OFFER" })).await;
            assert_eq!(world.events().await, ["SEARCH_SAVED"], "{name}");
        }
    }
    // A find of one search is none of another.
    let other = saved(&owner, json!({ "kind": "NEED" })).await;
    let seen = json!({ "id": other["id"], "upTo": up_to });
    assert_eq!(done(&owner, "markSearchSeen", seen).await.outcome(), "NOT_FOUND input.upTo");
    world.events().await;
    // Whoever has left the network reads none of it.
    let held = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(owner.id.unwrap()))
        .one(world.db().read());
    let held = held.await.unwrap().unwrap();
    world.overwrite(membership::Model { to_at: Some(world.now()), ..held }).await;
    world.pass(TimeDelta::minutes(1));
    let found = owner.send(ask, json!({ "id": search["id"] })).await.data().clone();
    assert_eq!((&found["savedSearch"], &found["node"]), (&Value::Null, &Value::Null));
    assert_eq!(found["viewer"]["savedSearches"]["totalCount"], 0);
    assert_eq!(found["viewer"]["inbox"]["totalCount"], 0);
}

async fn a_day_and_a_week_are_told_at_eight(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let daily = saved(&officer, json!({ "kind": "NEED", "cadence": "DAILY" })).await;
    let weekly = saved(&officer, json!({ "kind": "NEED", "cadence": "WEEKLY" })).await;
    world.events().await;
    let until = |at: &str| {
        let at: DateTime<Utc> = at.parse().unwrap();
        world.pass(at - world.now());
    };
    let counts = async || {
        let mut counts = Vec::new();
        for search in [&daily, &weekly] {
            let found = finds(&officer, search).await.len();
            let new = read(&officer, search).await["newCount"].clone();
            assert_eq!(new, found, "nothing was marked");
            counts.push(found);
        }
        (counts[0], counts[1], inbox(&officer).await.len())
    };
    // It is six in the morning in Mexico City, on a Monday.
    publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 2);
    until("2026-03-02T13:59:59Z");
    assert_eq!(counts().await, (0, 0, 0));
    until("2026-03-02T14:00:00Z");
    assert_eq!(counts().await, (1, 1, 2));
    publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 2);
    until("2026-03-03T13:59:59Z");
    assert_eq!(counts().await, (1, 1, 2));
    until("2026-03-03T14:00:00Z");
    assert_eq!(counts().await, (2, 1, 2));
    // What is gathered cannot be marked as seen before it is told.
    let gathered = search_find::Entity::find()
        .filter(search_find::Column::ToldAt.gt(world.now()))
        .one(world.db().read());
    let gathered = gathered.await.unwrap().unwrap();
    let seen = json!({ "id": weekly["id"], "upTo": gathered.id.to_string() });
    assert_eq!(done(&officer, "markSearchSeen", seen).await.outcome(), "NOT_FOUND input.upTo");
    until("2026-03-09T13:59:59Z");
    assert_eq!(counts().await, (2, 1, 2));
    until("2026-03-09T14:00:00Z");
    assert_eq!(counts().await, (2, 2, 2));
    assert_eq!(looks(world).await, 0);
}

async fn what_has_left_is_not_told(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let search = saved(&officer, json!({ "kind": "NEED" })).await;
    world.events().await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let hold = async |need: &Value| {
        let held = does(&liaison, "holdNeed", with(at(need), json!({ "note": "Por esto" }))).await;
        world.events().await;
        held
    };
    // Gone before anybody looked.
    let early = publishes(world, &cast, json!({})).await;
    let early = hold(&early).await;
    assert_eq!(looks(world).await, 0);
    let need = publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 1);
    let up_to = read(&officer, &search).await["finds"]["nodes"][0]["id"].clone();
    let need = hold(&need).await;
    assert_eq!(finds(&officer, &search).await, [Value::Null; 0]);
    assert_eq!(read(&officer, &search).await["newCount"], 0);
    assert_eq!(inbox(&officer).await, []);
    // Back again, it is told as before, and what was never told is told now.
    does(&liaison, "resumeNeed", at(&need)).await;
    world.events().await;
    assert_eq!(looks(world).await, 0);
    assert_eq!(finds(&officer, &search).await, [need["id"].clone()]);
    does(&liaison, "resumeNeed", at(&early)).await;
    world.events().await;
    assert_eq!(looks(world).await, 1);
    assert_eq!(read(&officer, &search).await["newCount"], 2);
    // Whoever saw it before it went may say so.
    let need = does(&liaison, "holdNeed", {
        let version = need["version"].as_i64().unwrap() + 1;
        json!({ "id": need["id"], "expectedVersion": version, "note": "Por esto" })
    })
    .await;
    let seen = json!({ "id": search["id"], "upTo": up_to });
    assert_eq!(after(&officer, "markSearchSeen", seen).await["newCount"], 1);
    assert_eq!(finds(&officer, &search).await, [early["id"].clone()]);
    assert_eq!(need["status"], NeedStatus::OnHold.to_value());
    assert_eq!(world.events().await, ["NEED_HELD", "SEARCH_MARKED_SEEN"]);
}

async fn what_is_sealed_is_not_searched(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let member = world.person(Role::MemberUser, cast.other_company).await;
    // Public text, what the network reads, the confidential annex; the company and the inventor.
    let mut needs = Vec::new();
    for (text, found) in [
        ("Recuperar", 1),
        ("tunel hornos", 1),
        ("Balance", 0),
        ("Hornos Valle", 0),
        ("recover heat", 1),
        ("calor agua", 0),
    ] {
        needs.push((saved(&officer, json!({ "kind": "NEED", "text": text })).await, text, found));
    }
    let mut of_offers = Vec::new();
    for (text, found) in [("carburo", 1), ("regalía", 0), ("Inventora", 0)] {
        let search = saved(&member, json!({ "kind": "OFFER", "text": text })).await;
        of_offers.push((search, text, found));
    }
    world.events().await;
    publishes(world, &cast, json!({})).await;
    offers_something(world, &cast, json!({})).await;
    looks(world).await;
    for (owner, searches) in [(&officer, needs), (&member, of_offers)] {
        for (search, text, found) in searches {
            assert_eq!(finds(owner, &search).await.len(), found, "{text}");
        }
    }
    // What is shown of a find is what its reader may see of the record.
    let ask = "{ viewer { savedSearches(first: 10) { nodes { finds(first: 5) { nodes { need { title \
        description confidentialAnnex company { name } disclosureLevel } } } } } } }";
    let shown = officer.send(ask, json!({})).await.data().to_string();
    assert!(shown.contains("Hornos de túnel") && shown.contains("\"NETWORK\""), "{shown}");
    assert!(!shown.contains("Balance") && !shown.contains("Hornos del Valle"), "{shown}");
}

async fn filters_find_what_lists_find(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let filters = [
        json!({ "scian": "31-33" }),
        json!({ "scian": "327" }),
        json!({ "scian": "3261" }),
        json!({ "state": "05" }),
        json!({ "state": "19" }),
        json!({ "trlMin": 8 }),
        json!({ "trlMax": 4 }),
        json!({ "trlMin": 5, "trlMax": 6 }),
        json!({ "scian": "327", "trlMin": 7, "trlMax": 9 }),
    ];
    let mut searches = Vec::new();
    for kind in ["NEED", "OFFER"] {
        for filter in &filters {
            let mut search =
                json!({ "kind": kind, "trlMin": filter["trlMin"], "trlMax": filter["trlMax"] });
            for (list, one) in [("scian", "scian"), ("states", "state")] {
                search[list] = json!(filter[one].as_str().into_iter().collect::<Vec<_>>());
            }
            searches.push((kind, filter, saved(&officer, search).await));
        }
    }
    world.events().await;
    for more in [
        json!({ "scian": ["327"], "acceptedTrlMin": 6, "acceptedTrlMax": 9 }),
        json!({ "scian": ["3261", "327"], "acceptedTrlMax": 5 }),
        json!({ "scian": ["541"], "acceptedTrlMin": 3, "acceptedTrlMax": 3 }),
        json!({ "scian": ["333"] }),
    ] {
        publishes(world, &cast, more).await;
    }
    for more in [
        json!({ "applicationScian": ["327"], "trl": 7 }),
        json!({ "applicationScian": ["3261"], "trl": 4, "stage": "LAB_TESTED" }),
        json!({ "applicationScian": ["541", "327"], "trl": 9, "stage": "ON_THE_MARKET" }),
    ] {
        offers_something(world, &cast, more).await;
    }
    looks(world).await;
    let mut found_by_some = 0;
    for (kind, filter, search) in searches {
        let list = if kind == "NEED" { "needs" } else { "offers" };
        let noun = if kind == "NEED" { "Need" } else { "Offer" };
        let ask = format!(
            "query($filter: {noun}Filter) {{ {list}(filter: $filter, first: 100) {{ nodes {{ id }} }} }}"
        );
        let listed = officer.send(&ask, json!({ "filter": filter })).await.root()["nodes"].clone();
        let mut right: Vec<_> =
            listed.as_array().unwrap().iter().map(|node| node["id"].to_string()).collect();
        let mut found: Vec<_> =
            finds(&officer, &search).await.iter().map(ToString::to_string).collect();
        right.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, right, "{kind} {filter}");
        found_by_some += usize::from(!found.is_empty() && found.len() < 4);
    }
    assert!(found_by_some > 8, "{found_by_some}");
}

async fn fifty_are_enough(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let id = officer.id.unwrap();
    for _ in 0..49 {
        world.put(records::saved_search(id, world.now())).await;
    }
    // Others have theirs.
    world.put(records::saved_search(entity::PersonId::new(world.now()), world.now())).await;
    let input = json!({ "kind": "NEED", "name": "Una más" });
    // The last place is for one, however many come for it at once.
    let all = join_all((0..8).map(|_| done(&officer, "saveSearch", input.clone()))).await;
    let mut outcomes: Vec<_> = all.iter().map(Answer::outcome).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes[0], "DONE");
    assert_eq!(outcomes[1..], ["LIMIT_REACHED"; 7]);
    assert_eq!(done(&officer, "saveSearch", input.clone()).await.outcome(), "LIMIT_REACHED");
    let own = saved_search::Column::PersonId.eq(id);
    let count = saved_search::Entity::find().filter(own).count(world.db().fresh()).await.unwrap();
    assert_eq!(count, 50);
    let row = saved_search::Entity::find().filter(saved_search::Column::PersonId.eq(id));
    let row = row.one(world.db().fresh()).await.unwrap().unwrap();
    let gone = done(&officer, "deleteSavedSearch", json!({ "id": row.id.to_string() })).await;
    assert_eq!(gone.root()["deleted"], row.id.to_string());
    assert_eq!(done(&officer, "saveSearch", input).await.outcome(), "DONE");
    let events = world.events().await;
    assert_eq!(events, ["SEARCH_SAVED", "SAVED_SEARCH_DELETED", "SEARCH_SAVED"]);
    let page = "{ viewer { savedSearches(first: 30) { totalCount pageInfo { hasNextPage } nodes { id } } } }";
    let page = officer.send(page, json!({})).await.root()["savedSearches"].clone();
    assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(50), &json!(true)));
}

async fn mistakes_lose_nothing(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let wrong = json!({ "name": "  ", "text": "de la con", "scian": ["327", "nada"], "states": ["33"],
        "trlMin": 7, "trlMax": 3 });
    let errors = [
        "REQUIRED input.name",
        "INVALID input.text",
        "INVALID input.scian",
        "INVALID input.states",
        "INVALID input.trlMax",
    ];
    let refused =
        done(&officer, "saveSearch", with(wrong.clone(), json!({ "kind": "NEED" }))).await;
    assert_eq!(refused.user_errors(), errors);
    let long = json!({ "kind": "OFFER", "name": "n".repeat(101), "text": "calor ".repeat(90),
        "trlMin": 0, "states": [] });
    let refused = done(&officer, "saveSearch", long).await;
    let errors_of_long = ["TOO_LONG input.name", "TOO_LONG input.text", "INVALID input.trlMin"];
    assert_eq!(refused.user_errors(), errors_of_long);
    let nameless = done(&officer, "saveSearch", json!({ "kind": "NEED" })).await;
    assert_eq!(nameless.user_errors(), ["REQUIRED input.name"]);
    assert_eq!(world.events().await, [""; 0]);

    let whole = json!({ "kind": "NEED", "name": "Calor", "text": "calor", "scian": ["327"],
        "states": ["05", "19"], "trlMin": 3, "trlMax": 7, "cadence": "WEEKLY", "channel": "INBOX" });
    let search = saved(&officer, whole).await;
    assert_eq!(search["states"], json!([{ "code": "05" }, { "code": "19" }]));
    world.pass(TimeDelta::seconds(1));
    let at = json!({ "id": search["id"], "expectedVersion": 1 });
    let refused = done(&officer, "changeSavedSearch", with(wrong, at.clone())).await;
    assert_eq!(refused.user_errors(), errors);
    let stale = json!({ "id": search["id"], "expectedVersion": 2, "name": "Otra" });
    let refused = done(&officer, "changeSavedSearch", stale).await;
    assert_eq!(refused.user_errors(), ["STALE_OBJECT input.expectedVersion"]);
    assert_eq!(read(&officer, &search).await, search, "nothing was changed");
    // Null takes a condition away, what is not given stays.
    let change = with(at, json!({ "text": null, "trlMax": null, "states": null }));
    let changed = after(&officer, "changeSavedSearch", change).await;
    for (field, right) in [
        ("text", json!(null)),
        ("trlMax", json!(null)),
        ("states", json!([])),
        ("trlMin", json!(3)),
        ("name", json!("Calor")),
        ("cadence", json!("WEEKLY")),
    ] {
        assert_eq!(changed[field], right, "{field}");
    }
    assert_eq!(world.events().await, ["SEARCH_SAVED", "SAVED_SEARCH_CHANGED"]);
}

async fn a_paused_search_looks_for_nothing(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let search = saved(&officer, json!({ "kind": "NEED" })).await;
    world.events().await;
    let id = json!({ "id": search["id"] });
    let first = publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 1);
    assert_eq!(done(&officer, "resumeSavedSearch", id.clone()).await.outcome(), "ILLEGAL_STATE");
    let paused = after(&officer, "pauseSavedSearch", id.clone()).await;
    assert_eq!((&paused["version"], paused["pausedAt"].is_null()), (&json!(2), false));
    assert_eq!(done(&officer, "pauseSavedSearch", id.clone()).await.outcome(), "ILLEGAL_STATE");
    let missed = publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 0);
    assert_eq!(finds(&officer, &search).await, [first["id"].clone()], "what it told stays");
    world.pass(TimeDelta::seconds(1));
    assert!(after(&officer, "resumeSavedSearch", id).await["pausedAt"].is_null());
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    does(&liaison, "closeNeedForInterest", at(&missed)).await;
    world.events().await;
    assert_eq!(looks(world).await, 0, "what was published meanwhile is not new");
    let second = publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 1);
    assert_eq!(finds(&officer, &search).await, [second["id"].clone(), first["id"].clone()]);
}

async fn what_is_deleted_is_gone(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let other = world.person(Role::OttOfficer, cast.other_ott).await;
    let [one, two] = [json!({ "kind": "NEED" }), json!({ "kind": "NEED", "text": "calor" })];
    let one = saved(&officer, one).await;
    let two = saved(&officer, two).await;
    let others = saved(&other, json!({ "kind": "NEED" })).await;
    world.events().await;
    publishes(world, &cast, json!({})).await;
    assert_eq!(looks(world).await, 3);
    let gone = done(&officer, "deleteSavedSearch", json!({ "id": one["id"] })).await;
    assert_eq!(gone.outcome(), "DONE");
    assert_eq!(
        done(&officer, "deleteSavedSearch", json!({ "id": one["id"] })).await.outcome(),
        "NOT_FOUND"
    );
    assert_eq!(world.events().await, ["SAVED_SEARCH_DELETED"]);
    assert!(read(&officer, &one).await.is_null());
    assert_eq!(read(&officer, &two).await["newCount"], 1);
    let left = search_find::Entity::find().count(world.db().fresh()).await.unwrap();
    assert_eq!(left, 2, "its finds went with it");
    // With a person goes what is theirs.
    let id = officer.id.unwrap();
    membership::Entity::delete_many()
        .filter(membership::Column::PersonId.eq(id))
        .exec(world.db().write())
        .await
        .unwrap();
    person::Entity::delete_by_id(id).exec(world.db().write()).await.unwrap();
    let rows = saved_search::Entity::find().all(world.db().fresh()).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(json!(rows[0].id), others["id"]);
    assert_eq!(search_find::Entity::find().count(world.db().fresh()).await.unwrap(), 1);
}

async fn many_searches_are_read_like_one(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let ask = "{ viewer { savedSearches(first: 50) { totalCount nodes { name newCount finds(first: 5) { \
        totalCount nodes { toldAt need { title chamber { name } } offer { title } } } } } } }";
    let mut costs = Vec::new();
    for count in [1, 20] {
        for _ in 0..count {
            let need = world.need(&cast, NeedStatus::Published).await;
            let offer = world.offer(&cast, OfferStatus::Published).await;
            let search = records::saved_search(officer.id.unwrap(), world.now());
            world.put(search.clone()).await;
            let found = records::search_find(&search, need.id, world.now());
            world.put(found.clone()).await;
            let id = entity::SearchFindId::new(world.now());
            let (need_id, offer_id) = (None, Some(offer.id));
            world.put(search_find::Model { id, need_id, offer_id, ..found }).await;
        }
        world.statements();
        let page = officer.send(ask, json!({})).await.root()["savedSearches"].clone();
        costs.push(world.statements().len());
        for node in page["nodes"].as_array().unwrap() {
            assert_eq!((&node["newCount"], &node["finds"]["totalCount"]), (&json!(2), &json!(2)));
        }
    }
    assert_eq!(costs[0], costs[1], "{costs:?}");
}
