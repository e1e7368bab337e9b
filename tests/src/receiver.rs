//! Somebody who receives webhooks on this machine, and answers as the test has it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The method and the path.
    pub line: String,
    /// The headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body as it came.
    pub body: String,
}

impl Received {
    /// The body, as the object that it is.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("an object")
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status line, such as `200 OK`, with further headers after it.
    pub head: String,
    /// The body.
    pub body: String,
    /// How long it takes.
    pub after: Duration,
}

impl Reply {
    /// With this status, at once.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { head: format!("{status} Told"), body: String::new(), after: Duration::ZERO }
    }
}

#[derive(Debug, Default)]
struct State {
    received: Vec<Received>,
    replies: VecDeque<Reply>,
    /// What is answered when nothing else is said.
    usual: Option<Reply>,
    at_once: usize,
    most_at_once: usize,
}

/// A receiver that runs until it is dropped.
#[derive(Debug)]
pub struct Receiver {
    /// Where it listens.
    pub port: u16,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Receiver {
    /// Begins to listen; answers with 200 unless something else is said.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = state.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { port, state, serving }
    }

    /// Its address, under a name that the tests know.
    #[must_use]
    pub fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/hooks?of=tests", self.port)
    }

    /// What it answers next, once each; then it is as usual.
    pub fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.lock().replies.extend(replies);
    }

    /// What it answers when nothing else is said.
    pub fn usually(&self, reply: Reply) {
        self.lock().usual = Some(reply);
    }

    /// What it received since the last look.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        std::mem::take(&mut self.lock().received)
    }

    /// How many it was told at once, at most.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.lock().most_at_once
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        locked(&self.state)
    }
}

fn locked(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(received) = read(&mut stream).await else { return };
    let reply = {
        let mut state = locked(&state);
        state.received.push(received);
        state.at_once += 1;
        state.most_at_once = state.most_at_once.max(state.at_once);
        let usual = state.usual.clone();
        state.replies.pop_front().or(usual).unwrap_or_else(|| Reply::status(200))
    };
    tokio::time::sleep(reply.after).await;
    locked(&state).at_once -= 1;
    let Reply { head, body, .. } = reply;
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    // Who asked may have gone.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4_096];
        let count = stream.read(&mut chunk).await.ok()?;
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let line = lines.next()?.to_owned();
            let headers: BTreeMap<_, _> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
                .collect();
            let length: usize = headers.get("content-length")?.parse().ok()?;
            if body.len() >= length {
                return Some(Received { line, headers, body: body.to_owned() });
            }
        }
        if count == 0 {
            return None;
        }
    }
}
