//! POP3 up to the sign-in, with a stranger (RFC 1939 §4, RFC 2449, RFC 2595, RFC 5034).

use crate::action::Move;
use crate::dialogue_config::DialogueConfig;
use crate::refusal::Refusal;
use crate::sasl::{self, Exchange, Mechanism, Turn};
use crate::step::Attempt;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

/// What a stranger may say in POP3 before sign-in.
#[derive(Default)]
pub(crate) struct PreAuth(State);

#[derive(Default)]
enum State {
    /// Nothing has been said that matters.
    #[default]
    Idle,
    /// `USER` gave a name; only `PASS` makes use of it.
    Named { name: Vec<u8> },
    /// Within AUTH.
    Sasl(Exchange),
}

impl PreAuth {
    // The greeting has no `<timestamp>`: APOP needs the password in plain text and is not offered (RFC 1939 §7).
    pub(crate) fn greeting(config: &DialogueConfig) -> Vec<u8> {
        format!("+OK {} Postward ready.\r\n", config.hostname).into_bytes()
    }

    pub(crate) fn handle_line(&mut self, line: &[u8], config: &DialogueConfig) -> Move {
        match mem::take(&mut self.0) {
            State::Sasl(exchange) => self.turn(exchange.answer(line)),
            State::Named { name } => self.command(line, Some(&name), config),
            State::Idle => self.command(line, None, config),
        }
    }

    pub(crate) fn accepted() -> Vec<u8> {
        b"+OK Signed in.\r\n".to_vec()
    }

    pub(crate) fn refused(refusal: Refusal) -> Vec<u8> {
        format!("-ERR {}\r\n", refusal.pop3()).into_bytes()
    }

    fn command(&mut self, line: &[u8], name: Option<&[u8]>, config: &DialogueConfig) -> Move {
        let (verb, argument) = match line.iter().position(|byte| *byte == b' ') {
            Some(space) => (line.get(..space), line.get(space + 1..)),
            None => (Some(line), None),
        };
        let verb = verb.unwrap_or_default().to_ascii_uppercase();
        match (verb.as_slice(), argument) {
            (b"CAPA", None) => Move::Say(capabilities(config).into_bytes()),
            (b"QUIT", None) => Move::Leave(b"+OK Good-bye.\r\n".to_vec()),
            (b"STLS", None) if config.channel.offers_start_tls() => {
                Move::StartTls(b"+OK Begin TLS now.\r\n".to_vec())
            }
            (b"STLS", None) => complain("STLS is not offered here."),
            (b"USER" | b"PASS" | b"AUTH", Some(_)) if config.channel.refuses_passwords() => {
                complain("Start TLS first (STLS).")
            }
            (b"USER", Some(name)) => {
                self.0 = State::Named { name: name.trim_ascii().to_vec() };
                Move::Say(b"+OK Send PASS.\r\n".to_vec())
            }
            // RFC 1939 §7: one argument, so that spaces belong to the password.
            (b"PASS", Some(password)) => match name {
                Some(name) => sign_in(sasl::attempt(name, password)),
                None => complain("Send USER first."),
            },
            // RFC 1734 knows no such form, but it is what mail apps ask older servers with.
            (b"AUTH", None) => Move::Say(b"+OK\r\nPLAIN\r\nLOGIN\r\n.\r\n".to_vec()),
            (b"AUTH", Some(argument)) => self.auth(argument),
            (b"USER" | b"PASS", None) => complain("An argument is missing."),
            (b"NOOP" | b"STAT" | b"LIST" | b"RETR" | b"DELE" | b"RSET" | b"TOP" | b"UIDL", _) => {
                complain("Sign in first.")
            }
            _ => complain("Unknown command."),
        }
    }

    // RFC 5034 §4: AUTH mechanism [initial-response]
    fn auth(&mut self, argument: &[u8]) -> Move {
        let mut words = argument.split(|byte| *byte == b' ');
        let mechanism = words.next().and_then(Mechanism::named);
        match (mechanism, words.next(), words.next()) {
            (Some(mechanism), None, _) => self.turn(Exchange::start(mechanism)),
            (Some(mechanism), Some(initial), None) => self.turn(Exchange::start_with(mechanism, initial)),
            (Some(_), Some(_), Some(_)) => complain("Too many arguments."),
            (None, ..) => complain("Mechanism is not offered."),
        }
    }

    fn turn(&mut self, turn: Turn) -> Move {
        match turn {
            Turn::Challenge(challenge, exchange) => {
                self.0 = State::Sasl(exchange);
                Move::Say(format!("+ {challenge}\r\n").into_bytes())
            }
            Turn::Complete(attempt) => sign_in(Some(attempt)),
            Turn::Unfit => sign_in(None),
            Turn::Cancelled => complain("Cancelled."),
            Turn::Malformed => complain("Not base64, or not what this mechanism sends."),
        }
    }
}

fn sign_in(attempt: Option<Attempt>) -> Move {
    match attempt {
        Some(attempt) => Move::Ask(attempt),
        None => Move::Refuse(PreAuth::refused(Refusal::Rejected)),
    }
}

fn capabilities(config: &DialogueConfig) -> String {
    let mut list = String::from("+OK Capabilities follow.\r\n");
    list += "UIDL\r\nTOP\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\n";
    if config.channel.offers_start_tls() {
        list += "STLS\r\n";
    }
    if !config.channel.refuses_passwords() {
        list += "USER\r\nSASL PLAIN LOGIN\r\n";
    }
    list + ".\r\n"
}

fn complain(text: &str) -> Move {
    Move::Complain(format!("-ERR {text}\r\n").into_bytes())
}
