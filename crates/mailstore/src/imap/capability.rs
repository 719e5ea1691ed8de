//! The capabilities of IMAP after sign-in (RFC 3501 §7.2.1).

/// The capabilities of a client that has signed in. The gate sends them in its answer to the sign-in.
pub const CAPABILITIES: &str =
    "IMAP4rev1 LITERAL+ ID IDLE NAMESPACE CHILDREN UNSELECT UIDPLUS MOVE SPECIAL-USE";
