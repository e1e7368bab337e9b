//! A request that is not carried out, and which status code says so.

use actix_web::http::StatusCode;
use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value, resolver_utils::enum_value};

use entity::ClientScope;

use super::{allowance::Standing, negotiate::Media};
use crate::error::{Code, Error};

/// What became of a request, as far as the status code is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out, wholly or in part: there is `data`.
    Executed,
    /// It is not JSON.
    NotJson,
    /// It is JSON, but not a GraphQL request; or it names no operation of its document.
    NoRequest,
    /// Its document cannot be parsed.
    Syntax,
    /// Its document or its variables do not fit the schema or the limits.
    Invalid,
    /// It should say who sends it, or says so in a way that we do not believe.
    Unauthenticated,
    /// Who sends it may not.
    Forbidden,
    /// It changes something, by GET.
    WrongMethod,
    /// Who sends it has spent what may be spent in such a time.
    Spent,
    /// There was no time to begin.
    Late,
    /// There was no room to begin.
    Overloaded,
    /// Our fault.
    Failed,
}

/// The one table of status codes. The audits that clients are measured with give
/// the default; `draft` follows the GraphQL-over-HTTP draft of August 2026, which
/// has the same codes for both media types.
#[must_use]
pub fn status(outcome: Outcome, media: Media, draft: bool) -> StatusCode {
    let (json, response, drafted) = match outcome {
        Outcome::Executed => (200, 200, 200),
        Outcome::NotJson => (400, 400, 400),
        Outcome::NoRequest => (400, 400, 422),
        Outcome::Syntax => (200, 400, 400),
        Outcome::Invalid => (200, 400, 422),
        Outcome::Unauthenticated => (401, 401, 401),
        Outcome::Forbidden => (403, 403, 403),
        Outcome::WrongMethod => (405, 405, 405),
        Outcome::Spent => (429, 429, 429),
        Outcome::Late | Outcome::Overloaded => (503, 503, 503),
        Outcome::Failed => (500, 500, 500),
    };
    let code = match (draft, media) {
        // The status of a stream says whether there is one: request errors are told in it.
        (_, Media::Events) | (false, Media::Json) => json,
        (false, Media::Response) => response,
        (true, _) => drafted,
    };
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A request error: nothing was executed, and the answer has no `data`.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Which row of the table it is.
    pub outcome: Outcome,
    /// What is told: at least one.
    pub errors: Vec<ServerError>,
    /// The scope that a machine would need.
    pub scope: Option<ClientScope>,
    /// In how many seconds it may be sent again.
    pub wait: Option<u64>,
}

impl Refusal {
    /// What is told, at least one error.
    #[must_use]
    pub fn of(outcome: Outcome, errors: Vec<ServerError>) -> Self {
        Self { outcome, errors, scope: None, wait: None }
    }

    /// One error, with its code.
    #[must_use]
    pub fn new(outcome: Outcome, code: Code, message: impl Into<String>) -> Self {
        Self::of(outcome, vec![error(code, message, &[])])
    }

    /// A document that does not fit.
    #[must_use]
    pub fn invalid(message: impl Into<String>, positions: &[Pos]) -> Self {
        let error = error(Code::GraphqlValidationFailed, message, positions);
        Self::of(Outcome::Invalid, vec![error])
    }

    /// A limit that is broken: `what` is told with both figures.
    #[must_use]
    pub fn limit(code: Code, what: &str, limit: u32, actual: u32) -> Self {
        let mut error = error(code, format!("{what}: {actual}, and at most {limit} allowed"), &[]);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("limit", limit);
        extensions.set("actual", actual);
        Self::of(Outcome::Invalid, vec![error])
    }

    /// More than is left to who sends it: it will be there in so many seconds.
    #[must_use]
    pub fn spent(requested: u32, standing: &Standing, wait: u64) -> Self {
        let Standing { limit, available, restore_rate, .. } = *standing;
        let message = format!(
            "this may cost {requested} points, and {available} of {limit} are left; \
             {restore_rate} come back a second: try again in {wait} s"
        );
        let mut error = error(Code::RateLimited, message, &[]);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("requested", requested);
        extensions.set("limit", limit);
        extensions.set("available", available);
        extensions.set("restoreRate", restore_rate);
        extensions.set("retryAfter", wait);
        Self { wait: Some(wait), ..Self::of(Outcome::Spent, vec![error]) }
    }
}

impl From<Error> for Refusal {
    /// An error from before the execution: what it says is said, and its cause is not.
    fn from(error: Error) -> Self {
        let outcome = match error {
            Error::Unauthenticated => Outcome::Unauthenticated,
            Error::Forbidden | Error::OutOfScope(_) => Outcome::Forbidden,
            Error::Timeout => Outcome::Late,
            Error::Overloaded => Outcome::Overloaded,
            Error::Internal(_) => Outcome::Failed,
            Error::NotFound(_)
            | Error::Argument(..)
            | Error::Refused(_)
            | Error::IdempotencyMismatch
            | Error::UnderWay => Outcome::Invalid,
        };
        let scope = match error {
            Error::OutOfScope(scope) => scope,
            _ => None,
        };
        let told = async_graphql::Error::from(error);
        let mut error = ServerError::new(told.message, None);
        error.extensions = told.extensions;
        Self { scope, ..Self::of(outcome, vec![error]) }
    }
}

/// An error with a code. A message is for people; its text may change.
#[must_use]
pub fn error(code: Code, message: impl Into<String>, positions: &[Pos]) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.locations = positions.to_vec();
    set_code(&mut error, code);
    error
}

/// Sets or replaces `extensions.code`.
pub fn set_code(error: &mut ServerError, code: Code) {
    error.extensions.get_or_insert_default().set("code", enum_value(code));
}

/// `extensions.code`, if there is one.
#[must_use]
pub fn code(error: &ServerError) -> Option<&str> {
    match error
        .extensions
        .as_ref()
        .and_then(|extensions: &ErrorExtensionValues| extensions.get("code"))?
    {
        Value::Enum(name) => Some(name),
        Value::String(name) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_audits_and_the_draft_differ_where_they_do() {
        let of = |outcome| {
            [
                status(outcome, Media::Json, false).as_u16(),
                status(outcome, Media::Response, false).as_u16(),
                status(outcome, Media::Json, true).as_u16(),
                status(outcome, Media::Response, true).as_u16(),
            ]
        };
        assert_eq!(of(Outcome::Executed), [200; 4]);
        assert_eq!(of(Outcome::Syntax), [200, 400, 400, 400]);
        assert_eq!(of(Outcome::Invalid), [200, 400, 422, 422]);
        assert_eq!(of(Outcome::NoRequest), [400, 400, 422, 422]);
        assert_eq!(of(Outcome::Unauthenticated), [401; 4]);
        assert_eq!(of(Outcome::Spent), [429; 4]);
        assert_eq!(of(Outcome::Overloaded), [503; 4]);
    }

    #[test]
    fn the_cause_of_our_faults_stays_here() {
        let refusal = Refusal::from(Error::internal("secret"));
        assert_eq!(refusal.outcome, Outcome::Failed);
        assert_eq!(code(&refusal.errors[0]), Some("INTERNAL"));
        let told = serde_json::to_string(&refusal.errors).unwrap();
        assert!(told.contains("reference") && !told.contains("secret"), "{told}");
    }
}
