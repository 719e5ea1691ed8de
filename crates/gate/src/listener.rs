//! A listening socket and what is spoken on it.

use crate::error::ListenerError;
use postward_wire::Protocol;
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
