//! Stories, and proofs over everything there is.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod binary;
mod imported_records;
mod imports;
mod killed;
mod needs;
mod offers;
mod time;
