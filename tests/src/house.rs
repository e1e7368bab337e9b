//! Where a run of the tests lives: one folder, one PostgreSQL cluster, one key,
//! and a migrated database of each kind to copy from.

use std::{
    io::{self, BufRead, BufReader, Write as _},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use api::{
    codes,
    db::{Db, DbSettings},
    token::LocalKey,
};
use migration::{Migrator, MigratorTrait};

use crate::world::noon;

/// The databases that every story runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// The one inside the binary.
    Sqlite,
    /// The one of production.
    Postgres,
}

/// What a run of the tests shares.
#[derive(Debug)]
pub(crate) struct House {
    folder: PathBuf,
    /// Where PostgreSQL's programs are; nothing where there are none.
    postgres: Option<PathBuf>,
    pub(crate) key: LocalKey,
    /// Who keeps it. Once nobody holds its input, the house is torn down.
    keeper: Mutex<(ChildStdin, io::Lines<BufReader<ChildStdout>>)>,
}

/// A database of one test.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) url: String,
    name: String,
}

const TEMPLATE: &str = "template";

impl House {
    /// The house of this run; built by whoever comes first.
    pub(crate) fn get() -> &'static Self {
        static HOUSE: OnceLock<House> = OnceLock::new();
        HOUSE.get_or_init(|| {
            let house = Self::build().expect("a folder for the tests");
            house.furnish(Database::Sqlite);
            if house.postgres.is_some() {
                house.furnish(Database::Postgres);
            }
            house
        })
    }

    /// A house of its own, whose server may be taken away. Nothing where there is none.
    pub(crate) fn apart() -> Option<Self> {
        if !Self::get().has(Database::Postgres) {
            return None;
        }
        Some(Self::build().expect("a folder for a test"))
    }

    /// Changes a setting of one of its databases.
    pub(crate) fn set(&self, place: &Place, setting: &str) {
        let change = format!("ALTER DATABASE {} SET {setting}", place.name);
        self.run("psql", &["--quiet", "--dbname", &place.name, "--command", &change]);
    }

    /// Has its server fall, without putting anything in order.
    pub(crate) fn fall(&self) {
        self.tell("fall");
    }

    /// Has its server come back.
    pub(crate) fn serve(&self) {
        self.tell("serve");
    }

    fn tell(&self, word: &str) {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(keeper.0, "{word}").expect("a keeper");
        let done = keeper.1.next().and_then(Result::ok);
        assert_eq!(done.as_deref(), Some(word), "see {}/log", self.folder.display());
    }

    fn build() -> io::Result<Self> {
        let mut keeper = Command::new("sh")
            .args(["-c", include_str!("house.sh")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What ends the tests from the keyboard must not end what tidies up after them.
            .process_group(0)
            .spawn()?;
        let alive = keeper.stdin.take().expect("piped");
        let mut lines = BufReader::new(keeper.stdout.take().expect("piped")).lines();
        let mut line = || lines.next().unwrap_or_else(|| Ok(String::new()));
        let folder = PathBuf::from(line()?);
        let told = line()?;
        let postgres = told.strip_prefix("postgres ").map(PathBuf::from);
        if postgres.is_none() {
            // Straight to the terminal: what passing tests print is not shown.
            let _ = writeln!(
                io::stderr(),
                "\nNo PostgreSQL here ({told}): every story is told on SQLite alone.\n"
            );
        }
        let key = LocalKey::load_or_create(&folder.join("key.pem"), "vinculo")?;
        Ok(Self { folder, postgres, key, keeper: Mutex::new((alive, lines)) })
    }

    /// Makes the template of one kind: at head, with the official lists.
    fn furnish(&self, database: Database) {
        let place = match database {
            Database::Sqlite => self.sqlite(TEMPLATE),
            Database::Postgres => self.postgres(TEMPLATE, "template0"),
        };
        // Not on the runtime of the test that happens to come first.
        let furnished = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let db = Db::open(&settings(&place)).await.expect("a new database");
                Migrator::up(db.write(), None).await.expect("all migrations");
                codes::load(&db, noon()).await.expect("the official lists");
                db.close().await.expect("no connection left behind");
            });
        });
        furnished.join().expect("a template");
    }

    /// Whether this kind of database can be had. On a build machine it must be.
    pub(crate) fn has(&self, database: Database) -> bool {
        let has = database == Database::Sqlite || self.postgres.is_some();
        let must = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(has || !must, "PostgreSQL is not installed");
        has
    }

    /// A database of its own for a test: at head, or with nothing in it.
    pub(crate) fn place(&self, database: Database, empty: bool) -> Place {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("world_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        match (database, empty) {
            (Database::Postgres, true) => self.postgres(&name, "template0"),
            (Database::Postgres, false) => self.postgres(&name, &quoted(TEMPLATE)),
            (Database::Sqlite, true) => self.sqlite(&name),
            (Database::Sqlite, false) => {
                let place = self.sqlite(&name);
                std::fs::copy(self.file(TEMPLATE), self.file(&name)).expect("room for a copy");
                place
            }
        }
    }

    /// Takes away what a test leaves.
    pub(crate) fn clear(&self, place: &Place) {
        let _ = std::fs::remove_dir_all(self.files(place));
        if place.url.starts_with("sqlite") {
            for end in ["", "-wal", "-shm"] {
                let file = format!("{}{end}", self.file(&place.name).display());
                let _ = std::fs::remove_file(file);
            }
        } else {
            self.run("dropdb", &["--force", &place.name]);
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.db"))
    }

    /// The folder for the files of a world.
    pub(crate) fn files(&self, place: &Place) -> PathBuf {
        self.folder.join(format!("files-{}", place.name))
    }

    fn sqlite(&self, name: &str) -> Place {
        let url = format!("sqlite://{}", self.file(name).display());
        Place { url, name: name.to_owned() }
    }

    fn postgres(&self, name: &str, template: &str) -> Place {
        let name = quoted(name);
        self.run("createdb", &["--template", template, &name]);
        let url = format!("postgres://vinculo@localhost/{name}?host={}", self.socket().display());
        Place { url, name }
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("pg")
    }

    /// One of PostgreSQL's own programs, in a process of its own: no connection to
    /// the template is left open, which is what copying it demands.
    fn run(&self, program: &str, args: &[&str]) {
        let bin = self.postgres.as_deref().unwrap_or(Path::new("/nonexistent"));
        let output = Command::new(bin.join(program))
            .args(["--username", "vinculo", "--host"])
            .arg(self.socket())
            .args(args)
            .output()
            .expect("PostgreSQL's programs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A name that is no word of SQL.
fn quoted(name: &str) -> String {
    format!("vinculo_{}", name.trim_start_matches("vinculo_"))
}

/// How tests open a database.
pub(crate) fn settings(place: &Place) -> DbSettings {
    DbSettings {
        url: place.url.clone(),
        read_url: None,
        readers: 4,
        threads: 0,
        statement_timeout: Duration::from_secs(30),
    }
}
