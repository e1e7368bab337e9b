//! Starting an export: what is asked for is looked at like any request, and made ready.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Variables, parser::types::ExecutableDocument};
use entity::{BulkFormat, BulkJobKind, JobId, bulk_job};
use futures_util::future::BoxFuture;

use super::plan::{Plan, plan};
use crate::{
    bulk::life,
    context::Request,
    error::{Error, Result, UserErrorCode},
    links::Asker,
    mutation::carry_out,
    policy::BulkJobAction,
};

/// What is to be looked at: a document, which operation of it, and its variables.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The text.
    pub document: String,
    /// Which operation; the only one when nothing is said.
    pub operation: Option<String>,
    /// The variables, as JSON.
    pub variables: serde_json::Value,
}

/// A document that may be carried out.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The document.
    pub document: ExecutableDocument,
    /// The variables, with their defaults.
    pub values: Variables,
}

/// What looks at documents like at those of requests: their size and shape, whether they fit the
/// schema, and their variables. It stands in front of us, so that it has to be handed in.
pub trait Desk: Send + Sync {
    /// Looks at a document; or says what is wrong with it, in the words that a request is told.
    fn look(&self, wanted: Wanted) -> BoxFuture<'_, Result<Looked, Vec<String>>>;
}

/// An export to start.
#[derive(Clone, Debug, InputObject)]
pub struct BulkExportStartInput {
    /// The query: one operation with exactly one list with pages at its top, without `first`, `after`, `last` or `before`, since all of it is taken. Lists directly below its things, and below theirs, are followed to their end.
    query: String,
    /// The values of its variables, as an object.
    variables: Option<async_graphql::Json<serde_json::Value>>,
    /// Which operation of the document. May be left out when there is only one.
    operation_name: Option<String>,
    /// How the file is written. `JSONL`: each thing on a line of its own, those of lists below it after it, with the `id` of what they stand below in `__parentId`. `CSV`: a line of headings and a line for each thing; no lists with pages below it.
    format: BulkFormat,
}

/// Puts an export in the queue.
///
/// # Errors
/// When its query cannot be exported, or whoever asks may not.
pub(crate) async fn start(ctx: &Context<'_>, input: BulkExportStartInput) -> Result<JobId> {
    ctx.viewer().allow_member()?;
    let plan = ready(ctx, &input).await?;
    let machine = ctx.viewer().machine.as_ref();
    if let Some(machine) = machine {
        let types = plan.types.iter().map(String::as_str);
        machine.may_ask(types, []).map_err(Error::OutOfScope)?;
    }
    let options = serde_json::to_value(&plan).map_err(Error::internal)?;
    let new = life::new(ctx.viewer(), &Asker::here(ctx), BulkJobKind::Export, input.format)?;
    let row = bulk_job::Model {
        document: Some(input.query),
        operation: input.operation_name,
        variables: input.variables.map(|variables| variables.0),
        options: Some(options),
        ..new
    };
    let service = ctx.service();
    carry_out(ctx, async |work| life::admit(work, service, BulkJobAction::Export, row).await).await
}

/// What an export asks for, looked at and made ready.
async fn ready(ctx: &Context<'_>, input: &BulkExportStartInput) -> Result<Plan> {
    let wrong = |message: String| Error::field("input.query", UserErrorCode::Invalid, message);
    let desk = ctx.data_opt::<Arc<dyn Desk>>();
    let desk = desk.ok_or_else(|| Error::internal("nobody looks at documents"))?;
    let variables = input.variables.as_ref().map(|variables| variables.0.clone());
    let looked = desk.look(Wanted {
        document: input.query.clone(),
        operation: input.operation_name.clone(),
        variables: variables.unwrap_or_default(),
    });
    let Looked { document, values } = looked.await.map_err(|wrongs| {
        let wrongs = wrongs.into_iter().map(|what| {
            let message =
                format!("la consulta no se puede hacer / the query cannot be asked: {what}");
            crate::error::UserError::at("input.query", UserErrorCode::Invalid, message)
        });
        Error::Refused(wrongs.collect())
    })?;
    // The one that was chosen, alone.
    let operation = document.operations.iter().next();
    let (_, operation) =
        operation.ok_or_else(|| Error::internal("a document without operation"))?;
    let plan =
        plan(&ctx.schema_env.registry, &document, &operation.node, &values).map_err(wrong)?;
    if input.format == BulkFormat::Csv && !plan.top.below.is_empty() {
        let message = "un CSV es una sola tabla: sin listas con páginas debajo; pida JSONL / a CSV is one table: no lists with pages below; ask for JSONL";
        return Err(Error::field("input.format", UserErrorCode::Invalid, message));
    }
    Ok(plan)
}
