#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn throttle() -> Throttle {
    Throttle::new(Limits { per_mailbox: 3, per_network: 8, ..Limits::default() }, at(0))
}

/// What came of a try, as the tests compare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Verified,
    VerifiedAfter(Duration),
    WrongBefore(Wrong),
    TooMany,
}
use Came::{TooMany, Verified, VerifiedAfter};

/// A stranger's try with password number `n`, found wrong if it was verified at all.
fn wrong(throttle: &Throttle, login: &str, network: &str, n: u128) -> Came {
    guess(throttle, a_try(login, network, n), 1)
}

fn a_try(login: &str, network: &str, n: u128) -> Try {
    Try { login: login.to_owned(), network: network.to_owned(), known: false, counted: n, remembered: n }
}

fn guess(throttle: &Throttle, this: Try, second: i64) -> Came {
    match throttle.reserve(this, at(second)) {
        Verdict::Verify(reservation) => {
            let wait = reservation.wait;
            reservation.wrong(Wrong::Plain);
            if wait.is_zero() { Verified } else { VerifiedAfter(wait) }
        }
        Verdict::WrongBefore(wrong) => Came::WrongBefore(wrong),
        Verdict::TooMany => TooMany,
    }
}

#[test]
fn guessing_at_one_mailbox_from_one_network_soon_ends() {
    let throttle = throttle();
    for n in 0..3 {
        assert_eq!(wrong(&throttle, "a@x.example", "net1", n), Verified);
    }
    assert_eq!(wrong(&throttle, "a@x.example", "net1", 3), TooMany);
    // The owner, elsewhere, does not notice.
    assert_eq!(wrong(&throttle, "a@x.example", "net2", 100), Verified);
}

#[test]
fn spraying_many_mailboxes_from_one_network_soon_ends_too() {
    let throttle = throttle();
    let came: Vec<_> = (0..10).map(|n| wrong(&throttle, &format!("m{n}@x.example"), "net1", n)).collect();
    assert_eq!(came.iter().filter(|came| **came == Verified).count(), 8);
    assert_eq!(came[9], TooMany);
}

#[test]
fn the_owner_gets_in_past_a_neighbours_guessing() {
    let throttle = throttle();
    for n in 0..20 {
        wrong(&throttle, "a@x.example", "net1", n);
    }
    let owner = |n| Try { known: true, ..a_try("a@x.example", "net1", n) };
    let Verdict::Verify(under_way) = throttle.reserve(owner(50), at(1)) else {
        panic!("the owner was turned away")
    };
    assert!(under_way.beyond && under_way.wait == throttle.limits().besieged_wait);
    // One at a time, and whoever hangs up makes room.
    assert_eq!(guess(&throttle, owner(51), 1), TooMany);
    drop(under_way);
    assert_eq!(guess(&throttle, owner(51), 1), VerifiedAfter(throttle.limits().besieged_wait));
    // What is learnt beyond the limits is not remembered: the next time sounds like the first.
    assert_eq!(guess(&throttle, owner(51), 1), VerifiedAfter(throttle.limits().besieged_wait));
}

#[test]
fn a_phone_repeating_one_stale_password_counts_once_and_costs_no_hash() {
    let throttle = throttle();
    assert_eq!(wrong(&throttle, "a@x.example", "net1", 1), Verified);
    for _ in 0..1_000 {
        assert_eq!(wrong(&throttle, "a@x.example", "net1", 1), Came::WrongBefore(Wrong::Plain));
    }
    assert_eq!(wrong(&throttle, "a@x.example", "net1", 2), Verified);
}

#[test]
fn tries_in_flight_are_counted_before_they_are_verified() {
    let throttle = throttle();
    let reserve = |n| match throttle.reserve(a_try("a@x.example", "net1", n), at(1)) {
        Verdict::Verify(reservation) => Some(reservation),
        Verdict::WrongBefore(_) | Verdict::TooMany => None,
    };
    let (first, second, third) = (reserve(1), reserve(2), reserve(3));
    assert!(first.is_some() && second.is_some() && third.is_some());
    assert!(reserve(4).is_none());
    // The second one turns out to be right: its place is free again.
    second.unwrap().right();
    assert!(reserve(5).is_some());
}

#[test]
fn a_besieged_mailbox_makes_strangers_wait_and_never_its_owner() {
    let throttle = throttle();
    for n in 0..30 {
        assert_eq!(wrong(&throttle, "a@x.example", &format!("net{n}"), n), Verified);
    }
    let wait = throttle.limits().besieged_wait;
    assert_eq!(wrong(&throttle, "a@x.example", "new", 31), VerifiedAfter(wait));
    let owner = Try { known: true, ..a_try("a@x.example", "home", 99) };
    assert_eq!(guess(&throttle, owner, 1), Verified);
}

#[test]
fn wrong_tries_are_forgotten_in_time() {
    let throttle = throttle();
    for n in 0..3 {
        wrong(&throttle, "a@x.example", "net1", n);
    }
    let later = |n, second| guess(&throttle, a_try("a@x.example", "net1", n), second);
    assert_eq!(later(7, 600), TooMany);
    assert_eq!(later(8, 601), Verified);
    // And the clock set back locks nobody out for longer.
    assert_eq!(later(9, 1), Verified);
}

#[test]
fn memory_stays_flat_under_a_flood_of_made_up_names() {
    let throttle = Throttle::new(Limits::default(), at(0));
    for n in 0..200_000u128 {
        wrong(&throttle, &format!("{n}@x.example"), &format!("{n}/24"), n);
    }
    let memory = throttle.memory();
    assert!(memory.wrong.young.len() + memory.wrong.old.len() <= 2 * Throttle::KEYS_AT_MOST);
    assert!(memory.by_mailbox.young.len() + memory.by_mailbox.old.len() <= 2 * Throttle::KEYS_AT_MOST);
}
