//! What a stranger may say in IMAP before sign-in (RFC 9051 §6.1, §6.2; RFC 3501).
//!
//! The borders of a command are found first, literals included, without looking at what it says; a whole command is
//! then decoded by imap-codec. So a literal is never read as a command, whatever stands around it.

use crate::client_name::ClientName;
use crate::dialogue::Attempt;
use crate::farewell::Farewell;
use crate::line::{Input, MAX_LINE, Taken, append_wiped};
use crate::opening::Opening;
use crate::preauth::Move;
use crate::refusal::Refusal;
use crate::sasl::{self, Exchange, MAX_PASSWORD, Mechanism, Turn};
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
const MAX_LITERAL: u64 = MAX_PASSWORD as u64;

/// The longest command, literals included.
const MAX_COMMAND: usize = MAX_LINE;

/// A tag comes back in every answer. Clients use up to ten characters.
const MAX_TAG: usize = 64;

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
    Literal(Unfinished),
    /// Within a command, behind a literal.
    AfterLiteral(Zeroizing<Vec<u8>>),
    /// Within AUTHENTICATE.
    Sasl { tag: String, exchange: Exchange },
    /// The authority is asked.
    Asking { tag: String },
}

/// A command that goes on with a literal of known size.
struct Unfinished {
    command: Zeroizing<Vec<u8>>,
    size: usize,
}

impl PreAuth {
    pub(crate) fn greeting(opening: &Opening) -> Vec<u8> {
        let capabilities = capabilities(opening);
        format!("* OK [CAPABILITY {capabilities}] {} Postward ready.\r\n", opening.hostname).into_bytes()
    }

    pub(crate) fn client_name(&self) -> Option<&ClientName> {
        self.client_name.as_ref()
    }

    pub(crate) fn next(&mut self, input: &mut Input, opening: &Opening) -> Move {
        loop {
            match mem::take(&mut self.state) {
                State::Literal(Unfinished { mut command, size }) => {
                    if !input.holds(size) {
                        self.state = State::Literal(Unfinished { command, size });
                        return Move::Wait;
                    }
                    let Some(literal) = input.take_exactly(size) else {
                        return Move::GiveUp(Farewell::TooMuch);
                    };
                    append_wiped(&mut command, &literal);
                    self.state = State::AfterLiteral(command);
                }
                State::Asking { tag } => {
                    self.state = State::Asking { tag };
                    return Move::Wait;
                }
                state => {
                    let line = match input.take_line() {
                        Taken::Line(line) => line,
                        Taken::Wait => {
                            self.state = state;
                            return Move::Wait;
                        }
                        Taken::TooLong => return Move::GiveUp(Farewell::TooLarge),
                        Taken::Spent => return Move::GiveUp(Farewell::TooMuch),
                    };
                    let done = match state {
                        State::Sasl { tag, exchange } => Some(self.turn(tag, exchange.answer(&line))),
                        State::AfterLiteral(mut command) => {
                            let from = command.len();
                            append_wiped(&mut command, &line);
                            self.command_line(command, from, opening)
                        }
                        _ => self.command_line(line, 0, opening),
                    };
                    if let Some(done) = done {
                        return done;
                    }
                }
            }
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

    /// A line that ends a command, or one that announces its next literal. It begins at `from`. Nothing is to be
    /// said where the literal comes unasked.
    fn command_line(
        &mut self,
        mut command: Zeroizing<Vec<u8>>,
        from: usize,
        opening: &Opening,
    ) -> Option<Move> {
        let announced = Announced::at_end_of(command.get(from..).unwrap_or_default());
        append_wiped(&mut command, b"\r\n");
        if command.len() > MAX_COMMAND {
            return Some(Move::GiveUp(Farewell::TooLarge));
        }
        let Some(announced) = announced else {
            return Some(self.command(&command, opening));
        };
        let too_large =
            announced.size > MAX_LITERAL || command.len() as u64 + announced.size > MAX_COMMAND as u64;
        match announced.kind {
            // RFC 7888 §4: it comes in any case, so either read all of it or hang up.
            LiteralKind::Unasked if too_large => return Some(Move::GiveUp(Farewell::TooLarge)),
            LiteralKind::Unasked => {}
            LiteralKind::Asked => {
                if let Some(answer) = refuse_literal(&command, too_large, opening) {
                    return Some(answer);
                }
            }
        }
        self.state = State::Literal(Unfinished { command, size: announced.size as usize });
        match announced.kind {
            LiteralKind::Unasked => None,
            LiteralKind::Asked => Some(Move::Say(b"+ OK\r\n".to_vec())),
        }
    }

    fn command(&mut self, command: &[u8], opening: &Opening) -> Move {
        let Some(tag) = tag_of(command) else {
            return untagged_bad();
        };
        let body = match CommandCodec::default().decode(command) {
            Ok(([], Command { tag: _, body })) => body,
            _ => return bad(&tag, "Unknown command, or not in this form."),
        };
        match body {
            CommandBody::Capability => {
                let capabilities = capabilities(opening);
                say(format!("* CAPABILITY {capabilities}\r\n{tag} OK Done.\r\n"))
            }
            CommandBody::Noop => say(format!("{tag} OK Done.\r\n")),
            CommandBody::Logout => Move::Leave(format!("* BYE Good-bye.\r\n{tag} OK Done.\r\n").into_bytes()),
            CommandBody::Id { parameters } => {
                self.client_name = parameters.and_then(|pairs| name_and_version(&pairs));
                say(format!("* ID (\"name\" \"Postward\")\r\n{tag} OK Done.\r\n"))
            }
            CommandBody::StartTLS if opening.channel.offers_start_tls() => {
                Move::StartTls(format!("{tag} OK Begin TLS now.\r\n").into_bytes())
            }
            CommandBody::StartTLS => bad(&tag, "STARTTLS is not offered here."),
            CommandBody::Login { .. } | CommandBody::Authenticate { .. }
                if opening.channel.refuses_passwords() =>
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
                    return Move::Complain(format!("{tag} NO Mechanism is not offered.\r\n").into_bytes());
                };
                let turn = match initial_response {
                    Some(initial) => {
                        let message = Zeroizing::new(initial.declassify().to_vec());
                        Exchange::start_with_decoded(mechanism, message)
                    }
                    None => Exchange::start(mechanism),
                };
                self.turn(tag, turn)
            }
            _ => bad(&tag, "Sign in first."),
        }
    }

    fn turn(&mut self, tag: String, turn: Turn) -> Move {
        match turn {
            Turn::Challenge(challenge, exchange) => {
                self.state = State::Sasl { tag, exchange };
                say(format!("+ {challenge}\r\n"))
            }
            Turn::Complete(attempt) => self.sign_in(tag, Some(attempt)),
            Turn::Unfit => self.sign_in(tag, None),
            Turn::Cancelled => bad(&tag, "Cancelled."),
            Turn::Malformed => bad(&tag, "Not base64, or not what this mechanism sends."),
        }
    }

    fn sign_in(&mut self, tag: String, attempt: Option<Attempt>) -> Move {
        self.state = State::Asking { tag };
        match attempt {
            Some(attempt) => Move::Ask(attempt),
            None => Move::Refuse(self.refused(Refusal::Rejected)),
        }
    }

    fn take_tag(&mut self) -> String {
        match mem::take(&mut self.state) {
            State::Asking { tag } => tag,
            // `Dialogue` answers only what it has asked; an untagged answer opens nothing in any case.
            _ => String::from("*"),
        }
    }
}

fn capabilities(opening: &Opening) -> String {
    let mut list = String::from("IMAP4rev1 SASL-IR LITERAL+ ID");
    if opening.channel.offers_start_tls() {
        list += " STARTTLS";
    }
    list += if opening.channel.refuses_passwords() { " LOGINDISABLED" } else { " AUTH=PLAIN AUTH=LOGIN" };
    list
}

/// Why a client is not asked for the literal it has announced, if so.
fn refuse_literal(command: &[u8], too_large: bool, opening: &Opening) -> Option<Move> {
    let Some(tag) = tag_of(command) else {
        return Some(untagged_bad());
    };
    let verb = command.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    let login = verb.eq_ignore_ascii_case(b"LOGIN");
    if too_large {
        Some(bad(&tag, "Literal is too large."))
    } else if login && opening.channel.refuses_passwords() {
        // Before the password is sent, not after.
        Some(privacy_required(&tag))
    } else if login || verb.eq_ignore_ascii_case(b"ID") {
        None
    } else {
        Some(bad(&tag, "Sign in first."))
    }
}

/// A literal announced at the end of a line.
struct Announced {
    size: u64,
    kind: LiteralKind,
}

enum LiteralKind {
    /// `{n}`: the client waits to be asked for it.
    Asked,
    /// `{n+}`: it is on its way already (RFC 7888).
    Unasked,
}

impl Announced {
    fn at_end_of(line: &[u8]) -> Option<Self> {
        let inside = line.strip_suffix(b"}")?;
        let (inside, kind) = match inside.strip_suffix(b"+") {
            Some(inside) => (inside, LiteralKind::Unasked),
            None => (inside, LiteralKind::Asked),
        };
        let digits = inside.rsplit(|byte| *byte == b'{').next().filter(|d| d.len() < inside.len())?;
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let size = digits
            .iter()
            .fold(0_u64, |size, digit| size.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        Some(Self { size, kind })
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

fn say(reply: String) -> Move {
    Move::Say(reply.into_bytes())
}

fn bad(tag: &str, text: &str) -> Move {
    Move::Complain(format!("{tag} BAD {text}\r\n").into_bytes())
}

fn untagged_bad() -> Move {
    Move::Complain(b"* BAD A command begins with a tag.\r\n".to_vec())
}

// RFC 5530 §3.
fn privacy_required(tag: &str) -> Move {
    Move::Complain(format!("{tag} NO [PRIVACYREQUIRED] Start TLS first.\r\n").into_bytes())
}
