//! Accounts, domains, mailboxes and staff.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod key_rotation;
pub(crate) mod mail_app_mode;
pub(crate) mod mailboxes;
pub(crate) mod sessions;
pub(crate) mod staff;
pub(crate) mod staff_recovery;
