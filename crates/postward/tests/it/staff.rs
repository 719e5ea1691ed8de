//! A person of the dashboard who has lost everything is let in again by whoever holds the machine (D11).

use crate::house::House;
use postward_testclient::SignInOutcome;
use serde_json::Value;
use std::process::Output;

const NEW: &str = "Another horse battery 2";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn d11_the_operator_sets_a_password_and_every_session_of_theirs_ends() {
    let house = House::start().await;
    let (email, old) = house.owner();
    let mut signed_in = house.signed_in("/dashboard", &email, &old).await;
    assert_eq!(signed_in.get("/dashboard/mailboxes").await.unwrap().status, 200);

    let short = house.command(&["staff", "passwd", &email], "short").await;
    assert!(!short.status.success() && said(&short).contains("12 characters"), "{}", said(&short));
    assert_eq!(signed_in.get("/dashboard/mailboxes").await.unwrap().status, 200, "nothing has changed");

    let set = house.command(&["staff", "passwd", &email, "--json"], NEW).await;
    assert!(set.status.success(), "{}", said(&set));
    let receipt: Value = serde_json::from_slice(&set.stdout).unwrap();
    assert_eq!(
        (receipt["address"].as_str(), receipt["ended"]["dashboard"].as_u64()),
        (Some(&*email), Some(1))
    );
    assert_ne!(signed_in.get("/dashboard/mailboxes").await.unwrap().status, 200);
    assert!(!opens(&house, &email, &old).await && opens(&house, &email, NEW).await);
    let audit = house.command(&["audit", "--json"], "").await;
    assert!(String::from_utf8_lossy(&audit.stdout).contains("staff-password-reset"));
}

#[tokio::test]
async fn d11_a_mailbox_is_nobody_at_the_dashboard() {
    let house = House::start().await;
    let (address, password) = house.mailbox(0);
    for command in ["passwd", "two-factor-off"] {
        for nobody in [address.as_str(), "nobody@nowhere.example"] {
            let refused = house.command(&["staff", command, nobody], NEW).await;
            assert!(!refused.status.success());
            let told = format!("Nobody signs in at the dashboard as {nobody}.");
            assert!(said(&refused).contains(&told), "{}", said(&refused));
        }
    }
    assert!(house.opens(&address, &password).await);
    let (email, _) = house.owner();
    let off = house.command(&["staff", "two-factor-off", &email], "").await;
    assert!(said(&off).contains("is not on."), "{}", said(&off));
}

async fn opens(house: &House, email: &str, password: &str) -> bool {
    let tried = house.browser().sign_in("/dashboard", email, password).await.unwrap();
    matches!(tried, SignInOutcome::Opened(_))
}
