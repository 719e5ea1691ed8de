//! The dialogue with a remote engine, as transcripts: `S:` is the engine, `C:` the gate, `=` the outcome.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postward_wire::imap::Upstream;
use postward_wire::upstream::Origin;
use postward_wire::{Address, Secret, UpstreamStep};

fn upstream(origin: Option<Origin>) -> Upstream {
    let mailbox = Address::parse("ada@example.com").unwrap();
    Upstream::new(mailbox, "gate".into(), Secret::new("master key".into()), origin)
}

fn origin() -> Origin {
    Origin { ip: [192, 0, 2, 7].into(), port: 40123, session: "s1\"\r\nx".into() }
}

/// Checks the dialogue against its transcript, with the engine's bytes in one piece and one by one.
fn check(origin: Option<Origin>, transcript: &str) {
    for piece in [usize::MAX, 1] {
        run(upstream(origin.clone()), transcript, piece);
    }
}

fn run(mut upstream: Upstream, transcript: &str, piece: usize) {
    let mut lines = transcript.lines().map(str::trim_start).peekable();
    let mut engine = Vec::new();
    let outcome = loop {
        match upstream.step() {
            UpstreamStep::Receive => {
                while let Some(line) = lines.next_if(|line| line.starts_with("S: ")) {
                    engine.extend_from_slice(&line.as_bytes()[3..]);
                    engine.extend_from_slice(b"\r\n");
                }
                assert!(!engine.is_empty(), "waits for the engine before {:?}", lines.next());
                upstream.receive(&engine.drain(..piece.min(engine.len())).collect::<Vec<_>>());
            }
            UpstreamStep::Send(bytes) => {
                let said = String::from_utf8(bytes).unwrap();
                let said = said.strip_suffix("\r\n").unwrap();
                let expected = lines.next().unwrap();
                let message = STANDARD.encode("ada@example.com\0gate\0master key");
                assert_eq!(format!("C: {said}"), expected.replace("<message>", &message));
            }
            UpstreamStep::Ready { capabilities, pipelined } => {
                let pipelined = [pipelined, engine].concat();
                break format!(
                    "= ready {capabilities} | {}",
                    String::from_utf8(pipelined).unwrap().trim_end()
                );
            }
            UpstreamStep::Refused(text) => break format!("= refused {text}"),
            UpstreamStep::Broken => break "= broken".to_owned(),
        }
    };
    assert_eq!(Some(outcome.as_str()), lines.next());
    assert_eq!(lines.next(), None);
    assert!(!matches!(upstream.step(), UpstreamStep::Ready { .. }), "a dialogue ends once");
}

#[test]
fn a_dovecot_opens_the_mailbox_for_its_master_user() {
    check(
        Some(origin()),
        "S: * OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN] Dovecot ready.
         C: i ID (\"x-originating-ip\" \"192.0.2.7\" \"x-originating-port\" \"40123\" \"x-session-id\" \"s1x\" \"x-proxy-ttl\" \"4\")
         S: * ID (\"name\" \"Dovecot\")
         S: i OK ID completed.
         C: a AUTHENTICATE PLAIN <message>
         S: a OK [CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE] Logged in
         = ready IMAP4rev1 IDLE UIDPLUS MOVE | ",
    );
}

#[test]
fn an_engine_without_initial_response_asks_for_it() {
    check(
        None,
        "S: * OK ready
         C: a AUTHENTICATE PLAIN
         S: + 
         C: <message>
         S: a OK signed in
         C: c CAPABILITY
         S: * CAPABILITY IMAP4rev1 IDLE
         S: c OK done
         = ready IMAP4rev1 IDLE | ",
    );
}

#[test]
fn what_follows_the_answer_belongs_to_the_client() {
    check(
        None,
        "S: * OK [CAPABILITY IMAP4rev1 SASL-IR] ready
         C: a AUTHENTICATE PLAIN <message>
         S: * CAPABILITY IMAP4rev1 IDLE
         S: a OK signed in
         S: * OK [ALERT] Maintenance tonight.
         = ready IMAP4rev1 IDLE | * OK [ALERT] Maintenance tonight.",
    );
}

#[test]
fn a_refusal_of_the_engine_is_told_in_its_words() {
    check(
        None,
        "S: * OK [CAPABILITY IMAP4rev1 SASL-IR] ready
         C: a AUTHENTICATE PLAIN <message>
         S: a NO [AUTHORIZATIONFAILED] No such user.
         = refused No such user.",
    );
    check(None, "S: * BYE Too many connections.\n= refused Too many connections.");
}

#[test]
fn an_engine_that_speaks_something_else_is_left() {
    check(None, "S: 220 mx.example.com ESMTP\n= broken");
    check(None, "S: * PREAUTH signed in as nobody knows whom\n= broken");
    check(
        None,
        "S: * OK [CAPABILITY IMAP4rev1 SASL-IR] ready
         C: a AUTHENTICATE PLAIN <message>
         S: b OK signed in
         = broken",
    );
}

#[test]
fn an_engine_that_never_stops_talking_is_left() {
    let mut upstream = upstream(None);
    upstream.receive(b"* OK [CAPABILITY IMAP4rev1 SASL-IR] ready\r\n");
    assert!(matches!(upstream.step(), UpstreamStep::Send(_)));
    let mut chatter = 0;
    while matches!(upstream.step(), UpstreamStep::Receive) {
        upstream.receive(b"* OK Still thinking.\r\n");
        chatter += 1;
    }
    assert!((100..10_000).contains(&chatter));
    assert!(matches!(upstream.step(), UpstreamStep::Broken));
}
