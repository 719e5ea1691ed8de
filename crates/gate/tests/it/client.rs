//! A mail client, as far as these tests need one.

use postward_gate::BoxStream;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// No answer in a test takes longer, even where everything runs at once.
const TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    stream: BufReader<BoxStream>,
}

impl Client {
    pub(crate) async fn plain(address: SocketAddr) -> Self {
        Self::over(Box::new(TcpStream::connect(address).await.unwrap()))
    }

    /// One whose own kernel holds little for it.
    pub(crate) async fn small(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 * 1024).unwrap();
        Self::over(Box::new(socket.connect(address).await.unwrap()))
    }

    pub(crate) async fn tls(address: SocketAddr, root: &CertificateDer<'static>) -> Self {
        Self::plain(address).await.start_tls(root).await
    }

    pub(crate) fn over(stream: BoxStream) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// Shakes hands on a connection whose other end has said that it is ready.
    pub(crate) async fn start_tls(self, root: &CertificateDer<'static>) -> Self {
        let name = ServerName::try_from("localhost").unwrap();
        let tls = connector(root).connect(name, self.stream.into_inner()).await.unwrap();
        Self::over(Box::new(tls))
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.try_send(text).await.unwrap();
    }

    pub(crate) async fn try_send(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes()).await?;
        self.stream.flush().await
    }

    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Sends nothing more, but goes on reading.
    pub(crate) async fn hang_up(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    pub(crate) async fn exactly(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        timeout(TIMEOUT, self.stream.read_exact(&mut bytes)).await.expect("all of it").unwrap();
        bytes
    }

    /// The next line, without its end; empty where there is none any more.
    pub(crate) async fn line(&mut self) -> String {
        let mut line = String::new();
        // A connection that is reset is over, like one that is closed.
        let _over = timeout(TIMEOUT, self.stream.read_line(&mut line)).await.expect("an answer");
        line.trim_end().to_owned()
    }

    /// Sends a line and reads the answer.
    pub(crate) async fn ask(&mut self, text: &str) -> String {
        self.send(&format!("{text}\r\n")).await;
        self.line().await
    }

    /// Reads until a line starts so, and returns that line.
    pub(crate) async fn until(&mut self, start: &str) -> String {
        loop {
            let line = self.line().await;
            assert!(!line.is_empty(), "closed before {start:?}");
            if line.starts_with(start) {
                return line;
            }
        }
    }

    /// Reads whatever is left and waits for the end; says how much it was.
    pub(crate) async fn rest(&mut self) -> usize {
        let mut rest = Vec::new();
        let _over = timeout(TIMEOUT, self.stream.read_to_end(&mut rest)).await.expect("an end");
        rest.len()
    }

    /// Waits until anything has come, and says how much.
    pub(crate) async fn some(&mut self) -> usize {
        timeout(TIMEOUT, self.stream.fill_buf()).await.expect("something").unwrap().len()
    }

    /// The greeting and the IMAP sign-in; returns the tagged answer.
    pub(crate) async fn log_in(&mut self, address: &str, password: &str) -> String {
        self.until("* OK").await;
        self.send(&format!("l LOGIN {address} \"{password}\"\r\n")).await;
        self.until("l ").await
    }
}

pub(crate) fn connector(root: &CertificateDer<'static>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}
