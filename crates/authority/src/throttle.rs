//! What tries cost a stranger.
use std::time::Duration;
/// The limits of the throttle.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Every refusal is answered no sooner than this after the try.
    pub refusal_after: Duration,
    /// Distinct wrong tries from one network within `window` before tries from it are turned away unhashed.
    pub per_network: u32,
    /// Distinct wrong tries at one mailbox from one network within `window` before further ones are turned away unhashed.
    pub per_mailbox: u32,
    /// How long wrong tries are remembered.
    pub window: Duration,
}
impl Default for Limits {
    fn default() -> Self {
        Self {
            refusal_after: Duration::from_millis(800),
            per_network: 100,
            per_mailbox: 10,
            window: Duration::from_secs(600),
        }
    }
}
