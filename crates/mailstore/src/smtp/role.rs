//! Which of the two protocols a session speaks: submission or LMTP.

use postward_wire::Address;

/// Which of the two is spoken.
pub(crate) enum Role {
    /// Mail of the owner of a mailbox, who is its sender.
    Submission {
        /// The proven address.
        owner: Address,
    },
    /// Mail that has arrived from anywhere. Every recipient gets an answer of its own after the message.
    Lmtp,
}
