//! What mail apps may sign in with, shown and set from the command line (W8).

use crate::house::House;
use serde_json::{Value, json};

async fn asked(house: &House, arguments: &[&str]) -> Value {
    let output = house.command(&[arguments, &["--json"]].concat(), "").await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn refused(house: &House, arguments: &[&str]) -> String {
    let output = house.command(arguments, "").await;
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn w8_account_domain_and_mailbox_are_shown_and_set_and_the_nearest_decides() {
    let house = House::start().await;
    let (address, password) = house.mailbox(0);
    let domain = address.split('@').nth(1).unwrap();
    let listed = asked(&house, &["domain", "list"]).await;
    let of = listed.as_array().unwrap().iter().find(|row| row["name"] == domain).unwrap();
    let account = of["account"].as_str().unwrap();
    let (any, only) = ("password-or-app-password", "app-passwords-only");
    let mailbox = |mode, applies| json!([{ "address": address, "mode": mode, "applies": applies }]);

    assert_eq!(asked(&house, &["mailbox", "mail-apps", &address]).await, mailbox("inherit", any));
    let set = asked(&house, &["account", "mail-apps", account, "--mode", only]).await;
    assert_eq!(set, json!({ "name": account, "mode": only, "applies": only }));
    assert!(!house.opens(&address, &password).await);
    let shown = asked(&house, &["domain", "mail-apps", domain]).await;
    assert_eq!(shown, json!({ "name": domain, "mode": "inherit", "applies": only }));
    asked(&house, &["domain", "mail-apps", domain, "--mode", any]).await;
    assert!(house.opens(&address, &password).await);
    let set = asked(&house, &["mailbox", "mail-apps", &address, "--mode", only]).await;
    assert_eq!(set, mailbox(only, only));
    assert!(!house.opens(&address, &password).await);
    let set = asked(&house, &["mailbox", "mail-apps", &address, "--mode", "inherit"]).await;
    assert_eq!(set, mailbox("inherit", any));
    assert!(house.opens(&address, &password).await);

    let audit = asked(&house, &["audit", &address]).await;
    let set = audit.as_array().unwrap().iter().filter(|row| row["event"] == "mail-app-mode-set");
    assert_eq!(set.count(), 2);
}

#[tokio::test]
async fn w8_a_mode_is_set_for_all_that_are_named_or_for_none() {
    let house = House::start().await;
    let ((ada, password), (ben, _)) = (house.mailbox(0), house.mailbox(1));
    let only = ["--mode", "app-passwords-only"];
    for (wrong, told) in [
        ("nobody@nowhere.example", "There is no mailbox nobody@nowhere.example here."),
        ("ada@north\n.example", "\"ada@north\\n.example\""),
        ("", "Type an e-mail address."),
    ] {
        let said = refused(&house, &[&["mailbox", "mail-apps", &ada, wrong], &only[..]].concat()).await;
        assert!(said.contains(told), "{said}");
    }
    for line in [
        &["mailbox", "mail-apps"][..],
        &["mailbox", "mail-apps", &ada, "--mode", "none"],
        &["domain", "mail-apps", "nowhere.example", "--mode", "inherit"],
        &["account", "mail-apps", "Nobody", "--mode", "inherit"],
    ] {
        refused(&house, line).await;
    }
    assert!(house.opens(&ada, &password).await);

    let output = house.command(&[&["mailbox", "mail-apps", &ada, &ben, &ada], &only[..]].concat(), "").await;
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("Changed 2 of 2. What is signed in stays so."), "{told}");
    assert!(told.contains("app-passwords-only"), "{told}");
    assert!(!house.opens(&ada, &password).await);
}
