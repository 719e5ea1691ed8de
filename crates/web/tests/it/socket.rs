//! The pages on a real socket: the drain, and a browser that says nothing.

use crate::host::{Host, NEW, OLD, now};
use postward_web::{Transport, serve};
use postward_wire::Secret;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_server_that_stops_lets_go_of_idle_browsers() {
    let host = Host::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, Transport::Plain, host.router.clone(), stop.clone()));

    let mut busy = TcpStream::connect(address).await.unwrap();
    busy.write_all(b"GET /healthz HTTP/1.1\r\nHost: mail.example\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 12];
    busy.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 200");
    let _silent = TcpStream::connect(address).await.unwrap();

    stop.cancel();
    tokio::time::timeout(Duration::from_secs(8), serving).await.expect("it stops").unwrap();
}

#[tokio::test]
async fn a_browser_that_does_not_read_cannot_hold_a_password_change_up() {
    let host = Host::start().await;
    let panel = host.owner("ada@birch.example", OLD).await;
    let token = panel.cookies.get("postward-panel").expect("a cookie").clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, Transport::Plain, host.router.clone(), stop.clone()));

    // Pages are asked for until nothing more can be sent, because no answer is taken.
    let mut deaf = TcpStream::connect(address).await.unwrap();
    let page =
        format!("GET /panel/password HTTP/1.1\r\nHost: m.example\r\nCookie: postward-panel={token}\r\n\r\n");
    let asked = page.repeat(64);
    while let Ok(sent) = tokio::time::timeout(Duration::from_secs(2), deaf.write_all(asked.as_bytes())).await
    {
        sent.unwrap();
    }

    let new = Secret::new(NEW.to_owned());
    let reset = host.authority.reset(&host.operator, host.ada, new, now());
    tokio::time::timeout(Duration::from_secs(8), reset).await.expect("it does not wait").unwrap();
    stop.cancel();
    serving.await.unwrap();
}
