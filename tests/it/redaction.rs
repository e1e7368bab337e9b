//! What is above a viewer's level never reaches them, whatever they ask. Canaries
//! sit in every column that the field tables put above the public level.

use std::{collections::HashMap, fmt::Write as _};

use api::{
    agreements, capabilities, interests, ip,
    matches::follow,
    needs, offers, organizations,
    policy::{OrganizationFacts, Resource, Viewer},
    projects,
    read::Field,
};
use chrono::NaiveDate;
use entity::{
    AgreementStatus, AgreementType, CapabilityStatus, DisclosureLevel, Eligibility,
    InterestDirection, InterestStatus, IpFeeDecision, IpLegalStatus, NeedStatus, OfferStatus,
    ProjectStatus, Texts, agreement, assessment, capability, interest, ip_asset, need, offer,
    organization, project,
};
use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, Iterable, ModelTrait, Value as Stored};
use serde_json::{Value, json};
use tests::{
    Cast, Person, World,
    records::{self, ProjectRows},
    selection::everything,
};

use crate::{needs::with, policy};

tests::stories!(canaries_stay_home, every_field_is_there_or_named_as_hidden);

/// What a secret looks like: whose it is, and from which level on it may be read. A word for search,
/// and no two of a kind: a search finds words that are made of the same pieces, too.
fn canary(noun: &str, level: Option<DisclosureLevel>) -> String {
    let whose = format!("{noun}{level:?}");
    // FNV-1a.
    let hash = whose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let letters = (0..12).map(|place| (hash >> (5 * place)) as u8 % 32 % 26 + b'a');
    format!("zanate{}", String::from_utf8(letters.collect()).unwrap())
}

/// From which level on each column is read; nothing for columns that no field shows.
fn levels<C: ColumnTrait>(fields: &[Field<C>]) -> HashMap<String, DisclosureLevel> {
    let mut levels = HashMap::new();
    for field in fields {
        for column in field.columns {
            let level = levels.entry(column.as_str().to_owned()).or_insert(field.level);
            *level = field.level.min(*level);
        }
    }
    levels
}

/// Puts canaries into every text above the public level; codes of vocabularies stay.
fn seeded<R: ModelTrait>(noun: &str, mut row: R, fields: &[Field<Column<R>>]) -> R {
    let levels = levels(fields);
    let letters = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let is_code = |text: &str| letters(text) || text.starts_with("UNDER_");
    for column in Column::<R>::iter() {
        let level = levels.get(column.as_str()).copied();
        if level == Some(DisclosureLevel::PublicBlind) || column.as_str().ends_with("_folded") {
            continue;
        }
        let word = canary(noun, level);
        let is_code = |text: &str| {
            is_code(text) || text.parse::<NaiveDate>().is_ok() || text.starts_with("org_")
        };
        match row.get(column) {
            Stored::Json(Some(mut json)) => {
                overwrite(&mut json, &|text| !is_code(text), &word);
                row.set(column, Stored::Json(Some(json)));
            }
            Stored::String(Some(text)) if !is_code(&text) && is_free(column.as_str()) => {
                row.set(column, Stored::String(Some(word)));
            }
            _ => {}
        }
    }
    row
}

type Column<R> = <<R as ModelTrait>::Entity as EntityTrait>::Column;

/// Whether a column takes any text; the others hold statuses, codes and names of rows.
fn is_free(column: &str) -> bool {
    !["sector", "subsector", "status", "kind", "parties", "partners", "scian", "states", "currency"]
        .contains(&column)
}

fn overwrite(json: &mut Value, is_text: &impl Fn(&str) -> bool, word: &str) {
    match json {
        Value::String(text) if is_text(text) => word.clone_into(text),
        Value::Array(parts) => parts.iter_mut().for_each(|part| overwrite(part, is_text, word)),
        Value::Object(parts) => {
            parts.values_mut().for_each(|part| overwrite(part, is_text, word));
        }
        _ => {}
    }
}

/// A network in which every row carries canaries, with its matches.
struct Secrets {
    cast: Cast,
    need: need::Model,
    offer: offer::Model,
    hidden: need::Model,
    /// The office's in the need, forwarded to the company without a name.
    interest: interest::Model,
    /// Of the two, in force.
    agreement: agreement::Model,
    /// The office's, which the network knows.
    asset: ip_asset::Model,
    able: capability::Model,
    /// Of the company and the office, which the network knows.
    project: project::Model,
}

async fn secrets(world: &World) -> Secrets {
    let cast = world.cast().await;
    let all = organization::Entity::find().all(world.db().read()).await.unwrap();
    for row in all {
        let noun = match row.id {
            id if id == cast.company => "company",
            id if id == cast.ott => "office",
            _ => "other",
        };
        world.overwrite(seeded(noun, row, organizations::FIELDS)).await;
    }
    let mut need = records::need(&cast, NeedStatus::Published, world.now());
    need.shared_by = [cast.ally].iter().collect();
    need.outcome_evidence = Some(records::both("Acta", "Minutes"));
    let need = seeded("need", need, needs::FIELDS);
    let mut offer = records::offer(&cast, OfferStatus::Published, world.now());
    offer.reserved_until = Some(world.now());
    let offer = seeded("offer", offer, offers::FIELDS);
    let hidden = records::need(&cast, NeedStatus::InReview, world.now());
    let hidden = seeded("hidden", hidden, needs::FIELDS);
    world.put(need.clone()).await;
    world.put(offer.clone()).await;
    world.put(hidden.clone()).await;
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Forwarded);
    let mut interest = records::interest(&need, &offer, from, status, world.now());
    interest.anonymous = true;
    interest.evaluation = Some(records::both("Encajan", "They fit"));
    interest.eligibility_override = Some(Eligibility::Conditional);
    interest.override_reason = Some("Con un taller antes".into());
    interest.overridden_at = Some(world.now());
    let interest = seeded("interest", interest, interests::FIELDS);
    world.put(interest.clone()).await;
    let evidence = Texts(vec![canary("company", Some(DisclosureLevel::Introduced))]);
    let assessed = records::assessment(cast.company, cast.chamber, 1, world.now());
    world.put(assessment::Model { evidence, ..assessed }).await;
    let (kind, status) = (AgreementType::TechnicalAssistanceAgreement, AgreementStatus::Active);
    let agreement = records::agreement(&interest, kind, status, world.now());
    let agreement = seeded("agreement", agreement, agreements::FIELDS);
    world.agree(&agreement).await;
    let (asset, events) = records::ip_asset(&cast, IpLegalStatus::GrantedInForce, world.now());
    let decided = Some(IpFeeDecision::Keep);
    let asset = ip_asset::Model { fee_decision: decided, ..asset };
    let asset = seeded("asset", asset, ip::FIELDS);
    world.put(asset.clone()).await;
    for mut event in events {
        // Notes are for the office's own people.
        event.note = Some(canary("asset", Some(DisclosureLevel::Contract)));
        world.put(event).await;
    }
    let able = records::capability(&cast, CapabilityStatus::Published, world.now());
    let able = seeded("able", able, capabilities::FIELDS);
    world.put(able.clone()).await;
    let rows = records::project(&cast, ProjectStatus::Active, world.now());
    let published = project::Model { published: true, ..rows.project.clone() };
    let project = seeded("project", published, projects::FIELDS);
    // What its parts say is for its partners.
    let word = records::both(
        &canary("project", Some(DisclosureLevel::Contract)),
        &canary("project", Some(DisclosureLevel::Contract)),
    );
    let mut rows = ProjectRows { project: project.clone(), ..rows };
    for row in &mut rows.partners {
        row.contribution = Some(word.clone());
    }
    for row in &mut rows.milestones {
        row.title = word.clone();
        row.acceptance_criteria = Some(word.clone());
        row.evidence = Some(word.clone());
        row.trl_evidence.0[0].title = word.es.clone().unwrap();
    }
    for row in &mut rows.outcomes {
        (row.metric, row.evidence) = (word.clone(), word.clone());
        row.unit = word.es.clone().unwrap();
    }
    world.project(&rows).await;
    // Held and resumed, so that matching hears of them.
    let (member, officer) = (
        world.person(entity::Role::MemberUser, cast.company).await,
        world.person(entity::Role::OttOfficer, cast.ott).await,
    );
    let (n, o) = (need.id.to_string(), offer.id.to_string());
    let at = |id: &str, version: i32| json!({ "id": id, "expectedVersion": version });
    let note = json!({ "note": "Un momento" });
    assert_eq!(member.need("holdNeed", with(at(&n, 1), note.clone())).await.outcome(), "DONE");
    assert_eq!(member.need("resumeNeed", at(&n, 2)).await.outcome(), "DONE");
    assert_eq!(officer.offer("holdOffer", with(at(&o, 1), note)).await.outcome(), "DONE");
    assert_eq!(officer.offer("resumeOffer", at(&o, 2)).await.outcome(), "DONE");
    world.settled().await;
    follow(&world.service, "one").await.unwrap();
    for event in world.event_rows().await {
        assert!(!event.body.to_string().contains("zanate"), "{}", event.body);
    }
    Secrets { cast, need, offer, hidden, interest, agreement, asset, able, project }
}

/// How much of each row a viewer sees.
fn seen(viewer: &Viewer, secrets: &Secrets) -> Vec<(&'static str, Option<DisclosureLevel>)> {
    let cast = &secrets.cast;
    let chamber = viewer
        .holding(api::policy::CHAMBER)
        .any(|grant| grant.organization == cast.chamber && grant.covers(Some(cast.north), None));
    let company = OrganizationFacts {
        id: cast.company,
        kind: entity::OrganizationKind::Company,
        member_of_mine: chamber,
        introduced: false,
    };
    let office = OrganizationFacts {
        id: cast.ott,
        kind: entity::OrganizationKind::TechnologyTransferOffice,
        member_of_mine: false,
        introduced: false,
    };
    vec![
        ("need", secrets.need.level(viewer)),
        ("hidden", secrets.hidden.level(viewer)),
        ("offer", secrets.offer.level(viewer)),
        ("company", company.level(viewer)),
        ("office", office.level(viewer)),
        ("interest", secrets.interest.level(viewer)),
        ("agreement", secrets.agreement.level(viewer)),
        ("asset", secrets.asset.level(viewer)),
        ("able", secrets.able.level(viewer)),
        ("project", secrets.project.level(viewer)),
    ]
}

/// Every operation that can reach a secret, asking for everything it has.
fn operations(secrets: &Secrets) -> Vec<String> {
    let need = secrets.need.id;
    let (offer, hidden, company) = (secrets.offer.id, secrets.hidden.id, secrets.cast.company);
    let (n, o, org) =
        (everything("Need", 1), everything("Offer", 1), everything("Organization", 1));
    let mut operations = vec![
        format!("{{ need(id: \"{need}\") {{ {n} }} }}"),
        format!("{{ need(id: \"{hidden}\") {{ {n} }} }}"),
        format!("{{ offer(id: \"{offer}\") {{ {o} }} }}"),
        format!("{{ organization(id: \"{company}\") {{ {org} }} }}"),
        format!(
            "{{ needs(first: 10) {{ totalCount pageInfo {{ endCursor }} edges {{ cursor node {{ {n} }} }} }} }}"
        ),
        format!(
            "{{ offers {{ totalCount pageInfo {{ endCursor }} edges {{ cursor node {{ {o} }} }} }} }}"
        ),
        format!("{{ organizations {{ pageInfo {{ endCursor }} nodes {{ {org} }} }} }}"),
        format!(
            "{{ needs(first: 2) {{ nodes {{ matches(first: 2) {{ edges {{ node {{ {} \
            need {{ {n} }} offer {{ {o} }} }} }} }} }} }} }}",
            everything("Match", 1)
        ),
        format!(
            "{{ offers(first: 2) {{ nodes {{ matches(first: 2) {{ nodes {{ need {{ {n} }} \
            offer {{ {o} }} }} }} }} }} }}"
        ),
    ];
    let (preview, part) = (everything("MatchPreview", 0), everything("MatchPart", 0));
    for (list, of, what) in [("matches", "offer", &o), ("similarNeeds", "need", &n)] {
        operations.push(format!(
            "{{ previewMatches(input: {{ title: {{ es: \"calor hornos\" }}, scian: [\"327\"] }}) \
            {{ {list} {{ {preview} components {{ {part} }} {of} {{ {what} }} }} }} }}"
        ));
    }
    let i = everything("Interest", 1);
    let interest = secrets.interest.id;
    operations.push(format!("{{ interest(id: \"{interest}\") {{ {i} }} }}"));
    operations.push(format!("{{ node(id: \"{interest}\") {{ ... on Interest {{ {i} }} }} }}"));
    let e = everything("EligibilityAnswer", 1);
    operations.push(format!("{{ interest(id: \"{interest}\") {{ eligibility {{ {e} }} }} }}"));
    operations.push(format!("{{ matches(first: 2) {{ nodes {{ eligibility {{ {e} }} }} }} }}"));
    operations.push(format!(
        "{{ organization(id: \"{company}\") {{ pathway(offer: \"{offer}\") {{ {} }} \
        assimilation {{ {a} }} assessments {{ {a} }} }} }}",
        everything("PathwayStep", 1),
        a = everything("AssimilationAssessment", 1),
    ));
    for order in ["NEWEST", "OLDEST", "RECENTLY_UPDATED"] {
        operations.push(format!(
            "{{ interests(order: {order}, first: 2) {{ totalCount edges {{ cursor node {{ {i} }} }} }} }}"
        ));
    }
    let a = everything("Agreement", 1);
    let agreement = secrets.agreement.id;
    operations.push(format!("{{ agreement(id: \"{agreement}\") {{ {a} }} }}"));
    operations.push(format!("{{ node(id: \"{agreement}\") {{ ... on Agreement {{ {a} }} }} }}"));
    for order in ["NEWEST", "OLDEST", "RECENTLY_UPDATED"] {
        operations.push(format!(
            "{{ agreements(order: {order}, first: 2) {{ totalCount edges {{ cursor node {{ {a} }} }} }} }}"
        ));
    }
    let project = secrets.project.id;
    let j = everything("Project", 1);
    operations.push(format!("{{ project(id: \"{project}\") {{ {j} }} }}"));
    operations.push(format!("{{ node(id: \"{project}\") {{ ... on Project {{ {j} }} }} }}"));
    for order in ["NEWEST", "OLDEST", "RECENTLY_UPDATED"] {
        operations.push(format!(
            "{{ projects(order: {order}, first: 2) {{ totalCount edges {{ cursor node {{ {j} }} }} }} }}"
        ));
    }
    let asset = secrets.asset.id;
    let p = everything("IpAsset", 1);
    operations.push(format!("{{ ipAsset(id: \"{asset}\") {{ {p} }} }}"));
    operations.push(format!("{{ node(id: \"{asset}\") {{ ... on IpAsset {{ {p} }} }} }}"));
    operations
        .push(format!("{{ dormantAssets {{ totalCount edges {{ cursor node {{ {p} }} }} }} }}"));
    for order in ["NEWEST", "OLDEST", "TITLE", "NEXT_FEE", "RECENTLY_UPDATED"] {
        operations.push(format!(
            "{{ ipAssets(order: {order}, first: 2) {{ totalCount edges {{ cursor node {{ {p} }} }} }} }}"
        ));
    }
    let able = secrets.able.id;
    let c = everything("Capability", 1);
    operations.push(format!("{{ capability(id: \"{able}\") {{ {c} }} }}"));
    operations.push(format!("{{ node(id: \"{able}\") {{ ... on Capability {{ {c} }} }} }}"));
    for order in ["NEWEST", "OLDEST", "TITLE", "RECENTLY_UPDATED"] {
        operations.push(format!(
            "{{ capabilities(order: {order}, first: 2) {{ totalCount edges {{ cursor node {{ {c} }} }} }} }}"
        ));
    }
    let (item, entry) = (everything("InboxItem", 1), everything("TimelineEntry", 1));
    operations.push(format!(
        "{{ viewer {{ inbox(first: 50) {{ totalCount edges {{ cursor node {{ {item} }} }} }} }} }}"
    ));
    for list in [
        "needs",
        "offers",
        "interests",
        "matches",
        "agreements",
        "projects",
        "organizations",
        "ipAssets",
        "capabilities",
    ] {
        operations.push(format!(
            "{{ {list}(first: 5) {{ nodes {{ timeline {{ totalCount edges {{ cursor node {{ {entry} }} \
            }} }} }} }} }}"
        ));
    }
    let m = everything("Match", 1);
    operations.push(format!("{{ matches(first: 2) {{ edges {{ cursor node {{ {m} }} }} }} }}"));
    let all =
        format!("... on Need {{ {n} }} ... on Offer {{ {o} }} ... on Organization {{ {org} }}");
    operations.push(format!("{{ node(id: \"{need}\") {{ {all} }} }}"));
    operations.push(format!(
        "{{ nodes(ids: [\"{need}\", \"{hidden}\", \"{offer}\", \"{company}\"]) {{ {all} }} }}"
    ));
    for (text, kind) in [("calor hornos", "NEED"), ("calor recuperador", "OFFER")] {
        operations.push(format!(
            "{{ search(text: \"{text}\", kind: {kind}, first: 10) {{ totalCount edges \
            {{ cursor score node {{ ... on Need {{ {n} }} ... on Offer {{ {o} }} }} }} }} }}"
        ));
    }
    for order in ["NEWEST", "OLDEST", "TITLE", "RECENTLY_UPDATED"] {
        operations.push(format!("{{ needs(order: {order}) {{ edges {{ cursor }} }} }}"));
        operations.push(format!("{{ offers(order: {order}) {{ edges {{ cursor }} }} }}"));
    }
    operations
}

/// Everything that a person is told, also when they are refused.
async fn told(person: &Person<'_>, secrets: &Secrets) -> String {
    let mut told = String::new();
    for operation in operations(secrets) {
        let answer = person.send(&operation, json!({})).await;
        let code = answer.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("");
        let fine = ["", "UNAUTHENTICATED", "FORBIDDEN"].contains(&code);
        assert!(fine, "{operation}: {:#}", answer.body["errors"]);
        told.push_str(&answer.body.to_string());
    }
    for verb in ["acceptInterest", "forwardInterest", "rejectInterest"] {
        let mut input = policy::input(verb, &secrets.interest.id.to_string());
        input["expectedVersion"] = json!(99);
        told.push_str(&person.interest(verb, input).await.body.to_string());
    }
    for verb in ["shareAgreement", "terminateAgreement", "reopenAgreement"] {
        let mut input = policy::input(verb, &secrets.agreement.id.to_string());
        input["expectedVersion"] = json!(99);
        told.push_str(&person.agreement(verb, input).await.body.to_string());
    }
    for verb in ["holdProject", "completeProject", "cancelProject"] {
        let input = json!({ "id": secrets.project.id.to_string(), "expectedVersion": 99,
            "note": "Por esto" });
        told.push_str(&person.project(verb, input).await.body.to_string());
    }
    for verb in ["publishNeed", "holdNeed", "submitNeed", "fulfilNeed"] {
        for id in [secrets.need.id, secrets.hidden.id] {
            let mut input = policy::input(verb, &id.to_string());
            input["expectedVersion"] = json!(99);
            told.push_str(&person.need(verb, input).await.body.to_string());
        }
    }
    // A cursor is opaque, not sealed: what it holds is told as well.
    let cursors = told.split("\"cursor\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    let opened: Vec<_> = cursors.filter_map(opened).collect();
    assert!(!opened.is_empty() && opened.iter().all(|cursor| cursor.contains("\"o\":")));
    told + &opened.join(" ")
}

fn opened(cursor: &str) -> Option<String> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if cursor.contains(['.', '_']) {
        return None; // Of a search or of matches: a score and an id.
    }
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0u32);
    for byte in cursor.bytes() {
        held = held << 6 | u32::try_from(DIGITS.iter().position(|digit| *digit == byte)?).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

async fn canaries_stay_home(world: &World) {
    let secrets = secrets(world).await;
    let all = [None].into_iter().chain(DisclosureLevel::iter().map(Some));
    let all: Vec<_> = all.filter(|level| *level != Some(DisclosureLevel::PublicBlind)).collect();
    let mut met = 0;
    for (name, person) in secrets.cast.people(world).await {
        let answers = told(&person, &secrets).await;
        for (noun, may) in seen(&person.viewer(), &secrets) {
            for level in &all {
                let word = canary(noun, *level);
                if level.is_some() && *level <= may {
                    met += usize::from(answers.contains(&word));
                } else {
                    assert!(!answers.contains(&word), "{name} was told {word}");
                }
            }
        }
        // Who stands behind a need is told from the level of introduction on.
        if secrets.need.level(&person.viewer()) < Some(DisclosureLevel::Introduced) {
            let need = everything("Need", 1);
            let one = format!("{{ need(id: \"{}\") {{ {need} }} }}", secrets.need.id);
            let body = person.send(&one, json!({})).await.body.to_string();
            for trace in ["Hornos del Valle", "Cerámica", &secrets.cast.company.to_string()] {
                assert!(!body.contains(trace), "{name} was told {trace}");
            }
        }
        // Who the other one is, an expression of interest tells in steps.
        let one = secrets.interest.id;
        let one = format!("{{ interest(id: \"{one}\") {{ {} }} }}", everything("Interest", 1));
        let body = person.send(&one, json!({})).await.body.to_string();
        let (company, ott) = (secrets.cast.company.to_string(), secrets.cast.ott.to_string());
        for (from, traces) in [
            (DisclosureLevel::Introduced, ["Hornos del Valle", &company]),
            (DisclosureLevel::Network, ["Oficina de Transferencia", &ott]),
        ] {
            let level = secrets.interest.level(&person.viewer());
            let own = person.viewer().is(entity::Role::MemberUser, secrets.cast.company);
            if level < Some(from) && !(own && from == DisclosureLevel::Introduced) {
                for trace in traces {
                    assert!(!body.contains(trace), "{name} was told {trace}");
                }
            }
        }
        // No filter and no search finds by what the viewer may not read.
        let words = |noun: &'static str| all.iter().map(move |level| (noun, *level));
        let words: Vec<_> = ["need", "offer", "hidden"].into_iter().flat_map(words).collect();
        for field in
            ["search(text: $)", "needs(filter: { text: $ })", "offers(filter: { text: $ })"]
        {
            let mut ask = String::new();
            for (place, (noun, level)) in words.iter().enumerate() {
                let field = field.replace('$', &format!("\"{}\"", canary(noun, *level)));
                write!(ask, "f{place}: {field} {{ totalCount }} ").unwrap();
            }
            let found = person.send(&format!("{{ {ask} }}"), json!({})).await.data().clone();
            for (place, (noun, level)) in words.iter().enumerate() {
                let readable = *level == Some(DisclosureLevel::Network) && *noun != "hidden";
                let searched = field.starts_with("search") && person.viewer().is_member();
                let count = &found[format!("f{place}")]["totalCount"];
                let right = usize::from(readable && searched);
                assert_eq!(*count, right, "{name}: {field} {}", canary(noun, *level));
            }
        }
    }
    assert!(met > 50, "canaries that nobody may read prove nothing: {met}");
    assert_eq!(world.events().await, [""; 0]);
    // What people write is in no event and, with all that was asked above, in no line of the log.
    let member = world.person(entity::Role::MemberUser, secrets.cast.company).await;
    let company = json!({ "company": secrets.cast.company.to_string() });
    let annex = json!({ "confidentialAnnex": { "es": "zanatevariable" } });
    let draft = with(with(crate::needs::text(), company), annex);
    assert_eq!(member.need("draftNeed", draft).await.outcome(), "DONE");
    for event in world.event_rows().await {
        assert!(!event.body.to_string().contains("zanate"), "{}", event.body);
    }
    let lines = tests::log::lines();
    assert!(lines.contains("request"), "the log is listened to");
    assert!(!lines.contains("zanate"), "a canary in the log");
}

async fn every_field_is_there_or_named_as_hidden(world: &World) {
    let secrets = secrets(world).await;
    for (name, person) in secrets.cast.people(world).await {
        let viewer = person.viewer();
        let id = secrets.need.id.to_string();
        check(name, &person, "need", &id, secrets.need.level(&viewer), needs::FIELDS).await;
        let id = secrets.offer.id.to_string();
        check(name, &person, "offer", &id, secrets.offer.level(&viewer), offers::FIELDS).await;
        let id = secrets.asset.id.to_string();
        check(name, &person, "ipAsset", &id, secrets.asset.level(&viewer), ip::FIELDS).await;
        let id = secrets.able.id.to_string();
        let level = secrets.able.level(&viewer);
        check(name, &person, "capability", &id, level, capabilities::FIELDS).await;
        let level = seen(&viewer, &secrets)[3].1;
        let id = secrets.cast.company.to_string();
        check(name, &person, "organization", &id, level, organizations::FIELDS).await;
    }
}

async fn check<C>(
    name: &str,
    person: &Person<'_>,
    noun: &str,
    id: &str,
    level: Option<DisclosureLevel>,
    fields: &[Field<C>],
) {
    let level = level.expect("what is on the network is there for everybody");
    let of = format!("{}{}", noun[..1].to_uppercase(), &noun[1..]);
    let ask = format!("{{ {noun}(id: \"{id}\") {{ {} }} }}", everything(&of, 1));
    let answer = person.send(&ask, json!({})).await;
    let seen = &answer.body["data"][noun];
    let named = seen["redactedFields"].as_array().expect("a list");
    for field in fields.iter().filter(|field| field.level > DisclosureLevel::PublicBlind) {
        let network_admin = name == "admin of the network" && field.name == "history";
        let hidden = field.level > level && !network_admin;
        assert_eq!(named.contains(&json!(field.name)), hidden, "{name}: {noun}.{}", field.name);
        // An ending that has not come has no reason, for anybody; who wants a way says whereto.
        let empty = ["metBy", "rescuedBy", "pathway"].contains(&field.name)
            || field.name.ends_with("Reason");
        let shown = !seen[field.name].is_null();
        assert_eq!(shown, !hidden && !empty, "{name}: {noun}.{}: {seen:#}", field.name);
    }
}
