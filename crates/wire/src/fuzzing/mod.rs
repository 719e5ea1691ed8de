//! The fuzz targets of this crate: what no bytes from a client or an engine may do. `fuzz/` runs them, and a test here
//! replays their corpora. Each function takes any bytes and panics where a promise is broken.

use crate::imap::Upstream;
use crate::sasl::{Exchange, Mechanism, Outcome};
use crate::upstream::Origin;
use crate::{
    Address, Attempt, Channel, Dialogue, DialogueConfig, Limits, Protocol, Refusal, Secret, Step,
    UpstreamStep,
};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What a target does with its bytes: it panics, or it does not.
pub type Run = fn(&[u8]);

/// Every target by the name of its binary and its corpus.
pub const TARGETS: [(&str, Run); 6] = [
    ("imap_preauth", imap_preauth),
    ("pop3_preauth", pop3_preauth),
    ("smtp_preauth", smtp_preauth),
    ("sasl", sasl),
    ("imap_upstream", imap_upstream),
    ("address", address),
];

/// An IMAP client before sign-in.
pub fn imap_preauth(data: &[u8]) {
    preauth(Protocol::Imap, data);
}

/// A POP3 client before sign-in.
pub fn pop3_preauth(data: &[u8]) {
    preauth(Protocol::Pop3, data);
}

/// A submission client before sign-in.
pub fn smtp_preauth(data: &[u8]) {
    preauth(Protocol::Smtp, data);
}

/// A SASL exchange: the first byte picks the mechanism, every line is a message.
pub fn sasl(data: &[u8]) {
    let Some((first, messages)) = data.split_first() else { return };
    let mechanism = if first & 1 == 0 { Mechanism::Plain } else { Mechanism::Login };
    let mut lines = messages.split(|byte| *byte == b'\n');
    let mut outcome = match lines.next().filter(|_| first & 2 == 0) {
        Some(initial) => Exchange::start_with(mechanism, initial),
        None => Exchange::start(mechanism),
    };
    for line in lines {
        match outcome {
            Outcome::Challenge(_, exchange) => outcome = exchange.answer(line),
            Outcome::Complete(attempt) => return assert_clean(&attempt),
            Outcome::Cancelled | Outcome::Malformed | Outcome::InvalidCredentials => return,
        }
    }
}

/// An engine that sends anything. Whatever it is, what it is sent is whole lines of printable ASCII.
pub fn imap_upstream(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else { return };
    let Ok(mailbox) = Address::parse("ada@example.com") else { return };
    let origin = Origin { ip: [192, 0, 2, 7].into(), port: 40123, session: "session".into() };
    let secret = Secret::new("master key".into());
    let mut upstream = Upstream::new(mailbox, "gate".into(), secret, (first & 1 == 0).then_some(origin));
    let mut pieces = bytes.chunks(piece_size(*first));
    loop {
        match upstream.step() {
            UpstreamStep::Receive => match pieces.next() {
                Some(piece) => upstream.receive(piece),
                None => return,
            },
            UpstreamStep::Send(bytes) => assert_lines(&bytes),
            UpstreamStep::Ready { capabilities, .. } => return assert!(!capabilities.contains(['\r', '\n'])),
            UpstreamStep::Refused(text) => return assert!(!text.contains(['\r', '\n'])),
            UpstreamStep::Broken => return,
        }
    }
}

/// A mailbox address: what is accepted is canonical.
pub fn address(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let Ok(address) = Address::parse(text) else { return };
    assert!(address.as_str().len() <= Address::MAX_LEN);
    assert!(address.as_str().bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()));
    assert_eq!(Address::parse(address.as_str()).as_ref(), Ok(&address));
    assert_eq!(format!("{}@{}", address.local_part(), address.domain()), address.as_str());
}

/// The first byte chooses the TLS state and how the network cuts the rest, which is what the client sends.
/// How it is cut must not change what happens.
fn preauth(protocol: Protocol, data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else { return };
    let channel = match first & 3 {
        0 => Channel::Tls,
        1 => Channel::StartTlsRequired,
        2 => Channel::StartTlsOptional,
        _ => Channel::PlainText,
    };
    let cut = run(protocol, channel, bytes, piece_size(*first));
    let whole = run(protocol, channel, bytes, usize::MAX);
    assert_eq!(cut, whole);
}

fn piece_size(first: u8) -> usize {
    match first >> 2 & 3 {
        0 => usize::MAX,
        1 => 1,
        2 => 7,
        _ => 1000,
    }
}

/// Runs until the bytes are used up or the dialogue is over, and returns the whole output. Sign-ins succeed where the
/// password is `secret`.
fn run(protocol: Protocol, channel: Channel, input: &[u8], piece_size: usize) -> Vec<u8> {
    let limits = Limits::default();
    let config = DialogueConfig { hostname: "mx.example.com".into(), message_size: 1 << 20, channel, limits };
    let mut dialogue = Dialogue::new(protocol, config);
    let mut rest = input;
    let mut output = Vec::new();
    let mut passwords_allowed = channel != Channel::StartTlsRequired;
    for _ in 0..input.len() + 1000 {
        match dialogue.step() {
            Step::Receive if rest.is_empty() => return output,
            Step::Receive => {
                let (piece, later) = rest.split_at(piece_size.min(rest.len()));
                rest = later;
                dialogue.receive(piece);
            }
            Step::Send(bytes) => {
                assert_lines(&bytes);
                output.extend_from_slice(&bytes);
            }
            Step::StartTls => {
                // Where the network has brought more, more is thrown away: the rest cannot be compared.
                rest = &[];
                passwords_allowed = true;
                dialogue.tls_started();
                assert!(dialogue.client_name().is_none());
            }
            Step::SignIn(attempt) => {
                assert!(passwords_allowed, "a password was taken over plain text");
                assert_clean(&attempt);
                match attempt.secret.expose() {
                    "secret" => dialogue.accepted("IMAP4rev1 IDLE"),
                    "later" => dialogue.refused(Refusal::Unavailable),
                    _ => dialogue.refused(Refusal::Rejected),
                }
            }
            Step::Splice { reply, pipelined } => {
                assert_lines(&reply);
                output.extend_from_slice(&reply);
                output.extend_from_slice(&pipelined);
                output.extend_from_slice(rest);
                return output;
            }
            Step::Close => {
                output.extend_from_slice(b"closed");
                return output;
            }
        }
    }
    panic!("the dialogue does not end");
}

fn assert_clean(attempt: &Attempt) {
    for text in [attempt.authcid.as_str(), attempt.secret.expose()] {
        assert!(!text.is_empty() && !text.contains(['\0', '\r', '\n']));
    }
}

/// What is sent is whole lines of printable ASCII, whatever was received.
fn assert_lines(bytes: &[u8]) {
    assert!(bytes.ends_with(b"\r\n"));
    let text = String::from_utf8_lossy(bytes);
    for line in text.split_terminator("\r\n") {
        assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{line:?}");
    }
}

#[cfg(test)]
mod tests;
