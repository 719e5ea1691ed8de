//! The pages on a real socket: the drain, and a browser that says nothing.

use crate::test_host::TestHost;
use postward_web::{Transport, serve};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_server_that_stops_lets_go_of_idle_browsers() {
    let host = TestHost::start().await;
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
