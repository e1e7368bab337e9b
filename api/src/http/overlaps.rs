//! Whether an object can have two fields of one name in a document: their values are put together
//! then, which only the framework can do.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use super::model::{Kind, Model};

/// Whether there are such fields; in case of doubt there are. The guard has bounded how much is
/// looked at.
#[must_use]
pub fn stand_in(document: &ExecutableDocument, model: &Model) -> bool {
    let look = Look { document, model };
    document.operations.iter().any(|(_, operation)| look.below(&operation.node.selection_set.node))
        || document.fragments.values().any(|fragment| look.below(&fragment.node.selection_set.node))
}

struct Look<'a> {
    document: &'a ExecutableDocument,
    model: &'a Model,
}

/// Under which names fields stand in a selection, each with the type of which it is asked.
type Names<'a> = HashMap<&'a str, Vec<Option<&'a str>>>;

impl<'a> Look<'a> {
    fn below(&self, set: &'a SelectionSet) -> bool {
        self.names(set, None, &mut Names::new())
            || set.items.iter().any(|selection| match &selection.node {
                Selection::Field(field) => self.below(&field.node.selection_set.node),
                Selection::InlineFragment(fragment) => {
                    self.below(&fragment.node.selection_set.node)
                }
                Selection::FragmentSpread(_) => false,
            })
    }

    /// Whether a name comes a second time. `of` is the object that is asked, where it is certain.
    fn names(&self, set: &'a SelectionSet, of: Option<&'a str>, names: &mut Names<'a>) -> bool {
        set.items.iter().any(|selection| {
            let (condition, set) = match &selection.node {
                Selection::Field(field) => {
                    let others = names.entry(field.node.response_key().node.as_str()).or_default();
                    let apart = |other| matches!((other, of), (Some(a), Some(b)) if a != b);
                    let overlaps = !others.iter().copied().all(apart);
                    others.push(of);
                    return overlaps;
                }
                Selection::InlineFragment(fragment) => {
                    (fragment.node.type_condition.as_ref(), &fragment.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else { return false };
                    (Some(&fragment.node.type_condition), &fragment.node.selection_set.node)
                }
            };
            let condition = condition.map(|condition| condition.node.on.node.as_str());
            let object = |name: &&str| matches!(self.model.kind(name), Some(Kind::Object(_)));
            self.names(set, condition.filter(object).or(of), names)
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    const SDL: &str = "type Query { node: Node a: A } interface Node { id: ID } \
        type A implements Node { id: ID b: B } type B implements Node { id: ID a: A }";

    #[test]
    fn one_name_of_one_object_is_found_through_fragments() {
        let model = Model::read(SDL).unwrap();
        for (document, overlaps) in [
            ("{ a { id b { id } } }", false),
            ("{ a { id } x: a { id } }", false),
            ("{ a { id } a { b { id } } }", true),
            ("{ a { b { id } b { a { id } } } }", true),
            ("{ a { id ...F } } fragment F on A { b { id } }", false),
            ("{ a { b { id } ...F } } fragment F on A { b { a { id } } }", true),
            ("{ a { ...F } } fragment F on A { b { id } b { id } }", true),
            ("{ node { ... on A { b: id } ... on B { b: id } } }", false),
            ("{ node { ... on A { id } ... on Node { id } } }", true),
            ("{ node { id ... on B { id } } }", true),
            ("{ node { ... on A { ... on Node { id } } ... on B { id } } }", false),
            ("query A { a { id } } query B { a { id } }", false),
        ] {
            let parsed = parse_query(document).unwrap();
            assert_eq!(stand_in(&parsed, &model), overlaps, "{document}");
        }
    }
}
