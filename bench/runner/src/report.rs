//! What was measured, as a table for people and as JSON.

use std::{fmt::Write as _, time::Duration};

use serde::Serialize;

use crate::{operations::Operation, windows::Window};

/// What one operation cost one server.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    pub operation: Operation,
    pub server: String,
    pub requests: usize,
    /// Processor milliseconds for each request, of each window: service and database.
    pub windows: Vec<(f64, f64)>,
    pub least: f64,
    pub median: f64,
    /// Of the window with the least.
    pub service: f64,
    pub database: f64,
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

impl Measured {
    pub fn new(operation: Operation, server: &str, windows: &[Window]) -> Self {
        let costs: Vec<(f64, f64)> = windows.iter().map(Window::cpu).collect();
        let best = costs.iter().copied().min_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1)));
        let (service, database) = best.unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let rates = windows.iter().map(|window| window.answers as f64 / window.wall.as_secs_f64());
        let mut latencies: Vec<Duration> =
            windows.iter().flat_map(|window| window.latencies.iter().copied()).collect();
        latencies.sort_unstable();
        Self {
            operation,
            server: server.to_owned(),
            requests: latencies.len(),
            least: service + database,
            median: median(costs.iter().map(|(service, database)| service + database)),
            windows: costs,
            service,
            database,
            per_second: median(rates),
            p50_ms: quantile(&latencies, 50),
            p99_ms: quantile(&latencies, 99),
        }
    }

    pub fn line(&self) -> String {
        format!(
            "  {:<14} {:8.3} ms CPU a request (service {:.3}, database {:.3}), median {:.3}; {:.0}/s, p50 {:.2} ms, p99 {:.2} ms, {} requests",
            self.server,
            self.least,
            self.service,
            self.database,
            self.median,
            self.per_second,
            self.p50_ms,
            self.p99_ms,
            self.requests,
        )
    }

    /// How many times dearer another is: by the least windows, and by the median of pairs.
    pub fn ratios(&self, other: &Self) -> (f64, f64) {
        let pairs = self.windows.iter().zip(&other.windows);
        let pairs = pairs.map(|(own, other)| (other.0 + other.1) / (own.0 + own.1));
        (other.least / self.least, median(pairs))
    }
}

/// The value below which this share (of 100) of sorted times lies, in milliseconds.
pub fn quantile(sorted: &[Duration], share: usize) -> f64 {
    let place = (sorted.len() * share / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// How many times the dearest costs what the cheapest does, for each operation.
pub fn spread(measured: &[Measured]) -> String {
    let mut text = String::from("\n| operation | dearest / cheapest |\n|---|---:|\n");
    for of_one in measured.chunk_by(|one, next| one.operation == next.operation) {
        let costs = || of_one.iter().map(|one| one.least);
        let cheapest = costs().fold(f64::INFINITY, f64::min);
        let dearest = costs().fold(0.0, f64::max);
        let _ = writeln!(text, "| {} | {:.2} |", of_one[0].operation.title(), dearest / cheapest);
    }
    text
}

/// One row for each operation and server, the first server compared with every other.
pub fn table(measured: &[Measured]) -> String {
    let mut text = String::from(
        "| operation | server | CPU ms least | service | database | CPU ms median | req/s | p50 ms | p99 ms | times ours (least / pairs) |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for one in measured {
        let first = measured.iter().find(|first| first.operation == one.operation);
        let ratio =
            first.filter(|first| first.server != one.server).map_or_else(String::new, |first| {
                let (least, pairs) = first.ratios(one);
                format!("{least:.2} / {pairs:.2}")
            });
        let _ = writeln!(
            text,
            "| {} | {} | {:.3} | {:.3} | {:.3} | {:.3} | {:.0} | {:.2} | {:.2} | {ratio} |",
            one.operation.title(),
            one.server,
            one.least,
            one.service,
            one.database,
            one.median,
            one.per_second,
            one.p50_ms,
            one.p99_ms,
        );
    }
    text
}
