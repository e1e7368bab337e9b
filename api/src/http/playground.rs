//! The playground: a page, a script and a style, all inside the binary.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{App, ids, problem::problem};

/// What is served below `/playground/`: name, content type, bytes. The page itself
/// is `index.html`.
pub const ASSETS: &[(&str, &str, &[u8])] = &[
    (
        "index.html",
        "text/html; charset=utf-8",
        include_bytes!("../../assets/playground/index.html"),
    ),
    (
        "playground.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/playground/playground.js"),
    ),
    (
        "playground.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/playground/playground.css"),
    ),
    (
        "LICENSES.txt",
        "text/plain; charset=utf-8",
        include_bytes!("../../assets/playground/LICENSES.txt"),
    ),
];

/// Everything from here, nothing from elsewhere, and in nobody's frame. The
/// pictures in `data:` are the editor's marks for mistakes.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                   img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET /`: to the playground.
pub async fn root(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    if app.settings.playground {
        HttpResponse::Found().insert_header(("location", "/playground")).finish()
    } else {
        absent(&request)
    }
}

/// `GET /playground`.
pub async fn page(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    asset(&request, &app, "index.html")
}

/// `GET /playground/{file}`.
pub async fn file(
    request: HttpRequest,
    app: web::Data<App>,
    name: web::Path<String>,
) -> HttpResponse {
    asset(&request, &app, &name)
}

/// `GET /playground/examples.json`.
pub async fn examples(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    if !app.settings.playground {
        return absent(&request);
    }
    secured().content_type("application/json; charset=utf-8").body(app.examples.clone())
}

fn asset(request: &HttpRequest, app: &App, name: &str) -> HttpResponse {
    match ASSETS.iter().find(|(asset, ..)| *asset == name) {
        Some((_, kind, bytes)) if app.settings.playground => {
            secured().content_type(*kind).body(*bytes)
        }
        _ => absent(request),
    }
}

fn secured() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header(("content-security-policy", CSP))
        .insert_header(("referrer-policy", "no-referrer"))
        // The binary may be replaced at any time.
        .insert_header(("cache-control", "no-cache"));
    response
}

fn absent(request: &HttpRequest) -> HttpResponse {
    problem(StatusCode::NOT_FOUND, "there is nothing here", &ids::of(request))
}
