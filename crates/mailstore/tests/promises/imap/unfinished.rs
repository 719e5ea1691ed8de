//! What an ended session had begun ends with it.

use crate::test_host::{TestHost, message};
use postward_mailstore::{Connection, FlagChange, Flags, serve_imap};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::io::{AsyncWriteExt, duplex};
use tokio_util::sync::CancellationToken;

const MESSAGES: usize = 4000;

/// How a session comes to its end.
#[derive(Clone, Copy)]
enum Ending {
    Stopped,
    Dropped,
}

/// What is in INBOX and in Archive.
#[derive(Debug, PartialEq, Eq)]
struct Files {
    inbox: BTreeSet<String>,
    archive: BTreeSet<String>,
}

impl Files {
    fn of(host: &TestHost) -> Self {
        let maildir = host.maildir("ada");
        Self { inbox: names(&maildir.join("cur")), archive: names(&maildir.join(".Archive/cur")) }
    }
}

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Where the message of the smallest UID is: every command begins with it.
fn file_of_the_first(maildir: &Path) -> PathBuf {
    let list = fs::read_to_string(maildir.join("dovecot-uidlist")).unwrap();
    let (_, base) = list.lines().nth(1).unwrap().split_once(':').unwrap();
    let cur = maildir.join("cur");
    let file = names(&cur).into_iter().find(|name| name.starts_with(base)).unwrap();
    cur.join(file)
}

/// Ends a session in the middle of a long command, and returns what is on disk then: it must stay like this.
async fn left_by(command: &str, ending: Ending) -> Files {
    let host = TestHost::new();
    let (inbox, archive) = (host.inbox("ada").await, host.folder("ada", "Archive").await);
    inbox.append_all((0..MESSAGES).map(|_| message("Subject: one of many\r\n\r\n")).collect()).await.unwrap();
    if command.contains("EXPUNGE") {
        let uids = inbox.snapshot().messages.iter().map(|m| m.uid).collect();
        inbox.store(uids, FlagChange::Add, Flags::DELETED).await.unwrap();
    }
    let (maildir, stop) = (host.maildir("ada"), CancellationToken::new());
    let first = file_of_the_first(&maildir);
    let archived = maildir.join(".Archive/cur");

    let (mut client, server) = duplex(64 * 1024);
    let connection = Connection { stream: server, pipelined: Vec::new(), stop: stop.clone() };
    let session = tokio::spawn(serve_imap(host.mailbox("ada").await, connection));
    client.write_all(format!("a SELECT INBOX\r\nb {command}\r\n").as_bytes()).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while first.exists() && names(&archived).is_empty() {
        assert!(Instant::now() < deadline, "{command} never began");
        tokio::task::yield_now().await;
    }
    match ending {
        Ending::Stopped => {
            stop.cancel();
            session.await.unwrap().unwrap();
        }
        Ending::Dropped => {
            session.abort();
            assert!(session.await.unwrap_err().is_cancelled());
            // Nobody can wait for a future that is gone; whoever works on the folders next comes behind what it began.
            inbox.sync().await.unwrap();
            archive.sync().await.unwrap();
        }
    }
    let left = Files::of(&host);
    // Both folders are free: what went on would hold one of them until it is done.
    inbox.sync().await.unwrap();
    archive.sync().await.unwrap();
    assert_eq!(Files::of(&host), left, "{command} goes on");
    left
}

/// The same, until the end has fallen into the middle of the work: a machine that is busy elsewhere may get through
/// all of it first.
async fn left_in_the_middle_by(command: &str, ending: Ending, middle: impl Fn(&Files) -> bool) -> Files {
    for _ in 0..8 {
        let left = left_by(command, ending).await;
        if middle(&left) {
            return left;
        }
    }
    panic!("{command} was never ended in the middle");
}

fn marked(left: &Files) -> usize {
    left.inbox.iter().filter(|name| name.ends_with(":2,T")).count()
}

#[tokio::test]
async fn an_ended_session_marks_no_further_message() {
    for ending in [Ending::Stopped, Ending::Dropped] {
        let command = "STORE 1:* +FLAGS.SILENT (\\Deleted)";
        let left = left_in_the_middle_by(command, ending, |left| (1..MESSAGES).contains(&marked(left))).await;
        assert_eq!(left.inbox.len(), MESSAGES);
    }
}

#[tokio::test]
async fn an_ended_session_removes_no_further_message() {
    for ending in [Ending::Stopped, Ending::Dropped] {
        left_in_the_middle_by("EXPUNGE", ending, |left| (1..MESSAGES).contains(&left.inbox.len())).await;
    }
}

#[tokio::test]
async fn an_ended_session_moves_no_further_message_and_loses_none() {
    let middle = |left: &Files| !left.inbox.is_empty() && !left.archive.is_empty();
    let left = left_in_the_middle_by("MOVE 1:* Archive", Ending::Stopped, middle).await;
    assert_eq!(left.inbox.len() + left.archive.len(), MESSAGES);
}

#[tokio::test]
async fn a_copy_whose_session_has_ended_is_whole_or_taken_back() {
    for _ in 0..3 {
        let left = left_by("COPY 1:* Archive", Ending::Stopped).await;
        assert_eq!(left.inbox.len(), MESSAGES);
        assert!([0, MESSAGES].contains(&left.archive.len()), "{}", left.archive.len());
    }
}
