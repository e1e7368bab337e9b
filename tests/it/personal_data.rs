//! What is held about people: they see it, correct it, take it with them, and are erased.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use api::{import, people::SECTIONS, token::Claims};
use async_graphql::parser::types::OperationType;
use chrono::TimeDelta;
use entity::{
    DisclosureLevel, InterestDirection, InterestParty, InterestStatus, MessageId, NeedStatus,
    OfferStatus, PersonId, Role, consent, document::RecordId, event, history, membership, message,
    person, saved_search, search_find,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, PaginatorTrait, QueryFilter,
    Statement,
};
use serde_json::{Value, json};
use tests::{Person, World, records};

use crate::{
    memberships::{after, done, invited, new, of},
    needs::{self, with},
    saved_searches,
};

tests::stories!(
    one_sees_and_corrects_what_is_held,
    everything_that_is_held_is_told,
    every_column_that_holds_a_person_is_told_or_excused,
    long_sections_are_told_in_parts,
    nothing_that_names_them_stays,
    who_was_erased_is_nobody,
    the_network_erases_who_asks_for_it,
    an_erased_person_stays_erased,
);

const PROFILE: &str = "{ viewer { profile { id version name email phone orcid locale createdAt \
    erasedAt disclosureLevel memberships { nodes { role toAt } } } } }";

async fn profile(person: &Person<'_>) -> Value {
    person.send(PROFILE, json!({})).await.root()["profile"].clone()
}

async fn one_sees_and_corrects_what_is_held(world: &World) {
    let cast = world.cast().await;
    let ana = world.person(Role::OttOfficer, cast.ott).await;
    let seen = profile(&ana).await;
    assert_eq!((&seen["name"], &seen["version"]), (&json!("CANARY of a person"), &json!(1)));
    assert_eq!(seen["disclosureLevel"], "CONTRACT");
    assert_eq!(seen["memberships"]["nodes"], json!([{ "role": "OTT_OFFICER", "toAt": null }]));
    let right = json!({ "expectedVersion": 1, "name": " Ana  Prueba ", "email": "ana@uno.example",
        "phone": "+52 (55) 1234-5678 ext. 12", "orcid": "https://orcid.org/0000-0002-1694-233x",
        "locale": "EN" });
    let corrected = after(&ana, "correctPersonalData", right.clone()).await["person"].clone();
    assert_eq!(corrected["orcid"], "0000-0002-1694-233X");
    assert_eq!((&corrected["version"], &corrected["locale"]), (&json!(2), &json!("EN")));
    assert_eq!(corrected["email"], "ana@uno.example");
    let stale = done(&ana, "correctPersonalData", right).await;
    assert_eq!(stale.outcome(), "STALE_OBJECT input.expectedVersion");
    for (field, value, right) in [
        ("name", json!("  "), "REQUIRED input.name"),
        ("name", json!(null), "REQUIRED input.name"),
        ("email", json!("ana@uno"), "INVALID input.email"),
        ("email", json!("ana@@uno.example"), "INVALID input.email"),
        ("phone", json!("llámame"), "INVALID input.phone"),
        ("phone", json!("123"), "INVALID input.phone"),
        ("orcid", json!("0000-0002-1694-2330"), "INVALID input.orcid"),
    ] {
        let input = json!({ "expectedVersion": 2, field: value });
        let refused = done(&ana, "correctPersonalData", input).await;
        assert_eq!(refused.outcome(), right, "{field} {value}");
    }
    // What is taken away is gone, what is not said stays.
    let less = json!({ "expectedVersion": 2, "phone": null, "orcid": "" });
    after(&ana, "correctPersonalData", less).await;
    let seen = profile(&ana).await;
    assert_eq!((&seen["phone"], &seen["orcid"]), (&json!(null), &json!(null)));
    assert_eq!((&seen["email"], &seen["version"]), (&json!("ana@uno.example"), &json!(3)));
    // Of whom nothing is held, nothing is told and nothing corrected.
    let new = world.newcomer();
    assert!(profile(&new).await.is_null());
    let input = json!({ "expectedVersion": 1, "name": "Yo" });
    assert_eq!(done(&new, "correctPersonalData", input).await.outcome(), "NOT_FOUND");
    assert_eq!(world.events().await, ["PERSON_CORRECTED"; 2]);
}

const HELD: &str = "query($of: [String!], $skip: Int) { viewer { personalData(sections: $of, skip: $skip) { \
    section by rows hasMore } } }";

async fn held(person: &Person<'_>, of: Value, skip: i32) -> BTreeMap<String, Value> {
    let told = person.send(HELD, json!({ "of": of, "skip": skip })).await.root().clone();
    let told = told["personalData"].as_array().expect("sections").clone();
    told.into_iter().map(|one| (one["section"].as_str().unwrap().to_owned(), one)).collect()
}

async fn everything_that_is_held_is_told(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let ana = world.person(Role::MemberUser, cast.company).await;
    let (id, me) = (ana.id.unwrap(), ana.id.unwrap().to_string());
    // What people do, leaves this.
    let search = saved_searches::saved(&ana, json!({ "kind": "NEED", "name": "Lo mío" })).await;
    let draft = with(needs::text(), json!({ "company": cast.company.to_string() }));
    let drafted = ana.need("draftNeed", draft).await.root()["need"].clone();
    let code = invited(&admin, cast.chamber, "CHAMBER_LIAISON").await;
    after(&ana, "acceptInvitation", json!({ "code": code })).await;
    let grant = "mutation($input: GrantConsentInput!) { grantConsent(input: $input) { \
        consent { id } userErrors { code } } }";
    let input = json!({ "organization": cast.company.to_string(), "purpose": "PUBLICATION" });
    let given = ana.send(grant, json!({ "input": input })).await.root()["consent"].clone();
    let (need, offer) = (
        world.need(&cast, NeedStatus::Published).await,
        world.offer(&cast, OfferStatus::Published).await,
    );
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    let interest = records::interest(&need, &offer, from, status, world.now());
    world.put(interest.clone()).await;
    world.put(letter(&interest, id, "Lo que escribí", world)).await;
    let mut file =
        records::document(RecordId::Need(need.id), DisclosureLevel::Network, world.now());
    file.uploaded_by = Some(id);
    world.put(file.clone()).await;
    // What others hold is not told, nor what they wrote.
    let other = world.person(Role::MemberUser, cast.company).await;
    let theirs = saved_searches::saved(&other, json!({ "kind": "NEED", "name": "Lo otro" })).await;
    let told = held(&ana, json!(null), 0).await;
    assert_eq!(told.len(), SECTIONS.len());
    let ids = |section: &str| -> Vec<&str> {
        let rows = told[section]["rows"].as_array().unwrap();
        rows.iter().filter_map(|row| row["id"].as_str()).collect()
    };
    assert_eq!(ids("person"), [me.as_str()]);
    assert_eq!(told["person"]["rows"][0]["name"], "CANARY of a person");
    assert_eq!(ids("saved_search"), [search["id"].as_str().unwrap()]);
    assert_eq!(ids("need"), [drafted["id"].as_str().unwrap()]);
    assert_eq!(told["need"]["rows"][0]["folio"], drafted["folio"]);
    assert_eq!(ids("consent"), [given["id"].as_str().unwrap()]);
    assert_eq!(ids("document"), [file.id.to_string()]);
    assert_eq!(ids("message").len(), 1);
    assert_eq!(ids("membership").len(), 2);
    assert_eq!(told["invitation"]["rows"][0]["accepted_by"], json!(me));
    let did: Vec<_> =
        told["event"]["rows"].as_array().unwrap().iter().map(|row| &row["kind"]).collect();
    assert_eq!(did, ["SEARCH_SAVED", "NEED_DRAFTED", "MEMBER_JOINED", "CONSENT_GRANTED"]);
    let all = json!(told).to_string();
    assert!(!all.contains("Lo otro") && !all.contains(theirs["id"].as_str().unwrap()));
    assert!(!all.contains("Lo que escribí"), "the conversation is the organizations'");
    assert!(!all.contains("Recuperar el calor"), "and so is the need");
    assert!(!all.contains("code_hash"));
    // Places by name; nobody and machines have none.
    let one = held(&ana, json!(["membership"]), 0).await;
    assert_eq!(one.keys().collect::<Vec<_>>(), ["membership"]);
    let wrong = ana.send(HELD, json!({ "of": ["secrets"] })).await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
    let nobody = world.nobody().send(HELD, json!({})).await;
    assert!(nobody.root()["personalData"].is_null());
    assert!(
        held(&world.newcomer(), json!(null), 0).await.values().all(|one| one["rows"] == json!([]))
    );
    world.events().await;
}

fn letter(
    interest: &entity::interest::Model,
    author: PersonId,
    body: &str,
    world: &World,
) -> message::Model {
    message::Model {
        id: MessageId::new(world.now()),
        interest_id: interest.id,
        author_id: Some(author),
        party: InterestParty::Company,
        level: DisclosureLevel::Network,
        body: body.to_owned(),
        sent_at: world.now(),
    }
}

/// Columns that sound like people, and hold none: what they hold.
const EXCUSED: &[(&str, &str, &str)] = &[
    ("affiliation", "member_no", "a number"),
    ("agreement", "drafted_by_id", "an organization"),
    ("agreement", "suspended_by_id", "an organization"),
    ("bulk_job", "taken_by", "an instance of the service"),
    ("chamber_profile", "member_counts", "how many companies"),
    ("disclosure", "owner_id", "an organization"),
    ("interest", "nda_asked_by", "a party"),
    ("interest", "respond_by", "a time"),
    ("ip_asset", "rescued_by_id", "an agreement"),
    ("match", "decided_by_id", "an organization"),
    ("need", "held_by_network", "whether it is"),
    ("need", "met_by_id", "an agreement"),
    ("need", "shared_by", "companies"),
    ("offer", "held_by_network", "whether it is"),
    ("ott_profile", "network_member_from", "a day"),
    ("ott_profile", "network_member_to", "a day"),
    ("outcome", "judged_by_id", "an organization"),
    ("outcome", "recorded_by_id", "an organization"),
    ("programme", "announced_by_id", "an organization"),
    ("project", "proposed_by_id", "an organization"),
    ("webhook_delivery", "taken_by", "an instance of the service"),
];

/// A column's name that may hold somebody.
fn sounds_like_somebody(column: &str) -> bool {
    let parts: Vec<&str> = column.split('_').collect();
    let words =
        ["by", "person", "author", "actor", "user", "owner", "holder", "member", "keyholders"];
    parts.iter().any(|part| words.contains(part))
}

async fn every_column_that_holds_a_person_is_told_or_excused(world: &World) {
    let told: BTreeSet<(String, String)> = SECTIONS
        .iter()
        .flat_map(|section| {
            let columns = (section.columns)().into_iter();
            columns.map(|column| (section.table.to_owned(), column.to_owned()))
        })
        .collect();
    // By their type: every field of a row that is a person's id.
    let mut holding = BTreeSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../entity/src");
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let Some((_, rest)) = text.split_once("table_name = \"") else { continue };
        let table = rest.split('"').next().unwrap();
        for line in rest.lines() {
            let Some((name, kind)) =
                line.trim().strip_prefix("pub ").and_then(|line| line.split_once(": "))
            else {
                continue;
            };
            if kind.contains("PersonId") {
                holding.insert((table.to_owned(), name.to_owned()));
            }
        }
    }
    assert!(holding.len() > 40, "{}", holding.len());
    // By their names: whatever the database has.
    let backend = world.db().backend();
    for (table, column, _) in columns(world).await {
        if sounds_like_somebody(&column) {
            holding.insert((table, column));
        }
    }
    assert!(holding.contains(&("api_client".into(), "keyholders".into())));
    for (table, column, what) in EXCUSED {
        let there = holding.remove(&((*table).to_owned(), (*column).to_owned()));
        assert!(there, "{table}.{column} is no more, or does not sound like somebody: {what}");
    }
    let forgotten: Vec<_> = holding.difference(&told).collect();
    assert!(forgotten.is_empty(), "{backend:?}: neither told nor excused: {forgotten:?}");
}

/// Every column of every table, and whether it holds text.
async fn columns(world: &World) -> Vec<(String, String, bool)> {
    let backend = world.db().backend();
    let sql = if backend == DatabaseBackend::Postgres {
        "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS d \
         FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    } else {
        "SELECT t.name AS t, c.name AS c, c.type AS d \
         FROM sqlite_schema t, pragma_table_xinfo(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    };
    let rows =
        world.db().fresh().query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    let text = |kind: &str| {
        let kind = kind.to_lowercase();
        ["text", "char", "json"].iter().any(|one| kind.contains(one))
    };
    rows.iter()
        .map(|row| {
            let get = |name: &str| row.try_get::<String>("", name).unwrap();
            (get("t"), get("c"), text(&get("d")))
        })
        .filter(|(table, ..)| table != "seaql_migrations")
        .collect()
}

/// Where one of these is, in whatever table.
async fn found(world: &World, needles: &[&str]) -> BTreeSet<(String, String)> {
    let backend = world.db().backend();
    let (mut found, mut looked) = (BTreeSet::new(), 0);
    for (table, column, _) in columns(world).await.into_iter().filter(|(.., text)| *text) {
        looked += 1;
        for needle in needles {
            let sql = format!(
                "SELECT COUNT(*) AS n FROM \"{table}\" \
                 WHERE LOWER(CAST(\"{column}\" AS TEXT)) LIKE '%{}%'",
                needle.to_lowercase()
            );
            let row = world.db().fresh().query_one_raw(Statement::from_string(backend, sql)).await;
            if row.unwrap().unwrap().try_get::<i64>("", "n").unwrap() > 0 {
                found.insert((table.clone(), column.clone()));
            }
        }
    }
    assert!(looked > 200, "{looked}");
    found
}

async fn long_sections_are_told_in_parts(world: &World) {
    let ana = world.stranger().await;
    let row = |n: i64| event::ActiveModel {
        id: sea_orm::Set(entity::EventId::new(world.now())),
        actor_id: sea_orm::Set(ana.id),
        kind: sea_orm::Set("PERSON_CORRECTED".to_owned()),
        body: sea_orm::Set(json!({ "n": n })),
        happened_at: sea_orm::Set(world.now() + TimeDelta::microseconds(n)),
        ..Default::default()
    };
    for part in 0..3 {
        let rows = (part * 500..(part + 1) * 500).map(row);
        event::Entity::insert_many(rows).exec_without_returning(world.db().write()).await.unwrap();
    }
    let first = held(&ana, json!(["event"]), 0).await["event"].clone();
    let second = held(&ana, json!(["event"]), 1_000).await["event"].clone();
    let count = |part: &Value| part["rows"].as_array().unwrap().len();
    assert_eq!((count(&first), &first["hasMore"]), (1_000, &json!(true)));
    assert_eq!((count(&second), &second["hasMore"]), (500, &json!(false)));
    let last = first["rows"][999]["happened_at"].as_str().unwrap().to_owned();
    assert!(last.as_str() < second["rows"][0]["happened_at"].as_str().unwrap());
    let wrong = ana.send(HELD, json!({ "skip": -1 })).await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
    world.events().await;
}

const NAME: &str = "Zacarias Quetzalli";
const EMAIL: &str = "zaqui@correo.example";
const PHONE: &str = "55 9876 5432";
const ORCID: &str = "0000-0002-1825-0097";

async fn nothing_that_names_them_stays(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::OttManager, cast.ott).await;
    let other = world.person(Role::ChamberAdmin, cast.chamber).await;
    let named = json!({ "name": NAME, "email": EMAIL });
    let made =
        after(&admin, "inviteMember", with(new(cast.ott, "OTT_MANAGER"), named.clone())).await;
    let him = world.newcomer();
    after(&him, "acceptInvitation", json!({ "code": made["code"] })).await;
    let him = him.with_role(Role::OttManager, cast.ott);
    let (id, me) = (him.id.unwrap(), him.id.unwrap().to_string());
    let all = json!({ "expectedVersion": 1, "phone": PHONE, "orcid": ORCID });
    after(&him, "correctPersonalData", all).await;
    saved_searches::saved(&him, json!({ "kind": "NEED", "name": NAME, "text": NAME })).await;
    // He was invited elsewhere too, by another spelling, and had invited others.
    let elsewhere = json!({ "name": NAME, "email": EMAIL.to_uppercase() });
    let elsewhere = with(new(cast.chamber, "CHAMBER_LIAISON"), elsewhere);
    let elsewhere = after(&other, "inviteMember", elsewhere).await;
    let sent = json!({ "name": "Prima Quetzalli", "email": "prima@correo.example" });
    let sent = after(&him, "inviteMember", with(new(cast.ott, "OTT_OFFICER"), sent)).await;
    // What he did.
    let draft = with(crate::offers::text(), json!({ "ott": cast.ott.to_string() }));
    let offer = him.offer("draftOffer", draft).await.root()["offer"].clone();
    let (need, published) = (
        world.need(&cast, NeedStatus::Published).await,
        world.offer(&cast, OfferStatus::Published).await,
    );
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    let interest = records::interest(&need, &published, from, status, world.now());
    world.put(interest.clone()).await;
    let mut machine = records::api_client(cast.ott, Role::Service, world.now());
    machine.keyholders = [id].into_iter().collect();
    world.put(machine.clone()).await;
    let needles = [NAME, EMAIL, PHONE, ORCID];
    let before = found(world, &needles).await;
    for place in [
        ("person", "name"),
        ("person", "email"),
        ("person", "phone"),
        ("person", "orcid"),
        ("saved_search", "name"),
        ("invitation", "name"),
        ("invitation", "email"),
    ] {
        assert!(before.contains(&(place.0.to_owned(), place.1.to_owned())), "{place:?} {before:?}");
    }
    let history_before = event::Entity::find().count(world.db().fresh()).await.unwrap();
    world.events().await;

    world.pass(TimeDelta::minutes(1));
    let gone = after(&him, "erasePerson", json!({})).await;
    assert_eq!(gone["clientsToRotate"], json!([machine.id.to_string()]));
    assert_eq!(gone["person"]["erasedAt"], "2026-03-02T12:01:00+00:00");
    assert!(gone["person"]["name"].is_null() && gone["person"]["email"].is_null(), "{gone:#}");
    assert_eq!(found(world, &needles).await, BTreeSet::new(), "no byte of him is left");
    assert_eq!(
        found(world, &["prima quetzalli", "prima@correo"]).await,
        BTreeSet::new(),
        "nor of whom he invited"
    );
    let kinds = ["INVITATION_WITHDRAWN", "MEMBER_LEFT", "INVITATION_WITHDRAWN", "PERSON_ERASED"];
    assert_eq!(world.events().await, kinds);
    // What he did stays, under an id that says nothing.
    let did = event::Entity::find().filter(event::Column::ActorId.eq(id));
    assert!(did.count(world.db().fresh()).await.unwrap() >= 8);
    let kept = event::Entity::find().count(world.db().fresh()).await.unwrap();
    assert_eq!(kept, history_before + 4, "nothing of the history is gone");
    let row = person::Entity::find_by_id(id).one(world.db().fresh()).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.email, row.phone, row.orcid), ("", None, None, None));
    let searches = saved_search::Entity::find().count(world.db().fresh()).await.unwrap();
    let finds = search_find::Entity::find().count(world.db().fresh()).await.unwrap();
    assert_eq!((searches, finds), (0, 0));
    let tell = |made: &Value| json!({ "code": made["code"], "name": "Alguien" });
    for made in [&elsewhere, &sent] {
        let refused = done(&world.newcomer(), "acceptInvitation", tell(made)).await;
        assert_eq!(refused.outcome(), "NOT_FOUND input.code");
    }
    // He is shown as somebody who is no more.
    let ask = "query($id: ID!) { node(id: $id) { ... on Person { id name erasedAt } } }";
    let seen = admin.send(ask, json!({ "id": me })).await.root().clone();
    assert_eq!((&seen["name"], &seen["id"]), (&json!(null), &json!(me)));
    assert!(seen["erasedAt"].is_string());
    let id: entity::OfferId = offer["id"].as_str().unwrap().parse().unwrap();
    let row = entity::offer::Entity::find_by_id(id).one(world.db().fresh()).await.unwrap();
    assert_eq!(row.unwrap().created_by.map(|id| id.to_string()), Some(me.clone()));

    // What others write about him is theirs: free text is not searched for names.
    world.put(letter(&interest, admin.id.unwrap(), NAME, world)).await;
    let erased = json!({ "person": me, "reason": "Otra vez" });
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    after(&network, "erasePerson", erased).await;
    let left = BTreeSet::from([("message".to_owned(), "body".to_owned())]);
    assert_eq!(found(world, &needles).await, left);
    assert_eq!(world.events().await, ["PERSON_ERASED"], "again is as good as once");
}

async fn who_was_erased_is_nobody(world: &World) {
    let cast = world.cast().await;
    let ana = world.person(Role::OttOfficer, cast.ott).await;
    let other = world.another_instance().await;
    let ask = "{ viewer { person grants { role } } }";
    assert_eq!(ana.send(ask, json!({})).await.status, 200);
    let token = ana.token();
    assert_eq!(world.send_to(&other, token.as_deref(), ask, json!({})).await.status, 200);
    after(&ana, "erasePerson", json!({})).await;
    // Who writes is looked up anew; what reads remember is told by the event.
    let input = json!({ "kind": "NEED", "name": "Todas" });
    let save = saved_searches::done(&ana, "saveSearch", input).await;
    assert_eq!((save.status, save.code()), (401, "UNAUTHENTICATED"));
    let again = done(&ana, "erasePerson", json!({})).await;
    assert_eq!(again.code(), "UNAUTHENTICATED");
    world.tell().await;
    other.catch_up().await.unwrap();
    for answer in [
        ana.send(ask, json!({})).await,
        world.send_to(&other, token.as_deref(), ask, json!({})).await,
    ] {
        assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"));
    }
    // Whoever vouches for her, whatever they are believed.
    let told = ana.claims().unwrap();
    for claims in
        [Claims { authoritative: true, ..told.clone() }, Claims { by_membership: true, ..told }]
    {
        let asked = async_graphql::Request::new(ask);
        let asked = world.service.prepare(asked, OperationType::Query, Some(&claims)).await;
        assert!(asked.is_err());
    }
    // And she comes back by no invitation.
    let manager = world.person(Role::OttManager, cast.ott).await;
    let code = invited(&manager, cast.ott, "OTT_OFFICER").await;
    let back = done(&ana, "acceptInvitation", json!({ "code": code, "name": "Ana" })).await;
    assert_eq!(back.code(), "UNAUTHENTICATED");
    // Of whom nothing was held, is erased all the same.
    let new = world.newcomer();
    after(&new, "erasePerson", json!({})).await;
    world.tell().await;
    assert_eq!(new.send(ask, json!({})).await.status, 401);
    assert_eq!(
        world.events().await,
        ["MEMBER_LEFT", "PERSON_ERASED", "MEMBER_INVITED", "PERSON_ERASED"]
    );
    other.db().clone().close().await.unwrap();
}

async fn the_network_erases_who_asks_for_it(world: &World) {
    let cast = world.cast().await;
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    let ana = world.person(Role::ChamberLiaison, cast.chamber).await;
    let me = ana.id.unwrap().to_string();
    let input = json!({ "person": me, "reason": "Lo pidió por escrito, oficio 12" });
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    for (person, right) in [
        (&admin, "NOT_FOUND"),
        (&world.person(Role::ChamberLiaison, cast.chamber).await, "NOT_FOUND"),
        (&world.person(Role::Analyst, cast.network).await, "NOT_FOUND"),
    ] {
        assert_eq!(done(person, "erasePerson", input.clone()).await.outcome(), right);
    }
    let silent = done(&network, "erasePerson", json!({ "person": me })).await;
    assert_eq!(silent.outcome(), "REQUIRED input.reason");
    let unknown = json!({ "person": "person_00000000000000000000000000000001", "reason": "a" });
    assert_eq!(done(&network, "erasePerson", unknown).await.outcome(), "NOT_FOUND");
    // The network's admin knows that there is somebody, and no more.
    let ask = "query($id: ID!) { node(id: $id) { ... on Person { id name disclosureLevel \
        memberships { totalCount } } } }";
    let seen = network.send(ask, json!({ "id": me })).await.root().clone();
    let right = json!({ "id": me, "name": null, "disclosureLevel": "PUBLIC_BLIND",
        "memberships": { "totalCount": 0 } });
    assert_eq!(seen, right);
    after(&network, "erasePerson", input).await;
    assert_eq!(world.events().await, ["MEMBERSHIP_ENDED", "PERSON_ERASED"]);
    assert_eq!(of(world, &ana).await.ended_by, network.id);
    let why = history::Entity::find().filter(history::Column::Record.eq(me));
    let why = why.one(world.db().fresh()).await.unwrap().unwrap();
    assert_eq!(why.note.as_deref(), Some("Lo pidió por escrito, oficio 12"));
    assert_eq!((why.by, why.to_status.as_str()), (network.id, "ERASED"));
    // Consents are the organization's, and stay.
    let member = world.person(Role::MemberUser, cast.company).await;
    world.person(Role::MemberUser, cast.company).await;
    let mut given =
        records::consent(cast.company, entity::ConsentPurpose::Publication, world.now());
    given.granted_by = member.id.unwrap();
    world.put(given.clone()).await;
    after(&member, "erasePerson", json!({})).await;
    let kept = consent::Entity::find_by_id(given.id).one(world.db().fresh()).await.unwrap();
    assert_eq!(kept, Some(given));
    assert_eq!(world.events().await, ["MEMBER_LEFT", "PERSON_ERASED"]);
}

async fn an_erased_person_stays_erased(world: &World) {
    let cast = world.cast().await;
    let file = json!({
        "people": [{ "key": "ana", "name": "Ana", "email": "ana@uno.example",
            "organization": cast.ott.to_string(), "role": "OTT_OFFICER" }],
    });
    let brought = async |file: &Value| {
        let text = file.to_string();
        let mut source = text.as_bytes();
        import::network(&world.service, &mut source, &import::Options::default()).await.unwrap()
    };
    brought(&file).await;
    let ana = person::Entity::find().filter(person::Column::Name.eq("Ana"));
    let ana = ana.one(world.db().fresh()).await.unwrap().expect("Ana");
    world.events().await;
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    let input = json!({ "person": ana.id.to_string(), "reason": "Lo pidió" });
    after(&network, "erasePerson", input).await;
    world.events().await;
    let more = json!({
        "people": [
            { "key": "ana", "name": "Ana", "email": "ana@uno.example",
                "organization": cast.ott.to_string(), "role": "OTT_OFFICER" },
            { "key": "ana", "name": "Ana", "email": "ana@uno.example",
                "organization": cast.ott.to_string(), "role": "OTT_MANAGER" },
        ],
    });
    brought(&more).await;
    assert!(world.events().await.is_empty());
    let row = person::Entity::find_by_id(ana.id).one(world.db().fresh()).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.email.as_deref()), ("", None));
    let lasting = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(ana.id))
        .filter(membership::unended(world.now()));
    assert_eq!(lasting.count(world.db().fresh()).await.unwrap(), 0);
}
