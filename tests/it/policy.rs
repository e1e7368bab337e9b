//! What the policy's tables say is what the mutations do: every verb, tried by
//! everybody, in every status.

use api::policy::{
    Action, AgreementAction, InterestAction, MatchAction, NeedAction, OfferAction, Resource, Viewer,
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    AgreementStatus, AgreementType, InterestDirection, InterestStatus, MatchStatus, NeedStatus,
    OfferStatus, agreement, confidant, interest, match_,
};
use sea_orm::{ActiveEnum, EntityTrait, Iterable};
use serde_json::{Value, json};
use tests::{Answer, Cast, Person, World, records};

tests::stories!(
    every_verb_of_needs_by_everybody_in_every_status,
    every_verb_of_offers_by_everybody_in_every_status,
    every_verb_of_matches_by_everybody_in_every_status,
    every_verb_of_interests_by_everybody_in_every_status,
    every_verb_of_agreements_by_everybody_in_every_status,
    lists_and_ids_show_what_the_rules_show,
    interests_show_what_the_rules_show,
    agreements_show_what_the_rules_show,
    what_agreements_open_is_what_the_rules_say,
    matches_show_what_the_rules_show,
);

/// What the tables say about one attempt.
fn expected<A: Action>(action: A, viewer: &Viewer, row: &A::On, possible: bool) -> &'static str {
    match row.level(viewer) {
        None => "NOT_FOUND",
        Some(_) if action.permitted(viewer, row) && possible => "DONE",
        Some(_) if action.permitted(viewer, row) => "ILLEGAL_STATE",
        Some(_) if viewer.person.is_none() => "UNAUTHENTICATED",
        Some(_) => "FORBIDDEN",
    }
}

/// An input that is right for any verb, made of what its input type takes.
pub(crate) fn input(verb: &str, id: &str) -> Value {
    let mut input = json!({ "id": id, "expectedVersion": 1 });
    let more = match verb {
        "returnNeed" | "closeNeed" | "returnOffer" | "retireOffer" | "dismissMatch"
        | "rejectInterest" | "declineInterest" | "closeInterest" => {
            json!({ "reason": "OTHER", "note": "Por esto" })
        }
        "holdNeed"
        | "withdrawNeed"
        | "holdOffer"
        | "requestInterestInformation"
        | "provideInterestInformation"
        | "withdrawInterest"
        | "waiveInterestNda"
        | "returnAgreement"
        | "reopenAgreement"
        | "suspendAgreement"
        | "completeAgreement"
        | "terminateAgreement"
        | "cancelAgreement" => json!({ "note": "Por esto" }),
        "evaluateInterest" => json!({ "evaluation": { "es": "Encajan" } }),
        "rateInterest" => json!({ "rating": 5 }),
        "overrideEligibility" => json!({ "eligibility": "NOT_RECOMMENDED", "note": "Por esto" }),
        "fulfilNeed" => json!({ "outcome": { "es": "Menos gas" }, "evidence": { "es": "Acta" } }),
        _ => json!({}),
    };
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// Counts what was tried, and what came of it.
#[derive(Default)]
struct Tally {
    tried: usize,
    done: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// Whether it was done.
    fn add(&mut self, what: String, expected: &str, answer: &Answer) -> bool {
        let outcome = answer.outcome();
        self.tried += 1;
        if outcome != expected {
            self.wrong.push(format!("{what}: {outcome}, not {expected}"));
        }
        let done = outcome == "DONE";
        self.done += usize::from(done);
        done
    }

    async fn end(self, world: &World, noun: &str) {
        println!("{noun}: {} attempts, {} done", self.tried, self.done);
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert_eq!(world.events().await.len(), self.done, "what was refused left no event");
    }
}

/// Every record here is as old as it takes for each verb that waits for its time.
struct Age {
    ended: DateTime<Utc>,
    published: DateTime<Utc>,
    expires: DateTime<Utc>,
}

impl Age {
    fn at(now: DateTime<Utc>) -> Self {
        let ago = |days| now - TimeDelta::days(days);
        Self { ended: ago(90), published: ago(730), expires: ago(-10) }
    }
}

async fn every_verb_of_needs_by_everybody_in_every_status(world: &World) {
    let cast: Cast = world.cast().await;
    let consent = records::consent(cast.company, entity::ConsentPurpose::Publication, world.now());
    world.put(consent).await;
    let people: Vec<(&str, Person<'_>)> = cast.people(world).await;
    let age = Age::at(world.now());
    let mut tally = Tally::default();
    for status in NeedStatus::iter() {
        let mut row = records::need(&cast, status, world.now());
        row.ended_at = row.ended_at.map(|_| age.ended);
        row.first_published_at = row.first_published_at.map(|_| age.published);
        row.expires_at = row.expires_at.map(|_| age.expires);
        world.put(row.clone()).await;
        for action in NeedAction::iter() {
            if matches!(action, NeedAction::Draft | NeedAction::Expire) {
                continue;
            }
            let input = input(action.mutation(), &row.id.to_string());
            for (name, person) in &people {
                let possible = action.from().contains(&status);
                let expected = expected(action, &person.viewer(), &row, possible);
                let answer = person.need(action.mutation(), input.clone()).await;
                let what = format!("{} {} {name}", action.mutation(), status.to_value());
                if tally.add(what, expected, &answer) {
                    world.overwrite(row.clone()).await;
                }
            }
        }
    }
    tally.end(world, "needs").await;
}

async fn every_verb_of_offers_by_everybody_in_every_status(world: &World) {
    let cast: Cast = world.cast().await;
    let people: Vec<(&str, Person<'_>)> = cast.people(world).await;
    let age = Age::at(world.now());
    let mut tally = Tally::default();
    for status in OfferStatus::iter() {
        let mut row = records::offer(&cast, status, world.now());
        row.ended_at = row.ended_at.map(|_| age.ended);
        row.first_published_at = row.first_published_at.map(|_| age.published);
        row.expires_at = row.expires_at.map(|_| age.expires);
        world.put(row.clone()).await;
        let assignment = negotiated(world, &cast, &row).await;
        for action in OfferAction::iter() {
            // What the service does by itself has no mutation.
            if matches!(action, OfferAction::Draft | OfferAction::Expire | OfferAction::Archive) {
                continue;
            }
            // What is taken by an agreement in force is moved, and does nothing else.
            let taken = action == OfferAction::Transfer;
            let status_of = if taken { AgreementStatus::Active } else { AgreementStatus::Approved };
            world.overwrite(agreement::Model { status: status_of, ..assignment.clone() }).await;
            let input = input(action.mutation(), &row.id.to_string());
            for (name, person) in &people {
                let possible = action.from().contains(&status);
                let expected = expected(action, &person.viewer(), &row, possible);
                let answer = person.offer(action.mutation(), input.clone()).await;
                let what = format!("{} {} {name}", action.mutation(), status.to_value());
                if tally.add(what, expected, &answer) {
                    world.overwrite(row.clone()).await;
                }
            }
        }
    }
    tally.end(world, "offers").await;
}

/// Somebody talks about terms for an offer, and somebody has a right to it alone.
pub(crate) async fn negotiated(
    world: &World,
    cast: &Cast,
    offer: &entity::offer::Model,
) -> agreement::Model {
    let need = world.need(cast, NeedStatus::Published).await;
    let (direction, status) = (InterestDirection::OfferToNeed, InterestStatus::Negotiation);
    let interest = records::interest(&need, offer, direction, status, world.now());
    world.put(interest.clone()).await;
    let kind = AgreementType::AssignmentAgreement;
    let row = records::agreement(&interest, kind, AgreementStatus::Active, world.now());
    world.agree(&row).await;
    row
}

async fn every_verb_of_agreements_by_everybody_in_every_status(world: &World) {
    let cast: Cast = world.cast().await;
    let people: Vec<(&str, Person<'_>)> = cast.people(world).await;
    let colleagues = [
        (cast.company, world.person(entity::Role::MemberUser, cast.company).await),
        (cast.ott, world.person(entity::Role::OttOfficer, cast.ott).await),
    ];
    let mut tally = Tally::default();
    for (first, interest) in agreements(world, &cast).await {
        let status = first.status;
        for action in AgreementAction::iter() {
            // What follows from something else has no mutation.
            let Some(verb) = action.mutation().filter(|_| action != AgreementAction::Draft) else {
                continue;
            };
            // One for each verb: whoever revised it may not approve it.
            let mut row = records::agreement(&interest, first.kind, status, world.now());
            if action == AgreementAction::Complete {
                row.commitments = entity::Commitments::default();
            }
            world.agree(&row).await;
            let parties = records::parties(&row);
            let confidants = colleagues.each_ref().map(|(organization, person)| {
                records::confidant(&row, person.id.unwrap(), *organization, world.now())
            });
            for confidant in &confidants {
                world.put(confidant.clone()).await;
            }
            for (name, person) in &people {
                // Each speaks for its own party, if it is one.
                let office = person.grants.iter().any(|grant| grant.organization == cast.ott);
                let (own, colleague) = &colleagues[usize::from(office)];
                let more = match verb {
                    "approveAgreement" => json!({ "party": own.to_string() }),
                    "signAgreement" => json!({ "party": own.to_string(), "sha256": row.sha256 }),
                    "nameConfidant" => json!({ "party": own.to_string(),
                        "person": colleague.id.unwrap().to_string() }),
                    "removeConfidant" => json!({ "person": colleague.id.unwrap().to_string() }),
                    "startCommitment" => json!({ "number": usize::from(office) + 1 }),
                    "keepCommitment" | "dropCommitment" => json!({
                        "number": usize::from(office) + 1, "evidence": { "es": "Acta" } }),
                    _ => json!({}),
                };
                let mut input = input(verb, &row.id.to_string());
                input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                let possible = action.from().contains(&status);
                let expected = expected(action, &person.viewer(), &row, possible);
                let answer = person.agreement(verb, input).await;
                let what = format!("{verb} {} {name}", status.to_value());
                if tally.add(what, expected, &answer) {
                    world.overwrite(row.clone()).await;
                    for party in &parties {
                        world.overwrite(party.clone()).await;
                    }
                    confidant::Entity::delete_many().exec(world.db().write()).await.unwrap();
                    for confidant in &confidants {
                        world.put(confidant.clone()).await;
                    }
                }
            }
            confidant::Entity::delete_many().exec(world.db().write()).await.unwrap();
        }
    }
    tally.end(world, "agreements").await;
}

/// A non-disclosure agreement in each status, drafted by the company, with its interest.
async fn agreements(world: &World, cast: &Cast) -> Vec<(agreement::Model, interest::Model)> {
    let mut rows = Vec::new();
    for status in AgreementStatus::iter() {
        let need = world.need(cast, NeedStatus::Published).await;
        let offer = world.offer(cast, OfferStatus::Published).await;
        let direction = InterestDirection::OfferToNeed;
        let accepted = InterestStatus::Accepted;
        let interest = records::interest(&need, &offer, direction, accepted, world.now());
        world.put(interest.clone()).await;
        let kind = AgreementType::MutualNda;
        let row = records::agreement(&interest, kind, status, world.now());
        world.agree(&row).await;
        rows.push((row, interest));
    }
    rows
}

async fn every_verb_of_matches_by_everybody_in_every_status(world: &World) {
    let cast: Cast = world.cast().await;
    let people: Vec<(&str, Person<'_>)> = cast.people(world).await;
    let mut tally = Tally::default();
    for row in matches(world, &cast).await {
        let status = row.status;
        for action in MatchAction::iter() {
            // What follows from something else has no mutation.
            let Some(verb) = action.mutation().filter(|_| action != MatchAction::Propose) else {
                continue;
            };
            let input = input(verb, &row.id.to_string());
            for (name, person) in &people {
                let possible = action.from().contains(&status);
                let expected = expected(action, &person.viewer(), &row, possible);
                let answer = person.matched(verb, input.clone()).await;
                let what = format!("{verb} {} {name}", status.to_value());
                if tally.add(what, expected, &answer) {
                    world.overwrite(row.clone()).await;
                }
            }
        }
    }
    tally.end(world, "matches").await;
}

async fn every_verb_of_interests_by_everybody_in_every_status(world: &World) {
    let cast: Cast = world.cast().await;
    let consent =
        records::consent(cast.company, entity::ConsentPurpose::Representation, world.now());
    world.put(consent).await;
    // Without an answer there is nothing to decide against.
    world.put(records::assessment(cast.company, cast.chamber, 2, world.now())).await;
    let people: Vec<(&str, Person<'_>)> = cast.people(world).await;
    let mut tally = Tally::default();
    for row in interests(world, &cast, false).await {
        let status = row.status;
        for action in InterestAction::iter() {
            // What the service alone does has no mutation.
            let Some(verb) = action.mutation().filter(|_| action != InterestAction::Draft) else {
                continue;
            };
            let input = input(verb, &row.id.to_string());
            for (name, person) in &people {
                let possible = action.from().contains(&status);
                let expected = expected(action, &person.viewer(), &row, possible);
                let answer = person.interest(verb, input.clone()).await;
                let what = format!("{verb} {} {:?} {name}", status.to_value(), row.direction);
                if tally.add(what, expected, &answer) {
                    world.overwrite(row.clone()).await;
                }
            }
        }
    }
    tally.end(world, "interests").await;
}

/// An expression of interest in each status, from both sides; each in something else.
async fn interests(world: &World, cast: &Cast, anonymous: bool) -> Vec<interest::Model> {
    let mut rows = Vec::new();
    for direction in InterestDirection::iter() {
        for status in InterestStatus::iter() {
            let need = world.need(cast, NeedStatus::Published).await;
            let offer = world.offer(cast, OfferStatus::Published).await;
            let row = records::interest(&need, &offer, direction, status, world.now());
            let row = interest::Model { anonymous, ..row };
            world.put(row.clone()).await;
            rows.push(row);
        }
    }
    rows
}

/// Expressions of interest are there for their parties; who the other one is, in steps.
async fn interests_show_what_the_rules_show(world: &World) {
    let cast = world.cast().await;
    let mut rows = interests(world, &cast, false).await;
    rows.extend(interests(world, &cast, true).await);
    let one = "query($id: ID!) { interest(id: $id) { disclosureLevel company { id } ott { id } } \
        node(id: $id) { id } }";
    let list = "{ interests(first: 100) { totalCount nodes { id disclosureLevel } } }";
    let counts = "{ interestCounts(by: [STATUS, DIRECTION]) { count } }";
    for (name, person) in cast.people(world).await {
        let viewer = person.viewer();
        let mut right = Vec::new();
        for row in &rows {
            let found = person.send(one, json!({ "id": row.id.to_string() })).await.data().clone();
            let level = row.level(&viewer);
            let told = level.map(|level| level.to_value());
            let what = format!("{name} {:?} {:?}", row.direction, row.status);
            assert_eq!(found["interest"]["disclosureLevel"].as_str(), told.as_deref(), "{what}");
            assert_eq!(found["node"].is_null(), level.is_none(), "{what}");
            let company = level >= Some(entity::DisclosureLevel::Introduced);
            assert_eq!(found["interest"]["company"]["id"].is_null(), !company, "{what}");
            let ott = level >= Some(entity::DisclosureLevel::Network);
            assert_eq!(found["interest"]["ott"]["id"].is_null(), !ott, "{what}");
            right.extend(told.map(|told| (row.id.to_string(), told)));
        }
        let (found, counted) =
            (person.send(list, json!({})).await, person.send(counts, json!({})).await);
        if !viewer.is_member() {
            let code = if person.id.is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
            assert_eq!((found.code(), counted.code()), (code, code), "{name}");
            continue;
        }
        assert_eq!(found.root()["totalCount"], right.len(), "{name}");
        let text = |node: &Value, field: &str| node[field].as_str().unwrap().to_owned();
        let nodes = found.root()["nodes"].as_array().unwrap().iter();
        let mut listed: Vec<_> =
            nodes.map(|node| (text(node, "id"), text(node, "disclosureLevel"))).collect();
        listed.sort_unstable();
        right.sort_unstable();
        assert_eq!(listed, right, "{name}");
        let sum: u64 =
            counted.root().as_array().unwrap().iter().map(|c| c["count"].as_u64().unwrap()).sum();
        let sent = rows.iter().filter(|row| row.submitted_at.is_some()).count();
        let counts = if viewer.is_any(entity::Role::NetworkAdmin) { sent } else { right.len() };
        assert_eq!(sum, counts as u64, "{name}");
    }
}

/// Agreements are there for their parties, their chamber follows, the network knows what all
/// parties let it know.
async fn agreements_show_what_the_rules_show(world: &World) {
    let cast = world.cast().await;
    let mut rows = Vec::new();
    for (row, interest) in agreements(world, &cast).await {
        let kind = AgreementType::MemorandumOfUnderstanding;
        let public = records::agreement(&interest, kind, row.status, world.now());
        let public = agreement::Model { published: public.active_at.is_some(), ..public };
        world.agree(&public).await;
        rows.extend([row, public]);
    }
    let one =
        "query($id: ID!) { agreement(id: $id) { disclosureLevel text } node(id: $id) { id } }";
    let list = "{ agreements(first: 100) { totalCount nodes { id disclosureLevel } } \
        mine: agreements(first: 100, filter: { mine: true }) { totalCount nodes { id } } }";
    let counts = "{ agreementCounts(by: [STATUS]) { count } }";
    for (name, person) in cast.people(world).await {
        let viewer = person.viewer();
        let mut right = Vec::new();
        for row in &rows {
            let found = person.send(one, json!({ "id": row.id.to_string() })).await.data().clone();
            let level = row.level(&viewer);
            let told = level.map(|level| level.to_value());
            let what = format!("{name} {:?} {}", row.status, row.published);
            assert_eq!(found["agreement"]["disclosureLevel"].as_str(), told.as_deref(), "{what}");
            assert_eq!(found["node"].is_null(), level.is_none(), "{what}");
            let text = level == Some(entity::DisclosureLevel::Contract);
            assert_eq!(found["agreement"]["text"].is_null(), !text, "{what}");
            right.extend(told.map(|told| (row.id.to_string(), told)));
        }
        let (found, counted) =
            (person.send(list, json!({})).await, person.send(counts, json!({})).await);
        if !viewer.is_member() {
            let code = if person.id.is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
            assert_eq!((found.code(), counted.code()), (code, code), "{name}");
            continue;
        }
        let found = found.data();
        let mut listed: Vec<_> = found["agreements"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| {
                let text = |field: &str| node[field].as_str().unwrap().to_owned();
                (text("id"), text("disclosureLevel"))
            })
            .collect();
        listed.sort_unstable();
        right.sort_unstable();
        assert_eq!(listed, right, "{name}");
        assert_eq!(found["agreements"]["totalCount"], right.len(), "{name}");
        let own = right.iter().filter(|(_, level)| level != "NETWORK").count();
        assert_eq!(found["mine"]["totalCount"], own, "{name}");
        let sum: u64 =
            counted.root().as_array().unwrap().iter().map(|c| c["count"].as_u64().unwrap()).sum();
        let watches = [entity::Role::NetworkAdmin, entity::Role::Analyst];
        let watches = watches.into_iter().any(|role| viewer.is_any(role));
        let active = rows.iter().filter(|row| row.active_at.is_some()).count();
        assert_eq!(sum, if watches { active } else { own } as u64, "{name}");
    }
}

/// What is confidential opens under a non-disclosure agreement in force, to the people who were
/// named, on the records of an interest in force: every kind and status of agreement, every
/// status of interest, named and not.
async fn what_agreements_open_is_what_the_rules_say(world: &World) {
    let cast = world.cast().await;
    let people = cast.people(world).await;
    let direction = InterestDirection::OfferToNeed;
    let mut tried = 0;
    let mut opened = 0;
    let ask = "query($n: ID!, $o: ID!, $i: ID!) { need(id: $n) { disclosureLevel } \
        offer(id: $o) { disclosureLevel } interest(id: $i) { disclosureLevel } }";
    let kinds = [AgreementType::MutualNda, AgreementType::ExclusiveLicence];
    let standing = InterestStatus::iter().flat_map(|interest| {
        kinds.into_iter().map(move |kind| (interest, kind, AgreementStatus::Active))
    });
    let ending = AgreementStatus::iter().flat_map(|status| {
        kinds.into_iter().map(move |kind| (InterestStatus::Negotiation, kind, status))
    });
    for (standing, kind, status) in standing.chain(ending) {
        let need = world.need(&cast, NeedStatus::Published).await;
        let offer = world.offer(&cast, OfferStatus::Published).await;
        let interest = records::interest(&need, &offer, direction, standing, world.now());
        world.put(interest.clone()).await;
        let row = records::agreement(&interest, kind, status, world.now());
        world.agree(&row).await;
        // Everybody who may speak for a party is named, all but the officer.
        for (name, person) in &people {
            let own = [cast.company, cast.ott]
                .into_iter()
                .find(|own| person.grants.iter().any(|grant| grant.organization == *own));
            let (Some(own), Some(person)) = (own, person.id) else { continue };
            if *name == "officer of the office" {
                continue;
            }
            world.put(records::confidant(&row, person, own, world.now())).await;
        }
        let in_force = api::policy::IN_FORCE.contains(&standing);
        let nda = kind == AgreementType::MutualNda && status == AgreementStatus::Active && in_force;
        let contract = kind != AgreementType::MutualNda && status == AgreementStatus::Active;
        for (name, person) in &people {
            tried += 1;
            let ids = json!({ "n": need.id.to_string(), "o": offer.id.to_string(),
                "i": interest.id.to_string() });
            let found = person.send(ask, ids).await.data().clone();
            let level = |of: &str| found[of]["disclosureLevel"].as_str().map(str::to_owned);
            let what = format!("{name}: {standing:?} {kind:?} {status:?}");
            let company = *name == "member of the company";
            let (officer, manager) =
                (*name == "officer of the office", *name == "manager of the office");
            let confidential = nda && manager;
            assert_eq!(level("need") == Some("CONFIDENTIAL".into()), confidential, "{what}");
            let confidential = nda && company;
            assert_eq!(level("offer") == Some("CONFIDENTIAL".into()), confidential, "{what}");
            let accepted = interest.accepted_at.is_some();
            let by_contract = contract && accepted && (company || officer || manager);
            let by_nda = nda && (company || manager);
            let right = if by_contract {
                Some("CONTRACT".to_owned())
            } else if by_nda {
                Some("CONFIDENTIAL".to_owned())
            } else {
                interest.level(&person.viewer()).map(|level| level.to_value())
            };
            assert_eq!(level("interest"), right, "{what}");
            opened += usize::from(by_contract || by_nda);
        }
    }
    println!("what agreements open: {tried} looks, {opened} opened");
    assert!(opened > 30, "{opened}");
}

/// A match in each status, between records that are on the network.
async fn matches(world: &World, cast: &Cast) -> Vec<match_::Model> {
    let offer = world.offer(cast, OfferStatus::Published).await;
    let mut rows = Vec::new();
    for status in MatchStatus::iter() {
        let need = world.need(cast, NeedStatus::Published).await;
        let row = match_::Model { status, ..records::suggestion(&need, &offer) };
        world.put(row.clone()).await;
        rows.push(row);
    }
    rows
}

/// What came of a match is there for its sides, that it fits for all members.
async fn matches_show_what_the_rules_show(world: &World) {
    let cast = world.cast().await;
    let rows = matches(world, &cast).await;
    let one = "query($id: ID!) { match(id: $id) { disclosureLevel status } }";
    let list = "{ matches(first: 100) { totalCount nodes { id disclosureLevel status } } }";
    let counts = "{ matchCounts(by: [STATUS]) { count status } }";
    for (name, person) in cast.people(world).await {
        let viewer = person.viewer();
        for row in &rows {
            let found = person.send(one, json!({ "id": row.id.to_string() })).await.root().clone();
            let right = row.level(&viewer).map(|level| level.to_value());
            assert_eq!(found["disclosureLevel"].as_str(), right.as_deref(), "{name} {row:?}");
            let watches = viewer.is_any(entity::Role::NetworkAdmin);
            let told = right.filter(|right| right == "INTRODUCED" || watches);
            let told = told.map(|_| row.status.to_value());
            assert_eq!(found["status"].as_str(), told.as_deref(), "{name} {row:?}");
        }
        let (found, counted) =
            (person.send(list, json!({})).await, person.send(counts, json!({})).await);
        if !viewer.is_member() {
            let code = if person.id.is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
            assert_eq!((found.code(), counted.code()), (code, code), "{name}");
            continue;
        }
        let introduced = Some(entity::DisclosureLevel::Introduced);
        let own = rows.iter().filter(|row| row.level(&viewer) == introduced).count();
        let watches = viewer.is_any(entity::Role::NetworkAdmin);
        let decided = if watches { rows.len() } else { own };
        assert_eq!(found.root()["totalCount"], own, "{name}");
        assert_eq!(found.root()["nodes"].as_array().unwrap().len(), own, "{name}");
        assert_eq!(counted.root().as_array().unwrap().len(), decided, "{name}");
    }
}

const LISTS: &str = "{ needs(first: 100) { totalCount nodes { id disclosureLevel } } \
    offers(first: 100) { totalCount nodes { id disclosureLevel } } \
    myNeeds: needs(first: 100, filter: { mine: true }) { totalCount nodes { id disclosureLevel } } \
    myOffers: offers(first: 100, filter: { mine: true }) { totalCount nodes { id disclosureLevel } } }";
const ONE: &str = "query($id: ID!) { node(id: $id) { id \
    ... on Need { disclosureLevel } ... on Offer { disclosureLevel } } }";

type Rule = Box<dyn Fn(&Viewer) -> Option<entity::DisclosureLevel>>;

/// The form of a rule for rows in the database says what its form for a row in hand says.
async fn lists_and_ids_show_what_the_rules_show(world: &World) {
    let cast = world.cast().await;
    let mut rows: Vec<(String, Rule)> = Vec::new();
    for status in NeedStatus::iter() {
        for (company, region, delegation) in [
            (cast.company, Some(cast.north), Some(cast.northern)),
            (cast.ally, Some(cast.south), Some(cast.southern)),
            (cast.company, None, None),
        ] {
            let mut row = records::need(&cast, status, world.now());
            (row.company_id, row.region_id, row.delegation_id) = (company, region, delegation);
            world.put(row.clone()).await;
            rows.push((row.id.to_string(), Box::new(move |viewer| row.level(viewer))));
        }
    }
    for status in OfferStatus::iter() {
        let row = world.offer(&cast, status).await;
        rows.push((row.id.to_string(), Box::new(move |viewer| row.level(viewer))));
    }
    for (name, person) in cast.people(world).await {
        let viewer = person.viewer();
        let level = |level: entity::DisclosureLevel| level.to_value();
        let mut right: Vec<(String, String)> = rows
            .iter()
            .filter_map(|(id, rule)| Some((id.clone(), level(rule(&viewer)?))))
            .collect();
        right.sort_unstable();
        let lists = person.send(LISTS, json!({})).await.data().clone();
        let found = |names: [&str; 2]| {
            let mut found = Vec::new();
            for list in names {
                let nodes = lists[list]["nodes"].as_array().unwrap();
                assert_eq!(lists[list]["totalCount"], nodes.len(), "{name}");
                found.extend(nodes.iter().map(|node| {
                    let text = |field: &str| node[field].as_str().unwrap().to_owned();
                    (text("id"), text("disclosureLevel"))
                }));
            }
            found.sort_unstable();
            found
        };
        assert_eq!(found(["needs", "offers"]), right, "{name}");
        // What is one's own is what one sees more of than the network does.
        right.retain(|(_, level)| !["PUBLIC_BLIND", "NETWORK"].contains(&level.as_str()));
        assert_eq!(found(["myNeeds", "myOffers"]), right, "{name}");
        for (id, rule) in &rows {
            let node = person.send(ONE, json!({ "id": id })).await.root().clone();
            let right = rule(&viewer).map(level);
            assert_eq!(node["disclosureLevel"].as_str(), right.as_deref(), "{name} {id}");
        }
    }
}
