//! The fuzz targets of this crate: every parser that untrusted bytes reach. `fuzz/` runs them, and a test here replays their
//! corpora. Each function takes any bytes and panics where a promise is broken.

pub(crate) mod chunks;

pub use crate::imap::fuzz_targets::{commands as imap_commands, message};
pub use crate::pop3::fuzz_targets::commands as pop3_commands;
pub use crate::smtp::fuzz_targets::delivery;

/// A target: it panics, or it does not.
pub type Run = fn(&[u8]);

/// Every target by the name of its binary and its corpus.
pub const TARGETS: [(&str, Run); 4] = [
    ("message", message),
    ("delivery", delivery),
    ("imap_commands", imap_commands),
    ("pop3_commands", pop3_commands),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    #[test]
    fn every_seed_of_every_fuzz_target_holds() {
        for (target, run) in TARGETS {
            let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
            let seeds: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|seed| seed.unwrap().path()).collect();
            assert!(!seeds.is_empty(), "{target} has no corpus");
            for seed in seeds {
                run(&std::fs::read(seed).unwrap());
            }
        }
    }

    proptest! {
        #[test]
        fn no_noise_breaks_a_parser(noise in proptest::collection::vec(any::<u8>(), 0..600)) {
            for (_, run) in TARGETS {
                run(&noise);
            }
        }
    }
}
