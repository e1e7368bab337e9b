//! Suggested matches: they come with publication, explain themselves, and go.

use api::matches::follow;
use chrono::TimeDelta;
use entity::{MatchStatus, NeedStatus, OfferStatus, Role, match_};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{Person, World};

use crate::policy::input;

tests::stories!(
    what_is_published_finds_its_match,
    matches_are_for_members,
    a_draft_is_previewed_and_not_kept,
    search_finds_ranks_and_pages,
    one_instance_leads_and_another_takes_over,
    of_two_that_start_at_once_one_leads,
    intermediaries_decide_about_matches,
    a_pair_is_proposed,
);

const MATCHES: &str = "query($id: ID!, $first: Int) { need(id: $id) { matches(first: $first) { \
    pageInfo { hasNextPage } nodes { id score coverage status source weightsVersion explanation \
    components { feature weight value contribution explanation(language: EN) } \
    offer { id } need { id } } } } }";

/// A published need and offer, of which the events tell.
async fn pair(world: &World) -> (String, String, Person<'_>) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::InReview).await.id.to_string();
    let offer = world.offer(&cast, OfferStatus::InReview).await.id.to_string();
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let published = liaison.need("publishNeed", input("publishNeed", &need)).await;
    assert_eq!(published.outcome(), "DONE");
    let published = manager.offer("publishOffer", input("publishOffer", &offer)).await;
    assert_eq!(published.outcome(), "DONE");
    assert_eq!(world.events().await, ["NEED_PUBLISHED", "OFFER_PUBLISHED"]);
    (need, offer, liaison)
}

async fn found(person: &Person<'_>, need: &str) -> Vec<Value> {
    let answer = person.send(MATCHES, json!({ "id": need })).await;
    answer.root()["matches"]["nodes"].as_array().expect("a list").clone()
}

async fn what_is_published_finds_its_match(world: &World) {
    let (need, offer, liaison) = pair(world).await;
    assert_eq!(found(&liaison, &need).await.len(), 0, "nothing before the follower came by");
    world.settled().await;
    assert_eq!(follow(&world.service, "one").await.unwrap(), 2);
    assert_eq!(world.events().await, ["NEED_MATCHED"], "the offer's side found nothing new");
    let best = found(&liaison, &need).await;
    let one = &best[0];
    assert_eq!((best.len(), &one["offer"]["id"]), (1, &json!(offer)));
    assert_eq!((&one["status"], &one["source"]), (&json!("SUGGESTED"), &json!("ALGORITHM")));
    let parts = one["components"].as_array().unwrap();
    let sum = |field: &str| parts.iter().map(|part| part[field].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("contribution"), one["score"].as_u64().unwrap());
    assert_eq!(sum("weight"), 10_000);
    assert!(parts.len() >= 4 && parts.iter().all(|part| part["explanation"] != ""), "{parts:#?}");
    let why = one["explanation"].as_str().unwrap();
    assert!(why.ends_with('.') && why.contains("TRL"), "{why}");

    world.settled().await;

    assert_eq!(follow(&world.service, "one").await.unwrap(), 0, "nothing happened since");
    let told = |verb: &str, version: i32| {
        let mut told = input(verb, &need);
        told["expectedVersion"] = json!(version);
        told
    };
    for (version, away, back) in
        [(2, "holdNeed", "resumeNeed"), (4, "closeNeedForInterest", "openNeedForInterest")]
    {
        let answer = liaison.need(away, told(away, version)).await;
        assert_eq!(answer.outcome(), "DONE", "{away}");
        world.settled().await;
        follow(&world.service, "one").await.unwrap();
        assert_eq!(found(&liaison, &need).await.len(), 0, "{away}");
        let aside = match_::Entity::find().all(world.db().read()).await.unwrap();
        let stale = aside.iter().all(|row| row.status == MatchStatus::Stale);
        assert!(aside.len() == 1 && stale, "{away}: the pair waits, under its id");
        let answer = liaison.need(back, told(back, version + 1)).await;
        assert_eq!(answer.outcome(), "DONE", "{back}");
        world.settled().await;
        follow(&world.service, "one").await.unwrap();
        let again = found(&liaison, &need).await;
        assert_eq!((&again[0]["score"], &again[0]["id"]), (&one["score"], &one["id"]), "{back}");
    }
    let events = world.events().await;
    assert_eq!(events.len(), 8, "{events:?}");
}

async fn matches_are_for_members(world: &World) {
    let (need, _, liaison) = pair(world).await;
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    world.events().await;
    let id = found(&liaison, &need).await[0]["id"].clone();
    let node = "query($id: ID!) { node(id: $id) { id } }";
    assert_eq!(liaison.send(node, json!({ "id": id })).await.root()["id"], id);
    for (person, code) in
        [(world.nobody(), "UNAUTHENTICATED"), (world.stranger().await, "FORBIDDEN")]
    {
        let refused = person.send(MATCHES, json!({ "id": need })).await;
        assert_eq!(refused.code(), code);
        assert!(person.send(node, json!({ "id": id })).await.root().is_null());
        let preview = "{ previewMatches(input: {}) { matches { score } } }";
        assert_eq!(person.send(preview, json!({})).await.code(), code);
    }
    for first in [0, 51] {
        let wrong = liaison.send(MATCHES, json!({ "id": need, "first": first })).await;
        assert_eq!(wrong.code(), "BAD_USER_INPUT", "{first}");
    }
}

async fn a_draft_is_previewed_and_not_kept(world: &World) {
    let (_, offer, liaison) = pair(world).await;
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    world.events().await;
    let ask = "query($input: NeedInput!) { previewMatches(input: $input) { \
        matches { score components { contribution } explanation offer { id } } \
        userErrors { code field } } }";
    let draft = json!({ "title": { "es": "Recuperar el calor de hornos" }, "scian": ["327"],
        "acceptedTrlMin": 6, "partnershipTypes": ["RD_COOPERATION_AGREEMENT"] });
    let told = liaison.send(ask, json!({ "input": draft })).await;
    let best = &told.root()["matches"][0];
    assert_eq!(best["offer"]["id"], json!(offer));
    let parts = best["components"].as_array().unwrap().iter();
    let sum: u64 = parts.map(|part| part["contribution"].as_u64().unwrap()).sum();
    assert_eq!(sum, best["score"].as_u64().unwrap());
    let wrong = json!({ "scian": ["327", "nada"], "acceptedTrlMin": 12 });
    let told = liaison.send(ask, json!({ "input": wrong })).await;
    assert_eq!(told.user_errors(), ["INVALID input.acceptedTrlMin", "INVALID input.scian"]);
    assert_eq!(told.root()["matches"], json!([]));
}

async fn search_finds_ranks_and_pages(world: &World) {
    let (need, offer, liaison) = pair(world).await;
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    world.events().await;
    let ask = "query($text: String!, $first: Int, $after: String, $kind: SearchKind) { \
        search(text: $text, first: $first, after: $after, kind: $kind) { totalCount \
        pageInfo { hasNextPage endCursor } edges { score node { __typename \
        ... on Need { id } ... on Offer { id } } } } }";
    let nobody = world.nobody();
    let all = nobody.send(ask, json!({ "text": "recuperar calor de hornos" })).await.root().clone();
    assert_eq!(all["totalCount"], 2);
    let scores: Vec<_> = all["edges"].as_array().unwrap().iter().map(|e| &e["score"]).collect();
    assert!(scores[0].as_u64() >= scores[1].as_u64(), "the best first: {scores:?}");
    let mut paged = Vec::new();
    let mut after = Value::Null;
    for more in [true, false] {
        let args = json!({ "text": "recuperar calor de hornos", "first": 1, "after": after });
        let page = nobody.send(ask, args).await.root().clone();
        assert_eq!(page["pageInfo"]["hasNextPage"], more);
        after = page["pageInfo"]["endCursor"].clone();
        paged.push(page["edges"][0].clone());
    }
    assert_eq!(json!(paged), all["edges"]);
    for (kind, id) in [("NEED", &need), ("OFFER", &offer)] {
        let args = json!({ "text": "HORNO", "kind": kind });
        let one = nobody.send(ask, args).await.root()["edges"].clone();
        assert_eq!(one[0]["node"]["id"], json!(id), "{one:#}");
        assert_eq!(one.as_array().unwrap().len(), 1);
    }
    // What the network alone reads: 400 kW and carbide foam.
    for text in ["recuperador de 400 kW chimenea", "espuma de carburo"] {
        let args = json!({ "text": text.split(' ').next_back() });
        assert_eq!(nobody.send(ask, args.clone()).await.root()["totalCount"], 0, "{text}");
        assert_eq!(liaison.send(ask, args).await.root()["totalCount"], 1, "{text}");
    }
    for wrong in [
        json!({ "text": " " }),
        json!({ "text": "x", "first": 101 }),
        json!({ "text": "x", "after": "x.y" }),
        json!({ "text": "x".repeat(501) }),
    ] {
        assert_eq!(nobody.send(ask, wrong).await.code(), "BAD_USER_INPUT");
    }
}

async fn one_instance_leads_and_another_takes_over(world: &World) {
    let (need, _, liaison) = pair(world).await;
    let other = world.another_instance().await;
    world.settled().await;
    assert_eq!(follow(&world.service, "one").await.unwrap(), 2);
    world.settled().await;
    assert_eq!(follow(&other, "two").await.unwrap(), 0, "one leads");
    assert_eq!(world.events().await, ["NEED_MATCHED"]);
    let held = liaison.need("holdNeed", json!({ "id": need, "expectedVersion": 2, "note": "Ya" }));
    assert_eq!(held.await.outcome(), "DONE");
    world.pass(TimeDelta::seconds(30));
    world.settled().await;
    assert_eq!(follow(&other, "two").await.unwrap(), 0, "one's lease has not ended");
    world.pass(TimeDelta::microseconds(1));
    world.settled().await;
    assert_eq!(follow(&other, "two").await.unwrap(), 1, "two takes over where one stopped");
    assert_eq!(world.events().await, ["NEED_HELD", "NEED_MATCHED"]);
    world.settled().await;
    assert_eq!(follow(&world.service, "one").await.unwrap(), 0, "now two leads");
    other.db().clone().close().await.unwrap();
}

async fn of_two_that_start_at_once_one_leads(world: &World) {
    pair(world).await;
    let other = world.another_instance().await;
    world.settled().await;
    let both = futures_util::future::join(follow(&world.service, "one"), follow(&other, "two"));
    let (one, two) = both.await;
    let mut done = [one.unwrap(), two.unwrap()];
    done.sort_unstable();
    assert_eq!(done, [0, 2], "one did it all");
    assert_eq!(world.events().await, ["NEED_MATCHED"]);
    other.db().clone().close().await.unwrap();
}

const WORK: &str = "query($filter: MatchFilter) { matches(filter: $filter) { totalCount nodes { \
    id version status source actions decidedBy { id } dismissedReason need { id } offer { id } \
    history { from to reason note } } } }";

/// The work list of somebody, as far as `filter` leaves it.
async fn work(person: &Person<'_>, filter: Value) -> Vec<Value> {
    let answer = person.send(WORK, json!({ "filter": filter })).await;
    answer.root()["nodes"].as_array().expect("a list").clone()
}

/// A match goes from the engine to the work lists, is taken up, waits while one of its two is
/// away, and is put aside for good.
async fn intermediaries_decide_about_matches(world: &World) {
    let (need, offer, liaison) = pair(world).await;
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    world.events().await;
    let ott = offer_row(world, &offer).await.ott_id;
    let officer = world.person(Role::OttOfficer, ott).await;
    let mine = work(&officer, json!({})).await;
    let (id, one) = (mine[0]["id"].clone(), &mine[0]);
    assert_eq!((mine.len(), &one["status"]), (1, &json!("SUGGESTED")));
    assert_eq!(one["actions"], json!(["shortlistMatch", "dismissMatch"]));
    assert_eq!(work(&liaison, json!({ "need": need })).await[0]["id"], id);

    let at = |version: i32| json!({ "id": id, "expectedVersion": version });
    let stale = officer.matched("shortlistMatch", at(2)).await;
    assert_eq!(stale.outcome(), "STALE_OBJECT input.expectedVersion");
    let taken = officer.matched("shortlistMatch", at(1)).await;
    assert_eq!(taken.root()["match"]["status"], "SHORTLISTED");
    assert_eq!(taken.root()["match"]["decidedBy"]["id"], json!(ott.to_string()));
    assert_eq!(liaison.matched("shortlistMatch", at(2)).await.outcome(), "ILLEGAL_STATE");
    assert_eq!(world.events().await, ["MATCH_SHORTLISTED"]);

    // While the need is away, its match is set aside; then it is where it was.
    let told = |verb: &str, version: i32| {
        let mut told = input(verb, &need);
        told["expectedVersion"] = json!(version);
        told
    };
    liaison.need("holdNeed", told("holdNeed", 2)).await.data();
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    assert_eq!(world.events().await, ["NEED_HELD", "MATCH_SET_ASIDE"]);
    let aside = work(&officer, json!({ "status": ["STALE"] })).await;
    assert_eq!(
        (&aside[0]["id"], &aside[0]["need"]),
        (&id, &Value::Null),
        "held needs are not seen"
    );
    liaison.need("resumeNeed", told("resumeNeed", 3)).await.data();
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    assert_eq!(world.events().await, ["NEED_RESUMED", "MATCH_TAKEN_UP_AGAIN"]);
    assert_eq!(found(&liaison, &need).await[0]["status"], "SHORTLISTED");

    // Put aside for good: with a reason, which is counted, and never suggested again.
    let mut dismissal = at(4);
    dismissal["reason"] = json!("EARLY_STAGE");
    dismissal["note"] = json!(" ");
    let blank = liaison.matched("dismissMatch", dismissal.clone()).await;
    assert_eq!(blank.outcome(), "REQUIRED input.note");
    dismissal["note"] = json!("Hornos del Valle ya compró otro");
    let named = liaison.matched("dismissMatch", dismissal.clone()).await;
    assert_eq!(named.outcome(), "BLIND_CHECK", "the office does not know whose need it is");
    dismissal["note"] = json!("Aún no está probado en planta");
    let done = liaison.matched("dismissMatch", dismissal).await.root()["match"].clone();
    assert_eq!(
        (&done["status"], &done["dismissedReason"]),
        (&json!("DISMISSED"), &json!("EARLY_STAGE"))
    );
    assert_eq!(done["actions"], json!([]));
    let steps: Vec<_> = done["history"].as_array().unwrap().iter().map(|s| &s["to"]).collect();
    assert_eq!(steps, ["SHORTLISTED", "STALE", "SHORTLISTED", "DISMISSED"]);
    liaison.need("holdNeed", told("holdNeed", 4)).await.data();
    liaison.need("resumeNeed", told("resumeNeed", 5)).await.data();
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    assert_eq!(found(&liaison, &need).await.len(), 0, "a dismissed pair is not suggested again");
    let again = json!({ "need": need, "offer": offer });
    assert_eq!(officer.matched("proposeMatch", again).await.outcome(), "DUPLICATE");
    let counts = "{ matchCounts(by: [DISMISSED_REASON]) { count dismissedReason } }";
    let right = json!([{ "count": 1, "dismissedReason": "EARLY_STAGE" }]);
    assert_eq!(*officer.send(counts, json!({})).await.root(), right);
    for by in ["[]", "[STATUS, STATUS]", "[STATUS, SOURCE, DISMISSED_REASON]"] {
        let ask = format!("{{ matchCounts(by: {by}) {{ count }} }}");
        assert_eq!(officer.send(&ask, json!({})).await.code(), "BAD_USER_INPUT");
    }
    assert_eq!(world.events().await, ["MATCH_DISMISSED", "NEED_HELD", "NEED_RESUMED"]);
}

/// A pair that the engine did not find is proposed by one of its intermediaries.
async fn a_pair_is_proposed(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let held = world.offer(&cast, OfferStatus::OnHold).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let other = world.person(Role::OttManager, cast.other_ott).await;
    // The index hears of the offer.
    let told = json!({ "id": offer.id.to_string(), "expectedVersion": 1, "note": "Un momento" });
    officer.offer("holdOffer", told).await.data();
    let told = json!({ "id": offer.id.to_string(), "expectedVersion": 2 });
    officer.offer("resumeOffer", told).await.data();
    world.settled().await;
    world.service.catch_up().await.unwrap();
    world.events().await;
    let input = |offer: &entity::offer::Model| json!({ "need": need.id.to_string(), "offer": offer.id.to_string() });
    assert_eq!(other.matched("proposeMatch", input(&offer)).await.outcome(), "FORBIDDEN");
    let closed = officer.matched("proposeMatch", input(&held)).await;
    assert_eq!(closed.outcome(), "ILLEGAL_STATE input.offer");
    let both = futures_util::future::join(
        officer.matched("proposeMatch", input(&offer)),
        liaison.matched("proposeMatch", input(&offer)),
    );
    let (one, two) = both.await;
    let mut outcomes = [one.outcome(), two.outcome()];
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["DONE", "DUPLICATE"], "of two at once one proposes");
    assert_eq!(world.events().await, ["MATCH_PROPOSED"]);
    let found = work(&liaison, json!({ "status": ["SUGGESTED"] })).await;
    assert!(["OFFICER", "LIAISON"].contains(&found[0]["source"].as_str().unwrap()));
    assert!(work(&other, json!({})).await.is_empty());
    // What the engine finds later does not take its place.
    let id = found[0]["id"].clone();
    let told = json!({ "id": need.id.to_string(), "expectedVersion": 1, "note": "Un momento" });
    liaison.need("holdNeed", told).await.data();
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    let aside = work(&liaison, json!({ "status": ["STALE"] })).await;
    assert_eq!((aside.len(), &aside[0]["id"]), (1, &id), "what was proposed waits as well");
    let told = json!({ "id": need.id.to_string(), "expectedVersion": 2 });
    liaison.need("resumeNeed", told).await.data();
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    let found = work(&liaison, json!({})).await;
    assert_eq!((found.len(), &found[0]["id"]), (1, &id));
    assert_eq!(found[0]["status"], "SUGGESTED");
    // Whoever stands on neither side is told that the two fit, and not one word more.
    let ask = "query($id: ID!) { match(id: $id) { score status version decidedBy { id } \
        disclosureLevel history { to } } }";
    let told = other.send(ask, json!({ "id": id })).await.root().clone();
    assert_eq!(told["disclosureLevel"], "NETWORK");
    for field in ["status", "version", "decidedBy", "history"] {
        assert!(told[field].is_null(), "{field}");
    }
    world.events().await;
}

async fn offer_row(world: &World, id: &str) -> entity::offer::Model {
    let id: entity::OfferId = id.parse().expect("an id");
    let row = entity::offer::Entity::find_by_id(id).one(world.db().read()).await;
    row.expect("an answer").expect("an offer")
}
