//! How well companies take up technology: who says it, what it comes to, who learns of it, and
//! what follows from it.

use api::matches::follow;
use chrono::TimeDelta;
use entity::{
    AssessmentKind, InterestDirection, InterestStatus, NeedStatus, OfferStatus, OrganizationId,
    Role, assessment, interest, match_, offer,
};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{Answer, Cast, Person, World, records};

use crate::needs::{at, does, drafted, with};

tests::stories!(
    who_records_an_assessment,
    what_is_not_right_is_not_recorded,
    scores_make_a_level,
    an_assessment_counts_for_two_years,
    the_last_assessment_counts,
    whoever_recorded_it_takes_it_back,
    only_who_knows_the_company_learns_its_level,
    a_level_is_in_no_score,
    a_need_asks_for_what_its_company_can_take_up,
    a_technology_suits_a_company_or_not,
    managers_decide_in_spite_of_it,
    outsiders_cannot_tell_what_was_decided,
    the_way_leads_from_level_to_level,
    other_methods_are_told_in_the_nine_dimensions,
    answers_for_many_cost_what_one_costs,
);

const ASSESSMENT: &str = "id kind method assessedOn validUntil total level levelName evidence \
    recordedAt withdrawnAt scores { awareness search coreCompetence strategy assessSelect \
    acquireAbsorb implementUse learn externalLinks }";
const ELIGIBILITY: &str = "eligibility computed companyLevel assessedOn requiredLevel inferred \
    steps reason en: reason(language: EN) overridden { eligibility reason at by }";

/// Scores as an input has them: the same everywhere, but for some.
fn scores(score: i32, but: Value) -> Value {
    with(json!(records::scores(score)), but)
}

/// What a company says of itself today, or what somebody else says.
pub(crate) fn input(company: OrganizationId, more: Value) -> Value {
    let input = json!({ "organization": company.to_string(), "kind": "SELF_ASSESSED",
        "assessedOn": "2026-03-02", "scores": scores(2, json!({})) });
    with(input, more)
}

pub(crate) async fn record(person: &Person<'_>, input: Value) -> Answer {
    let ask = format!(
        "mutation($input: RecordAssessmentInput!) {{ recordAssessment(input: $input) {{ \
        assessment {{ {ASSESSMENT} }} userErrors {{ code field message }} }} }}"
    );
    person.send(&ask, json!({ "input": input })).await
}

pub(crate) async fn withdraw(person: &Person<'_>, id: &Value) -> Answer {
    let ask = format!(
        "mutation($id: ID!) {{ withdrawAssessment(id: $id) {{ assessment {{ {ASSESSMENT} }} \
        userErrors {{ code field message }} }} }}"
    );
    person.send(&ask, json!({ "id": id })).await
}

async fn recorded(person: &Person<'_>, input: Value) -> Value {
    let done = record(person, input).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    done.root()["assessment"].clone()
}

/// By the chamber.
fn by(cast: &Cast, kind: &str, more: Value) -> Value {
    let chamber = json!({ "kind": kind, "chamber": cast.chamber.to_string() });
    input(cast.company, with(chamber, more))
}

async fn read(person: &Person<'_>, company: OrganizationId) -> Value {
    let ask = format!(
        "query($id: ID!) {{ organization(id: $id) {{ disclosureLevel redactedFields \
        assimilation {{ {ASSESSMENT} }} assessments {{ {ASSESSMENT} }} }} }}"
    );
    person.send(&ask, json!({ "id": company.to_string() })).await.root().clone()
}

async fn level(person: &Person<'_>, company: OrganizationId) -> Value {
    read(person, company).await["assimilation"]["level"].clone()
}

async fn count(world: &World) -> u64 {
    assessment::Entity::find().count(world.db().fresh()).await.unwrap()
}

async fn who_records_an_assessment(world: &World) {
    let cast = world.cast().await;
    let mut done = 0;
    let with_chamber =
        ["liaison of the chamber", "liaison, within the region", "admin of the chamber"];
    for (name, person) in cast.people(world).await {
        let otherwise = if person.id.is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
        let right = |may: bool| if may { "DONE" } else { otherwise };
        let own = record(&person, input(cast.company, json!({}))).await;
        assert_eq!(own.outcome(), right(name == "member of the company"), "{name}");
        for kind in ["ASSISTED", "AUDITED"] {
            let audit = record(&person, by(&cast, kind, json!({}))).await;
            assert_eq!(audit.outcome(), right(with_chamber.contains(&name)), "{name}, {kind}");
            // Nobody audits without a chamber, the company least of all.
            let alone = record(&person, input(cast.company, json!({ "kind": kind }))).await;
            assert_eq!(alone.outcome(), otherwise, "{name}, {kind} alone");
        }
    }
    done += 1 + 2 * with_chamber.len();
    assert_eq!(world.events().await, vec!["ASSESSMENT_RECORDED"; done]);
    assert_eq!(count(world).await, done as u64);

    // A chamber assesses its own companies, and companies alone.
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let far = world.person(Role::ChamberLiaison, cast.other_chamber).await;
    world.put(records::affiliation(cast.university, cast.chamber, None, world.now())).await;
    let house = world.person(Role::MemberUser, cast.ott).await;
    let of = |company: OrganizationId, chamber: OrganizationId| {
        input(company, json!({ "kind": "AUDITED", "chamber": chamber.to_string() }))
    };
    let itself = json!({ "kind": "SELF_ASSESSED" });
    for (person, given, right) in [
        (&far, of(cast.company, cast.other_chamber), "INVALID input.organization"),
        (&far, of(cast.company, cast.chamber), "FORBIDDEN"),
        (&liaison, of(cast.other_company, cast.chamber), "INVALID input.organization"),
        (&liaison, of(cast.university, cast.chamber), "INVALID input.organization"),
        (&liaison, by(&cast, "AUDITED", itself), "INVALID input.chamber"),
        (&house, input(cast.ott, json!({})), "INVALID input.organization"),
    ] {
        assert_eq!(record(person, given.clone()).await.outcome(), right, "{given:#}");
    }
    assert_eq!(count(world).await, done as u64, "what is refused leaves nothing");
}

async fn what_is_not_right_is_not_recorded(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let given = |more: Value| input(cast.company, more);
    let wrong = scores(2, json!({ "search": 5, "acquireAbsorb": 0, "externalLinks": -1 }));
    let all = given(json!({ "scores": wrong, "assessedOn": "2026-03-03",
        "evidence": (1..=21).map(|no| format!("Acta {no}")).collect::<Vec<_>>() }));
    assert_eq!(
        record(&member, all).await.user_errors(),
        [
            "INVALID input.scores.search",
            "INVALID input.scores.acquireAbsorb",
            "INVALID input.scores.externalLinks",
            "INVALID input.assessedOn",
            "LIMIT_REACHED input.evidence",
        ],
        "all at once"
    );
    let every = json!(records::scores(0));
    let names: Vec<String> = every
        .as_object()
        .unwrap()
        .keys()
        .map(|name| format!("INVALID input.scores.{name}"))
        .collect();
    let mut told = record(&member, given(json!({ "scores": every }))).await.user_errors();
    told.sort_unstable();
    let mut right = names.clone();
    right.sort_unstable();
    assert_eq!((told, names.len()), (right, 9), "each by the name that the input gives it");
    for (more, right) in [
        (json!({ "assessedOn": "2024-03-01" }), "INVALID input.assessedOn"),
        (json!({ "evidence": ["x".repeat(501)] }), "TOO_LONG input.evidence"),
        (json!({ "chamber": cast.chamber.to_string() }), "FORBIDDEN"),
    ] {
        assert_eq!(record(&member, given(more.clone())).await.outcome(), right, "{more:#}");
    }
    assert_eq!(count(world).await, 0);
}

async fn scores_make_a_level(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    // Nine ones are 9, and each point more is 1 more: 15, 16, 22, 23, 29, 30.
    let upto = |points: i32| {
        let mut scores = scores(1, json!({ "acquireAbsorb": 4, "implementUse": 4 }));
        let mut rest = points - 15;
        for (name, score) in scores.as_object_mut().unwrap() {
            if !["acquireAbsorb", "implementUse"].contains(&name.as_str()) {
                let more = rest.clamp(0, 3);
                *score = json!(1 + more);
                rest -= more;
            }
        }
        scores
    };
    for (kind, scores, total, level, name) in [
        ("AUDITED", upto(15), 15, 1, "UNAWARE"),
        ("AUDITED", upto(16), 16, 2, "REACTIVE"),
        ("AUDITED", upto(22), 22, 2, "REACTIVE"),
        ("AUDITED", upto(23), 23, 3, "STRATEGIC"),
        ("AUDITED", upto(29), 29, 3, "STRATEGIC"),
        ("AUDITED", upto(30), 30, 4, "CREATIVE"),
        // Who does not absorb, or does not put to use, stays low.
        ("AUDITED", scores(4, json!({ "acquireAbsorb": 1 })), 33, 2, "REACTIVE"),
        ("ASSISTED", scores(4, json!({ "implementUse": 2 })), 34, 3, "STRATEGIC"),
        ("ASSISTED", scores(4, json!({ "awareness": 1 })), 33, 4, "CREATIVE"),
        // Nobody calls itself creative.
        ("SELF_ASSESSED", scores(4, json!({})), 36, 3, "STRATEGIC"),
        ("SELF_ASSESSED", scores(4, json!({ "acquireAbsorb": 1 })), 33, 2, "REACTIVE"),
        ("AUDITED", scores(4, json!({})), 36, 4, "CREATIVE"),
    ] {
        let told = if kind == "SELF_ASSESSED" {
            recorded(&member, input(cast.company, json!({ "scores": scores }))).await
        } else {
            recorded(&liaison, by(&cast, kind, json!({ "scores": scores }))).await
        };
        assert_eq!(told["scores"], scores, "they are kept as they were given");
        let seen = (&told["kind"], &told["total"], &told["level"], &told["levelName"]);
        assert_eq!(seen, (&json!(kind), &json!(total), &json!(level), &json!(name)), "{scores}");
    }
    assert_eq!(world.events().await.len(), 12);
}

async fn an_assessment_counts_for_two_years(world: &World) {
    // A leap day has no second anniversary: its month ends a day earlier then.
    world.pass(TimeDelta::days(-3));
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let on = |day: &str| input(cast.company, json!({ "assessedOn": day }));
    let tomorrow = record(&member, on("2026-02-28")).await;
    assert_eq!(tomorrow.outcome(), "INVALID input.assessedOn", "today is the 27th");
    let leap = recorded(&member, on("2024-02-29")).await;
    assert_eq!(leap["validUntil"], "2026-02-28");
    assert_eq!(level(&member, cast.company).await, 2);
    world.pass(TimeDelta::days(1));
    assert_eq!(level(&member, cast.company).await, 2, "on its last day");
    world.pass(TimeDelta::days(1));
    let after = read(&member, cast.company).await;
    assert_eq!(after["assimilation"], Value::Null, "not on the day after");
    assert_eq!(after["assessments"][0]["id"], leap["id"], "it stays on record");
    assert_eq!(record(&member, on("2024-02-29")).await.outcome(), "INVALID input.assessedOn");
    // On any other day it is the same day two years later, which can be recorded until then.
    let plain = recorded(&member, on("2024-03-01")).await;
    assert_eq!(plain["validUntil"], "2026-03-01", "today");
    assert_eq!(level(&member, cast.company).await, 2);
    world.pass(TimeDelta::days(1));
    assert_eq!(level(&member, cast.company).await, Value::Null);
    // The day is that of the country: at two in the morning in Greenwich it is the day before.
    world.pass(TimeDelta::hours(14));
    let early = record(&member, on("2026-03-03")).await;
    assert_eq!(early.outcome(), "INVALID input.assessedOn");
    recorded(&member, on("2026-03-02")).await;
    assert_eq!(world.events().await.len(), 3);
}

async fn the_last_assessment_counts(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let on =
        |day: &str, score: i32| json!({ "assessedOn": day, "scores": scores(score, json!({})) });
    let audited = recorded(&liaison, by(&cast, "AUDITED", on("2026-01-10", 1))).await;
    let later = recorded(&member, input(cast.company, on("2026-01-11", 3))).await;
    assert_eq!(level(&member, cast.company).await, 3, "the later day, whoever said it");
    let assisted = recorded(&liaison, by(&cast, "ASSISTED", on("2026-01-11", 2))).await;
    assert_eq!(level(&member, cast.company).await, 2, "of one day the more thorough");
    let audit = recorded(&liaison, by(&cast, "AUDITED", on("2026-01-11", 4))).await;
    assert_eq!(level(&member, cast.company).await, 4);
    recorded(&member, input(cast.company, on("2026-01-11", 1))).await;
    assert_eq!(level(&member, cast.company).await, 4, "not what is said last");
    let listed = read(&member, cast.company).await["assessments"].clone();
    let days: Vec<_> = listed.as_array().unwrap().iter().map(|row| &row["assessedOn"]).collect();
    assert_eq!(days[0], "2026-01-10", "the first first");
    assert_eq!(days.len(), 5);
    // What was taken back counts no more, and the next best does.
    for (id, by, next) in [
        (&audit, &liaison, json!(2)),
        (&assisted, &liaison, json!(1)),
        (&audited, &liaison, json!(1)),
    ] {
        assert_eq!(withdraw(by, &id["id"]).await.outcome(), "DONE");
        assert_eq!(level(&member, cast.company).await, next);
    }
    assert_eq!(withdraw(&member, &later["id"]).await.outcome(), "DONE");
    let listed = read(&member, cast.company).await["assessments"].clone();
    let kept = listed.as_array().unwrap().iter();
    assert_eq!(kept.filter(|row| row["withdrawnAt"].is_null()).count(), 1);
    assert_eq!(world.events().await.len(), 9);
}

async fn whoever_recorded_it_takes_it_back(world: &World) {
    let cast = world.cast().await;
    let people = cast.people(world).await;
    let own = assessment::Model {
        kind: AssessmentKind::SelfAssessed,
        chamber_id: None,
        ..records::assessment(cast.company, cast.chamber, 2, world.now())
    };
    let audit = assessment::Model {
        region_id: Some(cast.north),
        delegation_id: Some(cast.northern),
        ..records::assessment(cast.company, cast.chamber, 2, world.now())
    };
    world.put(own.clone()).await;
    world.put(audit.clone()).await;
    let (mut done, of_chamber) =
        (0, ["liaison of the chamber", "liaison, within the region", "admin of the chamber"]);
    for (name, person) in &people {
        let company = *name == "member of the company";
        for (row, right) in [
            (&own, if company { "DONE" } else { "NOT_FOUND" }),
            (
                &audit,
                match *name {
                    name if of_chamber.contains(&name) => "DONE",
                    // It reads it, and cannot take it back.
                    _ if company => "FORBIDDEN",
                    _ => "NOT_FOUND",
                },
            ),
        ] {
            let answer = withdraw(person, &json!(row.id)).await;
            assert_eq!(answer.outcome(), right, "{name} {:?}", row.kind);
            if right == "DONE" {
                done += 1;
                let moment = answer.root()["assessment"]["withdrawnAt"].clone();
                assert_eq!(moment, json!("2026-03-02T12:00:00+00:00"));
                let again = withdraw(person, &json!(row.id)).await;
                assert_eq!(again.outcome(), "ILLEGAL_STATE", "{name}: twice");
                world.overwrite(row.clone()).await;
            }
        }
    }
    assert_eq!(world.events().await, vec!["ASSESSMENT_WITHDRAWN"; done]);
    assert_eq!(done, 4);
}

/// A need and an offer, what the two come to, and the company at a level.
struct Stage {
    cast: Cast,
    offer: offer::Model,
    pair: match_::Model,
    interest: interest::Model,
}

async fn stage(world: &World, status: InterestStatus, asks: Option<i32>) -> Stage {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = offer::Model {
        min_assimilation_level: asks,
        ..records::offer(&cast, OfferStatus::Published, world.now())
    };
    world.put(offer.clone()).await;
    let pair = records::suggestion(&need, &offer);
    world.put(pair.clone()).await;
    let direction = InterestDirection::OfferToNeed;
    let interest = records::interest(&need, &offer, direction, status, world.now());
    world.put(interest.clone()).await;
    Stage { cast, offer, pair, interest }
}

/// What somebody is told of whether it suits: of the company, the interest, the match.
async fn told(person: &Person<'_>, stage: &Stage) -> Value {
    let ask = format!(
        "query($c: ID!, $i: ID!, $m: ID!, $o: ID!) {{ \
        organization(id: $c) {{ assimilation {{ level }} assessments {{ level }} \
            pathway(offer: $o) {{ toLevel }} redactedFields }} \
        interest(id: $i) {{ eligibility {{ {ELIGIBILITY} }} redactedFields }} \
        match(id: $m) {{ score eligibility {{ {ELIGIBILITY} }} redactedFields }} }}"
    );
    let ids = json!({ "c": stage.cast.company.to_string(), "i": stage.interest.id.to_string(),
        "m": stage.pair.id.to_string(), "o": stage.offer.id.to_string() });
    person.send(&ask, ids).await.data().clone()
}

async fn only_who_knows_the_company_learns_its_level(world: &World) {
    let stage = stage(world, InterestStatus::Forwarded, Some(2)).await;
    let cast = stage.cast;
    world.put(records::assessment(cast.company, cast.chamber, 1, world.now())).await;
    let people = cast.people(world).await;
    let own = [
        "member of the company",
        "liaison of the chamber",
        "liaison, within the region",
        "admin of the chamber",
    ];
    let office = ["officer of the office", "manager of the office"];
    let named = |seen: &Value, field: &str| {
        seen["redactedFields"].as_array().is_some_and(|list| list.contains(&json!(field)))
    };
    let mut knew = 0;
    for status in
        [InterestStatus::Forwarded, InterestStatus::Accepted, InterestStatus::ClosedNoDeal]
    {
        let row = records::interest(
            &need_of(world, &stage).await,
            &stage.offer,
            InterestDirection::OfferToNeed,
            status,
            world.now(),
        );
        world.overwrite(interest::Model { id: stage.interest.id, ..row }).await;
        for (name, person) in &people {
            let seen = told(person, &stage).await;
            let introduced = status == InterestStatus::Accepted && office.contains(name);
            let knows = own.contains(name) || introduced;
            let what = format!("{name}, {status:?}: {seen:#}");
            let company = &seen["organization"];
            for field in ["assimilation", "assessments", "pathway"] {
                assert_eq!(!company[field].is_null(), knows, "{field}: {what}");
                assert_eq!(named(company, field), !knows, "{field}: {what}");
            }
            let of_interest = &seen["interest"];
            assert_eq!(!of_interest["eligibility"].is_null(), knows, "{what}");
            if !of_interest.is_null() {
                assert_eq!(named(of_interest, "eligibility"), !knows, "{what}");
            }
            // Beside a match the office is told nothing, whatever it may know elsewhere.
            let beside = &seen["match"];
            assert_eq!(!beside["eligibility"].is_null(), own.contains(name), "{what}");
            if !beside.is_null() {
                assert_eq!(named(beside, "eligibility"), !own.contains(name), "{what}");
            }
            knew += usize::from(knows);
        }
    }
    assert_eq!(knew, 3 * own.len() + office.len());
    // What the office was told is on record for the company.
    let member = &people.iter().find(|(name, _)| *name == "member of the company").unwrap().1;
    let ledger = "{ disclosures(first: 100) { nodes { record fields } } }";
    let nodes = member.send(ledger, json!({})).await.root()["nodes"].clone();
    let fields = |record: String| -> Vec<Value> {
        let nodes = nodes.as_array().unwrap().iter().filter(|node| node["record"] == json!(record));
        nodes.flat_map(|node| node["fields"].as_array().unwrap().clone()).collect()
    };
    let of_company = fields(cast.company.to_string());
    for field in ["assimilation", "assessments", "pathway"] {
        assert!(of_company.contains(&json!(field)), "{field}: {nodes:#}");
    }
    assert!(fields(stage.interest.id.to_string()).contains(&json!("eligibility")), "{nodes:#}");
    // A company that says who it is when it asks is introduced later: until then, no level.
    let row = records::interest(
        &need_of(world, &stage).await,
        &stage.offer,
        InterestDirection::NeedToOffer,
        InterestStatus::Submitted,
        world.now(),
    );
    world.overwrite(interest::Model { id: stage.interest.id, ..row }).await;
    for (name, person) in &people {
        let of_interest = told(person, &stage).await["interest"].clone();
        let knows = own.contains(name);
        assert_eq!(!of_interest["eligibility"].is_null(), knows, "{name}: {of_interest:#}");
        if office.contains(name) {
            assert!(named(&of_interest, "eligibility"), "{name}: {of_interest:#}");
        }
    }
    // An institution is assessed by nobody, and nothing is hidden of it.
    let seen = read(member, cast.ott).await;
    assert_eq!((&seen["assimilation"], &seen["assessments"]), (&Value::Null, &Value::Null));
    // The snapshot of a need is told as its company is.
    let ask = "query($id: ID!) { need(id: $id) { assimilationLevelAtSubmit redactedFields } }";
    for (name, person) in &people {
        let id = json!({ "id": stage.pair.need_id.to_string() });
        let seen = person.send(ask, id).await.root().clone();
        let knows = own.contains(name);
        assert_eq!(!seen["assimilationLevelAtSubmit"].is_null(), knows, "{name}: {seen:#}");
        assert_eq!(named(&seen, "assimilationLevelAtSubmit"), !knows, "{name}: {seen:#}");
    }
}

async fn need_of(world: &World, stage: &Stage) -> entity::need::Model {
    let need = entity::need::Entity::find_by_id(stage.pair.need_id);
    need.one(world.db().fresh()).await.unwrap().unwrap()
}

/// The engine weighs the pair anew after the assessment, and finds what it found before.
async fn a_level_is_in_no_score(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let offer = offer::Model {
        min_assimilation_level: Some(4),
        ..records::offer(&cast, OfferStatus::Published, world.now())
    };
    world.put(offer.clone()).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    // Held and resumed, so that matching hears of it.
    for (verb, version) in [("holdOffer", 1), ("resumeOffer", 2)] {
        let id = offer.id.to_string();
        let given = with(crate::policy::input(verb, &id), json!({ "expectedVersion": version }));
        assert_eq!(officer.offer(verb, given).await.outcome(), "DONE");
    }
    let ask = "query($id: ID!) { need(id: $id) { matches(first: 5) { nodes { score coverage \
        suggestedAt components { feature weight value contribution } eligibility { eligibility } } } } }";
    let weighed = async |version: i32| {
        let at = |version: i32| json!({ "id": need, "expectedVersion": version });
        does(&member, "holdNeed", with(at(version), json!({ "note": "Un momento" }))).await;
        world.settled().await;
        follow(&world.service, "one").await.unwrap();
        does(&member, "resumeNeed", at(version + 1)).await;
        world.settled().await;
        follow(&world.service, "one").await.unwrap();
        let found = member.send(ask, json!({ "id": need })).await.root().clone();
        found["matches"]["nodes"][0].clone()
    };
    let mut before = weighed(1).await;
    assert!(before["score"].as_i64().unwrap() > 0 && before["eligibility"].is_null());
    world.put(records::assessment(cast.company, cast.chamber, 1, world.now())).await;
    let mut after = weighed(3).await;
    assert_eq!(after["eligibility"].take()["eligibility"], "NOT_RECOMMENDED", "four is too far");
    before["eligibility"].take();
    assert_eq!(after, before);
    world.events().await;
}

async fn a_need_asks_for_what_its_company_can_take_up(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let band = async |need: &Value| {
        let ask = "query($id: ID!) { need(id: $id) { acceptedTrlMin acceptedTrlMax \
            assimilationLevelAtSubmit } }";
        let seen = member.send(ask, json!({ "id": need["id"] })).await.root().clone();
        (
            seen["acceptedTrlMin"].clone(),
            seen["acceptedTrlMax"].clone(),
            seen["assimilationLevelAtSubmit"].clone(),
        )
    };
    let none = || Value::Null;
    let unasked = drafted(&member, &cast, json!({})).await;
    assert_eq!(band(&unasked).await, (none(), none(), none()), "nobody assessed it");
    let given = json!({ "acceptedTrlMin": 5, "acceptedTrlMax": 6 });
    for (level, least) in [(1, 8), (2, 7), (3, 4), (4, 1)] {
        world.pass(TimeDelta::days(1));
        world.put(records::assessment(cast.company, cast.chamber, level, world.now())).await;
        let need = drafted(&member, &cast, json!({})).await;
        assert_eq!(band(&need).await, (json!(least), json!(9), none()), "level {level}");
        let own = drafted(&member, &cast, given.clone()).await;
        assert_eq!(band(&own).await, (json!(5), json!(6), none()), "what is given stays");
        let half = drafted(&member, &cast, json!({ "acceptedTrlMax": 6 })).await;
        assert_eq!(band(&half).await, (none(), json!(6), none()), "also half of it");
        // What its company was when it was submitted stays with it.
        let sent = does(&member, "submitNeed", at(&need)).await;
        assert_eq!(band(&sent).await, (json!(least), json!(9), json!(level)), "level {level}");
    }
    let late = does(&member, "submitNeed", at(&unasked)).await;
    assert_eq!(band(&late).await, (none(), none(), json!(4)), "a draft is left as it is");
    // The company changes what was written for it.
    let need = drafted(&member, &cast, json!({})).await;
    let free = json!({ "acceptedTrlMin": Value::Null, "acceptedTrlMax": Value::Null });
    let need = does(&member, "reviseNeed", with(at(&need), free)).await;
    assert_eq!(band(&need).await, (none(), none(), none()));
    // An assessment that is over says nothing.
    world.pass(TimeDelta::days(1_000));
    let old = drafted(&member, &cast, json!({})).await;
    assert_eq!(band(&old).await, (none(), none(), none()));
    world.events().await;
}

async fn a_technology_suits_a_company_or_not(world: &World) {
    let stage = stage(world, InterestStatus::Accepted, None).await;
    let cast = stage.cast;
    let member = world.person(Role::MemberUser, cast.company).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    assert_eq!(told(&member, &stage).await["interest"]["eligibility"], Value::Null);
    let level = |level: i32| records::assessment(cast.company, cast.chamber, level, world.now());
    let row = level(1);
    world.put(row.clone()).await;
    let steps = |of: &[&str]| json!(of);
    let (course, pilot, way) = ("COURSE", "PILOT", "OTT_ACCOMPANIMENT");
    for (has, named, trl, asks, right, first) in [
        // What the office names.
        (1, Some(1), Some(1), 1, "RECOMMENDED", steps(&[])),
        (1, Some(2), Some(9), 2, "CONDITIONAL", steps(&[course, way])),
        (2, Some(3), None, 3, "CONDITIONAL", steps(&[pilot, way])),
        (3, Some(4), Some(9), 4, "CONDITIONAL", steps(&[way])),
        (1, Some(3), Some(9), 3, "NOT_RECOMMENDED", steps(&[])),
        (4, Some(2), Some(1), 2, "RECOMMENDED", steps(&[])),
        // What follows from its readiness.
        (1, None, Some(8), 1, "RECOMMENDED", steps(&[])),
        (1, None, Some(7), 2, "CONDITIONAL", steps(&[course, way])),
        (1, None, Some(6), 3, "NOT_RECOMMENDED", steps(&[])),
        (2, None, Some(4), 3, "CONDITIONAL", steps(&[pilot, way])),
        (3, None, Some(3), 4, "CONDITIONAL", steps(&[way])),
        (4, None, Some(1), 4, "RECOMMENDED", steps(&[])),
    ] {
        let now = level(has);
        world.overwrite(assessment::Model { id: row.id, ..now }).await;
        let offer = offer::Model { min_assimilation_level: named, trl, ..stage.offer.clone() };
        world.overwrite(offer).await;
        let what = format!("{has}, {named:?}, {trl:?}");
        let seen = told(&member, &stage).await;
        let answer = &seen["interest"]["eligibility"];
        assert_eq!(*answer, seen["match"]["eligibility"], "{what}: one answer, wherever it stands");
        assert_eq!(*answer, told(&officer, &stage).await["interest"]["eligibility"], "{what}");
        assert_eq!(
            *answer,
            json!({ "eligibility": right, "computed": right, "companyLevel": has,
                "assessedOn": "2026-03-02", "requiredLevel": asks, "inferred": named.is_none(),
                "steps": first, "overridden": null,
                "reason": format!("La empresa está en el nivel {has}; la tecnología pide el {asks}."),
                "en": format!("The company is at level {has}; the technology asks for level {asks}.") }),
            "{what}"
        );
    }
    // Nothing is known of what it asks for.
    let mute = offer::Model { min_assimilation_level: None, trl: None, ..stage.offer.clone() };
    world.overwrite(mute).await;
    assert_eq!(told(&member, &stage).await["interest"]["eligibility"], Value::Null);
    // In time the answer ends with the assessment.
    world.overwrite(stage.offer.clone()).await;
    assert!(!told(&member, &stage).await["interest"]["eligibility"].is_null());
    world.pass(TimeDelta::days(731));
    assert_eq!(told(&member, &stage).await["interest"]["eligibility"], Value::Null);
}

/// An office's decision on the stage's interest.
fn decision(stage: &Stage, version: i32, eligibility: &str, note: &str) -> Value {
    json!({ "id": stage.interest.id.to_string(), "expectedVersion": version,
        "eligibility": eligibility, "note": note })
}

async fn managers_decide_in_spite_of_it(world: &World) {
    let stage = stage(world, InterestStatus::Accepted, Some(4)).await;
    let cast = stage.cast;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let other = world.person(Role::OttManager, cast.other_ott).await;
    let verb = "overrideEligibility";
    let right = decision(&stage, 1, "CONDITIONAL", "Ya opera un horno igual");
    let blank = manager.interest(verb, right.clone()).await;
    assert_eq!(blank.outcome(), "ILLEGAL_STATE", "there is no answer to decide against");
    world.put(records::assessment(cast.company, cast.chamber, 1, world.now())).await;
    for (person, refused) in [
        (&member, "FORBIDDEN"),
        (&liaison, "FORBIDDEN"),
        (&officer, "FORBIDDEN"),
        (&other, "NOT_FOUND"),
        (&world.stranger().await, "NOT_FOUND"),
        (&world.nobody(), "NOT_FOUND"),
    ] {
        assert_eq!(person.interest(verb, right.clone()).await.outcome(), refused, "{person:?}");
    }
    for (wrong, refused) in [
        (decision(&stage, 1, "CONDITIONAL", "  "), "REQUIRED input.note"),
        (decision(&stage, 1, "CONDITIONAL", &"x".repeat(1_001)), "TOO_LONG input.note"),
        (decision(&stage, 2, "CONDITIONAL", "Por esto"), "STALE_OBJECT input.expectedVersion"),
    ] {
        assert_eq!(manager.interest(verb, wrong).await.outcome(), refused);
    }
    assert_eq!(world.events().await, [""; 0]);
    assert_eq!(told(&member, &stage).await["interest"]["eligibility"]["overridden"], Value::Null);
    // Who may do it is told so.
    let ask = "query($id: ID!) { interest(id: $id) { actions } }";
    let id = json!({ "id": stage.interest.id.to_string() });
    for (person, may) in [(&manager, true), (&officer, false), (&member, false), (&liaison, false)]
    {
        let seen = person.send(ask, id.clone()).await.root().clone();
        assert_eq!(seen["actions"].as_array().unwrap().contains(&json!(verb)), may, "{person:?}");
    }

    let done = manager.interest(verb, right).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    assert_eq!(done.root()["interest"]["status"], "ACCEPTED", "it goes on as before");
    for person in [&member, &liaison, &officer, &manager] {
        let seen = told(person, &stage).await["interest"]["eligibility"].clone();
        let both = (&seen["eligibility"], &seen["computed"]);
        assert_eq!(both, (&json!("CONDITIONAL"), &json!("NOT_RECOMMENDED")), "{person:?}");
        assert_eq!(
            seen["overridden"],
            json!({ "eligibility": "CONDITIONAL", "reason": "Ya opera un horno igual",
                "at": "2026-03-02T12:00:00+00:00", "by": manager.id })
        );
        let timeline =
            "query($id: ID!) { interest(id: $id) { timeline { nodes { kind actor } } } }";
        let seen = person.send(timeline, id.clone()).await.root()["timeline"]["nodes"].clone();
        let entry = json!({ "kind": "INTEREST_ELIGIBILITY_OVERRIDDEN", "actor": manager.id });
        assert_eq!(seen, json!([entry]), "{person:?}");
    }
    // It is said of this interest alone: beside the match stands what follows from the levels.
    let beside = told(&member, &stage).await["match"]["eligibility"].clone();
    let both = (&beside["eligibility"], &beside["overridden"]);
    assert_eq!(both, (&json!("NOT_RECOMMENDED"), &Value::Null));
    assert_eq!(world.events().await, ["INTEREST_ELIGIBILITY_OVERRIDDEN"]);
    // Another decision takes its place, and it goes with the interest through its life.
    let again = decision(&stage, 2, "RECOMMENDED", "Se capacitó al turno de noche");
    assert_eq!(manager.interest(verb, again).await.outcome(), "DONE");
    let on = with(
        crate::policy::input("evaluateInterest", &stage.interest.id.to_string()),
        json!({ "expectedVersion": 3 }),
    );
    assert_eq!(officer.interest("evaluateInterest", on).await.outcome(), "DONE");
    let seen = told(&member, &stage).await["interest"]["eligibility"]["overridden"].clone();
    assert_eq!(seen["reason"], "Se capacitó al turno de noche");
    // It ends with the dealings, and the company still reads what was decided.
    let close = with(
        crate::policy::input("closeInterest", &stage.interest.id.to_string()),
        json!({ "expectedVersion": 4 }),
    );
    assert_eq!(officer.interest("closeInterest", close).await.outcome(), "DONE");
    let late = decision(&stage, 5, "RECOMMENDED", "Por esto");
    assert_eq!(manager.interest(verb, late).await.outcome(), "ILLEGAL_STATE");
    let kept = told(&member, &stage).await["interest"]["eligibility"]["overridden"].clone();
    assert_eq!(kept["eligibility"], "RECOMMENDED");
    assert_eq!(told(&officer, &stage).await["interest"]["eligibility"], Value::Null);
    assert_eq!(
        world.events().await,
        ["INTEREST_ELIGIBILITY_OVERRIDDEN", "INTEREST_UNDER_EVALUATION", "INTEREST_CLOSED"]
    );
    // Without an offer there is nothing to suit.
    let (need, offer) = (need_of(world, &stage).await, &stage.offer);
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    let bare = records::interest(&need, offer, from, status, world.now());
    let bare = interest::Model { offer_id: None, ..bare };
    world.put(bare.clone()).await;
    let of_bare = Stage { interest: bare, ..stage };
    let refused = manager.interest(verb, decision(&of_bare, 1, "RECOMMENDED", "Por esto")).await;
    assert_eq!(refused.outcome(), "ILLEGAL_STATE");
}

/// Decisions are counted by those who read them; nobody learns of one by filtering.
async fn outsiders_cannot_tell_what_was_decided(world: &World) {
    let stage = stage(world, InterestStatus::Accepted, Some(2)).await;
    let cast = stage.cast;
    world.put(records::assessment(cast.company, cast.chamber, 1, world.now())).await;
    // Another one about which nothing was decided.
    let need = need_of(world, &stage).await;
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    world.put(records::interest(&need, &stage.offer, from, status, world.now())).await;
    let people = cast.people(world).await;
    let list = "{ yes: interests(filter: { eligibilityOverridden: true }) { totalCount nodes { id } } \
        no: interests(filter: { eligibilityOverridden: false }) { totalCount } \
        all: interests { totalCount } }";
    let counts =
        "query($yes: InterestFilter) { interestCounts(by: [STATUS], filter: $yes) { count } }";
    let of_need = json!({ "need": need.id.to_string(), "eligibilityOverridden": true });
    let sum = |counted: &Value| -> i64 {
        counted.as_array().unwrap().iter().map(|row| row["count"].as_i64().unwrap()).sum()
    };
    let parties = [
        "member of the company",
        "liaison of the chamber",
        "liaison, within the region",
        "admin of the chamber",
        "officer of the office",
        "manager of the office",
    ];
    let manager = &people.iter().find(|(name, _)| *name == "manager of the office").unwrap().1;
    for decided in [0, 1] {
        if decided == 1 {
            let made = decision(&stage, 1, "NOT_RECOMMENDED", "No hay quien lo opere");
            assert_eq!(manager.interest("overrideEligibility", made).await.outcome(), "DONE");
        }
        for (name, person) in &people {
            if !person.viewer().is_member() {
                let code = if person.id.is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
                assert_eq!(person.send(list, json!({})).await.code(), code, "{name}");
                continue;
            }
            let found = person.send(list, json!({})).await.data().clone();
            let total = |of: &str| found[of]["totalCount"].as_i64().unwrap();
            let right = if parties.contains(name) { (decided, 2 - decided, 2) } else { (0, 0, 0) };
            assert_eq!((total("yes"), total("no"), total("all")), right, "{name}");
            // The network's admin counts how often it happens, and cannot ask where.
            let everywhere = json!({ "yes": { "eligibilityOverridden": true } });
            let counted = person.send(counts, everywhere).await.root().clone();
            let watches = *name == "admin of the network";
            let right = if parties.contains(name) || watches { decided } else { 0 };
            assert_eq!(sum(&counted), right, "{name}");
            let here = person.send(counts, json!({ "yes": of_need })).await.root().clone();
            let right = if parties.contains(name) { decided } else { 0 };
            assert_eq!(sum(&here), right, "{name}");
        }
    }
    // A decision can stand only where every party reads it: no level below hides it.
    for status in <InterestStatus as sea_orm::Iterable>::iter() {
        use api::policy::{InterestAction, Resource};
        if !InterestAction::OverrideEligibility.from().contains(&status) {
            continue;
        }
        for direction in <InterestDirection as sea_orm::Iterable>::iter() {
            let row = records::interest(&need, &stage.offer, direction, status, world.now());
            let row = interest::Model { anonymous: true, ..row };
            for (name, person) in &people {
                let level = row.level(&person.viewer());
                assert!(
                    level.is_none_or(|level| level >= entity::DisclosureLevel::Introduced),
                    "{name} {status:?} {direction:?}"
                );
            }
        }
    }
    assert_eq!(world.events().await, ["INTEREST_ELIGIBILITY_OVERRIDDEN"]);
}

async fn the_way_leads_from_level_to_level(world: &World) {
    let stage = stage(world, InterestStatus::Accepted, Some(3)).await;
    let cast = stage.cast;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let ask = "query($c: ID!, $o: ID!) { organization(id: $c) { pathway(offer: $o, language: EN) { \
        fromLevel toLevel steps agreements missingPoints heldDownBy evidence } } }";
    let way = async |person: &Person<'_>, offer: &str| {
        let ids = json!({ "c": cast.company.to_string(), "o": offer });
        person.send(ask, ids).await
    };
    let to = stage.offer.id.to_string();
    let found = async |person: &Person<'_>| way(person, &to).await.root()["pathway"].clone();
    assert_eq!(found(&member).await, Value::Null, "nobody assessed it");
    recorded(&liaison, by(&cast, "AUDITED", json!({ "scores": scores(1, json!({ "learn": 3 })) })))
        .await;
    let right = json!([
        { "fromLevel": 1, "toLevel": 2, "steps": ["COURSE", "OTT_ACCOMPANIMENT"],
            "agreements": ["SERVICES_AGREEMENT", "TECHNICAL_ASSISTANCE_AGREEMENT"],
            "missingPoints": 5, "heldDownBy": [],
            "evidence": "an assessment in force of level 2" },
        { "fromLevel": 2, "toLevel": 3, "steps": ["PILOT", "OTT_ACCOMPANIMENT"],
            "agreements": ["TECHNICAL_ASSISTANCE_AGREEMENT", "PILOT_EVALUATION_AGREEMENT",
                "NON_EXCLUSIVE_LICENCE"],
            "missingPoints": 12, "heldDownBy": ["ACQUIRE_ABSORB", "IMPLEMENT_USE"],
            "evidence": "an assessment in force of level 3" },
    ]);
    for person in [&member, &liaison, &officer] {
        assert_eq!(found(person).await, right, "16 begins level 2, 23 level 3; it has 11");
    }
    let spanish = ask.replace(", language: EN", "");
    let ids = json!({ "c": cast.company.to_string(), "o": to });
    let seen = member.send(&spanish, ids).await.root().clone();
    assert_eq!(seen["pathway"][0]["evidence"], "una evaluación vigente de nivel 2");
    // Who does what is missing goes on, step by step; nobody goes to the last alone.
    world.pass(TimeDelta::days(1));
    let up = json!({ "scores": scores(2, json!({ "learn": 4 })), "assessedOn": "2026-03-03" });
    recorded(&liaison, by(&cast, "AUDITED", up)).await;
    let next = found(&member).await;
    assert_eq!((next.as_array().unwrap().len(), &next[0]["missingPoints"]), (1, &json!(3)));
    assert_eq!(next[0]["heldDownBy"], json!([]), "two is enough for level 3");
    world.pass(TimeDelta::days(1));
    let there = json!({ "scores": scores(4, json!({})), "assessedOn": "2026-03-04" });
    recorded(&member, input(cast.company, there)).await;
    assert_eq!(found(&member).await, json!([]), "it is there");
    let last = offer::Model { min_assimilation_level: Some(4), ..stage.offer.clone() };
    world.overwrite(last).await;
    let last = found(&member).await;
    assert_eq!(last.as_array().unwrap().len(), 1);
    assert_eq!((&last[0]["missingPoints"], &last[0]["heldDownBy"]), (&json!(0), &json!([])));
    assert_eq!(last[0]["evidence"], "an assessment in force of level 4, assisted or audited");
    // The way to what nobody knows of is told to nobody; outsiders are told nothing of any.
    let hidden = world.offer(&cast, OfferStatus::Draft).await.id.to_string();
    let gone = format!("offer_{}", "0".repeat(32));
    for (person, offer) in [(&member, &hidden), (&member, &gone), (&liaison, &hidden)] {
        assert_eq!(way(person, offer).await.code(), "BAD_USER_INPUT");
    }
    assert!(!way(&officer, &hidden).await.root()["pathway"].is_null(), "its office knows of it");
    for person in [&world.nobody(), &world.person(Role::OttManager, cast.other_ott).await] {
        for offer in [&to, &hidden, &gone] {
            assert_eq!(way(person, offer).await.root()["pathway"], Value::Null);
        }
    }
    assert_eq!(world.events().await, ["ASSESSMENT_RECORDED"; 3]);
}

async fn other_methods_are_told_in_the_nine_dimensions(world: &World) {
    let ask = "{ assimilationCrosswalk { method area dimensions } }";
    let found = world.nobody().send(ask, json!({})).await.root().clone();
    let prize = "Premio Nacional de Tecnología e Innovación";
    let areas = [
        ("Vigilar", json!(["SEARCH"])),
        ("Planear", json!(["STRATEGY"])),
        ("Habilitar", json!(["ACQUIRE_ABSORB", "CORE_COMPETENCE"])),
        ("Proteger", json!([])),
        ("Implantar", json!(["IMPLEMENT_USE"])),
    ];
    let right = areas.map(
        |(area, dimensions)| json!({ "method": prize, "area": area, "dimensions": dimensions }),
    );
    assert_eq!(found, json!(right), "only what the source says");
}

async fn answers_for_many_cost_what_one_costs(world: &World) {
    let stage = stage(world, InterestStatus::Accepted, Some(2)).await;
    let cast = stage.cast;
    world.put(records::assessment(cast.company, cast.chamber, 1, world.now())).await;
    world.put(records::assessment(cast.ally, cast.chamber, 3, world.now())).await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let lists = [
        ("{ interests(first: 50) { nodes { eligibility { eligibility } } } }", "eligibility\":{"),
        ("{ matches(first: 50) { nodes { eligibility { eligibility } } } }", "eligibility\":{"),
        (
            "{ organizations(first: 50) { nodes { assimilation { level } assessments { level } } } }",
            "assimilation\":{",
        ),
    ];
    let ask = async |(list, answer): (&str, &str)| {
        world.statements();
        let seen = admin.send(list, json!({})).await.data().to_string();
        (world.statements().len(), seen.matches(answer).count())
    };
    admin.send("{ viewer { isNetworkMember } }", json!({})).await.data();
    let mut few = Vec::new();
    for list in lists {
        few.push(ask(list).await);
    }
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    for company in [cast.company, cast.ally, cast.ally, cast.company] {
        let need = records::need(&cast, NeedStatus::Published, world.now());
        let need = entity::need::Model { company_id: company, ..need };
        world.put(need.clone()).await;
        let offer = world.offer(&cast, OfferStatus::Published).await;
        world.put(records::interest(&need, &offer, from, status, world.now())).await;
        world.put(records::suggestion(&need, &offer)).await;
    }
    for ((list, right), few) in lists.into_iter().zip([5, 5, 2]).zip(few) {
        let many = ask(list).await;
        assert_eq!((many.0, many.1), (few.0, right), "{}", list.0);
        assert!(few.0 <= 3, "{}: {few:?}", list.0);
    }
    assert_eq!(world.events().await, [""; 0]);
}
