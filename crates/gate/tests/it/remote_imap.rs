//! A remote engine.

use crate::test_host::{ADA, Certificate, PASSWORD, TestHost, certificate, imap_login, secret};
use postward_authority::{Origin, Request, Surface, Timestamp};
use postward_gate::{Encryption, Engine, Limits, MasterUser, RemoteEngine, RemoteError};
use postward_testclient::Connection;
use postward_wire::{Attempt, Protocol};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// A large attachment: many times what any buffer on the way holds at once.
const ATTACHMENT_SIZE: usize = 8 * 1024 * 1024;

/// An IMAP server of a few lines, which remembers what it received.
pub(crate) struct TestImapServer {
    address: SocketAddr,
    received: Arc<Mutex<String>>,
    /// Gets a permit for every connection that has ended.
    ended_connections: Arc<Semaphore>,
    _serving: JoinSet<()>,
}

impl TestImapServer {
    pub(crate) async fn start() -> Self {
        Self::with(None).await
    }

    async fn with(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (received, ended_connections) =
            (Arc::new(Mutex::new(String::new())), Arc::new(Semaphore::new(0)));
        let mut serving = JoinSet::new();
        let (log, ended) = (received.clone(), ended_connections.clone());
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((tcp, _)) = listener.accept().await {
                let (tls, log, ended) = (tls.clone(), log.clone(), ended.clone());
                connections.spawn(async move {
                    let _broken = match tls {
                        None => serve(tcp, &log).await,
                        Some(tls) => match tls.accept(tcp).await {
                            Ok(stream) => serve(stream, &log).await,
                            Err(error) => Err(error),
                        },
                    };
                    ended.add_permits(1);
                });
            }
        });
        Self { address, received, ended_connections, _serving: serving }
    }

    pub(crate) fn engine(&self) -> Engine {
        remote(&format!("imap://{}", self.address), b"").unwrap()
    }

    async fn connection_ended(&self) {
        self.ended_connections.acquire().await.unwrap().forget();
    }
}

async fn serve(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite,
    log: &Mutex<String>,
) -> std::io::Result<()> {
    let (reading, mut writing) = tokio::io::split(stream);
    let mut reading = BufReader::new(reading);
    writing.write_all(b"* OK [CAPABILITY IMAP4rev1 SASL-IR ID] TestImapServer\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if reading.read_line(&mut line).await? == 0 {
            writing.write_all(b"* until then\r\n").await?;
            return writing.shutdown().await;
        }
        log.lock().unwrap().push_str(&line);
        let words: Vec<_> = line.split_whitespace().collect();
        match words.as_slice() {
            [tag, "ID", ..] => writing.write_all(format!("{tag} OK done\r\n").as_bytes()).await?,
            [tag, "AUTHENTICATE", ..] => {
                let ok = format!("{tag} OK [CAPABILITY IMAP4rev1 TINY] in\r\n* early\r\n");
                writing.write_all(ok.as_bytes()).await?;
            }
            ["SEND"] => writing.write_all(&pattern(ATTACHMENT_SIZE)).await?,
            ["FLOOD"] => loop {
                writing.write_all(&[b'x'; 16 * 1024]).await?;
            },
            ["RECEIVE"] => {
                let mut attachment = vec![0; ATTACHMENT_SIZE];
                reading.read_exact(&mut attachment).await?;
                let verdict = if attachment == pattern(ATTACHMENT_SIZE) { "whole" } else { "damaged" };
                writing.write_all(format!("{verdict}\r\n").as_bytes()).await?;
            }
            _ => writing.write_all(format!("echo {line}").as_bytes()).await?,
        }
        writing.flush().await?;
    }
}

/// Bytes in which a missing or doubled piece shows.
fn pattern(length: usize) -> Vec<u8> {
    (0..length as u32 / 4).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect()
}

fn remote(url: &str, roots: &[u8]) -> Result<Engine, RemoteError> {
    let master = MasterUser { user: "gate".into(), password: secret("engine-secret") };
    RemoteEngine::new(url, roots, master).map(|engine| Engine::Remote(Arc::new(engine)))
}

async fn signed_in(host: &TestHost) -> Connection {
    let mut client = host.connect(Protocol::Imap, Encryption::Tls).await;
    assert_eq!(imap_login(&mut client, ADA, PASSWORD).await, "l OK [CAPABILITY IMAP4rev1 TINY] Signed in.");
    assert_eq!(client.line().await.unwrap(), "* early");
    client
}

#[tokio::test]
async fn the_engine_hears_the_proven_address_and_never_the_password() {
    let server = TestImapServer::start().await;
    let host = TestHost::with(server.engine(), Limits::default()).await;
    let mut client = signed_in(&host).await;
    assert_eq!(client.ask("over the splice").await.unwrap(), "echo over the splice");
    // `ada@example.com\0gate\0engine-secret`.
    let received = server.received.lock().unwrap().clone();
    assert!(received.contains("YWRhQGV4YW1wbGUuY29tAGdhdGUAZW5naW5lLXNlY3JldA=="), "{received}");
    assert!(received.contains(r#""x-originating-ip" "127.0.0.1""#), "{received}");
    assert!(!received.contains(PASSWORD), "{received}");
}

#[tokio::test]
async fn the_engine_sees_nothing_of_a_failed_sign_in() {
    let server = TestImapServer::start().await;
    let host = TestHost::with(server.engine(), Limits::default()).await;
    let mut client = host.connect(Protocol::Imap, Encryption::Tls).await;
    assert!(imap_login(&mut client, ADA, "Wrong-Horse-77").await.starts_with("l NO [AUTHENTICATIONFAILED]"));
    assert_eq!(*server.received.lock().unwrap(), "");
}

#[tokio::test]
async fn a_changed_password_closes_both_sides() {
    let server = TestImapServer::start().await;
    let host = TestHost::with(server.engine(), Limits::default()).await;
    let mut idle = signed_in(&host).await;
    let mut stuck = signed_in(&host).await;
    stuck.send("FLOOD\r\n").await.unwrap();
    assert!(stuck.wait_readable().await.unwrap() > 0);
    let receipt = host.reset().await;
    assert_eq!(receipt.ended[&Surface::Imap], 2);
    assert_eq!(idle.drain().await.unwrap(), 0);
    stuck.drain().await.unwrap();
    server.connection_ended().await;
    server.connection_ended().await;
}

#[tokio::test]
async fn much_mail_comes_through_whole_both_ways() {
    let server = TestImapServer::start().await;
    let host = TestHost::with(server.engine(), Limits::default()).await;
    let mut client = signed_in(&host).await;
    client.send("SEND\r\n").await.unwrap();
    assert!(client.bytes(ATTACHMENT_SIZE).await.unwrap() == pattern(ATTACHMENT_SIZE));
    client.send("RECEIVE\r\n").await.unwrap();
    client.send(&pattern(ATTACHMENT_SIZE)).await.unwrap();
    assert_eq!(client.line().await.unwrap(), "whole");
}

#[tokio::test]
async fn an_engine_behind_tls_proves_its_name() {
    let Certificate { config, pem, root: _ } = certificate();
    let server = TestImapServer::with(Some(TlsAcceptor::from(config))).await;
    let url = format!("imaps://localhost:{}", server.address.port());
    let host = TestHost::with(remote(&url, pem.as_bytes()).unwrap(), Limits::default()).await;
    let mut client = signed_in(&host).await;
    client.send("SEND\r\n").await.unwrap();
    assert!(client.bytes(ATTACHMENT_SIZE).await.unwrap() == pattern(ATTACHMENT_SIZE));
    host.reset().await;
    server.connection_ended().await;

    let other = certificate();
    let host = TestHost::with(remote(&url, other.pem.as_bytes()).unwrap(), Limits::default()).await;
    let mut client = host.connect(Protocol::Imap, Encryption::Tls).await;
    assert!(imap_login(&mut client, ADA, PASSWORD).await.starts_with("l NO [UNAVAILABLE]"));
}

#[tokio::test]
async fn a_client_that_hangs_up_on_its_side_hears_the_engine_out() {
    let server = TestImapServer::start().await;
    let host = TestHost::with(server.engine(), Limits::default()).await;
    for encryption in [Encryption::Tls, Encryption::PlainOnLoopback] {
        let mut client = host.connect(Protocol::Imap, encryption).await;
        imap_login(&mut client, ADA, PASSWORD).await;
        client.line_starting("* early").await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(client.line().await.unwrap(), "* until then");
        assert_eq!(client.drain().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn an_engine_that_is_not_there_is_a_temporary_error() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let host = TestHost::with(remote(&format!("imap://{nobody}"), b"").unwrap(), Limits::default()).await;
    let mut client = host.connect(Protocol::Imap, Encryption::Tls).await;
    assert!(imap_login(&mut client, ADA, PASSWORD).await.starts_with("l NO [UNAVAILABLE]"));
    // The next try of the same connection may find it.
    assert!(
        client.ask(&format!("m LOGIN {ADA} {PASSWORD}")).await.unwrap().starts_with("m NO [UNAVAILABLE]")
    );
}

#[tokio::test]
async fn the_webmail_uses_the_same_engine() {
    let server = TestImapServer::start().await;
    for (engine, first, last) in [
        (server.engine(), "* early", "echo from within"),
        (Engine::Local(Arc::new(crate::engine::Echo::ready())), "* imap ada@example.com", "echo from within"),
    ] {
        let host = TestHost::with(engine, Limits::default()).await;
        let attempt = Attempt { authcid: ADA.into(), secret: secret(PASSWORD) };
        let origin = Origin::new([192, 0, 2, 7].into(), Surface::Imap);
        let guard =
            host.authority.sign_in(attempt, &Request::new(origin, Timestamp::now())).await.ok().unwrap();
        let client = "192.0.2.7:50000".parse().unwrap();
        let (stream, capabilities) = host.gate.dial_imap(&guard, client).await.unwrap();
        assert!(capabilities.starts_with("IMAP4rev1"));
        let mut webmail = Connection::over(stream);
        assert_eq!(webmail.line().await.unwrap(), first);
        assert_eq!(webmail.ask("from within").await.unwrap(), last);
    }
}

#[tokio::test]
async fn a_remote_engine_is_asked_for_in_words_that_say_what_is_possible() {
    let wrong = |url: &str| remote(url, b"").err();
    assert_eq!(wrong("127.0.0.1:143"), Some(RemoteError::NotAUrl));
    assert_eq!(wrong("imap://"), Some(RemoteError::NotAUrl));
    assert_eq!(wrong("imap://127.0.0.1:port"), Some(RemoteError::NotAUrl));
    assert_eq!(wrong("imap://192.0.2.1"), Some(RemoteError::PlainInPublic));
    assert_eq!(wrong("imaps://mail.example.com"), Some(RemoteError::Roots));
    assert_eq!(wrong("pop3://127.0.0.1"), Some(RemoteError::Scheme("pop3".into())));
    let engine = remote("imap://[::1]:1143/", b"").unwrap();
    assert!(engine.serves(Protocol::Imap));
    assert!(!engine.serves(Protocol::Pop3) && !engine.serves(Protocol::Smtp));
}

#[tokio::test]
async fn a_remote_engine_is_not_asked_for_what_it_does_not_serve() {
    let server = TestImapServer::start().await;
    let host = TestHost::with(server.engine(), Limits::default()).await;
    let mut pop3 = host.connect(Protocol::Pop3, Encryption::Tls).await;
    pop3.line_starting("+OK").await.unwrap();
    pop3.ask(&format!("USER {ADA}")).await.unwrap();
    assert!(pop3.ask(&format!("PASS {PASSWORD}")).await.unwrap().starts_with("-ERR [SYS/TEMP]"));
}
