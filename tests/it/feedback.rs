//! What was decided about needs and offers, as labelled pairs: of those who consent, without
//! anybody in it, for the network's admin alone.

use std::{collections::BTreeMap, path::Path, process::Command};

use api::feedback::tables;
use chrono::TimeDelta;
use entity::{
    AgreementStatus, AgreementType, Codes, ConsentPurpose, DeclineReason, InterestDirection,
    InterestStatus, Localized, MatchComponent, MatchComponents, MatchStatus, NeedStatus,
    OfferStatus, OrganizationId, Role, agreement, consent, interest, match_, need, offer,
};
use matching::{Collection, Method};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::{Value, json};
use tests::{Answer, Cast, Person, World, binary::binary, records};

tests::stories!(
    each_act_gives_its_grade,
    a_pair_is_labelled_as_it_goes,
    reasons_that_do_not_speak_of_fit_give_no_label,
    what_the_match_had_stands_beside_it,
    without_consent_nothing_is_told,
    offices_consent_to_this_alone,
    what_has_left_the_network_is_not_told,
    nobody_and_no_secret_is_in_it,
    feedback_is_for_the_networks_admin,
    pages_follow_each_other,
    what_is_exported_is_measured,
);

const READ: &str = "query($first: Int, $after: String) { matchFeedback(first: $first, after: $after) { \
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor } nodes { id grade act reason \
    decidedOn score coverage weightsVersion components { feature weight value contribution } \
    need { id language text } offer { id language text } } } }";

async fn feedback(person: &Person<'_>) -> Vec<Value> {
    let answer = person.send(READ, json!({ "first": 100 })).await;
    let nodes = answer.root()["nodes"].as_array().expect("a list").clone();
    assert_eq!(answer.root()["totalCount"], nodes.len());
    nodes
}

/// The label of the one pair that there is.
async fn label(person: &Person<'_>) -> Value {
    let pairs = feedback(person).await;
    assert!(pairs.len() < 2, "{pairs:#?}");
    pairs.first().map_or(Value::Null, |pair| json!([pair["act"], pair["grade"]]))
}

/// An organization lets what it decided be used.
async fn lets(world: &World, organization: OrganizationId) -> consent::Model {
    let row = records::consent(organization, ConsentPurpose::MatchFeedback, world.now());
    world.put(row.clone()).await;
    row
}

/// The cast, whose company and office consent, and the network's admin.
async fn willing(world: &World) -> (Cast, Person<'_>) {
    let cast = world.cast().await;
    lets(world, cast.company).await;
    lets(world, cast.ott).await;
    (cast, world.person(Role::NetworkAdmin, cast.network).await)
}

async fn two(world: &World, cast: &Cast) -> (need::Model, offer::Model) {
    let need = world.need(cast, NeedStatus::Published).await;
    (need, world.offer(cast, OfferStatus::Published).await)
}

/// A match of the two that was decided about now.
async fn decided(
    world: &World,
    (need, offer): &(need::Model, offer::Model),
    status: MatchStatus,
    reason: Option<DeclineReason>,
) -> match_::Model {
    let decided_at = (status != MatchStatus::Suggested).then(|| world.now());
    let row = records::suggestion(need, offer);
    let row = match_::Model { status, decided_at, dismissed_reason: reason, ..row };
    world.put(row.clone()).await;
    row
}

/// An interest between the two.
async fn interested(
    world: &World,
    (need, offer): &(need::Model, offer::Model),
    status: InterestStatus,
    change: impl FnOnce(&mut interest::Model),
) -> interest::Model {
    let direction = InterestDirection::OfferToNeed;
    let mut row = records::interest(need, offer, direction, status, world.now());
    change(&mut row);
    world.put(row.clone()).await;
    row
}

async fn each_act_gives_its_grade(world: &World) {
    use InterestStatus::{
        Accepted, Agreed, ClosedNoDeal, Declined, Draft, Evaluation, Forwarded, Rejected, Submitted,
    };
    let (cast, admin) = willing(world).await;
    let mut wanted: BTreeMap<String, u64> = BTreeMap::new();
    let mut want = |act: &str| *wanted.entry(act.to_owned()).or_default() += 1;
    // What nobody decided about gives no label, and a draft is its sender's alone.
    decided(world, &two(world, &cast).await, MatchStatus::Suggested, None).await;
    let waiting = two(world, &cast).await;
    let row = records::suggestion(&waiting.0, &waiting.1);
    world.put(match_::Model { status: MatchStatus::Stale, ..row }).await;
    interested(world, &two(world, &cast).await, Draft, |_| ()).await;
    for status in [MatchStatus::Shortlisted, MatchStatus::Stale] {
        decided(world, &two(world, &cast).await, status, None).await;
        want("SHORTLISTED 1");
    }
    let unfit = Some(DeclineReason::TechnicalObjection);
    decided(world, &two(world, &cast).await, MatchStatus::Dismissed, unfit).await;
    want("DISMISSED 0");
    for status in [Submitted, Forwarded] {
        interested(world, &two(world, &cast).await, status, |_| ()).await;
        want("INTERESTED 1");
    }
    for status in [Accepted, Evaluation, Agreed] {
        interested(world, &two(world, &cast).await, status, |_| ()).await;
        want("ACCEPTED 2");
    }
    // Each is out of scope.
    for status in [Rejected, Declined, ClosedNoDeal] {
        interested(world, &two(world, &cast).await, status, |_| ()).await;
        want("REFUSED 0");
    }
    let gone = |row: &mut interest::Model| row.ended_at = Some(row.updated_at);
    interested(world, &two(world, &cast).await, InterestStatus::Withdrawn, gone).await;
    for (kind, status, act) in [
        (AgreementType::ExclusiveLicence, AgreementStatus::Active, "AGREED 3"),
        (AgreementType::ExclusiveLicence, AgreementStatus::Terminated, "AGREED 3"),
        (AgreementType::ExclusiveLicence, AgreementStatus::Negotiation, "ACCEPTED 2"),
        (AgreementType::ExclusiveLicence, AgreementStatus::Cancelled, "ACCEPTED 2"),
        (AgreementType::MutualNda, AgreementStatus::Active, "ACCEPTED 2"),
    ] {
        let base = interested(world, &two(world, &cast).await, Accepted, |_| ()).await;
        let mut row = records::agreement(&base, kind, status, world.now());
        // Signed by all before it was given up.
        row.signed_at =
            row.signed_at.or((status == AgreementStatus::Cancelled).then_some(world.now()));
        world.agree(&row).await;
        want(act);
    }
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for pair in feedback(&admin).await {
        let act = format!("{} {}", pair["act"].as_str().unwrap(), pair["grade"]);
        *found.entry(act).or_default() += 1;
        assert_eq!(pair["decidedOn"], "2026-03-02");
        let unfit = ["DISMISSED", "REFUSED"].contains(&pair["act"].as_str().unwrap());
        assert_eq!(!pair["reason"].is_null(), unfit, "{pair:#}");
    }
    assert_eq!(found, wanted);
}

async fn a_pair_is_labelled_as_it_goes(world: &World) {
    let (cast, admin) = willing(world).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let both = two(world, &cast).await;
    let row = decided(world, &both, MatchStatus::Suggested, None).await;
    assert_eq!(label(&admin).await, Value::Null);
    let at = |version: i32| json!({ "id": row.id.to_string(), "expectedVersion": version });
    liaison.matched("shortlistMatch", at(1)).await.data();
    assert_eq!(label(&admin).await, json!(["SHORTLISTED", 1]));
    world.pass(TimeDelta::days(1));
    let mut why = at(2);
    why["reason"] = json!("OUT_OF_SCOPE");
    why["note"] = json!("Es para otro proceso");
    liaison.matched("dismissMatch", why).await.data();
    assert_eq!(label(&admin).await, json!(["DISMISSED", 0]));
    assert_eq!(feedback(&admin).await[0]["decidedOn"], "2026-03-03");
    // Whoever is interested in what was dismissed says that it fits after all.
    world.pass(TimeDelta::days(1));
    let base = interested(world, &both, InterestStatus::Submitted, |_| ()).await;
    assert_eq!(label(&admin).await, json!(["INTERESTED", 1]));
    world.pass(TimeDelta::days(1));
    let now = world.now();
    let status = InterestStatus::Evaluation;
    world.overwrite(interest::Model { status, accepted_at: Some(now), ..base.clone() }).await;
    assert_eq!(label(&admin).await, json!(["ACCEPTED", 2]));
    let kind = AgreementType::ExclusiveLicence;
    world.agree(&records::agreement(&base, kind, AgreementStatus::Completed, now)).await;
    assert_eq!(label(&admin).await, json!(["AGREED", 3]));
    // How it went afterwards says nothing of whether they fitted.
    world.pass(TimeDelta::days(1));
    let closed = interest::Model {
        status: InterestStatus::ClosedNoDeal,
        accepted_at: Some(now),
        ended_at: Some(world.now()),
        decline_reason: Some(DeclineReason::TechnicalObjection),
        ..base
    };
    world.overwrite(closed).await;
    assert_eq!(label(&admin).await, json!(["AGREED", 3]));
    assert_eq!(world.events().await, ["MATCH_SHORTLISTED", "MATCH_DISMISSED"]);
}

async fn reasons_that_do_not_speak_of_fit_give_no_label(world: &World) {
    let (cast, admin) = willing(world).await;
    for reason in DeclineReason::iter() {
        let both = two(world, &cast).await;
        decided(world, &both, MatchStatus::Dismissed, Some(reason)).await;
        // The sender's word stands where it was refused for another reason than fit.
        let refuse = |row: &mut interest::Model| row.decline_reason = Some(reason);
        let both = two(world, &cast).await;
        interested(world, &both, InterestStatus::Declined, refuse).await;
    }
    let pairs = feedback(&admin).await;
    let of = |act: &str| {
        let of = pairs.iter().filter(|pair| pair["act"] == act);
        let mut of: Vec<_> = of.map(|pair| pair["reason"].as_str().unwrap_or("")).collect();
        of.sort_unstable();
        of
    };
    let unfit = ["EARLY_STAGE", "OUT_OF_SCOPE", "TECHNICAL_OBJECTION"];
    assert_eq!((of("DISMISSED"), of("REFUSED")), (unfit.to_vec(), unfit.to_vec()));
    let others = DeclineReason::iter().count() - unfit.len();
    assert_eq!(of("INTERESTED"), vec![""; others]);
}

async fn what_the_match_had_stands_beside_it(world: &World) {
    let (cast, admin) = willing(world).await;
    let both = two(world, &cast).await;
    let row = records::suggestion(&both.0, &both.1);
    let part = MatchComponent {
        feature: "READINESS".into(),
        weight: 10_000,
        value: 5_000,
        contribution: 5_000,
        explanation: Localized::spanish("Porque sí"),
    };
    world
        .put(match_::Model {
            status: MatchStatus::Shortlisted,
            decided_at: Some(world.now()),
            score: 4_321,
            coverage: 8_765,
            components: MatchComponents(vec![part]),
            weights_version: "one/weights-7".into(),
            ..row
        })
        .await;
    let pair = feedback(&admin).await.remove(0);
    assert_eq!((&pair["score"], &pair["coverage"]), (&json!(4_321), &json!(8_765)));
    assert_eq!(pair["weightsVersion"], "one/weights-7");
    let part =
        json!({ "feature": "READINESS", "weight": 10_000, "value": 5_000, "contribution": 5_000 });
    assert_eq!(pair["components"], json!([part]));
    assert_eq!(pair["need"]["language"], "ES");
    let text = pair["need"]["text"].as_str().unwrap();
    assert!(text.starts_with("Recuperar el calor de hornos Hornos de túnel"), "{text}");
    assert!(text.contains("400 kW") && !text.contains("kiln"), "what the network reads: {text}");
    // Without a match there is nothing to tell of it; a text in English alone is told in English.
    world.pass(TimeDelta::days(1));
    let english = Localized { es: None, en: Some("Dye cotton without water".into()) };
    let need = need::Model {
        title: english.clone(),
        summary: english,
        partner_role: None,
        description: None,
        technical_specification: None,
        current_solution: None,
        why_insufficient: None,
        ..records::need(&cast, NeedStatus::Published, world.now())
    };
    world.put(need.clone()).await;
    interested(world, &(need, both.1), InterestStatus::Submitted, |_| ()).await;
    let pairs = feedback(&admin).await;
    let pair = pairs.iter().find(|pair| pair["act"] == "INTERESTED").unwrap();
    assert_eq!((&pair["score"], &pair["components"]), (&Value::Null, &json!([])));
    assert_eq!(pair["need"]["language"], "EN");
    assert_eq!(pair["need"]["text"], "Dye cotton without water Dye cotton without water");
    // One offer has one name.
    assert_eq!(pairs[0]["offer"]["id"], pairs[1]["offer"]["id"]);
}

async fn without_consent_nothing_is_told(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let both = two(world, &cast).await;
    decided(world, &both, MatchStatus::Shortlisted, None).await;
    interested(world, &two(world, &cast).await, InterestStatus::Accepted, |_| ()).await;
    let base = interested(world, &two(world, &cast).await, InterestStatus::Agreed, |_| ()).await;
    let kind = AgreementType::ExclusiveLicence;
    world.agree(&records::agreement(&base, kind, AgreementStatus::Active, world.now())).await;
    assert_eq!(feedback(&admin).await.len(), 0, "nobody consents");
    // Another consent is no consent to this.
    for purpose in ConsentPurpose::iter().filter(|other| *other != ConsentPurpose::MatchFeedback) {
        for organization in [cast.company, cast.ott] {
            world.put(records::consent(organization, purpose, world.now())).await;
        }
    }
    assert_eq!(feedback(&admin).await.len(), 0, "nobody consents to this");
    let company = lets(world, cast.company).await;
    assert_eq!(feedback(&admin).await.len(), 0, "the company alone");
    let office = lets(world, cast.ott).await;
    assert_eq!(feedback(&admin).await.len(), 3);
    // A consent that has an end ends.
    let until = world.now() + TimeDelta::days(1);
    world.overwrite(consent::Model { expires_at: Some(until), ..office }).await;
    world.pass(TimeDelta::days(1));
    assert_eq!(feedback(&admin).await.len(), 0);
    lets(world, cast.ott).await;
    assert_eq!(feedback(&admin).await.len(), 3);
    // Everybody behind a need is asked.
    let shared = Codes::from_iter([cast.ally]);
    world.overwrite(need::Model { shared_by: shared, ..both.0 }).await;
    assert_eq!(feedback(&admin).await.len(), 2, "the other company did not consent");
    lets(world, cast.ally).await;
    assert_eq!(feedback(&admin).await.len(), 3);
    // What is taken back is taken back at once, also from what is exported.
    let member = world.person(Role::MemberUser, cast.company).await;
    let ask = "mutation($id: ID!) { withdrawConsent(id: $id) { userErrors { code } } }";
    let id = json!({ "id": company.id.to_string() });
    assert_eq!(member.send(ask, id).await.outcome(), "DONE");
    assert_eq!(feedback(&admin).await.len(), 0);
    let tables = tables(world.db(), world.now()).await.unwrap();
    assert_eq!((tables.pairs, tables.queries.lines().count()), (0, 1));
    assert_eq!(world.events().await, ["CONSENT_WITHDRAWN"]);
}

async fn grant(person: &Person<'_>, organization: OrganizationId, purpose: &str) -> Answer {
    let ask = "mutation($input: GrantConsentInput!) { grantConsent(input: $input) { \
        consent { id } userErrors { code field } } }";
    let input = json!({ "organization": organization.to_string(), "purpose": purpose });
    person.send(ask, json!({ "input": input })).await
}

async fn offices_consent_to_this_alone(world: &World) {
    let cast = world.cast().await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let other = world.person(Role::OttManager, cast.other_ott).await;
    for person in [&officer, &admin, &other] {
        assert_eq!(grant(person, cast.ott, "MATCH_FEEDBACK").await.outcome(), "FORBIDDEN");
    }
    assert_eq!(grant(&manager, cast.company, "MATCH_FEEDBACK").await.outcome(), "FORBIDDEN");
    for purpose in ConsentPurpose::iter().map(|purpose| purpose.to_value()) {
        let outcome = if purpose == "MATCH_FEEDBACK" { "DONE" } else { "FORBIDDEN" };
        assert_eq!(grant(&manager, cast.ott, &purpose).await.outcome(), outcome, "{purpose}");
    }
    assert_eq!(
        grant(&manager, cast.ott, "MATCH_FEEDBACK").await.user_errors(),
        ["DUPLICATE input.purpose"]
    );
    // A role in the wrong kind of organization consents to nothing for it.
    let chamber = world.person(Role::OttManager, cast.chamber).await;
    let wrong = grant(&chamber, cast.chamber, "MATCH_FEEDBACK").await;
    assert_eq!(wrong.user_errors(), ["INVALID input.organization"]);
    let misplaced = world.person(Role::MemberUser, cast.ott).await;
    let wrong = grant(&misplaced, cast.ott, "PUBLICATION").await;
    assert_eq!(wrong.user_errors(), ["INVALID input.organization"]);
    let read = "query($id: ID!) { organization(id: $id) { consents { id purpose withdrawnAt } } }";
    let told = manager.send(read, json!({ "id": cast.ott.to_string() })).await.root().clone();
    assert_eq!(told["consents"][0]["purpose"], "MATCH_FEEDBACK");
    let id = json!({ "id": told["consents"][0]["id"] });
    let ask = "mutation($id: ID!) { withdrawConsent(id: $id) { userErrors { code } } }";
    for person in [&officer, &other] {
        assert_eq!(person.send(ask, id.clone()).await.outcome(), "NOT_FOUND");
    }
    assert_eq!(manager.send(ask, id).await.outcome(), "DONE");
    assert_eq!(world.events().await, ["CONSENT_GRANTED", "CONSENT_WITHDRAWN"]);
}

async fn what_has_left_the_network_is_not_told(world: &World) {
    let (cast, admin) = willing(world).await;
    let both = two(world, &cast).await;
    decided(world, &both, MatchStatus::Shortlisted, None).await;
    for status in NeedStatus::iter() {
        world.overwrite(need::Model { status, ..both.0.clone() }).await;
        let seen = matches!(status, NeedStatus::Published | NeedStatus::Fulfilled);
        let pairs = feedback(&admin).await;
        assert_eq!(pairs.len(), usize::from(seen), "{status:?}");
        if let [pair] = &pairs[..] {
            // What was met stays as a result, without what the network read of it.
            let text = pair["need"]["text"].as_str().unwrap();
            assert_eq!(text.contains("400 kW"), status == NeedStatus::Published, "{text}");
        }
    }
    world.overwrite(both.0.clone()).await;
    for status in OfferStatus::iter() {
        world.overwrite(offer::Model { status, ..both.1.clone() }).await;
        let seen = matches!(
            status,
            OfferStatus::Published | OfferStatus::Reserved | OfferStatus::Transferred
        );
        assert_eq!(feedback(&admin).await.len(), usize::from(seen), "{status:?}");
        let tables = tables(world.db(), world.now()).await.unwrap();
        assert_eq!(tables.pairs, usize::from(seen), "{status:?}");
    }
}

async fn nobody_and_no_secret_is_in_it(world: &World) {
    let (cast, admin) = willing(world).await;
    let told = |text: &str| Some(Localized::spanish(text));
    let need = need::Model {
        current_solution: told("Hoy lo hace HORNOS DEL VALLE con chimenea"),
        why_insufficient: told("Pregunten a hornos@ejemplo.mx"),
        description: told("Gases\ta 420\r\ngrados"),
        ..records::need(&cast, NeedStatus::Published, world.now())
    };
    let offer = offer::Model {
        description: told("Probado por la Oficina de Transferencia Ejemplar"),
        state_of_the_art: told("Según Ana Inventora, de la Universidad del Ejemplo"),
        ..records::offer(&cast, OfferStatus::Published, world.now())
    };
    world.put(need.clone()).await;
    world.put(offer.clone()).await;
    let both = (need, offer);
    decided(world, &both, MatchStatus::Converted, None).await;
    let base = interested(world, &both, InterestStatus::Accepted, |_| ()).await;
    let kind = AgreementType::ExclusiveLicence;
    let contract = records::agreement(&base, kind, AgreementStatus::Active, world.now());
    world.agree(&contract).await;
    let agreement::Model { id, folio, .. } = contract;
    let answer = admin.send(READ, json!({ "first": 100 })).await;
    assert_eq!(answer.root()["nodes"].as_array().unwrap().len(), 1);
    let tables = tables(world.db(), world.now()).await.unwrap();
    assert_eq!((tables.pairs, tables.relevant), (1, 1));
    let files = [&tables.queries, &tables.docs, &tables.qrels];
    for text in [answer.body.to_string(), files.map(String::as_str).concat()] {
        assert!(text.contains("Recuperador cerámico"), "{text}");
        assert!(text.contains("Gases a 420 grados"), "in one line: {text}");
        for secret in [
            // Above the network's level.
            "Balance térmico",
            "Regalía",
            "Sinterizado",
            "Cláusula",
            "piloto en planta",
            // Whoever they are.
            "VALLE",
            "Valle",
            "ejemplo.mx",
            "Transferencia",
            "Inventora",
            "Universidad",
            "Cámara",
            // Where they are found.
            "NEC-",
            "OFE-",
            "INT-",
            "CON-",
            &folio,
        ] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        for id in [both.0.id.0, both.1.id.0, base.id.0, id.0, cast.company.0, cast.ott.0] {
            assert!(!text.contains(&id.simple().to_string()), "{text}");
        }
    }
}

async fn feedback_is_for_the_networks_admin(world: &World) {
    let (cast, _) = willing(world).await;
    decided(world, &two(world, &cast).await, MatchStatus::Shortlisted, None).await;
    for (name, person) in cast.people(world).await {
        let answer = person.send(READ, json!({})).await;
        match name {
            "admin of the network" => assert_eq!(answer.root()["totalCount"], 1),
            "nobody" => assert_eq!(answer.code(), "UNAUTHENTICATED"),
            _ => assert_eq!(answer.code(), "FORBIDDEN", "{name}"),
        }
    }
    // Nor for an admin of a part of the network.
    let part = world.person_within(Role::NetworkAdmin, cast.network, &[cast.north]).await;
    assert_eq!(part.send(READ, json!({})).await.code(), "FORBIDDEN");
}

async fn pages_follow_each_other(world: &World) {
    let (cast, admin) = willing(world).await;
    for _ in 0..5 {
        decided(world, &two(world, &cast).await, MatchStatus::Shortlisted, None).await;
    }
    let all: Vec<_> = feedback(&admin).await.iter().map(|pair| pair["id"].clone()).collect();
    let (mut paged, mut after) = (Vec::new(), Value::Null);
    for (before, next) in [(false, true), (true, true), (true, false)] {
        let page = admin.send(READ, json!({ "first": 2, "after": after })).await.root().clone();
        assert_eq!(page["totalCount"], 5);
        assert_eq!(page["pageInfo"]["hasNextPage"], next);
        assert_eq!(page["pageInfo"]["hasPreviousPage"], before);
        after = page["pageInfo"]["endCursor"].clone();
        paged.extend(page["nodes"].as_array().unwrap().iter().map(|pair| pair["id"].clone()));
    }
    assert_eq!(paged, all);
    for wrong in [
        json!({ "first": 0 }),
        json!({ "first": 101 }),
        json!({ "first": -1 }),
        json!({ "after": "x" }),
    ] {
        assert_eq!(admin.send(READ, wrong).await.code(), "BAD_USER_INPUT");
    }
}

fn evaluate(world: &World, args: &[&str]) -> String {
    let mut command = Command::new(binary().expect("a binary"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VINCULO_")) {
        command.env_remove(name);
    }
    command.env("VINCULO_DATABASE_URL", world.url()).arg("evaluate").args(args);
    let output = command.output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// What the command line writes is read by it again, and measured as by hand.
async fn what_is_exported_is_measured(world: &World) {
    let Some(_) = binary() else { return };
    let (cast, _) = willing(world).await;
    let folder = std::env::temp_dir().join(format!("vinculo-feedback-{}", uuid::Uuid::new_v4()));
    let (set, export) = (folder.join("set"), folder.join("export"));
    std::fs::create_dir_all(&set).unwrap();
    let names = "lang\tsubset\ttext\n";
    for (name, text) in [
        ("queries.tsv", format!("query_id\t{names}q\tes\tset\tagua\n")),
        ("docs.tsv", format!("doc_id\t{names}d\tes\tset\tagua limpia\n")),
        ("qrels.tsv", "query_id\tdoc_id\trelevance\nq\td\t1\n".to_owned()),
    ] {
        std::fs::write(set.join(name), text).unwrap();
    }
    let path = |path: &Path| path.display().to_string();
    let args = ["--dir", &path(&set), "--feedback", "--export", &path(&export)];
    let told = evaluate(world, &args);
    assert!(told.contains("0 labelled pairs") && told.contains("Nothing to measure by"), "{told}");
    assert!(!export.exists(), "nothing is written of nothing");

    // One need and three offers: the likest was dismissed, the next is of interest, the last, which
    // says little of it, was agreed on.
    let need = world.need(&cast, NeedStatus::Published).await;

    let offer = |title: &str| offer::Model {
        title: Localized::spanish(title),
        summary: Localized::spanish(title),
        description: None,
        problem_solved: None,
        state_of_the_art: None,
        advantages: None,
        partner_role: None,
        ..records::offer(&cast, OfferStatus::Published, world.now())
    };
    let offers = [
        offer("Recuperar el calor de hornos de túnel para secado"),
        offer("Recuperar el calor de calderas de vapor y de agua con tubos de cobre"),
        offer("Medidor de humedad para granos con secado solar y registro de datos en la nube"),
    ];
    for row in &offers {
        world.put(row.clone()).await;
    }
    let [first, second, third] = offers.map(|offer| (need.clone(), offer));
    decided(world, &first, MatchStatus::Dismissed, Some(DeclineReason::OutOfScope)).await;
    interested(world, &second, InterestStatus::Submitted, |_| ()).await;
    let base = interested(world, &third, InterestStatus::Agreed, |_| ()).await;
    let kind = AgreementType::ExclusiveLicence;
    world.agree(&records::agreement(&base, kind, AgreementStatus::Active, world.now())).await;

    let told = evaluate(world, &args);
    assert!(
        told.contains("Feedback of this network: 3 labelled pairs, 2 of them relevant"),
        "{told}"
    );
    let file = |name: &str| std::fs::read_to_string(export.join(name)).unwrap();
    let read = Collection::parse(&file("queries.tsv"), &file("docs.tsv"), &file("qrels.tsv"));
    let read = read.unwrap();
    assert_eq!(read.sizes(), (1, 3, 2));
    // Relevance of what is found: 0, 1, 3, with gains of 2^relevance - 1; ideal: 3, 1.
    let log3 = 3_f64.log2();
    let ndcg = (1.0 / log3 + 7.0 / 2.0) / (7.0 + 1.0 / log3);
    let report = read.evaluate(Method::Words);
    let measures = report.within.unwrap();
    assert!((measures.ndcg_at_10 - ndcg).abs() < 1e-9, "{measures:?} {ndcg}");
    assert!((measures.mrr - 0.5).abs() < 1e-9 && (measures.recall_at_50 - 1.0).abs() < 1e-9);
    assert_eq!((report.tasks.len(), report.tasks[0].subset.as_str()), (1, "feedback"));
    // The command line prints the same of the database and of the folder, after the other set.
    let line = |told: &str, what: &str| {
        let line = told.lines().find(|line| line.starts_with(what)).map(ToOwned::to_owned);
        line.unwrap_or_else(|| panic!("{what}: {told}"))
    };
    assert!(line(&told, "set es>es").contains("1.000"), "{told}");
    let again = evaluate(world, &["--dir", &path(&export)]);
    let of_feedback = line(&told, "feedback es>es");
    assert_eq!(of_feedback, line(&again, "feedback es>es"));
    assert!(of_feedback.contains(&format!("{ndcg:.3}")), "{of_feedback}");
    std::fs::remove_dir_all(&folder).unwrap();
}
