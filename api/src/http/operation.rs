//! One operation, whichever way it came: planned, prepared, and carried out or opened.

use std::{cell::RefCell, sync::Arc};

use async_graphql::{Request, Response, parser::types::OperationType};
use futures_util::stream::BoxStream;
use tokio::sync::OwnedSemaphorePermit;

use super::{
    App,
    allowance::Spending,
    answer::{Answer, Bill},
    execute,
    log::Summary,
    params::Params,
    persisted::Application,
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

/// Who asks for an operation, and how.
#[derive(Clone, Debug)]
pub struct Asking {
    /// What their token says; nothing when they show none.
    pub claims: Option<Arc<Claims>>,
    /// Which application's page they are looking at.
    pub page: Option<Arc<Application>>,
    /// Which way it came.
    pub way: Way,
}

/// Carries an operation out for whoever asks; tells the log what it was, and returns what it
/// costs beside what came of it. What is not carried out costs no more than any request.
///
/// # Errors
///
/// When nothing was carried out.
pub async fn carry_out(
    app: &App,
    mut params: Params,
    asking: Asking,
    spending: &mut Spending<'_>,
    summary: &RefCell<Summary>,
) -> Result<(Came, Bill), Refusal> {
    // Only now, since bodies arrive as slowly as their senders like: they would hold all
    // places for nothing.
    let place = app.places.clone().try_acquire_owned().map_err(|_| {
        app.metrics.shed();
        Error::Overloaded
    })?;
    let document = std::mem::take(&mut params.document);
    let found = app.persisted.find(document, spending.caller(), asking.page.as_deref())?;
    let to_keep = found.hash.map(|hash| (hash, found.text.clone()));
    let limits = &app.settings.limits;
    let plan = plan::plan(found.text, params, asking.way, &app.model, limits, &app.documents)?;
    {
        let mut summary = summary.borrow_mut();
        summary.kind = Some(kind(plan.kind));
        summary.operation.clone_from(&plan.name);
        summary.cost = Some(plan.price.most());
    }
    if plan.asks_for_schema && asking.claims.is_none() && !app.settings.anonymous_introspection {
        let message = "the schema is for those who say who they are";
        return Err(Refusal::new(Outcome::Unauthenticated, Code::Unauthenticated, message));
    }
    spending.charge(plan.price.most(), app.backend.now())?;
    let requested = spending.charged();
    let (price, asks_for_schema, document) =
        (plan.price, plan.asks_for_schema, plan.kept.document.clone());
    let carried = carry_out_planned(app, plan, asking.claims, place, summary).await;
    let actual = match &carried {
        Err(_) => Some(0),
        Ok((Came::Answer(answer), _)) if !answer.has_data() => Some(0),
        // The schema has one size and one price, however many objects it is.
        Ok(_) if asks_for_schema => Some(requested),
        Ok((Came::Answer(answer), _)) => answer.objects().map(|objects| price.after(objects)),
        Ok((Came::Stream(_), _)) => Some(requested),
    };
    let actual = actual.map(|actual| spending.settle(actual, app.backend.now()));
    let (came, found_valid) = carried?;
    if found_valid && let Some((hash, text)) = to_keep {
        app.persisted.keep(hash, &text, &document, spending.caller());
    }
    Ok((came, Bill { requested, actual }))
}

/// What came of a planned operation, and whether its document was found valid.
async fn carry_out_planned(
    app: &App,
    plan: Plan,
    claims: Option<Arc<Claims>>,
    place: OwnedSemaphorePermit,
    summary: &RefCell<Summary>,
) -> Result<(Came, bool), Refusal> {
    let valid = plan.valid;
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
        let mut request = plan.request;
        if plan.kind == OperationType::Mutation {
            request = request.data(app.desk.clone());
        }
        let mut prepared = app.backend.prepare(request, plan.kind, claims).await?;
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
    Ok((came, found_valid))
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
    let Plan { request, kept, new, .. } = plan;
    let again = move || {
        let mut again = Request::new("").variables(request.variables.clone());
        again.operation_name.clone_from(&request.operation_name);
        again.set_parsed_query((*kept.document).clone());
        again.data(kept.familiar.clone())
    };
    (Box::new(again), new)
}
