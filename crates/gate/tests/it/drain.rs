//! What happens to open sessions when the server goes down.

use crate::test_host::TestHost;
use postward_gate::{Encryption, Limits};
use postward_wire::Protocol;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

async fn all_served(host: &mut TestHost) {
    while let Some(ended) = host.serving.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test]
async fn sessions_and_connections_before_sign_in_are_told_of_the_shutdown() {
    let mut host = TestHost::new().await;
    let mut session = host.session().await;
    let mut pre_auth = host.connect(Protocol::Imap, Encryption::StartTls).await;
    pre_auth.line_starting("* OK").await.unwrap();
    host.stop.cancel();
    assert_eq!(session.line().await.unwrap(), "* BYE");
    assert!(pre_auth.line().await.unwrap().starts_with("* BYE [UNAVAILABLE]"));
    all_served(&mut host).await;
    assert!(TcpStream::connect(host.address(Protocol::Imap, Encryption::Tls)).await.is_err());
}

#[tokio::test]
async fn whoever_does_not_come_to_an_end_is_cut_off() {
    let limits = Limits { drain: Duration::from_millis(100), ..Limits::default() };
    let mut host = TestHost::limited(limits).await;
    let mut session = host.session().await;
    assert_eq!(session.ask("HANG").await.unwrap(), "* hanging");
    host.stop.cancel();
    timeout(Duration::from_secs(10), all_served(&mut host)).await.expect("an end in time");
    assert_eq!(session.drain().await.unwrap(), 0);
}
