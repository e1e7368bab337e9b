//! What the machines that run the service ask.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{App, ids, problem::problem};

/// `GET /health/live`: whether the process answers. Depends on nothing.
pub async fn live() -> HttpResponse {
    alive("live")
}

/// `GET /health/ready`: whether requests can be served. The reason why not is for
/// the log.
pub async fn ready(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    match app.backend.ready().await {
        Ok(()) => alive("ready"),
        Err(reason) => {
            tracing::warn!(%reason, "not ready");
            problem(StatusCode::SERVICE_UNAVAILABLE, "not ready", &ids::of(&request))
        }
    }
}

fn alive(status: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("cache-control", "no-store"))
        .body(format!(r#"{{"status":"{status}"}}"#))
}
