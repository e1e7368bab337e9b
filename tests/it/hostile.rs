//! Requests that mean harm, to the real binary. Each is refused soon and with a code, and whoever
//! asks an ordinary question meanwhile, again and again, is answered every time.

use std::{
    fmt::Write as _,
    io::{Read, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use actix_http::ws::Message;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use flate2::{Compression, write::GzEncoder};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::{
    Answer, Database, Socket,
    binary::{Serving, Site, ask, http},
};

use crate::binary::{newcomer, set_up};

/// Far above what a refusal takes on a busy machine, and far below what each of these takes of a
/// service that does not guard itself, which is for ever.
const SOON: Duration = Duration::from_secs(20);
/// How many send the same at once, and how often each of them does.
const ATTACKERS: usize = 4;
const ATTEMPTS: usize = 5;

/// The service, somebody who attacks it, and somebody who has work to do.
struct Scene {
    serving: Serving,
    attacker: String,
    leave: Arc<AtomicBool>,
    neighbour: JoinHandle<(usize, Duration)>,
    _site: Site,
}

impl Scene {
    /// Nothing where the binary cannot be had.
    fn new(settings: &[(&str, &str)]) -> Option<Self> {
        let site = Site::new(Database::Sqlite)?;
        let [chamber, ott, _] = set_up(&site);
        let attacker = newcomer(&site, &ott, "OTT_OFFICER");
        let worker = newcomer(&site, &chamber, "CHAMBER_LIAISON");
        let mut command = site.command(&["serve"]);
        command.env("VINCULO_LISTEN", "127.0.0.1:0").envs(settings.iter().copied());
        let serving = Serving::start(command);
        let leave = Arc::new(AtomicBool::new(false));
        let neighbour = {
            let (address, leave) = (serving.address.clone(), leave.clone());
            std::thread::spawn(move || {
                let query =
                    "{ viewer { isNetworkMember } organizations { totalCount nodes { name } } }";
                let (mut answered, mut slowest) = (0, Duration::ZERO);
                while !leave.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    let answer = ask(&address, Some(&worker), query, &json!({})).unwrap();
                    assert_eq!(answer.status, 200, "{:#}", answer.body);
                    assert_eq!(answer.data()["organizations"]["totalCount"], 3);
                    slowest = slowest.max(begun.elapsed());
                    answered += 1;
                }
                (answered, slowest)
            })
        };
        Some(Self { serving, attacker, leave, neighbour, _site: site })
    }

    /// Does the same from several sides at once, several times.
    fn attack<T: Send>(&self, attempt: impl Fn(&str, &str) -> T + Sync) -> Vec<T> {
        std::thread::scope(|scope| {
            let sides: Vec<_> = (0..ATTACKERS)
                .map(|_| {
                    scope.spawn(|| {
                        let times = 0..ATTEMPTS;
                        times
                            .map(|_| {
                                let begun = Instant::now();
                                let told = attempt(&self.serving.address, &self.attacker);
                                assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
                                told
                            })
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            sides.into_iter().flat_map(|side| side.join().expect("refused in time")).collect()
        })
    }

    /// The neighbour was answered every time, and the service ends in order.
    fn end(self) {
        self.leave.store(true, Ordering::Relaxed);
        let (answered, slowest) = self.neighbour.join().expect("the neighbour was answered");
        assert!(answered > 0 && slowest < SOON, "{answered} answers, the slowest in {slowest:?}");
        assert_eq!(self.serving.stop(), Some(0));
    }
}

#[test]
fn documents_that_would_never_end_are_refused() {
    let Some(scene) = Scene::new(&[]) else { return };
    for (what, query, code) in documents() {
        for answer in scene.attack(|address, token| {
            ask(address, Some(token), &query, &json!({})).expect("an answer")
        }) {
            assert_eq!((answer.status, answer.code()), (200, code), "{what}");
            assert!(answer.body.get("data").is_none(), "{what}");
            let told = answer.body.to_string().len();
            assert!(told < 20_000, "{what}: {told} bytes of errors");
        }
    }
    scene.end();
}

/// What it is, the document, and the code of its refusal.
fn documents() -> Vec<(&'static str, String, &'static str)> {
    let repeat = |count: usize, one: &dyn Fn(usize) -> String| {
        (0..count).fold(String::new(), |all, number| all + &one(number) + " ")
    };
    let nested = |open: &str, depth: usize, close: &str| {
        format!("{{ {} __typename {} }}", open.repeat(depth), close.repeat(depth))
    };
    let mut bomb = "{ ...F0 }".to_owned();
    for number in 0..25 {
        let next = number + 1;
        write!(bomb, "fragment F{number} on Query{{...F{next} ...F{next}}}").unwrap();
    }
    bomb += "fragment F25 on Query { viewer { isNetworkMember } }";
    assert!(bomb.len() < 1_200, "it is small");
    let rows = "{ needs(first: 100) { nodes { matches(first: 50) { nodes { offer { \
        matches(first: 50) { nodes { need { title } } } } } } } } }";
    let schema = format!(
        "{{ __schema {{ types {{ {} name {} }} }} }}",
        "fields { type { ".repeat(8),
        "} }".repeat(8)
    );
    let (failed, deep, much) =
        ("GRAPHQL_VALIDATION_FAILED", "DEPTH_LIMIT_EXCEEDED", "COST_LIMIT_EXCEEDED");
    vec![
        ("fragments that double", bomb, much),
        ("fragments in a circle", "{ ...A } fragment A on Query { ...A }".to_owned(), failed),
        (
            "aliases",
            format!("{{ {} }}", repeat(600, &|number| format!("a{number}: __typename"))),
            failed,
        ),
        (
            "aliases below",
            format!("{{ viewer {{ {} }} }}", repeat(31, &|n| format!("a{n}: networkLevel"))),
            failed,
        ),
        (
            "directives",
            format!("{{ __typename {} }}", repeat(250, &|_| "@skip(if: false)".to_owned())),
            failed,
        ),
        ("fields in each other", nested("viewer {", 40, "}"), deep),
        ("more of them than a parser's stack", nested("a {", 60_000, "}"), failed),
        ("lists in each other", format!("{{ node(id: {}", "[".repeat(1_900)), deep),
        ("rows of rows of rows", rows.to_owned(), much),
        ("the schema in circles", schema, deep),
        (
            "mistakes",
            format!("{{ viewer {{ {} }} }}", repeat(1_900, &|n| format!("no{n}"))),
            failed,
        ),
        ("one long name", format!("{{ {} }}", "x".repeat(190_000)), failed),
        (
            "many operations",
            repeat(400, &|number| format!("query Q{number} {{ __typename }}")),
            failed,
        ),
    ]
}

#[test]
fn bodies_that_are_more_than_they_seem_are_refused() {
    let Some(scene) = Scene::new(&[("VINCULO_LIMITS_BODY_SECONDS", "2")]) else { return };
    let head =
        |more: &str| format!("POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\n{more}");
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&vec![b' '; 100_000_000]).unwrap();
    let bomb = packer.finish().unwrap();
    let batch = json!(vec![json!({ "query": "{ __typename }" }); 5_000]).to_string();
    let deep = format!("{{\"query\":\"{{__typename}}\",\"variables\":{}", "[".repeat(500_000));
    let ids = json!({
        "query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        "variables": { "ids": vec!["org_00000000000000000000000000000000"; 20_000] },
    });
    for (what, more, body, status, code) in [
        ("a bomb", "Content-Encoding: gzip\r\n", bomb.clone(), 413, None),
        ("a bomb in a bomb", "Content-Encoding: gzip, gzip\r\n", bomb, 415, None),
        ("no compression", "Content-Encoding: gzip\r\n", b"[]".to_vec(), 400, None),
        ("a batch", "", batch.into_bytes(), 400, Some("BAD_USER_INPUT")),
        ("values in each other", "", deep.into_bytes(), 400, Some("GRAPHQL_PARSE_FAILED")),
        ("ids", "", ids.to_string().into_bytes(), 200, Some("COST_LIMIT_EXCEEDED")),
    ] {
        for (seen, told) in scene.attack(|address, token| {
            let head = head(&format!("{more}Authorization: Bearer {token}\r\n"));
            http(address, &head, &body).expect("an answer")
        }) {
            assert_eq!(seen, status, "{what}: {told}");
            let body: Value = serde_json::from_str(&told).expect("JSON");
            match code {
                Some(code) => assert_eq!(Answer { status, body }.code(), code, "{what}"),
                None => assert_eq!(body["status"], json!(status), "{what}"),
            }
        }
    }
    // Nobody waits for what is announced and too long, or has no end.
    for status in scene.attack(|address, _| {
        begun(address, &head("Host: a\r\nContent-Length: 10000000000\r\n\r\n")).and_then(answered)
    }) {
        assert_eq!(status, Some(413), "ten gigabytes");
    }
    for status in scene.attack(|address, _| {
        let mut stream = begun(address, &head("Host: a\r\nTransfer-Encoding: chunked\r\n\r\n"))?;
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        for _ in 0..32 {
            // Where it is not taken any more, the answer is there.
            let _ = stream.write_all(chunk.as_bytes());
        }
        answered(stream)
    }) {
        assert_eq!(status, Some(413), "a body without an end");
    }
    // Many who send a byte and no more, of a body and of a head, are let go.
    let slow: Vec<_> = (0..300)
        .map(|number| {
            let slow = match number % 2 {
                0 => head("Host: a\r\nContent-Length: 1000\r\n\r\n{"),
                _ => "POST /graphql HT".to_owned(),
            };
            begun(&scene.serving.address, &slow).expect("a connection")
        })
        .collect();
    for stream in slow {
        assert_eq!(answered(stream), Some(408), "a slow sender");
    }
    scene.end();
}

/// A connection on which something has been said. Nothing when it was closed before.
fn begun(address: &str, said: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(3 * SOON)).expect("a time");
    // A service that reads no more lets whoever goes on sending wait.
    stream.set_write_timeout(Some(Duration::from_secs(1))).expect("a time");
    stream.write_all(said.as_bytes()).ok()?;
    Some(stream)
}

/// With which status it is answered. Nothing when it is closed without a word.
fn answered(mut stream: TcpStream) -> Option<u16> {
    let mut start = [0; 12];
    stream.read_exact(&mut start).ok()?;
    std::str::from_utf8(&start[9..]).ok()?.parse().ok()
}

#[test]
fn sockets_that_never_come_to_an_end_are_closed() {
    let settings = [("VINCULO_SUBSCRIPTIONS_INIT_SECONDS", "1")];
    let Some(scene) = Scene::new(&settings) else { return };
    let address = scene.serving.address.clone();
    actix_web::rt::System::new().block_on(async {
        // A text in pieces, without a last one.
        let mut socket = Socket::to(&address).await;
        socket.send_in_pieces(&vec!["x".repeat(60_000); 30]).await;
        assert_eq!(socket.closed().await, 1009);
        // More operations at once than there may be: each of the rest is told.
        let mut socket = Socket::to(&address).await;
        for number in 0..300 {
            let follow = "subscription { needPublished { cursor } }";
            socket.subscribe(&number.to_string(), follow, json!({})).await;
        }
        for number in 20..300 {
            assert_eq!(socket.refused(&number.to_string()).await, ["RATE_LIMITED"]);
        }
        // The same bomb as over HTTP, and the socket stays.
        let (_, bomb, code) = documents().remove(0);
        let mut socket = Socket::to(&address).await;
        for _ in 0..50 {
            socket.subscribe("1", &bomb, json!({})).await;
            assert_eq!(socket.refused("1").await, [code]);
        }
        // Pings without number are answered, and more than that is not done with them.
        for _ in 0..1_000 {
            socket.send(Message::Ping("x".into())).await;
        }
        socket.send(Message::Close(None)).await;
        socket.closed().await;
    });
    // Nobody who says nothing keeps a place.
    let upgrade = "GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n";
    let silent: Vec<_> = (0..300).filter_map(|_| begun(&address, upgrade)).collect();
    for mut stream in silent {
        let mut said = Vec::new();
        stream.read_to_end(&mut said).expect("it is closed");
        assert!(said.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&said));
        let code = 4_408_u16.to_be_bytes();
        assert!(said.windows(2).any(|two| two == code), "{said:?}");
    }
    scene.end();
}

#[test]
fn tokens_that_somebody_made_up_are_refused() {
    let Some(scene) = Scene::new(&[]) else { return };
    let (status, keys) = scene.serving.get(None, "/.well-known/jwks.json").unwrap();
    assert_eq!(status, 200);
    let keys: Value = serde_json::from_str(&keys).unwrap();
    // Somebody who would be asked for keys, if a token could say where they are.
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("http://{}/keys", elsewhere.local_addr().unwrap());
    for (what, token) in forged(&scene.attacker, &keys["keys"][0], &place) {
        for answer in scene.attack(|address, _| {
            ask(address, Some(&token), "{ viewer { isNetworkMember } }", &json!({})).unwrap()
        }) {
            assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"), "{what}");
            assert!(answer.body.get("data").is_none(), "{what}");
        }
    }
    elsewhere.set_nonblocking(true).unwrap();
    assert!(elsewhere.accept().is_err(), "a token cannot say where its keys are");
    // What it was made of is good.
    let who = "{ viewer { isNetworkMember } }";
    let seen = scene.serving.ask(Some(&scene.attacker), who, &json!({})).unwrap();
    assert_eq!(seen.root()["isNetworkMember"], true);
    // A head beyond all measure does not even come to be read.
    for status in scene.attack(|address, token| {
        let long = format!("GET /health/live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}");
        begun(address, &format!("{long}{}\r\n\r\n", "x".repeat(400_000))).and_then(answered)
    }) {
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{status:?}");
    }
    scene.end();
}

/// Tokens that are nearly the good one.
fn forged(good: &str, key: &Value, place: &str) -> Vec<(&'static str, String)> {
    let parts: Vec<_> = good.split('.').collect();
    let read = |part: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let with = |value: &Value, more: Value| {
        let mut value = value.clone();
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        value
    };
    let (head, claims) = (read(parts[0]), read(parts[1]));
    let admin = with(&claims, {
        let mut grants = claims["grants"].clone();
        grants[0]["role"] = json!("NETWORK_ADMIN");
        json!({ "grants": grants })
    });
    let stranger = SigningKey::from_bytes(&[7; 32]);
    let theirs = json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
        "kid": key["kid"], "x": URL_SAFE_NO_PAD.encode(stranger.verifying_key().as_bytes()) });
    let signed = |head: Value, claims: &Value| {
        let message = format!("{}.{}", part(&head), part(claims));
        let signature = stranger.sign(message.as_bytes()).to_bytes();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let secret = |secret: &[u8]| {
        let head = with(&head, json!({ "alg": "HS256" }));
        let message = format!("{}.{}", part(&head), part(&admin));
        let mut code = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        code.update(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(code.finalize().into_bytes()))
    };
    let x = key["x"].as_str().unwrap();
    let none = with(&head, json!({ "alg": "none" }));
    vec![
        ("alg none", format!("{}.{}.", part(&none), part(&admin))),
        ("alg none, signed", format!("{}.{}.{}", part(&none), part(&admin), parts[2])),
        ("HS256 with the public key", secret(&URL_SAFE_NO_PAD.decode(x).unwrap())),
        ("HS256 with its text", secret(x.as_bytes())),
        ("other claims", format!("{}.{}.{}", parts[0], part(&admin), parts[2])),
        ("another's signature", signed(head.clone(), &admin)),
        ("a key that it brings", signed(with(&head, json!({ "jwk": theirs })), &admin)),
        ("a place of keys", signed(with(&head, json!({ "jku": place })), &admin)),
        ("a place of certificates", signed(with(&head, json!({ "x5u": place })), &admin)),
        ("an unknown key", signed(with(&head, json!({ "kid": "../../etc/passwd" })), &admin)),
        ("too long", signed(head.clone(), &with(&claims, json!({ "pad": "x".repeat(9_000) })))),
        ("cut off", good[..good.len() - 4].to_owned()),
        ("twice", format!("{good}.{}", parts[2])),
    ]
}
