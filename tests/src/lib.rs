//! What stories are told with: a [`World`] on either database, its [`Cast`], and
//! every [`Person`] who asks something of it. The stories are in `it/`.

// Tests put on record what no mutation would, and may break down where they stand.
#![allow(
    clippy::disallowed_methods,
    clippy::pedantic,
    clippy::missing_panics_doc,
    clippy::future_not_send,
    clippy::unwrap_used
)]

mod answer;
pub mod binary;
mod bucket;
mod cast;
mod door;
mod house;
pub mod log;
mod person;
mod receiver;
pub mod records;
pub mod selection;
mod world;

pub use answer::Answer;
pub use bucket::Bucket;
pub use cast::Cast;
pub use door::{Door, Events, Socket};
pub use house::Database;
pub use person::{AGREEMENT, ASSET, CAPABILITY, INTEREST, PROGRAMME, PROJECT, Person};
pub use receiver::{Received, Receiver, Reply};
pub use world::{MOST_BYTES, Transferred, World, courier, key, noon, on_empty, tell};
