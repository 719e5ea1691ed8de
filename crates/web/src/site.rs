//! What all pages of a server share: the authority behind them, the engine, the brand, the address they are reached at.

use crate::brand::Brand;
use crate::engine::MailEngine;
use crate::live::Streams;
use crate::trusted_proxies::{TrustedProxies, Warnings};
use postward_authority::{Authority, Timestamp};
use rand::Rng as _;
use std::fmt;
use std::sync::Arc;

/// Everything the pages need. [`router`](crate::router) takes it over.
pub struct Site {
    /// Who may sign in, and everything that changes a credential.
    pub authority: Authority,
    /// Where the webmail finds the mail.
    pub engine: Arc<dyn MailEngine>,
    /// The address browsers reach this server at.
    pub url: PublicUrl,
    /// The name and colour the pages carry.
    pub brand: Brand,
    /// Signs what travels through the browser and comes back.
    pub key: SiteKey,
    /// Tells the time: `Timestamp::now`, except in tests.
    pub clock: fn() -> Timestamp,
    /// The proxies in front that are believed when they tell where a browser is.
    pub trusted_proxies: TrustedProxies,
    /// What the log has heard about them.
    pub(crate) warnings: Warnings,
    /// The pages that hear of changes.
    pub(crate) streams: Streams,
}

impl Site {
    /// A site with the default brand, a fresh key and the system's clock, which trusts no proxy.
    pub fn new(authority: Authority, engine: Arc<dyn MailEngine>, url: PublicUrl) -> Self {
        Self {
            authority,
            engine,
            url,
            brand: Brand::default(),
            key: SiteKey::draw(),
            clock: Timestamp::now,
            trusted_proxies: TrustedProxies::default(),
            warnings: Warnings::default(),
            streams: Streams::default(),
        }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// The address browsers reach a server at: a scheme and a host, no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: Scheme,
    host: String,
}

/// How browsers reach the server, perhaps through a proxy that does the TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Plain text: loopback only.
    Http,
    /// TLS: cookies are `Secure` and carry the `__Host-` prefix, and browsers are told to stay with TLS.
    Https,
}

impl PublicUrl {
    /// Reads `https://mail.example.com` or `http://127.0.0.1:8080`.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (scheme, host) = if let Some(host) = text.strip_prefix("https://") {
            (Scheme::Https, host)
        } else if let Some(host) = text.strip_prefix("http://") {
            (Scheme::Http, host)
        } else {
            return Err(PublicUrlError);
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        if host.is_empty() || !host.chars().all(allowed) {
            return Err(PublicUrlError);
        }
        Ok(Self { scheme, host: host.to_ascii_lowercase() })
    }

    /// How browsers reach the server.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        write!(f, "{scheme}://{}", self.host)
    }
}

/// The text is no address browsers could reach a server at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicUrlError;

impl fmt::Display for PublicUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a scheme and a host without a path, like https://mail.example.com")
    }
}

impl std::error::Error for PublicUrlError {}

/// The key that signs receipts on their way through the browser. Nothing a session stands on depends on it, so it may
/// be a new one at every start; nodes behind one name share one.
#[derive(Clone)]
pub struct SiteKey([u8; 32]);

impl SiteKey {
    /// Draws a new key.
    pub fn draw() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Takes a key that is kept elsewhere.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let found = PublicUrl::parse(text).ok().map(|url| url.to_string());
        assert_eq!(found.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn a_public_url_is_a_scheme_and_a_host() {
        check("https://Mail.example.com/", Some("https://mail.example.com"));
        check("http://127.0.0.1:8080", Some("http://127.0.0.1:8080"));
        check("mail.example.com", None);
        check("https://mail.example.com/path", None);
        check("https://", None);
        check("https://a\r\nb", None);
    }
}
