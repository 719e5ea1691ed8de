//! Protocol transcripts, as a mail admin writes them down.

use crate::host::{TestHost, address};
use postward_mailstore::{Connection, serve_lmtp_session, serve_pop3, serve_submission};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex, split};
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

/// Plays a conversation. `C:` lines that follow each other are sent at once; an `S:` line must come back, in which a
/// `*` stands for anything; `S! closed` is the end. A `C:` line may end in an `\n` or `\r` of its own making: `␊` and
/// `␍` are sent as these octets, and `␤` keeps the line from getting its end.
pub(crate) async fn check(host: &TestHost, protocol: Protocol, conversation: &str) {
    let client = connect(host, protocol, "", CancellationToken::new()).await;
    let (read, mut write) = split(client);
    let mut lines = BufReader::new(read).lines();
    let mut unsent = String::new();
    for step in conversation.lines().map(str::trim_start).filter(|line| !line.is_empty()) {
        if let Some(said) = step.strip_prefix("C:") {
            let said = said.strip_prefix(' ').unwrap_or(said);
            unsent.push_str(&said.replace('␊', "\n").replace('␍', "\r").replace('␤', ""));
            if !said.ends_with('␤') {
                unsent.push_str("\r\n");
            }
            continue;
        }
        write.write_all(std::mem::take(&mut unsent).as_bytes()).await.unwrap();
        let heard = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await;
        let heard = heard.unwrap_or_else(|_| panic!("nothing came; expected {step:?}")).unwrap();
        match (step.strip_prefix("S:").map(|text| text.strip_prefix(' ').unwrap_or(text)), heard) {
            (Some(expected), Some(heard)) => {
                assert!(matches(expected, &heard), "{heard:?}, not {expected:?}")
            }
            (None, None) => assert_eq!(step, "S! closed"),
            (_, heard) => panic!("{heard:?}, not {step:?}"),
        }
    }
}

fn matches(expected: &str, heard: &str) -> bool {
    let Some((before, behind)) = expected.split_once('*') else { return expected == heard };
    heard.strip_prefix(before).is_some_and(|rest| rest.ends_with(behind))
}

/// The address every client has signed in with.
pub(crate) fn owner() -> String {
    address("ada").to_string()
}
