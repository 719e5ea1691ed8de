use super::*;
use proptest::prelude::*;

/// What imap-codec reads, as far as it goes.
fn by_imap_codec(command: &[u8]) -> Option<CommandBody<'static>> {
    let line = [b"a ", command].concat();
    match CommandCodec::default().decode(&line) {
        Ok((b"", Command { body: body @ CommandBody::Search { .. }, .. })) => Some(body.into_static()),
        _ => None,
    }
}

#[test]
fn levels_are_read_as_far_as_the_limit_and_no_further() {
    let nested = |open: &str, levels: usize, close: &str| {
        search(format!("SEARCH {}SEEN{}\r\n", open.repeat(levels), close.repeat(levels)).as_bytes())
    };
    for (open, close) in [("NOT ", ""), ("(", ")"), ("OR ALL ", ""), ("or ", " all")] {
        assert!(nested(open, MAX_LEVELS - 1, close).is_ok(), "{open}");
        assert_eq!(nested(open, MAX_LEVELS, close), Err(KeyError::TooDeep), "{open}");
        assert_eq!(nested(open, 10_000, close), Err(KeyError::TooDeep), "{open}");
    }
    assert_eq!(nested("(", 20, ""), Err(KeyError::Malformed));
}

const NO_ARGUMENT: &str = "ALL ANSWERED DELETED FLAGGED NEW OLD RECENT SEEN UNANSWERED UNDELETED UNFLAGGED UNSEEN DRAFT \
    UNDRAFT 1:*,3 * seen";
const STRING: &str = "BCC BODY CC FROM SUBJECT TEXT TO to";
const DATE: &str = "BEFORE ON SENTBEFORE SENTON SENTSINCE SINCE on";

fn one_of(words: &'static str) -> impl Strategy<Value = &'static str> {
    prop::sample::select(words.split(' ').collect::<Vec<_>>())
}

/// Strings in every form they can have, and with everything in them that means something elsewhere.
fn string() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "word",
        "OR",
        "x]y",
        "7",
        "\"a b\"",
        "\"(\\\" OR \\\\\"",
        "\"\"",
        "{3}\r\n) \n",
        "{2+}\r\n\"a",
        "{0}\r\n",
    ])
}

fn plain_key() -> impl Strategy<Value = String> {
    let right = prop_oneof![
        one_of(NO_ARGUMENT).prop_map(str::to_owned),
        (one_of(STRING), string()).prop_map(|(name, text)| format!("{name} {text}")),
        (one_of("HEADER header"), string(), string()).prop_map(|(name, a, b)| format!("{name} {a} {b}")),
        (one_of(DATE), one_of("2-Mar-2026 \"2-Mar-2026\"")).prop_map(|(name, day)| format!("{name} {day}")),
        (one_of("LARGER SMALLER"), 0..9_u32).prop_map(|(name, size)| format!("{name} {size}")),
        (one_of("KEYWORD UNKEYWORD"), one_of("$Work x OR")).prop_map(|(name, word)| format!("{name} {word}")),
        (one_of("UID uid"), one_of("1 1:*,7 *")).prop_map(|(name, set)| format!("{name} {set}")),
    ];
    let names = prop_oneof![
        one_of(NO_ARGUMENT),
        one_of(STRING),
        one_of(DATE),
        one_of("HEADER LARGER KEYWORD UID CHARSET NOT OR x"),
    ];
    let whatever = (names, string(), prop::option::of(string())).prop_map(|(name, a, b)| {
        format!("{name} {a}{}{}", if b.is_some() { " " } else { "" }, b.unwrap_or(""))
    });
    prop_oneof![40 => right, 1 => whatever]
}

fn key() -> impl Strategy<Value = String> {
    plain_key().prop_recursive(7, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|key| format!("NOT {key}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("OR {a} {b}")),
            prop::collection::vec(inner, 1..3).prop_map(|keys| format!("({})", keys.join(" "))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Up to where imap-codec goes, nothing is read otherwise than by it.
    #[test]
    fn a_search_means_here_what_it_means_to_imap_codec(
        verb in prop::sample::select(vec!["SEARCH ", "uid search ", "SEARCH CHARSET UTF-8 ", "SEARCH CHARSET \"x\" "]),
        keys in prop::collection::vec(key(), 1..4),
        end in prop_oneof![8 => Just("\r\n"), 1 => Just(" \r\n"), 1 => Just(")\r\n"), 1 => Just("")],
    ) {
        let command = format!("{verb}{}{end}", keys.join(" "));
        prop_assert_eq!(search(command.as_bytes()).ok(), by_imap_codec(command.as_bytes()), "{}", command);
    }

    #[test]
    fn no_bytes_make_it_panic(
        pieces in prop::collection::vec(prop_oneof![
            Just(b"OR ".to_vec()), Just(b"(".to_vec()), Just(b"\"".to_vec()), Just(b"{9999999999999999999}\r\n".to_vec()),
            Just(b"{18446744073709551615}\r\n".to_vec()), Just(b"SUBJECT ".to_vec()), Just(b"\\".to_vec()),
            prop::collection::vec(any::<u8>(), 0..8),
        ], 0..16),
    ) {
        let command = [b"SEARCH ".as_slice(), &pieces.concat(), b"\r\n"].concat();
        prop_assert_eq!(search(&command).ok(), by_imap_codec(&command));
    }
}
