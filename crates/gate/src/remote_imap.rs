//! A remote mail engine, spoken to in IMAP with a master user's credentials.

use crate::error::{EngineUnavailable, RemoteError};
use crate::socket::Socket;
use postward_wire::imap::Upstream;
use postward_wire::upstream::{Origin, UpstreamStep};
use postward_wire::{Address, Secret};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use socket2::{SockRef, TcpKeepalive};
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::{TlsConnector, TlsStream};

/// The credentials that open every mailbox of the engine (Dovecot's master user).
pub struct MasterUser {
    /// The SASL authcid.
    pub user: String,
    /// Its password.
    pub password: Secret,
}

/// An IMAP server behind the gate. It never sees a mailbox's password: the gate proves itself as the master user and
/// names the mailbox as authorization identity (RFC 4616 §2).
pub struct RemoteEngine {
    host: String,
    port: u16,
    security: TransportSecurity,
    master: MasterUser,
}

/// How the connection to the engine is protected.
enum TransportSecurity {
    /// Plain text that does not leave the machine.
    Loopback,
    /// TLS, with the engine's certificate verified.
    Tls { connector: TlsConnector, name: ServerName<'static> },
}

impl RemoteEngine {
    /// Reads `imaps://host[:993]`, or `imap://host[:143]` for an engine on loopback.
    ///
    /// `roots_pem` holds the certificates that `imaps` trusts: the engine's own one or that of its authority.
    pub fn new(url: &str, roots_pem: &[u8], master: MasterUser) -> Result<Self, RemoteError> {
        let (scheme, rest) = url.split_once("://").ok_or(RemoteError::NotAUrl)?;
        let default_port = match scheme {
            "imap" => 143,
            "imaps" => 993,
            _ => return Err(RemoteError::Scheme(scheme.to_owned())),
        };
        let (host, port) = host_and_port(rest.strip_suffix('/').unwrap_or(rest), default_port)?;
        let security = if scheme == "imaps" {
            let name = ServerName::try_from(host.to_owned()).map_err(|_| RemoteError::NotAUrl)?;
            TransportSecurity::Tls { connector: connector(roots_pem)?, name }
        } else if is_loopback(host) {
            TransportSecurity::Loopback
        } else {
            return Err(RemoteError::PlainInPublic);
        };
        Ok(Self { host: host.to_owned(), port, security, master })
    }

    /// Connects, signs in as the master user and opens a mailbox.
    pub(crate) async fn dial(
        &self,
        mailbox: &Address,
        origin: Origin,
    ) -> Result<UpstreamConnection, EngineUnavailable> {
        match timeout(DIAL_TIMEOUT, self.open_mailbox(mailbox, origin)).await {
            Ok(Ok(upstream)) => Ok(upstream),
            Ok(Err(why)) => Err(EngineUnavailable::new(format!("{}:{}: {why}", self.host, self.port))),
            Err(_) => Err(EngineUnavailable::new(format!(
                "{}:{}: no sign-in within {} s",
                self.host,
                self.port,
                DIAL_TIMEOUT.as_secs()
            ))),
        }
    }

    async fn open_mailbox(&self, mailbox: &Address, origin: Origin) -> Result<UpstreamConnection, DialError> {
        let mut socket = self.connect().await?;
        let password = Secret::new(self.master.password.expose().to_owned());
        let mut upstream = Upstream::new(mailbox.clone(), self.master.user.clone(), password, Some(origin));
        let mut buffer = vec![0; 2048];
        loop {
            match upstream.step() {
                UpstreamStep::Receive => {
                    let received = socket.read(&mut buffer).await?;
                    if received == 0 {
                        return Err(DialError::Broken);
                    }
                    upstream.receive(buffer.get(..received).unwrap_or_default());
                }
                UpstreamStep::Send(bytes) => {
                    socket.write_all(&bytes).await?;
                    socket.flush().await?;
                }
                UpstreamStep::Ready { capabilities, pipelined } => {
                    return Ok(UpstreamConnection { socket, capabilities, pipelined });
                }
                UpstreamStep::Refused(words) => return Err(DialError::Refused(words)),
                UpstreamStep::Broken => return Err(DialError::Broken),
            }
        }
    }

    async fn connect(&self) -> io::Result<Socket> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await?;
        tcp.set_nodelay(true)?;
        SockRef::from(&tcp)
            .set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE / 4))?;
        match &self.security {
            TransportSecurity::Loopback => Ok(Socket::Plain(tcp)),
            TransportSecurity::Tls { connector, name } => {
                let tls = connector.connect(name.clone(), tcp).await?;
                Ok(Socket::Tls(Box::new(TlsStream::from(tls))))
            }
        }
    }
}

/// How long the engine may take from the first packet to its `OK`. Dovecot makes a wrong master password wait for
/// two seconds; an engine that takes longer than this is in no state to serve anybody.
const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an engine may be silent before the kernel probes the connection.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// A connection to the engine, on which the mailbox is open.
pub(crate) struct UpstreamConnection {
    pub(crate) socket: Socket,
    pub(crate) capabilities: String,
    /// What the engine sent behind its `OK`: it is the client's.
    pub(crate) pipelined: Vec<u8>,
}

enum DialError {
    Io(io::Error),
    Refused(String),
    Broken,
}

impl From<io::Error> for DialError {
    fn from(cause: io::Error) -> Self {
        Self::Io(cause)
    }
}

impl fmt::Display for DialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(cause) => cause.fmt(f),
            Self::Refused(words) => write!(f, "refused the master user: {words:?}"),
            Self::Broken => f.write_str("does not speak IMAP, or hung up"),
        }
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
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| RemoteError::Roots)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
