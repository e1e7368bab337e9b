//! What happens, told to those who follow it: one reader of the events for each instance, from
//! which every subscriber takes what concerns it.
//!
//! Whoever falls behind reads from the table what it has missed; what is too much for that it
//! is told to have missed.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{EventId, event};
use sea_orm::{
    ColumnTrait, Condition, DatabaseBackend, EntityTrait, QueryFilter,
    sqlx::{
        self,
        postgres::{PgListener, PgPoolOptions},
    },
};
use tokio::{
    sync::{Notify, Semaphore, SemaphorePermit, broadcast},
    task::JoinHandle,
};
use uuid::Uuid;

use crate::{
    db::Db,
    error::Result,
    followers::{Bookmark, newest, some_after},
};

/// A thing that happened, shared by those who hear of it.
pub(crate) type Happened = Arc<event::Model>;

/// How many events wait for the slowest subscriber; who is further behind reads the table.
const MOST_WAITING: usize = 1_024;
/// How many events of its topic a subscriber may have missed and still be told one by one.
pub const MOST_REPLAYED: u64 = 1_000;
/// How far back a subscriber can go on from.
const REPLAYED: TimeDelta = TimeDelta::hours(24);
/// How many subscribers of one instance read at the same time: what is told by itself must leave
/// the database to those who ask.
const MOST_READERS: usize = 8;

/// What a subscription follows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Topic {
    /// Events of these kinds; of any, when there are none.
    pub(crate) kinds: Vec<String>,
    /// Never of these.
    pub(crate) but: &'static [&'static str],
    /// Events about records of these kinds, as their ids begin; about any, when there are none.
    pub(crate) nouns: &'static [&'static str],
    /// Events about this record alone.
    pub(crate) record: Option<Uuid>,
}

impl Topic {
    /// Events of these kinds.
    pub(crate) fn of(kinds: impl IntoIterator<Item = String>) -> Self {
        Self { kinds: kinds.into_iter().collect(), ..Self::default() }
    }

    fn concerns(&self, event: &event::Model) -> bool {
        let noun = event.subject.as_deref().and_then(|id| id.split('_').next()).unwrap_or_default();
        (self.kinds.is_empty() || self.kinds.contains(&event.kind))
            && !self.but.contains(&event.kind.as_str())
            && (self.nouns.is_empty() || self.nouns.contains(&noun))
            && (self.record.is_none() || self.record == event.subject_id)
    }

    /// The same for events in the database.
    fn condition(&self) -> Condition {
        use event::Column;
        let mut all = Condition::all().add_option(self.record.map(|id| Column::SubjectId.eq(id)));
        if !self.kinds.is_empty() {
            all = all.add(Column::Kind.is_in(self.kinds.iter().cloned()));
        }
        if !self.but.is_empty() {
            all = all.add(Column::Kind.is_not_in(self.but.iter().copied()));
        }
        if !self.nouns.is_empty() {
            let of = |noun: &&str| Column::Subject.starts_with(format!("{noun}_"));
            all = all.add(self.nouns.iter().map(of).fold(Condition::any(), Condition::add));
        }
        all
    }
}

/// What a subscription is asked.
#[derive(Clone, Debug)]
pub(crate) enum Moment {
    /// At the beginning: what it follows, and from where.
    Opening(Arc<OnceLock<Following>>),
    /// When something happened: what it says of it.
    Event(Happened),
    /// When more happened than can be told one by one.
    TooMuch,
}

/// What a subscription follows, and behind which place; from now on, when there is none.
#[derive(Clone, Debug)]
pub(crate) struct Following {
    pub(crate) topic: Topic,
    pub(crate) after: Option<Bookmark>,
}

/// The events of one instance.
pub(crate) struct Feed {
    /// How far events have been told.
    place: Mutex<Bookmark>,
    sender: broadcast::Sender<Happened>,
    readers: Semaphore,
    /// One for each subscription that is open, and one more.
    open: Arc<()>,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Feed")
    }
}

impl Feed {
    /// The events behind a place.
    pub(crate) fn new(place: Bookmark) -> Self {
        let (sender, _) = broadcast::channel(MOST_WAITING);
        let readers = Semaphore::new(MOST_READERS);
        Self { place: Mutex::new(place), sender, readers, open: Arc::default() }
    }

    /// Tells everybody what happened, up to `place`.
    pub(crate) fn tell(&self, events: Vec<event::Model>, place: Bookmark) {
        let mut told = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            // That nobody listens is no fault.
            let _ = self.sender.send(Arc::new(event));
        }
        *told = place;
    }

    /// How far events have been told.
    pub(crate) fn place(&self) -> Bookmark {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to listen: nothing that is told from here on is missed.
    pub(crate) fn listen(&self) -> Ear {
        // No event is told between the two.
        let told = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        Ear { receiver: self.sender.subscribe(), place: *told, missed: Vec::new() }
    }

    /// Counts a subscription as open, for as long as what this returns is kept.
    pub(crate) fn count(&self) -> Arc<()> {
        self.open.clone()
    }

    /// How many subscriptions are open.
    pub(crate) fn open(&self) -> usize {
        Arc::strong_count(&self.open) - 1
    }

    /// Waits until it may read of what it heard.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.readers.acquire().await.ok()
    }
}

/// What a subscriber listens with.
#[derive(Debug)]
pub(crate) struct Ear {
    receiver: broadcast::Receiver<Happened>,
    /// How far it has heard.
    place: Bookmark,
    /// What it had missed and reads now, the last first.
    missed: Vec<Happened>,
}

impl Ear {
    /// The next thing that happened of this topic; nothing once the instance ends.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn next(&mut self, db: &Db, topic: &Topic) -> Result<Option<Moment>> {
        loop {
            if let Some(event) = self.missed.pop() {
                self.place = Bookmark::of(&event);
                return Ok(Some(Moment::Event(event)));
            }
            match self.receiver.recv().await {
                Ok(event) => {
                    let place = Bookmark::of(&event);
                    if place <= self.place {
                        continue;
                    }
                    self.place = place;
                    if topic.concerns(&event) {
                        return Ok(Some(Moment::Event(event)));
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    if !self.go_back(db, topic, self.place).await? {
                        return Ok(Some(Moment::TooMuch));
                    }
                }
                Err(broadcast::error::RecvError::Closed) => return Ok(None),
            }
        }
    }

    /// Goes back to a place. False when too much has happened since: then it stays here.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn go_back(
        &mut self,
        db: &Db,
        topic: &Topic,
        place: Bookmark,
    ) -> Result<bool> {
        let events = some_after(db, place, topic.condition(), MOST_REPLAYED + 1).await?;
        if events.len() as u64 > MOST_REPLAYED {
            // Whoever reads everything again reads what has happened by now.
            self.place = newest(db).await?;
            self.receiver = self.receiver.resubscribe();
            return Ok(false);
        }
        self.place = place;
        self.missed = events.into_iter().rev().map(Arc::new).collect();
        Ok(true)
    }
}

/// The place of an event that a subscriber has heard of, if it can still go on from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    At(Bookmark),
    TooLongAgo,
    Nowhere,
}

/// Where a subscriber was that goes on behind this event.
///
/// # Errors
/// When the database is away.
pub(crate) async fn left(db: &Db, event: EventId, now: DateTime<Utc>) -> Result<Left> {
    let found = event::Entity::find().filter(event::Column::Id.eq(event));
    let found = found.one(db.fresh()).await?;
    Ok(match found {
        Some(event) if event.happened_at < now - REPLAYED => Left::TooLongAgo,
        Some(event) => Left::At(Bookmark::of(&event)),
        None => Left::Nowhere,
    })
}

/// The channel by which instances on PostgreSQL wake each other.
const CHANNEL: &str = "vinculo_committed";
/// How long to wait before listening again after the connection broke.
const PATIENCE: Duration = Duration::from_secs(10);

/// Rings when something happened, here or in another instance. It tells nothing else: what
/// happened is in the table, and who looks there now and then misses nothing without it.
#[derive(Debug)]
pub struct Bell {
    db: Db,
    /// What this instance is called among the others.
    name: String,
    others: Arc<Notify>,
    listening: Option<JoinHandle<()>>,
}

impl Bell {
    /// The bell of this instance, whose name is its own.
    #[must_use]
    pub fn new(db: Db, name: String) -> Self {
        let others = Arc::new(Notify::new());
        let has_others = db.backend() == DatabaseBackend::Postgres;
        let listening =
            has_others.then(|| tokio::spawn(listen(db.clone(), name.clone(), others.clone())));
        Self { db, name, others, listening }
    }

    /// Returns when it rings, or after `pause`.
    pub async fn rings(&self, pause: Duration) {
        tokio::select! {
            () = self.db.committed() => {
                if self.listening.is_some() && let Err(error) = self.ring().await {
                    tracing::debug!(%error, "other instances could not be woken");
                }
            }
            () = self.others.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    /// Wakes the others. Not in the transaction that writes: PostgreSQL lets transactions that
    /// notify commit only one after the other, each with its own wait for the disk.
    async fn ring(&self) -> sqlx::Result<()> {
        let pool = self.db.write().get_postgres_connection_pool();
        let ring = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(&self.name);
        ring.execute(pool).await.map(drop)
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

/// Hears the other instances for as long as this one runs.
async fn listen(db: Db, name: String, others: Arc<Notify>) {
    loop {
        if let Err(error) = hear(&db, &name, &others).await {
            tracing::warn!(%error, "other instances are not heard: their news come a little later");
        }
        tokio::time::sleep(PATIENCE).await;
    }
}

async fn hear(db: &Db, name: &str, others: &Notify) -> sqlx::Result<()> {
    let options = db.write().get_postgres_connection_pool().connect_options();
    // A connection of its own: it is never given back.
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let pool = pool.connect_lazy_with((*options).clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        if listener.recv().await?.payload() != name {
            others.notify_one();
        }
    }
}
