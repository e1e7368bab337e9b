//! Documents that clients have sent before: parsed, measured and validated once.
//!
//! A document is kept under its whole text, once the framework has found it valid:
//! whether it is depends on nothing but the schema and the limits, which do not change
//! under a running service, with one exception. The framework looks at the values of
//! variables where they are used. `variables` has compared them with their types by then,
//! and that a variable's type fits the place where it is used belongs to the document; only
//! a null may be right for the variable and wrong for its place (a variable that may be
//! null is allowed where a default stands in for nothing, and null is not nothing). So a
//! request with a null among its variables is validated in full.
//!
//! And it looks at a list or an object with variables inside only when all of them have
//! values, and at none in an operation that is not asked for. So a document that has such
//! literals is kept only when nothing of it was left out.

use std::sync::Arc;

use async_graphql::{
    Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition},
};
use quick_cache::{Weighter, sync::Cache};

use super::{
    cost::{self, Price},
    model::Model,
    overlaps,
};
use crate::context::Familiar;

/// How much memory the documents may take, in bytes, as they are weighed.
const MOST_BYTES: u64 = 32 << 20;
/// What a byte of text weighs: a field of six letters is a node of some 300 bytes.
const BYTES_PER_BYTE: u64 = 64;
/// How many documents are expected; more or fewer is no harm.
const USUAL: usize = 1_000;

/// A document that is kept, and what it depends on how it is read.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The document.
    pub document: Arc<ExecutableDocument>,
    /// By what readings of it are known.
    pub familiar: Arc<Familiar>,
    /// Whether an object has two fields of one name in it.
    pub overlaps: bool,
    /// What its only operation costs, if no variable changes that.
    pub price: Option<Price>,
}

impl Kept {
    /// A document that has passed the guard, with a text of so many bytes.
    #[must_use]
    pub fn new(document: ExecutableDocument, bytes: usize, model: &Model) -> Self {
        let familiar = Arc::new(Familiar::new(&document, bytes));
        let overlaps = overlaps::stand_in(&document, model);
        let price = cost::settled(model, &document);
        Self { document: Arc::new(document), familiar, overlaps, price }
    }
}

/// The documents of one service.
#[derive(Debug)]
pub struct Documents(Cache<String, Kept, Weight>);

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<String, Kept> for Weight {
    fn weight(&self, text: &String, _: &Kept) -> u64 {
        (text.len() as u64 + 16) * BYTES_PER_BYTE
    }
}

impl Default for Documents {
    fn default() -> Self {
        Self(Cache::with_weighter(USUAL, MOST_BYTES, Weight))
    }
}

impl Documents {
    /// The document with this text, if it has been found valid before.
    #[must_use]
    pub fn get(&self, text: &str) -> Option<Kept> {
        self.0.get(text)
    }

    /// Keeps a document that has been found valid.
    pub fn keep(&self, text: String, kept: Kept) {
        self.0.insert(text, kept);
    }
}

/// Whether a document that was valid is so with these values, too.
#[must_use]
pub fn settles(values: &Variables) -> bool {
    values.values().all(|value| *value != Value::Null)
}

/// Whether everything in a document is looked at when `operation` is validated with these values,
/// also what has variables inside.
#[must_use]
pub fn covers(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    values: &Variables,
) -> bool {
    document.operations.iter().len() == 1
        && values.len() == operation.variable_definitions.len()
        && settles(values)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use async_graphql::parser::parse_query;

    use super::{super::model::tests::model, *};

    #[test]
    fn what_is_kept_is_bounded_by_its_size() {
        let documents = Documents::default();
        let parsed = Kept::new(parse_query("{ a }").unwrap(), 5, &model());
        let text = |n: usize| format!("{{ a{n:0>9999} }}");
        for n in 0..1_000 {
            documents.keep(text(n), parsed.clone());
        }
        assert!(documents.0.weight() <= documents.0.capacity());
        assert!(documents.0.len() < 60 && documents.get(&text(999)).is_some());
        assert!(documents.get("{ a }").is_none());
    }
}
