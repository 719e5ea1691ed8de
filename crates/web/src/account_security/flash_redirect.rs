//! Redirects to the pages of one's own sign-in, with a flash message.

use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use axum::response::Response;

/// Sends the browser to a page by its name in [`account_path`](crate::web_surface::WebSurface::account_path), with a flash
/// message there.
pub(super) fn redirect_with_flash(
    context: &RequestContext,
    owner: &Owner,
    page: &str,
    headline: impl Into<String>,
    text: impl Into<String>,
) -> Result<Response, PageError> {
    flash_cookie::redirect(&context.site, &owner.flash(headline, text), &owner.surface.account_path(page))
}
