//! What happens to open sessions when their password changes (invariants 1 and 2).

use crate::client::Client;
use crate::engine::{Echo, MESSAGE};
use crate::host::{ADA, CHANGED, Host, PASSWORD};
use postward_authority::Surface;
use postward_gate::{Encryption, Engine, Limits};
use postward_wire::Protocol;
use std::sync::Arc;

#[tokio::test]
async fn a_changed_password_ends_every_session_with_a_goodbye() {
    let host = Host::new().await;
    let mut sessions = Vec::new();
    for _ in 0..5 {
        sessions.push(host.session().await);
    }
    let receipt = host.reset().await;
    assert_eq!(receipt.ended[&Surface::Imap], 5);
    for session in &mut sessions {
        assert_eq!(session.line().await, "* BYE");
        assert_eq!(session.rest().await, 0);
    }
}

#[tokio::test]
async fn an_ended_session_is_gone_before_the_answer() {
    let host = Host::new().await;
    let mut session = host.session().await;
    host.reset().await;
    let _reset = session.try_send("too late\r\n").await;
    assert_eq!(session.line().await, "* BYE");
    assert_eq!(session.rest().await, 0);
}

#[tokio::test]
async fn a_client_that_does_not_read_cannot_hold_its_session() {
    let host = Host::new().await;
    let mut session = host.session().await;
    session.send("FLOOD\r\n").await;
    // Once something has come, the engine is writing; as nobody reads on, it will be stuck.
    assert!(session.some().await > 0);
    let receipt = host.reset().await;
    assert_eq!(receipt.ended[&Surface::Imap], 1);
    session.rest().await;
}

/// The answer was given, but the kernel still has most of it.
#[tokio::test]
async fn mail_that_waits_for_a_slow_client_goes_with_the_session() {
    let host = Host::new().await;
    for encryption in [Encryption::PlainOnLoopback, Encryption::Tls] {
        let mut session = Client::small(host.address(Protocol::Imap, encryption)).await;
        if encryption == Encryption::Tls {
            session = session.start_tls(&host.root).await;
        }
        let password = if encryption == Encryption::Tls { CHANGED } else { PASSWORD };
        assert!(session.log_in(ADA, password).await.starts_with("l OK"));
        session.until("* imap").await;
        session.send("MESSAGE\r\n").await;
        assert!(session.some().await > 0);
        let receipt = host.reset_to(if password == CHANGED { "A-Third-Horse-9" } else { CHANGED }).await;
        assert_eq!(receipt.ended[&Surface::Imap], 1);
        let received = session.rest().await;
        assert!(received < MESSAGE, "{received} bytes came through");
    }
}

#[tokio::test]
async fn an_engine_that_does_not_listen_is_dropped() {
    let host = Host::new().await;
    let mut session = host.session().await;
    assert_eq!(session.ask("HANG").await, "* hanging");
    host.reset().await;
    assert_eq!(session.rest().await, 0);
}

#[tokio::test]
async fn a_sign_in_that_a_change_overtakes_is_not_served() {
    let echo = Echo::blocked();
    let (open_permits, open_attempts) = (echo.open_permits.clone(), echo.open_attempts.clone());
    let host = Host::with(Engine::Local(Arc::new(echo)), Limits::default()).await;
    let mut client = host.connect(Protocol::Imap, Encryption::Tls).await;
    client.until("* OK").await;
    client.send(&format!("l LOGIN {ADA} {PASSWORD}\r\n")).await;
    open_attempts.acquire().await.unwrap().forget();
    // The password was right and the mailbox is being opened: now it changes.
    let receipt = host.reset().await;
    assert_eq!(receipt.ended[&Surface::Imap], 1);
    open_permits.add_permits(1);
    assert!(client.line().await.starts_with("l NO [UNAVAILABLE]"));
}
