//! How fast the engine is, on one core: `cargo bench -p matching`. What the figures are and what they
//! are compared with: `matching/README.md`.

mod market;

use std::collections::HashSet;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use matching::{Embedding, Index, Kind, Profile, Reader, Scan};
use uuid::Uuid;

const NEED: &str = "Reducir el consumo de agua en el teñido de textiles de algodón con colorantes";

fn embed(c: &mut Criterion) {
    let table = Embedding::built_in();
    c.bench_function("embed a need of ten words", |b| b.iter(|| table.embed(black_box(NEED))));
}

fn ask(c: &mut Criterion, size: &str, offers: usize) {
    let mut group = c.benchmark_group(size);
    group.sample_size(20).measurement_time(Duration::from_secs(10));
    let (mut index, needs) = (market::market(offers), market::needs(50));
    let mut next = needs.iter().cycle();
    group.bench_function("a need finds its ten best", |b| {
        b.iter(|| index.matches(next.next().expect("a cycle"), Kind::Offer, 10));
    });
    index.set_scan(Scan::Exact);
    group.bench_function("the same, every vector compared in full", |b| {
        b.iter(|| index.matches(next.next().expect("a cycle"), Kind::Offer, 10));
    });
    index.set_scan(Scan::BestHeads);
    group.bench_function("a search", |b| {
        b.iter(|| index.search(black_box("ahorro de agua en teñido"), Reader::Network, &Kind::ALL));
    });
    recall(&mut index, &needs, size);
    let mut id = offers;
    group.bench_function("an offer is added, and found by the next question", |b| {
        b.iter(|| {
            id += 1;
            index.upsert(market::offer(id));
        });
    });
    group.finish();
}

/// How many of the ten best of each need are found without comparing every vector in full.
fn recall(index: &mut Index, needs: &[Profile], size: &str) {
    let best = |index: &Index, need: &Profile| -> HashSet<Uuid> {
        index.matches(need, Kind::Offer, 10).iter().map(|found| found.offer).collect()
    };
    let found: Vec<HashSet<Uuid>> = needs.iter().map(|need| best(index, need)).collect();
    index.set_scan(Scan::Exact);
    let (mut right, mut all) = (0, 0);
    for (need, found) in needs.iter().zip(&found) {
        let exact = best(index, need);
        right += exact.intersection(found).count();
        all += exact.len();
    }
    index.set_scan(Scan::BestHeads);
    println!("{size}: {right} of {all} of the ten best are found (recall at 10)");
}

fn of_a_network(c: &mut Criterion) {
    ask(c, "53,000 offers", 53_000);
}

fn of_a_country(c: &mut Criterion) {
    // Takes some gigabytes and minutes: only when it is asked for.
    if std::env::var_os("MILLION").is_some() {
        ask(c, "1,000,000 offers", 1_000_000);
    }
}

criterion_group!(benches, embed, of_a_network, of_a_country);
criterion_main!(benches);
