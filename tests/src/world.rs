//! A world: a database, a clock that stands still, and the service on top.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use actix_web::{
    dev::{ServerHandle, Service as _},
    http::header,
    test::{TestRequest, init_service, read_body},
    web,
};
use api::{
    config::{HttpSettings, PENDING_INTERESTS, Settings},
    context::{Service, Terms},
    db::{Db, DbSettings},
    documents::{Archive, ArchiveSettings, Place as Kept},
    http::{App, configure},
    token::{Issuers, LocalKey},
    webhooks::{Courier, CourierSettings, Lookup},
};
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use entity::event;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, QueryFilter, QueryOrder, Statement,
};
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    binary::PLENTY,
    house::{Database, House, Place, settings},
};

/// When every world begins.
#[must_use]
pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).single().expect("a day")
}

/// A world of one test.
pub struct World {
    /// On which database it stands.
    pub database: Database,
    /// The service.
    pub service: Service,
    app: web::Data<App>,
    clock: Arc<AtomicI64>,
    sent: Arc<Mutex<Vec<String>>>,
    /// The number of the last event that the test has looked at.
    seen: AtomicI64,
    place: Place,
    /// Servers of this world. They end after the database: some of its connections live there.
    pub(crate) doors: RefCell<Vec<ServerHandle>>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "World({:?})", self.database)
    }
}

/// Tells a story in a world of its own, and looks whether it left anything unsaid.
pub fn tell(database: Database, story: impl AsyncFnOnce(&World)) {
    let house = House::get();
    if !house.has(database) {
        return;
    }
    crate::log::listen();
    actix_web::rt::System::new().block_on(async {
        let world = World::begin(database).await;
        story(&world).await;
        world.end().await;
    });
}

/// Does something to a database in which there is nothing yet.
pub fn on_empty(database: Database, what: impl AsyncFnOnce(&Db)) {
    let house = House::get();
    if !house.has(database) {
        return;
    }
    let place = house.place(database, true);
    actix_web::rt::System::new().block_on(async {
        let db = Db::open(&settings(&place)).await.expect("a new database");
        what(&db).await;
        db.close().await.expect("no work under way");
    });
    house.clear(&place);
}

/// Every story on both databases: `stories!(first, second)` makes two tests of each `async fn`.
#[macro_export]
macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $story() {
                $crate::tell($crate::Database::Sqlite, super::$story);
            })+
        }
        mod postgres {
            $(#[test]
            fn $story() {
                $crate::tell($crate::Database::Postgres, super::$story);
            })+
        }
    };
}

impl World {
    async fn begin(database: Database) -> Self {
        let place = House::get().place(database, false);
        let sent: Arc<Mutex<Vec<String>>> = Arc::default();
        let hear = sent.clone();
        let watch = move |sql: &str| locked(&hear).push(sql.to_owned());
        let db = Db::watched(&settings(&place), watch).await.expect("a copy of the template");
        let clock = Arc::new(AtomicI64::new(noon().timestamp_micros()));
        let service = start(db, &clock, &place).await;
        let app = app(&service);
        let world = Self {
            database,
            service,
            app,
            clock,
            sent,
            seen: AtomicI64::new(0),
            place,
            doors: RefCell::default(),
        };
        world.events().await;
        world
    }

    /// The address of the database, for another process.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.place.url
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        self.service.db()
    }

    /// Another instance of the service over the same database and clock.
    pub async fn another_instance(&self) -> Service {
        self.instance(&settings(&self.place)).await
    }

    /// One that has a single connection to read and one to write with, and waits for
    /// either no longer than two seconds.
    pub async fn narrow_instance(&self) -> Service {
        let statement_timeout = Duration::from_secs(4);
        self.instance(&DbSettings { readers: 1, statement_timeout, ..settings(&self.place) }).await
    }

    /// One that begins with the index that was kept at a place.
    pub async fn instance_from(&self, index: &Path) -> Service {
        let db = Db::open(&settings(&self.place)).await.expect("the same database again");
        start_from(db, &self.clock, &self.place, Some(index)).await
    }

    /// The same database as a server has it, some of whose threads serve requests.
    pub async fn database_of_threads(&self, threads: u32) -> Db {
        let settings = DbSettings { threads, ..settings(&self.place) };
        Db::open(&settings).await.expect("the same database again")
    }

    async fn instance(&self, settings: &DbSettings) -> Service {
        let db = Db::open(settings).await.expect("the same database again");
        start(db, &self.clock, &self.place).await
    }

    /// The folder in which this world keeps its files.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        House::get().files(&self.place)
    }

    /// Sends the bytes of a file to a link, or fetches them: the status, what is said with them, and they.
    pub async fn transfer(
        &self,
        token: Option<&str>,
        link: &str,
        bytes: Option<Vec<u8>>,
    ) -> Transferred {
        let length = bytes.as_ref().map(Vec::len).unwrap_or_default();
        self.transferred(token, link, bytes, length).await
    }

    /// Sends bytes to a link that break off before as many have come as were to come.
    pub async fn transfer_cut(&self, link: &str, bytes: Vec<u8>, length: usize) -> Transferred {
        self.transferred(None, link, Some(bytes), length).await
    }

    async fn transferred(
        &self,
        token: Option<&str>,
        link: &str,
        bytes: Option<Vec<u8>>,
        length: usize,
    ) -> Transferred {
        let request = if bytes.is_some() { TestRequest::put() } else { TestRequest::get() };
        let mut request = request.uri(link);
        if let Some(bytes) = bytes {
            request = request.set_payload(bytes).insert_header((header::CONTENT_LENGTH, length));
        }
        if let Some(token) = token {
            request = request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
        }
        self.call(request).await
    }

    /// Sends any request.
    pub async fn call(&self, request: TestRequest) -> Transferred {
        call(&self.app, request).await
    }

    /// Sends any request to another instance.
    pub async fn call_to(&self, instance: &Service, request: TestRequest) -> Transferred {
        call(&app(instance), request).await
    }

    /// What time it is in this world.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        time(&self.clock)
    }

    /// Returns once followers can read all events that are on record. PostgreSQL
    /// numbers transactions across the whole cluster, so that one of another
    /// test's database can still stand before them.
    pub async fn settled(&self) {
        if self.db().backend() != DatabaseBackend::Postgres {
            return;
        }
        let ask = "SELECT COALESCE(MAX(xid), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint \
                   AS settled FROM event";
        for _ in 0..200_000 {
            let asked = Statement::from_string(DatabaseBackend::Postgres, ask);
            let row = self.db().read().query_one_raw(asked).await.expect("an answer");
            if row.expect("a row").try_get("", "settled").expect("yes or no") {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("a transaction somewhere does not end");
    }

    /// Moves the clock.
    pub fn pass(&self, time: TimeDelta) {
        let micros = time.num_microseconds().expect("less than 292,000 years");
        self.clock.fetch_add(micros, Ordering::SeqCst);
    }

    /// The kinds of what happened since the last look, oldest first.
    pub async fn events(&self) -> Vec<String> {
        self.event_rows().await.into_iter().map(|event| event.kind).collect()
    }

    /// What happened since the last look, oldest first.
    pub async fn event_rows(&self) -> Vec<event::Model> {
        let rows = self.unseen().await;
        if let Some(last) = rows.last() {
            self.seen.store(last.seq, Ordering::SeqCst);
        }
        rows
    }

    async fn unseen(&self) -> Vec<event::Model> {
        event::Entity::find()
            .filter(event::Column::Seq.gt(self.seen.load(Ordering::SeqCst)))
            .order_by_asc(event::Column::Seq)
            .all(self.db().fresh())
            .await
            .expect("the events")
    }

    /// The statements that were sent since the last look, but for those that find out who asks:
    /// whether one is sent depends on who asked a moment ago.
    pub fn statements(&self) -> Vec<String> {
        let mut sent = std::mem::take(&mut *locked(&self.sent));
        sent.retain(|sql| {
            !sql.contains("FROM \"membership\"")
                && !sql.contains("SELECT \"person\".\"erased_at\" FROM \"person\"")
        });
        sent
    }

    /// Sends an operation; `token` says who asks.
    pub async fn send(&self, token: Option<&str>, operation: &str, variables: Value) -> Answer {
        send(&self.app, token, operation, variables).await
    }

    /// Sends an operation to another instance.
    pub async fn send_to(
        &self,
        instance: &Service,
        token: Option<&str>,
        operation: &str,
        variables: Value,
    ) -> Answer {
        send(&app(instance), token, operation, variables).await
    }

    /// A token of the service itself, good for a quarter of an hour.
    pub(crate) fn sign(&self, subject: &str, grants: &[api::token::Grant]) -> String {
        let key: &LocalKey = &House::get().key;
        key.sign(subject, grants, self.now(), TimeDelta::minutes(15)).expect("a token")
    }

    /// Ends it: everything that happened must have been looked at.
    async fn end(self) {
        let unseen = self.unseen().await;
        let kinds: Vec<_> = unseen.iter().map(|event| &event.kind).collect();
        assert!(kinds.is_empty(), "nobody looked at what happened: {kinds:?}");
        let Self { service, app, place, doors, .. } = self;
        let db = service.db().clone();
        drop((service, app));
        db.close().await.expect("no work under way");
        for door in doors.into_inner() {
            door.stop(false).await;
        }
        House::get().clear(&place);
    }
}

/// What came of a request that is not GraphQL, such as a file that was sent or fetched.
#[derive(Clone, Debug)]
pub struct Transferred {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub bytes: Vec<u8>,
}

/// The most bytes that a file of the tests may have.
pub const MOST_BYTES: i32 = 12_000_000;

async fn start(db: Db, clock: &Arc<AtomicI64>, place: &Place) -> Service {
    start_from(db, clock, place, None).await
}

async fn start_from(
    db: Db,
    clock: &Arc<AtomicI64>,
    place: &Place,
    index: Option<&Path>,
) -> Service {
    let house = House::get();
    let archive = Archive::open(ArchiveSettings {
        place: Kept::Folder(house.files(place)),
        most_bytes: MOST_BYTES,
        link_key: house.key.derive("links to documents").expect("a key"),
        address: None,
    });
    let key = house.key.derive("secrets of webhooks").expect("a key");
    let courier = courier(key, Arc::new(|name| Box::pin(async move { found(&name) })));
    let clock = clock.clone();
    let terms = Terms { anonymous: true, pending_interests: PENDING_INTERESTS };
    let service = Service::start_from(db, Arc::new(move || time(&clock)), terms, index).await;
    let service = service.expect("a service").keeping_documents(archive.expect("a folder"));
    service.sending_webhooks(courier)
}

/// The key of the services of all worlds.
#[must_use]
pub fn key() -> &'static LocalKey {
    &House::get().key
}

/// Who carries webhooks in tests: to this machine too, and in a hurry.
#[must_use]
pub fn courier(key: [u8; 32], lookup: Lookup) -> Courier {
    let patience = Duration::from_secs(2);
    Courier::new(CourierSettings { key, local: true, patience, lookup }).expect("a courier")
}

/// The names that tests know: no test asks the network.
fn found(name: &str) -> std::io::Result<Vec<IpAddr>> {
    let found: &[&str] = match name {
        "here.test" => &["127.0.0.1"],
        "inside.test" => &["10.0.0.1"],
        "mixed.test" => &["127.0.0.1", "192.168.0.1"],
        _ => return Err(std::io::ErrorKind::NotFound.into()),
    };
    Ok(found.iter().map(|ip| ip.parse().expect("an address")).collect())
}

fn time(clock: &AtomicI64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(clock.load(Ordering::SeqCst)).expect("a time")
}

fn app(service: &Service) -> web::Data<App> {
    app_with(service, |_| ())
}

pub(crate) fn app_with(
    service: &Service,
    change: impl FnOnce(&mut HttpSettings),
) -> web::Data<App> {
    let settings = Settings::load(None, BTreeMap::new().into_iter()).expect("the defaults");
    let issuers = Issuers::new(&House::get().key, &settings).expect("no other issuer");
    let mut http = HttpSettings { anonymous_introspection: true, ..settings.http };
    // The clock stands still, and nothing would come back.
    http.limits.points = PLENTY;
    change(&mut http);
    let app = App::new(service.clone(), issuers, http, "[]".to_owned());
    web::Data::new(app.expect("a schema that can be read back"))
}

async fn call(app: &web::Data<App>, request: TestRequest) -> Transferred {
    let service = init_service(actix_web::App::new().configure(configure(app.clone())));
    let response = service.await.call(request.to_request()).await.expect("an answer");
    let response = response.map_into_boxed_body();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let (status, headers) = (response.status().as_u16(), headers.collect());
    Transferred { status, headers, bytes: read_body(response).await.to_vec() }
}

async fn send(
    app: &web::Data<App>,
    token: Option<&str>,
    operation: &str,
    variables: Value,
) -> Answer {
    let mut request = TestRequest::post()
        .uri("/graphql")
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .set_payload(json!({ "query": operation, "variables": variables }).to_string());
    if let Some(token) = token {
        request = request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
    }
    let service = init_service(actix_web::App::new().configure(configure(app.clone())));
    let response = service.await.call(request.to_request()).await.expect("an answer");
    let status = response.status().as_u16();
    let response = response.map_into_boxed_body();
    let body = serde_json::from_slice(&read_body(response).await).unwrap_or_default();
    Answer { status, body }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
