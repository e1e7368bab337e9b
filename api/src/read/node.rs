//! What a slice declares to be read.

use std::{fmt::Display, hash::Hash};

use async_graphql::{OutputType, resolver_utils::ContainerType};
use entity::{DisclosureLevel, Numbered};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait,
    sea_query::{SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{
    field::{Facts, Field, Row},
    relation::Relation,
};
use crate::{
    error::Result,
    policy::{Resource, Viewer},
};

/// A thing of the graph that has an id, and a row behind it.
pub(crate) trait Node: Sized + OutputType + ContainerType + 'static {
    /// Its table.
    type Entity: EntityTrait<Column = Self::Column>;
    /// The columns of its table.
    type Column: ColumnTrait + Numbered + Send + Sync;
    /// Its typed id.
    type Id: Copy + Display + Eq + Hash + Send + Sync + Into<Uuid> + 'static;
    /// What the rules need to know of it: they say how much of it a viewer sees.
    type Facts: Resource + Send;

    /// The column of its id; one of the facts.
    const KEY: Self::Column;

    /// Its fields: what a client may ask for, and from which level on.
    fn fields() -> &'static [Field<Self::Column>];

    /// Fields that everybody has and that tell more from level L2 on: what they tell goes on
    /// record like what is seen from there on alone.
    const GUARDED: &'static [&'static str] = &[];

    /// The fields that one of its fields tells again: each is read, seen and put on record as it
    /// is itself.
    fn told_again(_: &str) -> &'static [&'static str] {
        &[]
    }

    /// What hangs on it.
    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[]
    }

    /// The columns that the rules need; always read.
    fn facts() -> &'static [Self::Column];

    /// A fact that the database computes, from other tables or from columns that nobody reads;
    /// `None` for viewers whose level does not depend on it. What tells apart only levels above
    /// `most` may be left out: nothing was asked for that is seen from there on.
    fn computed(_viewer: &Viewer, _most: DisclosureLevel) -> Option<SimpleExpr> {
        None
    }

    /// The rows that the viewer may know of.
    fn visible(viewer: &Viewer) -> Condition;

    /// Its rows, where no table holds them: the statement that makes them for the viewer, with
    /// the columns of the entity.
    fn made(_: &Viewer) -> Option<SelectStatement> {
        None
    }

    /// The facts in a row.
    ///
    /// # Errors
    /// When the row holds something else: our fault.
    fn know(row: &Facts<'_, Self::Column>) -> Result<Self::Facts>;

    /// The one place where a row becomes visible: what `row` does not give is never there.
    ///
    /// # Errors
    /// When the row holds something else: our fault.
    fn disclose(
        viewer: &Viewer,
        facts: Self::Facts,
        row: &Row<'_, Self::Column>,
        level: DisclosureLevel,
    ) -> Result<Self>;

    /// Its id.
    fn id(&self) -> Self::Id;
}
