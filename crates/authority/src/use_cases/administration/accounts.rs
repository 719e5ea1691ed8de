//! The tree of accounts and the domains on it.

use crate::authority::Authority;
use crate::error::{AddError, Unavailable};
use crate::model::Timestamp;
use crate::model::actor::Actor;
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::mail_app_mode::ModeAt;
use crate::model::mailbox::{Account, AccountKind, Domain};
use crate::model::principal::{AccountId, DomainId};
use crate::store::directory::{self, AccountRow, DomainRow};
use crate::store::{Durability, audit};
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
        let row = AccountRow { id, parent_id: Some(parent.id), kind, name, path, mail_app_mode: None };
        let mut tx = self.db().begin(Durability::Durable).await?;
        directory::add_account(&mut tx, &row, now).await?;
        let subject = Subject::Account(id, &row.name);
        audit::audit(&mut tx, &AuditActor::actor(actor), AuditEvent::AccountAdded, &subject, &json!({}), now)
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Makes the root of a new tree. Two processes at once cannot both do it: the path is unique.
    pub(crate) async fn add_host(&self, now: Timestamp) -> Result<AccountRow, Unavailable> {
        // Every new store's root has the same id: it is unique like any path, and says nothing of anybody.
        let id = AccountId(1);
        let (kind, name) = (AccountKind::Host.name().to_owned(), "Host".to_owned());
        let path = format!("/{id}/");
        let row = AccountRow { id, parent_id: None, kind, name, path, mail_app_mode: None };
        let mut tx = self.db().begin(Durability::Durable).await?;
        directory::add_account(&mut tx, &row, now).await?;
        tx.commit().await?;
        Ok(row)
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
