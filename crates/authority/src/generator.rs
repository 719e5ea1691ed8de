//! The strong password generator.
use postward_wire::Secret;
use rand::CryptoRng;
use serde::Serialize;

/// What a generated password is made of; the browser's generator is handed the same table.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Recipe {
    /// Characters in all.
    pub length: usize,
    /// The classes, each present at least once.
    pub classes: [&'static str; 4],
}

/// The recipe of D6.
pub const RECIPE: Recipe = Recipe {
    length: 18,
    classes: ["ABCDEFGHJKMNPQRSTUVWXYZ", "abcdefghjkmnpqrstuvwxyz", "23456789", "!#$%&*+-=?@"],
};

/// Draws a password: every character equally likely, every class present.
pub fn generate(_rng: &mut impl CryptoRng) -> Secret {
    todo!()
}
