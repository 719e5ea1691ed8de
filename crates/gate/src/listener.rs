//! A listening socket and what is spoken on it.

use postward_wire::Protocol;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpSocket};

/// When a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encryption {
    /// From the first byte (RFC 8314 §3).
    Tls,
    /// On the client's command; before it no password is taken.
    StartTls,
    /// On the client's command, and passwords are taken in clear too. For loopback only.
    PlainOnLoopback,
}

/// A listening socket, the protocol spoken on it and when it is encrypted.
#[derive(Debug)]
pub struct Listener {
    pub(crate) protocol: Protocol,
    pub(crate) encryption: Encryption,
    pub(crate) socket: TcpListener,
}

impl Listener {
    /// Connections that may wait for their accept: a burst of mail apps that reconnect after a restart.
    const BACKLOG: u32 = 4096;

    /// Opens a listener on an address.
    pub fn bind(
        protocol: Protocol,
        encryption: Encryption,
        address: SocketAddr,
    ) -> Result<Self, ListenerError> {
        let bound = |address: SocketAddr| -> io::Result<TcpListener> {
            let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            socket.listen(Self::BACKLOG)
        };
        let socket = bound(address).map_err(|cause| ListenerError::Bind { address, cause })?;
        Self::new(protocol, encryption, socket)
    }

    /// Takes a socket that listens already (from systemd, or from a test).
    pub fn new(
        protocol: Protocol,
        encryption: Encryption,
        socket: TcpListener,
    ) -> Result<Self, ListenerError> {
        let address = socket.local_addr().map_err(ListenerError::Socket)?;
        if encryption == Encryption::PlainOnLoopback && !address.ip().to_canonical().is_loopback() {
            return Err(ListenerError::PlainInPublic { address });
        }
        Ok(Self { protocol, encryption, socket })
    }

    /// The protocol spoken here.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// When connections are encrypted.
    pub fn encryption(&self) -> Encryption {
        self.encryption
    }

    /// The address listened on, with the port the system chose where 0 was asked for.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
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
