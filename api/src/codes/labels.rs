//! The lists in memory: labels, parents, and what the classifications imply.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use entity::code;
use sea_orm::{EntityTrait, QueryOrder};

use super::{SCIAN, STATE, reference};
use crate::{db::Db, error::Result};

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The list.
    pub list: String,
    /// The code.
    pub code: String,
    /// What people read, in Spanish.
    pub label_es: String,
    /// What people read, in English; nothing where only Spanish was published.
    pub label_en: Option<String>,
    /// The code above it.
    pub parent: Option<String>,
    /// What kind of entry.
    pub level: Option<String>,
    /// The edition of the list.
    pub edition: Option<String>,
    /// Who published it.
    pub source: String,
}

/// Every list. Cheap to clone; read once at start.
#[derive(Clone, Debug)]
pub struct Labels(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    lists: HashMap<String, Vec<Arc<Entry>>>,
    places: HashMap<String, HashMap<String, usize>>,
    neighbours: HashSet<(String, String)>,
}

impl Labels {
    /// Reads all lists.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn load(db: &Db) -> Result<Self> {
        let rows = code::Entity::find().order_by_asc(code::Column::Position).all(db.read()).await?;
        Ok(Self::of(rows))
    }

    /// The lists that the binary carries.
    #[cfg(test)]
    pub(crate) fn of_file() -> Result<Self> {
        Ok(Self::of(reference::rows()?))
    }

    fn of(rows: Vec<code::Model>) -> Self {
        let mut lists: HashMap<String, Vec<Arc<Entry>>> = HashMap::new();
        let mut places: HashMap<String, HashMap<String, usize>> = HashMap::new();
        for row in rows {
            let list = lists.entry(row.list.clone()).or_default();
            places.entry(row.list.clone()).or_default().insert(row.code.clone(), list.len());
            list.push(Arc::new(Entry {
                list: row.list,
                code: row.code,
                label_es: row.label_es,
                label_en: row.label_en,
                parent: row.parent,
                level: row.level,
                edition: row.edition,
                source: row.source,
            }));
        }
        let neighbours = reference::adjacency().into_iter().collect();
        Self(Arc::new(Inner { lists, places, neighbours }))
    }

    /// The names of all lists, sorted.
    #[must_use]
    pub fn lists(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.0.lists.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// A list in its own order; empty when there is none of this name.
    #[must_use]
    pub fn list(&self, list: &str) -> &[Arc<Entry>] {
        self.0.lists.get(list).map_or(&[], Vec::as_slice)
    }

    /// One entry.
    #[must_use]
    pub fn get(&self, list: &str, code: &str) -> Option<&Arc<Entry>> {
        let place = self.0.places.get(list)?.get(code)?;
        self.0.lists.get(list)?.get(*place)
    }

    /// Whether a list has a code.
    #[must_use]
    pub fn has(&self, list: &str, code: &str) -> bool {
        self.get(list, code).is_some()
    }

    /// The longest known code with which a SCIAN code of any edition begins.
    #[must_use]
    pub fn known_scian(&self, code: &str) -> Option<&Arc<Entry>> {
        if let Some(sector) = self.get(SCIAN, code) {
            return Some(sector);
        }
        let mut prefixes = (3..=code.len()).rev().filter_map(|length| code.get(..length));
        let known = prefixes.find_map(|prefix| self.get(SCIAN, prefix));
        known.or_else(|| self.get(SCIAN, &sector_code(code)?))
    }

    /// The sector of a SCIAN code: `31-33` for `326110`.
    #[must_use]
    pub fn sector(&self, code: &str) -> Option<&Arc<Entry>> {
        self.get(SCIAN, code)
            .filter(|entry| entry.level.as_deref() == Some("sector"))
            .or_else(|| self.get(SCIAN, &sector_code(code)?))
    }

    /// The subsector of a SCIAN code: `326` for `326110`; nothing for a sector.
    #[must_use]
    pub fn subsector(&self, code: &str) -> Option<&Arc<Entry>> {
        let entry = self.get(SCIAN, code.get(..3)?)?;
        (entry.level.as_deref() == Some("subsector")).then_some(entry)
    }

    /// Whether two states share a land border.
    #[must_use]
    pub fn neighbours(&self, a: &str, b: &str) -> bool {
        self.0.neighbours.contains(&(a.to_owned(), b.to_owned()))
    }

    /// A state by its INEGI key.
    #[must_use]
    pub fn state(&self, code: &str) -> Option<&Arc<Entry>> {
        self.get(STATE, code)
    }
}

/// The first two digits as SCIAN writes sectors: three of them are ranges, and
/// 31 to 33 and 48 to 49 are one sector each.
fn sector_code(code: &str) -> Option<String> {
    let two = code.get(..2)?;
    Some(match two {
        "31" | "32" | "33" => "31-33".to_owned(),
        "48" | "49" => "48-49".to_owned(),
        other => other.to_owned(),
    })
}
