//! The dialogue with a client from the greeting to the sign-in: what is the same for IMAP, POP3 and submission.

use crate::action::Action;
use crate::client_name::ClientName;
use crate::close_reason::CloseReason;
use crate::dialogue_config::{Channel, DialogueConfig, Limits};
use crate::line::{Expected, Input, Received};
use crate::refusal::Refusal;
use crate::step::{Protocol, Step};
use crate::{imap, pop3, smtp};
use alloc::vec::Vec;
use core::mem;
use zeroize::Zeroizing;

/// A dialogue from the greeting to the sign-in, driven as [`crate::step`] says.
///
/// However much a client sends, it holds one unfinished line at most beside what the driver handed in last.
pub struct Dialogue {
    config: DialogueConfig,
    state: ProtocolState,
    input: Input,
    budget: Budget,
    phase: Phase,
}

/// The state of the dialogue between two steps.
enum Phase {
    /// The greeting is to be sent.
    Greeting,
    /// The client's next command is awaited.
    AwaitCommand,
    /// The reply that lets TLS begin has been sent.
    StartTls,
    /// The driver does the TLS handshake.
    TlsHandshake,
    /// The driver asks the authority.
    SignIn,
    /// The sign-in was refused; the reply is to be sent.
    Refused { reply: Vec<u8> },
    /// The sign-in was accepted; the reply is to be sent.
    Accepted { reply: Vec<u8> },
    /// Nothing follows but the close.
    Closed,
}

/// The state of the one protocol that is spoken.
enum ProtocolState {
    Imap(imap::PreAuth),
    Pop3(pop3::PreAuth),
    Smtp(smtp::PreAuth),
}

/// What is left of the limits of this connection. STARTTLS does not renew it.
struct Budget {
    commands: u32,
    bad_commands: u32,
    failed_sign_ins: u32,
}

impl Dialogue {
    /// Begins with a client that has just connected, and whose TLS handshake is done where the channel says so.
    pub fn new(protocol: Protocol, config: DialogueConfig) -> Self {
        Self {
            state: ProtocolState::new(protocol),
            input: Input::new(config.limits.bytes),
            budget: Budget::new(config.limits),
            phase: Phase::Greeting,
            config,
        }
    }

    /// Takes what the client sent. Only to be called after [`Step::Receive`].
    pub fn receive(&mut self, bytes: &[u8]) {
        self.input.receive(bytes);
    }

    /// What is to be done next. A driver that owes an answer ([`Step::StartTls`], [`Step::SignIn`]) and asks all
    /// the same is told to close: a driver's mistake opens nothing.
    pub fn step(&mut self) -> Step {
        match mem::replace(&mut self.phase, Phase::Closed) {
            Phase::Greeting => {
                self.phase = Phase::AwaitCommand;
                Step::Send(self.state.greeting(&self.config))
            }
            Phase::AwaitCommand => self.read_command(),
            Phase::StartTls => {
                self.phase = Phase::TlsHandshake;
                Step::StartTls
            }
            Phase::Refused { reply } => self.send_refusal(reply),
            Phase::Accepted { reply } => Step::Splice { reply, pipelined: self.input.take_rest() },
            Phase::TlsHandshake | Phase::SignIn | Phase::Closed => Step::Close,
        }
    }

    /// The handshake asked for by [`Step::StartTls`] has succeeded.
    pub fn tls_started(&mut self) {
        if !matches!(self.phase, Phase::TlsHandshake) {
            self.phase = Phase::Closed;
            return;
        }
        self.input.clear();
        self.state = ProtocolState::new(self.protocol());
        self.config.channel = Channel::Tls;
        self.phase = Phase::AwaitCommand;
    }

    /// The attempt of [`Step::SignIn`] has succeeded; `capabilities` are those of the engine that takes over. Only IMAP
    /// sends them to the client (RFC 9051 §6.2.3).
    pub fn accepted(&mut self, capabilities: &str) {
        self.phase = match mem::replace(&mut self.phase, Phase::Closed) {
            Phase::SignIn => Phase::Accepted { reply: self.state.accepted(capabilities) },
            _ => Phase::Closed,
        };
    }

    /// The attempt of [`Step::SignIn`] has failed.
    pub fn refused(&mut self, refusal: Refusal) {
        self.phase = match mem::replace(&mut self.phase, Phase::Closed) {
            Phase::SignIn => Phase::Refused { reply: self.state.refused(refusal) },
            _ => Phase::Closed,
        };
    }

    /// The protocol spoken.
    pub fn protocol(&self) -> Protocol {
        match self.state {
            ProtocolState::Imap(_) => Protocol::Imap,
            ProtocolState::Pop3(_) => Protocol::Pop3,
            ProtocolState::Smtp(_) => Protocol::Smtp,
        }
    }

    /// What the client called itself, if it did. What it said before STARTTLS is forgotten.
    pub fn client_name(&self) -> Option<&ClientName> {
        match &self.state {
            ProtocolState::Imap(state) => state.client_name(),
            ProtocolState::Pop3(_) => None,
            ProtocolState::Smtp(state) => state.client_name(),
        }
    }

    fn read_command(&mut self) -> Step {
        let next = loop {
            match self.input.take(self.state.expects()) {
                Received::Complete(bytes) => {
                    if let Some(next) = self.state.handle_line(bytes, &self.config) {
                        break next;
                    }
                }
                Received::Incomplete => return self.go_on(Phase::AwaitCommand, Step::Receive),
                Received::TooLong => return self.close_with(Vec::new(), CloseReason::TooLarge),
                Received::OverBudget => return self.close_with(Vec::new(), CloseReason::TooMuch),
            }
        };
        if !Budget::spend(&mut self.budget.commands) {
            return self.close_with(Vec::new(), CloseReason::TooMuch);
        }
        match next {
            Action::Reply(reply) => self.go_on(Phase::AwaitCommand, Step::Send(reply)),
            Action::BadCommand(reply) => {
                if Budget::spend(&mut self.budget.bad_commands) {
                    self.go_on(Phase::AwaitCommand, Step::Send(reply))
                } else {
                    self.close_with(reply, CloseReason::TooManyBadCommands)
                }
            }
            Action::Reject => {
                let reply = self.state.refused(Refusal::Rejected);
                self.send_refusal(reply)
            }
            Action::StartTls(reply) => {
                // RFC 3207 §6, CVE-2011-0411: what came before TLS must not be read as if it came after.
                self.input.clear();
                self.go_on(Phase::StartTls, Step::Send(reply))
            }
            Action::SignIn(attempt) => self.go_on(Phase::SignIn, Step::SignIn(attempt)),
            Action::Quit(reply) => Step::Send(reply),
            Action::Close(reason) => self.close_with(Vec::new(), reason),
        }
    }

    fn send_refusal(&mut self, reply: Vec<u8>) -> Step {
        if Budget::spend(&mut self.budget.failed_sign_ins) {
            self.go_on(Phase::AwaitCommand, Step::Send(reply))
        } else {
            self.close_with(reply, CloseReason::TooManyFailedSignIns)
        }
    }

    fn go_on(&mut self, phase: Phase, step: Step) -> Step {
        self.phase = phase;
        step
    }

    /// Sends the reason as the last line. The phase is [`Phase::Closed`] already, so the close follows.
    fn close_with(&mut self, mut reply: Vec<u8>, reason: CloseReason) -> Step {
        self.input.clear();
        reply.extend_from_slice(reason.line(self.protocol()));
        Step::Send(reply)
    }
}

impl ProtocolState {
    fn new(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Imap => Self::Imap(imap::PreAuth::default()),
            Protocol::Pop3 => Self::Pop3(pop3::PreAuth::default()),
            Protocol::Smtp => Self::Smtp(smtp::PreAuth::default()),
        }
    }

    fn greeting(&self, config: &DialogueConfig) -> Vec<u8> {
        match self {
            Self::Imap(_) => imap::PreAuth::greeting(config),
            Self::Pop3(_) => pop3::PreAuth::greeting(config),
            Self::Smtp(_) => smtp::PreAuth::greeting(config),
        }
    }

    fn expects(&self) -> Expected {
        match self {
            Self::Imap(state) => state.expects(),
            Self::Pop3(_) | Self::Smtp(_) => Expected::Line,
        }
    }

    fn handle_line(&mut self, bytes: Zeroizing<Vec<u8>>, config: &DialogueConfig) -> Option<Action> {
        match self {
            Self::Imap(state) => state.handle_line(bytes, config),
            Self::Pop3(state) => Some(state.handle_line(&bytes, config)),
            Self::Smtp(state) => Some(state.handle_line(&bytes, config)),
        }
    }

    fn accepted(&mut self, capabilities: &str) -> Vec<u8> {
        match self {
            Self::Imap(state) => state.accepted(capabilities),
            Self::Pop3(_) => pop3::PreAuth::accepted(),
            Self::Smtp(_) => smtp::PreAuth::accepted(),
        }
    }

    fn refused(&mut self, refusal: Refusal) -> Vec<u8> {
        match self {
            Self::Imap(state) => state.refused(refusal),
            Self::Pop3(_) => pop3::PreAuth::refused(refusal),
            Self::Smtp(_) => smtp::PreAuth::refused(refusal),
        }
    }
}

impl Budget {
    fn new(limits: Limits) -> Self {
        let Limits { bytes: _, commands, bad_commands, failed_sign_ins } = limits;
        Self { commands, bad_commands, failed_sign_ins }
    }

    /// Uses up one. False where that was the last: the connection is closed.
    fn spend(left: &mut u32) -> bool {
        *left = left.saturating_sub(1);
        *left > 0
    }
}
