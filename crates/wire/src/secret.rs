//! A password, code or token in memory: not printable, not cloneable, wiped when dropped.

use alloc::string::String;
use zeroize::Zeroizing;

/// Text that must never be shown: a password, a code, a token.
///
/// It has no `Debug`, `Display`, `Serialize` or `Clone` on purpose, and its memory is wiped when it is dropped. The
/// bytes are reachable through [`Secret::expose`] only, so that every place that looks at them can be found by name.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text. The caller's other copies, if any, are the caller's to wipe.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself: only for hashing, comparing or sending it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
