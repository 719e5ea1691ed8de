use super::client::Client;
use crate::test_host::{TestHost, message, uids};

async fn three() -> TestHost {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    for number in 1..=3 {
        inbox.append(message(&format!("Subject: {number}\r\n\r\nhi\r\n"))).await.unwrap();
    }
    host
}

#[tokio::test]
async fn flags_are_stored_and_told() {
    let host = three().await;
    Client::at_inbox(&host, "ada")
        .await
        .play(
            "C: a STORE 1:2 +FLAGS (\\Seen $Work)
             S: * FLAGS (… $Work)
             S: * OK [PERMANENTFLAGS (… $Work \\*)] …
             S: * 1 FETCH (FLAGS (\\Seen $Work))
             S: * 2 FETCH (FLAGS (\\Seen $Work))
             S: a OK …
             C: b UID STORE 2 -FLAGS.SILENT ($Work)
             S: b OK …
             C: c UID STORE 2 FLAGS (\\Flagged)
             S: * 2 FETCH (UID 2 FLAGS (\\Flagged))
             S: c OK …
             C: d STORE 1 +FLAGS (\\Recent)
             S: d BAD …
             C: e SEARCH KEYWORD $work
             S: * SEARCH 1
             S: e OK …
             C: f NOOP
             S: f OK …",
        )
        .await;
}

#[tokio::test]
async fn a_keyword_that_has_no_room_is_left_out_and_the_rest_is_stored() {
    let host = three().await;
    host.inbox("ada").await.keywords((0..26).map(|n| format!("k{n}")).collect()).await.unwrap();
    let mut client = Client::of(&host, "ada").await;
    client.connection.send(b"s SELECT INBOX\r\n").await.unwrap();
    // RFC 3501 §7.1: `\*` says that new keywords can be made.
    let selected = client.connection.lines_until("s OK").await.unwrap();
    assert!(selected.iter().any(|line| line.contains("[PERMANENTFLAGS (") && line.contains(" k25)]")));
    client
        .play(
            "C: a STORE 2 FLAGS (\\Seen \\Answered $New k3)
             S: * 2 FETCH (FLAGS (\\Answered \\Seen k3))
             S: a OK …
             C: b STORE 2 +FLAGS.SILENT (\\Flagged)
             S: b OK …
             C: c STORE 2 +FLAGS.SILENT (\\Draft $New)
             S: * 2 FETCH (FLAGS (\\Answered \\Flagged \\Seen \\Draft k3))
             S: c OK …
             C: d STORE 2 FLAGS ($New)
             S: d NO [LIMIT] …
             C: e STORE 2 -FLAGS ($New K3)
             S: * 2 FETCH (FLAGS (\\Answered \\Flagged \\Seen \\Draft))
             S: e OK …
             C: f STORE 2 -FLAGS ($New)
             S: * 2 FETCH (FLAGS (\\Answered \\Flagged \\Seen \\Draft))
             S: f OK …",
        )
        .await;
}

#[tokio::test]
async fn taking_a_keyword_away_does_not_make_it() {
    let host = three().await;
    Client::at_inbox(&host, "ada")
        .await
        .play(
            "C: a STORE 1 -FLAGS ($Unknown)
             S: * 1 FETCH (FLAGS ())
             S: a OK …",
        )
        .await;
    assert!(host.inbox("ada").await.snapshot().keywords.is_empty());
}

#[tokio::test]
async fn a_folder_open_for_reading_is_not_changed() {
    let host = three().await;
    let mut client = Client::of(&host, "ada").await;
    client.connection.send(b"a EXAMINE INBOX\r\n").await.unwrap();
    client.connection.line_starting("a OK [READ-ONLY]").await.unwrap();
    client
        .play(
            "C: b STORE 1 +FLAGS (\\Deleted)
             S: b NO [READ-ONLY] …
             C: c EXPUNGE
             S: c NO [READ-ONLY] …
             C: d FETCH 1 BODY[TEXT]
             S: * 1 FETCH (BODY[TEXT] {4}
             S: hi
             S: )
             S: d OK …
             C: e FETCH 1 FLAGS
             S: * 1 FETCH (FLAGS ())
             S: e OK …
             C: f CLOSE
             S: f OK …",
        )
        .await;
}

#[tokio::test]
async fn messages_are_expunged_by_mark_and_by_uid() {
    let host = three().await;
    let mut client = Client::at_inbox(&host, "ada").await;
    client
        .play(
            "C: a STORE 1:3 +FLAGS.SILENT (\\Deleted)
             S: a OK …
             C: b UID EXPUNGE 2
             S: * 2 EXPUNGE
             S: b OK …
             C: c STORE 2 -FLAGS.SILENT (\\Deleted)
             S: c OK …
             C: d EXPUNGE
             S: * 1 EXPUNGE
             S: d OK …
             C: e UID SEARCH ALL
             S: * SEARCH 3
             S: e OK …
             C: f STORE 1 +FLAGS.SILENT (\\Deleted)
             S: f OK …
             C: g CLOSE
             S: g OK …",
        )
        .await;
    assert!(uids(&host.inbox("ada").await).is_empty());
}

#[tokio::test]
async fn copies_and_moves_say_where_the_messages_are() {
    let host = three().await;
    let mut client = Client::at_inbox(&host, "ada").await;
    let archive = host.folder("ada", "Archive").await.snapshot().uid_validity;
    let trash = host.folder("ada", "Trash").await.snapshot().uid_validity;
    client
        .play(&format!(
            "C: a COPY 2:3 Archive
             S: a OK [COPYUID {archive} 2:3 1:2] …
             C: b UID MOVE 1,3 Trash
             S: * OK [COPYUID {trash} 1,3 1:2] …
             S: * 1 EXPUNGE
             S: * 2 EXPUNGE
             S: b OK …
             C: c COPY 1 Nowhere
             S: c NO [TRYCREATE] …
             C: d UID COPY 77 Archive
             S: d OK …
             C: e UID SEARCH ALL
             S: * SEARCH 2
             S: e OK …"
        ))
        .await;
}

#[tokio::test]
async fn a_message_is_appended_with_its_flags_and_its_date() {
    let host = TestHost::new();
    let validity = host.inbox("ada").await.snapshot().uid_validity;
    Client::at_inbox(&host, "ada")
        .await
        .play(&format!(
            "C: a APPEND INBOX (\\Seen $Work) \" 2-Mar-2026 10:00:00 +0100\" {{18}}
             S: + …
             C: Subject: 1␍␊␍␊text
             S: * FLAGS …
             S: * OK [PERMANENTFLAGS …
             S: * 1 EXISTS
             S: * 0 RECENT
             S: a OK [APPENDUID {validity} 1] …
             C: b FETCH 1 (FLAGS INTERNALDATE)
             S: * 1 FETCH (FLAGS (\\Seen $Work) INTERNALDATE \" 2-Mar-2026 09:00:00 +0000\")
             S: b OK …
             C: c APPEND Nowhere {{19}}
             S: c NO [TRYCREATE] …
             C: d APPEND Nowhere {{5+}}
             C: abcde
             S: d NO [TRYCREATE] …
             C: e APPEND INBOX {{999999999}}
             S: e NO [TOOBIG] …
             C: f APPEND INBOX {{0}}
             S: f NO …
             C: g NOOP
             S: g OK …"
        ))
        .await;
}
