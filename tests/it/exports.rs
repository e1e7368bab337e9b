//! Exports: everything that a query finds, as its owner may read it, once and whole, whatever
//! happens to whoever carries it out.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
    task::Poll,
    time::Duration,
};

use api::{
    bulk::{Pace, resign, run_due},
    clockwork,
    context::Service,
    een,
    generate::{self, Silence, Wanted},
    schema::Schemas,
};
use chrono::{NaiveDate, TimeDelta};
use entity::{
    BulkJobStatus, NeedStatus, OfferStatus, OrganizationId, OrganizationKind, Role, bulk_job,
    disclosure, membership, need, organization,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use serde_json::{Value, json};
use tests::{Answer, Cast, Person, World, records};

use crate::machines;

tests::stories!(
    an_export_is_what_paging_by_hand_gives,
    a_table_for_spreadsheets,
    what_cannot_be_exported_is_told,
    a_job_is_its_owners_alone,
    two_at_a_time_are_enough,
    what_is_called_off_leaves_nothing_behind,
    a_role_that_is_lost_ends_it,
    the_file_is_for_who_may_still_read_it,
    after_seven_days_it_is_gone,
    of_several_instances_one_carries_it_out,
    it_goes_on_where_it_was_broken_off,
    what_gets_nowhere_is_given_up,
    what_is_seen_of_others_is_on_record,
    what_comes_meanwhile_breaks_nothing,
    thousands_of_things,
    whatever_is_asked_each_thing_is_there_once,
    its_organization_is_told_that_it_has_ended,
    a_machine_exports_what_its_scopes_name,
    needs_and_offers_speak_to_the_network_of_europe,
);

pub(crate) static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::build);

pub(crate) const JOB: &str = "id version kind status format what query done roots created updated \
    unchanged skipped warnings sizeBytes errorCode errorMessage createdAt updatedAt startedAt \
    finishedAt expiresAt url urlExpiresAt organization { id }";

/// Starts an export.
pub(crate) async fn start(person: &Person<'_>, input: Value) -> Answer {
    let ask = format!(
        "mutation($input: BulkExportStartInput!) {{ bulkExportStart(input: $input) {{ bulkJob {{ {JOB} }} userErrors {{ code field message }} }} }}"
    );
    person.send(&ask, json!({ "input": input })).await
}

/// Starts an export that can be started; its id.
async fn started(person: &Person<'_>, query: &str, format: &str) -> String {
    let answer = start(person, json!({ "query": query, "format": format })).await;
    let told = answer.root();
    assert_eq!(told["userErrors"], json!([]), "{told:#}");
    assert_eq!(told["bulkJob"]["status"], "QUEUED");
    assert!(told["bulkJob"]["url"].is_null());
    told["bulkJob"]["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn cancel(person: &Person<'_>, id: &str) -> Answer {
    let ask = format!(
        "mutation($input: BulkJobCancelInput!) {{ bulkJobCancel(input: $input) {{ bulkJob {{ {JOB} }} userErrors {{ code field message }} }} }}"
    );
    person.send(&ask, json!({ "input": { "id": id } })).await
}

/// A job, as somebody sees it.
async fn job(person: &Person<'_>, id: &str) -> Value {
    let ask = format!("query($id: ID!) {{ bulkJob(id: $id) {{ {JOB} }} }}");
    person.send(&ask, json!({ "id": id })).await.root().clone()
}

/// Lets an instance carry out what waits.
async fn carry_out(instance: &Service, worker: &str, pace: &Pace) -> usize {
    let ended = run_due(instance, SCHEMAS.of(true), worker, pace).await;
    ended.expect("the database is there").len()
}

/// The file of a job that was carried out.
async fn file(world: &World, person: &Person<'_>, id: &str) -> String {
    let told = job(person, id).await;
    assert_eq!(told["status"], "COMPLETED", "{told:#}");
    let fetched = world.transfer(None, told["url"].as_str().unwrap(), None).await;
    assert_eq!(fetched.status, 200);
    assert_eq!(told["sizeBytes"], fetched.bytes.len());
    assert!(fetched.headers["content-disposition"].starts_with("attachment; filename=\"vinculo-"));
    String::from_utf8(fetched.bytes).unwrap()
}

fn lines(file: &str) -> Vec<Value> {
    file.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Exports something at once.
async fn exported(world: &World, person: &Person<'_>, query: &str, pace: &Pace) -> Vec<Value> {
    let id = started(person, query, "JSONL").await;
    assert_eq!(carry_out(&world.service, "one", pace).await, 1);
    world.event_rows().await;
    lines(&file(world, person, &id).await)
}

const SMALL: Pace = Pace { pages: [&[3], &[2, 2], &[2, 1, 2]], piece: 400 };

/// A network of some hundred organizations, and an analyst who reads it.
async fn network(world: &World, organizations: u32) -> (Cast, Person<'_>) {
    let wanted = Wanted {
        organizations,
        scale: 1,
        seed: 7,
        until: NaiveDate::from_ymd_opt(2026, 2, 1).unwrap(),
    };
    generate::generate(&world.service, &wanted, &mut Silence)
        .await
        .map_err(|e| e.describe())
        .unwrap();
    world.service.catch_up().await.unwrap();
    let cast = world.cast().await;
    world.event_rows().await;
    let analyst = world.person(Role::Analyst, cast.network).await;
    (cast, analyst)
}

/// What a client that pages by hand gets: things of a list, each followed by those below it.
async fn by_hand(
    person: &Person<'_>,
    root: &str,
    rows: &str,
    below: Option<(&str, &str)>,
) -> Vec<Value> {
    let (mut told, mut after) = (Vec::new(), Value::Null);
    loop {
        let nested = below.map(|(list, rows)| {
            format!(
                "{list}(first: 100) {{ nodes {{ {rows} }} pageInfo {{ hasNextPage endCursor }} }}"
            )
        });
        let ask = format!(
            "query($after: String) {{ {root}(first: 20, after: $after) {{ nodes {{ {rows} {} }} pageInfo {{ hasNextPage endCursor }} }} }}",
            nested.unwrap_or_default()
        );
        let answer = person.send(&ask, json!({ "after": after })).await;
        let page = answer.root().clone();
        for mut thing in page["nodes"].as_array().unwrap().clone() {
            let nested =
                below.map(|(list, _)| thing.as_object_mut().unwrap().remove(list).unwrap());
            let id = thing["id"].clone();
            told.push(thing);
            let Some(nested) = nested else { continue };
            for mut row in further(person, &id, nested, below.unwrap()).await {
                row.as_object_mut().unwrap().insert("__parentId".into(), id.clone());
                told.push(row);
            }
        }
        if page["pageInfo"]["hasNextPage"] == false {
            return told;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// All pages of a list below an organization, of which the first is known.
async fn further(
    person: &Person<'_>,
    id: &Value,
    mut page: Value,
    below: (&str, &str),
) -> Vec<Value> {
    let (list, rows) = below;
    let ask = format!(
        "query($id: ID!, $after: String) {{ node(id: $id) {{ ... on Organization {{ {list}(first: 100, after: $after) {{ nodes {{ {rows} }} pageInfo {{ hasNextPage endCursor }} }} }} }} }}"
    );
    let mut all = page["nodes"].as_array().unwrap().clone();
    while page["pageInfo"]["hasNextPage"] == true {
        let next = json!({ "id": id, "after": page["pageInfo"]["endCursor"] });
        page = person.send(&ask, next).await.root()[list].clone();
        all.extend(page["nodes"].as_array().unwrap().clone());
    }
    all
}

async fn an_export_is_what_paging_by_hand_gives(world: &World) {
    let (_, analyst) = network(world, 120).await;
    let rows = "id folio title status summary type publishedAt scian { code } chamber { id name }";
    let hand = by_hand(&analyst, "needs", rows, None).await;
    assert!(hand.len() > 100);
    for pace in [Pace::default(), SMALL] {
        let query = format!("{{ needs {{ nodes {{ {rows} }} }} }}");
        assert_eq!(exported(world, &analyst, &query, &pace).await, hand);
    }
    // By edges, with fragments, names of its own, variables and what is left out.
    let query = "query All($status: [NeedStatus!], $no: Boolean = true) { all: needs(filter: { status: $status }) { \
        totalCount edges { cursor node { ...Rows folio @skip(if: $no) } } } } \
        fragment Rows on Need { id name: title ... on Need { status } summary @include(if: $no) }";
    let input =
        json!({ "query": query, "format": "JSONL", "variables": { "status": ["PUBLISHED"] } });
    let told = start(&analyst, input).await;
    let told = told.root();
    let id = told["bulkJob"]["id"].as_str().unwrap_or_else(|| panic!("{told:#}")).to_owned();
    assert_eq!(carry_out(&world.service, "one", &SMALL).await, 1);
    world.event_rows().await;
    let told = lines(&file(world, &analyst, &id).await);
    let hand = by_hand(&analyst, "needs", "id title status summary", None).await;
    let hand: Vec<_> = hand
        .into_iter()
        .filter(|need| need["status"] == "PUBLISHED")
        .map(|need| json!({ "id": need["id"], "name": need["title"], "status": need["status"], "summary": need["summary"] }))
        .collect();
    assert!(!hand.is_empty());
    assert_eq!(told, hand);
    // Lists below lists, over several pages each.
    let below = ("needs", "id folio");
    let hand = by_hand(&analyst, "organizations", "id name", Some(below)).await;
    let query = "{ organizations { nodes { name needs { nodes { id folio } } } } }";
    for pace in [Pace::default(), SMALL] {
        let told = exported(world, &analyst, query, &pace).await;
        assert_eq!(told, hand);
    }
    let done = bulk_job::Entity::find().all(world.db().read()).await.unwrap();
    let last = done.iter().max_by_key(|job| job.id).unwrap();
    assert_eq!(usize::try_from(last.done).unwrap(), hand.len());
    assert!(last.roots < last.done);
}

async fn a_table_for_spreadsheets(world: &World) {
    let cast = world.cast().await;
    for title in ["Horno, \"grande\"", "=1+1", "Línea\nnueva"] {
        let mut row = records::need(&cast, NeedStatus::Published, world.now());
        row.title = records::both(title, title);
        row.folio = format!("NEC-{title}");
        world.put(row).await;
    }
    let member = world.person(Role::MemberUser, cast.company).await;
    let query = "{ needs(orderBy: TITLE) { nodes { title chamber { name } state { code labelEs: code } \
        scian { code } partnershipTypes reward { amount } } } }";
    let query = query.replace("(orderBy: TITLE)", "");
    let id = started(&member, &query, "CSV").await;
    assert_eq!(carry_out(&world.service, "one", &SMALL).await, 1);
    assert_eq!(world.events().await, ["BULK_JOB_STARTED", "BULK_JOB_FINISHED"]);
    let text = file(world, &member, &id).await;
    let text = text.strip_prefix('\u{feff}').expect("a mark of UTF-8");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings: Vec<_> = reader.headers().unwrap().iter().map(ToOwned::to_owned).collect();
    assert_eq!(
        headings,
        [
            "title",
            "chamber.name",
            "state.code",
            "state.labelEs",
            "scian",
            "partnershipTypes",
            "reward.amount"
        ]
    );
    let rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect()).collect();
    let mut titles: Vec<_> = rows.iter().map(|row| row[0].clone()).collect();
    titles.sort();
    assert_eq!(titles, ["'=1+1", "Horno, \"grande\"", "Línea\nnueva"]);
    for row in rows {
        assert_eq!(row[1], "Cámara de Transformación");
        assert!(row[4].starts_with("[{\"code\":"), "{row:?}");
        assert!(!row[5].contains('['), "{row:?}");
    }
    assert!(text.contains("\r\n"));
}

async fn what_cannot_be_exported_is_told(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let refused = async |input: Value, field: &str, words: &str| {
        let answer = start(&member, input).await;
        let told = answer.root();
        assert!(told["bulkJob"].is_null(), "{told:#}");
        let mistake = &told["userErrors"][0];
        assert_eq!(mistake["field"], json!(["input", field]), "{mistake:#}");
        let message = mistake["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
    };
    for (query, words) in [
        ("{ needs {", "syntax error"),
        ("{ needs { nodes { nothing } } }", "nothing"),
        ("mutation { bulkJobCancel(input: { id: \"a\" }) { bulkJob { id } } }", "only a query"),
        ("{ viewer { person } }", "is not a list with pages"),
        ("{ need(id: \"a\") { id } }", "is not a list with pages"),
        ("{ needs { nodes { id } } offers { nodes { id } } }", "exactly one list"),
        ("{ a: needs { nodes { id } } b: needs { nodes { id } } }", "exactly one list"),
        ("{ needs(first: 10) { nodes { id } } }", "an export takes all pages"),
        ("{ needs(after: \"x\") { nodes { id } } }", "an export takes all pages"),
        ("{ needs { nodes { timeline(last: 3) { nodes { at } } } } }", "an export takes all pages"),
        ("{ needs { totalCount } }", "say in `nodes`"),
        ("{ needs { nodes { chamber { needs { nodes { id } } } } } }", "directly below"),
        ("{ needs { nodes { id matches { nodes { id } } } } }", "cannot be followed"),
        ("query($a: Int!) { needs { nodes { id } } }", "a"),
        ("{ needs { nodes { __id: id } } }", "names with `__`"),
        ("{ needs { nodes { timeline { nodes { at } } timeline { nodes { kind } } } } }", "twice"),
    ] {
        refused(json!({ "query": query, "format": "JSONL" }), "query", words).await;
    }
    let nested = "{ needs { nodes { id timeline { nodes { at } } } } }";
    refused(json!({ "query": nested, "format": "CSV" }), "format", "one table").await;
    let query =
        "query($status: [NeedStatus!]) { needs(filter: { status: $status }) { nodes { id } } }";
    let variables = json!({ "status": ["NO_SUCH"] });
    refused(json!({ "query": query, "format": "CSV", "variables": variables }), "query", "status")
        .await;
    refused(json!({ "query": query, "format": "CSV", "variables": [] }), "query", "object").await;
    let two = "query A { needs { nodes { id } } } query B { offers { nodes { id } } }";
    refused(json!({ "query": two, "format": "CSV" }), "query", "several operations").await;
    // Nobody and strangers export nothing.
    let input = json!({ "query": "{ needs { nodes { id } } }", "format": "JSONL" });
    assert_eq!(start(&world.nobody(), input.clone()).await.code(), "UNAUTHENTICATED");
    assert_eq!(start(&world.stranger().await, input).await.code(), "FORBIDDEN");
    assert_eq!(bulk_job::Entity::find().count(world.db().read()).await.unwrap(), 0);
}

async fn a_job_is_its_owners_alone(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let colleague = world.person(Role::MemberUser, cast.company).await;
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let id = started(&member, "{ needs { nodes { id } } }", "JSONL").await;
    let by_node = "query($id: ID!) { node(id: $id) { id } }";
    let mine = "{ bulkJobs { totalCount nodes { id } } }";
    for (person, seen) in [(&member, true), (&colleague, false), (&admin, false)] {
        assert_eq!(job(person, &id).await.is_object(), seen);
        let found = person.send(by_node, json!({ "id": id })).await;
        assert_eq!(found.root().is_object(), seen);
        let listed = person.send(mine, json!({})).await;
        assert_eq!(listed.root()["totalCount"], i32::from(seen));
        if !seen {
            assert_eq!(cancel(person, &id).await.code(), "NOT_FOUND");
        }
    }
    assert_eq!(world.nobody().send(mine, json!({})).await.code(), "UNAUTHENTICATED");
    assert_eq!(cancel(&world.nobody(), &id).await.code(), "NOT_FOUND");
    let told = cancel(&member, &id).await;
    assert_eq!(told.root()["bulkJob"]["status"], "CANCELED", "{told:?}");
    let again = cancel(&member, &id).await;
    assert_eq!(again.root()["userErrors"][0]["code"], "ILLEGAL_STATE");
    assert_eq!(world.events().await, ["BULK_JOB_STARTED", "BULK_JOB_CANCELED"]);
}

async fn two_at_a_time_are_enough(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let other = world.person(Role::MemberUser, cast.company).await;
    let query = "{ needs { nodes { id } } }";
    let first = started(&member, query, "JSONL").await;
    started(&member, query, "CSV").await;
    let third = start(&member, json!({ "query": query, "format": "JSONL" })).await;
    assert_eq!(third.root()["userErrors"][0]["code"], "LIMIT_REACHED");
    started(&other, query, "JSONL").await;
    cancel(&member, &first).await;
    started(&member, query, "JSONL").await;
    assert_eq!(carry_out(&world.service, "one", &SMALL).await, 3);
    started(&member, query, "JSONL").await;
    world.event_rows().await;
}

/// Whether anything is kept for a job.
fn kept(world: &World, id: &str) -> usize {
    let shelf = world.files().join(id.trim_start_matches("job_"));
    std::fs::read_dir(shelf).map_or(0, Iterator::count)
}

/// Carries an export out until something is on its shelf, and breaks off there like a process that
/// is killed.
async fn broken_off(world: &World, instance: &Service, worker: &str, id: &str, pace: &Pace) {
    let mut running = Box::pin(run_due(instance, SCHEMAS.of(true), worker, pace));
    let looked = async {
        loop {
            tokio::task::yield_now().await;
            if kept(world, id) > 1 {
                let row = bulk_job::Entity::find_by_id(id.parse::<entity::JobId>().unwrap());
                let row = row.one(world.db().fresh()).await.unwrap().unwrap();
                if row.checkpoint.is_some() {
                    return;
                }
            }
        }
    };
    tokio::select! {
        ended = &mut running => panic!("it had ended before: {ended:?}"),
        () = looked => {}
    }
}

const NEEDS: &str = "{ organizations { nodes { id name needs { nodes { id folio title } } } } }";

async fn what_is_called_off_leaves_nothing_behind(world: &World) {
    let (_, analyst) = network(world, 120).await;
    let id = started(&analyst, NEEDS, "JSONL").await;
    let other = world.another_instance().await;
    let mut running = Box::pin(run_due(&world.service, SCHEMAS.of(true), "one", &SMALL));
    let called_off = async {
        while kept(world, &id) < 2 {
            tokio::task::yield_now().await;
        }
        // By any instance.
        let ask = "mutation($input: BulkJobCancelInput!) { bulkJobCancel(input: $input) { bulkJob { status } } }";
        let input = json!({ "input": { "id": id } });
        let told = world.send_to(&other, analyst.token().as_deref(), ask, input).await;
        assert_eq!(told.root()["bulkJob"]["status"], "CANCELED");
        other.db().clone().close().await.unwrap();
    };
    // It goes on, and may let go of what it holds, but slower than whoever calls it off.
    let slowly = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if let Poll::Ready(ended) = futures_util::poll!(&mut running) {
                break ended;
            }
        }
    };
    tokio::pin!(called_off, slowly);
    tokio::select! {
        () = &mut called_off => {}
        ended = &mut slowly => panic!("it had ended before: {ended:?}"),
    }
    assert_eq!(slowly.await.unwrap(), [], "it did not end by itself");
    assert_eq!(kept(world, &id), 0);
    let told = job(&analyst, &id).await;
    assert_eq!((&told["status"], &told["url"]), (&json!("CANCELED"), &Value::Null));
    assert_eq!(world.events().await, ["BULK_JOB_STARTED", "BULK_JOB_CANCELED"]);
    // What a process that was killed has left is taken away by the clockwork.
    let id = started(&analyst, NEEDS, "JSONL").await;
    broken_off(world, &world.service, "one", &id, &SMALL).await;
    cancel(&analyst, &id).await;
    clockwork::run_due(&world.service).await.unwrap();
    assert!(kept(world, &id) > 0, "somebody may be at it still");
    world.pass(TimeDelta::seconds(61));
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(kept(world, &id), 0);
    world.event_rows().await;
}

async fn a_role_that_is_lost_ends_it(world: &World) {
    let (cast, _) = network(world, 120).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let id = started(&member, NEEDS, "JSONL").await;
    broken_off(world, &world.service, "one", &id, &SMALL).await;
    let row =
        membership::Entity::find().filter(membership::Column::PersonId.eq(member.id.unwrap()));
    let row = row.one(world.db().read()).await.unwrap().unwrap();
    let over = membership::Model { to_at: Some(world.now()), ..row };
    world.overwrite(over).await;
    world.pass(TimeDelta::seconds(61));
    assert_eq!(carry_out(&world.service, "one", &SMALL).await, 1);
    let row = bulk_job::Entity::find_by_id(id.parse::<entity::JobId>().unwrap());
    let row = row.one(world.db().read()).await.unwrap().unwrap();
    assert_eq!(row.status, BulkJobStatus::Failed);
    assert_eq!(row.error_code, Some(entity::BulkErrorCode::Forbidden));
    assert_eq!(kept(world, &id), 0);
    // Who is out reads nothing of it any more.
    assert!(job(&member, &id).await.is_null());
    world.event_rows().await;
}

async fn the_file_is_for_who_may_still_read_it(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let role = |role, organization| api::policy::Grant {
        organization,
        role,
        regions: Vec::new(),
        delegations: Vec::new(),
    };
    let grants = vec![role(Role::MemberUser, cast.company), role(Role::Analyst, cast.network)];
    let member = world.somebody(grants).await;
    let colleague = world.person(Role::MemberUser, cast.company).await;
    let id = started(&member, "{ needs { nodes { id } } }", "JSONL").await;
    assert_eq!(carry_out(&world.service, "one", &SMALL).await, 1);
    let url = async || job(&member, &id).await["url"].as_str().map(ToOwned::to_owned);
    let fetch = async |token: Option<String>, link: &str| {
        let got = world.transfer(token.as_deref(), link, None).await;
        (got.status, String::from_utf8(got.bytes).unwrap())
    };
    let link = url().await.unwrap();
    assert!(link.starts_with(&format!("/bulk/{id}?link=")));
    let (status, text) = fetch(None, &link).await;
    assert_eq!((status, lines(&text)), (200, vec![json!({ "id": need.id.to_string() })]));
    assert_eq!(fetch(member.token(), &link).await.0, 200);
    assert_eq!(fetch(colleague.token(), &link).await.0, 403);
    assert_eq!(fetch(None, &link[..link.len() - 1]).await.0, 403);
    assert_eq!(fetch(None, &link.replace("/bulk/", "/documents/")).await.0, 403);
    assert_eq!(fetch(None, &format!("/bulk/{id}")).await.0, 403);
    world.pass(TimeDelta::minutes(5));
    assert_eq!(fetch(None, &link).await.0, 403, "its time is over");
    let link = url().await.unwrap();
    assert_eq!(fetch(None, &link).await.0, 200);
    // One of the two roles ends: the other does not do.
    let row = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(member.id.unwrap()))
        .filter(membership::Column::Role.eq(Role::Analyst));
    let row = row.one(world.db().read()).await.unwrap().unwrap();
    world.overwrite(membership::Model { to_at: Some(world.now()), ..row }).await;
    assert_eq!(fetch(None, &link).await.0, 403);
    let link = url().await.unwrap();
    assert_eq!(fetch(None, &link).await.0, 403, "nor with a new link");
    world.event_rows().await;
}

async fn after_seven_days_it_is_gone(world: &World) {
    let cast = world.cast().await;
    world.need(&cast, NeedStatus::Published).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let id = started(&member, "{ needs { nodes { id } } }", "JSONL").await;
    let waiting = started(&member, "{ offers { nodes { id } } }", "JSONL").await;
    let row: entity::JobId = waiting.parse().unwrap();
    let row = bulk_job::Entity::find_by_id(row).one(world.db().read()).await.unwrap().unwrap();
    let held = bulk_job::Model { taken_until: Some(world.now() + TimeDelta::days(30)), ..row };
    world.overwrite(held).await;
    assert_eq!(carry_out(&world.service, "one", &SMALL).await, 1);
    let link = job(&member, &id).await["url"].as_str().unwrap().to_owned();
    world.pass(TimeDelta::days(7) - TimeDelta::seconds(1));
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(kept(world, &id), 1);
    assert!(job(&member, &id).await.is_object());
    world.pass(TimeDelta::seconds(1));
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(kept(world, &id), 0);
    assert!(job(&member, &id).await.is_null());
    assert!(job(&member, &waiting).await.is_object(), "it has not ended");
    assert_eq!(world.transfer(None, &link, None).await.status, 403);
    world.event_rows().await;
}

async fn of_several_instances_one_carries_it_out(world: &World) {
    let (_, analyst) = network(world, 60).await;
    let query = "{ needs { nodes { id folio } } }";
    let hand = by_hand(&analyst, "needs", "id folio", None).await;
    let ids = [started(&analyst, query, "JSONL").await, started(&analyst, query, "JSONL").await];
    let (one, two) = (world.another_instance().await, world.another_instance().await);
    let (first, second) =
        tokio::join!(carry_out(&one, "one", &SMALL), carry_out(&two, "two", &SMALL));
    assert_eq!(first + second, 2, "each was carried out once");
    assert_eq!(world.events().await.iter().filter(|kind| *kind == "BULK_JOB_FINISHED").count(), 2);
    for id in ids {
        assert_eq!(lines(&file(world, &analyst, &id).await), hand);
    }
    for instance in [one, two] {
        instance.db().clone().close().await.unwrap();
    }
}

async fn it_goes_on_where_it_was_broken_off(world: &World) {
    let (_, analyst) = network(world, 120).await;
    let whole = exported(world, &analyst, NEEDS, &SMALL).await;
    let id = started(&analyst, NEEDS, "JSONL").await;
    let other = world.another_instance().await;
    broken_off(world, &world.service, "one", &id, &SMALL).await;
    // Whoever broke off may still be at it.
    assert_eq!(carry_out(&other, "two", &SMALL).await, 0);
    world.pass(TimeDelta::seconds(61));
    broken_off(world, &other, "two", &id, &SMALL).await;
    // One that stops lets go of it.
    resign(other.db(), "two").await.unwrap();
    assert_eq!(carry_out(&world.service, "three", &SMALL).await, 1);
    let told = job(&analyst, &id).await;
    assert_eq!(told["done"], whole.len());
    assert_eq!(lines(&file(world, &analyst, &id).await), whole);
    // What nobody names is not kept.
    let row = bulk_job::Entity::find_by_id(id.parse::<entity::JobId>().unwrap());
    let row = row.one(world.db().read()).await.unwrap().unwrap();
    assert_eq!(row.parts.as_array().unwrap().len(), kept(world, &id));
    other.db().clone().close().await.unwrap();
    world.event_rows().await;
}

async fn what_gets_nowhere_is_given_up(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let id = started(&member, "{ needs { nodes { id } } }", "JSONL").await;
    let attempts = async || {
        let row = bulk_job::Entity::find_by_id(id.parse::<entity::JobId>().unwrap());
        row.one(world.db().fresh()).await.unwrap().unwrap().attempts
    };
    for attempt in 1..=3 {
        // Taken, and ended before it came to anything.
        let mut running = Box::pin(run_due(&world.service, SCHEMAS.of(true), "one", &SMALL));
        loop {
            let polled = futures_util::poll!(&mut running);
            assert!(polled.is_pending(), "it had ended before");
            if attempts().await == attempt {
                break;
            }
        }
        drop(running);
        world.pass(TimeDelta::seconds(61));
    }
    assert_eq!(carry_out(&world.service, "one", &SMALL).await, 1);
    let told = job(&member, &id).await;
    assert_eq!((&told["status"], &told["errorCode"]), (&json!("FAILED"), &json!("INTERNAL")));
    assert!(told["errorMessage"].as_str().unwrap().contains(" / "));
    assert_eq!(world.events().await, ["BULK_JOB_STARTED", "BULK_JOB_FINISHED"]);
}

async fn what_is_seen_of_others_is_on_record(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    // The network's admin reads of needs what is their company's alone.
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let count = async || disclosure::Entity::find().count(world.db().read()).await.unwrap();
    let rows = "id company { id } outcomeEvidence";
    by_hand(&admin, "needs", rows, None).await;
    let by_hand = count().await;
    world.pass(TimeDelta::days(2));
    let query = format!("{{ needs {{ nodes {{ {rows} }} }} }}");
    let told = exported(world, &admin, &query, &SMALL).await;
    assert_eq!(told[0]["id"], need.id.to_string());
    assert_eq!(count().await, 2 * by_hand, "an export is on record as any read is");
}

async fn what_comes_meanwhile_breaks_nothing(world: &World) {
    let (cast, analyst) = network(world, 120).await;
    let before = by_hand(&analyst, "needs", "id", None).await;
    let id = started(&analyst, "{ needs { nodes { id folio title } } }", "JSONL").await;
    broken_off(world, &world.service, "one", &id, &SMALL).await;
    for _ in 0..5 {
        world.need(&cast, NeedStatus::Published).await;
    }
    world.pass(TimeDelta::seconds(61));
    assert_eq!(carry_out(&world.service, "one", &SMALL).await, 1);
    world.event_rows().await;
    let mut seen = HashMap::new();
    for line in lines(&file(world, &analyst, &id).await) {
        if line.get("__parentId").is_none() {
            *seen.entry(line["id"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
    }
    assert!(seen.values().all(|times| *times == 1), "nothing is there twice");
    for need in before {
        assert!(seen.contains_key(need["id"].as_str().unwrap()), "{need} is missing");
    }
}

async fn thousands_of_things(world: &World) {
    let cast = world.cast().await;
    let analyst = world.person(Role::Analyst, cast.network).await;
    let now = world.now();
    let rows = (0..10_500).map(|number| {
        let (id, kind) = (OrganizationId::new(now), OrganizationKind::Company);
        let row = records::organization(id, kind, &format!("Empresa {number}"), now);
        row.into_active_model().reset_all()
    });
    let rows: Vec<_> = rows.collect();
    for rows in rows.chunks(500) {
        let rows = organization::Entity::insert_many(rows.to_vec());
        rows.exec_without_returning(world.db().write()).await.unwrap();
    }
    let query = "{ organizations { nodes { id name kind state { code } } } }";
    let id = started(&analyst, query, "CSV").await;
    assert_eq!(carry_out(&world.service, "one", &Pace::default()).await, 1);
    world.event_rows().await;
    let text = file(world, &analyst, &id).await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let ids: HashSet<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
    let listed = analyst.send("{ organizations { totalCount } }", json!({})).await;
    assert_eq!(listed.root()["totalCount"], ids.len());
    assert_eq!(text.lines().count(), ids.len() + 1, "each is there once, under the headings");
    assert!(ids.len() > 10_500);
}

async fn whatever_is_asked_each_thing_is_there_once(world: &World) {
    let (_, analyst) = network(world, 60).await;
    const FIELDS: [&str; 5] = ["folio", "title", "status", "publishedAt", "scian { code }"];
    let paces: [Pace; 4] = [
        SMALL,
        Pace { pages: [&[1], &[1, 1], &[1, 1, 1]], piece: 1 },
        Pace { pages: [&[7], &[5, 3], &[4, 2, 1]], piece: 3_000 },
        Pace::default(),
    ];
    // The same selections every time, as good as drawn by lot (xorshift).
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut draw = |sides: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(sides).unwrap()).unwrap()
    };
    for _ in 0..12 {
        let (pace, nested) = (draw(paces.len()), draw(2) == 0);
        let root = if nested { "organizations" } else { ["needs", "offers"][draw(2)] };
        let known: &[&str] = if nested { &["name", "kind", "state { code }"] } else { &FIELDS };
        let fields: Vec<_> = known.iter().filter(|_| draw(2) == 0).copied().collect();
        let rows = format!("id {}", fields.join(" "));
        let below = nested.then_some(("needs", "id folio status"));
        let hand = by_hand(&analyst, root, &rows, below).await;
        let list = below.map(|(list, rows)| format!("{list} {{ nodes {{ {rows} }} }}"));
        let query = format!("{{ {root} {{ nodes {{ {rows} {} }} }} }}", list.unwrap_or_default());
        let told = exported(world, &analyst, &query, &paces[pace]).await;
        assert_eq!(told, hand, "{query} by {:?}", paces[pace]);
    }
}

async fn its_organization_is_told_that_it_has_ended(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let ask = "mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { webhookEndpoint { id } userErrors { message } } }";
    let receiver = tests::Receiver::open().await;
    let input = json!({ "organization": cast.chamber.to_string(), "name": "Aquí", "url": receiver.url("here.test"), "kinds": ["BULK_JOB_FINISHED"] });
    let made = admin.send(ask, json!({ "input": input })).await;
    assert_eq!(made.root()["userErrors"], json!([]), "{made:?}");
    world.event_rows().await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let id = started(&liaison, "{ needs { nodes { id } } }", "JSONL").await;
    started(&member, "{ needs { nodes { id } } }", "JSONL").await;
    assert_eq!(carry_out(&world.service, "one", &SMALL).await, 2);
    world.settled().await;
    api::webhooks::follow(&world.service, "one").await.unwrap();
    api::webhooks::send_due(&world.service).await.unwrap();
    let heard = receiver.received();
    assert_eq!(heard.len(), 1, "and nobody is told of others' jobs");
    let told = heard[0].json();
    assert_eq!(told["type"], "BULK_JOB_FINISHED");
    assert_eq!(told["data"]["job"], id);
    assert_eq!(told["data"]["record"], cast.chamber.to_string());
    world.event_rows().await;
}

async fn a_machine_exports_what_its_scopes_name(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let ask = format!(
        "mutation($input: BulkExportStartInput!) {{ bulkExportStart(input: $input) {{ bulkJob {{ {JOB} }} userErrors {{ message }} }} }}"
    );
    let asked = json!({ "input": { "query": "{ needs { nodes { id } } }", "format": "JSONL" } });
    let seen = format!("query($id: ID!) {{ bulkJob(id: $id) {{ {JOB} }} }}");
    let reads = machines::machine(world, cast.chamber, "ANALYST", &["READ_NETWORK"]).await;
    let writes = machines::machine(world, cast.chamber, "CHAMBER_LIAISON", &["WRITE_NEEDS"]).await;
    let (reads, writes) = (reads.token().await, writes.token().await);
    world.event_rows().await;
    let refused = world.send(Some(&writes), &ask, asked.clone()).await;
    assert_eq!(refused.code(), "FORBIDDEN", "no scope of it names the mutation");
    // What it may not ask for it may not export either.
    let matches =
        json!({ "input": { "query": "{ matches { nodes { id } } }", "format": "JSONL" } });
    assert_eq!(world.send(Some(&reads), &ask, matches).await.code(), "FORBIDDEN");
    let told = world.send(Some(&reads), &ask, asked).await;
    let id = told.root()["bulkJob"]["id"].as_str().unwrap_or_else(|| panic!("{told:?}")).to_owned();
    assert_eq!(carry_out(&world.service, "one", &SMALL).await, 1);
    let told = world.send(Some(&reads), &seen, json!({ "id": id })).await;
    let link = told.root()["url"].as_str().unwrap_or_else(|| panic!("{told:?}")).to_owned();
    for token in [None, Some(reads.as_str())] {
        let got = world.transfer(token, &link, None).await;
        assert_eq!(
            lines(&String::from_utf8(got.bytes).unwrap()),
            [json!({ "id": need.id.to_string() })]
        );
    }
    assert_eq!(world.transfer(Some(&writes), &link, None).await.status, 403);
    assert_eq!(world.transfer(admin.token().as_deref(), &link, None).await.status, 403);
    world.event_rows().await;
}

/// The fields of the partner interface, as the crosswalk of the domain lists them.
const INTERFACE: [&str; 37] = [
    "id",
    "reference",
    "profileType",
    "created",
    "lastModified",
    "publicationDate",
    "expirationDate",
    "profileStatus",
    "openForEOI",
    "publicURL",
    "title",
    "shortSummary",
    "description",
    "expectedRoleOfThePartner",
    "advantagesAndInnovation",
    "technicalSpecificationOrExpertiseSought",
    "stageOfDevelopment",
    "iprStatus",
    "iprNotes",
    "typesOfPartnership",
    "typesAndSizes",
    "marketKeywords",
    "technologyKeywords",
    "sdgKeywords",
    "targetedCountries",
    "sectorGroupsInvolved",
    "partnerOrganisationCountry",
    "frameworkProgram",
    "callTitleAndIdentifier",
    "coordinatorRequired",
    "deadlineForEoI",
    "deadlineOfTheCall",
    "submissionAndEvaluationScheme",
    "anticipatedProjectBudget",
    "projectDurationInWeeks",
    "webLinkToTheCall",
    "projectTitleAndAcronym",
];

async fn needs_and_offers_speak_to_the_network_of_europe(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let member = world.person(Role::MemberUser, cast.ally).await;
    // Each field of the interface is there, or it is said why it is not.
    let asked = "{ __type(name: \"EenProfile\") { fields { name } } }";
    let held = member.send(asked, json!({})).await;
    let held: Vec<_> = held.root()["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap().to_owned())
        .collect();
    for field in INTERFACE.iter().chain(&["attachments", "videoPitch"]) {
        let missing = een::MISSING.iter().any(|(name, _)| name == field);
        assert!(missing != held.iter().any(|name| name == field), "{field}");
    }
    assert_eq!(held.len() + een::MISSING.len(), INTERFACE.len() + 2);
    let scalars =
        held.iter().filter(|name| *name != "typesAndSizes").cloned().collect::<Vec<_>>().join(" ");
    let een = format!("een(language: ES) {{ {scalars} typesAndSizes {{ kinds sizes }} }}");
    let query = format!("{{ needs {{ nodes {{ id {een} }} }} }}");
    let told = exported(world, &member, &query, &SMALL).await;
    let told = &told[0]["een"];
    let row = need::Entity::find_by_id(need.id).one(world.db().read()).await.unwrap().unwrap();
    let own = "query($id: ID!) { need(id: $id) { folio createdAt updatedAt publishedAt expiresAt openForInterest title(language: ES) summary(language: ES) description(language: ES) partnerRole(language: ES) technicalSpecification(language: ES) partnershipTypes partnerKinds partnerSizes marketKeywords { code } technologyKeywords { code } sdg { code } targetStates { code } frameworkProgram callId coordinatorRequired deadlineForInterest callDeadline projectDurationWeeks } }";
    let own = member.send(own, json!({ "id": row.id.to_string() })).await.root().clone();
    let codes = |list: &Value| -> Value {
        list.as_array().unwrap().iter().map(|code| code["code"].clone()).collect()
    };
    for (field, value) in [
        ("reference", own["folio"].clone()),
        ("profileType", json!("TR")),
        ("profileStatus", json!("PUBLISHED")),
        ("created", own["createdAt"].clone()),
        ("lastModified", own["updatedAt"].clone()),
        ("publicationDate", own["publishedAt"].clone()),
        ("expirationDate", own["expiresAt"].clone()),
        ("openForEOI", own["openForInterest"].clone()),
        ("title", own["title"].clone()),
        ("shortSummary", own["summary"].clone()),
        ("description", own["description"].clone()),
        ("expectedRoleOfThePartner", own["partnerRole"].clone()),
        ("technicalSpecificationOrExpertiseSought", own["technicalSpecification"].clone()),
        ("typesOfPartnership", own["partnershipTypes"].clone()),
        ("typesAndSizes", json!({ "kinds": own["partnerKinds"], "sizes": own["partnerSizes"] })),
        ("marketKeywords", codes(&own["marketKeywords"])),
        ("technologyKeywords", codes(&own["technologyKeywords"])),
        ("sdgKeywords", codes(&own["sdg"])),
        ("targetedCountries", codes(&own["targetStates"])),
        ("partnerOrganisationCountry", json!("MX")),
        ("frameworkProgram", own["frameworkProgram"].clone()),
        ("callTitleAndIdentifier", own["callId"].clone()),
        ("coordinatorRequired", own["coordinatorRequired"].clone()),
        ("deadlineForEoI", own["deadlineForInterest"].clone()),
        ("deadlineOfTheCall", own["callDeadline"].clone()),
        ("projectDurationInWeeks", own["projectDurationWeeks"].clone()),
    ] {
        assert_eq!(told[field], value, "{field}");
    }
    for field in ["title", "shortSummary", "description", "technicalSpecificationOrExpertiseSought"]
    {
        assert!(told[field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
    }
    let query = format!("{{ offers {{ nodes {{ id {een} }} }} }}");
    let told = exported(world, &member, &query, &SMALL).await;
    let told = &told[0]["een"];
    let own = "query($id: ID!) { offer(id: $id) { folio advantages(language: ES) stage iprStatus partnerKinds } }";
    let own = member.send(own, json!({ "id": offer.id.to_string() })).await.root().clone();
    for (field, value) in [
        ("reference", own["folio"].clone()),
        ("profileType", json!("TO")),
        ("advantagesAndInnovation", own["advantages"].clone()),
        ("stageOfDevelopment", own["stage"].clone()),
        ("iprStatus", own["iprStatus"].clone()),
        ("typesAndSizes", json!({ "kinds": own["partnerKinds"], "sizes": [] })),
        ("technicalSpecificationOrExpertiseSought", Value::Null),
    ] {
        assert_eq!(told[field], value, "{field}");
    }
    // Nobody reads by it what is not for everybody.
    let query = "query($id: ID!) { need(id: $id) { description een { description technicalSpecificationOrExpertiseSought title } } }";
    let public =
        world.nobody().send(query, json!({ "id": row.id.to_string() })).await.root().clone();
    assert!(public["description"].is_null() && public["een"]["description"].is_null());
    assert!(public["een"]["technicalSpecificationOrExpertiseSought"].is_null());
    assert!(public["een"]["title"].is_string());
}
