//! Who sends a request, by its `Authorization` header.

use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use chrono::{DateTime, Utc};

use crate::token::{Claims, Issuers};

/// Nobody, if nothing is presented; the claims of a valid token.
///
/// # Errors
///
/// Why what is presented does not count, for the log. Something presented that is
/// not a valid token is never taken for nothing.
pub async fn claims(
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
