//! `/graphql`: from a request to an answer, step by step.

use std::panic::AssertUnwindSafe;

use actix_web::{
    HttpRequest, HttpResponse,
    dev::Payload,
    http::{Method, StatusCode, header},
    web,
};
use async_graphql::CacheControl;
use entity::ClientScope;
use futures_util::FutureExt;
use sea_orm::ActiveEnum;

use super::{
    App,
    answer::Answer,
    bearer, body, events,
    ids::{self, Ids},
    leases,
    log::Summary,
    negotiate::{self, Media},
    operation::{self, Came},
    params::Params,
    plan::Way,
    problem::problem,
    refusal::{Outcome, Refusal},
    socket,
};
use crate::error::{Code, Error};

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
    let safe = request.method() == Method::GET;
    let limits = &app.settings.limits;
    let write = |answer: Answer| {
        Summary::of(request).borrow_mut().outcome =
            Some(answer.first_code().unwrap_or_else(|| "ok".into()));
        answer.write(media, app.settings.draft_status_codes, ids)
    };

    // Before anything that costs: a service that has too much to do reads no token and no body.
    if app.places.available_permits() == 0 {
        app.metrics.shed();
        return write(Refusal::from(Error::Overloaded).into());
    }
    let claims = match bearer::claims(request.headers(), &app.issuers, app.backend.now()).await {
        Ok(claims) => claims,
        Err(reason) => {
            Summary::of(request).borrow_mut().reason = Some(reason);
            return challenge(write(invalid_token().into()), true);
        }
    };
    let params = if safe {
        Params::from_query(request.query_string())
    } else {
        if !negotiate::is_json(request.headers()) {
            let detail = "the body must be application/json in UTF-8";
            return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail, ids);
        }
        match body::read(request.headers(), payload, limits).await {
            Ok(body) => Params::from_body(&body),
            Err(unreadable) => {
                let (status, detail) = unreadable.told();
                let mut response = problem(status, detail, ids);
                let encodings = header::HeaderValue::from_static("gzip");
                response.headers_mut().insert(header::ACCEPT_ENCODING, encodings);
                return response;
            }
        }
    };
    let presented = claims.is_some();
    let shared = !presented && safe;
    let way = Way { safe, streams: negotiate::takes_events(request.headers()) };
    let summary = Summary::of(request);
    let came = match params {
        Ok(params) => operation::carry_out(app, params, way, claims.clone(), &summary).await,
        Err(refusal) => Err(refusal),
    };
    match came {
        Ok((Came::Answer(mut answer), cost)) => {
            if request.headers().get(COST).is_some_and(|value| value == "1") {
                answer.show_cost(cost, limits.cost);
            }
            let cache = answer.cache;
            let cache = if safe && answer.is_ok() { cache_control(cache, shared) } else { None };
            let mut response = write(*answer);
            if let Some(cache) = cache {
                response.headers_mut().insert(header::CACHE_CONTROL, cache);
                let vary = header::HeaderValue::from_static("authorization");
                response.headers_mut().append(header::VARY, vary);
            }
            response
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
                (true, _) => challenge(response, presented),
                (false, Some(scope)) => insufficient(response, scope),
                (false, None) => response,
            }
        }
    }
}

/// How long an answer to a GET may be kept, if at all.
fn cache_control(cache: CacheControl, shared: bool) -> Option<header::HeaderValue> {
    let scope = if shared && cache.public { "public" } else { "private" };
    let value = (cache.max_age > 0).then(|| format!("max-age={}, {scope}", cache.max_age))?;
    header::HeaderValue::from_str(&value).ok()
}

pub(super) fn invalid_token() -> Refusal {
    let message = "the access token is not valid, or not any more";
    Refusal::new(Outcome::Unauthenticated, Code::Unauthenticated, message)
}

/// Says how to authenticate (RFC 6750): the error only to those who tried.
pub(super) fn challenge(mut response: HttpResponse, presented: bool) -> HttpResponse {
    let value = if presented { "Bearer error=\"invalid_token\"" } else { "Bearer" };
    let value = header::HeaderValue::from_static(value);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    response
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
    match bearer::claims(request.headers(), &app.issuers, app.backend.now()).await {
        Ok(None) if !app.settings.anonymous_introspection => {
            let detail = "the schema is for those who say who they are";
            challenge(problem(StatusCode::UNAUTHORIZED, detail, &ids), false)
        }
        Ok(_) => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .body(app.sdl.clone()),
        Err(reason) => {
            Summary::of(&request).borrow_mut().reason = Some(reason);
            let detail = "the access token is not valid, or not any more";
            challenge(problem(StatusCode::UNAUTHORIZED, detail, &ids), true)
        }
    }
}
