//! One line for every request, also for those whose client left before the end.

use std::{cell::RefCell, rc::Rc, time::Instant};

use actix_web::{HttpMessage, HttpRequest, http::StatusCode};

use super::ids::Ids;

/// What a handler adds to the line: never a document, never a variable.
#[derive(Debug, Default)]
pub struct Summary {
    /// The name of the operation, cut.
    pub operation: Option<String>,
    /// `ok`, or the code of the first error.
    pub outcome: Option<String>,
    /// Points.
    pub cost: Option<u32>,
    /// Why a token was refused.
    pub reason: Option<String>,
}

impl Summary {
    /// The summary of a request; one that nobody reads, if it has none.
    pub fn of(request: &HttpRequest) -> Rc<RefCell<Self>> {
        request.extensions().get::<Rc<RefCell<Self>>>().cloned().unwrap_or_default()
    }
}

/// Written when it is dropped.
#[derive(Debug)]
pub struct Line {
    start: Instant,
    method: String,
    path: String,
    ids: Ids,
    /// What the handler says.
    pub summary: Rc<RefCell<Summary>>,
    /// The answer; none when the client left.
    pub status: Option<StatusCode>,
}

/// Longest path in the log, in characters.
const LONGEST_PATH: usize = 100;

impl Line {
    /// Starts the clock.
    #[must_use]
    pub fn new(method: &str, path: &str, ids: Ids) -> Self {
        Self {
            start: Instant::now(),
            method: method.chars().take(20).collect(),
            path: path.chars().take(LONGEST_PATH).collect(),
            ids,
            summary: Rc::default(),
            status: None,
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let summary = self.summary.borrow();
        let status = self.status.map(|status| status.as_u16());
        let outcome = match (&summary.outcome, self.status) {
            (_, None) => "cancelled",
            (Some(outcome), _) => outcome,
            (None, Some(status)) if status.is_success() || status.is_redirection() => "ok",
            (None, Some(_)) => "refused",
        };
        let duration_us = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        // Whoever watches our health asks every few seconds.
        if self.path.starts_with("/health/") && outcome == "ok" {
            tracing::debug!(request_id = %self.ids.request, path = %self.path, "request");
            return;
        }
        tracing::info!(
            request_id = %self.ids.request,
            trace_id = self.ids.trace.as_deref(),
            method = %self.method,
            path = %self.path,
            status,
            outcome,
            operation = summary.operation.as_deref(),
            cost = summary.cost,
            reason = summary.reason.as_deref(),
            duration_us,
            "request"
        );
    }
}
