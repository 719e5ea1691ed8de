//! A node that loses the store serves nothing until the store is back.

use crate::engine::Echo;
use crate::remote_imap::TestImapServer;
use crate::test_host::{ADA, PASSWORD, TestHost, imap_login, skip};
use postward_authority::{Database, Timestamp, Unavailable};
use postward_gate::{Encryption, Engine, Limits};
use postward_testclient::Connection;
use postward_wire::Protocol;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Long enough for an answer that is not held back.
const A_WHILE: Duration = Duration::from_millis(500);

/// The way to PostgreSQL, which can be closed.
struct Relay {
    port: u16,
    open: watch::Sender<bool>,
    _copying: JoinSet<()>,
}

impl Relay {
    async fn to(socket: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let open = watch::Sender::new(true);
        let gate = open.clone();
        let mut copying = JoinSet::new();
        copying.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (up, down) = client.into_split();
                let (answers, questions) = UnixStream::connect(&socket).await.unwrap().into_split();
                connections.spawn(copy(up, questions, gate.subscribe()));
                connections.spawn(copy(answers, down, gate.subscribe()));
            }
        });
        Self { port, open, _copying: copying }
    }
}

async fn copy(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut open: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if open.wait_for(|open| *open).await.is_err() {
            return;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

/// A database of its own in the PostgreSQL that `./test` has started. Nothing where there is none, except on CI.
async fn database(name: &str) -> Option<(Relay, Database)> {
    let Ok(url) = std::env::var("POSTWARD_TEST_PG") else {
        skip("POSTWARD_TEST_PG is not set (run ./test)");
        return None;
    };
    let name = format!("gate_{name}_{}", std::process::id());
    let made = Command::new("psql").args([&url, "-qc", &format!("CREATE DATABASE {name}")]).status();
    assert!(made.unwrap().success());
    let folder = url.split_once("host=").unwrap().1;
    let relay = Relay::to(format!("{folder}/.s.PGSQL.5432")).await;
    let url = format!("postgres://postward@127.0.0.1:{}/{name}?sslmode=disable", relay.port);
    Some((relay, Database::Postgres(url)))
}

async fn frozen(host: &TestHost) {
    loop {
        // While the store is away and the lease still holds, there is no answer at all.
        let ready = timeout(Duration::from_millis(50), host.authority.ready()).await;
        if matches!(ready, Ok(Err(Unavailable::Frozen))) {
            return;
        }
    }
}

async fn a_frozen_node_serves_nothing(name: &str, engine: Engine) {
    let Some((relay, database)) = database(name).await else {
        return;
    };
    let host = TestHost::on(database, engine, Limits::default()).await;
    let watching = host.authority.clone();
    let mut watch = JoinSet::new();
    let stop = host.stop.clone();
    watch.spawn(async move { watching.run_sweep(Timestamp::now, stop).await });

    let mut session = host.connect(Protocol::Imap, Encryption::Tls).await;
    assert!(imap_login(&mut session, ADA, PASSWORD).await.starts_with("l OK"));
    session.line_starting("* ").await.unwrap();
    assert_eq!(session.ask("before").await.unwrap(), "echo before");

    relay.open.send_replace(false);
    frozen(&host).await;
    session.send("while frozen\r\n").await.unwrap();
    assert!(timeout(A_WHILE, session.line()).await.is_err());
    let mut newest: Connection = host.connect(Protocol::Imap, Encryption::Tls).await;
    assert!(imap_login(&mut newest, ADA, PASSWORD).await.starts_with("l NO [UNAVAILABLE]"));

    relay.open.send_replace(true);
    assert_eq!(session.line().await.unwrap(), "echo while frozen");
    assert_eq!(session.ask("after").await.unwrap(), "echo after");
}

#[tokio::test]
async fn a_frozen_node_serves_nothing_of_the_built_in_engine() {
    a_frozen_node_serves_nothing("local", Engine::Local(Arc::new(Echo::ready()))).await;
}

#[tokio::test]
async fn a_frozen_node_serves_nothing_of_a_remote_engine() {
    let server = TestImapServer::start().await;
    a_frozen_node_serves_nothing("remote", server.engine()).await;
}
