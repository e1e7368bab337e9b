//! More clients than processors: what a service at its limit, and above it, answers.

use std::{
    fmt::Write as _,
    io,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread::{self, sleep},
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{client::Client, process::Server, report::quantile};

/// What came of a time of load.
#[derive(Clone, Debug, Serialize)]
pub struct Load {
    pub clients: usize,
    pub seconds: f64,
    /// Requests that were carried out.
    pub answers: usize,
    /// Requests that were refused with 503 and told when to come back.
    pub refused: usize,
    /// Everything else: no answer, another status, 503 without `Retry-After`.
    pub failures: usize,
    /// Of the requests that were carried out.
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Resident memory at the start, in the middle and at the end, in MB.
    pub memory_mb: [u64; 3],
}

/// So many clients ask for so long, each its next request when it has its answer.
pub fn load(
    server: &Server,
    requests: &[Vec<u8>],
    clients: usize,
    time: Duration,
) -> io::Result<Load> {
    let memory = || server.memory().map(|(now, _)| now / 1_000_000);
    let (turn, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let begun = Instant::now();
    let mut memory_mb = [memory()?, 0, 0];
    let parts: Vec<Part> = thread::scope(|scope| {
        let all: Vec<_> = (0..clients)
            .map(|_| scope.spawn(|| ask(server.port, requests, &turn, &over)))
            .collect();
        for place in &mut memory_mb[1..] {
            sleep(time / 2);
            *place = memory().unwrap_or_default();
        }
        over.store(true, Ordering::Relaxed);
        all.into_iter().map(|part| part.join().unwrap_or_default()).collect()
    });
    let seconds = begun.elapsed().as_secs_f64();
    let mut latencies: Vec<_> = parts.iter().flat_map(|part| part.latencies.clone()).collect();
    latencies.sort_unstable();
    Ok(Load {
        clients,
        seconds,
        answers: latencies.len(),
        refused: parts.iter().map(|part| part.refused).sum(),
        failures: parts.iter().map(|part| part.failures).sum(),
        p50_ms: quantile(&latencies, 50),
        p99_ms: quantile(&latencies, 99),
        memory_mb,
    })
}

#[derive(Default)]
struct Part {
    latencies: Vec<Duration>,
    refused: usize,
    failures: usize,
}

fn ask(port: u16, requests: &[Vec<u8>], turn: &AtomicUsize, over: &AtomicBool) -> Part {
    let mut had = Part::default();
    let mut client = None;
    while !over.load(Ordering::Relaxed) {
        let request = &requests[turn.fetch_add(1, Ordering::Relaxed) % requests.len()];
        let asked = Instant::now();
        let connected = match client.take() {
            Some(client) => Ok(client),
            None => Client::connect(port),
        };
        let answered = connected.and_then(|mut connected| {
            let answer = connected.ask(request)?;
            let found = (answer.status, answer.retry_after);
            // A refusal may come before the body is read, and closes the connection, as it says.
            client = (found.0 == 200).then_some(connected);
            Ok(found)
        });
        match answered {
            Ok((200, _)) => had.latencies.push(asked.elapsed()),
            Ok((503, true)) => {
                had.refused += 1;
                // Sooner than it was told to: what is above saturation shall stay above it.
                sleep(Duration::from_millis(100));
            }
            _ => had.failures += 1,
        }
    }
    had
}

/// The loads as a table.
pub fn table(loads: &[Load]) -> String {
    let mut text = "| clients | seconds | req/s | refused | failures | p50 ms | p99 ms | p99/p50 | \
                    MB at start | middle | end |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for load in loads {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let rate = load.answers as f64 / load.seconds;
        let [start, middle, end] = load.memory_mb;
        let _ = writeln!(
            text,
            "| {} | {:.0} | {rate:.0} | {} | {} | {:.1} | {:.1} | {:.1} | {start} | {middle} | {end} |",
            load.clients,
            load.seconds,
            load.refused,
            load.failures,
            load.p50_ms,
            load.p99_ms,
            load.p99_ms / load.p50_ms.max(0.001),
        );
    }
    text
}
