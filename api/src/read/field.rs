//! The field table of a slice: GraphQL field → columns, level, filterable,
//! sortable. What a client asked for is read through it, what its level does not
//! cover is dropped through it, and `redactedFields`, `docs/who-sees-what.txt`
//! and the canary tests are derived from it.

use std::mem;

use entity::DisclosureLevel;
use sea_orm::{ColumnTrait, QueryResult, TryGetable};

use crate::error::Result;

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

/// The fields that a viewer at `level` does not see.
pub fn redacted<C>(
    table: &'static [Field<C>],
    level: DisclosureLevel,
) -> impl Iterator<Item = &'static str> {
    table.iter().filter(move |field| field.level > level).map(|field| field.name)
}

/// A column of a statement.
#[derive(Clone, Copy, Debug)]
struct Read<C> {
    column: C,
    /// From which level on it is handed out; nothing for what only the rules may know.
    level: Option<DisclosureLevel>,
}

/// Where the columns of a node stand in the rows of a statement.
#[derive(Debug)]
pub(super) struct Columns<C: 'static> {
    first: usize,
    read: Vec<Read<C>>,
    computed: bool,
}

impl<C: ColumnTrait> Columns<C> {
    /// Columns from place `first` on: those that the rules need are always read.
    pub(super) fn new(first: usize, facts: &[C], computed: bool) -> Self {
        let read = facts.iter().map(|column| Read { column: *column, level: None }).collect();
        Self { first, read, computed }
    }

    /// Reads what a field is made of. A column behind two fields is as open as the more open one.
    pub(super) fn read(&mut self, field: &Field<C>) {
        for column in field.columns {
            self.also(*column);
            let Some(place) = self.place(*column) else { continue };
            let level = &mut self.read[place].level;
            *level = Some(level.map_or(field.level, |known| known.min(field.level)));
        }
    }

    /// Reads a column that is never handed out: what a list is ordered by.
    pub(super) fn also(&mut self, column: C) {
        if self.place(column).is_none() {
            self.read.push(Read { column, level: None });
        }
    }

    /// The columns, in the order of the statement.
    pub(super) fn iter(&self) -> impl Iterator<Item = C> {
        self.read.iter().map(|read| read.column)
    }

    /// Whether a fact that the database computes stands behind them.
    pub(super) fn is_computed(&self) -> bool {
        self.computed
    }

    /// The first place that is not theirs any more.
    pub(super) fn end(&self) -> usize {
        self.first + self.read.len() + usize::from(self.computed)
    }

    fn place(&self, column: C) -> Option<usize> {
        let wanted = mem::discriminant(&column);
        self.read.iter().position(|read| mem::discriminant(&read.column) == wanted)
    }
}

/// A row from the database, as far as the rules need it.
#[expect(missing_debug_implementations, reason = "a row from the database is not to be printed")]
pub struct Facts<'a, C: 'static> {
    columns: &'a Columns<C>,
    result: &'a QueryResult,
}

impl<'a, C: ColumnTrait> Facts<'a, C> {
    pub(super) fn new(columns: &'a Columns<C>, result: &'a QueryResult) -> Self {
        Self { columns, result }
    }

    /// A fact that the rules need: always read.
    ///
    /// # Errors
    /// When the column was not read or holds something else: our fault.
    pub fn fact<T: TryGetable>(&self, column: C) -> Result<T> {
        let place = self.columns.place(column).ok_or_else(|| {
            let name = column.as_str();
            crate::error::Error::internal(format!("{name} is no fact, and was not read"))
        })?;
        Ok(self.result.try_get_by_index(self.columns.first + place)?)
    }

    /// What the database computed for the rules; false, or zero, when the viewer does not need it.
    ///
    /// # Errors
    /// When the database is at fault.
    pub fn computed<T: TryGetable + Default>(&self) -> Result<T> {
        if !self.columns.computed {
            return Ok(T::default());
        }
        Ok(self.result.try_get_by_index(self.columns.end() - 1)?)
    }

    /// The row, as far as `level` covers it.
    pub(super) fn seen_at(self, level: DisclosureLevel) -> Row<'a, C> {
        Row { facts: self, level }
    }
}

/// A row from the database that gives away only what was asked for and what the viewer's level covers.
#[expect(missing_debug_implementations, reason = "a row from the database is not to be printed")]
pub struct Row<'a, C: 'static> {
    facts: Facts<'a, C>,
    level: DisclosureLevel,
}

impl<C: ColumnTrait> Row<'_, C> {
    /// The value of a column; nothing when it is empty, hidden or was not asked for.
    ///
    /// # Errors
    /// When the column holds something else: our fault.
    pub fn get<T: TryGetable>(&self, column: C) -> Result<Option<T>> {
        let Facts { columns, result } = &self.facts;
        let place = columns
            .place(column)
            .filter(|place| columns.read[*place].level.is_some_and(|level| level <= self.level));
        match place {
            Some(place) => Ok(result.try_get_by_index::<Option<T>>(columns.first + place)?),
            None => Ok(None),
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
