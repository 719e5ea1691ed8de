//! How much is measured: the full benchmark or a quick one.

use std::time::Duration;

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// What the goals are stated for.
    Full,
    /// A tenth of it, to see that the bench itself works.
    Quick,
}

impl Scale {
    /// So many sessions, or tries.
    pub(super) fn count(self, full: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => full / 10,
        }
    }

    /// So long.
    pub(super) fn time(self, full: Duration) -> Duration {
        match self {
            Self::Full => full,
            Self::Quick => full / 10,
        }
    }

    /// So often. Odd, so that there is one in the middle.
    pub(super) fn rounds(self) -> usize {
        match self {
            Self::Full => 3,
            Self::Quick => 1,
        }
    }
}
