//! Stories, and proofs over everything there is.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod needs;
mod offers;
mod time;
