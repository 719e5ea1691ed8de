//! The staff's backup codes: ten one-time codes for the day the phone is lost (D11).

use crate::credential::code_text::CodeText;
use crate::model::principal::PrincipalId;
use postward_wire::Secret;
use sha2::{Digest as _, Sha256};

/// How many there are at a time.
pub(crate) const COUNT: usize = 10;

/// Twelve characters, 59 bits: more than anybody guesses in twenty tries an hour, and short enough to be typed from
/// paper.
pub(crate) const TEXT: CodeText = CodeText { groups: 3, each: 4 };

/// Draws a set.
pub(crate) fn draw(rng: &mut impl rand::CryptoRng) -> Vec<Secret> {
    (0..COUNT).map(|_| TEXT.draw(rng)).collect()
}

/// What the store keeps of one.
pub(crate) fn digest(of: PrincipalId, typed: &Secret) -> [u8; 32] {
    let text = TEXT.read(typed.expose()).unwrap_or_default();
    let mut hash = Sha256::new_with_prefix(b"postward backup code\0");
    hash.update(of.0.to_be_bytes());
    hash.update(text.as_bytes());
    hash.finalize().into()
}
