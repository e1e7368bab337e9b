//! How documents are read, kept for the next time: readings, with the statements that they wrote,
//! by the places of a document.
//!
//! It depends on three things. On the document; on the variables below its top (the arguments of
//! the fields at the top are no part of how these are read: they are filled in); and on who asks,
//! with everything that the conditions of the policy know of them on that day.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use async_graphql::{
    Name, Pos, Positioned, Request, Value,
    parser::types::{Directive, ExecutableDocument, Field, Selection, SelectionSet},
};
use quick_cache::{Weighter, sync::Cache};

use crate::policy::Viewer;

/// How much memory the sheets may take, in bytes, as they are weighed.
const MOST_BYTES: u64 = 64 << 20;
/// What a byte of a document's text weighs: five matches of a need, three hundred bytes of text, are
/// two statements of some four thousand, with what wrote them.
const BYTES_PER_BYTE: u64 = 128;
/// How many sheets are expected; more or fewer is no harm.
const USUAL: usize = 1_000;

/// A document that is kept, since clients send it again.
#[derive(Debug)]
pub struct Familiar {
    number: u64,
    bytes: usize,
    /// The variables on which it depends how it is read.
    below: Vec<Name>,
}

impl Familiar {
    /// A document that was not kept before, and whose text has so many bytes.
    #[must_use]
    pub fn new(document: &ExecutableDocument, bytes: usize) -> Self {
        static KNOWN: AtomicU64 = AtomicU64::new(0);
        let mut found = Variables::default();
        for (_, operation) in document.operations.iter() {
            found.at_top(&operation.node.selection_set.node);
        }
        for fragment in document.fragments.values() {
            found.in_directives(&fragment.node.directives);
            found.in_selection(&fragment.node.selection_set.node);
        }
        let Variables(mut below) = found;
        below.sort_unstable();
        below.dedup();
        Self { number: KNOWN.fetch_add(1, Ordering::Relaxed), bytes, below }
    }
}

/// The variables of a document below its top, those of directives at the top included.
#[derive(Default)]
struct Variables(Vec<Name>);

impl Variables {
    fn at_top(&mut self, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.below(&field.node),
                Selection::InlineFragment(fragment) => {
                    self.in_directives(&fragment.node.directives);
                    self.at_top(&fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => self.in_directives(&spread.node.directives),
            }
        }
    }

    fn in_selection(&mut self, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    for (_, value) in &field.node.arguments {
                        let Ok(_) = value.node.clone().into_const_with(self.hears());
                    }
                    self.below(&field.node);
                }
                Selection::InlineFragment(fragment) => {
                    self.in_directives(&fragment.node.directives);
                    self.in_selection(&fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => self.in_directives(&spread.node.directives),
            }
        }
    }

    fn below(&mut self, field: &Field) {
        self.in_directives(&field.directives);
        self.in_selection(&field.selection_set.node);
    }

    fn in_directives(&mut self, directives: &[Positioned<Directive>]) {
        for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            let Ok(_) = value.node.clone().into_const_with(self.hears());
        }
    }

    /// Notes the variables in a value.
    fn hears(&mut self) -> impl FnMut(Name) -> Result<Value, Infallible> {
        |name| {
            self.0.push(name);
            Ok(Value::Null)
        }
    }
}

/// The sheets of one service.
pub(crate) struct Sheets(Cache<Key, Arc<Sheet>, Weight>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    document: u64,
    /// The values of the variables below its top.
    values: String,
    viewer: Arc<Viewer>,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<Sheet>> for Weight {
    fn weight(&self, key: &Key, sheet: &Arc<Sheet>) -> u64 {
        (sheet.bytes as u64 + key.values.len() as u64 + 64) * BYTES_PER_BYTE
    }
}

impl Default for Sheets {
    fn default() -> Self {
        Self(Cache::with_weighter(USUAL, MOST_BYTES, Weight))
    }
}

impl Sheets {
    /// The sheet of a request by this viewer: a new one for a document that is not familiar.
    pub(crate) fn of(&self, request: &Request, viewer: &Viewer) -> Arc<Sheet> {
        let viewer = Arc::new(viewer.of_the_day());
        let familiar = request.data.get(&TypeId::of::<Arc<Familiar>>());
        let Some(familiar) = familiar.and_then(|known| known.downcast_ref::<Arc<Familiar>>())
        else {
            return Arc::new(Sheet::new(viewer, 0));
        };
        let value = |name| request.variables.get(name).map_or("-".into(), ToString::to_string);
        let values: Vec<String> = familiar.below.iter().map(value).collect();
        let key = Key { document: familiar.number, values: values.join(","), viewer };
        let new = || Ok::<_, Infallible>(Arc::new(Sheet::new(key.viewer.clone(), familiar.bytes)));
        let Ok(sheet) = self.0.get_or_insert_with(&key, new);
        sheet
    }
}

/// How a document is read by a viewer.
pub(crate) struct Sheet {
    viewer: Arc<Viewer>,
    bytes: usize,
    kept: Mutex<HashMap<Place, Arc<dyn Any + Send + Sync>>>,
}

/// What is kept, by the kind of thing, the places of the document, and the order of a list.
type Place = (TypeId, Vec<Pos>, &'static str, bool);

impl Sheet {
    fn new(viewer: Arc<Viewer>, bytes: usize) -> Self {
        Self { viewer, bytes, kept: Mutex::default() }
    }

    /// Who asks, at the beginning of the day: conditions are made for them, since they are kept.
    pub(super) fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// What is kept for these places of the document; made now, if it was not.
    pub(super) fn keep<T: Send + Sync + 'static>(
        &self,
        places: &[Pos],
        (order, backwards): (&'static str, bool),
        make: impl FnOnce(&Viewer) -> T,
    ) -> Arc<T> {
        let place = (TypeId::of::<T>(), places.to_vec(), order, backwards);
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept().get(&place).cloned();
        if let Some(known) = known.and_then(|known| known.downcast().ok()) {
            return known;
        }
        let new = Arc::new(make(&self.viewer));
        kept().insert(place, new.clone());
        new
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use async_graphql::parser::parse_query;
    use chrono::{DateTime, TimeDelta, Utc};
    use entity::{OrganizationId, Role};

    use super::*;
    use crate::policy::Grant;

    const DOCUMENT: &str = "query ($id: ID!, $n: Int, $no: Boolean!, $s: String, $f: F) { \
        need(id: $id) @skip(if: $no) { ...N } ... on Query { offer(id: $id) { id } } } \
        fragment N on Need { matches(first: $n) { id } text(in: { all: [$s] }) }";

    #[test]
    fn how_a_document_is_read_depends_on_the_variables_below_its_top() {
        let familiar = Familiar::new(&parse_query(DOCUMENT).unwrap(), DOCUMENT.len());
        assert_eq!(familiar.below, ["n", "no", "s"]);
    }

    #[test]
    fn a_sheet_is_for_one_document_one_viewer_and_one_day() {
        let sheets = Sheets::default();
        let document = parse_query(DOCUMENT).unwrap();
        let one = Arc::new(Familiar::new(&document, DOCUMENT.len()));
        let other = Arc::new(Familiar::new(&document, DOCUMENT.len()));
        let request = |familiar: &Arc<Familiar>, id: &str, n: i32| {
            let values = serde_json::json!({ "id": id, "n": n });
            let values = async_graphql::Variables::from_json(values);
            Request::new("").variables(values).data(familiar.clone())
        };
        let noon: DateTime<Utc> = "2026-11-30T12:00:00Z".parse().unwrap();
        let nobody = Viewer::anonymous(noon);
        let first = sheets.of(&request(&one, "a", 1), &nobody);
        let is_first = |familiar, id, n, viewer: &Viewer| {
            Arc::ptr_eq(&first, &sheets.of(&request(familiar, id, n), viewer))
        };
        assert!(is_first(&one, "b", 1, &Viewer::anonymous(noon + TimeDelta::hours(17))));
        assert!(!is_first(&one, "a", 2, &nobody), "another page below");
        assert!(!is_first(&other, "a", 1, &nobody), "another document");
        assert!(!is_first(&one, "a", 1, &Viewer::anonymous(noon + TimeDelta::hours(18))));
        let grant = Grant {
            organization: OrganizationId::new(noon),
            role: Role::OttOfficer,
            regions: Vec::new(),
            delegations: Vec::new(),
        };
        let officer = Viewer { grants: vec![grant], ..Viewer::anonymous(noon) };
        assert!(!is_first(&one, "a", 1, &officer), "another viewer");
        assert!(!is_first(&one, "a", 1, &Viewer::system(noon)));
        let unknown = sheets.of(&Request::new("{ a }"), &nobody);
        assert!(!Arc::ptr_eq(&unknown, &sheets.of(&Request::new("{ a }"), &nobody)));
    }

    #[test]
    fn what_is_kept_is_kept_by_kind_and_place() {
        let sheet = Sheet::new(Arc::new(Viewer::anonymous(DateTime::<Utc>::UNIX_EPOCH)), 0);
        let at = |line| [Pos { line, column: 1 }];
        let keep = |line, order, made: u8| *sheet.keep(&at(line), (order, false), |_| made);
        assert_eq!((keep(1, "", 1), keep(1, "", 2)), (1, 1));
        assert_eq!((keep(2, "", 3), keep(1, "NEWEST", 4)), (3, 4));
        assert_eq!(*sheet.keep(&at(1), ("", false), |_| 5_u16), 5);
    }
}
