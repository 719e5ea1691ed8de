//! A sample message, and the mailboxes of the demo that write and receive them.

use crate::demo::attachment::Attachment;

/// One message, as its sender wrote it. Every mailbox of the demo among sender and recipients gets a copy.
pub(in crate::demo) struct Message {
    /// A unique name, from which the Message-ID is made.
    pub(in crate::demo) key: &'static str,
    /// The key of the message this one answers.
    pub(in crate::demo) answers: Option<&'static str>,
    pub(in crate::demo) from: Party,
    pub(in crate::demo) to: &'static [Party],
    /// Hours before the demo was started.
    pub(in crate::demo) hours_ago: i64,
    pub(in crate::demo) subject: &'static str,
    pub(in crate::demo) text: &'static str,
    pub(in crate::demo) extra: Extra,
    pub(in crate::demo) state: MessageState,
}

/// A name and an address.
pub(in crate::demo) type Party = (&'static str, &'static str);

/// What a message has besides its plain text.
#[derive(Clone, Copy)]
pub(in crate::demo) enum Extra {
    Nothing,
    /// The same in HTML.
    Html(&'static str),
    File(Attachment),
}

/// What the recipients have done with a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) enum MessageState {
    Unread,
    Read,
    Starred,
    Answered,
    /// Read, and moved to a folder.
    Filed(&'static str),
}

pub(super) const MAYA: Party = ("Maya Lindqvist", "maya@larkspur-bakery.example");
pub(super) const TOMAS: Party = ("Tomas Okafor", "tomas@larkspur-bakery.example");
pub(super) const ORDERS: Party = ("Larkspur Orders", "orders@larkspur-bakery.example");
pub(super) const ACCOUNTS: Party = ("Larkspur Accounts", "accounts@larkspur-bakery.example");
pub(super) const ELIF: Party = ("Elif Demir", "elif@larkspur-catering.example");
pub(super) const BOOKINGS: Party = ("Larkspur Catering", "bookings@larkspur-catering.example");
pub(super) const JONAS: Party = ("Jonas Weir", "jonas@tidewater-cycles.example");
pub(super) const PRIYA: Party = ("Priya Raman", "priya@tidewater-cycles.example");
pub(super) const WORKSHOP: Party = ("Tidewater Workshop", "workshop@tidewater-cycles.example");
pub(super) const HELLO: Party = ("Tidewater Cycles", "hello@tidewater-cycles.example");
pub(super) const ROSA: Party = ("Rosa Anaya", "rosa@copperkiln.example");
pub(super) const BEN: Party = ("Ben Halloran", "ben@copperkiln.example");
pub(super) const SUPPORT: Party = ("Copper & Kiln Support", "support@copperkiln.example");
