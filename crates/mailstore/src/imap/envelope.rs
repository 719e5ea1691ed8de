//! ENVELOPE (RFC 3501 §7.4.2).

use super::header::field;
use super::string::{ascii, encoded_words, nstring};
use mail_parser::{Addr, Address, HeaderValue, parsers::MessageStream};

/// Writes the envelope of the message whose header this is.
pub(super) fn envelope(out: &mut Vec<u8>, header: &[u8]) {
    out.push(b'(');
    text(out, header, "Date");
    out.push(b' ');
    text(out, header, "Subject");
    let from = addresses(header, "From");
    for name in ["From", "Sender", "Reply-To", "To", "Cc", "Bcc"] {
        out.push(b' ');
        match (name, addresses(header, name)) {
            // RFC 3501 §7.4.2: the server sets them from From where they are missing or empty.
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
    let value = field(header, name).map(|field| ascii(field.unfolded()));
    nstring(out, value.as_deref());
}

/// The addresses of a field, each already written as RFC 3501 wants it; `None` where there is none.
fn addresses(header: &[u8], name: &str) -> Option<Vec<u8>> {
    let field = field(header, name)?;
    let value = field.terminated();
    let HeaderValue::Address(found) = MessageStream::new(&value).parse_address() else { return None };
    let mut out = Vec::new();
    match found {
        Address::List(list) => list.iter().for_each(|addr| address(&mut out, addr)),
        Address::Group(groups) => {
            for group in groups {
                // RFC 3501 §7.4.2: a group starts with its name where the local part stands, and ends with four NIL.
                if let Some(name) = &group.name {
                    out.extend_from_slice(b"(NIL NIL ");
                    nstring(&mut out, Some(&encoded_words(name)));
                    out.extend_from_slice(b" NIL)");
                }
                group.addresses.iter().for_each(|addr| address(&mut out, addr));
                if group.name.is_some() {
                    out.extend_from_slice(b"(NIL NIL NIL NIL)");
                }
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

fn address(out: &mut Vec<u8>, addr: &Addr<'_>) {
    // A lone word, like `root`, is a local part to us, and a name to mail-parser.
    let (name, spec) = match (addr.name.as_deref(), addr.address.as_deref()) {
        (name, Some(spec)) => (name, spec),
        (word, None) => (None, word.unwrap_or_default()),
    };
    // A host of NIL would mean a group, so a missing one is an empty string.
    let (local, host) = spec.rsplit_once('@').unwrap_or((spec, ""));
    out.push(b'(');
    nstring(out, name.map(encoded_words).as_deref());
    out.extend_from_slice(b" NIL ");
    nstring(out, Some(&encoded_words(local)));
    out.push(b' ');
    nstring(out, Some(&encoded_words(host)));
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
            "(NIL \"=?UTF-8?B?RsO8w59l?=\" ((\"=?UTF-8?B?SsO8cmdlbg==?=\" NIL \"j\" \"example.com\")) \
             ((\"=?UTF-8?B?SsO8cmdlbg==?=\" NIL \"j\" \"example.com\")) \
             ((\"=?UTF-8?B?SsO8cmdlbg==?=\" NIL \"j\" \"example.com\")) \
             ((NIL NIL \"Team\" NIL)(NIL NIL \"a\" \"example.com\")(NIL NIL \"b\" \"\")(NIL NIL NIL NIL)) NIL NIL NIL NIL)",
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
