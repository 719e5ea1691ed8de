//! Protection against cross-site request forgery: whether a form was filled in on our own page.
//!
//! There are two checks. Every request that may change something must come from our own origin, as the browser itself
//! says (`Sec-Fetch-Site`, else `Origin`). And every form of a signed-in person carries a token made from the session's
//! own bearer token, so that no server keeps anything for it.

use crate::http::error_page::PageError;
use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use postward_authority::Token;
use rand::Rng as _;
use sha2::Sha256;
use std::sync::Arc;

/// Refuses what another site made the browser send.
pub(crate) async fn same_origin(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(request.headers()) {
        next.run(request).await
    } else {
        PageError::CsrfFailed.into_response()
    }
}

/// A client that sends neither header is no browser, and nobody can trick what is no browser into sending cookies.
fn is_same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN) else { return true };
    // The host the browser connected to is the one value another site cannot choose, and it stays right behind every
    // name the server is reached by.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let from = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    matches!((from, host), (Some((_, from)), Some(host)) if from == host)
}

/// Makes and checks the `csrf` field of one session's forms.
#[derive(Clone)]
pub(crate) struct Csrf(Arc<Hmac<Sha256>>);

/// Bytes of randomness in a field. They differ from page to page, so that the length of a compressed page discloses
/// nothing of the token in it (BREACH).
const DRAW: usize = 16;

impl Csrf {
    /// The token of the session a cookie stands for.
    pub(crate) fn of(token: &Token) -> Self {
        // HMAC takes keys of any length, so there is no error to have.
        let mac = Hmac::<Sha256>::new_from_slice(token.expose().as_bytes())
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        Self(Arc::new(mac.chain_update(b"postward csrf")))
    }

    /// A value for the field.
    pub(crate) fn field(&self) -> String {
        let mut draw = [0; DRAW];
        rand::rng().fill_bytes(&mut draw);
        let seal = Hmac::clone(&self.0).chain_update(draw).finalize().into_bytes();
        BASE64_URL_SAFE_NO_PAD.encode([&draw[..], &seal[..]].concat())
    }

    /// Whether the field came from a page of this session.
    pub(crate) fn verify(&self, field: &str) -> Result<(), PageError> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(field).map_err(|_| PageError::CsrfFailed)?;
        let (draw, seal) = bytes.split_at_checked(DRAW).ok_or(PageError::CsrfFailed)?;
        Hmac::clone(&self.0).chain_update(draw).verify_slice(seal).map_err(|_| PageError::CsrfFailed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn check(headers: &[(&'static str, &'static str)], expected: bool) {
        let map = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        assert_eq!(is_same_origin(&map), expected, "{headers:?}");
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("origin", "https://mail.example"), ("host", "mail.example")], true);
        check(&[("origin", "https://evil.example"), ("host", "mail.example")], false);
        check(&[("origin", "null"), ("host", "mail.example")], false);
        check(&[("host", "mail.example")], true);
    }

    #[test]
    fn a_form_of_another_session_is_refused() {
        let (ours, theirs) = (Csrf::of(&Token::from_cookie("ours")), Csrf::of(&Token::from_cookie("theirs")));
        assert!(ours.verify(&ours.field()).is_ok());
        assert!(ours.verify(&theirs.field()).is_err());
        assert!(ours.verify("").is_err());
        assert_ne!(ours.field(), ours.field());
    }
}
