//! IMAP before sign-in, as transcripts.

use crate::transcript::{self, check_in_turn, config};
use postward_wire::sasl::MAX_PASSWORD;
use postward_wire::{Channel, Dialogue, Protocol, Step};

fn check(channel: Channel, transcript: &str) {
    transcript::check(Protocol::Imap, channel, transcript);
}

const GREETING: &str = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID AUTH=PLAIN AUTH=LOGIN] mx.example.com \
                        Postward ready.\n";

/// A dialogue within TLS.
fn check_tls(transcript: &str) {
    check(Channel::Tls, &format!("{GREETING}{transcript}"));
}

#[test]
fn every_way_to_sign_in_reaches_the_engine() {
    for sign_in in [
        "C: a LOGIN ada@example.com secret",
        "C: a login \"ada@example.com\" \"secret\"",
        "C: a LOGIN {15+}
         C: ada@example.com {6+}
         C: secret",
        "C: a AUTHENTICATE PLAIN <base64 \\0ada@example.com\\0secret>",
        "C: a authenticate login <base64 ada@example.com>
         S: + UGFzc3dvcmQ6
         C: <base64 secret>",
        "C: a AUTHENTICATE PLAIN
         S: + 
         C: <base64 ada@example.com\\0ada@example.com\\0secret>",
        "C: a AUTHENTICATE LOGIN
         S: + VXNlcm5hbWU6
         C: <base64 ada@example.com>
         S: + UGFzc3dvcmQ6
         C: <base64 secret>",
        "C: a LOGIN {15}
         S: + OK
         C: ada@example.com {6}
         S: + OK
         C: secret",
    ] {
        check_tls(&format!(
            "{sign_in}
             A: ada@example.com / secret = yes
             S: a OK [CAPABILITY IMAP4rev1 UIDPLUS IDLE] Signed in.
             C: b SELECT INBOX
             C: c FETCH 1:* (FLAGS)
             E: b SELECT INBOX; c FETCH 1:* (FLAGS)"
        ));
    }
}

#[test]
fn a_password_is_taken_as_it_was_typed() {
    check_tls(
        r#"C: a LOGIN "ada@example.com" {17+}
           C:  "quoted" {3} p\xc3\xa4
           A: ada@example.com /  "quoted" {3} pä = yes
           S: a OK [CAPABILITY IMAP4rev1 UIDPLUS IDLE] Signed in.
           E: "#,
    );
    check_tls(
        "C: a LOGIN ada@example.com \"p\\xc3\\xa4ss\"
         A: ada@example.com / päss = yes
         S: a OK [CAPABILITY IMAP4rev1 UIDPLUS IDLE] Signed in.
         E: ",
    );
}

#[test]
fn before_tls_there_is_no_password_to_steal() {
    check_in_turn(
        Protocol::Imap,
        Channel::StartTlsRequired,
        "S: * OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID STARTTLS LOGINDISABLED] mx.example.com Postward ready.
         C: a LOGIN ada@example.com secret
         S: a NO [PRIVACYREQUIRED] Start TLS first.
         C: b AUTHENTICATE PLAIN
         S: b NO [PRIVACYREQUIRED] Start TLS first.
         C: c LOGIN ada@example.com {6}
         S: c NO [PRIVACYREQUIRED] Start TLS first.
         C: d STARTTLS
         S: d OK Begin TLS now.
         T:
         C: e CAPABILITY
         S: * CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID AUTH=PLAIN AUTH=LOGIN
         S: e OK Done.
         C: f STARTTLS
         S: f BAD STARTTLS is not offered here.
         C: g LOGIN ada@example.com secret
         A: ada@example.com / secret = yes
         S: g OK [CAPABILITY IMAP4rev1 UIDPLUS IDLE] Signed in.
         E: ",
    );
}

#[test]
fn what_was_slipped_in_before_tls_is_thrown_away() {
    check(
        Channel::StartTlsOptional,
        "S: * OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID STARTTLS AUTH=PLAIN AUTH=LOGIN] mx.example.com Postward ready.
         C: a STARTTLS
         C: b LOGIN mallory@example.com slipped-in
         S: a OK Begin TLS now.
         T:
         C: c NOOP
         S: c OK Done.",
    );
}

#[test]
fn a_failure_sounds_the_same_whatever_failed() {
    check_tls(
        "C: a LOGIN ada@example.com wrong
         A: ada@example.com / wrong = Rejected
         S: a NO [AUTHENTICATIONFAILED] Address or password is wrong.
         C: b AUTHENTICATE PLAIN <base64 bob@example.com\\0ada@example.com\\0secret>
         S: b NO [AUTHENTICATIONFAILED] Address or password is wrong.
         C: c LOGIN ada@example.com {3+}
         C: a\\nb
         S: c NO [AUTHENTICATIONFAILED] Address or password is wrong.
         C: d LOGIN ada@example.com secret
         A: ada@example.com / secret = Unavailable
         S: d NO [UNAVAILABLE] Sign-in is not possible at the moment. Try again in a minute.
         C: e LOGIN ada@example.com secret
         A: ada@example.com / secret = TooManyTries
         S: e NO [UNAVAILABLE] Too many tries. Wait a minute, then try again.
         S: * BYE Too many failed tries on this connection.
         X:",
    );
}

#[test]
fn malformed_sasl_is_a_syntax_error() {
    check_tls(
        "C: a AUTHENTICATE PLAIN
         S: + 
         C: not base64
         S: a BAD Not base64, or not what this mechanism sends.
         C: b AUTHENTICATE PLAIN <base64 no separators>
         S: b BAD Not base64, or not what this mechanism sends.
         C: c AUTHENTICATE PLAIN <base64 \\0ada@example.com\\0pass\\0word>
         S: c BAD Not base64, or not what this mechanism sends.
         C: d AUTHENTICATE PLAIN !!!!
         S: d BAD Unknown command, or not in this form.
         C: e AUTHENTICATE LOGIN =
         S: + UGFzc3dvcmQ6
         C: *
         S: e BAD Cancelled.
         C: f AUTHENTICATE SCRAM-SHA-256
         S: f NO Mechanism is not offered.",
    );
}

#[test]
fn wrong_utf8_and_nuls_open_nothing() {
    check_tls(
        "C: a AUTHENTICATE PLAIN <base64 \\0ada@example.com\\0\\xc3\\x28>
         S: a NO [AUTHENTICATIONFAILED] Address or password is wrong.
         C: b LOGIN ada@example.com {2+}
         C: \\xff\\xfe
         S: b NO [AUTHENTICATIONFAILED] Address or password is wrong.
         C: c LOGIN ada@example.com {3+}
         C: a\\0b
         S: c BAD Unknown command, or not in this form.
         C: d LOGIN ada@example.com a\\0b
         S: d BAD Unknown command, or not in this form.
         C: e LOGIN ada@example.com \"a\\rb\"
         S: e BAD Unknown command, or not in this form.",
    );
}

#[test]
fn a_huge_literal_is_refused_before_it_is_sent() {
    check_tls(
        "C: a LOGIN ada@example.com {1073741824}
         S: a BAD Literal is too large.
         C: b LOGIN {99999999999999999999999999}
         S: b BAD Literal is too large.
         C: c NOOP
         S: c OK Done.",
    );
    check_tls(
        "C: a LOGIN ada@example.com {1073741824+}
         S: * BYE [LIMIT] Line or literal is too large.
         X:",
    );
}

#[test]
fn the_longest_password_fits_into_a_literal() {
    let password = "\u{1f510}".repeat(256) + "123456";
    assert_eq!(password.len(), MAX_PASSWORD);
    check_tls(&format!(
        "C: a LOGIN ada@example.com {{{}}}
         S: a BAD Literal is too large.
         C: b LOGIN ada@example.com {{{MAX_PASSWORD}+}}
         C: {password}
         A: ada@example.com / {password} = yes
         S: b OK [CAPABILITY IMAP4rev1 UIDPLUS IDLE] Signed in.
         E: ",
        MAX_PASSWORD + 1
    ));
}

#[test]
fn a_literal_is_never_read_as_a_command() {
    check_tls(
        "C: a NONSENSE {8+}
         C: x LOGOUT
         S: a BAD Unknown command, or not in this form.
         C: b APPEND INBOX {12}
         S: b BAD Sign in first.
         C: c NOOP
         S: c OK Done.",
    );
}

#[test]
fn a_client_may_say_who_it_is() {
    let mut dialogue = Dialogue::new(Protocol::Imap, config(Channel::Tls));
    assert!(matches!(dialogue.step(), Step::Send(_)));
    assert_eq!(dialogue.client_name(), None);
    dialogue.receive(b"a ID (\"Name\" \"iPhone Mail\" \"os\" NIL \"version\" \"22A1\")\r\n");
    let Step::Send(reply) = dialogue.step() else { panic!("an answer") };
    assert_eq!(String::from_utf8(reply).unwrap(), "* ID (\"name\" \"Postward\")\r\na OK Done.\r\n");
    assert_eq!(dialogue.client_name().map(|name| name.as_str()), Some("iPhone Mail 22A1"));
    dialogue.receive(b"b ID NIL\r\n");
    assert!(matches!(dialogue.step(), Step::Send(_)));
    assert_eq!(dialogue.client_name(), None);
}

#[test]
fn whoever_speaks_something_else_is_shown_out() {
    check_tls(
        "C: GET / HTTP/1.1
         S: GET BAD Unknown command, or not in this form.
         C: 
         S: * BAD A command begins with a tag.
         C: * OK
         S: * BAD A command begins with a tag.
         C: \\xff\\xfb\\x1f
         S: * BAD A command begins with a tag.
         C: a FETCH 1 FLAGS
         S: a BAD Sign in first.
         C: a SELECT INBOX
         S: a BAD Sign in first.
         C: a
         S: a BAD Unknown command, or not in this form.
         C: a FOO
         S: a BAD Unknown command, or not in this form.
         C: a NOOP with words
         S: a BAD Unknown command, or not in this form.
         C: +a NOOP
         S: * BAD A command begins with a tag.
         S: * BYE [LIMIT] Too many wrong commands.
         X:",
    );
}

#[test]
fn logging_out_is_polite() {
    check_tls(
        "C: a LOGOUT
         S: * BYE Good-bye.
         S: a OK Done.
         X:",
    );
}

#[test]
fn capabilities_of_an_engine_cannot_break_the_answer() {
    for capabilities in ["", "IMAP4rev1] x\r\na OK", "ID\"", "\u{fc}"] {
        let mut dialogue = Dialogue::new(Protocol::Imap, config(Channel::Tls));
        assert!(matches!(dialogue.step(), Step::Send(_)));
        dialogue.receive(b"a LOGIN ada@example.com secret\r\n");
        assert!(matches!(dialogue.step(), Step::SignIn(_)));
        dialogue.accepted(capabilities);
        let Step::Splice { reply, .. } = dialogue.step() else { panic!("the splice") };
        assert_eq!(reply, b"a OK Signed in.\r\n");
    }
}
