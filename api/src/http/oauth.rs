//! OAuth 2.0 for machines: tokens by client credentials (RFC 6749, 4.4), and how others find out
//! what they need (RFC 8414, RFC 7517).

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{self, HeaderMap},
    },
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use entity::ClientScope;
use sea_orm::{ActiveEnum, Iterable};
use serde_json::{Value, json};

use super::{App, body, ids, log::Summary, problem::problem};
use crate::{
    clients::{Denied, LetIn},
    error::Error,
};

/// Longest form of a request for a token, in bytes.
const MOST_BYTES: usize = 8_192;
/// How long others may keep what they read here, in seconds.
const KEEP: &str = "public, max-age=600";

/// Why there is no token, as RFC 6749 (5.2) tells it.
enum Refused {
    /// The request is malformed: what is wrong with it.
    Request(&'static str),
    /// Who asks does not say who it is, or says so in vain.
    Client,
    /// There were too many wrong tries: seconds to wait.
    Wait(i64),
    GrantType,
    Scope,
    /// It cannot be looked up.
    Failed(Error),
}

/// `POST /oauth/token`.
pub async fn token(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> HttpResponse {
    let ids = ids::of(&request);
    let body = match body::read(request.headers(), payload.into_inner(), &app.settings.limits).await
    {
        Ok(body) => body,
        Err(unreadable) => {
            let (status, detail) = unreadable.told();
            return problem(status, detail, &ids);
        }
    };
    match granted(&request, &body, &app).await {
        Ok(answer) => told(&mut HttpResponse::Ok(), &answer),
        Err(refused) => {
            let (error, response) = refusal(refused);
            Summary::of(&request).borrow_mut().reason = Some(error);
            response
        }
    }
}

async fn granted(request: &HttpRequest, body: &[u8], app: &App) -> Result<Value, Refused> {
    let form = Form::read(request.headers(), body)?;
    let (client, secret) = credentials(request.headers(), &form)?;
    match form.one("grant_type")? {
        Some("client_credentials") => {}
        Some(_) => return Err(Refused::GrantType),
        None => return Err(Refused::Request("grant_type is missing")),
    }
    let wanted = form.one("scope")?;
    let from = app.address(request);
    let known =
        app.backend.let_in(&client, &secret, from).await.map_err(|denied| match denied {
            Denied::Wrong => Refused::Client,
            Denied::Wait(seconds) => Refused::Wait(seconds),
            Denied::Failed(error) => Refused::Failed(error),
        })?;
    let scope = scope(wanted, &known)?;
    let (client, now) = (known.client.to_string(), app.backend.now());
    let signed = app.issuers.sign_machine(&client, &scope, now, known.until);
    let (token, seconds) =
        signed.map_err(|refusal| Refused::Failed(Error::internal(refusal.to_string())))?;
    Ok(json!({
        "access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": scope,
    }))
}

/// What the token lets it do: what it asks for, if it may have it, or all that it may.
fn scope(wanted: Option<&str>, known: &LetIn) -> Result<String, Refused> {
    let mut scopes: Vec<String> = known.scopes.iter().map(ActiveEnum::to_value).collect();
    if let Some(wanted) = wanted {
        let wanted: Vec<_> = wanted.split(' ').filter(|one| !one.is_empty()).collect();
        if wanted.is_empty() || wanted.iter().any(|one| !scopes.iter().any(|may| may == one)) {
            return Err(Refused::Scope);
        }
        scopes.retain(|scope| wanted.contains(&scope.as_str()));
    }
    Ok(scopes.join(" "))
}

/// The id and the secret of who asks: in the header or in the form, never in both.
fn credentials(headers: &HeaderMap, form: &Form) -> Result<(String, String), Refused> {
    let (id, secret) = (form.one("client_id")?, form.one("client_secret")?);
    let mut values = headers.get_all(header::AUTHORIZATION);
    let value = match (values.next(), values.next()) {
        (None, _) => {
            let both = id.zip(secret).ok_or(Refused::Client)?;
            return Ok((both.0.to_owned(), both.1.to_owned()));
        }
        (Some(value), None) => value.to_str().unwrap_or_default().trim(),
        (Some(_), Some(_)) => return Err(Refused::Request("two headers")),
    };
    if secret.is_some() {
        return Err(Refused::Request("the client says who it is in two ways"));
    }
    let basic = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let told = basic.and_then(|(_, told)| STANDARD.decode(told.trim()).ok());
    let told = told.and_then(|told| String::from_utf8(told).ok()).ok_or(Refused::Client)?;
    // Neither our ids nor our secrets have a letter that a form would write in another way.
    let (known, secret) = told.split_once(':').ok_or(Refused::Client)?;
    if id.is_some_and(|id| id != known) {
        return Err(Refused::Request("the client says that it is two"));
    }
    Ok((known.to_owned(), secret.to_owned()))
}

/// What a form says, in its order.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refused> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Refused::Request("the body must be application/x-www-form-urlencoded"));
        }
        let malformed = Refused::Request("the form cannot be read");
        if body.len() > MOST_BYTES {
            return Err(Refused::Request("the form is too long"));
        }
        let Ok(text) = std::str::from_utf8(body) else { return Err(malformed) };
        web::Query::from_query(text)
            .map(|form: web::Query<Vec<(String, String)>>| Self(form.into_inner()))
            .map_err(|_| malformed)
    }

    /// A parameter; nothing when it is not there, or empty. None may be there twice.
    fn one(&self, name: &str) -> Result<Option<&str>, Refused> {
        let mut found = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        let first = found.next().map(String::as_str);
        if found.next().is_some() {
            return Err(Refused::Request("a parameter is there twice"));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }
}

fn refusal(refused: Refused) -> (String, HttpResponse) {
    let (status, error, detail) = match refused {
        Refused::Request(detail) => (StatusCode::BAD_REQUEST, "invalid_request", detail),
        Refused::Client => {
            let detail = "there is no such client, its secret is another one, or its time is over";
            (StatusCode::UNAUTHORIZED, "invalid_client", detail)
        }
        Refused::Wait(_) => {
            let detail = "there were too many wrong tries: wait";
            (StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", detail)
        }
        Refused::GrantType => {
            let detail = "offered is client_credentials";
            (StatusCode::BAD_REQUEST, "unsupported_grant_type", detail)
        }
        Refused::Scope => {
            let detail = "the client may not do all of that";
            (StatusCode::BAD_REQUEST, "invalid_scope", detail)
        }
        Refused::Failed(Error::Internal(ref cause)) => {
            tracing::error!(%cause, "a machine could not be let in");
            (StatusCode::INTERNAL_SERVER_ERROR, "server_error", "something went wrong on our side")
        }
        Refused::Failed(_) => {
            let detail = "too much is going on at the moment: try again a little later";
            (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", detail)
        }
    };
    let mut response = HttpResponse::build(status);
    match refused {
        Refused::Client => {
            response.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"vinculo\""));
        }
        Refused::Wait(seconds) => {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        Refused::Failed(_) if status == StatusCode::SERVICE_UNAVAILABLE => {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        _ => {}
    }
    let body = json!({ "error": error, "error_description": detail });
    (error.to_owned(), told(&mut response, &body))
}

/// An answer that nobody keeps.
fn told(response: &mut HttpResponseBuilder, body: &Value) -> HttpResponse {
    response
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"))
        .body(body.to_string())
}

/// `GET /.well-known/jwks.json`: the keys that verify our tokens.
pub async fn keys(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/jwk-set+json")
        .insert_header((header::CACHE_CONTROL, KEEP))
        .body(app.issuers.published().to_owned())
}

/// `GET /.well-known/oauth-authorization-server`: what we are as an issuer. Only where we know our
/// own address: an issuer without one cannot be found.
pub async fn metadata(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let name = app.issuers.name();
    if !name.contains("://") {
        let detail = "the service does not know its own address (public_url)";
        return problem(StatusCode::NOT_FOUND, detail, &ids::of(&request));
    }
    let scopes: Vec<_> = ClientScope::iter().map(|scope| scope.to_value()).collect();
    let told = json!({
        "issuer": name,
        "token_endpoint": format!("{name}/oauth/token"),
        "jwks_uri": format!("{name}/.well-known/jwks.json"),
        "scopes_supported": scopes,
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, KEEP))
        .body(told.to_string())
}
