//! Capabilities: how they come to the network, what they fit, and the map of them.

use api::policy::{Action, CapabilityAction, Resource};
use chrono::TimeDelta;
use entity::{
    CapabilityStatus, NeedStatus, OfferStatus, Role, capability, delegation, need, offer,
    ott_profile,
};
use sea_orm::{EntityTrait, Iterable, PaginatorTrait};
use serde_json::{Value, json};
use tests::{CAPABILITY, Person, World, records};

use crate::needs::with;

tests::stories!(
    a_capability_comes_and_goes,
    what_is_not_right_is_not_written,
    every_verb_of_capabilities_by_everybody_in_every_status,
    capabilities_show_what_the_rules_show,
    capabilities_fit_needs_and_are_found,
    the_map_shows_what_is_missing_and_where_it_is,
    the_map_costs_what_it_costs,
);

fn at(row: &Value, more: Value) -> Value {
    with(json!({ "id": row["id"], "expectedVersion": row["version"] }), more)
}

async fn after(person: &Person<'_>, verb: &str, before: &Value, more: Value) -> Value {
    let done = person.capability(verb, at(before, more)).await;
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root()["capability"].clone()
}

async fn a_capability_comes_and_goes(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let given = json!({ "ott": cast.ott.to_string(), "kind": "ACCREDITED_TEST",
        "title": { "es": "Ensayo de aguas" }, "trlFrom": 3, "trlTo": 8, "priceBand": "B",
        "capacityUnit": "200 muestras al mes", "leadTimeDays": 5 });
    let drafted = officer.capability("draftCapability", given).await;
    assert_eq!(drafted.outcome(), "DONE", "{:#}", drafted.body);
    let drafted = drafted.root()["capability"].clone();
    assert!(drafted["folio"].as_str().unwrap().starts_with("CAP-2026-"));
    assert_eq!(drafted["state"]["code"], "05", "where its office is");
    let early = manager.capability("publishCapability", at(&drafted, json!({}))).await;
    assert_eq!(
        early.outcome(),
        "REQUIRED capability.summary, REQUIRED capability.scian, REQUIRED capability.accreditation"
    );
    let accreditation = |until: &str| {
        json!({ "accreditation": { "body": "Organismo Ejemplar", "no": "AG-1", "validUntil": until },
            "summary": { "es": "Metales y sólidos" }, "scian": ["311"] })
    };
    let over = after(&officer, "reviseCapability", &drafted, accreditation("2026-03-01")).await;
    let late = manager.capability("publishCapability", at(&over, json!({}))).await;
    assert_eq!(late.outcome(), "INVALID capability.accreditation.validUntil", "it ended yesterday");
    let ready = after(&officer, "reviseCapability", &over, accreditation("2026-03-02")).await;
    let mine = officer.capability("publishCapability", at(&ready, json!({}))).await;
    assert_eq!(mine.outcome(), "FORBIDDEN");
    let published = after(&manager, "publishCapability", &ready, json!({})).await;
    assert_eq!(
        (&published["status"], &published["accredited"]),
        (&json!("PUBLISHED"), &json!(true))
    );
    // What the network reads, anybody reads, and only its office.
    let ask = format!("query($id: ID!) {{ capability(id: $id) {{ {CAPABILITY} }} }}");
    let read = async |person: &Person<'_>| {
        person.send(&ask, json!({ "id": drafted["id"] })).await.root().clone()
    };
    let member = world.person(Role::MemberUser, cast.company).await;
    let (public, network) = (read(&world.nobody()).await, read(&member).await);
    assert_eq!(
        (&public["title"], &public["leadTimeDays"]),
        (&json!("Ensayo de aguas"), &Value::Null)
    );
    assert!(public["redactedFields"].as_array().unwrap().contains(&json!("accreditation")));
    assert_eq!((&network["leadTimeDays"], &network["history"]), (&json!(5), &Value::Null));
    assert_eq!(network["accreditation"]["no"], "AG-1");
    // An accreditation ends with its last day.
    world.pass(TimeDelta::days(1));
    assert_eq!(read(&member).await["accredited"], false);
    let list = "{ yes: capabilities(filter: { accredited: true }) { totalCount } \
        no: capabilities(filter: { accredited: false }) { totalCount } }";
    let counted = member.send(list, json!({})).await.data().clone();
    assert_eq!(
        (&counted["yes"]["totalCount"], &counted["no"]["totalCount"]),
        (&json!(0), &json!(1))
    );
    let text = officer.capability("reviseCapability", at(&published, json!({ "trlTo": 9 }))).await;
    assert_eq!(text.outcome(), "ILLEGAL_STATE", "what everybody reads is paused first");
    let mute = officer.capability("pauseCapability", at(&published, json!({ "note": " " }))).await;
    assert_eq!(mute.outcome(), "REQUIRED input.note");
    let paused =
        after(&officer, "pauseCapability", &published, json!({ "note": "Se calibra" })).await;
    assert_eq!(read(&member).await, Value::Null);
    // Whoever wrote any of it does not publish it.
    let wrote = after(&manager, "reviseCapability", &paused, json!({ "leadTimeDays": 7 })).await;
    let own = manager.capability("publishCapability", at(&wrote, json!({}))).await;
    assert_eq!(own.outcome(), "INVALID capability.accreditation.validUntil");
    let next = json!({ "accreditation": { "body": "Organismo Ejemplar", "no": "AG-2", "validUntil": "2028-03-01" } });
    let wrote = after(&officer, "reviseCapability", &wrote, next).await;
    let own = manager.capability("publishCapability", at(&wrote, json!({}))).await;
    assert_eq!(own.outcome(), "FOUR_EYES");
    let second = world.person(Role::OttManager, cast.ott).await;
    let again = after(&second, "publishCapability", &wrote, json!({})).await;
    let ended = after(&second, "retireCapability", &again, json!({ "note": "Se cerró" })).await;
    assert_eq!((&ended["status"], &ended["actions"]), (&json!("RETIRED"), &json!([])));
    let kinds = world.events().await;
    assert_eq!(kinds.first().unwrap(), "CAPABILITY_DRAFTED");
    assert_eq!(kinds.last().unwrap(), "CAPABILITY_RETIRED");
}

async fn what_is_not_right_is_not_written(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    for (more, right) in [
        (json!({ "title": null }), "REQUIRED input.title"),
        (json!({ "ott": cast.other_ott.to_string() }), "FORBIDDEN"),
        (json!({ "ott": "org_0" }), "NOT_FOUND input.ott"),
        (json!({ "trlFrom": 6, "trlTo": 5 }), "INVALID input.trlTo"),
        (json!({ "trlFrom": 0 }), "INVALID input.trlFrom"),
        (json!({ "leadTimeDays": 731 }), "INVALID input.leadTimeDays"),
        (json!({ "state": "33" }), "INVALID input.state"),
        (json!({ "scian": ["99999"] }), "INVALID input.scian"),
        (
            json!({ "accreditation": { "body": " ", "no": "1", "validUntil": "2027-01-01" } }),
            "REQUIRED input.accreditation.body",
        ),
    ] {
        let given = json!({ "ott": cast.ott.to_string(), "title": { "es": "Algo" } });
        let refused = officer.capability("draftCapability", with(given, more.clone())).await;
        assert_eq!(refused.outcome(), right, "{more:#}");
    }
    assert_eq!(capability::Entity::find().count(world.db().read()).await.unwrap(), 0);
}

async fn every_verb_of_capabilities_by_everybody_in_every_status(world: &World) {
    let cast = world.cast().await;
    let people = cast.people(world).await;
    let (mut tried, mut done) = (0, 0);
    for status in CapabilityStatus::iter() {
        for action in CapabilityAction::iter().filter(|action| *action != CapabilityAction::Draft) {
            // One for each verb: whoever revised it may not publish it.
            let row = world.capability(&cast, status).await;
            let verb = action.mutation();
            let more = match action {
                CapabilityAction::Pause | CapabilityAction::Retire => json!({ "note": "Por esto" }),
                CapabilityAction::Revise => json!({ "leadTimeDays": 9 }),
                _ => json!({}),
            };
            let input = with(json!({ "id": row.id.to_string(), "expectedVersion": 1 }), more);
            for (name, person) in &people {
                let viewer = person.viewer();
                let permitted = action.permitted(&viewer, &row);
                let right = match row.level(&viewer) {
                    None => "NOT_FOUND",
                    Some(_) if permitted && action.from().contains(&status) => "DONE",
                    Some(_) if permitted => "ILLEGAL_STATE",
                    Some(_) if viewer.person.is_none() => "UNAUTHENTICATED",
                    Some(_) => "FORBIDDEN",
                };
                let answer = person.capability(verb, input.clone()).await;
                assert_eq!(answer.outcome(), right, "{verb} {status:?} {name}");
                tried += 1;
                if answer.outcome() == "DONE" {
                    done += 1;
                    world.overwrite(row.clone()).await;
                }
            }
        }
    }
    println!("capabilities: {tried} attempts, {done} done");
    assert!(done >= 10, "{done}");
    assert_eq!(world.events().await.len(), done, "what was refused left no event");
}

async fn capabilities_show_what_the_rules_show(world: &World) {
    let cast = world.cast().await;
    let mut rows = Vec::new();
    for status in CapabilityStatus::iter() {
        for ott in [cast.ott, cast.other_ott] {
            let row = capability::Model {
                ott_id: ott,
                ..records::capability(&cast, status, world.now())
            };
            world.put(row.clone()).await;
            rows.push(row);
        }
    }
    for (name, person) in cast.people(world).await {
        let viewer = person.viewer();
        let level = |row: &capability::Model| {
            row.level(&viewer).map(|level| sea_orm::ActiveEnum::to_value(&level))
        };
        let mut right: Vec<_> =
            rows.iter().filter_map(|row| Some((row.id.to_string(), level(row)?))).collect();
        right.sort_unstable();
        let list = "{ capabilities(first: 100) { totalCount nodes { id disclosureLevel } } }";
        let found = person.send(list, json!({})).await.root().clone();
        let mut listed: Vec<_> = found["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| {
                let text = |field: &str| node[field].as_str().unwrap().to_owned();
                (text("id"), text("disclosureLevel"))
            })
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, right, "{name}");
        assert_eq!(found["totalCount"], right.len(), "{name}");
        for row in &rows {
            let one = format!(
                "{{ node(id: \"{}\") {{ ... on Capability {{ disclosureLevel }} }} }}",
                row.id
            );
            let node = person.send(&one, json!({})).await.root().clone();
            assert_eq!(node["disclosureLevel"].as_str(), level(row).as_deref(), "{name}");
        }
    }
}

async fn capabilities_fit_needs_and_are_found(world: &World) {
    let cast = world.cast().await;
    let need = crate::ip::heard(world, &cast).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let row = world.capability(&cast, CapabilityStatus::Paused).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let ask = "query($id: ID!) { need(id: $id) { matchingCapabilities { score explanation \
        components { contribution } capability { id ott { id } } need { id } offer { id } } } }";
    let fits = async |person: &Person<'_>| {
        world.settled().await;
        world.service.catch_up().await.unwrap();
        person.send(ask, json!({ "id": need.id.to_string() })).await.root()["matchingCapabilities"]
            .clone()
    };
    assert_eq!(fits(&member).await, json!([]), "it is paused");
    let version = |version: i32| json!({ "id": row.id.to_string(), "expectedVersion": version });
    assert_eq!(manager.capability("publishCapability", version(1)).await.outcome(), "DONE");
    let found = fits(&member).await;
    assert_eq!(found[0]["capability"]["id"], json!(row.id.to_string()), "{found:#}");
    let parts = found[0]["components"].as_array().unwrap();
    let sum: i64 = parts.iter().map(|part| part["contribution"].as_i64().unwrap()).sum();
    assert_eq!((&found[0]["score"], &found[0]["need"]), (&json!(sum), &Value::Null));
    assert_eq!(fits(&world.nobody()).await, Value::Null, "for members");
    // And the other way round.
    let back = "query($id: ID!) { capability(id: $id) { matchingNeeds { score need { id } } } }";
    let back = member.send(back, json!({ "id": row.id.to_string() })).await.root().clone();
    assert_eq!(back["matchingNeeds"][0]["need"]["id"], json!(need.id.to_string()));
    assert_eq!(back["matchingNeeds"][0]["score"], found[0]["score"], "one score both ways");
    // Search finds it by what the reader may read, among all and alone.
    let search = "query($text: String!, $kind: SearchKind) { search(text: $text, kind: $kind) { totalCount \
        edges { cursor node { __typename ... on Capability { id } } } } }";
    let search = async |person: &Person<'_>, text: &str, kind: Option<&str>| {
        let found = person.send(search, json!({ "text": text, "kind": kind })).await.root().clone();
        let nodes = found["edges"].as_array().unwrap().iter();
        nodes
            .map(|edge| edge["node"]["__typename"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(search(&world.nobody(), "hornos", Some("CAPABILITY")).await, ["Capability"]);
    assert_eq!(search(&world.nobody(), "hornos", Some("NEED")).await, ["Need"]);
    let mut all = search(&world.nobody(), "hornos", None).await;
    all.sort_unstable();
    assert_eq!(all, ["Capability", "Need"]);
    assert_eq!(search(&world.nobody(), "termopares", None).await, [""; 0], "the network's text");
    assert_eq!(search(&member, "termopares", None).await, ["Capability"]);
    // What is paused is gone from both within a moment.
    let pause = with(version(2), json!({ "note": "Se calibra" }));
    assert_eq!(officer.capability("pauseCapability", pause).await.outcome(), "DONE");
    assert_eq!(fits(&member).await, json!([]));
    assert_eq!(search(&member, "termopares", None).await, [""; 0]);
    world.events().await;
}

const MAP: &str = "query($sector: String!, $chamber: ID!, $region: ID) { capabilityMap(sector: $sector, \
    chamber: $chamber, region: $region) { needs offers capabilities supply localGap gapRate importable \
    idle region { code } subsector { code } sources { offers capabilities neighbour region { code } } } }";

async fn the_map_shows_what_is_missing_and_where_it_is(world: &World) {
    let cast = world.cast().await;
    let chamber = cast.chamber.to_string();
    let ask = async |sector: &str, region: Option<String>| {
        let variables = json!({ "sector": sector, "chamber": chamber, "region": region });
        world.nobody().send(MAP, variables).await
    };
    // The north is in Coahuila (05) and Nuevo León (19), the south in Chiapas (07).
    for (id, state) in [(cast.northern, "05"), (cast.southern, "07")] {
        let row = delegation::Entity::find_by_id(id).one(world.db().read()).await.unwrap().unwrap();
        world.overwrite(delegation::Model { state_code: Some(state.into()), ..row }).await;
    }
    assert_eq!(*ask("327", None).await.root(), json!([]), "nothing is needed, and nothing there");
    for (count, region, delegation) in
        [(3, cast.north, cast.northern), (1, cast.south, cast.southern)]
    {
        for _ in 0..count {
            let row = records::need(&cast, NeedStatus::Published, world.now());
            world
                .put(need::Model {
                    region_id: Some(region),
                    delegation_id: Some(delegation),
                    ..row
                })
                .await;
        }
    }
    world.need(&cast, NeedStatus::OnHold).await;
    let cell = |cells: &Value, region: &str| {
        cells.as_array().unwrap().iter().find(|cell| cell["region"]["code"] == region).cloned()
    };
    let alone = ask("327", None).await.root().clone();
    assert_eq!(
        cell(&alone, "R01").unwrap(),
        json!({ "needs": 3, "offers": 0, "capabilities": 0, "supply": 0, "localGap": 3, "gapRate": 10_000,
            "importable": false, "idle": false, "region": { "code": "R01" }, "subsector": { "code": "327" },
            "sources": [] }),
        "it is nowhere"
    );
    // An office in Coahuila has one of each; what it paused does not count.
    let here = records::offer(&cast, OfferStatus::Published, world.now());
    world.put(offer::Model { subsector: Some("327".into()), ..here }).await;
    world.capability(&cast, CapabilityStatus::Published).await;
    world.capability(&cast, CapabilityStatus::Paused).await;
    let found = ask("31-33", None).await.root().clone();
    let (north, south) = (cell(&found, "R01").unwrap(), cell(&found, "R02").unwrap());
    assert_eq!(
        (&north["offers"], &north["capabilities"], &north["localGap"], &north["gapRate"]),
        (&json!(1), &json!(1), &json!(1), &json!(3_333))
    );
    assert_eq!((&south["supply"], &south["importable"]), (&json!(2), &json!(true)));
    assert_eq!(
        south["sources"],
        json!([{ "offers": 1, "capabilities": 1, "neighbour": false, "region": { "code": "R01" } }])
    );
    // An office that serves Chiapas as well closes the gap there.
    let profile = ott_profile::Entity::find_by_id(cast.ott).one(world.db().read()).await.unwrap();
    let serves = ["07"].iter().collect();
    match profile {
        Some(row) => world.overwrite(ott_profile::Model { states_served: serves, ..row }).await,
        None => {
            let row = ott_profile::Model {
                organization_id: cast.ott,
                host_institution_id: None,
                model: None,
                network_member_from: None,
                network_member_to: None,
                recognitions: Default::default(),
                staff_fte_tenths: None,
                research_expenditure: Default::default(),
                services_offered: Default::default(),
                sectors_served: Default::default(),
                states_served: serves,
                accepts_direct_interest: false,
            };
            world.put(row).await;
        }
    }
    let served = ask("327", Some(cast.south.to_string())).await.root().clone();
    assert_eq!(served.as_array().unwrap().len(), 1, "that region alone");
    assert_eq!(
        (&served[0]["offers"], &served[0]["localGap"], &served[0]["sources"]),
        (&json!(1), &json!(0), &json!([]))
    );
    // Supply for which nobody asks.
    let idle = capability::Model {
        subsector: Some("311".into()),
        ..records::capability(&cast, CapabilityStatus::Published, world.now())
    };
    world.put(idle).await;
    let idle = cell(ask("311", None).await.root(), "R01").unwrap();
    assert_eq!(
        (&idle["idle"], &idle["gapRate"], &idle["needs"]),
        (&json!(true), &Value::Null, &json!(0))
    );
    for (sector, chamber, region) in [
        ("32", cast.chamber.to_string(), None),
        ("327", cast.company.to_string(), None),
        ("327", cast.other_chamber.to_string(), Some(cast.north.to_string())),
    ] {
        let variables = json!({ "sector": sector, "chamber": chamber, "region": region });
        assert_eq!(world.nobody().send(MAP, variables).await.code(), "BAD_USER_INPUT");
    }
}

async fn the_map_costs_what_it_costs(world: &World) {
    let cast = world.cast().await;
    for _ in 0..5 {
        world.need(&cast, NeedStatus::Published).await;
        world.capability(&cast, CapabilityStatus::Published).await;
        world.offer(&cast, OfferStatus::Published).await;
    }
    let member = world.person(Role::MemberUser, cast.company).await;
    member.send("{ viewer { isNetworkMember } }", json!({})).await.data();
    for sector in ["327", "31-33"] {
        world.statements();
        let variables = json!({ "sector": sector, "chamber": cast.chamber.to_string() });
        member.send(MAP, variables).await.data();
        let sent = world.statements();
        assert!(sent.len() <= 7, "regions, three counts, offices, regions by name: {sent:#?}");
    }
}
