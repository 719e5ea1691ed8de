//! The user panel: where mailbox owners look after their mailbox. One file per page.

mod home;
mod password;

use crate::account_security;
use crate::auth::password_reset;
use crate::auth::reauthenticate;
use crate::auth::second_factor_challenge;
use crate::auth::sign_in;
use crate::session::extractors::require_owner;
use crate::site::Site;
use crate::web_surface::WebSurface;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use std::sync::Arc;

/// Every page of the panel: those for owners who are signed in, and those around signing in.
pub(crate) fn routes(site: &Arc<Site>) -> Router<Arc<Site>> {
    let inside = Router::new()
        .route("/panel", get(home::page))
        .route("/panel/password", get(password::page).post(password::change))
        .merge(account_security::routes(WebSurface::Panel))
        .merge(reauthenticate::routes(WebSurface::Panel))
        .route_layer(from_fn_with_state((Arc::clone(site), WebSurface::Panel), require_owner));
    inside
        .merge(sign_in::routes(WebSurface::Panel))
        .merge(second_factor_challenge::routes(WebSurface::Panel))
        .merge(password_reset::routes(WebSurface::Panel))
}
