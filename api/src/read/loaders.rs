//! From an id to a thing, where the document does not tell before rows are read
//! that it will be needed. Loaders live for one request and belong to one viewer,
//! and what they hand out is already disclosed. They keep nothing, so that a read
//! after a write sees the write.

use std::{collections::HashMap, fmt, hash::Hash, sync::Arc};

use async_graphql::{
    Context, Pos,
    dataloader::{DataLoader, Loader, NoCache},
    runtime::TokioTimer,
};
use entity::history;
use futures_util::task::{FutureObj, Spawn, SpawnError};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::{
    account::Account,
    asked::Asked,
    node::Node,
    reading::{Reader, Reading},
    sheet::Sheet,
};
use crate::{
    db::Db,
    error::{Error, Result},
    policy::Viewer,
    telemetry::traces,
};

/// The loaders of one request.
pub(crate) struct Loaders(DataLoader<Batch, NoCache>);

impl fmt::Debug for Loaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Loaders")
    }
}

impl Loaders {
    /// Loaders for one viewer.
    pub(crate) fn new(db: Db, viewer: Arc<Viewer>, sheet: Arc<Sheet>, account: Account) -> Self {
        let batch = Batch { db, viewer, sheet, account };
        Self(DataLoader::new(batch, Spawner(Handle::current()), TokioTimer::default()))
    }

    /// The loaders of the request that is being answered.
    pub(crate) fn of<'a>(ctx: &Context<'a>) -> &'a Self {
        ctx.data_unchecked::<Self>()
    }

    /// Reads for the viewer.
    pub(crate) fn reader(&self) -> Reader<'_> {
        let batch = self.0.loader();
        batch.reader(batch.db.read())
    }

    /// Reads what a commit has just written: a replica may not have it yet.
    pub(crate) fn fresh(&self) -> Reader<'_> {
        let batch = self.0.loader();
        batch.reader(batch.db.fresh())
    }

    /// How the document is read.
    pub(super) fn sheet(&self) -> &Sheet {
        &self.0.loader().sheet
    }

    /// How a thing is read, as far as a client asked for it.
    pub(crate) fn reading<N: Node>(&self, asked: &Asked<'_>) -> Arc<Reading<N>> {
        let new = |viewer: &Viewer| Reading::new(Some(asked), viewer);
        self.sheet().keep(asked.places(), ("", false), new)
    }

    /// How a thing is read of which only what the rules need to know matters.
    pub(crate) fn facts<N: Node>(&self) -> Arc<Reading<N>> {
        self.sheet().keep(&[], ("", false), |viewer| Reading::new(None, viewer))
    }

    /// One thing for the field that is being resolved. What is asked for at one
    /// place of the document, by however many things, is read together.
    pub(crate) async fn load<N: Node>(
        &self,
        ctx: &Context<'_>,
        id: N::Id,
    ) -> Result<Option<Arc<N>>> {
        let reading = self.reading(&Asked::here(ctx));
        self.0.load_one(Key { id, place: ctx.item.pos, reading }).await
    }

    /// The same of a thing of which nothing is told: only how much of it the viewer sees matters.
    pub(crate) async fn know<N: Node>(
        &self,
        ctx: &Context<'_>,
        id: N::Id,
    ) -> Result<Option<Arc<N>>> {
        self.0.load_one(Key { id, place: ctx.item.pos, reading: self.facts() }).await
    }

    /// What belongs to a key of another kind: histories, regions of a chamber.
    pub(crate) async fn load_for<K>(&self, key: K) -> Result<Option<<Batch as Loader<K>>::Value>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Batch: Loader<K, Error = Error>,
    {
        self.0.load_one(key).await
    }
}

/// Where loaders read: in tasks of their own, as parts of the step of their request.
struct Spawner(Handle);

impl Spawn for Spawner {
    fn spawn_obj(&self, task: FutureObj<'static, ()>) -> std::result::Result<(), SpawnError> {
        self.0.spawn(traces::carried(task));
        Ok(())
    }
}

/// What loaders read with.
pub(crate) struct Batch {
    pub(crate) db: Db,
    pub(crate) viewer: Arc<Viewer>,
    sheet: Arc<Sheet>,
    pub(crate) account: Account,
}

impl Batch {
    fn reader<'a>(&'a self, db: &'a DatabaseConnection) -> Reader<'a> {
        Reader::new(db, &self.viewer, &self.sheet, &self.account)
    }
}

/// An id, and the place of the document where it was met: how it is read follows from that.
pub(crate) struct Key<N: Node> {
    id: N::Id,
    place: Pos,
    reading: Arc<Reading<N>>,
}

impl<N: Node> Clone for Key<N> {
    fn clone(&self) -> Self {
        Self { id: self.id, place: self.place, reading: self.reading.clone() }
    }
}

impl<N: Node> PartialEq for Key<N> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.place == other.place
    }
}

impl<N: Node> Eq for Key<N> {}

impl<N: Node> Hash for Key<N> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
        self.place.hash(state);
    }
}

impl<N: Node> Loader<Key<N>> for Batch {
    type Value = Arc<N>;
    type Error = Error;

    #[expect(clippy::mutable_key_type, reason = "a key is its id and its place alone")]
    async fn load(&self, keys: &[Key<N>]) -> Result<HashMap<Key<N>, Arc<N>>> {
        let mut places: HashMap<Pos, Vec<&Key<N>>> = HashMap::new();
        for key in keys {
            places.entry(key.place).or_default().push(key);
        }
        let reader = self.reader(self.db.read());
        let mut found = HashMap::with_capacity(keys.len());
        for keys in places.into_values() {
            let Some(first) = keys.first() else { continue };
            let ids: Vec<Uuid> = keys.iter().map(|key| key.id.into()).collect();
            let nodes = reader.some(&first.reading, &ids).await?;
            found.extend(nodes.into_iter().map(|node| {
                let key = Key { id: node.id(), ..Key::clone(first) };
                (key, Arc::new(node))
            }));
        }
        Ok(found)
    }
}

/// The history of a record, by its prefixed id. Ask the policy about the record first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HistoryOf(pub(crate) String);

impl Loader<HistoryOf> for Batch {
    type Value = Vec<history::Model>;
    type Error = Error;

    async fn load(&self, keys: &[HistoryOf]) -> Result<HashMap<HistoryOf, Vec<history::Model>>> {
        let rows = history::Entity::find()
            .filter(history::Column::Record.is_in(keys.iter().map(|key| key.0.as_str())))
            .order_by_asc(history::Column::Id)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<HistoryOf, Vec<history::Model>> = HashMap::new();
        for row in rows {
            found.entry(HistoryOf(row.record.clone())).or_default().push(row);
        }
        Ok(found)
    }
}
