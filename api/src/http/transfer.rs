//! `/documents/{id}` and `/bulk/{id}`: the bytes of files, in and out, through signed links.

use std::{io, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::{
        StatusCode,
        header::{
            self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
            HeaderValue,
        },
    },
    web,
};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::{
    App,
    bearer::{self, challenge},
    ids,
    problem::problem,
};
use crate::{
    bulk::BulkIntake,
    documents::{Delivery, Intake, Unserved},
    error::Error,
    token::Claims,
};

/// How many files may be coming in at once.
pub const MOST_UPLOADS: usize = 16;
/// How long a document may take to come.
const UPLOAD_TIME: Duration = Duration::from_mins(10);
/// How long the file of an import may, and the longest silence within.
const IMPORT_TIME: Duration = Duration::from_hours(3);
const SILENCE: Duration = Duration::from_secs(30);
/// How many pieces of it wait to be written.
const PIECES: usize = 4;

/// Why a file is not taken or not handed out: a status, and words.
type Refusal = (StatusCode, &'static str);

/// What a link is about: a document, or a bulk job, by its id as the address says it.
#[derive(Clone, Copy, Debug)]
pub enum File<'a> {
    /// A document.
    Document(&'a str),
    /// The file of a bulk job.
    Job(&'a str),
}

/// A file whose bytes may come.
#[derive(Debug)]
pub enum Incoming {
    /// A document, as long as was announced.
    Document(Intake),
    /// The file of an import.
    Job(BulkIntake),
}

impl Incoming {
    /// So many bytes will come, as far as the client says: whoever announces too much need not
    /// send it.
    fn announced(&mut self, length: Option<u64>) -> Result<(), Unserved> {
        match self {
            Self::Document(intake) => intake.announced(length),
            Self::Job(intake) => intake.announced(length),
        }
    }

    /// How long they may take.
    fn time(&self) -> Duration {
        match self {
            Self::Document(_) => UPLOAD_TIME,
            Self::Job(_) => IMPORT_TIME,
        }
    }

    async fn store(self, bytes: mpsc::Receiver<io::Result<Bytes>>) -> Result<(), Unserved> {
        match self {
            Self::Document(intake) => intake.store(bytes).await,
            Self::Job(intake) => intake.store(bytes).await,
        }
    }
}

/// `PUT /documents/{id}?link=…`: takes the bytes of a document.
pub async fn receive(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
    document: web::Path<String>,
) -> HttpResponse {
    answer(&request, take(&request, payload, &app, File::Document(&document)).await)
}

/// `PUT /bulk/{job}?link=…`: takes the file of an import.
pub async fn receive_of_job(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
    job: web::Path<String>,
) -> HttpResponse {
    answer(&request, take(&request, payload, &app, File::Job(&job)).await)
}

fn answer(request: &HttpRequest, taken: Result<(), Refusal>) -> HttpResponse {
    match taken {
        Ok(()) => {
            HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish()
        }
        Err(refusal) => refused(request, refusal),
    }
}

/// How many bytes will come, as far as the client says.
fn length(request: &HttpRequest) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Hands the bytes of a request to whoever stores them, in time and without long silences.
async fn take(
    request: &HttpRequest,
    mut payload: web::Payload,
    app: &App,
    file: File<'_>,
) -> Result<(), Refusal> {
    let claims = claims(request, app).await?;
    let encoding = request.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "the bytes are sent as they are"));
    }
    let place = app.uploads.clone().try_acquire_owned();
    let place = place.map_err(|_| told(&Unserved::Refused(Error::Overloaded)))?;
    let incoming = app.backend.incoming(file, link(request), claims).await;
    let mut incoming = incoming.map_err(|refusal| told(&refusal))?;
    incoming.announced(length(request)).map_err(|refusal| told(&refusal))?;
    let time = incoming.time();
    let (give, pieces) = mpsc::channel(PIECES);
    let storing = app.writes.spawn(incoming.store(pieces), place);
    let giving = async {
        loop {
            let next = tokio::time::timeout(SILENCE, payload.next()).await;
            let piece = match next {
                Ok(None) => return false,
                Ok(Some(piece)) => piece.map_err(io::Error::other),
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            };
            let broken = piece.is_err();
            let late = piece.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::TimedOut);
            // Nobody takes what was refused already.
            if give.send(piece).await.is_err() || broken {
                return late;
            }
        }
    };
    let late = tokio::time::timeout(time, giving).await;
    if late.is_err() {
        // What is not whole by now is broken off.
        let _ = give.send(Err(io::ErrorKind::TimedOut.into())).await;
    }
    drop(give);
    match storing.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) if late.unwrap_or(true) => {
            Err((StatusCode::REQUEST_TIMEOUT, "the bytes did not come in time"))
        }
        Ok(Err(refusal)) => Err(told(&refusal)),
        // The panic itself has been logged where it happened.
        Err(_) => Err(told(&Unserved::Refused(Error::internal("an upload broke off")))),
    }
}

/// `GET /documents/{id}?link=…`: hands out the bytes of a document.
pub async fn fetch(
    request: HttpRequest,
    app: web::Data<App>,
    document: web::Path<String>,
) -> HttpResponse {
    give(&request, &app, File::Document(&document)).await
}

/// `GET /bulk/{job}?link=…`: hands out the file of a bulk job.
pub async fn fetch_of_job(
    request: HttpRequest,
    app: web::Data<App>,
    job: web::Path<String>,
) -> HttpResponse {
    give(&request, &app, File::Job(&job)).await
}

async fn give(request: &HttpRequest, app: &App, file: File<'_>) -> HttpResponse {
    let claims = match claims(request, app).await {
        Ok(claims) => claims,
        Err(refusal) => return refused(request, refusal),
    };
    match app.backend.deliver(file, link(request), claims).await {
        Ok(delivery) => hand_out(delivery),
        Err(refusal) => refused(request, told(&refusal)),
    }
}

fn hand_out(delivery: Delivery) -> HttpResponse {
    let Delivery { file_name, media_type, size, bytes } = delivery;
    let plain = |letter: char| if letter.is_ascii() { letter } else { '_' };
    let mut parameters = vec![DispositionParam::Filename(file_name.chars().map(plain).collect())];
    if !file_name.is_ascii() {
        parameters.push(DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: file_name.into_bytes(),
        }));
    }
    let disposition = ContentDisposition { disposition: DispositionType::Attachment, parameters };
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header(disposition)
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        // Whatever a file is, no browser runs it as a page of ours.
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        // As it is, and as long as it says.
        .insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("identity")))
        .body(SizedStream::new(size, bytes))
}

/// Who says that they ask; a link is enough, but who says more must say it rightly.
async fn claims(request: &HttpRequest, app: &App) -> Result<Option<Arc<Claims>>, Refusal> {
    bearer::sender(request, app).await.map_err(|refusal| bearer::told(&refusal))
}

fn link(request: &HttpRequest) -> &str {
    let mut parts = request.query_string().split('&');
    parts.find_map(|part| part.strip_prefix("link=")).unwrap_or_default()
}

fn told(refusal: &Unserved) -> Refusal {
    match refusal {
        Unserved::Link => (StatusCode::FORBIDDEN, "the link is not valid, or not any more"),
        Unserved::TooLong => {
            (StatusCode::PAYLOAD_TOO_LARGE, "there are more bytes than were announced")
        }
        Unserved::Differs(how) => (StatusCode::UNPROCESSABLE_ENTITY, how),
        Unserved::Disguised => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the file is not what its name says")
        }
        Unserved::Refused(error) => match error {
            Error::NotFound(_) => (StatusCode::NOT_FOUND, "there is no such file, or not for you"),
            Error::Forbidden | Error::OutOfScope(_) => {
                (StatusCode::FORBIDDEN, "this is not yours to do")
            }
            Error::Unauthenticated => {
                (StatusCode::UNAUTHORIZED, "only for those who say who they are")
            }
            Error::Refused(_)
            | Error::Argument(..)
            | Error::IdempotencyMismatch
            | Error::UnderWay => (StatusCode::CONFLICT, "nothing takes bytes here now"),
            Error::Timeout | Error::Overloaded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too much is going on at the moment: try again a little later",
            ),
            Error::Internal(cause) => {
                tracing::error!(%cause, "a file could not be transferred");
                (StatusCode::INTERNAL_SERVER_ERROR, "something went wrong on our side")
            }
        },
    }
}

fn refused(request: &HttpRequest, (status, detail): Refusal) -> HttpResponse {
    let mut response = problem(status, detail, &ids::of(request));
    if status == StatusCode::UNAUTHORIZED {
        return challenge(response, request.headers().contains_key(header::AUTHORIZATION));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}
