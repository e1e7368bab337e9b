//! What was acknowledged is there, and nothing half done is seen, though the
//! service is killed in the middle of its writes.

use std::{
    collections::{HashMap, HashSet},
    io::Write as _,
    net::TcpStream,
    sync::mpsc,
    thread::JoinHandle,
    time::Duration,
};

use api::db::{Db, DbSettings};
use entity::{bulk_job, event, external_ref, history, match_, need, offer, organization};
use sea_orm::{ActiveEnum, ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};
use tests::{
    Database, Events, Receiver, Reply, Socket,
    binary::{Serving, Site, ask, http},
};

use crate::binary::{newcomer, on_both, set_up};

on_both!(
    what_was_acknowledged_outlives_the_service,
    what_is_sent_again_after_a_kill_is_done_once,
    whoever_followed_a_killed_service_misses_nothing,
    an_import_that_is_killed_leaves_whole_batches,
    an_import_over_http_goes_on_where_it_was_killed,
    an_export_that_is_killed_goes_on,
    what_was_to_be_told_is_told_after_a_kill,
);

/// How many acknowledged steps the service may take before it is killed.
const STEPS: usize = 120;

/// A step that the service has acknowledged: which need, and how far it is.
type Step = (String, i64);

fn what_was_acknowledged_outlives_the_service(site: &Site) {
    let [chamber, ott, company] = set_up(site);
    bring_offers(site, &ott);
    let member = newcomer(site, &company, "MEMBER_USER");
    let liaison = newcomer(site, &chamber, "CHAMBER_LIAISON");
    let serving = site.serve();
    let (writers, heard) = writers(&serving.address, [&member, &liaison, &company]);
    let patience = Duration::from_secs(60);
    let mut acknowledged: HashMap<String, i64> = HashMap::new();
    for _ in 0..STEPS {
        let (id, version) = heard.recv_timeout(patience).expect("the service writes");
        acknowledged.insert(id, version);
    }
    serving.kill();
    // What was on its way to us when it died counts as well.
    acknowledged.extend(heard.iter());
    for writer in writers {
        writer.join().unwrap();
    }
    assert!(acknowledged.len() > 20);

    let serving = site.serve();
    let ids: Vec<_> = acknowledged.keys().collect();
    for ids in ids.chunks(50) {
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Need { version history { to } } } }";
        let seen = serving.ask(Some(&member), query, &json!({ "ids": ids })).unwrap();
        for (id, need) in ids.iter().zip(seen.root().as_array().unwrap()) {
            let version = need["version"].as_i64().unwrap_or_else(|| panic!("{id} is lost"));
            assert!(
                version >= acknowledged[*id],
                "{id} went back from {}: {need:#}",
                acknowledged[*id]
            );
        }
    }
    // It goes on writing where it had stopped.
    let (told, heard) = mpsc::channel();
    write(&serving.address, &member, &liaison, &company, "Después", &told).expect("three steps");
    assert_eq!(heard.try_iter().count(), 3);
    assert_eq!(serving.stop(), Some(0));
    on_record(site, async |db| nothing_is_half_done(db).await);
}

/// Offers that answer the needs of the writers.
fn bring_offers(site: &Site, ott: &str) {
    let offers: String = (0..20)
        .map(|number| {
            let offer = json!({ "externalId": number, "title": "Recuperador de calor",
                "summary": "Recupera el calor de hornos de túnel", "applicationScian": ["327"] });
            format!("{offer}\n")
        })
        .collect();
    let offers = site.file("offers.jsonl", &offers);
    site.does(&["import", "offers", &offers, "--ott", ott]);
}

/// Four who write needs from draft to publication, one after the other, until the service has
/// gone; and what it acknowledged to them.
fn writers(address: &str, who: [&str; 3]) -> (Vec<JoinHandle<()>>, mpsc::Receiver<Step>) {
    let (told, heard) = mpsc::channel();
    let writers = (0..4).map(|writer| {
        let (told, address) = (told.clone(), address.to_owned());
        let [member, liaison, company] = who.map(ToOwned::to_owned);
        std::thread::spawn(move || {
            for number in 0.. {
                let name = format!("Calor {writer}-{number}");
                if write(&address, &member, &liaison, &company, &name, &told).is_none() {
                    return;
                }
            }
        })
    });
    (writers.collect(), heard)
}

/// One need from draft to publication; nothing when the service has gone.
fn write(
    address: &str,
    member: &str,
    liaison: &str,
    company: &str,
    name: &str,
    told: &mpsc::Sender<Step>,
) -> Option<()> {
    let step = |token: &str, verb: &str, kind: &str, input: &Value| -> Option<Value> {
        let query = format!(
            "mutation($input: {kind}!) {{ {verb}(input: $input) {{ need {{ id version }} userErrors {{ code field }} }} }}"
        );
        let answer = ask(address, Some(token), &query, &json!({ "input": input })).ok()?;
        // A service that is being killed may still say that it cannot.
        let need = &answer.body["data"][verb]["need"];
        let step = (need["id"].as_str()?.to_owned(), need["version"].as_i64()?);
        let at = json!({ "id": step.0, "expectedVersion": step.1 });
        told.send(step).ok()?;
        Some(at)
    };
    let text = json!({
        "company": company, "title": { "es": name }, "summary": { "es": "Hornos de túnel" },
        "description": { "es": "Gases a 420 grados" }, "technicalSpecification": { "es": "400 kW" },
        "partnerRole": { "es": "Diseñar" }, "partnershipTypes": ["RD_COOPERATION_AGREEMENT"],
        "scian": ["327"],
    });
    let at = step(member, "draftNeed", "DraftNeedInput", &text)?;
    let at = step(member, "submitNeed", "NeedVersionInput", &at)?;
    step(liaison, "publishNeed", "NeedVersionInput", &at).map(drop)
}

const FOLLOW: &str = "subscription($after: String) { needPublished(after: $after) { \
    cursor resync need { id } } }";
/// The version of a need that has been drafted, submitted and published.
const PUBLISHED: i64 = 3;

fn whoever_followed_a_killed_service_misses_nothing(site: &Site) {
    let [chamber, _, company] = set_up(site);
    let member = newcomer(site, &company, "MEMBER_USER");
    let liaison = newcomer(site, &chamber, "CHAMBER_LIAISON");
    let serving = site.serve();
    actix_web::rt::System::new().block_on(async {
        let mut events = follow(&serving.address, &Value::Null).await;
        assert_eq!(events.chunk().await.as_deref(), Some(":\n\n"), "from here on it is told");
        let (writers, steps) = writers(&serving.address, [&member, &liaison, &company]);
        let killing = actix_web::rt::task::spawn_blocking(move || {
            let mut done: Vec<Step> = steps.iter().take(STEPS).collect();
            serving.kill();
            // What was on its way to us when it died counts as well.
            done.extend(steps.iter());
            let published = done.into_iter().filter(|(_, version)| *version == PUBLISHED);
            published.map(|(id, _)| id).collect::<HashSet<_>>()
        });
        let mut heard = Vec::new();
        while let Some((_, told)) = events.event().await {
            heard.push(need_and_cursor(&told));
        }
        let acknowledged = killing.await.unwrap();
        for writer in writers {
            writer.join().unwrap();
        }
        assert!(heard.len() > 5 && acknowledged.len() > 5, "{} {acknowledged:?}", heard.len());

        // Back where it left, it hears all of the rest, up to what happens now.
        let serving = site.serve();
        let mut events = follow(&serving.address, &heard.last().unwrap().1).await;
        let (told, steps) = mpsc::channel();
        write(&serving.address, &member, &liaison, &company, "Después", &told).unwrap();
        let last = steps.try_iter().last().unwrap().0;
        while heard.last().unwrap().0 != last {
            heard.push(need_and_cursor(&events.event().await.expect("news").1));
        }
        let ids: HashSet<_> = heard.iter().map(|(id, _)| id.clone()).collect();
        assert_eq!(ids.len(), heard.len(), "nothing is told twice");
        let missed: Vec<_> = acknowledged.difference(&ids).collect();
        assert!(missed.is_empty(), "{missed:?}");
        let offered = "{ needs(filter: { status: [PUBLISHED] }) { totalCount } }";
        let seen = serving.ask(None, offered, &json!({})).unwrap();
        assert_eq!(seen.root()["totalCount"], heard.len());

        // Whoever comes by the other way hears the same in the same order.
        let mut socket = Socket::to(&serving.address).await;
        socket.subscribe("1", FOLLOW, json!({ "after": heard[0].1 })).await;
        for expected in &heard[1..] {
            let told = json!({ "data": { "needPublished": socket.news("1").await } });
            assert_eq!(&need_and_cursor(&told), expected);
        }
        drop((events, socket));
        assert_eq!(serving.stop(), Some(0));
    });
}

/// Of two instances one is killed: whoever followed it goes on at the other, and so does what only
/// one of them does at a time.
#[test]
fn what_one_instance_did_another_goes_on_with() {
    let Some(site) = Site::new(Database::Postgres) else { return };
    let [chamber, ott, company] = set_up(&site);
    let member = newcomer(&site, &company, "MEMBER_USER");
    let liaison = newcomer(&site, &chamber, "CHAMBER_LIAISON");
    let officer = newcomer(&site, &ott, "OTT_OFFICER");
    // The first one leads: it is there before the other.
    let (one, other) = (site.serve(), site.serve());
    let save = "mutation { saveSearch(input: { name: \"Lo nuevo\", kind: NEED, cadence: AT_ONCE }) { \
        savedSearch { id } userErrors { code } } }";
    let saved = one.ask(Some(&officer), save, &json!({})).unwrap();
    let search = saved.root()["savedSearch"]["id"].clone();
    actix_web::rt::System::new().block_on(async {
        let mut events = follow(&one.address, &Value::Null).await;
        assert_eq!(events.chunk().await.as_deref(), Some(":\n\n"), "from here on it is told");
        let (writers, steps) = writers(&other.address, [&member, &liaison, &company]);
        let (tell, told) = mpsc::channel();
        let killing = actix_web::rt::task::spawn_blocking(move || {
            let mut done: Vec<Step> = steps.iter().take(STEPS / 2).collect();
            // However fast the writers are, the one that falls has told something.
            told.recv().expect("news");
            one.kill();
            done.extend(steps.iter().take(STEPS / 2));
            // Nobody listens to the writers any more, and they stop.
            drop(steps);
            done
        });
        let mut heard = Vec::new();
        while let Some((_, told)) = events.event().await {
            heard.push(need_and_cursor(&told));
            let _ = tell.send(());
        }
        let done = killing.await.unwrap();
        for writer in writers {
            writer.join().unwrap();
        }
        let mut events = follow(&other.address, &heard.last().unwrap().1).await;
        let (told, steps) = mpsc::channel();
        write(&other.address, &member, &liaison, &company, "Después", &told).unwrap();
        let last = steps.try_iter().last().unwrap().0;
        while heard.last().unwrap().0 != last {
            heard.push(need_and_cursor(&events.event().await.expect("news").1));
        }
        let ids: HashSet<_> = heard.iter().map(|(id, _)| id.clone()).collect();
        assert_eq!(ids.len(), heard.len(), "nothing is told twice");
        let published = done.iter().filter(|(_, version)| *version == PUBLISHED);
        let missed: Vec<_> = published.filter(|(id, _)| !ids.contains(id)).collect();
        assert!(missed.is_empty(), "{missed:?}");

        // Once the lead of the one that is gone is over, the other goes on looking for what a saved
        // search finds, and what was found is not found again.
        let finds = "query($id: ID!) { savedSearch(id: $id) { finds(first: 100) { nodes { need { id } } } } }";
        let patience = std::time::Instant::now() + Duration::from_secs(180);
        loop {
            let seen = other.ask(Some(&officer), finds, &json!({ "id": search })).unwrap();
            let found = seen.root()["finds"]["nodes"].as_array().unwrap().iter();
            let found: Vec<_> =
                found.map(|find| find["need"]["id"].as_str().unwrap().to_owned()).collect();
            let all: HashSet<_> = found.iter().cloned().collect();
            assert_eq!(all.len(), found.len(), "each is found once");
            if all == ids {
                break;
            }
            assert!(std::time::Instant::now() < patience, "{all:?} instead of {ids:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        drop(events);
        assert_eq!(other.stop(), Some(0));
    });
    on_record(&site, async |db| nothing_is_half_done(db).await);
}

/// PostgreSQL falls while people read and write: they are told to come back later, and once it is
/// there again so is everything, in the same service.
#[test]
fn a_database_that_falls_is_waited_for() {
    let Some(site) = Site::apart() else { return };
    let [chamber, _, company] = set_up(&site);
    let member = newcomer(&site, &company, "MEMBER_USER");
    let liaison = newcomer(&site, &chamber, "CHAMBER_LIAISON");
    let serving = site.serve();
    let ready = || serving.get(None, "/health/ready").unwrap().0;
    let offered = "{ needs(filter: { status: [PUBLISHED] }) { totalCount } }";
    let read = || serving.ask(Some(&member), offered, &json!({})).unwrap();
    let until = |what: &str, holds: &dyn Fn() -> bool| {
        let patience = std::time::Instant::now() + Duration::from_secs(120);
        while !holds() {
            assert!(std::time::Instant::now() < patience, "{what}: {}", serving.said());
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let (writers, steps) = writers(&serving.address, [&member, &liaison, &company]);
    let mut done: Vec<Step> = steps.iter().take(STEPS / 2).collect();
    site.fall();
    until("it is told", &|| ready() == 503);
    assert_eq!(serving.get(None, "/health/live").unwrap().0, 200);
    for _ in 0..5 {
        let answer = read();
        assert_eq!(answer.code(), "OVERLOADED", "{:#}", answer.body);
    }
    // Each of them was answered with something else than a need, and stopped.
    for writer in writers {
        writer.join().unwrap();
    }
    done.extend(steps.iter());
    site.recover();
    until("it is there again", &|| ready() == 200);
    until("it is read again", &|| read().body["errors"].is_null());
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Need { version } } }";
    let acknowledged: HashMap<String, i64> = done.into_iter().collect();
    for ids in acknowledged.keys().collect::<Vec<_>>().chunks(50) {
        let seen = serving.ask(Some(&member), query, &json!({ "ids": ids })).unwrap();
        for (id, need) in ids.iter().zip(seen.root().as_array().unwrap()) {
            assert!(need["version"].as_i64() >= Some(acknowledged[*id]), "{id}: {need:#}");
        }
    }
    let (told, heard) = mpsc::channel();
    // Connections that broke are found out one by one.
    let written = || write(&serving.address, &member, &liaison, &company, "Después", &told);
    until("it is written again", &|| written().is_some());
    let before: HashSet<String> = heard.try_iter().map(|(id, _)| id).collect();
    assert!(!before.is_empty());
    // What reads the events by itself goes on too.
    let count = read().root()["totalCount"].as_i64().unwrap();
    actix_web::rt::System::new().block_on(async {
        let mut events = follow(&serving.address, &Value::Null).await;
        assert_eq!(events.chunk().await.as_deref(), Some(":\n\n"));
        write(&serving.address, &member, &liaison, &company, "Otro", &told).expect("three steps");
        let last = heard.try_iter().last().unwrap().0;
        // What was written a moment before may come too: the service reads on from where it fell.
        loop {
            let (need, _) = need_and_cursor(&events.event().await.expect("news").1);
            if need == last {
                break;
            }
            assert!(before.contains(&need), "{need} was written long ago");
        }
    });
    assert_eq!(read().root()["totalCount"], count + 1);
    assert_eq!(serving.stop(), Some(0));
    on_record(&site, async |db| nothing_is_half_done(db).await);
}

/// Follows what is published, as nobody.
async fn follow(address: &str, after: &Value) -> Events {
    let body = json!({ "query": FOLLOW, "variables": { "after": after } }).to_string();
    let head = "accept: text/event-stream\r\ncontent-type: application/json\r\n";
    Events::from(address, "POST /graphql", head, &body).await
}

/// What is told: of which need, and from where to go on.
fn need_and_cursor(told: &Value) -> (String, Value) {
    let news = &told["data"]["needPublished"];
    assert_eq!(news["resync"], false, "{told:#}");
    (news["need"]["id"].as_str().expect("a need").to_owned(), news["cursor"].clone())
}

/// Looks at the database itself, with no service on it.
fn on_record(site: &Site, look: impl AsyncFnOnce(&Db)) {
    let settings = DbSettings {
        url: site.url.clone(),
        read_url: None,
        readers: 2,
        threads: 0,
        statement_timeout: Duration::from_secs(30),
    };
    actix_web::rt::System::new().block_on(async {
        let db = Db::open(&settings).await.unwrap();
        look(&db).await;
        db.close().await.unwrap();
    });
}

async fn nothing_is_half_done(db: &Db) {
    let db = db.fresh();
    let needs = need::Entity::find().all(db).await.unwrap();
    let offers: HashSet<_> =
        offer::Entity::find().all(db).await.unwrap().into_iter().map(|row| row.id).collect();
    let steps = history::Entity::find().all(db).await.unwrap();
    let events = event::Entity::find().all(db).await.unwrap();
    let matches = match_::Entity::find().all(db).await.unwrap();
    let folios: HashSet<_> = needs.iter().map(|row| &row.folio).collect();
    assert_eq!(folios.len(), needs.len(), "a folio is given once");
    for row in &needs {
        let id = row.id.to_string();
        let of_need: Vec<_> = steps.iter().filter(|step| step.record == id).collect();
        assert_eq!(of_need.len(), usize::try_from(row.version).unwrap(), "{id}: {of_need:#?}");
        let last = of_need.iter().max_by_key(|step| (step.at, step.id.to_string())).unwrap();
        assert_eq!(last.to_status, row.status.to_value(), "{id}");
        let told = events.iter().filter(|event| event.subject.as_deref() == Some(&id)).count();
        assert_eq!(told, of_need.len(), "{id}: each step is an event");
    }
    let ids: HashSet<_> = needs.iter().map(|row| row.id.to_string()).collect();
    let told = events.iter().filter(|event| event.kind.starts_with("NEED_"));
    for event in told {
        assert!(ids.contains(event.subject.as_deref().unwrap()), "an event without its need");
    }
    for row in matches {
        assert!(ids.contains(&row.need_id.to_string()) && offers.contains(&row.offer_id));
    }
}

/// How many answers may come before the service is killed.
const ANSWERS: usize = 25;

fn what_is_sent_again_after_a_kill_is_done_once(site: &Site) {
    let [_, _, company] = set_up(site);
    let member = newcomer(site, &company, "MEMBER_USER");
    let serving = site.serve();
    let (told, heard) = mpsc::channel::<(String, Option<String>)>();
    // Each says under which key it is about to draft a need, and then which need came of it.
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (told, address) = (told.clone(), serving.address.clone());
            let (member, company) = (member.clone(), company.clone());
            std::thread::spawn(move || {
                for number in 0.. {
                    let key = format!("{writer}-{number}");
                    let _ = told.send((key.clone(), None));
                    let drafted = draft_under(&address, &member, &company, &key);
                    let Some((id, replayed)) = drafted else { return };
                    assert!(!replayed, "{key} was sent once");
                    let _ = told.send((key, Some(id)));
                }
            })
        })
        .collect();
    drop(told);
    let (mut sent, mut answered) = (HashSet::new(), HashMap::new());
    let mut hear = |(key, id): (String, Option<String>)| {
        sent.insert(key.clone());
        answered.extend(id.map(|id| (key, id)));
        answered.len()
    };
    let patience = Duration::from_secs(60);
    while hear(heard.recv_timeout(patience).expect("the service writes")) < ANSWERS {}
    // One whose answer nobody reads: it is killed once its need is on record.
    let unread = "unread".to_owned();
    let mut stream = TcpStream::connect(&serving.address).unwrap();
    let body =
        json!({ "query": DRAFT_UNDER, "variables": drafting(&company, &unread) }).to_string();
    write!(
        stream,
        "POST /graphql HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {member}\r\nContent-Length: {}\r\n\r\n{body}",
        serving.address,
        body.len()
    )
    .unwrap();
    let mut first = None;
    on_record(site, async |db| {
        use sea_orm::{ColumnTrait, QueryFilter};
        let deadline = std::time::Instant::now() + patience;
        while first.is_none() {
            assert!(std::time::Instant::now() < deadline, "it is not written");
            let rows = need::Entity::find().filter(need::Column::TitleFolded.contains("unread"));
            first = rows.one(db.fresh()).await.unwrap().map(|row| row.id.to_string());
        }
    });
    serving.kill();
    drop(stream);
    hear((unread.clone(), first));
    for step in heard.iter() {
        hear(step);
    }
    for writer in writers {
        writer.join().unwrap();
    }
    assert!(sent.len() >= answered.len());

    let serving = site.serve();
    let mut needs = HashSet::new();
    for key in &sent {
        let (id, replayed) = draft_under(&serving.address, &member, &company, key).unwrap();
        if let Some(known) = answered.get(key) {
            assert!(replayed && *known == id, "{key} is done again");
        }
        needs.insert(id);
    }
    assert_eq!(needs.len(), sent.len(), "each key has a need of its own");
    assert_eq!(serving.stop(), Some(0));
    on_record(site, async |db| {
        let drafted = event::Entity::find().all(db.fresh()).await.unwrap();
        let drafted = drafted.iter().filter(|event| event.kind == "NEED_DRAFTED").count();
        let rows = need::Entity::find().all(db.fresh()).await.unwrap();
        let rows: HashSet<_> = rows.iter().map(|row| row.id.to_string()).collect();
        assert_eq!((drafted, rows), (needs.len(), needs.clone()), "and there is no other");
    });
}

const DRAFT_UNDER: &str = "mutation($input: DraftNeedInput!, $key: String!) { \
    draftNeed(input: $input) @idempotent(key: $key) { need { id } } }";

fn drafting(company: &str, key: &str) -> Value {
    let title = json!({ "es": format!("Calor {key}") });
    json!({ "key": key, "input": { "company": company, "title": title, "summary": { "es": "Hornos" } } })
}

/// A need drafted under a key, and whether it was before; nothing when the service has gone.
fn draft_under(address: &str, member: &str, company: &str, key: &str) -> Option<(String, bool)> {
    let answer = ask(address, Some(member), DRAFT_UNDER, &drafting(company, key)).ok()?;
    let id = answer.body["data"]["draftNeed"]["need"]["id"].as_str()?.to_owned();
    Some((id, answer.body["extensions"]["replayed"] == json!(["draftNeed"])))
}

fn an_import_that_is_killed_leaves_whole_batches(site: &Site) {
    let [chamber, ..] = set_up(site);
    let lines: String = (0..20_000).map(|id| format!("E-{id},Empresa {id},327,05\n")).collect();
    let roll = site.file("long.csv", &format!("externalId,legalName,scian,stateCode\n{lines}"));
    let args = ["import", "organizations", &roll, "--chamber", &chamber, "--system", "long"];
    let mut importing = site.command(&args).stdout(std::process::Stdio::null()).spawn().unwrap();
    // Killed as soon as something is on record.
    let patience = std::time::Instant::now() + Duration::from_secs(60);
    on_record(site, async |db| {
        loop {
            let count = counted(db).await.0;
            if count > 0 {
                break;
            }
            assert!(std::time::Instant::now() < patience, "nothing comes in");
        }
        importing.kill().unwrap();
        importing.wait().unwrap();
        let (companies, refs, told) = counted(db).await;
        assert!(companies > 0 && companies.is_multiple_of(500), "{companies}");
        assert!(companies < 20_000, "it was killed too late to prove anything");
        assert_eq!((refs, told), (companies, companies), "references and events go with them");
    });
    let ran = site.does(&args);
    assert!(ran.contains("20000 lines") && ran.contains(" 0 skipped"), "{ran}");
    on_record(site, async |db| assert_eq!(counted(db).await, (20_000, 20_000, 20_000)));
}

const START_ROLL: &str = "mutation($input: BulkImportStartInput!) { \
    bulkImportStart(input: $input) { bulkJob { id uploadUrl } } }";
const JOB: &str =
    "query($id: ID!) { bulkJob(id: $id) { status done created skipped errorMessage } }";

fn an_import_over_http_goes_on_where_it_was_killed(site: &Site) {
    let [chamber, ..] = set_up(site);
    let admin = newcomer(site, &chamber, "CHAMBER_ADMIN");
    let lines: String = (0..20_000).map(|id| format!("E-{id},Empresa {id},327,05\n")).collect();
    let roll = format!("externalId,legalName,scian,stateCode\n{lines}");
    let serving = site.serve();
    let input = json!({ "what": "ORGANIZATIONS", "organization": chamber, "format": "CSV" });
    let told = serving.ask(Some(&admin), START_ROLL, &json!({ "input": input })).unwrap();
    let job = told.root()["bulkJob"].clone();
    let put = format!("PUT {} HTTP/1.1\r\n", job["uploadUrl"].as_str().unwrap());
    assert_eq!(http(&serving.address, &put, roll.as_bytes()).unwrap().0, 204);
    let patience = std::time::Instant::now() + Duration::from_secs(60);
    on_record(site, async |db| {
        while counted(db).await.0 == 0 {
            assert!(std::time::Instant::now() < patience, "nothing comes in");
        }
        serving.kill();
        let (companies, refs, told) = counted(db).await;
        assert!(companies < 20_000, "it was killed too late to prove anything");
        assert_eq!((refs, told), (companies, companies), "references and events go with them");
        // How far it is and what is there are one.
        let row = bulk_job::Entity::find().one(db.fresh()).await.unwrap().unwrap();
        assert_eq!((row.done, row.created), (companies as i64, companies as i64));
        // The minute for which others leave it alone is over.
        let over = bulk_job::ActiveModel { taken_until: Set(None), ..row.into_active_model() };
        over.update(db.write()).await.unwrap();
    });
    let serving = site.serve();
    let patience = std::time::Instant::now() + Duration::from_secs(120);
    let done = loop {
        let told = serving.ask(Some(&admin), JOB, &json!({ "id": job["id"] })).unwrap();
        if !matches!(told.root()["status"].as_str(), Some("QUEUED" | "RUNNING")) {
            break told.root().clone();
        }
        assert!(std::time::Instant::now() < patience, "{:#}", told.body);
        std::thread::sleep(Duration::from_millis(50));
    };
    let all = json!({ "status": "COMPLETED", "done": 20_000, "created": 20_000, "skipped": 0, "errorMessage": null });
    assert_eq!(done, all);
    assert_eq!(serving.stop(), Some(0));
    on_record(site, async |db| assert_eq!(counted(db).await, (20_000, 20_000, 20_000)));
}

/// How many organizations of the long roll, references to them, and ids in events there are.
async fn counted(db: &Db) -> (usize, usize, usize) {
    use sea_orm::{ColumnTrait, QueryFilter};
    let db = db.fresh();
    let companies = organization::Entity::find()
        .filter(organization::Column::LegalName.starts_with("Empresa "))
        .filter(organization::Column::LegalName.ne("Empresa de Prueba"))
        .all(db)
        .await
        .unwrap();
    let refs = external_ref::Entity::find()
        .filter(external_ref::Column::ExternalId.starts_with("E-"))
        .all(db)
        .await
        .unwrap();
    let ids: HashSet<_> = companies.iter().map(|row| row.id.to_string()).collect();
    let events = event::Entity::find().filter(event::Column::Kind.eq("ORGANIZATIONS_IMPORTED"));
    let events = events.all(db).await.unwrap();
    let told = events.iter().flat_map(|event| event.body["organizations"].as_array().unwrap());
    let told = told.filter(|id| ids.contains(id.as_str().unwrap())).count();
    (companies.len(), refs.len(), told)
}

const EXPORT: &str = "mutation($input: BulkExportStartInput!) { bulkExportStart(input: $input) { \
    bulkJob { id } userErrors { message } } }";
const EXPORTED: &str =
    "query($id: ID!) { bulkJob(id: $id) { status done sizeBytes url errorCode } }";

fn start_export(serving: &Serving, token: &str) -> String {
    let query = "{ organizations { nodes { id name kind state { code label } } } }";
    let input = json!({ "input": { "query": query, "format": "JSONL" } });
    let told = serving.ask(Some(token), EXPORT, &input).unwrap();
    told.root()["bulkJob"]["id"].as_str().unwrap_or_else(|| panic!("{told:?}")).to_owned()
}

/// The file of an export, once it has ended.
fn exported(serving: &Serving, token: &str, id: &str) -> String {
    let patience = std::time::Instant::now() + Duration::from_secs(240);
    loop {
        let told = serving.ask(Some(token), EXPORTED, &json!({ "id": id })).unwrap();
        let job = told.root();
        match job["status"].as_str() {
            Some("COMPLETED") => {
                let (status, file) = serving.get(None, job["url"].as_str().unwrap()).unwrap();
                assert_eq!((status, json!(file.len())), (200, job["sizeBytes"].clone()));
                assert_eq!(json!(file.lines().count()), job["done"]);
                return file;
            }
            Some("QUEUED" | "RUNNING") => {}
            _ => panic!("{job:#}: {}", serving.said()),
        }
        assert!(std::time::Instant::now() < patience, "{job:#}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn an_export_that_is_killed_goes_on(site: &Site) {
    let [chamber, ..] = set_up(site);
    let lines: String = (0..15_000).map(|id| format!("E-{id},Empresa {id},327,05\n")).collect();
    let roll = site.file("long.csv", &format!("externalId,legalName,scian,stateCode\n{lines}"));
    site.does(&["import", "organizations", &roll, "--chamber", &chamber, "--system", "long"]);
    let analyst = newcomer(site, &chamber, "CHAMBER_LIAISON");
    let serving = site.serve();
    let id = start_export(&serving, &analyst);
    let whole = exported(&serving, &analyst, &id);
    assert!(whole.lines().count() > 15_000);
    let id = start_export(&serving, &analyst);
    // Killed as soon as a piece of it is on record.
    on_record(site, async |db| {
        let patience = std::time::Instant::now() + Duration::from_secs(120);
        loop {
            let job: entity::JobId = id.parse().unwrap();
            let row = entity::bulk_job::Entity::find_by_id(job).one(db.fresh()).await.unwrap();
            let row = row.unwrap();
            if row.checkpoint.is_some() {
                assert_eq!(row.status, entity::BulkJobStatus::Running, "it was too fast");
                break;
            }
            assert!(std::time::Instant::now() < patience, "{row:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    serving.kill();
    // Whoever comes next waits until the lease is over.
    let serving = site.serve();
    assert_eq!(exported(&serving, &analyst, &id), whole);
    // One that is told to stop lets go at once.
    let id = start_export(&serving, &analyst);
    assert_eq!(serving.stop(), Some(0));
    let serving = site.serve();
    let before = std::time::Instant::now();
    assert_eq!(exported(&serving, &analyst, &id), whole);
    assert!(before.elapsed() < Duration::from_secs(55), "nobody waits for a lease");
    assert_eq!(serving.stop(), Some(0));
}

/// Webhooks that waited or were on their way when the service was killed arrive, each at least
/// once, and under one id.
fn what_was_to_be_told_is_told_after_a_kill(site: &Site) {
    let [chamber, _, company] = set_up(site);
    let member = newcomer(site, &company, "MEMBER_USER");
    let liaison = newcomer(site, &chamber, "CHAMBER_LIAISON");
    let admin = newcomer(site, &chamber, "CHAMBER_ADMIN");
    let serve = || {
        let mut command = site.command(&["serve"]);
        command.env("VINCULO_LISTEN", "127.0.0.1:0").env("VINCULO_WEBHOOKS_LOCAL", "true");
        Serving::start(command)
    };
    actix_web::rt::System::new().block_on(async {
        let receiver = Receiver::open().await;
        // So slow that much waits when the service falls.
        receiver.usually(Reply { after: Duration::from_millis(150), ..Reply::status(200) });
        let serving = serve();
        let create = "mutation($input: CreateWebhookEndpointInput!) { \
            createWebhookEndpoint(input: $input) { webhookEndpoint { id } userErrors { code } } }";
        let input = json!({ "input": { "organization": chamber, "name": "Uno",
            "url": receiver.url("127.0.0.1"), "kinds": ["NEED_PUBLISHED"] } });
        let made = serving.ask(Some(&admin), create, &input).unwrap();
        assert!(made.root()["webhookEndpoint"]["id"].is_string(), "{:#}", made.body);
        let (writers, steps) = writers(&serving.address, [&member, &liaison, &company]);
        let killing = actix_web::rt::task::spawn_blocking(move || {
            let mut done: Vec<Step> = steps.iter().take(STEPS).collect();
            serving.kill();
            done.extend(steps.iter());
            done
        });
        let done = killing.await.unwrap();
        for writer in writers {
            writer.join().unwrap();
        }
        let published = done.into_iter().filter(|(_, version)| *version == PUBLISHED);
        let published: HashSet<String> = published.map(|(id, _)| id).collect();
        let mut told: HashMap<String, HashSet<String>> = HashMap::new();
        let mut hear = || {
            for one in receiver.received() {
                let record = one.json()["data"]["record"].as_str().unwrap().to_owned();
                told.entry(record).or_default().insert(one.headers["webhook-id"].clone());
            }
            published.iter().filter(|need| !told.contains_key(*need)).count()
        };
        assert!(hear() > 0, "some of {} waited", published.len());

        let serving = serve();
        let patience = std::time::Instant::now() + Duration::from_secs(240);
        while hear() > 0 {
            assert!(std::time::Instant::now() < patience, "{}: {}", hear(), serving.said());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(serving.stop(), Some(0));
        hear();
        let twice: Vec<_> = told.iter().filter(|(_, ids)| ids.len() > 1).collect();
        assert!(twice.is_empty(), "receivers know by the id what they have: {twice:?}");
    });
}
