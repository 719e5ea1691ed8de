//! The paths of the dashboard's pages about one mailbox.

use super::confirmation_step::ReturnLink;
use postward_authority::Mailbox;

/// The list of mailboxes.
pub(super) const LIST: &str = "/dashboard/mailboxes";

/// The **Security** tab.
pub(super) fn security(mailbox: &Mailbox) -> String {
    below(mailbox, "security")
}

/// What is signed in, and what has been tried.
pub(super) fn sessions(mailbox: &Mailbox) -> String {
    below(mailbox, "sessions")
}

/// A new password.
pub(super) fn password(mailbox: &Mailbox) -> String {
    below(mailbox, "password")
}

/// A new recovery code.
pub(super) fn recovery_code(mailbox: &Mailbox) -> String {
    below(mailbox, "recovery-code")
}

/// What its mail apps may sign in with.
pub(super) fn mail_app_mode(mailbox: &Mailbox) -> String {
    format!("/dashboard/mail-apps/mode?mailbox={}", mailbox.id)
}

/// Where a step about a mailbox leads back to.
pub(super) fn return_link(mailbox: &Mailbox) -> ReturnLink {
    ReturnLink { path: security(mailbox), name: mailbox.address.to_string() }
}

fn below(mailbox: &Mailbox, page: &str) -> String {
    format!("{LIST}/{}/{page}", mailbox.id)
}
