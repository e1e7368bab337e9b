//! The names of a request: ours, and the one of the trace it belongs to.

use actix_web::{HttpMessage, HttpRequest, http::header::HeaderMap};
use uuid::Uuid;

/// The header that carries a request's id, in both directions.
pub const REQUEST_ID: &str = "x-request-id";

/// What a request is called in logs and answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ids {
    /// 1–128 characters of `[A-Za-z0-9._-]`: the caller's, or made here.
    pub request: String,
    /// The trace id of a well-formed `traceparent`: 32 hexadecimal digits.
    pub trace: Option<String>,
}

impl Ids {
    /// Reads them from a request's headers; what is malformed counts as absent.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let request = header(REQUEST_ID).filter(|id| is_request_id(id));
        Self {
            request: request.map_or_else(|| Uuid::new_v4().simple().to_string(), ToOwned::to_owned),
            trace: header("traceparent").and_then(trace_id).map(ToOwned::to_owned),
        }
    }
}

/// The ids that the envelope gave to a request.
#[must_use]
pub fn of(request: &HttpRequest) -> Ids {
    let found = request.extensions().get::<Ids>().cloned();
    found.unwrap_or_else(|| Ids::of(request.headers()))
}

fn is_request_id(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// The trace id of a W3C `traceparent`; later versions may append more fields.
fn trace_id(text: &str) -> Option<&str> {
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zero = |text: &str| text.bytes().all(|b| b == b'0');
    let mut fields = text.split('-');
    let (version, trace, parent, flags) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let good = hex(version, 2)
        && version != "ff"
        && hex(trace, 32)
        && !zero(trace)
        && hex(parent, 16)
        && !zero(parent)
        && hex(flags, 2)
        && (version != "00" || fields.next().is_none());
    good.then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_ids_are_taken() {
        for good in ["a", "req-1.2_3", &"a".repeat(128)] {
            assert!(is_request_id(good), "{good}");
        }
        for bad in ["", "a b", "ñ", "a/b", &"a".repeat(129)] {
            assert!(!is_request_id(bad), "{bad}");
        }
    }

    #[test]
    fn only_well_formed_traces_are_taken() {
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let good = format!("00-{trace}-b7ad6b7169203331-01");
        assert_eq!(trace_id(&good), Some(trace));
        assert_eq!(trace_id(&format!("01-{trace}-b7ad6b7169203331-01-more")), Some(trace));
        for bad in [
            String::new(),
            good.to_uppercase(),
            format!("{good}-more"),
            format!("ff-{trace}-b7ad6b7169203331-01"),
            format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            format!("00-{trace}-b7ad6b7169203331"),
            format!("00-{trace}-b7ad6b716920333-01"),
        ] {
            assert_eq!(trace_id(&bad), None, "{bad}");
        }
    }
}
