#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use super::*;
use crate::engine::{ImapConnection, MailEngine};
use crate::serve::{Transport, serve};
use crate::site::PublicUrl;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use postward_authority::directory::AccountKind;
use postward_authority::hasher::Hashing;
use postward_authority::{Authority, Database, Origin, Settings, Timestamp};
use postward_wire::{Address, Attempt, Secret};
use std::io;
use std::sync::Mutex;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

const OLD: &str = "Ancient-Lighthouse-7";

#[test]
fn a_sign_in_leads_into_its_own_surface() {
    let check = |next: &str, expected: &str| {
        assert_eq!(after_sign_in(Surface::Dashboard, next), expected, "{next:?}");
    };
    check("/dashboard/audit", "/dashboard/audit");
    check("/dashboard?x=y", "/dashboard?x=y");
    check("/dashboard/sign-in", "/dashboard/mailboxes");
    check("/dashboards", "/dashboard/mailboxes");
    check("/webmail", "/dashboard/mailboxes");
    check("//evil.example/dashboard", "/dashboard/mailboxes");
    check("", "/dashboard/mailboxes");
}

#[tokio::test]
async fn d7_a_browser_that_does_not_read_cannot_hold_a_password_change_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = Settings::on(Database::Sqlite(dir.path().join("postward.db")));
    settings.hashing = Hashing { memory_kib: 64, passes: 1, ..Hashing::default() };
    let now = Timestamp::now();
    let authority = Authority::open(settings, now).await.unwrap();
    let operator = authority.operator(now).await.unwrap();
    let birch = authority.add_account(&operator, None, AccountKind::Customer, "Birch", now).await.unwrap();
    authority.add_domain(&operator, birch, "birch.example", now).await.unwrap();
    let address = Address::parse("ada@birch.example").unwrap();
    let ada = authority.add_mailbox(&operator, &address, Secret::new(OLD.to_owned()), now).await.unwrap();
    let attempt = Attempt { authcid: address.to_string(), secret: Secret::new(OLD.to_owned()) };
    let origin = Origin::new([127, 0, 0, 1].into(), Surface::Panel);
    let (token, guard) = authority.sign_in_browser(attempt, origin, now).await.ok().unwrap();
    drop(guard);

    // An answer without end, of which the browser takes the first bytes and then no more.
    let url = PublicUrl::parse("http://127.0.0.1").unwrap();
    let site = Arc::new(Site::new(authority.clone(), Arc::new(NoMail), url));
    let taken = Arc::new(Notify::new());
    let taking = Arc::clone(&taken);
    let endless = futures_util::stream::repeat_with(move || {
        taking.notify_one();
        Ok::<_, io::Error>(Bytes::from_static(&[b'x'; 1024]))
    });
    let body = Arc::new(Mutex::new(Some(Body::from_stream(endless))));
    let router = Router::new()
        .route("/panel/endless", get(async move || body.lock().unwrap().take().unwrap_or_default()))
        .route_layer(from_fn_with_state((site, Surface::Panel), owner));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut deaf = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, Transport::Plain, router, stop.clone()));
    let cookie = format!("postward-panel={}", token.expose());
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

    let reset = authority.reset(&operator, ada, Secret::new("Fresh-Harbour-Breeze-9".to_owned()), now);
    tokio::time::timeout(Duration::from_secs(8), reset).await.expect("it does not wait").unwrap();
    // What waited in the kernel went with the session: the browser has what its own machine took, and then a reset.
    let broken = deaf.read_to_end(&mut Vec::new()).await.expect_err("a reset");
    assert_eq!(broken.kind(), io::ErrorKind::ConnectionReset);

    stop.cancel();
    serving.await.unwrap();
}

struct NoMail;

impl MailEngine for NoMail {
    fn imap<'a>(&'a self, _: &'a SessionGuard) -> BoxFuture<'a, io::Result<ImapConnection>> {
        Box::pin(async { Err(io::ErrorKind::NotConnected.into()) })
    }
}
