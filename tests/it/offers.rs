//! The life of an offer, from its draft to its end.

use chrono::TimeDelta;
use entity::{OfferStatus, Role};
use serde_json::{Value, json};
use tests::{Cast, Person, World, records};

use crate::needs::with;

tests::stories!(
    an_offer_lives_from_draft_to_its_end,
    who_wrote_an_offer_does_not_publish_it,
    anonymous_offers_name_nobody,
    an_old_version_of_an_offer_changes_nothing,
    an_offer_is_renewed_once_and_in_time,
    mistakes_in_an_offer_are_told_all_at_once,
    an_offer_must_be_complete_for_review,
    only_offices_and_startups_offer,
);

const READ: &str = "query($id: ID!) { offer(id: $id) { title summary advantages description \
    comparators { metric } inventors indicativeTerms enablingDetail ott { name } \
    disclosureLevel redactedFields status retirementReason history { to } } }";

/// What a complete offer says.
pub(crate) fn text() -> Value {
    json!({
        "title": { "es": "Recuperador cerámico" },
        "summary": { "es": "Recupera calor a alta temperatura" },
        "description": { "es": "Espuma de carburo de silicio" },
        "advantages": { "es": "Resiste 1,100 grados" },
        "partnerRole": { "es": "Probar en planta" },
        "inventors": ["Ana Inventora"],
        "indicativeTerms": { "es": "Regalía de 4 %" },
        "comparators": [{ "alternative": "Metal", "metric": "°C", "ours": "1100", "theirs": "750" }],
        "stage": "AVAILABLE_FOR_DEMONSTRATION",
        "trl": 7,
        "iprStatus": "NO_IPR",
        "applicationScian": ["327"],
        "transferMechanisms": ["RD_COOPERATION_AGREEMENT"],
        "technologyKeywords": ["F27D"],
    })
}

fn at(offer: &Value) -> Value {
    json!({ "id": offer["id"], "expectedVersion": offer["version"] })
}

async fn does(person: &Person<'_>, verb: &str, input: Value) -> Value {
    let answer = person.offer(verb, input).await;
    assert_eq!(answer.outcome(), "DONE", "{verb}: {:#}", answer.body);
    answer.root()["offer"].clone()
}

async fn drafted(person: &Person<'_>, cast: &Cast, more: Value) -> Value {
    let ott = json!({ "ott": cast.ott.to_string() });
    does(person, "draftOffer", with(with(text(), ott), more)).await
}

async fn an_offer_lives_from_draft_to_its_end(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let nobody = world.nobody();

    let offer = drafted(&officer, &cast, json!({})).await;
    assert_eq!(offer["folio"], "OFE-2026-000001");
    let id = json!({ "id": offer["id"] });
    assert!(member.send(READ, id.clone()).await.root().is_null());
    let offer = does(&officer, "submitOffer", at(&offer)).await;
    let why = json!({ "reason": "UNCLEAR_BENEFIT", "note": "¿Cuánto ahorra?" });
    let offer = does(&manager, "returnOffer", with(at(&offer), why)).await;
    let more = json!({ "economics": { "costSaving": "Un tercio", "paybackMonths": 18 } });
    let offer = does(&officer, "reviseOffer", with(at(&offer), more)).await;
    let offer = does(&officer, "submitOffer", at(&offer)).await;
    let offer = does(&manager, "publishOffer", at(&offer)).await;
    assert_eq!(offer["openForInterest"], true);
    assert_eq!(offer["expiresAt"], "2027-03-02T12:00:00+00:00");

    let seen = nobody.send(READ, id.clone()).await.root().clone();
    assert_eq!(seen["disclosureLevel"], "PUBLIC_BLIND");
    assert_eq!(seen["advantages"], "Resiste 1,100 grados");
    assert_eq!(seen["ott"]["name"], "Oficina de Transferencia Ejemplar");
    let hidden = seen["redactedFields"].as_array().unwrap();
    for field in ["description", "comparators", "inventors", "indicativeTerms", "history"] {
        assert!(seen[field].is_null() && hidden.contains(&json!(field)), "{field}: {seen:#}");
    }
    let seen = member.send(READ, id.clone()).await.root().clone();
    assert_eq!(seen["comparators"][0]["metric"], "°C");
    assert!(seen["inventors"].is_null() && seen["indicativeTerms"].is_null(), "{seen:#}");
    let seen = officer.send(READ, id.clone()).await.root().clone();
    assert_eq!(seen["indicativeTerms"], "Regalía de 4 %");

    let offer = does(&officer, "holdOffer", with(at(&offer), json!({ "note": "Ensayos" }))).await;
    assert!(nobody.send(READ, id.clone()).await.root().is_null(), "held is hidden");
    let offer = does(&manager, "resumeOffer", at(&offer)).await;
    let offer = does(&officer, "closeOfferForInterest", at(&offer)).await;
    assert_eq!(offer["openForInterest"], false);
    let offer = does(&officer, "openOfferForInterest", at(&offer)).await;
    let why = json!({ "reason": "IP_NOT_AVAILABLE", "note": "La patente caducó" });
    let offer = does(&manager, "retireOffer", with(at(&offer), why)).await;
    assert_eq!((&offer["status"], &offer["openForInterest"]), (&json!("RETIRED"), &json!(false)));
    assert!(nobody.send(READ, id.clone()).await.root().is_null());
    assert_eq!(officer.send(READ, id).await.root()["retirementReason"], "IP_NOT_AVAILABLE");
    assert_eq!(
        world.events().await,
        [
            "OFFER_DRAFTED",
            "OFFER_SUBMITTED",
            "OFFER_RETURNED",
            "OFFER_REVISED",
            "OFFER_SUBMITTED",
            "OFFER_PUBLISHED",
            "OFFER_HELD",
            "OFFER_RESUMED",
            "OFFER_CLOSED_FOR_INTEREST",
            "OFFER_OPENED_FOR_INTEREST",
            "OFFER_RETIRED",
        ]
    );
}

async fn who_wrote_an_offer_does_not_publish_it(world: &World) {
    let cast = world.cast().await;
    let writer = world.person(Role::OttManager, cast.ott).await;
    let offer = drafted(&writer, &cast, json!({})).await;
    let offer = does(&writer, "submitOffer", at(&offer)).await;
    assert_eq!(writer.offer("publishOffer", at(&offer)).await.user_errors(), ["FOUR_EYES"]);
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let offer = does(&admin, "publishOffer", at(&offer)).await;
    assert_eq!(offer["disclosureLevel"], "NETWORK", "who publishes is no party");
    assert_eq!(world.events().await.len(), 3);
}

async fn anonymous_offers_name_nobody(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    for leak in [
        "De la Oficina de Transferencia Ejemplar",
        "De la UNIVERSIDAD DEL EJEMPLO",
        "Un invento de Ana Inventora",
    ] {
        let text = json!({ "anonymous": true, "advantages": { "es": leak } });
        let offer = drafted(&officer, &cast, text).await;
        let told = officer.offer("submitOffer", at(&offer)).await.user_errors();
        assert_eq!(told, ["BLIND_CHECK"], "{leak}");
        let named = with(at(&offer), json!({ "anonymous": false }));
        let offer = does(&officer, "reviseOffer", named).await;
        does(&officer, "submitOffer", at(&offer)).await;
    }
    assert_eq!(world.events().await.len(), 9);
}

async fn an_old_version_of_an_offer_changes_nothing(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let old = drafted(&officer, &cast, json!({})).await;
    let new = does(&officer, "reviseOffer", with(at(&old), json!({ "mrl": 5 }))).await;
    for (verb, more) in [("reviseOffer", json!({ "mrl": 6 })), ("submitOffer", json!({}))] {
        let told = officer.offer(verb, with(at(&old), more)).await;
        assert_eq!(told.user_errors(), ["STALE_OBJECT input.expectedVersion"], "{verb}");
    }
    does(&officer, "submitOffer", at(&new)).await;
    assert_eq!(world.events().await, ["OFFER_DRAFTED", "OFFER_REVISED", "OFFER_SUBMITTED"]);
}

async fn an_offer_is_renewed_once_and_in_time(world: &World) {
    let cast = world.cast().await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let row = world.offer(&cast, OfferStatus::Published).await;
    let first = json!({ "id": row.id.to_string(), "expectedVersion": 1 });
    world.pass(TimeDelta::days(335) - TimeDelta::microseconds(1));
    let early = manager.offer("renewOffer", first.clone()).await;
    assert_eq!(early.user_errors(), ["ILLEGAL_STATE"]);
    world.pass(TimeDelta::microseconds(1));
    let offer = does(&manager, "renewOffer", first).await;
    assert_eq!(offer["renewals"], 1);
    world.pass(TimeDelta::days(350));
    assert_eq!(manager.offer("renewOffer", at(&offer)).await.user_errors(), ["LIMIT_REACHED"]);
    for (late, outcome) in [(0, "DONE"), (1, "ILLEGAL_STATE")] {
        let mut row = records::offer(&cast, OfferStatus::Expired, world.now());
        row.expires_at = Some(world.now() - TimeDelta::days(365) - TimeDelta::microseconds(late));
        world.put(row.clone()).await;
        let at = json!({ "id": row.id.to_string(), "expectedVersion": 1 });
        assert_eq!(manager.offer("renewOffer", at).await.outcome(), outcome, "{late} µs late");
    }
    assert_eq!(world.events().await, ["OFFER_RENEWED", "OFFER_RENEWED"]);
}

async fn mistakes_in_an_offer_are_told_all_at_once(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let wrong = json!({
        "ott": cast.ott.to_string(),
        "title": { "es": "" }, "summary": { "es": "x".repeat(501) },
        "advantages": { "es": "x".repeat(2001) }, "trl": 10, "mrl": 11, "minAssimilationLevel": 5,
        "stage": "CONCEPT", "economics": { "paybackMonths": 601 },
        "readiness": { "crl": 0, "frl": 10 },
        "trlEvidence": [{ "level": 12, "kind": "PUBLICATION", "title": " " }],
        "comparators": [{ "alternative": "a", "metric": " ", "ours": "1", "theirs": "2" }],
        "inventors": ["x".repeat(201)], "publications": ["x".repeat(301)],
        "applicationScian": ["999999"], "technologyKeywords": ["F27D "],
        "verifiedClaims": [{ "claim": "c", "method": "", "verifier": "v", "verifiedOn": "2026-01-01" }],
    });
    let mut told = officer.offer("draftOffer", wrong).await.user_errors();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "INVALID input.applicationScian",
            "INVALID input.economics.paybackMonths",
            "INVALID input.minAssimilationLevel",
            "INVALID input.mrl",
            "INVALID input.readiness.crl",
            "INVALID input.readiness.frl",
            "INVALID input.stage",
            "INVALID input.technologyKeywords",
            "INVALID input.trl",
            "INVALID input.trlEvidence.0.level",
            "REQUIRED input.comparators.0.metric",
            "REQUIRED input.title",
            "REQUIRED input.trlEvidence.0.title",
            "REQUIRED input.verifiedClaims.0.method",
            "TOO_LONG input.advantages.es",
            "TOO_LONG input.inventors",
            "TOO_LONG input.publications",
            "TOO_LONG input.summary.es",
        ]
    );
    // The stage stands for a range of readiness.
    for (stage, fits) in [
        ("CONCEPT", 1..=2),
        ("UNDER_DEVELOPMENT", 3..=3),
        ("LAB_TESTED", 4..=5),
        ("AVAILABLE_FOR_DEMONSTRATION", 6..=7),
        ("ON_THE_MARKET", 8..=9),
    ] {
        let offer = drafted(&officer, &cast, json!({ "stage": null, "trl": null })).await;
        let mut version = 1;
        for trl in 1..=9 {
            let said = json!({ "id": offer["id"], "expectedVersion": version,
                "stage": stage, "trl": trl });
            let told = officer.offer("reviseOffer", said).await;
            let expected = if fits.contains(&trl) { "DONE" } else { "INVALID input.stage" };
            assert_eq!(told.outcome(), expected, "{stage} {trl}");
            version += i32::from(fits.contains(&trl));
        }
    }
    assert_eq!(world.events().await.len(), 5 + 9);
}

async fn an_offer_must_be_complete_for_review(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let empty = json!({ "description": null, "advantages": null, "partnerRole": null,
        "applicationScian": null, "transferMechanisms": null, "iprStatus": null,
        "stage": null, "trl": null, "technologyKeywords": null });
    let common = [
        "description",
        "advantages",
        "partnerRole",
        "applicationScian",
        "transferMechanisms",
        "iprStatus",
    ];
    let own: &[&str] = &["stage", "trl", "technologyKeywords"];
    for (kind, own) in [
        ("TECHNOLOGY_OFFER", own),
        ("LICENCE_OFFER", own),
        ("CAPABILITY_OFFER", &[]),
        ("CO_DEVELOPMENT_OFFER", &[]),
    ] {
        let offer = drafted(&officer, &cast, with(empty.clone(), json!({ "type": kind }))).await;
        let told = officer.offer("submitOffer", at(&offer)).await.user_errors();
        let missing = common.iter().chain(own).map(|field| format!("REQUIRED offer.{field}"));
        assert_eq!(told, missing.collect::<Vec<_>>(), "{kind}");
    }
    assert_eq!(world.events().await.len(), 4);
}

async fn only_offices_and_startups_offer(world: &World) {
    let cast = world.cast().await;
    let input = |ott: entity::OrganizationId| with(text(), json!({ "ott": ott.to_string() }));
    let posing = world.person(Role::OttOfficer, cast.company).await;
    let told = posing.offer("draftOffer", input(cast.company)).await;
    assert_eq!(told.user_errors(), ["INVALID input.ott"]);
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    assert_eq!(officer.offer("draftOffer", input(cast.ott)).await.code(), "FORBIDDEN");
    let unknown = entity::OrganizationId::new(world.now());
    assert_eq!(
        officer.offer("draftOffer", input(unknown)).await.user_errors(),
        ["NOT_FOUND input.ott"]
    );
    let nobody = world.nobody();
    assert_eq!(nobody.offer("draftOffer", input(cast.ott)).await.code(), "UNAUTHENTICATED");
    let chamber = entity::NeedId::new(world.now()).to_string();
    let wrong = with(text(), json!({ "ott": chamber }));
    assert_eq!(
        officer.offer("draftOffer", wrong).await.user_errors(),
        ["NOT_FOUND input.ott"],
        "a need is no office"
    );
}
