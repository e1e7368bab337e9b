//! Measures Vínculo beside its peers on one database. `bench/run` prepares the database and calls this.

mod bench;
mod client;
mod contest;
mod database;
mod equality;
mod freshness;
mod instructions;
mod operations;
mod process;
mod report;
mod saturation;
mod windows;

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, Subcommand};
use serde_json::json;

use crate::{
    bench::{Bench, Viewer},
    contest::{Contender, Effort, contest},
    database::{Database, Parameters},
    freshness::Stage,
    instructions::Budget,
    operations::{Asked, Kind, Operation},
    process::Server,
    saturation::load,
};

/// How many offers are followed from one instance to the other.
const ROUNDS: usize = 50;

/// Measures Vínculo beside its peers.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    bench: Bench,
    /// Only these operations.
    #[arg(long, value_delimiter = ',', global = true)]
    only: Vec<Operation>,
    /// Windows for each operation and server.
    #[arg(long, default_value_t = 9)]
    windows: usize,
    /// How long a window lasts at least.
    #[arg(long, default_value_t = 1.5)]
    seconds: f64,
    /// How long each server is warmed up with each operation.
    #[arg(long, default_value_t = 4.0)]
    warm: f64,
    /// Connections that ask at the same time.
    #[arg(long, default_value_t = 4)]
    connections: usize,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Vínculo, PostGraphile and hand-written SQL on the same database.
    Compare {
        /// Only these servers; the first is compared with the others.
        #[arg(long, value_delimiter = ',', default_value = "vinculo,postgraphile,ceiling")]
        servers: Vec<Kind>,
    },
    /// The same answers for a viewer without a token, an officer and the network's admin.
    Viewers,
    /// Vínculo on PostgreSQL and on its embedded database with the same rows.
    Sqlite,
    /// Vínculo on a database and on one ten times as large.
    Growth,
    /// 200 clients for a minute, then 1,000: errors, waiting times, memory.
    Saturation,
    /// How soon another instance shows what was published, held, resumed and retired.
    Freshness,
    /// Instructions a request in Vínculo, held against a budget.
    Instructions {
        /// The file with the budget.
        #[arg(long, value_name = "FILE")]
        budget: PathBuf,
        /// The profile with which the program was built.
        #[arg(long)]
        profile: String,
        /// What is counted is the budget from now on.
        #[arg(long)]
        update: bool,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.what {
        What::Compare { servers } => cli.compare(servers),
        What::Viewers => cli.viewers(),
        What::Sqlite => cli.sqlite(),
        What::Growth => cli.growth(),
        What::Saturation => cli.saturation(),
        What::Freshness => cli.freshness(),
        What::Instructions { budget, profile, update } => {
            cli.instructions(budget, profile, *update)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Cli {
    fn effort(&self) -> Effort {
        Effort {
            windows: self.windows,
            seconds: self.seconds,
            warm_seconds: self.warm,
            connections: self.connections,
        }
    }

    fn operations(&self, all: &[Operation]) -> Vec<Operation> {
        if self.only.is_empty() { all.to_vec() } else { self.only.clone() }
    }

    fn compare(&self, kinds: &[Kind]) -> io::Result<()> {
        let database = self.bench.database();
        let given = database.parameters()?;
        let officer = self.bench.token(&database.url, &given.office, Viewer::Officer)?;
        let member = self.bench.token(&database.url, &given.company, Viewer::Member)?;
        let mut servers = Vec::new();
        for (place, kind) in (0..).zip(kinds) {
            servers.push(self.bench.start(*kind, &database.url, place)?);
        }
        let at_start = memory(&servers)?;
        let contenders: Vec<_> = kinds
            .iter()
            .zip(&servers)
            .map(|(kind, server)| Contender {
                label: format!("{kind:?}").to_lowercase(),
                kind: *kind,
                server,
                cluster: Some(self.bench.cluster()),
                given: &given,
                tokens: (officer.clone(), member.clone()),
            })
            .collect();
        let operations = self.operations(&Operation::ALL);
        let measured =
            contest(&contenders, &operations, self.effort(), true, &self.bench.documents)?;
        let mut text = report::table(&measured);
        text.push_str(
            "\n| server | resident MB at start | after the run | at most |\n|---|---:|---:|---:|\n",
        );
        let after = memory(&servers)?;
        for ((contender, start), after) in contenders.iter().zip(&at_start).zip(&after) {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                contender.label,
                start.0 / 1_000_000,
                after.0 / 1_000_000,
                after.1 / 1_000_000,
            );
        }
        self.write(
            "compare",
            &text,
            &json!({ "effort": self.effort(), "measured": measured, "memory": after }),
        )
    }

    fn viewers(&self) -> io::Result<()> {
        let database = self.bench.database();
        let given = database.parameters()?;
        let server = self.bench.start(Kind::Vinculo, &database.url, 0)?;
        let mut contenders = Vec::new();
        for viewer in [Viewer::Anonymous, Viewer::Officer, Viewer::Admin] {
            contenders.push(Contender {
                label: format!("{viewer:?}").to_lowercase(),
                kind: Kind::Vinculo,
                server: &server,
                cluster: Some(self.bench.cluster()),
                given: &given,
                tokens: (self.bench.token(&database.url, &given.office, viewer)?, None),
            });
        }
        // What of Q2 everybody may see has a document of its own.
        let operations = self.operations(&[Operation::Q1, Operation::Q2, Operation::Q6]);
        let (own, common): (Vec<_>, Vec<_>) =
            operations.into_iter().partition(|operation| *operation == Operation::Q2);
        let mut measured =
            contest(&contenders, &common, self.effort(), true, &self.bench.documents)?;
        let documents = self.bench.documents.join("viewers");
        measured.extend(contest(&contenders, &own, self.effort(), true, &documents)?);
        self.write(
            "viewers",
            &(report::table(&measured) + &report::spread(&measured)),
            &json!({ "effort": self.effort(), "measured": measured }),
        )
    }

    fn sqlite(&self) -> io::Result<()> {
        let (first, other) = (self.bench.database(), self.bench.other()?);
        let given = first.parameters()?;
        let sides = [("postgresql", &first, &given), ("sqlite", &other, &given)];
        self.two("sqlite", sides, true)
    }

    fn growth(&self) -> io::Result<()> {
        let (first, other) = (self.bench.database(), self.bench.other()?);
        let (small, large) = (first.parameters()?, other.parameters()?);
        self.two("growth", [("small", &first, &small), ("large", &other, &large)], false)
    }

    /// Vínculo on two databases: the officer's reading, side by side.
    fn two(
        &self,
        mode: &str,
        sides: [(&str, &Database, &Parameters); 2],
        alike: bool,
    ) -> io::Result<()> {
        let mut servers = Vec::new();
        for (place, (_, database, _)) in (0..).zip(sides) {
            servers.push(self.bench.start(Kind::Vinculo, &database.url, place)?);
        }
        let mut contenders = Vec::new();
        for ((label, database, given), server) in sides.into_iter().zip(&servers) {
            let officer = self.bench.token(&database.url, &given.office, Viewer::Officer)?;
            contenders.push(Contender {
                label: label.to_owned(),
                kind: Kind::Vinculo,
                server,
                // The embedded database works in the server's own time.
                cluster: database.url.starts_with("postgres").then(|| self.bench.cluster()),
                given,
                tokens: (officer, None),
            });
        }
        let operations = self.operations(&[Operation::Q1, Operation::Q2]);
        let measured =
            contest(&contenders, &operations, self.effort(), alike, &self.bench.documents)?;
        self.write(
            mode,
            &report::table(&measured),
            &json!({ "effort": self.effort(), "measured": measured }),
        )
    }

    fn instructions(&self, file: &Path, profile: &str, update: bool) -> io::Result<()> {
        // An unfit budget is told before minutes are spent.
        if !update {
            Budget::read(file, profile)?;
        }
        let counted = instructions::count(&self.bench, &self.operations(&Operation::ALL))?;
        if update {
            Budget::update(file, profile, &counted)?;
        }
        let report = Budget::read(file, profile)?.compare(&counted);
        self.write("instructions", &report.table, &json!(counted))?;
        report.verdict
    }

    fn saturation(&self) -> io::Result<()> {
        let database = self.bench.database();
        let given = database.parameters()?;
        let server = self.bench.start(Kind::Vinculo, &database.url, 0)?;
        let officer = self.bench.token(&database.url, &given.office, Viewer::Officer)?;
        let asked = Asked { kind: Kind::Vinculo, port: server.port, token: officer.as_deref() };
        let mut requests = Vec::new();
        for operation in self.operations(&[Operation::Q1, Operation::Q2, Operation::Q4]) {
            requests.extend(asked.requests(operation, &given, &self.bench.documents)?);
        }
        let mut loads = Vec::new();
        for (clients, seconds) in [(200, 60), (1_000, 15)] {
            loads.push(load(&server, &requests, clients, Duration::from_secs(seconds))?);
        }
        self.write("saturation", &saturation::table(&loads), &json!({ "loads": loads }))
    }

    fn freshness(&self) -> io::Result<()> {
        let database = self.bench.database();
        let given = database.parameters()?;
        let here = self.bench.start(Kind::Vinculo, &database.url, 0)?;
        let there = self.bench.start(Kind::Vinculo, &database.url, 1)?;
        let token = |viewer| {
            let token = self.bench.token(&database.url, &given.office, viewer)?;
            token.ok_or_else(|| io::Error::other("no token"))
        };
        let (officer, manager) = (token(Viewer::Officer)?, token(Viewer::Manager)?);
        let stage = Stage {
            here: here.port,
            there: there.port,
            office: &format!("org_{}", given.office.replace('-', "")),
            officer: &officer,
            manager: &manager,
        };
        let seen = freshness::measure(stage, ROUNDS)?;
        self.write("freshness", &freshness::table(&seen), &json!({ "seen": seen }))
    }

    fn write(&self, name: &str, text: &str, all: &serde_json::Value) -> io::Result<()> {
        println!("{text}");
        fs::write(self.bench.place.join(format!("{name}.md")), text)?;
        fs::write(self.bench.place.join(format!("{name}.json")), serde_json::to_string_pretty(all)?)
    }
}

fn memory(servers: &[Server]) -> io::Result<Vec<(u64, u64)>> {
    servers.iter().map(Server::memory).collect()
}
