//! What a request carries: who asks, the clock, and the way to everything else.

use std::{any::TypeId, fmt, net::IpAddr, path::Path, sync::Arc};

use async_graphql::{Context, Executor, Pos, Response, parser::types::OperationType};
use chrono::{DateTime, SubsecRound, Utc};
use entity::{ClientId, PersonId};
use futures_util::StreamExt;
use sea_orm::{Condition, EntityTrait};
use tokio::sync::Mutex;

use crate::{
    codes::Labels,
    db::Db,
    documents::Archive,
    error::{Error, Result},
    feed::{Feed, Moment},
    followers::{Bookmark, count_after, event_at, events_after, newest},
    idempotency::Replays,
    ledger::Ledger,
    matches::{Engine, Head, Snapshot},
    policy::{Machine, Viewer},
    read::{Account, Asked, Loaders, Node, Seen, Sheets},
    roles::Roles,
    token::Claims,
    tries::Tries,
    webhooks::Courier,
    work::Work,
};

pub use crate::read::{AsText, Familiar, objects, write_value};

/// Tells the time; tests hold it still.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The clock of the machine.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
pub fn machine_clock() -> Clock {
    Arc::new(Utc::now)
}

/// Everything that requests share. Cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Inner>, Option<Archive>, Option<Courier>);

/// Whether the roles of whoever asks count without a membership, as their issuer is believed alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Believed(pub(crate) bool);

struct Inner {
    db: Db,
    clock: Clock,
    labels: Labels,
    engine: Engine,
    roles: Roles,
    feed: Feed,
    /// How far `engine`, `roles` and `feed` know what happened.
    bookmark: Mutex<Bookmark>,
    terms: Terms,
    ledger: Ledger,
    sheets: Sheets,
    /// Who proved in vain who they are: a machine, from an address.
    tries: Tries<(ClientId, IpAddr)>,
    /// Who told codes of invitations in vain.
    guesses: Tries<PersonId>,
}

/// Beyond so many events it is sooner to build the index anew than to bring a snapshot up to date.
const MOST_BEHIND: u64 = 100_000;

/// The snapshot at a place, if it is one of this database and not too old.
async fn fitting_snapshot(db: &Db, path: &Path) -> Result<Option<Snapshot>> {
    let file = path.to_owned();
    let read = tokio::task::spawn_blocking(move || Snapshot::read(&file));
    let snapshot = match read.await.map_err(std::io::Error::other).flatten() {
        Ok(snapshot) => snapshot,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                tracing::warn!(%error, path = %path.display(), "the kept index is not used");
            }
            return Ok(None);
        }
    };
    let Head { bookmark, event, .. } = snapshot.head;
    let same = event_at(db, bookmark).await? == event;
    let fits = same && count_after(db, bookmark).await? <= MOST_BEHIND;
    Ok(fits.then_some(snapshot))
}

/// What the network's operator decides.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Whether nobody may read what is public.
    pub anonymous: bool,
    /// How many expressions of interest of one organization may wait for an answer at once.
    pub pending_interests: u32,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("db", &self.0.db).finish_non_exhaustive()
    }
}

impl Service {
    /// A service over a database that is at head.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn start(db: Db, clock: Clock, terms: Terms) -> Result<Self> {
        Self::start_from(db, clock, terms, None).await
    }

    /// The same, with the index as [`Service::keep_index`] has left it there, brought up to date.
    /// Where there is none, or one that does not fit, it is built from the database.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn start_from(
        db: Db,
        clock: Clock,
        terms: Terms,
        snapshot: Option<&Path>,
    ) -> Result<Self> {
        let labels = Labels::load(&db).await?;
        let known = match snapshot {
            Some(path) => fitting_snapshot(&db, path).await?,
            None => None,
        };
        // Events from here on are followed, so that what changes while the index is built is not missed.
        let (bookmark, engine) = match known {
            Some(known) => (known.head.bookmark, Engine::of(known.records, &labels)),
            None => (newest(&db).await?, Engine::start(&db, &labels).await?),
        };
        let (feed, bookmark) = (Feed::new(bookmark), Mutex::new(bookmark));
        let roles = Roles::new();
        let ledger = Ledger::default();
        let (tries, guesses, sheets) = (Tries::default(), Tries::default(), Sheets::default());
        let inner = Inner {
            db,
            clock,
            labels,
            engine,
            roles,
            feed,
            bookmark,
            terms,
            ledger,
            sheets,
            tries,
            guesses,
        };
        let service = Self(Arc::new(inner), None, None);
        service.catch_up().await?;
        Ok(service)
    }

    /// Writes the index down as it is now, for the next start. Returns how many records it has.
    ///
    /// # Errors
    /// When the database is away, or the file cannot be written.
    pub async fn keep_index(&self, path: &Path) -> Result<usize> {
        let (bookmark, records) = {
            let bookmark = self.0.bookmark.lock().await;
            (*bookmark, self.engine().records())
        };
        let event = event_at(self.db(), bookmark).await?;
        let snapshot = Snapshot::new(bookmark, event, records);
        let (count, path) = (snapshot.records.len(), path.to_owned());
        let written = tokio::task::spawn_blocking(move || {
            snapshot.write(&path).map_err(|error| format!("{}: {error}", path.display()))
        });
        written.await.map_err(|error| error.to_string()).flatten().map_err(Error::internal)?;
        Ok(count)
    }

    /// The same service, with a place for documents.
    #[must_use]
    pub fn keeping_documents(self, archive: Archive) -> Self {
        Self(self.0, Some(archive), self.2)
    }

    /// The same service, with somebody who carries webhooks.
    #[must_use]
    pub fn sending_webhooks(self, courier: Courier) -> Self {
        Self(self.0, self.1, Some(courier))
    }

    /// Who carries webhooks.
    ///
    /// # Errors
    /// When there is nobody: what does not serve sends none.
    pub(crate) fn courier(&self) -> Result<&Courier> {
        self.2.as_ref().ok_or_else(|| Error::internal("nobody carries webhooks"))
    }

    /// The place for documents.
    ///
    /// # Errors
    /// When there is none: what does not serve has none.
    pub(crate) fn archive(&self) -> Result<&Archive> {
        self.1.as_ref().ok_or_else(|| Error::internal("there is no archive for documents"))
    }

    /// The time, in microseconds: PostgreSQL keeps no more.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0.clock)().trunc_subsecs(6)
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The official lists and vocabularies.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.0.labels
    }

    /// What the network's operator decides.
    #[must_use]
    pub fn terms(&self) -> Terms {
        self.0.terms
    }

    /// Who proved in vain who they are.
    pub(crate) fn tries(&self) -> &Tries<(ClientId, IpAddr)> {
        &self.0.tries
    }

    /// Who told codes of invitations in vain.
    pub(crate) fn guesses(&self) -> &Tries<PersonId> {
        &self.0.guesses
    }

    /// When machines asked, since this was asked the last time.
    pub(crate) fn uses(&self) -> Vec<(ClientId, DateTime<Utc>)> {
        self.0.roles.uses()
    }

    /// Search and matching.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// What happens, for those who follow it.
    pub(crate) fn feed(&self) -> &Feed {
        &self.0.feed
    }

    /// How many subscriptions are open in this instance.
    #[must_use]
    pub fn subscriptions(&self) -> usize {
        self.feed().open()
    }

    /// Reads what happened since the last time into what this instance remembers, the index of
    /// search and matching and who holds which role, and tells it to those who follow it. Returns
    /// when there is no more.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn catch_up(&self) -> Result<()> {
        // One at a time: two that read the same events could put an older state over a newer one.
        let mut bookmark = self.0.bookmark.lock().await;
        loop {
            let (events, next) = events_after(self.db(), *bookmark).await?;
            if events.is_empty() {
                return Ok(());
            }
            self.0.roles.heed(&events);
            self.engine().heed(self.db(), &events).await?;
            *bookmark = next;
            // Last: who hears of it finds it.
            self.feed().tell(events, next);
        }
    }

    /// Work that the service does by itself.
    pub(crate) async fn system_work(&self) -> Result<Work> {
        Work::begin(self.db(), Arc::new(Viewer::system(self.now()))).await
    }

    /// Work of whoever these claims stand for, with the roles that they have now: what comes by a
    /// signed link, or long after it was asked for.
    pub(crate) async fn work_of(&self, claims: Option<&Claims>) -> Result<Work> {
        Work::begin(self.db(), Arc::new(self.viewer(claims, true).await?)).await
    }

    /// Puts into a request what its resolvers need. One statement at most: a mutation finds
    /// out anew who asks, a query may know it from a moment ago.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when nobody may read without a token.
    pub async fn prepare(
        &self,
        request: async_graphql::Request,
        kind: OperationType,
        claims: Option<&Claims>,
    ) -> Result<async_graphql::Request> {
        let changes = kind == OperationType::Mutation;
        let viewer = self.viewer(claims, changes).await?;
        let believed = claims.is_some_and(|claims| claims.authoritative);
        let request = self.equip(request, viewer).data(Believed(believed));
        Ok(if changes { request.data(Replays::default()) } else { request })
    }

    /// Who asks; looked up `anew`, or perhaps known from a moment ago.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when nobody may read without a token.
    pub(crate) async fn viewer(&self, claims: Option<&Claims>, anew: bool) -> Result<Viewer> {
        match claims {
            Some(claims) => self.0.roles.viewer(self.db(), claims, self.now(), anew).await,
            None if self.0.terms.anonymous => Ok(Viewer::anonymous(self.now())),
            None => Err(Error::Unauthenticated),
        }
    }

    /// Puts something that is about to be shown on record.
    ///
    /// # Errors
    /// When it could not be written: then it must not be shown.
    pub(crate) async fn put_on_record(&self, viewer: &Viewer, seen: Seen) -> Result<()> {
        let account = Account::default();
        account.add(seen);
        self.0.ledger.settle(self.db(), viewer, &account).await
    }

    /// The same for a viewer who is known.
    pub(crate) fn equip(
        &self,
        request: async_graphql::Request,
        viewer: Viewer,
    ) -> async_graphql::Request {
        let (viewer, account) = (Arc::new(viewer), Account::default());
        let sheet = self.0.sheets.of(&request, &viewer);
        let loaders = Loaders::new(self.db().clone(), viewer.clone(), sheet, account.clone());
        request.data(self.clone()).data(viewer).data(loaders).data(account)
    }

    /// Executes a prepared request. What it shows of others' records goes on record before the
    /// answer leaves; an answer that cannot be put on record does not.
    pub async fn execute(
        &self,
        schema: &impl Executor,
        request: async_graphql::Request,
    ) -> Response {
        let (shown, replays) = (Shown::by(&request), Replays::of(&request));
        let response = schema.execute(request).await;
        let mut response = self.settled(shown, response).await;
        if let Some(replays) = replays {
            replays.tell(&mut response);
        }
        response
    }

    /// A response, once what it shows is on record.
    async fn settled(&self, shown: Shown, response: Response) -> Response {
        let Shown(Some(account), Some(viewer)) = shown else { return response };
        match self.0.ledger.settle(self.db(), &viewer, &account).await {
            Ok(()) => response,
            Err(error) => failed(error),
        }
    }

    /// Asks a subscription at one moment. Nothing when it has nothing to say. It is asked by who
    /// its subscriber is now, and reads when it is its turn.
    pub(crate) async fn ask(
        &self,
        schema: &impl Executor,
        request: async_graphql::Request,
        claims: Option<&Claims>,
        moment: Moment,
    ) -> Option<Response> {
        let _turn = self.feed().turn().await;
        let asked = async {
            let request = match self.prepare(request, OperationType::Subscription, claims).await {
                Ok(request) => request.data(moment),
                Err(error) => return Some(failed(error)),
            };
            let shown = Shown::by(&request);
            let response = schema.execute_stream(request, None).next().await?;
            Some(self.settled(shown, response).await)
        };
        let patience = tokio::time::timeout(self.db().patience(), asked);
        patience.await.unwrap_or_else(|_| Some(failed(Error::Timeout)))
    }

    /// Whether requests can be answered: the database is there and at head.
    ///
    /// # Errors
    /// What is missing, for the operator.
    pub async fn ready(&self) -> Result<(), String> {
        ready(self.db()).await
    }
}

/// Who asks by a prepared request.
fn viewer_of(request: &async_graphql::Request) -> Option<&Arc<Viewer>> {
    request.data.get(&TypeId::of::<Arc<Viewer>>())?.downcast_ref()
}

/// The machine that asks by a prepared request; nothing when a person does, or nobody.
pub(crate) fn machine_of(request: &async_graphql::Request) -> Option<Machine> {
    viewer_of(request)?.machine.clone()
}

/// What kind of viewer asks by a prepared request; nobody, when it says nothing of that.
pub(crate) fn class_of(request: &async_graphql::Request) -> String {
    viewer_of(request).map_or_else(|| "NOBODY".to_owned(), |viewer| viewer.class())
}

/// What a request shows of others' records, and to whom.
struct Shown(Option<Account>, Option<Arc<Viewer>>);

impl Shown {
    fn by(request: &async_graphql::Request) -> Self {
        Self(Account::of(request), viewer_of(request).cloned())
    }
}

/// A response of which there is only why.
pub(crate) fn failed(error: Error) -> Response {
    Response::from_errors(vec![async_graphql::Error::from(error).into_server_error(Pos::default())])
}

/// Whether a database answers and holds the official lists. Which version it is
/// at is looked at once, at start: it does not change under a running service.
///
/// # Errors
/// What is missing, and the command that mends it.
pub(crate) async fn ready(db: &Db) -> Result<(), String> {
    match entity::code::Entity::find().one(db.read()).await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err("the official lists are missing; run `vinculo migrate up`".to_owned()),
        Err(_) => Err("the database does not answer, or is behind".to_owned()),
    }
}

/// What resolvers ask the context for.
pub(crate) trait Request {
    /// Who asks.
    fn viewer(&self) -> &Arc<Viewer>;
    /// What requests share.
    fn service(&self) -> &Service;
    /// The loaders of this request.
    fn loaders(&self) -> &Loaders;
    /// The thing with this id, as far as the client asked for it at this field. What
    /// many things ask for at one place of the document is read together.
    fn load<N: Node>(&self, id: N::Id) -> impl Future<Output = Result<Option<Arc<N>>>> + Send;
    /// The same for a field at the root of a document, which stands alone.
    fn read<N: Node>(&self, id: N::Id) -> impl Future<Output = Result<Option<N>>> + Send;
    /// The thing that a payload carries in its field `name`, read after the commit.
    fn reload<N: Node>(
        &self,
        name: &str,
        id: N::Id,
    ) -> impl Future<Output = Result<Option<N>>> + Send;
    /// The same among the things that `which` leaves; looked for also when nobody asks to see
    /// it, since whether it is there decides whether anything is told.
    fn find<N: Node>(
        &self,
        name: &str,
        which: Condition,
    ) -> impl Future<Output = Result<Vec<N>>> + Send;
}

impl Request for Context<'_> {
    fn viewer(&self) -> &Arc<Viewer> {
        self.data_unchecked::<Arc<Viewer>>()
    }

    fn service(&self) -> &Service {
        self.data_unchecked::<Service>()
    }

    fn loaders(&self) -> &Loaders {
        Loaders::of(self)
    }

    async fn load<N: Node>(&self, id: N::Id) -> Result<Option<Arc<N>>> {
        self.loaders().load(self, id).await
    }

    async fn read<N: Node>(&self, id: N::Id) -> Result<Option<N>> {
        let reading = self.loaders().reading(&Asked::here(self));
        self.loaders().reader().one(&reading, id).await
    }

    async fn reload<N: Node>(&self, name: &str, id: N::Id) -> Result<Option<N>> {
        let Some(asked) = Asked::here(self).field(name) else { return Ok(None) };
        let reading = self.loaders().reading(&asked);
        Box::pin(self.loaders().fresh().one(&reading, id)).await
    }

    async fn find<N: Node>(&self, name: &str, which: Condition) -> Result<Vec<N>> {
        let reading = match Asked::here(self).field(name) {
            Some(asked) => self.loaders().reading(&asked),
            None => self.loaders().facts(),
        };
        Box::pin(self.loaders().fresh().these(&reading, which)).await
    }
}
