//! The command line keeps to what tools and scripts rely on.

use crate::test_host::{TestHost, finish, postward};
use serde_json::{Value, json};
use std::fs;

#[tokio::test]
async fn a_receipt_has_the_promised_shape_and_counts_what_was_open() {
    let host = TestHost::start().await;
    let (address, password) = host.mailbox(0);
    let _imap = [host.imap(&address, &password).await, host.imap(&address, &password).await];
    let _pop3 = host.pop3(&address, &password).await;
    let _smtp = host.smtp(&address, &password).await;
    let _webmail = host.signed_in("/webmail", &address, &password).await;
    let receipt = host.passwd(&address, "Another-Password-1").await;
    let ended = json!({ "imap": 2, "pop3": 1, "smtp": 1, "webmail": 1, "panel": 0 });
    assert_eq!(
        receipt,
        json!({ "address": address, "epoch": 2, "ended": ended, "app_passwords_revoked": 0 })
    );
    assert!(!host.opens(&address, &password).await);
    assert!(host.opens(&address, "Another-Password-1").await);
}

#[tokio::test]
async fn a_password_comes_on_standard_input_and_a_weak_one_changes_nothing() {
    let host = TestHost::start().await;
    let (address, password) = host.mailbox(0);
    let mut imap = host.imap(&address, &password).await;
    let output = host.command(&["mailbox", "passwd", &address], "short").await;
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("12 characters"), "{told}");
    imap.command("NOOP").await.unwrap();
    assert!(host.opens(&address, &password).await);
    let output = host.command(&["mailbox", "passwd", &address, "--generate", "--json"], "").await;
    let receipt: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(host.opens(&address, receipt["password"].as_str().unwrap()).await);
    imap.command("NOOP").await.unwrap_err();
}

#[tokio::test]
async fn what_is_wrong_with_a_configuration_is_told_with_file_line_and_key() {
    let home = tempfile::tempdir().unwrap();
    let check = async |text: &str, line: usize, words: &[&str]| {
        fs::write(home.path().join("postward.toml"), text).unwrap();
        for command in [["serve"].as_slice(), &["mailbox", "list"], &["check"]] {
            let output = finish(postward(command, home.path()), "").await;
            assert!(!output.status.success(), "{command:?} with {text:?}");
            let told = [output.stdout, output.stderr].concat();
            let told = String::from_utf8_lossy(&told).into_owned();
            assert!(told.contains(&format!("postward.toml, line {line}")), "{command:?}: {told}");
            for word in words {
                assert!(told.contains(word), "{command:?}: {word:?} is not in {told:?}");
            }
        }
    };
    check("[imap]\nplian = [\"127.0.0.1:1143\"]\n", 2, &["plian", "plain"]).await;
    check(
        "[imap]\ntls = [\"127.0.0.1:1993\"]\nplain = [\"192.0.2.1:143\"]\n",
        3,
        &["imap.plain", "loopback"],
    )
    .await;
    check("\n\n[limits]\nsign_in = \"soon\"\n", 4, &["limits.sign_in", "\"30s\"", "\"soon\""]).await;
    check("[mail]\n", 1, &["[mail]", "imap"]).await;
}

#[tokio::test]
async fn two_servers_never_share_a_directory() {
    let host = TestHost::start().await;
    let output = finish(postward(&["serve"], &host.dir()), "").await;
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("holds"), "{told}");
    let (address, password) = host.mailbox(0);
    assert!(host.opens(&address, &password).await);
}
