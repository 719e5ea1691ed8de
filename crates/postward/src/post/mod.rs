//! The post: what people are told by mail of what happened to their mailbox.
//!
//! The authority writes letters into its outbox, in the transaction of what they tell of. [`postman`] takes what is due
//! and sees to it that each arrives once: in the mailbox itself where mail is kept here, through [`relay`] else.
//! [`words`] is what each notice says, [`paper`] how that becomes a message.

mod by_line;
mod paper;
mod postman;
mod relay;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use paper::Paper;
pub(crate) use postman::{Postman, Ways};
pub(crate) use relay::Relay;
