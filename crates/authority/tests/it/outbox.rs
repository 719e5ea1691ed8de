//! The outbox: every letter in one pair of hands at a time, tried until it is on its way, and never forgotten
//! meanwhile.

use crate::test_host::{TestHost, at, on_both, secret};
use postward_authority::{Authority, Database, Letter, Notice, OUTBOX_LEASE, Settings};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection, SqliteConnection};
use std::path::Path;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const DAY: i64 = 24 * 3_600;

/// Sets so many passwords, each of which is told of in a letter.
async fn write_letters(house: &TestHost, letters: usize) {
    for number in 0..letters {
        let new = secret(&format!("Fresh horse battery {number}"));
        house.authority.reset(&house.operator, house.ada, new, at(2)).await.unwrap();
    }
}

async fn due(authority: &Authority, second: i64) -> Vec<Letter> {
    authority.letters_due(at(second), 1_000).await.unwrap()
}

async fn only_letter(house: &TestHost, second: i64) -> Letter {
    let [letter] = <[Letter; 1]>::try_from(due(&house.authority, second).await).unwrap();
    letter
}

/// Another node of the same store, where there can be one.
async fn neighbour(house: &TestHost) -> Authority {
    match &house.database {
        Database::Sqlite(_) => house.authority.clone(),
        Database::Postgres(_) => {
            let settings = Settings { node: "neighbour".to_owned(), ..house.settings() };
            Authority::open(settings, at(2)).await.unwrap()
        }
    }
}

#[test]
fn a_letter_tells_what_happened_to_whom_and_says_who_did_it() {
    on_both(async |house: TestHost| {
        write_letters(&house, 1).await;
        let letter = only_letter(&house, 3).await;
        assert_eq!((letter.about.as_str(), letter.notice), ("ada@north.example", Notice::PasswordReset));
        assert_eq!((letter.recipient.as_str(), letter.at, letter.tries), ("ada@north.example", at(2), 0));
        assert_eq!(letter.detail["by"], "operator");
    });
}

#[test]
fn two_nodes_and_64_postmen_are_never_handed_the_same_letter() {
    on_both(async |house: TestHost| {
        const LETTERS: usize = 40;
        write_letters(&house, LETTERS).await;
        let nodes = [house.authority.clone(), neighbour(&house).await];
        let mut postmen = JoinSet::new();
        for number in 0..64 {
            let node = nodes[number % 2].clone();
            postmen.spawn(async move { node.letters_due(at(3), 4).await.unwrap() });
        }
        let mut handed: Vec<_> = postmen.join_all().await.into_iter().flatten().map(|l| l.id).collect();
        handed.extend(due(&nodes[1], 3).await.into_iter().map(|letter| letter.id));
        assert_eq!(handed.len(), LETTERS);
        handed.sort_unstable();
        handed.dedup();
        assert_eq!(handed.len(), LETTERS);
    });
}

#[test]
fn a_letter_nobody_was_heard_of_again_is_handed_out_when_its_lease_ends() {
    on_both(async |house: TestHost| {
        write_letters(&house, 1).await;
        let neighbour = neighbour(&house).await;
        let letter = only_letter(&house, 3).await;
        assert!(due(&neighbour, 2 + OUTBOX_LEASE.as_secs()).await.is_empty());
        let again = due(&neighbour, 3 + OUTBOX_LEASE.as_secs()).await;
        assert_eq!(again.iter().map(|letter| letter.id).collect::<Vec<_>>(), [letter.id]);
    });
}

#[test]
fn a_node_that_starts_again_has_its_letters_back_at_once_and_not_those_of_others() {
    on_both(async |house: TestHost| {
        write_letters(&house, 2).await;
        let neighbour = neighbour(&house).await;
        house.authority.letters_due(at(3), 1).await.unwrap();
        neighbour.letters_due(at(3), 1).await.unwrap();
        let shared = matches!(house.database, Database::Postgres(_));
        let expected = if shared { 1 } else { 2 };
        assert_eq!(house.authority.letters_left_behind(at(4)).await.unwrap(), expected);
        assert_eq!(due(&house.authority, 4).await.len() as u64, expected);
    });
}

#[test]
fn a_letter_that_was_sent_is_never_handed_out_again() {
    on_both(async |house: TestHost| {
        write_letters(&house, 1).await;
        let letter = only_letter(&house, 3).await;
        house.authority.letter_sent(letter.id, at(4)).await.unwrap();
        // Whoever was too slow changes nothing.
        house.authority.letter_delayed(letter.id, "too late", at(5)).await.unwrap();
        house.authority.letter_refused(letter.id, "too late", at(5)).await.unwrap();
        house.authority.letters_left_behind(at(6)).await.unwrap();
        assert!(due(&house.authority, 365 * DAY).await.is_empty());
    });
}

#[test]
fn a_letter_that_fails_waits_longer_each_time_and_is_given_up_after_days() {
    on_both(async |house: TestHost| {
        write_letters(&house, 1).await;
        let (mut now, mut tries) = (3, 0);
        while now <= 2 + 5 * DAY {
            let letter = only_letter(&house, now).await;
            assert_eq!(letter.tries, tries);
            house.authority.letter_delayed(letter.id, "451", at(now)).await.unwrap();
            let minutes = [1, 2, 4, 8, 16, 32, 64, 128].get(tries as usize).copied().unwrap_or(240);
            assert!(due(&house.authority, now + minutes * 60 - 1).await.is_empty(), "try {tries}");
            now += minutes * 60;
            tries += 1;
        }
        let letter = only_letter(&house, now).await;
        house.authority.letter_delayed(letter.id, "451", at(now)).await.unwrap();
        assert!(due(&house.authority, now + 365 * DAY).await.is_empty());
    });
}

#[test]
fn a_letter_that_is_refused_for_good_is_given_up_at_once() {
    on_both(async |house: TestHost| {
        write_letters(&house, 1).await;
        let letter = only_letter(&house, 3).await;
        house.authority.letter_refused(letter.id, "550 5.1.1", at(4)).await.unwrap();
        assert!(due(&house.authority, 365 * DAY).await.is_empty());
    });
}

#[test]
fn a_letter_without_a_way_out_waits_as_long_as_it_takes() {
    on_both(async |house: TestHost| {
        write_letters(&house, 1).await;
        for day in [1, 30, 300] {
            let letter = only_letter(&house, day * DAY).await;
            assert_eq!(letter.tries, 0);
            house.authority.letter_waits(letter.id, "no relay", at(day * DAY)).await.unwrap();
        }
    });
}

#[test]
fn r1_a_letter_that_is_nothing_but_an_ended_link_is_given_up_and_one_that_tells_of_something_goes() {
    on_both(async |house: TestHost| {
        write_letters(&house, 1).await;
        write(
            &house.database,
            "INSERT INTO link (id, principal_id, kind, epoch, key_id, digest, made_at, expires_at)
            SELECT 7, principal_id, 'reset', 1, 1, CAST(recipient AS BYTEA), at, at + 3600000 FROM outbox",
        )
        .await;
        write(&house.database, "UPDATE outbox SET link_id = 7, notice = 'reset-link'").await;
        let letter = only_letter(&house, 3).await;
        house.authority.letter_delayed(letter.id, "451", at(3)).await.unwrap();
        assert!(due(&house.authority, 2 + 3_600).await.is_empty());
        assert!(due(&house.authority, 365 * DAY).await.is_empty());
        write(&house.database, "UPDATE outbox SET given_up_at = NULL, notice = 'password-reset'").await;
        let letter = only_letter(&house, 366 * DAY).await;
        assert!(house.authority.link_of(&letter, at(366 * DAY)).await.unwrap().is_none());
    });
}

#[test]
fn a_letter_of_a_newer_version_waits_for_a_node_that_knows_it() {
    on_both(async |house: TestHost| {
        write_letters(&house, 1).await;
        write(&house.database, "UPDATE outbox SET notice = 'from-the-future'").await;
        assert!(due(&house.authority, 3).await.is_empty());
        write(&house.database, "UPDATE outbox SET notice = 'new-place'").await;
        assert_eq!(only_letter(&house, 3 + 60).await.notice, Notice::NewPlace);
    });
}

#[test]
fn letters_that_are_done_with_are_forgotten_after_90_days_and_waiting_ones_never() {
    on_both(async |house: TestHost| {
        write_letters(&house, 3).await;
        let letters = due(&house.authority, 3).await;
        house.authority.letter_sent(letters[0].id, at(4)).await.unwrap();
        house.authority.letter_refused(letters[1].id, "550", at(4)).await.unwrap();
        for (days, expected) in [(89, 3), (91, 1)] {
            tidy(&house.authority, days * DAY).await;
            assert_eq!(rows(&house.database).await, expected, "after {days} days");
        }
    });
}

/// Lets the watch tidy up once, at a moment of the future.
async fn tidy(authority: &Authority, second: i64) {
    let stop = CancellationToken::new();
    // It asks for the time when it tidies, and is told to stop right then: what it has begun it finishes.
    let asked = stop.clone();
    let clock = move || {
        asked.cancel();
        at(second)
    };
    authority.run_sweep(clock, stop).await;
}

async fn rows(database: &Database) -> i64 {
    const SQL: &str = "SELECT COUNT(*) FROM outbox";
    match database {
        Database::Sqlite(path) => sqlx::query_scalar(SQL).fetch_one(&mut sqlite(path).await).await.unwrap(),
        Database::Postgres(url) => sqlx::query_scalar(SQL).fetch_one(&mut postgres(url).await).await.unwrap(),
    }
}

/// Writes into the store past the authority: what another version of it would have written.
async fn write(database: &Database, sql: &'static str) {
    match database {
        Database::Sqlite(path) => drop(sqlite(path).await.execute(sql).await.unwrap()),
        Database::Postgres(url) => drop(postgres(url).await.execute(sql).await.unwrap()),
    }
}

async fn sqlite(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

async fn postgres(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}
