//! Sends the notices and links of the outbox by mail.
//!
//! The authority writes letters into its outbox, in the transaction of the act they report. [`worker`] takes what is due
//! and delivers each once: into the mailbox where the built-in engine keeps it, else through [`relay`], whose STARTTLS
//! [`starttls_guard`] protects. [`text`] holds the text of each notice, [`template`] makes a message of it.

mod relay;
mod starttls_guard;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod worker;

pub(crate) use relay::Relay;
pub(crate) use template::LetterTemplate;
pub(crate) use worker::{MailWorker, Routes};
