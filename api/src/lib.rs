//! Vínculo: the open, typed graph of technology transfer.

pub mod config;
pub mod context;
pub mod error;
pub mod http;
pub mod schema;
pub mod telemetry;
pub mod token;
