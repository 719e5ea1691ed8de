//! The fuzz targets of IMAP: what no message from anywhere and no input of a signed-in client may do.

use super::command::fetch_items::{Item, items, section_name};
use super::command::flag_list::FlagList;
use super::command::framing::{Frame, Framing, MAX_COMMAND, Progress};
use super::command::list_pattern::Pattern;
use super::command::mailbox_name::folder_name;
use super::command::parse::{ClientCommand, TaggedCommand};
use super::command::sequence_set::NumberSet;
use super::message::body_structure::{Detail, body_structure};
use super::message::envelope::envelope;
use super::message::header::{fields, header, header_end};
use super::message::mime::{Content, Part};
use super::message::section::{SectionContent, apply_partial, find};
use super::search::query::{Candidate, Loaded, Needs, Query, Recent};
use crate::flags::Flags;
use crate::folder_name::FolderName;
use crate::fuzzing::chunks::piece_size;
use crate::storage::maildir::MaildirDir;
use crate::storage::snapshot::{Message, Snapshot};
use imap_codec::{CommandCodec, ResponseCodec, decode::Decoder};
use imap_types::command::CommandBody;
use imap_types::core::Vec1;
use imap_types::fetch::{Part as PartNumber, Section};
use imap_types::mailbox::ListMailbox;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

/// A delivered message: everything a client can fetch of it or search in it.
pub fn message(raw: &[u8]) {
    let tree = Part::parse(raw);
    assert_eq!(tree.header.start..tree.body.end, 0..raw.len());
    PartCheck { raw, tree: &tree, parts: 0 }.part(&tree, &mut Vec::new());
    let split = header_end(raw, 0..raw.len());
    assert_eq!(find(raw, Some(&Section::Header(None)), || &tree), SectionContent::Range(0..split));
    assert_eq!(find(raw, Some(&Section::Text(None)), || &tree), SectionContent::Range(split..raw.len()));

    let mut told = b"* 1 FETCH (ENVELOPE ".to_vec();
    envelope(&mut told, header(raw));
    told.extend_from_slice(b")\r\n");
    let found = ResponseCodec::default().decode(&told);
    assert!(matches!(found, Ok((b"", _))), "no client can read {}", told.escape_ascii());
    for detail in [Detail::Basic, Detail::Extended] {
        let mut told = Vec::new();
        body_structure(&mut told, raw, &tree, detail);
        assert_balanced(&told);
    }
    for search in SEARCHES {
        let line = format!("a SEARCH {search}\r\n");
        let Ok((_, command)) = CommandCodec::default().decode(line.as_bytes()) else { panic!("{search}") };
        if let CommandBody::Search { charset, criteria, .. } = command.body {
            let snapshot = snapshot(raw.len());
            if let Ok(query) = Query::new(charset.as_ref(), criteria.as_ref(), &snapshot) {
                check_query(&query, &snapshot, raw);
            }
        }
    }
}

/// Keys that need the content of a message.
const SEARCHES: [&str; 4] = [
    "CHARSET UTF-8 TEXT {2+}\r\n\u{fc}",
    "OR BODY needle TEXT needle",
    "OR SENTON 2-Mar-2026 SENTBEFORE 1-Jan-1970",
    "OR SUBJECT needle HEADER Content-Type \"\"",
];

/// Checks that a part lies within the one around it, behind its earlier siblings, and is found by its number.
struct PartCheck<'m> {
    raw: &'m [u8],
    tree: &'m Part,
    parts: usize,
}

impl PartCheck<'_> {
    fn part(&mut self, part: &Part, path: &mut Vec<NonZeroU32>) {
        self.parts += 1;
        assert!(path.len() < 25 && self.parts <= 2_001, "more parts than a message may have");
        assert_eq!(part.header.end, part.body.start);
        assert!(part.header.start <= part.header.end && part.body.start <= part.body.end);
        if let (Ok(number), 0..50) = (Vec1::try_from(path.clone()), self.parts) {
            let number = PartNumber(number);
            let mime = find(self.raw, Some(&Section::Mime(number.clone())), || self.tree);
            assert_eq!(mime, SectionContent::Range(part.header.clone()));
            let body = find(self.raw, Some(&Section::Part(number)), || self.tree);
            assert_eq!(body, SectionContent::Range(part.body.clone()));
        }
        match &part.content {
            Content::Leaf => {}
            Content::Multipart(inside) => self.siblings(inside, &part.body, path),
            Content::Message(inner) => {
                assert_eq!(inner.header.start..inner.body.end, part.body);
                // A part and the message enclosed in it share a number; the top message has none.
                match (&inner.content, path.is_empty()) {
                    (Content::Multipart(inside), false) => self.siblings(inside, &inner.body, path),
                    _ => self.parts += 1,
                }
            }
        }
    }

    fn siblings(&mut self, inside: &[Part], around: &Range<usize>, path: &mut Vec<NonZeroU32>) {
        let mut behind = around.start;
        for (number, part) in (1..).zip(inside) {
            assert!(behind <= part.header.start && part.body.end <= around.end);
            behind = part.body.end;
            path.extend(NonZeroU32::new(number));
            self.part(part, path);
            path.pop();
        }
    }
}

/// One value as RFC 3501 §9 writes it: brackets closed, strings ended, literals as long as they say, and nothing but
/// printable ASCII outside of them.
fn assert_balanced(value: &[u8]) {
    let mut rest = value;
    let mut open = 0usize;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'(' => open += 1,
            b')' => {
                open = open.checked_sub(1).unwrap_or_else(|| panic!("{}", value.escape_ascii()));
                assert!(open > 0 || rest.is_empty(), "{}", value.escape_ascii());
            }
            b'"' => {
                let mut escaped = false;
                let len = rest.iter().position(|byte| {
                    let ends = *byte == b'"' && !escaped;
                    escaped = *byte == b'\\' && !escaped;
                    ends
                });
                let Some((text, behind)) = len.and_then(|len| rest.split_at_checked(len)) else {
                    panic!("{}", value.escape_ascii())
                };
                assert!(text.iter().all(|byte| (0x20..0x7f).contains(byte)), "{}", value.escape_ascii());
                rest = behind.get(1..).unwrap_or_default();
            }
            b'{' => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let len =
                    std::str::from_utf8(&rest[..digits]).ok().and_then(|digits| digits.parse::<usize>().ok());
                let text = rest[digits..].strip_prefix(b"}\r\n").zip(len);
                let Some((text, behind)) = text.and_then(|(text, len)| text.split_at_checked(len)) else {
                    panic!("{}", value.escape_ascii())
                };
                assert!(!text.contains(&0));
                rest = behind;
            }
            byte => assert!(byte.is_ascii_alphanumeric() || *byte == b' ', "{}", value.escape_ascii()),
        }
    }
    assert_eq!(open, 0, "{}", value.escape_ascii());
}

/// The input of a signed-in client. The first byte chooses the pieces in which it arrives, which must not change how it
/// is parsed.
pub fn commands(data: &[u8]) {
    let Some((choice, sent)) = data.split_first() else { return };
    let whole = frames(sent, usize::MAX);
    assert_eq!(frames(sent, piece_size(*choice)), whole);
    for frame in &whole {
        match frame {
            Progress::Frame(Frame::Command(bytes)) => execute(bytes),
            Progress::Frame(Frame::Append { head, .. }) => {
                assert!(matches!(
                    TaggedCommand::parse(head),
                    Ok(TaggedCommand { command: ClientCommand::Body(_), .. })
                ));
                execute(head);
            }
            _ => {}
        }
    }
}

/// What the next bytes of the input are.
enum Expected {
    Frame,
    Message(u64),
    LineEnd,
}

/// Frames the input as a session does.
fn frames(sent: &[u8], piece_size: usize) -> Vec<Progress> {
    let mut framing = Framing::default();
    let mut found = Vec::new();
    let mut expected = Expected::Frame;
    for piece in sent.chunks(piece_size) {
        framing.feed(piece.to_vec());
        loop {
            expected = match expected {
                Expected::Message(0) => Expected::LineEnd,
                Expected::Message(left) => match framing.take(left).len() as u64 {
                    0 => break,
                    taken => Expected::Message(left - taken),
                },
                Expected::LineEnd if framing.line().is_some() => Expected::Frame,
                Expected::LineEnd if framing.is_too_long() => return found,
                Expected::LineEnd => break,
                Expected::Frame => {
                    let progress = framing.next();
                    let next = match &progress {
                        Progress::Incomplete => break,
                        Progress::Frame(Frame::Append { message, .. }) => Expected::Message(message.size),
                        _ => Expected::Frame,
                    };
                    if let Progress::Frame(Frame::Command(bytes)) = &progress {
                        assert!(bytes.len() <= MAX_COMMAND && bytes.ends_with(b"\n"));
                    }
                    let too_long = progress == Progress::TooLong;
                    found.push(progress);
                    if too_long {
                        return found;
                    }
                    next
                }
            };
        }
    }
    found
}

/// Parses a command and what is inside it, as far as that needs no folder.
fn execute(frame: &[u8]) {
    let Ok(TaggedCommand { tag, command: ClientCommand::Body(body) }) = TaggedCommand::parse(frame) else {
        return;
    };
    assert!(tag.bytes().all(|byte| byte.is_ascii_graphic()) && frame.starts_with(tag.as_bytes()));
    let snapshot = snapshot(MESSAGE.len());
    match *body {
        CommandBody::Fetch { macro_or_item_names, sequence_set, uid } => {
            check_numbers(&NumberSet::new(&sequence_set, 3));
            let tree = Part::parse(MESSAGE);
            for item in items(macro_or_item_names, uid.into()).unwrap_or_default() {
                let Item::Section { section, partial, .. } = item else { continue };
                let mut name = Vec::new();
                section_name(&mut name, section.as_ref(), partial);
                if let SectionContent::Range(range) = find(MESSAGE, section.as_ref(), || &tree) {
                    assert!(MESSAGE.get(apply_partial(range, partial)).is_some());
                }
            }
        }
        CommandBody::Search { charset, criteria, .. } => {
            if let Ok(query) = Query::new(charset.as_ref(), criteria.as_ref(), &snapshot) {
                check_query(&query, &snapshot, MESSAGE);
            }
        }
        CommandBody::List { reference, mailbox_wildcard } => {
            let wildcard = match &mailbox_wildcard {
                ListMailbox::Token(token) => token.as_ref(),
                ListMailbox::String(string) => string.as_ref(),
            };
            if let Ok(reference) = folder_name(&reference) {
                let _ = Pattern::new(reference.to_modified_utf7().as_bytes(), wildcard).matches("Work.2026");
            }
        }
        CommandBody::Create { mailbox }
        | CommandBody::Select { mailbox }
        | CommandBody::Append { mailbox, .. } => {
            if let Ok(name) = folder_name(&mailbox) {
                assert_eq!(
                    FolderName::parse_modified_utf7(&name.to_modified_utf7()).ok().as_ref(),
                    Some(&name)
                );
                assert!(!name.as_str().contains(['/', '\0', '\r', '\n']));
            }
        }
        CommandBody::Store { flags, sequence_set, .. } => {
            check_numbers(&NumberSet::new(&sequence_set, 3));
            if let Some(named) = FlagList::new(&flags) {
                assert!(named.keywords.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_graphic())));
            }
        }
        _ => {}
    }
}

fn check_numbers(numbers: &NumberSet) {
    let largest = numbers.largest();
    assert!(numbers.contains(largest) && (largest == u32::MAX || !numbers.contains(largest + 1)));
}

/// A query evaluated on no more than it needs gives the same result as on the whole message.
fn check_query(query: &Query, snapshot: &Snapshot, raw: &[u8]) {
    let Some(message) = snapshot.messages.get(1) else { return };
    let matches = |loaded| query.matches(&Candidate { number: 2, message, recent: Recent::No, loaded });
    let whole = matches(Loaded::Whole(raw));
    assert!(whole.is_ok());
    match matches(Loaded::Nothing) {
        Err(Needs::Header) => {
            let answer = matches(Loaded::Header(header(raw)));
            assert!(answer == whole || answer == Err(Needs::Whole));
        }
        Err(Needs::Whole) => {}
        answer => assert_eq!(answer, whole),
    }
}

const MESSAGE: &[u8] = b"Date: Tue, 3 Mar 2026 00:30:00 +0200\r\nFrom: Ada <ada@example.com>\r\nSubject: hello\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
    Subject: enclosed\r\n\r\ninner\r\n--b--\r\n";

/// A folder with three messages in it.
fn snapshot(size: usize) -> Snapshot {
    let message = |uid| Message {
        uid,
        flags: Flags::SEEN,
        size: size as u64,
        received: 1_772_490_600,
        dir: MaildirDir::Cur,
        file: "".into(),
        extra: None,
    };
    Snapshot {
        uid_validity: 1,
        uid_next: 10,
        revision: 1,
        messages: [3, 7, 9].map(message).to_vec(),
        keywords: Arc::new(vec!["Work".to_owned()]),
    }
}

/// The names of the fields in a message's header, as a client is shown them.
pub(crate) fn field_names(raw: &[u8]) -> Vec<String> {
    fields(header(raw)).map(|field| String::from_utf8_lossy(field.name).to_ascii_lowercase()).collect()
}
