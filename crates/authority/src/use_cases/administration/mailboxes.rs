//! Mailboxes: the list, one, adding and restoring. Deleting ends sessions and stands with those acts.

use crate::authority::Authority;
use crate::error::{ActError, AddError, Unavailable};
use crate::model::Timestamp;
use crate::model::actor::Actor;
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::mail_app_mode::ModeAt;
use crate::model::mailbox::{Delivery, Mailbox, MailboxPage, MailboxQuery, MailboxState};
use crate::model::principal::{Kind, MailboxId, State, Transition};
use crate::store::lists::{self, Direction, MailboxRow, Place};
use crate::store::{Durability, audit, directory, moment, principals};
use postward_wire::{Address, Secret};
use serde_json::json;

impl Authority {
    /// How many deleted mailboxes are listed: more than anybody restores by hand.
    const DELETED_LISTED: i64 = 500;

    /// One page of the mailboxes the actor may see.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn mailboxes(&self, actor: &Actor, query: &MailboxQuery) -> Result<MailboxPage, Unavailable> {
        let query = MailboxQuery { limit: query.limit.clamp(1, 200), ..query.clone() };
        let (direction, from) = match query.cursor.as_ref().and_then(Place::read) {
            Some((direction, place)) => (direction, Some(place)),
            None => (Direction::Forward, None),
        };
        let total = lists::count(self.db(), &actor.scope, &query).await?;
        let mut rows = lists::page(self.db(), &actor.scope, &query, from.as_ref(), direction).await?;
        // One row more than the page was asked for: it tells whether there is another page.
        let more = rows.len() > query.limit as usize;
        rows.truncate(query.limit as usize);
        let (before, after) = match direction {
            Direction::Forward => (from.is_some(), more),
            Direction::Backward => {
                rows.reverse();
                (more, true)
            }
        };
        let cursor =
            |row: Option<&MailboxRow>, direction| row.map(|row| Place::of(row, query.sort).cursor(direction));
        let previous = before.then(|| cursor(rows.first(), Direction::Backward)).flatten();
        let next = after.then(|| cursor(rows.last(), Direction::Forward)).flatten();
        let rows = rows.into_iter().filter_map(Mailbox::from_row).collect();
        Ok(MailboxPage { rows, total: total.unsigned_abs(), previous, next })
    }

    /// One mailbox the actor may see.
    ///
    /// # Errors
    /// [`ActError::NotFound`] alike when there is none and when it is not within the actor's reach.
    pub async fn mailbox(&self, actor: &Actor, id: MailboxId) -> Result<Mailbox, ActError> {
        self.reachable(actor, id).await
    }

    /// The same, by address.
    ///
    /// # Errors
    /// As [`Authority::mailbox`].
    pub async fn mailbox_by_address(&self, actor: &Actor, address: &Address) -> Result<Mailbox, ActError> {
        let row = lists::mailbox(self.db(), &actor.scope, None, Some(address.as_str())).await?;
        existing(row)
    }

    /// Adds a mailbox with its first password.
    ///
    /// # Errors
    /// As [`AddError`] says.
    pub async fn add_mailbox(
        &self,
        actor: &Actor,
        address: &Address,
        password: Secret,
        now: Timestamp,
    ) -> Result<MailboxId, AddError> {
        let domains = directory::domains(self.db(), &actor.scope).await?;
        let domain = domains.into_iter().find(|domain| domain.name == address.domain());
        let Some(domain) = domain else { return Err(AddError::NotFound) };
        actor.require_write()?;
        let hash = self.hash_first(&password).await?;
        let id = MailboxId::draw(&mut rand::rng());
        let mut tx = self.db().begin(Durability::Durable).await?;
        directory::add_principal(&mut tx, id.into(), Kind::Mailbox, address.as_str(), &hash, now).await?;
        directory::add_mailbox(&mut tx, id, domain.id).await?;
        let subject = Subject::Mailbox(id, address.as_str());
        audit::audit(&mut tx, &AuditActor::actor(actor), AuditEvent::MailboxAdded, &subject, &json!({}), now)
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Deleted mailboxes that can be restored, latest first, with the time of their deletion.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn deleted_mailboxes(&self, actor: &Actor) -> Result<Vec<(Mailbox, Timestamp)>, Unavailable> {
        let rows = lists::deleted(self.db(), &actor.scope, Self::DELETED_LISTED).await?;
        let deleted = rows.into_iter().filter_map(|row| {
            let at = moment(row.deleted_at?);
            Some((Mailbox::from_row(row)?, at))
        });
        Ok(deleted.collect())
    }

    /// Brings a deleted mailbox back as it was, with its password; its sessions stay ended.
    ///
    /// # Errors
    /// [`ActError::NotFound`] when there is no such deleted mailbox within the actor's reach.
    pub async fn restore_mailbox(
        &self,
        actor: &Actor,
        id: MailboxId,
        now: Timestamp,
    ) -> Result<(), ActError> {
        let row = lists::mailbox(self.db(), &actor.scope, Some(id), None).await?;
        let Some(row) = row else { return Err(ActError::NotFound) };
        actor.require_write()?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        if !principals::transition(&mut tx, id.into(), Transition::Restore).await? {
            return Err(ActError::NotFound);
        }
        directory::set_deleted(&mut tx, id, None).await?;
        let subject = Subject::Mailbox(id, &row.login);
        audit::audit(
            &mut tx,
            &AuditActor::actor(actor),
            AuditEvent::MailboxRestored,
            &subject,
            &json!({}),
            now,
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// What the mail engine does with mail for an address.
    ///
    /// # Errors
    /// When the store does not answer: the mail is to be tried again, not returned.
    pub async fn delivery(&self, address: &Address) -> Result<Delivery, Unavailable> {
        let row = directory::delivery(self.db(), address.as_str(), address.domain()).await?;
        Ok(match row.map(|row| row.state.as_deref().map(State::from_name)) {
            None => Delivery::Elsewhere,
            Some(Some(State::Active | State::Suspended)) => Delivery::Local,
            Some(Some(State::Deleted) | None) => Delivery::Unknown,
        })
    }

    /// The mailbox, if it lies within the actor's reach: what every act on one begins with (invariant 13).
    pub(crate) async fn reachable(&self, actor: &Actor, id: MailboxId) -> Result<Mailbox, ActError> {
        let row = lists::mailbox(self.db(), &actor.scope, Some(id), None).await?;
        existing(row)
    }
}

/// A row that stands for a mailbox that is not deleted.
fn existing(row: Option<MailboxRow>) -> Result<Mailbox, ActError> {
    match row.and_then(Mailbox::from_row) {
        Some(mailbox) if mailbox.state != MailboxState::Deleted => Ok(mailbox),
        Some(_) | None => Err(ActError::NotFound),
    }
}

impl Mailbox {
    /// None for a row whose address does not parse: it was not written by us, and opens nothing either.
    fn from_row(row: MailboxRow) -> Option<Self> {
        let state = match State::from_name(&row.state) {
            State::Active => MailboxState::Active,
            State::Suspended => MailboxState::Suspended,
            State::Deleted => MailboxState::Deleted,
        };
        Some(Self {
            id: row.id,
            address: Address::parse(&row.login).ok()?,
            domain: row.domain_id,
            account: row.account_id,
            account_name: row.account_name,
            state,
            last_sign_in: row.last_sign_in_at.map(moment),
            created: moment(row.created_at),
            epoch: row.credential_epoch,
            two_factor: row.two_factor,
            mail_apps: ModeAt::read(row.mail_app_mode, row.mode_above),
        })
    }
}
