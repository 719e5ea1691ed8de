//! Properties over generated messages: every response about one can be parsed, and every one can be searched.

use super::message::body_structure::{Detail, body_structure};
use super::message::envelope::envelope;
use super::message::header::header;
use super::message::mime::Part;
use super::search::text::{Needle, body_contains, decoded};
use imap_codec::{ResponseCodec, decode::Decoder};
use proptest::prelude::*;

/// Generates pieces of messages, some of which break parsers.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known: &[&[u8]] = &[
        b"From: ",
        b"To: Team: a@b, <c@d>;",
        b"Sender: \"x\\\" <",
        b"Subject: =?utf-8?q?=C3=?= =?x?b?!?=",
        b"Date: 99 Foo 0000 -9999\r\n",
        b"Content-Type: multipart/mixed; boundary=\"b\"\r\n",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"Content-Type: text/plain; charset=\xff; name*0*=utf-8''%C3; name*1=x\r\n",
        b"Content-Type: a/b;c=\"(\\)\"; d*=x'y'%zz\r\n",
        b"Content-Type: /\r\n",
        b"Content-Disposition: attachment; filename=\"a\r\n b\"\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=\r\n=C",
        b"Content-ID: <\0>\r\n",
        b"Content-Language: de, \xfc\r\n",
        b"\r\n--b\r\n",
        b"--b--\r\n",
        b"\r\n",
        b"\r\n ",
        b"@",
        b"\xff\xfe",
    ];
    prop_oneof![
        3 => prop::sample::select(known).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_message_makes_an_answer_unreadable(pieces in prop::collection::vec(piece(), 0..24)) {
        let raw = pieces.concat();
        let part = Part::parse(&raw);
        let mut out = b"* 1 FETCH (ENVELOPE ".to_vec();
        envelope(&mut out, header(&raw));
        out.extend_from_slice(b" BODY ");
        body_structure(&mut out, &raw, &part, Detail::Basic);
        out.extend_from_slice(b" BODYSTRUCTURE ");
        body_structure(&mut out, &raw, &part, Detail::Extended);
        out.extend_from_slice(b")\r\n");
        let read = ResponseCodec::default().decode(&out);
        prop_assert!(matches!(read, Ok((b"", _))), "{}", String::from_utf8_lossy(&out));
    }

    #[test]
    fn no_message_breaks_a_search(pieces in prop::collection::vec(piece(), 0..24)) {
        let raw = pieces.concat();
        let needle = Needle::new(b"nowhere to be found");
        prop_assert!(!body_contains(&raw, &needle));
        prop_assert!(!needle.is_in(&decoded(header(&raw))));
    }
}
