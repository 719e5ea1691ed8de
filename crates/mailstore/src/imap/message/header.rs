//! The header fields of a message, byte for byte.

use crate::header_end::find_header_end;
use std::borrow::Cow;
use std::ops::Range;

/// One field with its folded lines.
pub(crate) struct Field<'m> {
    /// What is before the colon.
    pub(crate) name: &'m [u8],
    /// What is behind the colon, folds and line end included.
    pub(crate) value: &'m [u8],
    /// The whole field, line end included.
    pub(crate) whole: &'m [u8],
}

impl Field<'_> {
    /// Whether this is the field `name`; case does not matter.
    pub(crate) fn is(&self, name: &[u8]) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value with a line end, which mail-parser needs to find the end of a field.
    pub(crate) fn terminated(&self) -> Cow<'_, [u8]> {
        if self.value.ends_with(b"\n") { self.value.into() } else { [self.value, b"\r\n"].concat().into() }
    }

    /// The value on one line: unfolded (RFC 5322 §2.2.3) and trimmed.
    pub(crate) fn unfolded(&self) -> Vec<u8> {
        let line: Vec<u8> = self.value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n' | 0)).collect();
        line.trim_ascii().to_vec()
    }
}

/// The fields of a header, in their order. A line that is no field is skipped.
pub(crate) fn fields(header: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut rest = header;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (whole, behind) = rest.split_at(field_len(rest));
            rest = behind;
            if let Some(colon) = whole.iter().position(|b| *b == b':') {
                let name = whole[..colon].trim_ascii_end();
                if !name.is_empty() && !name.contains(&b'\n') {
                    return Some(Field { name, value: &whole[colon + 1..], whole });
                }
            }
        }
        None
    })
}

/// The first field of that name.
pub(crate) fn field<'m>(header: &'m [u8], name: &str) -> Option<Field<'m>> {
    fields(header).find(|field| field.is(name.as_bytes()))
}

/// The header of a whole message.
pub(crate) fn header(raw: &[u8]) -> &[u8] {
    &raw[..header_end(raw, 0..raw.len())]
}

/// Where the header of the message or part in `region` ends: behind its empty line. All of it, if there is none.
pub(crate) fn header_end(raw: &[u8], region: Range<usize>) -> usize {
    let Some(bytes) = raw.get(region.clone()) else { return region.start };
    find_header_end(bytes).map_or(region.end, |len| region.start + len)
}

/// How long the first field is: its line and the lines behind it that begin with a blank.
fn field_len(bytes: &[u8]) -> usize {
    let mut len = 0;
    loop {
        len += match bytes[len..].iter().position(|b| *b == b'\n') {
            Some(newline) => newline + 1,
            None => return bytes.len(),
        };
        if !matches!(bytes.get(len), Some(b' ' | b'\t')) {
            return len;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_fields_are_one_field() {
        let header = b"Subject: one\r\n two\r\nbroken line\r\nTo: ada@example.com\r\n\r\n";
        let found: Vec<_> = fields(header).map(|f| (f.name.to_vec(), f.unfolded())).collect();
        assert_eq!(
            found,
            [(b"Subject".to_vec(), b"one two".to_vec()), (b"To".to_vec(), b"ada@example.com".to_vec())]
        );
    }

    #[test]
    fn a_header_ends_behind_its_empty_line() {
        assert_eq!(header_end(b"A: b\r\n\r\nbody", 0..12), 8);
        assert_eq!(header_end(b"A: b\n\nbody", 0..10), 6);
        assert_eq!(header_end(b"\r\nbody", 0..6), 2);
        assert_eq!(header_end(b"A: b", 0..4), 4);
        assert_eq!(header_end(b"", 0..0), 0);
    }
}
