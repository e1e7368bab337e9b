//! The field table of a slice: GraphQL field → columns, level, filterable,
//! sortable. What a client selected is read through it, what its level does not
//! cover is dropped through it, and `redactedFields`, `docs/who-sees-what.txt`
//! and the canary tests are derived from it.

use std::{collections::HashMap, mem};

use async_graphql::SelectionField;
use entity::DisclosureLevel;
use sea_orm::{ColumnTrait, IdenStatic, QueryResult, TryGetable};

use crate::error::{Error, Result};

/// One field of a type that is read from columns.
#[derive(Debug)]
pub struct Field<C: 'static> {
    /// As the schema spells it.
    pub name: &'static str,
    /// What it is made of.
    pub columns: &'static [C],
    /// From which level on it is seen.
    pub level: DisclosureLevel,
    /// Whether lists may be filtered by it; only what everybody sees may be.
    pub filterable: bool,
    /// Whether lists may be ordered by it; only what everybody sees may be.
    pub sortable: bool,
}

impl<C> Field<C> {
    /// A field that is seen from `level` on.
    #[must_use]
    pub const fn new(name: &'static str, columns: &'static [C], level: DisclosureLevel) -> Self {
        Self { name, columns, level, filterable: false, sortable: false }
    }

    /// Lists may be filtered by it.
    #[must_use]
    pub const fn filterable(mut self) -> Self {
        self.filterable = true;
        self
    }

    /// Lists may be ordered by it.
    #[must_use]
    pub const fn sortable(mut self) -> Self {
        self.sortable = true;
        self
    }
}

/// Which fields of a table a client selected: one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection(u128);

impl Selection {
    /// Every field.
    pub const ALL: Self = Self(u128::MAX);

    /// The fields selected below `field`; what is not in the table costs nothing.
    #[must_use]
    pub fn below<C>(field: SelectionField<'_>, table: &[Field<C>]) -> Self {
        let mut selection = Self::default();
        for selected in field.selection_set() {
            selection.add(selected.name(), table);
        }
        selection
    }

    /// Both selections together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn add<C>(&mut self, name: &str, table: &[Field<C>]) {
        if let Some(index) = table.iter().position(|field| field.name == name) {
            self.0 |= 1 << index;
        }
    }

    fn has(self, index: usize) -> bool {
        self.0 & (1 << index) != 0
    }

    /// The columns behind the selected fields.
    pub fn columns<C: Copy>(self, table: &'static [Field<C>]) -> impl Iterator<Item = C> {
        table
            .iter()
            .enumerate()
            .filter(move |(index, _)| self.has(*index))
            .flat_map(|(_, field)| field.columns.iter().copied())
    }
}

/// The selected fields on a page at least once on `nodes` or `edges { node }` of a connection.
#[must_use]
pub fn selected_nodes<C>(connection: SelectionField<'_>, table: &[Field<C>]) -> Selection {
    let mut selection = Selection::default();
    for field in connection.selection_set() {
        match field.name() {
            "nodes" => selection = selection.and(Selection::below(field, table)),
            "edges" => {
                for node in field.selection_set().filter(|field| field.name() == "node") {
                    selection = selection.and(Selection::below(node, table));
                }
            }
            _ => {}
        }
    }
    selection
}

/// What a page or a loader reads: which column belongs to which level, and whether it was asked for.
#[derive(Debug)]
pub struct Reading<C: 'static> {
    levels: HashMap<mem::Discriminant<C>, DisclosureLevel>,
}

impl<C: ColumnTrait> Reading<C> {
    /// The columns of a selection, each with the level from which it is seen.
    #[must_use]
    pub fn new(table: &'static [Field<C>], selection: Selection) -> Self {
        let mut levels = HashMap::new();
        for (_, field) in table.iter().enumerate().filter(|(index, _)| selection.has(*index)) {
            for column in field.columns {
                // A column behind two fields is as open as the more open one.
                let level = levels.entry(mem::discriminant(column)).or_insert(field.level);
                *level = field.level.min(*level);
            }
        }
        Self { levels }
    }

    /// A row, as far as `level` covers it.
    pub fn row<'a>(&'a self, result: &'a QueryResult, level: DisclosureLevel) -> Row<'a, C> {
        Row { reading: self, result, level }
    }
}

/// A row from the database that gives away only what was selected and what the viewer's level covers.
#[expect(missing_debug_implementations, reason = "a row from the database is not to be printed")]
pub struct Row<'a, C: 'static> {
    reading: &'a Reading<C>,
    result: &'a QueryResult,
    level: DisclosureLevel,
}

impl<C: ColumnTrait> Row<'_, C> {
    /// The value of a column; nothing when it is empty, hidden or was not asked for.
    ///
    /// # Errors
    /// When the column holds something else: our fault.
    pub fn get<T: TryGetable>(&self, column: C) -> Result<Option<T>> {
        match self.reading.levels.get(&mem::discriminant(&column)) {
            Some(needed) if *needed <= self.level => {
                Ok(self.result.try_get::<Option<T>>("", column.as_str())?)
            }
            _ => Ok(None),
        }
    }

    /// The value of a column that is never empty; its default when it was not asked for (then nobody looks).
    ///
    /// # Errors
    /// When the column holds something else: our fault.
    pub fn get_or_default<T: TryGetable + Default>(&self, column: C) -> Result<T> {
        Ok(self.get(column)?.unwrap_or_default())
    }
}

/// The fields that a viewer at `level` does not see.
#[must_use]
pub fn redacted<C>(table: &[Field<C>], level: DisclosureLevel) -> Vec<String> {
    table.iter().filter(|field| field.level > level).map(|field| field.name.to_owned()).collect()
}

/// A fact that the rules need: always read.
///
/// # Errors
/// When the column is missing or holds something else: our fault.
pub fn fact<T: TryGetable>(result: &QueryResult, column: impl IdenStatic) -> Result<T> {
    result.try_get("", column.as_str()).map_err(Error::from)
}
