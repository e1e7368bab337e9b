//! What a client asked for below a field, read from the document itself: aliases
//! and fragments written out, and what is asked for twice put together.

use std::collections::{BTreeMap, HashMap};

use crate::error::{Error, Result};
use async_graphql::{
    Context, InputType, Name, Pos, Positioned, Variables,
    parser::types::{Field, FragmentDefinition, Selection, SelectionSet},
    registry::MetaType,
};

/// The document of a request, and the types that it speaks of. What `@skip` and
/// `@include` leave out is not in it any more when it is executed.
#[derive(Clone, Copy)]
struct Document<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    types: &'a BTreeMap<String, MetaType>,
}

/// A field that was asked for, at one or several places of the document, always
/// with the same arguments.
#[derive(Clone)]
pub(crate) struct Asked<'a> {
    document: Document<'a>,
    field: &'a Field,
    /// Where it stands: by its place a resolver finds what was read for it.
    places: Vec<Pos>,
    below: Vec<&'a SelectionSet>,
}

impl<'a> Asked<'a> {
    /// The field that is being resolved.
    pub(crate) fn here(ctx: &Context<'a>) -> Self {
        let document = Document {
            fragments: &ctx.query_env.fragments,
            variables: &ctx.query_env.variables,
            types: &ctx.schema_env.registry.types,
        };
        let field = &ctx.item.node;
        Self { document, field, places: vec![ctx.item.pos], below: vec![&field.selection_set.node] }
    }

    /// As the schema spells it.
    pub(crate) fn name(&self) -> &'a str {
        &self.field.name.node
    }

    /// Where it stands in the document.
    pub(crate) fn places(&self) -> &[Pos] {
        &self.places
    }

    /// The value of an argument; nothing when it was not given, or null.
    ///
    /// # Errors
    /// When it is no value of its type. (The framework tells that too.)
    pub(crate) fn argument<T: InputType>(&self, name: &'static str) -> Result<Option<T>> {
        let given = self.field.arguments.iter().find(|(given, _)| given.node == name);
        let Some((_, value)) = given else { return Ok(None) };
        // A variable without a value is an argument that was not given.
        let known = |name| self.document.variables.get(&name).cloned().ok_or(());
        let Ok(value) = value.node.clone().into_const_with(known) else { return Ok(None) };
        Option::<T>::parse(Some(value))
            .map_err(|_| Error::Argument(name, "is not a value of its type".into()))
    }

    /// The fields that were asked for below it, of objects of this type. Without a
    /// type every fragment counts: for fields whose type is no interface or union.
    pub(crate) fn fields(&self, of: Option<&str>) -> Vec<Self> {
        let mut found = Vec::new();
        for set in &self.below {
            self.gather(set, of, &mut found);
        }
        found
    }

    /// The field `name` below it, whatever its arguments; nothing when nobody asked.
    pub(crate) fn field(&self, name: &str) -> Option<Self> {
        let mut named = self.fields(None).into_iter().filter(|field| field.name() == name);
        let first = named.next()?;
        Some(named.fold(first, Self::and))
    }

    /// The nodes of a connection, on `nodes` and on `edges { node }`.
    pub(crate) fn nodes(&self) -> Option<Self> {
        let edges = self.field("edges").and_then(|edges| edges.field("node"));
        match (self.field("nodes"), edges) {
            (Some(nodes), Some(edges)) => Some(nodes.and(edges)),
            (nodes, edges) => nodes.or(edges),
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.places.extend(other.places);
        self.below.extend(other.below);
        self
    }

    fn gather(&self, set: &'a SelectionSet, of: Option<&str>, found: &mut Vec<Self>) {
        for selection in &set.items {
            let (condition, set) = match &selection.node {
                Selection::Field(field) => {
                    self.add(field, found);
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    (fragment.type_condition.as_ref(), &fragment.selection_set.node)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else { continue };
                    (Some(&fragment.node.type_condition), &fragment.node.selection_set.node)
                }
            };
            let applies = condition.is_none_or(|condition| {
                let condition = condition.node.on.node.as_str();
                let may_be = |of| {
                    let ty = self.document.types.get(condition);
                    ty.is_some_and(|ty| ty.is_possible_type(of))
                };
                of.is_none_or(|of| of == condition || may_be(of))
            });
            if applies {
                self.gather(set, of, found);
            }
        }
    }

    fn add(&self, field: &'a Positioned<Field>, found: &mut Vec<Self>) {
        let same = |known: &&mut Self| {
            known.field.name.node == field.node.name.node
                && have_same_arguments(known.field, &field.node)
        };
        match found.iter_mut().find(same) {
            // A fragment that is spread twice is looked at twice.
            Some(known) if known.places.contains(&field.pos) => {}
            Some(known) => {
                known.places.push(field.pos);
                known.below.push(&field.node.selection_set.node);
            }
            None => found.push(Self {
                document: self.document,
                field: &field.node,
                places: vec![field.pos],
                below: vec![&field.node.selection_set.node],
            }),
        }
    }
}

fn have_same_arguments(one: &Field, other: &Field) -> bool {
    one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| {
            other
                .arguments
                .iter()
                .any(|(also, same)| also.node == name.node && same.node == value.node)
        })
}
