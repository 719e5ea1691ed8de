//! The unique identifier of a message.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// The number of a message in its folder (RFC 3501 §2.3.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Uid(NonZeroU32);

impl Uid {
    /// The number itself.
    pub(super) fn number(self) -> NonZeroU32 {
        self.0
    }
}

impl From<NonZeroU32> for Uid {
    fn from(number: NonZeroU32) -> Self {
        Self(number)
    }
}

impl FromStr for Uid {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
