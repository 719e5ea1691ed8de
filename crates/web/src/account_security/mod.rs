//! Account security: how owners look after their own sign-in, with the same pages in the user panel and in the webmail
//! (P2). One file per page.

mod app_passwords;
mod flash_redirect;
mod recovery;
mod sessions;
mod two_factor;

use crate::site::Site;
use crate::web_surface::WebSurface;
use axum::Router;
use std::sync::Arc;

/// Every page at one surface, for owners who are signed in there.
pub(crate) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    two_factor::routes(surface)
        .merge(app_passwords::routes(surface))
        .merge(recovery::routes(surface))
        .merge(sessions::routes(surface))
}
