//! Parsing a framed command.
//!
//! imap-codec parses the commands; those it has no types for without its optional features are parsed here, and keys of
//! SEARCH nested too deeply for it in [`crate::imap::search::nested_keys`].

use crate::imap::search::nested_keys::{self, KeyError};
use imap_codec::{CommandCodec, decode::Decoder};
use imap_types::command::{Command, CommandBody};

/// A command that could be parsed.
#[derive(Debug)]
pub(crate) struct TaggedCommand<'c> {
    pub(crate) tag: &'c str,
    pub(crate) command: ClientCommand<'c>,
}

/// What the client asks for.
#[derive(Debug)]
pub(crate) enum ClientCommand<'c> {
    /// RFC 2971. What the client says of itself is not kept.
    Id,
    /// RFC 2342.
    Namespace,
    /// A search whose keys are nested too deeply; it is refused.
    TooDeepSearch,
    /// Everything imap-codec has a type for.
    Body(Box<CommandBody<'c>>),
}

/// A command that could not be parsed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Malformed<'c> {
    /// It has a tag, with which it is answered.
    Tagged(&'c str),
    /// It has no tag that an answer could carry.
    Untagged,
}

impl<'c> TaggedCommand<'c> {
    /// Parses one framed command.
    pub(crate) fn parse(frame: &'c [u8]) -> Result<Self, Malformed<'c>> {
        let tag = tag(frame).ok_or(Malformed::Untagged)?;
        let rest = frame.get(tag.len() + 1..).unwrap_or_default();
        let verb_len = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        let (verb, arguments) = rest.split_at(verb_len);
        let command = match (verb.to_ascii_uppercase().as_slice(), arguments) {
            (b"NAMESPACE", b"\r\n") => ClientCommand::Namespace,
            (b"ID", [b' ', ..]) => ClientCommand::Id,
            _ => match CommandCodec::default().decode(frame) {
                Ok((b"", Command { body, .. })) => ClientCommand::Body(Box::new(body)),
                _ => match nested_keys::search(rest) {
                    Ok(body) => ClientCommand::Body(Box::new(body)),
                    Err(KeyError::TooDeep) => ClientCommand::TooDeepSearch,
                    Err(KeyError::Malformed) => return Err(Malformed::Tagged(tag)),
                },
            },
        };
        Ok(Self { tag, command })
    }
}

/// RFC 3501 §9: `tag = 1*<any ASTRING-CHAR except "+">`, of at most 64 octets here.
pub(crate) fn tag(frame: &[u8]) -> Option<&str> {
    let len = frame.iter().position(|b| !b.is_ascii_graphic() || b"(){%*\"\\+".contains(b))?;
    let ended = matches!(frame.get(len), Some(b' ' | b'\r' | b'\n'));
    let tag = std::str::from_utf8(&frame[..len]).ok()?;
    ((1..=64).contains(&len) && ended).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(frame: &[u8], expected: &str) {
        let found = match TaggedCommand::parse(frame) {
            Ok(TaggedCommand { tag, command: ClientCommand::Body(body) }) => format!("{tag} {}", body.name()),
            Ok(TaggedCommand { tag, command }) => format!("{tag} {command:?}"),
            Err(malformed) => format!("{malformed:?}"),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn commands_are_told_apart() {
        check(b"a1 noop\r\n", "a1 NOOP");
        check(b"a1 UID FETCH 1:* (FLAGS)\r\n", "a1 FETCH");
        check(b"a1 id NIL\r\n", "a1 Id");
        check(b"a1 ID (\"name\" \"x\")\r\n", "a1 Id");
        check(b"a1 NAMESPACE\r\n", "a1 Namespace");
        check(b"a1 UID EXPUNGE 1\r\n", "a1 EXPUNGE");
    }

    #[test]
    fn what_is_not_understood_keeps_its_tag_if_it_has_one() {
        check(b"a1 FROBNICATE\r\n", "Tagged(\"a1\")");
        check(b"a1\r\n", "Tagged(\"a1\")");
        check(b"a1 NOOP trailing\r\n", "Tagged(\"a1\")");
        check(b"\r\n", "Untagged");
        check(b"{3}\r\n", "Untagged");
        check(b"\xff\xfe\r\n", "Untagged");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            verb in prop_oneof![
                Just("UID FETCH 1 "), Just("SEARCH "), Just("STORE 1 "), Just("APPEND "), Just("LIST "), Just(""),
            ],
            rest in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            let frame = [b"a ".as_slice(), verb.as_bytes(), &rest, b"\r\n"].concat();
            let _ = TaggedCommand::parse(&frame);
        }
    }
}
