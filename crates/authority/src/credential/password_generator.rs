//! The strong password generator (D6).

use postward_wire::Secret;
use rand::{CryptoRng, RngExt as _};
use serde::Serialize;
use zeroize::Zeroizing;

/// What a generated password is made of. The browser's generator is handed the same table.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PasswordRecipe {
    /// Characters in all.
    pub length: usize,
    /// The classes of characters, each present at least once; none holds two that look alike.
    pub classes: [&'static str; 4],
}

/// Eighteen characters out of 63: 107 bits, less what the demand for every class takes.
pub const PASSWORD_RECIPE: PasswordRecipe = PasswordRecipe {
    length: 18,
    classes: ["ABCDEFGHJKMNPQRSTUVWXYZ", "abcdefghjkmnpqrstuvwxyz", "23456789", "!#$%&*+-=?@"],
};

/// Draws a password. Every password that has all classes is equally likely: whole candidates are drawn and thrown
/// away until one has them, because mending a candidate would favour some passwords over others.
pub fn generate_password(rng: &mut impl CryptoRng) -> Secret {
    let alphabet: Vec<char> = PASSWORD_RECIPE.classes.iter().flat_map(|class| class.chars()).collect();
    loop {
        let candidate: Zeroizing<String> = Zeroizing::new(
            (0..PASSWORD_RECIPE.length).map(|_| alphabet[rng.random_range(0..alphabet.len())]).collect(),
        );
        if PASSWORD_RECIPE.classes.iter().all(|class| candidate.contains(|c| class.contains(c))) {
            return Secret::new(String::clone(&candidate));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::password_policy::PasswordPolicy;

    #[test]
    fn d6_every_generated_password_meets_every_preset() {
        for _ in 0..2_000 {
            let password = generate_password(&mut rand::rng());
            assert_eq!(password.expose().chars().count(), 18);
            assert_eq!(PasswordPolicy::trekmail().problems(password.expose()), []);
            assert_eq!(PasswordPolicy::emailarray().problems(password.expose()), []);
            assert!(!password.expose().contains(['i', 'l', 'I', '1', 'L', 'o', 'O', '0']));
        }
    }

    #[test]
    fn d6_no_character_is_favoured() {
        let mut seen = std::collections::HashMap::new();
        for _ in 0..20_000 {
            for c in generate_password(&mut rand::rng()).expose().chars() {
                *seen.entry(c).or_insert(0u32) += 1;
            }
        }
        // Within a class all characters are alike by symmetry; 360,000 draws keep each well within a tenth of its mean.
        for class in PASSWORD_RECIPE.classes {
            let counts: Vec<_> = class.chars().map(|c| f64::from(seen[&c])).collect();
            let mean = counts.iter().sum::<f64>() / counts.len() as f64;
            for count in counts {
                assert!((count / mean - 1.0).abs() < 0.1, "{class}: {count} against a mean of {mean}");
            }
        }
    }
}
