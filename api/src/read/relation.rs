//! What hangs on a node: one thing, or a list of things. A slice declares where
//! the other side is found and where on the node it is put; the rest is here.

use std::{any::Any, collections::HashMap, sync::Arc};

use async_graphql::{Context, Pos};
use entity::DisclosureLevel;
use futures_util::{FutureExt, future::BoxFuture};
use sea_orm::{
    IdenStatic,
    sea_query::{DynIden, ExprTrait, IntoIden, JoinType, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{
    asked::Asked,
    field::Facts,
    list::List,
    node::Node,
    page::{Page, Slice},
    reading::{Layout, Reader, Reading, Stand, Values},
    record::Record,
};
use crate::{
    error::{Error, Result},
    policy::Viewer,
};

/// The place for one thing that hangs on a node. Empty when nobody asked for it,
/// when there is none, and when the viewer may not know of it. Nodes of one statement that lead to
/// the same thing share it.
pub(crate) type One<N> = Option<Arc<N>>;

/// The places for the lists that hang on a node under one name: one for each set
/// of arguments with which it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Many<N>(Vec<Found<N>>);

/// For which places of the document a list was read, and the list or why it may not be had.
type Found<N> = (Vec<Pos>, Result<Arc<Slice<N>>>);

impl<N> Default for Many<N> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<N: Node> Many<N> {
    fn put(&mut self, places: &[Pos], found: Result<Arc<Slice<N>>>) {
        self.0.push((places.to_vec(), found));
    }

    /// The list that was read for the field that is being resolved, as a page.
    ///
    /// # Errors
    /// What is wrong with its arguments, or that it is not the viewer's to read.
    pub(crate) fn page(&self, ctx: &Context<'_>) -> Result<Page<N>> {
        self.slice(ctx).map(Slice::page)
    }

    /// The same, for lists without pages.
    ///
    /// # Errors
    /// As [`Many::page`].
    pub(crate) fn all(&self, ctx: &Context<'_>) -> Result<Vec<Arc<N>>> {
        self.slice(ctx).map(Slice::all)
    }

    fn slice(&self, ctx: &Context<'_>) -> Result<&Slice<N>> {
        match self.0.iter().find(|(places, _)| places.contains(&ctx.item.pos)) {
            Some((_, found)) => found.as_deref().map_err(Clone::clone),
            None => Err(Error::internal(format!("{} was not read", ctx.item.node.name.node))),
        }
    }
}

/// What hangs on a node, as a slice declares it: [`ToOne`] or [`ToMany`].
pub(crate) trait Relation<P: Node>: Send + Sync {
    /// The field, as the schema spells it.
    fn name(&self) -> &'static str;

    /// How it is read, as far as it was asked for. From `level` on it is seen.
    fn plan(
        &'static self,
        asked: &Asked<'_>,
        viewer: &Viewer,
        layout: &mut Layout,
        level: DisclosureLevel,
    ) -> Branch<P>;
}

/// One thing, to which a column of the node points. It is joined.
pub(crate) struct ToOne<P: Node, C: Node> {
    /// The field, as the schema spells it.
    pub(crate) name: &'static str,
    /// The column that points to it.
    pub(crate) key: P::Column,
    /// Where it is put.
    pub(crate) place: fn(&mut P) -> &mut One<C>,
}

/// A list of things that point to the node. However many nodes there are, their
/// lists are one statement. Whose the list is to read, `list` says.
pub(crate) struct ToMany<P: Node, C: Node> {
    /// The field, as the schema spells it.
    pub(crate) name: &'static str,
    /// The column of the things that points to the node; one of their facts.
    pub(crate) parent: C::Column,
    /// Which of them, how many and in which order, for the field that was asked for.
    pub(crate) list: fn(&Viewer, &Asked<'_>) -> Result<List<C>>,
    /// Where they are put.
    pub(crate) place: fn(&mut P) -> &mut Many<C>,
}

/// A relation that was asked for.
pub(crate) enum Branch<P: Node> {
    One(Box<dyn Joined<P>>),
    Many(Box<dyn Listed<P>>),
}

/// What is joined to the statement that reads the node.
pub(crate) trait Joined<P: Node>: Send + Sync {
    /// The field, as the schema spells it.
    fn name(&self) -> &'static str;
    /// Adds it to a statement in which the node stands at `parent`, with what hangs on it.
    fn join(&self, to: (&mut SelectStatement, &mut Values), parent: &Stand, viewer: &Viewer);
    /// Leaves of the rows of the node's table those that lead to something which the viewer may know
    /// of, and hands its columns on. What hangs on it is not joined: there may be more rows yet.
    fn lead(&self, rows: &mut SelectStatement, viewer: &Viewer);
    /// Selects it from such rows, which stand at `parent`, with what hangs on it.
    fn select_led(&self, to: (&mut SelectStatement, &mut Values), parent: &Stand, viewer: &Viewer);
    /// Whether lists hang below it.
    fn has_lists(&self) -> bool;
    /// Puts it on its node, as far as the reader sees it; `level` is the reader's on the node.
    fn disclose(
        &self,
        reader: &Reader<'_>,
        row: (&Record, &mut Met),
        level: DisclosureLevel,
        parent: &mut P,
    ) -> Result<()>;
    /// Reads the lists below it.
    fn fill<'a>(
        &'a self,
        reader: &'a Reader<'_>,
        parents: Vec<&'a mut P>,
    ) -> BoxFuture<'a, Result<()>>;
}

/// What is read by a statement of its own, for all nodes together, or with the one that there is.
pub(crate) trait Listed<P: Node>: Send + Sync {
    /// Its rows as a value in the row of its node, which stands under the name of its table; nothing
    /// where they need a statement of their own.
    fn within(&self, reader: &Reader<'_>) -> Option<SimpleExpr>;
    /// Puts it, with these rows, on its node.
    fn fill_one<'a>(
        &'a self,
        reader: &'a Reader<'_>,
        parent: &'a mut P,
        rows: Vec<Record>,
    ) -> BoxFuture<'a, Result<()>>;
    /// Reads it and puts it on the nodes.
    fn fill<'a>(
        &'a self,
        reader: &'a Reader<'_>,
        parents: Vec<&'a mut P>,
    ) -> BoxFuture<'a, Result<()>>;
}

/// What the rows of one statement have led to so far, by the relation and the id: many needs of one
/// chamber are many rows that say the same of it.
#[derive(Default)]
pub(crate) struct Met(HashMap<(usize, Uuid), Option<Arc<dyn Any + Send + Sync>>>);

impl Met {
    fn get<N: Node>(&self, key: (usize, Uuid)) -> Option<One<N>> {
        match self.0.get(&key)? {
            Some(one) => one.clone().downcast().ok().map(Some),
            None => Some(None),
        }
    }

    fn put<N: Node>(&mut self, key: (usize, Uuid), one: One<N>) {
        self.0.insert(key, one.map(|one| one as _));
    }
}

struct JoinedOne<P: Node, C: Node> {
    relation: &'static ToOne<P, C>,
    name: DynIden,
    level: DisclosureLevel,
    reading: Reading<C>,
}

struct ListedMany<P: Node, C: Node> {
    relation: &'static ToMany<P, C>,
    places: Vec<Pos>,
    list: Result<(List<C>, Reading<C>)>,
}

impl<P: Node, C: Node> Relation<P> for ToOne<P, C> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn plan(
        &'static self,
        asked: &Asked<'_>,
        viewer: &Viewer,
        layout: &mut Layout,
        level: DisclosureLevel,
    ) -> Branch<P> {
        let name = layout.name();
        let reading = Reading::plan(Some(asked), viewer, layout, &[]);
        Branch::One(Box::new(JoinedOne { relation: self, name, level, reading }))
    }
}

impl<P: Node, C: Node> Relation<P> for ToMany<P, C> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn plan(
        &'static self,
        asked: &Asked<'_>,
        viewer: &Viewer,
        _: &mut Layout,
        _: DisclosureLevel,
    ) -> Branch<P> {
        let list = (self.list)(viewer, asked).map(|list| {
            let reading = list.reading(asked, viewer);
            (list, reading)
        });
        Branch::Many(Box::new(ListedMany { relation: self, places: asked.places().to_vec(), list }))
    }
}

impl<P: Node, C: Node> JoinedOne<P, C> {
    /// Joins the rows that the viewer may know of. They have a table of their own.
    fn join_rows(
        &self,
        query: &mut SelectStatement,
        parent: &Stand,
        viewer: &Viewer,
        how: JoinType,
    ) -> Stand {
        let stand = Stand::of(&self.name);
        let mut rows = self.reading.rows(viewer);
        rows.cond_where(C::visible(viewer));
        let points_here =
            stand.column(C::KEY.as_str()).eq(parent.column(self.relation.key.as_str()));
        query.join_subquery(how, rows, self.name.clone(), points_here);
        stand
    }
}

impl<P: Node, C: Node> Joined<P> for JoinedOne<P, C> {
    fn name(&self) -> &'static str {
        self.relation.name
    }

    fn join(
        &self,
        (query, values): (&mut SelectStatement, &mut Values),
        parent: &Stand,
        viewer: &Viewer,
    ) {
        let stand = self.join_rows(query, parent, viewer, JoinType::LeftJoin);
        self.reading.select(query, &stand, None, viewer, values);
    }

    fn lead(&self, rows: &mut SelectStatement, viewer: &Viewer) {
        let own = Stand::of(&P::Entity::default().into_iden());
        let stand = self.join_rows(rows, &own, viewer, JoinType::InnerJoin);
        self.reading.hand_on(rows, &stand, &own.led(&self.name));
    }

    fn select_led(
        &self,
        (query, values): (&mut SelectStatement, &mut Values),
        parent: &Stand,
        viewer: &Viewer,
    ) {
        self.reading.select(query, &parent.led(&self.name), None, viewer, values);
    }

    fn has_lists(&self) -> bool {
        self.reading.has_lists()
    }

    fn disclose(
        &self,
        reader: &Reader<'_>,
        (row, met): (&Record, &mut Met),
        level: DisclosureLevel,
        parent: &mut P,
    ) -> Result<()> {
        if level < self.level {
            return Ok(());
        }
        let facts = Facts::new(self.reading.columns(), row);
        let Some(id) = facts.fact::<Option<Uuid>>(C::KEY)? else { return Ok(()) };
        let place = (self.relation.place)(parent);
        // Lists that hang below are put on each by itself.
        let key = (!self.has_lists()).then_some((std::ptr::from_ref(self).addr(), id));
        if let Some(known) = key.and_then(|key| met.get(key)) {
            *place = known;
            return Ok(());
        }
        *place = self.reading.disclose(reader, (row, met))?.map(Arc::from);
        if let Some(key) = key {
            met.put(key, place.clone());
        }
        Ok(())
    }

    fn fill<'a>(
        &'a self,
        reader: &'a Reader<'_>,
        parents: Vec<&'a mut P>,
    ) -> BoxFuture<'a, Result<()>> {
        let place = self.relation.place;
        let found =
            parents.into_iter().filter_map(|parent| place(parent).as_mut().and_then(Arc::get_mut));
        self.reading.fill(reader, found.collect()).boxed()
    }
}

impl<P: Node, C: Node> Listed<P> for ListedMany<P, C> {
    fn within(&self, reader: &Reader<'_>) -> Option<SimpleExpr> {
        let (list, reading) = self.list.as_ref().ok()?;
        list.within::<P>(reader, reading, self.relation.parent)
    }

    fn fill_one<'a>(
        &'a self,
        reader: &'a Reader<'_>,
        parent: &'a mut P,
        rows: Vec<Record>,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            let found = match &self.list {
                Ok((list, reading)) => Ok(Arc::new(list.of(reader, reading, &rows).await?)),
                Err(refused) => Err(refused.clone()),
            };
            (self.relation.place)(parent).put(&self.places, found);
            Ok(())
        }
        .boxed()
    }

    fn fill<'a>(
        &'a self,
        reader: &'a Reader<'_>,
        parents: Vec<&'a mut P>,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            let place = self.relation.place;
            let (list, reading) = match &self.list {
                Ok(list) => list,
                Err(refused) => {
                    for parent in parents {
                        place(parent).put(&self.places, Err(refused.clone()));
                    }
                    return Ok(());
                }
            };
            // Two nodes may be the same one, reached by two ways: its list is read once.
            let mut ids: Vec<Uuid> = parents.iter().map(|parent| parent.id().into()).collect();
            ids.sort_unstable();
            ids.dedup();
            let found = list.below(reader, reading, self.relation.parent, &ids).await?;
            let none = Arc::new(list.none());
            for parent in parents {
                let slice = found.get(&parent.id().into()).unwrap_or(&none).clone();
                place(parent).put(&self.places, Ok(slice));
            }
            Ok(())
        }
        .boxed()
    }
}
