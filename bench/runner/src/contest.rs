//! Servers side by side: each operation, each server, window after window in turn.

use std::{io, path::Path};

use serde::Serialize;
use serde_json::Value;

use crate::{
    client::Client,
    database::Parameters,
    equality,
    operations::{Asked, Kind, Operation},
    process::{Cluster, Server},
    report::Measured,
    windows::{Shape, Window, run},
};

/// A server as it is asked in this contest.
#[derive(Debug)]
pub struct Contender<'a> {
    pub label: String,
    pub kind: Kind,
    pub server: &'a Server,
    /// The cluster that works for it; none for a database inside of the server.
    pub cluster: Option<Cluster>,
    pub given: &'a Parameters,
    /// For reading, and for drafting.
    pub tokens: (Option<String>, Option<String>),
}

impl Contender<'_> {
    fn requests(&self, operation: Operation, documents: &Path) -> io::Result<Vec<Vec<u8>>> {
        let (reading, drafting) = &self.tokens;
        let token = if operation == Operation::Q5 { drafting } else { reading };
        let asked = Asked { kind: self.kind, port: self.server.port, token: token.as_deref() };
        asked.requests(operation, self.given, documents)
    }
}

/// How long it is measured.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Effort {
    pub windows: usize,
    pub seconds: f64,
    pub warm_seconds: f64,
    pub connections: usize,
}

/// Measures each operation for each contender. `alike` says whether their answers must be equal.
pub fn contest(
    contenders: &[Contender<'_>],
    operations: &[Operation],
    effort: Effort,
    alike: bool,
    documents: &Path,
) -> io::Result<Vec<Measured>> {
    let mut measured = Vec::new();
    for &operation in operations {
        thaw(contenders)?;
        let mut requests = Vec::new();
        for contender in contenders {
            requests.push(contender.requests(operation, documents)?);
        }
        compare_answers(contenders, operation, &requests, alike)?;
        let mut windows: Vec<Vec<Window>> = contenders.iter().map(|_| Vec::new()).collect();
        let shape =
            Shape { connections: effort.connections, seconds: effort.seconds, requests: 24 };
        for round in 0..=effort.windows {
            for turn in 0..contenders.len() {
                // Nobody is always first.
                let place = (turn + round) % contenders.len();
                only(contenders, place)?;
                let contender = &contenders[place];
                let shape = if round == 0 {
                    Shape { seconds: effort.warm_seconds, ..shape }
                } else {
                    shape
                };
                let window = run(contender.server, contender.cluster, &requests[place], shape)?;
                if window.failures > 0 {
                    let failed = format!(
                        "{} failures of {} in {}",
                        window.failures, window.answers, contender.label
                    );
                    return Err(io::Error::other(failed));
                }
                // The first round only warms up.
                if round > 0 {
                    windows[place].push(window);
                }
            }
        }
        for (contender, windows) in contenders.iter().zip(windows) {
            let one = Measured::new(operation, &contender.label, &windows);
            eprintln!("{}", one.line());
            measured.push(one);
        }
    }
    thaw(contenders)?;
    Ok(measured)
}

/// The same question to all, one after the other; their answers must be the same.
fn compare_answers(
    contenders: &[Contender<'_>],
    operation: Operation,
    requests: &[Vec<Vec<u8>>],
    alike: bool,
) -> io::Result<()> {
    let questions = requests.iter().map(Vec::len).min().unwrap_or_default();
    let mut first: Vec<Value> = Vec::new();
    for (contender, requests) in contenders.iter().zip(requests) {
        let mut client = Client::connect(contender.server.port)?;
        for (question, request) in requests.iter().take(questions).enumerate() {
            let answer = equality::answer(contender.kind, operation, &mut client, request)?;
            let Some(first) = first.get(question) else {
                first.push(answer);
                continue;
            };
            if alike && let Some(place) = equality::difference(first, &answer) {
                return Err(io::Error::other(format!(
                    "{} and {} answer question {question} of {} differently at {place}",
                    contenders[0].label,
                    contender.label,
                    operation.name(),
                )));
            }
        }
    }
    let told = if alike { "answered alike" } else { "answered" };
    eprintln!("{}: {questions} questions {told} by {}", operation.title(), contenders.len());
    Ok(())
}

/// Halts everybody but one; contenders may share a server.
fn only(contenders: &[Contender<'_>], place: usize) -> io::Result<()> {
    let port = contenders[place].server.port;
    for other in contenders.iter().filter(|other| other.server.port != port) {
        other.server.freeze()?;
    }
    contenders[place].server.thaw()
}

fn thaw(contenders: &[Contender<'_>]) -> io::Result<()> {
    contenders.iter().try_for_each(|contender| contender.server.thaw())
}
