//! A request of the operator, as it is written to the control socket.

use postward_wire::Secret;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest request taken. The longest honest one names 500 mailboxes.
pub(super) const MAX_REQUEST: usize = 64 * 1024;

/// A command of the operator.
#[derive(Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Command {
    /// The accounts.
    Accounts,
    /// A new account, and the first staff who may sign in for it.
    AddAccount {
        name: String,
        kind: RequestedKind,
        /// The name of the parent account; the host where it is missing.
        parent: Option<String>,
        owner: Option<NewOwner>,
    },
    /// The domains.
    Domains,
    /// A new domain of an account, named by its name; of the host where it is missing.
    AddDomain { name: String, account: Option<String> },
    /// One page of the mailboxes.
    Mailboxes { search: Option<String>, domain: Option<String>, cursor: Option<String> },
    /// A new mailbox with its first password.
    AddMailbox { address: String, password: SecretField },
    /// A new password for a mailbox.
    SetPassword { address: String, password: SecretField },
    /// A new password for staff.
    SetStaffPassword { email: String, password: SecretField },
    /// Turns the second factor of staff off.
    StaffSecondFactorOff { email: String },
    /// Refuses sign-in until `Resume`; delivery goes on.
    Suspend { address: String },
    /// Allows sign-in again.
    Resume { address: String },
    /// A new recovery code, which is shown once.
    RecoveryCode { address: String },
    /// What mail apps may sign in with; where a mode is named, it is set first.
    MailApps { of: MailAppsScope, mode: Option<RequestedMode> },
    /// A new key in the key file; every second factor is sealed anew under it.
    RotateKeys,
    /// The live sessions of a mailbox.
    Sessions { address: String },
    /// The end of one session, or of all.
    Kick { address: String, session: Option<String> },
    /// The newest lines of the audit.
    Audit { address: Option<String>, limit: u32 },
}

/// What kind of account to add. There is one host, and `init` makes it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RequestedKind {
    /// Sells mailboxes to customers of its own.
    Reseller,
    /// Has domains and mailboxes.
    Customer,
}

/// Whose mail apps: an account, a domain or mailboxes, by their names.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MailAppsScope {
    Account(String),
    Domain(String),
    Mailboxes(Vec<String>),
}

/// What mail apps are to sign in with.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RequestedMode {
    /// The mailbox's password, or an app password.
    PasswordOrAppPassword,
    /// App passwords only.
    AppPasswordsOnly,
    /// As the domain or the account has it.
    Inherit,
}

/// The first staff of an account.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOwner {
    pub(crate) email: String,
    pub(crate) password: SecretField,
}

/// A password or code in a message of the control socket: serialized in clear, never shown by `Debug`, and erased from
/// memory when it is dropped. Only the operator can open the socket.
pub(crate) struct SecretField(pub(crate) Secret);

impl std::fmt::Debug for SecretField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretField(…)")
    }
}

impl Serialize for SecretField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for SecretField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}
