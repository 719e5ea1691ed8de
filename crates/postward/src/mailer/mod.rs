//! The post: what people are told by mail of what happened to their mailbox.
//!
//! The authority writes letters into its outbox, in the transaction of what they tell of. [`worker`] takes what is due
//! and sees to it that each arrives once: in the mailbox itself where mail is kept here, through [`relay`] else.
//! [`text`] is what each notice says, [`template`] how that becomes a message.

mod relay;
mod starttls_guard;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod worker;

pub(crate) use relay::Relay;
pub(crate) use template::LetterTemplate;
pub(crate) use worker::{Postman, Ways};
