//! Mailbox addresses, parsed once at the edge.

use alloc::string::String;
use core::fmt;

/// A mailbox address in its one canonical form: lower case, the domain in its ASCII (A-label) spelling.
///
/// The local-part is an RFC 5321 dot-string; quoted local-parts and address literals are refused, because nobody can
/// type them into a phone and every second tool breaks on them. Two spellings that differ only in case are the same
/// mailbox.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// RFC 5321 §4.5.3.1.1.
    pub const MAX_LOCAL_PART: usize = 64;
    /// RFC 5321 §4.5.3.1.3 allows 256 octets for a path, two of which are its angle brackets.
    pub const MAX_LEN: usize = 254;

    /// Parses what a person or a mail app typed. Spaces around it are forgiven.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        // RFC 5321 gives the domain no `@`, so the last one divides.
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err(AddressError::NoAt);
        };
        let local = parse_local_part(local)?;
        let domain = parse_domain(domain)?;
        if local.len() + 1 + domain.len() > Self::MAX_LEN {
            return Err(AddressError::TooLong);
        }
        let at = local.len();
        Ok(Self { text: local + "@" + &domain, at })
    }

    /// The whole address, as it is stored and compared.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        &self.text[..self.at]
    }

    /// What stands after the `@`, in ASCII.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }
}

/// Brings a domain name into the form in which addresses carry it: ASCII, lower case, at least two labels.
pub fn parse_domain(text: &str) -> Result<String, AddressError> {
    let domain = idna::domain_to_ascii_strict(text).map_err(|_| AddressError::Domain)?;
    let well_formed = domain.len() <= 253
        && domain.split('.').count() >= 2
        && domain.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    // `1.2.3.4` is an address literal that lost its brackets, never a name.
    let numeric = domain.rsplit('.').next().is_some_and(|tld| tld.bytes().all(|b| b.is_ascii_digit()));
    if well_formed && !numeric { Ok(domain) } else { Err(AddressError::Domain) }
}

/// Brings a local-part into its canonical form: an RFC 5321 dot-string in lower case.
pub fn parse_local_part(text: &str) -> Result<String, AddressError> {
    if text.len() > Address::MAX_LOCAL_PART {
        return Err(AddressError::TooLong);
    }
    let atoms_ok = text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext));
    if atoms_ok { Ok(text.to_ascii_lowercase()) } else { Err(AddressError::LocalPart) }
}

/// RFC 5322 §3.2.3, less `/`: no mailbox needs it, and a path must not contain it.
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-=?^_`{|}~".contains(&byte)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// Why a text is no mailbox address, in words that can be put under a form field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressError {
    /// Nothing was typed.
    Empty,
    /// There is no `@`.
    NoAt,
    /// What stands before the `@` is not a dot-string.
    LocalPart,
    /// What stands after the `@` is not a domain name.
    Domain,
    /// Longer than RFC 5321 lets an address be.
    TooLong,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Type an e-mail address.",
            Self::NoAt => "An e-mail address has an @ in it, like name@example.com.",
            Self::LocalPart => {
                "The part before the @ may hold letters, digits, dots, hyphens, underscores and plus signs."
            }
            Self::Domain => "The part after the @ is not a domain name, like example.com.",
            Self::TooLong => "This is longer than an e-mail address can be.",
        })
    }
}

impl core::error::Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn check(text: &str, expected: Result<&str, AddressError>) {
        let found = Address::parse(text).map(|a| a.to_string());
        assert_eq!(found.as_deref().map_err(|e| *e), expected, "{text:?}");
    }

    #[test]
    fn an_address_has_one_spelling() {
        check("Ada@Example.COM", Ok("ada@example.com"));
        check(" ada.l+news@sub.example.com ", Ok("ada.l+news@sub.example.com"));
        check("ada@bücher.example", Ok("ada@xn--bcher-kva.example"));
    }

    #[test]
    fn what_is_no_address_is_told_apart() {
        check("", Err(AddressError::Empty));
        check("ada", Err(AddressError::NoAt));
        check("@example.com", Err(AddressError::LocalPart));
        check("a..b@example.com", Err(AddressError::LocalPart));
        check("a/../b@example.com", Err(AddressError::LocalPart));
        check("a\0b@example.com", Err(AddressError::LocalPart));
        check("a\r\nb@example.com", Err(AddressError::LocalPart));
        check("ada@localhost", Err(AddressError::Domain));
        check("ada@127.0.0.1", Err(AddressError::Domain));
        check("ada@[127.0.0.1]", Err(AddressError::Domain));
        check("ada@-x.example", Err(AddressError::Domain));
        check("ada@../etc.example", Err(AddressError::Domain));
        let long = "a".repeat(65) + "@example.com";
        check(&long, Err(AddressError::TooLong));
    }
}
