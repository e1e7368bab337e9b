//! The one story: from a company's need to a signed licence, and on to an outcome that somebody
//! else has validated. At every step nobody, a stranger,
//! another chamber, another office and an analyst look at everything there is and try to do
//! what was just done; they get what the rules say.

use api::{
    clockwork::run_due,
    matches::follow,
    policy::{Resource, Viewer},
};
use chrono::TimeDelta;
use entity::{
    AgreementId, DisclosureLevel, InterestId, IpAssetId, MatchId, NeedId, OfferId, OrganizationId,
    ProjectId, Role, agreement, interest, ip_asset, match_, need, offer, project,
};
use sea_orm::{ActiveEnum, EntityTrait};
use serde_json::{Value, json};
use tests::{AGREEMENT, Cast, INTEREST, Person, World};

use crate::{needs, needs::with, offers, policy, projects};

tests::stories!(from_a_need_to_an_outcome_that_counts);

/// Those who have no part in it.
struct Bystanders<'w> {
    world: &'w World,
    cast: Cast,
    people: Vec<(&'static str, Person<'w>)>,
    /// How often they looked, and how often they tried.
    looked: usize,
    tried: usize,
}

/// What there is so far, by its noun and id.
type Records = Vec<(&'static str, String)>;

impl<'w> Bystanders<'w> {
    async fn of(world: &'w World, cast: &Cast) -> Self {
        let people = vec![
            ("nobody", world.nobody()),
            ("a stranger", world.stranger().await),
            ("another company", world.person(Role::MemberUser, cast.other_company).await),
            ("another chamber", world.person(Role::ChamberAdmin, cast.other_chamber).await),
            ("another office", world.person(Role::OttManager, cast.other_ott).await),
            ("an analyst", world.person(Role::Analyst, cast.network).await),
        ];
        Self { world, cast: *cast, people, looked: 0, tried: 0 }
    }

    /// All of them look at all there is, and try the verb that was just done.
    async fn watch(&mut self, records: &Records, noun: &str, verb: &str) {
        for (name, person) in &self.people {
            let viewer = person.viewer();
            for (of, id) in records {
                let ask = format!(
                    "query($id: ID!) {{ {of}(id: $id) {{ disclosureLevel }} node(id: $id) {{ id }} }}"
                );
                let found = person.send(&ask, json!({ "id": id })).await.data().clone();
                let right = self.level(of, id, &viewer).await;
                let told = right.map(|level| level.to_value());
                let what = format!("{name} looks at the {of} after {verb}");
                assert_eq!(found[of]["disclosureLevel"].as_str(), told.as_deref(), "{what}");
                assert_eq!(found["node"].is_null(), right.is_none(), "{what}");
                self.looked += 1;
            }
            let Some((of, id)) = records.iter().rev().find(|(of, _)| *of == noun) else { continue };
            let mut input = policy::input(verb, id);
            input["expectedVersion"] = json!(self.version(of, id).await);
            input.as_object_mut().unwrap().extend(needed(verb, &self.cast));
            let answer = match noun {
                "need" => person.need(verb, input).await,
                "offer" => person.offer(verb, input).await,
                "match" => person.matched(verb, input).await,
                "interest" => person.interest(verb, input).await,
                "ipAsset" => person.asset(verb, input).await,
                "project" => person.project(verb, input).await,
                _ => person.agreement(verb, input).await,
            };
            let right = match self.level(of, id, &viewer).await {
                None => "NOT_FOUND",
                Some(_) if viewer.person.is_none() => "UNAUTHENTICATED",
                Some(_) => "FORBIDDEN",
            };
            assert_eq!(answer.outcome(), right, "{name} tries {verb}");
            self.tried += 1;
        }
    }

    /// What the rules let somebody see of a record.
    async fn level(&self, noun: &str, id: &str, viewer: &Viewer) -> Option<DisclosureLevel> {
        let db = self.world.db().read();
        match noun {
            "need" => {
                let row = need::Entity::find_by_id(id.parse::<NeedId>().unwrap()).one(db).await;
                row.unwrap().unwrap().level(viewer)
            }
            "offer" => {
                let row = offer::Entity::find_by_id(id.parse::<OfferId>().unwrap()).one(db).await;
                row.unwrap().unwrap().level(viewer)
            }
            "match" => {
                let row = match_::Entity::find_by_id(id.parse::<MatchId>().unwrap()).one(db).await;
                row.unwrap().unwrap().level(viewer)
            }
            "interest" => {
                let id = id.parse::<InterestId>().unwrap();
                let row = interest::Entity::find_by_id(id).one(db).await;
                row.unwrap().unwrap().level(viewer)
            }
            "ipAsset" => {
                let id = id.parse::<IpAssetId>().unwrap();
                let row = ip_asset::Entity::find_by_id(id).one(db).await;
                row.unwrap().unwrap().level(viewer)
            }
            "project" => {
                let id = id.parse::<ProjectId>().unwrap();
                let row = project::Entity::find_by_id(id).one(db).await;
                row.unwrap().unwrap().level(viewer)
            }
            _ => {
                let id = id.parse::<AgreementId>().unwrap();
                let row = agreement::Entity::find_by_id(id).one(db).await;
                row.unwrap().unwrap().level(viewer)
            }
        }
    }

    async fn version(&self, noun: &str, id: &str) -> i32 {
        let db = self.world.db().read();
        match noun {
            "need" => {
                let row = need::Entity::find_by_id(id.parse::<NeedId>().unwrap()).one(db).await;
                row.unwrap().unwrap().version
            }
            "offer" => {
                let row = offer::Entity::find_by_id(id.parse::<OfferId>().unwrap()).one(db).await;
                row.unwrap().unwrap().version
            }
            "match" => {
                let row = match_::Entity::find_by_id(id.parse::<MatchId>().unwrap()).one(db).await;
                row.unwrap().unwrap().version
            }
            "interest" => {
                let id = id.parse::<InterestId>().unwrap();
                let row = interest::Entity::find_by_id(id).one(db).await;
                row.unwrap().unwrap().version
            }
            "ipAsset" => {
                let id = id.parse::<IpAssetId>().unwrap();
                let row = ip_asset::Entity::find_by_id(id).one(db).await;
                row.unwrap().unwrap().version
            }
            "project" => {
                let id = id.parse::<ProjectId>().unwrap();
                let row = project::Entity::find_by_id(id).one(db).await;
                row.unwrap().unwrap().version
            }
            _ => {
                let id = id.parse::<AgreementId>().unwrap();
                let row = agreement::Entity::find_by_id(id).one(db).await;
                row.unwrap().unwrap().version
            }
        }
    }
}

/// What a verb's input needs beside the record, its version, a note and a reason.
fn needed(verb: &str, cast: &Cast) -> serde_json::Map<String, Value> {
    let more = match verb {
        "approveAgreement" => json!({ "party": "org_0" }),
        "signAgreement" => json!({ "party": "org_0", "sha256": "00" }),
        "marketIpAsset" => json!({ "status": "WITHDRAWN" }),
        "decideIpFee" => json!({ "decision": "LET_LAPSE" }),
        _ => projects::more(verb, cast, "outcome_0", "agreement_0"),
    };
    more.as_object().unwrap().clone()
}

async fn from_a_need_to_an_outcome_that_counts(world: &World) {
    let cast = world.cast().await;
    let mut others = Bystanders::of(world, &cast).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let mut records: Records = Vec::new();
    let day = || world.pass(TimeDelta::days(1));

    // The office has something to offer.
    let ott = json!({ "ott": cast.ott.to_string() });
    let mut given = with(offers::text(), ott);
    given["title"] = json!({ "es": "Recuperar calor de hornos con cerámica" });
    given["enablingDetail"] = json!({ "es": "Sinterizado a 2,100 grados" });
    let made = officer.offer("draftOffer", given).await.root()["offer"].clone();
    records.push(("offer", id(&made)));
    let made = after(&officer, "offer", "submitOffer", &made, json!({})).await;
    after(&manager, "offer", "publishOffer", &made, json!({})).await;
    others.watch(&records, "offer", "publishOffer").await;

    // What it offers is protected by a patent that nobody has used, with a fee to come.
    let patent = json!({
        "ott": cast.ott.to_string(), "figure": "PATENT", "offer": made["id"], "listed": true,
        "title": { "es": "Recuperador cerámico de calor" }, "scian": ["327"],
        "applicationNo": "MX/a/2014/000777",
        "events": [{ "kind": "FILED", "on": "2014-07-01" }, { "kind": "PUBLISHED", "on": "2016-01-01" },
            { "kind": "GRANTED", "on": "2018-03-01", "paidUntil": "2026-07-01" }],
    });
    let patent = officer.asset("recordIpAsset", patent).await.root()["ipAsset"].clone();
    records.push(("ipAsset", id(&patent)));
    assert_eq!((&patent["dormant"], &patent["atRisk"]), (&json!(true), &json!(true)));
    others.watch(&records, "ipAsset", "marketIpAsset").await;
    run_due(&world.service).await.unwrap();
    let waits = "{ viewer { inbox { nodes { kind record } } } }";
    let asked = manager.send(waits, json!({})).await.root()["inbox"]["nodes"].clone();
    assert_eq!(asked, json!([{ "kind": "IP_FEE_TO_DECIDE", "record": patent["id"] }]));
    others.watch(&records, "ipAsset", "decideIpFee").await;
    let patent = read(&manager, "ipAsset", "id version", &patent["id"]).await;
    let keep = json!({ "decision": "OFFER" });
    let patent = after(&manager, "ipAsset", "decideIpFee", &patent, keep).await;

    // A company posts a need: reviewed, published blind.
    day();
    let need = needs::drafted(&member, &cast, json!({})).await;
    records.push(("need", id(&need)));
    others.watch(&records, "need", "submitNeed").await;
    let need = after(&member, "need", "submitNeed", &need, json!({})).await;
    others.watch(&records, "need", "publishNeed").await;
    let need = after(&liaison, "need", "publishNeed", &need, json!({})).await;
    others.watch(&records, "need", "holdNeed").await;
    for (name, person) in &others.people {
        let ask = "query($id: ID!) { need(id: $id) { title company { id } confidentialAnnex } }";
        let found = person.send(ask, json!({ "id": need["id"] })).await.root().clone();
        assert_eq!(found["title"], "Recuperar calor", "{name}");
        assert_eq!((&found["company"], &found["confidentialAnnex"]), (&Value::Null, &Value::Null));
    }

    // The company finds the patent lying dormant, and that it fits; not by which number.
    world.service.catch_up().await.unwrap();
    let ask = "{ dormantAssets(filter: { atRisk: true }) { nodes { id applicationNo \
        matchingNeeds(first: 1) { need { id } } } } }";
    let found = member.send(ask, json!({})).await.root()["nodes"].clone();
    assert_eq!(
        found,
        json!([{ "id": patent["id"], "applicationNo": null,
            "matchingNeeds": [{ "need": { "id": need["id"] } }] }])
    );

    // It is matched; an officer takes the match up and sends an interest.
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    let ask = "{ matches(first: 5) { nodes { id version need { id } offer { id } } } }";
    let found = officer.send(ask, json!({})).await.root()["nodes"][0].clone();
    assert_eq!(found["need"]["id"], need["id"]);
    records.push(("match", id(&found)));
    others.watch(&records, "match", "shortlistMatch").await;
    after(&officer, "match", "shortlistMatch", &found, json!({})).await;
    let between = json!({
        "direction": "OFFER_TO_NEED", "from": cast.ott.to_string(),
        "need": need["id"], "offer": made["id"],
        "cooperationSought": { "es": "Un piloto de seis meses" },
        "contribution": { "es": "Un laboratorio con horno propio" },
        "questions": { "es": "¿Qué caudal tienen los gases?" },
        "partnershipTypes": ["RD_COOPERATION_AGREEMENT"],
    });
    let deal = officer.interest("draftInterest", between).await.root()["interest"].clone();
    records.push(("interest", id(&deal)));
    let mut deal = deal;
    for (person, verb, more) in [
        (&officer, "submitInterest", json!({})),
        (&liaison, "takeOverInterest", json!({})),
        (&liaison, "forwardInterest", json!({})),
        (&member, "acceptInterest", json!({})),
        (&officer, "requestInterestNda", json!({})),
    ] {
        day();
        others.watch(&records, "interest", verb).await;
        let known = read(&officer, "interest", INTEREST, &deal["id"]).await["company"].clone();
        let accepted = deal["status"] == "ACCEPTED";
        assert_eq!(!known.is_null(), accepted, "identities open on acceptance: before {verb}");
        deal = after(person, "interest", verb, &deal, more).await;
    }

    // The non-disclosure agreement opens the annex.
    let parties = |company: &str, office: &str| {
        json!([{ "organization": cast.company.to_string(), "role": company },
            { "organization": cast.ott.to_string(), "role": office }])
    };
    let nda = json!({
        "from": cast.ott.to_string(), "type": "MUTUAL_NDA", "interest": deal["id"],
        "parties": parties("PARTNER", "PARTNER"), "confidentialityYears": 5,
        "title": { "es": "Convenio de confidencialidad" },
        "text": { "es": "Las partes guardan secreto." },
    });
    let annex = async |person: &Person<'_>| {
        let ask = "query($id: ID!) { need(id: $id) { confidentialAnnex } }";
        let found = person.send(ask, json!({ "id": need["id"] })).await;
        found.root()["confidentialAnnex"].clone()
    };
    assert_eq!(annex(&manager).await, Value::Null);
    let nda = agree(&mut others, &mut records, &cast, [&officer, &manager, &member], nda).await;
    assert_eq!(nda["interest"]["status"], "NDA_SIGNED");
    assert_eq!(annex(&manager).await, "Balance térmico");
    assert_eq!(annex(&officer).await, Value::Null, "she was not named");
    assert_eq!(annex(&liaison).await, Value::Null, "the company did not let its chamber");
    for (name, person) in &others.people {
        assert_eq!(annex(person).await, Value::Null, "{name}");
    }

    // They look into it, talk about terms, and sign.
    deal = read(&officer, "interest", INTEREST, &deal["id"]).await;
    for (person, verb) in [(&officer, "evaluateInterest"), (&liaison, "negotiateInterest")] {
        others.watch(&records, "interest", verb).await;
        let more = policy::input(verb, &id(&deal));
        let more = more.get("evaluation").map_or(json!({}), |text| json!({ "evaluation": text }));
        deal = after(person, "interest", verb, &deal, more).await;
    }
    let licence = json!({
        "from": cast.ott.to_string(), "type": "EXCLUSIVE_LICENCE", "interest": deal["id"],
        "parties": parties("LICENSEE", "LICENSOR"), "exclusivity": "EXCLUSIVE",
        "title": { "es": "Licencia exclusiva" }, "text": { "es": "Se licencia." },
        "economics": { "upfront": "250000", "royaltyBp": 400 },
    });
    let licence =
        agree(&mut others, &mut records, &cast, [&officer, &manager, &member], licence).await;
    assert_eq!(licence["interest"]["status"], "AGREED");
    assert_eq!(licence["offer"]["status"], "TRANSFERRED");
    // The patent is licensed, and rescued; both sides see by what, others that it was.
    let ask = "commercialStatus dormant rescuedAt rescuedBy { id } applicationNo";
    for party in [&member, &officer] {
        let rescued = read(party, "ipAsset", ask, &patent["id"]).await;
        assert_eq!(rescued["commercialStatus"], "LICENSED_EXCLUSIVE");
        assert_eq!(rescued["rescuedBy"]["id"], licence["id"]);
        assert_eq!(rescued["applicationNo"], "MX/a/2014/000777");
    }
    for (name, person) in &others.people {
        let rescued = read(person, "ipAsset", ask, &patent["id"]).await;
        assert_eq!(
            (&rescued["rescuedBy"], &rescued["applicationNo"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(rescued["rescuedAt"].is_null(), person.grants.is_empty(), "{name}");
    }
    let met = json!({ "outcome": { "es": "Se licenció" }, "agreement": licence["id"] });
    let need = read(&member, "need", "id version", &need["id"]).await;
    others.watch(&records, "need", "fulfilNeed").await;
    after(&member, "need", "fulfilNeed", &need, met).await;
    others.watch(&records, "agreement", "terminateAgreement").await;
    let inbox = "{ viewer { inbox { totalCount } } }";
    for person in [&member, &liaison, &manager] {
        let left = person.send(inbox, json!({})).await.root()["inbox"]["totalCount"].clone();
        assert_eq!(left, 0, "nothing waits any more");
    }
    let kinds = world.events().await;
    let end = [
        "AGREEMENT_ACTIVATED",
        "INTEREST_AGREED",
        "IP_ASSET_MARKETED",
        "IP_ASSET_RESCUED",
        "OFFER_TRANSFERRED",
        "NEED_FULFILLED",
    ];
    assert_eq!(kinds[kinds.len() - 6..], end);

    // What was licensed is put to work: a project of the company, the office and the chamber.
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let team = Team { member: &member, officer: &officer, manager: &manager, admin: &admin };
    let from = json!({ "needs": [need["id"]], "offers": [made["id"]] });
    let closed = carry_out(&mut others, &mut records, &team, &licence["id"], from).await;
    assert_eq!((&closed["status"], &closed["trlCurrent"]), (&json!("CLOSED"), &json!(8)));
    // Who may know of the need, sees where it led: from need to outcome in one question.
    let ask = "query($id: ID!) { need(id: $id) { projects { trlStart trlCurrent agreement { id } \
        outcomes { status value } } } }";
    let led = json!([{ "trlStart": 6, "trlCurrent": 8, "agreement": { "id": licence["id"] },
        "outcomes": [{ "status": "VALIDATED", "value": "96.50" }] }]);
    for party in [&member, &manager, &admin] {
        let found = party.send(ask, json!({ "id": need["id"] })).await;
        assert_eq!(found.root()["projects"], led);
    }
    for (name, person) in &others.people {
        let found = person.send(ask, json!({ "id": need["id"] })).await.root().clone();
        assert!(found.is_null() || found["projects"] == json!([]), "{name}: {found:#}");
    }
    println!("the story: {} looks, {} attempts of others", others.looked, others.tried);
    assert!(others.looked > 600 && others.tried > 200);
    let kinds = world.events().await;
    let end = [
        "OUTCOME_VALIDATED",
        "PROJECT_CLOSURE_ENDORSED",
        "PROJECT_CLOSURE_ENDORSED",
        "PROJECT_CLOSED",
    ];
    assert_eq!(kinds[kinds.len() - 4..], end);
}

/// Those who carry a project out.
struct Team<'a> {
    member: &'a Person<'a>,
    officer: &'a Person<'a>,
    manager: &'a Person<'a>,
    admin: &'a Person<'a>,
}

/// A project, from its proposal to its end; the others watch each step.
async fn carry_out(
    others: &mut Bystanders<'_>,
    records: &mut Records,
    team: &Team<'_>,
    licence: &Value,
    from: Value,
) -> Value {
    let (cast, Team { member, officer, manager, admin }) = (others.cast, team);
    let partner = |id: OrganizationId| json!({ "partner": id.to_string() });
    let line = |id: OrganizationId, role: &str, share: i32| json!({ "organization": id.to_string(), "role": role, "shareBp": share });
    let milestone = |title: &str, trl: i32, due: &str| {
        json!({ "kind": "TRL", "title": { "es": title }, "responsible": cast.ott.to_string(),
            "dueOn": due, "trlAfter": trl })
    };
    let plan = json!({
        "from": cast.company.to_string(), "type": "PILOT", "title": { "es": "Piloto en planta" },
        "trlStart": 6, "trlTarget": 8, "budget": { "amount": "900000" },
        "consortium": [line(cast.company, "LEADER", 7_000),
            line(cast.ott, "TECHNOLOGY_TRANSFER_OFFICE", 3_000), line(cast.chamber, "CHAMBER", 0)],
        "funding": [{ "partner": cast.company.to_string(), "kind": "COMPANY", "form": "CASH",
            "amount": "900000" }],
        "milestones": [milestone("Opera cien horas", 7, "2026-06-30"),
            milestone("Opera en línea", 8, "2026-11-30")],
    });
    let proposed = member.project("proposeProject", with(plan, from)).await;
    assert_eq!(proposed.outcome(), "DONE", "{:#}", proposed.body);
    let mut row = proposed.root()["project"].clone();
    records.push(("project", id(&row)));
    let (company, office, chamber) =
        (partner(cast.company), partner(cast.ott), partner(cast.chamber));
    let told = json!({ "publishes": true });
    let with_told = |more: &Value| with(more.clone(), told.clone());
    let number = |number: i32, more: &Value| with(json!({ "number": number }), more.clone());
    let shown = |level: i32| {
        json!({ "evidence": { "es": "Bitácora firmada" }, "trlEvidence": [{ "level": level,
            "kind": "PILOT", "title": "Prueba en planta" }] })
    };
    let none = json!({});
    let mut steps: Vec<(&Person<'_>, &str, Value)> = vec![
        (member, "formProject", told.clone()),
        (manager, "acceptProject", with_told(&office)),
        (admin, "acceptProject", with_told(&chamber)),
        (manager, "approveProject", office.clone()),
        (admin, "approveProject", chamber.clone()),
        (member, "linkProjectAgreement", json!({ "agreement": licence })),
        (member, "startProject", none.clone()),
    ];
    for (place, level) in [(1, 7), (2, 8)] {
        steps.push((officer, "startMilestone", number(place, &none)));
        steps.push((officer, "submitMilestone", number(place, &shown(level))));
        steps.push((member, "acceptMilestone", number(place, &company)));
        steps.push((manager, "acceptMilestone", number(place, &office)));
    }
    steps.push((member, "completeProject", json!({ "note": "Opera desde hace un mes" })));
    let saved = json!({ "kind": "SAVINGS", "metric": { "es": "Gas por tonelada" },
        "baseline": "120", "value": "96.5", "unit": "m3/t", "measuredOn": "2026-03-01",
        "evidence": { "es": "Medidor calibrado" } });
    steps.push((member, "recordOutcome", with(company, saved)));
    for (person, verb, more) in steps {
        others.watch(records, "project", verb).await;
        row = after(person, "project", verb, &row, more).await;
    }
    let outcome = json!({ "outcome": row["outcomes"][0]["id"] });
    for (person, verb, more) in [
        (manager, "validateOutcome", with(office.clone(), outcome)),
        (manager, "closeProject", office),
        (admin, "closeProject", chamber),
    ] {
        others.watch(records, "project", verb).await;
        row = after(person, "project", verb, &row, more).await;
    }
    others.watch(records, "project", "closeProject").await;
    row
}

fn id(record: &Value) -> String {
    record["id"].as_str().unwrap().to_owned()
}

async fn read(person: &Person<'_>, noun: &str, fields: &str, id: &Value) -> Value {
    let ask = format!("query($id: ID!) {{ {noun}(id: $id) {{ {fields} }} }}");
    person.send(&ask, json!({ "id": id })).await.root().clone()
}

/// The record after a verb that went well.
async fn after(person: &Person<'_>, noun: &str, verb: &str, before: &Value, more: Value) -> Value {
    let input = with(json!({ "id": before["id"], "expectedVersion": before["version"] }), more);
    let done = match noun {
        "need" => person.need(verb, input).await,
        "offer" => person.offer(verb, input).await,
        "match" => person.matched(verb, input).await,
        "interest" => person.interest(verb, input).await,
        "ipAsset" => person.asset(verb, input).await,
        "project" => person.project(verb, input).await,
        _ => person.agreement(verb, input).await,
    };
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root()[noun].clone()
}

/// An agreement, from its draft to its force; the others watch each step.
async fn agree(
    others: &mut Bystanders<'_>,
    records: &mut Records,
    cast: &Cast,
    [officer, manager, member]: [&Person<'_>; 3],
    input: Value,
) -> Value {
    let draft = officer.agreement("draftAgreement", input).await;
    let mut row = draft.root()["agreement"].clone();
    records.push(("agreement", id(&row)));
    let party = |of: OrganizationId| json!({ "party": of.to_string() });
    for (person, verb, more) in [
        (officer, "submitAgreement", json!({})),
        (manager, "shareAgreement", json!({})),
        (manager, "approveAgreement", party(cast.ott)),
        (member, "approveAgreement", party(cast.company)),
        (member, "signAgreement", party(cast.company)),
        (manager, "signAgreement", party(cast.ott)),
    ] {
        others.watch(records, "agreement", verb).await;
        let signs = verb == "signAgreement";
        let more = if signs { with(more, json!({ "sha256": row["sha256"] })) } else { more };
        row = after(person, "agreement", verb, &row, more).await;
    }
    assert_eq!(row["status"], "ACTIVE");
    read(member, "agreement", AGREEMENT, &row["id"]).await
}
