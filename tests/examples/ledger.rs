//! What it costs to put on record what somebody outside has seen.
//!
//!     cargo build --release -p api --bin vinculo && cargo run --release -p tests --example ledger

#![allow(clippy::unwrap_used, reason = "a measurement breaks down where it stands")]

use std::time::Instant;

use entity::{InterestDirection, InterestStatus, NeedStatus, OfferStatus, Role};
use futures_util::future::join_all;
use serde_json::json;
use tests::{Database, Person, World, records};

const REQUESTS: usize = 2_000;
const TOGETHER: usize = 16;
/// What the network reads, and what an introduction opens besides.
const OPEN: &str = "{ needs(first: 20) { nodes { title summary chamber { name } } } }";
const GUARDED: &str = "{ needs(first: 20) { nodes { title summary company { name } } } }";

fn main() {
    for database in [Database::Sqlite, Database::Postgres] {
        tests::tell(database, measure);
    }
}

async fn measure(world: &World) {
    let cast = world.cast().await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    for _ in 0..20 {
        let need = world.need(&cast, NeedStatus::Published).await;
        let (direction, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
        world.put(records::interest(&need, &offer, direction, status, world.now())).await;
    }
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    println!("{:?}: 20 needs a request, {REQUESTS} requests", world.database);
    for (what, person, ask) in [
        ("nothing guarded", &officer, OPEN),
        ("guarded, by its own chamber", &liaison, GUARDED),
        ("guarded, 20 entries on record", &officer, GUARDED),
    ] {
        // Everything is warm.
        one_by_one(person, ask, 100).await;
        let alone = one_by_one(person, ask, REQUESTS).await;
        world.statements();
        let begun = Instant::now();
        for _ in 0..REQUESTS / TOGETHER {
            join_all((0..TOGETHER).map(|_| person.send(ask, json!({})))).await;
        }
        let together = begun.elapsed().as_micros() / REQUESTS as u128;
        let written =
            world.statements().iter().filter(|sql| sql.contains("INTO \"disclosure\"")).count();
        println!(
            "  {what:32} {alone:6} µs a request alone, {together:6} µs {TOGETHER} at once, \
             {written} inserts for {REQUESTS}"
        );
    }
}

async fn one_by_one(person: &Person<'_>, ask: &str, count: usize) -> u128 {
    let begun = Instant::now();
    for _ in 0..count {
        person.send(ask, json!({})).await;
    }
    begun.elapsed().as_micros() / count as u128
}
