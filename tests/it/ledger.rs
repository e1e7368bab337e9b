//! The ledger: what an introduction opens, and that its owner reads who saw it.

use entity::{InterestDirection, InterestStatus, NeedStatus, OfferStatus, Role, disclosure};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{Person, World, records};

use crate::policy::input;

tests::stories!(
    an_introduction_opens_and_its_end_closes,
    what_is_seen_is_on_record_before_the_answer_leaves,
    what_cannot_be_put_on_record_is_not_told,
    nobody_changes_the_ledger,
);

const NEED: &str = "query($id: ID!) { need(id: $id) { title disclosureLevel redactedFields \
    company { name email } delegation { code } confidentialAnnex } }";
const LEDGER: &str = "{ disclosures { totalCount nodes { record fields person \
    organization { id } basis { id } } } }";

async fn count(world: &World) -> u64 {
    disclosure::Entity::find().count(world.db().fresh()).await.unwrap()
}

async fn ledger(person: &Person<'_>) -> Vec<Value> {
    let mut nodes =
        person.send(LEDGER, json!({})).await.root()["nodes"].as_array().unwrap().clone();
    nodes.sort_by_key(|node| node["record"].to_string());
    nodes
}

async fn an_introduction_opens_and_its_end_closes(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let direction = InterestDirection::OfferToNeed;
    let row = records::interest(&need, &offer, direction, InterestStatus::Forwarded, world.now());
    world.put(row.clone()).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let other = world.person(Role::OttOfficer, cast.other_ott).await;
    let id = json!({ "id": need.id.to_string() });
    let before = officer.send(NEED, id.clone()).await.root().clone();
    assert_eq!((&before["disclosureLevel"], &before["company"]), (&json!("NETWORK"), &Value::Null));
    let accept = input("acceptInterest", &row.id.to_string());
    assert_eq!(member.interest("acceptInterest", accept).await.outcome(), "DONE");

    // The office sees who it is and how to reach them, and nothing that needs a signature.
    let open = officer.send(NEED, id.clone()).await.root().clone();
    assert_eq!(open["disclosureLevel"], "INTRODUCED");
    assert_eq!(open["company"]["email"], "hola@example.org");
    assert_eq!(
        (&open["delegation"]["code"], &open["confidentialAnnex"]),
        (&json!("R01"), &Value::Null)
    );
    assert_eq!(open["redactedFields"], json!(["confidentialAnnex"]));
    // So does the company, and its chamber, with the offer.
    let inventors = "query($id: ID!) { offer(id: $id) { disclosureLevel inventors } }";
    let offered = json!({ "id": offer.id.to_string() });
    for person in [&member, &liaison] {
        let seen = person.send(inventors, offered.clone()).await.root().clone();
        assert_eq!(seen["inventors"], json!(["Ana Inventora"]));
    }
    // Nobody else does.
    for person in [&other, &world.person(Role::MemberUser, cast.ally).await] {
        let seen = person.send(NEED, id.clone()).await.root().clone();
        assert_eq!((&seen["disclosureLevel"], &seen["company"]), (&json!("NETWORK"), &Value::Null));
    }
    // What is held is still there for whoever deals with it.
    let hold = json!({ "id": need.id.to_string(), "expectedVersion": 1, "note": "Un momento" });
    member.need("holdNeed", hold).await.data();
    let held = officer.send(NEED, id.clone()).await.root().clone();
    assert_eq!(held["disclosureLevel"], "INTRODUCED");
    let list = "{ needs { nodes { company { name } } } }";
    assert_eq!(officer.send(list, json!({})).await.root()["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(other.send(list, json!({})).await.root()["nodes"].as_array().unwrap().len(), 0);

    let mine = ledger(&member).await;
    let by = json!({ "id": cast.ott.to_string() });
    let person = json!(officer.id.unwrap().to_string());
    let basis = json!({ "id": row.id.to_string() });
    for entry in &mine {
        assert_eq!((&entry["person"], &entry["organization"]), (&person, &by));
        assert_eq!(entry["basis"], basis);
    }
    let mut fields: Vec<_> = mine.iter().map(|entry| entry["fields"].to_string()).collect();
    fields.sort_unstable();
    let (whole, mail) = (r#"["company","delegation"]"#, r#"["email"]"#);
    assert_eq!(fields, [whole, whole, r#"["company"]"#, mail, mail]);
    let theirs = ledger(&officer).await;
    assert_eq!(theirs.len(), 2, "member and liaison saw the offer");
    let speakers: Vec<_> = theirs.iter().map(|entry| entry["organization"]["id"].clone()).collect();
    assert!(speakers.contains(&json!(cast.company.to_string())));
    assert!(speakers.contains(&json!(cast.chamber.to_string())));
    for person in [&liaison, &other, &world.person(Role::NetworkAdmin, cast.network).await] {
        assert_eq!(ledger(person).await.len(), 0);
    }
    let of_offer =
        format!("{{ disclosures(filter: {{ record: \"{}\" }}) {{ totalCount }} }}", offer.id);
    assert_eq!(officer.send(&of_offer, json!({})).await.root()["totalCount"], 2);
    assert_eq!(member.send(&of_offer, json!({})).await.root()["totalCount"], 0);

    // The end of it closes what it opened, at that moment.
    let mut close = input("closeInterest", &row.id.to_string());
    close["expectedVersion"] = json!(2);
    assert_eq!(member.interest("closeInterest", close).await.outcome(), "DONE");
    let entries = count(world).await;
    assert!(officer.send(NEED, id.clone()).await.root().is_null(), "the need is held");
    let seen = member.send(inventors, offered).await.root().clone();
    assert_eq!((&seen["disclosureLevel"], &seen["inventors"]), (&json!("NETWORK"), &Value::Null));
    assert_eq!(count(world).await, entries, "what is hidden is not seen");
    world.events().await;
}

async fn what_is_seen_is_on_record_before_the_answer_leaves(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    for _ in 0..30 {
        let need = world.need(&cast, NeedStatus::Published).await;
        let direction = InterestDirection::OfferToNeed;
        let status = InterestStatus::Accepted;
        world.put(records::interest(&need, &offer, direction, status, world.now())).await;
    }
    let list = "{ needs(first: 30) { nodes { title company { name } } } }";
    world.statements();
    officer.send(list, json!({})).await.data();
    let sent = world.statements();
    let written = sent.iter().filter(|sql| sql.contains("INTO \"disclosure\"")).count();
    assert_eq!((sent.len(), written), (3, 1), "needs, grounds, one insert: {sent:#?}");
    assert_eq!(count(world).await, 30);
    // What is one's own, or for the network, is nobody's business.
    let open = "{ needs(first: 30) { nodes { title chamber { name } description } } }";
    for (person, ask) in [(&officer, open), (&liaison, list)] {
        world.statements();
        person.send(ask, json!({})).await.data();
        assert_eq!(world.statements().len(), 1);
    }
    assert_eq!(count(world).await, 30);
    // Many at once: each is on record when its answer is there.
    let all = join_all((0..20).map(|_| officer.send(list, json!({})))).await;
    assert!(all.iter().all(|answer| answer.root()["nodes"].as_array().unwrap().len() == 30));
    assert_eq!(count(world).await, 30 + 20 * 30);
}

async fn what_cannot_be_put_on_record_is_not_told(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let (direction, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    world.put(records::interest(&need, &offer, direction, status, world.now())).await;
    let id = json!({ "id": need.id.to_string() });
    let away = "ALTER TABLE disclosure RENAME TO disclosure_away";
    world.db().write().execute_unprepared(away).await.unwrap();
    let refused = officer.send(NEED, id.clone()).await;
    assert_eq!(refused.code(), "INTERNAL");
    assert!(!refused.body.to_string().contains("hola@example.org"), "{:#}", refused.body);
    let open = "query($id: ID!) { need(id: $id) { title } }";
    officer.send(open, id.clone()).await.data();
    let back = "ALTER TABLE disclosure_away RENAME TO disclosure";
    world.db().write().execute_unprepared(back).await.unwrap();
    assert_eq!(officer.send(NEED, id).await.root()["company"]["email"], "hola@example.org");
    assert_eq!(count(world).await, 2);
}

async fn nobody_changes_the_ledger(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let (direction, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    world.put(records::interest(&need, &offer, direction, status, world.now())).await;
    officer.send(NEED, json!({ "id": need.id.to_string() })).await.data();
    for change in ["UPDATE disclosure SET fields = '|title|'", "DELETE FROM disclosure"] {
        let refused = world.db().write().execute_unprepared(change).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
    assert_eq!(count(world).await, 2);
}
