//! What is known of a request before any session is looked up: where it comes from, what it carries, how much of a page
//! it asks for.

use crate::http::connection::Peer;
use crate::http::cookies::Cookie;
use crate::http::redirect::own_path;
use crate::site::Site;
use crate::site::trusted_proxies::ForwardedForError;
use crate::view::flash::Flash;
use crate::view::page::Page;
use crate::view::theme::Theme;
use crate::web_surface::WebSurface;
use axum::extract::FromRequestParts;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Uri};
use postward_authority::{Origin, Request, Token};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// One request of a browser.
#[derive(Clone)]
pub(crate) struct RequestContext {
    /// The site it is made to.
    pub(crate) site: Arc<Site>,
    ip: IpAddr,
    forwarded_for_error: Option<ForwardedForError>,
    client: Option<String>,
    theme: Theme,
    here: String,
    flash: Option<Flash>,
    render_mode: RenderMode,
}

/// How much of a page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RenderMode {
    /// All of it.
    Full,
    /// Its main part, to be put into a dialog (`X-Fragment: 1`).
    Partial,
}

impl RequestContext {
    pub(crate) fn of(site: &Arc<Site>, uri: &Uri, headers: &HeaderMap, extensions: &Extensions) -> Self {
        let scheme = site.url.scheme();
        let here = uri.path_and_query().map_or("/", |path| path.as_str());
        // Only tests come without a peer.
        let peer = extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
        let (ip, forwarded_for_error) = match site.trusted_proxies.client_address(peer, headers) {
            Ok(ip) => (ip, None),
            Err(forwarded_for_error) => (peer, Some(forwarded_for_error)),
        };
        Self {
            site: Arc::clone(site),
            ip,
            forwarded_for_error,
            client: headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned),
            theme: Cookie::Theme.read(headers, scheme).map(Theme::from_name).unwrap_or_default(),
            here: own_path(here).unwrap_or("/").to_owned(),
            flash: Cookie::Flash
                .read(headers, scheme)
                .and_then(|cookie| Flash::open(cookie, &site.key, site.now())),
            render_mode: if headers.contains_key("x-fragment") {
                RenderMode::Partial
            } else {
                RenderMode::Full
            },
        }
    }

    /// Where the request comes from and when, for the authority: the one place where that is decided.
    pub(crate) fn request(&self, surface: WebSurface) -> Request {
        // Only here: a monitor that asks for `/healthz` past the proxy is nothing to warn of.
        if let Some(forwarded_for_error) = self.forwarded_for_error {
            self.site.warnings.warn(forwarded_for_error, self.ip);
        }
        let origin = Origin::new(self.ip, surface.into());
        let origin = match &self.client {
            Some(client) => origin.with_client(client),
            None => origin,
        };
        Request::new(origin, self.site.now())
    }

    /// How much of the page is asked for.
    pub(crate) fn render_mode(&self) -> RenderMode {
        self.render_mode
    }

    /// The frame of a page for somebody who is not signed in, or to whom it does not matter.
    pub(crate) fn page(&self, surface: WebSurface, title: &str) -> Page {
        Page { surface: Some(surface), flash: self.flash_for(surface), ..self.bare_page(title) }
    }

    /// The frame of a page that belongs to no surface and says the same to everybody.
    pub(crate) fn bare_page(&self, title: &str) -> Page {
        Page {
            title: title.to_owned(),
            brand: self.site.brand.name.clone(),
            theme: self.theme,
            surface: None,
            here: self.here.clone(),
            who: None,
            csrf: String::new(),
            flash: None,
        }
    }

    /// What the last act at a surface did.
    pub(crate) fn flash_for(&self, surface: WebSurface) -> Option<Flash> {
        self.flash.clone().filter(|flash| flash.surface == surface)
    }
}

impl FromRequestParts<Arc<Site>> for RequestContext {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Infallible> {
        Ok(Self::of(site, &parts.uri, &parts.headers, &parts.extensions))
    }
}

/// The token the browser holds of a sign-in that waits for the second factor at a surface.
pub(crate) fn pending_second_factor(site: &Site, headers: &HeaderMap, surface: WebSurface) -> Option<Token> {
    Cookie::SecondFactorChallenge(surface).read(headers, site.url.scheme()).map(Token::from_cookie)
}

/// The bearer token the browser holds for a surface.
pub(crate) fn bearer(site: &Site, headers: &HeaderMap, surface: WebSurface) -> Option<Token> {
    Cookie::Session(surface).read(headers, site.url.scheme()).map(Token::from_cookie)
}
