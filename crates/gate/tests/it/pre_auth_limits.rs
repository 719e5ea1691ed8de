//! Connections that do not sign in: deadlines and limits.

use crate::test_host::{ADA, PASSWORD, TestHost};
use postward_gate::{Encryption, Limits, Listener, ListenerError};
use postward_wire::Protocol;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

/// Far longer than any deadline of these tests.
const TIMEOUT: Duration = Duration::from_secs(10);

fn short_limits() -> Limits {
    Limits {
        handshake: Duration::from_millis(300),
        sign_in: Duration::from_millis(500),
        pre_auth_idle: Duration::from_millis(400),
        ..Limits::default()
    }
}

/// What comes on a connection until its end.
async fn to_the_end(tcp: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    let _over = timeout(TIMEOUT, tcp.read_to_end(&mut received)).await.expect("the gate hangs up");
    received
}

#[tokio::test]
async fn whoever_says_nothing_is_shown_out() {
    let host = TestHost::limited(short_limits()).await;
    for (protocol, words) in [
        (Protocol::Imap, "* BYE Signing in took too long."),
        (Protocol::Pop3, "-ERR [SYS/TEMP] Signing in took too long."),
        (Protocol::Smtp, "421 4.4.2 Signing in took too long."),
    ] {
        let mut tcp = TcpStream::connect(host.address(protocol, Encryption::StartTls)).await.unwrap();
        let received = to_the_end(&mut tcp).await;
        let received = String::from_utf8_lossy(&received);
        assert!(received.trim_end().ends_with(words), "{received:?}");
    }
}

#[tokio::test]
async fn a_handshake_that_does_not_go_on_is_given_up() {
    let host = TestHost::limited(short_limits()).await;
    let mut tcp = TcpStream::connect(host.address(Protocol::Imap, Encryption::Tls)).await.unwrap();
    // The first bytes of a ClientHello, and no more.
    tcp.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).await.unwrap();
    assert_eq!(to_the_end(&mut tcp).await, b"");
}

#[tokio::test]
async fn a_byte_at_a_time_does_not_stretch_the_deadline() {
    let host = TestHost::limited(short_limits()).await;
    let tcp = TcpStream::connect(host.address(Protocol::Imap, Encryption::StartTls)).await.unwrap();
    let (mut reading, mut writing) = tcp.into_split();
    let sending = async {
        let mut ticker = interval(Duration::from_millis(20));
        loop {
            ticker.tick().await;
            if writing.write_all(b"a").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let mut received = Vec::new();
    tokio::select! {
        end = timeout(TIMEOUT, reading.read_to_end(&mut received)) => { let _over = end.expect("the gate hangs up"); }
        () = sending => {}
    }
}

#[tokio::test]
async fn a_client_that_never_reads_is_shown_out_and_disturbs_nobody() {
    let host = TestHost::limited(Limits { sign_in: Duration::from_secs(3), ..Limits::default() }).await;
    let mut silent = TcpStream::connect(host.address(Protocol::Imap, Encryption::StartTls)).await.unwrap();
    let commands = "a NOOP\r\n".repeat(10_000);
    let sending = async {
        let _reset = silent.write_all(commands.as_bytes()).await;
    };
    timeout(TIMEOUT, sending).await.expect("the gate takes it or hangs up");
    let mut client = host.session().await;
    assert_eq!(client.ask("undisturbed").await.unwrap(), "echo undisturbed");
    let received = to_the_end(&mut silent).await;
    assert!(received.len() < 64 * 1024, "{} bytes were answered", received.len());
}

#[tokio::test]
async fn what_is_pipelined_behind_starttls_is_thrown_away() {
    let host = TestHost::new().await;
    let mut client = host.connect(Protocol::Imap, Encryption::StartTls).await;
    client.line_starting("* OK").await.unwrap();
    client.send(format!("s STARTTLS\r\nevil LOGIN {ADA} {PASSWORD}\r\n")).await.unwrap();
    assert!(client.line().await.unwrap().starts_with("s OK"));
    let mut client = client.start_tls(&host.trust).await.unwrap();
    assert!(client.ask("n NOOP").await.unwrap().starts_with("n OK"));
}

#[tokio::test]
async fn a_new_connection_evicts_the_oldest_where_all_slots_are_taken() {
    let host = TestHost::limited(Limits { pre_auth_connections: 2, ..Limits::default() }).await;
    let mut oldest = host.connect(Protocol::Imap, Encryption::StartTls).await;
    oldest.line_starting("* OK").await.unwrap();
    let mut second = host.connect(Protocol::Imap, Encryption::StartTls).await;
    second.line_starting("* OK").await.unwrap();
    let mut newest = host.connect(Protocol::Imap, Encryption::StartTls).await;
    newest.line_starting("* OK").await.unwrap();
    assert_eq!(
        oldest.line().await.unwrap(),
        "* BYE [UNAVAILABLE] Too many connections. Try again in a minute."
    );
    assert!(second.ask("n NOOP").await.unwrap().starts_with("n OK"));
}

#[tokio::test]
async fn a_session_takes_no_slot_of_the_connections_before_sign_in() {
    let host = TestHost::limited(Limits { pre_auth_connections: 1, ..Limits::default() }).await;
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(host.session().await);
    }
    for session in &mut sessions {
        assert_eq!(session.ask("here").await.unwrap(), "echo here");
    }
}

#[tokio::test]
async fn passwords_in_clear_are_taken_on_loopback_only() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let refused = Listener::bind(Protocol::Imap, Encryption::PlainOnLoopback, everywhere);
    assert!(matches!(refused, Err(ListenerError::PlainInPublic { .. })));
}

#[tokio::test]
async fn rubbish_ends_one_connection_and_no_other() {
    let host = TestHost::new().await;
    let mut good = host.session().await;
    for protocol in Protocol::ALL {
        let mut bad = host.connect(protocol, Encryption::StartTls).await;
        let garbage: String = "\0\u{7f}é{99999999999}(\"\r\n".repeat(2_000);
        let _reset = bad.send(&garbage).await;
        bad.drain().await.unwrap();
    }
    assert_eq!(good.ask("undisturbed").await.unwrap(), "echo undisturbed");
}
