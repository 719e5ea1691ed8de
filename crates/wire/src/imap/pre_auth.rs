//! IMAP before sign-in: the not-authenticated state (RFC 9051 §3.1, §6.1, §6.2; RFC 3501).
//!
//! The end of a command is found first, literals included, before anything in it is parsed; a whole command is then
//! decoded by imap-codec. So a literal is never read as a command, whatever surrounds it.

use crate::action::Action;
use crate::client_name::ClientName;
use crate::close_reason::CloseReason;
use crate::dialogue_config::DialogueConfig;
use crate::imap::literal::{LiteralHeader, LiteralMode};
use crate::line::{Expected, MAX_LINE, append_wiped};
use crate::refusal::Refusal;
use crate::sasl::{self, Exchange, MAX_PASSWORD, Mechanism, Outcome};
use crate::step::Attempt;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use imap_codec::CommandCodec;
use imap_codec::decode::Decoder;
use imap_types::command::{Command, CommandBody};
use imap_types::core::{AString, IString, NString, Tag};
use zeroize::Zeroizing;

/// The longest literal before sign-in: a password is the longest thing that has a reason to come as one.
const MAX_LITERAL: usize = MAX_PASSWORD;

/// The longest command, literals included.
const MAX_COMMAND: usize = MAX_LINE;

/// A tag comes back in every answer. Clients use up to ten characters.
const MAX_TAG: usize = 64;

/// An IMAP connection in the not-authenticated state.
#[derive(Default)]
pub(crate) struct PreAuth {
    state: State,
    client_name: Option<ClientName>,
}

#[derive(Default)]
enum State {
    /// Between two commands.
    #[default]
    Idle,
    /// Within a command, behind a line that announced a literal.
    Literal { command: Zeroizing<Vec<u8>>, size: usize },
    /// Within a command, behind a literal.
    AfterLiteral { command: Zeroizing<Vec<u8>> },
    /// Within AUTHENTICATE.
    Sasl { tag: String, exchange: Exchange },
    /// The authority is being asked.
    SignIn { tag: String },
}

impl PreAuth {
    pub(crate) fn greeting(config: &DialogueConfig) -> Vec<u8> {
        let capabilities = capabilities(config);
        format!("* OK [CAPABILITY {capabilities}] {} Postward ready.\r\n", config.hostname).into_bytes()
    }

    pub(crate) fn client_name(&self) -> Option<&ClientName> {
        self.client_name.as_ref()
    }

    pub(crate) fn expects(&self) -> Expected {
        match &self.state {
            State::Literal { size, .. } => Expected::Bytes(*size),
            _ => Expected::Line,
        }
    }

    /// Takes what was expected. None while the command is not complete.
    pub(crate) fn handle_line(
        &mut self,
        bytes: Zeroizing<Vec<u8>>,
        config: &DialogueConfig,
    ) -> Option<Action> {
        match mem::take(&mut self.state) {
            // While the authority is asked, the driver does not read.
            State::Idle | State::SignIn { .. } => self.line(bytes, 0, config),
            State::Literal { mut command, size: _ } => {
                append_wiped(&mut command, &bytes);
                self.state = State::AfterLiteral { command };
                None
            }
            State::AfterLiteral { mut command } => {
                let from = command.len();
                append_wiped(&mut command, &bytes);
                self.line(command, from, config)
            }
            State::Sasl { tag, exchange } => Some(self.sasl_outcome(tag, exchange.answer(&bytes))),
        }
    }

    pub(crate) fn accepted(&mut self, capabilities: &str) -> Vec<u8> {
        let tag = self.take_tag();
        // They come from the engine. Nothing in them may end the response code or the line.
        let clean = |c: char| c.is_ascii_graphic() && !"[]\"\\(){}".contains(c) || c == ' ';
        if capabilities.is_empty() || !capabilities.chars().all(clean) {
            return format!("{tag} OK Signed in.\r\n").into_bytes();
        }
        format!("{tag} OK [CAPABILITY {capabilities}] Signed in.\r\n").into_bytes()
    }

    pub(crate) fn refused(&mut self, refusal: Refusal) -> Vec<u8> {
        let tag = self.take_tag();
        format!("{tag} NO {}\r\n", refusal.imap()).into_bytes()
    }

    /// Takes the line that begins at `from`: it ends the command or announces the next literal.
    fn line(
        &mut self,
        mut command: Zeroizing<Vec<u8>>,
        from: usize,
        config: &DialogueConfig,
    ) -> Option<Action> {
        let header =
            LiteralHeader::split_from(command.get(from..).unwrap_or_default()).map(|(_, header)| header);
        append_wiped(&mut command, b"\r\n");
        if command.len() > MAX_COMMAND {
            return Some(Action::Close(CloseReason::TooLarge));
        }
        let Some(LiteralHeader { size, mode }) = header else {
            return Some(self.command(&command, config));
        };
        let most = MAX_LITERAL.min(MAX_COMMAND - command.len());
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let too_large = size > most;
        match mode {
            // RFC 7888 §4: it comes in any case, so either read all of it or hang up.
            LiteralMode::NonSync if too_large => Some(Action::Close(CloseReason::TooLarge)),
            LiteralMode::NonSync => {
                self.state = State::Literal { command, size };
                None
            }
            LiteralMode::Sync if too_large => Some(bad(tag_of(&command), "Literal is too large.")),
            LiteralMode::Sync => {
                let refusal = refuse_literal(&command, config);
                if refusal.is_none() {
                    self.state = State::Literal { command, size };
                }
                Some(refusal.unwrap_or_else(|| reply(String::from("+ OK\r\n"))))
            }
        }
    }

    fn command(&mut self, command: &[u8], config: &DialogueConfig) -> Action {
        let decoded = CommandCodec::default().decode(command);
        let (Some(tag), Ok(([], Command { tag: _, body }))) = (tag_of(command), decoded) else {
            return bad(tag_of(command), "Unknown command, or not in this form.");
        };
        match body {
            CommandBody::Capability => {
                let capabilities = capabilities(config);
                reply(format!("* CAPABILITY {capabilities}\r\n{tag} OK Done.\r\n"))
            }
            CommandBody::Noop => reply(format!("{tag} OK Done.\r\n")),
            CommandBody::Logout => {
                Action::Quit(format!("* BYE Good-bye.\r\n{tag} OK Done.\r\n").into_bytes())
            }
            CommandBody::Id { parameters } => {
                self.client_name = parameters.and_then(|pairs| name_and_version(&pairs));
                reply(format!("* ID (\"name\" \"Postward\")\r\n{tag} OK Done.\r\n"))
            }
            CommandBody::StartTLS if config.channel.offers_start_tls() => {
                Action::StartTls(format!("{tag} OK Begin TLS now.\r\n").into_bytes())
            }
            CommandBody::StartTLS => bad(Some(tag), "STARTTLS is not offered here."),
            CommandBody::Login { .. } | CommandBody::Authenticate { .. }
                if config.channel.refuses_passwords() =>
            {
                privacy_required(&tag)
            }
            CommandBody::Login { username, password } => {
                let username = Zeroizing::new(bytes_of(&username));
                let password = Zeroizing::new(bytes_of(password.declassify()));
                self.sign_in(tag, sasl::attempt(&username, &password))
            }
            CommandBody::Authenticate { mechanism, initial_response } => {
                let Some(mechanism) = Mechanism::named(mechanism.as_ref().as_bytes()) else {
                    return Action::BadCommand(
                        format!("{tag} NO Mechanism is not offered.\r\n").into_bytes(),
                    );
                };
                let outcome = match initial_response {
                    Some(initial) => {
                        let message = Zeroizing::new(initial.declassify().to_vec());
                        Exchange::start_with_decoded(mechanism, message)
                    }
                    None => Exchange::start(mechanism),
                };
                self.sasl_outcome(tag, outcome)
            }
            _ => bad(Some(tag), "Sign in first."),
        }
    }

    fn sasl_outcome(&mut self, tag: String, outcome: Outcome) -> Action {
        match outcome {
            Outcome::Challenge(challenge, exchange) => {
                self.state = State::Sasl { tag, exchange };
                reply(format!("+ {challenge}\r\n"))
            }
            Outcome::Complete(attempt) => self.sign_in(tag, Some(attempt)),
            Outcome::InvalidCredentials => self.sign_in(tag, None),
            Outcome::Cancelled => bad(Some(tag), "Cancelled."),
            Outcome::Malformed => bad(Some(tag), "Not base64, or not what this mechanism sends."),
        }
    }

    fn sign_in(&mut self, tag: String, attempt: Option<Attempt>) -> Action {
        self.state = State::SignIn { tag };
        Action::sign_in(attempt)
    }

    fn take_tag(&mut self) -> String {
        match mem::take(&mut self.state) {
            State::SignIn { tag } => tag,
            // `Dialogue` answers only what it has asked; an untagged reply opens nothing in any case.
            _ => String::from("*"),
        }
    }
}

fn capabilities(config: &DialogueConfig) -> String {
    let mut list = String::from("IMAP4rev1 SASL-IR LITERAL+ ID");
    if config.channel.offers_start_tls() {
        list += " STARTTLS";
    }
    list += if config.channel.refuses_passwords() { " LOGINDISABLED" } else { " AUTH=PLAIN AUTH=LOGIN" };
    list
}

/// The reply to a literal that is not asked for, where it is not.
fn refuse_literal(command: &[u8], config: &DialogueConfig) -> Option<Action> {
    let tag = tag_of(command);
    let verb = command.split(|byte| *byte == b' ').nth(1).unwrap_or_default().to_ascii_uppercase();
    match (tag, verb.as_slice()) {
        // Before the password is sent, not after.
        (Some(tag), b"LOGIN") if config.channel.refuses_passwords() => Some(privacy_required(&tag)),
        (Some(_), b"LOGIN" | b"ID") => None,
        (tag, _) => Some(bad(tag, "Sign in first.")),
    }
}

/// The tag of a command, if it is one that can be sent back.
fn tag_of(command: &[u8]) -> Option<String> {
    let tag = command.split(|byte| matches!(byte, b' ' | b'\r')).next()?;
    if tag.len() > MAX_TAG {
        return None;
    }
    Tag::try_from(tag).ok().map(|tag| String::from(tag.inner()))
}

// RFC 2971 §3.3: the fields are pairs; "name" and "version" are the ones that tell something.
fn name_and_version(pairs: &[(IString<'_>, NString<'_>)]) -> Option<ClientName> {
    let field = |wanted: &[u8]| {
        pairs.iter().find_map(|(name, value)| {
            let found = name.clone().into_inner().eq_ignore_ascii_case(wanted);
            value.clone().into_option().filter(|_| found)
        })
    };
    let name = field(b"name")?;
    let version = field(b"version").unwrap_or_default();
    ClientName::from_wire(&[&name, &b" "[..], &version].concat())
}

fn bytes_of(text: &AString<'_>) -> Vec<u8> {
    match text {
        AString::Atom(atom) => atom.inner().as_bytes().to_vec(),
        AString::String(string) => string.clone().into_inner().into_owned(),
    }
}

fn reply(text: String) -> Action {
    Action::Reply(text.into_bytes())
}

fn bad(tag: Option<String>, text: &str) -> Action {
    Action::BadCommand(match tag {
        Some(tag) => format!("{tag} BAD {text}\r\n").into_bytes(),
        None => b"* BAD A command begins with a tag.\r\n".to_vec(),
    })
}

// RFC 5530 §3.
fn privacy_required(tag: &str) -> Action {
    Action::BadCommand(format!("{tag} NO [PRIVACYREQUIRED] Start TLS first.\r\n").into_bytes())
}
