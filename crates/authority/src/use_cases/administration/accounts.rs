//! The tree of accounts and the domains on it.

use crate::authority::Authority;
use crate::error::{AddError, Unavailable};
use crate::model::Timestamp;
use crate::model::actor::{Actor, Role, Scope, Who};
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::mail_app_mode::ModeAt;
use crate::model::mailbox::{Account, AccountKind, Domain};
use crate::model::principal::{AccountId, DomainId, StaffId};
use crate::store::directory::{self, AccountRow, DomainRow};
use crate::store::{Durability, StoreError, Tx, audit};
use crate::use_cases::administration::staff::{FirstOwner, Person};
use postward_wire::address::parse_domain;
use serde_json::json;

impl Authority {
    /// The accounts the actor may see, parents before children.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn accounts(&self, actor: &Actor) -> Result<Vec<Account>, Unavailable> {
        let rows = directory::accounts(self.db(), &actor.scope).await?;
        let accounts = rows.into_iter().filter_map(|row| {
            let AccountRow { id, parent_id: parent, kind, name, path: _, mail_app_mode } = row;
            let mail_apps = ModeAt::read(mail_app_mode, None);
            Some(Account { id, parent, kind: AccountKind::from_name(&kind)?, name, mail_apps })
        });
        Ok(accounts.collect())
    }

    /// Adds an account under another one; under the actor's own when none is named.
    ///
    /// # Errors
    /// As [`AddError`] says. A customer has no accounts under it, and nobody adds a second host.
    pub async fn add_account(
        &self,
        actor: &Actor,
        parent: Option<AccountId>,
        kind: AccountKind,
        name: &str,
        now: Timestamp,
    ) -> Result<AccountId, AddError> {
        let row = self.new_account(actor, parent, kind, name).await?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        add(&mut tx, &row, &AuditActor::actor(actor), now).await?;
        tx.commit().await?;
        Ok(row.id)
    }

    /// Adds an account with its first owner: both or neither.
    ///
    /// # Errors
    /// As [`Authority::add_account`], and as [`Authority::add_staff`] for the owner.
    pub async fn add_owned_account(
        &self,
        actor: &Actor,
        account: NewAccount<'_>,
        owner: FirstOwner<'_>,
        now: Timestamp,
    ) -> Result<AccountId, AddError> {
        let NewAccount { parent, kind, name } = account;
        let FirstOwner { email, password } = owner;
        // What is wrong with the password is said first, whatever else is: as where somebody types both.
        let hash = self.hash_first(&password).await?;
        let row = self.new_account(actor, parent, kind, name).await?;
        if actor.role() != Role::Owner || actor.is_limited() {
            return Err(AddError::ReadOnly);
        }
        let by = AuditActor::actor(actor);
        let owner = Person { account: row.id, email, role: Role::Owner, domains: None, hash };
        let mut tx = self.db().begin(Durability::Durable).await?;
        add(&mut tx, &row, &by, now).await?;
        owner.add(&mut tx, &by, now).await?;
        tx.commit().await?;
        Ok(row.id)
    }

    /// Adds the first owner of this host, and the root of the tree where there is none yet: both or neither.
    ///
    /// # Errors
    /// As [`AddError`] says.
    pub async fn add_host_owner(&self, owner: FirstOwner<'_>, now: Timestamp) -> Result<StaffId, AddError> {
        let host = directory::host(self.db()).await?;
        let FirstOwner { email, password } = owner;
        let hash = self.hash_first(&password).await?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        let host = match host {
            Some(host) => host,
            None => add_host(&mut tx, now).await?,
        };
        let owner = Person { account: host.id, email, role: Role::Owner, domains: None, hash };
        let id = owner.add(&mut tx, &AuditActor::actor(&Actor::operator(host)), now).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The row of an account that may be added there.
    async fn new_account(
        &self,
        actor: &Actor,
        parent: Option<AccountId>,
        kind: AccountKind,
        name: &str,
    ) -> Result<AccountRow, AddError> {
        let parent = self.reachable_account(actor, parent.unwrap_or(actor.account())).await?;
        actor.require_write()?;
        let name = name.trim();
        if name.is_empty() || name.len() > 200 || name.contains(char::is_control) {
            return Err(AddError::Name("Give the account a name of up to 200 characters.".to_owned()));
        }
        let parent_kind = AccountKind::from_name(&parent.kind);
        let fits = match kind {
            AccountKind::Host => false,
            AccountKind::Reseller => parent_kind == Some(AccountKind::Host),
            AccountKind::Customer => parent_kind != Some(AccountKind::Customer),
        };
        if !fits {
            let sentence = "Resellers stand under the host, customers under the host or a reseller.";
            return Err(AddError::Name(sentence.to_owned()));
        }
        let id = AccountId::draw(&mut rand::rng());
        let path = format!("{}{id}/", parent.path);
        let (kind, name) = (kind.name().to_owned(), name.to_owned());
        Ok(AccountRow { id, parent_id: Some(parent.id), kind, name, path, mail_app_mode: None })
    }

    /// The root of the tree, made where there is none yet.
    pub(crate) async fn host(&self, now: Timestamp) -> Result<AccountRow, Unavailable> {
        if let Some(host) = directory::host(self.db()).await? {
            return Ok(host);
        }
        let mut tx = self.db().begin(Durability::Durable).await?;
        let host = add_host(&mut tx, now).await?;
        tx.commit().await?;
        Ok(host)
    }

    /// The domains the actor may see, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn domains(&self, actor: &Actor) -> Result<Vec<Domain>, Unavailable> {
        let rows = directory::domains(self.db(), &actor.scope).await?;
        let domains = rows.into_iter().map(|row| {
            let DomainRow { id, name, account_id: account, mail_app_mode, mode_above } = row;
            Domain { id, name, account, mail_apps: ModeAt::read(mail_app_mode, mode_above) }
        });
        Ok(domains.collect())
    }

    /// Adds a domain to an account.
    ///
    /// # Errors
    /// As [`AddError`] says. Whoever is limited to some domains adds none.
    pub async fn add_domain(
        &self,
        actor: &Actor,
        account: AccountId,
        name: &str,
        now: Timestamp,
    ) -> Result<DomainId, AddError> {
        let account = self.reachable_account(actor, account).await?;
        actor.require_write()?;
        if actor.scope.limited_to.is_some() {
            return Err(AddError::ReadOnly);
        }
        let name = parse_domain(name.trim()).map_err(|error| AddError::Name(error.to_string()))?;
        let id = DomainId::draw(&mut rand::rng());
        let mut tx = self.db().begin(Durability::Durable).await?;
        directory::add_domain(&mut tx, id, account.id, &name, now).await?;
        let subject = Subject::Domain(id, &name);
        audit::audit(&mut tx, &AuditActor::actor(actor), AuditEvent::DomainAdded, &subject, &json!({}), now)
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The account, if it lies within the actor's reach.
    pub(crate) async fn reachable_account(
        &self,
        actor: &Actor,
        id: AccountId,
    ) -> Result<AccountRow, AddError> {
        let within = directory::accounts(self.db(), &actor.scope).await?;
        within.into_iter().find(|account| account.id == id).ok_or(AddError::NotFound)
    }
}

/// An account to be added.
pub struct NewAccount<'a> {
    /// What it stands under; the actor's own account when none is named.
    pub parent: Option<AccountId>,
    /// What it is.
    pub kind: AccountKind,
    /// What people call it.
    pub name: &'a str,
}

/// Writes an account, in the transaction of whatever else is added with it.
async fn add(tx: &mut Tx, row: &AccountRow, by: &AuditActor, now: Timestamp) -> Result<(), StoreError> {
    directory::add_account(tx, row, now).await?;
    let subject = Subject::Account(row.id, &row.name);
    audit::audit(tx, by, AuditEvent::AccountAdded, &subject, &json!({}), now).await
}

/// Writes the root of a new tree. Two processes at once cannot both do it: the path is unique.
async fn add_host(tx: &mut Tx, now: Timestamp) -> Result<AccountRow, StoreError> {
    // Every new store's root has the same id: it is unique like any path, and says nothing of anybody.
    let id = AccountId(1);
    let (kind, name) = (AccountKind::Host.name().to_owned(), "Host".to_owned());
    let row = AccountRow { id, parent_id: None, kind, name, path: format!("/{id}/"), mail_app_mode: None };
    directory::add_account(tx, &row, now).await?;
    Ok(row)
}

impl Actor {
    /// Whoever holds the data directory: may do everything.
    pub(crate) fn operator(host: AccountRow) -> Self {
        let scope = Scope { path: host.path, account: host.id, limited_to: None };
        Self { who: Who::Operator, scope, role: Role::Owner, ip: None }
    }
}
