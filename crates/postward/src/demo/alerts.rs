//! Generates ten thousand notices of a monitoring system, for a mailbox that is as full as real ones get.

use super::sample_accounts::ALERTS;

/// How many messages.
const COUNT: i64 = 10_000;

/// A message, when it arrived, and its flags.
pub(super) struct Alert {
    pub(super) message: Vec<u8>,
    pub(super) at: i64,
    pub(super) flags: &'static str,
}

/// All of them, the oldest first: one every 51 minutes, for almost a year.
pub(super) fn all(now: i64) -> impl Iterator<Item = Alert> {
    (0..COUNT).map(move |number| alert(number, now - (COUNT - number) * 51 * 60))
}

const SITES: [&str; 5] = [
    "larkspur-bakery.example",
    "larkspur-catering.example",
    "tidewater-cycles.example",
    "copperkiln.example",
    "shop.tidewater-cycles.example",
];

/// What was seen, and what it means.
const EVENTS: [(&str, &str); 6] = [
    ("responds again", "The page answered within half a second, five times in a row."),
    ("is slow", "The page took more than four seconds, three times in a row."),
    ("backup finished", "All files were copied and read back."),
    ("certificate renewed", "The new certificate is in use; nothing needs to be done."),
    ("disk is 80 % full", "At the present pace there is room for another six weeks."),
    ("does not respond", "Three tries failed within two minutes. The next try is in one minute."),
];

fn alert(number: i64, at: i64) -> Alert {
    // Deterministic, and neighbours differ: multiplication by an odd constant scatters the bits.
    let mixed = number.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
    let site = pick(&SITES, mixed);
    let (event, meaning) = pick(&EVENTS, mixed / 7);
    let took = mixed % 3900 + 80;
    let date = jiff::Timestamp::from_second(at).unwrap_or_default();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_string(&date).unwrap_or_default();
    let message = format!(
        "From: Watchpost <watch@fjordlight.example>\r\n\
         To: Copper & Kiln Alerts <{ALERTS}>\r\n\
         Subject: [{site}] {event}\r\n\
         Date: {date}\r\n\
         Message-ID: <alert-{number}@fjordlight.example>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         \r\n\
         {site} {event}.\r\n\
         \r\n\
         {meaning}\r\n\
         \r\n\
         Check number {number}, {took} ms.\r\n\
         -- \r\n\
         Watchpost looks after what you publish.\r\n"
    );
    // The last twenty have not been read yet, and now and then one was starred.
    let flags = match (number >= COUNT - 20, mixed.is_multiple_of(97)) {
        (true, _) => "",
        (false, true) => "FS",
        (false, false) => "S",
    };
    Alert { message: message.into_bytes(), at, flags }
}

fn pick<T: Copy>(from: &[T], number: u64) -> T {
    from[number as usize % from.len()]
}
