//! Moments relative to now, with the exact time beside them.

use postward_authority::Timestamp;

/// A moment, for a `<time>` element.
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

fn relative(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let (count, unit) = match seconds {
        ..MINUTE => return "just now".to_owned(),
        MINUTE..HOUR => (seconds / MINUTE, "minute"),
        HOUR..DAY => (seconds / HOUR, "hour"),
        _ if seconds < 60 * DAY => (seconds / DAY, "day"),
        _ if seconds < 730 * DAY => (seconds / (30 * DAY), "month"),
        _ => (seconds / (365 * DAY), "year"),
    };
    if count == 1 { format!("1 {unit} ago") } else { format!("{count} {unit}s ago") }
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
