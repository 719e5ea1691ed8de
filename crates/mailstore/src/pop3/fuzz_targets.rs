//! The fuzz target of POP3: what no command and no message may do.

use super::command::{Command, MAX_LINE};
use super::dot_stuffing::{Amount, DotStuffing};
use crate::crlf::CrlfEnds;
use crate::fuzzing::chunks::piece_size;

/// A command of a client, and behind it a message that it retrieves. The first byte chooses the pieces in which the message
/// is read.
pub fn commands(data: &[u8]) {
    let Some((choice, sent)) = data.split_first() else { return };
    let line_end = sent.iter().position(|byte| *byte == b'\n').map_or(sent.len(), |newline| newline + 1);
    let (line, message) = sent.split_at(line_end);
    let amount = match Command::parse(line.get(..MAX_LINE).unwrap_or(line).trim_ascii_end()) {
        Some(Command::Top(_, lines)) => Amount::Top(lines),
        _ => Amount::Whole,
    };
    let response = retrieved(message, amount, usize::MAX);
    assert_eq!(retrieved(message, amount, piece_size(*choice)), response);

    // RFC 1939 §3: the client finds the end of the response, and in it the message as it is stored.
    let mut stuffed = response.split_inclusive(|byte| *byte == b'\n');
    assert_eq!(stuffed.next_back(), Some(b".\r\n".as_slice()));
    let read: Vec<u8> = stuffed
        .flat_map(|line| {
            assert!(line != b".\r\n" && line.ends_with(b"\r\n"), "a message ends its answer early");
            line.strip_prefix(b".").unwrap_or(line)
        })
        .copied()
        .collect();
    let stored = CrlfEnds::default().fix(message).into_owned();
    let whole = read.strip_suffix(b"\r\n").unwrap_or(&read);
    match amount {
        Amount::Whole => assert!(read == stored || whole == stored),
        Amount::Top(_) => assert!(stored.starts_with(&read) || whole == stored),
    }
}

fn retrieved(message: &[u8], amount: Amount, piece_size: usize) -> Vec<u8> {
    let mut stuffing = DotStuffing::new(amount);
    let mut out = Vec::new();
    for piece in message.chunks(piece_size) {
        stuffing.push(piece, &mut out);
    }
    stuffing.finish(&mut out);
    out
}
