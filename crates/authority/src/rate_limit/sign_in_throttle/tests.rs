#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn throttle() -> Throttle {
    Throttle::new(ThrottleLimits { per_mailbox: 3, per_network: 8, ..ThrottleLimits::default() }, at(0))
}

/// What came of an attempt, as the tests compare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Verified,
    VerifiedAfter(Duration),
    WrongBefore(Wrong),
    TooMany,
}
use Came::{TooMany, Verified, VerifiedAfter};

/// An attempt from an unknown network with password number `n`, found wrong if it was verified at all.
fn wrong(throttle: &Throttle, login: &str, network: &str, n: u128) -> Came {
    guess(throttle, a_try(login, network, n), 1)
}

fn a_try(login: &str, network: &str, n: u128) -> Attempt {
    let (login, network, ip) = (login.to_owned(), network.to_owned(), [192, 0, 2, 66].into());
    Attempt { login, network, ip, known: false, changed: false, counted: n, remembered: n }
}

fn guess(throttle: &Throttle, this: Attempt, second: i64) -> Came {
    match throttle.reserve(this, at(second)) {
        Verdict::Verify(reservation) => {
            let wait = reservation.wait;
            if !reservation.is_admitted(&mut rand::rng()) {
                return TooMany;
            }
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
    let wait = throttle.limits().under_attack_wait;
    // What is learnt beyond the limits is not remembered: the next time sounds like the first.
    for _ in 0..2 {
        assert_eq!(guess(&throttle, neighbour("a@x.example", 51), 1), VerifiedAfter(wait));
    }
    // However many come together, one is looked at: the same guesses cost no more hashes when they are louder.
    for n in 0..5 {
        let tickets: Vec<_> = (100..160)
            .map(|guess| wait_for_the_draw(&throttle, neighbour("a@x.example", n * 60 + guess)))
            .collect();
        assert_eq!(tickets.iter().filter(|ticket| ticket.is_admitted(&mut rand::rng())).count(), 1);
    }
}

/// An attempt from a network the mailbox is known in, which is over its limit there.
fn neighbour(login: &str, n: u128) -> Attempt {
    Attempt { known: true, ..a_try(login, "net1", n) }
}

fn wait_for_the_draw(throttle: &Throttle, this: Attempt) -> Reservation<'_> {
    match throttle.reserve(this, at(1)) {
        Verdict::Verify(reservation) => {
            assert!(reservation.beyond() && reservation.wait == throttle.limits().under_attack_wait);
            reservation
        }
        Verdict::WrongBefore(_) | Verdict::TooMany => panic!("it was given no ticket"),
    }
}

#[test]
fn an_owner_at_an_address_of_its_own_gets_in_at_the_first_try() {
    let throttle = throttle();
    let owner = |n| Attempt { ip: [192, 0, 2, 1].into(), ..neighbour("a@x.example", n) };
    let Verdict::Verify(signed_in) = throttle.reserve(owner(50), at(0)) else {
        panic!("nobody has guessed yet")
    };
    signed_in.right();
    for n in 0..20 {
        wrong(&throttle, "a@x.example", "net1", n);
    }
    let before: Vec<_> =
        (100..160).map(|n| wait_for_the_draw(&throttle, neighbour("a@x.example", n))).collect();
    let owners = wait_for_the_draw(&throttle, owner(51));
    let after: Vec<_> =
        (160..200).map(|n| wait_for_the_draw(&throttle, neighbour("a@x.example", n))).collect();
    let guesses = before.iter().chain(&after).filter(|ticket| ticket.is_admitted(&mut rand::rng()));
    assert_eq!(guesses.count(), 1);
    assert!(owners.is_admitted(&mut rand::rng()));
}

#[test]
fn an_owner_who_shares_its_address_with_a_guesser_gets_in_at_the_second_try() {
    let throttle = throttle();
    for n in 0..20 {
        wrong(&throttle, "a@x.example", "net1", n);
    }
    let mut tries = 0;
    for round in 0u128.. {
        let guesses =
            |from: u128| (from..from + 60).map(|n| neighbour("a@x.example", 1_000 * (round + 1) + n));
        let tickets: Vec<_> = (guesses(0).map(|this| wait_for_the_draw(&throttle, this))).collect();
        let owners = wait_for_the_draw(&throttle, neighbour("a@x.example", 50));
        for ticket in tickets {
            ticket.is_admitted(&mut rand::rng());
        }
        tries += 1;
        if owners.is_admitted(&mut rand::rng()) {
            break;
        }
    }
    assert!(tries <= 2, "{tries}");
    // Its luck is spent with it, and so is the guesser's: who was not admitted only goes before those who come anew.
    let tickets: Vec<_> =
        [50, 2_000].map(|n| wait_for_the_draw(&throttle, neighbour("a@x.example", n))).into();
    assert_eq!(tickets.iter().filter(|ticket| ticket.is_admitted(&mut rand::rng())).count(), 1);
}

#[test]
fn whoever_hangs_up_is_not_drawn_and_leaves_nothing_behind() {
    let throttle = throttle();
    for n in 0..20 {
        wrong(&throttle, "a@x.example", "net1", n);
    }
    let mut tickets: Vec<_> =
        (100..110).map(|n| wait_for_the_draw(&throttle, neighbour("a@x.example", n))).collect();
    let last = tickets.pop().unwrap();
    drop(tickets);
    assert!(last.is_admitted(&mut rand::rng()));
    drop(last);
    let (one, other) = (neighbour("a@x.example", 120), neighbour("a@x.example", 121));
    let tickets = [wait_for_the_draw(&throttle, one), wait_for_the_draw(&throttle, other)];
    tickets[0].is_admitted(&mut rand::rng());
    drop(tickets);
    let memory = throttle.memory();
    assert!(memory.admissions.is_empty() && memory.admitted.is_empty());
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
    let wait = throttle.limits().under_attack_wait;
    assert_eq!(wrong(&throttle, "a@x.example", "new", 31), VerifiedAfter(wait));
    let owner = Attempt { known: true, ..a_try("a@x.example", "home", 99) };
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
    let throttle = Throttle::new(ThrottleLimits::default(), at(0));
    for n in 0..200_000u128 {
        wrong(&throttle, &format!("{n}@x.example"), &format!("{n}/24"), n);
    }
    let memory = throttle.memory();
    assert!(memory.wrong.young.len() + memory.wrong.old.len() <= 2 * Throttle::KEYS_AT_MOST);
    assert!(memory.by_mailbox.young.len() + memory.by_mailbox.old.len() <= 2 * Throttle::KEYS_AT_MOST);
}
