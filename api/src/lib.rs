//! Vínculo: the open, typed graph of technology transfer.
//!
//! `docs/architecture.md` shows the house. A domain is a folder (`needs`,
//! `offers`, `organizations`, `matches`, `codes`); the small modules around them
//! carry everything: who may do what is `policy`, what is written goes through
//! `work`, what is read goes through `read`, what can go wrong is in `error`.

// What hangs on what is a long way when the compiler looks whether all of it may be sent
// between threads.
#![recursion_limit = "256"]

pub mod agreements;
pub mod assimilation;
mod blind;
pub mod bulk;
mod calendar;
pub mod capabilities;
mod checks;
pub mod cli;
pub mod clients;
pub mod clockwork;
pub mod codes;
pub mod config;
pub mod context;
pub mod db;
pub mod demo;
pub mod documents;
pub mod een;
pub mod error;
pub mod event;
pub mod feed;
pub mod feedback;
mod filter;
mod followers;
pub mod generate;
mod history;
pub mod http;
pub mod idempotency;
pub mod import;
pub mod inbox;
pub mod interests;
pub mod ip;
pub mod ledger;
mod lifecycle;
mod links;
pub mod matches;
mod members;
pub mod memberships;
mod mutation;
pub mod needs;
mod node;
pub mod offers;
pub mod organizations;
pub mod people;
pub mod policy;
pub mod programmes;
pub mod projects;
pub mod read;
pub mod reference;
mod roles;
mod scalars;
pub mod schema;
pub mod searches;
pub mod subscriptions;
pub mod telemetry;
pub mod text;
pub mod timeline;
pub mod token;
mod tries;
mod viewer;
pub mod vitals;
mod waits;
pub mod webhooks;
mod work;
