//! Looking at documents that are carried out later, like at those of requests: what `plan` looks
//! at, but for what pages cost, and what the framework validates.

use std::sync::Arc;

use async_graphql::{
    Name, Positioned, Request, Value,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, InlineFragment, OperationDefinition,
        OperationType, Selection,
    },
};
use futures_util::{FutureExt, future::BoxFuture};

use super::{Backend, model::Model, params, plan, refusal::Refusal, variables};
use crate::{
    bulk::{self, Looked, Wanted},
    config::Limits,
};

/// Looks at documents for bulk jobs.
pub struct Desk {
    /// What validates.
    pub backend: Arc<dyn Backend>,
    /// The schema, as far as input is concerned.
    pub model: Arc<Model>,
    /// What one request may ask for.
    pub limits: Limits,
}

impl bulk::Desk for Desk {
    fn look(&self, wanted: Wanted) -> BoxFuture<'_, Result<Looked, Vec<String>>> {
        async move {
            let seen = self.measured(wanted).map_err(|refusal| told(&refusal))?;
            let mut request = Request::new("").variables(seen.values.clone());
            request.set_parsed_query(without_anything(seen.document.clone()));
            // Nothing of it is carried out: that it is valid is all that is looked at.
            let answer = self.backend.execute(request, false).await;
            if answer.errors.is_empty() {
                return Ok(seen);
            }
            Err(answer.errors.into_iter().map(|error| error.message).collect())
        }
        .boxed()
    }
}

impl Desk {
    fn measured(&self, wanted: Wanted) -> Result<Looked, Refusal> {
        let (document, _) = plan::parse(&wanted.document, &self.limits)?;
        let (_, operation) = plan::choose(&document, wanted.operation.as_deref())?;
        if operation.node.ty != OperationType::Query {
            return Err(Refusal::invalid("only a query can be exported", &[operation.pos]));
        }
        let given = params::variables(wanted.variables)?;
        let nesting = self.limits.value_nesting;
        let values = variables::coerce(&self.model, &operation.node, given, nesting)?;
        let operation = operation.clone();
        let document = ExecutableDocument {
            operations: DocumentOperations::Single(operation),
            fragments: document.fragments.clone(),
        };
        Ok(Looked { document, values })
    }
}

fn told(refusal: &Refusal) -> Vec<String> {
    refusal.errors.iter().map(|error| error.message.clone()).collect()
}

/// The document with everything at its top skipped, for validation alone.
fn without_anything(mut document: ExecutableDocument) -> ExecutableDocument {
    let skip = |operation: &mut Positioned<OperationDefinition>| {
        let at = operation.pos;
        let here = |name: &str| Positioned::new(Name::new(name), at);
        let always = Positioned::new(Value::Boolean(true).into_value(), at);
        let skip = Directive { name: here("skip"), arguments: vec![(here("if"), always)] };
        let whole = std::mem::take(&mut operation.node.selection_set.node);
        let nothing = Selection::InlineFragment(Positioned::new(
            InlineFragment {
                type_condition: None,
                directives: vec![Positioned::new(skip, at)],
                selection_set: Positioned::new(whole, at),
            },
            at,
        ));
        operation.node.selection_set.node.items.push(Positioned::new(nothing, at));
    };
    match &mut document.operations {
        DocumentOperations::Single(operation) => skip(operation),
        DocumentOperations::Multiple(all) => all.values_mut().for_each(skip),
    }
    document
}
