//! Vínculo: the open, typed graph of technology transfer.

pub mod error;
