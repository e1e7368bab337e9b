//! Carrying an operation out: reads end with their client or their time, writes
//! end by themselves.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{Request, parser::types::OperationType};
use tokio::{runtime::Handle, sync::OwnedSemaphorePermit};
use tracing::{Instrument, Span};

use super::{App, answer::Answer};
use crate::telemetry::traces;

/// Executes a planned request; `valid` is whether its document is known to be.
///
/// A query is dropped when it takes longer than an operation may, or with the future of
/// this call when its client goes. A mutation runs in a task of its own: it knows
/// best when it may still stop. Either way `place` is held until it ends.
pub async fn execute(
    app: &App,
    request: Request,
    kind: OperationType,
    valid: bool,
    place: OwnedSemaphorePermit,
) -> Answer {
    let executing = app.backend.execute(request, valid);
    if kind == OperationType::Mutation {
        return match app.writes.spawn(executing, place).await {
            Ok(response) => Answer::executed(response),
            // The panic itself has been logged where it happened.
            Err(_) => Answer::failed("a mutation broke off"),
        };
    }
    let patience = Duration::from_secs(app.settings.limits.operation_seconds.into());
    match tokio::time::timeout(patience, executing).await {
        Ok(response) => Answer::executed(response),
        Err(_) => Answer::timed_out(),
    }
}

/// Mutations that are under way.
#[derive(Debug, Default)]
pub struct Writes {
    running: Arc<AtomicUsize>,
    /// Where they run; without it, on the thread that asks. The threads that
    /// serve connections end with them, and a mutation must not.
    runtime: OnceLock<Handle>,
}

impl Writes {
    /// From now on, mutations run on the present runtime.
    pub fn run_here(&self) {
        // Set once; a second server in one process shares the first one's.
        let _ = self.runtime.set(Handle::current());
    }

    /// Does something that goes on when whoever asked for it is gone; `place` is held until it ends.
    pub fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        place: OwnedSemaphorePermit,
    ) -> tokio::task::JoinHandle<T> {
        let held = (place, Counted::new(&self.running));
        let work = async move {
            let _held = held;
            work.await
        }
        .instrument(Span::current());
        let work = traces::carried(work);
        match self.runtime.get() {
            Some(runtime) => runtime.spawn(work),
            None => tokio::spawn(work),
        }
    }

    /// Waits until none is under way, `patience` at most.
    pub async fn finish(&self, patience: Duration) {
        let none = async {
            while self.running.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(patience, none).await.is_err() {
            tracing::warn!("stopped while mutations were under way; they are rolled back");
        }
    }
}

struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(running: &Arc<AtomicUsize>) -> Self {
        running.fetch_add(1, Ordering::SeqCst);
        Self(running.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
