//! Malformed and endless input: it gets an answer or a closed connection, and never more memory than the limits say.

use crate::transcript::config;
use postward_wire::sasl::MAX_PASSWORD;
use postward_wire::{Channel, Dialogue, Limits, Protocol, Refusal, Step};

/// What a driver reads at once.
const READ: usize = 4096;

/// Feeds the same bytes until the dialogue closes; returns how many were taken.
fn flood(protocol: Protocol, bytes: &[u8]) -> usize {
    let mut dialogue = Dialogue::new(protocol, config(Channel::Tls));
    let mut taken = 0;
    for piece in bytes.chunks(READ).cycle() {
        loop {
            match dialogue.step() {
                Step::Receive => break,
                Step::Send(reply) => assert!(reply.len() < 512),
                Step::SignIn(_) => dialogue.refused(Refusal::Rejected),
                Step::Close => return taken,
                Step::StartTls | Step::Splice { .. } => panic!("nobody asked for that"),
            }
        }
        dialogue.receive(piece);
        taken += piece.len();
    }
    taken
}

#[test]
fn ten_thousand_pipelined_commands_end_at_the_limit() {
    for (protocol, command) in
        [(Protocol::Imap, "a NOOP\r\n"), (Protocol::Pop3, "CAPA\r\n"), (Protocol::Smtp, "NOOP\r\n")]
    {
        let taken = flood(protocol, command.repeat(10_000).as_bytes());
        assert!(taken <= READ, "{protocol:?} took {taken}");
    }
}

#[test]
fn a_line_without_end_is_not_collected() {
    for protocol in Protocol::ALL {
        let taken = flood(protocol, &[b'a'; 1 << 20]);
        assert!(taken <= 8192 + READ, "{protocol:?} took {taken}");
    }
}

#[test]
fn many_literals_in_one_command_are_not_collected() {
    let literal = format!("{{{MAX_PASSWORD}+}}\r\n{} ", "x".repeat(MAX_PASSWORD));
    let taken = flood(Protocol::Imap, format!("a ID ({}", literal.repeat(100)).as_bytes());
    assert!(taken <= 8192 + READ, "took {taken}");
}

#[test]
fn bytes_before_sign_in_are_counted() {
    let limits = Limits { bytes: 100, ..Limits::default() };
    for protocol in Protocol::ALL {
        let mut dialogue =
            Dialogue::new(protocol, postward_wire::DialogueConfig { limits, ..config(Channel::Tls) });
        assert!(matches!(dialogue.step(), Step::Send(_)));
        dialogue.receive(&b"NOOP NOOP\r\n".repeat(10));
        let replies = std::iter::from_fn(|| match dialogue.step() {
            Step::Send(reply) => Some(String::from_utf8(reply).unwrap()),
            _ => None,
        });
        assert!(replies.last().unwrap().contains("Too much was sent before signing in."));
        assert!(matches!(dialogue.step(), Step::Close));
    }
}

#[test]
fn a_driver_that_forgets_its_part_opens_nothing() {
    for protocol in Protocol::ALL {
        let mut dialogue = Dialogue::new(protocol, config(Channel::Tls));
        dialogue.accepted("IMAP4rev1");
        assert!(matches!(dialogue.step(), Step::Close));

        let mut dialogue = Dialogue::new(protocol, config(Channel::StartTlsRequired));
        assert!(matches!(dialogue.step(), Step::Send(_)));
        dialogue.tls_started();
        assert!(matches!(dialogue.step(), Step::Close));
    }
}
