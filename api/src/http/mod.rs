//! The HTTP envelope: what comes before and after GraphQL.
//!
//! A request to `/graphql` passes, in this order: `envelope` (ids, address, CORS),
//! `negotiate`, `bearer`, `body`, `params`, and then `plan`, which lexes, parses,
//! guards, chooses, coerces and counts; what is the same for a document that was seen
//! before is kept in `documents`, and one that is known by its id alone is found in `persisted`.
//! Only then does the service look at it, and the
//! framework validates and executes it; what a machine asks for, `scope` compares with what
//! it may. `answer` writes what came of it, and `caching` says who may keep it. `operation` is the
//! part of the way that operations over a WebSocket (`socket`) go as well; `events` writes
//! answers one after the other.
//!
//! When no more operations may be in flight, a request goes no further than
//! `negotiate`; it takes its place after `params`, and keeps it until it ends. What it costs comes
//! out of the `allowance` of its `caller`: a point as soon as they are known, the rest once it is
//! planned; what it did not cost is given back.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use actix_web::{
    HttpRequest, HttpResponse, HttpServer,
    dev::Server,
    http::{StatusCode, header},
    middleware::{Compress, from_fn},
    web,
};
use async_graphql::{Request, Response, parser::types::OperationType};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, future::BoxFuture, stream::BoxStream};
use tokio::{
    signal,
    sync::{Semaphore, watch},
};

use crate::{
    bulk,
    clients::{Denied, LetIn},
    context::Service,
    documents::{Delivery, Unserved},
    error::Error,
    schema::Schemas,
    subscriptions::{self, Again},
    token::{Claims, Issuers},
    vitals::Vitals,
};

mod allowance;
mod answer;
mod bearer;
mod body;
mod caching;
mod caller;
mod cors;
mod cost;
mod desk;
mod documents;
mod envelope;
mod events;
mod execute;
mod graphql;
mod guard;
mod health;
mod ids;
mod leases;
mod lexer;
mod literals;
mod log;
mod metrics;
mod model;
mod negotiate;
mod oauth;
mod operation;
mod overlaps;
mod params;
mod persisted;
mod plan;
mod playground;
mod problem;
mod refusal;
mod scope;
mod socket;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
mod top;
mod transfer;
mod variables;

use transfer::{File, Incoming};

pub use crate::config::HttpSettings;
pub use metrics::Metrics;

/// Time for the head of a request to arrive, and for a connection to close.
const HEAD_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Connections that one thread holds. One that waits costs a descriptor and what its
/// client has sent so far, at most `limits.body_bytes`; operations have their own bound,
/// `in_flight`. When every thread has so many, no more are accepted.
const CONNECTIONS: usize = 2_048;
/// Connections that the system keeps until they are accepted (Linux no more than
/// `net.core.somaxconn`); those that try to connect beyond them get no answer.
const BACKLOG: u32 = 1_024;

/// What stands behind the envelope. The one implementation is the schema with its
/// service; the tests of the envelope have another, without a database.
pub trait Backend: Send + Sync + 'static {
    /// The time of the request.
    fn now(&self) -> DateTime<Utc>;
    /// Puts into a planned request what its resolvers need; an error is told as a
    /// request error, and `Unauthenticated` like a token that is not valid.
    fn prepare(
        &self,
        request: Request,
        kind: OperationType,
        claims: Option<Arc<Claims>>,
    ) -> BoxFuture<'_, Result<Request, Error>>;
    /// How the instance is, for those who run it.
    fn vitals(&self) -> BoxFuture<'_, Vitals>;
    /// Whether requests can be served; if not, why, for the log.
    fn ready(&self) -> BoxFuture<'_, Result<(), String>>;
    /// Executes; validates before, unless the document is known to be `valid`.
    fn execute(&self, request: Request, valid: bool) -> BoxFuture<'static, Response>;
    /// A machine, by its id and its secret, from where it asks.
    fn let_in<'a>(
        &'a self,
        client: &'a str,
        secret: &'a str,
        from: IpAddr,
    ) -> BoxFuture<'a, Result<LetIn, Denied>>;
    /// Opens a subscription, a planned request that is made as often as it is asked; its
    /// document is looked at first, unless it is known to be `valid`. An error is the response
    /// that says why it is not opened.
    fn subscribe(
        &self,
        again: Again,
        claims: Option<Arc<Claims>>,
        valid: bool,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Response>, Response>>;
    /// The file whose bytes a link lets come.
    fn incoming<'a>(
        &'a self,
        file: File<'a>,
        link: &'a str,
        claims: Option<Arc<Claims>>,
    ) -> BoxFuture<'a, Result<Incoming, Unserved>>;
    /// The file to which a link leads.
    fn deliver<'a>(
        &'a self,
        file: File<'a>,
        link: &'a str,
        claims: Option<Arc<Claims>>,
    ) -> BoxFuture<'a, Result<Delivery, Unserved>>;
}

impl Backend for (Schemas, Service) {
    fn now(&self) -> DateTime<Utc> {
        self.1.now()
    }

    fn prepare(
        &self,
        request: Request,
        kind: OperationType,
        claims: Option<Arc<Claims>>,
    ) -> BoxFuture<'_, Result<Request, Error>> {
        async move { self.1.prepare(request, kind, claims.as_deref()).await }.boxed()
    }

    fn vitals(&self) -> BoxFuture<'_, Vitals> {
        self.1.vitals().boxed()
    }

    fn ready(&self) -> BoxFuture<'_, Result<(), String>> {
        self.1.ready().boxed()
    }

    fn execute(&self, request: Request, valid: bool) -> BoxFuture<'static, Response> {
        let (schema, service) = (self.0.of(valid).clone(), self.1.clone());
        async move { service.execute(&schema, request).await }.boxed()
    }

    fn let_in<'a>(
        &'a self,
        client: &'a str,
        secret: &'a str,
        from: IpAddr,
    ) -> BoxFuture<'a, Result<LetIn, Denied>> {
        self.1.let_in(client, secret, from).boxed()
    }

    fn subscribe(
        &self,
        again: Again,
        claims: Option<Arc<Claims>>,
        valid: bool,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Response>, Response>> {
        let schemas = (self.0.of(valid).clone(), self.0.of(true).clone());
        subscriptions::open(self.1.clone(), schemas, again, claims).boxed()
    }

    fn incoming<'a>(
        &'a self,
        file: File<'a>,
        link: &'a str,
        claims: Option<Arc<Claims>>,
    ) -> BoxFuture<'a, Result<Incoming, Unserved>> {
        let service = &self.1;
        async move {
            let claims = claims.as_deref();
            Ok(match file {
                File::Document(id) => {
                    Incoming::Document(service.expect_document(id, link, claims).await?)
                }
                File::Job(id) => Incoming::Job(service.expect_job(id, link, claims).await?),
            })
        }
        .boxed()
    }

    fn deliver<'a>(
        &'a self,
        file: File<'a>,
        link: &'a str,
        claims: Option<Arc<Claims>>,
    ) -> BoxFuture<'a, Result<Delivery, Unserved>> {
        let service = &self.1;
        async move {
            let claims = claims.as_deref();
            match file {
                File::Document(id) => service.deliver_document(id, link, claims).await,
                File::Job(id) => service.deliver_job(id, link, claims).await,
            }
        }
        .boxed()
    }
}

/// Everything that requests are answered with.
pub struct App {
    backend: Arc<dyn Backend>,
    issuers: Issuers,
    settings: HttpSettings,
    examples: String,
    sdl: String,
    model: Arc<model::Model>,
    /// What looks at documents of bulk jobs.
    desk: Arc<dyn bulk::Desk>,
    writes: execute::Writes,
    documents: documents::Documents,
    persisted: persisted::Persisted,
    /// What callers may spend.
    allowances: allowance::Allowances,
    /// One for each operation that may be carried out at this moment, whichever thread serves it.
    places: Arc<Semaphore>,
    /// What stays open.
    leases: leases::Leases,
    /// Whether the service is told to stop: what stays open ends.
    stopping: watch::Sender<bool>,
    /// One for each file that may be coming in at this moment: they come as slowly as their
    /// senders like, and each has some of its bytes in memory.
    uploads: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

impl App {
    /// Puts the parts together and reads the schema once. `examples` is the JSON of
    /// `/playground/examples.json`.
    ///
    /// # Errors
    ///
    /// When the SDL of the schema cannot be read back, or a manifest of an application not at all.
    pub fn new(
        service: Service,
        issuers: Issuers,
        settings: HttpSettings,
        examples: String,
    ) -> Result<Self, String> {
        Self::over((Schemas::build(), service), crate::schema::sdl(), issuers, settings, examples)
    }

    /// The figures of this instance.
    #[must_use]
    pub fn metrics(&self) -> Arc<Metrics> {
        self.metrics.clone()
    }

    fn over(
        backend: impl Backend,
        sdl: String,
        issuers: Issuers,
        settings: HttpSettings,
        examples: String,
    ) -> Result<Self, String> {
        let (open, limits) = (settings.subscriptions, &settings.limits);
        let persisted = persisted::Persisted::read(&settings.applications, limits)
            .map_err(|mistake| format!("applications: {mistake}"))?;
        let (backend, model) = (Arc::new(backend), Arc::new(model::Model::read(&sdl)?));
        let desk =
            desk::Desk { backend: backend.clone(), model: model.clone(), limits: limits.clone() };
        Ok(Self {
            persisted,
            allowances: allowance::Allowances::new(limits.points, limits.points_per_second),
            leases: leases::Leases::new(open.open, open.sockets, open.operations),
            stopping: watch::Sender::new(false),
            backend,
            desk: Arc::new(desk),
            issuers,
            places: Arc::new(Semaphore::new(settings.in_flight)),
            uploads: Arc::new(Semaphore::new(transfer::MOST_UPLOADS)),
            metrics: Arc::new(Metrics::new(settings.in_flight)),
            settings,
            examples,
            model,
            sdl,
            writes: execute::Writes::default(),
            documents: documents::Documents::default(),
        })
    }

    /// From where a request comes.
    fn address(&self, request: &HttpRequest) -> IpAddr {
        caller::address(request.headers(), request.peer_addr(), &self.settings.trusted_proxies)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// All paths of the service. The server and the tests use the same.
pub fn configure(app: web::Data<App>) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        let around = app.clone();
        let scope = web::scope("")
            .wrap(from_fn(envelope::spare_short_answers))
            .wrap(Compress::default())
            .wrap(from_fn(move |request, next| envelope::envelope(around.clone(), request, next)))
            .service(
                web::resource("/graphql")
                    .route(web::get().to(graphql::graphql))
                    .route(web::post().to(graphql::graphql))
                    .default_service(web::to(|request: HttpRequest| {
                        wrong_method(request, "GET, POST, OPTIONS")
                    })),
            )
            .service(
                web::resource("/documents/{document}")
                    .route(web::get().to(transfer::fetch))
                    .route(web::put().to(transfer::receive))
                    .default_service(web::to(|request: HttpRequest| {
                        wrong_method(request, "GET, PUT, OPTIONS")
                    })),
            )
            .service(
                web::resource("/bulk/{job}")
                    .route(web::get().to(transfer::fetch_of_job))
                    .route(web::put().to(transfer::receive_of_job))
                    .default_service(web::to(|request: HttpRequest| {
                        wrong_method(request, "GET, PUT, OPTIONS")
                    })),
            )
            .service(
                web::resource("/oauth/token")
                    .route(web::post().to(oauth::token))
                    .default_service(web::to(|request: HttpRequest| wrong_method(request, "POST"))),
            )
            .service(read("/.well-known/jwks.json").get(oauth::keys))
            .service(read("/.well-known/oauth-authorization-server").get(oauth::metadata))
            .service(read("/schema.graphql").get(graphql::schema))
            .service(read("/metrics").get(metrics::guarded))
            .service(read("/health/live").get(health::live))
            .service(read("/health/ready").get(health::ready))
            .service(read("/playground").get(playground::page))
            .service(read("/playground/examples.json").get(playground::examples))
            .service(read("/playground/{file}").get(playground::file))
            .service(read("/").get(playground::root))
            .default_service(web::to(not_found));
        config.app_data(app).service(scope);
    }
}

/// A path that is only read.
struct Read(&'static str);

fn read(path: &'static str) -> Read {
    Read(path)
}

impl Read {
    fn get<F, A>(self, handler: F) -> actix_web::Resource
    where
        F: actix_web::Handler<A, Output = HttpResponse>,
        A: actix_web::FromRequest + 'static,
    {
        web::resource(self.0)
            .route(web::get().to(handler.clone()))
            .route(web::head().to(handler))
            .default_service(web::to(|request: HttpRequest| wrong_method(request, "GET, HEAD")))
    }
}

async fn wrong_method(request: HttpRequest, allow: &'static str) -> HttpResponse {
    let detail = "this method is not allowed here";
    let mut response = problem::problem(StatusCode::METHOD_NOT_ALLOWED, detail, &ids::of(&request));
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allow));
    response
}

async fn not_found(request: HttpRequest) -> HttpResponse {
    problem::problem(StatusCode::NOT_FOUND, "there is nothing here", &ids::of(&request))
}

/// Serves until the process is told to stop (SIGTERM or SIGINT): then accepts no
/// more connections, lets running requests end within `shutdown_seconds`, and
/// waits as long again for mutations whose clients have gone. A second signal
/// stops at once.
///
/// Mutations run on the runtime that this is called on.
///
/// # Errors
///
/// When the address cannot be listened on, or the server breaks down.
pub async fn serve(
    app: App,
    listen: SocketAddr,
    on_ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let app = web::Data::new(app);
    app.writes.run_here();
    let shutdown = app.settings.shutdown;
    let server = HttpServer::new({
        let app = app.clone();
        move || actix_web::App::new().configure(configure(app.clone()))
    })
    .workers(app.settings.workers)
    .max_connections(CONNECTIONS)
    .backlog(BACKLOG)
    .client_request_timeout(HEAD_TIMEOUT)
    .client_disconnect_timeout(HEAD_TIMEOUT)
    // A closed connection cancels its reads; half-closed ones look the same.
    .h1_allow_half_closed(false)
    .shutdown_timeout(shutdown.as_secs())
    .disable_signals()
    .bind(listen)?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    let watched = watched(&app)?;
    let server = server.run();
    let handle = server.handle();
    // Heard from here on, and not only once the task below runs: whoever reads that the service
    // listens may tell it to stop in the same moment.
    let mut told = Signals::listen()?;
    let ending = app.clone();
    let stopping = tokio::spawn(async move {
        told.any().await;
        tracing::info!("stopping");
        ending.stopping.send_replace(true);
        tokio::select! {
            () = handle.stop(true) => {}
            () = told.any() => handle.stop(false).await,
        }
    });
    on_ready(address);
    let watching = watched.map(|(server, address)| {
        tracing::info!(%address, "metrics are read here by whoever gets here");
        (server.handle(), tokio::spawn(server))
    });
    let ended = server.await;
    stopping.abort();
    if let Some((handle, watching)) = watching {
        handle.stop(false).await;
        watching.abort();
    }
    app.writes.finish(shutdown).await;
    ended
}

/// The server at the address that is for the metrics alone, and where it listens.
fn watched(app: &web::Data<App>) -> io::Result<Option<(Server, SocketAddr)>> {
    let Some(listen) = app.settings.metrics.listen else { return Ok(None) };
    let app = app.clone();
    let server = HttpServer::new(move || {
        let app = actix_web::App::new().app_data(app.clone());
        app.service(read("/metrics").get(metrics::open)).default_service(web::to(not_found))
    });
    let server = server.workers(1).disable_signals().client_request_timeout(HEAD_TIMEOUT);
    let server = server.bind(listen).map_err(|error| {
        io::Error::new(error.kind(), format!("metrics.listen, {listen}: {error}"))
    })?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    Ok(Some((server.run(), address)))
}

/// What tells the process to stop: SIGTERM, SIGINT.
#[cfg(unix)]
struct Signals(signal::unix::Signal, signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?))
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

/// What tells the process to stop: Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn any(&mut self) {
        let _ = signal::ctrl_c().await;
    }
}
