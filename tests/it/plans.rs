//! Every order of a list and every list below a thing has its index, on both
//! databases: read from the plans that they make of the statements that we send.

use chrono::TimeDelta;
use entity::{
    CapabilityStatus, InterestDirection, InterestStatus, IpLegalStatus, NeedStatus, OfferStatus,
    ProgrammeStatus, ProjectStatus, Role, interest,
};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement, TransactionTrait};
use serde_json::{Value, json};
use tests::{World, records};

tests::stories!(every_list_walks_along_an_index, a_filter_walks_along_its_own_index);

/// Lists, each with the ids that it names.
const LISTS: &[&str] = &[
    "{ needs { nodes { title chamber { name } region { name } company { name } } } }",
    "{ needs(order: OLDEST) { nodes { id } } }",
    "{ needs(order: TITLE) { nodes { id } } }",
    "{ needs(order: RECENTLY_UPDATED) { nodes { id } } }",
    "{ needs(filter: { status: [PUBLISHED], state: \"05\", subsector: \"327\" }) { nodes { id } } }",
    "{ needs(filter: { status: [PUBLISHED], subsector: \"327\" }) { nodes { id } } }",
    "{ needs(filter: { status: [PUBLISHED], state: \"05\" }) { nodes { id } } }",
    "{ needs(filter: { status: [PUBLISHED] }, last: 5) { nodes { id } } }",
    "{ needs(filter: { chamber: \"$chamber\" }) { nodes { id } } }",
    "{ needs(filter: { region: \"$region\" }) { nodes { id } } }",
    "{ offers { nodes { title ott { name parent { name } } } } }",
    "{ offers(order: OLDEST) { nodes { id } } }",
    "{ offers(order: TITLE) { nodes { id } } }",
    "{ offers(order: RECENTLY_UPDATED) { nodes { id } } }",
    "{ offers(filter: { status: [PUBLISHED], subsector: \"327\" }) { nodes { id } } }",
    "{ offers(filter: { ott: \"$ott\" }) { nodes { id } } }",
    "{ organizations { nodes { name parent { name } } } }",
    "{ organizations(order: NEWEST) { nodes { id } } }",
    "{ organizations(order: OLDEST) { nodes { id } } }",
    "{ organizations(filter: { kind: [CHAMBER] }) { nodes { id } } }",
    "{ organizations(filter: { state: \"05\" }) { nodes { id } } }",
    "{ need(id: \"$need\") { matches(first: 5) { nodes { score offer { title ott { name } } } } } }",
    "{ offer(id: \"$offer\") { matches(first: 5) { nodes { score need { title chamber { name } } } } } }",
    "{ interests(first: 5) { nodes { status need { title } offer { title } company { name } ott { name } } } }",
    "{ interests(first: 2) { nodes { messages(first: 5) { nodes { text } } } } }",
    "{ need(id: \"$need\") { documents { fileName url } } }",
    "{ offers(first: 5) { nodes { documents { fileName } } } }",
    "{ interests(first: 2) { nodes { documents { fileName } } } }",
    "{ needs(first: 5) { nodes { timeline(first: 5) { nodes { kind at actor } } } } }",
    "{ interests(first: 5) { nodes { timeline(last: 5) { nodes { kind at actor } } } } }",
    "{ organizations(first: 5) { nodes { timeline(first: 5) { nodes { kind at actor } } } } }",
    "{ disclosures(first: 5) { nodes { record organization { name } basis { folio } } } }",
    "{ interests(order: OLDEST) { nodes { id } } }",
    "{ interests(order: RECENTLY_UPDATED, last: 5) { nodes { id } } }",
    "{ matches(first: 5) { nodes { score status need { title } offer { title } decidedBy { name } } } }",
    "{ matches(filter: { status: [SUGGESTED] }, last: 5) { nodes { id } } }",
    "{ organization(id: \"$chamber\") { needs(first: 5) { nodes { title } } } }",
    "{ organization(id: \"$ott\") { offers(first: 5) { nodes { title } } } }",
    "{ ipAssets { nodes { title dormant ott { name } offer { title } } } }",
    "{ ipAssets(order: OLDEST) { nodes { id } } }",
    "{ ipAssets(order: TITLE, last: 5) { nodes { id } } }",
    "{ ipAssets(order: RECENTLY_UPDATED) { nodes { id } } }",
    "{ ipAssets(filter: { mine: true }, order: NEXT_FEE) { nodes { id } } }",
    "{ dormantAssets(first: 5) { nodes { title nextFeeDueOn ott { name } } } }",
    "{ dormantAssets(first: 5, filter: { atRisk: true }) { nodes { id } } }",
    "{ offers(first: 5) { nodes { ipAssets(first: 2) { nodes { title } } } } }",
    "{ organization(id: \"$ott\") { ipAssets(first: 5) { nodes { title } } capabilities(first: 5) { nodes { title } } } }",
    "{ capabilities { nodes { title ott { name } } } }",
    "{ capabilities(order: OLDEST) { nodes { id } } }",
    "{ capabilities(order: TITLE) { nodes { id } } }",
    "{ capabilities(order: RECENTLY_UPDATED) { nodes { id } } }",
    "{ agreements { nodes { title draftedBy { name } } } }",
    "{ projects { nodes { title leader { name } agreement { folio } } } }",
    "{ projects(order: OLDEST) { nodes { id } } }",
    // By their last change these are of the viewer's own alone, which are found and then sorted.
    "{ projects(first: 5) { nodes { timeline(first: 5) { nodes { kind } } documents { fileName } } } }",
    "{ programmes { nodes { title announcedBy { name } } } }",
    "{ programmes(order: OLDEST) { nodes { id } } }",
    "{ programmes(order: RECENTLY_UPDATED) { nodes { id } } }",
    "{ viewer { savedSearches { nodes { name } } } }",
    "{ bulkJobs { nodes { id status } } }",
    "{ viewer { savedSearches(first: 5) { nodes { finds(first: 5) { nodes { need { title } offer { title } } } } } } }",
    "{ node(id: \"$region\") { ... on Region { delegations { name } } } }",
];

async fn every_list_walks_along_an_index(world: &World) {
    let cast = world.cast().await;
    world.pass(TimeDelta::seconds(1));
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    world.put(records::suggestion(&need, &offer)).await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Submitted);
    let interest = records::interest(&need, &offer, from, status, world.now());
    world.put(interest::Model { ott_id: cast.other_ott, ..interest }).await;
    world.asset(&cast, IpLegalStatus::GrantedInForce).await;
    world.capability(&cast, CapabilityStatus::Published).await;
    world.project(&records::project(&cast, ProjectStatus::Active, world.now())).await;
    world.put(records::programme(&cast, ProgrammeStatus::Open, world.now())).await;
    let search = records::saved_search(officer.id.unwrap(), world.now());
    world.put(search.clone()).await;
    world.put(records::search_find(&search, need.id, world.now())).await;
    let ids = [
        ("$chamber", cast.chamber.to_string()),
        ("$region", cast.north.to_string()),
        ("$ott", cast.ott.to_string()),
        ("$need", need.id.to_string()),
        ("$offer", offer.id.to_string()),
    ];
    let mut wrong = Vec::new();
    for list in LISTS {
        let ask = ids.iter().fold((*list).to_owned(), |ask, (name, id)| ask.replace(name, id));
        world.statements();
        officer.send(&ask, json!({})).await.data();
        let sent = world.statements();
        assert!(!sent.is_empty(), "{list} asks the database");
        for sql in &sent {
            let bad = match world.db().backend() {
                DatabaseBackend::Postgres => postgres(world, sql).await,
                _ => sqlite(world, sql).await,
            };
            wrong.extend(bad.into_iter().map(|bad| format!("{list}: {bad}\n{sql}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Lists, each with the index that was made for it: without it another one would
/// serve in the right order, and most of what it finds be thrown away.
const WALKS: &[(&str, &str)] = &[
    (
        "{ needs(filter: { status: [PUBLISHED], subsector: \"327\" }) { nodes { id } } }",
        "ix_need_subsector_status_listed_at_id",
    ),
    (
        "{ needs(filter: { status: [PUBLISHED], state: \"05\", subsector: \"327\" }) { nodes { id } } }",
        "ix_need_state_code_subsector_status_listed_at_id",
    ),
    (
        "{ needs(filter: { status: [PUBLISHED], state: \"05\" }) { nodes { id } } }",
        "ix_need_state_code_status_listed_at_id",
    ),
    (
        "{ offers(filter: { status: [PUBLISHED], subsector: \"327\" }) { nodes { id } } }",
        "ix_offer_subsector_status_listed_at_id",
    ),
    (
        "{ offers(filter: { status: [PUBLISHED], state: \"05\", subsector: \"327\" }) { nodes { id } } }",
        "ix_offer_state_code_subsector_status_listed_at_id",
    ),
    (
        "{ organizations(filter: { kind: [CHAMBER] }) { nodes { id } } }",
        "ix_organization_kind_name_folded_id",
    ),
    ("{ matches(first: 5) { nodes { id } } }", "ix_match_ott_id_score_id"),
    (
        "{ needs { nodes { timeline(first: 5) { nodes { kind } } } } }",
        "ix_event_subject_id_happened_at_id",
    ),
    (
        "{ organizations { nodes { needs(first: 5) { nodes { id } } } } }",
        "ix_need_chamber_id_listed_at_id",
    ),
    // Nothing is asked of the rows: the index alone is read.
    (
        "{ needCounts(filter: { status: [PUBLISHED] }, by: [SUBSECTOR, REGION]) { count } }",
        "ix_need_status_subsector_region_id",
    ),
    ("{ dormantAssets { nodes { id } } }", "ix_ip_asset_next_fee_order_id"),
    (
        "{ organizations { nodes { ipAssets(first: 5) { nodes { id } } } } }",
        "ix_ip_asset_ott_id_created_at_id",
    ),
    (
        "{ offers { nodes { ipAssets(first: 5) { nodes { id } } } } }",
        "ix_ip_asset_offer_id_created_at_id",
    ),
    (
        "{ organizations { nodes { capabilities(first: 5) { nodes { id } } } } }",
        "ix_capability_ott_id_listed_at_id",
    ),
    (
        "{ organizations { nodes { offers(first: 5) { nodes { id } } } } }",
        "ix_offer_ott_id_listed_at_id",
    ),
];

async fn a_filter_walks_along_its_own_index(world: &World) {
    let cast = world.cast().await;
    world.need(&cast, NeedStatus::Published).await;
    world.offer(&cast, OfferStatus::Published).await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let mut wrong = Vec::new();
    for (list, index) in WALKS {
        world.statements();
        officer.send(list, json!({})).await.data();
        // The list in question is the last that is read.
        let sql = world.statements().pop().expect("a statement");
        let plan = match world.db().backend() {
            DatabaseBackend::Postgres => postgres_plan(world, &sql).await.to_string(),
            _ => sqlite_plan(world, &sql).await.join("\n"),
        };
        if !plan.contains(index) {
            wrong.push(format!("{list} does not use {index}: {plan}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The steps of SQLite's plan.
pub(crate) async fn sqlite_plan(world: &World, sql: &str) -> Vec<String> {
    let explain =
        Statement::from_string(DatabaseBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
    let steps = world.db().read().query_all_raw(explain).await.expect("a plan");
    steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect()
}

/// Those of them that read or sort more than they hand on.
async fn sqlite(world: &World, sql: &str) -> Vec<String> {
    sqlite_plan(world, sql)
        .await
        .into_iter()
        // A list takes its page first: those few rows are gone through, and joined.
        .filter(|step| !["CO-ROUTINE own", "SCAN own"].contains(&step.as_str()))
        .filter(|step| {
            let scans =
                step.starts_with("SCAN ") && !step.contains("USING") && !step.contains("VIRTUAL");
            scans
                || ["TEMP B-TREE", "AUTOMATIC", "MATERIALIZE", "CO-ROUTINE"]
                    .iter()
                    .any(|word| step.contains(word))
        })
        .collect()
}

/// PostgreSQL's plan. It would rather read small tables whole: what it
/// does when it is told not to shows what it could do.
pub(crate) async fn postgres_plan(world: &World, sql: &str) -> Value {
    let tx = world.db().read().begin().await.expect("a transaction");
    for switch in ["seqscan", "sort", "incremental_sort", "bitmapscan", "hashjoin", "mergejoin"] {
        tx.execute_unprepared(&format!("SET LOCAL enable_{switch} = off")).await.unwrap();
    }
    tx.execute_unprepared("SET LOCAL plan_cache_mode = force_generic_plan").await.unwrap();
    tx.execute_unprepared(&format!("PREPARE looked_at AS {sql}")).await.expect("a statement");
    let count = (1..).take_while(|n| sql.contains(&format!("${n}"))).count();
    let nothing = vec!["NULL"; count].join(", ");
    let values = if count == 0 { String::new() } else { format!("({nothing})") };
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE looked_at{values}");
    let explain = Statement::from_string(DatabaseBackend::Postgres, explain);
    let plan = tx.query_one_raw(explain).await.expect("a plan").expect("a row");
    let plan: Value = plan.try_get_by_index(0).expect("JSON");
    tx.execute_unprepared("DEALLOCATE looked_at").await.unwrap();
    tx.rollback().await.unwrap();
    plan[0]["Plan"].clone()
}

/// The same of PostgreSQL's plan.
async fn postgres(world: &World, sql: &str) -> Vec<String> {
    let mut bad = Vec::new();
    look(&postgres_plan(world, sql).await, &mut bad);
    bad
}

fn look(step: &Value, bad: &mut Vec<String>) {
    let kind = step["Node Type"].as_str().unwrap_or_default();
    if ["Seq Scan", "Sort", "Incremental Sort", "Hash Join", "Merge Join"].contains(&kind) {
        bad.push(format!("{kind} {}{}", step["Relation Name"], step["Sort Key"]));
    }
    for below in step["Plans"].as_array().into_iter().flatten() {
        look(below, bad);
    }
}
