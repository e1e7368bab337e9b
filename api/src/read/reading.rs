//! How a node is read: its columns, and what hangs on it.

use std::sync::OnceLock;

use entity::DisclosureLevel;
use futures_util::{FutureExt, future::BoxFuture};
use sea_orm::{
    ColumnTrait, ColumnType, Condition, ConnectionTrait, DatabaseBackend, DatabaseConnection,
    IdenStatic, QueryResult,
    sea_query::{
        Alias, DynIden, Expr, ExprTrait, Func, IntoIden, Query, SelectStatement, SimpleExpr,
    },
};
use uuid::Uuid;

use super::{
    account::{Account, Seen},
    asked::Asked,
    field::{Columns, Facts},
    node::Node,
    record::{self, Record, unpacked},
    relation::{Branch, Joined, Listed, Met},
    sheet::Sheet,
    written::{Written, gap},
};
use crate::{
    error::Result,
    policy::{Resource, Viewer},
};

/// Who reads, and from where.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    db: &'a DatabaseConnection,
    viewer: &'a Viewer,
    sheet: &'a Sheet,
    account: &'a Account,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        db: &'a DatabaseConnection,
        viewer: &'a Viewer,
        sheet: &'a Sheet,
        account: &'a Account,
    ) -> Self {
        Self { db, viewer, sheet, account }
    }

    /// The viewer for whom conditions are made: what they say of the moment is filled in.
    pub(super) fn standing(&self) -> &'a Viewer {
        self.sheet.viewer()
    }

    /// The rows of a statement, undisclosed.
    pub(crate) async fn rows(&self, query: &SelectStatement) -> Result<Vec<QueryResult>> {
        Ok(self.db.query_all(query).await?)
    }

    /// The same of a statement whose conditions were made for the viewer as it stands all day. What a
    /// client says stands in gaps: their moments are their own.
    pub(super) async fn counted<const GAPS: usize>(
        &self,
        query: &SelectStatement,
        gaps: [Expr; GAPS],
    ) -> Result<Vec<QueryResult>> {
        let written = Written::new(query, self.standing(), self.backend());
        Ok(self.db.query_all_raw(written.filled(self.viewer.now, gaps)).await?)
    }

    /// The same of the statement of a reading, which is written once.
    pub(super) async fn rows_of<N: Node, const GAPS: usize>(
        &self,
        reading: &Reading<N>,
        write: impl FnOnce() -> SelectStatement,
        gaps: [Expr; GAPS],
    ) -> Result<Vec<Record>> {
        let backend = self.backend();
        let write = || Written::new(&write(), self.standing(), backend);
        self.records(reading.written.get_or_init(write), gaps).await
    }

    async fn records<const GAPS: usize>(
        &self,
        written: &Written,
        gaps: [Expr; GAPS],
    ) -> Result<Vec<Record>> {
        let rows = self.db.query_all_raw(written.filled(self.viewer.now, gaps)).await?;
        if self.is_postgres() {
            Ok(rows.into_iter().map(Record::Row).collect())
        } else {
            unpacked(rows)
        }
    }

    /// Selects the values of a reading, in the form in which they come.
    pub(super) fn select(&self, query: &mut SelectStatement, values: Values) {
        if self.is_postgres() {
            query.exprs(values.into_iter().map(|(value, _)| value));
        } else {
            query.expr(record::rows(record::row(values, self.backend()), self.backend()));
        }
    }

    pub(super) fn backend(&self) -> DatabaseBackend {
        self.db.get_database_backend()
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.backend() == DatabaseBackend::Postgres
    }

    /// Ids as rows with one column, `id`: one text of a statement for any number of them. They are
    /// bound as `ids`, which is what [`Reader::list`] makes of them, or a gap for it.
    pub(super) fn ids(&self, ids: Expr) -> SelectStatement {
        let mut query = Query::select();
        if self.is_postgres() {
            let rows = "unnest(string_to_array($1, ',')::uuid[])";
            query.expr_as(Expr::cust_with_exprs(rows, [ids]), "id");
        } else {
            let list = Func::cust("json_each").arg(ids);
            query.expr_as(Expr::cust("unhex(value)"), "id").from_function(list, "ids");
        }
        query
    }

    /// Ids in one value.
    pub(super) fn list(&self, ids: &[Uuid]) -> Expr {
        let text: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
        Expr::val(if self.is_postgres() {
            text.join(",")
        } else {
            format!("[\"{}\"]", text.join("\",\""))
        })
    }

    /// The thing with this id, as far as the viewer may know of it. The lists below it are values of
    /// its row, where they can be: it is one statement.
    pub(crate) async fn one<N: Node>(&self, reading: &Reading<N>, id: N::Id) -> Result<Option<N>> {
        let alone = reading.alone.get_or_init(|| Alone::new(reading, self));
        let rows = self.records(&alone.written, [Expr::val(id.into())]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let disclosed = reading.disclose(self, (row, &mut Met::default()))?;
        let Some(mut node) = disclosed else { return Ok(None) };
        for one in reading.joined.iter().filter(|one| one.has_lists()) {
            one.fill(self, vec![&mut *node]).await?;
        }
        for (list, place) in reading.lists.iter().zip(&alone.lists) {
            match place {
                Some(place) => list.fill_one(self, &mut node, row.rows(*place)?).await?,
                None => list.fill(self, vec![&mut *node]).await?,
            }
        }
        Ok(Some(*node))
    }

    /// The things with these ids that the viewer may know of, in no order.
    pub(crate) async fn some<N: Node>(&self, reading: &Reading<N>, ids: &[Uuid]) -> Result<Vec<N>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let key = Expr::col((N::Entity::default(), N::KEY)).in_subquery(self.ids(self.list(ids)));
        self.these(reading, key.into()).await
    }

    /// The things that `which` leaves of those that the viewer may know of, in no order.
    pub(crate) async fn these<N: Node>(
        &self,
        reading: &Reading<N>,
        which: Condition,
    ) -> Result<Vec<N>> {
        let viewer = self.standing();
        let write = || {
            let mut query = reading.rows_with_all(self);
            query.cond_where(N::visible(viewer)).and_where(gap());
            query
        };
        let (mut found, mut met) = (Vec::new(), Met::default());
        for row in self.rows_of(reading, write, [which.into()]).await? {
            found.extend(reading.disclose(self, (&row, &mut met))?);
        }
        reading.fill(self, found.iter_mut().map(Box::as_mut).collect()).await?;
        Ok(found.into_iter().map(|node| *node).collect())
    }
}

/// What a statement selects, with the types of the columns.
pub(super) type Values = Vec<(SimpleExpr, ColumnType)>;

/// A statement over the rows of a node, wherever they are.
pub(super) fn table<N: Node>(viewer: &Viewer) -> SelectStatement {
    let mut query = Query::select();
    match N::made(viewer) {
        Some(rows) => query.from_subquery(rows, N::Entity::default()),
        None => query.from(N::Entity::default()),
    };
    query
}

/// Where the columns of a node are to be had in a statement.
pub(crate) struct Stand {
    table: DynIden,
    /// What stands before their names, in a part of the statement that has columns of several.
    prefix: String,
}

impl Stand {
    /// In a table of their own.
    pub(super) fn of(table: &DynIden) -> Self {
        Self { table: table.clone(), prefix: String::new() }
    }

    /// Those of `name` in the same part of the statement.
    pub(super) fn led(&self, name: &DynIden) -> Self {
        Self { table: self.table.clone(), prefix: format!("{}{name}_", self.prefix) }
    }

    fn name(&self, column: &str) -> Alias {
        Alias::new(format!("{}{column}", self.prefix))
    }

    pub(super) fn column(&self, column: &str) -> Expr {
        Expr::col((self.table.clone(), self.name(column)))
    }
}

/// Which places of a row, and which names of a statement, are taken.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    next: usize,
    names: usize,
}

impl Layout {
    pub(super) fn name(&mut self) -> DynIden {
        self.names += 1;
        Alias::new(format!("r{}", self.names)).into_iden()
    }
}

/// How a node is read, as far as a client asked for it.
pub(crate) struct Reading<N: Node> {
    columns: Columns<N::Column>,
    joined: Vec<Box<dyn Joined<N>>>,
    lists: Vec<Box<dyn Listed<N>>>,
    /// What was asked for from level L2 on.
    guarded: Vec<(DisclosureLevel, &'static str)>,
    /// Up to which level it matters how much the viewer sees.
    most: DisclosureLevel,
    /// The statement that reads it, once it is written.
    written: OnceLock<Written>,
    /// The same for one thing alone.
    alone: OnceLock<Alone>,
}

/// How one thing is read by its id.
struct Alone {
    written: Written,
    /// Where the lists below it stand in its row; nothing for those that have a statement of their own.
    lists: Vec<Option<usize>>,
}

impl Alone {
    fn new<N: Node>(reading: &Reading<N>, reader: &Reader<'_>) -> Self {
        let viewer = reader.standing();
        let (mut query, mut values) = reading.joined_to_table(viewer);
        let mut lists = Vec::with_capacity(reading.lists.len());
        for list in &reading.lists {
            let rows = list.within(reader);
            lists.push(rows.as_ref().map(|_| values.len()));
            values.extend(rows.map(|rows| (rows, ColumnType::Json)));
        }
        reader.select(&mut query, values);
        query.cond_where(N::visible(viewer));
        query.and_where(Expr::col((N::Entity::default(), N::KEY)).eq(gap()));
        Self { written: Written::new(&query, viewer, reader.backend()), lists }
    }
}

impl<N: Node> Reading<N> {
    /// The reading of what was asked for, in a statement of its own; when nothing was, of what the
    /// rules need to know.
    pub(super) fn new(asked: Option<&Asked<'_>>, viewer: &Viewer) -> Self {
        Self::plan(asked, viewer, &mut Layout::default(), &[])
    }

    /// The reading of what was asked for, as a part of a statement; of `also`, for
    /// the eyes of the machine alone.
    pub(super) fn plan(
        asked: Option<&Asked<'_>>,
        viewer: &Viewer,
        layout: &mut Layout,
        also: &[N::Column],
    ) -> Self {
        let asked = asked.map(|asked| asked.fields(Some(&N::type_name())));
        let most = asked.as_deref().map_or(DisclosureLevel::Contract, highest::<N>);
        let asked = asked.unwrap_or_default();
        let known = |name: &str| N::fields().iter().find(|field| field.name == name);
        let read = |asked: &Asked<'_>| {
            let again = N::told_again(asked.name()).iter().filter_map(|name| known(name));
            known(asked.name()).into_iter().chain(again)
        };
        let guarded = asked
            .iter()
            .flat_map(read)
            .filter(|field| field.level >= DisclosureLevel::Introduced)
            .map(|field| (field.level, field.name))
            .chain(asked.iter().filter_map(|asked| {
                let name = N::GUARDED.iter().find(|name| **name == asked.name())?;
                Some((DisclosureLevel::Introduced, *name))
            }))
            .collect();
        let mut columns =
            Columns::new(layout.next, N::facts(), N::computed(viewer, most).is_some());
        for field in asked.iter().flat_map(read) {
            columns.read(field);
        }
        for column in also {
            columns.also(*column);
        }
        layout.next = columns.end();
        let (joined, lists) = (Vec::new(), Vec::new());
        let (written, alone) = (OnceLock::new(), OnceLock::new());
        let mut reading = Self { columns, joined, lists, guarded, most, written, alone };
        for asked in &asked {
            let name = asked.name();
            let Some(relation) = N::relations().iter().find(|relation| relation.name() == name)
            else {
                continue;
            };
            let level = known(name).map_or(DisclosureLevel::PublicBlind, |field| field.level);
            match relation.plan(asked, viewer, layout, level) {
                Branch::One(one) => reading.joined.push(one),
                Branch::Many(list) => reading.lists.push(list),
            }
        }
        reading
    }

    pub(super) fn columns(&self) -> &Columns<N::Column> {
        &self.columns
    }

    pub(super) fn has_lists(&self) -> bool {
        !self.lists.is_empty() || self.joined.iter().any(|one| one.has_lists())
    }

    /// Rows of the table, each with the node's own columns.
    pub(super) fn rows(&self, viewer: &Viewer) -> SelectStatement {
        let mut query = table::<N>(viewer);
        for column in self.columns.iter() {
            query.expr(Expr::col((N::Entity::default(), column)));
        }
        if let Some(fact) = self.computed(viewer) {
            query.expr_as(fact, COMPUTED);
        }
        query
    }

    /// The same, of those only that lead by the relation `lead` to something that the viewer may know
    /// of, if one is named; with its columns too.
    pub(super) fn rows_that_lead(&self, lead: Option<&str>, viewer: &Viewer) -> SelectStatement {
        let mut query = self.rows(viewer);
        for one in self.joined.iter().filter(|one| lead == Some(one.name())) {
            one.lead(&mut query, viewer);
        }
        query
    }

    /// Whether what a relation leads to was asked for.
    pub(super) fn joins(&self, relation: &str) -> bool {
        self.joined.iter().any(|one| one.name() == relation)
    }

    /// Rows of the table with everything that is joined.
    fn rows_with_all(&self, reader: &Reader<'_>) -> SelectStatement {
        let (mut query, values) = self.joined_to_table(reader.standing());
        reader.select(&mut query, values);
        query
    }

    /// The table with what is joined to it, and what is to be selected.
    fn joined_to_table(&self, viewer: &Viewer) -> (SelectStatement, Values) {
        let stand = Stand::of(&N::Entity::default().into_iden());
        let (mut query, mut values) = (table::<N>(viewer), self.values(&stand));
        values.extend(self.computed(viewer).map(|fact| (fact, ColumnType::Integer)));
        self.join(&mut query, &stand, None, viewer, &mut values);
        (query, values)
    }

    /// Adds the node's own columns to what is to be selected, and what is joined. What the relation
    /// `lead` leads to is in the rows, as of [`Reading::rows_that_lead`], and need not be joined.
    pub(super) fn select(
        &self,
        query: &mut SelectStatement,
        stand: &Stand,
        lead: Option<&str>,
        viewer: &Viewer,
        values: &mut Values,
    ) {
        values.extend(self.values(stand));
        if self.columns.is_computed() {
            values.push((stand.column(COMPUTED), ColumnType::Integer));
        }
        self.join(query, stand, lead, viewer, values);
    }

    /// Hands the node's own columns on to the statement around, under the names that `within` has for
    /// them.
    pub(super) fn hand_on(&self, query: &mut SelectStatement, from: &Stand, within: &Stand) {
        let columns = self.columns.iter().map(|column| column.as_str());
        for column in columns.chain(self.columns.is_computed().then_some(COMPUTED)) {
            query.expr_as(from.column(column), within.name(column));
        }
    }

    fn values(&self, stand: &Stand) -> Values {
        let value = |column: N::Column| {
            let ty = column.def().get_column_type().clone();
            (stand.column(column.as_str()), ty)
        };
        self.columns.iter().map(value).collect()
    }

    fn join(
        &self,
        query: &mut SelectStatement,
        stand: &Stand,
        lead: Option<&str>,
        viewer: &Viewer,
        values: &mut Values,
    ) {
        for one in &self.joined {
            if lead == Some(one.name()) {
                one.select_led((query, values), stand, viewer);
            } else {
                one.join((query, values), stand, viewer);
            }
        }
    }

    fn computed(&self, viewer: &Viewer) -> Option<SimpleExpr> {
        self.columns.is_computed().then(|| N::computed(viewer, self.most)).flatten()
    }

    /// What the viewer sees of a row; `None` when nothing. Boxed, since a node is large and is moved often.
    pub(super) fn disclose(
        &self,
        reader: &Reader<'_>,
        (row, met): (&Record, &mut Met),
    ) -> Result<Option<Box<N>>> {
        let viewer = reader.viewer;
        let facts = Facts::new(&self.columns, row);
        let known = N::know(&facts)?;
        let Some(level) = known.level(viewer) else { return Ok(None) };
        let told = if self.guarded.is_empty() { None } else { known.told_of(viewer) };
        let mut node = Box::new(N::disclose(viewer, known, &facts.seen_at(level), level)?);
        if let Some(owner) = told {
            let covered = self.guarded.iter().filter(|(from, _)| *from <= level);
            let fields: Vec<_> = covered.map(|(_, name)| *name).collect();
            let (record, id) = (node.id().to_string(), node.id().into());
            if !fields.is_empty() {
                reader.account.add(Seen { record, id, owner, fields });
            }
        }
        for one in &self.joined {
            one.disclose(reader, (row, met), level, &mut node)?;
        }
        Ok(Some(node))
    }

    /// Reads the lists that hang on nodes, one statement for each list.
    pub(super) fn fill<'a>(
        &'a self,
        reader: &'a Reader<'_>,
        mut nodes: Vec<&'a mut N>,
    ) -> BoxFuture<'a, Result<()>> {
        if nodes.is_empty() || !self.has_lists() {
            return futures_util::future::ready(Ok(())).boxed();
        }
        async move {
            for one in self.joined.iter().filter(|one| one.has_lists()) {
                one.fill(reader, nodes.iter_mut().map(|node| &mut **node).collect()).await?;
            }
            for list in &self.lists {
                list.fill(reader, nodes.iter_mut().map(|node| &mut **node).collect()).await?;
            }
            Ok(())
        }
        .boxed()
    }
}

/// The highest level on which what was asked for depends. What is no plain column, nor hangs there for
/// everybody, may depend on all.
fn highest<N: Node>(asked: &[Asked<'_>]) -> DisclosureLevel {
    // A list that hangs on every node that is seen at all has rules of its own.
    let hangs = |name: &str| {
        let relations = N::relations().iter().filter(|one| !N::GUARDED.contains(&one.name()));
        relations.map(|one| one.name()).any(|relation| relation == name)
    };
    let level = |asked: &Asked<'_>| {
        let name = asked.name();
        match N::fields().iter().find(|field| field.name == name) {
            Some(field) if !field.columns.is_empty() => field.level,
            None if name == "__typename" || hangs(name) => DisclosureLevel::PublicBlind,
            _ => DisclosureLevel::Contract,
        }
    };
    asked.iter().map(level).max().unwrap_or(DisclosureLevel::PublicBlind)
}

/// The name of the fact that the database computes.
const COMPUTED: &str = "computed";
