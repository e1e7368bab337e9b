//! The names of a request: ours, and the one of the trace it belongs to.

use actix_web::{HttpMessage, HttpRequest, http::header::HeaderMap};
use uuid::Uuid;

use crate::telemetry::traces::Parent;

/// The header that carries a request's id, in both directions.
pub const REQUEST_ID: &str = "x-request-id";

/// What a request is called in logs and answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ids {
    /// 1–128 characters of `[A-Za-z0-9._-]`: the caller's, or made here.
    pub request: String,
    /// The trace to which it belongs: 32 hexadecimal digits.
    pub trace: Option<String>,
    /// What a well-formed `traceparent` says.
    pub parent: Option<Parent>,
}

impl Ids {
    /// Reads them from a request's headers; what is malformed counts as absent.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let request = header(REQUEST_ID).filter(|id| is_request_id(id));
        let parent = header("traceparent").and_then(parent);
        Self {
            request: request.map_or_else(|| Uuid::new_v4().simple().to_string(), ToOwned::to_owned),
            trace: parent.as_ref().map(|parent| parent.trace.clone()),
            parent,
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

/// What a W3C `traceparent` says; later versions may append more fields.
fn parent(text: &str) -> Option<Parent> {
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zero = |text: &str| text.bytes().all(|b| b == b'0');
    let mut fields = text.split('-');
    let (version, trace, span, flags) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let good = hex(version, 2)
        && version != "ff"
        && hex(trace, 32)
        && !zero(trace)
        && hex(span, 16)
        && !zero(span)
        && hex(flags, 2)
        && (version != "00" || fields.next().is_none());
    if !good {
        return None;
    }
    let sampled = u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1);
    Some(Parent { trace: trace.to_owned(), span: span.to_owned(), sampled })
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
        let of = |text: &str| parent(text).map(|parent| (parent.trace, parent.sampled));
        assert_eq!(of(&good), Some((trace.to_owned(), true)));
        let later = format!("01-{trace}-b7ad6b7169203331-02-more");
        assert_eq!(of(&later), Some((trace.to_owned(), false)));
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
            assert_eq!(parent(&bad), None, "{bad}");
        }
    }
}
