//! The addresses that belong to no surface: the front page, the health check, what password managers ask for, the theme
//! switch, and dismissing a flash message.

use crate::http::cookies::{Cookie, Life};
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::form::Plain;
use crate::http::redirect::{own_path, see_other};
use crate::http::request_context::{RequestContext, bearer};
use crate::site::Site;
use crate::view::filters;
use crate::view::page::{Page, html};
use crate::view::theme::Theme;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "root.html")]
struct RootPage {
    page: Page,
}

/// `GET /`: the front page, which leads to the three surfaces.
pub(crate) async fn page(context: RequestContext) -> Response {
    html(StatusCode::OK, &RootPage { page: context.bare_page("") })
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
    let surfaces = [WebSurface::Webmail, WebSurface::Panel, WebSurface::Dashboard];
    let signed_in = surfaces.into_iter().find(|surface| bearer(&site, &headers, *surface).is_some());
    match signed_in {
        Some(surface) => see_other(surface.entry().change_password),
        None => see_other(&format!("{}?by=password", WebSurface::Webmail.entry().password_reset)),
    }
}

/// The form of the switch.
#[derive(Deserialize)]
pub(crate) struct ThemeForm {
    theme: String,
    next: String,
}

const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

/// `POST /theme`.
pub(crate) async fn theme(
    State(site): State<Arc<Site>>,
    Plain(form): Plain<ThemeForm>,
) -> Result<Response, PageError> {
    let theme = Theme::from_name(&form.theme);
    let cookie = Cookie::Theme
        .set(theme.name(), Life::Seconds(YEAR_SECONDS), site.url.scheme())
        .map_err(|_| PageError::Internal)?;
    Ok((AppendHeaders([cookie]), see_other(own_path(&form.next).unwrap_or("/"))).into_response())
}

/// The form that dismisses a flash message.
#[derive(Deserialize)]
pub(crate) struct DismissForm {
    next: String,
}

/// `POST /receipt/dismiss`: takes the flash message away.
pub(crate) async fn dismiss_flash(
    State(site): State<Arc<Site>>,
    Plain(form): Plain<DismissForm>,
) -> Result<Response, PageError> {
    flash_cookie::clear(&site, see_other(own_path(&form.next).unwrap_or("/")))
}
