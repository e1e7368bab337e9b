//! One line for every request, also for those whose client left before the end; with it what the
//! metrics count and what its trace says.

use std::{cell::RefCell, rc::Rc, time::Instant};

use actix_web::{HttpMessage, HttpRequest, http::StatusCode, web};

use super::{App, ids::Ids, metrics::route};
use crate::telemetry::traces::Step;

/// What a handler adds to the line: never a document, never a variable.
#[derive(Debug, Default)]
pub struct Summary {
    /// The way an operation goes, if it is one: `http`, `events`, `websocket`.
    pub transport: Option<&'static str>,
    /// `query`, `mutation`, `subscription`.
    pub kind: Option<&'static str>,
    /// The name of the operation, cut.
    pub operation: Option<String>,
    /// What kind of viewer asks (`Viewer::class`).
    pub role: Option<String>,
    /// Whether anything of it was carried out.
    pub carried_out: bool,
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

    /// Tells the metrics and the trace of an operation that has ended.
    fn tell(&self, app: &App, step: &Step, outcome: &str, begun: Instant) {
        app.metrics.operation(self, outcome, begun.elapsed());
        if !step.is_heard() {
            return;
        }
        step.say("vinculo.outcome", outcome.to_owned());
        if let Some(operation) = &self.operation {
            step.say("graphql.operation.name", operation.clone());
        }
        if let Some(kind) = self.kind {
            step.say("graphql.operation.type", kind);
        }
        if let Some(role) = &self.role {
            step.say("vinculo.role", role.clone());
        }
        if let Some(cost) = self.cost {
            step.say("vinculo.cost", i64::from(cost));
        }
        if outcome == "INTERNAL" {
            step.fail();
        }
    }
}

/// Microseconds since then.
fn since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Written when it is dropped.
pub struct Line {
    app: web::Data<App>,
    start: Instant,
    method: String,
    path: String,
    ids: Ids,
    /// The request as a step of its trace.
    pub step: Step,
    /// What the handler says.
    pub summary: Rc<RefCell<Summary>>,
    /// The answer; none when the client left.
    pub status: Option<StatusCode>,
}

/// Longest path in the log, in characters.
const LONGEST_PATH: usize = 100;

/// Whether it is those who watch the service that ask: they do every few seconds.
fn is_watched(path: &str) -> bool {
    path.starts_with("/health/") || path == "/metrics"
}

impl Line {
    /// Starts the clock. `ids` get the trace of the request, if there is one.
    #[must_use]
    pub fn new(app: web::Data<App>, method: &str, path: &str, ids: &mut Ids) -> Self {
        let method: String = method.chars().take(20).collect();
        let step = if is_watched(path) {
            Step::default()
        } else {
            Step::asked(|| format!("{method} {}", route(path)), ids.parent.as_ref())
        };
        ids.trace = step.trace().or(ids.trace.take());
        Self {
            app,
            start: Instant::now(),
            method,
            path: path.chars().take(LONGEST_PATH).collect(),
            ids: ids.clone(),
            step,
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
        self.app.metrics.request(&self.path, self.status);
        if self.step.is_heard() {
            self.step.say("http.request.method", self.method.clone());
            self.step.say("http.route", route(&self.path));
            self.step.say("vinculo.request_id", self.ids.request.clone());
            self.step.say("http.response.status_code", i64::from(status.unwrap_or_default()));
            if status.is_some_and(|status| status >= 500) {
                self.step.fail();
            }
        }
        summary.tell(&self.app, &self.step, outcome, self.start);
        if is_watched(&self.path) && outcome == "ok" {
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
            kind = summary.kind,
            operation = summary.operation.as_deref(),
            role = summary.role.as_deref(),
            cost = summary.cost,
            reason = summary.reason.as_deref(),
            duration_us = since(self.start),
            "request"
        );
    }
}

/// The same for an operation on a socket, which is a trace of its own.
pub struct SocketLine {
    app: web::Data<App>,
    start: Instant,
    ids: Ids,
    /// The operation as a step of its trace.
    pub step: Step,
    /// What the operation says.
    pub summary: RefCell<Summary>,
}

impl SocketLine {
    /// Starts the clock. `ids` are those of the socket.
    #[must_use]
    pub fn new(app: web::Data<App>, ids: &Ids) -> Self {
        let step = Step::asked(|| "operation on a socket".to_owned(), ids.parent.as_ref());
        let ids = Ids { trace: step.trace().or(ids.trace.clone()), ..ids.clone() };
        let summary = Summary { transport: Some("websocket"), ..Summary::default() };
        Self { app, start: Instant::now(), ids, step, summary: RefCell::new(summary) }
    }
}

impl Drop for SocketLine {
    fn drop(&mut self) {
        let summary = self.summary.borrow();
        // Without one, its client left or took it back before it ended.
        let outcome = summary.outcome.as_deref().unwrap_or("cancelled");
        self.step.say("vinculo.request_id", self.ids.request.clone());
        summary.tell(&self.app, &self.step, outcome, self.start);
        tracing::info!(
            request_id = %self.ids.request,
            trace_id = self.ids.trace.as_deref(),
            outcome,
            kind = summary.kind,
            operation = summary.operation.as_deref(),
            role = summary.role.as_deref(),
            cost = summary.cost,
            duration_us = since(self.start),
            "operation on a socket"
        );
    }
}
