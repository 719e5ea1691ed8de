//! The answer to a [`Command`](super::Command), as it crosses the control socket.

use super::command::SecretField;
use postward_authority::{Receipt, Surface};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest reply taken: a page of 200 mailboxes, or of 500 lines of the audit.
pub(super) const MAX_REPLY: u64 = 4 * 1024 * 1024;

/// The outcome of a command.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "reply", content = "value", rename_all = "kebab-case")]
pub(crate) enum Reply {
    Accounts(Vec<AccountRow>),
    Domains(Vec<DomainRow>),
    Mailboxes {
        rows: Vec<MailboxRow>,
        next: Option<String>,
    },
    Sessions(Vec<SessionRow>),
    Audit(Vec<AuditRow>),
    /// What mail apps may sign in with; after a command that sets a mode, also for how many it has changed.
    MailApps {
        rows: Vec<MailAppsRow>,
        changed: Option<u64>,
    },
    Receipt(ReceiptRow),
    /// A new recovery code, which is shown once.
    RecoveryCode {
        address: String,
        code: SecretField,
    },
    /// The command succeeded; the name of what it was about.
    Done {
        name: String,
    },
    /// Nothing has changed; the reason is a sentence for the operator.
    Refused {
        why: String,
    },
}

/// One account.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccountRow {
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) kind: String,
    pub(crate) name: String,
}

/// One domain.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DomainRow {
    pub(crate) name: String,
    pub(crate) account: String,
}

/// One mailbox.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MailboxRow {
    pub(crate) address: String,
    pub(crate) account: String,
    pub(crate) state: String,
    pub(crate) epoch: i64,
    pub(crate) created: String,
    pub(crate) last_sign_in: Option<String>,
    pub(crate) two_factor: bool,
}

/// What the mail apps of an account, a domain or a mailbox may sign in with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MailAppsRow {
    pub(crate) name: String,
    /// What is set there: the name of a mode, or `inherit`.
    pub(crate) mode: String,
    /// The name of the mode that applies.
    pub(crate) applies: String,
}

/// One live session.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SessionRow {
    pub(crate) id: String,
    pub(crate) surface: Surface,
    pub(crate) ip: String,
    pub(crate) client: Option<String>,
    pub(crate) since: String,
}

/// One line of the audit.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AuditRow {
    pub(crate) at: String,
    pub(crate) actor: String,
    pub(crate) event: String,
    pub(crate) subject: String,
    pub(crate) ip: Option<String>,
    pub(crate) detail: String,
}

/// What a password change, a suspension or the end of sessions has ended.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReceiptRow {
    pub(crate) address: String,
    pub(crate) epoch: i64,
    pub(crate) ended: BTreeMap<Surface, u64>,
    pub(crate) app_passwords_revoked: u64,
}

impl From<Receipt> for ReceiptRow {
    fn from(receipt: Receipt) -> Self {
        // A password that staff or the operator sets leaves the second factor alone.
        let Receipt { address, epoch, ended, app_passwords_revoked, second_factor_off: _ } = receipt;
        let mut all: BTreeMap<_, _> = Surface::OF_MAILBOXES.into_iter().map(|surface| (surface, 0)).collect();
        all.extend(ended);
        Self { address: address.to_string(), epoch: epoch.number(), ended: all, app_passwords_revoked }
    }
}
