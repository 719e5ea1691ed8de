//! The webmail: a mail client in the browser (W1, W2).
//!
//! It is an IMAP client of the engine and keeps nothing of its own: no password, no copy of a mailbox, no connection
//! that outlives a request. In reading order: [`mod@routes`] is the addresses of folders and messages;
//! [`engine_connection`] opens the engine's connection for one request; [`folder_list`] is the folders and the list
//! that stand beside a message; [`list`], [`message`], [`body`], [`part`], [`original`] and [`mark`] are its pages;
//! [`account`] is *My account*, [`user_settings`] the switch to the panel. Below them, [`imap`] is the client of the
//! engine and [`letter`] makes a message safe to look at.

mod account;
mod body;
mod engine_connection;
mod folder_list;
mod imap;
mod letter;
mod list;
mod mark;
mod message;
mod original;
mod part;
mod routes;
mod user_settings;

#[cfg(test)]
mod tests;

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
use axum::routing::{get, post};
use std::sync::Arc;

/// All pages of the webmail.
pub(crate) fn routes(site: &Arc<Site>) -> Router<Arc<Site>> {
    Router::new()
        .route("/webmail", get(list::home))
        .route("/webmail/", get(list::home))
        .route("/webmail/folder/{folder}", get(list::page))
        .route("/webmail/folder/{folder}/{uid}", get(message::page))
        .route("/webmail/folder/{folder}/{uid}/body", get(body::page))
        .route("/webmail/folder/{folder}/{uid}/part/{number}", get(part::page))
        .route("/webmail/folder/{folder}/{uid}/original", get(original::page))
        .route("/webmail/folder/{folder}/{uid}/mark", post(mark::mark))
        .route("/webmail/account", get(account::page))
        .route("/webmail/account/password", get(account::page).post(account::change))
        .route("/webmail/user-settings", post(user_settings::switch_to_user_panel))
        .merge(account_security::routes(WebSurface::Webmail))
        .merge(reauthenticate::routes(WebSurface::Webmail))
        .layer(from_fn_with_state((Arc::clone(site), WebSurface::Webmail), require_owner))
        .merge(sign_in::routes(WebSurface::Webmail))
        .merge(second_factor_challenge::routes(WebSurface::Webmail))
        .merge(password_reset::routes(WebSurface::Webmail))
}
