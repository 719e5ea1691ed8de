//! The sample mail of the demo: sender, recipients, age, text and state of each message.

mod bakery;
mod cycles;
mod message;
mod newsletters;
mod studio;

pub(super) use message::{Extra, Message, MessageState};

/// Every message.
pub(super) fn all() -> impl Iterator<Item = &'static Message> {
    [bakery::MESSAGES, cycles::MESSAGES, studio::MESSAGES, newsletters::MESSAGES].into_iter().flatten()
}
