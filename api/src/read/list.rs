//! Lists: keyset pagination both ways, stable while rows are added, of one list or of the
//! lists of many parents at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::Context;
use chrono::{DateTime, Utc};
use sea_orm::{
    Condition, EntityName, ExprTrait, Order as Direction,
    sea_query::{Alias, Expr, IntoIden, JoinType, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{
    asked::Asked,
    field::Facts,
    loaders::Loaders,
    node::Node,
    page::{Cursor, Kind, MOST, Order, Page, PageArgs, SIZES, Sizes, Slice, Window},
    reading::{Layout, Reader, Reading, Stand, Values, table},
    record::{self, Record},
    relation::Met,
    written::{GAP, gap},
};
use crate::{error::Result, policy::Viewer};

/// Where a row stands in its list.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    keys: Vec<Key>,
    id: Uuid,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Text(String),
    Number(i64),
}

impl Place {
    fn of<N: Node>(order: &Order<N::Column>, row: &Facts<'_, N::Column>) -> Result<Self> {
        let key = |(column, kind): &(N::Column, Kind)| {
            Ok(match kind {
                Kind::Text => Key::Text(row.fact(*column)?),
                Kind::Number => Key::Number(row.fact::<i32>(*column)?.into()),
                Kind::Time => Key::Number(row.fact::<DateTime<Utc>>(*column)?.timestamp_micros()),
            })
        };
        let keys = order.by.iter().map(key).collect::<Result<_>>()?;
        Ok(Self { keys, id: row.fact(N::KEY)? })
    }

    fn cursor(self, order: &str, filter: u32) -> Result<String> {
        let value = |key| match key {
            Key::Text(text) => text.into(),
            Key::Number(number) => number.into(),
        };
        let k = self.keys.into_iter().map(value).collect();
        Cursor { v: 1, o: order.to_owned(), f: filter, k, i: self.id }.write()
    }
}

/// Which cursors a client asked for: they are written for nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cursors {
    None,
    /// Of the first and the last thing.
    Ends,
    All,
}

/// What of a page a client asked for.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    cursors: Cursors,
    total: bool,
    /// Whether there are others before and behind the page.
    others: bool,
    /// Whether anything but the total.
    rows: bool,
}

impl Wanted {
    fn of(asked: &Asked<'_>) -> Self {
        let has_all = asked.field("edges").is_some_and(|edges| edges.field("cursor").is_some());
        let has_ends = asked.field("pageInfo").is_some();
        Self {
            cursors: match (has_all, has_ends) {
                (true, _) => Cursors::All,
                (false, true) => Cursors::Ends,
                (false, false) => Cursors::None,
            },
            total: asked.field("totalCount").is_some(),
            others: has_ends,
            rows: ["nodes", "edges", "pageInfo"].iter().any(|name| asked.field(name).is_some()),
        }
    }

    /// The things of a list that is told without pages, and that has to be asked for anyhow.
    const ROWS: Self = Self { cursors: Cursors::None, total: false, others: false, rows: true };
}

/// How a list at the top of a document is read: all of it that does not depend on its arguments.
struct Root<N: Node> {
    wanted: Wanted,
    reading: Reading<N>,
}

/// A list: which things, in which order, and which part of it.
pub(crate) struct List<N: Node> {
    condition: Condition,
    /// A relation to one thing that has to lead somewhere, and the condition that says so.
    must_lead: Option<(&'static str, SimpleExpr)>,
    order: Order<N::Column>,
    window: Window,
    print: u32,
    wanted: Wanted,
    /// Whether its things are on pages, or just there.
    has_pages: bool,
}

impl<N: Node> List<N> {
    /// A list that is short by nature, and told without pages.
    pub(crate) fn whole(order: Order<N::Column>, condition: Condition) -> Self {
        Self {
            condition,
            must_lead: None,
            order,
            window: Window::default(),
            print: 0,
            wanted: Wanted::ROWS,
            has_pages: false,
        }
    }

    /// The list of the things that `condition` leaves, as far as `asked` asks for it.
    /// The condition says everything, also what the viewer may know of.
    ///
    /// # Errors
    /// When the arguments ask for a page that there cannot be.
    pub(crate) fn new(
        asked: &Asked<'_>,
        (args, sizes): (&PageArgs, Sizes),
        order: Order<N::Column>,
        condition: Condition,
        print: u32,
    ) -> Result<Self> {
        let (window, wanted) = (args.window(sizes, &order, print)?, Wanted::of(asked));
        Ok(Self { condition, must_lead: None, order, window, print, wanted, has_pages: true })
    }

    /// The same, of the things only whose relation `to` leads to something that the viewer may
    /// know of, as `condition` says. Who asks for it gets it by one and the same join.
    pub(crate) fn that_lead(self, to: &'static str, condition: SimpleExpr) -> Self {
        Self { must_lead: Some((to, condition)), ..self }
    }

    /// How its things are read.
    pub(super) fn reading(&self, asked: &Asked<'_>, viewer: &Viewer) -> Reading<N> {
        let nodes = if self.has_pages { asked.nodes() } else { Some(asked.clone()) };
        reading(nodes.as_ref(), &self.order, viewer)
    }

    /// A page with nothing on it.
    pub(super) fn none(&self) -> Slice<N> {
        let Window { after, before, backwards, .. } = &self.window;
        let (previous, next) = (!backwards && after.is_some(), *backwards && before.is_some());
        Slice { edges: Vec::new(), previous, next, total: self.wanted.total.then_some(0) }
    }

    /// Which things the list has.
    fn whole_condition(&self) -> Condition {
        let leads = self.must_lead.as_ref().map(|(_, condition)| condition.clone());
        self.condition.clone().add_option(leads)
    }

    /// Leaves of the things of the list those of the page, and perhaps one more.
    fn cut(&self, query: &mut SelectStatement) {
        query.cond_where(self.between());
        order_by::<N>(query, &self.order, self.window.backwards, self.most());
    }

    /// How many things are read: of a page one more, where somebody asked whether there are others.
    fn most(&self) -> Option<u64> {
        self.window.size.map(|size| size + u64::from(self.wanted.others))
    }

    /// The things between the places from and to which the page goes.
    fn between(&self) -> Condition {
        let order = &self.order;
        let keys: Vec<SimpleExpr> = keys::<N>(order).collect();
        let Window { after, before, .. } = &self.window;
        let mut all = Condition::all();
        for (place, behind) in [(after, true), (before, false)] {
            let Some(place) = place else { continue };
            let (keys, place) = (Expr::tuple(keys.clone()), Expr::tuple(place.clone()));
            let further = behind != order.descending;
            all = all.add(if further { keys.gt(place) } else { keys.lt(place) });
        }
        all
    }

    /// Reads the page, of the things that the viewer may know of and that are as `condition` says.
    ///
    /// # Errors
    /// When the database is at fault.
    async fn read(&self, reading: &Reading<N>, reader: &Reader<'_>) -> Result<Slice<N>> {
        let mut slice = self.none();
        let viewer = reader.standing();
        if self.wanted.rows {
            let write = || {
                // The page first, then what is joined: whatever the database believes about
                // the filter, it walks along the order's index and joins no more than a page.
                let own = Alias::new("own").into_iden();
                let mut page = reading.rows(viewer);
                page.cond_where(N::visible(viewer)).and_where(gap());
                order_by::<N>(&mut page, &self.order, self.window.backwards, Some(GAP));
                let mut query = Query::select();
                query.from_subquery(page, own.clone());
                let mut values = Values::new();
                reading.select(&mut query, &Stand::of(&own), None, viewer, &mut values);
                reader.select(&mut query, values);
                query
            };
            let filter = self.condition.clone().add(self.between());
            let gaps = [filter.into(), Expr::val(self.most().unwrap_or(MOST))];
            slice = self.of(reader, reading, &reader.rows_of(reading, write, gaps).await?).await?;
        }
        if self.wanted.total {
            let mut query = table::<N>(viewer);
            query.expr(Expr::cust("COUNT(*)"));
            query.cond_where(N::visible(viewer)).and_where(gap());
            let row = reader.counted(&query, [self.condition.clone().into()]).await?.pop();
            slice.total = row.map(|row| row.try_get_by_index(0)).transpose()?;
        }
        Ok(slice)
    }

    /// The page that has these rows.
    ///
    /// # Errors
    /// When the database is at fault.
    pub(super) async fn of(
        &self,
        reader: &Reader<'_>,
        reading: &Reading<N>,
        rows: &[Record],
    ) -> Result<Slice<N>> {
        let (mut found, mut met) = (Vec::with_capacity(rows.len()), Met::default());
        for row in rows {
            found.extend(self.disclose(reading, reader, (row, &mut met))?);
        }
        self.sort(&mut found);
        let nodes = found.iter_mut().map(|(_, node)| &mut **node);
        reading.fill(reader, nodes.collect()).await?;
        self.slice(found)
    }

    /// The rows of this list for one parent, to which `parent` points and which stands under the
    /// name of its table in the same statement, as a value there. Nothing where that cannot be: a
    /// table beside itself, more values than a function of SQLite takes; or where there is more to
    /// read than rows.
    pub(super) fn within<P: Node>(
        &self,
        reader: &Reader<'_>,
        reading: &Reading<N>,
        parent: N::Column,
    ) -> Option<SimpleExpr> {
        const MOST_VALUES: usize = 100;
        let (table, others) = (N::Entity::default(), P::Entity::default());
        if self.wanted.total || table.table_name() == others.table_name() {
            return None;
        }
        let (viewer, backend) = (reader.standing(), reader.backend());
        let of_parent = Expr::col((table, parent)).equals((others, P::KEY));
        let own = Alias::new("own").into_iden();
        let lead = self.lead(reading);
        let (mut query, mut values) = (Query::select(), Values::new());
        query.from_subquery(self.page_of(reading, lead, of_parent, viewer), own.clone());
        reading.select(&mut query, &Stand::of(&own), lead, viewer, &mut values);
        let fits = values.len() <= MOST_VALUES;
        query.expr(record::rows(record::row(values, backend), backend));
        fits.then(|| record::within(query, backend))
    }

    /// The relation that has to lead somewhere, where it was asked for.
    fn lead(&self, reading: &Reading<N>) -> Option<&'static str> {
        let (to, _) = self.must_lead.as_ref()?;
        reading.joins(to).then_some(*to)
    }

    /// The rows of the page of one parent. What decides whether a thing is there is looked up before
    /// the page is cut, and once; what hangs on either is joined to the pages alone: many lead to the
    /// same, and PostgreSQL remembers what it looked up.
    fn page_of(
        &self,
        reading: &Reading<N>,
        lead: Option<&str>,
        of_parent: SimpleExpr,
        viewer: &Viewer,
    ) -> SelectStatement {
        let mut rows = reading.rows_that_lead(lead, viewer);
        rows.and_where(of_parent);
        if lead.is_some() {
            rows.cond_where(self.condition.clone());
        } else {
            rows.cond_where(self.whole_condition());
        }
        self.cut(&mut rows);
        rows
    }

    /// Reads the same page of this list for many parents, to which `parent` points.
    ///
    /// # Errors
    /// When the database is at fault.
    pub(super) async fn below(
        &self,
        reader: &Reader<'_>,
        reading: &Reading<N>,
        parent: N::Column,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Arc<Slice<N>>>> {
        let write = || self.statement_below(reader, reading, parent);
        let (mut parents, mut rows, mut met) = (Vec::new(), Vec::new(), Met::default());
        for row in reader.rows_of(reading, write, [reader.list(ids)]).await? {
            if let Some(found) = self.disclose(reading, reader, (&row, &mut met))? {
                parents.push(Facts::new(reading.columns(), &row).fact::<Uuid>(parent)?);
                rows.push(found);
            }
        }
        reading.fill(reader, rows.iter_mut().map(|(_, node)| &mut **node).collect()).await?;
        let mut lists: HashMap<Uuid, Vec<(Place, Box<N>)>> = HashMap::new();
        for (parent, row) in parents.into_iter().zip(rows) {
            lists.entry(parent).or_default().push(row);
        }
        let mut totals = if self.wanted.total {
            self.totals_below(reader, parent, ids).await?
        } else {
            HashMap::new()
        };
        let mut slices = HashMap::with_capacity(lists.len());
        for (parent, mut rows) in lists {
            self.sort(&mut rows);
            let mut slice = self.slice(rows)?;
            slice.total = self.wanted.total.then(|| totals.remove(&parent).unwrap_or_default());
            slices.insert(parent, Arc::new(slice));
        }
        // A page may be empty in a list that is not.
        for (parent, total) in totals {
            let slice = Slice { total: Some(total), ..self.none() };
            slices.entry(parent).or_insert_with(|| Arc::new(slice));
        }
        Ok(slices)
    }

    /// The rows of the pages of all parents: for each the database goes through its
    /// own list, and no further than the page.
    fn statement_below(
        &self,
        reader: &Reader<'_>,
        reading: &Reading<N>,
        parent: N::Column,
    ) -> SelectStatement {
        let viewer = reader.standing();
        let (parents, own) = (Alias::new("parents"), Alias::new("own").into_iden());
        let of_parent = Expr::col((N::Entity::default(), parent)).equals((parents.clone(), "id"));
        let mut query = Query::select();
        query.from_subquery(reader.ids(gap()), parents);
        let mut lead = None;
        if reader.is_postgres() {
            lead = self.lead(reading);
            let rows = self.page_of(reading, lead, of_parent, viewer);
            query.join_lateral(JoinType::InnerJoin, rows, own.clone(), Expr::cust("TRUE"));
        } else {
            // SQLite has no LATERAL, but a correlated subquery may have a limit.
            let mut keys = table::<N>(viewer);
            keys.expr(Expr::col((N::Entity::default(), N::KEY)));
            keys.and_where(of_parent).cond_where(self.whole_condition());
            self.cut(&mut keys);
            let rows = reading.rows(viewer);
            let is_on_page = Expr::col((own.clone(), N::KEY)).in_subquery(keys);
            query.join_subquery(JoinType::CrossJoin, rows, own.clone(), is_on_page);
        }
        let mut values = Values::new();
        reading.select(&mut query, &Stand::of(&own), lead, viewer, &mut values);
        reader.select(&mut query, values);
        query
    }

    async fn totals_below(
        &self,
        reader: &Reader<'_>,
        parent: N::Column,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, i64>> {
        let parent = Expr::col((N::Entity::default(), parent));
        let mut query = table::<N>(reader.standing());
        query.expr(parent.clone()).expr(Expr::cust("COUNT(*)"));
        query.cond_where(self.whole_condition());
        query.and_where(parent.clone().in_subquery(reader.ids(gap())));
        query.add_group_by([parent]);
        let rows = reader.counted(&query, [reader.list(ids)]).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }

    fn disclose(
        &self,
        reading: &Reading<N>,
        reader: &Reader<'_>,
        (row, met): (&Record, &mut Met),
    ) -> Result<Option<(Place, Box<N>)>> {
        let place = Place::of::<N>(&self.order, &Facts::new(reading.columns(), row))?;
        let node = reading.disclose(reader, (row, met))?;
        if node.is_none() {
            // The condition of a list and the rule for a row say the same, or a page comes up short.
            let name = <N::Facts as crate::policy::Resource>::NAME;
            debug_assert!(false, "a list of {name} shows a row that its rule hides");
            tracing::error!(node = name, "a list shows a row that its rule hides");
        }
        Ok(node.map(|node| (place, node)))
    }

    /// A join need not keep the order in which the rows were found.
    fn sort(&self, rows: &mut [(Place, Box<N>)]) {
        let ascending = self.order.descending == self.window.backwards;
        rows.sort_by(|(a, _), (b, _)| if ascending { a.cmp(b) } else { b.cmp(a) });
    }

    /// The page made of its rows and perhaps one more, in the order in which they were found.
    fn slice(&self, mut rows: Vec<(Place, Box<N>)>) -> Result<Slice<N>> {
        let size = self.window.size.and_then(|size| usize::try_from(size).ok());
        let size = size.unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let mut slice = self.none();
        if self.window.backwards {
            rows.reverse();
            slice.previous = more;
        } else {
            slice.next = more;
        }
        let last = rows.len().saturating_sub(1);
        slice.edges.reserve_exact(rows.len());
        for (index, (place, node)) in rows.into_iter().enumerate() {
            let is_wanted = match self.wanted.cursors {
                Cursors::None => false,
                Cursors::Ends => index == 0 || index == last,
                Cursors::All => true,
            };
            let cursor =
                if is_wanted { place.cursor(self.order.name, self.print)? } else { String::new() };
            slice.edges.push((cursor, Arc::from(node)));
        }
        Ok(slice)
    }
}

/// How the things of a list are read: what was asked of them, and what they are ordered by.
fn reading<N: Node>(
    nodes: Option<&Asked<'_>>,
    order: &Order<N::Column>,
    viewer: &Viewer,
) -> Reading<N> {
    let also: Vec<_> = order.by.iter().map(|(column, _)| *column).collect();
    Reading::plan(nodes, viewer, &mut Layout::default(), &also)
}

/// What a list is ordered by, the id last.
fn keys<N: Node>(order: &Order<N::Column>) -> impl Iterator<Item = SimpleExpr> {
    let columns = order.by.iter().map(|(column, _)| *column).chain([N::KEY]);
    columns.map(|column| Expr::col((N::Entity::default(), column)))
}

/// Brings rows into the order in which a page goes through them, and takes so many.
fn order_by<N: Node>(
    query: &mut SelectStatement,
    order: &Order<N::Column>,
    backwards: bool,
    most: Option<u64>,
) {
    let ascending = order.descending == backwards;
    let direction = if ascending { Direction::Asc } else { Direction::Desc };
    for key in keys::<N>(order) {
        query.order_by_expr(key, direction.clone());
    }
    if let Some(most) = most {
        query.limit(most);
    }
}

/// The page of the nodes that the viewer may know of and that `condition` leaves, in `order`, for
/// the field that is being resolved.
///
/// # Errors
/// When the arguments ask for a page that there cannot be.
pub(crate) async fn page<N: Node>(
    ctx: &Context<'_>,
    args: &PageArgs,
    order: Order<N::Column>,
    condition: Condition,
    print: u32,
) -> Result<Page<N>> {
    let (asked, loaders) = (Asked::here(ctx), Loaders::of(ctx));
    let window = args.window(SIZES, &order, print)?;
    let direction = (order.name, window.backwards);
    let root: Arc<Root<N>> = loaders.sheet().keep(asked.places(), direction, |viewer| Root {
        wanted: Wanted::of(&asked),
        reading: reading(asked.nodes().as_ref(), &order, viewer),
    });
    let Root { wanted, reading } = &*root;
    let wanted = *wanted;
    let list =
        List::<N> { condition, must_lead: None, order, window, print, wanted, has_pages: true };
    Ok(list.read(reading, &loaders.reader()).await?.page())
}
