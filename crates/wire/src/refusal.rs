//! What a client is told when a sign-in does not succeed, in each protocol: the one table of it.

/// What the client is told. Why it happened is kept elsewhere (the authority's `Cause`) and never sent.
///
/// Unknown address, wrong password, wrong or spent code and a suspended mailbox are all [`Refusal::Rejected`], so
/// that nobody can learn which addresses exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The credentials do not open this mailbox.
    Rejected,
    /// A fault on our side: trying again later, with the same password, is right.
    Unavailable,
    /// Too many tries from this network. Depends on what was typed and from where, never on what exists.
    TooManyTries,
}

impl Refusal {
    /// Every refusal, for tests of the whole table.
    pub const ALL: [Self; 3] = [Self::Rejected, Self::Unavailable, Self::TooManyTries];

    /// The text of a tagged IMAP `NO` (RFC 5530 §3).
    pub fn imap(self) -> &'static str {
        match self {
            Self::Rejected => "[AUTHENTICATIONFAILED] Address or password is wrong.",
            Self::Unavailable => {
                "[UNAVAILABLE] Sign-in is not possible at the moment. Try again in a minute."
            }
            Self::TooManyTries => "[UNAVAILABLE] Too many tries. Wait a minute, then try again.",
        }
    }

    /// The text of a POP3 `-ERR` (RFC 3206).
    pub fn pop3(self) -> &'static str {
        match self {
            Self::Rejected => "[AUTH] Address or password is wrong.",
            Self::Unavailable => "[SYS/TEMP] Sign-in is not possible at the moment. Try again in a minute.",
            Self::TooManyTries => "[SYS/TEMP] Too many tries. Wait a minute, then try again.",
        }
    }

    /// The SMTP reply (RFC 4954 §6).
    pub fn smtp(self) -> &'static str {
        match self {
            Self::Rejected => "535 5.7.8 Address or password is wrong.",
            Self::Unavailable => "454 4.7.0 Sign-in is not possible at the moment. Try again in a minute.",
            Self::TooManyTries => "454 4.7.0 Too many tries. Wait a minute, then try again.",
        }
    }
}
