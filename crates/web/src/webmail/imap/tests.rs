//! Transcripts: what the client says, what an engine answers, honest and hostile.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::task::JoinHandle;

/// An engine that follows a script: `C: ` lines are what it must hear, `S: ` lines what it says. A line that ends in
/// `\` is sent without its line end, and an engine at the end of its script hangs up.
fn engine(script: &str) -> (Client, JoinHandle<()>) {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    (Client::over(Box::new(ours)), tokio::spawn(follow(script.to_owned(), theirs)))
}

async fn follow(script: String, stream: DuplexStream) {
    let mut stream = BufReader::new(stream);
    for line in script.lines().map(str::trim_start).filter(|line| !line.is_empty()) {
        if let Some(expected) = line.strip_prefix("C: ") {
            let mut heard = String::new();
            stream.read_line(&mut heard).await.unwrap();
            assert_eq!(heard.trim_end_matches("\r\n"), expected);
        } else if let Some(said) = line.strip_prefix("S: ") {
            let said = match said.strip_suffix('\\') {
                Some(said) => said.to_owned(),
                None => format!("{said}\r\n"),
            };
            // The client may have hung up on what it heard, which is its right.
            let _ = stream.write_all(said.as_bytes()).await;
        } else {
            unreachable!("neither C nor S: {line}");
        }
    }
}

#[tokio::test]
async fn folders_are_listed_by_role_with_their_unread_messages() {
    let (mut client, engine) = engine(
        r#"
        C: w1 LIST "" *
        S: * LIST (\HasNoChildren) "." "Projekte"
        S: * LIST (\HasNoChildren) "." "Projekte.Br&APw-cke"
        S: * LIST (\Noselect) "." "Old"
        S: * LIST (\HasNoChildren \Trash) "." "Papierkorb"
        S: * LIST (\HasNoChildren \Sent) "." {4}
        S: Sent
        S: * LIST () "." INBOX
        S: w1 OK done
        C: w2 STATUS Projekte (UNSEEN)
        S: * STATUS Projekte (UNSEEN 0)
        S: w2 OK done
        C: w3 STATUS Projekte.Br&APw-cke (UNSEEN)
        S: * STATUS Projekte.Br&APw-cke (UNSEEN 2)
        S: w3 OK done
        C: w4 STATUS Papierkorb (UNSEEN)
        S: * STATUS Papierkorb (UNSEEN 0)
        S: w4 OK done
        C: w5 STATUS Sent (UNSEEN)
        S: * STATUS Sent (UNSEEN 0)
        S: w5 OK done
        C: w6 STATUS INBOX (UNSEEN)
        S: * STATUS INBOX (UNSEEN 7)
        S: w6 OK done
        "#,
    );
    let folders = client.folders().await.unwrap();
    let shown: Vec<_> = folders.iter().map(|f| (f.depth, f.label.as_str(), f.unread)).collect();
    assert_eq!(
        shown,
        [
            (0, "Inbox", 7),
            (0, "Sent", 0),
            (0, "Trash", 0),
            (0, "Old", 0),
            (0, "Projekte", 0),
            (1, "Brücke", 2)
        ]
    );
    assert!(!folders[3].selectable);
    engine.await.unwrap();
}

#[tokio::test]
async fn the_newest_page_is_asked_for_by_position_and_shown_newest_first() {
    let (mut client, engine) = engine(
        r#"
        C: w1 EXAMINE INBOX
        S: * FLAGS (\Seen)
        S: * 5 EXISTS
        S: * OK [UIDVALIDITY 1] as always
        S: w1 OK [READ-ONLY] done
        C: w2 FETCH 3:4 (UID FLAGS INTERNALDATE ENVELOPE BODYSTRUCTURE)
        S: * 3 FETCH (UID 30 FLAGS (\Seen) INTERNALDATE "01-Nov-2026 10:00:00 +0000" ENVELOPE ("Sat, 31 Oct 2026 09:00:00 +0100" "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?= an alle" (("Ada =?utf-8?q?=E2=80=AEL=C3=B6w?=" NIL "ada" "example.com")) NIL NIL ((NIL NIL "bob" "example.com")) NIL NIL NIL "<1@x>") BODYSTRUCTURE ("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 5 1 NIL NIL NIL NIL))
        S: * 5 FETCH (FLAGS (\Flagged))
        S: * 4 FETCH (UID 40 FLAGS () INTERNALDATE "02-Nov-2026 10:00:00 +0000" ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE (("TEXT" "PLAIN" NIL NIL NIL "7BIT" 5 1 NIL NIL NIL NIL)("APPLICATION" "PDF" ("NAME" "a.pdf") NIL NIL "BASE64" 500 NIL ("attachment" ("FILENAME" "a.pdf")) NIL NIL) "MIXED" ("BOUNDARY" "x") NIL NIL NIL))
        S: w2 OK done
        "#,
    );
    let mut folder = client.examine(&FolderName::inbox()).await.unwrap();
    assert_eq!(folder.messages, 5);
    let page = folder.newest(1, 2).await.unwrap();
    let [newer, older] = page.as_slice() else { unreachable!("two lines") };
    assert_eq!((newer.uid.to_string().as_str(), newer.seen, newer.attachment), ("40", false, true));
    assert_eq!((newer.subject.as_deref(), newer.from.len()), (None, 0));
    assert_eq!(newer.date.unwrap().to_string(), "2026-11-02T10:00:00Z");
    assert_eq!((older.uid.to_string().as_str(), older.seen, older.attachment), ("30", true, false));
    assert_eq!(older.subject.as_deref(), Some("Grüße an alle"));
    assert_eq!(older.from[0].label(), "Ada Löw");
    assert_eq!(older.to[0].label(), "bob@example.com");
    assert_eq!(older.date.unwrap().to_string(), "2026-10-31T08:00:00Z");
    engine.await.unwrap();
}

/// Here: deeper than the webmail's parser reads, and then not even an envelope.
#[tokio::test]
async fn a_message_that_cannot_be_read_costs_its_line_and_not_the_folder() {
    let deep =
        format!("{}\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1{}", "(".repeat(40), " \"MIXED\")".repeat(40));
    let script = r#"
        C: w1 EXAMINE INBOX
        S: * 3 EXISTS
        S: w1 OK done
        C: w2 FETCH 1:3 (UID FLAGS INTERNALDATE ENVELOPE BODYSTRUCTURE)
        S: * 1 FETCH (UID 10 ENVELOPE (NIL "fine" NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE ("APPLICATION" "PDF" NIL NIL NIL "BASE64" 5))
        S: * 2 FETCH (UID 20 ENVELOPE (NIL "deep" NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE DEEP)
        S: * 3 FETCH (UID 30 ENVELOPE ("nonsense") BODYSTRUCTURE ("APPLICATION" "PDF" NIL NIL NIL "BASE64" 5))
        S: w2 OK done
        C: w3 FETCH 1:3 (UID FLAGS INTERNALDATE ENVELOPE)
        S: * 1 FETCH (UID 10 ENVELOPE (NIL "fine" NIL NIL NIL NIL NIL NIL NIL NIL))
        S: * 2 FETCH (UID 20 ENVELOPE (NIL "deep" NIL NIL NIL NIL NIL NIL NIL NIL))
        S: * 3 FETCH (UID 30 ENVELOPE ("nonsense"))
        S: w3 OK done
        "#;
    let (mut client, engine) = engine(&script.replace("DEEP", &deep));
    let mut folder = client.examine(&FolderName::inbox()).await.unwrap();
    let page = folder.newest(0, 50).await.unwrap();
    let shown: Vec<_> = page.iter().map(|line| (line.subject.as_deref(), line.attachment)).collect();
    assert_eq!(shown, [(Some("deep"), false), (Some("fine"), true)]);
    engine.await.unwrap();
}

#[tokio::test]
async fn a_search_cannot_smuggle_in_a_second_command() {
    let (mut client, engine) = engine(
        r#"
        C: w1 EXAMINE INBOX
        S: * 5 EXISTS
        S: w1 OK done
        C: w2 UID SEARCH CHARSET UTF-8 TEXT x TEXT w9 TEXT DELETE TEXT "\"INBOX\"" TEXT {5}
        S: + go on
        C: Füße
        S: * SEARCH 2 9 4
        S: w2 OK done
        "#
        .replace("{5}", "{6}")
        .as_str(),
    );
    let mut folder = client.examine(&FolderName::inbox()).await.unwrap();
    let found = folder.search("x\r\nw9 DELETE \"INBOX\" Füße").await.unwrap();
    assert_eq!(found.iter().map(Uid::to_string).collect::<Vec<_>>(), ["9", "4", "2"]);
    engine.await.unwrap();
}

#[tokio::test]
async fn a_folder_name_cannot_smuggle_in_a_second_command() {
    let (mut client, engine) = engine(
        r#"
        C: w1 EXAMINE "a\" (b"
        S: w1 NO no such folder
        "#,
    );
    let name = FolderName::parse("a\" (b").unwrap();
    assert!(matches!(client.examine(&name).await, Err(ImapError::Refused(text)) if text == "no such folder"));
    engine.await.unwrap();
}

#[tokio::test]
async fn a_message_is_read_whole_and_byte_for_byte() {
    let (mut client, engine) = engine(
        "
        C: w1 SELECT INBOX
        S: * 1 EXISTS
        S: w1 OK [READ-WRITE] done
        C: w2 UID FETCH 7 (RFC822.SIZE FLAGS)
        S: * 1 FETCH (UID 7 RFC822.SIZE 10 FLAGS (\\Recent))
        S: w2 OK done
        C: w3 UID FETCH 7 BODY.PEEK[]
        S: * 2 FETCH (UID 8 BODY[] {1}
        S: x)
        S: * 1 FETCH (UID 7 BODY[] {10}
        S: a: b
        S: \u{0}{
        S: )
        S: w3 OK done
        C: w4 UID STORE 7 +FLAGS.SILENT (\\Seen)
        S: w4 OK done
        ",
    );
    let mut folder = client.select(&FolderName::inbox()).await.unwrap();
    let uid: Uid = "7".parse().unwrap();
    let message = folder.message(uid).await.unwrap().unwrap();
    assert_eq!(message.bytes, b"a: b\r\n\x80{\r\n");
    assert!(message.extent == Extent::Whole && !message.seen);
    folder.mark(uid, Mark::Seen).await.unwrap();
    engine.await.unwrap();
}

#[tokio::test]
async fn of_a_message_too_large_to_show_only_the_header_is_read() {
    let (mut client, engine) = engine(
        "
        C: w1 SELECT INBOX
        S: * 1 EXISTS
        S: w1 OK done
        C: w2 UID FETCH 7 (RFC822.SIZE FLAGS)
        S: * 1 FETCH (UID 7 RFC822.SIZE 99000000 FLAGS ())
        S: w2 OK done
        C: w3 UID FETCH 7 BODY.PEEK[HEADER]<0.262144>
        S: * 1 FETCH (UID 7 BODY[HEADER]<0> {6}
        S: a: b
        S: )
        S: w3 OK done
        ",
    );
    let mut folder = client.select(&FolderName::inbox()).await.unwrap();
    let message = folder.message("7".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(message.extent, Extent::Header);
    assert_eq!(message.bytes, b"a: b\r\n");
    engine.await.unwrap();
}

/// What an engine may answer to a search, and what the page must then not take for an empty mailbox.
#[tokio::test]
async fn a_broken_answer_is_trouble_and_never_an_empty_mailbox() {
    let check = async |answer: &str, expected: fn(&ImapError) -> bool| {
        let script =
            format!("C: w1 EXAMINE INBOX\nS: * 5 EXISTS\nS: w1 OK done\nC: w2 UID SEARCH TEXT x\n{answer}");
        let (mut client, engine) = engine(&script);
        let mut folder = client.examine(&FolderName::inbox()).await.unwrap();
        let error = folder.search("x").await.unwrap_err();
        assert!(expected(&error), "{answer}: {error:?}");
        engine.await.unwrap();
    };
    check("S: * ESEARCH (TAG \"w2\") UID COUNT 5\nS: w2 OK done", |t| matches!(t, ImapError::Malformed(_)))
        .await;
    check("S: w2 OK done", |t| matches!(t, ImapError::Malformed(_))).await;
    check("S: w1 OK done", |t| matches!(t, ImapError::Malformed(_))).await;
    check("S: + what?", |t| matches!(t, ImapError::Malformed(_))).await;
    check("S: * BAD no\nS: w2 OK done", |t| matches!(t, ImapError::Malformed(_))).await;
    check("S: \u{1}\u{2}\u{3}", |t| matches!(t, ImapError::Malformed(_))).await;
    check("S: w2 NO [UNAVAILABLE] disk is full", |t| matches!(t, ImapError::Refused(_))).await;
    check("S: w2 BAD what?", |t| matches!(t, ImapError::Refused(_))).await;
    check("S: * BYE going down", |t| matches!(t, ImapError::Closed)).await;
    check("S: * SEARCH 1 2", |t| matches!(t, ImapError::Closed)).await;
    check("S: * SEARCH 1 2\\", |t| matches!(t, ImapError::Closed)).await;
    check("S: * 1 FETCH (BODY[] {1073741824}", |t| matches!(t, ImapError::TooLarge)).await;
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let (mut hears, mut says) = tokio::io::split(theirs);
    let line = format!("* OK {}\r\n", "x".repeat(200_000));
    let flood = tokio::spawn(async move { while says.write_all(line.as_bytes()).await.is_ok() {} });
    let drain = tokio::spawn(async move { tokio::io::copy(&mut hears, &mut tokio::io::sink()).await });
    let mut client = Client::over(Box::new(ours));
    let error = client.examine(&FolderName::inbox()).await.err().unwrap();
    assert!(matches!(error, ImapError::TooLarge), "{error:?}");
    drop(client);
    flood.await.unwrap();
    drain.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_says_nothing_is_given_up() {
    let (ours, _theirs) = tokio::io::duplex(64 * 1024);
    let error = Client::over(Box::new(ours)).folders().await.unwrap_err();
    assert!(matches!(error, ImapError::TimedOut), "{error:?}");
}
