//! `vinculo serve` and `vinculo demo`.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    panic::AssertUnwindSafe,
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use clap::Args;
use futures_util::FutureExt;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{Cli, Outcome, archive, courier, kept_index, migrate, open, service, terms};
use crate::{
    bulk::{self, Pace},
    clockwork,
    config::Settings,
    context::{Service, machine_clock},
    demo::{self, DemoToken},
    error::Error,
    feed::Bell,
    http::{self, App, Metrics},
    matches,
    schema::Schemas,
    searches,
    telemetry::{self, traces::Traces},
    token::{Issuers, LocalKey, prove_crypto},
    webhooks,
};

/// How often this instance looks for news at least; mostly it is told that there are some.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// Between two looks: what happens meanwhile is read together.
const GATHER: Duration = Duration::from_millis(20);
/// How often suggestions, saved searches and webhooks are brought up to date, and bulk jobs looked for.
const SUGGEST_EVERY: Duration = Duration::from_millis(500);
/// How often the index is written down.
const KEEP_EVERY: Duration = Duration::from_mins(10);
/// How often the service does what time demands.
const CLOCKWORK_EVERY: Duration = Duration::from_mins(1);

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

pub(super) async fn serve(cli: &Cli) -> Outcome {
    let settings = cli.settings(&[])?;
    start_logs(&settings)?;
    let key = key(&settings)?;
    let service = service(&settings).await?.keeping_documents(archive(&settings, &key)?);
    let service = service.sending_webhooks(courier(&settings, &key)?);
    let examples = "[]".to_owned();
    listen(&settings, service, &key, examples, |address| {
        tracing::info!(%address, "listening");
    })
    .await
}

pub(super) async fn demo(cli: &Cli, args: &DemoArgs) -> Outcome {
    let listen_on = args.listen.to_string();
    let mut settings = cli.settings(&[
        ("VINCULO_DATABASE_URL", ""),
        ("VINCULO_READ_DATABASE_URL", ""),
        ("VINCULO_LISTEN", &listen_on),
        ("VINCULO_PLAYGROUND", "true"),
        ("VINCULO_ANONYMOUS", "true"),
        ("VINCULO_ANONYMOUS_INTROSPECTION", "true"),
        ("VINCULO_TOKEN_TTL_SECONDS", "43200"),
    ])?;
    settings.database_url = None;
    settings.read_database_url = None;
    start_logs(&settings)?;
    let db = open(&settings).await?;
    migrate::up(&db).await?;
    let told = |error: Error| error.describe();
    let key = key(&settings)?;
    let index = kept_index(&settings);
    let service = Service::start_from(db, machine_clock(), terms(&settings), Some(&index)).await;
    let service = service.map_err(told)?;
    let service = service.keeping_documents(archive(&settings, &key)?);
    let service = service.sending_webhooks(courier(&settings, &key)?);
    if demo::load(&service).await.map_err(told)? {
        tracing::info!("the demo network is loaded");
    }
    // Suggestions are there before the first question; the lead is free again after that.
    let first = instance();
    matches::follow(&service, &first).await.map_err(told)?;
    matches::resign(&service, &first).await.map_err(told)?;
    let ttl = TimeDelta::seconds(i64::from(settings.token_ttl_seconds));
    let now = service.now();
    let sign = |person: &str, grants: &[crate::token::Grant]| {
        key.sign(person, grants, now, ttl).map_err(|refusal| Error::internal(refusal.to_string()))
    };
    let tokens = demo::tokens(&service, sign).await.map_err(told)?;
    let file = settings.data_dir.join("demo-tokens.json");
    write_secret(&file, &tokens)?;
    let examples = demo::examples(&service, &tokens).await.map_err(told)?;
    listen(&settings, service, &key, examples, |address| announce(address, &file, &tokens)).await
}

fn announce(address: SocketAddr, file: &Path, tokens: &BTreeMap<String, DemoToken>) {
    println!("\nVínculo is served with demo data; everything in it is invented.\n");
    println!("  Playground  http://{address}/playground");
    println!("  GraphQL     http://{address}/graphql");
    println!("  Schema      http://{address}/schema.graphql\n");
    println!("One token per role, good for twelve hours (also in {}):\n", file.display());
    for (role, token) in tokens {
        println!("{role} · {}\n{}\n", token.organization_name, token.token);
    }
}

/// Tokens are secrets, also those of a demo: the file is its owner's alone.
fn write_secret(path: &Path, tokens: &BTreeMap<String, DemoToken>) -> Result<(), String> {
    use std::io::Write;
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let text = serde_json::to_string_pretty(tokens).map_err(|error| error.to_string())?;
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(told)
}

fn start_logs(settings: &Settings) -> Result<(), String> {
    let filter = std::env::var("VINCULO_LOG").unwrap_or_else(|_| "info".to_owned());
    telemetry::start(settings.log_format, &filter)
}

pub(super) fn key(settings: &Settings) -> Result<LocalKey, String> {
    std::fs::create_dir_all(&settings.data_dir)
        .map_err(|error| format!("{}: {error}", settings.data_dir.display()))?;
    let path = settings.data_dir.join("signing-key.pem");
    LocalKey::load_or_create(&path, settings.name())
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Which of several instances this is, for as long as it runs.
fn instance() -> String {
    Uuid::new_v4().simple().to_string()
}

async fn listen(
    settings: &Settings,
    service: Service,
    key: &LocalKey,
    examples: String,
    on_ready: impl FnOnce(SocketAddr),
) -> Outcome {
    let issuers = Issuers::new(key, settings).map_err(|mistakes| {
        format!("the issuers cannot be used:\n  - {}", mistakes.join("\n  - "))
    })?;
    prove_crypto(key, &issuers, service.now())
        .map_err(|refusal| format!("tokens cannot be verified: {refusal}"))?;
    let app = App::new(service.clone(), issuers, settings.http.clone(), examples)?;
    let traces = Traces::start(&settings.traces)?;
    let instance = instance();
    let index = kept_index(settings);
    let followers = followers(&service, &app.metrics(), &instance, &index);
    let served = http::serve(app, settings.listen, on_ready).await;
    for follower in followers {
        follower.abort();
        // Until it has let go of what it was at: then others may take it.
        let _ = follower.await;
    }
    // Another instance need not wait for the lease to end; if this fails, it waits.
    let resigned = matches::resign(&service, &instance).await;
    let resigned = resigned.and(searches::resign(&service, &instance).await);
    let resigned = resigned.and(bulk::resign(service.db(), &instance).await);
    if let Err(error) = resigned.and(webhooks::resign(&service, &instance).await) {
        tracing::warn!(error = error.describe(), "the lead could not be given up");
    }
    if let Err(error) = service.keep_index(&index).await {
        tracing::warn!(error = error.describe(), "the index could not be kept");
    }
    traces.finish().await;
    served.map_err(|error| format!("{}: {error}", settings.listen))?;
    Ok(ExitCode::SUCCESS)
}

/// What an instance does beside answering.
fn followers(
    service: &Service,
    metrics: &Arc<Metrics>,
    instance: &str,
    index: &Path,
) -> [JoinHandle<()>; 8] {
    let watch = |task| Watch { task, metrics: metrics.clone(), service: service.clone() };
    let (keeper, path) = (service.clone(), index.to_owned());
    let name = instance.to_owned();
    let (instance, follower) = (name.clone(), name.clone());
    let index = service.clone();
    let bell = Bell::new(service.db().clone(), name.clone());
    let suggestions = service.clone();
    let searches = service.clone();
    let (webhooks, sender) = (service.clone(), service.clone());
    let clock = service.clone();
    let (jobs, worker) = (service.clone(), instance.clone());
    // What is exported was validated when it was started.
    let schemas = Schemas::build();
    let counts = metrics.clone();
    [
        tokio::spawn(every(watch("keep_index"), KEEP_EVERY, async move || {
            keeper.keep_index(&path).await.map(drop)
        })),
        tokio::spawn(every(watch("index"), GATHER, async move || {
            bell.rings(FOLLOW_EVERY).await;
            index.catch_up().await
        })),
        tokio::spawn(every(watch("suggestions"), SUGGEST_EVERY, async move || {
            matches::follow(&suggestions, &instance).await.map(drop)
        })),
        tokio::spawn(every(watch("searches"), SUGGEST_EVERY, async move || {
            searches::follow(&searches, &name).await.map(drop)
        })),
        tokio::spawn(every(watch("webhooks"), SUGGEST_EVERY, async move || {
            webhooks::follow(&webhooks, &follower).await.map(drop)
        })),
        tokio::spawn(every(watch("webhook_sender"), SUGGEST_EVERY, async move || {
            webhooks::send_due(&sender).await.map(drop)
        })),
        tokio::spawn(every(watch("bulk_jobs"), SUGGEST_EVERY, async move || {
            let schema = schemas.of(true);
            let ended = bulk::run_due(&jobs, schema, &worker, &Pace::default()).await?;
            for job in ended {
                counts.job(job.kind, job.well);
            }
            Ok(())
        })),
        tokio::spawn(every(watch("clockwork"), CLOCKWORK_EVERY, async move || {
            clockwork::run_due(&clock).await.map(drop)
        })),
    ]
}

/// Who counts how often something is done.
struct Watch {
    task: &'static str,
    metrics: Arc<Metrics>,
    service: Service,
}

impl Watch {
    fn done(&self, begun: Instant, well: bool) {
        let at = well.then(|| self.service.now().timestamp());
        self.metrics.ran(self.task, begun.elapsed(), at);
    }
}

/// Does something again and again; a failure is logged, and tried again the next time.
async fn every(
    watch: Watch,
    pause: Duration,
    mut what: impl AsyncFnMut() -> crate::error::Result<()>,
) {
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (task, begun) = (watch.task, Instant::now());
        // A panic is told like an error, and does not end what must go on.
        let done = AssertUnwindSafe(what()).catch_unwind().await;
        watch.done(begun, matches!(done, Ok(Ok(()))));
        match done {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                let error = error.describe();
                tracing::error!(task, error, "what the service does by itself failed");
            }
            Err(_) => tracing::error!(task, "what the service does by itself panicked"),
        }
    }
}
