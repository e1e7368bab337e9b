//! The life of a need, from its draft to the archive.

use chrono::TimeDelta;
use entity::{NeedStatus, Role};
use serde_json::{Value, json};
use tests::{Cast, Person, World, records};

tests::stories!(
    a_need_lives_from_draft_to_archive,
    who_wrote_it_does_not_publish_it,
    a_chamber_writes_with_consent_only,
    a_limited_liaison_stays_in_the_region,
    public_text_names_nobody,
    an_old_version_changes_nothing,
    a_need_is_renewed_once_and_in_time,
    a_need_ends_unmet_or_is_taken_back,
    a_research_request_ends_with_its_deadline,
    mistakes_are_told_all_at_once,
    a_need_must_be_complete_for_review,
    consents_come_and_go,
);

const READ: &str = "query($id: ID!) { need(id: $id) { title summary description \
    technicalSpecification confidentialAnnex company { name } chamber { name } delegation { name } \
    region { code } successCriteria { parameter } budgetBand outcome outcomeEvidence closureReason \
    disclosureLevel redactedFields status history { to } } }";

/// What a complete need says.
pub(crate) fn text() -> Value {
    json!({
        "title": { "es": "Recuperar calor", "en": "Recover heat" },
        "summary": { "es": "Gases calientes sin uso" },
        "description": { "es": "Hornos de túnel a 420 grados" },
        "technicalSpecification": { "es": "400 kW" },
        "confidentialAnnex": { "es": "Balance térmico" },
        "partnerRole": { "es": "Diseñar e instalar" },
        "partnershipTypes": ["RD_COOPERATION_AGREEMENT"],
        "scian": ["327"],
    })
}

pub(crate) fn with(mut input: Value, more: Value) -> Value {
    let more = more.as_object().cloned().unwrap_or_default();
    input.as_object_mut().expect("an object").extend(more);
    input
}

pub(crate) fn at(need: &Value) -> Value {
    json!({ "id": need["id"], "expectedVersion": need["version"] })
}

pub(crate) async fn does(person: &Person<'_>, verb: &str, input: Value) -> Value {
    let answer = person.need(verb, input).await;
    assert_eq!(answer.outcome(), "DONE", "{verb}: {:#}", answer.body);
    answer.root()["need"].clone()
}

pub(crate) async fn drafted(person: &Person<'_>, cast: &Cast, more: Value) -> Value {
    let company = json!({ "company": cast.company.to_string() });
    does(person, "draftNeed", with(with(text(), company), more)).await
}

pub(crate) async fn published(world: &World, cast: &Cast) -> Value {
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let need = drafted(&member, cast, json!({})).await;
    let need = does(&member, "submitNeed", at(&need)).await;
    let need = does(&liaison, "publishNeed", at(&need)).await;
    assert_eq!(world.events().await, ["NEED_DRAFTED", "NEED_SUBMITTED", "NEED_PUBLISHED"]);
    need
}

async fn a_need_lives_from_draft_to_archive(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let nobody = world.nobody();

    let need = drafted(&member, &cast, json!({})).await;
    assert_eq!((&need["status"], &need["version"]), (&json!("DRAFT"), &json!(1)));
    assert_eq!(need["folio"], "NEC-2026-000001");
    assert_eq!(need["disclosureLevel"], "CONTRACT");
    let id = json!({ "id": need["id"] });
    assert!(nobody.send(READ, id.clone()).await.root().is_null(), "a draft is nobody's business");
    assert!(officer.send(READ, id.clone()).await.root().is_null());

    let need = does(&member, "submitNeed", at(&need)).await;
    let why = json!({ "reason": "INSUFFICIENT_DESCRIPTION", "note": "¿Cuánto gas?" });
    let need = does(&liaison, "returnNeed", with(at(&need), why)).await;
    assert_eq!(need["status"], "RETURNED");
    assert_eq!(need["history"][2]["reason"], "INSUFFICIENT_DESCRIPTION");
    assert_eq!(need["history"][2]["note"], "¿Cuánto gas?");
    let said = json!({ "description": { "es": "2,000 m3/h de gas" } });
    let need = does(&member, "reviseNeed", with(at(&need), said)).await;
    let need = does(&member, "submitNeed", at(&need)).await;
    let need = does(&liaison, "publishNeed", at(&need)).await;
    assert_eq!(need["openForInterest"], true);
    assert_eq!(need["publishedAt"], "2026-03-02T12:00:00+00:00");
    assert_eq!(need["expiresAt"], "2027-03-02T12:00:00+00:00");

    let seen = nobody.send(READ, id.clone()).await.root().clone();
    assert_eq!(seen["disclosureLevel"], "PUBLIC_BLIND");
    assert_eq!(seen["summary"], "Gases calientes sin uso");
    assert_eq!(seen["chamber"]["name"], "Cámara de Transformación");
    assert_eq!(seen["region"]["code"], "R01");
    let hidden: Vec<_> = seen["redactedFields"].as_array().unwrap().iter().collect();
    for field in ["description", "technicalSpecification", "confidentialAnnex", "company"] {
        assert!(seen[field].is_null() && hidden.contains(&&json!(field)), "{field}: {seen:#}");
    }
    let seen = officer.send(READ, id.clone()).await.root().clone();
    assert_eq!(seen["disclosureLevel"], "NETWORK");
    assert_eq!(seen["description"], "2,000 m3/h de gas");
    assert!(seen["company"].is_null() && seen["confidentialAnnex"].is_null(), "{seen:#}");
    let seen = liaison.send(READ, id.clone()).await.root().clone();
    assert_eq!(seen["disclosureLevel"], "INTRODUCED");
    assert_eq!(seen["company"]["name"], "Hornos del Valle, S.A. de C.V.");
    assert!(seen["confidentialAnnex"].is_null(), "not without the company's consent: {seen:#}");

    let need = does(&member, "holdNeed", with(at(&need), json!({ "note": "Vacaciones" }))).await;
    assert!(nobody.send(READ, id.clone()).await.root().is_null(), "held is hidden");
    let need = does(&liaison, "resumeNeed", at(&need)).await;
    let need = does(&member, "closeNeedForInterest", at(&need)).await;
    assert_eq!((&need["status"], &need["openForInterest"]), (&json!("PUBLISHED"), &json!(false)));
    let need = does(&liaison, "openNeedForInterest", at(&need)).await;
    assert_eq!(need["openForInterest"], true);

    let met =
        json!({ "outcome": { "es": "Un tercio menos de gas" }, "evidence": { "es": "Acta" } });
    let need = does(&member, "fulfilNeed", with(at(&need), met)).await;
    let seen = nobody.send(READ, id.clone()).await.root().clone();
    assert_eq!(seen["outcome"], "Un tercio menos de gas");
    assert!(seen["outcomeEvidence"].is_null(), "{seen:#}");

    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    world.pass(TimeDelta::days(90) - TimeDelta::seconds(1));
    assert_eq!(admin.need("archiveNeed", at(&need)).await.outcome(), "ILLEGAL_STATE");
    world.pass(TimeDelta::seconds(1));
    let need = does(&admin, "archiveNeed", at(&need)).await;
    assert_eq!(need["status"], "ARCHIVED");
    let steps = need["history"].as_array().unwrap();
    let steps: Vec<_> = steps.iter().map(|step| step["to"].as_str().unwrap()).collect();
    assert_eq!(steps[..4], ["DRAFT", "IN_REVIEW", "RETURNED", "IN_REVIEW"]);
    assert_eq!(steps[4..], ["PUBLISHED", "ON_HOLD", "PUBLISHED", "FULFILLED", "ARCHIVED"]);
    assert_eq!(
        world.events().await,
        [
            "NEED_DRAFTED",
            "NEED_SUBMITTED",
            "NEED_RETURNED",
            "NEED_REVISED",
            "NEED_SUBMITTED",
            "NEED_PUBLISHED",
            "NEED_HELD",
            "NEED_RESUMED",
            "NEED_CLOSED_FOR_INTEREST",
            "NEED_OPENED_FOR_INTEREST",
            "NEED_FULFILLED",
            "NEED_ARCHIVED",
        ]
    );
}

async fn who_wrote_it_does_not_publish_it(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let writer = world.person(Role::ChamberLiaison, cast.chamber).await;
    let need = drafted(&member, &cast, json!({})).await;
    let need = does(&writer, "reviseNeed", with(at(&need), json!({ "urgency": "HIGH" }))).await;
    let need = does(&member, "submitNeed", at(&need)).await;
    assert_eq!(writer.need("publishNeed", at(&need)).await.user_errors(), ["FOUR_EYES"]);
    let other = world.person(Role::ChamberLiaison, cast.chamber).await;
    does(&other, "publishNeed", at(&need)).await;
    assert_eq!(world.events().await.last().unwrap(), "NEED_PUBLISHED");
}

const GRANT: &str = "mutation($input: GrantConsentInput!) { grantConsent(input: $input) { \
    consent { id } userErrors { code field } } }";
const WITHDRAW: &str = "mutation($id: ID!) { withdrawConsent(id: $id) { \
    consent { id withdrawnAt } userErrors { code } } }";

fn consent(cast: &Cast, purpose: &str) -> Value {
    json!({ "input": { "organization": cast.company.to_string(), "purpose": purpose } })
}

async fn a_chamber_writes_with_consent_only(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let need = drafted(&liaison, &cast, json!({})).await;
    assert_eq!(liaison.need("submitNeed", at(&need)).await.user_errors(), ["CONSENT_MISSING"]);
    member.send(GRANT, consent(&cast, "STATISTICS")).await.data();
    assert_eq!(liaison.need("submitNeed", at(&need)).await.user_errors(), ["CONSENT_MISSING"]);
    let granted = member.send(GRANT, consent(&cast, "PUBLICATION")).await;
    let granted = json!({ "id": granted.root()["consent"]["id"] });
    member.send(WITHDRAW, granted).await.data();
    assert_eq!(liaison.need("submitNeed", at(&need)).await.user_errors(), ["CONSENT_MISSING"]);
    member.send(GRANT, consent(&cast, "REPRESENTATION")).await.data();
    does(&liaison, "submitNeed", at(&need)).await;
    // What is represented is read whole.
    let seen = liaison.send(READ, json!({ "id": need["id"] })).await.root().clone();
    assert_eq!(seen["disclosureLevel"], "CONFIDENTIAL");
    assert_eq!(seen["confidentialAnnex"], "Balance térmico");

    let other = drafted(&liaison, &cast, json!({})).await;
    does(&member, "submitNeed", at(&other)).await;
    assert_eq!(world.events().await.len(), 8);
}

async fn a_limited_liaison_stays_in_the_region(world: &World) {
    let cast = world.cast().await;
    let north = world.person_within(Role::ChamberLiaison, cast.chamber, &[cast.north]).await;
    let south = world.person_within(Role::ChamberLiaison, cast.chamber, &[cast.south]).await;
    let need = world.need(&cast, NeedStatus::InReview).await;
    let at = json!({ "id": need.id.to_string(), "expectedVersion": 1 });
    assert_eq!(south.need("publishNeed", at.clone()).await.code(), "NOT_FOUND");
    let need = does(&north, "publishNeed", at).await;
    let held = with(self::at(&need), json!({ "note": "No" }));
    assert_eq!(south.need("holdNeed", held).await.code(), "FORBIDDEN");
    let input = with(text(), json!({ "company": cast.company.to_string() }));
    assert_eq!(south.need("draftNeed", input.clone()).await.code(), "FORBIDDEN");
    does(&north, "draftNeed", input).await;
    assert_eq!(world.events().await, ["NEED_PUBLISHED", "NEED_DRAFTED"]);
}

async fn public_text_names_nobody(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    for (field, leak) in [
        ("summary", "En HORNOS del Valle buscamos"),
        ("title", "Llame al 55 5555 0123"),
        ("partnerRole", "escriba a ventas@ejemplo.mx"),
    ] {
        let need = drafted(&member, &cast, json!({ field: { "es": leak } })).await;
        let told = member.need("submitNeed", at(&need)).await.user_errors();
        assert!(!told.is_empty() && told.iter().all(|code| code == "BLIND_CHECK"), "{told:?}");
    }
    let leaks = json!({ "summary": { "es": "Hornos del Valle, www.ejemplo.mx" } });
    let need = drafted(&member, &cast, leaks.clone()).await;
    let found = member.need("submitNeed", at(&need)).await.user_errors();
    assert_eq!(found, ["BLIND_CHECK", "BLIND_CHECK"], "a name and a link");
    let need = drafted(&member, &cast, with(leaks, json!({ "anonymous": false }))).await;
    does(&member, "submitNeed", at(&need)).await;
    // What only the network reads may tell more.
    let private = json!({ "description": { "es": "En Hornos del Valle" } });
    let need = drafted(&member, &cast, private).await;
    does(&member, "submitNeed", at(&need)).await;
    assert_eq!(world.events().await.len(), 8, "six were drafted, two submitted");
    let need = published(world, &cast).await;
    let met = json!({ "outcome": { "es": "Hornos del Valle ahorra" }, "evidence": { "es": "Sí" } });
    let told = member.need("fulfilNeed", with(at(&need), met)).await;
    assert_eq!(told.user_errors(), ["BLIND_CHECK"]);
}

async fn an_old_version_changes_nothing(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let old = drafted(&member, &cast, json!({})).await;
    let new = does(&member, "reviseNeed", with(at(&old), json!({ "urgency": "LOW" }))).await;
    assert_eq!(new["version"], 2);
    for (verb, more) in [
        ("reviseNeed", json!({ "urgency": "HIGH" })),
        ("submitNeed", json!({})),
        ("withdrawNeed", json!({ "note": "No" })),
    ] {
        let told = member.need(verb, with(at(&old), more)).await;
        assert_eq!(told.user_errors(), ["STALE_OBJECT input.expectedVersion"], "{verb}");
    }
    does(&member, "submitNeed", at(&new)).await;
    assert_eq!(world.events().await, ["NEED_DRAFTED", "NEED_REVISED", "NEED_SUBMITTED"]);
}

async fn a_need_is_renewed_once_and_in_time(world: &World) {
    let cast = world.cast().await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let need = published(world, &cast).await;
    world.pass(TimeDelta::days(335) - TimeDelta::seconds(1));
    assert_eq!(liaison.need("renewNeed", at(&need)).await.user_errors(), ["ILLEGAL_STATE"]);
    world.pass(TimeDelta::seconds(1));
    let need = does(&liaison, "renewNeed", at(&need)).await;
    assert_eq!(need["renewals"], 1);
    assert_eq!(need["expiresAt"], "2028-01-31T12:00:00+00:00");
    world.pass(TimeDelta::days(350));
    assert_eq!(liaison.need("renewNeed", at(&need)).await.user_errors(), ["LIMIT_REACHED"]);
    assert_eq!(world.events().await, ["NEED_RENEWED"]);

    for (late, outcome) in [(0, "DONE"), (1, "ILLEGAL_STATE")] {
        let mut row = records::need(&cast, NeedStatus::Expired, world.now());
        row.expires_at = Some(world.now() - TimeDelta::days(365) - TimeDelta::microseconds(late));
        world.put(row.clone()).await;
        let at = json!({ "id": row.id.to_string(), "expectedVersion": 1 });
        assert_eq!(liaison.need("renewNeed", at).await.outcome(), outcome, "{late} µs late");
    }
    assert_eq!(world.events().await, ["NEED_RENEWED"]);
}

async fn a_need_ends_unmet_or_is_taken_back(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let nobody = world.nobody();
    let need = published(world, &cast).await;
    let why = json!({ "reason": "NO_BUDGET", "note": "Sin presupuesto" });
    let need = does(&member, "closeNeed", with(at(&need), why)).await;
    assert_eq!(
        (&need["status"], &need["openForInterest"]),
        (&json!("CLOSED_UNMET"), &json!(false))
    );
    let id = json!({ "id": need["id"] });
    assert!(nobody.send(READ, id.clone()).await.root().is_null());
    assert_eq!(member.send(READ, id).await.root()["closureReason"], "NO_BUDGET");
    let note = json!({ "note": "Otra vez" });
    let told = member.need("withdrawNeed", with(at(&need), note.clone())).await;
    assert_eq!(told.user_errors(), ["ILLEGAL_STATE"], "what has ended cannot be taken back");

    let need = drafted(&member, &cast, json!({})).await;
    let need = does(&member, "withdrawNeed", with(at(&need), note)).await;
    assert_eq!(need["status"], "WITHDRAWN");
    assert_eq!(need["history"][1]["note"], "Otra vez");
    assert_eq!(world.events().await, ["NEED_CLOSED", "NEED_DRAFTED", "NEED_WITHDRAWN"]);
}

async fn a_research_request_ends_with_its_deadline(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let call = json!({ "type": "RD_REQUEST", "deadlineForInterest": "2026-04-01",
        "callDeadline": "2026-05-01", "coordinatorRequired": true, "frameworkProgram": "Un programa" });
    let need = drafted(&member, &cast, call.clone()).await;
    let need = does(&member, "submitNeed", at(&need)).await;
    let late = drafted(&member, &cast, call).await;
    let late = does(&member, "submitNeed", at(&late)).await;
    let need = does(&liaison, "publishNeed", at(&need)).await;
    assert_eq!(need["expiresAt"], "2026-04-02T08:00:00+00:00", "the deadline's day belongs to it");
    world.pass(TimeDelta::days(40));
    assert_eq!(liaison.need("publishNeed", at(&late)).await.user_errors(), ["ILLEGAL_STATE"]);
    assert_eq!(world.events().await.len(), 5);
}

async fn mistakes_are_told_all_at_once(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let long = |length: usize| json!({ "es": "x".repeat(length) });
    let wrong = json!({
        "company": cast.company.to_string(),
        "title": long(257), "summary": { "es": " \n " }, "description": { "en": "y".repeat(4001) },
        "acceptedTrlMin": 0, "acceptedTrlMax": 10, "projectDurationWeeks": 1001,
        "scian": ["no hay"], "technologyKeywords": ["Z99Z"], "sdg": [18], "stateCode": "33",
        "targetStates": ["1"], "marketKeywords": ["31-33", "111", "112", "113", "114", "115"],
        "partnershipTypes": ["COMMERCIAL_AGREEMENT", "INVESTMENT_AGREEMENT",
            "OUTSOURCING_AGREEMENT", "SUPPLIER_AGREEMENT"],
        "reward": { "amount": "0", "currency": "pesos" },
        "successCriteria": [{ "parameter": " ", "comparator": "AT_MOST", "target": "1" }],
        "constraints": ["z".repeat(501)],
        "sharedBy": [cast.other_company.to_string(), cast.ally.to_string()],
    });
    let mut told = member.need("draftNeed", wrong).await.user_errors();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "INVALID input.acceptedTrlMax",
            "INVALID input.acceptedTrlMin",
            "INVALID input.projectDurationWeeks",
            "INVALID input.reward.amount",
            "INVALID input.reward.currency",
            "INVALID input.scian",
            "INVALID input.sdg",
            "INVALID input.stateCode",
            "INVALID input.targetStates",
            "INVALID input.technologyKeywords",
            "LIMIT_REACHED input.marketKeywords",
            "LIMIT_REACHED input.partnershipTypes",
            "NOT_FOUND input.sharedBy",
            "NOT_FOUND input.sharedBy",
            "REQUIRED input.successCriteria.0.parameter",
            "REQUIRED input.summary",
            "TOO_LONG input.constraints",
            "TOO_LONG input.description.en",
            "TOO_LONG input.title.es",
        ]
    );
    let on_the_edge = json!({ "title": long(256), "summary": long(500), "acceptedTrlMin": 9,
        "acceptedTrlMax": 9, "scian": ["31-33", "111", "112", "113", "114"] });
    drafted(&member, &cast, on_the_edge).await;
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
}

async fn a_need_must_be_complete_for_review(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let empty = json!({ "description": null, "technicalSpecification": null, "partnerRole": null,
        "partnershipTypes": [], "scian": [] });
    let missing = |fields: &[&str]| -> Vec<String> {
        fields.iter().map(|field| format!("REQUIRED need.{field}")).collect()
    };
    let common = ["description", "partnerRole", "partnershipTypes", "scian"];
    for (kind, own) in [
        ("TECHNOLOGY_REQUEST", &["technicalSpecification"][..]),
        ("BUSINESS_REQUEST", &["technicalSpecification"]),
        ("CHALLENGE", &["reward"]),
        ("CROSS_CUTTING_NEED", &["sharedBy"]),
    ] {
        let need = drafted(&member, &cast, with(empty.clone(), json!({ "type": kind }))).await;
        let told = member.need("submitNeed", at(&need)).await.user_errors();
        assert_eq!(told, missing(&[&common, own].concat()), "{kind}");
    }
    let prize = json!({ "reward": { "amount": "1000.50" } });
    let need = drafted(&member, &cast, prize.clone()).await;
    let told = member.need("submitNeed", at(&need)).await.user_errors();
    assert_eq!(told, ["INVALID need.reward"], "a challenge alone offers a reward");
    let need = drafted(&member, &cast, with(prize, json!({ "type": "CHALLENGE" }))).await;
    does(&member, "submitNeed", at(&need)).await;
    assert_eq!(world.events().await.len(), 7);
}

async fn consents_come_and_go(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    assert_eq!(liaison.send(GRANT, consent(&cast, "PUBLICATION")).await.code(), "FORBIDDEN");
    let mut past = consent(&cast, "PUBLICATION");
    past["input"]["expiresAt"] = json!("2026-03-02T12:00:00+00:00");
    assert_eq!(member.send(GRANT, past).await.user_errors(), ["INVALID input.expiresAt"]);
    let mut short = consent(&cast, "PUBLICATION");
    short["input"]["expiresAt"] = json!("2026-03-03T12:00:00+00:00");
    let id = member.send(GRANT, short).await.root()["consent"].clone();
    let need = drafted(&liaison, &cast, json!({})).await;
    assert_eq!(liaison.send(WITHDRAW, id.clone()).await.code(), "NOT_FOUND");
    world.pass(TimeDelta::days(1));
    assert_eq!(liaison.need("submitNeed", at(&need)).await.user_errors(), ["CONSENT_MISSING"]);
    assert_eq!(member.send(WITHDRAW, id.clone()).await.outcome(), "DONE");
    assert_eq!(member.send(WITHDRAW, id).await.user_errors(), ["ILLEGAL_STATE"]);
    assert_eq!(world.events().await, ["CONSENT_GRANTED", "NEED_DRAFTED", "CONSENT_WITHDRAWN"]);
}
