//! A mail app: IMAP over TLS on loopback.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::Failure;

/// Where mail apps connect, and the name they expect there.
#[derive(Clone)]
pub(super) struct Endpoint {
    address: SocketAddr,
    name: ServerName<'static>,
    tls: Arc<ClientConfig>,
}

impl Endpoint {
    /// Every connection to it is a full handshake.
    pub(super) fn new(address: SocketAddr, name: &str, certificate: &Path) -> Result<Self, Failure> {
        let unusable = |what: String| format!("{}: {what}", certificate.display());
        let pem = std::fs::read(certificate).map_err(|error| unusable(error.to_string()))?;
        let mut roots = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(&pem) {
            let root = root.map_err(|error| unusable(error.to_string()))?;
            roots.add(root).map_err(|error| unusable(error.to_string()))?;
        }
        let name = ServerName::try_from(name.to_owned()).map_err(|error| error.to_string())?;
        let mut tls =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| unusable(error.to_string()))?
                .with_root_certificates(roots)
                .with_no_client_auth();
        tls.resumption = Resumption::disabled();
        Ok(Self { address, name, tls: Arc::new(tls) })
    }

    /// The same endpoint for clients that resume what an earlier connection has begun, as mail apps do.
    pub(super) fn resuming(mut self) -> Self {
        Arc::make_mut(&mut self.tls).resumption = Resumption::in_memory_sessions(256);
        self
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn name(&self) -> &ServerName<'static> {
        &self.name
    }

    pub(super) fn tls(&self) -> &Arc<ClientConfig> {
        &self.tls
    }

    /// Connects, shakes hands and signs in.
    pub(super) async fn sign_in(&self, login: &str, password: &str) -> io::Result<Client> {
        let tcp = TcpStream::connect(self.address).await?;
        tcp.set_nodelay(true)?;
        let tls = TlsConnector::from(Arc::clone(&self.tls)).connect(self.name.clone(), tcp).await?;
        let mut client = Client { stream: BufReader::with_capacity(512, tls), line: String::new() };
        client.expect("* OK").await?;
        client.command(&format!("a LOGIN {login} {password}\r\n"), "a OK").await?;
        Ok(client)
    }

    /// Signs in as often as `sessions` says, in turns over the mailboxes, and leaves each session in its state.
    pub(super) async fn open_sessions(
        &self,
        mailboxes: &[String],
        password: &str,
        sessions: usize,
        state: Idle,
    ) -> Result<Vec<std::net::TcpStream>, Failure> {
        let mut held = Vec::with_capacity(sessions);
        let mut opening = JoinSet::new();
        for mailbox in mailboxes.iter().cycle().take(sessions) {
            if opening.len() >= CONCURRENT {
                collect(&mut opening, &mut held).await?;
            }
            let (endpoint, mailbox, password) = (self.clone(), mailbox.clone(), password.to_owned());
            opening.spawn(async move {
                let mut client = endpoint.sign_in(&mailbox, &password).await?;
                if state == Idle::InIdle {
                    client.command("b SELECT INBOX\r\n", "b OK").await?;
                    client.command("c IDLE\r\n", "+").await?;
                }
                // The bench does not read on: it keeps the connection, and lets go of what TLS has in memory.
                client.stream.into_inner().into_inner().0.into_std()
            });
        }
        while !opening.is_empty() {
            collect(&mut opening, &mut held).await?;
        }
        Ok(held)
    }
}

/// How many sign in at the same time while sessions are gathered.
const CONCURRENT: usize = 32;

async fn collect(
    opening: &mut JoinSet<io::Result<std::net::TcpStream>>,
    held: &mut Vec<std::net::TcpStream>,
) -> Result<(), Failure> {
    match opening.join_next().await {
        Some(Ok(Ok(stream))) => held.push(stream),
        Some(Ok(Err(error))) => {
            return Err(format!("session {} could not be opened: {error}", held.len() + 1));
        }
        Some(Err(panic)) => return Err(panic.to_string()),
        None => {}
    }
    Ok(())
}

/// What a held session is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idle {
    /// Signed in and silent.
    SignedIn,
    /// INBOX selected, waiting for news: where mail apps spend their day.
    InIdle,
}

/// A signed-in client.
pub(super) struct Client {
    stream: BufReader<TlsStream<TcpStream>>,
    line: String,
}

impl Client {
    async fn command(&mut self, command: &str, answer: &str) -> io::Result<()> {
        self.stream.write_all(command.as_bytes()).await?;
        self.stream.flush().await?;
        self.expect(answer).await
    }

    /// Reads on to the answer that is waited for; any other answer is an error.
    async fn expect(&mut self, answer: &str) -> io::Result<()> {
        loop {
            self.line.clear();
            if self.stream.read_line(&mut self.line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if self.line.starts_with(answer) {
                return Ok(());
            }
            if !self.line.starts_with("* ") || self.line.starts_with("* BYE") {
                return Err(io::Error::other(format!("instead of {answer}: {}", self.line.trim_end())));
            }
        }
    }
}
