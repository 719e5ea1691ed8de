//! The addresses that belong to no surface: the front page, the health check, what password managers ask for.

use crate::page::{Page, html, see_other};
use crate::site::Site;
use crate::visit::{Visit, bearer};
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use postward_authority::Surface;
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
/// That is the form of the surface somebody seems to be signed in at; if that is over, its sign-in page leads on there.
/// Else the one that needs no signing in.
pub(crate) async fn change_password(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let forms = [
        (Surface::Webmail, "/webmail/account"),
        (Surface::Panel, "/panel/password"),
        (Surface::Dashboard, "/dashboard/account"),
    ];
    let signed_in = |surface| bearer(&site, &headers, surface).is_some();
    let form = forms.into_iter().find(|(surface, _)| signed_in(*surface)).map(|(_, form)| form);
    see_other(form.unwrap_or("/webmail/password-reset?by=password"))
}
