//! Subscriptions: what happens is told to whoever may know of it, as they may see it, in order,
//! from where they left; and nothing else is hinted at.

use std::time::{Duration, Instant};

use api::{feed::Bell, matches::follow};
use chrono::TimeDelta;
use entity::{
    AgreementStatus, AgreementType, EventId, InterestDirection, InterestStatus, NeedStatus,
    OfferStatus, ProjectStatus, Role, event, membership, need,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseBackend, EntityTrait, QueryFilter, sea_query::Expr,
};
use serde_json::{Value, json};
use tests::{Cast, Door, Person, Socket, World, records};
use tokio::time::timeout;
use uuid::Uuid;

use crate::policy::input;

tests::stories!(
    a_published_need_is_told_to_whoever_may_see_it,
    a_published_offer_is_told_to_whoever_may_see_it,
    matches_are_told_as_they_are_found,
    an_interest_is_told_to_its_sides,
    a_message_is_told_to_whom_its_level_covers,
    agreements_and_projects_are_told_to_those_inside,
    an_inbox_is_told_when_it_is_another_one,
    whoever_comes_back_goes_on_from_there,
    too_much_is_told_to_be_too_much,
    who_left_hears_no_more,
    a_commit_wakes_whoever_reads,
);

const NEEDS: &str = "subscription($filter: NeedFilter, $after: String) { \
    needPublished(filter: $filter, after: $after) { cursor resync \
    happened { kind actor redactedFields } need { id status description disclosureLevel \
    company { id } chamber { id } } } }";
const OFFERS: &str = "subscription($after: String) { offerPublished(after: $after) { cursor resync \
    happened { kind } offer { id disclosureLevel } } }";
const MATCHES: &str = "subscription($need: ID, $offer: ID) { matchFound(needId: $need, \
    offerId: $offer) { cursor resync matches { id score need { id } offer { id } } } }";
const INTERESTS: &str = "subscription($id: ID, $after: String) { interestChanged(id: $id, \
    after: $after) { cursor resync happened { kind actor } interest { id status } } }";
const MESSAGES: &str = "subscription($id: ID) { messagePosted(interest: $id) { cursor resync \
    message { text author } interest { id } } }";
const AGREEMENTS: &str = "subscription { agreementChanged { cursor resync happened { kind } \
    agreement { id status } } }";
const PROJECTS: &str = "subscription { projectChanged { cursor resync happened { kind } \
    project { id status } } }";
const INBOX: &str = "subscription($after: String) { inboxChanged(after: $after) { cursor resync \
    totalCount items { kind record need { id } } } }";

/// A socket of somebody who follows something.
async fn following(door: &Door, person: &Person<'_>, query: &str, variables: Value) -> Socket {
    let mut socket = door.socket(person.token().as_deref()).await;
    socket.subscribe("1", query, variables).await;
    socket
}

/// The code by which somebody is refused who would follow something.
async fn refused(door: &Door, person: &Person<'_>, query: &str, variables: Value) -> String {
    following(door, person, query, variables).await.refused("1").await.remove(0)
}

async fn does(person: &Person<'_>, verb: &str, id: &str) {
    let answer = match verb {
        verb if verb.ends_with("Need") => person.need(verb, input(verb, id)).await,
        verb if verb.ends_with("Offer") => person.offer(verb, input(verb, id)).await,
        verb if verb.ends_with("Interest") => person.interest(verb, input(verb, id)).await,
        verb if verb.ends_with("Agreement") => person.agreement(verb, input(verb, id)).await,
        verb => person.project(verb, input(verb, id)).await,
    };
    assert_eq!(answer.outcome(), "DONE", "{verb}: {:#}", answer.body);
}

/// A need that the chamber can publish.
async fn reviewed(world: &World, cast: &Cast) -> String {
    world.need(cast, NeedStatus::InReview).await.id.to_string()
}

async fn a_published_need_is_told_to_whoever_may_see_it(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let (nobody, stranger) = (world.nobody(), world.stranger().await);
    let (returned, first, gone, last) = (
        reviewed(world, &cast).await,
        reviewed(world, &cast).await,
        reviewed(world, &cast).await,
        reviewed(world, &cast).await,
    );
    let mut sockets = Vec::new();
    for person in [&nobody, &stranger, &officer, &liaison] {
        sockets.push(following(&door, person, NEEDS, json!({})).await);
    }
    let folio = need::Entity::find_by_id(last.parse::<entity::NeedId>().unwrap());
    let folio = folio.one(world.db().read()).await.unwrap().unwrap().folio;
    let mut filtered =
        following(&door, &nobody, NEEDS, json!({ "filter": { "folio": folio } })).await;
    world.subscribed(5).await;

    // What is not published is told to nobody, not even to those who see it.
    does(&liaison, "returnNeed", &returned).await;
    does(&liaison, "publishNeed", &first).await;
    // What has left before it could be read is told to those alone who still see it.
    does(&liaison, "publishNeed", &gone).await;
    let held = json!({ "id": gone, "expectedVersion": 2, "note": "Por esto" });
    assert_eq!(liaison.need("holdNeed", held).await.outcome(), "DONE");
    does(&liaison, "publishNeed", &last).await;
    world.tell().await;

    let levels = ["PUBLIC_BLIND", "PUBLIC_BLIND", "NETWORK", "INTRODUCED"];
    for (socket, level) in sockets.iter_mut().zip(levels) {
        let inside = level == "INTRODUCED";
        let expected: &[_] = if inside { &[&first, &gone, &last] } else { &[&first, &last] };
        for id in expected {
            let news = socket.news("1").await;
            let need = &news["need"];
            assert_eq!((&need["id"], &news["resync"]), (&json!(id), &json!(false)), "{news:#}");
            assert_eq!(need["disclosureLevel"], level);
            assert_eq!(need["description"].is_null(), level == "PUBLIC_BLIND", "{news:#}");
            assert_eq!(need["company"].is_null(), !inside, "{news:#}");
            let told = &news["happened"];
            assert_eq!(
                (&told["kind"], told["actor"].is_null()),
                (&json!("NEED_PUBLISHED"), !inside)
            );
            assert!(news["cursor"].is_string());
        }
    }
    assert_eq!(filtered.news("1").await["need"]["id"], json!(last), "only what the filter leaves");
    let wrong = json!({ "filter": { "trlMin": 77 } });
    assert_eq!(refused(&door, &nobody, NEEDS, wrong).await, "BAD_USER_INPUT");
    assert_eq!(world.events().await.len(), 5);
}

async fn a_published_offer_is_told_to_whoever_may_see_it(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let (nobody, stranger) = (world.nobody(), world.stranger().await);
    let draft = world.offer(&cast, OfferStatus::Draft).await.id.to_string();
    let offer = world.offer(&cast, OfferStatus::InReview).await.id.to_string();
    let mut sockets = Vec::new();
    for person in [&nobody, &stranger, &officer] {
        sockets.push(following(&door, person, OFFERS, json!({})).await);
    }
    world.subscribed(3).await;
    does(&officer, "submitOffer", &draft).await;
    does(&manager, "publishOffer", &offer).await;
    world.tell().await;
    for (socket, level) in sockets.iter_mut().zip(["PUBLIC_BLIND", "PUBLIC_BLIND", "CONTRACT"]) {
        let news = socket.news("1").await;
        assert_eq!(news["offer"], json!({ "id": offer, "disclosureLevel": level }));
        assert_eq!(news["happened"]["kind"], "OFFER_PUBLISHED");
    }
    assert_eq!(world.events().await.len(), 2);
}

async fn matches_are_told_as_they_are_found(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let need = reviewed(world, &cast).await;
    let other = world.need(&cast, NeedStatus::Draft).await.id.to_string();
    let offer = world.offer(&cast, OfferStatus::InReview).await.id.to_string();
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let (nobody, stranger) = (world.nobody(), world.stranger().await);
    for (person, variables, code) in [
        (&nobody, json!({ "need": need }), "UNAUTHENTICATED"),
        (&stranger, json!({ "need": need }), "FORBIDDEN"),
        (&manager, json!({ "need": need }), "NOT_FOUND"),
        (&liaison, json!({ "offer": offer }), "NOT_FOUND"),
        (&liaison, json!({}), "BAD_USER_INPUT"),
        (&liaison, json!({ "need": need, "offer": offer }), "BAD_USER_INPUT"),
    ] {
        assert_eq!(refused(&door, person, MATCHES, variables).await, code);
    }
    let mut of_need = following(&door, &liaison, MATCHES, json!({ "need": need })).await;
    let mut of_other = following(&door, &liaison, MATCHES, json!({ "need": other })).await;
    let mut of_offer = following(&door, &manager, MATCHES, json!({ "offer": offer })).await;
    world.subscribed(3).await;
    does(&liaison, "publishNeed", &need).await;
    does(&manager, "publishOffer", &offer).await;
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    world.tell().await;
    let found = of_need.news("1").await;
    let pair = &found["matches"][0];
    assert_eq!((&pair["need"]["id"], &pair["offer"]["id"]), (&json!(need), &json!(offer)));
    assert!(pair["score"].as_i64().unwrap() > 1_000, "{found:#}");
    assert_eq!(of_offer.news("1").await["matches"], found["matches"], "the same, from both sides");

    // Somebody says of two that they fit, before the engine has looked.
    let second = world.offer(&cast, OfferStatus::InReview).await.id.to_string();
    does(&manager, "publishOffer", &second).await;
    world.tell().await;
    let proposed = liaison.matched("proposeMatch", json!({ "need": need, "offer": second })).await;
    assert_eq!(proposed.outcome(), "DONE", "{:#}", proposed.body);
    world.tell().await;
    let found = of_need.news("1").await["matches"].clone();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["offer"]["id"]), (1, &json!(second)));
    // Those who follow something else have heard nothing.
    of_other.sync().await;
    of_offer.sync().await;
    let kinds =
        ["NEED_PUBLISHED", "OFFER_PUBLISHED", "NEED_MATCHED", "OFFER_PUBLISHED", "MATCH_PROPOSED"];
    assert_eq!(world.events().await, kinds);
}

async fn begun(world: &World, cast: &Cast, status: InterestStatus) -> entity::interest::Model {
    let need = world.need(cast, NeedStatus::Published).await;
    let offer = world.offer(cast, OfferStatus::Published).await;
    let direction = InterestDirection::OfferToNeed;
    let row = records::interest(&need, &offer, direction, status, world.now());
    world.put(row.clone()).await;
    row
}

async fn an_interest_is_told_to_its_sides(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let draft = begun(world, &cast, InterestStatus::Draft).await.id.to_string();
    let sent = begun(world, &cast, InterestStatus::Submitted).await.id.to_string();
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let other = world.person(Role::OttOfficer, cast.other_ott).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let (nobody, stranger) = (world.nobody(), world.stranger().await);
    assert_eq!(refused(&door, &nobody, INTERESTS, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(refused(&door, &stranger, INTERESTS, json!({})).await, "FORBIDDEN");
    let all = json!({});
    let mut sender = following(&door, &officer, INTERESTS, all.clone()).await;
    let mut chamber = following(&door, &liaison, INTERESTS, all.clone()).await;
    let mut outside = following(&door, &other, INTERESTS, all).await;
    let mut one = following(&door, &officer, INTERESTS, json!({ "id": sent })).await;
    world.subscribed(4).await;
    // Nobody is told of what is not sent, but for its sender.
    does(&officer, "submitInterest", &draft).await;
    does(&liaison, "takeOverInterest", &sent).await;
    let theirs = begun(world, &Cast { ott: cast.other_ott, ..cast }, InterestStatus::Draft).await;
    does(&other, "submitInterest", &theirs.id.to_string()).await;
    world.tell().await;
    let news = async |socket: &mut Socket| {
        let news = socket.news("1").await;
        (news["interest"]["id"].clone(), news["happened"]["kind"].clone())
    };
    let submitted = (json!(draft), json!("INTEREST_SUBMITTED"));
    let taken = (json!(sent), json!("INTEREST_TAKEN_OVER"));
    assert_eq!(
        (news(&mut sender).await, news(&mut sender).await),
        (submitted.clone(), taken.clone())
    );
    assert_eq!((news(&mut chamber).await, news(&mut chamber).await), (submitted, taken.clone()));
    assert_eq!(news(&mut one).await, taken, "of this one alone");
    let first = outside.news("1").await;
    assert_eq!(first["interest"]["id"], theirs.id.to_string(), "of others' it hears nothing");
    assert_eq!(world.events().await.len(), 3);
}

async fn a_message_is_told_to_whom_its_level_covers(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let id = begun(world, &cast, InterestStatus::Submitted).await.id.to_string();
    let elsewhere = begun(world, &cast, InterestStatus::Submitted).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let (nobody, stranger) = (world.nobody(), world.stranger().await);
    assert_eq!(refused(&door, &nobody, MESSAGES, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(refused(&door, &stranger, MESSAGES, json!({})).await, "FORBIDDEN");
    let mut sockets = Vec::new();
    for person in [&member, &officer, &liaison] {
        sockets.push(following(&door, person, MESSAGES, json!({ "id": id })).await);
    }
    world.subscribed(3).await;
    officer.write(&elsewhere, "NETWORK", "¿Y aquí?").await.data();
    officer.write(&id, "NETWORK", "¿Se puede visitar?").await.data();
    liaison.write(&id, "INTRODUCED", "Es Hornos del Valle").await.data();
    member.write(&id, "PUBLIC_BLIND", "De lunes a viernes").await.data();
    world.tell().await;
    let heard = [
        &["De lunes a viernes"][..],
        &["¿Se puede visitar?", "De lunes a viernes"],
        &["¿Se puede visitar?", "Es Hornos del Valle", "De lunes a viernes"],
    ];
    for (socket, texts) in sockets.iter_mut().zip(heard) {
        for text in texts {
            let news = socket.news("1").await;
            assert_eq!(
                (&news["message"]["text"], &news["interest"]["id"]),
                (&json!(text), &json!(id))
            );
        }
    }
    assert_eq!(world.events().await.len(), 4);
}

async fn agreements_and_projects_are_told_to_those_inside(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let interest = begun(world, &cast, InterestStatus::Agreed).await;
    let kind = AgreementType::TechnicalAssistanceAgreement;
    let agreement = records::agreement(&interest, kind, AgreementStatus::Active, world.now());
    world.agree(&agreement).await;
    let agreement = agreement.id.to_string();
    let project = records::project(&cast, ProjectStatus::Active, world.now());
    world.project(&project).await;
    let project = project.project.id.to_string();
    let manager = world.person(Role::OttManager, cast.ott).await;
    let outside = world.person(Role::OttManager, cast.other_ott).await;
    let (nobody, stranger) = (world.nobody(), world.stranger().await);
    for query in [AGREEMENTS, PROJECTS] {
        assert_eq!(refused(&door, &nobody, query, json!({})).await, "UNAUTHENTICATED");
        assert_eq!(refused(&door, &stranger, query, json!({})).await, "FORBIDDEN");
    }
    let mut sockets = Vec::new();
    for person in [&manager, &outside] {
        for query in [AGREEMENTS, PROJECTS] {
            sockets.push(following(&door, person, query, json!({})).await);
        }
    }
    world.subscribed(4).await;
    does(&manager, "suspendAgreement", &agreement).await;
    let hold = json!({ "id": project, "expectedVersion": 1, "note": "Por esto" });
    let leader = world.person(Role::MemberUser, cast.company).await;
    assert_eq!(leader.project("holdProject", hold).await.outcome(), "DONE");
    world.tell().await;
    let [agreements, projects, not_theirs, nor_these] = sockets.as_mut_slice() else { panic!() };
    let news = agreements.news("1").await;
    assert_eq!(news["agreement"], json!({ "id": agreement, "status": "SUSPENDED" }));
    assert_eq!(news["happened"]["kind"], "AGREEMENT_SUSPENDED");
    let news = projects.news("1").await;
    assert_eq!(news["project"], json!({ "id": project, "status": "ON_HOLD" }));
    assert_eq!(news["happened"]["kind"], "PROJECT_HELD");

    // Those outside hear of it as soon as it is theirs to know, and of nothing before.
    for socket in [not_theirs, nor_these] {
        socket.say(json!({ "type": "complete", "id": "1" })).await;
        socket.subscribe("2", NEEDS, json!({})).await;
    }
    world.subscribed(4).await;
    let need = reviewed(world, &cast).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    does(&liaison, "publishNeed", &need).await;
    world.tell().await;
    for socket in &mut sockets[2..] {
        assert_eq!(socket.news("2").await["need"]["id"], json!(need), "nothing was said before");
    }
    assert_eq!(world.events().await.len(), 3);
}

async fn an_inbox_is_told_when_it_is_another_one(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let other = world.person(Role::ChamberLiaison, cast.other_chamber).await;
    let (nobody, stranger) = (world.nobody(), world.stranger().await);
    assert_eq!(refused(&door, &nobody, INBOX, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(refused(&door, &stranger, INBOX, json!({})).await, "FORBIDDEN");
    let draft = world.need(&cast, NeedStatus::Draft).await.id.to_string();
    let reviewed = reviewed(world, &cast).await;
    let mut mine = following(&door, &liaison, INBOX, json!({})).await;
    let mut theirs = following(&door, &other, INBOX, json!({})).await;
    world.subscribed(2).await;

    does(&member, "submitNeed", &draft).await;
    world.tell().await;
    let came = mine.news("1").await;
    assert_eq!(came["totalCount"], 2);
    let items = came["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["record"]), (1, &json!(draft)), "{came:#}");
    world.pass(TimeDelta::seconds(1));
    does(&liaison, "publishNeed", &reviewed).await;
    world.tell().await;
    let left = mine.news("1").await;
    assert_eq!((&left["totalCount"], &left["items"]), (&json!(1), &json!([])));
    assert_eq!((&came["resync"], &left["resync"]), (&json!(false), &json!(false)));

    // Whoever comes back is told at once that it is another one, and nothing if it is the same.
    let mut back = following(&door, &liaison, INBOX, json!({ "after": came["cursor"] })).await;
    let told = back.news("1").await;
    assert_eq!((&told["cursor"], &told["totalCount"]), (&left["cursor"], &json!(1)));
    assert_eq!((&told["resync"], &told["items"]), (&json!(true), &json!([])));
    let mut same = following(&door, &liaison, INBOX, json!({ "after": left["cursor"] })).await;
    world.subscribed(4).await;
    let more = json!({ "id": draft, "expectedVersion": 2, "reason": "OTHER", "note": "Por esto" });
    assert_eq!(liaison.need("returnNeed", more).await.outcome(), "DONE");
    world.tell().await;
    let told = same.news("1").await;
    assert_eq!(told["items"][0]["kind"], "NEED_TO_REVISE", "nothing before: {told:#}");
    theirs.say(json!({ "type": "complete", "id": "1" })).await;
    theirs.sync().await;
    assert_eq!(world.events().await.len(), 3);
}

async fn whoever_comes_back_goes_on_from_there(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let nobody = world.nobody();
    let mut needs = Vec::new();
    for _ in 0..3 {
        needs.push(reviewed(world, &cast).await);
    }
    let mut socket = following(&door, &nobody, NEEDS, json!({})).await;
    world.subscribed(1).await;
    does(&liaison, "publishNeed", &needs[0]).await;
    world.tell().await;
    let first = socket.news("1").await["cursor"].clone();
    drop(socket);
    does(&liaison, "publishNeed", &needs[1]).await;
    world.tell().await;
    let mut socket = following(&door, &nobody, NEEDS, json!({ "after": first })).await;
    assert_eq!(socket.news("1").await["need"]["id"], json!(needs[1]), "what came meanwhile");
    does(&liaison, "publishNeed", &needs[2]).await;
    world.tell().await;
    assert_eq!(socket.news("1").await["need"]["id"], json!(needs[2]), "and what comes now, once");

    for wrong in ["", "nonsense", "AQ", "AZ6mnC1XckSVgTKbqN_kUas"] {
        let after = json!({ "after": wrong });
        assert_eq!(refused(&door, &nobody, NEEDS, after).await, "BAD_USER_INPUT", "{wrong}");
    }
    world.pass(TimeDelta::hours(25));
    let mut late = following(&door, &nobody, NEEDS, json!({ "after": first })).await;
    let told = late.news("1").await;
    assert_eq!(
        (&told["resync"], &told["need"], &told["cursor"]),
        (&json!(true), &Value::Null, &Value::Null)
    );
    assert_eq!(world.events().await.len(), 3);
}

/// Events that nobody reads anything of.
async fn noise(world: &World, kind: &str, count: usize) {
    for _ in 0..count.div_ceil(500) {
        let rows = (0..500).map(|_| {
            let id = Uuid::now_v7();
            event::ActiveModel {
                id: Set(EventId(id)),
                kind: Set(kind.to_owned()),
                subject: Set(Some(format!("need_{}", id.simple()))),
                body: Set(json!({ "kind": kind })),
                happened_at: Set(world.now()),
                ..Default::default()
            }
        });
        let rows = event::Entity::insert_many(rows);
        rows.exec_without_returning(world.db().write()).await.unwrap();
    }
    world.events().await;
}

async fn too_much_is_told_to_be_too_much(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let (first, second, third) =
        (reviewed(world, &cast).await, reviewed(world, &cast).await, reviewed(world, &cast).await);
    let nobody = world.nobody();
    let mut socket = following(&door, &nobody, NEEDS, json!({})).await;
    world.subscribed(1).await;
    does(&liaison, "publishNeed", &first).await;
    world.tell().await;
    let cursor = socket.news("1").await["cursor"].clone();

    // Others' events do not count, however many.
    noise(world, "OFFER_REVISED", 3_000).await;
    does(&liaison, "publishNeed", &second).await;
    world.tell().await;
    assert_eq!(socket.news("1").await["need"]["id"], json!(second));
    let mut back = following(&door, &nobody, NEEDS, json!({ "after": cursor })).await;
    assert_eq!(back.news("1").await["need"]["id"], json!(second));

    // Whoever cannot follow any more is told, and follows from there.
    noise(world, "NEED_PUBLISHED", 4_000).await;
    world.tell().await;
    for socket in [&mut socket, &mut back] {
        let told = socket.news("1").await;
        assert_eq!((&told["resync"], &told["need"]), (&json!(true), &Value::Null), "{told:#}");
    }
    does(&liaison, "publishNeed", &third).await;
    world.tell().await;
    assert_eq!(socket.news("1").await["need"]["id"], json!(third));
    let mut late = following(&door, &nobody, NEEDS, json!({ "after": cursor })).await;
    assert_eq!(late.news("1").await["resync"], true);
    world.events().await;
}

async fn who_left_hears_no_more(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let (one, two) = (
        begun(world, &cast, InterestStatus::Submitted).await.id.to_string(),
        begun(world, &cast, InterestStatus::Submitted).await.id.to_string(),
    );
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let mut socket = following(&door, &officer, INTERESTS, json!({})).await;
    world.subscribed(1).await;
    does(&liaison, "takeOverInterest", &one).await;
    world.tell().await;
    assert_eq!(socket.news("1").await["interest"]["id"], json!(one));
    membership::Entity::update_many()
        .col_expr(membership::Column::ToAt, Expr::value(world.now()))
        .filter(membership::Column::PersonId.eq(officer.id.unwrap()))
        .exec(world.db().write())
        .await
        .unwrap();
    world.pass(TimeDelta::seconds(6));
    does(&liaison, "takeOverInterest", &two).await;
    world.tell().await;
    let told = socket.next("1").await;
    assert_eq!(told["data"], Value::Null);
    assert_eq!(told["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "1" }));
    world.subscribed(0).await;
    assert_eq!(world.events().await.len(), 2);
}

async fn a_commit_wakes_whoever_reads(world: &World) {
    let cast = world.cast().await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let other = world.another_instance().await;
    let here = Bell::new(world.db().clone(), "here".to_owned());
    let there = Bell::new(other.db().clone(), "there".to_owned());
    let long = Duration::from_secs(600);
    let mut woken = false;
    // A bell on PostgreSQL takes a moment until it hears the others.
    for _ in 0..20 {
        let need = reviewed(world, &cast).await;
        does(&liaison, "publishNeed", &need).await;
        timeout(Duration::from_secs(20), here.rings(long)).await.expect("our own commit");
        woken = timeout(Duration::from_millis(250), there.rings(long)).await.is_ok();
        if woken || world.db().backend() == DatabaseBackend::Sqlite {
            break;
        }
    }
    assert_eq!(woken, world.db().backend() == DatabaseBackend::Postgres);
    // Whoever hears of nothing looks all the same, and its own bell wakes nobody again.
    let begun = Instant::now();
    here.rings(Duration::from_millis(30)).await;
    assert!(begun.elapsed() >= Duration::from_millis(30));
    world.events().await;
    drop((here, there));
    other.db().clone().close().await.unwrap();
}
