#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that cannot go on should stop")]

use super::extractors::require_owner;
use crate::http::server::{Transport, serve};
use crate::site::Site;
use crate::site::mail_engine::{ImapConnection, MailEngine};
use crate::site::public_url::PublicUrl;
use crate::web_surface::WebSurface;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get};
use futures_util::future::BoxFuture;
use http_body_util::BodyExt as _;
use postward_authority::{
    AccountKind, Actor, Authority, Database, Hashing, MailboxId, Origin, SessionGuard, Settings, SignedIn,
    Surface, Timestamp, Unavailable,
};
use postward_wire::{Address, Attempt, Secret};
use std::io;
use std::pin::pin;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::process::Command;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

const OLD: &str = "Ancient-Lighthouse-7";

/// A store with one mailbox, which is signed in at the panel.
struct TestHost {
    authority: Authority,
    operator: Actor,
    ada: MailboxId,
    /// What its browser sends.
    cookie: String,
}

impl TestHost {
    async fn on(database: Database) -> Self {
        // Nothing here is sealed.
        let mut settings = Settings::on(database, "/nowhere/postward.keys".into());
        settings.hashing = Hashing { memory_kib: 64, passes: 1, ..Hashing::default() };
        let now = Timestamp::now();
        let authority = Authority::open(settings, now).await.unwrap();
        let operator = authority.operator(now).await.unwrap();
        let birch =
            authority.add_account(&operator, None, AccountKind::Customer, "Birch", now).await.unwrap();
        authority.add_domain(&operator, birch, "birch.example", now).await.unwrap();
        let address = Address::parse("ada@birch.example").unwrap();
        let ada = authority.add_mailbox(&operator, &address, Secret::new(OLD.to_owned()), now).await.unwrap();
        let attempt = Attempt { authcid: address.to_string(), secret: Secret::new(OLD.to_owned()) };
        let request =
            postward_authority::Request::new(Origin::new([127, 0, 0, 1].into(), Surface::Panel), now);
        let signed_in = authority.sign_in_browser(attempt, &request).await.ok().unwrap();
        let SignedIn::Session(token, _guard) = signed_in else { panic!("a code is owed") };
        let cookie = format!("postward-panel={}", token.expose());
        Self { authority, operator, ada, cookie }
    }

    /// A page of the panel for who is signed in.
    fn page(&self, path: &str, page: MethodRouter) -> Router {
        let url = PublicUrl::parse("http://127.0.0.1").unwrap();
        let site = Arc::new(Site::new(self.authority.clone(), Arc::new(NoMail), url));
        Router::new()
            .route(path, page)
            .route_layer(from_fn_with_state((site, WebSurface::Panel), require_owner))
    }
}

#[tokio::test]
async fn d7_a_browser_that_does_not_read_cannot_hold_a_password_change_up() {
    let dir = tempfile::tempdir().unwrap();
    let host = TestHost::on(Database::Sqlite(dir.path().join("postward.db"))).await;

    // An answer without end, of which the browser takes the first bytes and then no more.
    let taken = Arc::new(Notify::new());
    let taking = Arc::clone(&taken);
    let endless = futures_util::stream::repeat_with(move || {
        taking.notify_one();
        Ok::<_, io::Error>(Bytes::from_static(&[b'x'; 1024]))
    });
    let body = Arc::new(Mutex::new(Some(Body::from_stream(endless))));
    let page = get(async move || body.lock().unwrap().take().unwrap_or_default());
    let router = host.page("/panel/endless", page);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut deaf = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, Transport::Plain, router, stop.clone()));
    let cookie = &host.cookie;
    let asked = format!("GET /panel/endless HTTP/1.1\r\nHost: m.example\r\nCookie: {cookie}\r\n\r\n");
    deaf.write_all(asked.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    deaf.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    // Each byte it sends wakes the connection once more, until its buffers are full to the brim.
    for byte in b"GET / HTTP" {
        deaf.write_all(&[*byte]).await.unwrap();
        while tokio::time::timeout(Duration::from_millis(100), taken.notified()).await.is_ok() {}
    }

    let (new, now) = (Secret::new("Fresh-Harbour-Breeze-9".to_owned()), Timestamp::now());
    let reset = host.authority.reset(&host.operator, host.ada, new, now);
    tokio::time::timeout(Duration::from_secs(8), reset).await.expect("it does not wait").unwrap();
    // What waited in the kernel went with the session: the browser has what its own machine took, and then a reset.
    let broken = deaf.read_to_end(&mut Vec::new()).await.expect_err("a reset");
    assert_eq!(broken.kind(), io::ErrorKind::ConnectionReset);

    stop.cancel();
    serving.await.unwrap();
}

/// What the kernel has taken of an answer that is over nobody can take back, so it takes little.
#[tokio::test]
async fn d7_a_browser_that_reads_slowly_gets_no_long_answer_after_a_password_change() {
    const LONG: usize = 1024 * 1024;
    let dir = tempfile::tempdir().unwrap();
    let host = TestHost::on(Database::Sqlite(dir.path().join("postward.db"))).await;
    let router = host.page("/panel/long", get(async || vec![b'x'; LONG]));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = TcpSocket::new_v4().unwrap();
    slow.set_recv_buffer_size(4 * 1024).unwrap();
    let mut slow = slow.connect(listener.local_addr().unwrap()).await.unwrap();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, Transport::Plain, router, stop.clone()));
    let cookie = &host.cookie;
    let asked = format!("GET /panel/long HTTP/1.1\r\nHost: m.example\r\nCookie: {cookie}\r\n\r\n");
    slow.write_all(asked.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    slow.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    // The server has had all the time it could want to hand the answer on.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (new, now) = (Secret::new("Fresh-Harbour-Breeze-9".to_owned()), Timestamp::now());
    host.authority.reset(&host.operator, host.ada, new, now).await.unwrap();
    let mut rest = Vec::new();
    let broken = slow.read_to_end(&mut rest).await.expect_err("a reset");
    assert_eq!(broken.kind(), io::ErrorKind::ConnectionReset);
    assert!(rest.len() < LONG / 4, "{} bytes came after the change", rest.len());
    stop.cancel();
    serving.await.unwrap();
}

/// Invariant 1: a node that cannot hear of changes hands nothing on, neither what a page is about to do nor what it
/// has already begun to say.
#[tokio::test]
async fn a_frozen_node_lets_no_page_go_on_until_the_store_is_back() {
    let Ok(url) = std::env::var("POSTWARD_TEST_PG") else {
        assert!(std::env::var("CI").is_err(), "CI runs every test on PostgreSQL too");
        return;
    };
    let (server, parameters) = url.split_once('?').unwrap();
    let name = format!("web_frozen_{}", std::process::id());
    let made = Command::new("psql").args([&url, "-qc", &format!("CREATE DATABASE {name}")]).status();
    assert!(made.await.unwrap().success());
    let url = format!("{}/{name}?{parameters}", server.rsplit_once('/').unwrap().0);
    let host = TestHost::on(Database::Postgres(url.clone())).await;
    let stop = CancellationToken::new();
    let watching = {
        let (authority, stop) = (host.authority.clone(), stop.clone());
        tokio::spawn(async move { authority.run_sweep(Timestamp::now, stop).await })
    };

    // One page has begun to answer, another is at work.
    let endless = || {
        let pieces = futures_util::stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(b"mail")));
        Body::from_stream(pieces)
    };
    let ask = async |page: MethodRouter| {
        let request = Request::builder().uri("/panel/page").header("cookie", &host.cookie);
        let router = host.page("/panel/page", page);
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    };
    let mut answer = ask(get(async move || endless())).await.into_body();
    assert!(answer.frame().await.unwrap().is_ok());
    let (at_work, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (working, told) = (Arc::clone(&at_work), Arc::clone(&go_on));
    let mut work = pin!(ask(get(async move || {
        working.notify_one();
        told.notified().await;
    })));
    tokio::select! {
        _ = &mut work => panic!("it has not been told to go on"),
        () = at_work.notified() => {}
    }

    // The store stands still, as far as sessions are concerned.
    let mut lock = Command::new("psql").args([&url, "-q"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut locking = lock.stdin.take().unwrap();
    locking.write_all(b"BEGIN; LOCK TABLE session IN ACCESS EXCLUSIVE MODE;\n").await.unwrap();
    while !matches!(host.authority.ready().await, Err(Unavailable::Frozen)) {
        tokio::task::yield_now().await;
    }
    go_on.notify_one();
    let a_while = Duration::from_millis(300);
    assert!(tokio::time::timeout(a_while, answer.frame()).await.is_err(), "mail flowed");
    assert!(tokio::time::timeout(a_while, &mut work).await.is_err(), "a page went on");

    drop(locking);
    assert!(lock.wait().await.unwrap().success());
    assert!(answer.frame().await.unwrap().is_ok());
    assert_eq!(work.await.status(), 200);
    stop.cancel();
    watching.await.unwrap();
}

struct NoMail;

impl MailEngine for NoMail {
    fn imap<'a>(&'a self, _: &'a SessionGuard) -> BoxFuture<'a, io::Result<ImapConnection>> {
        Box::pin(async { Err(io::ErrorKind::NotConnected.into()) })
    }
}
