use super::client::Client;
use crate::test_host::{TestHost, address, message};

#[tokio::test]
async fn an_idle_session_hears_at_once_what_others_do() {
    let host = TestHost::new();
    host.inbox("ada").await.append(message("Subject: 1\r\n\r\nhi\r\n")).await.unwrap();
    let (mut idle, mut other) = (Client::at_inbox(&host, "ada").await, Client::at_inbox(&host, "ada").await);
    idle.play("C: a IDLE\nS: + …").await;
    host.store.deliver(&address("ada"), "Subject: 2\r\n\r\nhi\r\n").await.unwrap();
    idle.play("S: * 2 EXISTS\nS: * … RECENT").await;
    other.play("C: a NOOP\nS: * 2 EXISTS\nS: * … RECENT\nS: a OK …").await;
    other.play("C: b STORE 1 +FLAGS.SILENT (\\Deleted \\Flagged)\nS: b OK …").await;
    idle.play("S: * 1 FETCH (UID 1 FLAGS (\\Flagged \\Deleted))").await;
    other.play("C: c EXPUNGE\nS: * 1 EXPUNGE\nS: c OK …").await;
    idle.play("S: * 1 EXPUNGE\nC: DONE\nS: a OK …\nC: b UID SEARCH ALL\nS: * SEARCH 2\nS: b OK …").await;
}

#[tokio::test]
async fn numbers_stay_what_they_are_while_they_are_spoken_of() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    for number in 1..=3 {
        inbox.append(message(&format!("Subject: {number}\r\n\r\nhi\r\n"))).await.unwrap();
    }
    let mut client = Client::at_inbox(&host, "ada").await;
    inbox.expunge(vec![1]).await.unwrap();
    inbox.append(message("Subject: 4\r\n\r\nhi\r\n")).await.unwrap();
    // RFC 3501 §7.4.1: no EXPUNGE while FETCH, STORE or SEARCH by number is answered; new mail may be told.
    client
        .play(
            "C: a FETCH 2 UID
             S: * 2 FETCH (UID 2)
             S: * 4 EXISTS
             S: * 0 RECENT
             S: a OK …
             C: b STORE 3 +FLAGS (\\Seen)
             S: * 3 FETCH (FLAGS (\\Seen))
             S: b OK …
             C: c FETCH 1 BODY.PEEK[]
             S: c NO [EXPUNGEISSUED] …
             C: d SEARCH UNSEEN
             S: * SEARCH 1 2 4
             S: d OK …
             C: e NOOP
             S: * 1 EXPUNGE
             S: e OK …
             C: f FETCH 2 (UID FLAGS)
             S: * 2 FETCH (UID 3 FLAGS (\\Seen))
             S: f OK …",
        )
        .await;
}

#[tokio::test]
async fn a_session_whose_folder_is_deleted_says_so() {
    let host = TestHost::new();
    host.mailbox("ada").await.create(&crate::test_host::name("Old")).await.unwrap();
    let mut client = Client::of(&host, "ada").await;
    client.connection.send(b"a SELECT Old\r\n").await.unwrap();
    client.connection.line_starting("a OK").await.unwrap();
    Client::of(&host, "ada").await.play("C: a DELETE Old\nS: a OK …").await;
    client.play("C: b NOOP\nS: * BYE …\nS! closed").await;
}

#[tokio::test]
async fn a_session_that_deletes_or_renames_its_own_folder_goes_on_without_one() {
    let host = TestHost::new();
    let mut client = Client::of(&host, "ada").await;
    client.play("C: a CREATE Old\nS: a OK …\nC: b CREATE Old.Older\nS: b OK …").await;
    for (selected, act) in [("Old.Older", "RENAME Old New"), ("New", "DELETE New")] {
        client.connection.send(format!("c SELECT {selected}\r\n")).await.unwrap();
        client.connection.line_starting("c OK").await.unwrap();
        client
            .play(&format!(
                "C: d {act}
                 S: * OK The folder was selected. None is now.
                 S: d OK …
                 C: e NOOP
                 S: e OK …
                 C: f FETCH 1 FLAGS
                 S: f BAD No folder is selected…"
            ))
            .await;
    }
    // One that does something to another folder keeps its own; INBOX stays where it is, whatever its mail is called.
    client.connection.send(b"g SELECT INBOX\r\n").await.unwrap();
    client.connection.line_starting("g OK").await.unwrap();
    client
        .play(
            "C: h DELETE New.Older
             S: h OK …
             C: i RENAME INBOX Past
             S: i OK …
             C: j UID SEARCH ALL
             S: * SEARCH
             S: j OK …",
        )
        .await;
}

#[tokio::test]
async fn what_another_session_changed_is_told_also_behind_a_silent_store() {
    let host = TestHost::new();
    host.inbox("ada").await.append(message("Subject: 1\r\n\r\nhi\r\n")).await.unwrap();
    let (mut mine, mut yours) = (Client::at_inbox(&host, "ada").await, Client::at_inbox(&host, "ada").await);
    yours.connection.send(b"a STORE 1 +FLAGS.SILENT (\\Flagged $Work)\r\n").await.unwrap();
    yours.connection.line_starting("a OK").await.unwrap();
    // RFC 3501 §6.4.6: a change from elsewhere is told whether or not the client asked for silence about its own.
    mine.play(
        "C: a STORE 1 +FLAGS.SILENT (\\Seen)
         S: * FLAGS (… $Work)
         S: * OK [PERMANENTFLAGS (… $Work \\*)] …
         S: * 1 FETCH (UID 1 FLAGS (\\Flagged \\Seen $Work))
         S: a OK …
         C: b UID STORE 1 -FLAGS.SILENT (\\Flagged)
         S: b OK …
         C: c NOOP
         S: c OK …",
    )
    .await;
    // A client that replaces all flags knows what they are, whatever they were.
    yours.play("C: b STORE 1 FLAGS.SILENT (\\Draft)\nS: b OK …\nC: c NOOP\nS: c OK …").await;
}
