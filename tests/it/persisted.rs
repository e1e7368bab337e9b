//! Documents that are known by an id, and answers that a cache in front may keep, over real HTTP.

use std::collections::HashMap;

use api::config::{ApplicationSettings, TrustMode};
use entity::{NeedStatus, Role};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::{Door, World};

use crate::limits::{Came, bearer, post};

tests::stories!(
    a_document_is_sent_once_and_then_named,
    what_is_not_valid_is_not_kept,
    values_in_a_document_keep_it_with_its_sender,
    pages_send_what_their_manifest_has,
    a_cache_in_front_serves_everybody_and_nobody_elses,
);

const NEEDS: &str = "query Needs($first: Int) { needs(first: $first) { nodes { title } } }";

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

/// Sends a query string by GET.
async fn get(door: &Door, head: &str, query: &[(&str, &str)]) -> Came {
    Came::of(door.request(&format!("GET {}", address(query)), head, "").await).await
}

fn address(query: &[(&str, &str)]) -> String {
    let escaped = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs: Vec<_> =
        query.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    format!("/graphql?{}", pairs.join("&"))
}

async fn a_document_is_sent_once_and_then_named(world: &World) {
    const FOLLOW: &str = "subscription { needPublished { need { title } } }";
    let cast = world.cast().await;
    world.need(&cast, NeedStatus::Published).await;
    let door = world.door(|_| ());
    let member = world.person(Role::MemberUser, cast.company).await;
    let known = hash(NEEDS);
    let named = json!({ "extensions": persisted(&known), "variables": { "first": 1 } });

    // As clients expect it: a code, a message, an answer that is GraphQL.
    for (accept, status) in [("", 200), ("accept: application/graphql-response+json\r\n", 400)] {
        let came = post(&door, accept, &named).await;
        assert_eq!((came.status, came.code()), (status, "PERSISTED_QUERY_NOT_FOUND"));
        assert_eq!(came.body["errors"][0]["message"], "PersistedQueryNotFound");
        assert_eq!(came.body.get("data"), None);
    }
    let wrong = json!({ "query": NEEDS, "extensions": persisted(&hash("{ a }")) });
    let came = post(&door, "", &wrong).await;
    assert_eq!((came.status, came.code()), (400, "BAD_USER_INPUT"));
    assert_eq!(post(&door, "", &named).await.code(), "PERSISTED_QUERY_NOT_FOUND");

    let both = json!({ "query": NEEDS, "extensions": persisted(&known) });
    let first = post(&door, "", &both).await;
    let title = &first.body["data"]["needs"]["nodes"][0]["title"];
    assert!(title.is_string(), "{:#}", first.body);

    // From now on its name is enough, whoever asks and whichever way.
    assert_eq!(post(&door, "", &named).await.body, first.body);
    assert_eq!(post(&door, &bearer(&member), &named).await.status, 200);
    let by_id = json!({ "documentId": format!("sha256:{known}"), "variables": { "first": 1 } });
    assert_eq!(post(&door, "", &by_id).await.body, first.body);
    let extension = persisted(&known).to_string();
    assert_eq!(get(&door, "", &[("extensions", &extension)]).await.body, first.body);
    let id = format!("sha256:{known}");
    let query = [("documentId", id.as_str()), ("operationName", "Needs")];
    assert_eq!(get(&door, "", &query).await.body, first.body);
    let mut socket = door.socket(None).await;
    socket.say(json!({ "type": "subscribe", "id": "1", "payload": by_id })).await;
    assert_eq!(socket.next("1").await, first.body);
    assert_eq!(socket.hear().await["type"], "complete");

    // Over a socket one is sent, and as events it is named.
    let following = hash(FOLLOW);
    let named = json!({ "extensions": persisted(&following) });
    socket.say(json!({ "type": "subscribe", "id": "2", "payload": named })).await;
    assert_eq!(socket.refused("2").await, ["PERSISTED_QUERY_NOT_FOUND"]);
    let both = json!({ "query": FOLLOW, "extensions": persisted(&following) });
    socket.say(json!({ "type": "subscribe", "id": "2", "payload": both })).await;
    world.subscribed(1).await;
    let head = "content-type: application/json\r\naccept: text/event-stream\r\n";
    let events = door.request("POST /graphql", head, &named.to_string()).await;
    assert_eq!(events.status, 200);
    world.subscribed(2).await;

    // A name opens nothing that the document would not.
    let schema = "{ __schema { queryType { name } } }";
    let closed = world.door(|http| http.anonymous_introspection = false);
    let both = json!({ "query": schema, "extensions": persisted(&hash(schema)) });
    let named = json!({ "extensions": persisted(&hash(schema)) });
    assert_eq!(post(&closed, &bearer(&member), &both).await.status, 200);
    assert_eq!(post(&closed, "", &named).await.status, 401);
    let change = "mutation { markRead: __typename }";
    let both = json!({ "query": change, "extensions": persisted(&hash(change)) });
    assert_eq!(post(&door, &bearer(&member), &both).await.status, 200);
    let extension = persisted(&hash(change)).to_string();
    assert_eq!(get(&door, "", &[("extensions", &extension)]).await.status, 405);
}

async fn what_is_not_valid_is_not_kept(world: &World) {
    let door = world.door(|http| http.limits.depth = 3);
    for (text, code) in [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ needs {", "GRAPHQL_PARSE_FAILED"),
        ("{ needs { nodes { chamber { name } } } }", "DEPTH_LIMIT_EXCEEDED"),
        ("query ($first: Int!) { needs(first: $first) { totalCount } }", "BAD_USER_INPUT"),
    ] {
        let both = json!({ "query": text, "extensions": persisted(&hash(text)) });
        assert_eq!(post(&door, "", &both).await.code(), code);
        let named = json!({ "extensions": persisted(&hash(text)) });
        assert_eq!(post(&door, "", &named).await.code(), "PERSISTED_QUERY_NOT_FOUND", "{text}");
    }
}

async fn values_in_a_document_keep_it_with_its_sender(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let door = world.door(|_| ());
    let member = world.person(Role::MemberUser, cast.company).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let text = format!("{{ need(id: \"{}\") {{ title }} }}", need.id);
    let both = json!({ "query": text, "extensions": persisted(&hash(&text)) });
    assert!(post(&door, &bearer(&member), &both).await.body["data"]["need"]["title"].is_string());
    let named = json!({ "extensions": persisted(&hash(&text)) });
    assert_eq!(post(&door, &bearer(&member), &named).await.body["errors"], Value::Null);
    for other in [bearer(&officer), String::new()] {
        assert_eq!(post(&door, &other, &named).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    }
}

async fn pages_send_what_their_manifest_has(world: &World) {
    let cast = world.cast().await;
    world.need(&cast, NeedStatus::Published).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let folder = world.files();
    std::fs::create_dir_all(&folder).unwrap();
    let [before, now] = ["before.json", "now.json"].map(|name| folder.join(name));
    std::fs::write(&before, json!({ "a1": "{ needs { totalCount } }" }).to_string()).unwrap();
    std::fs::write(&now, json!({ hash(NEEDS): NEEDS }).to_string()).unwrap();
    let open = |mode| {
        world.door(|http| {
            http.applications = vec![ApplicationSettings {
                name: "red".to_owned(),
                origins: vec!["https://red.example".to_owned()],
                documents: vec![before.clone(), now.clone()],
                mode,
            }];
            http.cors_origins = vec!["https://red.example".to_owned()];
        })
    };
    let page = format!("origin: https://red.example\r\n{}", bearer(&member));
    let free = json!({ "query": "{ needs { nodes { title } } }" });
    for (mode, status) in [(TrustMode::Off, 200), (TrustMode::Log, 200), (TrustMode::Enforce, 403)]
    {
        let door = open(mode);
        // Partners and analysts write what they like; and so do pages of others.
        for head in
            [bearer(&member), format!("origin: https://other.example\r\n{}", bearer(&member))]
        {
            assert_eq!(post(&door, &head, &free).await.status, 200, "{mode:?}");
        }
        let came = post(&door, &page, &free).await;
        assert_eq!(came.status, status, "{mode:?}");
        for trusted in [
            json!({ "documentId": "a1" }),
            json!({ "documentId": hash(NEEDS) }),
            json!({ "documentId": format!("sha256:{}", hash(NEEDS)) }),
            json!({ "extensions": persisted(&hash(NEEDS)) }),
            json!({ "query": NEEDS }),
        ] {
            let came = post(&door, &page, &trusted).await;
            assert!(came.body["data"]["needs"].is_object(), "{mode:?} {trusted} {:#}", came.body);
        }
        let came = post(&door, &page, &json!({ "documentId": "b2" })).await;
        assert_eq!(came.code(), "PERSISTED_QUERY_NOT_FOUND");
    }

    let door = open(TrustMode::Enforce);
    let came = post(&door, &page, &free).await;
    assert_eq!((came.code(), came.body.get("data")), ("FORBIDDEN", None));
    // Nobody opens a way around by sending it from elsewhere before.
    let text = free["query"].as_str().unwrap();
    let both = json!({ "query": text, "extensions": persisted(&hash(text)) });
    assert_eq!(post(&door, &bearer(&member), &both).await.status, 200);
    let named = json!({ "extensions": persisted(&hash(text)) });
    assert_eq!(post(&door, &page, &named).await.status, 403);
    // Nor by a GET to where the page comes from, of which browsers tell no origin.
    let own = "sec-fetch-site: same-origin\r\n";
    let came = Came::of(
        door.request_to("red.example", &format!("GET {}", address(&[("query", text)])), own).await,
    );
    assert_eq!(came.await.status, 403);
    // Nor as events, nor over a socket.
    let head = format!("accept: text/event-stream\r\n{page}");
    assert_eq!(
        post(&door, &head, &json!({ "query": "subscription { needPublished { cursor } }" }))
            .await
            .status,
        403
    );
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let mut socket = door.with(&[protocol, ("origin", "https://red.example")]).await;
    socket.say(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    socket.subscribe("1", text, json!({})).await;
    assert_eq!(socket.refused("1").await, ["FORBIDDEN"]);
    socket.say(json!({ "type": "subscribe", "id": "2", "payload": { "documentId": "a1" } })).await;
    assert_eq!(socket.next("2").await["data"]["needs"]["totalCount"], 1);
}

/// An address, and of each header on which its answers depend what was asked.
type Secondary = (String, Vec<Option<String>>);

/// A cache that many share, as RFC 9111 has it: what is `public` is kept under its address and
/// under what the answer says it depends on.
#[derive(Default)]
struct Cache {
    kept: HashMap<Secondary, (String, Value)>,
    /// What answers to an address depend on.
    vary: HashMap<String, Vec<String>>,
}

impl Cache {
    fn key(&self, target: &str, head: &str) -> Secondary {
        let told = |name: &String| {
            let prefix = format!("{name}: ");
            head.lines().find_map(|line| line.strip_prefix(&prefix)).map(ToOwned::to_owned)
        };
        let names = self.vary.get(target).cloned().unwrap_or_default();
        (target.to_owned(), names.iter().map(told).collect())
    }

    /// An answer, and whether it was kept.
    async fn get(&mut self, door: &Door, head: &str, query: &[(&str, &str)]) -> (bool, Value) {
        let target = address(query);
        if let Some((_, body)) = self.kept.get(&self.key(&target, head)) {
            return (true, body.clone());
        }
        let came = get(door, head, query).await;
        let control = came.header("cache-control").expect("it is said of every answer").to_owned();
        if control.contains("public") {
            let vary = came.all("vary");
            self.vary.insert(target.clone(), vary);
            let tag = came.header("etag").expect("a tag").to_owned();
            self.kept.insert(self.key(&target, head), (tag, came.body.clone()));
        }
        (false, came.body)
    }
}

async fn a_cache_in_front_serves_everybody_and_nobody_elses(world: &World) {
    const QUERY: &str =
        "{ needs { nodes { id title description disclosureLevel } } viewer { isNetworkMember } }";
    let cast = world.cast().await;
    world.need(&cast, NeedStatus::Published).await;
    let door = world.door(|http| {
        http.cors_origins = vec!["https://red.example".to_owned()];
        http.public_seconds = 90;
    });
    let member = world.person(Role::MemberUser, cast.company).await;
    let query = [("query", QUERY)];

    let open = get(&door, "", &query).await;
    assert_eq!(open.header("cache-control"), Some("public, max-age=90"));
    assert_eq!(open.header("ratelimit"), None, "what is left to one is no news for others");
    for name in ["accept", "authorization", "accept-encoding", "origin", "x-vinculo-cost"] {
        assert!(open.all("vary").iter().any(|one| one == name), "{name} {:?}", open.all("vary"));
    }
    // It is still the same, or it is not.
    let tag = open.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.len() == 34, "{tag}");
    for (known, status) in [
        (tag.clone(), 304),
        (format!("W/{tag}"), 304),
        (format!("\"other\", {tag}"), 304),
        ("*".to_owned(), 304),
        ("\"other\"".to_owned(), 200),
    ] {
        let came = get(&door, &format!("if-none-match: {known}\r\n"), &query).await;
        assert_eq!(came.status, status, "{known}");
        assert_eq!(came.header("etag"), Some(tag.as_str()));
        assert_eq!(came.header("cache-control"), Some("public, max-age=90"));
        assert!(came.all("vary").iter().any(|one| one == "authorization"));
    }
    let other = "accept: application/graphql-response+json\r\n";
    assert_ne!(get(&door, other, &query).await.header("etag"), Some(tag.as_str()), "another type");

    // Whatever is somebody's, an error, a change or a stream is nobody's to keep.
    let token = bearer(&member);
    let mine = get(&door, &token, &query).await;
    assert_eq!(mine.header("cache-control"), Some("private, no-store"));
    assert_eq!((mine.header("etag"), mine.header("ratelimit").is_some()), (None, true));
    let same = format!("{token}if-none-match: {tag}\r\n");
    assert_eq!(get(&door, &same, &query).await.status, 200);
    for (head, query) in [
        ("", [("query", "{ nothing }")]),
        ("", [("query", "{ needs(first: -1) { totalCount } }")]),
        ("", [("query", "{ a: needs { totalCount } b: needs(first: -1) { totalCount } }")]),
        ("", [("query", "mutation { __typename }")]),
        ("", [("documentId", "a1")]),
        ("accept: text/event-stream\r\n", query),
        ("x-vinculo-cost: 1\r\n", query),
        ("authorization: Bearer nonsense\r\n", query),
    ] {
        let came = get(&door, head, &query).await;
        assert_eq!(
            came.header("cache-control"),
            Some("no-store"),
            "{head}{query:?} {:#}",
            came.body
        );
        assert_eq!(came.header("etag"), None);
    }
    let posted = post(&door, "", &json!({ "query": QUERY })).await;
    assert_eq!((posted.status, posted.header("cache-control")), (200, Some("no-store")));
    let unkept = world.door(|http| http.public_seconds = 0);
    assert_eq!(get(&unkept, "", &query).await.header("cache-control"), Some("no-store"));

    // A cache in front: nobody is served from it what is somebody's, nor somebody what is nobody's.
    let mut cache = Cache::default();
    let (kept, first) = cache.get(&door, "", &query).await;
    assert_eq!((kept, &first), (false, &open.body));
    assert_eq!(cache.get(&door, "", &query).await, (true, first.clone()));
    for _ in 0..2 {
        let (kept, mine) = cache.get(&door, &token, &query).await;
        assert!(!kept && mine["data"]["viewer"]["isNetworkMember"] == true, "{mine:#}");
        assert!(mine["data"]["needs"]["nodes"][0]["description"].is_string(), "{mine:#}");
    }
    assert_eq!(cache.get(&door, "", &query).await, (true, first.clone()));
    assert!(first["data"]["needs"]["nodes"][0]["description"].is_null(), "{first:#}");
    let (kept, _) = cache.get(&door, "origin: https://red.example\r\n", &query).await;
    assert!(!kept, "another page reads other headers");
}
