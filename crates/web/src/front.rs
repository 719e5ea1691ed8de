//! The addresses that belong to no surface: the front page, the health check, what password managers ask for.

use crate::page::{Page, html, see_other};
use crate::site::Site;
use crate::visit::Visit;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "front.html")]
struct Front {
    page: Page,
}

/// `GET /`: the three doors.
pub(crate) async fn page(visit: Visit) -> Response {
    html(StatusCode::OK, &Front { page: visit.bare_page("") })
}

/// `GET /healthz`: whether this server can do its work.
pub(crate) async fn health(State(site): State<Arc<Site>>) -> Response {
    match site.authority.ready().await {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response(),
    }
}

/// `GET /.well-known/change-password`: where a password manager sends its person.
pub(crate) async fn change_password() -> Response {
    see_other("/webmail/account")
}
