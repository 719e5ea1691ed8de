//! How an attempt to sign in ended, on whatever protocol.

/// How an attempt to sign in ended.
pub enum SignInOutcome<C> {
    /// The user is signed in.
    Opened(C),
    /// The server refused, with this answer.
    Refused(String),
}

impl<C> SignInOutcome<C> {
    /// Opened where the server's answer starts like this.
    pub(crate) fn of(client: C, answer: String, success: &str) -> Self {
        if answer.starts_with(success) { Self::Opened(client) } else { Self::Refused(answer) }
    }

    /// Turns the client of a sign-in that succeeded into another type.
    pub fn map<D>(self, into: impl FnOnce(C) -> D) -> SignInOutcome<D> {
        match self {
            Self::Opened(client) => SignInOutcome::Opened(into(client)),
            Self::Refused(answer) => SignInOutcome::Refused(answer),
        }
    }
}
