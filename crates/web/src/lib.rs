//! The pages people see: dashboard, user panel, webmail.
//!
//! A page is three steps: parse what the browser sent, call one use case of `postward-authority`, render the outcome.
//! In reading order:
//!
//! * [`web_surface`]: the three surfaces and the table of what is different about them.
//! * [`site`]: what all pages share: the authority, the mail engine, the public address, the brand, the trusted
//!   proxies.
//! * [`view`]: what pages are made of.
//! * [`http`]: sockets in, requests out, and every answer that is not a page of its own.
//! * [`session`]: who is signed in; a request ends with its session.
//! * [`auth`]: the sign-in page, the code after it, the password once more, *Forgot password?* and mailed links.
//! * [`account_security`]: how owners look after their own sign-in, in the panel and in the webmail.
//! * [`root`]: the addresses that belong to no surface.
//! * [`dashboard`], [`panel`], [`webmail`]: the three surfaces, one file per page.
//!
//! Nothing here decides who may do what: no page holds a password, a hash or a rule of its own.

mod account_security;
mod auth;
mod dashboard;
mod http;
mod panel;
mod root;
mod session;
mod site;
mod view;
mod web_surface;
mod webmail;

pub use auth::mailed_link::link_path;
pub use http::connection::Peer;
pub use http::server::{Transport, serve};
pub use site::Site;
pub use site::brand::{Brand, Colour};
pub use site::mail_engine::{ImapConnection, ImapStream, MailEngine};
pub use site::public_url::{PublicUrl, PublicUrlError, Scheme};
pub use site::site_key::SiteKey;
pub use site::trusted_proxies::{TrustedProxies, TrustedProxyError};

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use http::error_page::PageError;
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// All pages of a site.
pub fn router(site: Site) -> Router {
    let site = Arc::new(site);
    Router::new()
        .route("/", get(root::page))
        .route("/dashboard/", get(async || http::redirect::see_other("/dashboard")))
        .route("/panel/", get(async || http::redirect::see_other("/panel")))
        .route("/healthz", get(root::health))
        .route("/.well-known/change-password", get(root::change_password))
        .route("/assets/{stamp}/{name}", get(http::static_files::serve))
        .route("/brand.css", get(http::static_files::brand))
        .route("/favicon.ico", get(http::static_files::favicon))
        .route("/theme", post(root::theme))
        .route("/receipt/dismiss", post(root::dismiss_flash))
        .merge(dashboard::routes(&site))
        .merge(panel::routes(&site))
        .merge(webmail::routes(&site))
        .merge(auth::mailed_link::routes())
        .fallback(async || PageError::NotFound)
        .method_not_allowed_fallback(async || PageError::MethodNotAllowed)
        .layer(from_fn(http::csrf::same_origin))
        .layer(from_fn_with_state(Arc::clone(&site), http::security_headers::apply))
        .layer(CompressionLayer::new())
        .with_state(site)
}
