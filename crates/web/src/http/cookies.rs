//! The cookies of the pages: their names, and the attributes that bind them to this host.

use crate::site::public_url::Scheme;
use crate::web_surface::WebSurface;
use axum::http::header::{COOKIE, InvalidHeaderValue, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The bearer token of a session at one surface.
    Session(WebSurface),
    /// The token of a sign-in that waits for the second factor at one surface. It opens nothing.
    SecondFactorChallenge(WebSurface),
    /// What the last act did, sealed.
    Flash,
    /// Light or dark.
    Theme,
}

/// How long a browser keeps a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// Until the browser is closed.
    Browser,
    /// So many seconds.
    Seconds(u32),
    /// It goes now.
    Over,
}

impl Cookie {
    fn base_name(self) -> &'static str {
        match self {
            Self::Session(surface) => surface.entry().session_cookie,
            Self::SecondFactorChallenge(surface) => surface.entry().second_factor_cookie,
            Self::Flash => "postward-receipt",
            Self::Theme => "postward-theme",
        }
    }

    /// Under TLS the prefix keeps neighbours on the same domain from planting a cookie (RFC 6265bis §4.1.3.2).
    /// Without TLS browsers would throw such a name away.
    fn name(self, scheme: Scheme) -> String {
        match scheme {
            Scheme::Https => format!("__Host-{}", self.base_name()),
            Scheme::Http => self.base_name().to_owned(),
        }
    }

    /// What the browser sent.
    pub(crate) fn read(self, headers: &HeaderMap, scheme: Scheme) -> Option<&str> {
        let name = self.name(scheme);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Asks the browser to keep a value. `Lax` and not `Strict`: a link in a mail into the dashboard must find the
    /// person signed in; no GET of ours changes anything.
    pub(crate) fn set(
        self,
        value: &str,
        life: Life,
        scheme: Scheme,
    ) -> Result<(axum::http::HeaderName, HeaderValue), InvalidHeaderValue> {
        let secure = match scheme {
            Scheme::Https => "; Secure",
            Scheme::Http => "",
        };
        let age = match life {
            Life::Browser => String::new(),
            Life::Seconds(seconds) => format!("; Max-Age={seconds}"),
            Life::Over => "; Max-Age=0".to_owned(),
        };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.name(scheme));
        Ok((SET_COOKIE, HeaderValue::from_str(&text)?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    #[test]
    fn under_tls_a_cookie_is_bound_to_the_host() {
        let (_, value) = Cookie::Session(WebSurface::Webmail).set("t", Life::Browser, Scheme::Https).unwrap();
        assert_eq!(value, "__Host-postward-webmail=t; Path=/; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=b; postward-panel=x=y; postward-panelist=z"));
        assert_eq!(Cookie::Session(WebSurface::Panel).read(&headers, Scheme::Http), Some("x=y"));
        assert_eq!(Cookie::Session(WebSurface::Dashboard).read(&headers, Scheme::Http), None);
    }

    #[test]
    fn a_value_cannot_break_out_of_its_header() {
        assert!(Cookie::Theme.set("x\r\nSet-Cookie: y", Life::Browser, Scheme::Http).is_err());
    }
}
