//! Where a protocol is reached, and which certificate is expected there.

use crate::deadline::in_time;
use rustls::client::Resumption;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName};
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

/// The size of the receive buffer. It is small, so that the server soon cannot send to a client that stops reading.
const RECEIVE_BUFFER: u32 = 32 * 1024;

/// Where a protocol is reached.
#[derive(Clone)]
pub struct Endpoint {
    /// The address of the listener.
    pub address: SocketAddr,
    /// What is expected of the TLS handshake; none where the endpoint is plain text.
    pub trust: Option<Trust>,
    receive_buffer: u32,
}

/// The name and the certificates a client expects.
#[derive(Clone)]
pub struct Trust {
    /// The name the certificate must be for.
    pub name: ServerName<'static>,
    /// How the handshake is done.
    pub config: Arc<ClientConfig>,
}

/// Anything bytes go through both ways.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Duplex for S {}

impl Endpoint {
    /// A listener that is spoken to in plain text, at least at first.
    pub fn plain(address: SocketAddr) -> Self {
        Self { address, trust: None, receive_buffer: RECEIVE_BUFFER }
    }

    /// A listener that is spoken to in TLS from the first byte.
    pub fn tls(address: SocketAddr, trust: Trust) -> Self {
        Self { trust: Some(trust), ..Self::plain(address) }
    }

    /// The same, for connections of which the client's kernel holds only so many bytes (`SO_RCVBUF`).
    pub fn with_receive_buffer(self, bytes: u32) -> Self {
        Self { receive_buffer: bytes, ..self }
    }

    /// Connects, with a TLS handshake where the endpoint asks for it. The second value is the socket underneath.
    pub(crate) async fn open(&self) -> io::Result<(Box<dyn Duplex>, OwnedFd)> {
        in_time(async {
            let stream = self.connect().await?;
            let socket = stream.as_fd().try_clone_to_owned()?;
            let stream: Box<dyn Duplex> = match &self.trust {
                None => Box::new(stream),
                Some(trust) => trust.handshake(stream).await?,
            };
            Ok((stream, socket))
        })
        .await
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let socket = if self.address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_recv_buffer_size(self.receive_buffer)?;
        let stream = socket.connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

impl Trust {
    /// Trusts what these certificates vouch for, under this name. Every handshake is a full one.
    pub fn in_roots(
        name: &str,
        roots: impl IntoIterator<Item = CertificateDer<'static>>,
    ) -> io::Result<Self> {
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(root).map_err(io::Error::other)?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(store)
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        Ok(Self { name, config: Arc::new(config) })
    }

    /// The same for clients that resume what an earlier connection has begun (RFC 8446 §2.2), as mail apps do.
    pub fn resuming(mut self) -> Self {
        Arc::make_mut(&mut self.config).resumption = Resumption::in_memory_sessions(256);
        self
    }

    /// Does the TLS handshake on a connection whose other end is ready for it.
    pub(crate) async fn handshake(&self, stream: impl Duplex + 'static) -> io::Result<Box<dyn Duplex>> {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        Ok(Box::new(connector.connect(self.name.clone(), stream).await?))
    }
}
