//! The database: pools that cannot write, one that only `work` sees.

use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, Statement,
    TransactionOptions, TransactionTrait,
    sqlx::{
        self, ConnectOptions as _,
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};
use thread_local::ThreadLocal;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::Notify,
};

use crate::telemetry::traces;

/// How many virtual-machine steps SQLite takes between two looks at the clock.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// How to reach the database, and how long to wait for it.
#[derive(Clone)]
pub struct DbSettings {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Where to read from, when that is another server (a replica); PostgreSQL only.
    pub read_url: Option<String>,
    /// How many connections read at once, 1 to 256.
    pub readers: u32,
    /// How many threads serve requests, each on a runtime of its own. On PostgreSQL as many readers
    /// again are shared out among them, at least one to each; 0 where nobody serves.
    pub threads: u32,
    /// How long one statement may run.
    pub statement_timeout: Duration,
}

impl DbSettings {
    /// How long to wait for a connection or a lock: half of what an operation may take,
    /// so that whoever waits in vain is told that there is too much to do, and not that
    /// their operation took too long. A second at least, since connections are opened
    /// within it.
    fn wait(&self) -> Duration {
        (self.statement_timeout / 2).max(Duration::from_secs(1))
    }
}

impl fmt::Debug for DbSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbSettings").field("readers", &self.readers).finish_non_exhaustive()
    }
}

/// All pools. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    read: DatabaseConnection,
    threads: Option<Arc<Threads>>,
    write: DatabaseConnection,
    replica: bool,
    patience: Duration,
    statements: Arc<AtomicU64>,
    committed: Arc<Notify>,
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Db({:?})", self.backend())
    }
}

/// Hears of every statement that is sent.
type Watch = Arc<dyn Fn(&sea_orm::metric::Info<'_>) + Send + Sync>;

/// A pool of whose statements `watch` hears.
fn heard(mut pool: DatabaseConnection, watch: &Watch) -> DatabaseConnection {
    let watch = watch.clone();
    pool.set_metric_callback(move |sent| watch(sent));
    pool
}

/// What the threads that serve requests read through. Each has a runtime of its own, which hears
/// only connections that were opened on it: for what comes on another it is woken by another thread,
/// and that cost a sixth of a small request.
struct Threads {
    /// How many connections they may have together.
    most: u32,
    options: PgPoolOptions,
    database: PgConnectOptions,
    watch: Watch,
    pools: ThreadLocal<(ThreadId, DatabaseConnection)>,
}

impl Threads {
    /// The pool of this thread; nothing on a runtime that several threads share.
    fn here(&self) -> Option<&DatabaseConnection> {
        let runtime = Handle::try_current().ok()?.runtime_flavor();
        if runtime != RuntimeFlavor::CurrentThread {
            return None;
        }
        let here = thread::current().id();
        let (of, pool) = self.pools.get_or(|| (here, self.open()));
        // Who comes after a thread that has ended gets its place; nobody hears its connections.
        (*of == here).then_some(pool)
    }

    fn open(&self) -> DatabaseConnection {
        let pool = self.options.clone().connect_lazy_with(self.database.clone());
        heard(SqlxPostgresConnector::from_sqlx_postgres_pool(pool), &self.watch)
    }
}

impl Db {
    /// Opens the pools.
    ///
    /// # Errors
    /// When the address is not one of a database that we know, or nobody answers there.
    pub async fn open(settings: &DbSettings) -> Result<Self, DbErr> {
        Self::watched(settings, |_| ()).await
    }

    /// Opens the pools; `watch` hears every statement that is sent, without its values.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub async fn watched(
        settings: &DbSettings,
        watch: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, DbErr> {
        let system = match settings.url.split(':').next() {
            Some("sqlite") => "sqlite",
            Some("postgres" | "postgresql") => "postgresql",
            _ => {
                return Err(DbErr::Custom(
                    "a database address begins with sqlite:// or postgres://".into(),
                ));
            }
        };
        let statements = Arc::new(AtomicU64::new(0));
        let counted = statements.clone();
        let watch: Watch = Arc::new(move |sent| {
            counted.fetch_add(1, Ordering::Relaxed);
            watch(&sent.statement.sql);
            traces::statement(system, &sent.statement.sql, sent.elapsed, sent.failed);
        });
        let (read, threads, write) = if system == "sqlite" {
            let (read, write) = open_sqlite(settings).await?;
            (read, None, write)
        } else {
            open_postgres(settings, &watch).await?
        };
        Ok(Self {
            read: heard(read, &watch),
            threads: threads.map(Arc::new),
            write: heard(write, &watch),
            replica: settings.read_url.is_some(),
            patience: settings.statement_timeout,
            statements,
            committed: Arc::default(),
        })
    }

    /// The pool that cannot write: that of this thread, if it serves requests.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        self.threads.as_ref().and_then(|threads| threads.here()).unwrap_or(&self.read)
    }

    /// Where a commit can be read at once: not on a replica.
    #[must_use]
    pub fn fresh(&self) -> &DatabaseConnection {
        if self.replica { &self.write } else { self.read() }
    }

    /// The pool that can, for migrations and `work` alone.
    #[must_use]
    pub fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DatabaseBackend {
        self.write.get_database_backend()
    }

    /// How long one operation may take: a statement, or a piece of work before its commit.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// How many statements have been sent since the pools were opened.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The connections of the pools, at this moment; those of all threads together.
    #[must_use]
    pub fn connections(&self) -> Vec<Connections> {
        let mut all = vec![counted("read", &self.read), counted("write", &self.write)];
        if let Some(threads) = &self.threads {
            let mut sum = Connections { pool: "threads", used: 0, idle: 0, most: threads.most };
            for of in threads.pools.iter().map(|(_, pool)| counted("threads", pool)) {
                sum.used += of.used;
                sum.idle += of.idle;
            }
            all.push(sum);
        }
        all
    }

    /// Begins a transaction that writes. On SQLite it takes the write lock at
    /// once: a transaction that first reads and then writes would fail when
    /// another writer got in between.
    ///
    /// # Errors
    /// When the database is away or the lock is not to be had in time.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            // To say that it writes would be a statement of its own: the connections of this pool do.
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        self.write.begin_with_options(options).await
    }

    /// Says that something happened: whoever reads events need not wait until the next look.
    pub(crate) fn say_committed(&self) {
        self.committed.notify_one();
    }

    /// Returns when something happened here since the last time. For one reader alone.
    pub(crate) async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Tells the database's planner how its tables are filled, once much has been written.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn update_statistics(&self, tables: &[&'static str]) -> Result<(), DbErr> {
        for table in tables {
            self.write.execute_unprepared(&format!("ANALYZE \"{table}\"")).await?;
        }
        if self.backend() == DatabaseBackend::Sqlite {
            forget_samples(&self.write).await?;
        }
        Ok(())
    }

    /// Closes the pools, waiting for what is under way. Those of threads give out no connection any more
    /// and end with them: what a thread that has ended did not give back, does not come back.
    ///
    /// # Errors
    /// When a connection cannot be closed.
    pub async fn close(self) -> Result<(), DbErr> {
        for (_, pool) in self.threads.iter().flat_map(|threads| threads.pools.iter()) {
            drop(pool.get_postgres_connection_pool().close());
        }
        self.read.close().await?;
        self.write.close().await
    }
}

/// The connections of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// Which pool: `read`, `write`, `threads`.
    pub pool: &'static str,
    /// Those that somebody has.
    pub used: u32,
    /// Those that are open and free.
    pub idle: u32,
    /// How many there may be.
    pub most: u32,
}

fn counted(pool: &'static str, of: &DatabaseConnection) -> Connections {
    let (open, idle, most) = if of.get_database_backend() == DatabaseBackend::Postgres {
        let of = of.get_postgres_connection_pool();
        (of.size(), of.num_idle(), of.options().get_max_connections())
    } else {
        let of = of.get_sqlite_connection_pool();
        (of.size(), of.num_idle(), of.options().get_max_connections())
    };
    let idle = u32::try_from(idle).unwrap_or(u32::MAX).min(open);
    Connections { pool, used: open - idle, idle, most }
}

async fn open_sqlite(
    settings: &DbSettings,
) -> Result<(DatabaseConnection, DatabaseConnection), DbErr> {
    let failed = |error: sqlx::Error| DbErr::Custom(error.to_string());
    let path = settings.url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or_default();
    if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| DbErr::Custom(error.to_string()))?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(settings.wait())
        .disable_statement_logging();
    // The writer opens first: it creates the file and switches it to WAL before readers come.
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(settings.wait())
        .test_before_acquire(false)
        .connect_with(options.clone())
        .await
        .map_err(failed)?;
    let write = SqlxSqliteConnector::from_sqlx_sqlite_pool(write);
    forget_samples(&write).await?;
    let limit = settings.statement_timeout;
    let read = SqlitePoolOptions::new()
        .max_connections(settings.readers)
        .acquire_timeout(settings.wait())
        .test_before_acquire(false)
        .after_connect(move |connection, _| Box::pin(set_deadline(connection, limit)))
        .before_acquire(move |connection, _| {
            Box::pin(async move { set_deadline(connection, limit).await.map(|()| true) })
        })
        .connect_with(options.pragma("query_only", "ON"))
        .await
        .map_err(failed)?;
    Ok((SqlxSqliteConnector::from_sqlx_sqlite_pool(read), write))
}

/// Forgets the samples of values that SQLite takes beside its statistics. With them its planner looks
/// at bound values, and each statement is parsed and planned anew each time that it is carried out.
/// Writes nothing where there are none: who opens a database need not wait for its writer.
async fn forget_samples(writer: &DatabaseConnection) -> Result<(), DbErr> {
    for there in
        ["SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'", "SELECT 1 FROM sqlite_stat4"]
    {
        let there = Statement::from_string(DatabaseBackend::Sqlite, there);
        if writer.query_one_raw(there).await?.is_none() {
            return Ok(());
        }
    }
    writer.execute_unprepared("DELETE FROM sqlite_stat4").await?;
    writer.execute_unprepared("ANALYZE sqlite_schema").await?;
    Ok(())
}

/// What `statement_timeout` is on PostgreSQL: a read is interrupted when its
/// connection has been in use for longer than `limit`.
async fn set_deadline(
    connection: &mut sqlx::SqliteConnection,
    limit: Duration,
) -> Result<(), sqlx::Error> {
    let deadline = Instant::now() + limit;
    connection
        .lock_handle()
        .await?
        .set_progress_handler(STEPS_BETWEEN_LOOKS, move || Instant::now() < deadline);
    Ok(())
}

async fn open_postgres(
    settings: &DbSettings,
    watch: &Watch,
) -> Result<(DatabaseConnection, Option<Threads>, DatabaseConnection), DbErr> {
    let failed = |error: sqlx::Error| DbErr::Custom(error.to_string());
    let timeout = settings.statement_timeout.as_millis().to_string();
    let wait = settings.wait().as_millis().to_string();
    let parse = |url: &str| url.parse::<PgConnectOptions>().map_err(failed);
    let options = |url: &str, read_only: &str, plans: &str| {
        Ok::<_, DbErr>(
            parse(url)?
                .application_name("vinculo")
                .options([
                    ("statement_timeout", timeout.as_str()),
                    ("lock_timeout", wait.as_str()),
                    ("idle_in_transaction_session_timeout", "60000"),
                    ("default_transaction_read_only", read_only),
                    ("jit", "off"),
                    ("plan_cache_mode", plans),
                ])
                .disable_statement_logging(),
        )
    };
    let pool = |size: u32| {
        PgPoolOptions::new()
            .max_connections(size)
            .acquire_timeout(settings.wait())
            .test_before_acquire(false)
            .idle_timeout(Duration::from_mins(5))
    };
    let read_url = settings.read_url.as_deref().unwrap_or(&settings.url);
    // Statements that only read are the same few texts again and again, and planning
    // one with its joins costs more than carrying it out. They are made so that one plan
    // serves whatever values they are given, and the tests look at that plan.
    let database = options(read_url, "on", "force_generic_plan")?;
    let read = pool(settings.readers).connect_with(database.clone()).await.map_err(failed)?;
    // A statement that writes has a plan for all values once it was carried out some times, and that
    // one is no dearer; work that fills tables does without (`Work::plan_anew`).
    let write = pool(settings.readers)
        .connect_with(options(&settings.url, "off", "auto")?)
        .await
        .map_err(failed)?;
    let each = settings.readers.checked_div(settings.threads).map(|each| each.max(1));
    let threads = each.map(|each| Threads {
        most: each * settings.threads,
        options: pool(each),
        database,
        watch: watch.clone(),
        pools: ThreadLocal::new(),
    });
    Ok((
        SqlxPostgresConnector::from_sqlx_postgres_pool(read),
        threads,
        SqlxPostgresConnector::from_sqlx_postgres_pool(write),
    ))
}
