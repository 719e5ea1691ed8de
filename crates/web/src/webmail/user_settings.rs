//! *User Settings*: switches to the user panel with a session as strong as this one and not stronger (W3).

use crate::auth::second_factor_challenge;
use crate::http::error_page::PageError;
use crate::http::form::{NoFields, Signed};
use crate::http::request_context::{RequestContext, bearer};
use crate::session::extractors::Owner;
use crate::session::session_cookie::{signed_in, signed_out};
use crate::web_surface::WebSurface;
use axum::http::HeaderMap;
use axum::response::Response;
use postward_authority::{SignedIn, SignedOut};

/// `POST /webmail/user-settings`.
pub(super) async fn switch_to_user_panel(
    context: RequestContext,
    owner: Owner,
    headers: HeaderMap,
    _: Signed<NoFields>,
) -> Result<Response, PageError> {
    let (site, to) = (&context.site, WebSurface::Panel);
    let (replaces, request) = (bearer(site, &headers, to), context.request(WebSurface::Webmail));
    match site.authority.switch_surface(&owner.guard, to.into(), replaces.as_ref(), &request).await {
        Ok(SignedIn::Session(token, _guard)) => signed_in(site, to, &token, to.entry().home),
        Ok(SignedIn::CodeOwed(token)) => second_factor_challenge::ask(site, to, &token, to.entry().home),
        Err(SignedOut::Ended) => signed_out(site, WebSurface::Webmail),
        Err(SignedOut::Unavailable(cause)) => Err(cause.into()),
    }
}
