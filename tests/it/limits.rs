//! What callers may spend, over real HTTP: who has which bucket, what fills it and what empties it,
//! and that nobody gets around it.

use entity::{NeedStatus, Role};
use serde_json::{Value, json};
use tests::{Door, Events, Person, World};

use crate::machines;

tests::stories!(
    what_is_spent_is_told_and_comes_back,
    what_can_never_be_paid_is_told_with_its_figures,
    everybody_has_a_bucket_of_their_own,
    a_proxy_tells_for_whom_it_asks_and_nobody_else_does,
    wrong_tokens_and_broken_requests_cost_too,
    sockets_and_streams_cost_the_same,
    machines_are_always_told_what_they_spend,
);

/// Ten needs, at most; the page and each of them is a point.
const TEN: &str = "{ needs(first: 10) { nodes { title } } }";

/// A door behind which a bucket holds a hundred points, and ten come back a second.
fn narrow(world: &World) -> Door {
    world.door(|http| {
        http.limits.points = 100;
        http.limits.points_per_second = 10;
    })
}

/// What came back.
pub(crate) struct Came {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Value,
}

impl Came {
    pub(crate) async fn of(mut events: Events) -> Self {
        let text = if events.status == 304 { String::new() } else { events.body().await };
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status: events.status, head: events.head, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&prefix))
    }

    /// All that is said under this name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let prefix = format!("{name}: ");
        let values = self.head.lines().filter_map(|line| line.strip_prefix(&prefix));
        values.flat_map(|value| value.split(',')).map(|one| one.trim().to_owned()).collect()
    }

    pub(crate) fn code(&self) -> &str {
        let code = self.body["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("{} {:#}", self.status, self.body))
    }

    /// How much is left.
    fn left(&self) -> u32 {
        let told = self.header("ratelimit").and_then(|told| told.strip_prefix("\"points\";r="));
        let told = told.and_then(|told| told.split(';').next()?.parse().ok());
        told.unwrap_or_else(|| panic!("{}", self.head))
    }
}

/// Sends a body by POST.
pub(crate) async fn post(door: &Door, head: &str, body: &Value) -> Came {
    let head = format!("content-type: application/json\r\n{head}");
    Came::of(door.request("POST /graphql", &head, &body.to_string()).await).await
}

async fn ask(door: &Door, head: &str, query: &str) -> Came {
    post(door, head, &json!({ "query": query })).await
}

pub(crate) fn bearer(person: &Person<'_>) -> String {
    format!("authorization: Bearer {}\r\n", person.token().expect("a token"))
}

async fn what_is_spent_is_told_and_comes_back(world: &World) {
    let cast = world.cast().await;
    for _ in 0..3 {
        world.need(&cast, NeedStatus::Published).await;
    }
    let door = narrow(world);
    // Eleven were charged; a page and three needs came back.
    let came = ask(&door, "x-vinculo-cost: 1\r\n", TEN).await;
    assert_eq!(came.body["data"]["needs"]["nodes"].as_array().unwrap().len(), 3);
    let cost =
        json!({ "requested": 11, "actual": 4, "limit": 100, "available": 96, "restoreRate": 10 });
    assert_eq!(came.body["extensions"]["cost"], cost);
    assert_eq!(came.header("ratelimit-policy"), Some("\"points\";q=100;qu=\"points\";w=10"));
    assert_eq!(came.header("ratelimit"), Some("\"points\";r=96;t=1"));
    let came = ask(&door, "", "{ __typename }").await;
    assert_eq!((came.left(), came.body.get("extensions")), (95, None), "nothing is free");

    // What may cost more than is left is not begun, though it would have cost less.
    let much = "{ needs(first: 95) { nodes { title } } }";
    let came = ask(&door, "", much).await;
    assert_eq!((came.status, came.code()), (429, "RATE_LIMITED"));
    assert_eq!(came.body.get("data"), None);
    let told = json!({ "code": "RATE_LIMITED", "requested": 96, "limit": 100, "available": 94,
        "restoreRate": 10, "retryAfter": 1 });
    assert_eq!(came.body["errors"][0]["extensions"], told);
    let message = came.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("96 points") && message.contains("94 of 100"), "{message}");
    assert_eq!(came.header("retry-after"), Some("1"));
    assert_eq!(came.header("ratelimit"), Some("\"points\";r=94;t=1"));
    assert_eq!(came.header("cache-control"), Some("no-store"));
    let events = ask(&door, "accept: text/event-stream\r\n", much).await;
    assert_eq!(events.status, 429);

    // Aliases cost each for itself.
    let pages: String =
        (0..8).map(|n| format!("p{n}: needs(first: 10) {{ nodes {{ title }} }} ")).collect();
    let came = ask(&door, "x-vinculo-cost: 1\r\n", &format!("{{ {pages} }}")).await;
    assert_eq!(came.body["extensions"]["cost"]["requested"], 88);
    assert_eq!(came.body["extensions"]["cost"]["actual"], 8 * 4);
    assert_eq!(came.left(), 61);

    world.pass(chrono::TimeDelta::milliseconds(3_500));
    assert_eq!(ask(&door, "", much).await.status, 200, "96 were there");
    world.pass(chrono::TimeDelta::hours(1));
    assert_eq!(ask(&door, "", "{ __typename }").await.left(), 99, "and never more than a hundred");
}

async fn what_can_never_be_paid_is_told_with_its_figures(world: &World) {
    let door = narrow(world);
    let came = ask(&door, "", "{ needs(first: 100) { nodes { title } } }").await;
    assert_eq!((came.status, came.code()), (200, "COST_LIMIT_EXCEEDED"));
    let told = &came.body["errors"][0]["extensions"];
    assert_eq!((&told["actual"], &told["limit"]), (&json!(101), &json!(100)));
    assert_eq!((came.left(), came.header("retry-after")), (99, None), "waiting is of no use");
}

async fn everybody_has_a_bucket_of_their_own(world: &World) {
    let cast = world.cast().await;
    let door = narrow(world);
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let first = bearer(&officer);
    for (count, left) in [(20, 60), (20, 20), (10, 0)] {
        // Nothing comes back of what the schema costs.
        let schema: String =
            (0..count).map(|n| format!("s{n}: __schema {{ queryType {{ name }} }} ")).collect();
        let came = ask(&door, &first, &format!("{{ {schema} }}")).await;
        assert_eq!((came.status, came.left()), (200, left));
    }
    assert_eq!(ask(&door, &first, "{ __typename }").await.status, 429);
    world.pass(chrono::TimeDelta::seconds(1));
    let second = bearer(&officer);
    assert_ne!(first, second, "another token of the same person");
    assert_eq!(ask(&door, &second, TEN).await.status, 429);
    for other in [bearer(&member), String::new()] {
        assert_eq!(ask(&door, &other, TEN).await.status, 200);
    }
    // A socket is no other purse.
    let mut socket = door.socket(officer.token().as_deref()).await;
    socket.subscribe("1", TEN, json!({})).await;
    assert_eq!(socket.refused("1").await, ["RATE_LIMITED"]);
}

async fn a_proxy_tells_for_whom_it_asks_and_nobody_else_does(world: &World) {
    let left = async |door: &Door, told: &str| {
        let head = format!("x-forwarded-for: {told}\r\n");
        ask(door, &head, "{ __typename }").await.left()
    };
    let open = narrow(world);
    for (told, expected) in [("198.51.100.1", 99), ("198.51.100.2", 98), ("198.51.100.3", 97)] {
        assert_eq!(
            left(&open, told).await,
            expected,
            "whoever writes what they like has one bucket"
        );
    }
    let behind = world.door(|http| {
        http.limits.points = 100;
        http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    });
    for (told, expected) in [
        ("198.51.100.1", 99),
        ("198.51.100.2", 99),
        ("6.6.6.6, 198.51.100.1", 98),
        ("6.6.6.7, 198.51.100.1, 127.0.0.9", 97),
        ("2001:db8::1", 99),
        ("2001:db8::2", 98),
    ] {
        assert_eq!(left(&behind, told).await, expected, "{told}");
    }
}

async fn wrong_tokens_and_broken_requests_cost_too(world: &World) {
    let cast = world.cast().await;
    let door = narrow(world);
    let wrong = "authorization: Bearer nonsense\r\n";
    for _ in 0..10 {
        assert_eq!(ask(&door, wrong, TEN).await.status, 401);
    }
    let came = ask(&door, wrong, TEN).await;
    assert_eq!((came.status, came.code()), (429, "RATE_LIMITED"));
    assert_eq!(came.header("retry-after"), Some("1"));
    assert_eq!(door.with(&[("authorization", "Bearer nonsense")]).await.status(), 429);
    // Nobody from there has anything left; who says who they are is somebody else.
    assert_eq!(ask(&door, "", "{ __typename }").await.status, 429);
    let member = world.person(Role::MemberUser, cast.company).await;
    assert_eq!(ask(&door, &bearer(&member), TEN).await.status, 200);

    // What is broken costs a point, and so does what was charged and not carried out.
    world.pass(chrono::TimeDelta::seconds(10));
    let mut left = 100;
    for body in [
        json!([{ "query": "{ __typename }" }]),
        json!({ "query": "{" }),
        json!({ "query": "{ nothing }" }),
        json!({ "query": "{ needs(first: 50) { nodes { nothing } } }" }),
        json!({ "query": "query ($id: ID!) { need(id: $id) { title } }" }),
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } } }),
        json!({ "query": "{ needs(first: 5000) { nodes { needs { nothing } } } }" }),
    ] {
        let came = post(&door, "", &body).await;
        left -= 1;
        assert_eq!((came.left(), came.body.get("data")), (left, None), "{body}");
    }
}

async fn sockets_and_streams_cost_the_same(world: &World) {
    const FOLLOW: &str = "subscription { needPublished { need { title } } }";
    let cast = world.cast().await;
    let door = narrow(world);
    let member = world.person(Role::MemberUser, cast.company).await;
    let token = member.token();
    let left = async || ask(&door, &bearer(&member), "{ __typename }").await.left();
    assert_eq!(left().await, 99);

    // The opening costs what one piece of news may: itself and a need.
    let events = door.events(token.as_deref(), FOLLOW, json!({})).await;
    assert_eq!(events.status, 200);
    assert!(events.head.contains("ratelimit: \"points\";r=97"), "{}", events.head);
    let mut socket = door.socket(token.as_deref()).await;
    socket.subscribe("1", FOLLOW, json!({})).await;
    world.subscribed(2).await;
    assert_eq!(left().await, 94);

    // Each operation on a socket pays for itself, and gets back what it did not cost.
    socket.subscribe("2", TEN, json!({})).await;
    assert!(socket.next("2").await["extensions"].is_null());
    assert_eq!(socket.hear().await["type"], "complete");
    assert_eq!(left().await, 92);
    socket.subscribe("3", "{ needs(first: 95) { nodes { title } } }", json!({})).await;
    let refused = socket.hear().await;
    let told = json!({ "code": "RATE_LIMITED", "requested": 96, "limit": 100, "available": 91,
        "restoreRate": 10, "retryAfter": 1 });
    assert_eq!(refused["payload"][0]["extensions"], told, "{refused:#}");
    // The socket stays, and so does what is open on it.
    socket.subscribe("4", "{ __typename }", json!({})).await;
    assert_eq!(socket.next("4").await["data"]["__typename"], "Query");

    // Whoever asks with the upgrade is told.
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let mut told = door.with(&[protocol, ("x-vinculo-cost", "1")]).await;
    told.say(json!({ "type": "connection_init" })).await;
    assert_eq!(told.hear().await["type"], "connection_ack");
    told.subscribe("1", TEN, json!({})).await;
    let cost =
        json!({ "requested": 11, "actual": 1, "limit": 100, "available": 99, "restoreRate": 10 });
    assert_eq!(told.next("1").await["extensions"]["cost"], cost);
}

async fn machines_are_always_told_what_they_spend(world: &World) {
    let cast = world.cast().await;
    let door = narrow(world);
    let machine = machines::reader(world, cast.chamber).await;
    let head = format!("authorization: Bearer {machine}\r\n");
    let cost =
        json!({ "requested": 11, "actual": 1, "limit": 100, "available": 99, "restoreRate": 10 });
    let came = ask(&door, &head, TEN).await;
    assert_eq!(came.body["extensions"]["cost"], cost);
    assert_eq!(came.left(), 99);
    let mut socket = door.socket(Some(&machine)).await;
    socket.subscribe("1", TEN, json!({})).await;
    assert_eq!(socket.next("1").await["extensions"]["cost"]["available"], 98);
    world.events().await;
}
