//! The gate as the binary holds it.

use crate::engine::{BoxStream, Engine, EngineUnavailable};
use crate::limits::Limits;
use crate::listener::Listener;
use crate::tls::TlsHandle;
use postward_authority::Authority;
use postward_wire::Address;
use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The gate. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct Gate(Arc<House>);

/// What every connection of this gate shares.
pub(crate) struct House {
    pub(crate) authority: Authority,
    pub(crate) engine: Engine,
    pub(crate) tls: TlsHandle,
    pub(crate) hostname: String,
    pub(crate) limits: Limits,
}

impl Gate {
    /// Puts a gate before an engine. Nothing listens yet.
    pub fn new(
        authority: Authority,
        engine: Engine,
        tls: TlsHandle,
        hostname: String,
        limits: Limits,
    ) -> Self {
        Self(Arc::new(House { authority, engine, tls, hostname, limits }))
    }

    /// Serves a listener until `stop`, and then its sessions until they have come to an end, or until
    /// [`Limits::drain`] is over. When it returns, nothing of it is alive any more.
    pub async fn serve(&self, listener: Listener, stop: CancellationToken) {
        let House { authority: _, engine: _, tls: _, hostname: _, limits: _ } = &*self.0;
        drop(listener);
        stop.cancelled().await;
    }

    /// Opens a mailbox for an IMAP client of this house (the webmail). The stream speaks IMAP in the authenticated state; the
    /// text is the engine's capabilities.
    ///
    /// The caller holds the mailbox's [`SessionGuard`](postward_authority::SessionGuard) and drops the stream when
    /// that is ended.
    pub async fn dial_imap(
        &self,
        mailbox: &Address,
        client: SocketAddr,
    ) -> Result<(BoxStream, Cow<'static, str>), EngineUnavailable> {
        let _ = (mailbox, client);
        Err(EngineUnavailable::new("the engine cannot be dialled yet"))
    }
}
