//! Stories, and proofs over everything there is.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod architecture;
mod async_graphql;
mod concurrency;
mod costs;
mod coverage;
mod events;
mod matches;
mod migrations;
mod needs;
mod offers;
mod pages;
mod policy;
mod redaction;
mod time;
mod vocabularies;
mod who_sees_what;
