//! The sample mail of the demo: sender, recipients, age, text and state of each message.

mod bakery;
mod cycles;
mod newsletters;
mod studio;

use super::attachment::Attachment;

/// One message, as its sender wrote it. Every mailbox of the demo among sender and recipients gets a copy.
pub(super) struct Message {
    /// A unique name, from which the Message-ID is made.
    pub(super) key: &'static str,
    /// The key of the message this one answers.
    pub(super) answers: Option<&'static str>,
    pub(super) from: Party,
    pub(super) to: &'static [Party],
    /// Hours before the demo was started.
    pub(super) hours_ago: i64,
    pub(super) subject: &'static str,
    pub(super) text: &'static str,
    pub(super) extra: Extra,
    pub(super) state: MessageState,
}

/// A name and an address.
pub(super) type Party = (&'static str, &'static str);

/// What a message has besides its plain text.
#[derive(Clone, Copy)]
pub(super) enum Extra {
    Nothing,
    /// The same in HTML.
    Html(&'static str),
    File(Attachment),
}

/// What the recipients have done with a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageState {
    Unread,
    Read,
    Starred,
    Answered,
    /// Read, and moved to a folder.
    Filed(&'static str),
}

/// Every message.
pub(super) fn all() -> impl Iterator<Item = &'static Message> {
    [bakery::MESSAGES, cycles::MESSAGES, studio::MESSAGES, newsletters::MESSAGES].into_iter().flatten()
}

const MAYA: Party = ("Maya Lindqvist", "maya@larkspur-bakery.example");
const TOMAS: Party = ("Tomas Okafor", "tomas@larkspur-bakery.example");
const ORDERS: Party = ("Larkspur Orders", "orders@larkspur-bakery.example");
const ACCOUNTS: Party = ("Larkspur Accounts", "accounts@larkspur-bakery.example");
const ELIF: Party = ("Elif Demir", "elif@larkspur-catering.example");
const BOOKINGS: Party = ("Larkspur Catering", "bookings@larkspur-catering.example");
const JONAS: Party = ("Jonas Weir", "jonas@tidewater-cycles.example");
const PRIYA: Party = ("Priya Raman", "priya@tidewater-cycles.example");
const WORKSHOP: Party = ("Tidewater Workshop", "workshop@tidewater-cycles.example");
const HELLO: Party = ("Tidewater Cycles", "hello@tidewater-cycles.example");
const ROSA: Party = ("Rosa Anaya", "rosa@copperkiln.example");
const BEN: Party = ("Ben Halloran", "ben@copperkiln.example");
const SUPPORT: Party = ("Copper & Kiln Support", "support@copperkiln.example");
