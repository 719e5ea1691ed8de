//! The text of a recovery code, and what the store keeps of it (R2).

use super::code_text::CodeText;
use crate::model::principal::PrincipalId;
use postward_wire::Secret;
use sha2::{Digest as _, Sha256};

/// Twenty-eight characters in groups of four, 138 bits (R2).
pub(crate) const TEXT: CodeText = CodeText { groups: 7, each: 4 };

/// What the store keeps of a code. A plain hash is enough for what cannot be guessed.
pub(crate) fn digest(of: PrincipalId, typed: &Secret) -> Option<[u8; 32]> {
    let text = TEXT.read(typed.expose())?;
    let mut hash = Sha256::new_with_prefix(b"postward recovery code\0");
    hash.update(of.0.to_be_bytes());
    hash.update(text.as_bytes());
    Some(hash.finalize().into())
}
