//! Who asks, from where and when: what every act needs that is throttled, noted or audited.

use super::Timestamp;
use super::origin::Origin;

/// Who asks, from where and when. The time is the caller's: the same for everything that one act writes.
#[derive(Clone, Debug)]
pub struct Request {
    /// The surface, the address and the client it comes from.
    pub origin: Origin,
    /// When it is made.
    pub now: Timestamp,
}

impl Request {
    /// A request from somewhere, at a moment.
    pub fn new(origin: Origin, now: Timestamp) -> Self {
        Self { origin, now }
    }
}
