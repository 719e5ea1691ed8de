use crate::test_host::{TestHost, address, message, name, uids};
use postward_mailstore::{MailError, OpenMailbox, SpecialUse};

async fn names(mailbox: &OpenMailbox) -> Vec<String> {
    mailbox.list().await.unwrap().into_iter().map(|folder| folder.name.to_string()).collect()
}

#[tokio::test]
async fn a_new_mailbox_has_the_folders_mail_apps_look_for() {
    let host = TestHost::new();
    let list = host.mailbox("ada").await.list().await.unwrap();
    let found: Vec<_> = list.iter().map(|f| (f.name.as_str(), f.special_use, f.subscribed)).collect();
    assert_eq!(
        found,
        [
            ("INBOX", None, true),
            ("Archive", Some(SpecialUse::Archive), true),
            ("Drafts", Some(SpecialUse::Drafts), true),
            ("Junk", Some(SpecialUse::Junk), true),
            ("Sent", Some(SpecialUse::Sent), true),
            ("Trash", Some(SpecialUse::Trash), true),
        ]
    );
}

#[tokio::test]
async fn a_folder_is_renamed_with_all_below_it_and_keeps_its_mail() {
    let host = TestHost::new();
    let mailbox = host.mailbox("ada").await;
    for folder in ["Projekte", "Projekte.Über", "Projektes"] {
        mailbox.create(&name(folder)).await.unwrap();
    }
    let before = mailbox.open(&name("Projekte.Über")).await.unwrap();
    before.append(message("a\r\n")).await.unwrap();
    mailbox.rename(&name("Projekte"), &name("Archive.Alt")).await.unwrap();
    assert_eq!(
        names(&mailbox).await,
        [
            "INBOX",
            "Archive",
            "Archive.Alt",
            "Archive.Alt.Über",
            "Drafts",
            "Junk",
            "Projektes",
            "Sent",
            "Trash"
        ]
    );
    let after = mailbox.open(&name("Archive.Alt.Über")).await.unwrap();
    assert_eq!((uids(&after), after.snapshot().uid_validity), (vec![1], before.snapshot().uid_validity));
}

#[tokio::test]
async fn what_cannot_be_renamed_or_created_stays_as_it_is() {
    let host = TestHost::new();
    let mailbox = host.mailbox("ada").await;
    assert!(matches!(mailbox.create(&name("Sent")).await, Err(MailError::Exists)));
    assert!(matches!(mailbox.create(&name("inbox")).await, Err(MailError::Exists)));
    assert!(matches!(mailbox.rename(&name("Sent"), &name("Trash")).await, Err(MailError::Exists)));
    assert!(matches!(mailbox.rename(&name("Sent"), &name("Sent.Old")).await, Err(MailError::Misuse(_))));
    assert!(matches!(mailbox.rename(&name("None"), &name("Some")).await, Err(MailError::NotFound)));
    assert!(matches!(mailbox.delete(&name("INBOX")).await, Err(MailError::Misuse(_))));
    assert!(matches!(mailbox.delete(&name("None")).await, Err(MailError::NotFound)));
    assert_eq!(names(&mailbox).await.len(), 6);
}

#[tokio::test]
async fn renaming_inbox_moves_its_mail_and_leaves_it_open_for_more() {
    let host = TestHost::new();
    let (mailbox, inbox) = (host.mailbox("ada").await, host.inbox("ada").await);
    inbox.append(message("a\r\n")).await.unwrap();
    mailbox.rename(&name("INBOX"), &name("Old")).await.unwrap();
    assert!(uids(&inbox).is_empty());
    assert_eq!(uids(&host.folder("ada", "Old").await), [1]);
    assert_eq!(inbox.append(message("b\r\n")).await.unwrap().uid, 2);
}

#[tokio::test]
async fn a_subscription_outlives_its_folder() {
    let host = TestHost::new();
    let mailbox = host.mailbox("ada").await;
    mailbox.create(&name("Work")).await.unwrap();
    mailbox.subscribe(&name("Work")).await.unwrap();
    mailbox.unsubscribe(&name("Junk")).await.unwrap();
    mailbox.delete(&name("Work")).await.unwrap();
    let list = mailbox.list().await.unwrap();
    let of = |n: &str| list.iter().find(|f| f.name == name(n)).map(|f| (f.exists, f.subscribed));
    assert_eq!((of("Work"), of("Junk")), (Some((false, true)), Some((true, false))));
}

#[tokio::test]
async fn a_deleted_mailbox_comes_back_whole_until_it_is_purged() {
    let host = TestHost::new();
    let ada = address("ada");
    let inbox = host.inbox("ada").await;
    let first = inbox.append(message("a\r\n")).await.unwrap();
    host.store.move_to_trash(&ada).await.unwrap();
    assert!(matches!(inbox.sync().await, Err(MailError::NotFound)));
    assert!(!host.maildir("ada").exists());
    host.store.restore(&ada).await.unwrap();
    assert_eq!(host.mail_of("ada").await, ["a\r\n"]);
    assert_eq!(host.inbox("ada").await.snapshot().uid_validity, first.uid_validity);
    assert!(matches!(host.store.restore(&ada).await, Err(MailError::Exists)));

    host.store.move_to_trash(&ada).await.unwrap();
    host.store.purge(&ada).await.unwrap();
    assert!(matches!(host.store.restore(&ada).await, Err(MailError::NotFound)));
    assert!(host.mail_of("ada").await.is_empty());
}

#[tokio::test]
async fn storage_is_what_all_folders_hold() {
    let host = TestHost::new();
    host.inbox("ada").await.append(message("12345678\r\n")).await.unwrap();
    host.folder("ada", "Sent").await.append(message("123\r\n")).await.unwrap();
    host.store.deliver(&address("ada"), "1\r\n").await.unwrap();
    assert_eq!(host.mailbox("ada").await.storage_used().await.unwrap(), 18);
}
