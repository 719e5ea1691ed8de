//! A person of the dashboard who has lost everything is let in again by whoever holds the machine (D11).

use crate::test_host::TestHost;
use postward_testclient::SignInOutcome;
use serde_json::Value;
use std::process::Output;

const NEW: &str = "Another horse battery 2";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn d11_the_operator_sets_a_password_and_every_session_of_theirs_ends() {
    let host = TestHost::start().await;
    let (email, old) = host.owner();
    let mut signed_in = host.signed_in("/dashboard", &email, &old).await;
    assert_eq!(signed_in.get("/dashboard/mailboxes").await.unwrap().status, 200);

    let short = host.command(&["staff", "passwd", &email], "short").await;
    assert!(!short.status.success() && said(&short).contains("12 characters"), "{}", said(&short));
    assert_eq!(signed_in.get("/dashboard/mailboxes").await.unwrap().status, 200, "nothing has changed");

    let set = host.command(&["staff", "passwd", &email, "--json"], NEW).await;
    assert!(set.status.success(), "{}", said(&set));
    let receipt: Value = serde_json::from_slice(&set.stdout).unwrap();
    assert_eq!(
        (receipt["address"].as_str(), receipt["ended"]["dashboard"].as_u64()),
        (Some(&*email), Some(1))
    );
    assert_ne!(signed_in.get("/dashboard/mailboxes").await.unwrap().status, 200);
    assert!(!opens(&host, &email, &old).await && opens(&host, &email, NEW).await);
    let audit = host.command(&["audit", "--json"], "").await;
    assert!(String::from_utf8_lossy(&audit.stdout).contains("staff-password-reset"));
}

#[tokio::test]
async fn d11_a_mailbox_is_nobody_at_the_dashboard() {
    let host = TestHost::start().await;
    let (address, password) = host.mailbox(0);
    for command in ["passwd", "two-factor-off"] {
        for nobody in [address.as_str(), "nobody@nowhere.example"] {
            let refused = host.command(&["staff", command, nobody], NEW).await;
            assert!(!refused.status.success());
            let told = format!("Nobody signs in at the dashboard as {nobody}.");
            assert!(said(&refused).contains(&told), "{}", said(&refused));
        }
    }
    assert!(host.opens(&address, &password).await);
    let (email, _) = host.owner();
    let off = host.command(&["staff", "two-factor-off", &email], "").await;
    assert!(said(&off).contains("is not on."), "{}", said(&off));
}

async fn opens(host: &TestHost, email: &str, password: &str) -> bool {
    let tried = host.browser().sign_in("/dashboard", email, password).await.unwrap();
    matches!(tried, SignInOutcome::Opened(_))
}
