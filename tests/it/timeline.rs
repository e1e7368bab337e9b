//! Timelines: what happened to a record, told to each as far as they may know.

use api::{
    event::{Event, TimelineKind},
    policy::TimelineReader,
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    AgreementId, AgreementStatus, AgreementType, AssessmentId, CapabilityStatus, ClientId,
    ConsentId, ConsentPurpose, DisclosureLevel, EventId, InterestDirection, InterestStatus,
    InvitationId, IpLegalStatus, MatchStatus, MembershipId, MessageId, NeedStatus, OfferStatus,
    PersonId, ProgrammeStatus, ProjectStatus, Role, agreement, event, interest, ip_asset, match_,
};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ActiveEnum, ActiveValue::Set, EntityTrait, Iterable, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use tests::{Person, World, records};

use crate::policy::input;

tests::stories!(
    every_kind_is_told_to_whom_the_rule_tells_it,
    a_life_is_told_as_it_was,
    a_timeline_has_pages,
    timelines_of_many_cost_one_statement,
    what_happened_before_is_found_by_its_record,
    what_an_introduction_tells_is_on_record,
    consents_are_told_to_their_own_house,
);

/// Kinds that no timeline tells, of records that have one.
const SILENT: &[&str] = &[
    "NEED_MATCHED",
    "OFFER_MATCHED",
    "INTEREST_REVISED",
    "MESSAGE_SENT",
    "MESSAGES_READ",
    "AGREEMENT_DRAFTED",
    "AGREEMENT_REVISED",
    "AGREEMENT_SUBMITTED",
    "AGREEMENT_RETURNED",
];

/// An event of this kind about these records.
fn happened(kind: &str, records: &Value) -> Event {
    let mut body = records.clone();
    body["kind"] = json!(kind);
    serde_json::from_value(body).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

/// Puts an event on record.
async fn put(world: &World, event: &Event, actor: PersonId, at: DateTime<Utc>) {
    let row = event::ActiveModel {
        id: Set(EventId::new(at)),
        kind: Set(event.kind()),
        actor_id: Set(Some(actor)),
        subject: Set(event.subject()),
        body: Set(json!(event)),
        happened_at: Set(at),
        ..Default::default()
    };
    event::Entity::insert(row).exec_without_returning(world.db().write()).await.unwrap();
}

#[test]
fn kinds_have_the_names_and_labels_of_their_events() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/data/reference/vocabularies.csv");
    let lines = csv::Reader::from_path(path).unwrap().into_records().map(Result::unwrap);
    let named: Vec<_> =
        lines.filter(|line| &line[0] == "timeline_kind").map(|line| line[1].to_owned()).collect();
    let kinds: Vec<_> = TimelineKind::iter().map(|kind| kind.to_value()).collect();
    assert_eq!(named, kinds);
    let id = |noun: &str| format!("{noun}_{}", "0".repeat(32));
    let records = json!({ "need": id("need"), "offer": id("offer"), "match": id("match"),
        "interest": id("interest"), "message": id("message"), "agreement": id("agreement"),
        "asset": id("asset"), "capability": id("capability"), "client": id("client"), "webhook": id("webhook"),
        "by": id("agreement"), "organization": id("org"), "consent": id("consent"), "purpose": "PUBLICATION",
        "assessment": id("assessment"), "project": id("project"), "programme": id("programme"),
        "invitation": id("invitation"), "job": id("job"), "membership": id("membership"),
        "matches": 1, "count": 1 });
    for kind in TimelineKind::iter() {
        assert_eq!(happened(&kind.to_value(), &records).told(), Some(kind));
    }
    for kind in SILENT {
        assert_eq!(happened(kind, &records).told(), None);
    }
    assert_eq!(Event::OrganizationsImported { organizations: Vec::new() }.told(), None);
}

/// What somebody is told of a record: its level for them, kinds and actors.
async fn told(person: &Person<'_>, noun: &str, id: &str) -> Option<(DisclosureLevel, Value)> {
    let ask = format!(
        "query($id: ID!) {{ {noun}(id: $id) {{ disclosureLevel \
        timeline(first: 100) {{ totalCount nodes {{ kind at actor redactedFields }} }} }} }}"
    );
    let found = person.send(&ask, json!({ "id": id })).await.root().clone();
    let level = found["disclosureLevel"].as_str()?.to_owned();
    Some((DisclosureLevel::try_from_value(&level).unwrap(), found["timeline"].clone()))
}

async fn every_kind_is_told_to_whom_the_rule_tells_it(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    // The office is introduced to one of the needs, and to none of the others.
    let known = world.need(&cast, NeedStatus::OnHold).await;
    let mut nouns: Vec<(&str, Value)> = vec![
        ("need", json!({ "need": need.id, "matches": 1 })),
        ("need", json!({ "need": known.id, "matches": 1 })),
        ("offer", json!({ "offer": offer.id, "matches": 1 })),
    ];
    for status in [MatchStatus::Suggested, MatchStatus::Dismissed] {
        let need = world.need(&cast, NeedStatus::Published).await;
        let row = match_::Model { status, ..records::suggestion(&need, &offer) };
        world.put(row.clone()).await;
        nouns.push(("match", json!({ "match": row.id })));
    }
    for direction in InterestDirection::iter() {
        for status in [InterestStatus::Draft, InterestStatus::Forwarded, InterestStatus::Accepted] {
            for anonymous in [true, false] {
                let of = if status == InterestStatus::Accepted { &known } else { &need };
                let row = records::interest(of, &offer, direction, status, world.now());
                let row = interest::Model { anonymous, ..row };
                world.put(row.clone()).await;
                let message = MessageId::new(world.now());
                nouns.push(("interest", json!({ "interest": row.id, "message": message })));
            }
        }
    }
    let direction = InterestDirection::OfferToNeed;
    let row = records::interest(&known, &offer, direction, InterestStatus::Accepted, world.now());
    world.put(row.clone()).await;
    for (status, published) in [
        (AgreementStatus::Draft, false),
        (AgreementStatus::Negotiation, false),
        (AgreementStatus::Active, true),
    ] {
        let kind = AgreementType::ExclusiveLicence;
        let agreement = records::agreement(&row, kind, status, world.now());
        let agreement = agreement::Model { published, ..agreement };
        world.agree(&agreement).await;
        nouns.push(("agreement", json!({ "agreement": agreement.id })));
    }
    // One that the network knows, and one of the offer to which the company was introduced.
    for (listed, offer_id) in [(true, None), (false, Some(offer.id))] {
        let (asset, _) = records::ip_asset(&cast, IpLegalStatus::GrantedInForce, world.now());
        world.put(ip_asset::Model { listed, offer_id, ..asset.clone() }).await;
        nouns.push(("ipAsset", json!({ "asset": asset.id, "by": AgreementId::new(world.now()) })));
    }
    for (status, published) in [
        (ProjectStatus::Proposed, false),
        (ProjectStatus::Forming, false),
        (ProjectStatus::Active, true),
    ] {
        let mut rows = records::project(&cast, status, world.now());
        rows.project.published = published;
        world.project(&rows).await;
        nouns.push(("project", json!({ "project": rows.project.id })));
    }
    let programme = records::programme(&cast, ProgrammeStatus::Open, world.now());
    world.put(programme.clone()).await;
    nouns.push(("programme", json!({ "programme": programme.id })));
    for status in [CapabilityStatus::Published, CapabilityStatus::Paused] {
        let able = world.capability(&cast, status).await;
        nouns.push(("capability", json!({ "capability": able.id })));
    }
    for organization in [cast.company, cast.chamber, cast.ott] {
        let consent = ConsentId::new(world.now());
        nouns.push((
            "organization",
            json!({ "organization": organization, "consent": consent,
                "purpose": ConsentPurpose::Publication, "count": 1,
                "client": ClientId::new(world.now()),
                "invitation": InvitationId::new(world.now()),
                "membership": MembershipId::new(world.now()),
                "assessment": AssessmentId::new(world.now()) }),
        ));
    }
    let actor = PersonId::new(world.now());
    let kinds: Vec<String> = TimelineKind::iter().map(|kind| kind.to_value()).collect();
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).chain(SILENT.iter().copied()).collect();
    let mut happenings: Vec<Vec<Event>> = Vec::new();
    let mut put_on_record = 0;
    for (noun, ids) in &nouns {
        let about = |kind: &&&str| {
            let noun = noun.to_uppercase();
            let is_of = |words: &[&str]| words.iter().any(|word| kind.starts_with(word));
            kind.starts_with(&noun)
                || (noun == "INTEREST" && kind.starts_with("MESSAGE"))
                || (noun == "AGREEMENT" && is_of(&["CONFIDANT", "COMMITMENT"]))
                || (noun == "IPASSET" && is_of(&["IP_"]))
                || (noun == "ORGANIZATION"
                    && is_of(&[
                        "PROFILE",
                        "MEMBER",
                        "INVITATION",
                        "CONSENT",
                        "CLIENT",
                        "ASSESSMENT",
                    ]))
        };
        let events: Vec<_> = kinds.iter().filter(about).map(|kind| happened(kind, ids)).collect();
        for event in &events {
            world.pass(TimeDelta::seconds(1));
            put(world, event, actor, world.now()).await;
            put_on_record += 1;
        }
        happenings.push(events);
    }
    assert_eq!(world.events().await.len(), put_on_record);
    let (mut asked, mut entries, mut hidden, mut actors) = (0, 0, 0, 0);
    for (name, person) in cast.people(world).await {
        let viewer = person.viewer();
        for ((noun, ids), events) in nouns.iter().zip(&happenings) {
            asked += 1;
            let id = ids[if *noun == "ipAsset" { "asset" } else { noun }].as_str().unwrap();
            let Some((level, timeline)) = told(&person, noun, id).await else {
                hidden += events.len();
                continue;
            };
            let reader = TimelineReader::of(&viewer, id, level);
            let right: Vec<_> = events
                .iter()
                .filter_map(Event::told)
                .filter(|kind| reader.is_told(*kind))
                .map(|kind| kind.to_value())
                .collect();
            let nodes = timeline["nodes"].as_array().unwrap();
            let seen: Vec<_> = nodes.iter().map(|node| node["kind"].clone()).collect();
            assert_eq!(json!(seen), json!(right), "{name}, {noun}");
            assert_eq!(timeline["totalCount"], right.len(), "{name}, {noun}");
            let by = (reader == TimelineReader::Party).then_some(actor);
            for node in nodes {
                assert_eq!(node["actor"], json!(by), "{name}, {noun}");
                let hidden: &[_] = if by.is_some() { &[] } else { &["actor", "client"] };
                assert_eq!(node["redactedFields"], json!(hidden), "{name}, {noun}");
            }
            entries += nodes.len();
            hidden += events.len() - nodes.len();
            actors += if by.is_some() { nodes.len() } else { 0 };
        }
    }
    println!(
        "timelines: {asked} asked, {entries} entries told, {actors} with who, {hidden} hidden"
    );
    assert!(entries > 500 && hidden > 1_000 && actors > 200);
    // Nobody is told of an interest who is no party: it does not exist for them.
    let outsider = world.person(Role::OttManager, cast.other_ott).await;
    let interest = nouns.iter().rev().find(|(noun, _)| *noun == "interest").unwrap();
    let interest = interest.1["interest"].as_str().unwrap();
    assert_eq!(told(&outsider, "interest", interest).await.map(|_| ()), None);
}

fn kinds(timeline: &Value) -> Vec<&str> {
    let nodes = timeline["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["kind"].as_str().unwrap()).collect()
}

async fn a_life_is_told_as_it_was(world: &World) {
    let cast = world.cast().await;
    let consent = records::consent(cast.company, ConsentPurpose::Publication, world.now());
    world.put(consent).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let other = world.person(Role::ChamberAdmin, cast.other_chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let need = world.need(&cast, NeedStatus::Returned).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let id = need.id.to_string();
    let steps = [(&member, "submitNeed"), (&liaison, "publishNeed"), (&member, "holdNeed")];
    for (version, (person, verb)) in (1..).zip(steps) {
        world.pass(TimeDelta::hours(1));
        let mut input = input(verb, &id);
        input["expectedVersion"] = json!(version);
        assert_eq!(person.need(verb, input).await.outcome(), "DONE", "{verb}");
    }
    // Who stands behind it, and who does not, and what is told when it is hidden.
    let whole = ["NEED_SUBMITTED", "NEED_PUBLISHED", "NEED_HELD"];
    for person in [&member, &liaison] {
        let timeline = told(person, "need", &id).await.unwrap().1;
        assert_eq!(kinds(&timeline), whole);
        let by: Vec<_> =
            timeline["nodes"].as_array().unwrap().iter().map(|n| &n["actor"]).collect();
        assert_eq!(json!(by), json!([member.id, liaison.id, member.id]));
    }
    let watched = told(&admin, "need", &id).await.unwrap().1;
    assert_eq!(kinds(&watched), whole);
    assert!(watched["nodes"].as_array().unwrap().iter().all(|node| node["actor"].is_null()));
    for person in [&other, &world.nobody()] {
        assert_eq!(told(person, "need", &id).await.map(|_| ()), None, "it is on hold");
    }
    let mut resume = input("resumeNeed", &id);
    resume["expectedVersion"] = json!(4);
    assert_eq!(member.need("resumeNeed", resume).await.outcome(), "DONE");
    for person in [&other, &world.nobody(), &world.stranger().await, &officer] {
        let timeline = told(person, "need", &id).await.unwrap().1;
        assert_eq!(kinds(&timeline), ["NEED_PUBLISHED"], "not that it was held, nor its review");
        assert_eq!(timeline["totalCount"], 1);
        assert_eq!(timeline["nodes"][0]["actor"], Value::Null);
    }
    // An expression of interest, read blind by the owner; messages are told by themselves alone.
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Triage);
    let row = records::interest(&need, &offer, from, status, world.now());
    let row = interest::Model { anonymous: true, ..row };
    world.put(row.clone()).await;
    let interest = row.id.to_string();
    let written = officer.write(&interest, "CONFIDENTIAL", "Para más adelante").await;
    assert_eq!(written.outcome(), "DONE");
    let forward = input("forwardInterest", &interest);
    assert_eq!(liaison.interest("forwardInterest", forward).await.outcome(), "DONE");
    let actor = json!(liaison.id);
    for (person, by) in [(&member, &Value::Null), (&officer, &Value::Null), (&liaison, &actor)] {
        let timeline = told(person, "interest", &interest).await.unwrap().1;
        assert_eq!(kinds(&timeline), ["INTEREST_FORWARDED"]);
        assert_eq!(&timeline["nodes"][0]["actor"], by);
    }
    assert_eq!(
        world.events().await,
        [
            "NEED_SUBMITTED",
            "NEED_PUBLISHED",
            "NEED_HELD",
            "NEED_RESUMED",
            "MESSAGE_SENT",
            "INTEREST_FORWARDED"
        ]
    );
}

async fn a_timeline_has_pages(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let id = need.id.to_string();
    let steps = ["holdNeed", "resumeNeed", "closeNeedForInterest", "openNeedForInterest"];
    for (version, verb) in (1..).zip(steps) {
        // Two at one moment: their order is that of their writing.
        world.pass(TimeDelta::seconds(version / 2));
        let mut input = input(verb, &id);
        input["expectedVersion"] = json!(version);
        assert_eq!(member.need(verb, input).await.outcome(), "DONE", "{verb}");
    }
    let all = ["NEED_HELD", "NEED_RESUMED", "NEED_CLOSED_FOR_INTEREST", "NEED_OPENED_FOR_INTEREST"];
    assert_eq!(world.events().await, all);
    for (way, from, edge, more) in [
        ("first", "after", "endCursor", "hasNextPage"),
        ("last", "before", "startCursor", "hasPreviousPage"),
    ] {
        let (mut joined, mut place): (Vec<String>, String) = Default::default();
        loop {
            let ask = format!(
                "{{ need(id: \"{id}\") {{ timeline({way}: 1 {place}) {{ totalCount \
                nodes {{ kind }} pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }} }}"
            );
            let page = member.send(&ask, json!({})).await.root()["timeline"].clone();
            assert_eq!((&page["totalCount"], kinds(&page).len()), (&json!(4), 1));
            joined.push(kinds(&page)[0].to_owned());
            if page["pageInfo"][more] == false {
                break;
            }
            place = format!("{from}: {}", page["pageInfo"][edge]);
        }
        if way == "last" {
            joined.reverse();
        }
        assert_eq!(joined, all, "{way}");
    }
    let wrong = format!("{{ need(id: \"{id}\") {{ timeline(first: 0) {{ totalCount }} }} }}");
    assert_eq!(member.send(&wrong, json!({})).await.code(), "BAD_USER_INPUT");
}

async fn timelines_of_many_cost_one_statement(world: &World) {
    let cast = world.cast().await;
    let actor = PersonId::new(world.now());
    for _ in 0..5 {
        let need = world.need(&cast, NeedStatus::Published).await;
        for _ in 0..3 {
            put(world, &Event::NeedPublished { need: need.id }, actor, world.now()).await;
        }
    }
    assert_eq!(world.events().await.len(), 15);
    let member = world.person(Role::MemberUser, cast.company).await;
    for (ask, statements, entries) in [
        ("{ needs { nodes { timeline(first: 2) { nodes { kind } } } } }", 2, 10),
        (
            "{ needs { nodes { timeline(first: 2) { totalCount nodes { kind at actor } } } } }",
            3,
            10,
        ),
        ("{ needs(first: 1) { nodes { timeline { edges { cursor node { kind } } } } } }", 2, 3),
    ] {
        world.statements();
        let answer = member.send(ask, json!({})).await;
        let sent = world.statements();
        assert_eq!(sent.len(), statements, "{sent:#?}");
        assert_eq!(answer.data().to_string().matches("NEED_PUBLISHED").count(), entries, "{ask}");
        // What an event tells machines is read by nobody.
        assert!(sent.iter().all(|sql| !sql.contains("\"body\"") || !sql.contains("\"event\"")));
    }
}

/// Events that were there before their record had a column have it afterwards, and those
/// that are of no record none.
async fn what_happened_before_is_found_by_its_record(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    put(world, &Event::NeedPublished { need: need.id }, PersonId::new(world.now()), world.now())
        .await;
    assert_eq!(world.events().await, ["NEED_PUBLISHED"]);
    let db = world.db().write();
    let names: Vec<_> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let change = names.iter().position(|name| name.contains("subjects")).unwrap();
    Migrator::down(db, Some(u32::try_from(names.len() - change).unwrap())).await.unwrap();
    Migrator::up(db, None).await.unwrap();
    let events = event::Entity::find().order_by_desc(event::Column::Seq);
    let events = events.all(world.db().fresh()).await.unwrap();
    assert_eq!(events[0].subject_id, Some(need.id.0));
    assert!(events.len() > 1 && events[1..].iter().all(|event| event.subject_id.is_none()));
}

/// A consent is told by its organization to its own people, also one that was given before.
async fn consents_are_told_to_their_own_house(world: &World) {
    let cast = world.cast().await;
    let (organization, purpose) = (cast.company, ConsentPurpose::Publication);
    let consent = ConsentId::new(world.now());
    let actor = PersonId::new(world.now());
    put(world, &Event::ConsentGranted { consent, organization, purpose }, actor, world.now()).await;
    let db = world.db().write();
    // As it was written before organizations had a timeline.
    let names: Vec<_> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let change = names.iter().position(|name| name.contains("consents")).unwrap();
    Migrator::down(db, Some(u32::try_from(names.len() - change).unwrap())).await.unwrap();
    let subject = async || {
        // Other columns came later.
        let newest = event::Entity::find().select_only().column(event::Column::Subject);
        let newest = newest.order_by_desc(event::Column::Seq).into_tuple::<Option<String>>();
        newest.one(world.db().fresh()).await.unwrap().unwrap()
    };
    assert_eq!(subject().await, Some(consent.to_string()));
    Migrator::up(db, None).await.unwrap();
    assert_eq!(subject().await, Some(organization.to_string()));
    world.pass(TimeDelta::hours(1));
    put(world, &Event::ConsentWithdrawn { consent, organization, purpose }, actor, world.now())
        .await;
    assert_eq!(world.events().await, ["CONSENT_GRANTED", "CONSENT_WITHDRAWN"]);
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let service = world.person(Role::Service, cast.company).await;
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let id = organization.to_string();
    let whole = told(&member, "organization", &id).await.unwrap().1;
    assert_eq!(kinds(&whole), ["CONSENT_GRANTED", "CONSENT_WITHDRAWN"]);
    assert_eq!(whole["nodes"][0]["actor"], json!(actor));
    for person in [&liaison, &service, &admin, &world.nobody(), &world.stranger().await] {
        let told = told(person, "organization", &id).await.unwrap().1;
        assert_eq!((kinds(&told).len(), &told["totalCount"]), (0, &json!(0)));
    }
}

/// Whoever was introduced reads all of it, and its owner that they did; passers leave no trace.
async fn what_an_introduction_tells_is_on_record(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    world.put(records::interest(&need, &offer, from, status, world.now())).await;
    let actor = PersonId::new(world.now());
    for event in [Event::NeedPublished { need: need.id }, Event::NeedHeld { need: need.id }] {
        put(world, &event, actor, world.now()).await;
    }
    assert_eq!(world.events().await, ["NEED_PUBLISHED", "NEED_HELD"]);
    let member = world.person(Role::MemberUser, cast.company).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let passer = world.person(Role::OttOfficer, cast.other_ott).await;
    let ask = "query($id: ID!) { need(id: $id) { timeline { nodes { kind actor } } } }";
    let id = json!({ "id": need.id.to_string() });
    for (person, events) in [(&officer, 2), (&passer, 1), (&member, 2)] {
        let seen = person.send(ask, id.clone()).await.root().clone();
        assert_eq!(kinds(&seen["timeline"]).len(), events);
    }
    let ledger = "{ disclosures { nodes { record fields person } } }";
    let right = json!([{ "record": need.id.to_string(), "fields": ["timeline"],
        "person": officer.id.map(|id| id.to_string()) }]);
    assert_eq!(member.send(ledger, json!({})).await.root()["nodes"], right);
}
