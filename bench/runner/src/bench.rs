//! Where things are, and how each server is started.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    process::Command,
};

use clap::Args;

use crate::{
    database::{Database, said},
    operations::Kind,
    process::{Cluster, Server},
};

/// What `bench/run` tells.
#[derive(Clone, Debug, Args)]
pub struct Bench {
    /// Where the programs `vinculo` and `ceiling` are.
    #[arg(long, value_name = "FOLDER")]
    programs: PathBuf,
    /// The folder `bench` of the repository.
    #[arg(long, value_name = "FOLDER")]
    pub documents: PathBuf,
    /// Where logs, keys and results go.
    #[arg(long, value_name = "FOLDER")]
    pub place: PathBuf,
    /// PostgreSQL's `psql`.
    #[arg(long, value_name = "FILE")]
    psql: PathBuf,
    /// The first process of the cluster.
    #[arg(long, value_name = "PID")]
    postmaster: i32,
    /// The database.
    #[arg(long, value_name = "URL")]
    database: String,
    /// Another database, for what is measured on two.
    #[arg(long, value_name = "URL")]
    other: Option<String>,
    /// The first of the ports on which servers listen.
    #[arg(long, default_value_t = 29400)]
    port: u16,
    /// Connections to the database, for each server.
    #[arg(long, default_value_t = 4)]
    pool: u16,
}

/// Under which roles Vínculo is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    Anonymous,
    Officer,
    Manager,
    Member,
    Admin,
}

impl Bench {
    pub fn cluster(&self) -> Cluster {
        Cluster(self.postmaster)
    }

    pub fn database(&self) -> Database {
        Database { psql: self.psql.clone(), url: self.database.clone() }
    }

    pub fn other(&self) -> io::Result<Database> {
        let url = self.other.clone().ok_or_else(|| io::Error::other("--other is missing"))?;
        Ok(Database { url, ..self.database() })
    }

    pub fn log(&self, name: &str) -> PathBuf {
        self.place.join(format!("{name}.log"))
    }

    /// Starts a server on the database; `place` tells servers of one run apart.
    pub fn start(&self, kind: Kind, database: &str, place: u16) -> io::Result<Server> {
        let port = self.port + place;
        let log = self.log(&format!("{kind:?}-{place}").to_lowercase());
        let folder = self.documents.join("postgraphile");
        match kind {
            Kind::Vinculo => {
                let variables = self.settings(database, port);
                Server::start(&self.vinculo(), &["serve"], &self.place, &variables, port, &log)
            }
            Kind::Postgraphile => {
                let node = node(&folder)?;
                let mut variables = self.peer(database, port);
                for name in ["NODE_ENV", "GRAPHILE_ENV"] {
                    variables.insert(name.to_owned(), "production".to_owned());
                }
                Server::start(&node, &["server.mjs"], &folder, &variables, port, &log)
            }
            Kind::Ceiling => {
                let variables = self.peer(database, port);
                let program = self.programs.join("ceiling");
                Server::start(&program, &[], &self.place, &variables, port, &log)
            }
        }
    }

    /// Starts Vínculo with one thread of each kind and one connection, so that every run does the
    /// same, under a program that watches it.
    pub fn start_under(&self, program: &Path, arguments: &[&str]) -> io::Result<Server> {
        let mut variables = self.settings(&self.database, self.port);
        for name in ["TOKIO_WORKER_THREADS", "VINCULO_WORKERS", "VINCULO_DB_READERS"] {
            variables.insert(name.to_owned(), "1".to_owned());
        }
        // Whoever is watched is slow.
        variables.insert("VINCULO_LIMITS_OPERATION_SECONDS".to_owned(), "600".to_owned());
        let vinculo = self.vinculo().display().to_string();
        let arguments = [arguments, &[&vinculo, "serve"]].concat();
        Server::start(program, &arguments, &self.place, &variables, self.port, &self.log("watched"))
    }

    fn vinculo(&self) -> PathBuf {
        self.programs.join("vinculo")
    }

    fn peer(&self, database: &str, port: u16) -> BTreeMap<String, String> {
        [
            ("DATABASE_URL", database.to_owned()),
            ("PORT", port.to_string()),
            ("POOL", self.pool.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    fn settings(&self, database: &str, port: u16) -> BTreeMap<String, String> {
        [
            ("VINCULO_DATABASE_URL", database.to_owned()),
            ("VINCULO_DATA_DIR", self.place.join("data").display().to_string()),
            ("VINCULO_LISTEN", format!("127.0.0.1:{port}")),
            ("VINCULO_DB_READERS", self.pool.to_string()),
            // One caller asks for all.
            ("VINCULO_LIMITS_POINTS", "1000000000".to_owned()),
            // The peers write no line for each request either.
            ("VINCULO_LOG", "warn".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// A token for a new person with a role.
    pub fn token(
        &self,
        database: &str,
        organization: &str,
        viewer: Viewer,
    ) -> io::Result<Option<String>> {
        let role = match viewer {
            Viewer::Anonymous => return Ok(None),
            Viewer::Officer => "OTT_OFFICER",
            Viewer::Manager => "OTT_MANAGER",
            Viewer::Member => "MEMBER_USER",
            Viewer::Admin => "NETWORK_ADMIN",
        };
        let organization = format!("org_{}", organization.replace('-', ""));
        let output = Command::new(self.vinculo())
            .args(["token", "--organization", &organization, "--role", role])
            .args(["--new-person", "Persona de medición (generada)", "--ttl", "86400"])
            .envs(self.settings(database, self.port))
            .output()?;
        said(&output).map(Some)
    }
}

/// The program of the locked package, whatever the machine's own node is.
fn node(folder: &Path) -> io::Result<PathBuf> {
    ["x64", "arm64"]
        .map(|machine| folder.join(format!("node_modules/node-linux-{machine}/bin/node")))
        .into_iter()
        .find(|program| program.exists())
        .ok_or_else(|| {
            io::Error::other("the packages of bench/postgraphile are missing; run npm ci there")
        })
}
