//! Projects: how a consortium is formed and approved, what it reaches, and what comes of it.

use api::policy::{Action, ProjectAction, Resource, Viewer};
use chrono::TimeDelta;
use entity::{
    AgreementStatus, AgreementType, InterestDirection, InterestStatus, MilestoneStatus, NeedStatus,
    OfferStatus, OutcomeStatus, ProgrammeStatus, ProjectStatus, Role, agreement, application,
    milestone, need, offer, outcome, programme, project, project_partner,
};
use futures_util::future::join;
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, Iterable, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{Cast, PROJECT, Person, World, records, records::ProjectRows};

use crate::needs::with;

tests::stories!(
    every_verb_of_projects_by_everybody_in_every_status,
    projects_show_what_the_rules_show,
    a_project_comes_to_an_outcome_that_counts,
    nobody_learns_of_a_partner_before_it_accepts,
    another_plan_is_accepted_anew,
    what_is_missing_is_told_together,
    milestones_are_reached_with_evidence,
    an_outcome_is_validated_by_somebody_else,
    no_cent_is_lost_on_its_way_through_the_database,
    money_comes_or_does_not,
    who_stands_behind_a_need_takes_part,
    several_needs_make_one_project,
    three_who_work_together_sign_together,
    of_two_who_approve_at_once_none_is_lost,
    what_is_not_right_is_not_written,
    evidence_stays_with_the_project,
    who_was_asked_is_not_found_by_guessing,
    who_leads_stands_behind_what_it_comes_from,
    who_declines_is_heard_and_gone,
    what_comes_later_is_looked_at_before_it_is_closed,
    an_approved_plan_grows_within_what_was_approved,
    projects_of_many_cost_what_one_costs,
);

fn at(row: &Value, more: Value) -> Value {
    with(json!({ "id": row["id"], "expectedVersion": row["version"] }), more)
}

/// The project after a verb that went well.
async fn after(person: &Person<'_>, verb: &str, before: &Value, more: Value) -> Value {
    let done = person.project(verb, at(before, more)).await;
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root()["project"].clone()
}

/// What became of a verb that did not go well.
async fn refused(person: &Person<'_>, verb: &str, before: &Value, more: Value) -> String {
    let done = person.project(verb, at(before, more)).await;
    assert_ne!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.outcome()
}

async fn read(person: &Person<'_>, id: &Value) -> Value {
    let ask = format!("query($id: ID!) {{ project(id: $id) {{ {PROJECT} }} }}");
    person.send(&ask, json!({ "id": id })).await.root().clone()
}

/// A company and an office that were introduced through their chamber, with a contract.
struct Stage<'w> {
    cast: Cast,
    need: need::Model,
    offer: offer::Model,
    contract: agreement::Model,
    member: Person<'w>,
    colleague: Person<'w>,
    officer: Person<'w>,
    manager: Person<'w>,
    second_manager: Person<'w>,
    liaison: Person<'w>,
    admin: Person<'w>,
}

async fn stage(world: &World) -> Stage<'_> {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let direction = InterestDirection::OfferToNeed;
    let status = InterestStatus::Agreed;
    let interest = records::interest(&need, &offer, direction, status, world.now());
    world.put(interest.clone()).await;
    let kind = AgreementType::TechnicalAssistanceAgreement;
    let contract = records::agreement(&interest, kind, AgreementStatus::Active, world.now());
    world.agree(&contract).await;
    Stage {
        member: world.person(Role::MemberUser, cast.company).await,
        colleague: world.person(Role::MemberUser, cast.company).await,
        officer: world.person(Role::OttOfficer, cast.ott).await,
        manager: world.person(Role::OttManager, cast.ott).await,
        second_manager: world.person(Role::OttManager, cast.ott).await,
        liaison: world.person(Role::ChamberLiaison, cast.chamber).await,
        admin: world.person(Role::ChamberAdmin, cast.chamber).await,
        cast,
        need,
        offer,
        contract,
    }
}

fn partner(organization: entity::OrganizationId, role: &str, share_bp: i32) -> Value {
    json!({ "organization": organization.to_string(), "role": role, "shareBp": share_bp })
}

impl Stage<'_> {
    fn consortium(&self) -> Value {
        json!([
            partner(self.cast.company, "LEADER", 6_667),
            partner(self.cast.ott, "TECHNOLOGY_TRANSFER_OFFICE", 3_333),
            partner(self.cast.chamber, "CHAMBER", 0),
        ])
    }

    fn milestone(&self, number: i32, trl: Option<i32>) -> Value {
        json!({ "kind": if trl.is_some() { "TRL" } else { "TECHNICAL" },
            "title": { "es": format!("Hito {number}") },
            "acceptanceCriteria": { "es": "Cien horas de operación" },
            "responsible": self.cast.ott.to_string(), "dueOn": format!("2026-0{}-15", number + 4),
            "trlAfter": trl, "payment": "100000.01" })
    }

    /// A plan of the company, that comes from its need and uses the offer.
    fn plan(&self) -> Value {
        json!({
            "from": self.cast.company.to_string(),
            "type": "PILOT",
            "title": { "es": "Piloto del recuperador", "en": "A pilot of the recuperator" },
            "objective": { "es": "Ahorrar gas en el horno" },
            "scian": ["327121"], "states": ["05"], "trlStart": 5, "trlTarget": 7,
            "startsOn": "2026-04-01", "endsOn": "2026-12-31",
            "budget": { "amount": "1000000.01", "currency": "MXN" },
            "consortium": self.consortium(),
            "needs": [self.need.id.to_string()], "offers": [self.offer.id.to_string()],
            "funding": [
                { "partner": self.cast.company.to_string(), "kind": "COMPANY", "form": "CASH",
                    "amount": "600000.00" },
                { "partner": self.cast.ott.to_string(), "kind": "INSTITUTION", "form": "IN_KIND",
                    "amount": "150000.01" },
                { "source": "Fondo estatal de ejemplo", "kind": "STATE", "form": "CASH",
                    "amount": "250000.00", "status": "REQUESTED" },
            ],
            "workPackages": [
                { "title": { "es": "Diseño" }, "responsible": self.cast.ott.to_string(),
                    "budget": "400000.01" },
                { "title": { "es": "Montaje" }, "responsible": self.cast.company.to_string(),
                    "budget": "600000.00" },
            ],
            "milestones": [self.milestone(1, Some(6)), self.milestone(2, Some(7))],
        })
    }

    fn own(&self, organization: entity::OrganizationId) -> Value {
        json!({ "partner": organization.to_string() })
    }

    async fn proposed(&self) -> Value {
        let done = self.member.project("proposeProject", self.plan()).await;
        assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
        done.root()["project"].clone()
    }

    /// Called together, and accepted by all.
    async fn accepted(&self) -> Value {
        let publishes = json!({ "publishes": true });
        let formed =
            after(&self.member, "formProject", &self.proposed().await, publishes.clone()).await;
        let office = with(self.own(self.cast.ott), publishes.clone());
        let one = after(&self.manager, "acceptProject", &formed, office).await;
        let chamber = with(self.own(self.cast.chamber), publishes);
        after(&self.admin, "acceptProject", &one, chamber).await
    }

    async fn approved(&self) -> Value {
        let accepted = self.accepted().await;
        let one = after(&self.manager, "approveProject", &accepted, self.own(self.cast.ott)).await;
        assert_eq!(one["status"], "FORMING", "the chamber has not approved yet");
        after(&self.admin, "approveProject", &one, self.own(self.cast.chamber)).await
    }

    async fn active(&self) -> Value {
        let contract = json!({ "agreement": self.contract.id.to_string() });
        let linked =
            after(&self.member, "linkProjectAgreement", &self.approved().await, contract).await;
        after(&self.member, "startProject", &linked, json!({})).await
    }

    /// A milestone as the officer submits it.
    fn shown(number: i32, level: i32) -> Value {
        json!({ "number": number, "evidence": { "es": "Bitácora firmada" },
            "trlEvidence": [{ "level": level, "kind": "PILOT", "title": "Prueba en planta" }] })
    }

    /// A milestone, from its beginning to its acceptance by both.
    async fn reached(&self, project: &Value, number: i32, level: i32) -> Value {
        let started =
            after(&self.officer, "startMilestone", project, json!({ "number": number })).await;
        let shown = Self::shown(number, level);
        let submitted = after(&self.officer, "submitMilestone", &started, shown).await;
        let number = json!({ "number": number });
        let leader = with(number.clone(), self.own(self.cast.company));
        let one = after(&self.member, "acceptMilestone", &submitted, leader).await;
        let office = with(number, self.own(self.cast.ott));
        after(&self.manager, "acceptMilestone", &one, office).await
    }

    fn outcome(&self) -> Value {
        with(
            self.own(self.cast.company),
            json!({ "kind": "SAVINGS", "metric": { "es": "Gas por tonelada" },
                "baseline": "120.00", "value": "96.50", "unit": "m3/t",
                "measuredOn": "2026-03-01", "evidence": { "es": "Medidor calibrado" } }),
        )
    }
}

/// What the rules say comes of a verb; what the partner's place adds to them besides.
fn expected(
    action: ProjectAction,
    viewer: &Viewer,
    row: &project::Model,
    own: entity::OrganizationId,
    cast: &Cast,
) -> &'static str {
    let possible = action.from().contains(&row.status);
    let forbidden = match action {
        // The office stands beside the leader; a chamber does not accept milestones.
        ProjectAction::EndorseMilestone | ProjectAction::ReturnMilestone => own == cast.chamber,
        // A plan in the making is the leader's, and until it is formed the proposer's.
        ProjectAction::WaiveMilestone => match row.status {
            ProjectStatus::Proposed => own == cast.ott,
            ProjectStatus::Forming => own != cast.company,
            _ => own == cast.chamber,
        },
        _ => false,
    };
    match row.level(viewer) {
        None => "NOT_FOUND",
        Some(_) if !action.permitted(viewer, row) && viewer.person.is_none() => "UNAUTHENTICATED",
        Some(_) if !action.permitted(viewer, row) => "FORBIDDEN",
        Some(_) if !possible => "ILLEGAL_STATE",
        Some(_) if forbidden => "FORBIDDEN",
        // Who leads it cancels it.
        Some(_) if action == ProjectAction::Decline && own == cast.company => {
            "INVALID input.partner"
        }
        // It recorded it itself.
        Some(_)
            if matches!(action, ProjectAction::ValidateOutcome | ProjectAction::RefuseOutcome)
                && own == cast.company =>
        {
            "FOUR_EYES input.partner"
        }
        Some(_) => "DONE",
    }
}

/// What a verb asks for besides the project, right for anybody of the office.
pub(crate) fn more(verb: &str, cast: &Cast, outcome: &str, agreement: &str) -> Value {
    let partner = json!({ "partner": cast.ott.to_string() });
    let note = json!({ "note": "Por esto" });
    let milestone = json!({ "kind": "TECHNICAL", "title": { "es": "Otro" },
        "responsible": cast.ott.to_string(), "dueOn": "2026-09-01" });
    let number = json!({ "number": 1 });
    match verb {
        "acceptProject" | "approveProject" | "closeProject" => partner,
        "declineProject" => with(partner, note),
        "rejectProject" | "holdProject" | "completeProject" | "cancelProject" => note,
        "linkProjectAgreement" => json!({ "agreement": agreement }),
        "addFunding" => json!({ "line": { "source": "Otro fondo", "kind": "FEDERAL",
            "form": "CASH", "amount": "10.00" } }),
        "followFunding" => json!({ "number": 1, "status": "COMMITTED" }),
        "recordRisks" => json!({ "risks": [] }),
        "planMilestone" => milestone,
        "reviseMilestone" => with(milestone, number),
        "startMilestone" => number,
        "submitMilestone" => Stage::shown(1, 6),
        "acceptMilestone" => with(partner, number),
        "returnMilestone" => with(with(partner, number), note),
        "missMilestone" => with(note, number),
        "waiveMilestone" => with(with(partner, number), note),
        "recordOutcome" => with(
            partner,
            json!({ "kind": "SALES", "metric": { "es": "Ventas" }, "value": "1", "unit": "MXN",
                "measuredOn": "2026-03-01", "evidence": { "es": "Facturas" } }),
        ),
        "validateOutcome" => with(partner, json!({ "outcome": outcome })),
        "refuseOutcome" => with(with(partner, note), json!({ "outcome": outcome })),
        "applyToProgramme" => json!({ "programme": "programme_0" }),
        "reviseProject" => json!({ "trlTarget": 8 }),
        _ => json!({}),
    }
}

/// A project that is right for a verb, but for its status.
fn right_for(
    action: ProjectAction,
    cast: &Cast,
    status: ProjectStatus,
    contract: &agreement::Model,
    now: chrono::DateTime<chrono::Utc>,
) -> ProjectRows {
    let mut rows = records::project(cast, status, now);
    rows.project.agreement_id = Some(contract.id);
    match action {
        ProjectAction::Accept => {
            rows.partners.iter_mut().for_each(|row| row.accepted_at = None);
        }
        ProjectAction::AddFunding => {
            rows.project.funding.0[1].status = entity::FundingStatus::Refused;
        }
        ProjectAction::Complete => {
            rows.milestones.retain(|row| row.number == 8);
            rows.milestones[0].status = MilestoneStatus::Accepted;
        }
        // A chamber that works on it would have to sign.
        ProjectAction::Endorse | ProjectAction::LinkAgreement | ProjectAction::Start => {
            rows.milestones.retain(|row| row.responsible_id != cast.chamber);
        }
        ProjectAction::EndorseClosure => {
            rows.outcomes[0].status = OutcomeStatus::Validated;
            rows.partners.iter_mut().for_each(|row| row.closed_at = None);
        }
        _ => {}
    }
    rows
}

async fn every_verb_of_projects_by_everybody_in_every_status(world: &World) {
    let Stage { cast, contract, .. } = stage(world).await;
    let people = cast.people(world).await;
    let programme = programme::Model {
        min_assimilation_level: None,
        ..records::programme(&cast, ProgrammeStatus::Open, world.now())
    };
    world.put(programme.clone()).await;
    let (mut tried, mut done, mut wrong) = (0, 0, Vec::new());
    for status in ProjectStatus::iter() {
        for action in ProjectAction::iter().filter(|action| *action != ProjectAction::Propose) {
            // What follows from something else has no mutation.
            let Some(verb) = action.mutation() else { continue };
            // One for each verb: whoever revised it may not approve it.
            let rows = right_for(action, &cast, status, &contract, world.now());
            let applied = (action == ProjectAction::WithdrawApplication).then_some(programme.id);
            on_record(world, &rows, applied).await;
            for (name, person) in &people {
                // Each speaks for its own partner, if it is one.
                let of = |id| person.grants.iter().any(|grant| grant.organization == id);
                let (own, place) = if of(cast.ott) {
                    (cast.ott, 1)
                } else if of(cast.chamber) {
                    (cast.chamber, 2)
                } else {
                    (cast.company, 0)
                };
                let outcome = rows.outcomes[0].id.to_string();
                let more = more(verb, &cast, &outcome, &contract.id.to_string());
                let more = match action {
                    ProjectAction::StartMilestone => json!({ "number": 2 * place + 1 }),
                    ProjectAction::SubmitMilestone => Stage::shown(2 * place + 2, 6),
                    ProjectAction::EndorseMilestone | ProjectAction::ReturnMilestone => {
                        with(more, json!({ "number": 7 }))
                    }
                    ProjectAction::WaiveMilestone => with(more, json!({ "number": 8 })),
                    ProjectAction::Apply => json!({ "programme": programme.id.to_string() }),
                    _ => more,
                };
                let more = match more["partner"].is_string() {
                    true => with(more, json!({ "partner": own.to_string() })),
                    false => more,
                };
                let id = json!({ "id": rows.project.id.to_string(), "expectedVersion": 1 });
                let answer = person.project(verb, with(id, more)).await;
                let right = expected(action, &person.viewer(), &rows.project, own, &cast);
                tried += 1;
                if answer.outcome() != right {
                    let status = status.to_value();
                    wrong
                        .push(format!("{verb} {status} {name}: {}, not {right}", answer.outcome()));
                }
                if answer.outcome() == "DONE" {
                    done += 1;
                    remove(world, &rows).await;
                    on_record(world, &rows, applied).await;
                }
            }
            // What is not this verb's business is out of its way.
            remove(world, &rows).await;
        }
    }
    println!("projects: {tried} attempts, {done} done");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(done > 90, "{done}");
    assert_eq!(world.events().await.len(), done, "what was refused left no event");
}

/// A project, and its application to a programme.
async fn on_record(world: &World, rows: &ProjectRows, applied: Option<entity::ProgrammeId>) {
    world.project(rows).await;
    let Some(programme_id) = applied else { return };
    let application = application::Model {
        project_id: rows.project.id,
        programme_id,
        applied_at: world.now(),
        applied_by: None,
        decision: None,
        awarded_minor: None,
        decided_at: None,
        decided_by: None,
        note: None,
    };
    world.put(application).await;
}

async fn remove(world: &World, rows: &ProjectRows) {
    let (db, id) = (world.db().write(), rows.project.id);
    application::Entity::delete_by_id(id).exec(db).await.unwrap();
    let of = milestone::Column::ProjectId.eq(id);
    milestone::Entity::delete_many().filter(of).exec(db).await.unwrap();
    let of = outcome::Column::ProjectId.eq(id);
    outcome::Entity::delete_many().filter(of).exec(db).await.unwrap();
    let of = project_partner::Column::ProjectId.eq(id);
    project_partner::Entity::delete_many().filter(of).exec(db).await.unwrap();
    project::Entity::delete_by_id(id).exec(db).await.unwrap();
}

async fn projects_show_what_the_rules_show(world: &World) {
    let cast = world.cast().await;
    let mut all = Vec::new();
    for status in ProjectStatus::iter() {
        for published in [false, true] {
            let mut rows = records::project(&cast, status, world.now());
            rows.project.published = published && rows.project.approved_at.is_some();
            // In one of the two the office declined.
            if published && status == ProjectStatus::Forming {
                rows.partners[1].declined_at = Some(world.now());
                rows.partners[1].accepted_at = None;
                rows.project.partners = [cast.company, cast.chamber].iter().collect();
            }
            world.project(&rows).await;
            all.push(rows.project);
        }
    }
    let mut seen = 0;
    for (name, person) in cast.people(world).await {
        let viewer = person.viewer();
        let level = |row: &project::Model| row.level(&viewer).map(|level| level.to_value());
        let mut right: Vec<_> =
            all.iter().filter_map(|row| Some((row.id.to_string(), level(row)?))).collect();
        right.sort_unstable();
        seen += right.len();
        let list = "{ projects(first: 100) { totalCount nodes { id disclosureLevel } } }";
        let answer = person.send(list, json!({})).await;
        if viewer.is_member() {
            let found = answer.root().clone();
            let mut listed: Vec<_> = found["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|node| {
                    let text = |field: &str| node[field].as_str().unwrap().to_owned();
                    (text("id"), text("disclosureLevel"))
                })
                .collect();
            listed.sort_unstable();
            assert_eq!(listed, right, "{name}");
            assert_eq!(found["totalCount"], right.len(), "{name}");
        }
        for row in &all {
            let id = row.id;
            let one =
                format!("{{ node(id: \"{id}\") {{ ... on Project {{ disclosureLevel }} }} }}");
            let node = person.send(&one, json!({})).await.root().clone();
            assert_eq!(node["disclosureLevel"].as_str(), level(row).as_deref(), "{name}");
        }
    }
    assert!(seen > 60, "{seen}");
}

async fn a_project_comes_to_an_outcome_that_counts(world: &World) {
    let stage = stage(world).await;
    let proposed = stage.proposed().await;
    assert!(proposed["folio"].as_str().unwrap().starts_with("PRY-2026-"));
    assert_eq!((&proposed["status"], &proposed["trlCurrent"]), (&json!("PROPOSED"), &json!(5)));
    assert_eq!(proposed["nextDueOn"], "2026-05-15");
    // Until it is formed it is there for who proposed it and leads it.
    for person in [&stage.manager, &stage.admin, &world.nobody()] {
        assert_eq!(read(person, &proposed["id"]).await, Value::Null);
    }
    let early =
        refused(&stage.manager, "acceptProject", &proposed, stage.own(stage.cast.ott)).await;
    assert_eq!(early, "NOT_FOUND");
    let active = stage.active().await;
    assert_eq!(active["status"], "ACTIVE");
    assert_eq!(active["agreement"]["id"], json!(stage.contract.id.to_string()));
    let one = stage.reached(&active, 1, 6).await;
    assert_eq!((&one["trlCurrent"], &one["nextDueOn"]), (&json!(6), &json!("2026-06-15")));
    let open = refused(&stage.member, "completeProject", &one, json!({ "note": "Ya" })).await;
    assert_eq!(open, "ILLEGAL_STATE", "a milestone is open");
    let two = stage.reached(&one, 2, 7).await;
    let progress = json!({ "total": 2, "accepted": 2, "missed": 0, "waived": 0, "overdue": 0,
        "progressBp": 10_000 });
    assert_eq!((&two["trlCurrent"], &two["progress"]), (&json!(7), &progress));
    let note = json!({ "note": "Opera desde hace un mes" });
    let completed = after(&stage.member, "completeProject", &two, note).await;
    let early =
        refused(&stage.manager, "closeProject", &completed, stage.own(stage.cast.ott)).await;
    assert_eq!(early, "ILLEGAL_STATE", "nothing came of it yet");
    let recorded = after(&stage.member, "recordOutcome", &completed, stage.outcome()).await;
    let outcome = &recorded["outcomes"][0];
    assert_eq!((&outcome["value"], &outcome["status"]), (&json!("96.50"), &json!("RECORDED")));
    let early = refused(&stage.manager, "closeProject", &recorded, stage.own(stage.cast.ott)).await;
    assert_eq!(early, "ILLEGAL_STATE", "nobody else has said so");
    let by_office = with(stage.own(stage.cast.ott), json!({ "outcome": outcome["id"] }));
    let validated = after(&stage.manager, "validateOutcome", &recorded, by_office).await;
    let judged = &validated["outcomes"][0];
    assert_eq!(
        (&judged["status"], &judged["judgedBy"]["id"]),
        (&json!("VALIDATED"), &json!(stage.cast.ott.to_string()))
    );
    let office = stage.own(stage.cast.ott);
    let one = after(&stage.manager, "closeProject", &validated, office.clone()).await;
    assert_eq!(one["status"], "COMPLETED");
    let twice = refused(&stage.manager, "closeProject", &one, office).await;
    assert_eq!(twice, "ILLEGAL_STATE input.partner");
    let closed = after(&stage.admin, "closeProject", &one, stage.own(stage.cast.chamber)).await;
    assert_eq!((&closed["status"], &closed["actions"]), (&json!("CLOSED"), &json!([])));
    assert_eq!(closed["nextDueOn"], Value::Null);
    let steps: Vec<_> =
        closed["history"].as_array().unwrap().iter().map(|step| &step["to"]).collect();
    assert_eq!(steps, ["PROPOSED", "FORMING", "APPROVED", "ACTIVE", "COMPLETED", "CLOSED"]);
    // All partners let the network know: a member of it reads what it is and how far it came.
    let member = world.person(Role::MemberUser, stage.cast.other_company).await;
    let told = read(&member, &closed["id"]).await;
    assert_eq!(told["disclosureLevel"], "NETWORK");
    assert_eq!((&told["trlCurrent"], &told["progress"]["progressBp"]), (&json!(7), &json!(10_000)));
    let own: Vec<_> = told["partners"].as_array().unwrap().iter().collect();
    assert_eq!(
        (own.len(), &own[0]["shareBp"], &own[0]["portion"]),
        (3, &Value::Null, &Value::Null)
    );
    for field in [
        "budget",
        "funding",
        "finances",
        "milestones",
        "outcomes",
        "needs",
        "offers",
        "agreement",
        "risks",
        "workPackages",
        "objective",
        "history",
        "nextDueOn",
    ] {
        assert_eq!(told[field], Value::Null, "{field}");
        assert!(told["redactedFields"].as_array().unwrap().contains(&json!(field)), "{field}");
    }
    assert_eq!(read(&world.nobody(), &closed["id"]).await, Value::Null);
    // From the need and from the contract the partners find it, and nobody else.
    let ask = "query($need: ID!, $offer: ID!, $agreement: ID!) { need(id: $need) { projects { id } } \
        offer(id: $offer) { projects { id } } \
        agreement(id: $agreement) { projects { nodes { id outcomes { status } } } } }";
    let ids = json!({ "need": stage.need.id.to_string(), "offer": stage.offer.id.to_string(),
        "agreement": stage.contract.id.to_string() });
    let found = stage.manager.send(ask, ids.clone()).await.data().clone();
    // The first one was only proposed, by the company.
    let id = json!([{ "id": closed["id"] }]);
    assert_eq!((&found["need"]["projects"], &found["offer"]["projects"]), (&id, &id));
    let below = json!([{ "id": closed["id"], "outcomes": [{ "status": "VALIDATED" }] }]);
    assert_eq!(found["agreement"]["projects"]["nodes"], below);
    let found = member.send(ask, ids).await.data().clone();
    assert_eq!((&found["need"]["projects"], &found["offer"]["projects"]), (&json!([]), &json!([])));
    let kinds = world.events().await;
    for kind in [
        "PROJECT_PROPOSED",
        "PROJECT_FORMED",
        "PROJECT_ENDORSED",
        "PROJECT_APPROVED",
        "MILESTONE_ENDORSED",
        "MILESTONE_ACCEPTED",
        "OUTCOME_VALIDATED",
        "PROJECT_CLOSED",
    ] {
        assert!(kinds.iter().any(|one| one == kind), "{kind}");
    }
}

async fn nobody_learns_of_a_partner_before_it_accepts(world: &World) {
    let stage = stage(world).await;
    let other = world.person(Role::MemberUser, stage.cast.other_company).await;
    let mut plan = stage.plan();
    let invited = partner(stage.cast.other_company, "END_USER", 0);
    plan["consortium"].as_array_mut().unwrap().push(invited);
    plan["workPackages"][1]["responsible"] = json!(stage.cast.other_company.to_string());
    plan["milestones"][0]["responsible"] = json!(stage.cast.other_company.to_string());
    plan["funding"][0]["partner"] = json!(stage.cast.other_company.to_string());
    let done = stage.member.project("proposeProject", plan).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    let formed = after(&stage.member, "formProject", &done.root()["project"], json!({})).await;
    let places = |row: &Value| -> Vec<String> {
        let rows = row["partners"].as_array().unwrap().iter();
        rows.map(|one| one["organization"]["id"].as_str().unwrap().to_owned()).collect()
    };
    let id = |id: entity::OrganizationId| id.to_string();
    let cast = &stage.cast;
    assert_eq!(places(&formed).len(), 4, "the leader knows whom it asked");
    // The office knows of the leader and of itself.
    let office = read(&stage.manager, &formed["id"]).await;
    assert_eq!(places(&office), [id(cast.company), id(cast.ott)]);
    let text = office.to_string();
    assert!(!text.contains(&id(cast.other_company)) && !text.contains(&id(cast.chamber)), "{text}");
    let by =
        |partner: entity::OrganizationId| json!({ "filter": { "partner": partner.to_string() } });
    let list = "query($filter: ProjectFilter) { projects(filter: $filter) { nodes { id } } }";
    let found = stage.manager.send(list, by(cast.other_company)).await.root().clone();
    assert_eq!(found["nodes"], json!([]), "no list tells it either");
    let own = stage.own(cast.other_company);
    let one = after(&other, "acceptProject", &formed, own).await;
    let office = read(&stage.manager, &one["id"]).await;
    assert_eq!(places(&office), [id(cast.company), id(cast.ott), id(cast.other_company)]);
    assert_eq!(office["milestones"][0]["responsible"]["id"], json!(id(cast.other_company)));
    assert_eq!(office["funding"][0]["partner"]["id"], json!(id(cast.other_company)));
    let found = stage.manager.send(list, by(cast.other_company)).await.root().clone();
    assert_eq!(found["nodes"][0]["id"], one["id"]);
    // Who declines is gone, and reads no more.
    let no = with(stage.own(cast.chamber), json!({ "note": "No participamos" }));
    let done = stage.admin.project("declineProject", at(&one, no)).await;
    assert_eq!((done.outcome(), &done.root()["project"]), ("DONE".into(), &Value::Null));
    assert_eq!(read(&stage.admin, &one["id"]).await, Value::Null);
    let leader = read(&stage.member, &one["id"]).await;
    assert!(leader["partners"][2]["declinedAt"].is_string());
    let office = read(&stage.manager, &one["id"]).await;
    assert!(!places(&office).contains(&id(cast.chamber)));
    world.events().await;
}

async fn another_plan_is_accepted_anew(world: &World) {
    let stage = stage(world).await;
    let accepted = stage.accepted().await;
    let one = after(&stage.manager, "approveProject", &accepted, stage.own(stage.cast.ott)).await;
    let said = |row: &Value, field: &str| -> Vec<bool> {
        let rows = row["partners"].as_array().unwrap().iter();
        rows.map(|one| one[field].is_string()).collect()
    };
    assert_eq!(said(&one, "acceptedAt"), [true, true, true]);
    assert_eq!(said(&one, "approvedAt"), [false, true, false]);
    let revised = after(&stage.member, "reviseProject", &one, json!({ "trlTarget": 8 })).await;
    assert_eq!(said(&revised, "acceptedAt"), [true, false, false], "the leader stands by it");
    assert_eq!(said(&revised, "approvedAt"), [false, false, false]);
    let early =
        refused(&stage.manager, "approveProject", &revised, stage.own(stage.cast.ott)).await;
    assert_eq!(early, "REQUIRED project.partners", "nobody has accepted this plan");
    // So does a milestone more, and one less.
    let again = after(&stage.manager, "acceptProject", &revised, stage.own(stage.cast.ott)).await;
    let more = stage.milestone(3, None);
    let planned = after(&stage.member, "planMilestone", &again, more).await;
    assert_eq!(said(&planned, "acceptedAt"), [true, false, false]);
    let again = after(&stage.manager, "acceptProject", &planned, stage.own(stage.cast.ott)).await;
    let less = json!({ "number": 3, "note": "No hace falta" });
    let less = with(stage.own(stage.cast.company), less);
    let waived = after(&stage.member, "waiveMilestone", &again, less).await;
    assert_eq!(said(&waived, "acceptedAt"), [true, false, false]);
    assert_eq!(waived["milestones"][2]["status"], "WAIVED");
    // Whoever wrote any of the plan does not approve it: an office that leads has another manager.
    let mut plan = stage.plan();
    plan["from"] = json!(stage.cast.ott.to_string());
    plan["consortium"][0]["role"] = json!("PARTNER");
    plan["consortium"][1]["role"] = json!("LEADER");
    let done = stage.manager.project("proposeProject", plan).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    let row = after(&stage.manager, "formProject", &done.root()["project"], json!({})).await;
    let row = after(&stage.member, "acceptProject", &row, stage.own(stage.cast.company)).await;
    let row = after(&stage.admin, "acceptProject", &row, stage.own(stage.cast.chamber)).await;
    let own = refused(&stage.manager, "approveProject", &row, stage.own(stage.cast.ott)).await;
    assert_eq!(own, "FOUR_EYES");
    let row = after(&stage.second_manager, "approveProject", &row, stage.own(stage.cast.ott)).await;
    let row = after(&stage.admin, "approveProject", &row, stage.own(stage.cast.chamber)).await;
    assert_eq!(row["status"], "APPROVED");
    // Where the one office leads, the company stands in for it.
    let accepts: Vec<_> =
        row["partners"].as_array().unwrap().iter().map(|one| &one["acceptsMilestones"]).collect();
    assert_eq!(accepts, [true, false, false]);
    // An approved plan stays.
    let late = refused(&stage.manager, "reviseProject", &row, json!({ "trlTarget": 9 })).await;
    assert_eq!(late, "ILLEGAL_STATE");
    world.events().await;
}

async fn what_is_missing_is_told_together(world: &World) {
    let stage = stage(world).await;
    let mut plan = stage.plan();
    plan["consortium"][1]["shareBp"] = json!(3_332);
    plan["funding"][0]["amount"] = json!("600000.01");
    plan["workPackages"][0]["budget"] = json!("400000.00");
    plan["milestones"] = json!([]);
    let done = stage.member.project("proposeProject", plan).await;
    let row = after(&stage.member, "formProject", &done.root()["project"], json!({})).await;
    let missing = refused(&stage.manager, "approveProject", &row, stage.own(stage.cast.ott)).await;
    assert_eq!(
        missing,
        "REQUIRED project.partners, REQUIRED project.partners, REQUIRED project.milestones, \
         REQUIRED project.funding, REQUIRED project.workPackages"
    );
    assert_eq!(row["partners"][0]["portion"], Value::Null, "shares do not add up");
    // A plan without a budget has no sums.
    let row = after(&stage.member, "reviseProject", &row, json!({ "budget": null })).await;
    let missing = refused(&stage.manager, "approveProject", &row, stage.own(stage.cast.ott)).await;
    assert!(missing.ends_with("REQUIRED project.budget"), "{missing}");
    // Only offices and chambers approve, and each for itself.
    let other =
        refused(&stage.manager, "approveProject", &row, stage.own(stage.cast.chamber)).await;
    assert_eq!(other, "NOT_FOUND input.partner");
    let member =
        refused(&stage.member, "approveProject", &row, stage.own(stage.cast.company)).await;
    assert_eq!(member, "FORBIDDEN");
    let officer = refused(&stage.officer, "approveProject", &row, stage.own(stage.cast.ott)).await;
    assert_eq!(officer, "FORBIDDEN");
    world.events().await;
}

async fn milestones_are_reached_with_evidence(world: &World) {
    let stage = stage(world).await;
    let active = stage.active().await;
    let number = |number: i32| json!({ "number": number });
    let early = refused(&stage.officer, "submitMilestone", &active, Stage::shown(1, 6)).await;
    assert_eq!(early, "ILLEGAL_STATE", "it was not begun");
    let foreign = refused(&stage.member, "startMilestone", &active, number(1)).await;
    assert_eq!(foreign, "FORBIDDEN", "the office answers for it");
    assert_eq!(
        refused(&stage.officer, "startMilestone", &active, number(9)).await,
        "NOT_FOUND input.number"
    );
    let begun = after(&stage.officer, "startMilestone", &active, number(1)).await;
    let bare = json!({ "number": 1, "evidence": { "es": "Bitácora" } });
    let bare = refused(&stage.officer, "submitMilestone", &begun, bare).await;
    assert_eq!(bare, "REQUIRED input.trlEvidence", "no level without evidence");
    let low = refused(&stage.officer, "submitMilestone", &begun, Stage::shown(1, 5)).await;
    assert_eq!(low, "REQUIRED input.trlEvidence", "of a lower level");
    let file = with(Stage::shown(1, 6), json!({ "documents": ["doc_0"] }));
    let file = refused(&stage.officer, "submitMilestone", &begun, file).await;
    assert_eq!(file, "NOT_FOUND input.documents.0");
    let manager = after(&stage.manager, "submitMilestone", &begun, Stage::shown(1, 6)).await;
    let own = |organization| with(number(1), stage.own(organization));
    let four = refused(&stage.manager, "acceptMilestone", &manager, own(stage.cast.ott)).await;
    assert_eq!(four, "FOUR_EYES", "who submitted it does not accept it");
    let chamber = refused(&stage.admin, "acceptMilestone", &manager, own(stage.cast.chamber)).await;
    assert_eq!(chamber, "FORBIDDEN");
    let one = after(&stage.member, "acceptMilestone", &manager, own(stage.cast.company)).await;
    assert_eq!(
        (&one["milestones"][0]["status"], &one["trlCurrent"]),
        (&json!("SUBMITTED"), &json!(5))
    );
    let twice = refused(&stage.colleague, "acceptMilestone", &one, own(stage.cast.company)).await;
    assert_eq!(twice, "ILLEGAL_STATE input.partner");
    // What is sent back is accepted anew by both.
    let note = with(own(stage.cast.ott), json!({ "note": "Falta la firma" }));
    let back = after(&stage.second_manager, "returnMilestone", &one, note).await;
    assert_eq!(back["milestones"][0]["status"], "RETURNED");
    assert_eq!(back["milestones"][0]["leaderAcceptedAt"], Value::Null);
    let again = after(&stage.officer, "submitMilestone", &back, Stage::shown(1, 6)).await;
    let one = after(&stage.member, "acceptMilestone", &again, own(stage.cast.company)).await;
    let both = after(&stage.manager, "acceptMilestone", &one, own(stage.cast.ott)).await;
    assert_eq!(
        (&both["milestones"][0]["status"], &both["trlCurrent"]),
        (&json!("ACCEPTED"), &json!(6))
    );
    let steps: Vec<_> = both["milestones"][0]["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["to"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(steps, ["PLANNED", "IN_PROGRESS", "SUBMITTED", "RETURNED", "SUBMITTED", "ACCEPTED"]);
    // A day late is late; the day itself is not.
    let late = async |days: i64| {
        world.pass(TimeDelta::days(days));
        read(&stage.member, &both["id"]).await["milestones"][1]["overdue"].clone()
    };
    assert_eq!(late(105).await, false, "15 June");
    assert_eq!(late(1).await, true, "16 June");
    // Missed, it stands in the way until it is asked for no longer.
    let note = json!({ "number": 2, "note": "El proveedor no entregó" });
    let missed = after(&stage.member, "missMilestone", &both, note.clone()).await;
    assert_eq!((&missed["progress"]["missed"], &missed["nextDueOn"]), (&json!(1), &Value::Null));
    let open = refused(&stage.member, "completeProject", &missed, json!({ "note": "Ya" })).await;
    assert_eq!(open, "ILLEGAL_STATE");
    // The leader and the office agree that it is asked for no longer.
    let by = |organization| with(note.clone(), stage.own(organization));
    let one = after(&stage.manager, "waiveMilestone", &missed, by(stage.cast.ott)).await;
    assert_eq!(one["milestones"][1]["status"], "MISSED");
    let twice = refused(&stage.second_manager, "waiveMilestone", &one, by(stage.cast.ott)).await;
    assert_eq!(twice, "ILLEGAL_STATE input.partner");
    let waived = after(&stage.member, "waiveMilestone", &one, by(stage.cast.company)).await;
    assert_eq!(waived["milestones"][1]["status"], "WAIVED");
    after(&stage.member, "completeProject", &waived, json!({ "note": "Ya" })).await;
    world.events().await;
}

async fn an_outcome_is_validated_by_somebody_else(world: &World) {
    let stage = stage(world).await;
    let active = stage.active().await;
    let future = with(stage.outcome(), json!({ "measuredOn": "2026-03-03" }));
    let future = refused(&stage.member, "recordOutcome", &active, future).await;
    assert_eq!(future, "INVALID input.measuredOn");
    let foreign = with(stage.outcome(), stage.own(stage.cast.ott));
    let foreign = refused(&stage.member, "recordOutcome", &active, foreign).await;
    assert_eq!(foreign, "NOT_FOUND input.partner", "not theirs to speak for");
    let row = after(&stage.member, "recordOutcome", &active, stage.outcome()).await;
    let of = |organization| {
        with(stage.own(organization), json!({ "outcome": row["outcomes"][0]["id"] }))
    };
    let own = refused(&stage.colleague, "validateOutcome", &row, of(stage.cast.company)).await;
    assert_eq!(own, "FOUR_EYES input.partner", "the partner that says so");
    let officer = refused(&stage.officer, "validateOutcome", &row, of(stage.cast.ott)).await;
    assert_eq!(officer, "FORBIDDEN", "an officer does not bind the office");
    let note = with(of(stage.cast.chamber), json!({ "note": "El medidor no está calibrado" }));
    let no = after(&stage.admin, "refuseOutcome", &row, note).await;
    assert_eq!(no["outcomes"][0]["status"], "REFUSED");
    assert_eq!(no["outcomes"][0]["history"][1]["note"], "El medidor no está calibrado");
    let late = refused(&stage.manager, "validateOutcome", &no, of(stage.cast.ott)).await;
    assert_eq!(late, "ILLEGAL_STATE", "it was judged");
    // Somebody who speaks for two partners does not say and validate the same.
    let double = world
        .somebody(vec![
            api::policy::Grant {
                organization: stage.cast.company,
                role: Role::MemberUser,
                regions: Vec::new(),
                delegations: Vec::new(),
            },
            api::policy::Grant {
                organization: stage.cast.ott,
                role: Role::OttManager,
                regions: Vec::new(),
                delegations: Vec::new(),
            },
        ])
        .await;
    let row = after(&double, "recordOutcome", &no, stage.outcome()).await;
    let second = with(stage.own(stage.cast.ott), json!({ "outcome": row["outcomes"][1]["id"] }));
    let own = refused(&double, "validateOutcome", &row, second).await;
    assert_eq!(own, "FOUR_EYES input.partner");
    world.events().await;
}

/// Whatever the budget and the shares, what is read back adds up to the cent and the basis point.
async fn no_cent_is_lost_on_its_way_through_the_database(world: &World) {
    let stage = stage(world).await;
    let minor = |text: &Value| -> i64 {
        let text = text.as_str().unwrap();
        let (whole, part) = text.split_once('.').unwrap();
        format!("{whole}{part}").parse().unwrap()
    };
    let text = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
    let mut row = stage.proposed().await;
    let mut state: u64 = 7;
    let mut next = |end: i64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(state >> 1).unwrap().rem_euclid(end)
    };
    for _ in 0..25 {
        let budget = 1 + next(99_999_999_999_999_999);
        let first = next(10_001);
        let second = next(10_001 - first);
        let shares = [first, second, 10_000 - first - second];
        let cut = next(budget);
        let mut consortium = stage.consortium();
        for (place, share) in shares.iter().enumerate() {
            consortium[place]["shareBp"] = json!(share);
        }
        let line = |minor: i64, form: &str| {
            json!({ "source": "Un fondo", "kind": "FEDERAL",
            "form": form, "amount": text(minor) })
        };
        // Two lines alike are two lines.
        let half = cut / 2;
        let lines: Vec<_> = [(half, "CASH"), (half, "CASH"), (budget - 2 * half, "IN_KIND")]
            .into_iter()
            .filter(|(minor, _)| *minor > 0)
            .map(|(minor, form)| line(minor, form))
            .collect();
        let plan = json!({ "budget": { "amount": text(budget) }, "consortium": consortium, "funding": lines });
        row = after(&stage.member, "reviseProject", &row, plan).await;
        assert_eq!(minor(&row["budget"]["amount"]), budget);
        let partners = row["partners"].as_array().unwrap();
        let sum: i64 = partners.iter().map(|one| one["shareBp"].as_i64().unwrap()).sum();
        assert_eq!(sum, 10_000);
        let sum: i64 = partners.iter().map(|one| minor(&one["portion"])).sum();
        assert_eq!(sum, budget, "{shares:?} of {budget}");
        let finances = &row["finances"];
        assert_eq!(minor(&finances["counted"]["amount"]), budget);
        assert_eq!(minor(&finances["cash"]["amount"]), 2 * half);
        assert_eq!(minor(&finances["inKind"]["amount"]), budget - 2 * half);
        assert_eq!(minor(&finances["missing"]["amount"]), 0);
    }
    world.events().await;
}

async fn money_comes_or_does_not(world: &World) {
    let stage = stage(world).await;
    let row = stage.approved().await;
    let to = |number: i32, status: &str| json!({ "number": number, "status": status });
    let over = json!({ "line": { "source": "Otro fondo", "kind": "FEDERAL", "form": "CASH",
        "amount": "0.01" } });
    let refusal = refused(&stage.member, "addFunding", &row, over.clone()).await;
    assert_eq!(refusal, "INVALID input.line.amount", "the budget is full");
    let row = after(&stage.member, "followFunding", &row, to(1, "RECEIVED")).await;
    let back = refused(&stage.member, "followFunding", &row, to(1, "COMMITTED")).await;
    assert_eq!(back, "ILLEGAL_STATE input.status");
    let row = after(&stage.member, "followFunding", &row, to(2, "COMMITTED")).await;
    let row = after(&stage.member, "followFunding", &row, to(3, "REFUSED")).await;
    let amount =
        |row: &Value, name: &str| row["finances"][name]["amount"].as_str().unwrap().to_owned();
    let sums = ["counted", "committed", "received", "cash", "inKind", "missing"]
        .map(|name| amount(&row, name));
    assert_eq!(
        sums,
        ["750000.01", "750000.01", "600000.00", "600000.00", "150000.01", "250000.00"]
    );
    let office = refused(&stage.manager, "addFunding", &row, over).await;
    assert_eq!(office, "FORBIDDEN", "the leader's to say");
    let line = json!({ "line": { "partner": stage.cast.company.to_string(), "kind": "COMPANY",
        "form": "CASH", "amount": "250000.00" } });
    let row = after(&stage.member, "addFunding", &row, line).await;
    assert_eq!(
        (amount(&row, "counted"), amount(&row, "missing")),
        ("1000000.01".into(), "0.00".into())
    );
    assert_eq!(
        refused(&stage.member, "followFunding", &row, to(9, "RECEIVED")).await,
        "NOT_FOUND input.number"
    );
    let risk =
        json!({ "risks": [{ "risk": "Sube el acero", "likelihood": "HIGH", "impact": "LOW" }] });
    let row = after(&stage.member, "recordRisks", &row, risk).await;
    assert_eq!(row["risks"][0]["mitigation"], Value::Null);
    world.events().await;
}

async fn who_stands_behind_a_need_takes_part(world: &World) {
    let stage = stage(world).await;
    let cast = &stage.cast;
    // A need of which the office knows the public text alone.
    let other = world.need(cast, NeedStatus::Published).await;
    let mut plan = stage.plan();
    plan["from"] = json!(cast.ott.to_string());
    plan["needs"] = json!([other.id.to_string()]);
    let foreign = stage.manager.project("proposeProject", plan.clone()).await;
    assert_eq!(
        foreign.outcome(),
        "NOT_FOUND input.needs.0",
        "it was not introduced to its company"
    );
    // The one to which it was, with everybody behind it.
    plan["needs"] = json!([stage.need.id.to_string()]);
    for place in [0, 2] {
        let mut without = plan.clone();
        let gone = without["consortium"].as_array_mut().unwrap().remove(place);
        if place == 0 {
            without["consortium"][0]["role"] = json!("LEADER");
            without["funding"] = json!([]);
            without["workPackages"] = json!([]);
        }
        let alone = stage.manager.project("proposeProject", without).await;
        assert_eq!(alone.outcome(), "REQUIRED input.consortium", "without {gone}");
    }
    let done = stage.manager.project("proposeProject", plan).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    // The company leads what the office proposed: it forms it, and nobody else does.
    let row = done.root()["project"].clone();
    assert_eq!(refused(&stage.manager, "formProject", &row, json!({})).await, "FORBIDDEN");
    let seen = read(&stage.member, &row["id"]).await;
    assert_eq!(seen["proposedBy"]["id"], json!(cast.ott.to_string()));
    let note = json!({ "note": "Ahora no" });
    let no = after(&stage.member, "rejectProject", &row, note).await;
    assert_eq!(no["status"], "REJECTED");
    // An anonymous offer does not tell whose it is to who guesses.
    let hidden = world.offer(cast, OfferStatus::Published).await;
    world.overwrite(offer::Model { anonymous: true, ..hidden.clone() }).await;
    let ally = world.person(Role::MemberUser, cast.ally).await;
    let guess = json!({ "from": cast.ally.to_string(), "type": "PILOT", "title": { "es": "X" },
        "offers": [hidden.id.to_string()], "consortium": [partner(cast.ally, "LEADER", 0),
        partner(cast.ott, "TECHNOLOGY_TRANSFER_OFFICE", 0)] });
    let guess = ally.project("proposeProject", guess).await;
    assert_eq!(guess.outcome(), "NOT_FOUND input.offers.0");
    world.events().await;
}

async fn several_needs_make_one_project(world: &World) {
    let stage = stage(world).await;
    let cast = &stage.cast;
    let second = records::need(cast, NeedStatus::Published, world.now());
    let second = need::Model { company_id: cast.ally, ..second };
    world.put(second.clone()).await;
    let plan = json!({ "from": cast.chamber.to_string(), "type": "PRECOMPETITIVE_CONSORTIUM",
        "title": { "es": "Secado común" },
        "needs": [stage.need.id.to_string(), second.id.to_string()],
        "consortium": [partner(cast.chamber, "LEADER", 0), partner(cast.company, "PARTNER", 5_000),
            partner(cast.ally, "PARTNER", 5_000)] });
    let done = stage.liaison.project("proposeProject", plan).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    let formed = after(&stage.admin, "formProject", &done.root()["project"], json!({})).await;
    // Each company reads its own need; of the other's it learns when that has accepted.
    let seen = read(&stage.member, &formed["id"]).await;
    assert_eq!(seen["needs"], json!([{ "id": stage.need.id.to_string() }]));
    assert!(!seen.to_string().contains(&cast.ally.to_string()), "it has not accepted");
    // What was given stays where it is not given anew; what is given replaces.
    let ally = world.person(Role::MemberUser, cast.ally).await;
    let formed = after(&ally, "acceptProject", &formed, stage.own(cast.ally)).await;
    let ids = json!([{ "id": stage.need.id.to_string() }, { "id": second.id.to_string() }]);
    assert_eq!(read(&stage.member, &formed["id"]).await["needs"], ids);
    let one = json!({ "needs": [second.id.to_string()] });
    let revised = after(&stage.liaison, "reviseProject", &formed, one).await;
    assert_eq!(revised["needs"], json!([{ "id": second.id.to_string() }]));
    let list = "query($need: ID!) { projects(filter: { need: $need }) { totalCount } }";
    let count = async |need: &need::Model| {
        let need = json!({ "need": need.id.to_string() });
        stage.admin.send(list, need).await.root()["totalCount"].clone()
    };
    assert_eq!((count(&stage.need).await, count(&second).await), (json!(0), json!(1)));
    world.events().await;
}

async fn three_who_work_together_sign_together(world: &World) {
    let stage = stage(world).await;
    let cast = &stage.cast;
    let mut plan = stage.plan();
    let third = partner(cast.other_company, "PARTNER", 0);
    plan["consortium"].as_array_mut().unwrap().push(third);
    let done = stage.member.project("proposeProject", plan).await;
    let row = after(&stage.member, "formProject", &done.root()["project"], json!({})).await;
    let row = after(&stage.manager, "acceptProject", &row, stage.own(cast.ott)).await;
    let row = after(&stage.admin, "acceptProject", &row, stage.own(cast.chamber)).await;
    let other = world.person(Role::MemberUser, cast.other_company).await;
    let row = after(&other, "acceptProject", &row, stage.own(cast.other_company)).await;
    let missing = refused(&stage.manager, "approveProject", &row, stage.own(cast.ott)).await;
    assert_eq!(missing, "REQUIRED project.agreement");
    let link = |id: entity::AgreementId| json!({ "agreement": id.to_string() });
    let two = refused(&stage.member, "linkProjectAgreement", &row, link(stage.contract.id)).await;
    assert_eq!(two, "INVALID input.agreement", "the third is no party to it");
    let unknown =
        refused(&stage.member, "linkProjectAgreement", &row, json!({ "agreement": "agreement_0" }))
            .await;
    assert_eq!(unknown, "NOT_FOUND input.agreement");
    // A consortium agreement of all three, first approved, then in force.
    let kind = AgreementType::ConsortiumAgreement;
    let parties = [cast.company, cast.ott, cast.other_company];
    let all = agreement::Model {
        id: entity::AgreementId::new(world.now()),
        folio: "CON-2026-900001".into(),
        kind,
        status: AgreementStatus::Approved,
        parties: parties.iter().collect(),
        ended_at: None,
        ..stage.contract.clone()
    };
    world.agree(&all).await;
    let row = after(&stage.member, "linkProjectAgreement", &row, link(all.id)).await;
    let early = refused(&stage.manager, "approveProject", &row, stage.own(cast.ott)).await;
    assert_eq!(early, "REQUIRED project.partners", "on another contract it is another plan");
    let row = after(&stage.manager, "acceptProject", &row, stage.own(cast.ott)).await;
    let row = after(&stage.admin, "acceptProject", &row, stage.own(cast.chamber)).await;
    let row = after(&other, "acceptProject", &row, stage.own(cast.other_company)).await;
    let row = after(&stage.manager, "approveProject", &row, stage.own(cast.ott)).await;
    let row = after(&stage.admin, "approveProject", &row, stage.own(cast.chamber)).await;
    assert_eq!(row["status"], "APPROVED");
    let early = refused(&stage.member, "startProject", &row, json!({})).await;
    assert_eq!(early, "ILLEGAL_STATE", "it is not in force");
    world.overwrite(agreement::Model { status: AgreementStatus::Active, ..all }).await;
    let row = after(&stage.member, "startProject", &row, json!({})).await;
    let row = after(&stage.member, "holdProject", &row, json!({ "note": "Huelga" })).await;
    assert_eq!(row["status"], "ON_HOLD");
    let row = after(&stage.member, "resumeProject", &row, json!({})).await;
    let row = after(&stage.member, "cancelProject", &row, json!({ "note": "Quebró" })).await;
    assert_eq!((&row["status"], &row["actions"]), (&json!("CANCELLED"), &json!([])));
    world.events().await;
}

async fn of_two_who_approve_at_once_none_is_lost(world: &World) {
    let stage = stage(world).await;
    let row = stage.accepted().await;
    let office = at(&row, stage.own(stage.cast.ott));
    let chamber = at(&row, stage.own(stage.cast.chamber));
    let both = join(
        stage.manager.project("approveProject", office.clone()),
        stage.admin.project("approveProject", chamber.clone()),
    );
    let (one, two) = both.await;
    let mut outcomes = [one.outcome(), two.outcome()];
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["DONE", "STALE_OBJECT input.expectedVersion"]);
    let row = read(&stage.member, &row["id"]).await;
    let (person, own) = if one.outcome() == "DONE" {
        (&stage.admin, stage.own(stage.cast.chamber))
    } else {
        (&stage.manager, stage.own(stage.cast.ott))
    };
    let row = after(person, "approveProject", &row, own).await;
    assert_eq!(row["status"], "APPROVED");
    world.events().await;
}

async fn what_is_not_right_is_not_written(world: &World) {
    let stage = stage(world).await;
    let cast = &stage.cast;
    let company = cast.company.to_string();
    let line = |more: Value| {
        let line = json!({ "source": "F", "kind": "STATE", "form": "CASH", "amount": "1" });
        json!({ "funding": [with(line, more)] })
    };
    for (more, right) in [
        (json!({ "title": null }), "REQUIRED input.title"),
        (json!({ "type": null }), "REQUIRED input.type"),
        (json!({ "from": cast.ott.to_string() }), "FORBIDDEN"),
        (json!({ "trlStart": 8 }), "INVALID input.trlTarget"),
        (json!({ "endsOn": "2026-03-31" }), "INVALID input.endsOn"),
        (json!({ "states": ["33"] }), "INVALID input.states"),
        (json!({ "scian": ["99999"] }), "INVALID input.scian"),
        (json!({ "budget": { "amount": "-1" } }), "INVALID input.budget.amount"),
        (
            json!({ "budget": { "amount": "1", "currency": "pesos" } }),
            "INVALID input.budget.currency",
        ),
        (line(json!({ "amount": "0" })), "INVALID input.funding.0.amount"),
        (line(json!({ "partner": company })), "INVALID input.funding.0.source"),
        (line(json!({ "source": null })), "INVALID input.funding.0.source"),
        (line(json!({ "status": "REFUSED" })), "INVALID input.funding.0.status"),
        (
            line(json!({ "source": null, "partner": cast.ally.to_string() })),
            "INVALID input.funding.0.partner",
        ),
        (
            json!({ "consortium": [], "funding": [], "workPackages": [], "milestones": [] }),
            "INVALID input.consortium, REQUIRED input.consortium, REQUIRED input.consortium",
        ),
        (
            json!({ "milestones": [with(stage.milestone(1, Some(6)), json!({ "trlAfter": null }))] }),
            "REQUIRED input.milestones.0.trlAfter",
        ),
        (
            json!({ "milestones": [with(stage.milestone(1, Some(6)),
                json!({ "responsible": cast.ally.to_string() }))] }),
            "INVALID input.milestones.0.responsible",
        ),
    ] {
        let given = with(stage.plan(), more.clone());
        let refusal = stage.member.project("proposeProject", given).await;
        assert_eq!(refusal.outcome(), right, "{more:#}");
    }
    for (place, more, right) in [
        (1, json!({ "role": "LEADER" }), "INVALID input.consortium"),
        (1, json!({ "role": "PARTNER" }), "INVALID input.consortium.1.role"),
        (
            0,
            json!({ "role": "CHAMBER" }),
            "INVALID input.consortium, INVALID input.consortium.0.role",
        ),
        (0, json!({ "shareBp": 6_668 }), "INVALID input.consortium"),
        (0, json!({ "shareBp": -1 }), "INVALID input.consortium.0.shareBp"),
        (
            2,
            json!({ "organization": "org_0" }),
            "NOT_FOUND input.consortium.2.organization, REQUIRED input.consortium",
        ),
    ] {
        let mut given = stage.plan();
        given["consortium"][place] = with(given["consortium"][place].clone(), more.clone());
        let refusal = stage.member.project("proposeProject", given).await;
        assert_eq!(refusal.outcome(), right, "{more:#}");
    }
    assert_eq!(project::Entity::find().count(world.db().read()).await.unwrap(), 0);
    // Payments come to the budget at most, also later.
    let row = stage.proposed().await;
    let dear = with(stage.milestone(3, None), json!({ "payment": "800000.00" }));
    let dear = refused(&stage.member, "planMilestone", &row, dear).await;
    assert_eq!(dear, "INVALID input.payment");
    let stale = json!({ "id": row["id"], "expectedVersion": 7 });
    let stale = stage.member.project("formProject", stale).await;
    assert_eq!(stale.outcome(), "STALE_OBJECT input.expectedVersion");
    world.events().await;
}

/// Files are for the partners, and what shows that something was reached is not taken away.
async fn evidence_stays_with_the_project(world: &World) {
    let stage = stage(world).await;
    let active = stage.active().await;
    let id = active["id"].as_str().unwrap();
    let pdf = b"%PDF-1.7 acta";
    let shared = stage.officer.attach(id, "INTRODUCED", "Acta.pdf", pdf).await;
    assert_eq!(shared.outcome(), "INVALID input.level", "the file of a project is its partners'");
    let mut files = Vec::new();
    for name in ["Acta.pdf", "Borrador.pdf"] {
        let told = stage.officer.attach(id, "CONTRACT", name, pdf).await;
        assert_eq!(told.outcome(), "DONE", "{:#}", told.body);
        files.push(told.root()["document"]["id"].clone());
        let url = told.root()["uploadUrl"].as_str().unwrap().to_owned();
        assert_eq!(world.transfer(None, &url, Some(pdf.to_vec())).await.status, 204);
    }
    let names = async |person: &Person<'_>| -> Vec<String> {
        let ask = "query($id: ID!) { project(id: $id) { documents { fileName url } } }";
        let found = person.send(ask, json!({ "id": id })).await.root().clone();
        let files = found["documents"].as_array().cloned().unwrap_or_default();
        for file in &files {
            let fetched = world.transfer(None, file["url"].as_str().unwrap(), None).await;
            assert_eq!((fetched.status, fetched.bytes.as_slice()), (200, &pdf[..]));
        }
        files.iter().map(|file| file["fileName"].as_str().unwrap().to_owned()).collect()
    };
    for person in [&stage.member, &stage.manager, &stage.admin] {
        assert_eq!(names(person).await, ["Acta.pdf", "Borrador.pdf"]);
    }
    for person in [
        world.nobody(),
        world.person(Role::MemberUser, stage.cast.other_company).await,
        world.person(Role::OttManager, stage.cast.other_ott).await,
        world.person(Role::NetworkAdmin, stage.cast.network).await,
    ] {
        assert_eq!(names(&person).await, [""; 0], "the network knows of it, not of its files");
    }
    let begun = after(&stage.officer, "startMilestone", &active, json!({ "number": 1 })).await;
    let shown = with(Stage::shown(1, 6), json!({ "documents": [files[0]] }));
    let row = after(&stage.officer, "submitMilestone", &begun, shown).await;
    assert_eq!(row["milestones"][0]["documents"], json!([{ "id": files[0] }]));
    let file = |place: usize| files[place].as_str().unwrap();
    let foreign = stage.member.remove_document(file(1)).await;
    assert_eq!(foreign.outcome(), "FORBIDDEN", "what a partner brought, it alone takes away");
    let kept = stage.officer.remove_document(file(0)).await;
    assert_eq!(kept.outcome(), "ILLEGAL_STATE", "it shows that a milestone was reached");
    assert_eq!(stage.officer.remove_document(file(1)).await.outcome(), "DONE");
    assert_eq!(names(&stage.member).await, ["Acta.pdf"]);
    world.events().await;
}

async fn who_was_asked_is_not_found_by_guessing(world: &World) {
    let stage = stage(world).await;
    let cast = &stage.cast;
    let mut plan = stage.plan();
    plan["consortium"].as_array_mut().unwrap().push(partner(cast.other_company, "END_USER", 0));
    let done = stage.member.project("proposeProject", plan).await;
    let row = after(&stage.member, "formProject", &done.root()["project"], json!({})).await;
    // The office asks for whom it does not speak: who was asked, and who was not, are one.
    for other in [cast.other_company, cast.ally] {
        let told = refused(&stage.manager, "acceptProject", &row, stage.own(other)).await;
        assert_eq!(told, "NOT_FOUND input.partner");
        let no = with(stage.own(other), json!({ "note": "No" }));
        let told = refused(&stage.manager, "declineProject", &row, no).await;
        assert_eq!(told, "NOT_FOUND input.partner");
    }
    // From the need to the project there is no way until all have accepted; nor by a filter.
    let ask = "query($need: ID!) { need(id: $need) { projects { id } } \
        projects(filter: { need: $need }) { totalCount } }";
    let need = json!({ "need": stage.need.id.to_string() });
    for (person, knows) in [(&stage.member, 1), (&stage.manager, 0), (&stage.admin, 0)] {
        let found = person.send(ask, need.clone()).await.data().clone();
        assert_eq!(found["need"]["projects"].as_array().unwrap().len(), knows);
        assert_eq!(found["projects"]["totalCount"], knows);
    }
    world.events().await;
}

async fn who_leads_stands_behind_what_it_comes_from(world: &World) {
    let stage = stage(world).await;
    let cast = &stage.cast;
    // The office knows whose the need is; another office, which is to lead, would learn it.
    let mut plan = stage.plan();
    plan["from"] = json!(cast.ott.to_string());
    plan["consortium"][0]["role"] = json!("PARTNER");
    let stranger = partner(cast.other_ott, "LEADER", 0);
    plan["consortium"].as_array_mut().unwrap().push(stranger.clone());
    let told = stage.manager.project("proposeProject", plan.clone()).await;
    assert_eq!(told.outcome(), "INVALID input.needs.0");
    // Nor by a change of who leads.
    plan["consortium"].as_array_mut().unwrap().pop();
    plan["consortium"][1]["role"] = json!("LEADER");
    let done = stage.manager.project("proposeProject", plan.clone()).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    let row = done.root()["project"].clone();
    plan["consortium"][1]["role"] = json!("TECHNOLOGY_TRANSFER_OFFICE");
    plan["consortium"].as_array_mut().unwrap().push(stranger);
    let other = json!({ "consortium": plan["consortium"] });
    let told = refused(&stage.manager, "reviseProject", &row, other).await;
    assert_eq!(told, "INVALID input.needs.0");
    // The company may lead: the need is its own.
    plan["consortium"].as_array_mut().unwrap().pop();
    plan["consortium"][0]["role"] = json!("LEADER");
    let company = json!({ "consortium": plan["consortium"] });
    let row = after(&stage.manager, "reviseProject", &row, company).await;
    assert_eq!(row["leader"]["id"], json!(cast.company.to_string()));
    // Once it is formed, who leads stays.
    let row = after(&stage.member, "formProject", &row, json!({})).await;
    plan["consortium"][0]["role"] = json!("PARTNER");
    plan["consortium"][1]["role"] = json!("LEADER");
    let late = json!({ "consortium": plan["consortium"] });
    let late = refused(&stage.member, "reviseProject", &row, late).await;
    assert_eq!(late, "INVALID input.needs.0, INVALID input.consortium");
    // Amounts that stay are not told in another currency.
    let dollars = json!({ "budget": { "amount": "1000000.01", "currency": "USD" } });
    let dollars = refused(&stage.member, "reviseProject", &row, dollars).await;
    assert_eq!(dollars, "INVALID input.budget.currency");
    world.events().await;
}

async fn who_declines_is_heard_and_gone(world: &World) {
    let stage = stage(world).await;
    let cast = &stage.cast;
    // The chamber proposed it, and takes no part after all.
    let mut plan = stage.plan();
    plan["from"] = json!(cast.chamber.to_string());
    let done = stage.liaison.project("proposeProject", plan).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    let row = after(&stage.member, "formProject", &done.root()["project"], json!({})).await;
    let row = after(&stage.manager, "acceptProject", &row, stage.own(cast.ott)).await;
    let no = with(stage.own(cast.chamber), json!({ "note": "No tenemos a quién asignar" }));
    let leader = with(stage.own(cast.company), json!({ "note": "No" }));
    assert_eq!(
        refused(&stage.member, "declineProject", &row, leader).await,
        "INVALID input.partner",
        "who leads it cancels it"
    );
    assert_eq!(stage.admin.project("declineProject", at(&row, no)).await.outcome(), "DONE");
    for person in [&stage.admin, &stage.liaison] {
        assert_eq!(read(person, &row["id"]).await, Value::Null, "also who proposed it");
    }
    let row = read(&stage.member, &row["id"]).await;
    assert_eq!(row["history"][2]["note"], "No tenemos a quién asignar");
    let accepted: Vec<_> = row["partners"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["acceptedAt"].is_string())
        .collect();
    assert_eq!(accepted, [false, false, false], "they accepted it with the chamber");
    // What nobody stands behind any more is not approved.
    let row = after(&stage.member, "acceptProject", &row, stage.own(cast.company)).await;
    let row = after(&stage.manager, "acceptProject", &row, stage.own(cast.ott)).await;
    let missing = refused(&stage.manager, "approveProject", &row, stage.own(cast.ott)).await;
    assert_eq!(missing, "REQUIRED project.partners", "the chamber of the need is missing");
    assert_eq!(row["partners"][0]["portion"], "666700.01", "shares add up without it");
    world.events().await;
}

async fn what_comes_later_is_looked_at_before_it_is_closed(world: &World) {
    let stage = stage(world).await;
    let row = stage.reached(&stage.active().await, 1, 6).await;
    let row = stage.reached(&row, 2, 7).await;
    let row = after(&stage.member, "completeProject", &row, json!({ "note": "Ya" })).await;
    let validate = async |row: &Value, place: usize| {
        let outcome = json!({ "outcome": row["outcomes"][place]["id"] });
        let by = with(stage.own(stage.cast.ott), outcome);
        after(&stage.manager, "validateOutcome", row, by).await
    };
    let row = after(&stage.member, "recordOutcome", &row, stage.outcome()).await;
    let row = validate(&row, 0).await;
    let row = after(&stage.admin, "closeProject", &row, stage.own(stage.cast.chamber)).await;
    assert!(row["partners"][2]["closedAt"].is_string());
    let row = after(&stage.member, "recordOutcome", &row, stage.outcome()).await;
    assert_eq!(row["partners"][2]["closedAt"], Value::Null, "it had not seen that");
    let row = validate(&row, 1).await;
    let row = after(&stage.manager, "closeProject", &row, stage.own(stage.cast.ott)).await;
    assert_eq!(row["status"], "COMPLETED");
    let row = after(&stage.admin, "closeProject", &row, stage.own(stage.cast.chamber)).await;
    assert_eq!(row["status"], "CLOSED");
    world.events().await;
}

async fn an_approved_plan_grows_within_what_was_approved(world: &World) {
    let stage = stage(world).await;
    let active = stage.active().await;
    let paid = refused(&stage.member, "planMilestone", &active, stage.milestone(3, None)).await;
    assert_eq!(paid, "INVALID input.payment", "what is paid was approved");
    let more = with(stage.milestone(3, None), json!({ "payment": null }));
    let chamber = with(more.clone(), json!({ "responsible": stage.cast.chamber.to_string() }));
    let chamber = refused(&stage.member, "planMilestone", &active, chamber).await;
    assert_eq!(chamber, "INVALID input.responsible", "it did not sign for that");
    let row = after(&stage.member, "planMilestone", &active, more).await;
    assert_eq!(row["milestones"].as_array().unwrap().len(), 3);
    // What is given up by both is not reached: a project of nothing is not completed.
    let mut row = row;
    for number in 1..=3 {
        for (person, organization) in
            [(&stage.member, stage.cast.company), (&stage.manager, stage.cast.ott)]
        {
            let less = with(stage.own(organization), json!({ "number": number, "note": "Ya no" }));
            row = after(person, "waiveMilestone", &row, less).await;
        }
    }
    assert_eq!(row["progress"]["waived"], 3);
    let empty = refused(&stage.member, "completeProject", &row, json!({ "note": "Ya" })).await;
    assert_eq!(empty, "ILLEGAL_STATE");
    world.events().await;
}

/// However many there are, a page is read by as many statements.
async fn projects_of_many_cost_what_one_costs(world: &World) {
    let stage = stage(world).await;
    let ask = format!("{{ projects(first: 5) {{ nodes {{ {PROJECT} }} }} }}");
    stage.member.send("{ viewer { isNetworkMember } }", json!({})).await.data();
    let mut counts = Vec::new();
    for many in [1, 12] {
        for _ in 0..many {
            world.project(&records::project(&stage.cast, ProjectStatus::Active, world.now())).await;
        }
        world.statements();
        let found = stage.member.send(&ask, json!({})).await.root().clone();
        assert_eq!(found["nodes"][0]["milestones"].as_array().unwrap().len(), 8);
        counts.push(world.statements().len());
    }
    // What is loaded together may come in one batch more or less, whatever the page holds.
    assert!(counts[1] <= counts[0] + 2, "{counts:?}");
    println!("projects: {} statements a page, with everything", counts[0]);
}
