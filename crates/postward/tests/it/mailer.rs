//! W9, R1: what happened to a mailbox lies in it as a letter, once, whatever became of the host meanwhile.

use crate::relay::{Relay, TransportSecurity, Verdict};
use crate::soak::rounds;
use crate::test_host::TestHost;
use jiff::SignedDuration;
use postward_authority::{Authority, Database, Settings, Timestamp};
use rand::RngExt;
use std::fs;
use std::time::{Duration, Instant};

/// How long a letter may take to lie where it belongs.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The letters that lie in a mailbox, by their Message-ID.
fn letters(host: &TestHost, address: &str) -> Vec<String> {
    let (local, domain) = address.split_once('@').unwrap();
    let maildir = host.dir().join("mail").join(domain).join(local).join("Maildir");
    let mut found = Vec::new();
    for place in ["new", "cur"] {
        for entry in fs::read_dir(maildir.join(place)).unwrap() {
            found.extend(fs::read(entry.unwrap().path()).ok().and_then(|bytes| letter_id(&bytes)));
        }
    }
    found
}

fn letter_id(bytes: &[u8]) -> Option<String> {
    let message = mail_parser::MessageParser::default().parse(bytes)?;
    message.message_id().filter(|id| id.starts_with("letter-")).map(str::to_owned)
}

/// Waits until something is so.
async fn until(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !so() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Opens the store of a host that does not run, as its own node.
async fn outbox(host: &TestHost) -> Authority {
    let database = Database::Sqlite(host.dir().join("postward.db"));
    let settings =
        Settings { node: "node-1".to_owned(), ..Settings::on(database, host.dir().join("postward.keys")) };
    Authority::open(settings, Timestamp::now()).await.unwrap()
}

/// How many letters of a host that does not run still have to go out, whenever that is. The next start has them back
/// at once.
async fn left(host: &TestHost) -> usize {
    let authority = outbox(host).await;
    let years = Timestamp::now() + SignedDuration::from_hours(2 * 365 * 24);
    let letters = authority.letters_due(years, 1_000).await.unwrap().len();
    authority.shut_down().await;
    letters
}

#[tokio::test]
async fn w9_after_a_change_the_notice_lies_in_the_mailbox_once() {
    let mut host = TestHost::start().await;
    let (address, _) = host.mailbox(0);
    host.passwd(&address, "Fresh-Bread-At-Seven-1").await;
    until("the notice", || letters(&host, &address).len() == 1).await;

    let mut imap = host.imap(&address, "Fresh-Bread-At-Seven-1").await;
    imap.command("SELECT INBOX").await.unwrap();
    let found = imap.command("SEARCH UNSEEN SUBJECT \"A new password was set\"").await.unwrap();
    assert_ne!(String::from_utf8_lossy(&found).trim(), "* SEARCH", "it is unread and says what happened");

    host.stop().await;
    assert_eq!(left(&host).await, 0);
    // Another start finds nothing to deliver again.
    let mut host = host.start_again().await;
    host.passwd(&address, "Fresh-Bread-At-Seven-2").await;
    until("the second notice", || letters(&host, &address).len() == 2).await;
    host.stop().await;
    assert_eq!((left(&host).await, letters(&host, &address).len()), (0, 2));
}

/// Kills the host at moments spread over the delivery of many letters.
#[tokio::test(flavor = "multi_thread")]
async fn w9_a_host_that_is_killed_while_it_delivers_delivers_every_letter_once() {
    let mut host = TestHost::start().await;
    let (address, _) = host.mailbox(0);
    let mut changes = 0;
    for round in 0..rounds("a host killed while it delivers", 12, 200) {
        for number in 0..3 {
            host.passwd(&address, &format!("Round-{round}-Change-{number}-x")).await;
            changes += 1;
        }
        // The moment of death is the point of the test, not a way to wait for something.
        let after = rand::rng().random_range(0..1_200);
        tokio::time::sleep(Duration::from_millis(after)).await;
        host.kill().await;
        host = host.start_again().await;
    }
    until("every letter", || letters(&host, &address).len() >= changes).await;
    host.stop().await;
    assert_eq!(left(&host).await, 0, "nothing waits to be delivered again");
    let mut found = letters(&host, &address);
    found.sort_unstable();
    found.dedup();
    assert_eq!((found.len(), letters(&host, &address).len()), (changes, changes), "none is there twice");
}

/// A host whose mail is kept elsewhere: every letter has to go out by the relay. The engine itself is not asked.
async fn remote(relay: Option<&Relay>) -> TestHost {
    let port = relay.map(|relay| relay.port().to_string()).unwrap_or_default();
    // Any file: what stands in it is not asked for.
    let mut settings = vec![
        ("POSTWARD_ENGINE__KIND", "remote"),
        ("POSTWARD_ENGINE__URL", "imap://127.0.0.1:1"),
        ("POSTWARD_ENGINE__MASTER_USER", "postward"),
        ("POSTWARD_ENGINE__MASTER_PASSWORD_FILE", "postward.toml"),
    ];
    if relay.is_some() {
        settings.extend(behind(&port));
    }
    TestHost::start_with(&settings).await
}

fn behind(port: &str) -> [(&'static str, &str); 6] {
    [
        ("POSTWARD_RELAY__HOST", "127.0.0.1"),
        ("POSTWARD_RELAY__PORT", port),
        ("POSTWARD_RELAY__ENCRYPTION", "none"),
        ("POSTWARD_RELAY__USER", "postward"),
        ("POSTWARD_RELAY__PASSWORD", "Canary-Relay-Feather-5"),
        ("POSTWARD_RELAY__FROM", "no-reply@fjordlight.example"),
    ]
}

#[tokio::test]
async fn r1_a_relay_that_puts_a_letter_off_gets_it_again_and_only_once_after_it_took_it() {
    let relay = Relay::start(vec![Verdict::Later, Verdict::Take]).await;
    let mut host = remote(Some(&relay)).await;
    let (maya, _) = host.mailbox(0);
    let (tomas, _) = host.mailbox(1);
    host.passwd(&maya, "Fresh-Bread-At-Seven-1").await;
    until("the first try", || host.log().contains("could not be delivered yet")).await;
    assert_eq!((relay.attempts(), relay.received().len()), (1, 0));
    host.stop().await;
    // The minute it should wait is over: that is all that is skipped.
    assert_eq!(left(&host).await, 1);
    let mut host = host.start_again().await;
    until("the second try", || relay.received().len() == 1).await;
    host.passwd(&tomas, "Fresh-Bread-At-Seven-2").await;
    until("the next letter", || relay.received().len() == 2).await;
    host.stop().await;
    assert_eq!((left(&host).await, relay.attempts()), (0, 3));

    let taken = relay.received();
    let to: Vec<_> = taken.iter().map(|letter| letter.to.clone()).collect();
    assert_eq!(to, [format!("<{maya}>"), format!("<{tomas}>")]);
    assert_eq!(taken[0].from, "<no-reply@fjordlight.example>");
    assert_eq!(taken[0].user, "\0postward\0Canary-Relay-Feather-5");
    assert!(letter_id(taken[0].message.as_bytes()).is_some(), "{}", taken[0].message);
    assert!(!host.log().contains("Canary-Relay"), "{}", host.log());
}

#[tokio::test]
async fn r1_a_relay_that_refuses_for_good_is_not_asked_again() {
    let relay = Relay::start(vec![Verdict::Never, Verdict::Take]).await;
    let mut host = remote(Some(&relay)).await;
    host.passwd(&host.mailbox(0).0, "Fresh-Bread-At-Seven-1").await;
    until("the log is loud", || host.log().contains("a letter was given up")).await;
    host.passwd(&host.mailbox(1).0, "Fresh-Bread-At-Seven-2").await;
    until("the next letter", || relay.received().len() == 1).await;
    host.stop().await;
    assert_eq!((left(&host).await, relay.attempts()), (0, 2));
}

#[tokio::test]
async fn r1_without_a_relay_letters_wait_for_one_and_check_says_so() {
    let mut host = remote(None).await;
    host.passwd(&host.mailbox(0).0, "Fresh-Bread-At-Seven-1").await;
    let said = host.command(&["check"], "").await;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("all notices and letters wait until relay.host"), "{said}");
    host.stop().await;
    assert_eq!(left(&host).await, 1);

    let relay = Relay::start(vec![Verdict::Take]).await;
    for (key, value) in behind(&relay.port().to_string()) {
        host.set(key, value);
    }
    let host = host.start_again().await;
    until("the letter that waited", || relay.received().len() == 1).await;
    drop(host);
}

#[tokio::test]
async fn r1_a_relay_is_spoken_to_behind_tls_if_its_certificate_is_the_trusted_one() {
    for (privacy, word) in [(TransportSecurity::Tls, "tls"), (TransportSecurity::StartTls, "starttls")] {
        let relay = Relay::start_with(privacy, vec![Verdict::Take]).await;
        let mut host = remote(Some(&relay)).await;
        host.set("POSTWARD_RELAY__ENCRYPTION", word);
        host.stop().await;
        let mut host = host.start_again().await;
        host.passwd(&host.mailbox(0).0, "Fresh-Bread-At-Seven-1").await;
        // Everybody's authorities know nothing of this one.
        until("the first try", || host.log().contains("could not be delivered yet")).await;
        assert_eq!(relay.attempts(), 0, "{word}: not even the sender is told");
        host.stop().await;
        fs::write(host.dir().join("relay-ca.pem"), &relay.certificate).unwrap();
        host.set("POSTWARD_RELAY__CA", "relay-ca.pem");
        assert_eq!(left(&host).await, 1);
        let host = host.start_again().await;
        until("the letter", || relay.received().len() == 1).await;
        assert_eq!(relay.received()[0].user, "\0postward\0Canary-Relay-Feather-5");
        drop(host);
    }
}

#[tokio::test]
async fn r1_what_was_said_before_tls_does_not_count_as_said_by_the_relay() {
    let relay = Relay::start_with(TransportSecurity::Injected, vec![Verdict::Take]).await;
    let mut host = remote(Some(&relay)).await;
    fs::write(host.dir().join("relay-ca.pem"), &relay.certificate).unwrap();
    host.set("POSTWARD_RELAY__ENCRYPTION", "starttls");
    host.set("POSTWARD_RELAY__CA", "relay-ca.pem");
    host.stop().await;
    let host = host.start_again().await;
    host.passwd(&host.mailbox(0).0, "Fresh-Bread-At-Seven-1").await;
    until("the first try", || host.log().contains("could not be delivered yet")).await;
    assert_eq!((relay.attempts(), relay.received().len()), (0, 0));
}
