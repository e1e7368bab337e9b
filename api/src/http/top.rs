//! What stands at the top of an operation, seen through its fragments. The guard has bounded how
//! much that is.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Pos, Positioned,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};

use crate::idempotency::DIRECTIVE;

/// The fields at the top of an operation with its fragments written out, as often as they stand
/// there.
#[must_use]
pub fn fields<'a>(
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
) -> Vec<&'a Positioned<Field>> {
    fn gather<'a>(
        document: &'a ExecutableDocument,
        set: &'a SelectionSet,
        found: &mut Vec<&'a Positioned<Field>>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => found.push(field),
                Selection::InlineFragment(fragment) => {
                    gather(document, &fragment.node.selection_set.node, found);
                }
                Selection::FragmentSpread(spread) => {
                    // A spread of nothing is for validation to tell.
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node)
                    {
                        gather(document, &fragment.node.selection_set.node, found);
                    }
                }
            }
        }
    }
    let mut found = Vec::new();
    gather(document, &operation.selection_set.node, &mut found);
    found
}

/// Whether a field has an idempotency key of its own.
#[must_use]
pub fn has_key(field: &Field) -> bool {
    field.directives.iter().any(|directive| directive.node.name.node == DIRECTIVE)
}

/// A field that stands under a name under which another stands already. They would be one field of
/// the answer, and of a mutation the framework would carry both out.
#[must_use]
pub fn twice<'a>(
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
) -> Option<&'a Positioned<Field>> {
    let mut told = HashSet::new();
    fields(document, operation).into_iter().find(|field| {
        // `__typename` does nothing, however often.
        !field.node.name.node.starts_with("__")
            && !told.insert(field.node.response_key().node.as_str())
    })
}

/// A mutation that an operation has at its top under several names, without a key of its own each
/// time: under one key they would be the same.
#[must_use]
pub fn repeated<'a>(
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
) -> Option<&'a Positioned<Field>> {
    let mut places: HashMap<&str, Pos> = HashMap::new();
    fields(document, operation).into_iter().filter(|field| !has_key(&field.node)).find(|field| {
        // The same fragment again is the same field.
        let place = places.insert(field.node.name.node.as_str(), field.pos);
        place.is_some_and(|place| place != field.pos)
    })
}

/// Whether an operation asks for the schema: `__schema` or `__type` at its top.
#[must_use]
pub fn asks_for_schema(document: &ExecutableDocument, operation: &OperationDefinition) -> bool {
    let asks =
        |field: &&Positioned<Field>| matches!(field.node.name.node.as_str(), "__schema" | "__type");
    fields(document, operation).iter().any(asks)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn what_stands_twice_under_one_key_is_found() {
        let found = |document: &str| {
            let document = parse_query(document).unwrap();
            let (_, operation) = document.operations.iter().next().unwrap();
            let again = repeated(&document, &operation.node);
            again.map(|field| field.node.response_key().node.to_string())
        };
        let key = "@idempotent(key: \"k\")";
        for once in [
            "mutation { a b c }".to_owned(),
            "mutation { ...F ...F } fragment F on M { a }".to_owned(),
            format!("mutation {{ a x: a {key} y: a {key} }}"),
        ] {
            assert_eq!(found(&once), None, "{once}");
        }
        for twice in [
            "mutation { a x: a }",
            "mutation { x: a b y: a }",
            "mutation { ...F x: a } fragment F on M { ... { a } }",
        ] {
            assert!(found(twice).is_some_and(|name| name != "b"), "{twice}");
        }
    }

    #[test]
    fn a_question_for_the_schema_is_seen_through_fragments() {
        let asks = |document: &str| {
            let document = parse_query(document).unwrap();
            let (_, operation) = document.operations.iter().next().unwrap();
            asks_for_schema(&document, &operation.node)
        };
        assert!(asks("{ a __schema { b } }"));
        assert!(asks("{ ... { x: __type(name: \"A\") { b } } }"));
        assert!(asks(
            "{ ...A } fragment A on Query { ...B } fragment B on Query { __schema { b } }"
        ));
        assert!(!asks("{ __typename a { b } }"));
    }
}
