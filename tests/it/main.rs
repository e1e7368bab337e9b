//! Stories, and proofs over everything there is.

#![allow(clippy::pedantic, clippy::unwrap_used)]

mod agreements;
mod architecture;
mod async_graphql;
mod binary;
mod concurrency;
mod conversation;
mod costs;
mod coverage;
mod documents;
mod events;
mod files;
mod generate;
mod guards;
mod imported_records;
mod imports;
mod inbox;
mod interests;
mod killed;
mod ledger;
mod lists_below;
mod matches;
mod migrations;
mod needs;
mod offers;
mod overload;
mod pages;
mod plans;
mod policy;
mod reading;
mod redaction;
mod time;
mod timeline;
mod vocabularies;
mod who_sees_what;
