use crate::test_host::{TestHost, message, name, uids};
use postward_mailstore::Append;
use std::fs;

#[tokio::test]
async fn a_uid_is_never_given_again() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    for text in ["a\r\n", "b\r\n", "c\r\n"] {
        inbox.append(message(text)).await.unwrap();
    }
    assert_eq!(inbox.expunge(vec![3, 2, 99]).await.unwrap(), [3, 2]);
    assert_eq!(inbox.append(message("d\r\n")).await.unwrap().uid, 4);
    inbox.expunge(vec![1, 4]).await.unwrap();
    drop(inbox);

    let host = host.restarted();
    let inbox = host.inbox("ada").await;
    assert_eq!((uids(&inbox), inbox.snapshot().uid_next), (vec![], 5));
    assert_eq!(inbox.append(message("e\r\n")).await.unwrap().uid, 5);
}

#[tokio::test]
async fn a_list_that_was_written_anew_forgets_no_uid() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    let many = inbox.append_all((0..200).map(|n| message(&format!("{n}\r\n"))).collect()).await.unwrap();
    assert_eq!(many.len(), 200);
    inbox.expunge((1..=200).collect()).await.unwrap();
    drop(inbox);
    let list = fs::read_to_string(host.maildir("ada").join("dovecot-uidlist")).unwrap();
    assert_eq!(list.lines().count(), 1, "{list}");

    let host = host.restarted();
    assert_eq!(host.inbox("ada").await.append(message("x\r\n")).await.unwrap().uid, 201);
}

#[tokio::test]
async fn a_message_keeps_its_uid_whatever_other_tools_call_it() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    inbox.append(message("a\r\n")).await.unwrap();
    let cur = host.maildir("ada").join("cur");
    let file = fs::read_dir(&cur).unwrap().next().unwrap().unwrap().path();
    fs::rename(&file, file.to_str().unwrap().replace(":2,", ":2,FSz")).unwrap();

    let snapshot = inbox.sync().await.unwrap();
    assert_eq!(format!("{:?}", snapshot.messages[0].flags), "Flags(FSz)");
    assert_eq!(uids(&inbox), [1]);
    assert_eq!(&inbox.read(1).await.unwrap()[..], b"a\r\n");
}

#[tokio::test]
async fn a_message_that_comes_back_has_a_new_uid() {
    let host = TestHost::new();
    let (inbox, trash) = (host.inbox("ada").await, host.folder("ada", "Trash").await);
    inbox.append_all(vec![message("a\r\n"), message("b\r\n")]).await.unwrap();
    let there = inbox.move_to(vec![1], &trash).await.unwrap();
    assert_eq!((there.uid_validity, there.uids), (trash.snapshot().uid_validity, vec![(1, 1)]));
    assert_eq!((uids(&inbox), uids(&trash)), (vec![2], vec![1]));
    assert_eq!(trash.move_to(vec![1], &inbox).await.unwrap().uids, [(1, 3)]);

    let host = host.restarted();
    assert_eq!(uids(&host.inbox("ada").await), [2, 3]);
    assert_eq!(host.mail_of("ada").await, ["b\r\n", "a\r\n"]);
}

#[tokio::test]
async fn a_folder_created_again_is_another_folder() {
    let host = TestHost::new();
    let mailbox = host.mailbox("ada").await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        mailbox.create(&name("Work")).await.unwrap();
        seen.push(mailbox.open(&name("Work")).await.unwrap().snapshot().uid_validity);
        mailbox.delete(&name("Work")).await.unwrap();
    }
    assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
}

#[tokio::test]
async fn ten_thousand_messages_open_with_their_uids_sizes_and_dates() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    let text = |n: i64| format!("Subject: {n}\r\n\r\nHello.\r\n");
    let batch = |n| Append { received: Some(1_600_000_000 + n), ..message(&text(n)) };
    inbox.append_all((0..10_000).map(batch).collect()).await.unwrap();
    drop(inbox);

    let host = host.restarted();
    let inbox = host.inbox("ada").await;
    assert_eq!(uids(&inbox), (1..=10_000).collect::<Vec<u32>>());
    for (n, message) in (0..).zip(&inbox.snapshot().messages) {
        assert_eq!((message.size, message.received), (text(n).len() as u64, 1_600_000_000 + n));
    }
    assert_eq!(inbox.read(7_777).await.unwrap(), text(7_776));
    assert_eq!(inbox.read_header(7_777, 4096).await.unwrap(), "Subject: 7776\r\n\r\n");
}
