use super::client::Client;
use crate::test_host::{TestHost, message, name};

#[tokio::test]
async fn a_client_finds_its_folders_and_what_they_are_for() {
    let host = TestHost::new();
    Client::of(&host, "ada")
        .await
        .play(
            r#"C: a LIST "" "*"
               S: * LIST (\HasNoChildren \Archive) "." Archive
               S: * LIST (\HasNoChildren \Drafts) "." Drafts
               S: * LIST (\HasNoChildren) "." INBOX
               S: * LIST (\HasNoChildren \Junk) "." Junk
               S: * LIST (\HasNoChildren \Sent) "." Sent
               S: * LIST (\HasNoChildren \Trash) "." Trash
               S: a OK …
               C: b LIST "" ""
               S: * LIST (\Noselect) "." ""
               S: b OK …
               C: c LIST "" inbox
               S: * LIST (\HasNoChildren) "." INBOX
               S: c OK …
               C: d NAMESPACE
               S: * NAMESPACE (("" ".")) NIL NIL
               S: d OK …
               C: e ID ("name" "test")
               S: * ID ("name" "Postward")
               S: e OK …
               C: f CAPABILITY
               S: * CAPABILITY IMAP4rev1 …
               S: f OK …"#,
        )
        .await;
}

#[tokio::test]
async fn folders_are_made_renamed_and_removed() {
    let host = TestHost::new();
    Client::of(&host, "ada")
        .await
        .play(
            r#"C: a CREATE "Projekte.K&APY-ln"
               S: a OK …
               C: b LIST "" "P%"
               S: * LIST (\Noselect \HasChildren) "." Projekte
               S: b OK …
               C: c LIST "Projekte." "%"
               S: * LIST (\HasNoChildren) "." Projekte.K&APY-ln
               S: c OK …
               C: d CREATE Projekte.K&APY-ln
               S: d NO [ALREADYEXISTS] …
               C: e RENAME Projekte Arbeit
               S: e OK …
               C: f LIST "" "*K*"
               S: * LIST (\HasNoChildren) "." Arbeit.K&APY-ln
               S: f OK …
               C: g SUBSCRIBE Arbeit.K&APY-ln
               S: g OK …
               C: h LSUB "" "Ar*"
               S: * LSUB (\HasNoChildren) "." Arbeit.K&APY-ln
               S: * LSUB (\HasNoChildren \Archive) "." Archive
               S: h OK …"#,
        )
        .await;
    Client::of(&host, "ada")
        .await
        .play(
            "C: a DELETE Arbeit.K&APY-ln
             S: a OK …
             C: b DELETE Arbeit.K&APY-ln
             S: b NO [NONEXISTENT] …
             C: c DELETE INBOX
             S: c NO [CANNOT] …
             C: d CREATE ../x
             S: d NO [CANNOT] …
             C: e CREATE \"broken &utf7\"
             S: e NO [CANNOT] …
             C: f SELECT Nowhere
             S: f NO [NONEXISTENT] …",
        )
        .await;
}

#[tokio::test]
async fn a_level_nobody_subscribed_to_is_told_only_where_it_stands_for_what_is_below() {
    let host = TestHost::new();
    // RFC 3501 §6.3.9
    Client::of(&host, "ada")
        .await
        .play(
            r#"C: a SUBSCRIBE Work.2026.May
               S: a OK …
               C: b LSUB "" "W*"
               S: * LSUB (\HasNoChildren) "." Work.2026.May
               S: b OK …
               C: c LSUB "" "W%"
               S: * LSUB (\Noselect \HasChildren) "." Work
               S: c OK …
               C: d LSUB "" "Work.%"
               S: * LSUB (\Noselect \HasChildren) "." Work.2026
               S: d OK …
               C: e LSUB "Work.2026." "%"
               S: * LSUB (\HasNoChildren) "." Work.2026.May
               S: e OK …
               C: f LSUB "" Work
               S: f OK …
               C: g LSUB "" "*6"
               S: g OK …"#,
        )
        .await;
}

#[tokio::test]
async fn inbox_is_always_subscribed_and_a_client_is_told_so() {
    let host = TestHost::new();
    Client::of(&host, "ada")
        .await
        .play(
            r#"C: a UNSUBSCRIBE inbox
               S: a NO [CANNOT] …
               C: b LSUB "" INBOX
               S: * LSUB (\HasNoChildren) "." INBOX
               S: b OK …
               C: c UNSUBSCRIBE Junk
               S: c OK …
               C: d LSUB "" Junk
               S: d OK …"#,
        )
        .await;
}

#[tokio::test]
async fn selecting_tells_what_is_there() {
    let host = TestHost::new();
    let archive = host.folder("ada", "Archive").await;
    archive.append(message("Subject: 1\r\n\r\n")).await.unwrap();
    let validity = archive.snapshot().uid_validity;
    let mut client = Client::of(&host, "ada").await;
    client
        .play(&format!(
            "C: a SELECT Archive
             S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
             S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] …
             S: * 1 EXISTS
             S: * 0 RECENT
             S: * OK [UNSEEN 1] …
             S: * OK [UIDVALIDITY {validity}] …
             S: * OK [UIDNEXT 2] …
             S: a OK [READ-WRITE] …
             C: b STATUS Archive (MESSAGES UNSEEN UIDNEXT UIDVALIDITY RECENT)
             S: * STATUS Archive (MESSAGES 1 UNSEEN 1 UIDNEXT 2 UIDVALIDITY {validity} RECENT 0)
             S: b OK …
             C: c UNSELECT
             S: c OK …
             C: d FETCH 1 FLAGS
             S: d BAD …"
        ))
        .await;
    assert_eq!(archive.name(), &name("Archive"));
}

#[tokio::test]
async fn a_message_is_recent_for_the_first_session_that_could_change_that() {
    let host = TestHost::new();
    host.store.deliver(&crate::test_host::address("ada"), "Subject: 1\r\n\r\nhi\r\n").await.unwrap();
    let mut looking = Client::of(&host, "ada").await.connection;
    looking.send("a EXAMINE INBOX\r\n").await.unwrap();
    let examined = looking.lines_until("a OK [READ-ONLY]").await.unwrap();
    assert!(examined.contains(&"* 1 RECENT".to_owned()));
    let mut first = Client::of(&host, "ada").await;
    first.connection.send("a SELECT INBOX\r\n").await.unwrap();
    let selected = first.connection.lines_until("a OK").await.unwrap();
    assert!(selected.contains(&"* 1 RECENT".to_owned()));
    let mut second = Client::of(&host, "ada").await.connection;
    second.send("a SELECT INBOX\r\n").await.unwrap();
    let selected = second.lines_until("a OK").await.unwrap();
    assert!(selected.contains(&"* 0 RECENT".to_owned()));
    first
        .play(
            "C: b FETCH 1 FLAGS
             S: * 1 FETCH (FLAGS (\\Recent))
             S: b OK …
             C: c SEARCH RECENT
             S: * SEARCH 1
             S: c OK …",
        )
        .await;
}
