//! The mail engine behind the gate, built in or remote, and what it is handed.

use crate::error::EngineUnavailable;
use crate::remote_imap::{RemoteEngine, UpstreamConnection};
use futures_util::future::BoxFuture;
use postward_wire::upstream::Origin;
use postward_wire::{Address, Protocol};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A byte stream in both directions.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Duplex for T {}

/// A byte stream of any kind.
pub type BoxStream = Box<dyn Duplex>;

/// The mail engine.
#[derive(Clone)]
pub enum Engine {
    /// In this process: it is handed the client's connection.
    Local(Arc<dyn LocalEngine>),
    /// Behind a socket, spoken to in IMAP: bytes are copied.
    Remote(Arc<RemoteEngine>),
}

impl Engine {
    /// Whether the engine speaks a protocol, so that a configuration that asks for more is refused before anything
    /// listens.
    pub fn serves(&self, protocol: Protocol) -> bool {
        match (self, protocol) {
            (Self::Local(_), Protocol::Imap | Protocol::Pop3 | Protocol::Smtp) => true,
            (Self::Remote(_), Protocol::Imap) => true,
            (Self::Remote(_), Protocol::Pop3 | Protocol::Smtp) => false,
        }
    }

    /// Opens the mailbox of a proven address.
    pub(crate) async fn open(
        &self,
        protocol: Protocol,
        mailbox: &Address,
        origin: Origin,
    ) -> Result<EngineSession, EngineUnavailable> {
        if !self.serves(protocol) {
            return Err(EngineUnavailable::new("the remote engine is spoken to in IMAP only"));
        }
        match self {
            Self::Local(engine) => match timeout(OPEN_TIMEOUT, engine.open(protocol, mailbox)).await {
                Ok(opened) => opened.map(EngineSession::Local),
                Err(_) => Err(EngineUnavailable::new("the mailbox was not opened in time")),
            },
            Self::Remote(engine) => engine.dial(mailbox, origin).await.map(EngineSession::Remote),
        }
    }
}

/// How long the built-in engine may take to open a mailbox: reading the index of a very large one takes a second.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);

/// The engine's side of a session: the mailbox is open, the client not yet served.
pub(crate) enum EngineSession {
    Local(LocalSession),
    Remote(UpstreamConnection),
}

impl EngineSession {
    /// The engine's IMAP capabilities, for the client.
    pub(crate) fn capabilities(&self) -> &str {
        match self {
            Self::Local(opened) => &opened.capabilities,
            Self::Remote(upstream) => &upstream.capabilities,
        }
    }
}

/// A mail engine in this process. It knows no credentials: it is given a proven address and a connection.
pub trait LocalEngine: Send + Sync + 'static {
    /// Opens the mailbox of a proven address. [`LocalSession::serve`] is called after the client was told that it is
    /// signed in.
    fn open(
        &self,
        protocol: Protocol,
        mailbox: &Address,
    ) -> BoxFuture<'_, Result<LocalSession, EngineUnavailable>>;
}

/// A mailbox that the built-in engine has opened.
pub struct LocalSession {
    /// What IMAP's `OK` says after the sign-in: `IMAP4rev1 IDLE UIDPLUS …`. Empty for the other protocols.
    pub capabilities: Cow<'static, str>,
    /// Serves the client until its session ends.
    pub serve: Box<dyn FnOnce(ClientConnection) -> BoxFuture<'static, ()> + Send>,
}

/// The client's connection as the built-in engine gets it.
pub struct ClientConnection {
    /// The connection. While this node is frozen no byte passes; once the session is ended it takes a closing reply and
    /// gives nothing.
    pub stream: BoxStream,
    /// What the client sent behind its sign-in command: to be read before the stream.
    pub pipelined: Vec<u8>,
    /// Cancelled when the engine has to end the session: write the closing reply where that is safe, without waiting
    /// for the client, finish what it is changing, and return. Whoever ended the session waits for that; an engine
    /// that takes too long is dropped.
    pub stop: CancellationToken,
}
