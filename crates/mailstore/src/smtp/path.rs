//! The paths of RFC 5321 §4.1.2: the sender and the recipients of a message.
//!
//! Not smtp-proto's (0.2.5), which loses the quotes of a local-part and with them its meaning,
//! reads `<postmaster>` as `<>`, and knows no address literals.

use postward_wire::{Address, address::parse_domain};
use std::fmt;

/// The sender, to whom a bounce is sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReversePath {
    /// `<>`: no sender. The message is a bounce or a receipt.
    Null,
    Mailbox(Mailbox),
}

/// A recipient.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ForwardPath {
    /// RFC 5321 §4.5.1: the one name that needs no domain.
    Postmaster,
    Mailbox(Mailbox),
}

impl ReversePath {
    /// Parses a path in angle brackets. Returns it with the text behind it.
    pub(super) fn parse(text: &str) -> Option<(Self, &str)> {
        match text.strip_prefix("<>") {
            Some(rest) => Some((Self::Null, rest)),
            None => mailbox(text).map(|(mailbox, rest)| (Self::Mailbox(mailbox), rest)),
        }
    }
}

impl ForwardPath {
    /// Parses a path in angle brackets. Returns it with the text behind it.
    pub(super) fn parse(text: &str) -> Option<(Self, &str)> {
        const POSTMASTER: &str = "<postmaster>";
        match text.split_at_checked(POSTMASTER.len()) {
            Some((path, rest)) if path.eq_ignore_ascii_case(POSTMASTER) => Some((Self::Postmaster, rest)),
            _ => mailbox(text).map(|(mailbox, rest)| (Self::Mailbox(mailbox), rest)),
        }
    }
}

/// An address of any host. It need not be one that is allowed here, but it is safe in a header: it is printable ASCII, and
/// what could end it early is quoted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mailbox {
    /// Unquoted.
    local_part: String,
    domain: String,
}

impl Mailbox {
    /// RFC 5321 §4.5.3.1.3, without the angle brackets.
    const MAX_LEN: usize = 254;

    /// The address, if it can be one of this host.
    pub(super) fn address(&self) -> Option<Address> {
        Address::parse(&self.to_string()).ok()
    }
}

/// The shortest spelling: RFC 5321 §4.1.2 wants quotes only where there is no other way.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { local_part, domain } = self;
        let is_dot_string = local_part.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext));
        if is_dot_string {
            return write!(f, "{local_part}@{domain}");
        }
        let quoted = local_part.replace('\\', "\\\\").replace('"', "\\\"");
        write!(f, "\"{quoted}\"@{domain}")
    }
}

fn mailbox(text: &str) -> Option<(Mailbox, &str)> {
    let text = text.strip_prefix('<')?;
    let text = match text.strip_prefix('@') {
        // RFC 5321 appendix C: a source route is parsed and ignored.
        Some(route) => route.split_once(':')?.1,
        None => text,
    };
    let (local_part, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted_string(quoted)?,
        None => atoms(text)?,
    };
    let (domain, rest) = domain(rest.strip_prefix('@')?)?;
    let mailbox = Mailbox { local_part, domain };
    let fits = mailbox.to_string().len() <= Mailbox::MAX_LEN;
    Some((mailbox, rest.strip_prefix('>').filter(|_| fits)?))
}

/// A dot-string. Misplaced dots, which some hosts use, are accepted, and quoted when the address is written.
fn atoms(text: &str) -> Option<(String, &str)> {
    let end = text.find(|c| !is_atext(c) && c != '.')?;
    let (atoms, rest) = text.split_at_checked(end).filter(|_| end > 0)?;
    Some((atoms.to_owned(), rest))
}

fn quoted_string(text: &str) -> Option<(String, &str)> {
    let mut unquoted = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return Some((unquoted, chars.as_str())),
            '\\' => unquoted.push(chars.next().filter(is_printable)?),
            c => unquoted.push(Some(c).filter(is_printable)?),
        }
    }
}

/// A name, or an address literal.
fn domain(text: &str) -> Option<(String, &str)> {
    if let Some(literal) = text.strip_prefix('[') {
        let (inside, rest) = literal.split_once(']')?;
        let is_fine = inside.chars().all(|c| c.is_ascii_alphanumeric() || "-.:".contains(c));
        return is_fine.then(|| (format!("[{inside}]"), rest));
    }
    let (name, rest) = text.split_at_checked(text.find('>')?)?;
    // An app that does not encode a domain in ASCII means the same one.
    let name = if name.is_ascii() { name.to_owned() } else { parse_domain(name).ok()? };
    let is_fine = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    is_fine.then_some((name, rest))
}

/// RFC 5322 §3.2.3.
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

/// RFC 5321 §4.1.2, `quoted-pairSMTP`: no tab, and nothing that ends a line.
fn is_printable(c: &char) -> bool {
    matches!(c, ' '..='~')
}
