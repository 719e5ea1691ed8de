//! What Dovecot has left is read as Dovecot means it, and the other way round.

use crate::test_host::{TestHost, address, message, name};
use postward_mailstore::{Append, Flags, FolderName};
use std::fs;
use std::os::unix::fs::lchown;
use std::path::Path;
use std::process::Command;

#[tokio::test]
async fn a_maildir_of_dovecot_keeps_its_uids_flags_keywords_and_subscriptions() {
    let host = TestHost::new();
    let maildir = host.maildir("ada");
    for folder in ["", ".A", ".A.Entw&APw-rfe"] {
        for directory in ["cur", "new", "tmp"] {
            fs::create_dir_all(maildir.join(folder).join(directory)).unwrap();
        }
    }
    let file = |name: &str| fs::write(maildir.join(name), "Subject: x\n\nhi\n").unwrap();
    file("cur/1795251125.M435290P18284.vm,S=15,W=18:2,RSa");
    file("cur/1795251126.M1P18284.vm:2,");
    file("new/1795251127.M1P18284.vm,S=15,W=18");
    let list = "3 V1795251125 N8 Ga167f519b55b016b6c47000083ecc375\n\
                5 :1795251125.M435290P18284.vm,S=15,W=18\n\
                6 P0000abcd Gdeadbeef :1795251126.M1P18284.vm\n";
    fs::write(maildir.join("dovecot-uidlist"), list).unwrap();
    fs::write(maildir.join("dovecot-keywords"), "0 $Forwarded\n").unwrap();
    fs::write(maildir.join("subscriptions"), "V\t2\n\nA\tEntw&APw-rfe\n").unwrap();

    let inbox = host.inbox("ada").await;
    let snapshot = inbox.snapshot();
    let seen: Vec<_> =
        snapshot.messages.iter().map(|m| (m.uid, m.size, m.flags.system(), m.is_recent())).collect();
    let answered = Flags::ANSWERED | Flags::SEEN;
    assert_eq!(seen, [(5, 18, answered, false), (6, 18, Flags::NONE, false), (8, 18, Flags::NONE, true)]);
    assert_eq!(snapshot.uid_validity, 1_795_251_125);
    assert_eq!(snapshot.keyword_names(snapshot.messages[0].flags).collect::<Vec<_>>(), ["$Forwarded"]);
    let folders = host.mailbox("ada").await.list().await.unwrap();
    assert!(folders.iter().any(|f| f.name == name("A.Entwürfe") && f.subscribed && f.exists));

    // What was not in the names is counted once and kept; what we do not know is kept as it was.
    let list = fs::read_to_string(maildir.join("dovecot-uidlist")).unwrap();
    assert!(list.contains("\n6 P0000abcd Gdeadbeef W18 :1795251126.M1P18284.vm\n"), "{list}");
    assert!(list.starts_with("3 V1795251125 N8 Ga167f519b55b016b6c47000083ecc375\n"), "{list}");
}

/// Debian's. Where it is not installed, nothing is tried.
const DOVEADM: &str = "/usr/bin/doveadm";

#[tokio::test]
async fn dovecot_finds_our_uids_flags_keywords_dates_and_folders() {
    if !Path::new(DOVEADM).exists() {
        return;
    }
    let host = TestHost::new();
    let (mailbox, inbox) = (host.mailbox("ada").await, host.inbox("ada").await);
    let marked = |n: i64| Append {
        flags: Flags::SEEN,
        keywords: vec!["$Forwarded".to_owned()],
        received: Some(1_700_000_000 + n),
        ..message("Subject: x\r\n\r\nhi\r\n")
    };
    inbox.append_all((1..=5).map(marked).collect()).await.unwrap();
    inbox.expunge(vec![2, 5]).await.unwrap();
    host.store.deliver(&address("ada"), "Subject: new\r\n\r\n").await.unwrap();
    mailbox.create(&name("Projekte.Über")).await.unwrap();
    mailbox.subscribe(&name("Projekte.Über")).await.unwrap();
    let copies = host.folder("ada", "Projekte.Über").await;
    inbox.copy_to(vec![1, 3], &copies).await.unwrap();

    let doveadm = Doveadm::new(&host);
    let fields = "uid flags date.received.unixtime size.virtual";
    assert_eq!(
        doveadm.run(&["-f", "tab", "fetch", fields, "mailbox", "INBOX"])[1..4],
        [
            "1\t\\Seen $Forwarded\t1700000001\t18",
            "3\t\\Seen $Forwarded\t1700000003\t18",
            "4\t\\Seen $Forwarded\t1700000004\t18"
        ]
    );
    assert_eq!(
        doveadm.run(&["-f", "tab", "fetch", fields, "mailbox", "Projekte.Über"])[1..],
        ["1\t\\Seen $Forwarded\t1700000001\t18", "2\t\\Seen $Forwarded\t1700000003\t18"]
    );
    for folder in [&inbox, &copies] {
        let snapshot = folder.sync().await.unwrap();
        let status =
            format!("{} uidnext={} uidvalidity={}", folder.name(), snapshot.uid_next, snapshot.uid_validity);
        assert_eq!(
            doveadm.run(&["mailbox", "status", "uidvalidity uidnext", folder.name().as_str()]),
            [status]
        );
    }
    let mut subscribed = doveadm.run(&["mailbox", "list", "-s"]);
    subscribed.sort();
    assert_eq!(subscribed, ["Archive", "Drafts", "INBOX", "Junk", "Projekte.Über", "Sent", "Trash"]);

    // And back: what Dovecot has done meanwhile is ours.
    doveadm.run(&["flags", "add", "\\Flagged", "mailbox", "INBOX", "uid", "3"]);
    doveadm.run(&["expunge", "mailbox", "INBOX", "uid", "4"]);
    let snapshot = mailbox.open(&FolderName::inbox()).await.unwrap().snapshot();
    assert_eq!(snapshot.messages.iter().map(|m| m.uid).collect::<Vec<_>>(), [1, 3, 6]);
    assert!(snapshot.message(3).unwrap().flags.contains(Flags::FLAGGED | Flags::SEEN));
}

/// Dovecot's administration tool, looking at ada's Maildir.
struct Doveadm {
    directory: tempfile::TempDir,
    user: &'static str,
}

impl Doveadm {
    /// Dovecot does not serve root, so that a test run by root gives the mail to nobody.
    fn new(host: &TestHost) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let maildir = host.maildir("ada");
        let user = if rustix::process::geteuid().is_root() { "nobody" } else { "" };
        let mut settings = format!(
            "base_dir = {0}\nstate_dir = {0}\nlog_path = {0}/log\nssl = no\nfirst_valid_uid = 1\n\
             stats_writer_socket_path =\nmail_location = maildir:{1}\n",
            directory.path().display(),
            maildir.display()
        );
        if !user.is_empty() {
            settings += "mail_uid = nobody\nmail_gid = nogroup\n";
            give_to_nobody(host.root());
            give_to_nobody(directory.path());
        }
        fs::write(directory.path().join("dovecot.conf"), settings).unwrap();
        Self { directory, user }
    }

    /// What it prints, by line.
    fn run(&self, arguments: &[&str]) -> Vec<String> {
        let mut command = Command::new(DOVEADM);
        command.arg("-c").arg(self.directory.path().join("dovecot.conf")).args(arguments);
        command.env("HOME", self.directory.path()).current_dir(self.directory.path());
        if !self.user.is_empty() {
            command.env("USER", self.user);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().lines().map(|line| line.trim_end().to_owned()).collect()
    }
}

fn give_to_nobody(path: &Path) {
    const NOBODY: u32 = 65_534;
    lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| give_to_nobody(&entry.unwrap().path()));
    }
}
