//! Whether values are written in a document, in place of variables.

use std::convert::Infallible;

use async_graphql::{
    Positioned, Value,
    parser::types::{Directive, ExecutableDocument, Selection, SelectionSet},
};

use super::guard::nothing;

/// Arguments whose numbers are the size of a page.
const PAGE: [&str; 2] = ["first", "last"];

/// Whether values stand in a document that may tell of somebody: texts, or numbers that are not the
/// size of a page. What is true or false, or one of a list of the schema, tells nothing.
#[must_use]
pub fn stand_in(document: &ExecutableDocument) -> bool {
    let in_operations = document.operations.iter().any(|(_, operation)| {
        let operation = &operation.node;
        let variables = operation.variable_definitions.iter().map(|variable| &variable.node);
        let mut defaults = variables.clone().filter_map(|one| one.default_value.as_ref());
        defaults.any(|value| tells(&value.node))
            || variables.into_iter().any(|one| in_directives(&one.directives))
            || in_directives(&operation.directives)
            || in_selection(&operation.selection_set.node)
    });
    in_operations
        || document.fragments.values().any(|fragment| {
            let fragment = &fragment.node;
            in_directives(&fragment.directives) || in_selection(&fragment.selection_set.node)
        })
}

fn in_selection(set: &SelectionSet) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => {
            let field = &field.node;
            field.arguments.iter().any(|(name, value)| {
                let value =
                    without_variables(value.node.clone().into_const_with(nothing(&mut false)));
                let page = PAGE.contains(&name.node.as_str()) && matches!(value, Value::Number(_));
                !page && tells(&value)
            }) || in_directives(&field.directives)
                || in_selection(&field.selection_set.node)
        }
        Selection::InlineFragment(fragment) => {
            let fragment = &fragment.node;
            in_directives(&fragment.directives) || in_selection(&fragment.selection_set.node)
        }
        Selection::FragmentSpread(spread) => in_directives(&spread.node.directives),
    })
}

fn in_directives(directives: &[Positioned<Directive>]) -> bool {
    directives.iter().flat_map(|directive| &directive.node.arguments).any(|(_, value)| {
        tells(&without_variables(value.node.clone().into_const_with(nothing(&mut false))))
    })
}

fn without_variables(value: Result<Value, Infallible>) -> Value {
    let Ok(value) = value;
    value
}

fn tells(value: &Value) -> bool {
    match value {
        Value::String(_) | Value::Number(_) | Value::Binary(_) => true,
        Value::List(values) => values.iter().any(tells),
        Value::Object(members) => members.values().any(tells),
        Value::Null | Value::Boolean(_) | Value::Enum(_) => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn texts_and_numbers_are_values_and_pages_are_not() {
        for (document, expected) in [
            ("{ a }", false),
            ("query ($id: ID!) { a(id: $id, in: { b: [$id] }) { b(first: 20, last: $n) } }", false),
            ("{ a(first: 20, open: true, kind: NEED, none: null) }", false),
            ("{ a @include(if: true) }", false),
            ("query ($n: Int = null) { a(n: $n) }", false),
            (r#"{ a(id: "x") }"#, true),
            (r#"{ a(first: "x") }"#, true),
            ("{ a(least: 20) }", true),
            ("{ a(filter: { least: [1] }) }", true),
            (r#"{ a(filter: { or: [{ eq: "x" }] }) }"#, true),
            (r#"query ($id: ID = "x") { a(id: $id) }"#, true),
            (r#"{ ...F } fragment F on T { a { b(id: "x") } }"#, true),
            (r#"{ ... on T { a(id: "x") } }"#, true),
            (r#"{ a @d(x: "x") }"#, true),
            (r#"query Q @d(x: "x") { a }"#, true),
            (r#"{ ...F @d(x: "x") } fragment F on T { a }"#, true),
            (r#"query A { a } query B { a(id: "x") }"#, true),
        ] {
            assert_eq!(stand_in(&parse_query(document).unwrap()), expected, "{document}");
        }
    }
}
