use crate::test_host::{TestHost, message};
use crate::transcript::{Protocol, connect};
use postward_mailstore::{Connection, Limits, serve_submission};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio_util::sync::CancellationToken;

/// What the client receives after `stop` fired. Before it has sent `said` and received `answered`.
async fn last_line(protocol: Protocol, said: &str, answered: &str) -> String {
    let host = TestHost::new();
    let stop = CancellationToken::new();
    let mut client = connect(&host, protocol, said, stop.clone()).await;
    let mut heard = vec![0; answered.len()];
    client.read_exact(&mut heard).await.unwrap();
    assert_eq!(String::from_utf8(heard).unwrap(), answered);
    stop.cancel();
    let mut rest = String::new();
    client.read_to_string(&mut rest).await.unwrap();
    rest
}

#[tokio::test]
async fn a_session_that_is_stopped_says_one_line_where_the_protocol_has_one() {
    let goodbye = "421 4.3.2 The service is closing the connection.\r\n";
    assert_eq!(last_line(Protocol::Submission, "NOOP\r\n", "250 2.0.0 Here.\r\n").await, goodbye);
    assert_eq!(last_line(Protocol::Pop3, "NOOP\r\n", "+OK\r\n").await, "");
    let data = "MAIL FROM:<ada@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\nSubject: half";
    let answers = "250 2.1.0 Sender is fine.\r\n250 2.1.5 Recipient is fine.\r\n354 End it with a line that holds one dot.\r\n";
    assert_eq!(last_line(Protocol::Submission, data, answers).await, goodbye);
}

#[tokio::test]
async fn a_session_does_not_wait_for_a_client_that_never_reads() {
    let host = TestHost::new();
    let large = "x".repeat(78) + "\r\n";
    host.inbox("ada").await.append(message(&large.repeat(10_000))).await.unwrap();
    let (client, server) = duplex(1024);
    let stop = CancellationToken::new();
    let mailbox = host.mailbox("ada").await;
    let connection = Connection { stream: server, pipelined: b"RETR 1\r\n".to_vec(), stop: stop.clone() };
    let session = postward_mailstore::serve_pop3(mailbox, connection);
    let session = tokio::spawn(session);
    // Once the first octets are here the session is in the middle of the message.
    let mut client = client;
    client.read_exact(&mut [0; 100]).await.unwrap();
    stop.cancel();
    session.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_told_and_closed() {
    let mut limits = Limits::default();
    limits.smtp_idle = Duration::from_secs(300);
    let host = TestHost::with_limits(limits);
    let mut client = connect(&host, Protocol::Submission, "NOOP\r\n", CancellationToken::new()).await;
    let mut heard = String::new();
    client.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "250 2.0.0 Here.\r\n421 4.4.2 You were silent for too long.\r\n");
}

#[tokio::test]
async fn a_session_dropped_in_the_middle_of_data_delivers_nothing() {
    let host = TestHost::new();
    let (mut client, server) = duplex(64 * 1024);
    let mailbox = host.mailbox("ada").await;
    let connection = Connection { stream: server, pipelined: Vec::new(), stop: CancellationToken::new() };
    let session = tokio::spawn(serve_submission(mailbox, connection));
    client
        .write_all(b"MAIL FROM:<ada@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\nSubject: half\r\n\r\nhalf a message")
        .await
        .unwrap();
    let mut heard = [0; 60];
    client.read_exact(&mut heard).await.unwrap();
    session.abort();
    assert!(session.await.unwrap_err().is_cancelled());
    assert!(host.mail_of("bob").await.is_empty());
}
