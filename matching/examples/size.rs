//! How long an index takes to build, and how large it is:
//! `cargo run --release -p matching --example size -- 53000`.

#[path = "../benches/market/mod.rs"]
mod market;

use std::time::Instant;

use matching::Embedding;

fn main() {
    let offers = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(53_000);
    // Not counted: the table, and the texts that offers are made of.
    assert!(!Embedding::built_in().pieces("agua").is_empty());
    assert!(market::offer(0).open);
    let before = resident();
    let start = Instant::now();
    let index = market::market(offers);
    let took = start.elapsed();
    let megabytes = (resident() - before) / 1_000;
    println!("{} records: {took:.1?}, {megabytes} MB", index.len());
}

/// Kilobytes, as Linux tells them; 0 elsewhere.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
