//! The body structure of a message: BODY and BODYSTRUCTURE (RFC 3501 §7.4.2).

use super::envelope::envelope;
use super::header::field;
use super::mime::{Content, Part, parameters, structured, transfer_encoding};
use crate::imap::string::{ascii, encoded_words, nstring, string};
use std::ops::Range;

/// How much is written about each part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// BODY: without the extension data.
    Basic,
    /// BODYSTRUCTURE: with disposition, language, location and MD5.
    Extended,
}

/// Writes the structure of a part and of all below it.
pub(crate) fn body_structure(out: &mut Vec<u8>, raw: &[u8], part: &Part, detail: Detail) {
    let writer = Writer { raw, detail };
    writer.part(out, part);
}

struct Writer<'m> {
    raw: &'m [u8],
    detail: Detail,
}

impl Writer<'_> {
    fn part(&self, out: &mut Vec<u8>, part: &Part) {
        out.push(b'(');
        let header = &self.raw[part.header.clone()];
        match &part.content {
            Content::Multipart(parts) => {
                parts.iter().for_each(|part| self.part(out, part));
                out.push(b' ');
                string(out, part.media.subtype.to_ascii_uppercase().as_bytes());
                if self.detail == Detail::Extended {
                    out.push(b' ');
                    write_parameters(out, &part.media.parameters);
                    extension(out, header);
                }
            }
            content => {
                self.fields(out, part, header);
                match content {
                    Content::Message(inner) => {
                        out.push(b' ');
                        envelope(out, &self.raw[inner.header.clone()]);
                        out.push(b' ');
                        self.part(out, inner);
                        self.lines(out, part.body.clone());
                    }
                    _ if part.media.kind == "text" => self.lines(out, part.body.clone()),
                    _ => {}
                }
                if self.detail == Detail::Extended {
                    out.push(b' ');
                    nstring(out, value(header, "Content-MD5").as_deref());
                    extension(out, header);
                }
            }
        }
        out.push(b')');
    }

    /// Type, subtype and `body-fields` of a part that is no multipart.
    fn fields(&self, out: &mut Vec<u8>, part: &Part, header: &[u8]) {
        string(out, &encoded_words(&part.media.kind.to_ascii_uppercase()));
        out.push(b' ');
        string(out, &encoded_words(&part.media.subtype.to_ascii_uppercase()));
        out.push(b' ');
        write_parameters(out, &part.media.parameters);
        out.push(b' ');
        nstring(out, value(header, "Content-ID").as_deref());
        out.push(b' ');
        nstring(out, value(header, "Content-Description").as_deref());
        out.push(b' ');
        let encoding = transfer_encoding(header).unwrap_or_else(|| "7bit".to_owned());
        string(out, encoding.to_ascii_uppercase().as_bytes());
        out.extend_from_slice(format!(" {}", part.body.len()).as_bytes());
    }

    fn lines(&self, out: &mut Vec<u8>, body: Range<usize>) {
        let body = &self.raw[body];
        let ended = body.iter().filter(|b| **b == b'\n').count();
        let unended = usize::from(body.last().is_some_and(|b| *b != b'\n'));
        out.extend_from_slice(format!(" {}", ended + unended).as_bytes());
    }
}

/// Disposition, language and location, each with its space before it.
fn extension(out: &mut Vec<u8>, header: &[u8]) {
    out.push(b' ');
    match structured(header, "Content-Disposition") {
        Some(found) => {
            out.push(b'(');
            string(out, &encoded_words(&found.c_type.to_ascii_uppercase()));
            out.push(b' ');
            write_parameters(out, &parameters(found));
            out.push(b')');
        }
        None => out.extend_from_slice(b"NIL"),
    }
    out.push(b' ');
    nstring(out, value(header, "Content-Language").as_deref());
    out.push(b' ');
    nstring(out, value(header, "Content-Location").as_deref());
}

fn value(header: &[u8], name: &str) -> Option<Vec<u8>> {
    let value = field(header, name)?.unfolded();
    (!value.is_empty()).then(|| ascii(value))
}

fn write_parameters(out: &mut Vec<u8>, parameters: &[(String, String)]) {
    if parameters.is_empty() {
        out.extend_from_slice(b"NIL");
        return;
    }
    out.push(b'(');
    for (at, (name, value)) in parameters.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        string(out, &encoded_words(&one_line(&name.to_ascii_uppercase())));
        out.push(b' ');
        string(out, &encoded_words(&one_line(value)));
    }
    out.push(b')');
}

/// A parameter without its control characters, which RFC 2231 can encode: clients write it into a header again.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use imap_codec::{ResponseCodec, decode::Decoder};

    fn check(raw: &str, detail: Detail, expected: &str) {
        let mut out = Vec::new();
        body_structure(&mut out, raw.as_bytes(), &Part::parse(raw.as_bytes()), detail);
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn plain_text_is_one_part() {
        let raw = "Subject: x\r\n\r\none\r\ntwo\r\n";
        check(raw, Detail::Basic, r#"("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 10 2)"#);
        check(
            raw,
            Detail::Extended,
            r#"("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 10 2 NIL NIL NIL NIL)"#,
        );
    }

    #[test]
    fn a_mixed_message_shows_its_alternative_and_its_attachment() {
        let raw = "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\
            Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n\
            Content-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n--a\r\n\
            Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>hello\r\n\
            --a--\r\n\r\n--m\r\nContent-Type: application/pdf; name=\"bill.pdf\"\r\n\
            Content-Disposition: attachment; filename*=utf-8''Rech%C3%BCng.pdf\r\nContent-ID: <1@x>\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--m--\r\n";
        check(
            raw,
            Detail::Extended,
            "(((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\") NIL NIL \"7BIT\" 5 1 NIL NIL NIL NIL)\
             (\"TEXT\" \"HTML\" (\"CHARSET\" \"utf-8\") NIL NIL \"QUOTED-PRINTABLE\" 8 1 NIL NIL NIL NIL) \
             \"ALTERNATIVE\" (\"BOUNDARY\" \"a\") NIL NIL NIL)\
             (\"APPLICATION\" \"PDF\" (\"NAME\" \"bill.pdf\") \"<1@x>\" NIL \"BASE64\" 4 NIL \
             (\"ATTACHMENT\" (\"FILENAME\" \"=?UTF-8?B?UmVjaMO8bmcucGRm?=\")) NIL NIL) \
             \"MIXED\" (\"BOUNDARY\" \"m\") NIL NIL NIL)",
        );
    }

    #[test]
    fn a_file_name_breaks_no_line() {
        check(
            "Content-Type: text/csv; name*=utf-8''a%0D%0AX-Evil:%20b\r\n\r\nhi\r\n",
            Detail::Basic,
            r#"("TEXT" "CSV" ("NAME" "aX-Evil: b") NIL NIL "7BIT" 4 1)"#,
        );
    }

    #[test]
    fn an_enclosed_message_shows_its_envelope_and_structure() {
        check(
            "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhi\r\n",
            Detail::Basic,
            "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 22 \
             (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) \
             (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"us-ascii\") NIL NIL \"7BIT\" 4 1) 3)",
        );
    }

    /// One that cannot be read costs the client its folder.
    #[test]
    fn no_message_is_too_deep_for_a_client() {
        type Nest = fn(String, usize) -> String;
        let messages: Nest = |inner, _| format!("Content-Type: message/rfc822\r\n\r\n{inner}");
        let multiparts: Nest = |inner, level| {
            let head = format!("Content-Type: multipart/mixed; boundary=b{level}x");
            format!("{head}\r\n\r\n--b{level}x\r\n{inner}\r\n--b{level}x--\r\n")
        };
        for nest in [|_| 0, |_| 1, |level| level % 2] as [fn(usize) -> usize; 3] {
            let mut raw = "Content-Type: text/plain\r\n\r\nat the bottom\r\n".to_owned();
            for level in 1..=60 {
                raw = [messages, multiparts][nest(level)](raw, level);
                for detail in [Detail::Basic, Detail::Extended] {
                    let item: &[u8] = if detail == Detail::Basic { b"BODY" } else { b"BODYSTRUCTURE" };
                    let mut out = [b"* 1 FETCH (", item, b" "].concat();
                    body_structure(&mut out, raw.as_bytes(), &Part::parse(raw.as_bytes()), detail);
                    out.extend_from_slice(b")\r\n");
                    let read = ResponseCodec::default().decode(&out);
                    assert!(matches!(read, Ok((b"", _))), "{level}: {}", out.escape_ascii());
                }
            }
        }
    }

    #[test]
    fn broken_mime_is_shown_as_text() {
        check(
            "Content-Type: multipart/mixed; boundary=gone\r\n\r\nx",
            Detail::Basic,
            r#"("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 1 1)"#,
        );
    }
}
