use super::client::Client;
use crate::test_host::{TestHost, message};
use postward_mailstore::{Connection, Limits, serve_imap};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, duplex, split};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_client_that_waits_hears_why_its_session_ends() {
    let host = TestHost::new();
    for waiting in ["C: a NOOP\nS: a OK …", "C: a IDLE\nS: + …"] {
        let mut client = Client::of(&host, "ada").await;
        client.play(waiting).await;
        client.stop.cancel();
        client.play("S: * BYE This session was ended. …\nS! closed").await;
    }
    let mut client = Client::at_inbox(&host, "ada").await;
    client.play("C: a IDLE\nS: + …").await;
    client.stop.cancel();
    client.play("S: * BYE This session was ended. …\nS! closed").await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_ended_in_the_middle_of_a_message() {
    let host = TestHost::new();
    let long = format!("Subject: long\r\n\r\n{}", "0123456789abcdef\r\n".repeat(40_000));
    host.inbox("ada").await.append(message(&long)).await.unwrap();
    let (client, server) = duplex(1024);
    let stop = CancellationToken::new();
    let connection = Connection { stream: server, pipelined: Vec::new(), stop: stop.clone() };
    let session = tokio::spawn(serve_imap(host.mailbox("ada").await, connection));
    let (read, mut write) = split(client);
    write.write_all(b"a SELECT INBOX\r\nb FETCH 1 BODY.PEEK[]\r\n").await.unwrap();
    let mut read = BufReader::new(read);
    let mut heard = String::new();
    while !heard.ends_with("Subject: long\r\n") {
        read.read_line(&mut heard).await.unwrap();
    }
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(20), session).await.unwrap().unwrap().unwrap();
    // What was on its way still comes; a BYE in it would be taken for a part of the message.
    let mut rest = String::new();
    read.read_to_string(&mut rest).await.unwrap();
    assert!(!rest.contains("BYE"), "{rest}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_is_let_go_also_when_mail_comes_in() {
    let mut limits = Limits::default();
    limits.imap_idle = Duration::from_secs(5);
    let host = TestHost::with_limits(limits);
    let mut client = Client::of(&host, "ada").await;
    client.play("S: * BYE Nothing was said for a long time.\nS! closed").await;
    let mut client = Client::of(&host, "ada").await;
    client.play("C: a IDLE\nS: + …\nS: * BYE Nothing was said for a long time.\nS! closed").await;
}

#[tokio::test]
async fn a_client_that_signs_out_is_seen_off() {
    let host = TestHost::new();
    Client::of(&host, "ada").await.play("C: a LOGOUT\nS: * BYE …\nS: a OK …\nS! closed").await;
}
