//! Connects gate, webmail and LMTP to the mail engine of the configuration.
//!
//! Gate, mail store and web pages do not know each other; the traits by which they are connected are implemented here.

use super::sync_stream::SyncStream;
use crate::command_error::CommandError;
use crate::config::Remote;
use crate::open;
use futures_util::future::BoxFuture;
use postward_authority::{Authority, SessionGuard};
use postward_gate::{
    ClientConnection, EngineUnavailable, Gate, LocalEngine, LocalSession, MasterUser, RemoteEngine,
};
use postward_mailstore::{Mailstore, OpenMailbox, Recipient, Recipients};
use postward_web::{ImapConnection, MailEngine};
use postward_wire::{Address, Protocol, Secret};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

/// The built-in engine, as the gate opens mailboxes of it.
pub(super) struct EmbeddedEngine(pub(super) Mailstore);

impl LocalEngine for EmbeddedEngine {
    fn open(
        &self,
        protocol: Protocol,
        mailbox: &Address,
    ) -> BoxFuture<'_, Result<LocalSession, EngineUnavailable>> {
        let mailbox = mailbox.clone();
        Box::pin(async move {
            let opened = self.0.open_mailbox(&mailbox).await;
            let mailbox = opened.map_err(|error| EngineUnavailable::new(error.to_string()))?;
            let capabilities = match protocol {
                Protocol::Imap => postward_mailstore::IMAP_CAPABILITIES.into(),
                Protocol::Pop3 | Protocol::Smtp => "".into(),
            };
            Ok(LocalSession {
                capabilities,
                serve: Box::new(move |client| Box::pin(serve(protocol, mailbox, client))),
            })
        })
    }
}

async fn serve(protocol: Protocol, mailbox: OpenMailbox, client: ClientConnection) {
    let ClientConnection { stream, pipelined, stop } = client;
    let connection = postward_mailstore::Connection { stream: SyncStream::new(stream), pipelined, stop };
    let ended = match protocol {
        Protocol::Imap => postward_mailstore::serve_imap(mailbox, connection).await,
        Protocol::Pop3 => postward_mailstore::serve_pop3(mailbox, connection).await,
        Protocol::Smtp => postward_mailstore::serve_submission(mailbox, connection).await,
    };
    if let Err(error) = ended {
        tracing::debug!(protocol = protocol.name(), %error, "a session broke off");
    }
}

/// The client of a remote engine, as the configuration names it.
pub(super) fn remote(remote: &Remote) -> Result<RemoteEngine, CommandError> {
    let roots = match &remote.ca {
        Some(file) => open::read(file, "file of trusted certificates")?,
        None => Vec::new(),
    };
    let file = &remote.master_password_file;
    let mut password = String::from_utf8(open::read(file, "file with the master user's password")?)
        .map_err(|_| CommandError::new(format!("{} should hold a password, in UTF-8.", file.display())))?;
    password.truncate(password.trim_end_matches(['\n', '\r']).len());
    let master = MasterUser { user: remote.master_user.clone(), password: Secret::new(password) };
    RemoteEngine::new(&remote.url, &roots, master)
        .map_err(|error| CommandError::new(format!("engine.url is {:?}: {error}.", remote.url)))
}

/// The mail engine as the webmail opens it: through the gate, which has the engine's own credentials.
pub(super) struct GateEngine(pub(super) Gate);

impl MailEngine for GateEngine {
    fn imap<'a>(&'a self, session: &'a SessionGuard) -> BoxFuture<'a, io::Result<ImapConnection>> {
        Box::pin(async move {
            let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let (stream, capabilities) = self.0.dial_imap(session, here).await.map_err(io::Error::other)?;
            let capabilities = capabilities.split_ascii_whitespace().map(str::to_owned).collect();
            Ok(ImapConnection { stream: Box::new(stream), capabilities })
        })
    }
}

/// Looks recipients up in the directory of the authority.
pub(crate) struct RecipientLookup(pub(crate) Authority);

impl Recipients for RecipientLookup {
    fn resolve<'a>(
        &'a self,
        address: &'a Address,
    ) -> BoxFuture<'a, Result<Recipient, postward_mailstore::Unavailable>> {
        use postward_authority::Delivery;
        Box::pin(async move {
            match self.0.delivery(address).await {
                Ok(Delivery::Local) => Ok(Recipient::Local(address.clone())),
                Ok(Delivery::Unknown) => Ok(Recipient::Unknown),
                Ok(Delivery::Elsewhere) => Ok(Recipient::Elsewhere),
                Err(error) => {
                    tracing::warn!(%error, "a recipient could not be looked up");
                    Err(postward_mailstore::Unavailable)
                }
            }
        })
    }
}
