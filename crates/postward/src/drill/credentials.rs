//! The name and password a user of the drill signs in with.

use postward_wire::Secret;

/// The name and password of a mailbox or of staff.
pub(super) struct Credentials {
    pub(super) name: String,
    pub(super) password: Secret,
}

impl Credentials {
    /// A copy: `Secret` is not `Clone`.
    pub(super) fn copy(&self) -> Self {
        self.with(&self.password)
    }

    /// The same name with another password.
    pub(super) fn with(&self, password: &Secret) -> Self {
        Self { name: self.name.clone(), password: Secret::new(password.expose().to_owned()) }
    }
}
