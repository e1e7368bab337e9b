//! Instructions a request in the server: counted by valgrind, and held against a budget.
//!
//! Unlike time they hardly depend on the machine or on what else it does, so a rise is the code's.

use std::{
    cell::Cell,
    collections::BTreeMap,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
    bench::{Bench, Viewer},
    client::Client,
    database::said,
    equality,
    operations::{Asked, Kind, Operation},
    process::Server,
};

/// The least of so many windows counts: a thread that is woken once more than needed is chance.
const WINDOWS: usize = 3;
/// So many requests a window has at least, each of the operation's questions equally often.
const REQUESTS: usize = 8;
/// How long the server is watched while nobody asks.
const IDLE: Duration = Duration::from_secs(8);
/// Until what a request left to be done later is done: the service looks twice a second.
const LATER: Duration = Duration::from_millis(600);

/// Counts each operation, in instructions a request.
pub fn count(bench: &Bench, operations: &[Operation]) -> io::Result<BTreeMap<Operation, u64>> {
    let database = bench.database();
    let given = database.parameters()?;
    let officer = bench.token(&database.url, &given.office, Viewer::Officer)?;
    let member = bench.token(&database.url, &given.company, Viewer::Member)?;
    let watched = Watched::start(bench)?;
    let port = watched.server.port;
    watched.control("--instr=on")?;
    // Code is translated when it first runs.
    sleep(3 * LATER);
    // What is due once is no work of every second: the least counts here too.
    let mut idle = u64::MAX;
    for _ in 0..WINDOWS {
        watched.zero()?;
        sleep(IDLE);
        idle = idle.min(watched.read("idle")? / IDLE.as_secs());
    }
    eprintln!("idle: {idle} instructions a second");

    let mut counted = BTreeMap::new();
    for &operation in operations {
        let token = if operation == Operation::Q5 { &member } else { &officer };
        let asked = Asked { kind: Kind::Vinculo, port, token: token.as_deref() };
        let requests = asked.requests(operation, &given, &bench.documents)?;
        let mut client = Client::connect(port)?;
        // Answers are looked at once; statements and documents are kept from then on.
        for request in requests.iter().chain(&requests) {
            equality::answer(Kind::Vinculo, operation, &mut client, request)?;
        }
        let windows =
            (0..WINDOWS).map(|_| window(&watched, operation, &mut client, &requests, idle));
        let windows = windows.collect::<io::Result<Vec<_>>>()?;
        eprintln!("{}: {windows:?} instructions a request", operation.title());
        counted.insert(operation, windows.into_iter().min().unwrap_or_default());
    }
    Ok(counted)
}

/// What a request costs when only these are asked, less what the service does by itself (`idle`, a second).
fn window(
    watched: &Watched,
    operation: Operation,
    client: &mut Client,
    requests: &[Vec<u8>],
    idle: u64,
) -> io::Result<u64> {
    sleep(LATER);
    watched.zero()?;
    let begun = Instant::now();
    let rounds = REQUESTS.div_ceil(requests.len());
    for request in (0..rounds).flat_map(|_| requests) {
        let status = client.ask(request)?.status;
        if status != 200 {
            return Err(io::Error::other(format!("{} is answered {status}", operation.name())));
        }
        // Each draft is followed by itself: how many are found at once would be chance.
        if operation == Operation::Q5 {
            sleep(LATER);
        }
    }
    sleep(LATER);
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let by_itself = idle * milliseconds / 1000;
    let all = watched.read(operation.name())?;
    Ok(all.saturating_sub(by_itself) / (rounds * requests.len()) as u64)
}

/// A server under valgrind, which writes a profile for each reading.
struct Watched {
    server: Server,
    profiles: PathBuf,
    readings: Cell<usize>,
}

impl Watched {
    fn start(bench: &Bench) -> io::Result<Self> {
        let profiles = bench.place.join("profiles");
        fs::create_dir_all(&profiles)?;
        let out = format!("--callgrind-out-file={}", profiles.join("out").display());
        // Nothing is counted until it listens: so the index is there much sooner.
        let arguments = ["--tool=callgrind", "--fair-sched=yes", "--instr-atstart=no", &out];
        let server = bench.start_under(Path::new("valgrind"), &arguments)?;
        Ok(Self { server, profiles, readings: Cell::new(0) })
    }

    fn control(&self, order: &str) -> io::Result<()> {
        let pid = self.server.pid().to_string();
        said(&Command::new("callgrind_control").args([order, &pid]).output()?).map(drop)
    }

    fn zero(&self) -> io::Result<()> {
        self.control("--zero")
    }

    /// What was counted since zero. The profile stays, under this name.
    fn read(&self, name: &str) -> io::Result<u64> {
        self.control("--dump")?;
        let reading = self.readings.get() + 1;
        self.readings.set(reading);
        let profile = self.profiles.join(name);
        fs::rename(self.profiles.join(format!("out.{reading}")), &profile)?;
        let text = fs::read_to_string(&profile)?;
        let total = text.lines().rev().find_map(|line| line.strip_prefix("totals: "));
        total
            .and_then(|total| total.trim().parse().ok())
            .ok_or_else(|| io::Error::other(format!("{} has no total", profile.display())))
    }
}

/// What a request may cost.
#[derive(Debug, Serialize, Deserialize)]
pub struct Budget {
    /// The profile with which the program was built: another one, another budget.
    profile: String,
    instructions: BTreeMap<Operation, u64>,
}

/// What was counted, beside what may be.
#[derive(Debug)]
pub struct Report {
    pub table: String,
    pub verdict: io::Result<()>,
}

impl Budget {
    pub fn read(file: &Path, profile: &str) -> io::Result<Self> {
        let budget: Self = serde_json::from_str(&fs::read_to_string(file)?)?;
        if budget.profile != profile {
            return Err(io::Error::other(format!(
                "the budget is for profile {}, not {profile}",
                budget.profile
            )));
        }
        Ok(budget)
    }

    /// What was counted becomes the budget; operations that were not counted keep theirs.
    pub fn update(
        file: &Path,
        profile: &str,
        counted: &BTreeMap<Operation, u64>,
    ) -> io::Result<()> {
        let mut budget = Self::read(file, profile).unwrap_or_else(|_| Self {
            profile: profile.to_owned(),
            instructions: BTreeMap::new(),
        });
        // A thousandth is less than a repeat differs by.
        budget
            .instructions
            .extend(counted.iter().map(|(&asked, each)| (asked, each / 1000 * 1000)));
        fs::write(file, serde_json::to_string_pretty(&budget)? + "\n")
    }

    /// A rise above the budget by more than a twentieth fails; a fall by as much is to be kept.
    pub fn compare(&self, counted: &BTreeMap<Operation, u64>) -> Report {
        let mut table = String::from(
            "| operation | instructions a request | budget | target | |\n|---|---:|---:|---:|---|\n",
        );
        let mut failed = Vec::new();
        for (&operation, &each) in counted {
            let budget = self.instructions.get(&operation).copied().unwrap_or_default();
            let target = operation.target();
            let mut remarks = Vec::new();
            if each * 20 > budget * 21 {
                failed.push(operation.name());
                remarks.push("above the budget");
            } else if each * 20 < budget * 19 {
                remarks.push("below the budget: tighten it (UPDATE=1)");
            }
            if target.is_some_and(|target| each > target) {
                remarks.push("above the target");
            }
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {} |",
                operation.title(),
                millions(each),
                millions(budget),
                target.map_or_else(String::new, millions),
                remarks.join(", "),
            );
        }
        let verdict = if failed.is_empty() {
            Ok(())
        } else {
            Err(io::Error::other(format!("more than 5 % above the budget: {}", failed.join(", "))))
        };
        Report { table, verdict }
    }
}

fn millions(instructions: u64) -> String {
    format!("{}.{:03} M", instructions / 1_000_000, instructions / 1000 % 1000)
}
