//! Tests of the control socket: a command does the same through a server and on the store, and refusals say why.

#![expect(clippy::unwrap_used, reason = "a test that fails should stop where it fails")]

use super::client::ControlClient;
use super::{Command, NewOwner, Reply, RequestedKind, SecretField, server};
use crate::config::{self, Config};
use crate::data_dir::DataDir;
use crate::open;
use postward_wire::Secret;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A data directory without a server, and its configuration. Hashing is as cheap as it can be.
fn test_host() -> (TempDir, Config) {
    let dir = TempDir::new().unwrap();
    let text = "[passwords]\nargon2_memory_kib = 8\nargon2_passes = 1\n";
    let config = config::parse(&dir.path().join("postward.toml"), text, []).unwrap();
    (dir, config)
}

fn secret(text: &str) -> SecretField {
    SecretField(Secret::new(text.to_owned()))
}

async fn ask(config: &Config, command: Command) -> Result<Reply, String> {
    let client = ControlClient::open(config).await.map_err(|error| error.to_string())?;
    let reply = client.ask(command).await.map_err(|error| error.to_string());
    client.close().await;
    reply
}

/// Adds an account with an owner, a domain and a mailbox.
async fn add_sample_data(config: &Config) {
    let owner = NewOwner { email: "rosa@kiln.example".to_owned(), password: secret("Saffron-Ladder-28") };
    let kind = RequestedKind::Customer;
    let commands = [
        Command::AddAccount { name: "Kiln".to_owned(), kind, parent: None, owner: Some(owner) },
        Command::AddDomain { name: "kiln.example".to_owned(), account: Some("Kiln".to_owned()) },
        Command::AddMailbox { address: "ben@kiln.example".to_owned(), password: secret("Kettle-Margin-61") },
    ];
    for command in commands {
        assert!(matches!(ask(config, command).await, Ok(Reply::Done { .. })));
    }
}

async fn epoch_after_a_new_password(config: &Config, password: &str) -> i64 {
    let command = Command::SetPassword { address: "ben@kiln.example".to_owned(), password: secret(password) };
    let Ok(Reply::Receipt(receipt)) = ask(config, command).await else { panic!("no receipt") };
    assert_eq!(receipt.ended.len(), 5, "every door a mailbox can be signed in at is in the receipt");
    receipt.epoch
}

#[tokio::test]
async fn a_command_does_the_same_with_a_server_and_without() {
    let (_dir, config) = test_host();
    add_sample_data(&config).await;
    let before = epoch_after_a_new_password(&config, "Kettle-Margin-62").await;

    let data = DataDir::at(&config.data);
    let lock = data.lock().unwrap();
    let authority = open::authority(&config).await.unwrap();
    let stop = CancellationToken::new();
    let socket = server::bind(&data.control_socket()).unwrap();
    let running = tokio::spawn(server::serve(socket, authority.clone(), stop.clone()));
    assert_eq!(epoch_after_a_new_password(&config, "Kettle-Margin-63").await, before + 1);
    stop.cancel();
    running.await.unwrap();
    authority.shut_down().await;
    drop(lock);

    assert_eq!(epoch_after_a_new_password(&config, "Kettle-Margin-64").await, before + 2);
}

#[tokio::test(start_paused = true)]
async fn a_directory_somebody_holds_in_silence_is_not_gone_around() {
    let (dir, config) = test_host();
    let _lock = DataDir::at(dir.path()).lock().unwrap();
    let said = ask(&config, Command::Accounts).await.unwrap_err();
    assert!(said.contains("does not answer on"), "{said}");
    assert!(!dir.path().join("postward.db").exists());
}

#[tokio::test]
async fn what_is_refused_says_why_and_changes_nothing() {
    let (_dir, config) = test_host();
    add_sample_data(&config).await;
    let weak = Command::SetPassword { address: "ben@kiln.example".to_owned(), password: secret("short") };
    assert!(ask(&config, weak).await.unwrap_err().contains("12 characters"));
    let unknown_mailbox = Command::Suspend { address: "nobody@kiln.example".to_owned() };
    assert_eq!(
        ask(&config, unknown_mailbox).await.unwrap_err(),
        "There is no mailbox nobody@kiln.example here."
    );
    let unknown_domain =
        Command::AddMailbox { address: "a@else.example".to_owned(), password: secret("Kettle-Margin-61") };
    assert!(ask(&config, unknown_domain).await.is_err());
    assert_eq!(epoch_after_a_new_password(&config, "Kettle-Margin-62").await, 2);
}

#[tokio::test]
async fn nonsense_on_the_socket_is_answered_and_not_repeated() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (dir, config) = test_host();
    let authority = open::authority(&config).await.unwrap();
    let path = dir.path().join("control.sock");
    let stop = CancellationToken::new();
    let running = tokio::spawn(server::serve(server::bind(&path).unwrap(), authority, stop.clone()));
    for line in
        ["{\"command\":\"become-root\",\"password\":\"hunter2-Hunter\"}\n", "\0\n", &"x".repeat(70_000)]
    {
        let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
        // It may hang up before everything is sent.
        let _ = stream.write_all(line.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.contains("hunter2") && !answer.contains("xx"), "{answer}");
    }
    stop.cancel();
    running.await.unwrap();
}
