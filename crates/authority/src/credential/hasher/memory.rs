//! The memory argon2id fills: one piece for each thread, used over and over.
//!
//! Left to itself, argon2 takes 19 MiB anew for every hash and writes zeros over them, which it then overwrites. That
//! is work for nothing; and an allocator keeps what each thread gives back, until a server that has hashed on many
//! threads holds hundreds of megabytes.

use super::error::{HasherError, broken};
use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// The memory of one hash, empty until the first. What it holds between two hashes is what is left of the last one;
/// memory that was given back held that as well.
pub(super) struct Memory(Vec<Block>);

impl Memory {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// Hashes a password at a cost.
    pub(super) fn hash(
        &mut self,
        params: &Params,
        password: &[u8],
        salt: &Salt,
    ) -> Result<Output, HasherError> {
        self.fill(Algorithm::Argon2id, Version::V0x13, params, password, salt)
    }

    /// Whether a password is the one that was hashed, at the cost the hash itself names.
    pub(super) fn verify(&mut self, hash: &PasswordHash, password: &[u8]) -> Result<bool, HasherError> {
        // A hash without its last parts is a broken row, not a wrong password (invariant 7).
        let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
            return Err(broken("a stored password hash is cut short"));
        };
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(broken)?;
        let version = hash.version.map(Version::try_from).transpose().map_err(broken)?;
        let params = Params::try_from(hash).map_err(broken)?;
        let computed = self.fill(algorithm, version.unwrap_or_default(), &params, password, salt)?;
        // Output compares in constant time.
        Ok(computed == *expected)
    }

    fn fill(
        &mut self,
        algorithm: Algorithm,
        version: Version,
        params: &Params,
        password: &[u8],
        salt: &Salt,
    ) -> Result<Output, HasherError> {
        let blocks = params.block_count();
        // As large as the last hash wanted it. Costs differ only for a while after somebody has changed them.
        if self.0.len() != blocks {
            self.0 = Vec::new();
            self.0 = vec![Block::new(); blocks];
        }
        let mut buffer = [0; Output::MAX_LENGTH];
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let output =
            buffer.get_mut(..length).ok_or_else(|| broken("a stored password hash is longer than any"))?;
        Argon2::new(algorithm, version, params.clone())
            .hash_password_into_with_memory(password, salt, output, &mut self.0)
            .map_err(broken)?;
        Output::new(output).map_err(broken)
    }
}
