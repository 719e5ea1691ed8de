//! Browsers behind a proxy: each is where it is, and none is where it says.

use crate::browser::Browser;
use crate::test_host::{NEW, OLD, TestHost, pass};
use jiff::SignedDuration;

const MANY_TRIES: u16 = 429;

/// A host behind a proxy on its own machine.
async fn behind_proxy() -> TestHost {
    TestHost::start_behind("http://127.0.0.1:8080", &["127.0.0.1"]).await
}

/// A browser of which the proxy says this.
fn seen_as(host: &TestHost, forwarded_for: &'static str) -> Browser {
    let mut browser = host.browser();
    browser.forwarded_for = Some(forwarded_for);
    browser
}

/// Guesses at addresses that are nobody's until its network has no more tries. A guess somebody else has made costs none.
async fn guess_until_refused(browser: &mut Browser) {
    let guess = format!("a guess from {:?}", browser.forwarded_for);
    for n in 0..200 {
        if sign_in(browser, &format!("nobody{n}@birch.example"), &guess).await == MANY_TRIES {
            return;
        }
    }
    panic!("it may guess for ever");
}

async fn sign_in(browser: &mut Browser, address: &str, password: &str) -> u16 {
    browser.post("/panel/sign-in", &[("address", address), ("password", password)]).await.status
}

#[tokio::test]
async fn an_attacker_who_guesses_keeps_nobody_out_who_comes_through_the_same_proxy() {
    let host = behind_proxy().await;
    let mut attacker = seen_as(&host, "203.0.113.9");
    guess_until_refused(&mut attacker).await;
    assert_eq!(sign_in(&mut seen_as(&host, "198.51.100.7"), "ada@birch.example", OLD).await, 303);
    assert_eq!(sign_in(&mut attacker, "eve@cedar.example", OLD).await, MANY_TRIES);
}

#[tokio::test]
async fn a_browser_cannot_write_where_it_comes_from() {
    let host = behind_proxy().await;
    guess_until_refused(&mut seen_as(&host, "203.0.113.9")).await;
    for claim in ["198.51.100.7, 203.0.113.9", "127.0.0.1, 203.0.113.9", "nonsense, 203.0.113.9"] {
        assert_eq!(
            sign_in(&mut seen_as(&host, claim), "ada@birch.example", OLD).await,
            MANY_TRIES,
            "{claim:?}"
        );
    }
    // Nor can one who comes past the proxy, and only says that it came through it.
    let mut past = seen_as(&host, "198.51.100.7");
    past.peer = [192, 0, 2, 1].into();
    guess_until_refused(&mut past).await;
    past.forwarded_for = Some("198.51.101.7");
    assert_eq!(sign_in(&mut past, "ada@birch.example", OLD).await, MANY_TRIES);
    assert_eq!(sign_in(&mut seen_as(&host, "198.51.100.7"), "ada@birch.example", OLD).await, 303);
}

#[tokio::test]
async fn the_network_of_one_owner_is_not_known_to_be_anothers() {
    let host = behind_proxy().await;
    let mut ada = seen_as(&host, "198.51.100.7");
    assert_eq!(sign_in(&mut ada, "ada@birch.example", OLD).await, 303);
    // Until the verified password is forgotten, which opens from everywhere.
    pass(SignedDuration::from_mins(6));
    let mut attacker = seen_as(&host, "203.0.113.9");
    guess_until_refused(&mut attacker).await;
    // From a network the mailbox was signed in from before, a right password is still looked at.
    assert_eq!(sign_in(&mut attacker, "ada@birch.example", OLD).await, MANY_TRIES);
    guess_until_refused(&mut ada).await;
    assert_eq!(sign_in(&mut ada, "ada@birch.example", OLD).await, 303);
}

#[tokio::test]
async fn the_audit_says_where_the_browser_was_and_not_the_proxy() {
    let host = behind_proxy().await;
    let mut ada = seen_as(&host, "198.51.100.7");
    assert_eq!(sign_in(&mut ada, "ada@birch.example", OLD).await, 303);
    ada.fill("/panel/password", "/panel/password", &[("password", NEW), ("password_again", NEW)]).await;
    let audit = host.authority.audit(&host.operator, None, 1).await.unwrap();
    assert_eq!(audit[0].event.to_string(), "password-changed");
    assert_eq!(audit[0].ip.as_deref(), Some("198.51.100.7"));
}

#[tokio::test]
async fn browsers_of_which_the_proxy_says_nothing_count_as_the_proxy() {
    let host = behind_proxy().await;
    guess_until_refused(&mut host.browser()).await;
    assert_eq!(sign_in(&mut seen_as(&host, "unknown"), "ada@birch.example", OLD).await, MANY_TRIES);
    assert_eq!(sign_in(&mut seen_as(&host, "198.51.100.7"), "ada@birch.example", OLD).await, 303);
}
