//! What the service writes into its log, kept for tests that look for what must not be there.

use std::{
    io,
    sync::{Mutex, Once, PoisonError},
};

use tracing_subscriber::{
    EnvFilter, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Keeps the log of this process, all tests together.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter =
            EnvFilter::new("info,api=trace,entity=trace,async_graphql=trace,sea_orm=debug");
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Lines);
        let _ = tracing_subscriber::registry().with(filter).with(layer).try_init();
    });
}

/// Everything that was logged so far, by all tests.
#[must_use]
pub fn lines() -> String {
    String::from_utf8_lossy(&LINES.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        Self
    }
}
