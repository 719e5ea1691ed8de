//! The bearer token of a browser session, a pending challenge or a mailed link.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use postward_wire::Secret;
use rand::Rng;
use sha2::{Digest, Sha256};

/// 256 bits that nobody guesses and that stand for something. The store keeps only a hash of it.
pub struct Token(Secret);

impl Token {
    pub(crate) fn draw(rng: &mut impl Rng) -> Self {
        let mut bytes = [0u8; 32];
        rng.fill_bytes(&mut bytes);
        Self(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
    }

    pub(crate) fn of(text: Secret) -> Self {
        Self(text)
    }

    /// Takes what a link carried. Whether it opens anything is for the store to say.
    pub fn from_link(text: &str) -> Self {
        Self(Secret::new(text.to_owned()))
    }

    /// Takes what a cookie carried. Whether it opens anything is for the store to say.
    pub fn from_cookie(text: &str) -> Self {
        Self(Secret::new(text.to_owned()))
    }

    /// The text for the cookie or the link.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// A plain hash is enough: 256 random bits cannot be guessed, so there is nothing to slow down.
    pub(crate) fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.0.expose().as_bytes()).to_vec()
    }
}
