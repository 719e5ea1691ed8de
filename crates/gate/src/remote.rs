//! A mail engine behind a socket, spoken to in IMAP with a master user's credentials.

use postward_wire::Secret;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// The engine's own credentials for the gate: who may act for every mailbox (Dovecot's master user).
pub struct Master {
    /// The SASL authcid.
    pub user: String,
    /// Its password.
    pub password: Secret,
}

/// An IMAP server behind the gate. It never sees a mailbox's password: the gate proves itself as the master user and
/// names the mailbox as authorization identity (RFC 4616 §2).
pub struct RemoteEngine {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) privacy: Privacy,
    pub(crate) master: Master,
}

/// How the way to the engine is protected.
pub(crate) enum Privacy {
    /// It does not leave the machine.
    Loopback,
    /// TLS, and the engine proves its name.
    Tls { connector: TlsConnector, name: ServerName<'static> },
}

impl RemoteEngine {
    /// Reads `imaps://host[:993]`, or `imap://host[:143]` for an engine on loopback.
    ///
    /// `roots_pem` holds the certificates that `imaps` trusts: the engine's own one or that of its authority.
    pub fn new(url: &str, roots_pem: &[u8], master: Master) -> Result<Self, RemoteError> {
        let (scheme, rest) = url.split_once("://").ok_or(RemoteError::NotAUrl)?;
        let default_port = match scheme {
            "imap" => 143,
            "imaps" => 993,
            _ => return Err(RemoteError::Scheme(scheme.to_owned())),
        };
        let (host, port) = host_and_port(rest.strip_suffix('/').unwrap_or(rest), default_port)?;
        let privacy = if scheme == "imaps" {
            let name = ServerName::try_from(host.to_owned()).map_err(|_| RemoteError::NotAUrl)?;
            Privacy::Tls { connector: connector(roots_pem)?, name }
        } else if is_loopback(host) {
            Privacy::Loopback
        } else {
            return Err(RemoteError::PlainInPublic);
        };
        Ok(Self { host: host.to_owned(), port, privacy, master })
    }
}

fn host_and_port(authority: &str, default_port: u16) -> Result<(&str, u16), RemoteError> {
    let (host, port) = match authority.strip_prefix('[') {
        // RFC 3986 §3.2.2: an IPv6 address stands in brackets.
        Some(literal) => literal.split_once(']').ok_or(RemoteError::NotAUrl)?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port = match port.strip_prefix(':') {
        Some(digits) => digits.parse().map_err(|_| RemoteError::NotAUrl)?,
        None if port.is_empty() => default_port,
        None => return Err(RemoteError::NotAUrl),
    };
    if host.is_empty() || host.contains(['/', '@', '?', '#']) {
        return Err(RemoteError::NotAUrl);
    }
    Ok((host, port))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn connector(roots_pem: &[u8]) -> Result<TlsConnector, RemoteError> {
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(roots_pem) {
        let root = root.map_err(|_| RemoteError::Roots)?;
        roots.add(root).map_err(|_| RemoteError::Roots)?;
    }
    if roots.is_empty() {
        return Err(RemoteError::Roots);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| RemoteError::Roots)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Why a remote engine cannot be used, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteError {
    /// The text is not `imap://host:port` or `imaps://host:port`.
    NotAUrl,
    /// A protocol that is not spoken to remote engines.
    Scheme(String),
    /// Plain text was asked for over a network.
    PlainInPublic,
    /// The trusted certificates are missing or damaged.
    Roots,
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAUrl => f.write_str("expected imaps://host:993, or imap://127.0.0.1:143 on loopback"),
            Self::Scheme(scheme) => write!(
                f,
                "{scheme}:// is not spoken to a remote engine; imap:// (on loopback) and imaps:// are"
            ),
            Self::PlainInPublic => f.write_str(
                "imap:// is for an engine on loopback, where nobody listens in; use imaps:// for another host",
            ),
            Self::Roots => f.write_str(
                "imaps:// needs the certificate to trust, PEM text with -----BEGIN CERTIFICATE-----: the engine's \
                 own one, or that of its authority",
            ),
        }
    }
}

impl std::error::Error for RemoteError {}
