//! The two ways of subscriptions, frame by frame: `graphql-transport-ws` with its close codes and
//! its bounds, and server-sent events.

use std::time::{Duration, Instant};

use actix_http::ws::{CloseCode, CloseReason, Frame, Message};
use chrono::TimeDelta;
use entity::{NeedStatus, Role};
use futures_util::future::join;
use serde_json::{Value, json};
use tests::{Database, Door, Events, Socket, World, binary::Site};

use crate::policy::input;

tests::stories!(
    a_socket_speaks_its_protocol,
    a_socket_is_opened_by_whom_it_speaks_for,
    every_mistake_has_its_close_code,
    queries_and_mutations_go_over_a_socket_too,
    what_cannot_be_carried_out_is_told_and_the_socket_stays,
    what_a_socket_keeps_is_bounded,
    who_is_not_there_is_dropped,
    what_is_open_ends_with_its_token,
    events_are_streamed,
    events_are_asked_for_in_the_usual_way,
);

const NEEDS: &str = "subscription { needPublished { need { id } } }";
const WHO: &str = "{ viewer { isNetworkMember } }";

fn init(token: &Value) -> Value {
    json!({ "type": "connection_init", "payload": { "authorization": token } })
}

/// Publishes a need and tells it; its id.
async fn publish(world: &World, cast: &tests::Cast) -> String {
    let need = world.need(cast, NeedStatus::InReview).await.id.to_string();
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let done = liaison.need("publishNeed", input("publishNeed", &need)).await;
    assert_eq!(done.outcome(), "DONE");
    assert_eq!(world.events().await, ["NEED_PUBLISHED"]);
    world.tell().await;
    need
}

async fn a_socket_speaks_its_protocol(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let mut socket = door.silent().await;
    assert_eq!(socket.status(), 101);
    assert!(
        socket.head.contains("sec-websocket-protocol: graphql-transport-ws"),
        "{}",
        socket.head
    );
    // Before anybody has said who they are, too.
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    socket.say(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
    socket.say(json!({ "type": "ping", "payload": { "n": 7 } })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong", "payload": { "n": 7 } }));
    socket.say(json!({ "type": "pong" })).await;
    socket.send(Message::Ping("abc".into())).await;
    assert_eq!(socket.frame().await, Some(Frame::Pong("abc".into())));

    // Two at once; each ends when its client says so, and its id is free again.
    socket.subscribe("a", NEEDS, json!({})).await;
    socket.subscribe("b", NEEDS, json!({})).await;
    world.subscribed(2).await;
    let need = publish(world, &cast).await;
    let mut heard = [socket.hear().await, socket.hear().await];
    heard.sort_by_key(|message| message["id"].to_string());
    for (message, id) in heard.iter().zip(["a", "b"]) {
        let data = json!({ "needPublished": { "need": { "id": need } } });
        assert_eq!(message, &json!({ "type": "next", "id": id, "payload": { "data": data } }));
    }
    socket.say(json!({ "type": "complete", "id": "a" })).await;
    socket.say(json!({ "type": "complete", "id": "unknown" })).await;
    world.subscribed(1).await;
    let need = publish(world, &cast).await;
    assert_eq!(socket.news("b").await["need"]["id"], json!(need));
    socket.subscribe("a", NEEDS, json!({})).await;
    world.subscribed(2).await;

    // A text in pieces is one text.
    let whole = json!({ "type": "ping", "payload": { "text": "ñ".repeat(100_000) } }).to_string();
    let middle = whole.len() / 2;
    socket.send_in_pieces(&[whole[..middle].to_owned(), whole[middle..].to_owned()]).await;
    assert_eq!(socket.hear().await["type"], "pong");

    // A farewell is answered, and everything ends with it.
    let bye = CloseReason { code: CloseCode::Normal, description: None };
    socket.send(Message::Close(Some(bye))).await;
    assert_eq!(socket.closed().await, 1000);
    world.subscribed(0).await;
}

async fn a_socket_is_opened_by_whom_it_speaks_for(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|http| http.cors_origins = vec!["https://red.example".to_owned()]);
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let token = format!("Bearer {}", officer.token().unwrap());
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");

    // With the upgrade, or as the first word; nobody without.
    let mut socket = door.with(&[protocol, ("authorization", &token)]).await;
    for (init, is_member) in [
        (json!({ "type": "connection_init" }), true),
        (json!({ "type": "connection_init", "payload": {} }), false),
        (init(&json!(token)), true),
        (json!({ "type": "connection_init", "payload": { "Authorization": token } }), true),
        (json!({ "type": "connection_init", "payload": { "other": 7 } }), false),
    ] {
        socket.say(init).await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
        socket.subscribe("1", WHO, json!({})).await;
        assert_eq!(socket.next("1").await["data"]["viewer"]["isNetworkMember"], json!(is_member));
        socket = door.silent().await;
    }
    let bad = [json!("Bearer nonsense"), json!("Basic YTpi"), json!(7), json!("")];
    for bad in bad {
        let mut socket = door.silent().await;
        socket.say(init(&bad)).await;
        assert_eq!(socket.closed().await, 4403, "{bad}");
    }
    let refused = door.with(&[protocol, ("authorization", "Bearer nonsense")]).await;
    assert_eq!(refused.status(), 401);
    assert!(refused.head.contains("www-authenticate: Bearer error"), "{}", refused.head);

    // Pages: our own and those of the list.
    for (origin, status) in [
        ("https://red.example", 101),
        ("http://vinculo.test", 101),
        ("https://evil.example", 403),
        ("null", 403),
        ("https://red.example.evil", 403),
    ] {
        assert_eq!(door.with(&[protocol, ("origin", origin)]).await.status(), status, "{origin}");
    }
}

async fn every_mistake_has_its_close_code(world: &World) {
    let door = world.door(|http| http.subscriptions.init = Duration::from_millis(150));
    for protocols in ["graphql-ws", "graphql-ws, mqtt", "Graphql-Transport-Ws2"] {
        let mut socket = door.with(&[("sec-websocket-protocol", protocols)]).await;
        assert!(!socket.head.contains("sec-websocket-protocol"), "{}", socket.head);
        assert_eq!(socket.closed().await, 4406, "{protocols}");
    }
    assert_eq!(door.with(&[]).await.closed().await, 4406);
    assert_eq!(door.silent().await.closed().await, 4408);

    let text = |text: &str| Message::Text(text.to_owned().into());
    let query = json!({ "query": "{ viewer { isNetworkMember } }" });
    for bad in [
        text(""),
        text("nonsense"),
        text("[]"),
        text("{}"),
        text(r#"{"type":7}"#),
        text(r#"{"type":"start","id":"1","payload":{"query":"{a}"}}"#),
        text(r#"{"type":"connection_init","payload":"token"}"#),
        text(r#"{"type":"connection_init","payload":[]}"#),
        text(r#"{"type":"ping","payload":7}"#),
        text(r#"{"type":"pong","payload":[]}"#),
        text(r#"{"type":"connection_ack"}"#),
        text(&json!({ "type": "subscribe", "payload": query }).to_string()),
        text(&json!({ "type": "subscribe", "id": "", "payload": query }).to_string()),
        text(&json!({ "type": "subscribe", "id": 7, "payload": query }).to_string()),
        text(&json!({ "type": "subscribe", "id": "x".repeat(300), "payload": query }).to_string()),
        text(r#"{"type":"subscribe","id":"1"}"#),
        text(r#"{"type":"subscribe","id":"1","payload":{}}"#),
        text(r#"{"type":"subscribe","id":"1","payload":{"query":7}}"#),
        text(r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#),
        text(r#"{"type":"complete"}"#),
        Message::Binary("{}".into()),
    ] {
        let mut socket = door.socket(None).await;
        let told = format!("{bad:?}");
        socket.send(bad).await;
        assert_eq!(socket.closed().await, 4400, "{told}");
    }
    let mut early = door.silent().await;
    early.subscribe("1", WHO, json!({})).await;
    assert_eq!(early.closed().await, 4401);
    let mut twice = door.socket(None).await;
    twice.say(json!({ "type": "connection_init" })).await;
    assert_eq!(twice.closed().await, 4429);
    let mut same = door.socket(None).await;
    same.subscribe("1", NEEDS, json!({})).await;
    same.subscribe("1", NEEDS, json!({})).await;
    assert_eq!(same.closed().await, 4409);
    world.subscribed(0).await;
}

async fn queries_and_mutations_go_over_a_socket_too(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|_| ());
    let need = world.need(&cast, NeedStatus::InReview).await.id.to_string();
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let mut socket = door.socket(liaison.token().as_deref()).await;
    let ask = "query($id: ID!) { need(id: $id) { id status } }";
    socket.subscribe("1", ask, json!({ "id": need })).await;
    let found = json!({ "data": { "need": { "id": need, "status": "IN_REVIEW" } } });
    assert_eq!(socket.next("1").await, found);
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "1" }));
    let sdl = api::schema::sdl();
    let kind = sdl.split_once("\tpublishNeed(input: ").unwrap().1.split('!').next().unwrap();
    let publish = format!(
        "mutation($input: {kind}!) {{ publishNeed(input: $input) {{ need {{ status }} \
         userErrors {{ code }} }} }}"
    );
    socket.subscribe("1", &publish, json!({ "input": input("publishNeed", &need) })).await;
    let done = json!({ "need": { "status": "PUBLISHED" }, "userErrors": [] });
    assert_eq!(socket.next("1").await, json!({ "data": { "publishNeed": done } }));
    assert_eq!(socket.hear().await["type"], "complete");
    // A field that fails is part of an answer.
    socket.subscribe("2", "{ matches { totalCount } }", json!({})).await;
    assert!(socket.next("2").await["data"]["matches"].is_object());
    assert_eq!(socket.hear().await["type"], "complete");
    assert_eq!(world.events().await, ["NEED_PUBLISHED"]);
}

async fn what_cannot_be_carried_out_is_told_and_the_socket_stays(world: &World) {
    let door = world.door(|_| ());
    let mut socket = door.socket(None).await;
    let deep = format!("subscription {{ needPublished {} }}", "{ a ".repeat(15) + &"}".repeat(15));
    let much = "subscription { needPublished { need { matches(first: 50) { nodes { offer { \
        matches(first: 50) { nodes { need { matches(first: 50) { nodes { id } } } } } } } } } } }";
    for (query, code) in [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { needPublished }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { needPublished { need { nothing } } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { needPublished { resync } offerPublished { resync } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "subscription { ...F } fragment F on Subscription { a: needPublished { resync } \
             b: needPublished { resync } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription($a: String!) { needPublished(after: $a) { resync } }", "BAD_USER_INPUT"),
        (deep.as_str(), "DEPTH_LIMIT_EXCEEDED"),
        (much, "COST_LIMIT_EXCEEDED"),
        ("subscription { projectChanged { resync } }", "UNAUTHENTICATED"),
        (
            "subscription A { inboxChanged { resync } } query B { viewer { isNetworkMember } }",
            "BAD_USER_INPUT",
        ),
    ] {
        socket.subscribe("1", query, json!({})).await;
        assert_eq!(socket.refused("1").await, [code], "{query}");
    }
    // One that is left out is over at once.
    let none = "subscription { needPublished @skip(if: true) { resync } }";
    socket.subscribe("1", none, json!({})).await;
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "1" }));
    socket.subscribe("1", WHO, json!({})).await;
    assert_eq!(socket.next("1").await["data"]["viewer"]["isNetworkMember"], false);
}

async fn what_a_socket_keeps_is_bounded(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|http| {
        http.limits.body_bytes = 10_000;
        http.limits.document_bytes = 10_000;
        http.subscriptions.sockets = 2;
        http.subscriptions.operations = 3;
        http.subscriptions.open = 8;
    });
    let long = |length: usize| json!({ "type": "ping", "payload": { "a": "x".repeat(length) } });
    let mut socket = door.socket(None).await;
    socket.say(long(9_000)).await;
    assert_eq!(socket.hear().await["type"], "pong");
    socket.say(long(11_000)).await;
    assert_eq!(socket.closed().await, 1009);
    let mut socket = door.socket(None).await;
    socket.send_in_pieces(&vec!["x".repeat(3_000); 5]).await;
    assert_eq!(socket.closed().await, 1009, "all pieces together");

    let mut socket = door.socket(None).await;
    for id in ["1", "2", "3"] {
        socket.subscribe(id, NEEDS, json!({})).await;
    }
    world.subscribed(3).await;
    socket.subscribe("4", NEEDS, json!({})).await;
    assert_eq!(socket.refused("4").await, ["RATE_LIMITED"]);
    socket.say(json!({ "type": "complete", "id": "2" })).await;
    socket.subscribe("4", NEEDS, json!({})).await;
    world.subscribed(3).await;

    // So many of one person, and all together; nobody has a quarter of all.
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let refused = async |token: Option<String>| {
        let mut socket = door.silent().await;
        let payload = token.map(|token| json!({ "Authorization": format!("Bearer {token}") }));
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        socket.closed().await
    };
    let _another = door.socket(None).await;
    assert_eq!(refused(None).await, 1013);
    let mut theirs = vec![
        door.socket(officer.token().as_deref()).await,
        door.socket(officer.token().as_deref()).await,
    ];
    assert_eq!(refused(officer.token()).await, 1013);
    world.pass(TimeDelta::seconds(1));
    assert_eq!(refused(officer.token()).await, 1013, "a new token is no new room");
    let _manager = door.socket(manager.token().as_deref()).await;
    let mut left = theirs.pop().unwrap();
    left.send(Message::Close(None)).await;
    left.closed().await;
    drop(left);
    let again = async {
        loop {
            let mut socket = door.silent().await;
            let token = json!(format!("Bearer {}", officer.token().unwrap()));
            socket.say(init(&token)).await;
            if let Some(Frame::Text(_)) = socket.frame().await {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), again).await.expect("room again");
}

async fn who_is_not_there_is_dropped(world: &World) {
    let door = world.door(|http| {
        http.subscriptions.ping = Duration::from_millis(60);
        http.subscriptions.stalled = Duration::from_millis(200);
    });
    // Who answers pings stays; who does not is gone without a word.
    let (mut alive, mut dead) = (door.socket(None).await, door.socket(None).await);
    dead.subscribe("1", NEEDS, json!({})).await;
    let unheard = async {
        let mut pings = 0;
        while let Some(frame) = dead.frame().await {
            pings += usize::from(matches!(frame, Frame::Ping(_)));
        }
        // When the third is due; on a slow machine a little later.
        assert!((2..=3).contains(&pings), "{pings}");
    };
    let answered = async {
        for _ in 0..6 {
            let Some(Frame::Ping(bytes)) = alive.frame().await else { panic!("a ping") };
            alive.send(Message::Pong(bytes)).await;
        }
        alive.sync().await;
    };
    join(unheard, answered).await;

    // Who asks and does not read what comes is not kept waiting for.
    let mut slow = door.narrow().await;
    slow.subscribe("1", NEEDS, json!({})).await;
    world.subscribed(1).await;
    let ask = json!({ "type": "ping", "payload": { "a": "x".repeat(1_000) } });
    let asking = async {
        loop {
            slow.say(ask.clone()).await;
        }
    };
    let given_up = world.subscribed(0);
    tokio::select! {
        () = asking => {}
        () = given_up => {}
    }
}

async fn what_is_open_ends_with_its_token(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|http| http.subscriptions.ping = Duration::from_millis(50));
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let token = officer.token();
    let mut socket = door.socket(token.as_deref()).await;
    socket.subscribe("1", NEEDS, json!({})).await;
    let mut events = door.events(token.as_deref(), NEEDS, json!({})).await;
    let mut nobody = door.socket(None).await;
    world.subscribed(2).await;
    world.pass(TimeDelta::minutes(16));
    assert_eq!(socket.closed().await, 4401);
    let (name, told) = events.event().await.expect("an event");
    assert_eq!(
        (name.as_str(), &told["errors"][0]["extensions"]["code"]),
        ("next", &json!("UNAUTHENTICATED"))
    );
    nobody.sync().await;
    world.subscribed(0).await;
    // What has just ended opens nothing that stays, and a minute later nothing at all.
    for code in [4401, 4403] {
        let mut late = door.silent().await;
        late.say(init(&json!(format!("Bearer {}", token.as_ref().unwrap())))).await;
        assert_eq!(late.closed().await, code);
        world.pass(TimeDelta::seconds(1));
    }
}

async fn events_are_streamed(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|http| http.subscriptions.ping = Duration::from_millis(50));
    let mut events = door.events(None, NEEDS, json!({})).await;
    assert_eq!(events.status, 200, "{}", events.head);
    for header in ["content-type: text/event-stream", "cache-control: no-store", "x-request-id: "] {
        assert!(events.head.contains(header), "{header} in {}", events.head);
    }
    assert!(!events.head.contains("content-encoding"), "{}", events.head);
    // At once, and then now and then.
    for _ in 0..3 {
        assert_eq!(events.chunk().await.as_deref(), Some(":\n\n"));
    }
    world.subscribed(1).await;
    let need = publish(world, &cast).await;
    let data = json!({ "data": { "needPublished": { "need": { "id": need } } } });
    assert_eq!(events.event().await, Some(("next".to_owned(), data)));
    drop(events);
    world.subscribed(0).await;

    // By GET too, as browsers' own streams are.
    let target = "GET /graphql?query=subscription%7BneedPublished%7Bneed%7Bid%7D%7D%7D";
    let mut events = door.request(target, "accept: text/event-stream\r\n", "").await;
    assert_eq!(events.status, 200);
    world.subscribed(1).await;
    let need = publish(world, &cast).await;
    let (_, told) = events.event().await.expect("an event");
    assert_eq!(told["data"]["needPublished"]["need"]["id"], json!(need));
}

/// The real service, told to stop while somebody follows it.
#[test]
fn what_is_open_ends_when_the_service_stops() {
    let Some(site) = Site::new(Database::Sqlite) else { return };
    site.does(&["migrate", "up"]);
    let serving = site.serve();
    actix_web::rt::System::new().block_on(async {
        let mut socket = Socket::to(&serving.address).await;
        socket.subscribe("1", NEEDS, json!({})).await;
        let body = json!({ "query": NEEDS }).to_string();
        let head = "accept: text/event-stream\r\ncontent-type: application/json\r\n";
        let mut events = Events::from(&serving.address, "POST /graphql", head, &body).await;
        assert_eq!(events.chunk().await.as_deref(), Some(":\n\n"));
        socket.sync().await;
        let begun = Instant::now();
        let stopped = actix_web::rt::task::spawn_blocking(move || serving.stop());
        assert_eq!(socket.closed().await, 1001);
        assert_eq!(events.chunk().await, None, "and not complete");
        drop((socket, events));
        assert_eq!(stopped.await.unwrap(), Some(0));
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    });
}

/// What a stream says before it ends.
async fn whole(door: &Door, target: &str, head: &str, body: &Value) -> (u16, Vec<String>) {
    let mut events = door.request(target, head, &body.to_string()).await;
    let body = events.body().await;
    let blocks = body.split_terminator("\n\n").map(ToOwned::to_owned).collect();
    (events.status, blocks)
}

async fn events_are_asked_for_in_the_usual_way(world: &World) {
    let cast = world.cast().await;
    let door = world.door(|http| http.subscriptions.operations = 1);
    const POST: &str = "POST /graphql";
    let json_in = "content-type: application/json\r\n";
    let events = format!("{json_in}accept: text/event-stream\r\n");
    // Request errors are told in the stream.
    for (query, code) in [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { inboxChanged { resync } }", "UNAUTHENTICATED"),
    ] {
        let (status, told) = whole(&door, POST, &events, &json!({ "query": query })).await;
        assert_eq!((status, told.len()), (200, 2), "{told:?}");
        assert!(told[0].starts_with("event: next\ndata: {\"errors\":[") && told[0].contains(code));
        assert_eq!(told[1], "event: complete\ndata:");
    }
    // What has one answer is a short stream.
    let (status, told) = whole(&door, POST, &events, &json!({ "query": WHO })).await;
    let one = "event: next\ndata: {\"data\":{\"viewer\":{\"isNetworkMember\":false}}}";
    assert_eq!((status, told), (200, vec![one.to_owned(), "event: complete\ndata:".to_owned()]));
    // Who does not take events is told where to go.
    let body = json!({ "query": NEEDS });
    let head = format!("{json_in}accept: application/graphql-response+json\r\n");
    let (status, told) = whole(&door, POST, &head, &body).await;
    assert!(status == 400 && told[0].contains("text/event-stream"), "{told:?}");
    for (target, head, status) in [
        (POST, "content-type: text/plain\r\naccept: text/event-stream\r\n", 415),
        (POST, "content-type: application/json\r\naccept: text/html\r\n", 406),
        ("DELETE /graphql", "accept: text/event-stream\r\n", 405),
        ("GET /graphql?query=mutation%7Ba%7D", "accept: text/event-stream\r\n", 405),
        ("GET /graphql?query=subscription%7Ba%7D", "accept: application/json\r\n", 405),
        (POST, &format!("{events}authorization: Bearer nonsense\r\n"), 401),
    ] {
        let answer = door.request(target, head, &body.to_string()).await;
        assert_eq!(answer.status, status, "{target} {head}");
    }
    // Who would rather have JSON gets events when there is nothing else.
    let head = format!("{json_in}accept: application/json, text/event-stream\r\n");
    let stream = door.request(POST, &head, &body.to_string()).await;
    assert!(stream.head.contains("text/event-stream"), "{}", stream.head);
    drop(stream);
    world.subscribed(0).await;

    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let token = officer.token();
    let one = door.events(token.as_deref(), NEEDS, json!({})).await;
    let two = door.events(token.as_deref(), NEEDS, json!({})).await;
    assert_eq!((one.status, two.status), (200, 429));
    assert!(two.head.contains("application/problem+json"), "{}", two.head);
}
