//! Programmes: when they take applications, who meets their conditions and why, and what they
//! decide.

use api::{
    clockwork::run_due,
    policy::{Action, ProgrammeAction, Resource},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    ApplicationDecision, NeedStatus, ProgrammeStatus, ProjectStatus, Role, SizeClass, application,
    assessment, organization, programme, project,
};
use futures_util::future::join;
use sea_orm::{EntityTrait, Iterable, PaginatorTrait};
use serde_json::{Value, json};
use tests::{Cast, PROGRAMME, Person, World, records};

use crate::needs::with;

tests::stories!(
    every_verb_of_programmes_by_everybody_in_every_status,
    a_programme_opens_and_closes_by_itself,
    conditions_are_explained_line_by_line,
    a_level_is_told_to_those_alone_who_know_it,
    a_project_applies_and_is_decided_about,
    what_is_awarded_is_there,
    who_does_not_meet_a_condition_does_not_apply,
    applications_are_for_who_looks_after_it,
    what_is_not_right_is_not_written,
    programmes_of_many_cost_what_one_costs,
);

fn at(row: &Value, more: Value) -> Value {
    with(json!({ "id": row["id"], "expectedVersion": row["version"] }), more)
}

async fn after(person: &Person<'_>, verb: &str, before: &Value, more: Value) -> Value {
    let done = person.programme(verb, at(before, more)).await;
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root()["programme"].clone()
}

async fn read(person: &Person<'_>, id: &Value) -> Value {
    let ask = format!("query($id: ID!) {{ programme(id: $id) {{ {PROGRAMME} }} }}");
    person.send(&ask, json!({ "id": id })).await.root().clone()
}

/// What the chamber announces: from today until the end of the month.
fn call(cast: &Cast, more: Value) -> Value {
    let call = json!({ "by": cast.chamber.to_string(), "kind": "CALL_FOR_PROPOSALS",
        "title": { "es": "Convocatoria de pilotos" }, "opensOn": "2026-03-02",
        "closesOn": "2026-03-31", "total": "1000000.00" });
    with(call, more)
}

async fn announced(person: &Person<'_>, input: Value) -> Value {
    let done = person.programme("announceProgramme", input).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    done.root()["programme"].clone()
}

/// What a verb asks for besides the programme.
pub(crate) fn more(verb: &str, project: &str) -> Value {
    match verb {
        "reviseProgramme" => json!({ "trlFrom": 4 }),
        "extendProgramme" => json!({ "closesOn": "2030-01-01" }),
        "closeProgramme" => json!({ "note": "Por esto" }),
        "publishProgrammeResults" => json!({ "results": { "es": "Tres proyectos" } }),
        _ => json!({ "project": project, "decision": "REFUSED", "note": "Por esto" }),
    }
}

/// A programme of the chamber in a status, with conditions of every kind.
pub(crate) fn programme(
    cast: &Cast,
    status: ProgrammeStatus,
    now: DateTime<Utc>,
) -> programme::Model {
    records::programme(cast, status, now)
}

async fn every_verb_of_programmes_by_everybody_in_every_status(world: &World) {
    let cast = world.cast().await;
    let people = cast.people(world).await;
    let (mut tried, mut done) = (0, 0);
    for status in ProgrammeStatus::iter() {
        for action in ProgrammeAction::iter().filter(|one| *one != ProgrammeAction::Announce) {
            let Some(verb) = action.mutation() else { continue };
            let row = programme(&cast, status, world.now());
            world.put(row.clone()).await;
            let applied = records::project(&cast, ProjectStatus::Forming, world.now());
            world.project(&applied).await;
            let asked = application::Model {
                project_id: applied.project.id,
                programme_id: row.id,
                applied_at: world.now(),
                applied_by: None,
                decision: (action != ProgrammeAction::Decide)
                    .then_some(ApplicationDecision::Refused),
                awarded_minor: None,
                decided_at: None,
                decided_by: None,
                note: None,
            };
            world.put(asked.clone()).await;
            let more = more(verb, &applied.project.id.to_string());
            let input = with(json!({ "id": row.id.to_string(), "expectedVersion": 1 }), more);
            for (name, person) in &people {
                let viewer = person.viewer();
                let permitted = action.permitted(&viewer, &row);
                let right = match row.level(&viewer) {
                    None => "NOT_FOUND",
                    Some(_) if permitted && action.from().contains(&status) => "DONE",
                    Some(_) if permitted => "ILLEGAL_STATE",
                    Some(_) if viewer.person.is_none() => "UNAUTHENTICATED",
                    Some(_) => "FORBIDDEN",
                };
                let answer = person.programme(verb, input.clone()).await;
                assert_eq!(answer.outcome(), right, "{verb} {status:?} {name}");
                tried += 1;
                if answer.outcome() == "DONE" {
                    // A decision is told of the project as well.
                    done += 1 + usize::from(action == ProgrammeAction::Decide);
                    world.overwrite(row.clone()).await;
                    world.overwrite(asked.clone()).await;
                }
            }
        }
    }
    println!("programmes: {tried} attempts, {done} done");
    assert!(done >= 6, "{done}");
    assert_eq!(world.events().await.len(), done, "what was refused left no event");
}

async fn a_programme_opens_and_closes_by_itself(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    // Tomorrow for a week; the clock stands at noon of the second of March.
    let days = json!({ "opensOn": "2026-03-03", "closesOn": "2026-03-10" });
    let row = announced(&admin, call(&cast, days)).await;
    assert!(row["folio"].as_str().unwrap().starts_with("PRG-2026-"));
    assert_eq!(row["status"], "ANNOUNCED");
    assert_eq!(read(&world.nobody(), &row["id"]).await["title"], "Convocatoria de pilotos");
    let row = after(&admin, "reviseProgramme", &row, json!({ "trlFrom": 4, "trlTo": 7 })).await;
    let status = async || {
        run_due(&world.service).await.unwrap();
        read(&admin, &row["id"]).await["status"].clone()
    };
    // A day begins in Mexico City, and ends where it ends last in Mexico.
    let (hour, second) = (TimeDelta::hours(1), TimeDelta::seconds(1));
    world.pass(hour * 18 - second);
    assert_eq!(status().await, "ANNOUNCED", "a second before its first day");
    world.pass(second);
    assert_eq!(status().await, "OPEN");
    let row = read(&admin, &row["id"]).await;
    let late = admin.programme("reviseProgramme", at(&row, json!({ "trlTo": 8 }))).await;
    assert_eq!(late.outcome(), "ILLEGAL_STATE", "somebody may rely on it");
    let less = json!({ "closesOn": "2026-03-10" });
    let less = admin.programme("extendProgramme", at(&row, less)).await;
    assert_eq!(less.outcome(), "INVALID input.closesOn");
    let row = after(&admin, "extendProgramme", &row, json!({ "closesOn": "2026-03-11" })).await;
    world.pass(TimeDelta::days(9) + hour * 2 - second);
    let status = async || {
        run_due(&world.service).await.unwrap();
        read(&admin, &row["id"]).await["status"].clone()
    };
    assert_eq!(status().await, "OPEN", "a second before the end of its last day");
    world.pass(second);
    assert_eq!(status().await, "CLOSED");
    let row = read(&admin, &row["id"]).await;
    let results = json!({ "results": { "es": "No hubo solicitudes" } });
    let row = after(&admin, "publishProgrammeResults", &row, results).await;
    assert_eq!((&row["status"], &row["actions"]), (&json!("RESULTS_PUBLISHED"), &json!([])));
    assert_eq!(read(&world.nobody(), &row["id"]).await["results"], "No hubo solicitudes");
    let steps: Vec<_> = row["history"].as_array().unwrap().iter().map(|one| &one["to"]).collect();
    assert_eq!(steps, ["ANNOUNCED", "OPEN", "CLOSED", "RESULTS_PUBLISHED"]);
    // One that has begun takes applications at once; it is ended before its time with a reason.
    let now = announced(&admin, call(&cast, json!({ "opensOn": "2026-03-02" }))).await;
    assert_eq!(now["status"], "OPEN");
    let closed = after(&admin, "closeProgramme", &now, json!({ "note": "Se agotó" })).await;
    assert_eq!(closed["history"][2]["note"], "Se agotó");
    assert_eq!(read(&world.nobody(), &now["id"]).await["history"][2]["note"], Value::Null);
    world.events().await;
}

const ELIGIBILITY: &str = "query($id: ID!, $company: ID, $need: ID, $project: ID) { programme(id: $id) { \
    eligibility(company: $company, need: $need, project: $project) { eligible \
    conditions { condition status explanation en: explanation(language: EN) } } } }";

async fn judged(person: &Person<'_>, programme: &Value, of: Value) -> Value {
    let asked = with(json!({ "id": programme["id"] }), of);
    person.send(ELIGIBILITY, asked).await.root()["eligibility"].clone()
}

/// The status of a line.
fn line<'a>(judged: &'a Value, condition: &str) -> Option<&'a str> {
    let lines = judged["conditions"].as_array().unwrap();
    let found = lines.iter().find(|line| line["condition"] == condition);
    found.map(|line| line["status"].as_str().unwrap())
}

fn strict() -> Value {
    json!({ "eligibleLeads": ["COMPANY"], "smeRequired": true, "minPartners": 3,
        "budgetMin": "50000", "budgetMax": "100000", "durationMinMonths": 6,
        "durationMaxMonths": 12, "trlFrom": 4, "trlTo": 6, "states": ["05", "19"],
        "scian": ["31-33"], "minAssimilationLevel": 2 })
}

async fn conditions_are_explained_line_by_line(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let row = announced(&admin, call(&cast, strict())).await;
    let nobody = world.nobody();
    let company = json!({ "company": cast.company.to_string() });
    let seen = judged(&nobody, &row, company.clone()).await;
    assert_eq!(line(&seen, "WINDOW"), Some("MET"));
    assert_eq!(line(&seen, "LEAD"), Some("MET"));
    assert_eq!(line(&seen, "SME"), Some("MET"));
    assert_eq!(line(&seen, "SECTOR"), Some("MET"), "327 is of 31-33");
    assert_eq!(line(&seen, "PARTNERS"), None, "it is not asked of a company yet");
    assert_eq!(line(&seen, "ASSIMILATION_LEVEL"), Some("UNKNOWN"), "it is not theirs to know");
    let window = &seen["conditions"][0];
    assert_eq!(
        (&window["explanation"], &window["en"]),
        (
            &json!("Recibe solicitudes: 2026-03-02–2026-03-31"),
            &json!("Takes applications: 2026-03-02–2026-03-31")
        )
    );
    // A large company alone is none that is asked for; of an unknown size nobody can tell.
    let find = organization::Entity::find_by_id(cast.company).one(world.db().read());
    let kept = find.await.unwrap().unwrap();
    for (size, right) in
        [(Some(SizeClass::Large), "NOT_MET"), (Some(SizeClass::Micro), "MET"), (None, "UNKNOWN")]
    {
        world.overwrite(organization::Model { size_class: size, ..kept.clone() }).await;
        let seen = judged(&nobody, &row, company.clone()).await;
        assert_eq!(line(&seen, "SME"), Some(right), "{size:?}");
    }
    world.overwrite(kept).await;
    // A need: its sector, its state, the band that it accepts; who stands behind it is not told.
    let need = world.need(&cast, NeedStatus::Published).await;
    let seen = judged(&nobody, &row, json!({ "need": need.id.to_string() })).await;
    assert_eq!(line(&seen, "SECTOR"), Some("MET"));
    assert_eq!((line(&seen, "LEAD"), line(&seen, "SME")), (Some("UNKNOWN"), Some("UNKNOWN")));
    let member = world.person(Role::MemberUser, cast.company).await;
    let seen = judged(&member, &row, json!({ "need": need.id.to_string() })).await;
    assert_eq!((line(&seen, "LEAD"), line(&seen, "SME")), (Some("MET"), Some("MET")));
    // A project: everything, and at the edges.
    let rows = records::project(&cast, ProjectStatus::Forming, world.now());
    world.project(&rows).await;
    let project = json!({ "project": rows.project.id.to_string() });
    let seen = judged(&member, &row, project.clone()).await;
    for condition in ["PARTNERS", "BUDGET", "DURATION", "TRL", "STATE"] {
        assert_eq!(line(&seen, condition), Some("MET"), "{condition}: {seen:#}");
    }
    for (change, condition, right) in [
        (json!({ "budget_minor": 10_000_001 }), "BUDGET", "NOT_MET"),
        (json!({ "budget_minor": 5_000_000 }), "BUDGET", "MET"),
        (json!({ "budget_minor": 4_999_999 }), "BUDGET", "NOT_MET"),
        (json!({ "budget_minor": null }), "BUDGET", "UNKNOWN"),
        (json!({ "currency": "USD" }), "BUDGET", "NOT_MET"),
        (json!({ "trl_start": 3 }), "TRL", "NOT_MET"),
        (json!({ "trl_start": 4 }), "TRL", "MET"),
        (json!({ "trl_start": 6 }), "TRL", "MET"),
        (json!({ "trl_start": 7 }), "TRL", "NOT_MET"),
        (json!({ "ends_on": "2026-08-01" }), "DURATION", "NOT_MET"),
        (json!({ "ends_on": "2026-08-02" }), "DURATION", "MET"),
        (json!({ "ends_on": "2027-03-01" }), "DURATION", "MET"),
        (json!({ "ends_on": "2027-03-02" }), "DURATION", "NOT_MET"),
    ] {
        let mut other = rows.project.clone();
        let number = |name: &str| change[name].as_i64();
        if change.get("budget_minor").is_some() {
            other.budget_minor = number("budget_minor");
        }
        if let Some(level) = number("trl_start") {
            other.trl_start = i32::try_from(level).ok();
        }
        if let Some(currency) = change["currency"].as_str() {
            other.currency = currency.to_owned();
        }
        if let Some(day) = change["ends_on"].as_str() {
            other.starts_on = Some("2026-03-02".parse().unwrap());
            other.ends_on = Some(day.parse().unwrap());
        }
        world.overwrite(other).await;
        let seen = judged(&member, &row, project.clone()).await;
        assert_eq!(line(&seen, condition), Some(right), "{change}: {seen:#}");
        world.overwrite(rows.project.clone()).await;
    }
    // What is not theirs to know of, is not there; and one is asked about at a time.
    let other = world.person(Role::MemberUser, cast.other_company).await;
    let hidden = with(json!({ "id": row["id"] }), project);
    assert_eq!(other.send(ELIGIBILITY, hidden).await.code(), "BAD_USER_INPUT");
    let two = with(json!({ "id": row["id"], "need": need.id.to_string() }), company);
    assert_eq!(other.send(ELIGIBILITY, two).await.code(), "BAD_USER_INPUT");
    world.events().await;
}

async fn a_level_is_told_to_those_alone_who_know_it(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let asks = json!({ "minAssimilationLevel": 3 });
    let row = announced(&admin, call(&cast, asks)).await;
    let assessed = records::assessment(cast.company, cast.chamber, 2, world.now());
    world.put(assessed.clone()).await;
    let company = json!({ "company": cast.company.to_string() });
    let rows = records::project(&cast, ProjectStatus::Forming, world.now());
    world.project(&rows).await;
    let project = json!({ "project": rows.project.id.to_string() });
    for (name, person) in cast.people(world).await {
        let seen = judged(&person, &row, company.clone()).await;
        let knows = person.grants.iter().any(|grant| {
            let chamber = [Role::ChamberAdmin, Role::ChamberLiaison].contains(&grant.role)
                && grant.organization == cast.chamber
                && grant.covers(Some(cast.north), Some(cast.northern));
            chamber || grant.role == Role::MemberUser && grant.organization == cast.company
        });
        let right = if knows { "NOT_MET" } else { "UNKNOWN" };
        assert_eq!(line(&seen, "ASSIMILATION_LEVEL"), Some(right), "{name}");
        assert_eq!(seen["eligible"], right, "{name}");
    }
    // Nor does the office learn it as a partner.
    let manager = world.person(Role::OttManager, cast.ott).await;
    let seen = judged(&manager, &row, project.clone()).await;
    assert_eq!(line(&seen, "ASSIMILATION_LEVEL"), Some("UNKNOWN"));
    // The company that leads alone is told why it does not apply; with a higher level it does.
    let member = world.person(Role::MemberUser, cast.company).await;
    let apply = json!({ "id": rows.project.id.to_string(), "expectedVersion": 1,
        "programme": row["id"] });
    let refused = member.project("applyToProgramme", apply.clone()).await;
    assert_eq!(refused.outcome(), "INVALID input.programme");
    let scores = records::scores(3);
    world.overwrite(assessment::Model { level: 3, total: 27, scores, ..assessed }).await;
    assert_eq!(member.project("applyToProgramme", apply).await.outcome(), "DONE");
    world.events().await;
}

async fn a_project_applies_and_is_decided_about(world: &World) {
    let cast = world.cast().await;
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let by = json!({ "by": cast.network.to_string(), "sponsor": "Gobierno de ejemplo" });
    let programme = announced(&network, call(&cast, by)).await;
    let rows = records::project(&cast, ProjectStatus::Forming, world.now());
    world.project(&rows).await;
    let id = json!(rows.project.id.to_string());
    let apply = |version: i32| json!({ "id": id, "expectedVersion": version, "programme": programme["id"] });
    let office = manager.project("applyToProgramme", apply(1)).await;
    assert_eq!(office.outcome(), "FORBIDDEN", "the leader's to say");
    let done = member.project("applyToProgramme", apply(1)).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    let twice = member.project("applyToProgramme", apply(2)).await;
    assert_eq!(twice.outcome(), "DUPLICATE input.programme");
    // Taken back, and made again.
    let back = json!({ "id": id, "expectedVersion": 2 });
    let back = member.project("withdrawApplication", back).await;
    assert_eq!(back.outcome(), "DONE", "{:#}", back.body);
    assert_eq!(member.project("applyToProgramme", apply(3)).await.outcome(), "DONE");
    let seen = read(&network, &programme["id"]).await;
    let application = &seen["applications"][0];
    assert_eq!(application["title"], "Piloto del recuperador");
    assert_eq!(application["partners"].as_array().unwrap().len(), 3);
    assert_eq!(application["eligibility"]["eligible"], "MET");
    let early = json!({ "results": { "es": "Nada" } });
    let early = network.programme("publishProgrammeResults", at(&seen, early)).await;
    assert_eq!(early.outcome(), "ILLEGAL_STATE");
    let seen = after(&network, "closeProgramme", &seen, json!({ "note": "Se agotó" })).await;
    assert_eq!(seen["applications"][0]["eligibility"]["eligible"], "MET", "it applied in time");
    let undecided = json!({ "results": { "es": "Uno" } });
    let undecided = network.programme("publishProgrammeResults", at(&seen, undecided)).await;
    assert_eq!(undecided.outcome(), "ILLEGAL_STATE", "one application waits");
    let award = json!({ "project": id, "decision": "AWARDED", "awarded": "40000.00",
        "note": "El mejor plan de medición" });
    let seen = after(&network, "decideApplication", &seen, award.clone()).await;
    assert_eq!(seen["applications"][0]["awarded"], "40000.00");
    let twice = network.programme("decideApplication", at(&seen, award)).await;
    assert_eq!(twice.outcome(), "ILLEGAL_STATE input.project");
    let late = json!({ "id": id, "expectedVersion": 4 });
    let late = member.project("withdrawApplication", late).await;
    assert_eq!(late.outcome(), "ILLEGAL_STATE", "it was decided");
    let ask = "query($id: ID!) { project(id: $id) { application { decision awarded note \
        programme { folio sponsor } } } }";
    let told = manager.send(ask, json!({ "id": id })).await.root()["application"].clone();
    assert_eq!((&told["decision"], &told["awarded"]), (&json!("AWARDED"), &json!("40000.00")));
    assert_eq!(told["programme"]["sponsor"], "Gobierno de ejemplo");
    let results = json!({ "results": { "es": "Un proyecto, 40,000 pesos" } });
    after(&network, "publishProgrammeResults", &seen, results).await;
    let kinds = world.events().await;
    for kind in [
        "PROJECT_APPLIED",
        "APPLICATION_WITHDRAWN",
        "APPLICATION_DECIDED",
        "PROJECT_APPLICATION_DECIDED",
    ] {
        assert!(kinds.iter().any(|one| one == kind), "{kind}");
    }
}

async fn what_is_awarded_is_there(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let second = world.person(Role::ChamberAdmin, cast.chamber).await;
    let row = announced(&admin, call(&cast, json!({ "total": "100.00" }))).await;
    let mut projects = Vec::new();
    for _ in 0..3 {
        let rows = records::project(&cast, ProjectStatus::Forming, world.now());
        world.project(&rows).await;
        world
            .put(application::Model {
                project_id: rows.project.id,
                programme_id: row["id"].as_str().unwrap().parse().unwrap(),
                applied_at: world.now(),
                applied_by: None,
                decision: None,
                awarded_minor: None,
                decided_at: None,
                decided_by: None,
                note: None,
            })
            .await;
        projects.push(rows.project.id.to_string());
    }
    let award = |place: usize, amount: &str| json!({ "project": projects[place], "decision": "AWARDED", "awarded": amount, "note": "Sí" });
    let much = admin.programme("decideApplication", at(&row, award(0, "100.01"))).await;
    assert_eq!(much.outcome(), "INVALID input.awarded");
    let row = after(&admin, "decideApplication", &row, award(0, "60.01")).await;
    let over = admin.programme("decideApplication", at(&row, award(1, "40.00"))).await;
    assert_eq!(over.outcome(), "INVALID input.awarded", "a cent more than there is");
    let refused = json!({ "project": projects[1], "decision": "REFUSED", "awarded": "1.00",
        "note": "No" });
    let refused = admin.programme("decideApplication", at(&row, refused)).await;
    assert_eq!(refused.outcome(), "INVALID input.awarded");
    // Of two who award the rest at once one does.
    let (one, two) = join(
        admin.programme("decideApplication", at(&row, award(1, "39.99"))),
        second.programme("decideApplication", at(&row, award(2, "39.99"))),
    )
    .await;
    let mut outcomes = [one.outcome(), two.outcome()];
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["DONE", "STALE_OBJECT input.expectedVersion"]);
    let all = application::Entity::find().all(world.db().read()).await.unwrap();
    let sum: i64 = all.iter().filter_map(|row| row.awarded_minor).sum();
    assert_eq!(sum, 10_000);
    // What was given up is not awarded.
    let left = all.iter().find(|row| row.decision.is_none()).unwrap().project_id;
    let find = project::Entity::find_by_id(left).one(world.db().read());
    let gone = find.await.unwrap().unwrap();
    world.overwrite(project::Model { status: ProjectStatus::Cancelled, ..gone }).await;
    let row = read(&admin, &row["id"]).await;
    let decide = |decision: &str| json!({ "project": left, "decision": decision, "note": "Ya no" });
    let late = admin.programme("decideApplication", at(&row, decide("AWARDED"))).await;
    assert_eq!(late.outcome(), "ILLEGAL_STATE input.project");
    after(&admin, "decideApplication", &row, decide("REFUSED")).await;
    world.events().await;
}

async fn who_does_not_meet_a_condition_does_not_apply(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let asks = json!({ "eligibleLeads": ["TECHNOLOGY_TRANSFER_OFFICE"], "trlFrom": 7 });
    let row = announced(&admin, call(&cast, asks)).await;
    let rows = records::project(&cast, ProjectStatus::Forming, world.now());
    world.project(&rows).await;
    let apply = |programme: &Value| json!({ "id": rows.project.id.to_string(), "expectedVersion": 1, "programme": programme });
    let refused = member.project("applyToProgramme", apply(&row["id"])).await;
    assert_eq!(refused.outcome(), "INVALID input.programme, INVALID input.programme");
    let told = &refused.root()["userErrors"][1]["message"];
    assert_eq!(told, "TRL 7–9: 5 / TRL 7–9: 5");
    let none = member.project("applyToProgramme", apply(&json!("programme_0"))).await;
    assert_eq!(none.outcome(), "NOT_FOUND input.programme");
    // One that has not begun, and one that has ended, take none.
    let days = json!({ "opensOn": "2026-03-05" });
    let later = announced(&admin, call(&cast, days)).await;
    let early = member.project("applyToProgramme", apply(&later["id"])).await;
    assert_eq!(early.outcome(), "ILLEGAL_STATE input.programme");
    assert_eq!(application::Entity::find().count(world.db().read()).await.unwrap(), 0);
    world.events().await;
}

async fn applications_are_for_who_looks_after_it(world: &World) {
    let cast = world.cast().await;
    let row = programme(&cast, ProgrammeStatus::Open, world.now());
    world.put(row.clone()).await;
    let mut rows = records::project(&cast, ProjectStatus::Forming, world.now());
    rows.project.leader_id = cast.other_company;
    rows.project.proposed_by_id = cast.other_company;
    rows.project.partners = [cast.other_company, cast.other_ott].iter().collect();
    rows.partners[0].organization_id = cast.other_company;
    rows.partners[1].organization_id = cast.other_ott;
    rows.partners[1].accepted_at = None;
    rows.partners.truncate(2);
    world.project(&rows).await;
    world
        .put(application::Model {
            project_id: rows.project.id,
            programme_id: row.id,
            applied_at: world.now(),
            applied_by: None,
            decision: None,
            awarded_minor: None,
            decided_at: None,
            decided_by: None,
            note: None,
        })
        .await;
    for (name, person) in cast.people(world).await {
        let seen = read(&person, &json!(row.id.to_string())).await;
        let own = person
            .grants
            .iter()
            .any(|g| g.role == Role::ChamberAdmin && g.organization == cast.chamber);
        assert_eq!(seen["applications"].is_null(), !own, "{name}");
        let hidden = seen["redactedFields"].as_array().unwrap().contains(&json!("applications"));
        assert_eq!(hidden, !own, "{name}");
        if own {
            let partners = seen["applications"][0]["partners"].as_array().unwrap();
            assert_eq!(partners.len(), 1, "who was asked and has not accepted is not told");
            let lines = &seen["applications"][0]["eligibility"];
            assert_eq!(line(lines, "PARTNERS"), Some("NOT_MET"), "nor by a condition");
            assert_eq!(line(lines, "WINDOW"), None);
            let ask = format!("{{ project(id: \"{}\") {{ id }} }}", rows.project.id);
            assert_eq!(*person.send(&ask, json!({})).await.root(), Value::Null, "no more of it");
        }
    }
}

async fn what_is_not_right_is_not_written(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    for (more, right) in [
        (json!({ "by": cast.other_chamber.to_string() }), "FORBIDDEN"),
        (json!({ "kind": null }), "REQUIRED input.kind"),
        (json!({ "title": null }), "REQUIRED input.title"),
        (json!({ "opensOn": null }), "REQUIRED input.opensOn"),
        (json!({ "closesOn": "2026-03-01" }), "INVALID input.closesOn, INVALID input.closesOn"),
        (json!({ "opensOn": "2026-01-01", "closesOn": "2026-02-01" }), "INVALID input.closesOn"),
        (json!({ "total": "-1" }), "INVALID input.total"),
        (json!({ "currency": "pesos" }), "INVALID input.currency"),
        (json!({ "budgetMin": "2", "budgetMax": "1" }), "INVALID input.budgetMax"),
        (json!({ "trlFrom": 5, "trlTo": 4 }), "INVALID input.trlTo"),
        (json!({ "trlFrom": 0 }), "INVALID input.trlFrom"),
        (json!({ "minPartners": 21 }), "INVALID input.minPartners"),
        (
            json!({ "durationMinMonths": 2, "durationMaxMonths": 1 }),
            "INVALID input.durationMaxMonths",
        ),
        (json!({ "states": ["33"] }), "INVALID input.states"),
        (json!({ "scian": ["99999"] }), "INVALID input.scian"),
        (json!({ "minAssimilationLevel": 5 }), "INVALID input.minAssimilationLevel"),
        (json!({ "url": "javascript:alert(1)" }), "INVALID input.url"),
    ] {
        let refused = admin.programme("announceProgramme", call(&cast, more.clone())).await;
        assert_eq!(refused.outcome(), right, "{more:#}");
    }
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let refused = liaison.programme("announceProgramme", call(&cast, json!({}))).await;
    assert_eq!(refused.outcome(), "FORBIDDEN");
    assert_eq!(programme::Entity::find().count(world.db().read()).await.unwrap(), 0);
    assert_eq!(project::Entity::find().count(world.db().read()).await.unwrap(), 0);
}

/// However many there are, a page is read by as many statements.
async fn programmes_of_many_cost_what_one_costs(world: &World) {
    let cast = world.cast().await;
    let nobody = world.nobody();
    let list = "{ programmes(first: 100, filter: { state: \"05\", trl: 5 }) { totalCount nodes { title \
        announcedBy { name } states { code } scian { code } total { amount } } } }";
    nobody.send("{ viewer { isNetworkMember } }", json!({})).await.data();
    let mut counts = Vec::new();
    for many in [1, 30] {
        for _ in 0..many {
            world.put(programme(&cast, ProgrammeStatus::Open, world.now())).await;
        }
        world.statements();
        let found = nobody.send(list, json!({})).await.root().clone();
        assert!(found["totalCount"].as_i64().unwrap() >= many);
        counts.push(world.statements().len());
    }
    assert_eq!(counts, [2, 2], "the page, and how many there are");
    let none = "{ programmes(filter: { trl: 9 }) { totalCount } }";
    assert_eq!(nobody.send(none, json!({})).await.root()["totalCount"], 0);
}
