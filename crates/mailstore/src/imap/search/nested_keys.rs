//! Parsing the keys of a SEARCH that are nested deeper than imap-codec goes.
//!
//! imap-codec parses nine levels of keys in keys. OR takes two keys (RFC 3501 §6.4.4), so that a client that searches for
//! ten alternatives nests ten levels: `OR a OR b OR c …`. Parsed here are only keys that contain others; each key that
//! contains none is given to imap-codec, so that both read it alike.

use imap_codec::{CommandCodec, decode::Decoder};
use imap_types::IntoStatic;
use imap_types::command::{Command, CommandBody};
use imap_types::core::{Charset, Vec1};
use imap_types::search::SearchKey;

/// Enough levels for as many alternatives as one search may have ([`crate::imap::op::search`]). Thousands, which fit into
/// a command, would overflow the stack.
const MAX_LEVELS: usize = 100;

/// Why the keys could not be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyError {
    Malformed,
    TooDeep,
}

/// Parses `SEARCH …` or `UID SEARCH …`, its line end included.
pub(crate) fn search(command: &[u8]) -> Result<CommandBody<'static>, KeyError> {
    let mut keys = KeyParser { rest: command };
    let uid = keys.skip("UID ");
    keys.expect("SEARCH ")?;
    let charset = if keys.skip("CHARSET ") { Some(keys.charset()?) } else { None };
    let criteria = keys.list(MAX_LEVELS)?;
    if keys.rest != b"\r\n" {
        return Err(KeyError::Malformed);
    }
    Ok(CommandBody::Search { charset, criteria, uid })
}

/// A parser of keys, with what of the command is still to be parsed.
struct KeyParser<'c> {
    rest: &'c [u8],
}

impl<'c> KeyParser<'c> {
    fn list(&mut self, levels: usize) -> Result<Vec1<SearchKey<'static>>, KeyError> {
        let mut keys = vec![self.key(levels)?];
        while self.skip(" ") {
            keys.push(self.key(levels)?);
        }
        Vec1::try_from(keys).map_err(|_| KeyError::Malformed)
    }

    fn key(&mut self, levels: usize) -> Result<SearchKey<'static>, KeyError> {
        let inside = levels.checked_sub(1).ok_or(KeyError::TooDeep)?;
        if self.skip("(") {
            let keys = self.list(inside)?;
            self.expect(")")?;
            Ok(SearchKey::And(keys))
        } else if self.skip("NOT ") {
            Ok(SearchKey::Not(Box::new(self.key(inside)?)))
        } else if self.skip("OR ") {
            let first = self.key(inside)?;
            self.expect(" ")?;
            Ok(SearchKey::Or(Box::new(first), Box::new(self.key(inside)?)))
        } else {
            self.plain_key()
        }
    }

    /// A key without keys inside.
    fn plain_key(&mut self) -> Result<SearchKey<'static>, KeyError> {
        let start = self.rest;
        for _ in 0..arguments(self.word()) {
            self.expect(" ")?;
            self.string()?;
        }
        let (_, mut keys) = decoded(&[self.taken(start)])?;
        match (keys.pop(), keys.as_slice()) {
            (Some(key), []) => Ok(key),
            _ => Err(KeyError::Malformed),
        }
    }

    fn charset(&mut self) -> Result<Charset<'static>, KeyError> {
        let start = self.rest;
        self.string()?;
        let name = self.taken(start);
        self.expect(" ")?;
        let (charset, _) = decoded(&[b"CHARSET ", name, b" ALL"])?;
        charset.ok_or(KeyError::Malformed)
    }

    /// Passes over an argument: a quoted string, a literal, or a word.
    fn string(&mut self) -> Result<(), KeyError> {
        let len = match self.rest {
            [b'"', text @ ..] => quoted_len(text).map(|len| len + 1),
            [b'{', ..] => literal_len(self.rest),
            _ => Some(self.word().len()).filter(|len| *len > 0).map(|_| 0),
        };
        self.rest = len.and_then(|len| self.rest.get(len..)).ok_or(KeyError::Malformed)?;
        Ok(())
    }

    fn word(&mut self) -> &'c [u8] {
        let ends = |b: &u8| b" ()\"{\r\n".contains(b);
        let (word, rest) = self.rest.split_at(self.rest.iter().position(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    /// What was parsed since `start`.
    fn taken(&self, start: &'c [u8]) -> &'c [u8] {
        &start[..start.len() - self.rest.len()]
    }

    fn skip(&mut self, text: &str) -> bool {
        match self.rest.split_at_checked(text.len()) {
            Some((found, rest)) if found.eq_ignore_ascii_case(text.as_bytes()) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn expect(&mut self, text: &str) -> Result<(), KeyError> {
        if self.skip(text) { Ok(()) } else { Err(KeyError::Malformed) }
    }
}

/// How many arguments a key of that name has (RFC 3501 §9 `search-key`).
fn arguments(name: &[u8]) -> usize {
    const ONE: [&str; 18] = [
        "BCC",
        "BEFORE",
        "BODY",
        "CC",
        "FROM",
        "KEYWORD",
        "LARGER",
        "ON",
        "SENTBEFORE",
        "SENTON",
        "SENTSINCE",
        "SINCE",
        "SMALLER",
        "SUBJECT",
        "TEXT",
        "TO",
        "UID",
        "UNKEYWORD",
    ];
    if name.eq_ignore_ascii_case(b"HEADER") {
        2
    } else {
        usize::from(ONE.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())))
    }
}

/// What imap-codec parses the pieces to.
fn decoded(pieces: &[&[u8]]) -> Result<(Option<Charset<'static>>, Vec<SearchKey<'static>>), KeyError> {
    let line = [b"a SEARCH ", pieces.concat().as_slice(), b"\r\n"].concat();
    match CommandCodec::default().decode(&line) {
        Ok((b"", Command { body: CommandBody::Search { charset, criteria, .. }, .. })) => {
            Ok((charset.into_static(), criteria.into_static().into_inner()))
        }
        _ => Err(KeyError::Malformed),
    }
}

/// The length of a quoted string with the quote at its end; a quote behind a backslash does not end it.
fn quoted_len(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    let end = text.iter().position(|b| {
        let ends = *b == b'"' && !escaped;
        escaped = *b == b'\\' && !escaped;
        ends
    });
    end.map(|at| at + 1)
}

/// The length of a literal with its announcement, `{3}` or `{3+}`.
fn literal_len(text: &[u8]) -> Option<usize> {
    let head = text.iter().position(|b| *b == b'\n')? + 1;
    let digits = text[..head].strip_prefix(b"{")?.strip_suffix(b"}\r\n")?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    let len: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    head.checked_add(len)
}

#[cfg(test)]
mod tests;
