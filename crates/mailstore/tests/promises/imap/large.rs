//! Messages that are too large to be held in memory while their client takes its time.

use super::client::Client;
use crate::test_host::{TestHost, message};
use postward_mailstore::Limits;
use std::time::Duration;

/// A message of two parts, the second larger than what is read at once.
fn large_message() -> (String, String) {
    let attachment = "0123456789abcdef\r\n".repeat(40_000);
    let text = format!(
        "Subject: plans\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nHello\r\n\
         --b\r\nContent-Type: text/csv\r\n\r\n{attachment}\r\n--b--\r\n"
    );
    (text, attachment)
}

#[tokio::test]
async fn an_attachment_comes_from_disk_and_what_is_asked_behind_it_as_well() {
    let host = TestHost::new();
    let (text, attachment) = large_message();
    host.inbox("ada").await.append(message(&text)).await.unwrap();
    let mut client = Client::at_inbox(&host, "ada").await;
    client
        .connection
        .send(
            b"a FETCH 1 (BODY.PEEK[2] BODY.PEEK[1] BODY.PEEK[2]<9.9> BODY.PEEK[HEADER.FIELDS (SUBJECT)])\r\n",
        )
        .await
        .unwrap();
    for (section, octets) in [
        ("* 1 FETCH (BODY[2]", attachment.as_str()),
        (" BODY[1]", "Hello"),
        (" BODY[2]<9>", "9abcdef\r\n"),
        (" BODY[HEADER.FIELDS (SUBJECT)]", "Subject: plans\r\n\r\n"),
    ] {
        assert_eq!(client.connection.line().await.unwrap(), format!("{section} {{{}}}", octets.len()));
        assert_eq!(client.connection.bytes(octets.len()).await.unwrap(), octets.as_bytes());
    }
    assert_eq!(client.connection.line().await.unwrap(), ")");
    client.connection.line_starting("a OK").await.unwrap();
}

#[tokio::test]
async fn a_large_message_is_appended_as_it_was_sent() {
    let host = TestHost::new();
    let (text, _) = large_message();
    let bare = text.replace("\r\n", "\n");
    let mut client = Client::at_inbox(&host, "ada").await;
    for sent in [&text, &bare] {
        client.connection.send(format!("a APPEND INBOX {{{}+}}\r\n{sent}\r\n", sent.len())).await.unwrap();
        client.connection.line_starting("a OK").await.unwrap();
    }
    let inbox = host.inbox("ada").await;
    for uid in [1, 2] {
        assert!(inbox.read(uid).await.unwrap() == text.as_bytes(), "message {uid}");
    }
}

/// A byte a second would hold a file and a slot for months.
#[tokio::test(start_paused = true)]
async fn a_message_that_takes_too_long_is_given_up() {
    let mut limits = Limits::default();
    limits.message_time = Duration::from_secs(60);
    let host = TestHost::with_limits(limits);
    let mut client = Client::at_inbox(&host, "ada").await;
    client.connection.send(b"a APPEND INBOX {1000+}\r\n").await.unwrap();
    for _ in 0..59 {
        client.connection.send(b"x").await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    client.play("S: * BYE The message took too long.\nS! closed").await;
    assert!(host.inbox("ada").await.snapshot().messages.is_empty());
}

#[tokio::test]
async fn what_is_announced_behind_a_message_is_not_taken_for_commands() {
    let host = TestHost::new();
    for folder in ["INBOX", "Nowhere"] {
        let mut client = Client::at_inbox(&host, "ada").await;
        client
            .connection
            .send(format!("a APPEND {folder} {{5+}}\r\na\nb\nc {{9+}}\r\nz LOGOUT\r\n\r\n"))
            .await
            .unwrap();
        client.connection.line_starting("* BYE Nothing can follow the message.").await.unwrap();
        client.play("S! closed").await;
    }
}
