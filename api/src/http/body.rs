//! The body of a request, read under a limit of bytes and of time.

use std::time::Duration;

use actix_web::{
    dev::{Decompress, Payload},
    error::PayloadError,
    http::{
        StatusCode,
        header::{CONTENT_ENCODING, CONTENT_LENGTH, ContentEncoding, HeaderMap},
    },
    web::Bytes,
};
use futures_util::{Stream, StreamExt, pin_mut, stream};

use crate::config::Limits;

/// Bytes that are decompressed at a time. One byte may become a thousand, so this
/// bounds what is in memory beyond the limit to a megabyte.
const PIECE: usize = 1_024;

/// Why a body cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is longer than allowed, compressed or not.
    TooLong,
    /// It did not arrive in time.
    Late,
    /// It is compressed in a way that we do not know.
    Encoding,
    /// It broke off, or is not compressed as it says.
    Broken,
}

impl Unreadable {
    /// How that is told.
    #[must_use]
    pub fn told(self) -> (StatusCode, &'static str) {
        match self {
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "the body is too long"),
            Self::Late => (StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
            Self::Encoding => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body may be compressed with gzip only")
            }
            Self::Broken => (StatusCode::BAD_REQUEST, "the body cannot be read"),
        }
    }
}

/// The whole body, decompressed.
///
/// # Errors
///
/// When it is too long, too slow, or cannot be read.
pub async fn read(
    headers: &HeaderMap,
    payload: Payload,
    limits: &Limits,
) -> Result<Vec<u8>, Unreadable> {
    let most = limits.body_bytes as usize;
    let gzip = is_gzip(headers)?;
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|length| length.parse::<u64>().ok()).is_some_and(|n| n > most as u64) {
        return Err(Unreadable::TooLong);
    }
    let reading = async {
        if gzip {
            let pieces = payload.flat_map(|chunk| stream::iter(pieces(chunk)));
            collect(Decompress::new(pieces, ContentEncoding::Gzip), most).await
        } else {
            collect(payload, most).await
        }
    };
    let patience = Duration::from_secs(limits.body_seconds.into());
    tokio::time::timeout(patience, reading).await.unwrap_or(Err(Unreadable::Late))
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Unreadable> {
    let mut values = headers.get_all(CONTENT_ENCODING);
    let (first, more) = (values.next(), values.next());
    let Some(first) = first else { return Ok(false) };
    let name = first.to_str().unwrap_or("?").trim().to_ascii_lowercase();
    match (name.as_str(), more) {
        ("identity" | "", None) => Ok(false),
        ("gzip" | "x-gzip", None) => Ok(true),
        _ => Err(Unreadable::Encoding),
    }
}

fn pieces(chunk: Result<Bytes, PayloadError>) -> Vec<Result<Bytes, PayloadError>> {
    match chunk {
        Ok(mut chunk) => {
            let mut pieces = Vec::with_capacity(chunk.len() / PIECE + 1);
            while chunk.len() > PIECE {
                pieces.push(Ok(chunk.split_to(PIECE)));
            }
            pieces.push(Ok(chunk));
            pieces
        }
        error => vec![error],
    }
}

async fn collect(
    chunks: impl Stream<Item = Result<Bytes, PayloadError>>,
    most: usize,
) -> Result<Vec<u8>, Unreadable> {
    pin_mut!(chunks);
    let mut body = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Unreadable::Broken)?;
        if body.len() + chunk.len() > most {
            return Err(Unreadable::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
