//! Sessions of mail apps: IMAP over TLS on loopback.

use std::io;
use std::os::fd::OwnedFd;

use postward_testclient::{Endpoint, ImapClient, SignInOutcome, unexpected};
use tokio::task::JoinSet;

use crate::Failure;

/// What a held session is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idle {
    /// Signed in and silent.
    SignedIn,
    /// INBOX selected, waiting for news: where mail apps spend their day.
    InIdle,
}

/// How many sign in at the same time while sessions are gathered.
const CONCURRENT: usize = 32;

/// Signs in as often as `sessions` says, in turns over the mailboxes, and leaves each session in its state.
pub(super) async fn open_sessions(
    endpoint: &Endpoint,
    mailboxes: &[String],
    password: &str,
    sessions: usize,
    state: Idle,
) -> Result<Vec<OwnedFd>, Failure> {
    let mut held = Vec::with_capacity(sessions);
    let mut opening = JoinSet::new();
    for mailbox in mailboxes.iter().cycle().take(sessions) {
        if opening.len() >= CONCURRENT {
            collect(&mut opening, &mut held).await?;
        }
        let (endpoint, mailbox, password) = (endpoint.clone(), mailbox.clone(), password.to_owned());
        opening.spawn(async move {
            let mut client = sign_in(&endpoint, &mailbox, &password).await?;
            if state == Idle::InIdle {
                client.command("SELECT INBOX").await?;
                client.idle().await?;
            }
            // The bench does not read on: it keeps the connection, and lets go of what TLS has in memory.
            client.connection.socket()
        });
    }
    while !opening.is_empty() {
        collect(&mut opening, &mut held).await?;
    }
    Ok(held)
}

async fn collect(opening: &mut JoinSet<io::Result<OwnedFd>>, held: &mut Vec<OwnedFd>) -> Result<(), Failure> {
    match opening.join_next().await {
        Some(Ok(Ok(socket))) => held.push(socket),
        Some(Ok(Err(error))) => {
            return Err(format!("session {} could not be opened: {error}", held.len() + 1));
        }
        Some(Err(panic)) => return Err(panic.to_string()),
        None => {}
    }
    Ok(())
}

/// Connects, shakes hands and signs in, which has to work.
pub(super) async fn sign_in(endpoint: &Endpoint, mailbox: &str, password: &str) -> io::Result<ImapClient> {
    match ImapClient::sign_in(endpoint, mailbox, password).await? {
        SignInOutcome::Opened(client) => Ok(client),
        SignInOutcome::Refused(answer) => Err(unexpected(&answer)),
    }
}
