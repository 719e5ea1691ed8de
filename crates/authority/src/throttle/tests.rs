use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn throttle() -> Throttle {
    Throttle::new(Limits { per_mailbox: 3, per_network: 8, ..Limits::default() }, at(0))
}

const VERIFY: Verdict = Verdict::Verify(Duration::ZERO);

/// A try with password number `n`, found wrong if it was verified at all.
fn wrong(throttle: &Throttle, login: &str, network: &str, n: u128) -> Verdict {
    guess(throttle, Try { login, network, known: false, fingerprint: n })
}

fn guess(throttle: &Throttle, this: Try<'_>) -> Verdict {
    let verdict = throttle.reserve(&this, at(1));
    if matches!(verdict, Verdict::Verify(_)) {
        throttle.wrong(this.fingerprint, Wrong::Plain);
    }
    verdict
}

#[test]
fn guessing_at_one_mailbox_from_one_network_soon_ends() {
    let throttle = throttle();
    for n in 0..3 {
        assert_eq!(wrong(&throttle, "a@x.example", "net1", n), VERIFY);
    }
    assert_eq!(wrong(&throttle, "a@x.example", "net1", 3), Verdict::TooMany);
    // The owner, elsewhere, does not notice.
    assert_eq!(wrong(&throttle, "a@x.example", "net2", 100), VERIFY);
}

#[test]
fn spraying_many_mailboxes_from_one_network_soon_ends_too() {
    let throttle = throttle();
    let verdicts: Vec<_> = (0..10).map(|n| wrong(&throttle, &format!("m{n}@x.example"), "net1", n)).collect();
    assert_eq!(verdicts.iter().filter(|v| **v == VERIFY).count(), 8);
    assert_eq!(verdicts[9], Verdict::TooMany);
    // Somebody who was signed in from that network before still gets in.
    let known = Try { login: "b@x.example", network: "net1", known: true, fingerprint: 50 };
    assert_eq!(guess(&throttle, known), VERIFY);
}

#[test]
fn a_phone_repeating_one_stale_password_counts_once_and_costs_no_hash() {
    let throttle = throttle();
    assert_eq!(wrong(&throttle, "a@x.example", "net1", 1), VERIFY);
    for _ in 0..1_000 {
        assert_eq!(wrong(&throttle, "a@x.example", "net1", 1), Verdict::WrongBefore(Wrong::Plain));
    }
    assert_eq!(wrong(&throttle, "a@x.example", "net1", 2), VERIFY);
}

#[test]
fn tries_in_flight_are_counted_before_they_are_verified() {
    let throttle = throttle();
    let reserve = |n| {
        throttle.reserve(&Try { login: "a@x.example", network: "net1", known: false, fingerprint: n }, at(1))
    };
    assert_eq!([reserve(1), reserve(2), reserve(3)], [VERIFY; 3]);
    assert_eq!(reserve(4), Verdict::TooMany);
    // The second one turns out to be right, or not decidable: its place is free again.
    throttle.right(&Try { login: "a@x.example", network: "net1", known: false, fingerprint: 2 });
    assert_eq!(reserve(5), VERIFY);
}

#[test]
fn a_besieged_mailbox_makes_strangers_wait_and_never_its_owner() {
    let throttle = throttle();
    for n in 0..30 {
        assert_eq!(wrong(&throttle, "a@x.example", &format!("net{n}"), n), VERIFY);
    }
    let wait = throttle.limits().besieged_wait;
    assert_eq!(wrong(&throttle, "a@x.example", "new", 31), Verdict::Verify(wait));
    let owner = Try { login: "a@x.example", network: "home", known: true, fingerprint: 99 };
    assert_eq!(guess(&throttle, owner), VERIFY);
}

#[test]
fn wrong_tries_are_forgotten_in_time() {
    let throttle = throttle();
    for n in 0..3 {
        wrong(&throttle, "a@x.example", "net1", n);
    }
    let later = |n, second| {
        throttle
            .reserve(&Try { login: "a@x.example", network: "net1", known: false, fingerprint: n }, at(second))
    };
    assert_eq!(later(7, 600), Verdict::TooMany);
    assert_eq!(later(8, 601), VERIFY);
    // And the clock set back locks nobody out for longer.
    assert_eq!(later(9, 1), VERIFY);
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
