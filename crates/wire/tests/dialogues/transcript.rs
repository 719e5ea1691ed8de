//! Runs a dialogue against a transcript in the form in which a mail admin reads it in a log.
//!
//! * `S:` what the server says, `C:` what the client says; line ends are understood.
//! * `A:` the authority is asked, and what it says: `A: name / password = yes`, or the name of a refusal.
//! * `T:` TLS starts. What the client says further up was said before it.
//! * `E:` the splice begins, and what the engine is handed of what the client has sent already.
//! * `X:` the connection is closed.
//!
//! In what the client says, `<base64 …>` is encoded and `\0`, `\r`, `\n` and `\xff` are single bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postward_wire::{Channel, Dialogue, DialogueConfig, Limits, Protocol, Refusal, Step};
use std::collections::VecDeque;

/// How the network cuts what the client sends.
#[derive(Clone, Copy, Debug)]
enum Chunking {
    /// The client waits for every answer.
    InTurn,
    /// Everything is sent at once.
    Pipelined,
    /// One byte at a time.
    Bytes,
}

/// What the engine of these tests can do.
const CAPABILITIES: &str = "IMAP4rev1 UIDPLUS IDLE";

/// Checks a dialogue against its transcript, however the network cuts it.
pub(crate) fn check(protocol: Protocol, channel: Channel, transcript: &str) {
    for chunking in [Chunking::InTurn, Chunking::Pipelined, Chunking::Bytes] {
        run(protocol, channel, transcript, chunking);
    }
}

/// Checks a dialogue against a transcript in which the client waits for every answer.
pub(crate) fn check_in_turn(protocol: Protocol, channel: Channel, transcript: &str) {
    run(protocol, channel, transcript, Chunking::InTurn);
}

pub(crate) fn config(channel: Channel) -> DialogueConfig {
    DialogueConfig {
        hostname: "mx.example.com".into(),
        message_size: 52_428_800,
        channel,
        limits: Limits::default(),
    }
}

fn run(protocol: Protocol, channel: Channel, transcript: &str, chunking: Chunking) {
    let mut dialogue = Dialogue::new(protocol, config(channel));
    let mut script = Script::new(transcript, chunking);
    loop {
        match dialogue.step() {
            Step::Receive => match script.next_chunk() {
                Some(bytes) => dialogue.receive(&bytes),
                None => break,
            },
            Step::Send(bytes) => {
                let text = String::from_utf8(bytes).unwrap();
                assert!(text.ends_with("\r\n"), "{text:?} is no line");
                text.split_terminator("\r\n").for_each(|line| script.expect("S:", line));
            }
            Step::StartTls => {
                script.expect("T:", "");
                dialogue.tls_started();
            }
            Step::SignIn(attempt) => {
                let asked = format!("{} / {}", attempt.authcid, attempt.secret.expose());
                match script.authority_answer(&asked) {
                    Some(refusal) => dialogue.refused(refusal),
                    None => dialogue.accepted(CAPABILITIES),
                }
            }
            Step::Splice { reply, pipelined } => {
                script.expect("S:", String::from_utf8(reply).unwrap().trim_end());
                let mut handed = String::from_utf8(pipelined).unwrap();
                while let Some(bytes) = script.next_chunk() {
                    handed += &String::from_utf8(bytes).unwrap();
                }
                script.expect("E:", handed.trim_end().replace("\r\n", "; ").as_str());
                break;
            }
            Step::Close => {
                script.expect("X:", "");
                break;
            }
        }
    }
    script.end();
}

/// What is left of a transcript.
struct Script {
    lines: VecDeque<(&'static str, String)>,
    chunking: Chunking,
    /// What the client has sent and the network not yet delivered.
    in_flight: VecDeque<u8>,
}

impl Script {
    fn new(transcript: &str, chunking: Chunking) -> Self {
        let line = |line: &str| {
            let (mark, text) = line.split_at(2);
            let mark = ["S:", "C:", "A:", "T:", "E:", "X:"].into_iter().find(|m| *m == mark).unwrap();
            (mark, text.strip_prefix(' ').unwrap_or(text).to_owned())
        };
        let lines = transcript.lines().map(str::trim_start).filter(|l| !l.is_empty()).map(line).collect();
        Self { lines, chunking, in_flight: VecDeque::new() }
    }

    /// What the network delivers next.
    fn next_chunk(&mut self) -> Option<Vec<u8>> {
        if self.in_flight.is_empty() {
            self.send_client_lines();
        }
        let length = match self.chunking {
            Chunking::Bytes => 1,
            Chunking::InTurn | Chunking::Pipelined => self.in_flight.len(),
        };
        let bytes: Vec<u8> = self.in_flight.drain(..length.min(self.in_flight.len())).collect();
        (!bytes.is_empty()).then_some(bytes)
    }

    fn send_client_lines(&mut self) {
        let mut index = 0;
        while let Some((mark, text)) = self.lines.get(index) {
            match (*mark, self.chunking) {
                ("C:", _) => {
                    self.in_flight.extend(wire_bytes(text));
                    self.lines.remove(index);
                }
                // What is said behind this is said within TLS.
                ("T:", _) | (_, Chunking::InTurn) => break,
                _ => index += 1,
            }
        }
    }

    fn expect(&mut self, mark: &str, text: &str) {
        if mark == "T:" {
            // The handshake swallows what a client sent too early.
            while self.lines.front().is_some_and(|line| line.0 == "C:") {
                self.lines.pop_front();
            }
            self.in_flight.clear();
        }
        let (expected_mark, expected) =
            self.lines.pop_front().unwrap_or_else(|| ("X:", "nothing more".into()));
        let chunking = self.chunking;
        assert_eq!(format!("{mark} {text}"), format!("{expected_mark} {expected}"), "{chunking:?}");
    }

    fn authority_answer(&mut self, asked: &str) -> Option<Refusal> {
        let answer = self.lines.front().and_then(|(_, text)| text.rsplit_once(" = ")).unwrap().1.to_owned();
        self.expect("A:", &format!("{asked} = {answer}"));
        Refusal::ALL.into_iter().find(|refusal| format!("{refusal:?}") == answer)
    }

    fn end(self) {
        assert!(self.lines.is_empty(), "{:?}: never happened: {:?}", self.chunking, self.lines);
    }
}

fn wire_bytes(line: &str) -> Vec<u8> {
    let mut bytes = match line.split_once("<base64 ") {
        Some((before, rest)) => {
            let (inside, after) = rest.split_once('>').unwrap();
            [unescaped(before), STANDARD.encode(unescaped(inside)).into_bytes(), unescaped(after)].concat()
        }
        None => unescaped(line),
    };
    bytes.extend_from_slice(b"\r\n");
    bytes
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = vec![];
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let (byte, length) = match escape.as_bytes() {
            [b'0', ..] => (0, 1),
            [b'r', ..] => (b'\r', 1),
            [b'n', ..] => (b'\n', 1),
            [b'x', ..] => (u8::from_str_radix(&escape[1..3], 16).unwrap(), 3),
            _ => panic!("unknown escape in {text}"),
        };
        bytes.push(byte);
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}
