//! Tests of the SASL mechanisms.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use super::*;
use alloc::format;
use alloc::string::ToString;
use proptest::prelude::*;

fn show(outcome: Outcome) -> String {
    match outcome {
        Outcome::Challenge(text, _) => format!("challenge {text}"),
        Outcome::Complete(attempt) => format!("{} / {}", attempt.authcid, attempt.secret.expose()),
        Outcome::Cancelled => "cancelled".to_string(),
        Outcome::Malformed => "malformed".to_string(),
        Outcome::InvalidCredentials => "invalid".to_string(),
    }
}

fn check_plain(message: &[u8], expected: &str) {
    let line = STANDARD.encode(message);
    assert_eq!(show(Exchange::start_with(Mechanism::Plain, line.as_bytes())), expected, "{message:?}");
    let Outcome::Challenge("", exchange) = Exchange::start(Mechanism::Plain) else {
        panic!("PLAIN begins with an empty challenge")
    };
    assert_eq!(show(exchange.answer(line.as_bytes())), expected, "{message:?}");
}

fn check_login(name: &[u8], password: &[u8], expected: &str) {
    let Outcome::Challenge("VXNlcm5hbWU6", exchange) = Exchange::start(Mechanism::Login) else {
        panic!("LOGIN asks for the name")
    };
    let Outcome::Challenge("UGFzc3dvcmQ6", exchange) = exchange.answer(STANDARD.encode(name).as_bytes())
    else {
        panic!("LOGIN asks for the password")
    };
    assert_eq!(show(exchange.answer(STANDARD.encode(password).as_bytes())), expected);
}

#[test]
fn plain_carries_name_and_password() {
    check_plain(b"\0ada@example.com\0correct horse", "ada@example.com / correct horse");
    check_plain("\0ada@example.com\0pässwörd ☃".as_bytes(), "ada@example.com / pässwörd ☃");
}

#[test]
fn nobody_signs_in_for_somebody_else() {
    check_plain(b"ada@example.com\0ada@example.com\0x", "ada@example.com / x");
    check_plain(b"ADA@Example.com\0ada@example.com\0x", "ada@example.com / x");
    check_plain(b"bob@example.com\0ada@example.com\0x", "invalid");
    check_plain(b"root\0ada@example.com\0x", "invalid");
    check_plain(b"\xff\0ada@example.com\0x", "invalid");
}

#[test]
fn a_plain_message_of_another_shape_is_malformed() {
    check_plain(b"", "malformed");
    check_plain(b"ada@example.com", "malformed");
    check_plain(b"\0ada@example.com", "malformed");
    check_plain(b"\0ada@example.com\0pass\0word", "malformed");
}

#[test]
fn what_nobody_can_have_typed_is_invalid() {
    for (name, password) in [
        (&b"ada@example.com"[..], &b"pass\r\nword"[..]),
        (b"ada@example.com", b"pass\nword"),
        (b"ada\r@example.com", b"x"),
        (b"ada@example.com", b"\xc3\x28"),
        (b"\xff@example.com", b"x"),
        (b"", b"x"),
        (b"ada@example.com", b""),
        (&[b'a'; MAX_NAME + 1], b"x"),
        (b"ada@example.com", &[b'x'; MAX_PASSWORD + 1]),
    ] {
        check_plain(&[b"\0", name, b"\0", password].concat(), "invalid");
        check_login(name, password, "invalid");
    }
    check_login(b"ada\0@example.com", b"x", "invalid");
    check_login(b"ada@example.com", b"x\0", "invalid");
}

#[test]
fn login_asks_twice() {
    check_login(b"ada@example.com", b"correct horse", "ada@example.com / correct horse");
    let outcome = Exchange::start_with(Mechanism::Login, b"YWRhQGV4YW1wbGUuY29t");
    assert_eq!(show(outcome), "challenge UGFzc3dvcmQ6");
}

#[test]
fn base64_is_strict() {
    for line in ["A", "A===", "AGE=AGE=", "AGEAYg", "AGEA Yg==", "AGEAYh==", "AGEAYg==\0", "not base64!"] {
        assert_eq!(show(Exchange::start_with(Mechanism::Plain, line.as_bytes())), "malformed", "{line}");
    }
}

#[test]
fn a_star_cancels() {
    for mechanism in [Mechanism::Plain, Mechanism::Login] {
        let Outcome::Challenge(_, exchange) = Exchange::start(mechanism) else { panic!("a challenge") };
        assert_eq!(show(exchange.answer(b"*")), "cancelled");
    }
}

#[test]
fn mechanisms_are_found_in_any_case() {
    assert_eq!(Mechanism::named(b"plain"), Some(Mechanism::Plain));
    assert_eq!(Mechanism::named(b"Login"), Some(Mechanism::Login));
    assert_eq!(Mechanism::named(b"SCRAM-SHA-256"), None);
}

proptest! {
    #[test]
    fn whatever_is_sent_an_attempt_is_clean(message in proptest::collection::vec(any::<u8>(), 0..64)) {
        let line = STANDARD.encode(&message);
        if let Outcome::Complete(attempt) = Exchange::start_with(Mechanism::Plain, line.as_bytes()) {
            prop_assert!(!attempt.authcid.contains(['\0', '\r', '\n']));
            prop_assert!(!attempt.secret.expose().contains(['\0', '\r', '\n']));
        }
    }

    #[test]
    fn an_ordinary_sign_in_comes_through(name in "[a-z]{1,9}@[a-z]{1,9}\\.example", password in "[ -~]{1,40}") {
        let message = format!("\0{name}\0{password}");
        let line = STANDARD.encode(&message);
        let outcome = Exchange::start_with(Mechanism::Plain, line.as_bytes());
        prop_assert_eq!(show(outcome), format!("{name} / {password}"));
    }
}
