//! What happens to open sessions when their password changes (invariants 1 and 2).

use crate::engine::{Echo, MESSAGE};
use crate::test_host::{ADA, CHANGED, PASSWORD, TestHost, imap_login};
use postward_authority::Surface;
use postward_gate::{Encryption, Engine, Limits};
use postward_testclient::{Connection, Endpoint};
use postward_wire::Protocol;
use std::sync::Arc;

#[tokio::test]
async fn a_changed_password_ends_every_session_with_a_goodbye() {
    let host = TestHost::new().await;
    let mut sessions = Vec::new();
    for _ in 0..5 {
        sessions.push(host.session().await);
    }
    let receipt = host.reset().await;
    assert_eq!(receipt.ended[&Surface::Imap], 5);
    for session in &mut sessions {
        assert_eq!(session.line().await.unwrap(), "* BYE");
        assert_eq!(session.drain().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn an_ended_session_is_gone_before_the_answer() {
    let host = TestHost::new().await;
    let mut session = host.session().await;
    host.reset().await;
    let _reset = session.send("too late\r\n").await;
    assert_eq!(session.line().await.unwrap(), "* BYE");
    assert_eq!(session.drain().await.unwrap(), 0);
}

#[tokio::test]
async fn a_client_that_does_not_read_cannot_hold_its_session() {
    let host = TestHost::new().await;
    let mut session = host.session().await;
    session.send("FLOOD\r\n").await.unwrap();
    // Once something has come, the engine is writing; as nobody reads on, it will be stuck.
    assert!(session.wait_readable().await.unwrap() > 0);
    let receipt = host.reset().await;
    assert_eq!(receipt.ended[&Surface::Imap], 1);
    session.drain().await.unwrap();
}

/// The answer was given, but the kernel still has most of it.
#[tokio::test]
async fn mail_that_waits_for_a_slow_client_goes_with_the_session() {
    let host = TestHost::new().await;
    for encryption in [Encryption::PlainOnLoopback, Encryption::Tls] {
        // Its own kernel holds little for the client.
        let small = Endpoint::plain(host.address(Protocol::Imap, encryption)).with_receive_buffer(4 * 1024);
        let mut session = Connection::open(&small).await.unwrap();
        if encryption == Encryption::Tls {
            session = session.start_tls(&host.trust).await.unwrap();
        }
        let password = if encryption == Encryption::Tls { CHANGED } else { PASSWORD };
        assert!(imap_login(&mut session, ADA, password).await.starts_with("l OK"));
        session.line_starting("* imap").await.unwrap();
        session.send("MESSAGE\r\n").await.unwrap();
        assert!(session.wait_readable().await.unwrap() > 0);
        let receipt = host.reset_to(if password == CHANGED { "A-Third-Horse-9" } else { CHANGED }).await;
        assert_eq!(receipt.ended[&Surface::Imap], 1);
        let received = session.drain().await.unwrap();
        assert!(received < MESSAGE, "{received} bytes came through");
    }
}

#[tokio::test]
async fn an_engine_that_does_not_listen_is_dropped() {
    let host = TestHost::new().await;
    let mut session = host.session().await;
    assert_eq!(session.ask("HANG").await.unwrap(), "* hanging");
    host.reset().await;
    assert_eq!(session.drain().await.unwrap(), 0);
}

#[tokio::test]
async fn a_sign_in_that_a_change_overtakes_is_not_served() {
    let echo = Echo::blocked();
    let (open_permits, open_attempts) = (echo.open_permits.clone(), echo.open_attempts.clone());
    let host = TestHost::with(Engine::Local(Arc::new(echo)), Limits::default()).await;
    let mut client = host.connect(Protocol::Imap, Encryption::Tls).await;
    client.line_starting("* OK").await.unwrap();
    client.send(format!("l LOGIN {ADA} {PASSWORD}\r\n")).await.unwrap();
    open_attempts.acquire().await.unwrap().forget();
    // The password was right and the mailbox is being opened: now it changes.
    let receipt = host.reset().await;
    assert_eq!(receipt.ended[&Surface::Imap], 1);
    open_permits.add_permits(1);
    assert!(client.line().await.unwrap().starts_with("l NO [UNAVAILABLE]"));
}
