//! What goes out: one body shape for everything that GraphQL can say.

use actix_web::{HttpResponse, http::header};
use async_graphql::{Response, ServerError, Value};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{
    allowance::Standing,
    events,
    ids::Ids,
    negotiate::Media,
    refusal::{Outcome, Refusal, code, error, set_code, status},
};
use crate::{
    context::{objects, write_value},
    error::Code,
    idempotency::REPLAYED,
};

/// Errors in one answer; further ones are counted in `extensions.errorsOmitted`.
const MOST_ERRORS: usize = 20;
/// Longest message, in characters: a document may hold names of any length.
const LONGEST_MESSAGE: usize = 500;

/// When to try again what there was no time or no room for, in seconds.
const RETRY_AFTER: u32 = 1;

/// Says that something in the answer was done before, and not again.
const REPLAY: &str = "idempotency-replayed";

/// The framework's own words for a value that does not fit its argument. The first
/// go on with the path of the value, the second with the name of its type.
const UNFIT: [&str; 2] = ["Invalid value for argument \"", "Failed to parse \""];

/// An answer before it is written.
#[derive(Debug)]
pub struct Answer {
    /// Which row of the table of status codes.
    pub outcome: Outcome,
    errors: Vec<ServerError>,
    /// Absent when nothing was executed.
    data: Option<Value>,
    extensions: Map<String, Json>,
    /// In how many seconds it may be asked again.
    wait: Option<u64>,
    /// Whether the framework has looked at the document and found it valid.
    pub found_valid: bool,
}

/// What an operation costs.
#[derive(Clone, Copy, Debug)]
pub struct Bill {
    /// What it may cost, as it was charged before.
    pub requested: u32,
    /// What it did cost; nothing where nobody knows.
    pub actual: Option<u32>,
}

impl Answer {
    /// What the framework answered. Its request errors lose their `data`, and
    /// every error gets a code and a text that may leave the house.
    #[must_use]
    pub fn executed(response: Response) -> Self {
        // Validation errors have no path; errors of fields have one.
        let validated = response.data != Value::Null
            || response.errors.is_empty()
            || response.errors.iter().any(|error| !error.path.is_empty());
        let mut errors = response.errors;
        let extra = errors.len().saturating_sub(MOST_ERRORS);
        errors.truncate(MOST_ERRORS);
        for error in errors.iter_mut().filter(|error| code(error).is_none()) {
            if UNFIT.iter().any(|words| error.message.starts_with(words)) {
                set_code(error, Code::BadUserInput);
                set_field(error);
            } else if !validated {
                set_code(error, Code::GraphqlValidationFailed);
            } else {
                *error = masked(error);
            }
        }
        let mut extensions: Map<String, Json> = response
            .extensions
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.into_json().ok()?)))
            .collect();
        if extra > 0 {
            extensions.insert("errorsOmitted".into(), extra.into());
        }
        Self {
            outcome: if validated { Outcome::Executed } else { Outcome::Invalid },
            errors,
            data: validated.then_some(response.data),
            extensions,
            wait: None,
            found_valid: validated,
        }
    }

    /// The time for the operation was up: whatever it had found is gone.
    #[must_use]
    pub fn timed_out() -> Self {
        let error = error(Code::Timeout, "the operation took too long and was ended", &[]);
        Self {
            outcome: Outcome::Executed,
            errors: vec![error],
            data: Some(Value::Null),
            extensions: Map::new(),
            wait: None,
            found_valid: false,
        }
    }

    /// Something broke; the reference is in the log with `cause`.
    #[must_use]
    pub fn failed(cause: &str) -> Self {
        Self::from(Refusal::of(Outcome::Failed, vec![internal(cause)]))
    }

    /// How many objects came back; nothing where nobody knows, since it was ended.
    #[must_use]
    pub fn objects(&self) -> Option<u32> {
        let data = self.data.as_ref().filter(|_| self.found_valid)?;
        // The one at the top is no answer to a field.
        Some(objects(data).saturating_sub(1))
    }

    /// Tells what the operation could cost, what it did, and what is left.
    pub fn show_cost(&mut self, bill: &Bill, standing: &Standing) {
        let mut cost = Map::new();
        cost.insert("requested".into(), bill.requested.into());
        cost.insert("actual".into(), bill.actual.into());
        cost.insert("limit".into(), standing.limit.into());
        cost.insert("available".into(), standing.available.into());
        cost.insert("restoreRate".into(), standing.restore_rate.into());
        self.extensions.insert("cost".into(), cost.into());
    }

    /// The code of the first error, for the log.
    #[must_use]
    pub fn first_code(&self) -> Option<String> {
        self.errors.first().map(|error| code(error).unwrap_or("?").to_owned())
    }

    /// Whether something was executed.
    #[must_use]
    pub fn has_data(&self) -> bool {
        self.data.is_some()
    }

    /// Whether all went well.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.errors.is_empty()
    }

    /// The same as a refusal, of what was to be opened and was not.
    #[must_use]
    pub fn refused(self) -> Refusal {
        // Of a field there is a path; without one it is the whole request that may not come.
        let unknown =
            |error: &ServerError| error.path.is_empty() && code(error) == Some("UNAUTHENTICATED");
        let outcome = if self.errors.iter().any(unknown) {
            Outcome::Unauthenticated
        } else {
            Outcome::Invalid
        };
        Refusal::of(outcome, self.errors)
    }

    fn polish(&mut self, ids: &Ids) {
        for error in &mut self.errors {
            error.message = one_line(&error.message);
            if let Some(trace) = &ids.trace {
                error.extensions.get_or_insert_default().set("traceId", trace.as_str());
            }
        }
    }

    /// The answer as JSON.
    ///
    /// # Errors
    ///
    /// When it cannot be written as that.
    pub fn json(&mut self, ids: &Ids) -> serde_json::Result<String> {
        String::from_utf8(self.body(ids)?).map_err(serde::ser::Error::custom)
    }

    /// The same in bytes, which nobody need look through once more.
    fn body(&mut self, ids: &Ids) -> serde_json::Result<Vec<u8>> {
        self.polish(ids);
        // The members in the order in which people read them.
        let mut text = Vec::with_capacity(1_024);
        let mut separator = b'{';
        let mut member = |text: &mut Vec<u8>, name: &str| {
            text.push(separator);
            separator = b',';
            text.extend_from_slice(name.as_bytes());
        };
        if !self.errors.is_empty() {
            member(&mut text, "\"errors\":");
            serde_json::to_writer(&mut text, &self.errors)?;
        }
        if let Some(data) = &self.data {
            member(&mut text, "\"data\":");
            write_value(data, &mut text);
        }
        if !self.extensions.is_empty() {
            member(&mut text, "\"extensions\":");
            serde_json::to_writer(&mut text, &self.extensions)?;
        }
        if separator == b'{' {
            text.push(separator);
        }
        text.push(b'}');
        Ok(text)
    }

    /// Its errors alone, as JSON.
    ///
    /// # Errors
    ///
    /// When they cannot be written as that.
    pub fn errors_json(&mut self, ids: &Ids) -> serde_json::Result<String> {
        self.polish(ids);
        serde_json::to_string(&self.errors)
    }

    /// Writes the answer. `Vary: Accept`, since the type was negotiated.
    #[must_use]
    pub fn write(mut self, media: Media, draft: bool, ids: &Ids) -> HttpResponse {
        let body = if media == Media::Events {
            self.json(ids).map(|answer| events::whole(&answer).into_bytes())
        } else {
            self.body(ids)
        };
        let mut response = HttpResponse::build(status(self.outcome, media, draft));
        response
            .content_type(media.content_type())
            .insert_header((header::VARY, "accept"))
            .insert_header((header::CACHE_CONTROL, "no-store"));
        if self.outcome == Outcome::WrongMethod {
            response.insert_header((header::ALLOW, "POST"));
        }
        if self.extensions.contains_key(REPLAYED) {
            response.insert_header((REPLAY, "true"));
        }
        if matches!(self.outcome, Outcome::Late | Outcome::Overloaded) {
            response.insert_header((header::RETRY_AFTER, RETRY_AFTER));
        }
        if let Some(wait) = self.wait {
            response.insert_header((header::RETRY_AFTER, wait));
        }
        match body {
            Ok(body) => response.body(body),
            Err(cause) => {
                tracing::error!(%cause, "an answer cannot be written");
                HttpResponse::InternalServerError().finish()
            }
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self {
            outcome: refusal.outcome,
            errors: refusal.errors,
            data: None,
            extensions: Map::new(),
            wait: refusal.wait,
            found_valid: false,
        }
    }
}

/// Sets `extensions.field` to the path in an error about a value, if it tells one.
fn set_field(error: &mut ServerError) {
    let rest = error.message.strip_prefix(UNFIT[0]).and_then(|rest| rest.split_once('"'));
    if let Some((path, _)) = rest {
        let path = path.split('.').map(Value::from).collect();
        error.extensions.get_or_insert_default().set("field", Value::List(path));
    }
}

/// An error without a code comes from something that is not ours: its text stays
/// here, its place is told.
fn masked(found: &ServerError) -> ServerError {
    let mut told = internal(&found.message);
    told.locations.clone_from(&found.locations);
    told.path.clone_from(&found.path);
    told
}

fn internal(cause: &str) -> ServerError {
    let reference = Uuid::new_v4().simple().to_string();
    tracing::error!(%reference, %cause, "request failed");
    let mut error = error(Code::Internal, "something went wrong on our side", &[]);
    error.extensions.get_or_insert_default().set("reference", reference);
    error
}

fn one_line(message: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut line: String = message.chars().map(plain).take(LONGEST_MESSAGE).collect();
    if line.len() < message.len() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_short_line() {
        assert_eq!(one_line("a\nb\tc"), "a b c");
        assert_eq!(one_line(&"ñ".repeat(500)), "ñ".repeat(500));
        assert_eq!(one_line(&"ñ".repeat(501)), "ñ".repeat(500) + "…");
    }
}
