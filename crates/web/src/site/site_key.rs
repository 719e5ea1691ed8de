//! The key that signs what travels through a browser and comes back.

use rand::Rng as _;

/// The key that signs receipts on their way through the browser. Nothing a session stands on depends on it, so it may
/// be a new one at every start; nodes behind one name share one.
#[derive(Clone)]
pub struct SiteKey([u8; 32]);

impl SiteKey {
    /// Draws a new key.
    pub fn draw() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Takes a key that is kept elsewhere.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
