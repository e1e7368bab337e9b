//! Stories, and proofs over everything there is.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod coverage;
mod needs;
mod offers;
mod policy;
mod redaction;
mod time;
mod who_sees_what;
