//! G4: what a stranger hears tells nothing about who exists, who is suspended, whose password is nearly right.

use crate::test_host::TestHost;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use postward_testclient::{HttpClient, ImapClient, Pop3Client, SignInOutcome, SmtpClient};

#[tokio::test]
async fn every_failed_sign_in_hears_the_same_bytes() {
    let host = TestHost::start().await;
    let (known, _) = host.mailbox(0);
    let (suspended, password) = host.mailbox(1);
    let output = host.command(&["mailbox", "suspend", &suspended, "--json"], "").await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let local = "nobody.by.this.name";
    let unknown = format!("{local}@{}", known.split_once('@').unwrap().1);
    let strangers = [
        ("a wrong password", known.as_str(), "Not-The-Password-1"),
        ("an unknown address", unknown.as_str(), "Not-The-Password-1"),
        ("a suspended mailbox", suspended.as_str(), password.as_str()),
        ("a foreign domain", "somebody@elsewhere.example", "Not-The-Password-1"),
        ("no address at all", "somebody", "Not-The-Password-1"),
    ];
    let mut heard = Vec::new();
    for (who, address, password) in strangers {
        heard.push((who, everything_heard(&host, address, password).await));
    }
    let (_, expected) = &heard[0];
    assert!(expected[0].starts_with("NO [AUTHENTICATIONFAILED]"), "{expected:?}");
    assert!(expected[2].starts_with("-ERR [AUTH]"), "{expected:?}");
    assert!(expected[4].starts_with("535 5.7.8"), "{expected:?}");
    for (who, answers) in &heard {
        for (answer, expected) in answers.iter().zip(expected) {
            assert_eq!(answer, expected, "{who}");
        }
    }
}

/// What each endpoint says, with what was typed taken out of it.
async fn everything_heard(host: &TestHost, address: &str, password: &str) -> Vec<String> {
    let plain = BASE64_STANDARD.encode(format!("\0{address}\0{password}"));
    let mut heard = vec![refused(ImapClient::sign_in(&host.tls("imap"), address, password).await.unwrap())];
    let mut imap = ImapClient::connect(&host.tls("imap")).await.unwrap();
    heard.push(imap.ask(&format!("AUTHENTICATE PLAIN {plain}")).await.unwrap().1);
    heard.push(refused(Pop3Client::sign_in(&host.tls("pop3"), address, password).await.unwrap()));
    let mut pop3 = Pop3Client::connect(&host.tls("pop3")).await.unwrap();
    heard.push(pop3.ask(&format!("AUTH PLAIN {plain}")).await.unwrap());
    heard.push(refused(SmtpClient::sign_in(&host.tls("smtp"), address, password).await.unwrap()));
    for surface in ["/webmail", "/panel", "/dashboard"] {
        let field = if surface == "/dashboard" { "email" } else { "address" };
        let mut browser: HttpClient = host.browser();
        let page = browser
            .post(&format!("{surface}/sign-in"), &[(field, address), ("password", password)])
            .await
            .unwrap();
        heard.push(format!("{} {}", page.status, page.body.replace(address, "ADDRESS")));
    }
    heard
}

fn refused<C>(tried: SignInOutcome<C>) -> String {
    match tried {
        SignInOutcome::Refused(words) => words,
        SignInOutcome::Opened(_) => panic!("it opened"),
    }
}
