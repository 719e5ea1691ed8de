//! Signing in, from the greeting to the engine's first line.

use crate::engine::Echo;
use crate::test_host::{ADA, Certificate, PASSWORD, TestHost, certificate, imap_login, trust_in};
use postward_gate::{Encryption, Engine, Limits};
use postward_testclient::{Connection, Endpoint};
use postward_wire::Protocol;
use std::sync::Arc;

/// `\0ada@example.com\0Correct-Horse-7`, in base64.
const PLAIN: &str = "AGFkYUBleGFtcGxlLmNvbQBDb3JyZWN0LUhvcnNlLTc=";

async fn start_tls(protocol: Protocol, mut client: Connection, host: &TestHost) -> Connection {
    match protocol {
        Protocol::Imap => {
            client.line_starting("* OK").await.unwrap();
            assert!(client.ask("s STARTTLS").await.unwrap().starts_with("s OK"));
        }
        Protocol::Pop3 => {
            client.line_starting("+OK").await.unwrap();
            assert!(client.ask("STLS").await.unwrap().starts_with("+OK"));
        }
        Protocol::Smtp => {
            client.line_starting("220").await.unwrap();
            client.send("EHLO phone.example\r\n").await.unwrap();
            client.line_starting("250 ").await.unwrap();
            assert!(client.ask("STARTTLS").await.unwrap().starts_with("220"));
        }
    }
    client.start_tls(&host.trust).await.unwrap()
}

async fn sign_in(protocol: Protocol, client: &mut Connection, password_ok: &str) {
    match protocol {
        Protocol::Imap => {
            let answer = client.ask(&format!("l LOGIN {ADA} {PASSWORD}")).await.unwrap();
            assert_eq!(answer, "l OK [CAPABILITY IMAP4rev1 ECHO] Signed in.");
        }
        Protocol::Pop3 => {
            assert!(client.ask(&format!("USER {ADA}")).await.unwrap().starts_with("+OK"));
            assert!(client.ask(&format!("PASS {PASSWORD}")).await.unwrap().starts_with("+OK"));
        }
        Protocol::Smtp => {
            client.send("EHLO phone.example\r\n").await.unwrap();
            client.line_starting("250 ").await.unwrap();
            assert!(client.ask(&format!("AUTH PLAIN {PLAIN}")).await.unwrap().starts_with("235"));
        }
    }
    assert_eq!(client.line().await.unwrap(), format!("* {} {ADA}", protocol.name()));
    assert_eq!(client.ask(password_ok).await.unwrap(), format!("echo {password_ok}"));
}

#[tokio::test]
async fn every_protocol_signs_in_on_every_listener() {
    let host = TestHost::new().await;
    for protocol in Protocol::ALL {
        let mut client = host.connect(protocol, Encryption::Tls).await;
        client.line().await.unwrap();
        sign_in(protocol, &mut client, "from the first byte").await;

        let client = host.connect(protocol, Encryption::StartTls).await;
        let mut client = start_tls(protocol, client, &host).await;
        sign_in(protocol, &mut client, "after STARTTLS").await;

        let mut client = host.connect(protocol, Encryption::PlainOnLoopback).await;
        client.line().await.unwrap();
        sign_in(protocol, &mut client, "in clear on loopback").await;
    }
}

#[tokio::test]
async fn no_password_is_taken_before_tls() {
    let host = TestHost::new().await;
    let mut imap = host.connect(Protocol::Imap, Encryption::StartTls).await;
    assert!(imap.line().await.unwrap().contains("LOGINDISABLED"));
    assert!(
        imap.ask(&format!("l LOGIN {ADA} {PASSWORD}")).await.unwrap().starts_with("l NO [PRIVACYREQUIRED]")
    );
}

#[tokio::test]
async fn what_is_pipelined_behind_the_sign_in_reaches_the_engine() {
    let host = TestHost::new().await;
    let mut client = host.connect(Protocol::Imap, Encryption::Tls).await;
    client.line_starting("* OK").await.unwrap();
    client.send(format!("l LOGIN {ADA} {PASSWORD}\r\nfirst\r\nsecond\r\n")).await.unwrap();
    client.line_starting("* imap").await.unwrap();
    assert_eq!(client.line().await.unwrap(), "echo first");
    assert_eq!(client.line().await.unwrap(), "echo second");
}

#[tokio::test]
async fn unknown_addresses_and_wrong_passwords_sound_the_same() {
    let host = TestHost::new().await;
    let mut replies = Vec::new();
    for (address, password) in [(ADA, "Wrong-Horse-77"), ("nobody@example.com", PASSWORD), ("nonsense", "x")]
    {
        let mut client = host.connect(Protocol::Imap, Encryption::Tls).await;
        replies.push(imap_login(&mut client, address, password).await);
    }
    assert!(replies[0].starts_with("l NO [AUTHENTICATIONFAILED]"), "{replies:?}");
    assert!(replies.iter().all(|answer| *answer == replies[0]), "{replies:?}");
}

#[tokio::test]
async fn an_engine_in_trouble_is_never_a_wrong_password() {
    let echo = Echo::ready();
    echo.open_permits.close();
    let host = TestHost::with(Engine::Local(Arc::new(echo)), Limits::default()).await;
    let mut client = host.connect(Protocol::Imap, Encryption::Tls).await;
    assert!(imap_login(&mut client, ADA, PASSWORD).await.starts_with("l NO [UNAVAILABLE]"));
}

#[tokio::test]
async fn a_new_certificate_is_shown_at_the_next_handshake() {
    let host = TestHost::new().await;
    let mut before = host.session().await;
    let Certificate { config, pem: _, root } = certificate();
    host.tls.replace(config);
    let endpoint = Endpoint::tls(host.address(Protocol::Imap, Encryption::Tls), trust_in(root));
    let mut after = Connection::open(&endpoint).await.unwrap();
    assert!(imap_login(&mut after, ADA, PASSWORD).await.starts_with("l OK"));
    assert_eq!(before.ask("still here").await.unwrap(), "echo still here");
}
