//! The `vinculo` binary: see `cli`.

// As in the library: what hangs on what is a long way.
#![recursion_limit = "256"]

/// Rows become many small values; this one hands them out for a sixth fewer instructions than
/// the system's (`docs/measurements.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    api::cli::run().await
}
