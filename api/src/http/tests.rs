//! The envelope from outside, over a small schema.

mod socket;
pub(super) mod stub;

use std::{
    fmt::Write as _,
    pin::Pin,
    sync::{Arc, Mutex, atomic::Ordering::SeqCst},
    time::{Duration, Instant},
};

use actix_web::{
    dev::{Service as _, ServiceResponse},
    http::{Method, header::HeaderMap},
    test::{TestRequest, init_service, read_body},
};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

use super::*;
use crate::token::{
    LocalKey,
    tests::{issuers, local_key, noon},
};

/// What came back.
struct Answer {
    status: u16,
    headers: HeaderMap,
    /// As the log has it.
    outcome: Option<String>,
    bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.bytes)))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn all(&self, name: &str) -> String {
        let all: Vec<_> = self.headers.get_all(name).map(|v| v.to_str().unwrap()).collect();
        all.join(", ")
    }

    fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or("none").to_owned()
    }
}

struct House {
    service: stub::Stub,
    settings: HttpSettings,
    key: LocalKey,
}

impl House {
    fn new() -> Self {
        let (key, directory) = local_key();
        std::fs::remove_dir_all(directory).unwrap();
        let gate = Arc::new(Semaphore::new(0));
        let trusted = Arc::default();
        let service = stub::Stub { now: noon(), anonymous: true, unready: None, gate, trusted };
        let settings =
            HttpSettings { anonymous_introspection: true, workers: 1, ..HttpSettings::default() };
        Self { service, settings, key }
    }

    fn token(&self, subject: &str) -> String {
        self.key.sign(subject, &[], noon(), TimeDelta::seconds(900)).unwrap()
    }

    fn app(&self) -> App {
        let examples = "[1]".to_owned();
        let backend = (stub::build(), self.service.clone());
        let settings = self.settings.clone();
        App::over(backend, stub::sdl(), issuers(&self.key), settings, examples).unwrap()
    }

    async fn call(&self, request: TestRequest) -> Answer {
        call(&web::Data::new(self.app()), request).await
    }

    async fn ask(&self, query: &str) -> Answer {
        self.call(post(&json!({ "query": query }))).await
    }
}

async fn call(app: &web::Data<App>, request: TestRequest) -> Answer {
    let service = init_service(actix_web::App::new().configure(configure(app.clone()))).await;
    let response: ServiceResponse = service
        .call(request.to_request())
        .await
        .unwrap_or_else(|error| panic!("{error}"))
        .map_into_boxed_body();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let outcome = log::Summary::of(response.request()).borrow().outcome.clone();
    Answer { status, headers, outcome, bytes: read_body(response).await.to_vec() }
}

fn raw() -> TestRequest {
    TestRequest::post().uri("/graphql").insert_header(("content-type", "application/json"))
}

fn post(body: &Json) -> TestRequest {
    raw().set_payload(body.to_string())
}

fn get(query: &str) -> TestRequest {
    TestRequest::get().uri(&format!("/graphql?query={query}"))
}

const RESPONSE: (&str, &str) = ("accept", "application/graphql-response+json");

#[actix_web::test]
async fn an_answer_has_the_type_that_was_asked_for() {
    let house = House::new();
    let body = json!({"query": "{ echo(text: \"hi\") }"});
    let answer = house.call(post(&body)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(answer.all("vary"), "accept, authorization");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("server"), None);
    assert_eq!(answer.bytes, br#"{"data":{"echo":"hi"}}"#);

    let answer = house.call(post(&body).insert_header(RESPONSE)).await;
    let kind = "application/graphql-response+json; charset=utf-8";
    assert_eq!(answer.header("content-type"), Some(kind));

    let answer = house.call(post(&body).insert_header(("accept", "text/event-stream"))).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")));
    let whole = b"event: next\ndata: {\"data\":{\"echo\":\"hi\"}}\n\nevent: complete\ndata:\n\n";
    assert_eq!(answer.bytes, whole);

    let answer = house.call(post(&body).insert_header(("accept", "text/html"))).await;
    assert_eq!(answer.status, 406);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.json()["status"], 406);
    assert_eq!(answer.all("vary"), "accept");
}

#[actix_web::test]
async fn only_json_bodies_are_read() {
    let house = House::new();
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "application/json;charset=latin1"]
    {
        let request = TestRequest::post().uri("/graphql").insert_header(("content-type", kind));
        let answer = house.call(request.set_payload(r#"{"query":"{echo}"}"#)).await;
        assert_eq!(answer.status, 415, "{kind}");
    }
    let answer = house.call(TestRequest::post().uri("/graphql").set_payload("{}")).await;
    assert_eq!(answer.status, 415);
}

#[actix_web::test]
async fn the_status_follows_the_table() {
    let mut house = House::new();
    for (body, json, response, draft, code) in [
        ("{", 400, 400, 400, "GRAPHQL_PARSE_FAILED"),
        ("[]", 400, 400, 422, "BAD_USER_INPUT"),
        (r#"[{"query":"{echo}"}]"#, 400, 400, 422, "BAD_USER_INPUT"),
        (r#"{"query":7}"#, 400, 400, 422, "BAD_USER_INPUT"),
        (r#"{"query":"{"}"#, 200, 400, 400, "GRAPHQL_PARSE_FAILED"),
        (r#"{"query":"{nothing}"}"#, 200, 400, 422, "GRAPHQL_VALIDATION_FAILED"),
        (r#"{"query":"query($a:Int!){show(ratio:$a)}"}"#, 200, 400, 422, "BAD_USER_INPUT"),
        (r#"{"query":"{echo}","operationName":"A"}"#, 400, 400, 422, "BAD_USER_INPUT"),
        (r#"{"query":"{forbidden}"}"#, 200, 200, 200, "FORBIDDEN"),
        (r#"{"query":"{echo}"}"#, 200, 200, 200, "none"),
    ] {
        let mut found = Vec::new();
        for (draft, accept) in
            [(false, "application/json"), (false, RESPONSE.1), (true, RESPONSE.1)]
        {
            house.settings.draft_status_codes = draft;
            let request = raw().insert_header(("accept", accept)).set_payload(body);
            let answer = house.call(request).await;
            assert_eq!(answer.code(), code, "{body}");
            let executed = matches!(code, "none" | "FORBIDDEN");
            assert_eq!(answer.json().get("data").is_some(), executed, "{body}");
            found.push(answer.status);
        }
        assert_eq!(found, [json, response, draft], "{body}");
    }
}

#[actix_web::test]
async fn errors_have_a_code_and_a_text_that_may_be_read() {
    let house = House::new();
    let answer = house.ask("{ echo leak }").await;
    let error = &answer.json()["errors"][0];
    assert_eq!(error["extensions"]["code"], "INTERNAL");
    assert_eq!(error["extensions"]["reference"].as_str().unwrap().len(), 32);
    assert_eq!(error["message"], "something went wrong on our side");
    assert_eq!(error["path"], json!(["leak"]));
    assert_eq!(error["locations"], json!([{"line": 1, "column": 8}]));
    assert_eq!(answer.json()["data"], json!({"echo": null, "leak": null}));

    // Where a nullable field fails, the error stands inside the option.
    assert_eq!(
        house.ask("{ echo forbidden }").await.json()["data"],
        json!({"echo": null, "forbidden": null})
    );
    assert_eq!(house.ask("{ echo forbiddenUp }").await.json()["data"], Json::Null);

    let answer = house.ask("{ thinge { name } }").await;
    let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("thinge") && !message.contains("Did you mean"), "{message}");

    // A value that the schema refuses, and ones that only their scalar knows.
    let answer = house.ask("{ show(input: {title: 7}) }").await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
    assert_eq!(answer.json()["errors"][0]["extensions"]["field"], json!(["input", "title"]));
    assert_eq!(house.ask("{ at(times: [\"soon\"]) }").await.code(), "BAD_USER_INPUT");
    let times =
        json!({"query": "query ($t: [DateTime!]) { at(times: $t) }", "variables": {"t": ["x"]}});
    assert_eq!(house.call(post(&times)).await.code(), "BAD_USER_INPUT");

    let many = (0..30).fold(String::new(), |all, n| format!("{all} nothing{n}"));
    let answer = house.ask(&format!("{{ thing {{ {many} }} }}")).await;
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 20);
    assert_eq!(answer.json()["extensions"]["errorsOmitted"], 10);

    let long = "x".repeat(100_000);
    let answer = house.ask(&format!("{{ {long} }}")).await;
    assert!(answer.bytes.len() < 1_000, "{}", answer.bytes.len());
}

#[actix_web::test]
async fn get_is_for_queries() {
    let house = House::new();
    let answer = house.call(get("%7Becho(text:%22a%22)%7D")).await;
    assert_eq!((answer.status, &answer.json()["data"]["echo"]), (200, &json!("a")));
    let variables = "query($t:String)%7Becho(text:$t)%7D&variables=%7B%22t%22:%22b%22%7D";
    assert_eq!(house.call(get(variables)).await.json()["data"]["echo"], "b");

    let done = stub::DONE.load(SeqCst);
    for query in ["mutation%7Bact%7Bname%7D%7D", "subscription%7Ba%7D"] {
        let answer = house.call(get(query).insert_header(RESPONSE)).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{query}");
    }
    assert_eq!(stub::DONE.load(SeqCst), done);

    let two = "query%20A%7Becho%7D%20mutation%20B%7Bpanic%7D&operationName=";
    assert_eq!(house.call(get(&format!("{two}A"))).await.status, 200);
    assert_eq!(house.call(get(&format!("{two}B"))).await.status, 405);
    assert_eq!(house.call(TestRequest::get().uri("/graphql")).await.status, 400);
    let long = format!("%7Becho%7D&x={}", "a".repeat(17_000));
    assert_eq!(house.call(get(&long)).await.status, 414);
}

#[actix_web::test]
async fn other_methods_and_paths_are_told() {
    let house = House::new();
    for (method, path, status, allow) in [
        (Method::PUT, "/graphql", 405, Some("GET, POST, OPTIONS")),
        (Method::DELETE, "/graphql", 405, Some("GET, POST, OPTIONS")),
        (Method::OPTIONS, "/graphql", 405, Some("GET, POST, OPTIONS")),
        (Method::POST, "/health/live", 405, Some("GET, HEAD")),
        (Method::POST, "/documents/doc_1", 405, Some("GET, PUT, OPTIONS")),
        (Method::GET, "/documents/doc_1", 403, None),
        (Method::GET, "/documents/", 404, None),
        (Method::GET, "/nowhere", 404, None),
        (Method::GET, "/graphql/", 404, None),
    ] {
        let answer = house.call(TestRequest::with_uri(path).method(method.clone())).await;
        assert_eq!((answer.status, answer.header("allow")), (status, allow), "{method} {path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.json()["instance"].as_str(), answer.header("x-request-id"));
    }
}

#[actix_web::test]
async fn files_are_told_like_everything() {
    let house = House::new();
    let put = || TestRequest::put().uri("/documents/doc_1?link=a.b").set_payload("a");
    assert_eq!(house.call(put()).await.status, 403);
    let bad = house.call(put().insert_header(("authorization", "Bearer x.y.z"))).await;
    let told = "Bearer error=\"invalid_token\"";
    assert_eq!((bad.status, bad.header("www-authenticate")), (401, Some(told)));
    let packed = house.call(put().insert_header(("content-encoding", "gzip"))).await;
    assert_eq!((packed.status, packed.json()["status"].as_u64()), (415, Some(415)));
    let app = web::Data::new(house.app());
    let most = u32::try_from(transfer::MOST_UPLOADS).unwrap();
    let all = app.uploads.acquire_many(most).await.unwrap();
    let busy = call(&app, put()).await;
    assert_eq!((busy.status, busy.header("retry-after")), (503, Some("5")));
    drop(all);
    assert_eq!(call(&app, put()).await.status, 403);
}

#[actix_web::test]
async fn bodies_have_a_limit_also_when_compressed() {
    let mut house = House::new();
    house.settings.limits.body_bytes = 300_000;
    let fits = json!({"query": "{echo}", "pad": "a".repeat(290_000)}).to_string();
    let long = json!({"query": "{echo}", "pad": "a".repeat(300_000)}).to_string();
    assert_eq!(house.call(raw().set_payload(fits.clone())).await.status, 200);
    let answer = house.call(raw().set_payload(long.clone())).await;
    assert_eq!((answer.status, answer.json()["status"].as_u64()), (413, Some(413)));

    let gzip = || raw().insert_header(("content-encoding", "gzip"));
    assert_eq!(
        house.call(gzip().set_payload(packed(fits.clone().into_bytes()).await)).await.status,
        200
    );
    let bomb = packed(vec![b' '; 50_000_000]).await;
    assert!(bomb.len() < 299_000, "{}", bomb.len());
    assert_eq!(house.call(gzip().set_payload(bomb)).await.status, 413);
    assert_eq!(house.call(gzip().set_payload("not gzip")).await.status, 400);
    for encoding in ["br", "deflate", "gzip, gzip", "compress"] {
        let request = raw().insert_header(("content-encoding", encoding));
        let answer = house.call(request.set_payload(fits.clone())).await;
        assert_eq!((answer.status, answer.header("accept-encoding")), (415, Some("gzip")));
    }
    let request = raw().insert_header(("content-encoding", "identity"));
    assert_eq!(house.call(request.set_payload(fits)).await.status, 200);
}

/// The bytes as gzip, by the compressor for answers.
async fn packed(bytes: Vec<u8>) -> Vec<u8> {
    let bytes = web::Bytes::from(bytes);
    let echo = web::to(move || std::future::ready(HttpResponse::Ok().body(bytes.clone())));
    let app = actix_web::App::new().wrap(Compress::default()).default_service(echo);
    let service = init_service(app).await;
    let request = TestRequest::get().insert_header(("accept-encoding", "gzip")).to_request();
    read_body(service.call(request).await.unwrap()).await.to_vec()
}

#[actix_web::test]
async fn long_answers_are_compressed_on_request() {
    let house = House::new();
    let ask = |query: &str, encoding: &'static str| {
        post(&json!({ "query": query })).insert_header(("accept-encoding", encoding))
    };
    let answer = house.call(ask("{long}", "gzip")).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(answer.all("vary"), "accept, authorization, accept-encoding");
    assert!(answer.bytes.len() < 1_000 && answer.bytes.starts_with(&[0x1f, 0x8b]));
    let answer = house.call(ask("{echo}", "gzip")).await;
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(answer.json()["data"], json!({"echo": null}));
    let answer = house.ask("{long}").await;
    assert_eq!((answer.header("content-encoding"), answer.bytes.len() > 4_000), (None, true));
}

#[actix_web::test]
async fn a_packed_answer_has_a_tag_of_its_own() {
    let house = House::new();
    let plain = house.call(get("%7Blong%7D")).await.header("etag").unwrap().to_owned();
    let packed = || get("%7Blong%7D").insert_header(("accept-encoding", "gzip"));
    let answer = house.call(packed()).await;
    let tag = plain.replacen('"', "", 1).replace('"', "-gzip\"");
    assert_eq!(answer.header("etag"), Some(format!("\"{tag}").as_str()));
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    // Whichever of both somebody has, it is named, and nothing is sent.
    for known in [plain.clone(), format!("\"{tag}")] {
        let answer = house.call(packed().insert_header(("if-none-match", known.clone()))).await;
        assert_eq!((answer.status, answer.header("etag")), (304, Some(known.as_str())));
        assert_eq!((answer.header("content-encoding"), answer.bytes.len()), (None, 0));
        assert_eq!(answer.header("content-type"), None);
    }
    assert_eq!(
        house.call(get("%7Becho%7D")).await.all("vary"),
        "accept, authorization, x-vinculo-cost, accept-encoding"
    );
}

#[actix_web::test]
async fn a_token_counts_and_a_bad_one_is_never_nobody() {
    let mut house = House::new();
    let who = || post(&json!({"query": "{who}"}));
    assert_eq!(house.call(who()).await.json()["data"]["who"], Json::Null);
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let value = format!("{scheme} {}", house.token("ana"));
        let answer = house.call(who().insert_header(("authorization", value))).await;
        assert_eq!(answer.json()["data"]["who"], "ana");
    }
    let late = house.key.sign("ana", &[], noon(), TimeDelta::seconds(-61)).unwrap();
    for value in
        ["Bearer x", "Bearer", "Basic YTpi", "", &format!("Bearer {late}"), &house.token("ana")]
    {
        let answer = house.call(who().insert_header(("authorization", value))).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "UNAUTHENTICATED"), "{value}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
        assert!(answer.json().get("data").is_none());
    }
    let good = format!("Bearer {}", house.token("ana"));
    let twice =
        who().append_header(("authorization", good.clone())).append_header(("authorization", good));
    assert_eq!(house.call(twice).await.status, 401);
    let answer = house.call(get(&format!("%7Bwho%7D&access_token={}", house.token("ana")))).await;
    assert_eq!(answer.json()["data"]["who"], Json::Null);

    house.service.anonymous = false;
    let answer = house.call(who()).await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")));
}

#[actix_web::test]
async fn what_breaks_before_the_execution_is_masked() {
    let house = House::new();
    let token = format!("Bearer {}", house.token("broken"));
    let request = post(&json!({"query": "{who}"})).insert_header(("authorization", token));
    let answer = house.call(request).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "INTERNAL"));
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("secret"));
}

#[actix_web::test]
async fn the_schema_is_open_to_whom_it_is_open() {
    let mut house = House::new();
    let question = "{ ...A } fragment A on Query { __schema { queryType { name } } }";
    assert_eq!(house.ask(question).await.status, 200);
    let sdl = house.call(TestRequest::get().uri("/schema.graphql")).await;
    assert_eq!((sdl.status, sdl.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    assert_eq!(sdl.bytes, stub::sdl().as_bytes());

    house.settings.anonymous_introspection = false;
    let answer = house.ask(question).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "UNAUTHENTICATED"));
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    assert_eq!(house.call(TestRequest::get().uri("/schema.graphql")).await.status, 401);
    let token = ("authorization", format!("Bearer {}", house.token("ana")));
    let known = post(&json!({ "query": question })).insert_header(token.clone());
    assert_eq!(house.call(known).await.json()["data"]["__schema"]["queryType"]["name"], "Query");
    let sdl = TestRequest::get().uri("/schema.graphql").insert_header(token);
    assert_eq!(house.call(sdl).await.status, 200);
    assert_eq!(house.ask("{ __typename }").await.json()["data"]["__typename"], "Query");
}

/// The question that tools ask, as graphql-js writes it.
#[actix_web::test]
async fn the_question_of_the_tools_is_within_the_limits() {
    let of_type =
        (0..9).fold("kind name".to_owned(), |inner, _| format!("kind name ofType {{ {inner} }}"));
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} \
         subscriptionType {{ name kind }} types {{ ...FullType }} directives {{ name description \
         isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }} \
         fragment FullType on __Type {{ kind name description specifiedByURL isOneOf \
         fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) \
         {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }} \
         inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }} \
         enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} \
         possibleTypes {{ ...TypeRef }} }} fragment InputValue on __InputValue {{ name description \
         type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }} \
         fragment TypeRef on __Type {{ {of_type} }}"
    );
    let answer = House::new().ask(&query).await;
    assert_eq!(answer.json().get("errors"), None);
    assert!(answer.json()["data"]["__schema"]["types"].as_array().unwrap().len() > 10);
}

#[actix_web::test]
async fn the_exponential_document_is_answered_at_once() {
    let mut document = "{ ...F0 }".to_owned();
    for n in 0..25 {
        let next = n + 1;
        write!(document, "fragment F{n} on Query {{ ...F{next} ...F{next} }}").unwrap();
    }
    document += "fragment F25 on Query { echo }";
    let house = House::new();
    let start = Instant::now();
    let answer = house.ask(&document).await;
    assert_eq!(answer.code(), "COST_LIMIT_EXCEEDED");
    let error = &answer.json()["errors"][0]["extensions"];
    assert_eq!((error["limit"].as_u64(), error["actual"].is_u64()), (Some(5_000), true));
    assert!(start.elapsed() < Duration::from_millis(500));
    let deep = format!("{{ echo(text: {}", "[".repeat(90_000));
    assert_eq!(house.ask(&deep).await.code(), "GRAPHQL_VALIDATION_FAILED");
    let deep = format!("{{ echo(text: {}", "[".repeat(1_900));
    assert_eq!(house.ask(&deep).await.code(), "DEPTH_LIMIT_EXCEEDED");
}

#[actix_web::test]
async fn variables_are_checked_and_filled_in_before_anything_runs() {
    let house = House::new();
    let query = "query ($input: ThingInput!, $no: Boolean! = false) \
                 { show(input: $input) echo @include(if: $no) }";
    let ask = |input: Json| post(&json!({"query": query, "variables": {"input": input}}));
    let answer = house.call(ask(json!({"title": "t", "tags": "one"}))).await;
    let shown = answer.json()["data"]["show"].as_str().unwrap().to_owned();
    assert!(shown.contains("Red") && shown.contains(r#"["one"]"#), "{shown}");
    assert!(answer.json()["data"].get("echo").is_none(), "the default of @include counts");

    let answer = house.call(ask(json!({"size": "big"})).insert_header(RESPONSE)).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_USER_INPUT"));
    let errors = answer.json()["errors"].clone();
    let mut fields: Vec<_> =
        errors.as_array().unwrap().iter().map(|e| e["extensions"]["field"].to_string()).collect();
    fields.sort();
    assert_eq!(fields, [r#"["input","size"]"#, r#"["input","title"]"#]);
}

#[actix_web::test]
async fn a_document_is_validated_once_and_answered_alike_ever_after() {
    const PAGE: &str = "query ($n: Int) { things(first: $n) { totalCount } }";
    const BELOW: &str = "query ($n: Int) { thing { things(first: $n) { totalCount } } }";
    const TITLE: &str = "query ($t: String! = \"x\") { show(input: { title: $t }) }";
    const BY_ID: &str = "query ($i: ID) { thing(by: { id: $i }) { name } }";
    const AROUND: &str =
        "query ($t: String) { show(input: { title: \"a\", size: \"big\", tags: [$t] }) }";
    for (query, first, then, trusted) in [
        ("{ thing { name ...T } } fragment T on Thing { colour }", json!({}), json!({}), true),
        (PAGE, json!({ "n": 1 }), json!({ "n": 3 }), true),
        (PAGE, json!({ "n": 1 }), json!({}), true),
        (TITLE, json!({ "t": "a" }), json!({}), true),
        (
            "query ($b: ThingBy) { thing(by: $b) { name } }",
            json!({ "b": { "name": "a" } }),
            json!({ "b": { "id": 3 } }),
            true,
        ),
        (
            "query ($i: ThingInput) { show(input: $i) }",
            json!({}),
            json!({ "i": { "title": "a", "size": null } }),
            true,
        ),
        (
            "query ($i: [ID!]!) { nodes(ids: $i) { name } }",
            json!({ "i": ["a", "b"] }),
            json!({ "i": "one" }),
            true,
        ),
        // A literal around a variable is looked at only once the variable has a value.
        (AROUND, json!({}), json!({ "t": "x" }), false),
        // A null may be right for a variable and wrong for its place.
        (PAGE, json!({ "n": 1 }), json!({ "n": null }), false),
        (BELOW, json!({ "n": 1 }), json!({ "n": null }), false),
        (BY_ID, json!({ "i": "a" }), json!({ "i": null }), false),
        // What does not fit is told before anything is trusted.
        (PAGE, json!({ "n": 1 }), json!({ "n": "many" }), false),
        (TITLE, json!({}), json!({ "t": null }), false),
    ] {
        let house = House::new();
        let app = web::Data::new(house.app());
        let ask = |variables: &Json| post(&json!({ "query": query, "variables": variables }));
        let fresh = house.call(ask(&then)).await;
        call(&app, ask(&first)).await;
        assert_eq!(house.service.trusted.load(SeqCst), 0, "{query}");
        for _ in 0..2 {
            let again = call(&app, ask(&then)).await;
            assert_eq!((again.status, again.json()), (fresh.status, fresh.json()), "{query}");
        }
        assert_eq!(house.service.trusted.load(SeqCst) == 2, trusted, "{query} {then}");
    }
}

#[actix_web::test]
async fn an_operation_that_was_not_asked_for_is_not_known_to_be_valid() {
    let house = House::new();
    let app = web::Data::new(house.app());
    let query = "query Good($t: String!) { show(input: { title: $t }) } \
                 query Bad($t: String!) { show(input: { title: $t, size: \"big\" }) }";
    let ask =
        |name: &str| post(&json!({"query": query, "operationName": name, "variables": {"t": "a"}}));
    let fresh = house.call(ask("Bad")).await;
    assert_eq!(fresh.code(), "BAD_USER_INPUT");
    assert_eq!(call(&app, ask("Good")).await.status, 200);
    let then = call(&app, ask("Bad")).await;
    assert_eq!((then.status, then.json()), (fresh.status, fresh.json()));
}

#[actix_web::test]
async fn what_is_wrong_stays_wrong() {
    let wrong = [
        ("{ nothing }", json!({})),
        ("{ thing }", json!({})),
        ("{ thing { name ", json!({})),
        ("query ($n: Int) { echo }", json!({})),
        ("query ($n: Int) { echo(text: $n) }", json!({ "n": 1 })),
        ("{ thing(by: { id: 1, name: \"a\" }) { name } }", json!({})),
        ("query ($b: ThingBy) { thing(by: $b) { name } }", json!({ "b": {} })),
        ("query ($i: ThingInput) { show(input: $i) }", json!({ "i": { "size": 1 } })),
        ("query ($n: Int!) { things(first: $n) { totalCount } }", json!({ "n": "a" })),
        ("query A { echo } query B { who }", json!({})),
        ("subscription { a }", json!({})),
    ];
    let house = House::new();
    let app = web::Data::new(house.app());
    for (query, variables) in wrong {
        let body = json!({ "query": query, "variables": variables });
        let mut answers = Vec::new();
        for _ in 0..3 {
            let answer = call(&app, post(&body)).await;
            assert!(answer.json()["errors"].is_array(), "{query}");
            answers.push((answer.status, answer.json()));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
    assert_eq!(house.service.trusted.load(SeqCst), 0);
}

#[actix_web::test]
async fn the_cost_is_told_to_those_who_ask() {
    let house = House::new();
    let ask = || post(&json!({"query": "{ things(first: 3) { nodes { name } } }"}));
    assert!(house.call(ask()).await.json().get("extensions").is_none());
    let answer = house.call(ask().insert_header(("x-vinculo-cost", "1"))).await;
    let cost = json!({"requested": 4, "actual": 1, "limit": 10_000, "available": 9_999, "restoreRate": 200});
    assert_eq!(
        answer.json()["extensions"]["cost"],
        cost,
        "three rows were expected, and none came"
    );
    // What nobody knows how much it was is not given back.
    let mut house = House::new();
    house.settings.limits.operation_seconds = 1;
    let late = post(&json!({"query": "{ things { nodes { name } } slow(milliseconds: 20000) }"}));
    let answer = house.call(late.insert_header(("x-vinculo-cost", "1"))).await;
    let cost = &answer.json()["extensions"]["cost"];
    assert_eq!((&cost["requested"], &cost["actual"]), (&json!(21), &Json::Null));
    assert_eq!(cost["available"], 9_979);
}

#[actix_web::test]
async fn requests_and_traces_have_names() {
    let house = House::new();
    let ask = || post(&json!({"query": "{nothing}"}));
    let answer = house.call(ask().insert_header(("x-request-id", "my.id-1"))).await;
    assert_eq!(answer.header("x-request-id"), Some("my.id-1"));
    let answer = house.call(ask().insert_header(("x-request-id", "not mine"))).await;
    assert_eq!(answer.header("x-request-id").unwrap().len(), 32);
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let answer = house.call(ask().insert_header(("traceparent", parent))).await;
    assert_eq!(answer.json()["errors"][0]["extensions"]["traceId"], trace);
    let answer = house.call(ask().insert_header(("traceparent", "00-junk"))).await;
    assert!(answer.json()["errors"][0]["extensions"].get("traceId").is_none());
}

#[actix_web::test]
async fn a_request_is_one_line_in_the_log_without_its_values() {
    #[derive(Clone, Default)]
    struct Log(std::sync::Arc<Mutex<Vec<u8>>>);
    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().json().flatten_event(true);
    let lines = lines.with_writer(move || writer.clone()).finish();
    // While there is one subscriber, tracing asks the thread that first comes to a line whether
    // anybody listens, and keeps its answer for all: that may be another test's thread.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let guard = tracing::subscriber::set_default(lines);
    let house = House::new();
    let body = json!({"query": "query Mine($t: String) { echo(text: $t) things { nodes { name } } }",
        "variables": {"t": "secret"}});
    let token = house.token("ana");
    let request = post(&body).insert_header(("authorization", format!("Bearer {token}")));
    house.call(request.insert_header(("x-request-id", "r1"))).await;
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    let line: Json = serde_json::from_str(&text).unwrap();
    for (name, value) in [
        ("request_id", json!("r1")),
        ("operation", json!("Mine")),
        ("outcome", json!("ok")),
        ("status", json!(200)),
        ("cost", json!(21)),
    ] {
        assert_eq!(line[name], value, "{text}");
    }
    assert!(!text.contains("secret") && !text.contains(&token), "{text}");
}

#[actix_web::test]
async fn other_origins_are_let_in_by_name() {
    let mut house = House::new();
    let from = |request: TestRequest| request.insert_header(("origin", "https://a.mx"));
    let preflight = || {
        from(TestRequest::with_uri("/graphql").method(Method::OPTIONS))
            .insert_header(("access-control-request-method", "POST"))
    };
    let ask = || from(post(&json!({"query": "{echo}"})));
    let allowed = "access-control-allow-origin";
    for origins in [vec![], vec!["https://b.mx".to_owned()]] {
        house.settings.cors_origins = origins;
        assert_eq!(house.call(preflight()).await.header(allowed), None);
        let answer = house.call(ask()).await;
        assert_eq!((answer.status, answer.header(allowed)), (200, None));
    }
    house.settings.cors_origins = vec!["https://a.mx".into()];
    let answer = house.call(preflight()).await;
    assert_eq!((answer.status, answer.header(allowed)), (204, Some("https://a.mx")));
    assert!(answer.header("access-control-allow-headers").unwrap().contains("authorization"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let answer = house.call(ask()).await;
    assert_eq!(answer.header(allowed), Some("https://a.mx"));
    assert_eq!(answer.all("vary"), "accept, authorization, origin");
}

#[actix_web::test]
async fn time_is_up_after_the_limit() {
    let mut house = House::new();
    house.settings.limits.operation_seconds = 1;
    let start = Instant::now();
    let answer = house.ask("{ echo slow(milliseconds: 20000) }").await;
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!((answer.status, answer.code().as_str()), (200, "TIMEOUT"));
    assert_eq!(answer.json()["data"], Json::Null);
    assert!(answer.json().get("data").is_some());
}

#[actix_web::test]
async fn a_panic_is_our_fault_and_nothing_more() {
    let house = House::new();
    for query in ["{ panic }", "mutation { panic }"] {
        let answer = house.ask(query).await;
        assert_eq!((answer.status, answer.code().as_str()), (500, "INTERNAL"), "{query}");
        assert!(answer.json()["errors"][0]["extensions"]["reference"].is_string());
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("secret"));
    }
}

#[actix_web::test]
async fn the_service_says_how_it_is() {
    let mut house = House::new();
    let health = |path: &str| TestRequest::get().uri(path);
    assert_eq!(house.call(health("/health/live")).await.json(), json!({"status": "live"}));
    assert_eq!(house.call(health("/health/ready")).await.json(), json!({"status": "ready"}));
    house.service.unready = Some("secret of the database".into());
    let answer = house.call(health("/health/ready")).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (503, Some("application/problem+json"))
    );
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("secret"));
    assert_eq!(house.call(health("/health/live")).await.status, 200);
}

#[actix_web::test]
async fn the_playground_can_be_switched_on() {
    let mut house = House::new();
    for path in ["/", "/playground", "/playground/examples.json", "/playground/playground.js"] {
        assert_eq!(house.call(TestRequest::get().uri(path)).await.status, 404, "{path}");
    }
    house.settings.playground = true;
    let answer = house.call(TestRequest::get().uri("/")).await;
    assert_eq!((answer.status, answer.header("location")), (302, Some("/playground")));
    let answer = house.call(TestRequest::get().uri("/playground/examples.json")).await;
    assert_eq!(answer.json(), json!([1]));
    assert!(answer.header("content-security-policy").unwrap().contains("default-src 'none'"));
    assert_eq!(house.call(TestRequest::get().uri("/playground/..%2fsecret")).await.status, 404);
}

/// An operation that has begun and waits at the gate.
fn hold(app: &web::Data<App>, request: TestRequest) -> Pin<Box<dyn Future<Output = Answer> + '_>> {
    let mut held = Box::pin(call(app, request));
    assert!((&mut held).now_or_never().is_none(), "it is held");
    held
}

async fn pause(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// Goes on until as many places are free.
async fn until_free(places: &Semaphore, count: usize) {
    for _ in 0..30_000 {
        if places.available_permits() == count {
            return;
        }
        pause(1).await;
    }
    panic!("{} places are free, not {count}", places.available_permits());
}

#[actix_web::test]
async fn what_there_is_no_place_for_is_refused_at_once() {
    let mut house = House::new();
    house.settings.in_flight = 3;
    house.settings.playground = true;
    let app = web::Data::new(house.app());
    let question = || post(&json!({"query": "{ held }"}));
    let mut held = vec![
        hold(&app, question()),
        hold(&app, get("%7Bheld%7D")),
        hold(&app, post(&json!({"query": "mutation { held }"}))),
    ];

    let refused = json!({"errors": [{
        "message": "too much is going on at the moment: try again a little later",
        "extensions": {"code": "OVERLOADED"},
    }]});
    for media in ["application/json", RESPONSE.1] {
        for request in [
            post(&json!({"query": "{ echo }"})),
            post(&json!({"query": "mutation { act { name } }"})),
            get("%7Becho%7D"),
            // Neither its token nor its body is looked at.
            raw().insert_header(("authorization", "Bearer x")).set_payload("{"),
        ] {
            let answer = call(&app, request.insert_header(("accept", media))).await;
            assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
            assert_eq!(answer.header("content-type"), Some(&*format!("{media}; charset=utf-8")));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.json(), refused);
            assert_eq!(answer.outcome.as_deref(), Some("OVERLOADED"));
        }
    }
    for path in ["/health/live", "/health/ready", "/schema.graphql", "/playground"] {
        assert_eq!(call(&app, TestRequest::get().uri(path)).await.status, 200, "{path}");
    }

    // One comes to its end, and one other has room.
    house.service.gate.add_permits(1);
    assert_eq!(held.remove(0).await.json(), json!({"data": {"held": true}}));
    let answer = call(&app, post(&json!({"query": "{ echo }"}))).await;
    assert_eq!((answer.status, answer.header("retry-after")), (200, None));
    held.insert(0, hold(&app, question()));
    assert_eq!(call(&app, question()).await.status, 503);

    let told = figures(&app).await;
    assert!(told.contains("\nvinculo_operations_in_flight 3\n"), "{told}");
    assert!(told.contains("\nvinculo_operations_shed_total 9\n"), "{told}");

    // A query ends with its client, a mutation goes on without.
    drop(held.remove(1));
    assert_eq!(app.places.available_permits(), 1);
    drop(held.remove(1));
    tokio::task::yield_now().await;
    assert_eq!(app.places.available_permits(), 1);
    house.service.gate.add_permits(2);
    assert_eq!(held.remove(0).await.status, 200);
    until_free(&app.places, 3).await;
    for query in ["{ panic }", "mutation { panic }", "{", "{ nothing }"] {
        call(&app, post(&json!({ "query": query }))).await;
    }
    until_free(&app.places, 3).await;
}

/// What Prometheus reads.
async fn figures(app: &web::Data<App>) -> String {
    let response = metrics::open(app.clone()).await;
    assert_eq!(response.status(), 200);
    let bytes = actix_web::body::to_bytes(response.into_body()).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[actix_web::test]
async fn figures_are_told_while_the_database_is_away() {
    let mut house = House::new();
    let app = web::Data::new(house.app());
    assert_eq!(call(&app, TestRequest::get().uri("/metrics")).await.status, 404);
    let told = figures(&app).await;
    assert!(told.contains("\nvinculo_database_up 1\n"), "{told}");
    assert!(told.contains("\nvinculo_follower_lag_seconds{follower=\"index\"} 0.5\n"), "{told}");
    house.service.unready = Some("away".into());
    let told = figures(&web::Data::new(house.app())).await;
    assert!(told.contains("\nvinculo_database_up 0\n"), "{told}");
    assert!(!told.contains("\nvinculo_follower_lag_seconds{"), "{told}");
}

#[actix_web::test]
async fn what_the_service_has_no_room_for_is_refused_the_same_way() {
    let house = House::new();
    let crowded = format!("Bearer {}", house.token("crowded"));
    let request = post(&json!({"query": "{ echo }"})).insert_header(("authorization", crowded));
    let answer = house.call(request).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!((answer.code().as_str(), answer.json().get("data")), ("OVERLOADED", None));
}
