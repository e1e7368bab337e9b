//! The `vinculo` binary: see `cli`.

/// Rows become many small values; this one hands them out for a sixth fewer instructions than
/// the system's (`docs/measurements.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    api::cli::run()
}
