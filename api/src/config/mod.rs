//! What can be set, by environment over an optional TOML file.
//!
//! A setting `a.b` is `VINCULO_A_B` in the environment. Every mistake is
//! reported, not only the first, and no message repeats a value: it may be a
//! secret.

mod application;
mod issuer;
mod limits;
mod reader;
mod secret;

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;

pub use application::{ApplicationSettings, TrustMode};
pub use issuer::{Algorithm, IssuerSettings, KeySource, RoleSettings};
pub use limits::Limits;
use reader::{Reader, is_origin, web_address};
pub use secret::{DatabaseUrl, Secret};

/// The audience and issuer name of a service without a public address.
pub const DEFAULT_NAME: &str = "vinculo";

/// Above the 200 clients at once that a service must bear. On 8 connections these are
/// 32 rounds, so that the last is served within the 5 s that it waits for a connection
/// as long as an operation keeps one for less than 150 ms.
const IN_FLIGHT: usize = 256;

/// How many expressions of interest of one organization wait for an answer at once, when nobody says.
pub const PENDING_INTERESTS: u32 = 5;

/// Everything that can be set, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `database_url`: where the data lives, `sqlite://…` or `postgres://…`.
    /// Default: none, which means an SQLite file of our own under `data_dir`.
    pub database_url: Option<DatabaseUrl>,
    /// `read_database_url`: a PostgreSQL replica for reading. Default: none,
    /// read where we write. Only together with a PostgreSQL `database_url`.
    pub read_database_url: Option<DatabaseUrl>,
    /// `data_dir`: the directory of the embedded database and of the signing
    /// key. Default: `./vinculo-data`.
    pub data_dir: PathBuf,
    /// `listen`: address and port to accept connections on. Default:
    /// `127.0.0.1:8080`; port 0 takes any free one.
    pub listen: SocketAddr,
    /// `public_url`: the address under which clients know the service, `https://…`
    /// or `http://…` without a slash at the end. It is the base of links and the
    /// audience of tokens. Default: none; the audience is then `vinculo`.
    pub public_url: Option<String>,
    /// `issuers`: who else may say who somebody is. Default: nobody but the
    /// service itself. In the environment: the same list as JSON.
    pub issuers: Vec<IssuerSettings>,
    /// `verification_key_files`: keys of our own that verify tokens without signing any: the one
    /// before, or the one to come; comma-separated in the environment. Default: none.
    pub verification_key_files: Vec<PathBuf>,
    /// `token_ttl_seconds`: how long a token of the local issuer lives, in
    /// seconds, 60–86,400. Default: 900.
    pub token_ttl_seconds: u32,
    /// `anonymous`: whether those who do not say who they are may read what is
    /// public. Default: true.
    pub anonymous: bool,
    /// `pending_interests`: how many expressions of interest of one organization may
    /// wait for an answer at once, 1–1,000. Default: 5.
    pub pending_interests: u32,
    /// `log_format`: `text` or `json`. Default: `text`.
    pub log_format: LogFormat,
    /// `db_readers`: connections for reading, 1–256; on PostgreSQL as many for writing, and as many for
    /// the threads that serve requests. Default: 8.
    pub db_readers: u32,
    /// `documents.*`: where and how files are kept.
    pub documents: DocumentSettings,
    /// `traces.*`: where traces are sent.
    pub traces: TraceSettings,
    /// `webhooks.*`: what may be told where.
    pub webhooks: WebhookSettings,
    /// What concerns HTTP only.
    pub http: HttpSettings,
}

/// What may be told where.
#[derive(Clone, Copy, Debug)]
pub struct WebhookSettings {
    /// `webhooks.local`: whether webhooks may go to this machine, and without TLS: for tests and
    /// for trying them out alone. Default: false.
    pub local: bool,
}

/// Where and how files are kept.
#[derive(Clone, Debug)]
pub struct DocumentSettings {
    /// `documents.directory`: the folder in which they are kept. Default: `documents` in
    /// `data_dir`. Not together with a bucket.
    pub directory: Option<PathBuf>,
    /// `documents.most_bytes`: length of a file, in bytes, 1,024–2,000,000,000.
    /// Default: 25,000,000.
    pub most_bytes: i32,
    /// `documents.s3_bucket`: the bucket in which they are kept, in place of a folder.
    /// Default: none.
    pub s3_bucket: Option<String>,
    /// `documents.s3_endpoint`: the address of a service that speaks S3, `https://…` or
    /// `http://…`. Default: none, which means Amazon's.
    pub s3_endpoint: Option<String>,
    /// `documents.s3_region`: its region. Default: `us-east-1`.
    pub s3_region: String,
    /// `documents.s3_access_key_id` and `documents.s3_secret_access_key`: the key to the bucket.
    /// Default: none, which means the rights of the machine.
    pub s3_key: Option<(String, Secret)>,
}

/// Where traces are sent, as OTLP over HTTP.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceSettings {
    /// `traces.endpoint`: the address of a collector, `https://…` or `http://…` without a slash at
    /// the end; traces go to `/v1/traces` there. Default: none, and there are no traces.
    pub endpoint: Option<String>,
    /// `traces.ratio`: the part of the requests that are traced, 0–1, among those whose sender
    /// does not say it by `traceparent`. Default: 1.
    pub ratio: f64,
    /// `traces.authorization`: what the collector is told in the header `Authorization`.
    /// Default: none.
    pub authorization: Option<Secret>,
}

/// Who may read the metrics of this instance. Nobody, when nothing is set.
#[derive(Clone, Debug, Default)]
pub struct MetricsSettings {
    /// `metrics.listen`: an address and a port of their own, where whoever gets there may read
    /// them. Default: none.
    pub listen: Option<SocketAddr>,
    /// `metrics.token`: what must be presented as a bearer token to read them where the service
    /// listens, 16–256 characters. Default: none, and they are not there.
    pub token: Option<Secret>,
}

/// What the HTTP envelope may be told.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// `cors_origins`: the origins whose pages may call the service, such as
    /// `https://red.example.mx`; comma-separated in the environment. Default:
    /// none.
    pub cors_origins: Vec<String>,
    /// `trusted_proxies`: the addresses of the proxies in front, each alone or as a network
    /// (`10.0.0.0/8`), comma-separated in the environment. From these, and from nobody else, the
    /// header `X-Forwarded-For` counts. Default: none.
    pub trusted_proxies: Vec<IpNet>,
    /// `applications`: applications of pages in browsers, and which documents they send. In the
    /// environment: the same list as JSON. Default: none.
    pub applications: Vec<ApplicationSettings>,
    /// `public_seconds`: how long anybody may keep the answer to a GET that is for everybody, in
    /// seconds, 0–86,400; 0 lets nobody keep it. Default: 60.
    pub public_seconds: u32,
    /// `playground`: whether `/playground` is served. Default: false.
    pub playground: bool,
    /// `anonymous_introspection`: whether the schema may be read without a token.
    /// Default: false.
    pub anonymous_introspection: bool,
    /// `draft_status_codes`: answer with the status codes of the GraphQL-over-HTTP
    /// draft of August 2026 in place of those that clients measure today.
    /// Default: false.
    pub draft_status_codes: bool,
    /// `workers`: threads that serve requests, 1–256. Default: one per processor.
    pub workers: usize,
    /// `in_flight`: operations that are carried out at once in the whole process,
    /// 1–10,000; further ones are refused. Default: 256.
    pub in_flight: usize,
    /// `shutdown_seconds`: how long running requests may take to end when the
    /// service is told to stop, in seconds, 0–600. Default: 30.
    pub shutdown: Duration,
    /// `subscriptions.*`: what stays open.
    pub subscriptions: SubscriptionSettings,
    /// `metrics.*`: who may read the metrics.
    pub metrics: MetricsSettings,
    /// `limits.*`: what one request may ask for.
    pub limits: Limits,
}

/// What may stay open: sockets (those of the web) and streams of events.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionSettings {
    /// `subscriptions.open`: sockets and streams that are open at once in the whole process,
    /// 1–100,000; a quarter of them for those who do not say who they are. Default: 1,000.
    pub open: u32,
    /// `subscriptions.sockets`: sockets that are open at once for one person, 1–1,000.
    /// Default: 5.
    pub sockets: u32,
    /// `subscriptions.operations`: operations that are under way at once on one socket, and
    /// streams that are open at once for one person, 1–1,000. Default: 20.
    pub operations: u32,
    /// `subscriptions.init_seconds`: how long a socket may take to say who it speaks for, in
    /// seconds, 1–60. Default: 10.
    pub init: Duration,
    /// `subscriptions.ping_seconds`: how often what is open is given a sign of life, in
    /// seconds, 1–60; a socket that twice gives none is dropped. Default: 20.
    pub ping: Duration,
    /// `subscriptions.stalled_seconds`: how long a client may leave a message unread before it
    /// is dropped, in seconds, 1–600. Default: 30.
    pub stalled: Duration,
}

impl Default for SubscriptionSettings {
    fn default() -> Self {
        Self {
            open: 1_000,
            sockets: 5,
            operations: 20,
            init: Duration::from_secs(10),
            ping: Duration::from_secs(20),
            stalled: Duration::from_secs(30),
        }
    }
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            applications: Vec::new(),
            public_seconds: 60,
            playground: false,
            anonymous_introspection: false,
            draft_status_codes: false,
            workers: processors(),
            in_flight: IN_FLIGHT,
            shutdown: Duration::from_secs(30),
            subscriptions: SubscriptionSettings::default(),
            metrics: MetricsSettings::default(),
            limits: Limits::default(),
        }
    }
}

/// What a line of the log looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl Settings {
    /// Reads the settings from `env` over `file`. An empty variable is as good as
    /// none.
    ///
    /// # Errors
    ///
    /// All mistakes, each beginning with the name of the setting; none repeats a
    /// value.
    pub fn load(
        file: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Vec<String>> {
        let mut read = Reader::new(file, env);
        let settings = Self::read(&mut read);
        settings.check(&mut read.mistakes);
        if read.mistakes.is_empty() { Ok(settings) } else { Err(read.mistakes) }
    }

    /// Our own name: the issuer and the audience of the tokens we sign.
    #[must_use]
    pub fn name(&self) -> &str {
        self.public_url.as_deref().unwrap_or(DEFAULT_NAME)
    }

    fn read(read: &mut Reader) -> Self {
        Self {
            database_url: read.database("database_url"),
            read_database_url: read.database("read_database_url"),
            data_dir: read.text("data_dir").unwrap_or_else(|| "vinculo-data".into()).into(),
            listen: read.address("listen").unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            public_url: read.parsed(
                "public_url",
                "http:// or https:// and a host, no slash at the end",
                web_address,
            ),
            issuers: read.issuers(),
            verification_key_files: read.paths("verification_key_files"),
            token_ttl_seconds: read.number("token_ttl_seconds", 60..=86_400, 900),
            anonymous: read.switch("anonymous", true),
            pending_interests: read.number("pending_interests", 1..=1_000, PENDING_INTERESTS),
            log_format: read
                .parsed("log_format", "text or json", |text| match text {
                    "text" => Some(LogFormat::Text),
                    "json" => Some(LogFormat::Json),
                    _ => None,
                })
                .unwrap_or_default(),
            db_readers: read.number("db_readers", 1..=256, 8),
            documents: DocumentSettings::read(read),
            traces: TraceSettings::read(read),
            webhooks: WebhookSettings { local: read.switch("webhooks.local", false) },
            http: HttpSettings {
                cors_origins: read.origins(),
                trusted_proxies: read.networks("trusted_proxies"),
                applications: read.applications(),
                public_seconds: read.number("public_seconds", 0..=86_400, 60),
                playground: read.switch("playground", false),
                anonymous_introspection: read.switch("anonymous_introspection", false),
                draft_status_codes: read.switch("draft_status_codes", false),
                workers: read.number("workers", 1..=256, processors()),
                in_flight: read.number("in_flight", 1..=10_000, IN_FLIGHT),
                shutdown: Duration::from_secs(read.number("shutdown_seconds", 0..=600, 30)),
                subscriptions: SubscriptionSettings::read(read),
                metrics: MetricsSettings::read(read),
                limits: Limits::read(read),
            },
        }
    }

    /// What is right alone and wrong together.
    fn check(&self, mistakes: &mut Vec<String>) {
        if self.read_database_url.is_some() {
            let postgres =
                |url: &Option<DatabaseUrl>| url.as_ref().is_some_and(DatabaseUrl::is_postgres);
            if !postgres(&self.database_url) || !postgres(&self.read_database_url) {
                mistakes.push(
                    "read_database_url: only for PostgreSQL, and together with a PostgreSQL \
                     database_url"
                        .into(),
                );
            }
        }
        let mut names = BTreeSet::from([self.name()]);
        for issuer in &self.issuers {
            if issuer.issuer.is_empty() {
                mistakes.push("issuers: issuer must not be empty".into());
            } else if !names.insert(&issuer.issuer) {
                mistakes
                    .push("issuers: every issuer once, and none named like this service".into());
            }
            if issuer.key_source().is_none() {
                mistakes.push("issuers: one of key_file, jwks_url and discovery each".into());
            }
        }
        let mut taken = BTreeSet::new();
        for application in &self.http.applications {
            let origins = &application.origins;
            if origins.is_empty() || !origins.iter().all(|origin| is_origin(origin)) {
                let expected = "at least one origin each, such as https://red.example.mx";
                mistakes.push(format!("applications: {expected}"));
            }
            if !origins.iter().all(|origin| taken.insert(origin)) {
                mistakes.push("applications: no origin in two of them".into());
            }
        }
        let metrics = self.http.metrics.listen;
        if metrics.is_some_and(|metrics| metrics == self.listen && metrics.port() != 0) {
            mistakes.push("metrics.listen: not where the service listens".into());
        }
        if self.http.limits.document_bytes > self.http.limits.body_bytes {
            mistakes.push("limits.document_bytes: more than limits.body_bytes".into());
        }
    }
}

impl DocumentSettings {
    fn read(read: &mut Reader) -> Self {
        let id = read.text("documents.s3_access_key_id");
        let secret = read.text("documents.s3_secret_access_key").map(Secret);
        if id.is_some() != secret.is_some() {
            read.mistakes.push(
                "documents.s3_access_key_id: only together with documents.s3_secret_access_key"
                    .into(),
            );
        }
        let settings = Self {
            directory: read.text("documents.directory").map(Into::into),
            most_bytes: read.number("documents.most_bytes", 1_024..=2_000_000_000, 25_000_000),
            s3_bucket: read.text("documents.s3_bucket"),
            s3_endpoint: read.parsed(
                "documents.s3_endpoint",
                "http:// or https:// and a host, no slash at the end",
                web_address,
            ),
            s3_region: read.text("documents.s3_region").unwrap_or_else(|| "us-east-1".into()),
            s3_key: id.zip(secret),
        };
        if settings.s3_bucket.is_some() && settings.directory.is_some() {
            read.mistakes.push("documents.directory: not together with documents.s3_bucket".into());
        }
        let needs_bucket = settings.s3_endpoint.is_some() || settings.s3_key.is_some();
        if settings.s3_bucket.is_none() && needs_bucket {
            read.mistakes.push("documents.s3_bucket: needed by the other settings of S3".into());
        }
        settings
    }
}

impl TraceSettings {
    fn read(read: &mut Reader) -> Self {
        let settings = Self {
            endpoint: read.parsed(
                "traces.endpoint",
                "http:// or https:// and a host, no slash at the end",
                web_address,
            ),
            ratio: read
                .parsed("traces.ratio", "a number from 0 to 1", |text| {
                    text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio))
                })
                .unwrap_or(1.0),
            authorization: read.secret("traces.authorization", 1..=4_096, |letter| {
                letter == ' ' || letter.is_ascii_graphic()
            }),
        };
        if settings.authorization.is_some() && settings.endpoint.is_none() {
            read.mistakes.push("traces.authorization: only together with traces.endpoint".into());
        }
        settings
    }
}

impl MetricsSettings {
    fn read(read: &mut Reader) -> Self {
        Self {
            listen: read.address("metrics.listen"),
            token: read.secret("metrics.token", 16..=256, |letter| letter.is_ascii_graphic()),
        }
    }
}

impl SubscriptionSettings {
    fn read(read: &mut Reader) -> Self {
        let usual = Self::default();
        let mut seconds = |name, range, usual: Duration| {
            Duration::from_secs(read.number(name, range, usual.as_secs()))
        };
        let (init, ping) = (
            seconds("subscriptions.init_seconds", 1..=60, usual.init),
            seconds("subscriptions.ping_seconds", 1..=60, usual.ping),
        );
        let stalled = seconds("subscriptions.stalled_seconds", 1..=600, usual.stalled);
        Self {
            open: read.number("subscriptions.open", 1..=100_000, usual.open),
            sockets: read.number("subscriptions.sockets", 1..=1_000, usual.sockets),
            operations: read.number("subscriptions.operations", 1..=1_000, usual.operations),
            init,
            ping,
            stalled,
        }
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(256)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
