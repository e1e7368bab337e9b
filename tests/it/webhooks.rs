//! Webhooks: organizations are told what they may know, signed, until it is there; and nobody makes
//! the service speak to what is not public.

use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use api::{
    clockwork,
    context::Service,
    policy::{Machine, Resource, Viewer, WebhookAction, visible_endpoints},
    webhooks::{Courier, CourierSettings, Lookup, follow, send_due},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    ClientId, InterestDirection, InterestStatus, NeedStatus, OfferStatus, OrganizationId, Role,
    membership, webhook_attempt, webhook_delivery, webhook_endpoint,
};
use futures_util::future::join_all;
use hmac::{Hmac, Mac};
use sea_orm::{ColumnTrait, EntityTrait, Iterable, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::{Answer, Cast, Person, Received, Receiver, Reply, World, courier, records};

use crate::needs::{at, does, drafted, with};

tests::stories!(
    an_organization_is_told_what_happens,
    what_an_organization_may_not_know_it_is_not_told,
    what_may_not_be_known_any_more_is_withheld,
    what_is_not_asked_for_is_not_told,
    both_secrets_sign_for_a_day,
    what_fails_is_sent_again_by_the_plan,
    redirections_are_not_followed,
    what_is_gone_is_disabled,
    five_days_without_success_are_enough,
    who_is_slow_is_not_waited_for,
    a_test_is_sent_and_anything_is_sent_again,
    what_happened_since_is_told_again,
    only_public_addresses_are_reached,
    a_name_that_turns_inside_is_not_followed,
    several_instances_share_the_work,
    few_at_once_for_each_endpoint,
    secrets_are_sealed,
    admins_give_addresses_and_nobody_else,
    every_verb_has_its_state_and_version,
    ten_endpoints_are_enough,
    lists_show_what_the_rules_show,
    what_was_told_is_erased_after_a_month,
    a_saved_search_tells_at_an_endpoint,
    who_saves_a_search_administers_its_endpoint,
);

const ENDPOINT: &str = "id version name url kinds secretPrefix previousSecretUntil createdAt \
    createdBy updatedAt disabledAt disabledReason failingSince lastDeliveredAt organization { id } \
    deliveries { totalCount nodes { id kind record status createdAt nextAttemptAt deliveredAt \
    attempts { nodes { id at outcome status milliseconds } } } }";

/// Does something with webhooks.
pub(crate) async fn done(person: &Person<'_>, verb: &str, input: Value) -> Answer {
    let (ask, variables) = asks(verb, input);
    person.send(&ask, variables).await
}

fn asks(verb: &str, input: Value) -> (String, Value) {
    let endpoint = format!("webhookEndpoint {{ {ENDPOINT} }}");
    let delivery = "webhookDelivery { id kind record status nextAttemptAt }".to_owned();
    let (kind, fields) = match verb {
        "createWebhookEndpoint" => ("CreateWebhookEndpoint", format!("{endpoint} secret")),
        "rotateWebhookSecret" => ("RotateWebhookSecret", format!("{endpoint} secret")),
        "changeWebhookEndpoint" => ("ChangeWebhookEndpoint", endpoint),
        "removeWebhookEndpoint" => ("WebhookEndpointId", "removed".to_owned()),
        "sendTestWebhook" => ("SendTestWebhook", delivery),
        "redeliverWebhook" => ("RedeliverWebhook", delivery),
        "replayWebhooks" => ("ReplayWebhooks", format!("{endpoint} count")),
        _ => ("WebhookEndpointId", endpoint),
    };
    let ask = format!(
        "mutation($input: {kind}Input!) {{ {verb}(input: $input) {{ {fields} \
         userErrors {{ code field message }} }} }}"
    );
    (ask, json!({ "input": input }))
}

/// What is said of a new one.
pub(crate) fn new(house: OrganizationId, url: &str) -> Value {
    json!({ "organization": house.to_string(), "name": "CRM", "url": url })
}

/// What is said to a verb of this one, or of what it was told.
pub(crate) fn input(verb: &str, endpoint: &str, delivery: &str, now: DateTime<Utc>) -> Value {
    match verb {
        "sendTestWebhook" => json!({ "endpoint": endpoint }),
        "replayWebhooks" => json!({ "endpoint": endpoint, "since": now }),
        "redeliverWebhook" => json!({ "delivery": delivery }),
        _ => json!({ "id": endpoint, "expectedVersion": 1 }),
    }
}

async fn after(person: &Person<'_>, verb: &str, input: Value) -> Value {
    let done = done(person, verb, input).await;
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root().clone()
}

/// An endpoint as it was given, with its secret.
struct Given<'a> {
    admin: &'a Person<'a>,
    id: String,
    secret: String,
}

/// Gives an address of an organization to a receiver.
async fn given<'a>(
    world: &World,
    admin: &'a Person<'a>,
    house: OrganizationId,
    more: Value,
) -> Given<'a> {
    let made = after(admin, "createWebhookEndpoint", with(new(house, ""), more)).await;
    assert_eq!(world.events().await, ["WEBHOOK_CREATED"]);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    Given { admin, id: text(&made["webhookEndpoint"]["id"]), secret: text(&made["secret"]) }
}

impl Given<'_> {
    async fn read(&self) -> Value {
        let ask = format!("query($id: ID!) {{ webhookEndpoint(id: $id) {{ {ENDPOINT} }} }}");
        self.admin.send(&ask, json!({ "id": self.id })).await.root().clone()
    }

    async fn deliveries(&self) -> Vec<Value> {
        self.read().await["deliveries"]["nodes"].as_array().unwrap().clone()
    }

    async fn test(&self, world: &World) -> Value {
        let sent = after(self.admin, "sendTestWebhook", json!({ "endpoint": self.id })).await;
        assert_eq!(world.events().await, ["WEBHOOK_TESTED"]);
        sent["webhookDelivery"].clone()
    }
}

/// Writes down who is told of what, and sends it. Returns how many attempts were made.
async fn passes_on(world: &World) -> usize {
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    send_due(&world.service).await.unwrap()
}

/// The signature as the specification has it, by another library than the service's.
fn signature(secret: &str, received: &Received) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert!((24..=64).contains(&key.len()));
    let (id, at) = (&received.headers["webhook-id"], &received.headers["webhook-timestamp"]);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{at}.{}", received.body).as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// A need that is published, a moment later than anything before.
async fn publishes(world: &World, cast: &Cast) -> Value {
    world.pass(TimeDelta::seconds(1));
    crate::needs::published(world, cast).await
}

fn types(received: &[Received]) -> Vec<String> {
    let told = |one: &Received| one.json()["type"].as_str().unwrap().to_owned();
    let mut types: Vec<_> = received.iter().map(told).collect();
    types.sort();
    types
}

async fn an_organization_is_told_what_happens(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    publishes(world, &cast).await;
    assert_eq!(passes_on(world).await, 0);
    world.pass(TimeDelta::seconds(1));
    let url = json!({ "url": receiver.url("here.test") });
    let endpoint = given(world, &manager, cast.ott, url).await;
    let row = endpoint.read().await;
    assert_eq!((&row["version"], &row["kinds"]), (&json!(1), &json!([])));
    assert_eq!(row["createdBy"], manager.id.unwrap().to_string());
    assert!(endpoint.secret.starts_with(row["secretPrefix"].as_str().unwrap()), "{row:#}");
    assert_eq!(passes_on(world).await, 1, "of the endpoint itself");
    assert_eq!(types(&receiver.received()), ["WEBHOOK_CREATED"]);

    let need = publishes(world, &cast).await;
    assert_eq!(passes_on(world).await, 1, "the draft is not the office's to know");
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    let one = &received[0];
    assert_eq!(one.line, "POST /hooks?of=tests HTTP/1.1");
    assert_eq!(one.headers["content-type"], "application/json");
    assert_eq!(one.headers["host"], format!("here.test:{}", receiver.port));
    assert!(one.headers["user-agent"].starts_with("Vinculo/"));
    assert_eq!(one.headers["webhook-timestamp"], world.now().timestamp().to_string());
    assert_eq!(one.headers["webhook-signature"], signature(&endpoint.secret, one));
    let body = one.json();
    let event = body["data"]["event"].clone();
    assert!(event.as_str().unwrap().starts_with("event_") && body["data"]["sequence"].is_i64());
    let expected = json!({
        "type": "NEED_PUBLISHED",
        "timestamp": "2026-03-02T12:00:03.000000Z",
        "data": {
            "kind": "NEED_PUBLISHED", "event": event, "sequence": body["data"]["sequence"],
            "record": need["id"], "folio": need["folio"], "status": "PUBLISHED",
            "title": { "es": "Recuperar calor", "en": "Recover heat" },
        },
    });
    assert_eq!(body, expected);
    assert!(one.body.len() < 20_000);
    let told = endpoint.deliveries().await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["id"], one.headers["webhook-id"]);
    assert_eq!((&told[0]["kind"], &told[0]["record"]), (&json!("NEED_PUBLISHED"), &need["id"]));
    assert_eq!(
        (&told[0]["status"], &told[0]["nextAttemptAt"]),
        (&json!("DELIVERED"), &Value::Null)
    );
    let attempts = told[0]["attempts"]["nodes"].as_array().unwrap();
    assert_eq!(attempts.len(), 1);
    assert_eq!(
        (&attempts[0]["outcome"], &attempts[0]["status"]),
        (&json!("DELIVERED"), &json!(200))
    );
    let row = endpoint.read().await;
    assert!(row["failingSince"].is_null() && !row["lastDeliveredAt"].is_null(), "{row:#}");

    // What a follower does again after a crash is told once.
    let mark = entity::follower::Entity::find_by_id("webhooks".to_owned());
    let mark = mark.one(world.db().fresh()).await.unwrap().unwrap();
    world.overwrite(entity::follower::Model { xid: 0, seq: 0, ..mark }).await;
    assert_eq!(passes_on(world).await, 0);
    assert!(receiver.received().is_empty());
}

async fn what_an_organization_may_not_know_it_is_not_told(world: &World) {
    let cast = world.cast().await;
    let (ours, theirs, office) =
        (Receiver::open().await, Receiver::open().await, Receiver::open().await);
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let other = world.person(Role::ChamberAdmin, cast.other_chamber).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    for (who, house, receiver) in [
        (&admin, cast.chamber, &ours),
        (&other, cast.other_chamber, &theirs),
        (&manager, cast.ott, &office),
    ] {
        let kinds = json!([
            "NEED_DRAFTED",
            "NEED_SUBMITTED",
            "NEED_PUBLISHED",
            "NEED_HELD",
            "NEED_RESUMED",
            "INTEREST_SUBMITTED",
            "INTEREST_TAKEN_OVER",
            "WEBHOOK_CHANGED"
        ]);
        let more = json!({ "url": receiver.url("here.test"), "kinds": kinds });
        given(world, who, house, more).await;
    }
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let need = drafted(&member, &cast, json!({})).await;
    let need = does(&member, "submitNeed", at(&need)).await;
    passes_on(world).await;
    // The chamber is told of its need by its id alone: nobody in particular may read more of it.
    let received = ours.received();
    assert_eq!(types(&received), ["NEED_DRAFTED", "NEED_SUBMITTED"]);
    for one in &received {
        let data = one.json()["data"].clone();
        let names: BTreeSet<_> = data.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["event", "kind", "record", "sequence"].map(str::to_owned).into());
        assert_eq!(data["record"], need["id"]);
    }
    assert!(theirs.received().is_empty() && office.received().is_empty());

    // What was told to nobody else is not told to them later either.
    let need = does(&liaison, "publishNeed", at(&need)).await;
    passes_on(world).await;
    for receiver in [&ours, &theirs, &office] {
        assert_eq!(types(&receiver.received()), ["NEED_PUBLISHED"]);
    }
    let need = does(&liaison, "holdNeed", with(at(&need), json!({ "note": "Espera" }))).await;
    does(&liaison, "resumeNeed", at(&need)).await;
    passes_on(world).await;
    let received = ours.received();
    assert_eq!(types(&received), ["NEED_HELD", "NEED_RESUMED"]);
    // What everybody may read when it is sent is told.
    assert_eq!(received[0].json()["data"]["title"]["es"], "Recuperar calor");
    assert!(!received.iter().any(|one| one.body.contains("Espera") || one.body.contains("CANARY")));
    assert!(theirs.received().is_empty() && office.received().is_empty());

    // Of an interest its parties are told, by its id.
    let (need, offer) = (
        world.need(&cast, NeedStatus::Published).await,
        world.offer(&cast, OfferStatus::Published).await,
    );
    let (direction, status) = (InterestDirection::OfferToNeed, InterestStatus::Submitted);
    let interest = records::interest(&need, &offer, direction, status, world.now());
    world.put(interest.clone()).await;
    let id = json!({ "id": interest.id.to_string(), "expectedVersion": interest.version });
    let taken = liaison.interest("takeOverInterest", id).await;
    assert_eq!(taken.outcome(), "DONE", "{:#}", taken.body);
    passes_on(world).await;
    for receiver in [&ours, &office] {
        let received = receiver.received();
        assert_eq!(types(&received), ["INTEREST_TAKEN_OVER"]);
        assert_eq!(received[0].json()["data"]["record"], interest.id.to_string());
        assert!(received[0].json()["data"]["title"].is_null());
    }
    assert!(theirs.received().is_empty());
    // What an organization does in its own house is its own to know.
    let row = webhook_endpoint::Entity::find()
        .filter(webhook_endpoint::Column::OrganizationId.eq(cast.chamber))
        .one(world.db().fresh())
        .await
        .unwrap()
        .unwrap();
    let change = json!({ "id": row.id.to_string(), "expectedVersion": 1, "name": "Otro" });
    after(&admin, "changeWebhookEndpoint", change).await;
    passes_on(world).await;
    assert_eq!(types(&ours.received()), ["WEBHOOK_CHANGED"]);
    assert!(theirs.received().is_empty() && office.received().is_empty());
    world.events().await;
}

async fn what_may_not_be_known_any_more_is_withheld(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_PUBLISHED"] });
    let endpoint = given(world, &manager, cast.ott, url).await;
    receiver.reply([Reply::status(500)]);
    let need = publishes(world, &cast).await;
    assert_eq!(passes_on(world).await, 1);
    assert_eq!(receiver.received().len(), 1);
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    does(&liaison, "holdNeed", with(at(&need), json!({ "note": "Espera" }))).await;
    world.events().await;
    world.pass(TimeDelta::minutes(1));
    passes_on(world).await;
    assert!(receiver.received().is_empty());
    let told = endpoint.deliveries().await;
    assert_eq!((&told[0]["status"], &told[0]["nextAttemptAt"]), (&json!("WITHHELD"), &Value::Null));
    assert_eq!(told[0]["attempts"]["nodes"].as_array().unwrap().len(), 1);
}

async fn what_is_not_asked_for_is_not_told(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_HELD", "NEED_HELD"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    assert_eq!(endpoint.read().await["kinds"], json!(["NEED_HELD"]));
    publishes(world, &cast).await;
    assert_eq!(passes_on(world).await, 0);
    let change = json!({ "id": endpoint.id, "expectedVersion": 1, "kinds": null });
    after(&admin, "changeWebhookEndpoint", change).await;
    assert_eq!(world.events().await, ["WEBHOOK_CHANGED"]);
    publishes(world, &cast).await;
    passes_on(world).await;
    let expected = ["NEED_DRAFTED", "NEED_PUBLISHED", "NEED_SUBMITTED", "WEBHOOK_CHANGED"];
    assert_eq!(types(&receiver.received()), expected);
    // A disabled one is told nothing, and an endpoint that is gone neither.
    let id = json!({ "id": endpoint.id });
    after(&admin, "disableWebhookEndpoint", id.clone()).await;
    assert_eq!(world.events().await, ["WEBHOOK_DISABLED"]);
    publishes(world, &cast).await;
    assert_eq!(passes_on(world).await, 0);
    after(&admin, "enableWebhookEndpoint", id.clone()).await;
    passes_on(world).await;
    assert_eq!(types(&receiver.received()), ["WEBHOOK_ENABLED"]);
    let gone = after(&admin, "removeWebhookEndpoint", id).await;
    assert_eq!(gone["removed"], endpoint.id);
    publishes_after(world, &cast).await;
    assert_eq!(passes_on(world).await, 0);
    assert!(endpoint.read().await.is_null() && receiver.received().is_empty());
    assert_eq!(webhook_delivery::Entity::find().count(world.db().fresh()).await.unwrap(), 0);
    assert_eq!(webhook_attempt::Entity::find().count(world.db().fresh()).await.unwrap(), 0);
}

/// The same, whatever happened before.
async fn publishes_after(world: &World, cast: &Cast) -> Value {
    world.events().await;
    publishes(world, cast).await
}

async fn both_secrets_sign_for_a_day(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_HELD"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    let which = json!({ "id": endpoint.id, "expectedVersion": 1 });
    let rotated = after(&admin, "rotateWebhookSecret", which).await;
    let new = rotated["secret"].as_str().unwrap();
    assert_ne!(new, endpoint.secret);
    let row = &rotated["webhookEndpoint"];
    assert_eq!(
        (&row["version"], &row["previousSecretUntil"]),
        (&json!(2), &json!("2026-03-03T12:00:00+00:00"))
    );
    assert!(new.starts_with(row["secretPrefix"].as_str().unwrap()));
    assert_eq!(world.events().await, ["WEBHOOK_SECRET_ROTATED"]);
    for (pass, both) in
        [(TimeDelta::zero(), true), (TimeDelta::hours(23), true), (TimeDelta::hours(1), false)]
    {
        world.pass(pass);
        endpoint.test(world).await;
        assert_eq!(passes_on(world).await, 1);
        let received = receiver.received();
        let one = &received[0];
        let by_new = signature(new, one);
        let by_old = signature(&endpoint.secret, one);
        let expected = if both { format!("{by_new} {by_old}") } else { by_new };
        assert_eq!(one.headers["webhook-signature"], expected);
    }
}

async fn what_fails_is_sent_again_by_the_plan(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_HELD"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    receiver.usually(Reply { body: format!("no\0{}", "x".repeat(5_000)), ..Reply::status(503) });
    let sent = endpoint.test(world).await;
    let began = world.now();
    let pauses = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
    for (tried, pause) in pauses.into_iter().enumerate() {
        assert_eq!(passes_on(world).await, 1, "attempt {tried}");
        let told = endpoint.deliveries().await;
        assert_eq!((&told[0]["id"], &told[0]["status"]), (&sent["id"], &json!("PENDING")));
        let next: DateTime<Utc> = told[0]["nextAttemptAt"].as_str().unwrap().parse().unwrap();
        let pause = TimeDelta::seconds(pause);
        assert!((pause..pause * 6 / 5).contains(&(next - world.now())), "{next} {pause}");
        assert_eq!(passes_on(world).await, 0, "not before");
        world.pass(next - world.now());
    }
    assert_eq!(passes_on(world).await, 1);
    let told = endpoint.deliveries().await;
    assert_eq!((&told[0]["status"], &told[0]["nextAttemptAt"]), (&json!("FAILED"), &Value::Null));
    world.pass(TimeDelta::days(1));
    assert_eq!(passes_on(world).await, 0);
    let received = receiver.received();
    assert_eq!(received.len(), 8);
    let ids: BTreeSet<_> = received.iter().map(|one| &one.headers["webhook-id"]).collect();
    assert_eq!(ids.len(), 1, "the same at every attempt");
    let times: BTreeSet<_> = received.iter().map(|one| &one.headers["webhook-timestamp"]).collect();
    assert_eq!(times.len(), 8, "and signed anew");
    for one in &received {
        assert_eq!(one.headers["webhook-signature"], signature(&endpoint.secret, one));
    }
    let attempts = told[0]["attempts"]["nodes"].as_array().unwrap();
    assert_eq!(attempts.len(), 8);
    for attempt in attempts {
        assert_eq!((&attempt["outcome"], &attempt["status"]), (&json!("REFUSED"), &json!(503)));
    }
    assert_eq!(endpoint.read().await["failingSince"], json!(began.to_rfc3339()));
    // What was answered is for operators, and not all of it.
    let rows = webhook_attempt::Entity::find().all(world.db().fresh()).await.unwrap();
    for row in rows {
        let answer = row.answer.unwrap();
        assert!(answer.starts_with("no\u{fffd}x") && answer.chars().count() == 1_024);
    }
    // One success, and it is not failing any more.
    receiver.usually(Reply::status(204));
    endpoint.test(world).await;
    assert_eq!(passes_on(world).await, 1);
    assert!(endpoint.read().await["failingSince"].is_null());
}

async fn redirections_are_not_followed(world: &World) {
    let cast = world.cast().await;
    let (receiver, elsewhere) = (Receiver::open().await, Receiver::open().await);
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_HELD"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    for status in [301, 302, 303, 307, 308] {
        let head = format!("{status} There\r\nlocation: {}", elsewhere.url("here.test"));
        receiver.reply([Reply { head, ..Reply::status(status) }]);
    }
    endpoint.test(world).await;
    for _ in 0..5 {
        assert_eq!(passes_on(world).await, 1);
        world.pass(TimeDelta::hours(6));
    }
    assert!(elsewhere.received().is_empty());
    let told = endpoint.deliveries().await;
    let outcomes: Vec<_> = told[0]["attempts"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| (attempt["outcome"].clone(), attempt["status"].clone()))
        .collect();
    let expected = [301, 302, 303, 307, 308].map(|status| (json!("REDIRECTED"), json!(status)));
    assert_eq!(outcomes, expected);
}

async fn what_is_gone_is_disabled(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_HELD"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    receiver.reply([Reply::status(410)]);
    endpoint.test(world).await;
    assert_eq!(passes_on(world).await, 1);
    let rows = world.event_rows().await;
    assert_eq!(
        (rows.len(), rows[0].kind.as_str(), rows[0].actor_id),
        (1, "WEBHOOK_DISABLED", None)
    );
    let row = endpoint.read().await;
    assert_eq!((&row["disabledReason"], &row["version"]), (&json!("GONE"), &json!(2)));
    assert_eq!(row["disabledAt"], json!(world.now().to_rfc3339()));
    assert_eq!(row["deliveries"]["nodes"][0]["status"], "FAILED");
    // Its admins read it in the timeline of their organization.
    let ask = "query($id: ID!) { organization(id: $id) { timeline { nodes { kind } } } }";
    let seen = admin.send(ask, json!({ "id": cast.chamber.to_string() })).await;
    let kinds = json!([{ "kind": "WEBHOOK_CREATED" }, { "kind": "WEBHOOK_DISABLED" }]);
    assert_eq!(seen.root()["timeline"]["nodes"], kinds);
}

async fn five_days_without_success_are_enough(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_HELD"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    receiver.usually(Reply::status(500));
    endpoint.test(world).await;
    for _ in 0..8 {
        assert_eq!(passes_on(world).await, 1);
        world.pass(TimeDelta::hours(12));
    }
    // Four days: the test has failed.
    assert_eq!(endpoint.deliveries().await[0]["status"], "FAILED");
    endpoint.test(world).await;
    assert_eq!(passes_on(world).await, 1);
    assert!(endpoint.read().await["disabledAt"].is_null());
    world.pass(TimeDelta::days(1));
    assert_eq!(passes_on(world).await, 1);
    assert_eq!(world.events().await, ["WEBHOOK_DISABLED"]);
    let row = endpoint.read().await;
    assert_eq!(row["disabledReason"], "FAILING");
    world.pass(TimeDelta::days(1));
    assert_eq!(passes_on(world).await, 0, "what waits goes on waiting");
    receiver.usually(Reply::status(200));
    after(&admin, "enableWebhookEndpoint", json!({ "id": endpoint.id })).await;
    assert_eq!(world.events().await, ["WEBHOOK_ENABLED"]);
    assert_eq!(passes_on(world).await, 1);
    let row = endpoint.read().await;
    assert!(row["disabledAt"].is_null() && row["disabledReason"].is_null());
    assert!(
        row["failingSince"].is_null() && row["deliveries"]["nodes"][0]["status"] == "DELIVERED"
    );
}

async fn who_is_slow_is_not_waited_for(world: &World) {
    let cast = world.cast().await;
    let (slow, quick) = (Receiver::open().await, Receiver::open().await);
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let away = Receiver::open().await;
    let nowhere = away.url("here.test");
    drop(away);
    let mut endpoints = Vec::new();
    for url in [slow.url("here.test"), quick.url("127.0.0.1"), nowhere] {
        let more = json!({ "url": url, "kinds": ["NEED_HELD"] });
        let endpoint = given(world, &admin, cast.chamber, more).await;
        endpoint.test(world).await;
        endpoints.push(endpoint);
    }
    slow.usually(Reply { after: Duration::from_secs(4), ..Reply::status(200) });
    assert_eq!(passes_on(world).await, 3);
    let mut outcomes = Vec::new();
    for endpoint in &endpoints {
        let attempt = endpoint.deliveries().await[0]["attempts"]["nodes"][0].clone();
        outcomes.push(attempt["outcome"].as_str().unwrap().to_owned());
        let (took, is_slow) = (attempt["milliseconds"].as_i64().unwrap(), outcomes.len() == 1);
        assert_eq!((2_000..4_000).contains(&took), is_slow, "{attempt:#}");
    }
    assert_eq!(outcomes, ["TIMED_OUT", "DELIVERED", "UNREACHABLE"]);
}

async fn a_test_is_sent_and_anything_is_sent_again(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_PUBLISHED"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    let sent = endpoint.test(world).await;
    assert_eq!((&sent["kind"], &sent["record"]), (&Value::Null, &Value::Null));
    let again = done(&admin, "sendTestWebhook", json!({ "endpoint": endpoint.id })).await;
    assert_eq!(again.outcome(), "ILLEGAL_STATE", "one at a time");
    assert_eq!(passes_on(world).await, 1);
    let received = receiver.received();
    let expected = json!({ "type": "WEBHOOK_TEST", "timestamp": "2026-03-02T12:00:00.000000Z",
        "data": {} });
    assert_eq!(received[0].json(), expected);

    receiver.reply([Reply::status(500)]);
    publishes(world, &cast).await;
    assert_eq!(passes_on(world).await, 1);
    let delivery = endpoint.deliveries().await[0]["id"].clone();
    let which = json!({ "delivery": delivery });
    let sent = after(&admin, "redeliverWebhook", which.clone()).await["webhookDelivery"].clone();
    assert_eq!((&sent["id"], &sent["status"]), (&delivery, &json!("PENDING")));
    assert_eq!(passes_on(world).await, 1);
    assert_eq!(endpoint.deliveries().await[0]["status"], "DELIVERED");
    after(&admin, "redeliverWebhook", which).await;
    assert_eq!(world.events().await, ["WEBHOOK_REDELIVERED"; 2]);
    assert_eq!(passes_on(world).await, 1);
    let received = receiver.received();
    let ids: BTreeSet<_> = received.iter().map(|one| &one.headers["webhook-id"]).collect();
    assert_eq!((received.len(), ids.len()), (3, 1));
    let told = endpoint.deliveries().await;
    assert_eq!(told[0]["attempts"]["nodes"].as_array().unwrap().len(), 3);
}

async fn what_happened_since_is_told_again(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let before = publishes(world, &cast).await;
    world.pass(TimeDelta::minutes(1));
    let url =
        json!({ "url": receiver.url("here.test"), "kinds": ["NEED_PUBLISHED", "NEED_DRAFTED"] });
    let endpoint = given(world, &manager, cast.ott, url).await;
    let told = publishes(world, &cast).await;
    let held = publishes(world, &cast).await;
    assert_eq!(passes_on(world).await, 2);
    let first = receiver.received();
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    does(&liaison, "holdNeed", with(at(&held), json!({ "note": "Espera" }))).await;
    world.events().await;
    world.pass(TimeDelta::minutes(1));

    let since = |time: DateTime<Utc>| json!({ "endpoint": endpoint.id, "since": time });
    let again = after(&manager, "replayWebhooks", since(world.now() - TimeDelta::days(1))).await;
    assert_eq!(again["count"], 2, "what happened before it was given too, and what is held not");
    assert_eq!(world.events().await, ["WEBHOOKS_REPLAYED"]);
    assert_eq!(passes_on(world).await, 2);
    let received = receiver.received();
    let records: BTreeSet<_> =
        received.iter().map(|one| one.json()["data"]["record"].to_string()).collect();
    assert_eq!(records, [before["id"].to_string(), told["id"].to_string()].into());
    let of = |received: &[Received], record: &Value| {
        let one = received.iter().find(|one| one.json()["data"]["record"] == *record);
        one.map(|one| one.headers["webhook-id"].clone())
    };
    assert_eq!(of(&received, &told["id"]), of(&first, &told["id"]), "it keeps its number");
    let none = after(&manager, "replayWebhooks", since(world.now())).await;
    assert_eq!(none["count"], 0);
    for wrong in [TimeDelta::seconds(1), TimeDelta::days(-31)] {
        let refused = done(&manager, "replayWebhooks", since(world.now() + wrong)).await;
        assert_eq!(refused.outcome(), "INVALID input.since");
    }
    assert_eq!(world.events().await, ["WEBHOOKS_REPLAYED"]);
}

/// Names that lead where the test says.
fn lookup(found: impl Fn(&str) -> &'static str + Send + Sync + 'static) -> Lookup {
    Arc::new(move |name| {
        let ip: IpAddr = found(&name).parse().unwrap();
        Box::pin(async move { Ok(vec![ip]) })
    })
}

async fn only_public_addresses_are_reached(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    // As in production: nothing but https, and not to this machine.
    let lookup = lookup(|name| match name {
        "here.test" => "127.0.0.1",
        "metadata.test" => "169.254.169.254",
        _ => "93.184.215.14",
    });
    let strict = Courier::new(CourierSettings {
        key: [7; 32],
        local: false,
        patience: Duration::from_secs(1),
        lookup,
    });
    let strict = world.service.clone().sending_webhooks(strict.unwrap());
    let send = async |verb: &str, input: Value| {
        let (ask, variables) = asks(verb, input);
        world.send_to(&strict, admin.token().as_deref(), &ask, variables).await
    };
    let made = send("createWebhookEndpoint", new(cast.chamber, "https://hooks.test/a")).await;
    assert_eq!(made.outcome(), "DONE", "{:#}", made.body);
    let id = made.root()["webhookEndpoint"]["id"].clone();
    for url in [
        "http://hooks.test/a",
        "ftp://hooks.test",
        "hooks.test",
        "https://ana:secreto@hooks.test/",
        "https://hooks.test:6379/",
        "https://hooks.test/#fragmento",
        "https://here.test/",
        "https://metadata.test/latest/meta-data",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::7f00:1]/",
        "https://10.0.0.8/",
    ] {
        let refused = send("createWebhookEndpoint", new(cast.chamber, url)).await;
        assert_eq!(refused.outcome(), "INVALID input.url", "{url}");
        let change = json!({ "id": id, "expectedVersion": 1, "url": url });
        let refused = send("changeWebhookEndpoint", change).await;
        assert_eq!(refused.outcome(), "INVALID input.url", "{url}");
    }
    assert_eq!(world.events().await, ["WEBHOOK_CREATED"]);
    // All mistakes at once.
    let input = json!({ "organization": cast.chamber.to_string(), "name": " ", "url": "a" });
    let refused = done(&admin, "createWebhookEndpoint", input).await;
    assert_eq!(refused.user_errors(), ["REQUIRED input.name", "INVALID input.url"]);
    let input = json!({ "organization": cast.chamber.to_string() });
    let refused = done(&admin, "createWebhookEndpoint", input).await;
    assert_eq!(refused.user_errors(), ["REQUIRED input.name", "REQUIRED input.url"]);
    // For tests this machine may be reached, and nothing else that is inside.
    for (url, outcome) in [
        ("http://inside.test/", "INVALID input.url"),
        ("http://mixed.test/", "INVALID input.url"),
        ("http://169.254.169.254/", "INVALID input.url"),
        ("https://unknown.test/", "DONE"),
    ] {
        let made = done(&admin, "createWebhookEndpoint", new(cast.chamber, url)).await;
        assert_eq!(made.outcome(), outcome, "{url}");
    }
    assert_eq!(world.events().await, ["WEBHOOK_CREATED"]);
}

async fn a_name_that_turns_inside_is_not_followed(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("turns.test"), "kinds": ["NEED_HELD"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    let inside = Arc::new(AtomicBool::new(false));
    let turned = inside.clone();
    let lookup =
        lookup(move |_| if turned.load(Ordering::SeqCst) { "10.255.255.1" } else { "127.0.0.1" });
    let key = tests::key().derive("secrets of webhooks").unwrap();
    let service = world.service.clone().sending_webhooks(courier(key, lookup));
    // What is connected to is what was looked up: this name is nowhere else to be found.
    endpoint.test(world).await;
    assert_eq!(send_due(&service).await.unwrap(), 1);
    assert_eq!(receiver.received()[0].headers["host"], format!("turns.test:{}", receiver.port));
    inside.store(true, Ordering::SeqCst);
    endpoint.test(world).await;
    assert_eq!(send_due(&service).await.unwrap(), 1);
    assert!(receiver.received().is_empty());
    let attempt = endpoint.deliveries().await[0]["attempts"]["nodes"][0].clone();
    assert_eq!(
        (&attempt["outcome"], &attempt["status"]),
        (&json!("ADDRESS_REFUSED"), &Value::Null)
    );
    assert!(attempt["milliseconds"].as_i64().unwrap() < 1_000, "nobody was waited for");
    // So is an address that came past the door.
    let row = webhook_endpoint::Entity::find().one(world.db().fresh()).await.unwrap().unwrap();
    let url = "http://169.254.169.254/latest/meta-data".to_owned();
    world.overwrite(webhook_endpoint::Model { url, ..row }).await;
    world.pass(TimeDelta::seconds(10));
    assert_eq!(send_due(&service).await.unwrap(), 1);
    let attempts = endpoint.deliveries().await[0]["attempts"]["nodes"].clone();
    assert_eq!(attempts[1]["outcome"], "ADDRESS_REFUSED", "{attempts:#}");
}

async fn several_instances_share_the_work(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_PUBLISHED"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    for _ in 0..6 {
        publishes(world, &cast).await;
    }
    world.settled().await;
    let others = [world.another_instance().await, world.another_instance().await];
    let instances: Vec<&Service> = others.iter().chain([&world.service]).collect();
    let followed = join_all(
        instances
            .iter()
            .enumerate()
            .map(|(n, one)| async move { follow(one, &n.to_string()).await }),
    );
    let followed: usize = followed.await.into_iter().map(Result::unwrap).sum();
    assert_eq!(followed, 6, "one leads");
    let sent = join_all(instances.iter().map(|one| send_due(one))).await;
    let sent: usize = sent.into_iter().map(Result::unwrap).sum();
    assert_eq!((sent, receiver.received().len()), (6, 6), "each is sent once");

    // Who took something and is gone is not waited for long.
    let sent = endpoint.test(world).await;
    let row = webhook_delivery::Entity::find()
        .filter(webhook_delivery::Column::EventId.is_null())
        .one(world.db().fresh())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.id.to_string(), sent["id"]);
    let taken_until = Some(world.now() + TimeDelta::seconds(60));
    let taken_by = Some("somebody who is gone".to_owned());
    world.overwrite(webhook_delivery::Model { taken_by, taken_until, ..row }).await;
    assert_eq!(passes_on(world).await, 0);
    world.pass(TimeDelta::seconds(61));
    assert_eq!(passes_on(world).await, 1);
    assert_eq!(receiver.received()[0].headers["webhook-id"], sent["id"]);
    for instance in others {
        instance.db().clone().close().await.unwrap();
    }
}

async fn few_at_once_for_each_endpoint(world: &World) {
    let cast = world.cast().await;
    let (slow, quick) = (Receiver::open().await, Receiver::open().await);
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    for receiver in [&slow, &quick] {
        let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_PUBLISHED"] });
        given(world, &admin, cast.chamber, url).await;
    }
    for _ in 0..9 {
        publishes(world, &cast).await;
    }
    slow.usually(Reply { after: Duration::from_millis(150), ..Reply::status(200) });
    quick.usually(Reply { after: Duration::from_millis(20), ..Reply::status(200) });
    assert_eq!(passes_on(world).await, 18);
    assert_eq!((slow.received().len(), quick.received().len()), (9, 9));
    assert_eq!(slow.most_at_once(), 4);
    assert!(quick.most_at_once() <= 4);
}

async fn secrets_are_sealed(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_HELD"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    let row = webhook_endpoint::Entity::find().one(world.db().fresh()).await.unwrap().unwrap();
    let kept = STANDARD.decode(&row.secret).unwrap();
    let bare = STANDARD.decode(endpoint.secret.strip_prefix("whsec_").unwrap()).unwrap();
    for secret in [endpoint.secret.as_bytes(), &bare] {
        assert!(!kept.windows(secret.len()).any(|window| window == secret));
    }
    // Another key reads it not, and another secret mends that.
    let lookup = lookup(|_| "127.0.0.1");
    let other = world.service.clone().sending_webhooks(courier([9; 32], lookup));
    endpoint.test(world).await;
    assert_eq!(send_due(&other).await.unwrap(), 1);
    assert!(receiver.received().is_empty());
    let attempt = endpoint.deliveries().await[0]["attempts"]["nodes"][0].clone();
    assert_eq!(attempt["outcome"], "SECRET_UNREADABLE");
    let which = json!({ "id": endpoint.id, "expectedVersion": 1 });
    let (ask, variables) = asks("rotateWebhookSecret", which);
    let rotated = world.send_to(&other, admin.token().as_deref(), &ask, variables).await;
    let secret = rotated.root()["secret"].as_str().unwrap().to_owned();
    assert_eq!(world.events().await, ["WEBHOOK_SECRET_ROTATED"]);
    world.pass(TimeDelta::seconds(10));
    assert_eq!(send_due(&other).await.unwrap(), 1);
    let received = receiver.received();
    assert_eq!(received[0].headers["webhook-signature"], signature(&secret, &received[0]));
}

async fn admins_give_addresses_and_nobody_else(world: &World) {
    let cast = world.cast().await;
    let people = cast.people(world).await;
    let houses = [cast.chamber, cast.ott, cast.company];
    let rows = houses.map(|house| records::webhook_endpoint(house, world.now()));
    let mut deliveries = Vec::new();
    for row in &rows {
        world.put(row.clone()).await;
        let (delivery, attempt) = records::webhook_delivery(row, world.now());
        world.put(delivery.clone()).await;
        world.put(attempt).await;
        deliveries.push(delivery);
    }
    let verbs = WebhookAction::iter().filter(|action| *action != WebhookAction::Create);
    let verbs: Vec<_> = verbs.map(WebhookAction::mutation).collect();
    for (name, person) in &people {
        for ((house, row), delivery) in houses.into_iter().zip(&rows).zip(&deliveries) {
            let may = match *name {
                "admin of the network" => true,
                "admin of the chamber" => house == cast.chamber,
                "manager of the office" => house == cast.ott,
                _ => false,
            };
            let ask = "query($id: ID!) { webhookEndpoint(id: $id) { id url \
                deliveries { nodes { id attempts { nodes { status } } } } } }";
            let seen = person.send(ask, json!({ "id": row.id.to_string() })).await;
            assert_eq!(seen.root().is_null(), !may, "{name}");
            if may {
                continue;
            }
            let made = done(person, "createWebhookEndpoint", new(house, "https://a.test")).await;
            let expected = if *name == "nobody" { "UNAUTHENTICATED" } else { "FORBIDDEN" };
            assert_eq!(made.outcome(), expected, "{name}");
            for verb in &verbs {
                let (endpoint, delivery) = (row.id.to_string(), delivery.id.to_string());
                let input = input(verb, &endpoint, &delivery, world.now());
                assert_eq!(done(person, verb, input).await.outcome(), "NOT_FOUND", "{name} {verb}");
            }
        }
    }
    // Nor who administers a part of the territory only.
    let within = world.person_within(Role::ChamberAdmin, cast.chamber, &[cast.north]).await;
    let input = new(cast.chamber, "https://a.test");
    assert_eq!(done(&within, "createWebhookEndpoint", input).await.outcome(), "FORBIDDEN");
    // What is not there is not there for its admins either.
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    for verb in &verbs {
        let (endpoint, delivery) = ("webhook_0", "delivery_0");
        let input = self::input(verb, endpoint, delivery, world.now());
        assert_eq!(done(&admin, verb, input).await.outcome(), "NOT_FOUND", "{verb}");
    }
    let nowhere = new(OrganizationId::new(world.now()), "https://a.test");
    let refused = done(&network, "createWebhookEndpoint", nowhere).await;
    assert_eq!(refused.outcome(), "NOT_FOUND input.organization");
    let made = done(&network, "createWebhookEndpoint", new(cast.company, "https://a.test")).await;
    assert_eq!(made.outcome(), "DONE", "{:#}", made.body);
    assert_eq!(world.events().await, ["WEBHOOK_CREATED"]);
    let ask = "{ viewer { grants { actions } } }";
    let may = admin.send(ask, json!({})).await.root()["grants"][0]["actions"].to_string();
    for action in WebhookAction::iter() {
        assert!(may.contains(action.mutation()), "{action:?}");
    }
}

async fn every_verb_has_its_state_and_version(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_HELD"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    let delivery = endpoint.test(world).await["id"].clone();
    let delivery = delivery.as_str().unwrap();
    for action in WebhookAction::iter() {
        let verb = action.mutation();
        let input = input(verb, &endpoint.id, delivery, world.now());
        if input["expectedVersion"].is_null() || verb == "createWebhookEndpoint" {
            continue;
        }
        let stale = with(input, json!({ "expectedVersion": 7 }));
        let refused = done(&admin, verb, stale).await;
        assert_eq!(refused.outcome(), "STALE_OBJECT input.expectedVersion", "{verb}");
    }
    let id = json!({ "id": endpoint.id });
    let enabled = done(&admin, "enableWebhookEndpoint", id.clone()).await;
    assert_eq!(enabled.outcome(), "ILLEGAL_STATE");
    let row = after(&admin, "disableWebhookEndpoint", id).await["webhookEndpoint"].clone();
    assert_eq!((&row["disabledReason"], &row["version"]), (&json!("BY_HAND"), &json!(2)));
    assert_eq!(world.events().await, ["WEBHOOK_DISABLED"]);
    for verb in ["disableWebhookEndpoint", "sendTestWebhook", "redeliverWebhook", "replayWebhooks"]
    {
        let mut input = input(verb, &endpoint.id, delivery, world.now());
        if verb == "disableWebhookEndpoint" {
            input = with(input, json!({ "expectedVersion": 2 }));
        }
        assert_eq!(done(&admin, verb, input).await.outcome(), "ILLEGAL_STATE", "{verb}");
    }
    assert_eq!(passes_on(world).await, 0);
    // What it is called and where it is can be changed meanwhile.
    let change = json!({ "id": endpoint.id, "expectedVersion": 2, "name": " Nuevo ",
        "url": receiver.url("127.0.0.1") });
    let row = after(&admin, "changeWebhookEndpoint", change).await["webhookEndpoint"].clone();
    assert_eq!((&row["name"], &row["version"]), (&json!("Nuevo"), &json!(3)));
    assert_eq!(row["kinds"], json!(["NEED_HELD"]), "what is not said stays");
    assert_eq!(world.events().await, ["WEBHOOK_CHANGED"]);
}

async fn ten_endpoints_are_enough(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    for _ in 0..7 {
        world.put(records::webhook_endpoint(cast.chamber, world.now())).await;
    }
    world.put(records::webhook_endpoint(cast.ott, world.now())).await;
    let input = new(cast.chamber, "https://a.test");
    let all = (0..5).map(|_| done(&admin, "createWebhookEndpoint", input.clone()));
    let outcomes: Vec<_> = join_all(all).await.iter().map(Answer::outcome).collect();
    let made = outcomes.iter().filter(|outcome| *outcome == "DONE").count();
    let refused = outcomes.iter().filter(|outcome| *outcome == "LIMIT_REACHED").count();
    assert_eq!((made, refused), (3, 2), "{outcomes:?}");
    let ask = "query($of: ID) { webhookEndpoints(organization: $of) { totalCount } }";
    assert_eq!(admin.send(ask, json!({})).await.root()["totalCount"], 10);
    assert_eq!(world.events().await.len(), 3);
}

async fn lists_show_what_the_rules_show(world: &World) {
    let cast = world.cast().await;
    let houses = [cast.chamber, cast.other_chamber, cast.ott, cast.company, cast.network];
    let mut rows = Vec::new();
    for house in houses {
        let row = records::webhook_endpoint(house, world.now());
        world.put(row.clone()).await;
        rows.push(row);
    }
    let now = world.now();
    let mut viewers = cast.viewers(now);
    let within = world.person_within(Role::ChamberAdmin, cast.chamber, &[cast.north]).await;
    viewers.push(("admin, within the region", within.viewer()));
    // A machine with the role of an admin, which none has, is let in to nothing all the same.
    let grants = viewers.iter().find(|(name, _)| *name == "admin of the network");
    let grants = grants.map(|(_, viewer)| viewer.grants.clone()).unwrap();
    let machine = Some(Machine { client: ClientId::new(now), scopes: Vec::new() });
    viewers.push(("machine", Viewer { person: None, machine, grants, system: false, now }));
    viewers.push(("system", Viewer::system(now)));
    for (name, viewer) in &viewers {
        let found = webhook_endpoint::Entity::find()
            .filter(visible_endpoints(viewer))
            .all(world.db().fresh())
            .await
            .unwrap();
        let found: BTreeSet<_> = found.into_iter().map(|row| row.id).collect();
        let seen = rows.iter().filter(|row| row.level(viewer).is_some());
        assert_eq!(found, seen.map(|row| row.id).collect(), "{name}");
        for action in WebhookAction::iter() {
            let may = rows.iter().filter(|row| viewer.allow(action, (*row).clone()).is_ok());
            assert_eq!(may.count(), found.len(), "{name} {action:?}");
        }
    }
}

async fn what_was_told_is_erased_after_a_month(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["NEED_HELD"] });
    let endpoint = given(world, &admin, cast.chamber, url).await;
    endpoint.test(world).await;
    assert_eq!(passes_on(world).await, 1);
    world.pass(TimeDelta::days(29));
    endpoint.test(world).await;
    assert_eq!(passes_on(world).await, 1);
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(endpoint.deliveries().await.len(), 2);
    world.pass(TimeDelta::days(2));
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(endpoint.deliveries().await.len(), 1);
    assert_eq!(webhook_attempt::Entity::find().count(world.db().fresh()).await.unwrap(), 1);
    world.statements();
    clockwork::run_due(&world.service).await.unwrap();
    let written = world.statements().into_iter();
    let written = written.filter(|sql| sql.contains("DELETE") && sql.contains("webhook"));
    assert_eq!(written.count(), 0, "there is nothing to erase");
}

/// Lets saved searches look, and passes on what they found.
async fn looks(world: &World) -> usize {
    world.settled().await;
    api::searches::follow(&world.service, "one").await.unwrap();
    passes_on(world).await
}

async fn saves(person: &Person<'_>, more: Value) -> Answer {
    let all = json!({ "kind": "NEED", "name": "Todas" });
    crate::saved_searches::done(person, "saveSearch", with(all, more)).await
}

async fn a_saved_search_tells_at_an_endpoint(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let quiet = json!({ "url": receiver.url("here.test"), "kinds": ["OFFER_RESERVED"] });
    let endpoint = given(world, &manager, cast.ott, quiet).await;
    let told = json!({ "channel": "WEBHOOK", "webhookEndpoint": endpoint.id });
    let search = saves(&manager, told.clone()).await;
    assert_eq!(search.outcome(), "DONE", "{:#}", search.body);
    let search = search.root()["savedSearch"].clone();
    assert_eq!(search["channel"], "WEBHOOK");
    assert_eq!(world.events().await, ["SEARCH_SAVED"]);

    // At once: one message, with what everybody may read, though the endpoint wants other kinds.
    let need = publishes_after(world, &cast).await;
    assert_eq!(looks(world).await, 1);
    let received = receiver.received();
    let body = received[0].json();
    let expected = json!({
        "type": "SEARCH_FOUND",
        "timestamp": "2026-03-02T12:00:01.000000Z",
        "data": {
            "kind": "SEARCH_FOUND", "event": body["data"]["event"],
            "sequence": body["data"]["sequence"], "record": search["id"], "count": 1,
            "finds": [{ "record": need["id"], "folio": need["folio"], "status": "PUBLISHED",
                "title": { "es": "Recuperar calor", "en": "Recover heat" } }],
        },
    });
    assert_eq!(body, expected);
    let signed = signature(&endpoint.secret, &received[0]);
    assert_eq!(received[0].headers["webhook-signature"], signed);
    let row = endpoint.deliveries().await[0].clone();
    assert_eq!((&row["kind"], &row["record"]), (&Value::Null, &search["id"]));
    assert_eq!(row["status"], "DELIVERED");
    // The inbox has it too.
    let inbox = "{ viewer { inbox(first: 9) { nodes { kind savedSearch { id } } } } }";
    let waits = manager.send(inbox, json!({})).await.root()["inbox"]["nodes"].clone();
    assert_eq!(waits, json!([{ "kind": "SEARCH_FOUND", "savedSearch": { "id": search["id"] } }]));
    // Nothing is told again by itself; on demand the same is.
    assert_eq!(looks(world).await, 0);
    let again = json!({ "delivery": row["id"] });
    after(&manager, "redeliverWebhook", again).await;
    assert_eq!(passes_on(world).await, 1);
    assert_eq!(receiver.received()[0].json(), body);

    // What is gathered is one message, at eight in the morning.
    let change = json!({ "id": search["id"], "expectedVersion": 1, "cadence": "DAILY" });
    let changed = crate::saved_searches::done(&manager, "changeSavedSearch", change).await;
    assert_eq!(changed.outcome(), "DONE", "{:#}", changed.body);
    world.events().await;
    let mut needs = Vec::new();
    for _ in 0..3 {
        needs.push(publishes_after(world, &cast).await["id"].clone());
        assert_eq!(looks(world).await, 0, "not before eight");
    }
    world.pass("2026-03-02T14:00:00Z".parse::<DateTime<Utc>>().unwrap() - world.now());
    assert_eq!(looks(world).await, 1);
    let body = receiver.received()[0].json();
    assert_eq!(body["timestamp"], "2026-03-02T14:00:00.000000Z");
    let finds = body["data"]["finds"].as_array().unwrap();
    let found: Vec<_> = finds.iter().map(|find| find["record"].clone()).collect();
    assert_eq!((found, &body["data"]["count"]), (needs, &json!(3)));

    // What has left the network by eight is not told; with nothing left, nothing is sent.
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let need = publishes_after(world, &cast).await;
    looks(world).await;
    does(&liaison, "holdNeed", with(at(&need), json!({ "note": "Espera" }))).await;
    world.pass(TimeDelta::days(1));
    looks(world).await;
    assert!(receiver.received().is_empty());
    assert_eq!(endpoint.deliveries().await[0]["status"], "WITHHELD");
    // Back in the inbox alone.
    let change = json!({ "id": search["id"], "expectedVersion": 2, "channel": "INBOX" });
    let changed = crate::saved_searches::done(&manager, "changeSavedSearch", change).await;
    assert_eq!(changed.outcome(), "DONE", "{:#}", changed.body);
    publishes_after(world, &cast).await;
    looks(world).await;
    world.pass(TimeDelta::days(1));
    assert_eq!(looks(world).await, 0);
    world.events().await;
}

async fn who_saves_a_search_administers_its_endpoint(world: &World) {
    let cast = world.cast().await;
    let receiver = Receiver::open().await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let url = json!({ "url": receiver.url("here.test"), "kinds": ["OFFER_RESERVED"] });
    let endpoint = given(world, &manager, cast.ott, url.clone()).await;
    let other = world.person(Role::OttManager, cast.other_ott).await;
    let others = given(world, &other, cast.other_ott, url).await;
    let to = |id: &str| json!({ "channel": "WEBHOOK", "webhookEndpoint": id });
    // Nobody tells at what is another's; not even a colleague who does not administer it.
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    for (who, id) in [(&manager, &others.id), (&officer, &endpoint.id), (&other, &endpoint.id)] {
        let refused = saves(who, to(id)).await;
        assert_eq!(refused.outcome(), "NOT_FOUND input.webhookEndpoint");
    }
    let refused = saves(&manager, json!({ "channel": "WEBHOOK" })).await;
    assert_eq!(refused.user_errors(), ["REQUIRED input.webhookEndpoint"]);
    let refused = saves(&manager, json!({ "webhookEndpoint": endpoint.id })).await;
    assert_eq!(refused.user_errors(), ["INVALID input.webhookEndpoint"]);
    assert_eq!(world.events().await, [""; 0]);

    let search = saves(&manager, to(&endpoint.id)).await.root()["savedSearch"].clone();
    assert_eq!(world.events().await, ["SEARCH_SAVED"]);
    let ask = "query($id: ID!) { savedSearch(id: $id) { webhookEndpoint { id } } }";
    let read = async || manager.send(ask, json!({ "id": search["id"] })).await.root().clone();
    assert_eq!(read().await["webhookEndpoint"]["id"], endpoint.id);
    let change = json!({ "id": search["id"], "expectedVersion": 1, "webhookEndpoint": others.id });
    let refused = crate::saved_searches::done(&manager, "changeSavedSearch", change).await;
    assert_eq!(refused.outcome(), "NOT_FOUND input.webhookEndpoint");

    // Whoever administers it no longer has nothing told there any more; the inbox goes on.
    let held = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(manager.id.unwrap()))
        .one(world.db().read());
    let held = held.await.unwrap().unwrap();
    publishes_after(world, &cast).await;
    world.settled().await;
    api::searches::follow(&world.service, "one").await.unwrap();
    world.overwrite(membership::Model { to_at: Some(world.now()), ..held.clone() }).await;
    passes_on(world).await;
    assert!(receiver.received().is_empty());
    world.overwrite(held).await;
    assert_eq!(endpoint.deliveries().await[0]["status"], "WITHHELD");

    // A search whose endpoint is gone, or disabled, tells in the inbox.
    publishes_after(world, &cast).await;
    assert_eq!(looks(world).await, 1);
    assert_eq!(types(&receiver.received()), ["SEARCH_FOUND"]);
    let gone = json!({ "id": endpoint.id, "expectedVersion": 1 });
    after(&manager, "removeWebhookEndpoint", gone).await;
    publishes_after(world, &cast).await;
    assert_eq!(looks(world).await, 0);
    assert_eq!(read().await, json!({ "webhookEndpoint": null }));
    let ask = "query($id: ID!) { savedSearch(id: $id) { newCount } }";
    let counts = manager.send(ask, json!({ "id": search["id"] })).await;
    assert_eq!(counts.root()["newCount"], 3);
    world.events().await;
}
