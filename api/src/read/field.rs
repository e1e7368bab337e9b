//! The field table of a slice: GraphQL field → columns, level, filterable,
//! sortable. What a client asked for is read through it, what its level does not
//! cover is dropped through it, and `redactedFields`, `docs/who-sees-what.txt`
//! and the canary tests are derived from it.

use entity::{DisclosureLevel, Numbered};
use sea_orm::{ColumnTrait, sea_query::ValueType};

use super::record::Record;
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

/// Where a column stands among those that are read.
#[derive(Clone, Copy, Debug)]
struct Read {
    place: usize,
    /// From which level on it is handed out; nothing for what only the rules may know.
    level: Option<DisclosureLevel>,
}

/// Where the columns of a node stand in the rows of a statement.
#[derive(Debug)]
pub(super) struct Columns<C: 'static> {
    first: usize,
    /// In the order of the statement.
    columns: Vec<C>,
    /// By the numbers of the columns: a row is asked for many that are not there.
    read: Vec<Option<Read>>,
    computed: bool,
}

impl<C: ColumnTrait + Numbered> Columns<C> {
    /// Columns from place `first` on: those that the rules need are always read.
    pub(super) fn new(first: usize, facts: &[C], computed: bool) -> Self {
        let mut all = Self { first, columns: Vec::new(), read: Vec::new(), computed };
        for column in facts {
            all.also(*column);
        }
        all
    }

    /// Reads what a field is made of. A column behind two fields is as open as the more open one.
    pub(super) fn read(&mut self, field: &Field<C>) {
        for column in field.columns {
            let level = &mut self.add(*column).level;
            *level = Some(level.map_or(field.level, |known| known.min(field.level)));
        }
    }

    /// Reads a column that is never handed out: what a list is ordered by.
    pub(super) fn also(&mut self, column: C) {
        self.add(column);
    }

    fn add(&mut self, column: C) -> &mut Read {
        let number = column.number();
        if self.read.len() <= number {
            self.read.resize(number + 1, None);
        }
        let place = self.columns.len();
        let read = &mut self.read[number];
        if read.is_none() {
            self.columns.push(column);
        }
        read.get_or_insert(Read { place, level: None })
    }

    /// The columns, in the order of the statement.
    pub(super) fn iter(&self) -> impl Iterator<Item = C> {
        self.columns.iter().copied()
    }

    /// Whether a fact that the database computes stands behind them.
    pub(super) fn is_computed(&self) -> bool {
        self.computed
    }

    /// The first place that is not theirs any more.
    pub(super) fn end(&self) -> usize {
        self.first + self.columns.len() + usize::from(self.computed)
    }

    fn of(&self, column: C) -> Option<Read> {
        self.read.get(column.number()).copied().flatten()
    }
}

/// A row from the database, as far as the rules need it.
#[expect(missing_debug_implementations, reason = "a row from the database is not to be printed")]
pub struct Facts<'a, C: 'static> {
    columns: &'a Columns<C>,
    record: &'a Record,
}

impl<'a, C: ColumnTrait + Numbered> Facts<'a, C> {
    pub(super) fn new(columns: &'a Columns<C>, record: &'a Record) -> Self {
        Self { columns, record }
    }

    /// A fact that the rules need: always read.
    ///
    /// # Errors
    /// When the column was not read or holds something else: our fault.
    pub fn fact<T: ValueType>(&self, column: C) -> Result<T> {
        let read = self.columns.of(column).ok_or_else(|| {
            let name = column.as_str();
            crate::error::Error::internal(format!("{name} is no fact, and was not read"))
        })?;
        self.record.get(self.columns.first + read.place)
    }

    /// What the database computed for the rules; false, or zero, when the viewer does not need it.
    ///
    /// # Errors
    /// When the database is at fault.
    pub fn computed<T: ValueType + Default>(&self) -> Result<T> {
        if !self.columns.computed {
            return Ok(T::default());
        }
        self.record.get(self.columns.end() - 1)
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

impl<C: ColumnTrait + Numbered> Row<'_, C> {
    /// The value of a column; nothing when it is empty, hidden or was not asked for.
    ///
    /// # Errors
    /// When the column holds something else: our fault.
    pub fn get<T: ValueType>(&self, column: C) -> Result<Option<T>> {
        let Facts { columns, record } = &self.facts;
        let read = columns.of(column);
        let shown = read.filter(|read| read.level.is_some_and(|level| level <= self.level));
        match shown {
            Some(Read { place, .. }) => record.find(columns.first + place),
            None => Ok(None),
        }
    }

    /// The value of a column that is never empty; its default when it was not asked for (then nobody looks).
    ///
    /// # Errors
    /// When the column holds something else: our fault.
    pub fn get_or_default<T: ValueType + Default>(&self, column: C) -> Result<T> {
        Ok(self.get(column)?.unwrap_or_default())
    }
}
