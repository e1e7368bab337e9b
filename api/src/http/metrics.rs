//! What Prometheus reads of an instance, and who may read it.
//!
//! No label holds what somebody sent, but for names of operations, and of those so many and no
//! more: whoever invents names makes no new series.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use async_graphql::resolver_utils::EnumType;
use entity::BulkJobKind;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};
use subtle::ConstantTimeEq;

use super::{App, bearer::challenge, ids, leases::Kind, log::Summary, not_found, problem::problem};
use crate::{error::Code, vitals::Vitals};

/// How many names of operations have series of their own: the first that were carried out.
const MOST_NAMES: usize = 100;
/// How many of them may come from those who do not say who they are.
const MOST_OF_NOBODY: usize = 25;
/// What stands for all further names, and for those of which nothing was carried out.
const OTHER: &str = "other";
/// What stands for operations without a name.
const UNNAMED: &str = "unnamed";

/// In seconds: from what is answered at once to the time that an operation may take.
const DURATIONS: [f64; 13] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// In points: from one object to the most that an operation may cost.
const COSTS: [f64; 11] =
    [1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0];

/// The figures of an instance.
pub struct Metrics {
    registry: Registry,
    names: Names,
    operations: Family<Operation, Counter>,
    durations: Family<Timed, Histogram>,
    costs: Family<Costing, Histogram>,
    requests: Family<Asked, Counter>,
    shed: Counter,
    tasks: Family<Run, Counter>,
    task_seconds: Family<Task, Counter<f64, AtomicU64>>,
    task_succeeded: Family<Task, Gauge>,
    jobs: Family<Job, Counter>,
    now: Now,
}

/// What is read at the moment of asking.
#[derive(Default)]
struct Now {
    in_flight: Gauge,
    uploads: Gauge,
    sockets: Gauge,
    streams: Gauge,
    subscriptions: Gauge,
    index: Family<Record, Gauge>,
    connections: Family<Pool, Gauge>,
    most_connections: Family<PoolName, Gauge>,
    statements: Counter,
    database_up: Gauge,
    lag: Family<Follower, Gauge<f64, AtomicU64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: String,
    kind: &'static str,
    transport: &'static str,
    role: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Timed {
    operation: String,
    kind: &'static str,
    transport: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Costing {
    operation: String,
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Run {
    task: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Job {
    kind: &'static str,
    outcome: &'static str,
}

impl Job {
    fn of(kind: BulkJobKind, well: bool) -> Self {
        let kind = match kind {
            BulkJobKind::Export => "export",
            BulkJobKind::Import => "import",
        };
        Self { kind, outcome: if well { "completed" } else { "failed" } }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Task {
    task: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Record {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Pool {
    pool: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PoolName {
    pool: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Follower {
    follower: String,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// None yet. `in_flight` is how many operations may be carried out at once.
    #[must_use]
    pub fn new(in_flight: usize) -> Self {
        let mut registry = Registry::with_prefix("vinculo");
        let metrics = Self {
            names: Names::default(),
            operations: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(DURATIONS)),
            costs: Family::new_with_constructor(|| Histogram::new(COSTS)),
            requests: Family::default(),
            shed: Counter::default(),
            tasks: Family::default(),
            task_seconds: Family::default(),
            task_succeeded: Family::default(),
            jobs: Family::default(),
            now: Now::default(),
            registry: Registry::default(),
        };
        let build = [("version", env!("CARGO_PKG_VERSION"))];
        let info = Info::new(build.to_vec());
        registry.register("build", "Which version this is", info);
        registry.register(
            "operations",
            "GraphQL operations, by what became of them: ok, or the code of the first error",
            metrics.operations.clone(),
        );
        registry.register_with_unit(
            "operation_duration",
            "From the arrival of a query or a mutation to its answer",
            Unit::Seconds,
            metrics.durations.clone(),
        );
        registry.register(
            "operation_cost_points",
            "What operations may cost, as counted before they are carried out",
            metrics.costs.clone(),
        );
        registry.register(
            "http_requests",
            "Requests, by where they went; those whose client left have status 0",
            metrics.requests.clone(),
        );
        registry.register(
            "operations_shed",
            "Operations that were refused because too many were being carried out",
            metrics.shed.clone(),
        );
        metrics.register_tasks(&mut registry);
        metrics.now.register(&mut registry, in_flight);
        Self { registry, ..metrics }
    }

    fn register_tasks(&self, registry: &mut Registry) {
        registry.register(
            "task_runs",
            "How often the instance did by itself what it does again and again",
            self.tasks.clone(),
        );
        registry.register_with_unit(
            "task",
            "How long that took in all",
            Unit::Seconds,
            self.task_seconds.clone(),
        );
        registry.register_with_unit(
            "task_last_success_timestamp",
            "When it last went well, in seconds since 1970",
            Unit::Seconds,
            self.task_succeeded.clone(),
        );
        // Also before the first one has ended: what is not there cannot be watched.
        for kind in [BulkJobKind::Export, BulkJobKind::Import] {
            drop(self.jobs.get_or_create(&Job::of(kind, true)));
            drop(self.jobs.get_or_create(&Job::of(kind, false)));
        }
        registry.register(
            "bulk_jobs",
            "Bulk jobs that this instance has brought to an end",
            self.jobs.clone(),
        );
    }

    /// An operation has ended.
    pub(super) fn operation(&self, summary: &Summary, outcome: &str, took: Duration) {
        let kind = summary.kind.unwrap_or("unknown");
        let Some(transport) = summary.transport else { return };
        let role = summary.role.clone().unwrap_or_else(|| "UNKNOWN".to_owned());
        let is_nobody = matches!(role.as_str(), "NOBODY" | "UNKNOWN");
        let name = summary.operation.as_deref();
        let operation = self.names.known(name, summary.carried_out, is_nobody);
        let outcome = outcome_of(outcome);
        // The life of a subscription is its client's.
        if kind != "subscription" {
            let timed = Timed { operation: operation.clone(), kind, transport };
            self.durations.get_or_create(&timed).observe(took.as_secs_f64());
        }
        if let Some(cost) = summary.cost {
            let costing = Costing { operation: operation.clone(), kind };
            self.costs.get_or_create(&costing).observe(cost.into());
        }
        let operation = Operation { operation, kind, transport, role, outcome };
        self.operations.get_or_create(&operation).inc();
    }

    /// An operation was refused since there was no place for it.
    pub(super) fn shed(&self) {
        self.shed.inc();
    }

    /// A request has been answered, or its client has left.
    pub(super) fn request(&self, path: &str, status: Option<StatusCode>) {
        let status = status.map_or(0, |status| status.as_u16());
        self.requests.get_or_create(&Asked { route: route(path), status }).inc();
    }

    /// A bulk job has come to its end here, `well` or not.
    pub fn job(&self, kind: BulkJobKind, well: bool) {
        self.jobs.get_or_create(&Job::of(kind, well)).inc();
    }

    /// What the instance does by itself was done once; `at` is when, if it went well.
    pub fn ran(&self, task: &'static str, took: Duration, at: Option<i64>) {
        let outcome = if at.is_some() { "ok" } else { "failed" };
        self.tasks.get_or_create(&Run { task, outcome }).inc();
        self.task_seconds.get_or_create(&Task { task }).inc_by(took.as_secs_f64());
        if let Some(at) = at {
            self.task_succeeded.get_or_create(&Task { task }).set(at);
        }
    }
}

impl Now {
    fn register(&self, registry: &mut Registry, in_flight: usize) {
        registry.register(
            "operations_in_flight",
            "Operations that are being carried out",
            self.in_flight.clone(),
        );
        let most = Gauge::<i64>::default();
        most.set(whole(in_flight));
        registry.register("operations_in_flight_limit", "How many there may be at once", most);
        registry.register("uploads_in_flight", "Files that are coming in", self.uploads.clone());
        registry.register("sockets_open", "WebSockets that are open", self.sockets.clone());
        registry.register(
            "streams_open",
            "Streams of server-sent events that are open",
            self.streams.clone(),
        );
        registry.register(
            "subscriptions_open",
            "Subscriptions that are open, whichever way they go",
            self.subscriptions.clone(),
        );
        registry.register(
            "index_records",
            "Records in the index of search and matching",
            self.index.clone(),
        );
        registry.register(
            "database_connections",
            "Connections to the database",
            self.connections.clone(),
        );
        registry.register(
            "database_connections_limit",
            "How many there may be",
            self.most_connections.clone(),
        );
        registry.register(
            "database_statements",
            "Statements that were sent to the database",
            self.statements.clone(),
        );
        registry.register(
            "database_up",
            "Whether the database answered when this was asked",
            self.database_up.clone(),
        );
        registry.register_with_unit(
            "follower_lag",
            "How long the oldest event has been waiting for a follower",
            Unit::Seconds,
            self.lag.clone(),
        );
    }

    fn take(&self, app: &App, vitals: &Vitals) {
        let settings = &app.settings;
        let used = |most: usize, free: usize| whole(most.saturating_sub(free));
        self.in_flight.set(used(settings.in_flight, app.places.available_permits()));
        self.uploads.set(used(super::transfer::MOST_UPLOADS, app.uploads.available_permits()));
        self.sockets.set(app.leases.open(Kind::Socket).into());
        self.streams.set(app.leases.open(Kind::Stream).into());
        self.subscriptions.set(whole(vitals.subscriptions));
        for (kind, count) in &vitals.index {
            self.index.get_or_create(&Record { kind }).set(whole(*count));
        }
        for of in &vitals.connections {
            let pool = of.pool;
            self.connections.get_or_create(&Pool { pool, state: "used" }).set(of.used.into());
            self.connections.get_or_create(&Pool { pool, state: "idle" }).set(of.idle.into());
            self.most_connections.get_or_create(&PoolName { pool }).set(of.most.into());
        }
        self.statements.inner().store(vitals.statements, Ordering::Relaxed);
        self.database_up.set(vitals.lag.is_some().into());
        // What cannot be known now is not told as it was.
        self.lag.clear();
        for (follower, lag) in vitals.lag.iter().flatten() {
            self.lag.get_or_create(&Follower { follower: follower.clone() }).set(*lag);
        }
    }
}

/// A count as Prometheus has it.
fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The outcomes that there are.
fn outcome_of(outcome: &str) -> &'static str {
    const OWN: [&str; 3] = ["ok", "cancelled", "refused"];
    let own = OWN.iter().find(|own| **own == outcome).copied();
    let code = || Code::items().iter().map(|item| item.name).find(|code| *code == outcome);
    own.or_else(code).unwrap_or(OTHER)
}

/// Where a request went, of the places that there are.
#[must_use]
pub fn route(path: &str) -> &'static str {
    match path {
        "/graphql" => "/graphql",
        "/oauth/token" => "/oauth/token",
        "/schema.graphql" => "/schema.graphql",
        "/metrics" => "/metrics",
        "/health/live" => "/health/live",
        "/health/ready" => "/health/ready",
        _ if path.starts_with("/documents/") => "/documents/{document}",
        _ if path.starts_with("/bulk/") => "/bulk/{job}",
        _ if path.starts_with("/.well-known/") => "/.well-known",
        _ if path.starts_with("/playground") => "/playground",
        _ => OTHER,
    }
}

/// The names of operations that have series of their own, and whether nobody brought them.
#[derive(Debug, Default)]
struct Names(RwLock<BTreeMap<String, bool>>);

impl Names {
    /// What stands for a name: itself, if it is one of the first that were carried out.
    fn known(&self, name: Option<&str>, carried_out: bool, is_nobody: bool) -> String {
        let Some(name) = name else { return UNNAMED.to_owned() };
        if self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(name) {
            return name.to_owned();
        }
        if !carried_out {
            return OTHER.to_owned();
        }
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let of_nobody = names.values().filter(|of_nobody| **of_nobody).count();
        let has_room = names.len() < MOST_NAMES && !(is_nobody && of_nobody >= MOST_OF_NOBODY);
        if !has_room && !names.contains_key(name) {
            return OTHER.to_owned();
        }
        names.entry(name.to_owned()).or_insert(is_nobody);
        name.to_owned()
    }
}

/// `GET /metrics` where the service listens: for whoever presents the token that is set. Without
/// one there is nothing here.
pub async fn guarded(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let Some(token) = &app.settings.metrics.token else { return not_found(request).await };
    let presented = request.headers().get_all(header::AUTHORIZATION).collect::<Vec<_>>();
    let presented = match presented.as_slice() {
        [one] => one.to_str().ok().and_then(|value| value.split_once(' ')),
        _ => None,
    };
    let right = presented.is_some_and(|(scheme, presented)| {
        let same = presented.trim().as_bytes().ct_eq(token.reveal().as_bytes());
        scheme.eq_ignore_ascii_case("bearer") && bool::from(same)
    });
    if !right {
        let detail = "the metrics are for those who run the service";
        let response = problem(StatusCode::UNAUTHORIZED, detail, &ids::of(&request));
        return challenge(response, presented.is_some());
    }
    open(app).await
}

/// The same for whoever gets here: at the address that is for it alone.
pub async fn open(app: web::Data<App>) -> HttpResponse {
    let vitals = app.backend.vitals().await;
    let metrics = &app.metrics;
    metrics.now.take(&app, &vitals);
    let mut text = String::new();
    if let Err(cause) = encode(&mut text, &metrics.registry) {
        tracing::error!(%cause, "the metrics cannot be written");
        return HttpResponse::InternalServerError().finish();
    }
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(metrics: &Metrics, name: Option<String>, role: &str, carried_out: bool) {
        let summary = Summary {
            operation: name,
            kind: Some("query"),
            transport: Some("http"),
            role: Some(role.to_owned()),
            cost: Some(7),
            carried_out,
            ..Summary::default()
        };
        metrics.operation(&summary, "ok", Duration::from_millis(3));
    }

    fn series(metrics: &Metrics) -> Vec<String> {
        let mut text = String::new();
        assert!(encode(&mut text, &metrics.registry).is_ok());
        text.lines().filter(|line| !line.starts_with('#')).map(ToOwned::to_owned).collect()
    }

    #[test]
    fn whoever_invents_names_makes_no_new_series() {
        let metrics = Metrics::new(1);
        for number in 0..10_000 {
            told(&metrics, Some(format!("Refused{number}")), "MEMBER_USER", false);
            told(&metrics, Some(format!("Nobody{number}")), "NOBODY", true);
        }
        assert_eq!(metrics.names.0.read().map(|names| names.len()).ok(), Some(MOST_OF_NOBODY));
        for number in 0..10_000 {
            told(&metrics, Some(format!("Member{number}")), "MEMBER_USER", true);
        }
        told(&metrics, None, "NOBODY", true);
        let lines = series(&metrics);
        let of = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
        // The names, two roles of the others, and those without a name.
        assert_eq!(of("vinculo_operations_total{"), MOST_NAMES + 3);
        assert_eq!(of("vinculo_operation_duration_seconds_count{"), MOST_NAMES + 2);
        assert_eq!(of("vinculo_operation_cost_points_count{"), MOST_NAMES + 2);
        assert!(lines.iter().any(|line| line.contains("\"Member74\"")));
        assert!(!lines.iter().any(|line| line.contains("\"Member75\"")), "no more than 100 names");
        assert!(!lines.iter().any(|line| line.contains("Refused")), "what was not carried out");
    }

    #[test]
    fn outcomes_and_places_are_those_that_there_are() {
        assert_eq!(outcome_of("ok"), "ok");
        assert_eq!(outcome_of("COST_LIMIT_EXCEEDED"), "COST_LIMIT_EXCEEDED");
        assert_eq!(outcome_of("invented"), OTHER);
        assert_eq!(route("/documents/doc_1"), "/documents/{document}");
        assert_eq!(route("/documents"), OTHER);
        assert_eq!(route("/../etc/passwd"), OTHER);
    }
}
