//! `/graphql`: from a request to an answer, step by step.

use std::{panic::AssertUnwindSafe, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    dev::Payload,
    http::{Method, StatusCode, header},
    web,
};
use entity::ClientScope;
use futures_util::FutureExt;
use sea_orm::ActiveEnum;

use super::{
    App,
    allowance::Spending,
    answer::Answer,
    bearer::{self, challenge},
    body, caching,
    caller::Caller,
    events,
    ids::{self, Ids},
    leases,
    log::Summary,
    negotiate::{self, Media},
    operation::{self, Asking, Came},
    params::Params,
    plan::Way,
    problem::problem,
    refusal::{Outcome, Refusal},
    socket,
};
use crate::{error::Error, token::Claims};

/// Ask for `extensions.cost` with `X-Vinculo-Cost: 1`.
const COST: &str = "x-vinculo-cost";

/// `GET` and `POST` of `/graphql`.
pub async fn graphql(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> HttpResponse {
    let ids = ids::of(&request);
    if socket::is_asked_for(request.headers()) {
        return socket::open(&request, payload, app).await;
    }
    let Some(media) = negotiate::accepted(request.headers()) else {
        return unacceptable(&ids);
    };
    let streams = negotiate::takes_events(request.headers());
    Summary::of(&request).borrow_mut().transport = Some(if streams { "events" } else { "http" });
    let answering = answer(&request, payload.into_inner(), &app, media, &ids);
    AssertUnwindSafe(answering).catch_unwind().await.unwrap_or_else(|_| {
        // The panic itself has been logged where it happened.
        Summary::of(&request).borrow_mut().outcome = Some("INTERNAL".into());
        let answer = Answer::failed("an operation panicked");
        answer.write(media, app.settings.draft_status_codes, &ids)
    })
}

async fn answer(
    request: &HttpRequest,
    payload: Payload,
    app: &web::Data<App>,
    media: Media,
    ids: &Ids,
) -> HttpResponse {
    let write = |answer: Answer| write(request, app, media, ids, answer);
    // Before anything that costs: a service that has too much to do reads no token and no body.
    if app.places.available_permits() == 0 {
        app.metrics.shed();
        return write(Refusal::from(Error::Overloaded).into());
    }
    let claims = match bearer::sender(request, app).await {
        Ok(claims) => claims,
        Err(refusal) if refusal.outcome == Outcome::Unauthenticated => {
            return challenge(write(refusal.into()), true);
        }
        Err(refusal) => return write(refusal.into()),
    };
    let caller = Caller::of(claims.as_deref(), app.address(request));
    let known = claims.is_some();
    let mut response = match app.allowances.begin(caller.clone(), app.backend.now()) {
        Ok(mut spending) => {
            carry_out(request, payload, app, media, ids, claims, &mut spending).await
        }
        Err(refusal) => write(refusal.into()),
    };
    let for_everybody = caching::is_for_everybody(&response);
    let headers = response.headers_mut();
    let vary = if for_everybody { "authorization, x-vinculo-cost" } else { "authorization" };
    headers.append(header::VARY, header::HeaderValue::from_static(vary));
    if known {
        let keep = header::HeaderValue::from_static("private, no-store");
        headers.insert(header::CACHE_CONTROL, keep);
    }
    // What is left to one caller is no news for those whom a cache gives this answer.
    if !for_everybody {
        app.allowances.standing(&caller, app.backend.now()).mark(headers);
    }
    response
}

/// Writes an answer, and tells the log what it is.
fn write(
    request: &HttpRequest,
    app: &App,
    media: Media,
    ids: &Ids,
    answer: Answer,
) -> HttpResponse {
    Summary::of(request).borrow_mut().outcome =
        Some(answer.first_code().unwrap_or_else(|| "ok".into()));
    answer.write(media, app.settings.draft_status_codes, ids)
}

/// Carries out what whoever asks wants; they have points, and their token, if any, counts.
async fn carry_out(
    request: &HttpRequest,
    payload: Payload,
    app: &web::Data<App>,
    media: Media,
    ids: &Ids,
    claims: Option<Arc<Claims>>,
    spending: &mut Spending<'_>,
) -> HttpResponse {
    let safe = request.method() == Method::GET;
    let headers = request.headers();
    let write = |answer: Answer| write(request, app, media, ids, answer);
    let params = if safe {
        Params::from_query(request.query_string())
    } else {
        if !negotiate::is_json(headers) {
            let detail = "the body must be application/json in UTF-8";
            return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail, ids);
        }
        match body::read(headers, payload, &app.settings.limits).await {
            Ok(body) => Params::from_body(&body).and_then(|params| params.under_key(headers)),
            Err(unreadable) => {
                let (status, detail) = unreadable.told();
                let mut response = problem(status, detail, ids);
                let encodings = header::HeaderValue::from_static("gzip");
                response.headers_mut().insert(header::ACCEPT_ENCODING, encodings);
                return response;
            }
        }
    };
    let way = Way { safe, streams: negotiate::takes_events(headers) };
    let page = app.persisted.application(headers).cloned();
    let asking = Asking { claims: claims.clone(), page, way };
    let summary = Summary::of(request);
    let came = match params {
        Ok(params) => operation::carry_out(app, params, asking, spending, &summary).await,
        Err(refusal) => Err(refusal),
    };
    match came {
        Ok((Came::Answer(mut answer), bill)) => {
            let shows_cost = shows_cost(headers, claims.as_deref());
            if shows_cost {
                let standing = app.allowances.standing(spending.caller(), app.backend.now());
                answer.show_cost(&bill, &standing);
            }
            let seconds = app.settings.public_seconds;
            let for_everybody = safe
                && claims.is_none()
                && answer.is_ok()
                && !shows_cost
                && media != Media::Events
                && seconds > 0;
            let response = write(*answer);
            if for_everybody {
                caching::for_everybody(response, headers, seconds)
            } else {
                response
            }
        }
        Ok((Came::Stream(answers), _)) => {
            let Some(lease) = app.leases.take(leases::Kind::Stream, claims.as_deref()) else {
                summary.borrow_mut().outcome = Some("RATE_LIMITED".into());
                let detail = "too many streams are open: end one, or use one WebSocket for several";
                return problem(StatusCode::TOO_MANY_REQUESTS, detail, ids);
            };
            events::stream(app.clone(), ids.clone(), claims, lease, answers)
        }
        Err(refusal) => {
            let (unauthenticated, scope) =
                (refusal.outcome == Outcome::Unauthenticated, refusal.scope);
            let response = write(refusal.into());
            match (unauthenticated, scope) {
                (true, _) => challenge(response, claims.is_some()),
                (false, Some(scope)) => insufficient(response, scope),
                (false, None) => response,
            }
        }
    }
}

/// Whether answers tell what they cost: to machines always, to others when they ask.
pub(super) fn shows_cost(headers: &header::HeaderMap, claims: Option<&Claims>) -> bool {
    headers.get(COST).is_some_and(|value| value == "1")
        || claims.is_some_and(|claims| claims.client().is_some())
}

/// Says which scope would do (RFC 6750).
fn insufficient(mut response: HttpResponse, scope: ClientScope) -> HttpResponse {
    let value = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scope.to_value());
    if let Ok(value) = header::HeaderValue::try_from(value) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

fn unacceptable(ids: &Ids) -> HttpResponse {
    let detail =
        "offered are application/graphql-response+json, application/json and text/event-stream";
    let mut response = problem(StatusCode::NOT_ACCEPTABLE, detail, ids);
    response.headers_mut().insert(header::VARY, header::HeaderValue::from_static("accept"));
    response
}

/// `GET /schema.graphql`: the SDL, for those who may ask for the schema.
pub async fn schema(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let ids = ids::of(&request);
    match bearer::sender(&request, &app).await {
        Ok(None) if !app.settings.anonymous_introspection => {
            let detail = "the schema is for those who say who they are";
            challenge(problem(StatusCode::UNAUTHORIZED, detail, &ids), false)
        }
        Ok(_) => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .body(app.sdl.clone()),
        Err(refusal) => bearer::refused(&refusal, &ids),
    }
}
