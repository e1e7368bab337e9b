//! Which pages of other origins may call us: those in the list, and no other.
//!
//! Tokens travel in a header that scripts set, never in cookies, so answers are
//! never marked as good with credentials.

use actix_web::{
    HttpResponse,
    dev::ServiceRequest,
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
};

const METHODS: &str = "GET, POST, PUT, OPTIONS";
const HEADERS: &str = "accept, authorization, content-type, idempotency-key, if-none-match, \
                       traceparent, x-request-id, x-vinculo-cost";
const EXPOSED: &str = "etag, idempotency-replayed, ratelimit, ratelimit-policy, retry-after, \
                       www-authenticate, x-request-id";
/// How long a browser may remember the permission, in seconds.
const MAX_AGE: &str = "600";

/// The origin of a request, if it may call us.
#[must_use]
pub fn allowed(request: &ServiceRequest, origins: &[String]) -> Option<HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?;
    origins.iter().any(|one| one.as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

/// Whether a browser asks if it may send a request.
#[must_use]
pub fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight; without permission it has no CORS header.
#[must_use]
pub fn preflight(origin: Option<&HeaderValue>) -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    if origin.is_some() {
        response
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, MAX_AGE));
    }
    response.finish()
}

/// Marks an answer as readable by the pages of `origin`. Where a list exists,
/// caches must know that answers differ by origin.
pub fn mark(headers: &mut HeaderMap, origin: Option<HeaderValue>, origins: &[String]) {
    if !origins.is_empty() {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}
