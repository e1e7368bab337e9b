//! Who sends a request, by its `Authorization` header.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use chrono::{DateTime, Utc};

use super::{
    App,
    caller::Caller,
    ids::Ids,
    log::Summary,
    problem::problem,
    refusal::{Outcome, Refusal},
};
use crate::{
    error::Code,
    token::{Claims, Issuers},
};

/// What is told of a token that is not valid.
const NOT_VALID: &str = "the access token is not valid, or not any more";

/// Who sends a request. A token that is not valid is paid for by where it comes from.
///
/// # Errors
///
/// That it is not valid; or that there were too many from there.
pub async fn sender(request: &HttpRequest, app: &App) -> Result<Option<Arc<Claims>>, Refusal> {
    let now = app.backend.now();
    match claims(request.headers(), &app.issuers, now).await {
        Ok(claims) => Ok(claims),
        Err(reason) => {
            Summary::of(request).borrow_mut().reason = Some(reason);
            app.allowances.wrong_token(Caller::nobody(app.address(request)), now)?;
            Err(invalid_token())
        }
    }
}

/// A token that is not valid, or not any more.
#[must_use]
pub fn invalid_token() -> Refusal {
    Refusal::new(Outcome::Unauthenticated, Code::Unauthenticated, NOT_VALID)
}

/// Says how to authenticate (RFC 6750): the error only to those who tried.
#[must_use]
pub fn challenge(mut response: HttpResponse, presented: bool) -> HttpResponse {
    let value = if presented { "Bearer error=\"invalid_token\"" } else { "Bearer" };
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(value));
    response
}

/// Why somebody is not let through by their token, where GraphQL is not spoken.
#[must_use]
pub fn told(refusal: &Refusal) -> (StatusCode, &'static str) {
    match refusal.wait {
        None => (StatusCode::UNAUTHORIZED, NOT_VALID),
        Some(_) => (
            StatusCode::TOO_MANY_REQUESTS,
            "too many tokens were not valid: try again a little later",
        ),
    }
}

/// The same as an answer.
#[must_use]
pub fn refused(refusal: &Refusal, ids: &Ids) -> HttpResponse {
    let (status, detail) = told(refusal);
    let mut response = problem(status, detail, ids);
    let Some(wait) = refusal.wait else { return challenge(response, true) };
    response.headers_mut().insert(RETRY_AFTER, wait.into());
    response
}

/// Nobody, if nothing is presented; the claims of a valid token.
///
/// # Errors
///
/// Why what is presented does not count, for the log. Something presented that is
/// not a valid token is never taken for nothing.
async fn claims(
    headers: &HeaderMap,
    issuers: &Issuers,
    now: DateTime<Utc>,
) -> Result<Option<Arc<Claims>>, String> {
    let mut values = headers.get_all(AUTHORIZATION);
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().unwrap_or_default().trim(),
        (Some(_), Some(_)) => return Err("two headers".into()),
    };
    verified(value, issuers, now).await.map(Some)
}

/// The claims of the token in `Bearer …`.
///
/// # Errors
///
/// Why it does not count, for the log.
pub async fn verified(
    value: &str,
    issuers: &Issuers,
    now: DateTime<Utc>,
) -> Result<Arc<Claims>, String> {
    match value.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            let token = token.trim();
            issuers.keep_keys(token, now).await;
            issuers.verify(token, now).map_err(|refusal| refusal.to_string())
        }
        _ => Err("not a bearer token".into()),
    }
}
