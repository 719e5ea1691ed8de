//! The pages people see: dashboard, user panel, webmail.
//!
//! A page is three steps: parse what the browser sent, call one use case of `postward-authority`, render the outcome.
//! In reading order:
//!
//! * [`web_surface`]: the three surfaces and the table of what tells them apart.
//! * [`site`]: what all pages share: the authority, the mail engine, the public address, the brand, the trusted proxies.
//! * [`serve`], [`connection`]: sockets in, requests out; [`dress`]: the headers and error pages of every answer.
//! * [`visit`]: where a request comes from and what it carries.
//! * [`session`], [`turned_away`], [`csrf`], [`form`], [`cookies`]: who is signed in and who is not, and whether a form
//!   is theirs.
//! * [`view`]: what pages are made of; [`redirect`], [`flash_cookie`], [`trouble`], [`static_files`]: answers besides pages.
//! * [`live`]: pages that hear of changes while they are open.
//! * [`sign_in`], [`second_step`], [`confirm`]: the one sign-in page, the code after it, and the password once more.
//! * [`password_reset`], [`mailed_link`]: *Forgot password?*, and what the links in our mails open.
//! * [`security`]: what owners settle of their own sign-in, in the panel and in the webmail.
//! * [`dashboard`], [`panel`], [`webmail`]: the three surfaces, one file per page.
//!
//! Nothing here decides who may do what: no page holds a password, a hash or a rule of its own.

mod confirm;
mod connection;
mod cookies;
mod csrf;
mod dashboard;
mod dress;
mod flash_cookie;
mod form;
mod front;
mod live;
mod mailed_link;
mod panel;
mod password_reset;
mod redirect;
mod second_step;
mod security;
mod serve;
mod session;
mod sign_in;
mod site;
mod static_files;
mod trouble;
mod turned_away;
mod view;
mod visit;
mod web_surface;
mod webmail;

pub use connection::Peer;
pub use mailed_link::link_path;
pub use serve::{Transport, serve};
pub use site::Site;
pub use site::brand::{Brand, Colour};
pub use site::mail_engine::{ImapConnection, ImapStream, MailEngine};
pub use site::public_url::{PublicUrl, PublicUrlError, Scheme};
pub use site::site_key::SiteKey;
pub use site::trusted_proxies::{TrustedProxies, TrustedProxyError};

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use std::sync::Arc;
use tower_http::compression::CompressionLayer;
use trouble::Trouble;

/// All pages of a site.
pub fn router(site: Site) -> Router {
    let site = Arc::new(site);
    Router::new()
        .route("/", get(front::page))
        .route("/dashboard/", get(async || redirect::see_other("/dashboard")))
        .route("/panel/", get(async || redirect::see_other("/panel")))
        .route("/healthz", get(front::health))
        .route("/.well-known/change-password", get(front::change_password))
        .route("/assets/{stamp}/{name}", get(static_files::serve))
        .route("/brand.css", get(static_files::brand))
        .route("/favicon.ico", get(static_files::favicon))
        .route("/theme", post(front::theme))
        .route("/receipt/dismiss", post(front::dismiss_receipt))
        .merge(dashboard::routes(&site))
        .merge(panel::routes(&site))
        .merge(webmail::routes(&site))
        .merge(mailed_link::routes())
        .fallback(async || Trouble::NotFound)
        .method_not_allowed_fallback(async || Trouble::Method)
        .layer(from_fn(csrf::same_origin))
        .layer(from_fn_with_state(Arc::clone(&site), dress::dress))
        .layer(CompressionLayer::new())
        .with_state(site)
}
