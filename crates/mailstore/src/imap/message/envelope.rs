//! The ENVELOPE of a message (RFC 3501 §7.4.2): fields of its header, undecoded.
//!
//! Clients copy its strings into the header of a reply; therefore none of them contains a control character, whatever the
//! sender wrote or encoded.

use super::encoded_word::MaskedLine;
use super::header::{Field, field};
use crate::imap::string::{ascii, nstring};
use mail_parser::{Addr, Address, HeaderValue, parsers::MessageStream};

/// Writes the envelope of the message whose header this is.
pub(crate) fn envelope(out: &mut Vec<u8>, header: &[u8]) {
    out.push(b'(');
    text(out, header, "Date");
    out.push(b' ');
    text(out, header, "Subject");
    let from = addresses(header, "From");
    for name in ["From", "Sender", "Reply-To", "To", "Cc", "Bcc"] {
        out.push(b' ');
        match (name, addresses(header, name)) {
            // RFC 3501 §7.4.2: where they are missing or empty, the server copies From.
            ("Sender" | "Reply-To", None) => write_list(out, from.as_deref()),
            (_, found) => write_list(out, found.as_deref()),
        }
    }
    out.push(b' ');
    text(out, header, "In-Reply-To");
    out.push(b' ');
    text(out, header, "Message-ID");
    out.push(b')');
}

fn text(out: &mut Vec<u8>, header: &[u8], name: &str) {
    let value = field(header, name).map(|field| ascii(line(&field)));
    nstring(out, value.as_deref());
}

/// The value on one line, tabs as spaces, without control characters.
fn line(field: &Field<'_>) -> Vec<u8> {
    let mut line = field.unfolded();
    line.iter_mut().filter(|b| **b == b'\t').for_each(|b| *b = b' ');
    line.retain(|b| !b.is_ascii_control());
    line
}

/// The addresses of a field in the syntax of RFC 3501; `None` where there is none.
fn addresses(header: &[u8], name: &str) -> Option<Vec<u8>> {
    let value = line(&field(header, name)?);
    // mail-parser would decode encoded-words.
    let masked = MaskedLine::new(&value);
    let terminated = masked.terminated();
    let HeaderValue::Address(found) = MessageStream::new(&terminated).parse_address() else { return None };
    let mut out = Vec::new();
    match found {
        Address::List(list) => list.iter().for_each(|addr| address(&mut out, addr, &masked)),
        Address::Group(groups) => {
            for group in groups {
                // RFC 3501 §7.4.2: a group starts with its name where the local part stands, and ends with four NIL.
                if let Some(name) = &group.name {
                    out.extend_from_slice(b"(NIL NIL ");
                    nstring(&mut out, Some(&ascii(masked.unmask(name))));
                    out.extend_from_slice(b" NIL)");
                }
                group.addresses.iter().for_each(|addr| address(&mut out, addr, &masked));
                if group.name.is_some() {
                    out.extend_from_slice(b"(NIL NIL NIL NIL)");
                }
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

fn address(out: &mut Vec<u8>, addr: &Addr<'_>, masked: &MaskedLine<'_>) {
    // A single word, like `root`, is a local part here, and a name in mail-parser.
    let (name, spec) = match (addr.name.as_deref(), addr.address.as_deref()) {
        (name, Some(spec)) => (name, spec),
        (word, None) => (None, word.unwrap_or_default()),
    };
    // A host of NIL would mean a group, so a missing one is an empty string.
    let (local, host) = spec.rsplit_once('@').unwrap_or((spec, ""));
    let unmasked = |text: &str| ascii(masked.unmask(text));
    out.push(b'(');
    nstring(out, name.map(unmasked).as_deref());
    out.extend_from_slice(b" NIL ");
    nstring(out, Some(&unmasked(local)));
    out.push(b' ');
    nstring(out, Some(&unmasked(host)));
    out.push(b')');
}

fn write_list(out: &mut Vec<u8>, list: Option<&[u8]>) {
    match list {
        Some(list) => {
            out.push(b'(');
            out.extend_from_slice(list);
            out.push(b')');
        }
        None => out.extend_from_slice(b"NIL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: &str) {
        let mut out = Vec::new();
        envelope(&mut out, header.as_bytes());
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn an_envelope_has_ten_fields_in_order() {
        check(
            "Date: Mon, 2 Mar 2026 10:00:00 +0100\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n an alle\r\n\
             From: \"Ada L.\" <ada@example.com>\r\nTo: bob@example.org, Eve <eve@example.net>\r\n\
             Message-ID: <1@example.com>\r\nIn-Reply-To: <0@example.com>\r\n\r\n",
            "(\"Mon, 2 Mar 2026 10:00:00 +0100\" \"=?utf-8?q?Gr=C3=BC=C3=9Fe?= an alle\" \
             ((\"Ada L.\" NIL \"ada\" \"example.com\")) ((\"Ada L.\" NIL \"ada\" \"example.com\")) \
             ((\"Ada L.\" NIL \"ada\" \"example.com\")) \
             ((NIL NIL \"bob\" \"example.org\")(\"Eve\" NIL \"eve\" \"example.net\")) NIL NIL \
             \"<0@example.com>\" \"<1@example.com>\")",
        );
    }

    #[test]
    fn groups_and_foreign_letters_are_told_in_ascii() {
        check(
            "Subject: Füße\r\nFrom: =?iso-8859-1?q?J=FCrgen?= <j@example.com>\r\nTo: Team: a@example.com, b;\r\n",
            "(NIL \"=?UTF-8?B?RsO8w59l?=\" ((\"=?iso-8859-1?q?J=FCrgen?=\" NIL \"j\" \"example.com\")) \
             ((\"=?iso-8859-1?q?J=FCrgen?=\" NIL \"j\" \"example.com\")) \
             ((\"=?iso-8859-1?q?J=FCrgen?=\" NIL \"j\" \"example.com\")) \
             ((NIL NIL \"Team\" NIL)(NIL NIL \"a\" \"example.com\")(NIL NIL \"b\" \"\")(NIL NIL NIL NIL)) NIL NIL NIL NIL)",
        );
    }

    /// Checks what stands for one field of addresses.
    fn check_to(value: &str, expected: &str) {
        check(&format!("To: {value}\r\n"), &format!("(NIL NIL NIL NIL NIL {expected} NIL NIL NIL NIL)"));
    }

    #[test]
    fn encoded_words_stand_as_they_were_written() {
        check_to(
            "=?utf-8?q?Ad=C3=A0?= =?utf-8?b?TA==?= <a@b>",
            "((\"=?utf-8?q?Ad=C3=A0?= =?utf-8?b?TA==?=\" NIL \"a\" \"b\"))",
        );
        check_to(
            "\"=?utf-8?q?q?= \\\"L.\\\"\" <a@b>, c@d",
            "((\"=?utf-8?q?q?= \\\"L.\\\"\" NIL \"a\" \"b\")(NIL NIL \"c\" \"d\"))",
        );
        check_to("a@b (=?utf-8?q?=0Ac?=)", "((\"=?utf-8?q?=0Ac?=\" NIL \"a\" \"b\"))");
        check_to(
            "=?utf-8?q?T=0A?=: a@b;",
            "((NIL NIL \"=?utf-8?q?T=0A?=\" NIL)(NIL NIL \"a\" \"b\")(NIL NIL NIL NIL))",
        );
        // RFC 2047 §5 wants these encoded; who does not means one name all the same.
        check_to("=?utf-8?q?Doe,_J@x:?= <a@b>", "((\"=?utf-8?q?Doe,_J@x:?=\" NIL \"a\" \"b\"))");
    }

    #[test]
    fn no_string_holds_a_control_character() {
        check_to("\"a\r\n\tb\u{1}0\u{1}\u{7f}\" <a\u{1b}@b>", "((\"a b0\" NIL \"a\" \"b\"))");
        check_to("=?utf-8?q?a=0D=0A b?= <a@b>", "((\"=?utf-8?q?a=0D=0A b?=\" NIL \"a\" \"b\"))");
        check_to(
            "<=?utf-8?q?=0A?=@=?utf-8?b?Cg==?=>",
            "((NIL NIL \"=?utf-8?q?=0A?=\" \"=?utf-8?b?Cg==?=\"))",
        );
    }

    #[test]
    fn an_empty_header_is_all_nil() {
        check("", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
        check(
            "From: \r\nTo: undisclosed-recipients:;\r\n",
            "(NIL NIL NIL NIL NIL ((NIL NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL)) NIL NIL NIL NIL)",
        );
    }
}
