//! An IMAP client that sends lines and checks what is received.

use crate::host::TestHost;
use postward_mailstore::{Connection, serve_imap};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio_util::sync::CancellationToken;

pub(super) struct Client {
    stream: BufReader<DuplexStream>,
    pub(super) stop: CancellationToken,
}

/// How long a test waits for what must come. Only a failure waits this long.
const TIMEOUT: Duration = Duration::from_secs(20);

impl Client {
    /// A client that has just signed in.
    pub(super) async fn of(host: &TestHost, who: &str) -> Self {
        let (client, server) = duplex(64 * 1024);
        let stop = CancellationToken::new();
        let connection = Connection { stream: server, pipelined: Vec::new(), stop: stop.clone() };
        tokio::spawn(serve_imap(host.mailbox(who).await, connection));
        Self { stream: BufReader::new(client), stop }
    }

    /// A client that has INBOX selected.
    pub(super) async fn at_inbox(host: &TestHost, who: &str) -> Self {
        let mut client = Self::of(host, who).await;
        client.send(b"s SELECT INBOX\r\n").await;
        client.read_until_line("s OK ").await;
        client
    }

    /// Plays a conversation: `C:` lines are sent, `S:` lines must come back, in which a `…` stands for anything, and
    /// `S! closed` is the end. `␍` and `␊` within a line are sent as these octets.
    pub(super) async fn play(&mut self, conversation: &str) {
        for step in conversation.lines().map(str::trim_start).filter(|step| !step.is_empty()) {
            if let Some(said) = step.strip_prefix("C: ") {
                let said = said.replace('␍', "\r").replace('␊', "\n");
                self.send(format!("{said}\r\n").as_bytes()).await;
            } else if step == "S! closed" {
                assert_eq!(self.read_line().await, None);
            } else {
                let expected = step.strip_prefix("S: ").unwrap_or(step.strip_prefix("S:").unwrap_or(step));
                let heard = self.read_line().await.unwrap_or_else(|| panic!("closed, not {expected:?}"));
                assert!(matches(expected, &heard), "heard\n  {heard}\nnot\n  {expected}");
            }
        }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next line without its end.
    pub(super) async fn read_line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let read = tokio::time::timeout(TIMEOUT, self.stream.read_until(b'\n', &mut line));
        read.await.expect("nothing came").unwrap();
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r\n")?).into_owned();
        Some(line)
    }

    /// All lines up to the one that starts like this.
    pub(super) async fn read_until_line(&mut self, start: &str) -> Vec<String> {
        let mut heard = Vec::new();
        while let Some(line) = self.read_line().await {
            let last = line.starts_with(start);
            heard.push(line);
            if last {
                return heard;
            }
        }
        panic!("closed after {heard:?}")
    }

    /// Exactly so many octets.
    pub(super) async fn octets(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        tokio::time::timeout(TIMEOUT, self.stream.read_exact(&mut bytes))
            .await
            .expect("nothing came")
            .unwrap();
        bytes
    }
}

fn matches(expected: &str, heard: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| heard.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}
