//! Conversations: what parties write to each other, each message for those who see
//! enough of the interest.

use api::policy::{Grant, Resource};
use chrono::TimeDelta;
use entity::{
    DisclosureLevel, InterestDirection, InterestParty, InterestStatus, MessageId, NeedStatus,
    OfferStatus, Role, interest, message,
};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::{Value, json};
use tests::{Cast, Person, World, records};

tests::stories!(
    parties_write_to_each_other,
    a_message_reaches_whom_its_level_covers,
    what_is_over_is_not_talked_about,
);

const TALK: &str = "query($id: ID!, $first: Int, $after: String) { interest(id: $id) { \
    unreadMessages messages(first: $first, after: $after) { totalCount \
    pageInfo { hasNextPage endCursor } nodes { id party level text author redactedFields \
    readBy { party at } } } } }";

async fn talk(person: &Person<'_>, id: &str) -> Value {
    person.send(TALK, json!({ "id": id })).await.root().clone()
}

async fn texts(person: &Person<'_>, id: &str) -> Vec<String> {
    let nodes = talk(person, id).await["messages"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["text"].as_str().unwrap().to_owned()).collect()
}

async fn begun(
    world: &World,
    cast: &Cast,
    direction: InterestDirection,
    status: InterestStatus,
) -> interest::Model {
    let need = world.need(cast, NeedStatus::Published).await;
    let offer = world.offer(cast, OfferStatus::Published).await;
    let row = records::interest(&need, &offer, direction, status, world.now());
    world.put(row.clone()).await;
    row
}

async fn parties_write_to_each_other(world: &World) {
    let cast = world.cast().await;
    let row = begun(world, &cast, InterestDirection::OfferToNeed, InterestStatus::Submitted).await;
    let id = row.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let later = || world.pass(TimeDelta::seconds(1));

    let first = officer.write(&id, "NETWORK", "¿Se puede visitar la planta?").await;
    let first = first.root()["message"].clone();
    assert_eq!(first["party"], "OFFICE");
    assert_eq!(first["author"], Value::Null, "below the level of introduction nobody is told");
    assert_eq!(first["redactedFields"], json!(["author"]));
    later();
    let named = liaison.write(&id, "NETWORK", "Hornos del Valle pregunta el precio").await;
    assert_eq!(named.outcome(), "BLIND_CHECK", "the office does not know whose need it is");
    let aside = liaison.write(&id, "INTRODUCED", "Hornos del Valle: ¿les interesa?").await;
    assert_eq!(aside.root()["message"]["author"], json!(liaison.id.unwrap().to_string()));
    later();
    member.write(&id, "PUBLIC_BLIND", "Sí, de lunes a viernes").await.data();
    later();

    // The company reads blind: what asks for more is not there for it yet.
    assert_eq!(texts(&member, &id).await, ["Sí, de lunes a viernes"]);
    assert_eq!(
        texts(&officer, &id).await,
        ["Sí, de lunes a viernes", "¿Se puede visitar la planta?"]
    );
    let whole = talk(&admin, &id).await;
    assert_eq!(
        (&whole["messages"]["totalCount"], &whole["unreadMessages"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(talk(&liaison, &id).await["unreadMessages"], 2, "a party reads together");
    assert_eq!(talk(&officer, &id).await["unreadMessages"], 1);
    let page = json!({ "id": id, "first": 1 });
    let page = admin.send(TALK, page).await.root()["messages"].clone();
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let next = json!({ "id": id, "first": 1, "after": page["pageInfo"]["endCursor"] });
    let next = admin.send(TALK, next).await.root()["messages"]["nodes"][0]["level"].clone();
    assert_eq!(next, "INTRODUCED");

    // Read marks: of a party, by whoever of it came first, up to what was read.
    let marked = admin.mark_read(&id, first["id"].as_str().unwrap()).await;
    assert_eq!(marked.root()["interest"]["unreadMessages"], 1);
    let read = talk(&officer, &id).await["messages"]["nodes"][1]["readBy"].clone();
    assert_eq!(read.as_array().unwrap().len(), 1);
    assert_eq!(read[0]["party"], "CHAMBER");
    later();
    let all = talk(&liaison, &id).await["messages"]["nodes"][0]["id"].clone();
    let marked = liaison.mark_read(&id, all.as_str().unwrap()).await;
    assert_eq!(marked.root()["interest"]["unreadMessages"], 0);
    let again = talk(&officer, &id).await["messages"]["nodes"][1]["readBy"].clone();
    assert_eq!(again, read, "the first mark stays");
    let hidden = aside.root()["message"]["id"].as_str().unwrap().to_owned();
    let blind = officer.mark_read(&id, &hidden).await;
    assert_eq!(blind.outcome(), "NOT_FOUND input.upTo", "what one cannot read one cannot mark");

    // Whoever speaks for two parties reads for one of them, once.
    let both = world
        .somebody(
            [(Role::MemberUser, cast.company), (Role::ChamberAdmin, cast.chamber)]
                .map(|(role, organization)| Grant {
                    organization,
                    role,
                    regions: Vec::new(),
                    delegations: Vec::new(),
                })
                .to_vec(),
        )
        .await;
    for _ in 0..2 {
        let marked = both.mark_read(&id, all.as_str().unwrap()).await;
        assert_eq!(marked.root()["interest"]["unreadMessages"], 0);
    }
    for (text, right) in [(" ", "REQUIRED input.text"), (&"x".repeat(4_001), "TOO_LONG input.text")]
    {
        assert_eq!(officer.write(&id, "NETWORK", text).await.outcome(), right);
    }
    for person in [
        world.nobody(),
        world.stranger().await,
        world.person(Role::NetworkAdmin, cast.network).await,
        world.person(Role::OttOfficer, cast.other_ott).await,
        world.person(Role::MemberUser, cast.ally).await,
    ] {
        assert_eq!(person.write(&id, "PUBLIC_BLIND", "Hola").await.outcome(), "NOT_FOUND");
        assert_eq!(person.mark_read(&id, &hidden).await.outcome(), "NOT_FOUND");
        let node = person.send("query($id: ID!) { node(id: $id) { id } }", json!({ "id": hidden }));
        assert!(node.await.root().is_null());
    }
    let kinds = world.events().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "MESSAGE_SENT").count(), 3);
    assert_eq!(kinds.iter().filter(|kind| *kind == "MESSAGES_READ").count(), 4);
    assert_eq!(kinds.len(), 7);
}

/// Every message, at every level, from every party, on interests of every reach: it is there for
/// whoever sees as much of the interest, and for its own party.
async fn a_message_reaches_whom_its_level_covers(world: &World) {
    let cast = world.cast().await;
    let mut rows: Vec<(interest::Model, message::Model)> = Vec::new();
    for direction in InterestDirection::iter() {
        for status in
            [InterestStatus::Submitted, InterestStatus::Forwarded, InterestStatus::Accepted]
        {
            for anonymous in [false, true] {
                let need = world.need(&cast, NeedStatus::Published).await;
                let offer = world.offer(&cast, OfferStatus::Published).await;
                let mut row = records::interest(&need, &offer, direction, status, world.now());
                row.anonymous = anonymous;
                world.put(row.clone()).await;
                for party in InterestParty::iter() {
                    for level in DisclosureLevel::iter() {
                        let message = message::Model {
                            id: MessageId::new(world.now()),
                            interest_id: row.id,
                            author_id: None,
                            party,
                            level,
                            body: "Hola".into(),
                            sent_at: world.now(),
                        };
                        world.put(message.clone()).await;
                        rows.push((row.clone(), message));
                    }
                }
            }
        }
    }
    let ask = "{ interests(first: 20) { nodes { id unreadMessages messages(first: 20) { nodes { id } } } } }";
    let (mut read, mut hidden) = (0, 0);
    for (name, person) in cast.people(world).await {
        let viewer = person.viewer();
        let found = person.send(ask, json!({})).await;
        if !viewer.is_member() {
            continue;
        }
        let found = found.root()["nodes"].as_array().unwrap().clone();
        let party = viewer.grants.iter().find_map(|grant| match grant.role {
            Role::MemberUser => Some(InterestParty::Company),
            Role::ChamberLiaison | Role::ChamberAdmin => Some(InterestParty::Chamber),
            Role::OttOfficer | Role::OttManager => Some(InterestParty::Office),
            _ => None,
        });
        for (interest, message) in &rows {
            let node = found.iter().find(|node| node["id"] == json!(interest.id.to_string()));
            let listed = node.is_some_and(|node| {
                let nodes = node["messages"]["nodes"].as_array().unwrap();
                nodes.iter().any(|node| node["id"] == json!(message.id.to_string()))
            });
            let level = interest.level(&viewer);
            let right =
                level.is_some_and(|level| message.level <= level || party == Some(message.party));
            let what = format!(
                "{name}: {:?} {:?} {} of {:?}",
                interest.direction,
                interest.status,
                message.level.to_value(),
                message.party
            );
            assert_eq!(listed, right, "{what}");
            read += usize::from(right);
            hidden += usize::from(!right);
            if let Some(node) = node {
                let unread = rows.iter().filter(|(of, message)| {
                    of.id == interest.id
                        && level.is_some_and(|level| message.level <= level)
                        && party != Some(message.party)
                });
                assert_eq!(node["unreadMessages"], unread.count(), "{what}");
            }
        }
    }
    assert!(read > 400 && hidden > 400, "{read} read, {hidden} hidden");
}

async fn what_is_over_is_not_talked_about(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    for status in InterestStatus::iter() {
        let row = begun(world, &cast, InterestDirection::OfferToNeed, status).await;
        let open = api::policy::InterestAction::is_talked_about(status);
        let right = if open { "DONE" } else { "ILLEGAL_STATE" };
        let id = row.id.to_string();
        assert_eq!(
            officer.write(&id, "INTRODUCED", "Buen día").await.outcome(),
            right,
            "{status:?}"
        );
        let right = if status == InterestStatus::Draft { "NOT_FOUND" } else { right };
        assert_eq!(
            member.write(&id, "INTRODUCED", "Buen día").await.outcome(),
            right,
            "{status:?}"
        );
        // What was written stays to be read.
        let (_, read) = (world.events().await, texts(&officer, &id).await);
        assert_eq!(read.is_empty(), !open);
    }
}
