//! Invariant 3: whatever kills the process, the password is the old one or the new one, whole; and acknowledged means
//! new.

use crate::house::{House, finish, postward};
use postward_authority::hasher::Hashing;
use postward_authority::{Authority, Database, Notice, Origin, Settings, Surface, Timestamp, throttle};
use postward_wire::{Address, Attempt, Refusal, Secret};
use rand::RngExt;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

const RUNS: usize = 200;
const ADDRESS: &str = "ada@birch.example";
/// Kills of a server that redeems a recovery code.
const ROUNDS: usize = 30;

/// How a run ended for whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
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
    for number in 1..=RUNS {
        let next = format!("Password-Number-{number}");
        let after = whole.mul_f64(rand::rng().random_range(0.0..1.2));
        let heard = change_and_kill(&dir, &next, after).await;
        let authority = open(&dir).await;
        let (opens_old, opens_new) = (opens(&authority, &current).await, opens(&authority, &next).await);
        authority.shut_down().await;
        assert!(opens_old != opens_new, "run {number}: old {opens_old}, new {opens_new}, heard {heard:?}");
        assert!(opens_new || heard == Heard::Nothing, "run {number}: acknowledged, and the old one opens");
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

async fn change_and_kill(dir: &Path, password: &str, after: Duration) -> Heard {
    let mut child = postward(&["mailbox", "passwd", ADDRESS, "--json"], dir).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{password}\n").as_bytes()).await.unwrap();
    // The moment of death is the point of the test, not a way to wait for something.
    tokio::time::sleep(after).await;
    drop(child.start_kill());
    let output = child.wait_with_output().await.unwrap();
    if output.stdout.ends_with(b"}\n") { Heard::Receipt } else { Heard::Nothing }
}

async fn open(dir: &Path) -> Authority {
    let mut settings = Settings::on(Database::Sqlite(dir.join("postward.db")), dir.join("postward.keys"));
    settings.hashing = Hashing { memory_kib: 8, passes: 1, ..Hashing::default() };
    settings.throttle = throttle::Limits { refusal_after: Duration::ZERO, ..throttle::Limits::default() };
    Authority::open(settings, Timestamp::now()).await.unwrap()
}

async fn opens(authority: &Authority, password: &str) -> bool {
    let attempt = Attempt { authcid: ADDRESS.to_owned(), secret: Secret::new(password.to_owned()) };
    let origin = Origin::new([127, 0, 0, 1].into(), Surface::Imap);
    match authority.sign_in(attempt, origin, Timestamp::now()).await {
        Ok(_) => true,
        Err(Refusal::Rejected) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_forgets_no_change_it_has_acknowledged() {
    let mut house = House::start().await;
    let (address, mut current) = house.mailbox(0);
    let change = async |house: &House, password: &str| {
        let receipt = house.passwd(&address, password).await;
        assert_eq!(receipt["address"], address.as_str());
    };
    for round in 0..5 {
        let (mut asked, mut acknowledged) = (vec![current.clone()], 0);
        let until = Instant::now() + Duration::from_millis(rand::rng().random_range(50..400));
        while Instant::now() < until {
            asked.push(format!("Round-{round}-Change-{}", asked.len()));
            change(&house, &asked[asked.len() - 1]).await;
            acknowledged = asked.len() - 1;
        }
        // One more is on its way when the server dies.
        let last = format!("Round-{round}-Change-{}", asked.len());
        let mut child = postward(&["mailbox", "passwd", &address, "--json"], &house.dir()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(format!("{last}\n").as_bytes()).await.unwrap();
        asked.push(last);
        tokio::time::sleep(Duration::from_millis(rand::rng().random_range(0..60))).await;
        house.kill().await;
        drop(child.kill().await);
        house = house.start_again().await;
        let mut opening = Vec::new();
        for (number, password) in asked.iter().enumerate() {
            if house.opens(&address, password).await {
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

/// A recovery code is spent and the password set, or neither, wherever in between the server dies. The letter that tells of it
/// stands and falls with them, and so does the second factor that goes off.
#[tokio::test(flavor = "multi_thread")]
async fn r1_a_server_that_is_killed_has_spent_the_recovery_code_and_set_the_password_or_neither() {
    let mut house = House::start().await;
    let (address, mut current) = house.mailbox(0);
    let (mut spent, mut untouched) = (0, 0);
    // How long the act takes: the first is let alone.
    let mut whole = None;
    for round in 0..=ROUNDS {
        house.kill().await;
        let authority = open(&house.dir()).await;
        let operator = authority.operator(Timestamp::now()).await.unwrap();
        let parsed = Address::parse(&address).unwrap();
        let mailbox = authority.mailbox_by_address(&operator, &parsed).await.unwrap();
        let code = authority.issue_recovery_code(&operator, mailbox.id, Timestamp::now()).await.unwrap();
        authority.shut_down().await;
        house = house.start_again().await;

        let next = format!("Recovered-Number-{round}");
        let mut browser = house.browser();
        let mut asked = tokio::spawn({
            let (address, code, next) = (address.clone(), code.expose().to_owned(), next.clone());
            async move {
                let fields = [
                    ("by", "code"),
                    ("address", &address),
                    ("recovery_code", &code),
                    ("password", &next),
                    ("password_again", &next),
                ];
                browser.post("/webmail/password-reset", &fields).await.is_ok_and(|page| page.status == 303)
            }
        });
        let (begun, longest) = (Instant::now(), Duration::from_secs(60));
        let after =
            whole.map_or(longest, |whole: Duration| whole.mul_f64(rand::rng().random_range(0.0..1.2)));
        let acknowledged = match tokio::time::timeout(after, &mut asked).await {
            Ok(answered) => {
                whole.get_or_insert_with(|| begun.elapsed());
                answered.unwrap()
            }
            Err(_) => {
                house.kill().await;
                asked.await.unwrap()
            }
        };
        house.kill().await;
        let authority = open(&house.dir()).await;
        let issued = authority.recovery_code_issued(&operator, mailbox.id).await.unwrap().is_some();
        let with = async |password: &str| {
            let attempt = Attempt { authcid: address.clone(), secret: Secret::new(password.to_owned()) };
            let origin = Origin::new([127, 0, 0, 1].into(), Surface::Imap);
            authority.sign_in(attempt, origin, Timestamp::now()).await.is_ok()
        };
        let (opens_old, opens_new) = (with(&current).await, with(&next).await);
        assert!(opens_old != opens_new, "round {round}: old {opens_old}, new {opens_new}");
        assert_eq!(
            opens_new,
            !issued,
            "round {round}: the code is {}",
            if issued { "alive" } else { "spent" }
        );
        assert!(opens_new || !acknowledged, "round {round}: acknowledged, and the old one opens");
        let mut told = 0;
        let years = Timestamp::now() + jiff::SignedDuration::from_hours(24 * 365);
        for letter in authority.letters_due(years, 1_000).await.unwrap() {
            told += usize::from(letter.notice == Notice::RecoveredByCode);
            authority.letter_sent(letter.id, years).await.unwrap();
        }
        assert!(opens_new || told == 0, "round {round}: told of what did not happen");
        authority.shut_down().await;
        if opens_new {
            spent += 1;
            current = next;
        } else {
            untouched += 1;
        }
        house = house.start_again().await;
    }
    assert!(
        spent > 0 && untouched > 0,
        "{spent} times spent, {untouched} times not: the kills missed the act"
    );
}
