#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

extern crate std;

use super::{Run, TARGETS};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// Replays the corpus of a fuzz target in every ordinary test run.
fn replay(target: &str, run: Run) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut seeds = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        run(&fs::read(entry.unwrap().path()).unwrap());
        seeds += 1;
    }
    assert!(seeds > 0, "{target} has no corpus");
}

#[test]
fn every_seed_of_every_fuzz_target_holds() {
    for (name, run) in TARGETS {
        replay(name, run);
    }
}

proptest! {
    #[test]
    fn no_noise_breaks_a_parser(noise in proptest::collection::vec(any::<u8>(), 0..600)) {
        for (_, run) in TARGETS {
            run(&noise);
        }
    }

    #[test]
    fn no_babble_breaks_a_parser(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..60)) {
        let babble = words.concat();
        for (_, run) in TARGETS {
            for settings in 0..16 {
                run(&[&[settings], babble.as_bytes()].concat());
            }
        }
    }
}

/// The tokens of all dialogues, in no order.
const WORDS: &[&str] = &[
    "a ",
    "b ",
    "* ",
    "+ ",
    " ",
    "\r\n",
    "\n",
    "\r",
    "\0",
    "{3}",
    "{3+}",
    "{0+}",
    "{99999999999999999999}",
    "\"",
    "\\",
    "(",
    ")",
    "NIL",
    "=",
    "LOGIN ",
    "AUTHENTICATE ",
    "PLAIN",
    "ID ",
    "CAPABILITY",
    "NOOP",
    "STARTTLS",
    "STLS",
    "LOGOUT",
    "USER ",
    "PASS ",
    "AUTH ",
    "CAPA",
    "QUIT",
    "EHLO ",
    "MAIL FROM:<",
    "AGFkYUBleGFtcGxlLmNvbQBzZWNyZXQ=",
    "YWRh",
    "ada@example.com",
    "secret",
    "OK ",
    "NO ",
    "BYE ",
    "[CAPABILITY IMAP4rev1 SASL-IR] ",
    "é",
    "abc",
];
