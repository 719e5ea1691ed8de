//! Moments relative to now, with the exact time beside them.

use askama::Template;
use askama::filters::HtmlSafe;
use postward_authority::Timestamp;
use postward_texts::{message, text};

/// A moment; it is shown as a `<time>` element.
#[derive(Template)]
#[template(path = "relative_time.html")]
pub(crate) struct RelativeTime {
    /// `3 days ago`.
    pub(crate) relative: String,
    /// `2026-11-18 09:12 UTC`.
    pub(crate) exact: String,
    /// For the `datetime` attribute.
    pub(crate) machine: String,
}

impl RelativeTime {
    /// A moment, seen from now.
    pub(crate) fn new(moment: Timestamp, now: Timestamp) -> Self {
        Self {
            relative: relative(now.as_second() - moment.as_second()),
            exact: moment.strftime("%Y-%m-%d %H:%M UTC").to_string(),
            machine: moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }
}

// Its template escapes what it holds.
impl HtmlSafe for RelativeTime {}

fn relative(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let (count, ago) = match seconds {
        ..MINUTE => return text("time-just-now").to_owned(),
        MINUTE..HOUR => (seconds / MINUTE, message("time-minutes-ago")),
        HOUR..DAY => (seconds / HOUR, message("time-hours-ago")),
        _ if seconds < 60 * DAY => (seconds / DAY, message("time-days-ago")),
        _ if seconds < 730 * DAY => (seconds / (30 * DAY), message("time-months-ago")),
        _ => (seconds / (365 * DAY), message("time-years-ago")),
    };
    ago.count("count", count.unsigned_abs()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_said_as_people_say_them() {
        let check = |seconds, expected| assert_eq!(relative(seconds), expected);
        check(-5, "just now");
        check(59, "just now");
        check(60, "1 minute ago");
        check(3_600 * 23, "23 hours ago");
        check(86_400 * 3, "3 days ago");
        check(86_400 * 90, "3 months ago");
        check(86_400 * 800, "2 years ago");
    }
}
