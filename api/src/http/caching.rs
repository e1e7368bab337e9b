//! Who may keep an answer, and for how long.
//!
//! What nobody in particular asked for by GET is the same for everybody: a cache in front may keep
//! it for a while, and ask afterwards whether it is still the same. What somebody asked for is
//! theirs alone; an answer with an error is nobody's to keep. That an answer depends on
//! `Authorization` is said of all of them: so a cache keeps those of nobody apart.

use actix_web::{
    HttpResponse,
    body::MessageBody,
    http::{
        StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
            IF_NONE_MATCH, VARY,
        },
    },
};
use sha2::{Digest, Sha256};

/// What an entity tag ends with when the body is packed: these are other bytes.
const PACKED: &str = "-gzip";

/// An answer that is for everybody, for so many seconds; or, where whoever asks has it, that it is
/// still the same.
#[must_use]
pub fn for_everybody(response: HttpResponse, asked: &HeaderMap, seconds: u32) -> HttpResponse {
    let (head, body) = response.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        // It comes piece by piece: there is no whole to name.
        Err(body) => return head.set_body(body),
    };
    let kind = head.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let tag = tag(kind, &bytes);
    let known = known(asked, &tag);
    let mut response = match known {
        Some(_) => {
            let mut unchanged = head.set_body(()).map_into_boxed_body();
            *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
            unchanged.headers_mut().remove(CONTENT_TYPE);
            unchanged
        }
        None => head.set_body(bytes).map_into_boxed_body(),
    };
    for (name, value) in [
        (CACHE_CONTROL, format!("public, max-age={seconds}")),
        (ETAG, format!("\"{}\"", known.unwrap_or(tag))),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Whether an answer is for everybody.
#[must_use]
pub fn is_for_everybody(response: &HttpResponse) -> bool {
    response.headers().contains_key(ETAG)
}

/// Names the bytes of a body, and what they are.
fn tag(kind: &[u8], body: &[u8]) -> String {
    let hash = Sha256::new().chain_update(kind).chain_update([0]).chain_update(body).finalize();
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    format!("{:032x}", u128::from_be_bytes(half))
}

/// The tag by which whoever asks has what this one names, packed or not.
fn known(asked: &HeaderMap, tag: &str) -> Option<String> {
    let values = asked.get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).find_map(|one| {
        let one = one.trim();
        if one == "*" {
            return Some(tag.to_owned());
        }
        let one = one.strip_prefix("W/").unwrap_or(one);
        let one = one.strip_prefix('"')?.strip_suffix('"')?;
        (one.strip_suffix(PACKED).unwrap_or(one) == tag).then(|| one.to_owned())
    })
}

/// What is left to say of an answer that is for everybody, once it is known whether its body is
/// packed: then it is named by a tag of its own.
pub fn name_packed(headers: &mut HeaderMap) {
    if !headers.contains_key(ETAG) {
        return;
    }
    if !headers.contains_key(CONTENT_ENCODING) {
        // Of what it packs, the compressing middleware says so itself.
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
        return;
    }
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok()?.strip_suffix('"'));
    let tag = tag.filter(|tag| !tag.ends_with(PACKED)).map(|tag| format!("{tag}{PACKED}\""));
    if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        headers.insert(ETAG, tag);
    }
}
