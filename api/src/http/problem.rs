//! Errors that are not GraphQL's: RFC 9457 problem details.

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::json;

use super::ids::Ids;

/// An `application/problem+json` answer; `detail` is for people.
#[must_use]
pub fn problem(status: StatusCode, detail: &str, ids: &Ids) -> HttpResponse {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": detail,
        "instance": ids.request,
    });
    HttpResponse::build(status)
        .content_type("application/problem+json")
        .insert_header(("cache-control", "no-store"))
        .body(body.to_string())
}
