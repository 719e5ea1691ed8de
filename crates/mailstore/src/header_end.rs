//! Where the header of a message ends.

/// The octets up to and with the empty line behind the header, whatever the line ends are. `None` while that line has not
/// come.
pub(crate) fn find_header_end(message: &[u8]) -> Option<usize> {
    let mut line_start = 0;
    for (at, _) in message.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        if matches!(message.get(line_start..at), Some(b"" | b"\r")) {
            return Some(at + 1);
        }
        line_start = at + 1;
    }
    None
}
