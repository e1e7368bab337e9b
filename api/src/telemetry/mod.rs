//! Logs: where they go and what they look like. Traces beside them, in `traces`.

pub mod traces;

use std::panic;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogFormat;

/// Starts logging to standard error, once for the process; standard output
/// belongs to the verbs of the command line.
///
/// `filter` has the syntax of `RUST_LOG` (`info`, `api=debug,sqlx=warn`). Panics
/// are logged here too, inside the span of the request that caused them.
///
/// # Errors
///
/// When the filter cannot be read, or logging was started before.
pub fn start(format: LogFormat, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|_| "VINCULO_LOG: expected a level or a list of target=level".to_owned())?;
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    }
    .map_err(|_| "logging was started before".to_owned())?;
    panic::set_hook(Box::new(|panic| {
        let cause = panic.payload_as_str().unwrap_or("no text");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%cause, %place, "panic");
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_filter_is_told_and_a_second_start_is_refused() {
        assert!(start(LogFormat::Text, "api=loudly").is_err());
        assert_eq!(start(LogFormat::Json, "off"), Ok(()));
        assert!(start(LogFormat::Text, "off").is_err());
    }
}
