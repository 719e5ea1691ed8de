//! How long a browser session lasts, by surface.

use crate::model::Timestamp;
use crate::model::origin::Surface;
use jiff::SignedDuration;

/// How long a browser session lasts.
pub(crate) struct Lifespan {
    pub(crate) idle: SignedDuration,
    pub(crate) whole: SignedDuration,
}

impl Lifespan {
    /// How fresh the note of the last use is kept: a write a minute and browser, not one a click.
    pub(crate) const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(60);

    pub(crate) fn of(surface: Surface) -> Self {
        let hours = SignedDuration::from_hours;
        match surface {
            // Whoever manages other people's mailboxes signs in every working day.
            Surface::Dashboard => Self { idle: hours(2), whole: hours(12) },
            // The panel is visited for one errand.
            Surface::Panel => Self { idle: hours(1), whole: hours(12) },
            Surface::Webmail | Surface::Imap | Surface::Pop3 | Surface::Smtp => {
                Self { idle: hours(7 * 24), whole: hours(30 * 24) }
            }
        }
    }

    pub(crate) fn is_over(&self, opened: Timestamp, seen: Timestamp, now: Timestamp) -> bool {
        now.duration_since(opened) >= self.whole || now.duration_since(seen) >= self.idle
    }
}
