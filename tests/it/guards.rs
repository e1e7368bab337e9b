//! Ways around the rules that somebody tried, and that lead nowhere.

use chrono::TimeDelta;
use entity::{ConsentPurpose, Role};
use serde_json::json;
use tests::{World, records};

use crate::needs::{at, does, drafted, published, with};

tests::stories!(
    an_empty_revision_hides_no_author,
    a_chamber_publishes_no_draft_that_its_company_kept,
    only_the_company_unmasks_itself,
    one_consent_of_a_kind_at_a_time,
    what_the_network_holds_the_network_releases,
    a_met_need_is_a_result_alone,
    reasons_are_for_the_owners_side,
    what_is_over_is_renewed_first,
    an_id_of_another_kind_spoils_no_other_answer,
);

async fn an_empty_revision_hides_no_author(world: &World) {
    let cast = world.cast().await;
    world.put(records::consent(cast.company, ConsentPurpose::Publication, world.now())).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let need = drafted(&member, &cast, json!({})).await;
    let words = json!({ "summary": { "es": "Otras palabras" } });
    let need = does(&liaison, "reviseNeed", with(at(&need), words)).await;
    let need = does(&member, "reviseNeed", at(&need)).await;
    let need = does(&member, "submitNeed", at(&need)).await;
    assert_eq!(liaison.need("publishNeed", at(&need)).await.user_errors(), ["FOUR_EYES"]);
    assert_eq!(world.events().await.len(), 4);
}

async fn a_chamber_publishes_no_draft_that_its_company_kept(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let need = drafted(&member, &cast, json!({})).await;
    assert_eq!(liaison.need("submitNeed", at(&need)).await.user_errors(), ["CONSENT_MISSING"]);
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
}

async fn only_the_company_unmasks_itself(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let need = drafted(&member, &cast, json!({})).await;
    let known = json!({ "anonymous": false });
    let refused = liaison.need("reviseNeed", with(at(&need), known.clone())).await;
    assert_eq!(refused.user_errors(), ["CONSENT_MISSING input.anonymous"]);
    does(&member, "reviseNeed", with(at(&need), known)).await;
    assert_eq!(world.events().await, ["NEED_DRAFTED", "NEED_REVISED"]);
}

async fn one_consent_of_a_kind_at_a_time(world: &World) {
    const GRANT: &str = "mutation($id: ID!) { grantConsent(input: { organization: $id, \
        purpose: REPRESENTATION }) { consent { id } userErrors { code field } } }";
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let company = json!({ "id": cast.company.to_string() });
    assert_eq!(member.send(GRANT, company.clone()).await.user_errors(), [""; 0]);
    assert_eq!(member.send(GRANT, company).await.user_errors(), ["DUPLICATE input.purpose"]);
    assert_eq!(world.events().await, ["CONSENT_GRANTED"]);
}

async fn what_the_network_holds_the_network_releases(world: &World) {
    let cast = world.cast().await;
    let need = published(world, &cast).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let note = json!({ "note": "Contenido por aclarar" });
    let need = does(&admin, "holdNeed", with(at(&need), note)).await;
    assert_eq!(member.need("resumeNeed", at(&need)).await.user_errors(), ["ILLEGAL_STATE"]);
    does(&admin, "resumeNeed", at(&need)).await;
    assert_eq!(world.events().await, ["NEED_HELD", "NEED_RESUMED"]);
}

async fn a_met_need_is_a_result_alone(world: &World) {
    const READ: &str = "query($id: ID!) { need(id: $id) { description disclosureLevel outcome } }";
    let cast = world.cast().await;
    let need = published(world, &cast).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let id = json!({ "id": need["id"] });
    let open = officer.send(READ, id.clone()).await.root().clone();
    assert_eq!(open["disclosureLevel"], "NETWORK");
    let end = json!({ "outcome": { "es": "Se ahorra gas" }, "evidence": { "es": "Acta" } });
    does(&member, "fulfilNeed", with(at(&need), end)).await;
    let met = officer.send(READ, id).await.root().clone();
    assert_eq!(
        met,
        json!({ "description": null, "disclosureLevel": "PUBLIC_BLIND", "outcome": "Se ahorra gas" })
    );
    assert_eq!(world.events().await, ["NEED_FULFILLED"]);
}

async fn reasons_are_for_the_owners_side(world: &World) {
    const READ: &str =
        "query($id: ID!) { need(id: $id) { history { to by reason note } closureReason } }";
    let cast = world.cast().await;
    let need = published(world, &cast).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let why = json!({ "reason": "NO_BUDGET", "note": "Nombres y cifras" });
    let need = does(&member, "closeNeed", with(at(&need), why)).await;
    let seen = admin.send(READ, json!({ "id": need["id"] })).await.root().clone();
    let last = seen["history"].as_array().and_then(|steps| steps.last()).cloned();
    let hidden = json!({ "to": "CLOSED_UNMET", "by": null, "reason": null, "note": null });
    assert_eq!(last, Some(hidden));
    assert!(seen["closureReason"].is_null());
    assert_eq!(world.events().await, ["NEED_CLOSED"]);
}

async fn what_is_over_is_renewed_first(world: &World) {
    let cast = world.cast().await;
    let need = published(world, &cast).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let note = json!({ "note": "Paro programado" });
    let need = does(&member, "holdNeed", with(at(&need), note)).await;
    world.pass(TimeDelta::days(400));
    assert_eq!(member.need("resumeNeed", at(&need)).await.user_errors(), ["ILLEGAL_STATE"]);
    assert_eq!(world.events().await, ["NEED_HELD"]);
}

async fn an_id_of_another_kind_spoils_no_other_answer(world: &World) {
    let cast = world.cast().await;
    let asked = "query($id: ID!) { need(id: $id) { title } organization(id: $id) { name } }";
    let id = json!({ "id": cast.chamber.to_string() });
    let answer = world.nobody().send(asked, id).await;
    assert!(answer.data()["need"].is_null());
    assert!(answer.data()["organization"]["name"].is_string());
}
