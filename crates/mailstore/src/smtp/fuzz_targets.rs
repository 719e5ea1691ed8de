//! The fuzz target of SMTP and LMTP: what no sender may do.

use super::command::{Command, Mail};
use super::data::DataDecoder;
use super::header;
use super::path::ReversePath;
use super::received_message::{ReceivedMessage, Trace};
use super::role::Role;
use crate::crlf::CrlfEnds;
use crate::fuzzing::chunks::piece_size;
use crate::imap::fuzz_targets::field_names;
use crate::storage::spool::Spool;
use postward_wire::Address;
use smtp_proto::Request;
use std::path::PathBuf;

/// What follows DATA. The first byte chooses the pieces in which it arrives, and the protocol.
pub fn delivery(data: &[u8]) {
    let Some((choice, sent)) = data.split_first() else { return };
    let whole = decode(sent, usize::MAX);
    assert_eq!(decode(sent, piece_size(*choice)), whole);
    assert_eq!(whole, reference_decode(sent), "{}", sent.escape_ascii());
    let Some((message, end)) = whole else { return };
    let Ok(owner) = Address::parse("ada@example.com") else { return };
    let role = if choice & 4 == 0 { Role::Lmtp } else { Role::Submission { owner: owner.clone() } };
    command(&sent[end..], &role);
    let message = CrlfEnds::default().fix(&message).into_owned();
    let mut spool = Spool::new(PathBuf::new());
    spool.push(&message);
    let trace = Trace {
        client_host: Some("mx.example.net"),
        hostname: "mail.example.com",
        sender: "bob@example.net",
        header_size: 1 << 18,
    };
    let mut stored = Vec::new();
    match ReceivedMessage::new(spool, &role, &trace).map(|message| message.write_to(&owner, &mut stored)) {
        Ok(written) => assert!(written.is_ok()),
        Err(_) => return,
    }
    assert!(
        !stored.starts_with(b"\n") && !stored.windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r')
    );
    let (_, body) = header::fields(&message);
    assert!(stored.ends_with(&message[body..]), "the body was changed");

    // Our fields are on top, and in no other place, for any parser of headers.
    let names = field_names(&stored);
    assert_eq!(
        names.get(..3),
        Some(["return-path", "delivered-to", "received"].map(str::to_owned).as_slice())
    );
    assert_eq!(names.iter().filter(|name| *name == "return-path").count(), 1);
    if matches!(role, Role::Submission { .. }) {
        assert!(!names.iter().any(|name| name == "bcc" || name == "resent-bcc"), "{}", stored.escape_ascii());
        assert!(["date", "from", "message-id"].iter().all(|name| names.iter().any(|found| found == name)));
    }
}

/// The message in the pieces, and where it ends.
fn decode(sent: &[u8], piece_size: usize) -> Option<(Vec<u8>, usize)> {
    let (mut data, mut out, mut read) = (DataDecoder::default(), Vec::new(), 0);
    for piece in sent.chunks(piece_size) {
        if let Some(end) = data.decode(piece, &mut out) {
            return Some((out, read + end));
        }
        read += piece.len();
    }
    None
}

/// RFC 5321 §4.1.1.4 and §4.5.2 to the letter: lines end in CRLF and nothing else; a dot alone ends the message; a
/// first dot goes.
fn reference_decode(sent: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut message = Vec::new();
    let mut at = 0;
    loop {
        let len = sent[at..].windows(2).position(|pair| pair == b"\r\n")? + 2;
        let line = &sent[at..at + len];
        at += len;
        if line == b".\r\n" {
            return Some((message, at));
        }
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
}

/// The command behind a message: what of it is written into a header is safe there.
fn command(line: &[u8], role: &Role) {
    let line: Vec<u8> = line.iter().copied().take(2_000).take_while(|byte| *byte != b'\n').collect();
    let line = [&line, b"\r\n".as_slice()].concat();
    match Command::parse(&line, role) {
        Ok(Command::Other(Request::Ehlo { host } | Request::Lhlo { host } | Request::Helo { host })) => {
            assert!(header::safe_host(&host).bytes().all(|byte| byte.is_ascii_graphic()));
        }
        Ok(Command::Mail(Mail { sender: ReversePath::Mailbox(sender), .. })) => {
            let written = sender.to_string();
            assert!(written.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{written:?}");
            // It is parsed back to the same sender.
            let bracketed = format!("<{written}>");
            assert_eq!(ReversePath::parse(&bracketed), Some((ReversePath::Mailbox(sender), "")));
        }
        _ => {}
    }
}
