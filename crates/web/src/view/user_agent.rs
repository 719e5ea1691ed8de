//! What a client calls itself, as people call it.

use postward_wire::client_name;

/// A client by both its names.
pub(crate) struct Client {
    /// What it calls itself.
    pub(crate) said: String,
    /// How people call that.
    pub(crate) plain: String,
}

impl Client {
    pub(crate) fn new(said: String) -> Self {
        Self { plain: client_name::plain(&said), said }
    }
}
