//! Every error of the gate.
//!
//! [`TlsError`], [`ListenerError`] and [`RemoteError`] are for the operator: what of the configuration cannot be used,
//! in words that say what to do. [`EngineUnavailable`] is for the log: the client is told of a temporary error.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why a certificate and its key cannot be used, in words for the operator. The caller knows the file names and puts
/// them in front.
#[derive(Debug)]
pub enum TlsError {
    /// The certificate file is no PEM.
    Certificate(rustls_pki_types::pem::Error),
    /// The certificate file holds no certificate.
    NoCertificate,
    /// The key file is no PEM.
    Key(rustls_pki_types::pem::Error),
    /// The key file holds no private key.
    NoKey,
    /// The key is not the one the certificate was made for.
    Mismatch,
    /// rustls refuses the certificate or its key.
    Unusable(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(cause) => {
                write!(f, "the certificate file is damaged ({cause}); PEM text was expected")
            }
            Self::NoCertificate => f.write_str(
                "the certificate file holds no certificate; expected is PEM text with the host's certificate first \
                 (-----BEGIN CERTIFICATE-----), the intermediate ones behind it",
            ),
            Self::Key(cause) => write!(f, "the key file is damaged ({cause}); PEM text was expected"),
            Self::NoKey => f.write_str(
                "the key file holds no private key; expected is PEM text with -----BEGIN PRIVATE KEY----- (PKCS#8), \
                 RSA PRIVATE KEY or EC PRIVATE KEY, without a passphrase",
            ),
            Self::Mismatch => f.write_str("the key does not belong to the first certificate of the file"),
            Self::Unusable(cause) => write!(f, "the certificate or its key cannot be used: {cause}"),
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Certificate(cause) | Self::Key(cause) => Some(cause),
            Self::Unusable(cause) => Some(cause),
            Self::NoCertificate | Self::NoKey | Self::Mismatch => None,
        }
    }
}

/// Why there is no listener, in words for the operator.
#[derive(Debug)]
pub enum ListenerError {
    /// The address cannot be listened on.
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
    /// The socket that was handed over does not listen.
    Socket(io::Error),
    /// Passwords in clear were asked for on an address others can reach.
    PlainInPublic {
        /// The address.
        address: SocketAddr,
    },
}

impl fmt::Display for ListenerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind { address, cause } if cause.kind() == io::ErrorKind::PermissionDenied => write!(
                f,
                "cannot listen on {address}: ports below 1024 need root or the capability CAP_NET_BIND_SERVICE"
            ),
            Self::Bind { address, cause } if cause.kind() == io::ErrorKind::AddrInUse => {
                write!(f, "cannot listen on {address}: another program listens there already")
            }
            Self::Bind { address, cause } => write!(f, "cannot listen on {address}: {cause}"),
            Self::Socket(cause) => write!(f, "the socket handed over does not listen: {cause}"),
            Self::PlainInPublic { address } => write!(
                f,
                "{address} is not a loopback address: passwords in clear are taken on 127.0.0.1 and ::1 only"
            ),
        }
    }
}

impl std::error::Error for ListenerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Bind { cause, .. } | Self::Socket(cause) => Some(cause),
            Self::PlainInPublic { .. } => None,
        }
    }
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

/// The engine cannot be used at the moment, and why, for the log. The client is told of a temporary error.
#[derive(Debug)]
pub struct EngineUnavailable(Cow<'static, str>);

impl EngineUnavailable {
    /// With the reason.
    pub fn new(why: impl Into<Cow<'static, str>>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for EngineUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EngineUnavailable {}
