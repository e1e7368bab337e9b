//! What happens because time passes, and because people leave.

use api::{clockwork::run_due, event::Event};
use chrono::TimeDelta;
use entity::{EventId, NeedStatus, OfferStatus, OrganizationId, Role, event, need, offer};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder};
use serde_json::json;
use tests::{Person, World, records};

tests::stories!(
    records_are_warned_of_expire_and_are_put_away,
    what_has_ended_is_put_away,
    two_instances_do_everything_once,
    a_renewed_record_is_warned_of_again,
    whoever_leaves_is_out,
    a_token_ends,
);

async fn statuses(world: &World) -> (Vec<NeedStatus>, Vec<OfferStatus>) {
    let needs = need::Entity::find().all(world.db().read()).await.unwrap();
    let offers = offer::Entity::find().all(world.db().read()).await.unwrap();
    (
        needs.into_iter().map(|row| row.status).collect(),
        offers.into_iter().map(|row| row.status).collect(),
    )
}

async fn nothing_is_due(world: &World) {
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    assert_eq!(world.events().await, [""; 0]);
}

async fn records_are_warned_of_expire_and_are_put_away(world: &World) {
    let cast = world.cast().await;
    world.need(&cast, NeedStatus::Published).await;
    world.offer(&cast, OfferStatus::Published).await;
    let second = TimeDelta::seconds(1);

    world.pass(TimeDelta::days(365 - 14) - second);
    nothing_is_due(world).await;
    world.pass(second);
    assert_eq!(run_due(&world.service).await.unwrap(), 2);
    assert_eq!(world.events().await, ["NEED_EXPIRY_NEAR", "OFFER_EXPIRY_NEAR"]);
    nothing_is_due(world).await;

    world.pass(TimeDelta::days(14) - second);
    nothing_is_due(world).await;
    world.pass(second);
    assert_eq!(run_due(&world.service).await.unwrap(), 2);
    let rows = world.event_rows().await;
    let kinds: Vec<_> = rows.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["NEED_EXPIRED", "OFFER_EXPIRED"]);
    assert!(rows.iter().all(|event| event.actor_id.is_none()), "nobody stands behind it");
    assert_eq!(statuses(world).await, (vec![NeedStatus::Expired], vec![OfferStatus::Expired]));
    nothing_is_due(world).await;

    world.pass(TimeDelta::days(365) - second);
    nothing_is_due(world).await;
    world.pass(second);
    assert_eq!(run_due(&world.service).await.unwrap(), 2);
    assert_eq!(world.events().await, ["NEED_ARCHIVED", "OFFER_ARCHIVED"]);
    assert_eq!(statuses(world).await, (vec![NeedStatus::Archived], vec![OfferStatus::Archived]));
    nothing_is_due(world).await;
}

async fn what_has_ended_is_put_away(world: &World) {
    let cast = world.cast().await;
    for status in [NeedStatus::Fulfilled, NeedStatus::ClosedUnmet, NeedStatus::Withdrawn] {
        world.need(&cast, status).await;
    }
    for status in [OfferStatus::Retired, OfferStatus::Transferred] {
        world.offer(&cast, status).await;
    }
    for status in [NeedStatus::Draft, NeedStatus::InReview, NeedStatus::Returned] {
        world.need(&cast, status).await;
    }
    world.pass(TimeDelta::days(90) - TimeDelta::seconds(1));
    nothing_is_due(world).await;
    world.pass(TimeDelta::seconds(1));
    assert_eq!(run_due(&world.service).await.unwrap(), 5);
    let events = world.events().await;
    assert_eq!(events[..3], ["NEED_ARCHIVED"; 3]);
    assert_eq!(events[3..], ["OFFER_ARCHIVED"; 2]);
    world.pass(TimeDelta::days(3_000));
    nothing_is_due(world).await;
}

async fn two_instances_do_everything_once(world: &World) {
    let cast = world.cast().await;
    for _ in 0..5 {
        world.need(&cast, NeedStatus::Published).await;
    }
    let other = world.another_instance().await;
    world.pass(TimeDelta::days(365));
    let (one, two) = futures_util::future::join(run_due(&world.service), run_due(&other)).await;
    assert_eq!(one.unwrap() + two.unwrap(), 5);
    assert_eq!(world.events().await, ["NEED_EXPIRED"; 5]);
    other.db().clone().close().await.unwrap();
}

async fn a_renewed_record_is_warned_of_again(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    world.pass(TimeDelta::days(360));
    run_due(&world.service).await.unwrap();
    let row = need::Entity::find_by_id(need.id).one(world.db().read()).await.unwrap().unwrap();
    let at = json!({ "id": need.id.to_string(), "expectedVersion": row.version });
    assert_eq!(liaison.need("renewNeed", at).await.outcome(), "DONE");
    nothing_is_due_but(world, &["NEED_EXPIRY_NEAR", "NEED_RENEWED"]).await;
    world.pass(TimeDelta::days(351));
    assert_eq!(run_due(&world.service).await.unwrap(), 1);
    assert_eq!(world.events().await, ["NEED_EXPIRY_NEAR"]);
}

async fn nothing_is_due_but(world: &World, events: &[&str]) {
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    assert_eq!(world.events().await, events);
}

const WHO: &str = "{ viewer { person isNetworkMember networkLevel grants { role actions \
    organization { name } regions { code } delegations { code } } } }";

async fn whoever_leaves_is_out(world: &World) {
    let cast = world.cast().await;
    let mut need = records::need(&cast, NeedStatus::Published, world.now());
    need.title = entity::Localized::spanish("Título");
    world.put(need.clone()).await;
    let south = world.person_within(Role::ChamberLiaison, cast.chamber, &[cast.south]).await;
    let me = south.send(WHO, json!({})).await.root().clone();
    assert_eq!(me["isNetworkMember"], true);
    assert_eq!(me["grants"][0]["regions"][0]["code"], "R02");
    assert_eq!(me["grants"][0]["organization"]["name"], "Cámara de Transformación");
    let actions = me["grants"][0]["actions"].as_array().unwrap();
    assert!(actions.contains(&json!("publishNeed")) && !actions.contains(&json!("archiveNeed")));

    // An end that is known is kept to the moment, though who asks was looked up before it.
    world.pass(TimeDelta::minutes(1));
    let mut held =
        entity::membership::Entity::find().one(world.db().read()).await.unwrap().unwrap();
    held.to_at = Some(world.now() + TimeDelta::seconds(2));
    world.overwrite(held.clone()).await;
    assert!(is_member(&south).await);
    world.pass(TimeDelta::seconds(2) - TimeDelta::microseconds(1));
    assert!(is_member(&south).await);
    world.pass(TimeDelta::microseconds(1));
    assert!(!is_member(&south).await);
    let read = "query($id: ID!) { viewer { networkLevel } need(id: $id) { description } }";
    let seen = south.send(read, json!({ "id": need.id.to_string() })).await.data().clone();
    let blind =
        json!({ "viewer": { "networkLevel": "PUBLIC_BLIND" }, "need": { "description": null } });
    assert_eq!(seen, blind);

    // What is changed past the service is noticed by readers within five seconds, by writers at once.
    let (age, instant) = (TimeDelta::seconds(5), TimeDelta::microseconds(1));
    held.to_at = None;
    world.overwrite(held.clone()).await;
    assert!(!is_member(&south).await);
    world.pass(age);
    assert!(is_member(&south).await);
    held.to_at = Some(world.now());
    world.overwrite(held.clone()).await;
    world.pass(age - instant);
    assert!(is_member(&south).await);
    let renewal = json!({ "id": need.id.to_string(), "expectedVersion": need.version });
    assert_eq!(south.need("renewNeed", renewal).await.outcome(), "FORBIDDEN");
    // Who wrote was looked up for it, and reads know it too.
    assert!(!is_member(&south).await);
    held.to_at = None;
    world.overwrite(held.clone()).await;
    world.pass(age - instant);
    assert!(!is_member(&south).await);
    world.pass(instant);
    assert!(is_member(&south).await);

    // What the service changes is told by its event.
    held.to_at = Some(world.now());
    world.overwrite(held).await;
    assert!(is_member(&south).await);
    tell_that_members_changed(world, cast.chamber).await;
    assert_eq!(world.events().await, ["MEMBERS_IMPORTED"]);
    world.service.catch_up().await.unwrap();
    assert!(!is_member(&south).await);
}

/// What an import of another process would tell.
async fn tell_that_members_changed(world: &World, organization: OrganizationId) {
    let happened = Event::MembersImported { organization, count: 1 };
    let last = event::Entity::find().order_by_desc(event::Column::Seq).one(world.db().read()).await;
    let last = last.unwrap().expect("the lists were loaded");
    let row = event::ActiveModel {
        seq: Set(last.seq + 1),
        id: Set(EventId::new(world.now())),
        xid: Set(last.xid),
        kind: Set(happened.kind()),
        actor_id: Set(last.actor_id),
        subject: Set(happened.subject()),
        body: Set(json!(happened)),
        happened_at: Set(last.happened_at),
        ..Default::default()
    };
    event::Entity::insert(row).exec_without_returning(world.db().write()).await.unwrap();
}

async fn is_member(person: &Person<'_>) -> bool {
    let answer = person.send("{ viewer { isNetworkMember } }", json!({})).await;
    answer.root()["isNetworkMember"] == true
}

async fn a_token_ends(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let token = member.token().expect("a token");
    world.pass(TimeDelta::minutes(16));
    assert_eq!(
        world.send(Some(&token), WHO, json!({})).await.status,
        200,
        "clocks may differ a minute"
    );
    world.pass(TimeDelta::seconds(1));
    let late = world.send(Some(&token), WHO, json!({})).await;
    assert_eq!((late.status, late.code()), (401, "UNAUTHENTICATED"));
    let mut forged = token.clone();
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    forged.insert(forged.len() - 4, last);
    assert_eq!(world.send(Some(&forged), WHO, json!({})).await.status, 401);
    assert_eq!(member.send(WHO, json!({})).await.status, 200, "with a new one");
}
