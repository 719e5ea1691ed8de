use super::*;
use proptest::prelude::*;

fn outline(raw: &[u8], part: &Part) -> String {
    let inside = match &part.content {
        Content::Leaf => format!("{:?}", String::from_utf8_lossy(&raw[part.body.clone()])),
        Content::Multipart(parts) => parts.iter().map(|p| outline(raw, p)).collect::<Vec<_>>().join(", "),
        Content::Message(part) => outline(raw, part),
    };
    format!("{}/{}({inside})", part.media.kind, part.media.subtype)
}

fn check(raw: &str, expected: &str) {
    assert_eq!(outline(raw.as_bytes(), &Part::parse(raw.as_bytes())), expected);
}

#[test]
fn parts_are_cut_at_whole_boundary_lines() {
    check(
        "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\npreamble --b\r\n--b\r\n\r\none\r\n--bb\r\n\r\n\
         --b  \r\nContent-Type: text/html\r\n\r\n\r\n--b--\r\nepilogue\r\n--b\r\nno",
        "multipart/mixed(text/plain(\"one\\r\\n--bb\\r\\n\"), text/html(\"\"))",
    );
}

#[test]
fn an_outer_boundary_ends_an_unclosed_inner_multipart() {
    check(
        "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=i\n\n\
         --i\n\na\n--o\n\nb\n--o--\n",
        "multipart/mixed(multipart/alternative(text/plain(\"a\")), text/plain(\"b\"))",
    );
}

#[test]
fn enclosed_messages_and_digests_are_messages() {
    check(
        "Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: x\r\n\r\nhi\r\n--d--\r\n",
        "multipart/digest(message/rfc822(text/plain(\"hi\")))",
    );
}

#[test]
fn broken_mime_is_one_opaque_part() {
    check("Content-Type: multipart/mixed\r\n\r\nx", "text/plain(\"x\")");
    check("Content-Type: multipart/mixed; boundary=b\r\n\r\nx", "text/plain(\"x\")");
    check("Content-Type: ;;;\r\n\r\nx", "text/plain(\"x\")");
    check("", "text/plain(\"\")");
}

/// mail-parser 0.11.9 overflows its stack here; only its header parsers may see delivered mail.
#[test]
fn messages_in_messages_do_not_cost_the_stack() {
    let raw = "Content-Type: message/rfc822\r\n\r\n".repeat(200_000);
    crate::fuzzing::message(raw.as_bytes());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(raw in proptest::collection::vec(prop_oneof![
        Just(b"--b".to_vec()), Just(b"\r\n".to_vec()), Just(b"\n".to_vec()), Just(b"--".to_vec()),
        Just(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec()),
        Just(b"Content-Type: message/rfc822\r\n\r\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..8),
    ], 0..64)) {
        let raw = raw.concat();
        let part = Part::parse(&raw);
        prop_assert_eq!(part.body.end, raw.len());
    }
}
