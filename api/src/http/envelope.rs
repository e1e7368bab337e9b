//! What holds for every path: ids, limits of the address, CORS, security headers,
//! compression, and the line in the log.

use actix_web::{
    Error, HttpMessage,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use tracing::Instrument;

use super::{
    App, caching, cors,
    ids::{Ids, REQUEST_ID},
    log::Line,
    problem::problem,
};

/// Shorter answers are not compressed, in bytes: it would not pay.
const WORTH_COMPRESSING: u64 = 1_024;

/// Around everything.
pub async fn envelope<B: MessageBody + 'static>(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut ids = Ids::of(request.headers());
    let method = request.method().as_str();
    let mut line = Line::new(app.clone(), method, request.path(), &mut ids);
    request.extensions_mut().insert(ids.clone());
    request.extensions_mut().insert(line.summary.clone());
    let origins = &app.settings.cors_origins;
    let origin = cors::allowed(&request, origins);

    let too_long = request.uri().to_string().len() > app.settings.limits.url_bytes as usize;
    let mut response = if too_long {
        let detail = "the address is too long: send the request by POST";
        request.into_response(problem(StatusCode::URI_TOO_LONG, detail, &ids))
    } else if cors::is_preflight(&request) {
        request.into_response(cors::preflight(origin.as_ref()))
    } else {
        let span = tracing::info_span!("request", id = %ids.request);
        let answering = line.step.around(next.call(request).instrument(span));
        answering.await?.map_into_boxed_body()
    };
    line.status = Some(response.status());

    let headers = response.headers_mut();
    cors::mark(headers, origin, origins);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(&ids.request) {
        headers.insert(HeaderName::from_static(REQUEST_ID), id);
    }
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding == "identity") {
        headers.remove(header::CONTENT_ENCODING);
    }
    caching::name_packed(headers);
    Ok(response)
}

/// Inside the compressing middleware, which leaves alone what already says how it
/// is encoded: short answers say `identity`, and [`envelope`] takes that off again.
pub async fn spare_short_answers<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    if let BodySize::Sized(length) = response.response().body().size()
        && length < WORTH_COMPRESSING
    {
        let identity = HeaderValue::from_static("identity");
        response.headers_mut().insert(header::CONTENT_ENCODING, identity);
    }
    Ok(response)
}
