//! One connection to a mail port or a web port, read by lines.

use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// The timeout of every operation: sign-ins wait for hashing, and a drill starts many at once.
const DEADLINE: Duration = Duration::from_secs(30);

/// The size of the receive buffer. It is small, so that the server soon cannot send to a client that stops reading.
const RECEIVE_BUFFER: u32 = 32 * 1024;

/// Where a protocol is reached, and the certificate to trust there.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    /// None where the endpoint is plain text.
    pub(crate) tls: Option<Trust>,
}

/// The name and the certificates a client expects.
#[derive(Clone)]
pub(crate) struct Trust {
    pub(crate) name: ServerName<'static>,
    pub(crate) config: Arc<ClientConfig>,
}

/// Anything bytes go through both ways.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Duplex for S {}

impl Endpoint {
    /// Connects, with a TLS handshake where the endpoint asks for it. The second value is the socket underneath.
    pub(crate) async fn open(&self) -> io::Result<(Box<dyn Duplex>, OwnedFd)> {
        in_time(async {
            let stream = connect(self.address).await?;
            let socket = stream.as_fd().try_clone_to_owned()?;
            let stream: Box<dyn Duplex> = match &self.tls {
                None => Box::new(stream),
                Some(Trust { name, config }) => {
                    Box::new(TlsConnector::from(config.clone()).connect(name.clone(), stream).await?)
                }
            };
            Ok((stream, socket))
        })
        .await
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A connection, read by lines.
pub(crate) struct Connection {
    pub(crate) stream: BufReader<Box<dyn Duplex>>,
    socket: OwnedFd,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(endpoint: &Endpoint) -> io::Result<Self> {
        let (stream, socket) = endpoint.open().await?;
        Ok(Self { stream: BufReader::new(stream), socket })
    }

    /// The socket underneath, to poll its state.
    pub(crate) fn socket(&self) -> io::Result<OwnedFd> {
        self.socket.try_clone()
    }

    /// Sends bytes.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        in_time(async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        })
        .await
    }

    /// Reads a line, without its end.
    pub(crate) async fn line(&mut self) -> io::Result<String> {
        let mut line = self.raw_line().await?;
        line.truncate(line.trim_ascii_end().len());
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// Reads a line with its end.
    pub(crate) async fn raw_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        in_time(self.stream.read_until(b'\n', &mut line)).await?;
        if line.ends_with(b"\n") { Ok(line) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Reads so many bytes.
    pub(crate) async fn bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        in_time(self.stream.read_exact(&mut bytes)).await?;
        Ok(bytes)
    }
}

async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(DEADLINE, work).await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))
}

/// The error for an answer that was not expected.
pub(crate) fn unexpected(answer: &str) -> io::Error {
    io::Error::other(format!("the server answered {answer:?}"))
}
