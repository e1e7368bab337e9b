//! Windows: a short time in which one server alone is asked, and everything it costs.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    thread::{self, sleep},
    time::{Duration, Instant},
};

use crate::{
    client::Client,
    process::{Cluster, Server},
};

/// How a window is run.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub connections: usize,
    pub seconds: f64,
    /// A window lasts until it has this many answers, if its time is too short for them.
    pub requests: usize,
}

/// What a window cost.
#[derive(Clone, Debug, Default)]
pub struct Window {
    pub answers: usize,
    pub failures: usize,
    pub wall: Duration,
    pub service: Duration,
    pub database: Duration,
    pub latencies: Vec<Duration>,
}

impl Window {
    /// Milliseconds of processor time for each answer: service and database.
    pub fn cpu(&self) -> (f64, f64) {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let each = |time: Duration| time.as_secs_f64() * 1000.0 / self.answers.max(1) as f64;
        (each(self.service), each(self.database))
    }
}

/// No window lasts longer.
const LONGEST: Duration = Duration::from_secs(30);

/// Asks one server from several connections, each its next request when it has its answer.
pub fn run(
    server: &Server,
    cluster: Option<Cluster>,
    requests: &[Vec<u8>],
    shape: Shape,
) -> io::Result<Window> {
    quiet(server, cluster)?;
    let cpu = || -> io::Result<(Duration, Duration)> {
        Ok((server.cpu()?, cluster.map_or(Ok(Duration::ZERO), Cluster::cpu)?))
    };
    let before = cpu()?;
    let begun = Instant::now();
    let sent = AtomicUsize::new(0);
    let ends = |answers: usize| {
        let elapsed = begun.elapsed();
        elapsed > LONGEST || elapsed.as_secs_f64() >= shape.seconds && answers >= shape.requests
    };
    let parts: Vec<io::Result<Part>> = thread::scope(|scope| {
        let all: Vec<_> = (0..shape.connections)
            .map(|_| {
                scope.spawn(|| {
                    let mut client = Client::connect(server.port)?;
                    let mut part = Part::default();
                    loop {
                        let turn = sent.fetch_add(1, Ordering::Relaxed);
                        if ends(turn) {
                            return Ok(part);
                        }
                        let asked = Instant::now();
                        let answer = client.ask(&requests[turn % requests.len()])?;
                        part.latencies.push(asked.elapsed());
                        part.failures += usize::from(answer.status != 200);
                    }
                })
            })
            .collect();
        all.into_iter()
            .map(|part| part.join().unwrap_or_else(|_| Err(io::Error::other("a client panicked"))))
            .collect()
    });
    let mut window = Window { wall: begun.elapsed(), ..Window::default() };
    // What a request leaves to be done later belongs to it.
    quiet(server, cluster)?;
    let after = cpu()?;
    window.service = after.0.saturating_sub(before.0);
    window.database = after.1.saturating_sub(before.1);
    for part in parts {
        let part = part?;
        window.failures += part.failures;
        window.latencies.extend(part.latencies);
    }
    window.answers = window.latencies.len();
    Ok(window)
}

#[derive(Default)]
struct Part {
    failures: usize,
    latencies: Vec<Duration>,
}

/// Waits until nothing goes on any more: a service that polls now and then is quiet, one that catches up is not.
fn quiet(server: &Server, cluster: Option<Cluster>) -> io::Result<()> {
    const LOOK: Duration = Duration::from_millis(250);
    const BUSY: Duration = Duration::from_millis(25);
    let total = || -> io::Result<Duration> {
        Ok(server.cpu()? + cluster.map_or(Ok(Duration::ZERO), Cluster::cpu)?)
    };
    for _ in 0..120 {
        let before = total()?;
        sleep(LOOK);
        if total()?.saturating_sub(before) < BUSY {
            return Ok(());
        }
    }
    Err(io::Error::other("a server is never quiet"))
}
