//! The server behind POP3, submission and LMTP, held against transcripts.

use crate::test_host::{TestHost, address};
use postward_mailstore::{Connection, serve_lmtp_session, serve_pop3, serve_submission};
use postward_testclient::Connection as ClientConnection;
use tokio::io::{DuplexStream, duplex};
use tokio_util::sync::CancellationToken;

pub(crate) enum Protocol {
    Pop3,
    Submission,
    Lmtp,
}

/// A client that is connected to the server by a protocol, as `ada@example.com`.
pub(crate) async fn connect(
    host: &TestHost,
    protocol: Protocol,
    pipelined: &str,
    stop: CancellationToken,
) -> DuplexStream {
    let (client, server) = duplex(64 * 1024);
    let mailbox = host.mailbox("ada").await;
    let connection = Connection { stream: server, pipelined: pipelined.as_bytes().to_vec(), stop };
    match protocol {
        Protocol::Pop3 => drop(tokio::spawn(serve_pop3(mailbox, connection))),
        Protocol::Submission => drop(tokio::spawn(serve_submission(mailbox, connection))),
        Protocol::Lmtp => {
            let Connection { stream, stop, .. } = connection;
            drop(tokio::spawn(serve_lmtp_session(host.store.clone(), stream, stop)));
        }
    }
    client
}

/// Holds the server against a transcript, on a connection of its own; see [`ClientConnection::play`].
pub(crate) async fn check(host: &TestHost, protocol: Protocol, transcript: &str) {
    let client = connect(host, protocol, "", CancellationToken::new()).await;
    ClientConnection::over(client).play(transcript).await.unwrap();
}

/// The address every client has signed in with.
pub(crate) fn owner() -> String {
    address("ada").to_string()
}
