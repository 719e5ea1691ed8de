//! IMAP clients of the server, on streams without sockets.

use crate::test_host::TestHost;
use postward_mailstore::serve_imap;
use postward_testclient::Connection;
use tokio::io::duplex;
use tokio_util::sync::CancellationToken;

pub(super) struct Client {
    pub(super) connection: Connection,
    pub(super) stop: CancellationToken,
}

impl Client {
    /// A client that has just signed in.
    pub(super) async fn of(host: &TestHost, who: &str) -> Self {
        let (client, stream) = duplex(64 * 1024);
        let stop = CancellationToken::new();
        let server = postward_mailstore::Connection { stream, pipelined: Vec::new(), stop: stop.clone() };
        tokio::spawn(serve_imap(host.mailbox(who).await, server));
        Self { connection: Connection::over(client), stop }
    }

    /// A client that has INBOX selected.
    pub(super) async fn at_inbox(host: &TestHost, who: &str) -> Self {
        let mut client = Self::of(host, who).await;
        client.connection.send("s SELECT INBOX\r\n").await.unwrap();
        client.connection.line_starting("s OK ").await.unwrap();
        client
    }

    /// Holds the session against a transcript; see [`Connection::play`].
    pub(super) async fn play(&mut self, transcript: &str) {
        self.connection.play(transcript).await.unwrap();
    }
}
