use super::client::Client;
use crate::test_host::TestHost;
use postward_mailstore::{Connection, Limits, serve_imap};
use proptest::prelude::*;
use std::fs;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_wrong_command_is_answered_and_too_many_end_the_session() {
    let mut limits = Limits::default();
    limits.bad_commands = 4;
    let host = TestHost::with_limits(limits);
    Client::of(&host, "ada")
        .await
        .play(
            "C: a FROBNICATE
             S: a BAD …
             C: b FETCH 1 NONSENSE
             S: b BAD …
             C: (
             S: * BAD …
             C: c NOOP
             S: c OK …
             C: d SELECT {999999999}
             S: d BAD [TOOBIG] …
             C: e NOOP
             S: e OK …
             C: f
             S: f BAD …
             C: f
             S: f BAD …
             C: f
             S: f BAD …
             C: f
             S: f BAD …
             S: * BYE …
             S! closed",
        )
        .await;
}

#[tokio::test]
async fn a_flood_ends_the_session() {
    let host = TestHost::new();
    let mut client = Client::of(&host, "ada").await;
    client.connection.send(&vec![b'x'; 80 * 1024]).await.unwrap();
    client.play("S: * BYE [TOOBIG] …\nS! closed").await;
    let mut client = Client::of(&host, "ada").await;
    client.play("C: a SELECT {999999999+}\nS: * BYE [TOOBIG] …\nS! closed").await;
    let mut client = Client::of(&host, "ada").await;
    client.play("C: a APPEND INBOX {999999999+}\nS: * BYE [TOOBIG] …\nS! closed").await;
}

#[tokio::test]
async fn ten_thousand_pipelined_commands_are_answered_in_order() {
    let host = TestHost::new();
    let (client, server) = duplex(4096);
    let stop = CancellationToken::new();
    let connection = Connection { stream: server, pipelined: b"first NOOP\r\n".to_vec(), stop };
    tokio::spawn(serve_imap(host.mailbox("ada").await, connection));
    let (mut read, mut write) = tokio::io::split(client);
    let sending = tokio::spawn(async move {
        let commands: String = (0..10_000).map(|number| format!("a{number} NOOP\r\n")).collect();
        write.write_all(commands.as_bytes()).await.unwrap();
        write.write_all(b"z LOGOUT\r\n").await.unwrap();
        write
    });
    let mut answers = String::new();
    read.read_to_string(&mut answers).await.unwrap();
    sending.await.unwrap();
    let tags: Vec<_> = answers.lines().filter_map(|line| line.split(' ').next()).collect();
    let expected = std::iter::once("first".to_owned()).chain((0..10_000).map(|number| format!("a{number}")));
    assert_eq!(tags, expected.chain(["*".to_owned(), "z".to_owned()]).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_trouble_of_ours_is_temporary_and_leaves_nothing_behind() {
    let host = TestHost::new();
    let mut client = Client::at_inbox(&host, "ada").await;
    let tmp = host.maildir("ada").join("tmp");
    fs::remove_dir(&tmp).unwrap();
    fs::write(&tmp, "in the way").unwrap();
    client
        .play(
            "C: a APPEND INBOX {18+}
             C: Subject: 1␍␊␍␊text
             S: a NO [UNAVAILABLE] …
             C: b COPY 1:* Archive
             S: b OK …",
        )
        .await;
    fs::remove_file(&tmp).unwrap();
    client
        .play(
            "C: c NOOP
             S: c OK …
             C: d APPEND INBOX {18+}
             C: Subject: 1␍␊␍␊text
             S: * 1 EXISTS
             S: * … RECENT
             S: d OK [APPENDUID …
             C: e FETCH 1 UID
             S: * 1 FETCH (UID 1)
             S: e OK …",
        )
        .await;
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is sent, the session ends in order: with an answer, a BYE or silence, never with a panic.
    #[test]
    fn no_bytes_break_a_session(pieces in proptest::collection::vec(prop_oneof![
        Just(b"a SELECT INBOX\r\n".to_vec()), Just(b"b APPEND INBOX {9+}\r\n".to_vec()),
        Just(b"c UID FETCH 1:* (BODY[1.2.MIME]<3.4> ENVELOPE BODYSTRUCTURE)\r\n".to_vec()),
        Just(b"d IDLE\r\n".to_vec()), Just(b"DONE\r\n".to_vec()), Just(b"e STORE 1 FLAGS (x)\r\n".to_vec()),
        Just(b"f SEARCH OR TEXT a HEADER \"\" \"\"\r\n".to_vec()), Just(b"Subject: x".to_vec()),
        Just(b"\r\n".to_vec()), Just(b"g LIST {2}\r\n".to_vec()), Just(b"h COPY 1:* INBOX\r\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..24),
    ], 0..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let host = TestHost::new();
            let (client, server) = duplex(1 << 20);
            let stop = CancellationToken::new();
            let connection = Connection { stream: server, pipelined: Vec::new(), stop };
            let session = tokio::spawn(serve_imap(host.mailbox("ada").await, connection));
            let (mut read, mut write) = tokio::io::split(client);
            let _ = write.write_all(&pieces.concat()).await;
            write.shutdown().await.unwrap();
            let mut answers = Vec::new();
            let _ = read.read_to_end(&mut answers).await;
            session.await.expect("the session panicked").unwrap();
        });
    }
}
