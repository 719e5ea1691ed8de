#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use super::*;
use imap_codec::{CommandCodec, decode::Decoder};
use imap_types::command::CommandBody;
use imap_types::fetch::{MacroOrMessageDataItemNames, MessageDataItemName};

const NESTED: &str = "Subject: outer\r\nTo: ada@example.com\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n\
    preamble\r\n--o\r\nContent-Type: text/plain\r\nX: 1\r\n\r\nfirst\r\n\r\n--o\r\n\
    Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n\
    --i\r\n\r\nplain\r\n--i\r\nContent-Type: text/html\r\n\r\n<p>\r\n--i--\r\n\r\n--o--\r\nepilogue\r\n";

/// Asks for the item as a client writes it and compares the bytes it gets, `None` for NIL.
fn check(raw: &str, item: &str, expected: Option<&str>) {
    let line = format!("a FETCH 1 {item}\r\n");
    let (_, command) = CommandCodec::default().decode(line.as_bytes()).unwrap();
    let CommandBody::Fetch {
        macro_or_item_names: MacroOrMessageDataItemNames::MessageDataItemNames(names),
        ..
    } = command.body
    else {
        panic!("{item}")
    };
    let MessageDataItemName::BodyExt { section, partial, .. } = &names[0] else { panic!("{item}") };
    let tree = Part::parse(raw.as_bytes());
    let found = match find(raw.as_bytes(), section.as_ref(), || &tree) {
        SectionContent::Range(range) => Some(raw[apply_partial(range, *partial)].to_owned()),
        SectionContent::Fields(bytes) => {
            Some(String::from_utf8(bytes[apply_partial(0..bytes.len(), *partial)].to_vec()).unwrap())
        }
        SectionContent::Nothing => None,
    };
    assert_eq!(found.as_deref(), expected, "{item}");
}

#[test]
fn the_whole_its_header_and_its_text_are_the_delivered_bytes() {
    let (header, text) = NESTED.split_at(NESTED.find("preamble").unwrap());
    check(NESTED, "BODY[]", Some(NESTED));
    check(NESTED, "BODY.PEEK[HEADER]", Some(header));
    check(NESTED, "BODY[TEXT]", Some(text));
    check(NESTED, "BODY[]<4.6>", Some("ect: o"));
    check(NESTED, "BODY[]<100000.6>", Some(""));
    check("no header at all", "BODY[TEXT]", Some(""));
}

#[test]
fn header_fields_come_in_the_order_of_the_message() {
    check(NESTED, "BODY[HEADER.FIELDS (TO SUBJECT)]", Some("Subject: outer\r\nTo: ada@example.com\r\n\r\n"));
    check(NESTED, "BODY[HEADER.FIELDS (X-None)]", Some("\r\n"));
    check(NESTED, "BODY[HEADER.FIELDS.NOT (content-type to)]", Some("Subject: outer\r\n\r\n"));
}

#[test]
fn parts_are_found_by_number() {
    check(NESTED, "BODY[1]", Some("first\r\n"));
    check(NESTED, "BODY[1.MIME]", Some("Content-Type: text/plain\r\nX: 1\r\n\r\n"));
    check(NESTED, "BODY[3]", None);
    check(NESTED, "BODY[1.1]", None);
    check(NESTED, "BODY[1.HEADER]", None);
    check("Subject: x\r\n\r\nbody", "BODY[1]", Some("body"));
    check("Subject: x\r\n\r\nbody", "BODY[1.MIME]", Some("Subject: x\r\n\r\n"));
    check("Subject: x\r\n\r\nbody", "BODY[2]", None);
}

#[test]
fn an_enclosed_message_has_sections_of_its_own() {
    let inner = &NESTED[NESTED.find("Subject: inner").unwrap()..NESTED.find("\r\n--o--").unwrap()];
    let (header, text) = inner.split_at(inner.find("--i").unwrap());
    check(NESTED, "BODY[2]", Some(inner));
    check(NESTED, "BODY[2.MIME]", Some("Content-Type: message/rfc822\r\n\r\n"));
    check(NESTED, "BODY[2.HEADER]", Some(header));
    check(NESTED, "BODY[2.TEXT]", Some(text));
    check(NESTED, "BODY[2.HEADER.FIELDS (Subject)]", Some("Subject: inner\r\n\r\n"));
    check(NESTED, "BODY[2.1]", Some("plain"));
    check(NESTED, "BODY[2.2]", Some("<p>"));
    check(NESTED, "BODY[2.2.MIME]", Some("Content-Type: text/html\r\n\r\n"));
    check(NESTED, "BODY[2.3]", None);
}
