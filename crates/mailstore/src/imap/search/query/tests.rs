#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use super::*;
use crate::storage::maildir::MaildirDir;
use imap_codec::{CommandCodec, decode::Decoder};
use imap_types::command::CommandBody;
use std::sync::Arc;

const MESSAGE: &str = "Date: Tue, 3 Mar 2026 00:30:00 +0200\r\nFrom: =?utf-8?q?J=C3=BCrgen?= <j@example.com>\r\n\
    Subject: =?utf-8?b?R3LDvMOfZQ==?= aus\r\n Köln\r\nX-Empty:\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\nsch=F6ne Ta=\r\nge\r\n--b\r\nContent-Type: text/html\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nPGI+Rmlz\r\nY2g8L2I+\r\n--b\r\nContent-Type: image/png\r\n\r\n\
    hidden\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: enclosed\r\n\r\ninner words\r\n--b--\r\n";

fn snapshot(uids: &[u32]) -> Snapshot {
    let message = |uid: &u32| Message {
        uid: *uid,
        flags: Flags::SEEN | Flags::keyword(1),
        size: 600,
        // 2026-03-02 22:30:00 UTC
        received: 1_772_490_600,
        dir: MaildirDir::Cur,
        file: "".into(),
        extra: None,
    };
    Snapshot {
        uid_validity: 1,
        uid_next: 10,
        revision: 1,
        messages: uids.iter().map(message).collect(),
        keywords: Arc::new(vec!["$Forwarded".to_owned(), "Work".to_owned()]),
    }
}

/// Evaluates the keys, as a client writes them, for one message (UID 7, number 2 of 3).
fn check(keys: &str, expected: bool) {
    let line = format!("a SEARCH {keys}\r\n");
    let (_, command) = CommandCodec::default().decode(line.as_bytes()).unwrap();
    let CommandBody::Search { charset, criteria, .. } = command.body else { panic!("{keys}") };
    let snapshot = snapshot(&[3, 7, 9]);
    let query = Query::new(charset.as_ref(), criteria.as_ref(), &snapshot).unwrap();
    let mut loaded = Loaded::Nothing;
    let found = loop {
        match query.matches(&Candidate {
            number: 2,
            message: &snapshot.messages[1],
            recent: Recent::Yes,
            loaded,
        }) {
            Ok(found) => break found,
            Err(Needs::Header) => loaded = Loaded::Header(header(MESSAGE.as_bytes())),
            Err(Needs::Whole) => loaded = Loaded::Whole(MESSAGE.as_bytes()),
        }
    };
    assert_eq!(found, expected, "{keys}");
}

#[test]
fn flags_numbers_and_sizes_are_told_without_opening_the_message() {
    check("ALL", true);
    check("SEEN UNDELETED KEYWORD work", true);
    check("KEYWORD $Forwarded", false);
    check("UNKEYWORD nobody", true);
    check("NEW", false);
    check("RECENT", true);
    check("2:*", true);
    check("1", false);
    check("UID 7", true);
    check("UID 8:*", false);
    check("LARGER 599 SMALLER 601", true);
    check("LARGER 600", false);
}

#[test]
fn keys_combine() {
    check("NOT SEEN", false);
    check("OR UNSEEN (SEEN 2)", true);
    check("OR UNSEEN 1", false);
    check("(SEEN NOT (UID 7))", false);
}

#[test]
fn dates_disregard_time_and_zone() {
    check("ON 2-Mar-2026", true);
    check("SINCE 3-Mar-2026", false);
    check("BEFORE 3-Mar-2026", true);
    check("SENTON 3-Mar-2026", true);
    check("SENTBEFORE 3-Mar-2026", false);
    check("SENTSINCE 4-Mar-2026", false);
}

#[test]
fn headers_are_read_as_people_read_them() {
    check("CHARSET UTF-8 FROM {7+}\r\njürgen", true);
    check("FROM J@EXAMPLE.COM", true);
    check("FROM nobody", false);
    check("CHARSET UTF-8 SUBJECT {13+}\r\ngrüße aus k", true);
    check("HEADER X-Empty \"\"", true);
    check("HEADER X-None \"\"", false);
    check("CC j@example.com", false);
}

#[test]
fn bodies_are_decoded_and_attachments_left_alone() {
    check("CHARSET utf-8 BODY {12+}\r\nschöne tage", true);
    check("BODY fisch", true);
    check("BODY hidden", false);
    check("BODY enclosed", true);
    check("BODY \"inner words\"", true);
    check("BODY aus", false);
    check("TEXT aus", true);
    check("TEXT example.com", true);
}

#[test]
fn an_unknown_charset_is_refused() {
    let charset = Charset::try_from("KOI8-R").unwrap();
    assert_eq!(Query::new(Some(&charset), &[SearchKey::All], &snapshot(&[])).unwrap_err(), BadCharset);
}
