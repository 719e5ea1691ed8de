//! The header of a received message, as raw fields: nothing is decoded, and fields that stay are not changed.

/// A field with its folded lines and its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field<'a>(&'a [u8]);

impl<'a> Field<'a> {
    pub(super) fn raw(self) -> &'a [u8] {
        self.0
    }

    /// Whether the field has this name. RFC 5322 §4.5 lets old mail have spaces before the colon.
    pub(super) fn is(self, name: &str) -> bool {
        let end = self.0.iter().position(|byte| *byte == b':').unwrap_or(0);
        self.0.get(..end).is_some_and(|found| found.trim_ascii_end().eq_ignore_ascii_case(name.as_bytes()))
    }
}

/// The fields at the beginning of a message, and their length. The empty line behind them is not part of them. A line that
/// is no field ends the header, as it does for every mail reader.
pub(super) fn fields(head: &[u8]) -> (Vec<Field<'_>>, usize) {
    let mut fields: Vec<(usize, usize)> = Vec::new();
    let mut end = 0;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let next = end + line.len();
        match fields.last_mut() {
            Some((_, field_end)) if line.starts_with(b" ") || line.starts_with(b"\t") => *field_end = next,
            _ if is_field_start(line) => fields.push((end, next)),
            _ => break,
        }
        end = next;
    }
    (fields.into_iter().filter_map(|(from, to)| head.get(from..to)).map(Field).collect(), end)
}

/// RFC 5322 §2.2: printable characters, then a colon.
fn is_field_start(line: &[u8]) -> bool {
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
    let name = line.get(..colon).unwrap_or_default().trim_ascii_end();
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

/// The name a client gives for itself, without characters that cannot be in a `Received` field.
pub(super) fn safe_host(host: &str) -> String {
    const MAX: usize = 255;
    host.chars().filter(|c| c.is_ascii_alphanumeric() || "-._:[]".contains(*c)).take(MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the fields, and what comes behind them.
    #[track_caller]
    fn check(head: &str, names: &[&str], behind: &str) {
        let (found, end) = fields(head.as_bytes());
        assert_eq!(found.len(), names.len(), "{head:?}");
        assert!(found.iter().zip(names).all(|(field, name)| field.is(name)), "{head:?}");
        assert_eq!(&head[end..], behind, "{head:?}");
    }

    #[test]
    fn a_header_ends_where_a_reader_thinks_it_does() {
        check("From: a\r\nBCC: b,\r\n c\r\n\r\nBcc: body\r\n", &["From", "Bcc"], "\r\nBcc: body\r\n");
        check("Bcc : b\r\nTo: c\r\n\r\n", &["bcc", "to"], "\r\n");
        check("no header\r\nTo: c\r\n\r\n", &[], "no header\r\nTo: c\r\n\r\n");
        check(" folded first\r\n\r\n", &[], " folded first\r\n\r\n");
        check("To: c", &["To"], "");
        check("", &[], "");
    }
}
