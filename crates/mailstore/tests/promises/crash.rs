use crate::test_host::{TestHost, address, message, uids};
use postward_mailstore::Append;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

#[tokio::test]
async fn a_delivery_that_never_finished_is_no_message() {
    let host = TestHost::new();
    host.inbox("ada").await.append(message("Subject: whole\r\n\r\n")).await.unwrap();
    let tmp = host.maildir("ada").join("tmp");
    fs::write(tmp.join("young"), "Subject: ha").unwrap();
    let old = File::create(tmp.join("old")).unwrap();
    old.set_modified(SystemTime::now() - Duration::from_hours(40)).unwrap();

    let host = host.restarted();
    assert_eq!(host.mail_of("ada").await, ["Subject: whole\r\n\r\n"]);
    assert!(tmp.join("young").exists(), "its delivery may still be going on");
    assert!(!tmp.join("old").exists());
}

#[tokio::test]
async fn a_message_renamed_before_its_uid_was_written_is_not_lost() {
    let host = TestHost::new();
    let first = host.inbox("ada").await.append(message("Subject: 1\r\n\r\n")).await.unwrap();
    fs::write(host.maildir("ada").join("cur/1800000000.M1P1Q1.vm,S=14,W=14:2,S"), "Subject: 2\r\n\r\n")
        .unwrap();

    let host = host.restarted();
    let inbox = host.inbox("ada").await;
    assert_eq!(inbox.snapshot().uid_validity, first.uid_validity);
    assert_eq!(uids(&inbox), [first.uid, first.uid + 1]);
    assert_eq!(host.mail_of("ada").await, ["Subject: 1\r\n\r\n", "Subject: 2\r\n\r\n"]);
}

/// Spoils the uidlist of three messages. All mail must stay, under a UIDVALIDITY that was never there before.
#[track_caller]
fn check(how: &str, spoil: impl FnOnce(&str) -> Option<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let host = TestHost::new();
        let inbox = host.inbox("ada").await;
        for (seconds, text) in (1_700_000_000..).zip(["a\r\n", "b\r\n", "c\r\n"]) {
            inbox.append(Append { received: Some(seconds), ..message(text) }).await.unwrap();
        }
        let before = inbox.snapshot().uid_validity;
        drop(inbox);
        let list = host.maildir("ada").join("dovecot-uidlist");
        match spoil(&fs::read_to_string(&list).unwrap()) {
            Some(text) => fs::write(&list, text).unwrap(),
            None => fs::remove_file(&list).unwrap(),
        }

        let host = host.restarted();
        let snapshot = host.inbox("ada").await.snapshot();
        assert!(snapshot.uid_validity > before, "{how}");
        assert_eq!(host.mail_of("ada").await, ["a\r\n", "b\r\n", "c\r\n"], "{how}");
        let again = host.restarted().inbox("ada").await.snapshot();
        assert_eq!(again.uid_validity, snapshot.uid_validity, "{how}: settled");
    });
}

#[test]
fn a_list_that_cannot_be_trusted_changes_uid_validity_and_loses_no_mail() {
    check("lost", |_| None);
    check("empty", |_| Some(String::new()));
    check("torn", |text| Some(text[..text.len() - 5].to_owned()));
    check("torn in the first line", |text| Some(text[..6].to_owned()));
    check("garbled", |text| Some(text.replace("\n2 ", "\nxx ")));
    check("out of order", |text| Some(text.replace("\n2 ", "\n9 ")));
    check("zeros", |text| Some("\0".repeat(text.len())));
    check("version 1", |text| Some(text.replacen("3 V", "1 V", 1)));
    check("UIDs used up", |text| Some(text.replace("\n3 ", "\n4294967294 ")));
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_says_so_and_leaves_nothing_half_done() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    inbox.append(message("a\r\n")).await.unwrap();
    // A directory where the list is: appending to it fails for every user, root included.
    let list = host.maildir("ada").join("dovecot-uidlist");
    let kept = host.maildir("ada").join("kept");
    fs::rename(&list, &kept).unwrap();
    fs::create_dir(&list).unwrap();
    let failed = inbox.append(message("b\r\n")).await.unwrap_err();
    assert!(matches!(failed, postward_mailstore::MailError::Unavailable(_)), "{failed:?}");
    assert_eq!(fs::read_dir(host.maildir("ada").join("cur")).unwrap().count(), 1);
    // A delivery needs no list; it is accepted, and seen as soon as it can be given a UID.
    host.store.deliver(&address("ada"), "d\r\n").await.unwrap();

    fs::remove_dir(&list).unwrap();
    fs::rename(&kept, &list).unwrap();
    inbox.sync().await.unwrap();
    assert_eq!(inbox.append(message("c\r\n")).await.unwrap().uid, 3);
    assert_eq!(host.mail_of("ada").await, ["a\r\n", "d\r\n", "c\r\n"]);
}

/// How far a delivery had come when the process died: what is done of it, in a Maildir of the test's own making.
async fn repeated(how: &str, died: impl FnOnce(&Path)) {
    let host = TestHost::new();
    let ada = address("ada");
    let whole = "Subject: Told once\r\n\r\n";
    host.mailbox("ada").await;
    let deliveries = host.maildir("ada").join("deliveries");
    fs::create_dir(&deliveries).unwrap();
    died(&deliveries);
    let host = host.restarted();
    for _ in 0..2 {
        host.store.deliver_once(&ada, 7, whole).await.unwrap();
        assert_eq!(host.mail_of("ada").await, [whole], "{how}");
    }
    host.store.forget_delivery(&ada, 7).await.unwrap();
    assert_eq!(fs::read_dir(&deliveries).unwrap().count(), 0, "{how}");
}

#[tokio::test]
async fn w9_a_delivery_that_is_repeated_after_a_crash_happens_once() {
    repeated("before anything", |_| {}).await;
    repeated("while it was written", |at| fs::write(at.join("7.message"), "Subject: To").unwrap()).await;
    repeated("before the rename", |at| {
        fs::write(at.join("7.message"), "Subject: Told once\r\n\r\n").unwrap();
        fs::write(at.join("7"), "").unwrap();
    })
    .await;
    repeated("after the rename", |at| {
        fs::write(at.join("7"), "").unwrap();
        let new = at.parent().unwrap().join("new/1800000000.M1P1Q1.vm");
        fs::write(new, "Subject: Told once\r\n\r\n").unwrap();
    })
    .await;
}

#[tokio::test]
async fn w9_what_was_delivered_and_deleted_does_not_come_back() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    host.store.deliver_once(&address("ada"), 7, "Subject: a\n\nb\n").await.unwrap();
    host.store.deliver_once(&address("ada"), 8, "Subject: c\r\n\r\n").await.unwrap();
    // A session that has the folder open hears of it, and reads it with mail's line ends.
    assert_eq!(uids(&inbox), [1, 2]);
    assert_eq!(host.mail_of("ada").await, ["Subject: a\r\n\r\nb\r\n", "Subject: c\r\n\r\n"]);
    drop(inbox);
    for dir in ["new", "cur"] {
        for entry in fs::read_dir(host.maildir("ada").join(dir)).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
    }
    let host = host.restarted();
    host.store.deliver_once(&address("ada"), 7, "Subject: a\n\nb\n").await.unwrap();
    assert_eq!(host.mail_of("ada").await, [""; 0]);
}
