//! The SASL mechanisms offered before sign-in, once for all protocols: PLAIN (RFC 4616) and LOGIN
//! (draft-murchison-sasl-login).
//!
//! Each protocol frames the same exchange in its own way.

use crate::address::Address;
use crate::secret::Secret;
use crate::step::Attempt;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// The longest name taken, in bytes: an [`Address`] in its longest spelling, its domain typed in Unicode.
pub const MAX_NAME: usize = 2 * Address::MAX_LEN;

/// The longest password taken, in bytes: 256 characters of UTF-8 and the six digits behind them.
pub const MAX_PASSWORD: usize = 256 * 4 + 6;

/// A mechanism that carries name and password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616: everything in one message.
    Plain,
    /// Name and password asked for one after the other. Obsolete, and all that some phones can do.
    Login,
}

impl Mechanism {
    /// Finds a mechanism by its registered name, in any case.
    pub fn named(name: &[u8]) -> Option<Self> {
        if name.eq_ignore_ascii_case(b"PLAIN") {
            Some(Self::Plain)
        } else if name.eq_ignore_ascii_case(b"LOGIN") {
            Some(Self::Login)
        } else {
            None
        }
    }
}

/// An exchange that waits for the client's next message.
pub struct Exchange(State);

enum State {
    Plain,
    LoginName,
    LoginPassword { name: Zeroizing<Vec<u8>> },
}

/// What a message from the client led to.
pub enum Outcome {
    /// Send this challenge, already in base64, and hand the answer to the exchange.
    Challenge(&'static str, Exchange),
    /// Name and password are complete.
    Complete(Attempt),
    /// The client cancelled (`*`).
    Cancelled,
    /// Not base64, or not the mechanism's message.
    Malformed,
    /// Well formed, but credentials that can be nobody's: to be answered like every wrong password.
    InvalidCredentials,
}

/// Why the argument of AUTH begins no exchange.
pub(crate) enum AuthArgumentError {
    /// The mechanism is none of [`Mechanism`].
    UnknownMechanism,
    /// There is more than an initial response.
    TooManyArguments,
}

impl Exchange {
    /// Begins without an initial response.
    pub fn start(mechanism: Mechanism) -> Outcome {
        match mechanism {
            Mechanism::Plain => Outcome::Challenge("", Self(State::Plain)),
            // "Username:"
            Mechanism::Login => Outcome::Challenge("VXNlcm5hbWU6", Self(State::LoginName)),
        }
    }

    /// Begins with an initial response as it stands in the command: base64, or `=` for an empty one (RFC 4954 §4).
    pub fn start_with(mechanism: Mechanism, initial: &[u8]) -> Outcome {
        let initial = if initial == b"=" { b"" } else { initial };
        match decode(initial) {
            Some(message) => Self::start_with_decoded(mechanism, message),
            None => Outcome::Malformed,
        }
    }

    /// Begins with the argument of AUTH in POP3 and SMTP: a mechanism and perhaps an initial response
    /// (RFC 5034 §4, RFC 4954 §4).
    pub(crate) fn start_with_argument(argument: &[u8]) -> Result<Outcome, AuthArgumentError> {
        let mut words = argument.split(|byte| *byte == b' ');
        let mechanism = words.next().and_then(Mechanism::named).ok_or(AuthArgumentError::UnknownMechanism)?;
        match (words.next(), words.next()) {
            (None, _) => Ok(Self::start(mechanism)),
            (Some(initial), None) => Ok(Self::start_with(mechanism, initial)),
            (Some(_), Some(_)) => Err(AuthArgumentError::TooManyArguments),
        }
    }

    /// Begins with an initial response that is decoded already.
    pub fn start_with_decoded(mechanism: Mechanism, message: Zeroizing<Vec<u8>>) -> Outcome {
        match mechanism {
            Mechanism::Plain => Self(State::Plain).take(message),
            Mechanism::Login => Self(State::LoginName).take(message),
        }
    }

    /// Goes on with a line of the client.
    pub fn answer(self, line: &[u8]) -> Outcome {
        if line == b"*" {
            return Outcome::Cancelled;
        }
        match decode(line) {
            Some(message) => self.take(message),
            None => Outcome::Malformed,
        }
    }

    fn take(self, message: Zeroizing<Vec<u8>>) -> Outcome {
        match self.0 {
            State::Plain => plain(&message),
            // "Password:"
            State::LoginName => {
                Outcome::Challenge("UGFzc3dvcmQ6", Self(State::LoginPassword { name: message }))
            }
            State::LoginPassword { name } => complete(&name, &message),
        }
    }
}

/// Makes an attempt of a name and a password, or none where they can be nobody's: both must be UTF-8 (RFC 4616 §2),
/// not empty, no longer than [`MAX_NAME`] and [`MAX_PASSWORD`], and without NUL, CR and LF.
pub fn attempt(name: &[u8], password: &[u8]) -> Option<Attempt> {
    let authcid = text_within(name, MAX_NAME)?;
    let secret = text_within(password, MAX_PASSWORD)?;
    Some(Attempt { authcid: String::from(authcid), secret: Secret::new(String::from(secret)) })
}

fn complete(name: &[u8], password: &[u8]) -> Outcome {
    attempt(name, password).map_or(Outcome::InvalidCredentials, Outcome::Complete)
}

// RFC 4616 §2: message = [authzid] UTF8NUL authcid UTF8NUL passwd
fn plain(message: &[u8]) -> Outcome {
    let mut parts = message.split(|byte| *byte == 0);
    let (Some(authzid), Some(authcid), Some(password), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Outcome::Malformed;
    };
    match complete(authcid, password) {
        Outcome::Complete(attempt) if !names_the_same(authzid, &attempt.authcid) => {
            Outcome::InvalidCredentials
        }
        outcome => outcome,
    }
}

/// Proxy authorization is not offered: an authzid may only repeat the authcid, in whatever spelling.
fn names_the_same(authzid: &[u8], authcid: &str) -> bool {
    if authzid.is_empty() || authzid == authcid.as_bytes() {
        return true;
    }
    let authzid = text_within(authzid, MAX_NAME).and_then(|text| Address::parse(text).ok());
    authzid.is_some_and(|authzid| Address::parse(authcid).is_ok_and(|authcid| authcid == authzid))
}

fn text_within(bytes: &[u8], max: usize) -> Option<&str> {
    let text = core::str::from_utf8(bytes).ok()?;
    let fit = (1..=max).contains(&text.len()) && !text.contains(['\0', '\r', '\n']);
    fit.then_some(text)
}

/// Strict base64: canonical padding, nothing else in between.
fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // Decoding into a vector of the right size leaves no unwiped copy behind.
    let mut message = Zeroizing::new(Vec::with_capacity(base64::decoded_len_estimate(text.len())));
    STANDARD.decode_vec(text, &mut message).ok()?;
    Some(message)
}

#[cfg(test)]
mod tests;
