//! Submission before sign-in, as transcripts.

use crate::transcript::{self, config};
use postward_wire::{Channel, Dialogue, Protocol, Step};

fn check(channel: Channel, transcript: &str) {
    let greeting = "S: 220 mx.example.com ESMTP Postward ready.\n";
    transcript::check(Protocol::Smtp, channel, &format!("{greeting}{transcript}"));
}

const EHLO: &str = "C: EHLO laptop.example.net
                    S: 250-mx.example.com
                    S: 250-PIPELINING
                    S: 250-SIZE 52428800
                    S: 250-8BITMIME
                    S: 250-AUTH PLAIN LOGIN
                    S: 250 ENHANCEDSTATUSCODES\n";

#[test]
fn every_way_to_sign_in_reaches_the_engine() {
    for sign_in in [
        "C: AUTH PLAIN <base64 \\0ada@example.com\\0secret>",
        "C: auth plain <base64 ADA@example.com\\0ada@example.com\\0secret>",
        "C: AUTH PLAIN
         S: 334 
         C: <base64 \\0ada@example.com\\0secret>",
        "C: AUTH LOGIN
         S: 334 VXNlcm5hbWU6
         C: <base64 ada@example.com>
         S: 334 UGFzc3dvcmQ6
         C: <base64 secret>",
        "C: AUTH LOGIN <base64 ada@example.com>
         S: 334 UGFzc3dvcmQ6
         C: <base64 secret>",
    ] {
        check(
            Channel::Tls,
            &format!(
                "{EHLO}{sign_in}
                 A: ada@example.com / secret = yes
                 S: 235 2.7.0 Signed in.
                 C: MAIL FROM:<ada@example.com>
                 C: RCPT TO:<bob@example.com>
                 E: MAIL FROM:<ada@example.com>; RCPT TO:<bob@example.com>"
            ),
        );
    }
}

#[test]
fn before_tls_there_is_no_password_to_steal() {
    transcript::check_in_turn(
        Protocol::Smtp,
        Channel::StartTlsRequired,
        &format!(
            "S: 220 mx.example.com ESMTP Postward ready.
             C: EHLO laptop.example.net
             S: 250-mx.example.com
             S: 250-PIPELINING
             S: 250-SIZE 52428800
             S: 250-8BITMIME
             S: 250-STARTTLS
             S: 250 ENHANCEDSTATUSCODES
             C: AUTH PLAIN <base64 \\0ada@example.com\\0secret>
             S: 538 5.7.11 Start TLS first.
             C: STARTTLS now
             S: 501 5.5.4 STARTTLS takes no argument.
             C: STARTTLS
             S: 220 2.0.0 Begin TLS now.
             T:
             C: AUTH PLAIN
             S: 503 5.5.1 Send EHLO first.
             {EHLO}
             C: STARTTLS
             S: 503 5.5.1 STARTTLS is not offered here."
        ),
    );
}

#[test]
fn what_was_slipped_in_before_tls_is_thrown_away() {
    check(
        Channel::StartTlsOptional,
        "C: STARTTLS
         C: EHLO mallory.example.net
         C: RSET
         S: 220 2.0.0 Begin TLS now.
         T:
         C: AUTH PLAIN
         S: 503 5.5.1 Send EHLO first.",
    );
}

#[test]
fn nobody_sends_before_signing_in() {
    check(
        Channel::Tls,
        &format!(
            "{EHLO}
             C: NOOP
             S: 250 2.0.0 Done.
             C: RSET
             S: 250 2.0.0 Done.
             C: VRFY ada@example.com
             S: 252 2.1.5 Send mail, and see.
             C: MAIL FROM:<ada@example.com>
             S: 530 5.7.0 Sign in first.
             C: RCPT TO:<bob@example.com>
             S: 530 5.7.0 Sign in first.
             C: DATA
             S: 530 5.7.0 Sign in first.
             C: QUIT
             S: 221 2.0.0 Good-bye.
             X:"
        ),
    );
}

#[test]
fn a_failure_sounds_the_same_whatever_failed() {
    check(
        Channel::Tls,
        &format!(
            "{EHLO}
             C: AUTH PLAIN <base64 bob@example.com\\0ada@example.com\\0secret>
             S: 535 5.7.8 Address or password is wrong.
             C: AUTH PLAIN <base64 \\0ada@example.com\\0\\xc3\\x28>
             S: 535 5.7.8 Address or password is wrong.
             C: AUTH PLAIN <base64 \\0ada@example.com\\0a\\r\\nb>
             S: 535 5.7.8 Address or password is wrong.
             C: AUTH PLAIN <base64 \\0ada@example.com\\0wrong>
             A: ada@example.com / wrong = Rejected
             S: 535 5.7.8 Address or password is wrong.
             C: AUTH PLAIN <base64 \\0ada@example.com\\0secret>
             A: ada@example.com / secret = Unavailable
             S: 454 4.7.0 Sign-in is not possible at the moment. Try again in a minute.
             S: 421 4.7.0 Too many failed tries on this connection.
             X:"
        ),
    );
}

#[test]
fn malformed_sasl_is_a_syntax_error() {
    check(
        Channel::Tls,
        &format!(
            "{EHLO}
             C: AUTH PLAIN
             S: 334 
             C: not base64
             S: 501 5.5.2 Not base64, or not what this mechanism sends.
             C: AUTH PLAIN =
             S: 501 5.5.2 Not base64, or not what this mechanism sends.
             C: AUTH PLAIN one two
             S: 501 5.5.4 Too many arguments.
             C: AUTH CRAM-MD5
             S: 504 5.5.4 Mechanism is not offered.
             C: AUTH LOGIN
             S: 334 VXNlcm5hbWU6
             C: *
             S: 501 5.7.0 Cancelled.
             C: AUTH
             S: 504 5.5.4 Mechanism is not offered."
        ),
    );
}

#[test]
fn without_ehlo_there_is_no_auth() {
    check(
        Channel::Tls,
        "C: HELO laptop.example.net
         S: 250 mx.example.com
         C: AUTH PLAIN
         S: 503 5.5.1 Send EHLO first.
         C: EHLO
         S: 501 5.5.4 A host name is missing.",
    );
}

#[test]
fn whoever_speaks_something_else_is_shown_out() {
    check(
        Channel::Tls,
        "C: GET / HTTP/1.1
         S: 500 5.5.2 Unknown command.
         C: Host: example.com
         S: 500 5.5.2 Unknown command.
         C: 
         S: 500 5.5.2 Unknown command.
         C: \\xff\\0
         S: 500 5.5.2 Unknown command.
         C: XXXX
         S: 500 5.5.2 Unknown command.
         C: XXXX
         S: 500 5.5.2 Unknown command.
         C: XXXX
         S: 500 5.5.2 Unknown command.
         C: XXXX
         S: 500 5.5.2 Unknown command.
         C: XXXX
         S: 500 5.5.2 Unknown command.
         C: XXXX
         S: 500 5.5.2 Unknown command.
         S: 421 4.5.0 Too many wrong commands.
         X:",
    );
}

#[test]
fn a_client_says_who_it_is() {
    let mut dialogue = Dialogue::new(Protocol::Smtp, config(Channel::Tls));
    assert!(matches!(dialogue.step(), Step::Send(_)));
    dialogue.receive(b"EHLO [192.0.2.7]\x1b\r\n");
    assert!(matches!(dialogue.step(), Step::Send(_)));
    assert_eq!(dialogue.client_name().map(|name| name.as_str()), Some("[192.0.2.7]"));
}
