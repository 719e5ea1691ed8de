//! Signing in at an IMAP engine on behalf of a proven mailbox, by SASL PLAIN with an authorization identity: a Dovecot
//! master user, or whatever else honours RFC 4616 §2.

use crate::address::Address;
use crate::line::{Expected, Input, MAX_LINE, Received};
use crate::secret::Secret;
use crate::upstream::{Origin, UpstreamStep};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::mem;
use imap_codec::decode::Decoder;
use imap_codec::{GreetingCodec, ResponseCodec};
use imap_types::response::{
    Capability, Code, CommandContinuationRequest, Data, GreetingKind, Response, Status, StatusBody,
    StatusKind,
};
use zeroize::Zeroizing;

/// What an engine may send before the mailbox is open. Dovecot sends about one KiB.
const MAX_ANSWERS: usize = 8 * MAX_LINE;

/// The client's side of IMAP, from the engine's greeting to its capabilities after sign-in.
///
/// What goes to the engine is made of the proven [`Address`] and of our own configuration; nothing the client sent is
/// in it (invariant 11).
pub struct Upstream {
    state: State,
    input: Input,
    login: MasterLogin,
}

/// The master user's credentials, and the mailbox they are used for.
struct MasterLogin {
    mailbox: Address,
    master: String,
    secret: Secret,
    origin: Option<Origin>,
}

enum State {
    /// The engine's greeting is awaited.
    Greeting,
    /// `ID` was sent; its result does not matter.
    Id { sasl_ir: SaslIr },
    /// `AUTHENTICATE PLAIN` was sent; the engine's continuation request is awaited.
    Challenge,
    /// The SASL message was sent; the tagged reply is awaited.
    AuthResult { capabilities: Option<String> },
    /// Signed in; `CAPABILITY` was sent.
    Capability { capabilities: Option<String> },
    /// Failed or done.
    Closed,
}

/// Whether the engine takes the message within the command (RFC 4959).
#[derive(Clone, Copy)]
enum SaslIr {
    Offered,
    Missing,
}

impl Upstream {
    /// Will open `mailbox` with the engine's master user. An `origin` is only for an engine that trusts us
    /// (Dovecot: `login_trusted_networks`).
    pub fn new(mailbox: Address, master: String, secret: Secret, origin: Option<Origin>) -> Self {
        let login = MasterLogin { mailbox, master, secret, origin };
        Self { state: State::Greeting, input: Input::new(MAX_ANSWERS), login }
    }

    /// Takes what the engine sent. Only to be called after [`UpstreamStep::Receive`].
    pub fn receive(&mut self, bytes: &[u8]) {
        self.input.receive(bytes);
    }

    /// What is to be done next.
    pub fn step(&mut self) -> UpstreamStep {
        loop {
            if matches!(self.state, State::Closed) {
                return UpstreamStep::Broken;
            }
            let mut line = match self.input.take(Expected::Line) {
                Received::Complete(line) => line,
                Received::Incomplete => return UpstreamStep::Receive,
                Received::TooLong | Received::OverBudget => return self.give_up(),
            };
            line.extend_from_slice(b"\r\n");
            if let Some(step) = self.handle_line(&line) {
                return step;
            }
        }
    }

    /// Takes one line of the engine. None where it changes nothing.
    fn handle_line(&mut self, line: &[u8]) -> Option<UpstreamStep> {
        match mem::replace(&mut self.state, State::Closed) {
            State::Greeting => Some(self.greeting(line)),
            State::Id { sasl_ir } => match EngineReply::read(line, "i") {
                EngineReply::Ok { .. } | EngineReply::No { .. } => Some(self.authenticate(sasl_ir)),
                EngineReply::Untagged { .. } => self.stay(State::Id { sasl_ir }),
                EngineReply::Continue | EngineReply::Unexpected => Some(UpstreamStep::Broken),
            },
            State::Challenge => match EngineReply::read(line, "a") {
                EngineReply::Continue => {
                    self.state = State::AuthResult { capabilities: None };
                    Some(UpstreamStep::Send(format!("{}\r\n", self.login.message()).into_bytes()))
                }
                EngineReply::No { text } => Some(UpstreamStep::Refused(text)),
                EngineReply::Untagged { .. } => self.stay(State::Challenge),
                EngineReply::Ok { .. } | EngineReply::Unexpected => Some(UpstreamStep::Broken),
            },
            State::AuthResult { capabilities: untagged } => match EngineReply::read(line, "a") {
                EngineReply::Ok { capabilities } => match capabilities.or(untagged) {
                    Some(capabilities) => Some(self.ready(capabilities)),
                    None => {
                        self.state = State::Capability { capabilities: None };
                        Some(UpstreamStep::Send(b"c CAPABILITY\r\n".to_vec()))
                    }
                },
                EngineReply::No { text } => Some(UpstreamStep::Refused(text)),
                EngineReply::Untagged { capabilities } => {
                    self.stay(State::AuthResult { capabilities: capabilities.or(untagged) })
                }
                EngineReply::Continue | EngineReply::Unexpected => Some(UpstreamStep::Broken),
            },
            State::Capability { capabilities: untagged } => match EngineReply::read(line, "c") {
                EngineReply::Ok { capabilities } => {
                    Some(self.ready(capabilities.or(untagged).unwrap_or_default()))
                }
                EngineReply::Untagged { capabilities } => {
                    self.stay(State::Capability { capabilities: capabilities.or(untagged) })
                }
                EngineReply::No { .. } | EngineReply::Continue | EngineReply::Unexpected => {
                    Some(UpstreamStep::Broken)
                }
            },
            State::Closed => Some(UpstreamStep::Broken),
        }
    }

    fn greeting(&mut self, line: &[u8]) -> UpstreamStep {
        let Ok(([], greeting)) = GreetingCodec::default().decode(line) else {
            return UpstreamStep::Broken;
        };
        match greeting.kind {
            GreetingKind::Ok => {}
            GreetingKind::Bye => return UpstreamStep::Refused(greeting.text.inner().to_owned()),
            // Signed in already, as an unknown user.
            GreetingKind::PreAuth => return UpstreamStep::Broken,
        }
        let sasl_ir = match greeting.code {
            Some(Code::Capability(list)) if list.as_ref().contains(&Capability::SaslIr) => SaslIr::Offered,
            _ => SaslIr::Missing,
        };
        match &self.login.origin {
            Some(origin) => {
                let id = id_command(origin);
                self.state = State::Id { sasl_ir };
                UpstreamStep::Send(id.into_bytes())
            }
            None => self.authenticate(sasl_ir),
        }
    }

    fn authenticate(&mut self, sasl_ir: SaslIr) -> UpstreamStep {
        match sasl_ir {
            SaslIr::Offered => {
                self.state = State::AuthResult { capabilities: None };
                UpstreamStep::Send(format!("a AUTHENTICATE PLAIN {}\r\n", self.login.message()).into_bytes())
            }
            SaslIr::Missing => {
                self.state = State::Challenge;
                UpstreamStep::Send(b"a AUTHENTICATE PLAIN\r\n".to_vec())
            }
        }
    }

    fn ready(&mut self, capabilities: String) -> UpstreamStep {
        UpstreamStep::Ready { capabilities, pipelined: self.input.take_rest() }
    }

    fn stay(&mut self, state: State) -> Option<UpstreamStep> {
        self.state = state;
        None
    }

    fn give_up(&mut self) -> UpstreamStep {
        self.state = State::Closed;
        UpstreamStep::Broken
    }
}

impl MasterLogin {
    // RFC 4616 §2: authzid NUL authcid NUL passwd. The mailbox is whom we act for, the master user is who we are.
    fn message(&self) -> String {
        let Self { mailbox, master, secret, origin: _ } = self;
        let plain = Zeroizing::new(format!("{mailbox}\0{master}\0{}", secret.expose()));
        STANDARD.encode(plain.as_bytes())
    }
}

/// RFC 2971, with the fields by which Dovecot's `login_trusted_networks` learns whom we speak for.
fn id_command(origin: &Origin) -> String {
    let Origin { ip, port, session } = origin;
    let session: String =
        session.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    format!(
        "i ID (\"x-originating-ip\" \"{ip}\" \"x-originating-port\" \"{port}\" \
         \"x-session-id\" \"{session}\" \"x-proxy-ttl\" \"4\")\r\n"
    )
}

/// One line of the engine, as far as it matters here.
enum EngineReply {
    Ok { capabilities: Option<String> },
    No { text: String },
    Untagged { capabilities: Option<String> },
    Continue,
    Unexpected,
}

impl EngineReply {
    fn read(line: &[u8], our_tag: &str) -> Self {
        let response = match ResponseCodec::default().decode(line) {
            Ok(([], response)) => response,
            // An engine may send untagged data we need not understand.
            _ if line.starts_with(b"* ") => return Self::Untagged { capabilities: None },
            _ => return Self::Unexpected,
        };
        match response {
            Response::CommandContinuationRequest(CommandContinuationRequest::Basic(_))
            | Response::CommandContinuationRequest(CommandContinuationRequest::Base64(_)) => Self::Continue,
            Response::Data(Data::Capability(list)) => {
                Self::Untagged { capabilities: Some(joined(list.as_ref())) }
            }
            Response::Status(Status::Tagged(tagged)) if tagged.tag.inner() == our_tag => {
                let StatusBody { kind, code, text } = tagged.body;
                match kind {
                    StatusKind::Ok => Self::Ok { capabilities: capabilities_in(code) },
                    StatusKind::No | StatusKind::Bad => Self::No { text: text.inner().to_owned() },
                }
            }
            Response::Status(Status::Tagged(_)) => Self::Unexpected,
            Response::Status(Status::Bye(bye)) => Self::No { text: bye.text.inner().to_owned() },
            Response::Status(Status::Untagged(body)) => {
                Self::Untagged { capabilities: capabilities_in(body.code) }
            }
            _ => Self::Untagged { capabilities: None },
        }
    }
}

fn capabilities_in(code: Option<Code<'_>>) -> Option<String> {
    match code {
        Some(Code::Capability(list)) => Some(joined(list.as_ref())),
        _ => None,
    }
}

fn joined(list: &[Capability<'_>]) -> String {
    let word = |capability: &Capability<'_>| match capability {
        // The codec writes it in capitals. Clients must not care (RFC 9051 §6.1.1), people who read logs do.
        Capability::Imap4Rev1 => "IMAP4rev1".to_owned(),
        other => other.to_string(),
    };
    list.iter().map(word).collect::<Vec<_>>().join(" ")
}
