//! The control socket: commands of the operator, whether a server runs or not.
//!
//! [`run::run`] is the one place where a [`Command`] is executed. A running server calls it for what arrives on its
//! [`socket`](server), so that the sessions it holds are ended before the command returns; with no server running,
//! [`client`] calls it on the store directly.

pub(crate) mod client;
mod command;
mod context;
mod mail_apps;
mod reply;
mod run;
pub(crate) mod server;
#[cfg(test)]
mod tests;

pub(crate) use command::{Command, MailAppsScope, NewOwner, RequestedKind, RequestedMode, SecretField};
pub(crate) use reply::{
    AccountRow, AuditRow, DomainRow, MailAppsRow, MailboxRow, ReceiptRow, Reply, SessionRow,
};
