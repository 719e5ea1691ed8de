//! The people of the dashboard.

use crate::authority::Authority;
use crate::credential::hasher::Phc;
use crate::error::AddError;
use crate::model::Timestamp;
use crate::model::actor::{Actor, Role};
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::principal::{AccountId, DomainId, Kind, StaffId};
use crate::store::{Durability, StoreError, Tx, audit, directory};
use postward_wire::{Address, Secret};
use serde_json::json;

/// A person to be added to the dashboard.
pub struct NewStaff<'a> {
    /// The account the person belongs to.
    pub account: AccountId,
    /// What the person signs in with. It may be spelt like a mailbox of ours, and is another thing all the same.
    pub email: &'a Address,
    /// What the person may do.
    pub role: Role,
    /// The domains the person is limited to; none for all of the account's.
    pub domains: Option<&'a [DomainId]>,
    /// The first password.
    pub password: Secret,
}

/// The first owner of an account, who is added with it.
pub struct FirstOwner<'a> {
    /// What the owner signs in with.
    pub email: &'a Address,
    /// The first password.
    pub password: Secret,
}

impl Authority {
    /// Adds a person to the dashboard.
    ///
    /// # Errors
    /// As [`AddError`] says. Only owners add staff.
    pub async fn add_staff(
        &self,
        actor: &Actor,
        new: NewStaff<'_>,
        now: Timestamp,
    ) -> Result<StaffId, AddError> {
        let NewStaff { account, email, role, domains, password } = new;
        let account = self.reachable_account(actor, account).await?;
        if actor.role() != Role::Owner {
            return Err(AddError::ReadOnly);
        }
        // Whoever is limited to some domains lets nobody in who is not.
        if actor.scope.limited_to.is_some() && domains.is_none() {
            return Err(AddError::NotFound);
        }
        let reachable = directory::domains(self.db(), &actor.scope).await?;
        let outside = |wanted: &DomainId| !reachable.iter().any(|domain| domain.id == *wanted);
        if domains.unwrap_or_default().iter().any(outside) {
            return Err(AddError::NotFound);
        }
        let hash = self.hash_first(&password).await?;
        let person = Person { account: account.id, email, role, domains, hash };
        let mut tx = self.db().begin(Durability::Durable).await?;
        let id = person.add(&mut tx, &AuditActor::actor(actor), now).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// A person of the dashboard about to be written.
pub(super) struct Person<'a> {
    pub(super) account: AccountId,
    pub(super) email: &'a Address,
    pub(super) role: Role,
    pub(super) domains: Option<&'a [DomainId]>,
    pub(super) hash: Phc,
}

impl Person<'_> {
    /// Writes it, in the transaction of whatever else is added with it.
    pub(super) async fn add(
        &self,
        tx: &mut Tx,
        by: &AuditActor,
        now: Timestamp,
    ) -> Result<StaffId, StoreError> {
        let Self { account, email, role, domains, hash } = self;
        let id = StaffId::draw(&mut rand::rng());
        directory::add_principal(tx, id.into(), Kind::Staff, email.as_str(), hash, now).await?;
        directory::add_staff(tx, id, *account, role.name(), *domains).await?;
        let (subject, detail) = (Subject::Staff(id, email.as_str()), json!({ "role": role }));
        audit::audit(tx, by, AuditEvent::StaffAdded, &subject, &detail, now).await?;
        Ok(id)
    }
}
