//! The `vinculo` binary: see `cli`.

/// Measured against the one of the system: `docs/measurements.md`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    api::cli::run().await
}
