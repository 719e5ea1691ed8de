//! POP3 before sign-in (RFC 1939 §4, RFC 2449, RFC 2595, RFC 5034).

use crate::action::Action;
use crate::dialogue_config::DialogueConfig;
use crate::line::verb_and_argument;
use crate::refusal::Refusal;
use crate::sasl::{self, AuthArgumentError, Exchange, Outcome};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

/// The AUTHORIZATION state of POP3 (RFC 1939 §4).
#[derive(Default)]
pub(crate) struct PreAuth(State);

#[derive(Default)]
enum State {
    /// Between two commands.
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

    pub(crate) fn handle_line(&mut self, line: &[u8], config: &DialogueConfig) -> Action {
        match mem::take(&mut self.0) {
            State::Sasl(exchange) => self.sasl_outcome(exchange.answer(line)),
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

    fn command(&mut self, line: &[u8], name: Option<&[u8]>, config: &DialogueConfig) -> Action {
        let (verb, argument) = verb_and_argument(line);
        match (verb.as_slice(), argument) {
            (b"CAPA", None) => Action::Reply(capabilities(config).into_bytes()),
            (b"QUIT", None) => Action::Quit(b"+OK Good-bye.\r\n".to_vec()),
            (b"STLS", None) if config.channel.offers_start_tls() => {
                Action::StartTls(b"+OK Begin TLS now.\r\n".to_vec())
            }
            (b"STLS", None) => bad_command("STLS is not offered here."),
            (b"USER" | b"PASS" | b"AUTH", Some(_)) if config.channel.refuses_passwords() => {
                bad_command("Start TLS first (STLS).")
            }
            (b"USER", Some(name)) => {
                self.0 = State::Named { name: name.trim_ascii().to_vec() };
                Action::Reply(b"+OK Send PASS.\r\n".to_vec())
            }
            // RFC 1939 §7: one argument, so that spaces belong to the password.
            (b"PASS", Some(password)) => match name {
                Some(name) => Action::sign_in(sasl::attempt(name, password)),
                None => bad_command("Send USER first."),
            },
            // RFC 1734 knows no such form, but it is what mail apps ask older servers with.
            (b"AUTH", None) => Action::Reply(b"+OK\r\nPLAIN\r\nLOGIN\r\n.\r\n".to_vec()),
            (b"AUTH", Some(argument)) => self.auth(argument),
            (b"USER" | b"PASS", None) => bad_command("An argument is missing."),
            (b"NOOP" | b"STAT" | b"LIST" | b"RETR" | b"DELE" | b"RSET" | b"TOP" | b"UIDL", _) => {
                bad_command("Sign in first.")
            }
            _ => bad_command("Unknown command."),
        }
    }

    // What a SASL exchange comes to is decided once, in `sasl`; each protocol has its own words for it.
    fn auth(&mut self, argument: &[u8]) -> Action {
        match Exchange::start_with_argument(argument) {
            Ok(outcome) => self.sasl_outcome(outcome),
            Err(AuthArgumentError::TooManyArguments) => bad_command("Too many arguments."),
            Err(AuthArgumentError::UnknownMechanism) => bad_command("Mechanism is not offered."),
        }
    }

    fn sasl_outcome(&mut self, outcome: Outcome) -> Action {
        match outcome {
            Outcome::Challenge(challenge, exchange) => {
                self.0 = State::Sasl(exchange);
                Action::Reply(format!("+ {challenge}\r\n").into_bytes())
            }
            Outcome::Complete(attempt) => Action::SignIn(attempt),
            Outcome::InvalidCredentials => Action::Reject,
            Outcome::Cancelled => bad_command("Cancelled."),
            Outcome::Malformed => bad_command("Not base64, or not what this mechanism sends."),
        }
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

fn bad_command(text: &str) -> Action {
    Action::BadCommand(format!("-ERR {text}\r\n").into_bytes())
}
