//! What mail apps may sign in with, shown and set from the command line (W8).

use crate::test_host::TestHost;
use serde_json::{Value, json};

async fn asked(host: &TestHost, arguments: &[&str]) -> Value {
    let output = host.command(&[arguments, &["--json"]].concat(), "").await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn refused(host: &TestHost, arguments: &[&str]) -> String {
    let output = host.command(arguments, "").await;
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn w8_account_domain_and_mailbox_are_shown_and_set_and_the_nearest_decides() {
    let host = TestHost::start().await;
    let (address, password) = host.mailbox(0);
    let domain = address.split('@').nth(1).unwrap();
    let listed = asked(&host, &["domain", "list"]).await;
    let of = listed.as_array().unwrap().iter().find(|row| row["name"] == domain).unwrap();
    let account = of["account"].as_str().unwrap();
    let (any, only) = ("password-or-app-password", "app-passwords-only");
    let mailbox = |mode, applies| json!([{ "address": address, "mode": mode, "applies": applies }]);

    assert_eq!(asked(&host, &["mailbox", "mail-apps", &address]).await, mailbox("inherit", any));
    let set = asked(&host, &["account", "mail-apps", account, "--mode", only]).await;
    assert_eq!(set, json!({ "name": account, "mode": only, "applies": only }));
    assert!(!host.opens(&address, &password).await);
    let shown = asked(&host, &["domain", "mail-apps", domain]).await;
    assert_eq!(shown, json!({ "name": domain, "mode": "inherit", "applies": only }));
    asked(&host, &["domain", "mail-apps", domain, "--mode", any]).await;
    assert!(host.opens(&address, &password).await);
    let set = asked(&host, &["mailbox", "mail-apps", &address, "--mode", only]).await;
    assert_eq!(set, mailbox(only, only));
    assert!(!host.opens(&address, &password).await);
    let set = asked(&host, &["mailbox", "mail-apps", &address, "--mode", "inherit"]).await;
    assert_eq!(set, mailbox("inherit", any));
    assert!(host.opens(&address, &password).await);

    let audit = asked(&host, &["audit", &address]).await;
    let set = audit.as_array().unwrap().iter().filter(|row| row["event"] == "mail-app-mode-set");
    assert_eq!(set.count(), 2);
}

#[tokio::test]
async fn w8_a_mode_is_set_for_all_that_are_named_or_for_none() {
    let host = TestHost::start().await;
    let ((ada, password), (ben, _)) = (host.mailbox(0), host.mailbox(1));
    let only = ["--mode", "app-passwords-only"];
    for (wrong, told) in [
        ("nobody@nowhere.example", "There is no mailbox nobody@nowhere.example here."),
        ("ada@north\n.example", "\"ada@north\\n.example\""),
        ("", "Type an e-mail address."),
    ] {
        let said = refused(&host, &[&["mailbox", "mail-apps", &ada, wrong], &only[..]].concat()).await;
        assert!(said.contains(told), "{said}");
    }
    for line in [
        &["mailbox", "mail-apps"][..],
        &["mailbox", "mail-apps", &ada, "--mode", "none"],
        &["domain", "mail-apps", "nowhere.example", "--mode", "inherit"],
        &["account", "mail-apps", "Nobody", "--mode", "inherit"],
    ] {
        refused(&host, line).await;
    }
    assert!(host.opens(&ada, &password).await);

    let output = host.command(&[&["mailbox", "mail-apps", &ada, &ben, &ada], &only[..]].concat(), "").await;
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("Changed 2 of 2. What is signed in stays so."), "{told}");
    assert!(told.contains("app-passwords-only"), "{told}");
    assert!(!host.opens(&ada, &password).await);
}
