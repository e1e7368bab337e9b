//! `vinculo generate`.

use std::{io::IsTerminal, process::ExitCode, time::Instant};

use chrono::NaiveDate;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sea_orm::ActiveEnum;

use super::{Cli, Outcome, peak_memory, service};
use crate::generate::{self, Listener, Made, Wanted};

#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// Companies of the largest chamber at scale 1, 100 to 1,000,000; needs, offers, offices and matches are in proportion.
    #[arg(long, value_name = "COUNT", default_value_t = 53_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    organizations: u32,
    /// How many times as much of everything that grows, 1 to 100.
    #[arg(long, value_name = "TIMES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    scale: u32,
    /// What all chance comes from: the same seed, the same network.
    #[arg(long, value_name = "NUMBER", default_value_t = 7)]
    seed: u64,
    /// The day up to which the network has lived; what is on offer then stays for a year at least.
    #[arg(long, value_name = "DAY", default_value = "2026-11-01")]
    until: NaiveDate,
}

pub(super) async fn generate(cli: &Cli, args: &GenerateArgs) -> Outcome {
    let settings = cli.settings(&[])?;
    let service = service(&settings).await?;
    let wanted = Wanted {
        organizations: args.organizations,
        scale: args.scale,
        seed: args.seed,
        until: args.until,
    };
    let mut teller = Teller::new(&wanted);
    let begun = Instant::now();
    let made = generate::generate(&service, &wanted, &mut teller).await;
    teller.bar.finish_and_clear();
    let made = made.map_err(|error| error.describe())?;
    summarise(&made, begun.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

fn summarise(Made { rows, people }: &Made, seconds: f64) {
    for (table, count) in rows {
        println!("{table:<16} {count:>12}");
    }
    let all: u64 = rows.values().sum();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = all as f64 / seconds.max(0.001);
    let memory =
        peak_memory().map(|kb| format!(", peak memory {} MB", kb / 1024)).unwrap_or_default();
    println!("{:<16} {all:>12}", "all");
    println!("{seconds:.1} s, {rate:.0} rows/s{memory}\n");
    println!("One person for each role:");
    for one in people {
        println!(
            "vinculo token --organization {} --role {} --person {}",
            one.organization,
            one.role.to_value(),
            one.person
        );
    }
}

/// Tells a person at a terminal.
struct Teller {
    bar: ProgressBar,
}

impl Teller {
    fn new(wanted: &Wanted) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(wanted.expected_rows())
        } else {
            ProgressBar::hidden()
        };
        let template = "{bar:30} {pos} rows, now {msg} ({per_sec})";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar }
    }
}

impl Listener for Teller {
    fn wrote(&mut self, table: &str, rows: u64) {
        self.bar.set_message(table.to_owned());
        self.bar.inc(rows);
    }
}
