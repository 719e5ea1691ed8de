//! Parsing the commands of SMTP and LMTP, a line at a time.

use super::path::{ForwardPath, ReversePath};
use super::role::Role;
use smtp_proto::{Error, Request};
use std::borrow::Cow;

/// A parsed command.
pub(super) enum Command<'a> {
    Mail(Mail),
    Rcpt(ForwardPath),
    Other(Request<Cow<'a, str>>),
}

/// The arguments of MAIL (RFC 5321 §4.1.1.2).
pub(super) struct Mail {
    pub(super) sender: ReversePath,
    /// The size of the message in octets, if the client announces it (RFC 1870 §6).
    pub(super) size: Option<u64>,
}

impl<'a> Command<'a> {
    /// Parses a line with its CRLF. The error is a reply.
    pub(super) fn parse(line: &'a [u8], role: &Role) -> Result<Self, &'static str> {
        let command = line.trim_ascii();
        let verb_end = command.iter().position(u8::is_ascii_whitespace).unwrap_or(command.len());
        let (verb, arguments) = command.split_at_checked(verb_end).unwrap_or((command, b""));
        if verb.eq_ignore_ascii_case(b"MAIL") {
            return mail(arguments, role).map(Self::Mail);
        }
        if verb.eq_ignore_ascii_case(b"RCPT") {
            return recipient(arguments).map(Self::Rcpt);
        }
        match (Request::parse(&mut line.iter()).map_err(|error| syntax_reply(&error))?, role) {
            // RFC 2033 §4.1: a client that takes this for SMTP would expect one reply for all recipients.
            (Request::Ehlo { .. } | Request::Helo { .. }, Role::Lmtp) => {
                Err("500 5.5.1 This is LMTP. Begin with LHLO.")
            }
            (Request::Lhlo { .. }, Role::Submission { .. }) => {
                Err("500 5.5.1 This is SMTP. Begin with EHLO.")
            }
            (request, _) => Ok(Self::Other(request)),
        }
    }
}

const MALFORMED: &str = "501 5.5.4 The command is not put together right.";
/// RFC 5321 §4.1.1.11: unknown parameters are refused, since a 250 would accept them.
const NOT_OFFERED: &str = "555 5.5.4 This parameter is not offered.";
const NO_SENDER: &str = "553 5.1.7 This is not an address.";
pub(super) const NO_RECIPIENT: &str = "553 5.1.3 This is not an address.";

fn mail(arguments: &[u8], role: &Role) -> Result<Mail, &'static str> {
    let path = path_argument(arguments, "FROM:", NO_SENDER)?;
    let (sender, rest) = ReversePath::parse(path).ok_or(NO_SENDER)?;
    let mut size = None;
    for parameter in parameters(rest)? {
        let (keyword, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (keyword.to_ascii_uppercase().as_str(), value.to_ascii_uppercase().as_str()) {
            ("SIZE", digits) => size = Some(octets(digits)?),
            ("BODY", "7BIT" | "8BITMIME") => {}
            // RFC 4954 §5: ignored, since the sign-in has proved the sender.
            ("AUTH", _) if matches!(role, Role::Submission { .. }) => {}
            _ => return Err(NOT_OFFERED),
        }
    }
    Ok(Mail { sender, size })
}

fn recipient(arguments: &[u8]) -> Result<ForwardPath, &'static str> {
    let path = path_argument(arguments, "TO:", NO_RECIPIENT)?;
    let (recipient, rest) = ForwardPath::parse(path).ok_or(NO_RECIPIENT)?;
    match parameters(rest)?.next() {
        None => Ok(recipient),
        Some(_) => Err(NOT_OFFERED),
    }
}

/// The path and what follows. A space before it is not allowed, but widespread.
fn path_argument<'a>(
    arguments: &'a [u8],
    keyword: &str,
    no_address: &'static str,
) -> Result<&'a str, &'static str> {
    // RFC 6531 is not offered, so whatever else this is, it is no address.
    let arguments = std::str::from_utf8(arguments.trim_ascii_start()).map_err(|_| no_address)?;
    match arguments.split_at_checked(keyword.len()) {
        Some((found, path)) if found.eq_ignore_ascii_case(keyword) && path.trim_start().starts_with('<') => {
            Ok(path.trim_start())
        }
        _ => Err(MALFORMED),
    }
}

/// The parameters behind a path.
fn parameters(rest: &str) -> Result<impl Iterator<Item = &str>, &'static str> {
    let is_apart = rest.is_empty() || rest.starts_with(' ');
    is_apart.then(|| rest.split_ascii_whitespace()).ok_or(MALFORMED)
}

/// RFC 1870 §3 allows twenty digits; a number that overflows is too large in any case.
fn octets(digits: &str) -> Result<u64, &'static str> {
    let is_number = (1..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX)).ok_or(MALFORMED)
}

fn syntax_reply(error: &Error) -> &'static str {
    match error {
        Error::UnknownCommand => "500 5.5.2 This is not a command.",
        _ => MALFORMED,
    }
}
