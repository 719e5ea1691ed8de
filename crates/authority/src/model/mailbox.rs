//! Accounts, domains and mailboxes as lists and pages show them, and what a list of mailboxes is asked for.

use super::Timestamp;
use super::mail_app_mode::ModeAt;
use super::principal::{AccountId, DomainId, Epoch, MailboxId};
use postward_wire::Address;

/// What kind of node an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// The host itself, the root.
    Host,
    /// A reseller under it.
    Reseller,
    /// A customer, under the host or a reseller.
    Customer,
}

impl AccountKind {
    /// The name used in the store and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Reseller => "reseller",
            Self::Customer => "customer",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Host, Self::Reseller, Self::Customer].into_iter().find(|kind| kind.name() == name)
    }
}

/// A node of the tree.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The account above; none for the host.
    pub parent: Option<AccountId>,
    /// Its kind.
    pub kind: AccountKind,
    /// Its name.
    pub name: String,
    /// What mail apps may sign in with where neither domain nor mailbox says anything else.
    pub mail_apps: ModeAt,
}

/// A domain.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// Its name, in ASCII.
    pub name: String,
    /// The account it belongs to.
    pub account: AccountId,
    /// What mail apps may sign in with where the mailbox says nothing else.
    pub mail_apps: ModeAt,
}

/// Whether a mailbox may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailboxState {
    /// It may.
    Active,
    /// It may not; mail is delivered.
    Suspended,
    /// It may not, and nobody sees it but whoever can restore it.
    Deleted,
}

/// A mailbox, as lists and its settings page show it.
#[derive(Clone, Debug)]
pub struct Mailbox {
    /// Its id.
    pub id: MailboxId,
    /// Its address.
    pub address: Address,
    /// Its domain.
    pub domain: DomainId,
    /// The account it belongs to.
    pub account: AccountId,
    /// That account's name.
    pub account_name: String,
    /// Whether it may sign in.
    pub state: MailboxState,
    /// When it last signed in, at any surface.
    pub last_sign_in: Option<Timestamp>,
    /// When it was made.
    pub created: Timestamp,
    /// The epoch of its password.
    pub epoch: Epoch,
    /// Whether its second factor is on.
    pub two_factor: bool,
    /// What its mail apps may sign in with.
    pub mail_apps: ModeAt,
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sort {
    /// By address.
    #[default]
    Address,
    /// By last sign-in, newest first.
    LastSignIn,
    /// By age, newest first.
    Created,
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct MailboxQuery {
    /// Addresses that contain this, whatever the case.
    pub search: Option<String>,
    /// Only this domain.
    pub domain: Option<DomainId>,
    /// The order.
    pub sort: Sort,
    /// Which page, from a page before; none for the first.
    pub cursor: Option<Cursor>,
    /// Rows a page, 1 to 200; what lies outside is brought inside.
    pub limit: u32,
}

/// A place in a list: an opaque text for a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub(crate) String);

impl Cursor {
    /// Takes what a link carried. Nonsense leads to the first page.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text for a link.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One page of mailboxes.
#[derive(Clone, Debug)]
pub struct MailboxPage {
    /// The rows.
    pub rows: Vec<Mailbox>,
    /// How many there are in all.
    pub total: u64,
    /// The page before.
    pub previous: Option<Cursor>,
    /// The page after.
    pub next: Option<Cursor>,
}

/// What the mail engine is to do with mail for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// A mailbox of ours takes it (a suspended one too).
    Local,
    /// Our domain, no such mailbox.
    Unknown,
    /// Not our domain.
    Elsewhere,
}
