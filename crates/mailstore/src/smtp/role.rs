//! Which of the two protocols a session speaks: submission or LMTP.

use postward_wire::Address;

/// The protocol of a session.
pub(crate) enum Role {
    /// Submission by the owner of a mailbox, who is the sender.
    Submission {
        /// The address that has signed in.
        owner: Address,
    },
    /// LMTP: mail from anywhere. Every recipient gets a reply of its own after the message.
    Lmtp,
}
