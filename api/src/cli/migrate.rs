//! `vinculo migrate up|down|status`.

use std::process::ExitCode;

use clap::Subcommand;
use migration::{Migration, Migrator, MigratorTrait};

use super::{Cli, Outcome, open};
use crate::{codes, context::machine_clock, db::Db};

/// What to do with the database's version.
#[derive(Debug, Subcommand)]
pub(super) enum MigrateVerb {
    /// Bring the database to the version of this binary, and load the official lists.
    Up,
    /// Take the last steps back. What they had added is lost.
    Down {
        /// How many steps.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
    },
    /// Say which steps are done and which are missing.
    Status,
}

pub(super) async fn migrate(cli: &Cli, verb: &MigrateVerb) -> Outcome {
    let settings = cli.settings(&[])?;
    let db = open(&settings).await?;
    let told = |error: sea_orm::DbErr| error.to_string();
    match verb {
        MigrateVerb::Up => {
            let codes = up(&db).await?;
            println!("The database is at head; {codes} entries of official lists were written.");
        }
        MigrateVerb::Down { steps } => {
            Migrator::down(db.write(), Some(*steps)).await.map_err(told)?;
            println!("Took {steps} step(s) back.");
        }
        MigrateVerb::Status => {
            let pending = Migrator::get_pending_migrations(db.write()).await.map_err(told)?;
            let pending: Vec<_> = pending.iter().map(|step| step.name().to_owned()).collect();
            for step in Migrator::get_migration_files() {
                let done =
                    if pending.iter().any(|name| name == step.name()) { "missing" } else { "done" };
                println!("{done:8} {}", step.name());
            }
            if !pending.is_empty() {
                return Ok(ExitCode::from(2));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Brings a database to head and loads the official lists. Returns how many entries were written.
pub(super) async fn up(db: &Db) -> Result<usize, String> {
    Migrator::up(db.write(), None).await.map_err(|error| error.to_string())?;
    codes::load(db, machine_clock()()).await.map_err(|error| error.describe())
}

/// Refuses a database that is behind, and says the command that mends it.
pub(super) async fn check(db: &Db) -> Result<(), String> {
    let pending = Migrator::get_pending_migrations(db.write())
        .await
        .map_err(|error| format!("the database cannot be used: {error}"))?;
    if pending.is_empty() {
        return crate::context::ready(db).await;
    }
    let names: Vec<_> = pending.iter().map(Migration::name).collect();
    Err(format!(
        "the database is behind by {} step(s) ({}); run `vinculo migrate up`",
        names.len(),
        names.join(", ")
    ))
}
