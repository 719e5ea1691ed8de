//! Accounts, domains, mailboxes and staff.
use crate::{
    AccountId, Actor, Authority, DomainId, MailboxId, Role, StaffId, Timestamp, Unavailable, policy::Problem,
    sessions::ActError,
};
use postward_wire::{Address, Secret};

/// What kind of node an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// The host itself, the root.
    Host,
    /// A reseller under it.
    Reseller,
    /// A customer.
    Customer,
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
}
/// Whether a mailbox may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailboxState {
    /// It may.
    Active,
    /// It may not; mail is delivered.
    Suspended,
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
    /// When it last signed in, at any door.
    pub last_sign_in: Option<Timestamp>,
    /// When it was made.
    pub created: Timestamp,
    /// Passwords it has had.
    pub epoch: crate::principal::Epoch,
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
    /// Addresses that contain this.
    pub search: Option<String>,
    /// Only this domain.
    pub domain: Option<DomainId>,
    /// The order.
    pub sort: Sort,
    /// Which page, from a page before; none for the first.
    pub cursor: Option<Cursor>,
    /// Rows a page, 1 to 200.
    pub limit: u32,
}
/// A place in a list: an opaque text for a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);
impl Cursor {
    /// Reads what a link carried; nonsense is the first page.
    pub fn parse(_text: &str) -> Option<Self> {
        todo!()
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
/// Why something was not added. Nothing has changed.
#[derive(Debug)]
pub enum AddError {
    /// It exists already (perhaps deleted and still restorable).
    Exists,
    /// What it should stand in is not within the actor's reach.
    NotFound,
    /// The actor may look but not touch.
    ReadOnly,
    /// The name is not one.
    Name(String),
    /// The password does not meet the policy.
    Policy(Vec<Problem>),
    /// The store could not answer.
    Unavailable(Unavailable),
}
/// What the mail engine asks of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// A mailbox of ours takes it (a suspended one too).
    Local,
    /// Our domain, no such mailbox.
    Unknown,
    /// Not our domain.
    Elsewhere,
}

impl Authority {
    /// The accounts the actor may see, parents before children.
    pub async fn accounts(&self, _actor: &Actor) -> Result<Vec<Account>, Unavailable> {
        todo!()
    }
    /// Adds an account under another (under the actor's own when none is named).
    pub async fn add_account(
        &self,
        _actor: &Actor,
        _parent: Option<AccountId>,
        _kind: AccountKind,
        _name: &str,
        _now: Timestamp,
    ) -> Result<AccountId, AddError> {
        todo!()
    }
    /// The domains the actor may see, by name.
    pub async fn domains(&self, _actor: &Actor) -> Result<Vec<Domain>, Unavailable> {
        todo!()
    }
    /// Adds a domain to an account.
    pub async fn add_domain(
        &self,
        _actor: &Actor,
        _account: AccountId,
        _name: &str,
        _now: Timestamp,
    ) -> Result<DomainId, AddError> {
        todo!()
    }
    /// Adds a person to the dashboard.
    pub async fn add_staff(
        &self,
        _actor: &Actor,
        _account: AccountId,
        _email: &Address,
        _role: Role,
        _password: Secret,
        _now: Timestamp,
    ) -> Result<StaffId, AddError> {
        todo!()
    }
    /// One page of the mailboxes the actor may see.
    pub async fn mailboxes(&self, _actor: &Actor, _query: &MailboxQuery) -> Result<MailboxPage, Unavailable> {
        todo!()
    }
    /// One mailbox the actor may see.
    pub async fn mailbox(&self, _actor: &Actor, _id: MailboxId) -> Result<Mailbox, ActError> {
        todo!()
    }
    /// The same, by address.
    pub async fn mailbox_by_address(&self, _actor: &Actor, _address: &Address) -> Result<Mailbox, ActError> {
        todo!()
    }
    /// Adds a mailbox with its first password.
    pub async fn add_mailbox(
        &self,
        _actor: &Actor,
        _address: &Address,
        _password: Secret,
        _now: Timestamp,
    ) -> Result<MailboxId, AddError> {
        todo!()
    }
    /// Deletes a mailbox: its sessions end, it can be restored for a while, its address stays taken until then.
    pub async fn delete_mailbox(
        &self,
        _actor: &Actor,
        _id: MailboxId,
        _now: Timestamp,
    ) -> Result<(), ActError> {
        todo!()
    }
    /// Deleted mailboxes that can still be restored, with the time of deletion.
    pub async fn deleted_mailboxes(&self, _actor: &Actor) -> Result<Vec<(Mailbox, Timestamp)>, Unavailable> {
        todo!()
    }
    /// Brings a deleted mailbox back.
    pub async fn restore_mailbox(
        &self,
        _actor: &Actor,
        _id: MailboxId,
        _now: Timestamp,
    ) -> Result<(), ActError> {
        todo!()
    }
    /// What the mail engine does with mail for an address.
    pub async fn delivery(&self, _address: &Address) -> Result<Delivery, Unavailable> {
        todo!()
    }
}
