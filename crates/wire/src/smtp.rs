//! Message submission before sign-in (RFC 6409, RFC 5321, RFC 4954, RFC 3207).

use crate::action::Action;
use crate::client_name::ClientName;
use crate::dialogue_config::DialogueConfig;
use crate::line::verb_and_argument;
use crate::refusal::Refusal;
use crate::sasl::{AuthArgumentError, Exchange, Outcome};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

/// An SMTP session before AUTH has succeeded.
#[derive(Default)]
pub(crate) struct PreAuth {
    state: State,
    client_name: Option<ClientName>,
}

#[derive(Default)]
enum State {
    /// The client has not said who it is.
    #[default]
    Connected,
    /// `HELO`: no extensions, so no AUTH.
    Helo,
    /// `EHLO`: everything may follow.
    Ehlo,
    /// Within AUTH.
    Sasl(Exchange),
}

impl PreAuth {
    pub(crate) fn greeting(config: &DialogueConfig) -> Vec<u8> {
        format!("220 {} ESMTP Postward ready.\r\n", config.hostname).into_bytes()
    }

    pub(crate) fn client_name(&self) -> Option<&ClientName> {
        self.client_name.as_ref()
    }

    pub(crate) fn handle_line(&mut self, line: &[u8], config: &DialogueConfig) -> Action {
        match mem::take(&mut self.state) {
            State::Sasl(exchange) => {
                self.state = State::Ehlo;
                self.sasl_outcome(exchange.answer(line))
            }
            state => {
                self.state = state;
                self.command(line, config)
            }
        }
    }

    pub(crate) fn accepted() -> Vec<u8> {
        b"235 2.7.0 Signed in.\r\n".to_vec()
    }

    pub(crate) fn refused(refusal: Refusal) -> Vec<u8> {
        format!("{}\r\n", refusal.smtp()).into_bytes()
    }

    fn command(&mut self, line: &[u8], config: &DialogueConfig) -> Action {
        let (verb, argument) = verb_and_argument(line);
        let argument = argument.unwrap_or_default().trim_ascii();
        match verb.as_slice() {
            b"EHLO" | b"HELO" if argument.is_empty() => bad_command("501 5.5.4 A host name is missing."),
            b"EHLO" => {
                self.introduce(State::Ehlo, argument);
                Action::Reply(extensions(config).into_bytes())
            }
            b"HELO" => {
                self.introduce(State::Helo, argument);
                reply(&format!("250 {}", config.hostname))
            }
            b"STARTTLS" if !argument.is_empty() => bad_command("501 5.5.4 STARTTLS takes no argument."),
            b"STARTTLS" if config.channel.offers_start_tls() => {
                Action::StartTls(b"220 2.0.0 Begin TLS now.\r\n".to_vec())
            }
            b"STARTTLS" => bad_command("503 5.5.1 STARTTLS is not offered here."),
            // RFC 4954 §6.
            b"AUTH" if config.channel.refuses_passwords() => bad_command("538 5.7.11 Start TLS first."),
            b"AUTH" if !matches!(self.state, State::Ehlo) => bad_command("503 5.5.1 Send EHLO first."),
            b"AUTH" => self.auth(argument),
            b"NOOP" => reply("250 2.0.0 Done."),
            b"RSET" => reply("250 2.0.0 Done."),
            // RFC 5321 §3.5.3: nobody learns here who has a mailbox.
            b"VRFY" => reply("252 2.1.5 Send mail, and see."),
            b"QUIT" => Action::Quit(b"221 2.0.0 Good-bye.\r\n".to_vec()),
            // RFC 4954 §6.
            b"MAIL" | b"RCPT" | b"DATA" | b"BDAT" | b"EXPN" | b"ETRN" => {
                bad_command("530 5.7.0 Sign in first.")
            }
            _ => bad_command("500 5.5.2 Unknown command."),
        }
    }

    fn introduce(&mut self, state: State, argument: &[u8]) {
        self.state = state;
        self.client_name = ClientName::from_wire(argument);
    }

    // What a SASL exchange comes to is decided once, in `sasl`; each protocol has its own words for it.
    fn auth(&mut self, argument: &[u8]) -> Action {
        match Exchange::start_with_argument(argument) {
            Ok(outcome) => self.sasl_outcome(outcome),
            Err(AuthArgumentError::TooManyArguments) => bad_command("501 5.5.4 Too many arguments."),
            Err(AuthArgumentError::UnknownMechanism) => bad_command("504 5.5.4 Mechanism is not offered."),
        }
    }

    fn sasl_outcome(&mut self, outcome: Outcome) -> Action {
        match outcome {
            Outcome::Challenge(challenge, exchange) => {
                self.state = State::Sasl(exchange);
                reply(&format!("334 {challenge}"))
            }
            Outcome::Complete(attempt) => Action::SignIn(attempt),
            Outcome::InvalidCredentials => Action::Reject,
            Outcome::Cancelled => bad_command("501 5.7.0 Cancelled."),
            Outcome::Malformed => bad_command("501 5.5.2 Not base64, or not what this mechanism sends."),
        }
    }
}

fn extensions(config: &DialogueConfig) -> String {
    let DialogueConfig { hostname, message_size, channel, limits: _ } = config;
    let mut list = format!("250-{hostname}\r\n250-PIPELINING\r\n250-SIZE {message_size}\r\n250-8BITMIME\r\n");
    if channel.offers_start_tls() {
        list += "250-STARTTLS\r\n";
    }
    if !channel.refuses_passwords() {
        list += "250-AUTH PLAIN LOGIN\r\n";
    }
    list + "250 ENHANCEDSTATUSCODES\r\n"
}

fn reply(text: &str) -> Action {
    Action::Reply(format!("{text}\r\n").into_bytes())
}

fn bad_command(text: &str) -> Action {
    Action::BadCommand(format!("{text}\r\n").into_bytes())
}
