//! POP3 before sign-in, as transcripts.

use crate::transcript;
use postward_wire::{Channel, Protocol};

fn check(channel: Channel, transcript: &str) {
    let greeting = "S: +OK mx.example.com Postward ready.\n";
    transcript::check(Protocol::Pop3, channel, &format!("{greeting}{transcript}"));
}

#[test]
fn every_way_to_sign_in_reaches_the_engine() {
    for sign_in in [
        "C: USER ada@example.com
         S: +OK Send PASS.
         C: PASS correct horse ",
        "C: user ada@example.com
         S: +OK Send PASS.
         C: pass correct horse ",
        "C: AUTH PLAIN <base64 \\0ada@example.com\\0correct horse >",
        "C: AUTH PLAIN
         S: + 
         C: <base64 \\0ada@example.com\\0correct horse >",
        "C: AUTH LOGIN
         S: + VXNlcm5hbWU6
         C: <base64 ada@example.com>
         S: + UGFzc3dvcmQ6
         C: <base64 correct horse >",
    ] {
        check(
            Channel::Tls,
            &format!(
                "{sign_in}
                 A: ada@example.com / correct horse  = yes
                 S: +OK Signed in.
                 C: STAT
                 C: UIDL
                 E: STAT; UIDL"
            ),
        );
    }
}

#[test]
fn a_password_keeps_its_spaces() {
    check(
        Channel::Tls,
        "C: USER ada@example.com
         S: +OK Send PASS.
         C: PASS   two before, one behind 
         A: ada@example.com /   two before, one behind  = Rejected
         S: -ERR [AUTH] Address or password is wrong.",
    );
}

#[test]
fn before_tls_there_is_no_password_to_steal() {
    transcript::check_in_turn(
        Protocol::Pop3,
        Channel::StartTlsRequired,
        "S: +OK mx.example.com Postward ready.
         C: CAPA
         S: +OK Capabilities follow.
         S: UIDL
         S: TOP
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: STLS
         S: .
         C: USER ada@example.com
         S: -ERR Start TLS first (STLS).
         C: PASS secret
         S: -ERR Start TLS first (STLS).
         C: AUTH PLAIN
         S: -ERR Start TLS first (STLS).
         C: STLS
         S: +OK Begin TLS now.
         T:
         C: CAPA
         S: +OK Capabilities follow.
         S: UIDL
         S: TOP
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: USER
         S: SASL PLAIN LOGIN
         S: .
         C: STLS
         S: -ERR STLS is not offered here.",
    );
}

#[test]
fn what_was_slipped_in_before_tls_is_thrown_away() {
    check(
        Channel::StartTlsOptional,
        "C: USER mallory@example.com
         S: +OK Send PASS.
         C: STLS
         C: USER mallory@example.com
         S: +OK Begin TLS now.
         T:
         C: PASS slipped-in
         S: -ERR Send USER first.",
    );
}

#[test]
fn a_failure_sounds_the_same_whatever_failed() {
    check(
        Channel::Tls,
        "C: AUTH PLAIN <base64 bob@example.com\\0ada@example.com\\0secret>
         S: -ERR [AUTH] Address or password is wrong.
         C: USER ada\\0@example.com
         S: +OK Send PASS.
         C: PASS secret
         S: -ERR [AUTH] Address or password is wrong.
         C: USER ada@example.com
         S: +OK Send PASS.
         C: PASS a\\0b
         S: -ERR [AUTH] Address or password is wrong.
         C: USER ada@example.com
         S: +OK Send PASS.
         C: PASS \\xc3\\x28
         S: -ERR [AUTH] Address or password is wrong.
         C: USER ada@example.com
         S: +OK Send PASS.
         C: PASS secret
         A: ada@example.com / secret = Unavailable
         S: -ERR [SYS/TEMP] Sign-in is not possible at the moment. Try again in a minute.
         S: -ERR Too many failed tries on this connection.
         X:",
    );
}

#[test]
fn malformed_sasl_is_a_syntax_error() {
    check(
        Channel::Tls,
        "C: AUTH
         S: +OK
         S: PLAIN
         S: LOGIN
         S: .
         C: AUTH PLAIN
         S: + 
         C: not base64
         S: -ERR Not base64, or not what this mechanism sends.
         C: AUTH PLAIN =
         S: -ERR Not base64, or not what this mechanism sends.
         C: AUTH PLAIN one two
         S: -ERR Too many arguments.
         C: AUTH CRAM-MD5
         S: -ERR Mechanism is not offered.
         C: AUTH LOGIN
         S: + VXNlcm5hbWU6
         C: *
         S: -ERR Cancelled.",
    );
}

#[test]
fn only_pass_directly_behind_user_counts() {
    check(
        Channel::Tls,
        "C: PASS secret
         S: -ERR Send USER first.
         C: USER ada@example.com
         S: +OK Send PASS.
         C: NOOP
         S: -ERR Sign in first.
         C: PASS secret
         S: -ERR Send USER first.
         C: USER
         S: -ERR An argument is missing.
         C: QUIT
         S: +OK Good-bye.
         X:",
    );
}

#[test]
fn whoever_speaks_something_else_is_shown_out() {
    check(
        Channel::Tls,
        "C: GET / HTTP/1.1
         S: -ERR Unknown command.
         C: Host: example.com
         S: -ERR Unknown command.
         C: 
         S: -ERR Unknown command.
         C: \\xff\\0
         S: -ERR Unknown command.
         C: STAT
         S: -ERR Sign in first.
         C: RETR 1
         S: -ERR Sign in first.
         C: APOP ada c4c9334bac560ecc979e58001b3e22fb
         S: -ERR Unknown command.
         C: a LOGIN ada@example.com secret
         S: -ERR Unknown command.
         C: EHLO x
         S: -ERR Unknown command.
         C: XXXX
         S: -ERR Unknown command.
         S: -ERR Too many wrong commands.
         X:",
    );
}
