//! What Dovecot has left is read as Dovecot means it. That Dovecot reads what we leave was tried with Debian's
//! doveadm 2.3.19 by hand; how is told in docs of the release checks.

use crate::host::{Host, name};
use postward_mailstore::Flags;
use std::fs;

#[tokio::test]
async fn a_maildir_of_dovecot_keeps_its_uids_flags_keywords_and_subscriptions() {
    let host = Host::new();
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
    let view = inbox.view();
    let seen: Vec<_> =
        view.messages.iter().map(|m| (m.uid, m.size, m.flags.system(), m.is_recent())).collect();
    let answered = Flags::ANSWERED | Flags::SEEN;
    assert_eq!(seen, [(5, 18, answered, false), (6, 18, Flags::NONE, false), (8, 18, Flags::NONE, true)]);
    assert_eq!(view.uid_validity, 1_795_251_125);
    assert_eq!(view.keyword_names(view.messages[0].flags).collect::<Vec<_>>(), ["$Forwarded"]);
    let folders = host.mailbox("ada").await.list().await.unwrap();
    assert!(folders.iter().any(|f| f.name == name("A.Entwürfe") && f.subscribed && f.exists));

    // What was not in the names is counted once and kept; what we do not know is kept as it was.
    let list = fs::read_to_string(maildir.join("dovecot-uidlist")).unwrap();
    assert!(list.contains("\n6 P0000abcd Gdeadbeef W18 :1795251126.M1P18284.vm\n"), "{list}");
    assert!(list.starts_with("3 V1795251125 N8 Ga167f519b55b016b6c47000083ecc375\n"), "{list}");
}
