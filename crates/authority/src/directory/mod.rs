//! Accounts, domains, mailboxes and staff.

mod accounts;
mod mailboxes;
mod staff;

pub use staff::NewStaff;
