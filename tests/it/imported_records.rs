//! Needs and offers from files, up to the matches that come of them.

use api::error::Error;
use api::import::{self, Format, Note, Notes, Options, Report};
use entity::{NeedStatus, OfferStatus, Role, external_ref, history, need, offer};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{Cast, World};

use crate::{
    imports::{brief, of},
    needs::with,
};

tests::stories!(
    needs_come_in_the_names_of_the_enterprise_network,
    needs_again_change_what_has_changed,
    what_is_under_review_is_left_alone,
    lines_that_say_nothing_useful_are_told,
    no_text_of_a_line_brings_the_import_down,
    offers_come_as_lines_and_as_tables,
    files_become_needs_with_explained_matches,
);

async fn read_needs(
    world: &World,
    file: &str,
    format: Format,
    options: &Options,
) -> (Result<Report, Error>, Vec<Note>) {
    let mut notes = Notes::default();
    let mut source = file.as_bytes();
    let report = import::needs(&world.service, &mut source, format, options, &mut notes).await;
    (report, notes.0)
}

async fn read_offers(
    world: &World,
    file: &str,
    format: Format,
    options: &Options,
) -> (Result<Report, Error>, Vec<Note>) {
    let mut notes = Notes::default();
    let mut source = file.as_bytes();
    let report = import::offers(&world.service, &mut source, format, options, &mut notes).await;
    (report, notes.0)
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

fn from(cast: &Cast) -> Options {
    Options { ott: Some(cast.ott), ..Options::default() }
}

fn counts(report: Result<Report, Error>) -> [u64; 5] {
    let report = report.unwrap();
    [report.lines, report.created, report.updated, report.unchanged, report.skipped]
}

/// A complete need under the names of the EEN partner interface.
fn een(cast: &Cast, id: &str) -> Value {
    json!({
        "reference": id,
        "company": cast.company.to_string(),
        "profileType": "TR",
        "title": "Recuperar el calor de hornos de túnel",
        "shortSummary": { "es": "Hornos de túnel que secan cerámica", "en": "Tunnel kilns that dry ceramics" },
        "description": "Gases a 420 grados que hoy se pierden por la chimenea",
        "technicalSpecificationOrExpertiseSought": "Recuperador de 400 kW",
        "expectedRoleOfThePartner": "Diseñar e instalar",
        "typesOfPartnership": ["RD_COOPERATION_AGREEMENT"],
        "sdgKeywords": [9, 12],
        "scian": ["327"],
    })
}

/// A complete offer under our own names.
fn offered(id: &str) -> Value {
    json!({
        "externalId": id,
        "type": "TECHNOLOGY_OFFER",
        "title": { "es": "Recuperador cerámico de calor", "en": "Ceramic heat recuperator" },
        "summary": { "es": "Recupera el calor de los gases de hornos de túnel para secar cerámica" },
        "description": { "es": "Espuma cerámica que resiste gases a 1,100 grados" },
        "advantages": { "es": "Resiste gases más calientes que el metal" },
        "partnerRole": { "es": "Instalar en planta y medir" },
        "stage": "AVAILABLE_FOR_DEMONSTRATION", "trl": 7, "iprStatus": "NO_IPR",
        "applicationScian": ["327"], "technologyKeywords": ["F27D"],
        "transferMechanisms": ["RD_COOPERATION_AGREEMENT"],
        "partnershipTypes": ["RD_COOPERATION_AGREEMENT"],
    })
}

async fn needs_come_in_the_names_of_the_enterprise_network(world: &World) {
    let cast = world.cast().await;
    let mut told = een(&cast, "N-1");
    told["shortSummary"]["fr"] = json!("Fours");
    told["contactPerson"] = json!({ "name": "CANARY" });
    let mut again = een(&cast, "N-2");
    again["contactPerson"] = json!("CANARY");
    again["shortSummary"]["fr"] = json!("Fours");
    let file = lines(&[told, again]);
    let (report, notes) = read_needs(world, &file, Format::JsonLines, &of(&cast)).await;
    assert_eq!(counts(report), [2, 2, 0, 0, 0], "{notes:?}");
    let told = ["1 contactPerson?", "1 shortSummary.fr?"];
    assert_eq!(brief(&notes), told, "each unknown field once");
    let rows = need::Entity::find().all(world.db().fresh()).await.unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!((row.status, row.version), (NeedStatus::Draft, 1));
        assert_eq!((row.company_id, row.chamber_id), (cast.company, cast.chamber));
        assert_eq!(row.region_id, Some(cast.north));
        assert_eq!(row.summary.en.as_deref(), Some("Tunnel kilns that dry ceramics"));
        assert_eq!(row.title.es.as_deref(), Some("Recuperar el calor de hornos de túnel"));
        assert_eq!(row.sdg.0, ["9", "12"]);
        assert!(row.technical_specification.is_some() && row.partner_role.is_some());
    }
    let events = world.event_rows().await;
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.kind == "NEED_DRAFTED" && event.actor_id.is_none()));
    let steps = history::Entity::find().count(world.db().fresh()).await.unwrap();
    assert_eq!(steps, 2);
}

async fn needs_again_change_what_has_changed(world: &World) {
    let cast = world.cast().await;
    let (one, two) = (een(&cast, "N-1"), een(&cast, "N-2"));
    let file = lines(&[one.clone(), two.clone()]);
    read_needs(world, &file, Format::JsonLines, &of(&cast)).await.0.unwrap();
    let (again, _) = read_needs(world, &file, Format::JsonLines, &of(&cast)).await;
    assert_eq!(counts(again), [2, 0, 0, 2, 0]);
    assert_eq!(world.events().await.len(), 2, "the second time nothing happened");
    let file = lines(&[with(one, json!({ "urgency": "HIGH" })), two]);
    let (changed, _) = read_needs(world, &file, Format::JsonLines, &of(&cast)).await;
    assert_eq!(counts(changed), [2, 0, 1, 1, 0]);
    assert_eq!(world.events().await, ["NEED_REVISED"]);
    let rows = need::Entity::find().all(world.db().fresh()).await.unwrap();
    let mut versions: Vec<_> = rows.iter().map(|row| (row.version, row.urgency)).collect();
    versions.sort_by_key(|(version, _)| *version);
    assert_eq!(versions, [(1, None), (2, Some(entity::Urgency::High))]);
    // Another chamber's N-1 is another need.
    let mut other = een(&cast, "N-1");
    other["company"] = json!(cast.other_company.to_string());
    let options = Options { chamber: Some(cast.other_chamber), ..Options::default() };
    let (report, _) = read_needs(world, &lines(&[other]), Format::JsonLines, &options).await;
    assert_eq!(counts(report), [1, 1, 0, 0, 0]);
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
}

async fn what_is_under_review_is_left_alone(world: &World) {
    let cast = world.cast().await;
    let one = een(&cast, "N-1");
    let file = lines(std::slice::from_ref(&one));
    read_needs(world, &file, Format::JsonLines, &of(&cast)).await.0.unwrap();
    let row = need::Entity::find().one(world.db().fresh()).await.unwrap().unwrap();
    let member = world.person(Role::MemberUser, cast.company).await;
    let at = json!({ "id": row.id.to_string(), "expectedVersion": 1 });
    assert_eq!(member.need("submitNeed", at).await.outcome(), "DONE");
    assert_eq!(world.events().await, ["NEED_DRAFTED", "NEED_SUBMITTED"]);
    let before = need::Entity::find().one(world.db().fresh()).await.unwrap();
    let changed = lines(&[with(one, json!({ "title": "Otra cosa" })), een(&cast, "N-2")]);
    let (report, notes) = read_needs(world, &changed, Format::JsonLines, &of(&cast)).await;
    assert_eq!(counts(report), [2, 1, 0, 0, 1]);
    assert_eq!(brief(&notes), ["1 -"]);
    let id = row.id;
    let after = need::Entity::find_by_id(id).one(world.db().fresh()).await.unwrap();
    assert_eq!(after, before, "and the line after it came in");
    let (report, _) = read_needs(world, &file, Format::JsonLines, &of(&cast)).await;
    assert_eq!(counts(report), [1, 0, 0, 1, 0], "what has not changed is no mistake");
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
}

async fn lines_that_say_nothing_useful_are_told(world: &World) {
    let cast = world.cast().await;
    let good = een(&cast, "good");
    let change = |id: &str, more: Value| with(een(&cast, id), more).to_string();
    let long = "x".repeat(101);
    let huge = change("huge", json!({ "description": "y".repeat(2_000_000) }));
    let file = [
        good.to_string(),
        "[1, 2]".to_owned(),
        "{\"title\": ".to_owned(),
        String::new(),
        good.to_string(),
        change("5", json!({ "company": "DENUE/404" })),
        change("6", json!({ "company": null })),
        change("7", json!({ "company": cast.other_company.to_string() })),
        change("8", json!({ "company": entity::OrganizationId::new(world.now()).to_string() })),
        change("", json!({})),
        change(&long, json!({})),
        change("11", json!({ "title": null, "summary": "twice" })),
        change("12", json!({ "title": 5, "urgency": "SOMETIMES", "sdgKeywords": [99] })),
        change("13", json!({ "shortSummary": "z".repeat(501), "scian": ["nada"] })),
        huge,
        change("last", json!({})),
    ];
    let file = file.join("\n");
    let (report, notes) = read_needs(world, &file, Format::JsonLines, &of(&cast)).await;
    assert_eq!(counts(report), [15, 2, 0, 0, 13], "{notes:?}");
    assert_eq!(
        brief(&notes),
        [
            "2 -",
            "3 -",
            "5 externalId",
            "6 company",
            "7 company",
            "8 company",
            "9 company",
            "10 externalId",
            "11 externalId",
            "12 -",
            "13 title",
            "13 urgency",
            "14 summary.es",
            "14 scian",
            "15 -",
        ]
    );
    let db = world.db().fresh();
    assert_eq!(need::Entity::find().count(db).await.unwrap(), 2);
    assert_eq!(history::Entity::find().count(db).await.unwrap(), 2, "no half of a line stays");
    let refs = external_ref::Entity::find().all(db).await.unwrap();
    assert_eq!(refs.iter().filter(|row| row.external_id.starts_with("need/")).count(), 2);
    assert_eq!(world.events().await, ["NEED_DRAFTED", "NEED_DRAFTED"]);

    let strict = Options { strict: true, ..of(&cast) };
    let fresh = lines(&[een(&cast, "new"), een(&cast, "newer")]) + "nothing\n[]\n";
    let (refused, notes) = read_needs(world, &fresh, Format::JsonLines, &strict).await;
    assert!(refused.is_err());
    assert_eq!(brief(&notes), ["3 -", "4 -"]);
    assert_eq!(need::Entity::find().count(db).await.unwrap(), 2);
    for broken in ["title,summary\n", "", "externalId,externalId\n"] {
        assert!(read_needs(world, broken, Format::Csv, &of(&cast)).await.0.is_err(), "{broken}");
    }
    let wrong = Options { chamber: Some(cast.company), ..Options::default() };
    assert!(read_needs(world, "", Format::JsonLines, &wrong).await.0.is_err());
    assert!(read_offers(world, "", Format::JsonLines, &of(&cast)).await.0.is_err());
}

/// Every text inside of a value, replaced one at a time.
fn poisoned(value: &Value, poison: &str) -> Vec<Value> {
    match value {
        Value::String(text) => vec![json!(format!("{text}{poison}"))],
        Value::Array(parts) => (0..parts.len())
            .flat_map(|place| {
                poisoned(&parts[place], poison).into_iter().map(move |part| (place, part))
            })
            .map(|(place, part)| {
                let mut parts = parts.clone();
                parts[place] = part;
                Value::Array(parts)
            })
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| {
                poisoned(field, poison).into_iter().map(move |field| (name, field))
            })
            .map(|(name, field)| {
                let mut fields = fields.clone();
                fields.insert(name.clone(), field);
                Value::Object(fields)
            })
            .collect(),
        _ => Vec::new(),
    }
}

async fn no_text_of_a_line_brings_the_import_down(world: &World) {
    let cast = world.cast().await;
    let need = with(
        een(&cast, "N"),
        json!({
            "confidentialAnnex": { "es": "Balance", "en": "Balance" },
            "successCriteria": [{ "parameter": "Gas", "unit": "m3", "comparator": "AT_MOST", "target": "40" }],
            "constraints": ["Sin parar"], "callTitleAndIdentifier": "Uno", "frameworkProgram": "Dos",
            "timeframe": "2027-01-01", "stateCode": "05", "targetStates": ["19"],
            "technologyKeywords": ["F27D"], "reward": { "amount": "5.00", "currency": "MXN" },
        }),
    );
    let offer = with(
        offered("O"),
        json!({
            "comparators": [{ "alternative": "Metal", "metric": "Grados", "ours": "2", "theirs": "1", "unit": "C", "evidence": "Sí" }],
            "economics": { "costSaving": "Un tercio", "paybackMonths": 9, "assumptions": "Ninguna" },
            "trlEvidence": [{ "level": 7, "kind": "PUBLICATION", "title": "Ensayo" }],
            "publications": ["10.1000/uno"], "inventors": ["Ana"],
            "verifiedClaims": [{ "claim": "Ahorra", "method": "Ensayo", "verifiedBy": "Laboratorio", "verifiedOn": "2026-01-01" }],
            "indicativeTerms": "Cuatro", "enablingDetail": "Cinco",
        }),
    );
    for poison in ["\0", "\u{1}"] {
        let needs = poisoned(&need, poison);
        assert!(needs.len() > 25);
        let count = u64::try_from(needs.len()).unwrap();
        let (report, notes) =
            read_needs(world, &lines(&needs), Format::JsonLines, &of(&cast)).await;
        assert_eq!(counts(report), [count, 0, 0, 0, count], "{notes:#?}");
        let offers = poisoned(&offer, poison);
        let count = u64::try_from(offers.len()).unwrap();
        let (report, notes) =
            read_offers(world, &lines(&offers), Format::JsonLines, &from(&cast)).await;
        assert_eq!(counts(report), [count, 0, 0, 0, count], "{notes:#?}");
    }
    assert!(world.events().await.is_empty());
}

async fn offers_come_as_lines_and_as_tables(world: &World) {
    let cast = world.cast().await;
    let file = lines(&[
        offered("O-1"),
        json!({ "externalId": 7, "profileType": "TO",
        "title": "Otra", "shortSummary": "Otra oferta", "stageOfDevelopment": "CONCEPT",
        "advantagesAndInnovation": "Es mejor" }),
    ]);
    let (report, notes) = read_offers(world, &file, Format::JsonLines, &from(&cast)).await;
    assert_eq!(counts(report), [2, 2, 0, 0, 0], "{notes:?}");
    let (again, _) = read_offers(world, &file, Format::JsonLines, &from(&cast)).await;
    assert_eq!(counts(again), [2, 0, 0, 2, 0]);
    let table = "externalId,title.es,title.en,summary,trl,applicationScian,sdg,anonymous,favourite\n\
        T-1,Uno,One,\"Un resumen, con coma\",6,326;327,9;12,true,x\n\
        T-2,Dos,,Dos,alto,,nueve,quizá,\n\
        T-3,Tres,,Tres,,,,,\n";
    let (report, notes) = read_offers(world, table, Format::Csv, &from(&cast)).await;
    assert_eq!(counts(report), [3, 2, 0, 0, 1], "{notes:?}");
    assert_eq!(brief(&notes), ["2 favourite?", "3 trl", "3 sdg", "3 anonymous"]);
    let rows = offer::Entity::find().all(world.db().fresh()).await.unwrap();
    assert_eq!(rows.len(), 4);
    let one = rows.iter().find(|row| row.title.en.as_deref() == Some("One")).unwrap();
    assert_eq!((one.trl, one.anonymous, one.ott_id), (Some(6), true, cast.ott));
    assert_eq!(one.application_scian.0, ["326", "327"]);
    assert!(rows.iter().all(|row| row.status == OfferStatus::Draft));
    assert_eq!(world.events().await, ["OFFER_DRAFTED"; 4]);
}

async fn files_become_needs_with_explained_matches(world: &World) {
    let cast = world.cast().await;
    let roll = "externalId,legalName,scian,stateCode,municipality\n\
        S-1,Cerámica de Archivo,327,05,05030\n";
    super::imports::read(world, roll, &of(&cast)).await.0.unwrap();
    let needs: Vec<_> = (1..=3)
        .map(|id| with(een(&cast, &format!("N-{id}")), json!({ "company": "S-1" })))
        .collect();
    read_needs(world, &lines(&needs), Format::JsonLines, &of(&cast)).await.0.unwrap();
    let offers = lines(&[offered("O-1"), offered("O-2")]);
    read_offers(world, &offers, Format::JsonLines, &from(&cast)).await.0.unwrap();
    world.events().await;

    let db = world.db().fresh();
    let company = need::Entity::find().one(db).await.unwrap().unwrap().company_id;
    let member = world.person(Role::MemberUser, company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let stranger = world.stranger().await;
    let nobody = world.nobody();
    let at = |id: String, version: i32| json!({ "id": id, "expectedVersion": version });
    for row in need::Entity::find().all(db).await.unwrap() {
        let id = row.id.to_string();
        for who in [&stranger, &officer, &manager] {
            assert_eq!(who.need("submitNeed", at(id.clone(), 1)).await.code(), "NOT_FOUND");
        }
        assert_eq!(nobody.need("submitNeed", at(id.clone(), 1)).await.code(), "NOT_FOUND");
        assert_eq!(member.need("submitNeed", at(id.clone(), 1)).await.outcome(), "DONE");
        assert_eq!(member.need("publishNeed", at(id.clone(), 2)).await.code(), "FORBIDDEN");
        assert_eq!(manager.need("publishNeed", at(id.clone(), 2)).await.code(), "NOT_FOUND");
        assert_eq!(liaison.need("publishNeed", at(id, 2)).await.outcome(), "DONE");
    }
    for row in offer::Entity::find().all(db).await.unwrap() {
        let id = row.id.to_string();
        for who in [&stranger, &member, &liaison] {
            assert_eq!(who.offer("submitOffer", at(id.clone(), 1)).await.code(), "NOT_FOUND");
        }
        assert_eq!(officer.offer("submitOffer", at(id.clone(), 1)).await.outcome(), "DONE");
        assert_eq!(officer.offer("publishOffer", at(id.clone(), 2)).await.code(), "FORBIDDEN");
        assert_eq!(manager.offer("publishOffer", at(id, 2)).await.outcome(), "DONE");
    }
    assert_eq!(world.events().await.len(), 3 * 2 + 2 * 2);

    world.settled().await;
    world.service.catch_up().await.unwrap();
    api::matches::follow(&world.service, "one").await.unwrap();
    let query = "{ needs(first: 10) { nodes { title matches(first: 5) { nodes { \
        score explanation english: explanation(language: EN) offer { title } } } } } }";
    let seen = officer.send(query, json!({})).await.root().clone();
    let needs = seen["nodes"].as_array().unwrap();
    assert_eq!(needs.len(), 3);
    for need in needs {
        assert_eq!(need["title"], "Recuperar el calor de hornos de túnel");
        let matches = need["matches"]["nodes"].as_array().unwrap();
        assert_eq!(matches.len(), 2, "{need:#}");
        for found in matches {
            assert!((1_000..=10_000).contains(&found["score"].as_i64().unwrap()), "{found:#}");
            let (spanish, english) = (&found["explanation"], &found["english"]);
            assert!(spanish.as_str().is_some_and(|text| text.len() > 20), "{found:#}");
            assert!(english.as_str().is_some_and(|text| text.len() > 20) && spanish != english);
        }
    }
    let seen = nobody.send(query, json!({})).await;
    assert!(
        seen.body["data"]["needs"]["nodes"][0]["matches"]["nodes"][0].is_null(),
        "{:#}",
        seen.body
    );
    world.events().await;
}
