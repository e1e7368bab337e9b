//! The only way from an id to a thing. Loaders live for one request and belong
//! to one viewer, and what they hand out is already disclosed: no path through
//! the graph shows more than another. They keep nothing, so that a read after a
//! write sees the write.

use std::{collections::HashMap, fmt, hash::Hash, marker::PhantomData, sync::Arc};

use async_graphql::{
    OutputType,
    dataloader::{DataLoader, Loader, NoCache},
    runtime::{TokioSpawner, TokioTimer},
};
use entity::{DisclosureLevel, history};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, Select,
    Value,
};

use crate::{
    db::Db,
    error::{Error, Result},
    field::{Field, Reading, Row, Selection},
    policy::Viewer,
};

/// A thing of the graph that has an id, and a row behind it.
pub(crate) trait Node: Clone + Send + Sync + OutputType + 'static {
    /// Its table.
    type Entity: EntityTrait<Column = Self::Column>;
    /// The columns of its table.
    type Column: ColumnTrait + Send + Sync;
    /// Its typed id.
    type Id: Copy + Eq + Hash + Send + Sync + Into<Value> + sea_orm::TryGetable + 'static;

    /// How errors call it.
    const NAME: &'static str;
    /// The column of its id.
    const KEY: Self::Column;

    /// Its fields: what a client may select, and from which level on.
    fn fields() -> &'static [Field<Self::Column>];

    /// The columns that the rules need; always read.
    fn facts() -> &'static [Self::Column];

    /// Facts that are computed by the database, added to the statement.
    fn computed(_: &Viewer, select: Select<Self::Entity>) -> Select<Self::Entity> {
        select
    }

    /// The rows that the viewer may know of.
    fn visible(viewer: &Viewer) -> Condition;

    /// The viewer's level on a row; `None` when it does not exist for them.
    fn level(viewer: &Viewer, row: &QueryResult) -> Result<Option<DisclosureLevel>>;

    /// The one place where a row becomes visible: what `row` does not give is never there.
    fn disclose(
        viewer: &Viewer,
        row: &Row<'_, Self::Column>,
        facts: &QueryResult,
        level: DisclosureLevel,
    ) -> Result<Self>;
}

/// The statement that reads nodes: the facts, and the columns of the selection.
pub(crate) fn select<N: Node>(viewer: &Viewer, selection: Selection) -> Select<N::Entity> {
    let mut seen = std::collections::HashSet::new();
    let mut select = N::Entity::find().select_only();
    let columns = N::facts().iter().copied().chain(selection.columns(N::fields()));
    for column in columns {
        if seen.insert(std::mem::discriminant(&column)) {
            select = select.column(column);
        }
    }
    N::computed(viewer, select)
}

/// All rows of a statement, undisclosed.
pub(crate) async fn rows<E: EntityTrait>(
    db: &impl sea_orm::ConnectionTrait,
    select: Select<E>,
) -> Result<Vec<QueryResult>> {
    use sea_orm::QueryTrait;
    Ok(db.query_all(&select.into_query()).await?)
}

/// What the viewer sees of a row; `None` when nothing.
pub(crate) fn disclose<N: Node>(
    viewer: &Viewer,
    reading: &Reading<N::Column>,
    row: &QueryResult,
) -> Result<Option<N>> {
    let Some(level) = N::level(viewer, row)? else { return Ok(None) };
    N::disclose(viewer, &reading.row(row, level), row, level).map(Some)
}

/// The loaders of one request.
pub(crate) struct Loaders(DataLoader<Batch, NoCache>);

impl fmt::Debug for Loaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Loaders")
    }
}

impl Loaders {
    /// Loaders for one viewer.
    pub(crate) fn new(db: Db, viewer: Arc<Viewer>) -> Self {
        let batch = Batch { db, viewer };
        Self(DataLoader::new(batch, TokioSpawner::current(), TokioTimer::default()))
    }

    /// One thing. Things asked for together are read together.
    pub(crate) async fn load<N: Node>(&self, id: N::Id, selection: Selection) -> Result<Option<N>> {
        self.0.load_one(Key { id, selection, node: PhantomData }).await
    }

    /// One thing as it stands after a commit: a replica may not have it yet.
    pub(crate) async fn fresh<N: Node>(
        &self,
        id: N::Id,
        selection: Selection,
    ) -> Result<Option<N>> {
        let Batch { db, viewer } = self.0.loader();
        let reading = Reading::new(N::fields(), selection);
        let select =
            select::<N>(viewer, selection).filter(N::visible(viewer)).filter(N::KEY.eq(id));
        let row = rows(db.fresh(), select).await?.into_iter().next();
        row.map_or(Ok(None), |row| disclose::<N>(viewer, &reading, &row))
    }

    /// What belongs to a key of another kind: histories, matches of a need, regions of a chamber.
    pub(crate) async fn load_for<K>(&self, key: K) -> Result<Option<<Batch as Loader<K>>::Value>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Batch: Loader<K, Error = Error>,
    {
        self.0.load_one(key).await
    }
}

/// What loaders read with.
pub(crate) struct Batch {
    pub(crate) db: Db,
    pub(crate) viewer: Arc<Viewer>,
}

/// An id with what was selected of the thing that it stands for.
pub(crate) struct Key<N: Node> {
    id: N::Id,
    selection: Selection,
    node: PhantomData<fn() -> N>,
}

impl<N: Node> Clone for Key<N> {
    fn clone(&self) -> Self {
        Self { id: self.id, selection: self.selection, node: PhantomData }
    }
}

impl<N: Node> PartialEq for Key<N> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.selection == other.selection
    }
}

impl<N: Node> Eq for Key<N> {}

impl<N: Node> Hash for Key<N> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
        self.selection.hash(state);
    }
}

impl<N: Node> Loader<Key<N>> for Batch {
    type Value = N;
    type Error = Error;

    async fn load(&self, keys: &[Key<N>]) -> Result<HashMap<Key<N>, N>> {
        let mut found = HashMap::with_capacity(keys.len());
        // Keys with different selections are different statements: neither reads what the other asked for.
        let mut groups: HashMap<Selection, Vec<N::Id>> = HashMap::new();
        for key in keys {
            groups.entry(key.selection).or_default().push(key.id);
        }
        for (selection, ids) in groups {
            let reading = Reading::new(N::fields(), selection);
            let select = select::<N>(&self.viewer, selection)
                .filter(N::visible(&self.viewer))
                .filter(N::KEY.is_in(ids));
            for row in rows(self.db.read(), select).await? {
                let id: N::Id = crate::field::fact(&row, N::KEY)?;
                if let Some(node) = disclose::<N>(&self.viewer, &reading, &row)? {
                    found.insert(Key { id, selection, node: PhantomData }, node);
                }
            }
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
