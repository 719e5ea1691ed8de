//! Answers that begin or end a session in the browser: its cookie, and where the person goes on.

use crate::http::cookies::{Cookie, Life};
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::login_redirect::after_sign_in;
use crate::http::redirect::see_other;
use crate::http::request_context::RequestContext;
use crate::site::Site;
use crate::web_surface::WebSurface;
use axum::response::{AppendHeaders, IntoResponse, Response};
use postward_authority::Token;

/// Sends a person who has just signed in on, with a cookie of a session that did not exist before.
pub(crate) fn signed_in(
    site: &Site,
    surface: WebSurface,
    token: &Token,
    next: &str,
) -> Result<Response, PageError> {
    let cookie = Cookie::Session(surface)
        .set(token.expose(), Life::Browser, site.url.scheme())
        .map_err(|_| PageError::Internal)?;
    Ok((AppendHeaders([cookie]), see_other(after_sign_in(surface, next))).into_response())
}

/// Signs a browser in whose person has proved everything. A flash message is for whom it is about: one about somebody
/// else is taken away.
pub(crate) fn complete_sign_in(
    context: &RequestContext,
    surface: WebSurface,
    token: &Token,
    who: &str,
    next: &str,
) -> Result<Response, PageError> {
    let site = &context.site;
    let response = signed_in(site, surface, token, next)?;
    match context.flash_for(surface) {
        Some(flash) if flash.about != who => flash_cookie::clear(site, response),
        _ => Ok(response),
    }
}

/// Sends a person who has just signed out to the sign-in page, without the cookie.
pub(crate) fn signed_out(site: &Site, surface: WebSurface) -> Result<Response, PageError> {
    let cookie =
        Cookie::Session(surface).set("", Life::Over, site.url.scheme()).map_err(|_| PageError::Internal)?;
    Ok((AppendHeaders([cookie]), see_other(surface.entry().sign_in)).into_response())
}
