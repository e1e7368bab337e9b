//! The command line: verbs that call the service, and no logic of their own.

mod evaluate;
mod generate;
mod import;
mod migrate;
mod serve;
mod token;

use std::{env, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};

use crate::{
    config::Settings,
    context::{Service, Terms, machine_clock},
    db::{Db, DbSettings},
    documents::{Archive, ArchiveSettings, Bucket, Place},
    token::LocalKey,
    webhooks::{Courier, CourierSettings, system_lookup},
};

/// Vínculo: the open, typed graph of technology transfer.
#[derive(Debug, Parser)]
#[command(name = "vinculo", version, about, propagate_version = true)]
struct Cli {
    /// Settings file (TOML). The environment (`VINCULO_…`) goes before it.
    #[arg(long, global = true, env = "VINCULO_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the embedded database and of the signing key [default: ./vinculo-data].
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Serve Vínculo with demo data on an embedded database, and say where to look.
    ///
    /// The database is an SQLite file in the data folder; it is migrated and, when
    /// it is empty, filled with an invented network. One token per role is printed
    /// and written to demo-tokens.json beside it. `VINCULO_DATABASE_URL` is not looked at.
    Demo(serve::DemoArgs),
    /// Serve Vínculo in production: never migrates, never loads demo data.
    ///
    /// Refuses to start on a database that is behind, and says the command that mends it.
    Serve,
    /// Bring the database to this version, back, or say where it stands.
    #[command(subcommand)]
    Migrate(migrate::MigrateVerb),
    /// Print the GraphQL schema (SDL), or with `--reference` the page about it in Markdown.
    Schema {
        /// The page to read: types by subject, each field with its description and its level.
        #[arg(long)]
        reference: bool,
    },
    /// Sign a token with the local key, for a person who holds the role.
    Token(token::TokenArgs),
    /// Say how well the engine finds what belongs together, by judgements that others made.
    ///
    /// Prints nDCG@10, MRR and Recall@50 for each subset and direction, and their means within and
    /// across languages: of the engine, and beside it of BM25 alone and of the embedding alone.
    /// With `--feedback` the same of what was decided in this network, after the public set.
    Evaluate(evaluate::EvaluateArgs),
    /// Import organizations, needs, offers or the make-up of a network from a file.
    ///
    /// Ends with 0 when every line was taken, with 2 when some were left out, and
    /// with 1 when the file could not be imported.
    #[command(subcommand)]
    Import(import::ImportVerb),
    /// Fill a database without organizations with an invented network of a given size.
    ///
    /// For trying out and measuring: skewed as real ones are, marked as generated in
    /// every name. The same arguments make the same network. Prints at the end how to
    /// get a token for each role.
    Generate(generate::GenerateArgs),
}

/// What a verb can end with: nothing more to say, or why it could not be done.
type Outcome = Result<ExitCode, String>;

/// Runs the command line of this process, on a runtime of its own.
///
/// No future for who calls it: futures are compiled where they are polled, and a program that polled this one would
/// compile the whole service a second time.
///
/// # Panics
/// When the machine has no thread for it.
#[must_use]
#[tokio::main]
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match &cli.verb {
        Some(Verb::Demo(args)) => serve::demo(&cli, args).await,
        None | Some(Verb::Serve) => serve::serve(&cli).await,
        Some(Verb::Migrate(verb)) => migrate::migrate(&cli, verb).await,
        Some(Verb::Schema { reference }) => {
            let text =
                if *reference { crate::reference::reference() } else { Ok(crate::schema::sdl()) };
            text.map(|text| {
                print!("{text}");
                ExitCode::SUCCESS
            })
        }
        Some(Verb::Evaluate(args)) => evaluate::evaluate(&cli, args).await,
        Some(Verb::Token(args)) => token::token(&cli, args).await,
        Some(Verb::Generate(args)) => generate::generate(&cli, args).await,
        Some(Verb::Import(verb)) => import::import(&cli, verb).await,
    };
    outcome.unwrap_or_else(|problem| {
        eprintln!("vinculo: {problem}");
        ExitCode::FAILURE
    })
}

impl Cli {
    /// The settings of this process: options before environment before file.
    fn settings(&self, changes: &[(&str, &str)]) -> Result<Settings, String> {
        let mut variables: Vec<(String, String)> = env::vars()
            .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name))
            .collect();
        let data_dir = self.data_dir.as_ref().map(|path| path.to_string_lossy().into_owned());
        if let Some(path) = data_dir {
            variables.retain(|(name, _)| name != "VINCULO_DATA_DIR");
            variables.push(("VINCULO_DATA_DIR".to_owned(), path));
        }
        let set = changes.iter().filter(|(_, value)| !value.is_empty());
        variables.extend(set.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Settings::load(self.config.as_deref(), variables.into_iter()).map_err(|mistakes| {
            format!("the settings cannot be used:\n  - {}", mistakes.join("\n  - "))
        })
    }
}

/// Opens the database that the settings name; without one, the embedded one.
async fn open(settings: &Settings) -> Result<Db, String> {
    let embedded = settings.data_dir.join("vinculo.db");
    let url = settings
        .database_url
        .as_ref()
        .map_or_else(|| format!("sqlite://{}", embedded.display()), |url| url.reveal().to_owned());
    let wanted = DbSettings {
        url,
        read_url: settings.read_database_url.as_ref().map(|url| url.reveal().to_owned()),
        readers: settings.db_readers,
        threads: u32::try_from(settings.http.workers).unwrap_or(u32::MAX),
        statement_timeout: Duration::from_secs(u64::from(settings.http.limits.operation_seconds)),
    };
    let shown = settings
        .database_url
        .as_ref()
        .map_or_else(|| embedded.display().to_string(), ToString::to_string);
    Db::open(&wanted).await.map_err(|error| format!("{shown}: {error}"))
}

/// The most memory this process has held, in kB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// A service over a database that must be at head.
async fn service(settings: &Settings) -> Result<Service, String> {
    let db = open(settings).await?;
    migrate::check(&db).await?;
    let index = kept_index(settings);
    let service = Service::start_from(db, machine_clock(), terms(settings), Some(&index)).await;
    service.map_err(|error| error.describe())
}

/// Where the index is kept from one start to the next.
fn kept_index(settings: &Settings) -> PathBuf {
    settings.data_dir.join("index.snapshot")
}

/// The place for documents that the settings name.
fn archive(settings: &Settings, key: &LocalKey) -> Result<Archive, String> {
    let kept = &settings.documents;
    let folder = kept.directory.clone().unwrap_or_else(|| settings.data_dir.join("documents"));
    let shown = kept.s3_bucket.clone().unwrap_or_else(|| folder.display().to_string());
    let place = match &kept.s3_bucket {
        Some(name) => Place::Bucket(Bucket {
            name: name.clone(),
            endpoint: kept.s3_endpoint.clone(),
            region: kept.s3_region.clone(),
            key: kept.s3_key.as_ref().map(|(id, secret)| (id.clone(), secret.reveal().to_owned())),
        }),
        None => Place::Folder(folder),
    };
    let told = |error: std::io::Error| format!("{shown}: {error}");
    Archive::open(ArchiveSettings {
        place,
        most_bytes: kept.most_bytes,
        link_key: key.derive("links to documents").map_err(told)?,
        address: settings.public_url.clone(),
    })
    .map_err(told)
}

/// Who carries webhooks.
fn courier(settings: &Settings, key: &LocalKey) -> Result<Courier, String> {
    Courier::new(CourierSettings {
        key: key.derive("secrets of webhooks").map_err(|error| error.to_string())?,
        local: settings.webhooks.local,
        patience: CourierSettings::PATIENCE,
        lookup: system_lookup(),
    })
}

fn terms(settings: &Settings) -> Terms {
    let Settings { anonymous, pending_interests, .. } = *settings;
    Terms { anonymous, pending_interests }
}
