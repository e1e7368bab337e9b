//! One operation, whichever way it came: planned, prepared, and carried out or opened.

use std::{cell::RefCell, sync::Arc};

use async_graphql::{Request, Response, parser::types::OperationType};
use futures_util::stream::BoxStream;

use super::{
    App,
    answer::Answer,
    execute,
    log::Summary,
    params::Params,
    plan::{self, Plan, Way},
    refusal::{Outcome, Refusal},
    scope,
};
use crate::{
    context::class_of,
    error::{Code, Error},
    telemetry::traces::Step,
    token::Claims,
};

/// What came of an operation.
pub enum Came {
    /// One answer.
    Answer(Box<Answer>),
    /// As many as there will be.
    Stream(BoxStream<'static, Response>),
}

/// Carries an operation out for whoever asks; tells the log what it was, and returns what it
/// may cost beside what came of it.
///
/// # Errors
///
/// When nothing was carried out.
pub async fn carry_out(
    app: &App,
    params: Params,
    way: Way,
    claims: Option<Arc<Claims>>,
    summary: &RefCell<Summary>,
) -> Result<(Came, u32), Refusal> {
    // Only now, since bodies arrive as slowly as their senders like: they would hold all
    // places for nothing.
    let place = app.places.clone().try_acquire_owned().map_err(|_| {
        app.metrics.shed();
        Error::Overloaded
    })?;
    let plan = plan::plan(params, way, &app.model, &app.settings.limits, &app.documents)?;
    {
        let mut summary = summary.borrow_mut();
        summary.kind = Some(kind(plan.kind));
        summary.operation.clone_from(&plan.name);
        summary.cost = Some(plan.cost);
    }
    if plan.asks_for_schema && claims.is_none() && !app.settings.anonymous_introspection {
        let message = "the schema is for those who say who they are";
        return Err(Refusal::new(Outcome::Unauthenticated, Code::Unauthenticated, message));
    }
    let (cost, valid) = (plan.cost, plan.valid);
    let step = Step::part(kind(plan.kind));
    let (came, found_valid, new) = if plan.kind == OperationType::Subscription {
        let (again, new) = again(plan);
        // Machines are judged before anything is opened; who asks later is found out each time.
        let mut prepared =
            app.backend.prepare(again(), OperationType::Subscription, claims.clone()).await?;
        summary.borrow_mut().role = Some(class_of(&prepared));
        scope::check(&app.model, &mut prepared)?;
        let opened = step.around(app.backend.subscribe(again, claims, valid)).await;
        let opened = opened.map_err(|refused| Answer::executed(refused).refused())?;
        summary.borrow_mut().carried_out = true;
        (Came::Stream(opened), true, new)
    } else {
        let mut prepared = app.backend.prepare(plan.request, plan.kind, claims).await?;
        summary.borrow_mut().role = Some(class_of(&prepared));
        scope::check(&app.model, &mut prepared)?;
        let executing = execute::execute(app, prepared, plan.kind, valid, place);
        let answer = step.around(executing).await;
        summary.borrow_mut().carried_out = answer.has_data();
        let found_valid = answer.found_valid;
        (Came::Answer(Box::new(answer)), found_valid, plan.new)
    };
    if found_valid && let Some((text, document)) = new {
        app.documents.keep(text, document);
    }
    Ok((came, cost))
}

/// What kind of operation it is, in a word.
fn kind(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// The planned request, for as many times as it will be asked; and its document, to be kept.
fn again(plan: Plan) -> (crate::subscriptions::Again, Option<plan::New>) {
    let Plan { request, document, new, .. } = plan;
    let again = move || {
        let mut again = Request::new("").variables(request.variables.clone());
        again.operation_name.clone_from(&request.operation_name);
        again.set_parsed_query((*document).clone());
        again
    };
    (Box::new(again), new)
}
