//! Stories, and proofs over everything there is.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod imported_records;
mod imports;
mod needs;
mod offers;
mod time;
