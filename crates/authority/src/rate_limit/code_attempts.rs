//! How many codes may be tried behind a right password, and which attempts are counted together.

use crate::model::origin::Origin;
use jiff::SignedDuration;

/// Guesses at codes behind a right password, within an hour, from a network the principal was signed in from.
const GUESSES_KNOWN: i64 = 20;

const WINDOW_KNOWN: SignedDuration = SignedDuration::from_hours(1);

/// And within a day from all other networks together. Three codes of a million are right at a time: whoever has the
/// password has even chances after some sixty years; the owner hears of it on the first day.
const GUESSES_UNKNOWN: i64 = 10;

const WINDOW_UNKNOWN: SignedDuration = SignedDuration::from_hours(24);

/// Which guesses are counted together, how many there may be, and for how long they count.
pub(crate) fn guesses(known_network: bool, origin: &Origin) -> (String, i64, SignedDuration) {
    match known_network {
        true => (origin.network().to_string(), GUESSES_KNOWN, WINDOW_KNOWN),
        false => (String::new(), GUESSES_UNKNOWN, WINDOW_UNKNOWN),
    }
}
