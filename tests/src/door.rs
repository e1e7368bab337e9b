//! A door to the network: the service of a world behind a port, and the clients that stay there.

use std::{net::SocketAddr, time::Duration};

use actix_codec::{Decoder, Encoder};
use actix_http::ws::{CloseReason, Codec, Frame, Item, Message};
use actix_web::{HttpServer, rt, web::BytesMut};
use api::config::HttpSettings;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::world::{World, app_with};

/// The longest that a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);
const PROTOCOL: [(&str, &str); 1] = [("sec-websocket-protocol", "graphql-transport-ws")];
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// A server of a world.
#[derive(Debug)]
pub struct Door {
    /// Where it listens.
    pub address: SocketAddr,
}

impl World {
    /// Opens a door, with settings of its own.
    pub fn door(&self, change: impl FnOnce(&mut HttpSettings)) -> Door {
        let app = app_with(&self.service, change);
        let server = HttpServer::new(move || {
            actix_web::App::new().configure(api::http::configure(app.clone()))
        });
        // As the service itself does it: who has gone is noticed.
        let server = server.workers(1).disable_signals().h1_allow_half_closed(false);
        let server = server.bind("127.0.0.1:0").expect("a port");
        let address = server.addrs()[0];
        let server = server.run();
        self.doors.borrow_mut().push(server.handle());
        rt::spawn(server);
        Door { address }
    }

    /// Returns once so many subscriptions are open.
    pub async fn subscribed(&self, count: usize) {
        let all = async {
            while self.service.subscriptions() != count {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let open = timeout(PATIENCE, all).await;
        open.unwrap_or_else(|_| panic!("{} and not {count}", self.service.subscriptions()));
    }

    /// Tells those who listen what has happened.
    pub async fn tell(&self) {
        self.settled().await;
        self.service.catch_up().await.expect("caught up");
    }
}

impl Door {
    /// A socket of somebody, who has said who they are.
    pub async fn socket(&self, token: Option<&str>) -> Socket {
        let mut socket = self.silent().await;
        let payload = token.map(|token| json!({ "Authorization": format!("Bearer {token}") }));
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// A socket of which nobody has said anything.
    pub async fn silent(&self) -> Socket {
        Socket::open(self.address, &PROTOCOL).await
    }

    /// A socket of nobody, for which the system keeps as little as it can of what comes.
    pub async fn narrow(&self) -> Socket {
        let narrow = TcpSocket::new_v4().expect("a socket");
        narrow.set_recv_buffer_size(4_096).expect("a size");
        let stream = narrow.connect(self.address).await.expect("a connection");
        let mut socket = Socket::over(stream, &PROTOCOL).await;
        socket.say(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// A socket that is opened with these headers.
    pub async fn with(&self, headers: &[(&str, &str)]) -> Socket {
        Socket::open(self.address, headers).await
    }

    /// Asks for events by POST.
    pub async fn events(&self, token: Option<&str>, query: &str, variables: Value) -> Events {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let token = token.map(|token| format!("authorization: Bearer {token}\r\n"));
        let head = format!(
            "accept: text/event-stream\r\ncontent-type: application/json\r\n{}",
            token.unwrap_or_default()
        );
        self.request("POST /graphql", &head, &body).await
    }

    /// Sends any request.
    pub async fn request(&self, target: &str, head: &str, body: &str) -> Events {
        Events::from(&self.address.to_string(), target, head, body).await
    }

    /// Sends a request that is for this host.
    pub async fn request_to(&self, host: &str, target: &str, head: &str) -> Events {
        Events::of(&self.address.to_string(), host, target, head, "").await
    }
}

/// The end of a socket on the client's side.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    codec: Codec,
    buffer: BytesMut,
    /// What the server answered to the handshake.
    pub head: String,
}

impl Socket {
    /// One to any service, of nobody.
    pub async fn to(address: &str) -> Self {
        let mut socket = Self::open(address.parse().expect("an address"), &PROTOCOL).await;
        socket.say(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    async fn open(address: SocketAddr, headers: &[(&str, &str)]) -> Self {
        Self::over(TcpStream::connect(address).await.expect("a connection"), headers).await
    }

    async fn over(mut stream: TcpStream, headers: &[(&str, &str)]) -> Self {
        let headers: String =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "GET /graphql HTTP/1.1\r\nhost: vinculo.test\r\nconnection: upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: {KEY}\r\n\
             {headers}\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut buffer = BytesMut::new();
        let head = loop {
            if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break String::from_utf8_lossy(&buffer.split_to(end + 4)).into_owned();
            }
            let read = timeout(PATIENCE, stream.read_buf(&mut buffer)).await;
            assert!(read.expect("in time").expect("read") > 0, "{buffer:?}");
        };
        let codec = Codec::new().client_mode().max_size(16 << 20);
        Self { stream, codec, buffer, head }
    }

    /// The status of the handshake.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default()
    }

    /// Says something.
    pub async fn say(&mut self, message: Value) {
        self.send(Message::Text(message.to_string().into())).await;
    }

    /// Begins with an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// Sends a frame; that nobody takes it any more is for the next look to tell.
    pub async fn send(&mut self, message: Message) {
        let mut bytes = BytesMut::new();
        self.codec.encode(message, &mut bytes).expect("a frame");
        let _ = self.stream.write_all(&bytes).await;
    }

    /// Sends a text in pieces.
    pub async fn send_in_pieces(&mut self, pieces: &[String]) {
        let last = pieces.len() - 1;
        for (place, piece) in pieces.iter().enumerate() {
            let piece = piece.clone().into();
            let item = match place {
                0 => Item::FirstText(piece),
                _ if place == last => Item::Last(piece),
                _ => Item::Continue(piece),
            };
            self.send(Message::Continuation(item)).await;
        }
    }

    /// The next frame; nothing when the connection ends.
    pub async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.codec.decode(&mut self.buffer).expect("a frame") {
                return Some(frame);
            }
            let read = timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await;
            if read.expect("a frame in time").unwrap_or_default() == 0 {
                return None;
            }
        }
    }

    /// The next message; pings are answered.
    pub async fn hear(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some(Frame::Text(text)) => return serde_json::from_slice(&text).expect("JSON"),
                Some(Frame::Ping(bytes)) => self.send(Message::Pong(bytes)).await,
                other => panic!("{other:?}"),
            }
        }
    }

    /// What the operation with this id says next.
    pub async fn next(&mut self, id: &str) -> Value {
        let message = self.hear().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message:#}");
        message["payload"].clone()
    }

    /// The one field of what it says next.
    pub async fn news(&mut self, id: &str) -> Value {
        let payload = self.next(id).await;
        assert_eq!(payload["errors"], Value::Null, "{payload:#}");
        payload["data"].as_object().and_then(|data| data.values().next()).expect("a field").clone()
    }

    /// The codes of the errors by which an operation is refused.
    pub async fn refused(&mut self, id: &str) -> Vec<String> {
        let message = self.hear().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("error"), &json!(id)),
            "{message:#}"
        );
        codes(&message["payload"])
    }

    /// Returns once everything that was said before has been taken.
    pub async fn sync(&mut self) {
        self.say(json!({ "type": "ping", "payload": { "sync": true } })).await;
        let pong = self.hear().await;
        assert_eq!(pong, json!({ "type": "pong", "payload": { "sync": true } }));
    }

    /// With which code the server closes it.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.frame().await {
                Some(Frame::Close(Some(CloseReason { code, .. }))) => return code.into(),
                Some(Frame::Close(None)) => return 1005,
                Some(Frame::Ping(bytes)) => self.send(Message::Pong(bytes)).await,
                Some(Frame::Text(text)) => {
                    panic!("{}", String::from_utf8_lossy(&text))
                }
                Some(_) => {}
                None => return 1006,
            }
        }
    }
}

fn codes(errors: &Value) -> Vec<String> {
    let errors = errors.as_array().expect("errors").iter();
    errors.map(|error| error["extensions"]["code"].as_str().expect("a code").to_owned()).collect()
}

/// The end of a stream of events on the client's side.
#[derive(Debug)]
pub struct Events {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// What has come and was not looked at.
    text: String,
    /// The status.
    pub status: u16,
    /// The head of the answer, in lower case.
    pub head: String,
}

impl Events {
    /// What any service answers to a request.
    pub async fn from(address: &str, target: &str, head: &str, body: &str) -> Self {
        Self::of(address, "vinculo.test", target, head, body).await
    }

    async fn of(address: &str, host: &str, target: &str, head: &str, body: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let length = body.len();
        let request = format!(
            "{target} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n{head}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut events = Self {
            stream,
            buffer: Vec::new(),
            text: String::new(),
            status: 0,
            head: String::new(),
        };
        events.read_head().await;
        events
    }

    async fn fill(&mut self) -> bool {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await;
        read.expect("in time").unwrap_or_default() > 0
    }

    async fn until(&mut self, end: &[u8]) -> Option<String> {
        loop {
            let found = self.buffer.windows(end.len()).position(|window| window == end);
            if let Some(place) = found {
                let rest = self.buffer.split_off(place + end.len());
                let text = std::mem::replace(&mut self.buffer, rest);
                return Some(String::from_utf8_lossy(&text[..place]).into_owned());
            }
            if !self.fill().await {
                return None;
            }
        }
    }

    async fn read_head(&mut self) {
        self.head = self.until(b"\r\n\r\n").await.expect("a head").to_lowercase();
        let status = self.head.split(' ').nth(1).and_then(|code| code.parse().ok());
        self.status = status.expect("a status");
    }

    /// The next chunk; nothing at the end.
    pub async fn chunk(&mut self) -> Option<String> {
        let size = self.until(b"\r\n").await?;
        let size = usize::from_str_radix(size.trim(), 16).expect("a size");
        while self.buffer.len() < size + 2 {
            if !self.fill().await {
                return None;
            }
        }
        let rest = self.buffer.split_off(size + 2);
        let chunk = std::mem::replace(&mut self.buffer, rest);
        (size > 0).then(|| String::from_utf8_lossy(&chunk[..size]).into_owned())
    }

    /// The next event: its name and its data; signs of life are passed over.
    pub async fn event(&mut self) -> Option<(String, Value)> {
        loop {
            let Some((event, rest)) = self.text.split_once("\n\n") else {
                let chunk = self.chunk().await?;
                self.text.push_str(&chunk);
                continue;
            };
            let (event, rest) = (event.to_owned(), rest.to_owned());
            self.text = rest;
            if event == ":" {
                continue;
            }
            let (name, data) = event.split_once('\n').expect("an event");
            let data = data.strip_prefix("data:").expect("data").trim();
            let data = serde_json::from_str(data).unwrap_or(Value::Null);
            return Some((name.strip_prefix("event: ").expect("a name").to_owned(), data));
        }
    }

    /// The whole body of an answer that is no stream.
    pub async fn body(&mut self) -> String {
        let length = self.head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|text| text.parse().ok()).expect("a length");
        while self.buffer.len() < length {
            assert!(self.fill().await, "the body breaks off");
        }
        String::from_utf8_lossy(&self.buffer[..length]).into_owned()
    }
}
