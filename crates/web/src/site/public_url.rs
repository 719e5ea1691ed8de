//! The public address of a server: the scheme and host browsers reach it at, and what the scheme decides.

use std::fmt;

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
    /// TLS: cookies are `Secure` and carry the `__Host-` prefix, and HSTS is sent.
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
