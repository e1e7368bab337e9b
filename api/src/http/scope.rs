//! What a machine asks for, compared with what its scopes name, before anything of it is carried
//! out: every type of the schema that its operation touches, and every mutation.

use std::collections::BTreeSet;

use async_graphql::{
    Request,
    parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet},
};

use super::{model::Model, plan, refusal::Refusal};
use crate::{context::machine_of, error::Error};

/// Lets people pass, and machines that ask for nothing that their scopes do not name.
///
/// # Errors
///
/// The scope that it lacks, or that no machine may ask for this.
pub fn check(model: &Model, request: &mut Request) -> Result<(), Refusal> {
    let Some(machine) = machine_of(request) else { return Ok(()) };
    let name = request.operation_name.clone();
    let document = request.parsed_query().map_err(|_| Error::OutOfScope(None))?;
    let (_, operation) = plan::choose(document, name.as_deref())?;
    let kind = operation.node.ty;
    let mut touched = Touched { model, document, seen: BTreeSet::new(), types: BTreeSet::new() };
    let root = model.root(kind);
    let set = &operation.node.selection_set.node;
    touched.types.extend(root);
    touched.selection(set, root);
    let types = std::mem::take(&mut touched.types);
    let mut done = BTreeSet::new();
    if kind != OperationType::Query {
        touched.seen.clear();
        touched.fields(set, &mut done);
    }
    machine.may_ask(types, done).map_err(|lacking| Error::OutOfScope(lacking).into())
}

struct Touched<'a> {
    model: &'a Model,
    document: &'a ExecutableDocument,
    /// Fragments that were looked at: what they touch is the same wherever they stand.
    seen: BTreeSet<&'a str>,
    types: BTreeSet<&'a str>,
}

impl<'a> Touched<'a> {
    fn selection(&mut self, set: &'a SelectionSet, parent: Option<&'a str>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = &field.node.name.node;
                    let below = parent.and_then(|parent| self.model.field(parent, name));
                    // Introspection, and what validation will refuse, is of no type of ours.
                    let below = below.map(|field| field.ty.as_str());
                    self.types
                        .extend(below.filter(|_| !field.node.selection_set.node.items.is_empty()));
                    self.selection(&field.node.selection_set.node, below);
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    let on = on.map(|on| on.node.on.node.as_str());
                    self.types.extend(on);
                    self.selection(&fragment.node.selection_set.node, on.or(parent));
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let Some(fragment) = self.document.fragments.get(name) else { continue };
                    if self.seen.insert(name) {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.types.insert(on);
                        self.selection(&fragment.node.selection_set.node, Some(on));
                    }
                }
            }
        }
    }

    /// The fields at the top of an operation, also those in fragments.
    fn fields(&mut self, set: &'a SelectionSet, found: &mut BTreeSet<&'a str>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    if !name.starts_with("__") {
                        found.insert(name);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    self.fields(&fragment.node.selection_set.node, found);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let Some(fragment) = self.document.fragments.get(name) else { continue };
                    if self.seen.insert(name) {
                        self.fields(&fragment.node.selection_set.node, found);
                    }
                }
            }
        }
    }
}
