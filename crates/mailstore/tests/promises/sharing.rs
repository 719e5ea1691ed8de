use crate::test_host::{TestHost, address, message, name, uids};
use postward_mailstore::{Append, FlagChange, Flags, MailError};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

#[tokio::test]
async fn two_sessions_see_each_others_changes() {
    let host = TestHost::new();
    let (mine, yours) = (host.inbox("ada").await, host.inbox("ada").await);
    let mut changes = yours.watch();
    mine.append(message("a\r\n")).await.unwrap();
    changes.changed().await.unwrap();
    assert_eq!(uids(&yours), [1]);

    mine.store(vec![1], FlagChange::Add, Flags::SEEN).await.unwrap();
    changes.changed().await.unwrap();
    assert!(yours.snapshot().message(1).unwrap().flags.contains(Flags::SEEN));

    mine.expunge(vec![1]).await.unwrap();
    changes.changed().await.unwrap();
    assert!(uids(&yours).is_empty());
}

#[tokio::test]
async fn a_session_that_waits_hears_of_new_mail() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    let mut changes = inbox.watch();
    host.store.deliver(&address("ada"), "Subject: new\n\nLine ends of Unix.\n").await.unwrap();
    changes.changed().await.unwrap();
    assert_eq!(&inbox.read(1).await.unwrap()[..], b"Subject: new\r\n\r\nLine ends of Unix.\r\n");
}

#[tokio::test]
async fn new_mail_is_recent_for_one_session_only() {
    let host = TestHost::new();
    let (mine, yours) = (host.inbox("ada").await, host.inbox("ada").await);
    host.store.deliver(&address("ada"), "a\r\n").await.unwrap();
    assert!(yours.snapshot().messages[0].is_recent());
    assert_eq!(mine.claim_recent().await.unwrap(), [1]);
    assert_eq!(yours.claim_recent().await.unwrap(), [0_u32; 0]);
    assert!(!yours.snapshot().messages[0].is_recent());
}

#[tokio::test]
async fn what_other_tools_do_is_seen_at_the_next_sync() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    let file = host.maildir("ada").join("new/1700000000.M1P1.vm");
    // By a tool that writes no sizes and ends lines as Unix does.
    fs::write(&file, "Subject: x\n\nhi\n").unwrap();
    let snapshot = inbox.sync().await.unwrap();
    assert_eq!((snapshot.messages[0].uid, snapshot.messages[0].size), (1, 18));
    assert_eq!(&inbox.read(1).await.unwrap()[..], b"Subject: x\r\n\r\nhi\r\n");

    fs::remove_file(file).unwrap();
    assert!(inbox.sync().await.unwrap().messages.is_empty());
}

#[tokio::test]
async fn a_uid_another_tool_gave_away_is_not_given_again() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    inbox.append(message("a\r\n")).await.unwrap();
    let maildir = host.maildir("ada");
    fs::write(maildir.join("cur/1800000000.M1P1.vm,S=3,W=3:2,"), "b\r\n").unwrap();
    let list = maildir.join("dovecot-uidlist");
    let text = fs::read_to_string(&list).unwrap() + "7 :1800000000.M1P1.vm,S=3,W=3\n";
    fs::write(&list, text).unwrap();
    assert_eq!(inbox.append(message("c\r\n")).await.unwrap().uid, 8);
    assert_eq!(uids(&inbox), [1, 7, 8]);
    assert_eq!(host.mail_of("ada").await, ["a\r\n", "b\r\n", "c\r\n"]);
}

#[tokio::test]
async fn a_flag_set_on_a_message_another_tool_renamed_still_sticks() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    inbox.append(message("a\r\n")).await.unwrap();
    let file = fs::read_dir(host.maildir("ada").join("cur")).unwrap().next().unwrap().unwrap().path();
    fs::rename(&file, file.to_str().unwrap().replace(":2,", ":2,S")).unwrap();
    let snapshot = inbox.store(vec![1], FlagChange::Add, Flags::FLAGGED).await.unwrap();
    assert_eq!(format!("{:?}", snapshot.messages[0].flags), "Flags(FS)");
}

#[tokio::test]
async fn keywords_keep_their_names_in_another_folder_and_after_a_restart() {
    let host = TestHost::new();
    let (inbox, sent) = (host.inbox("ada").await, host.folder("ada", "Sent").await);
    sent.keywords(vec!["Other".to_owned()]).await.unwrap();
    let keywords = vec!["$Forwarded".to_owned(), "Junk".to_owned()];
    let marked = |text| Append { keywords: keywords.clone(), flags: Flags::SEEN, ..message(text) };
    inbox.append_all(vec![marked("a\r\n"), marked("b\r\n")]).await.unwrap();
    assert_eq!(inbox.copy_to(vec![1, 2], &sent).await.unwrap().uids, [(1, 1), (2, 2)]);
    assert_eq!((uids(&inbox), uids(&sent)), (vec![1, 2], vec![1, 2]));
    drop((inbox, sent));

    let host = host.restarted();
    for folder in [host.inbox("ada").await, host.folder("ada", "Sent").await] {
        let snapshot = folder.snapshot();
        let names: Vec<&str> = snapshot.keyword_names(snapshot.messages[0].flags).collect();
        assert_eq!(names, ["$Forwarded", "Junk"], "{:?}", folder.name());
        assert!(snapshot.messages[0].flags.contains(Flags::SEEN));
        assert_eq!(uids(&folder), [1, 2], "{:?}", folder.name());
    }
}

#[tokio::test]
async fn the_27th_keyword_is_refused_and_a_message_with_it_is_not() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    inbox.keywords((0..26).map(|n| format!("k{n}")).collect()).await.unwrap();
    let one_more = vec!["one-more".to_owned()];
    assert!(matches!(inbox.keywords(one_more.clone()).await, Err(MailError::Misuse(_))));
    assert!(matches!(inbox.keywords(vec!["a b".to_owned()]).await, Err(MailError::Misuse(_))));
    inbox.append(Append { keywords: one_more, ..message("a\r\n") }).await.unwrap();
    assert_eq!(uids(&inbox), [1]);
}

#[tokio::test]
async fn who_has_a_deleted_folder_open_cannot_touch_the_one_that_took_its_name() {
    let host = TestHost::new();
    let mailbox = host.mailbox("ada").await;
    mailbox.create(&name("Work")).await.unwrap();
    let old = mailbox.open(&name("Work")).await.unwrap();
    mailbox.delete(&name("Work")).await.unwrap();
    mailbox.create(&name("Work")).await.unwrap();
    assert!(matches!(old.append(message("a\r\n")).await, Err(MailError::NotFound)));
    assert!(matches!(old.sync().await, Err(MailError::NotFound)));
    assert!(uids(&mailbox.open(&name("Work")).await.unwrap()).is_empty());
}

#[tokio::test]
async fn moves_in_opposite_directions_do_not_wait_for_each_other() {
    let host = TestHost::new();
    let (inbox, trash) = (host.inbox("ada").await, host.folder("ada", "Trash").await);
    inbox.append_all((0..50).map(|n| message(&format!("{n}\r\n"))).collect()).await.unwrap();
    trash.append_all((50..100).map(|n| message(&format!("{n}\r\n"))).collect()).await.unwrap();
    let (there, back) =
        tokio::join!(inbox.move_to((1..=50).collect(), &trash), trash.move_to((1..=50).collect(), &inbox));
    assert_eq!((there.unwrap().uids.len(), back.unwrap().uids.len()), (50, 50));
    assert_eq!((uids(&inbox).len(), uids(&trash).len()), (50, 50));
}

/// A phone that marks mail as read renames the files that a desktop is moving.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_copied_or_moved_is_all_of_it_whatever_flags_are_set_meanwhile() {
    const MESSAGES: u32 = 200;
    let host = TestHost::new();
    let (inbox, archive) = (host.inbox("ada").await, host.folder("ada", "Archive").await);
    inbox.append_all((0..MESSAGES).map(|n| message(&format!("{n}\r\n"))).collect()).await.unwrap();
    let phone = inbox.clone();
    let marking = tokio::spawn(async move {
        loop {
            for change in [FlagChange::Add, FlagChange::Remove] {
                phone.store((1..=MESSAGES).collect(), change, Flags::FLAGGED).await.unwrap();
            }
        }
    });
    for _ in 0..10 {
        let copied = inbox.copy_to((1..=MESSAGES).collect(), &archive).await.unwrap();
        assert_eq!(copied.uids.len(), 200);
    }
    let moved = inbox.move_to((1..=MESSAGES).collect(), &archive).await.unwrap();
    marking.abort();
    assert_eq!((moved.uids.len(), moved.complete), (200, true));
    assert_eq!((uids(&inbox).len(), uids(&archive).len()), (0, 11 * 200));
}

#[tokio::test]
async fn a_folder_on_another_disk_is_a_folder() {
    let elsewhere = Path::new("/dev/shm");
    if !elsewhere.is_dir() {
        return;
    }
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    let disk = tempfile::tempdir_in(elsewhere).unwrap();
    let far = host.maildir("ada").join(".Far");
    for directory in ["cur", "new", "tmp"] {
        fs::create_dir(disk.path().join(directory)).unwrap();
    }
    symlink(disk.path(), far).unwrap();
    let far = host.folder("ada", "Far").await;
    inbox.append_all(vec![message("a\r\n"), message("b\r\n")]).await.unwrap();
    assert_eq!(inbox.copy_to(vec![1], &far).await.unwrap().uids, [(1, 1)]);
    assert_eq!(inbox.move_to(vec![2], &far).await.unwrap().uids, [(2, 2)]);
    assert_eq!((uids(&inbox), uids(&far)), (vec![1], vec![1, 2]));
    assert_eq!(&far.read(2).await.unwrap()[..], b"b\r\n");
}
