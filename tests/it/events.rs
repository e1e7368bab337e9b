//! Every change leaves its event, every refusal none, and followers miss nothing.

use std::collections::BTreeMap;

use api::policy::{NeedAction, OfferAction};
use entity::{AgreementStatus, EventId, NeedStatus, OfferStatus, Role, agreement, event, need};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Iterable, Set};
use serde_json::{Value, json};
use tests::{Database, World, records, tell};

use crate::policy::{input, negotiated};

tests::stories!(every_mutation_leaves_one_event, events_hold_ids_and_codes_alone);

/// What each verb is called when it has happened.
fn done(verb: &str) -> String {
    let (verb, noun) = match verb.split_once("Need") {
        Some((verb, rest)) => (format!("{verb}{rest}"), "NEED"),
        None => (verb.replacen("Offer", "", 1), "OFFER"),
    };
    let past = match verb.as_str() {
        "draft" => "DRAFTED",
        "revise" => "REVISED",
        "submit" => "SUBMITTED",
        "return" => "RETURNED",
        "publish" => "PUBLISHED",
        "hold" => "HELD",
        "resume" => "RESUMED",
        "renew" => "RENEWED",
        "openForInterest" => "OPENED_FOR_INTEREST",
        "closeForInterest" => "CLOSED_FOR_INTEREST",
        "fulfil" => "FULFILLED",
        "close" => "CLOSED",
        "withdraw" => "WITHDRAWN",
        "archive" => "ARCHIVED",
        "reserve" => "RESERVED",
        "release" => "RELEASED",
        "transfer" => "TRANSFERRED",
        "retire" => "RETIRED",
        other => panic!("what is {other} called when it is done?"),
    };
    format!("{noun}_{past}")
}

async fn every_mutation_leaves_one_event(world: &World) {
    let cast = world.cast().await;
    let consent = records::consent(cast.company, entity::ConsentPurpose::Publication, world.now());
    world.put(consent).await;
    let roles = [Role::ChamberLiaison, Role::ChamberAdmin]
        .map(|role| (role, cast.chamber))
        .into_iter()
        .chain([(Role::OttManager, cast.ott), (Role::OttOfficer, cast.ott)]);
    let grants = roles.map(|(role, organization)| api::policy::Grant {
        organization,
        role,
        regions: Vec::new(),
        delegations: Vec::new(),
    });
    let all = world.somebody(grants.collect()).await;
    let past = world.now() - chrono::TimeDelta::days(800);
    for action in NeedAction::iter().filter(|action| !action.from().is_empty()) {
        if action == NeedAction::Expire {
            continue;
        }
        let verb = action.mutation();
        let mut row = records::need(&cast, action.from()[0], world.now());
        row.ended_at = row.ended_at.map(|_| past);
        row.expires_at = row.expires_at.map(|_| world.now() + chrono::TimeDelta::days(1));
        world.put(row.clone()).await;
        let mut input = input(verb, &row.id.to_string());
        input["expectedVersion"] = json!(7);
        assert_eq!(
            all.need(verb, input.clone()).await.outcome(),
            "STALE_OBJECT input.expectedVersion"
        );
        assert_eq!(world.events().await, [""; 0], "{verb} was refused");
        input["expectedVersion"] = json!(1);
        assert_eq!(all.need(verb, input).await.outcome(), "DONE", "{verb}");
        check(world, verb, &row.id.to_string(), &all).await;
    }
    for action in OfferAction::iter().filter(|action| !action.from().is_empty()) {
        if matches!(action, OfferAction::Expire | OfferAction::Archive) {
            continue;
        }
        let verb = action.mutation();
        let mut row = records::offer(&cast, action.from()[0], world.now());
        row.expires_at = row.expires_at.map(|_| world.now() + chrono::TimeDelta::days(1));
        world.put(row.clone()).await;
        // Somebody talks about terms for it; what is taken already is moved, and nothing else.
        let assignment = negotiated(world, &cast, &row).await;
        if action != OfferAction::Transfer {
            let status = AgreementStatus::Approved;
            world.overwrite(agreement::Model { status, ..assignment }).await;
        }
        let input = input(verb, &row.id.to_string());
        assert_eq!(all.offer(verb, input).await.outcome(), "DONE", "{verb}");
        check(world, verb, &row.id.to_string(), &all).await;
    }
}

async fn check(world: &World, verb: &str, id: &str, person: &tests::Person<'_>) {
    let events = world.event_rows().await;
    assert_eq!(events.len(), 1, "{verb}");
    assert_eq!(events[0].kind, done(verb));
    assert_eq!(events[0].subject.as_deref(), Some(id), "{verb}");
    assert_eq!(events[0].actor_id, person.id, "{verb}");
    assert_eq!(events[0].happened_at, world.now(), "{verb}");
}

async fn events_hold_ids_and_codes_alone(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let draft =
        crate::needs::with(crate::needs::text(), json!({ "company": cast.company.to_string() }));
    assert_eq!(member.need("draftNeed", draft).await.outcome(), "DONE");
    let grant =
        "mutation($input: GrantConsentInput!) { grantConsent(input: $input) { consent { id } } }";
    let consent = json!({ "organization": cast.company.to_string(), "purpose": "PUBLICATION" });
    member.send(grant, json!({ "input": consent })).await.data();
    for event in world.event_rows().await {
        let body: BTreeMap<String, Value> = serde_json::from_value(event.body).unwrap();
        for (key, value) in body {
            let text = value.as_str().unwrap_or_default();
            let code = text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
            let id = text.split_once('_').is_some_and(|(_, hex)| hex.len() == 32);
            assert!(code || id, "{}: {key} is {value}", event.kind);
        }
    }
}

/// On PostgreSQL a later event can be visible before an earlier one. (SQLite has one writer.)
#[test]
fn what_commits_out_of_order_is_not_missed() {
    tell(Database::Postgres, async |world: &World| {
        let cast = world.cast().await;
        let slow = world.need(&cast, NeedStatus::InReview).await;
        let quick = world.need(&cast, NeedStatus::InReview).await;
        let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
        let publish = async |row: &need::Model| {
            let input = input("publishNeed", &row.id.to_string());
            assert_eq!(liaison.need("publishNeed", input).await.outcome(), "DONE");
        };
        let found = async || {
            world.service.catch_up().await.unwrap();
            let ask = "{ search(text: \"hornos\") { totalCount } }";
            liaison.send(ask, json!({})).await.root()["totalCount"].as_u64().unwrap()
        };
        // A piece of work that has written its event and has not ended.
        let under_way = world.db().begin().await.unwrap();
        let mut row = slow.clone().into_active_model();
        row.status = Set(NeedStatus::Published);
        row.update(&under_way).await.unwrap();
        let written = event::ActiveModel {
            id: Set(EventId::new(world.now())),
            kind: Set("NEED_PUBLISHED".to_owned()),
            actor_id: Set(None),
            subject: Set(Some(slow.id.to_string())),
            body: Set(json!({ "kind": "NEED_PUBLISHED", "need": slow.id.to_string() })),
            happened_at: Set(world.now()),
            ..Default::default()
        };
        event::Entity::insert(written).exec_without_returning(&under_way).await.unwrap();
        publish(&quick).await;
        assert_eq!(found().await, 0, "followers wait for what may still come before");
        under_way.commit().await.unwrap();
        world.settled().await;
        assert_eq!(found().await, 2, "and then read both");
        assert_eq!(world.events().await.len(), 2);
    });
}

/// Writing beside `Work` is what the tests do; the index must not see it.
#[test]
fn without_an_event_nothing_is_followed() {
    tell(Database::Sqlite, async |world: &World| {
        let cast = world.cast().await;
        world.offer(&cast, OfferStatus::Published).await;
        world.service.catch_up().await.unwrap();
        let ask = "{ search(text: \"hornos\") { totalCount } }";
        assert_eq!(world.nobody().send(ask, json!({})).await.root()["totalCount"], 0);
    });
}
