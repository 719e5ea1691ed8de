//! Invariant 3: whatever kills the process, the password is the old one or the new one, whole; and acknowledged means
//! new.

use crate::soak::rounds;
use crate::test_host::{TestHost, finish, postward};
use postward_authority::{
    Authority, Database, Hashing, Origin, Request, Settings, Surface, ThrottleLimits, Timestamp,
};
use postward_wire::{Attempt, Refusal, Secret};
use rand::RngExt;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

/// Kills of the command that changes a password, spread over the whole of it, and of a server that does.
const COMMANDS: usize = 100;
const SERVERS: usize = 5;
const ADDRESS: &str = "ada@birch.example";

/// How a run ended for whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Receipt,
    Nothing,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_killed_leaves_the_old_password_or_the_new_one() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("host");
    let run = async |arguments: &[&str], stdin: &str| {
        let output = finish(postward(arguments, &dir), stdin).await;
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let mut current = "Password-Number-0".to_owned();
    run(&["init", "--hostname", "localhost", "--owner", "owner@birch.example"], &current).await;
    run(&["domain", "add", "birch.example"], "").await;
    run(&["mailbox", "add", ADDRESS], &current).await;
    current = "Password-Number-1st".to_owned();
    let begun = Instant::now();
    run(&["mailbox", "passwd", ADDRESS, "--json"], &current).await;
    let whole = begun.elapsed();

    let (mut old, mut new) = (0, 0);
    for number in 1..=rounds("a command killed while it changes a password", COMMANDS, 1_000) {
        let next = format!("Password-Number-{number}");
        let after = whole.mul_f64(rand::rng().random_range(0.0..1.2));
        let answer = change_and_kill(&dir, &next, after).await;
        let authority = open(&dir).await;
        let (opens_old, opens_new) = (opens(&authority, &current).await, opens(&authority, &next).await);
        authority.shut_down().await;
        assert!(opens_old != opens_new, "run {number}: old {opens_old}, new {opens_new}, answer {answer:?}");
        assert!(opens_new || answer == Answer::Nothing, "run {number}: acknowledged, and the old one opens");
        if opens_new {
            new += 1;
            current = next;
        } else {
            old += 1;
        }
    }
    assert!(
        old > 0 && new > 0,
        "{old} times the old one, {new} times the new one: the kills missed the change"
    );
}

async fn change_and_kill(dir: &Path, password: &str, after: Duration) -> Answer {
    let mut child = postward(&["mailbox", "passwd", ADDRESS, "--json"], dir).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{password}\n").as_bytes()).await.unwrap();
    // The moment of death is the point of the test, not a way to wait for something.
    tokio::time::sleep(after).await;
    drop(child.start_kill());
    let output = child.wait_with_output().await.unwrap();
    if output.stdout.ends_with(b"}\n") { Answer::Receipt } else { Answer::Nothing }
}

/// The store of a host that does not run.
pub(crate) async fn open(dir: &Path) -> Authority {
    let mut settings = Settings::on(Database::Sqlite(dir.join("postward.db")), dir.join("postward.keys"));
    settings.hashing = Hashing { memory_kib: 8, passes: 1, ..Hashing::default() };
    settings.throttle = ThrottleLimits { refusal_after: Duration::ZERO, ..ThrottleLimits::default() };
    Authority::open(settings, Timestamp::now()).await.unwrap()
}

async fn opens(authority: &Authority, password: &str) -> bool {
    let attempt = Attempt { authcid: ADDRESS.to_owned(), secret: Secret::new(password.to_owned()) };
    let origin = Origin::new([127, 0, 0, 1].into(), Surface::Imap);
    match authority.sign_in(attempt, &Request::new(origin, Timestamp::now())).await {
        Ok(_) => true,
        Err(Refusal::Rejected) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_forgets_no_change_it_has_acknowledged() {
    let mut host = TestHost::start().await;
    let (address, mut current) = host.mailbox(0);
    let change = async |host: &TestHost, password: &str| {
        let receipt = host.passwd(&address, password).await;
        assert_eq!(receipt["address"], address.as_str());
    };
    for round in 0..rounds("a server killed while passwords change", SERVERS, 100) {
        let (mut asked, mut acknowledged) = (vec![current.clone()], 0);
        let until = Instant::now() + Duration::from_millis(rand::rng().random_range(50..400));
        while Instant::now() < until {
            asked.push(format!("Round-{round}-Change-{}", asked.len()));
            change(&host, &asked[asked.len() - 1]).await;
            acknowledged = asked.len() - 1;
        }
        // One more is on its way when the server dies.
        let last = format!("Round-{round}-Change-{}", asked.len());
        let mut child = postward(&["mailbox", "passwd", &address, "--json"], &host.dir()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(format!("{last}\n").as_bytes()).await.unwrap();
        asked.push(last);
        tokio::time::sleep(Duration::from_millis(rand::rng().random_range(0..60))).await;
        host.kill().await;
        drop(child.kill().await);
        host = host.start_again().await;
        let mut opening = Vec::new();
        for (number, password) in asked.iter().enumerate() {
            if host.opens(&address, password).await {
                opening.push(number);
            }
        }
        assert_eq!(
            opening.len(),
            1,
            "round {round}: exactly one of {} passwords opens: {opening:?}",
            asked.len()
        );
        assert!(
            opening[0] >= acknowledged,
            "round {round}: {acknowledged} was acknowledged, {} opens",
            opening[0]
        );
        current.clone_from(&asked[opening[0]]);
    }
}
