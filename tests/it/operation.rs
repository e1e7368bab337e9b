//! What those who run a service rely on: figures, traces and a log that tell nothing that somebody
//! sent, and backups that can be restored.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::{
    Answer, Door,
    binary::{Ran, Serving, Site},
};

use crate::{
    binary::{newcomer, on_both, set_up},
    needs::{text, with},
};

on_both!(
    metrics_are_for_those_who_run_the_service,
    nothing_that_somebody_sends_is_told,
    what_was_backed_up_is_restored,
);

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn scraped(serving: &Serving, token: &str) -> String {
    let (status, text) = serving.get(Some(token), "/metrics").unwrap();
    assert_eq!(status, 200, "{text}");
    text
}

/// The value of a series, by the whole of its name and labels.
fn value(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    line.parse().ok()
}

fn metrics_are_for_those_who_run_the_service(site: &Site) {
    let [chamber, ..] = set_up(site);
    let admin = newcomer(site, &chamber, "NETWORK_ADMIN");
    let serving = site.serve();
    for token in [None, Some(admin.as_str()), Some("prometheus-0123456789")] {
        assert_eq!(serving.get(token, "/metrics").unwrap().0, 404, "closed when nothing is set");
    }
    assert_eq!(serving.stop(), Some(0));

    let mut command = site.command(&["serve"]);
    command.env("VINCULO_LISTEN", "127.0.0.1:0").env("VINCULO_METRICS_LISTEN", "127.0.0.1:0");
    command.env("VINCULO_METRICS_TOKEN", "prometheus-0123456789");
    let serving = Serving::start(command);
    let token = "prometheus-0123456789";
    for wrong in [None, Some(admin.as_str()), Some("prometheus-012345678"), Some(""), Some("x")] {
        assert_eq!(serving.get(wrong, "/metrics").unwrap().0, 401, "{wrong:?}");
    }
    let basic = "GET /metrics HTTP/1.1\r\nAuthorization: Basic prometheus-0123456789\r\n";
    assert_eq!(serving.send(basic, "").unwrap().0, 401);
    let twice = format!(
        "GET /metrics HTTP/1.1\r\nAuthorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n"
    );
    assert_eq!(serving.send(&twice, "").unwrap().0, 401);
    let parameter = format!("/metrics?token={token}&access_token={token}");
    assert_eq!(serving.get(None, &parameter).unwrap().0, 401);
    let post = format!("POST /metrics HTTP/1.1\r\nAuthorization: Bearer {token}\r\n");
    assert_eq!(serving.send(&post, "").unwrap().0, 405);
    // It is no token of the network.
    assert_eq!(serving.ask(Some(token), "{ viewer { person } }", &json!({})).unwrap().status, 401);

    let query = "query Everybody { organizations { totalCount } }";
    for token in [None, None, Some(admin.as_str())] {
        serving.ask(token, query, &json!({})).unwrap().data();
    }
    assert_eq!(
        serving.ask(None, "query Wrong { nothing }", &json!({})).unwrap().code(),
        "GRAPHQL_VALIDATION_FAILED"
    );
    // What it does by itself may have just begun.
    let ran = "vinculo_task_runs_total{task=\"clockwork\",outcome=\"ok\"}";
    let mut texts = (0..5_000).map(|_| scraped(&serving, token));
    let text = texts.find(|text| value(text, ran).is_some()).expect("the clockwork runs");
    for (role, count) in [("NOBODY", 2.0), ("NETWORK_ADMIN", 1.0)] {
        let series = format!(
            "vinculo_operations_total{{operation=\"Everybody\",kind=\"query\",transport=\"http\",\
             role=\"{role}\",outcome=\"ok\"}}"
        );
        assert_eq!(value(&text, &series), Some(count), "{role}: {text}");
    }
    let refused = "vinculo_operations_total{operation=\"other\",kind=\"query\",transport=\"http\",\
        role=\"NOBODY\",outcome=\"GRAPHQL_VALIDATION_FAILED\"}";
    assert_eq!(value(&text, refused), Some(1.0), "{text}");
    let timed = "operation=\"Everybody\",kind=\"query\",transport=\"http\"";
    assert_eq!(
        value(&text, &format!("vinculo_operation_duration_seconds_count{{{timed}}}")),
        Some(3.0)
    );
    let costing = "vinculo_operation_cost_points_count{operation=\"Everybody\",kind=\"query\"}";
    assert_eq!(value(&text, costing), Some(3.0));
    assert_eq!(value(&text, "vinculo_operations_in_flight_limit"), Some(256.0));
    assert_eq!(value(&text, "vinculo_operations_in_flight"), Some(0.0));
    assert_eq!(value(&text, "vinculo_database_up"), Some(1.0));
    assert_eq!(value(&text, "vinculo_follower_lag_seconds{follower=\"index\"}"), Some(0.0));
    for kind in ["need", "offer", "capability", "ip_asset"] {
        let series = format!("vinculo_index_records{{kind=\"{kind}\"}}");
        assert_eq!(value(&text, &series), Some(0.0), "{text}");
    }
    assert!(value(&text, "vinculo_database_statements_total") > Some(5.0), "{text}");
    let wanted = "vinculo_http_requests_total{route=\"/metrics\",status=\"401\"}";
    assert_eq!(value(&text, wanted), Some(8.0), "{text}");
    everything_that_is_written_about_is_there(&text);

    // The address of its own: for whoever gets there, and nothing else is there.
    let said = serving.said();
    let line = said.lines().find(|line| line.contains("metrics are read here")).expect(&said);
    let start = line.find("127.0.0.1:").unwrap();
    let own: String =
        line[start..].chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect();
    let get = |path: &str| tests::binary::get(&own, path).unwrap();
    let (status, own_text) = get("/metrics");
    assert!(status == 200 && own_text.contains("vinculo_operations_in_flight"), "{own_text}");
    for path in ["/", "/graphql", "/health/live", "/schema.graphql"] {
        assert_eq!(get(path).0, 404, "{path}");
    }
    assert_eq!(serving.stop(), Some(0));
}

/// What the operator's guide names is told, by its name.
fn everything_that_is_written_about_is_there(metrics: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let named: BTreeSet<&str> = guide
        .split(|c: char| !letter(c))
        .filter(|word| word.starts_with("vinculo_") && *word != "vinculo_committed")
        .collect();
    assert!(named.len() > 15, "{named:?}");
    let told: BTreeSet<&str> = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    let is_told = |name: &&str| {
        let ends = ["", "_total", "_bucket", "_count", "_sum", "_info"];
        ends.iter().any(|end| name.strip_suffix(end).is_some_and(|name| told.contains(name)))
    };
    let unknown: Vec<_> = named.iter().filter(|name| !is_told(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?} of {told:?}");
    let unnamed: Vec<_> =
        told.iter().filter(|name| !named.iter().any(|word| word.starts_with(*name))).collect();
    assert!(unnamed.is_empty(), "docs/operations.md says nothing of {unnamed:?}");
}

/// A collector of traces: what was sent to it.
struct Collector {
    endpoint: String,
    got: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let got: Arc<Mutex<Vec<u8>>> = Arc::default();
        let keep = got.clone();
        // Ends with the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let keep = keep.clone();
                std::thread::spawn(move || collect(stream, &keep));
            }
        });
        Self { endpoint, got }
    }

    fn got(&self) -> Vec<u8> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn collect(mut stream: TcpStream, keep: &Mutex<Vec<u8>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        for line in head.to_lowercase().lines() {
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let mut keep = keep.lock().unwrap_or_else(PoisonError::into_inner);
        keep.extend_from_slice(head.as_bytes());
        keep.extend_from_slice(&body);
        drop(keep);
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// How every word begins that must not be told.
const CANARY: &str = "quetzal";

fn nothing_that_somebody_sends_is_told(site: &Site) {
    let [chamber, ott, company] = set_up(site);
    let member = newcomer(site, &company, "MEMBER_USER");
    let admin = newcomer(site, &chamber, "CHAMBER_ADMIN");
    let officer = newcomer(site, &ott, "OTT_OFFICER");
    let collector = Collector::start();
    let mut command = site.command(&["serve"]);
    command
        .env("VINCULO_LISTEN", "127.0.0.1:0")
        .env("VINCULO_LOG_FORMAT", "json")
        .env("VINCULO_LOG", "info,api=trace,entity=trace,async_graphql=trace,sea_orm=debug")
        .env("VINCULO_METRICS_TOKEN", "quetzal-prometheus")
        .env("VINCULO_TRACES_AUTHORIZATION", "Bearer quetzal-collector")
        .env("VINCULO_TRACES_ENDPOINT", &collector.endpoint);
    let serving = Serving::start(command);

    let mut number = 0;
    let mut canary = || {
        number += 1;
        format!("{CANARY}{number}")
    };
    // Variables that fit, that do not, and that the database would not take.
    let draft = "mutation DraftIt($input: DraftNeedInput!) { draftNeed(input: $input) { \
        need { id version } userErrors { code field message } } }";
    let mut input = with(text(), json!({ "company": company }));
    for field in ["title", "summary", "description", "confidentialAnnex", "partnerRole"] {
        input[field] = json!({ "es": canary() });
    }
    let drafted = serving.ask(Some(&member), draft, &json!({ "input": input })).unwrap();
    assert_eq!(drafted.outcome(), "DONE", "{:#}", drafted.body);
    let need = drafted.root()["need"]["id"].as_str().unwrap().to_owned();
    let long = canary().repeat(2_000);
    let (nul, stray) = (format!("{}\0", canary()), canary());
    for (field, value) in [
        ("title", json!({ "es": long })),
        ("title", json!({ "es": nul })),
        ("title", json!(canary())),
        ("scian", json!([canary()])),
        ("company", json!(canary())),
        ("acceptedTrlMin", json!(canary())),
        ("type", json!(canary())),
        ("deadlineForInterest", json!(canary())),
        (stray.as_str(), json!(1)),
    ] {
        let input = with(input.clone(), json!({ field: value }));
        let answer = serving.ask(Some(&member), draft, &json!({ "input": input })).unwrap();
        assert_ne!(answer.outcome(), "DONE", "{field}");
    }
    let read = "query Reading($id: ID!, $after: String, $text: String, $first: Int) { \
        need(id: $id) { title } search(text: \"quetzal-literal\") { totalCount } \
        needs(after: $after, first: $first, filter: { text: $text }) { totalCount } }";
    for variables in [
        json!({ "id": canary(), "text": canary() }),
        json!({ "id": need, "after": canary(), "text": canary() }),
        json!({ "id": need, "first": canary() }),
        json!({ "id": need, "text": format!("{}\0", canary()) }),
        json!({ "id": need, canary(): canary() }),
        json!({ "id": [canary()] }),
    ] {
        serving.ask(Some(&member), read, &variables).unwrap();
    }
    let variables = format!("%7B%22id%22%3A%22{}%22%7D", canary());
    let query = "query%20ByAddress(%24id%3A%20ID!)%7Bneed(id%3A%24id)%7Btitle%7D%7D";
    let got = serving.get(None, &format!("/graphql?query={query}&variables={variables}")).unwrap();
    assert_eq!(got.0, 200, "{}", got.1);
    let message = "mutation Say($i: ID!, $t: String!) { sendMessage(input: { \
        interest: $i, level: INTRODUCED, text: $t }) { userErrors { code } } }";
    serving.ask(Some(&officer), message, &json!({ "i": canary(), "t": canary() })).unwrap();
    // What is no request at all.
    let head = "POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\n";
    for body in
        [canary(), format!("{{\"query\": \"{{ {} }}\"}}", canary()), format!("[\"{}\"]", canary())]
    {
        serving.send(head, &body).unwrap();
    }
    // Tokens, also wrong ones, and where they do not belong.
    for token in [format!("{}.{}.{}", canary(), canary(), canary()), canary(), format!("{member}x")]
    {
        assert_eq!(serving.ask(Some(&token), "{ __typename }", &json!({})).unwrap().status, 401);
    }
    serving.get(None, &format!("/graphql?query=%7B__typename%7D&access_token={member}")).unwrap();
    let form = "POST /oauth/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let made = "mutation Let($input: CreateApiClientInput!) { createApiClient(input: $input) { \
        apiClient { id } secret userErrors { code } } }";
    let input = json!({ "organization": chamber, "role": "CHAMBER_LIAISON", "name": canary(), "scopes": ["READ_NETWORK"] });
    let made = serving.ask(Some(&admin), made, &json!({ "input": input })).unwrap();
    assert_eq!(made.outcome(), "DONE", "{:#}", made.body);
    let secret = made.root()["secret"].as_str().unwrap().to_owned();
    let id = made.root()["apiClient"]["id"].as_str().unwrap().to_owned();
    let credentials = |secret: &str| {
        format!("grant_type=client_credentials&client_id={id}&client_secret={secret}")
    };
    let (status, machine) = serving.send(form, &credentials(&secret)).unwrap();
    assert_eq!(status, 200, "{machine}");
    let machine: Value = serde_json::from_str(&machine).unwrap();
    let machine = machine["access_token"].as_str().unwrap().to_owned();
    serving
        .ask(Some(&machine), "query AsMachine { viewer { client } }", &json!({}))
        .unwrap()
        .data();
    assert_eq!(serving.send(form, &credentials(&canary())).unwrap().0, 401);
    // Files: names, and links that let whoever has them fetch the bytes.
    let (bytes, link) = attached(&serving, &member, &need, &canary());
    let put = format!("PUT {link} HTTP/1.1\r\n");
    assert_eq!(serving.send(&put, &bytes).unwrap().0, 204);
    let signature = link.split("link=").nth(1).unwrap().to_owned();
    // Over a socket, and as events.
    let address = serving.address.clone();
    let (words, token) = ([canary(), canary()], member.clone());
    actix_web::rt::System::new().block_on(async {
        let door = Door { address: address.parse().unwrap() };
        let mut socket = door.socket(Some(&token)).await;
        let query = "query OverSocket($id: ID!) { need(id: $id) { title } }";
        socket.subscribe(&words[0], query, json!({ "id": words[1] })).await;
        socket.next(&words[0]).await;
        let query =
            "subscription Following($t: String) { needPublished(filter: { text: $t }) { cursor } }";
        let mut events = door.events(Some(&token), query, json!({ "t": words[1] })).await;
        assert!(events.chunk().await.is_some());
    });
    // One that goes on where somebody else began.
    let parent = format!("traceparent: 00-{TRACE}-b7ad6b7169203331-01\r\n");
    let head = format!("{head}{parent}Authorization: Bearer {member}\r\n");
    let body = json!({ "query": "query Continued($id: ID!) { need(id: $id) { title } }", "variables": { "id": need } });
    let (status, answer) = serving.send(&head, &body.to_string()).unwrap();
    assert!(status == 200 && answer.contains(CANARY), "{answer}");
    bounded(&serving.address);

    let metrics = scraped(&serving, "quetzal-prometheus");
    let operations = names(&metrics);
    assert!(operations.contains("DraftIt") && operations.contains("AsMachine"), "{operations:?}");
    assert!(operations.contains("OverSocket") && operations.contains("Following"));
    assert!(operations.contains("other") && operations.len() <= 102, "{operations:?}");
    let series = metrics.lines().filter(|line| !line.starts_with('#')).count();
    assert!(series < 5_000, "{series}");
    let said = serving.said_in_all();
    let traces = collector.got();

    // They tell what they should…
    let line =
        said.lines().find(|line| line.contains("\"operation\":\"DraftIt\"")).expect("a line");
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["role"], "MEMBER_USER");
    assert_eq!((&line["kind"], &line["outcome"]), (&json!("mutation"), &json!("ok")));
    assert!(line["cost"].as_u64() > Some(9) && line["duration_us"].is_u64(), "{line:#}");
    assert!(line["request_id"].is_string() && line["trace_id"].is_string(), "{line:#}");
    assert!(said.contains(TRACE));
    let trace: Vec<u8> = (0..16)
        .map(|byte| u8::from_str_radix(&TRACE[2 * byte..2 * byte + 2], 16).unwrap())
        .collect();
    assert!(holds(&traces, &trace), "the trace that somebody else began goes on");
    for word in [
        "POST /graphql",
        "DraftIt",
        "OverSocket",
        "db.query.text",
        "INSERT INTO \"need\"",
        "FROM \"need\"",
        "MEMBER_USER",
        "authorization: Bearer quetzal-collector",
    ] {
        assert!(holds(&traces, word.as_bytes()), "{word} in no trace");
    }
    // …and nothing else. The collector knows its own secret.
    let own = b"Bearer quetzal-collector";
    let times =
        |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).filter(|w| *w == word).count();
    assert_eq!(times(&traces, CANARY.as_bytes()), times(&traces, own), "a canary in a trace");
    let found = said.lines().find(|line| line.contains(CANARY));
    assert_eq!(found, None, "a canary in the log");
    assert!(!metrics.contains(CANARY), "a canary in the metrics");
    for secret in [&member, &admin, &officer, &machine, &secret, &signature] {
        let tail = &secret[secret.len() - 20..];
        assert!(!said.contains(tail), "a token in the log");
        assert!(!metrics.contains(tail) && !holds(&traces, tail.as_bytes()), "a token is told");
    }
}

/// Announces a file: its bytes, and the link to which they go.
fn attached(serving: &Serving, token: &str, need: &str, title: &str) -> (String, String) {
    let bytes = format!("%PDF-1.4\n{title}\n%%EOF\n");
    let sha: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let ask = "mutation Attach($input: AttachDocumentInput!) { attachDocument(input: $input) { \
        uploadUrl document { id } userErrors { code field message } } }";
    let input = json!({ "record": need, "level": "CONFIDENTIAL", "title": { "es": title },
        "fileName": format!("{title}.pdf"), "sizeBytes": bytes.len(), "sha256": sha });
    let answer = serving.ask(Some(token), ask, &json!({ "input": input })).unwrap();
    assert_eq!(answer.outcome(), "DONE", "{:#}", answer.body);
    (bytes, answer.root()["uploadUrl"].as_str().unwrap().to_owned())
}

/// A thousand operations with invented names, one after the other on one connection; ten thousand
/// are counted where the labels are made.
fn bounded(address: &str) {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    for number in 0..1_000 {
        let body = format!("{{\"query\":\"query Invented{number}{{__typename}}\"}}");
        let length = body.len();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(reader.read_line(&mut line).unwrap() > 0, "it hangs up");
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer).unwrap();
        assert_eq!(answer, br#"{"data":{"__typename":"Query"}}"#);
    }
}

/// The names of operations that have series.
fn names(metrics: &str) -> BTreeSet<&str> {
    metrics
        .lines()
        .filter(|line| line.starts_with("vinculo_operations_total{operation="))
        .filter_map(|line| line.split('"').nth(1))
        .collect()
}

/// Runs one of the scripts for operators as they do.
fn script(site: &Site, name: &str, folder: &str) -> Ran {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts").join(name);
    let mut command = Command::new(path);
    command.arg(folder).env("VINCULO_DATA_DIR", &site.folder).current_dir(&site.folder);
    command.env_remove("VINCULO_DOCUMENTS_DIRECTORY").env("VINCULO_DATABASE_URL", &site.url);
    Ran::from(command.output().unwrap())
}

fn what_was_backed_up_is_restored(site: &Site) {
    let [chamber, _, company] = set_up(site);
    let member = newcomer(site, &company, "MEMBER_USER");
    let liaison = newcomer(site, &chamber, "CHAMBER_LIAISON");
    let serving = site.serve();
    let draft = |serving: &Serving, title: &str| -> Answer {
        let ask = "mutation($input: DraftNeedInput!) { draftNeed(input: $input) { \
            need { id version } userErrors { code field message } } }";
        let input = with(text(), json!({ "company": company, "title": { "es": title } }));
        serving.ask(Some(&member), ask, &json!({ "input": input })).unwrap()
    };
    let titles = |serving: &Serving| -> Vec<String> {
        let ask = "{ needs(first: 100) { nodes { title } } }";
        let seen = serving.ask(Some(&member), ask, &json!({})).unwrap();
        let nodes = seen.root()["nodes"].as_array().unwrap().clone();
        let mut titles: Vec<_> =
            nodes.iter().map(|node| node["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles
    };
    let before = draft(&serving, "Antes").root()["need"]["id"].as_str().unwrap().to_owned();
    let (bytes, link) = attached(&serving, &member, &before, "Balance");
    assert_eq!(serving.send(&format!("PUT {link} HTTP/1.1\r\n"), &bytes).unwrap().0, 204);
    // While the service runs, and somebody writes all the time.
    let backup = site.folder.join("copia").display().to_string();
    let going = std::sync::atomic::AtomicBool::new(true);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 0;
            while number < 80 && going.load(std::sync::atomic::Ordering::SeqCst) {
                assert_eq!(draft(&serving, &format!("Durante {number:04}")).outcome(), "DONE");
                number += 1;
            }
        });
        let ran = script(site, "backup", &backup);
        going.store(false, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    });
    assert_eq!(draft(&serving, "Después").outcome(), "DONE");
    let all = titles(&serving);
    // Nothing is written over.
    for (name, word) in [("backup", "is there already"), ("restore", "is there already")] {
        let ran = script(site, name, &backup);
        assert!(ran.code == Some(1) && ran.err.contains(word), "{name}: {}", ran.err);
    }
    assert_eq!(serving.stop(), Some(0));

    // Another machine.
    let Some(other) = site.another() else { return };
    let file = Path::new(&backup).join("SHA256SUMS");
    let sums = std::fs::read_to_string(&file).unwrap();
    let other_digit = if sums.starts_with('0') { '1' } else { '0' };
    std::fs::write(&file, format!("{other_digit}{}", &sums[1..])).unwrap();
    let ran = script(&other, "restore", &backup);
    assert!(ran.code == Some(1) && ran.err.contains("not whole"), "{}", ran.err);
    std::fs::write(&file, sums).unwrap();
    let ran = script(&other, "restore", &backup);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let again = script(&other, "restore", &backup);
    assert_eq!(again.code, Some(1), "twice is not once: {}", again.err);
    assert!(other.does(&["migrate", "status"]).lines().all(|line| line.starts_with("done")));
    let serving = other.serve();
    // The same key: tokens go on to count. What was confirmed before the backup began is there,
    // and of what came meanwhile a beginning without a gap.
    let found = titles(&serving);
    assert!(found.contains(&"Antes".to_owned()) && !found.contains(&"Después".to_owned()));
    let during = found.len() - 1;
    let expected: Vec<_> = (0..during).map(|number| format!("Durante {number:04}")).collect();
    assert_eq!(found[1..], expected, "of {}", all.len());
    let ask = format!("{{ need(id: \"{before}\") {{ documents {{ title url }} }} }}");
    let seen = serving.ask(Some(&member), &ask, &json!({})).unwrap();
    let url = seen.root()["documents"][0]["url"].as_str().expect("a link").to_owned();
    assert_eq!(serving.get(None, &url).unwrap(), (200, bytes));
    // Life goes on: folios, events, those who follow them.
    let after = draft(&serving, "Caldera de biogás");
    assert_eq!(after.outcome(), "DONE", "{:#}", after.body);
    let need = after.root()["need"].clone();
    let consent = "mutation($input: NeedVersionInput!) { submitNeed(input: $input) { \
        need { id version } userErrors { code message } } }";
    let input = json!({ "id": need["id"], "expectedVersion": need["version"] });
    let told = serving.ask(Some(&member), consent, &json!({ "input": input })).unwrap();
    assert_eq!(told.outcome(), "DONE", "{:#}", told.body);
    let need = told.root()["need"].clone();
    let publish = "mutation($input: NeedVersionInput!) { publishNeed(input: $input) { \
        need { id } userErrors { code message } } }";
    let input = json!({ "id": need["id"], "expectedVersion": need["version"] });
    let told = serving.ask(Some(&liaison), publish, &json!({ "input": input })).unwrap();
    assert_eq!(told.outcome(), "DONE", "{:#}", told.body);
    let found = (0..5_000).any(|_| {
        let ask = "{ search(text: \"caldera\") { totalCount } }";
        serving.ask(None, ask, &json!({})).unwrap().root()["totalCount"] == 1
    });
    assert!(found, "what is published after a restore is found");
    assert_eq!(serving.stop(), Some(0));
    // An operator makes the followers read everything again, as the guide says.
    let again = "UPDATE follower SET xid = 0, seq = 0";
    let ran = if other.url.starts_with("sqlite") {
        Command::new("sqlite3").arg(other.folder.join("vinculo.db")).arg(again).output()
    } else {
        Command::new("psql").args(["--no-psqlrc", "-c", again, &other.url]).output()
    };
    assert!(ran.unwrap().status.success());
    let serving = other.serve();
    assert_eq!(titles(&serving).len(), during + 2);
    assert_eq!(serving.stop(), Some(0));
}
