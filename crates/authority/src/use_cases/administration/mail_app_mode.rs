//! What mail apps may sign in with, as staff see and set it: for a mailbox, a domain or an account (W8).
//!
//! Each of the three may have a mode of its own; what stands nearest to the mailbox decides. What each of them has
//! comes with it wherever accounts, domains and mailboxes are read.

use crate::authority::Authority;
use crate::error::ActError;
use crate::model::Timestamp;
use crate::model::actor::Actor;
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::mail_app_mode::{MailAppMode, ModeOf};
use crate::store::{Durability, StoreError, Tx, app_passwords, audit, directory};
use serde_json::json;
use std::collections::BTreeSet;

/// Whom *app passwords only* would touch: mailboxes whose mail apps may use the password as things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShutOut {
    /// How many there are.
    pub mailboxes: u64,
    /// How many of them have no app password yet.
    pub without: u64,
    /// How many have mail apps that have used the password in the last thirty days.
    pub in_use: u64,
    /// The addresses of the first few of those.
    pub named: Vec<String>,
}

impl Authority {
    /// The most mailboxes whose mode is set in one act.
    pub const MODES_AT_ONCE: usize = 500;
    /// How many of those who would be shut out are named.
    const SHUT_OUT_NAMED: usize = 5;

    /// Sets what mail apps may sign in with, for all that is named or for nothing of it; `None` leaves it to what
    /// stands above. How many were of another mode before, each of which has its line in the audit. What is signed in
    /// stays so.
    ///
    /// # Errors
    /// As [`ActError`] says.
    pub async fn set_mail_app_mode(
        &self,
        actor: &Actor,
        of: &[ModeOf],
        mode: Option<MailAppMode>,
        now: Timestamp,
    ) -> Result<u64, ActError> {
        let mut named = Vec::with_capacity(of.len());
        // In one order, whoever asks: two lists that overlap wait for each other and never both.
        for of in of.iter().copied().collect::<BTreeSet<_>>() {
            named.push((of, self.name_of(actor, of).await?));
        }
        actor.require_write()?;
        let by = AuditActor::actor(actor);
        let mut changed = 0;
        let mut tx = self.db().begin(Durability::Durable).await?;
        for (of, name) in &named {
            let change = ModeChange { of: *of, name, mode, by: &by };
            changed += u64::from(change.write(&mut tx, now).await?);
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// Whom it would touch if mail apps had to sign in with app passwords only.
    ///
    /// # Errors
    /// As [`ActError`] says.
    pub async fn shut_out_by_app_passwords_only(
        &self,
        actor: &Actor,
        of: &[ModeOf],
        now: Timestamp,
    ) -> Result<ShutOut, ActError> {
        let since = now.checked_sub(Self::MAIL_APPS_SINCE).unwrap_or(Timestamp::MIN);
        let open = MailAppMode::PasswordOrAppPassword.name();
        let mut all = ShutOut::default();
        for of in of.iter().copied().collect::<BTreeSet<_>>() {
            self.name_of(actor, of).await?;
            let row = app_passwords::shut_out(self.db(), of, open, since).await?;
            all.mailboxes += row.mailboxes.unsigned_abs();
            all.without += row.without.unsigned_abs();
            all.in_use += row.in_use.unsigned_abs();
            let more = Self::SHUT_OUT_NAMED.saturating_sub(all.named.len());
            if row.in_use > 0 && more > 0 {
                let found = app_passwords::in_use(self.db(), of, open, since, more as i64).await?;
                all.named.extend(found.into_iter().map(|(login,)| login));
            }
        }
        Ok(all)
    }

    /// The name of what a mode is for, if it lies within the actor's reach.
    async fn name_of(&self, actor: &Actor, of: ModeOf) -> Result<String, ActError> {
        let name = match of {
            ModeOf::Mailbox(id) => Some(self.reachable(actor, id).await?.address.to_string()),
            ModeOf::Domain(id) => {
                let domains = directory::domains(self.db(), &actor.scope).await?;
                domains.into_iter().find(|domain| domain.id == id).map(|domain| domain.name)
            }
            // Whoever is limited to some domains does not decide for all of them.
            ModeOf::Account(_) if actor.is_limited() => None,
            ModeOf::Account(id) => {
                let accounts = directory::accounts(self.db(), &actor.scope).await?;
                accounts.into_iter().find(|account| account.id == id).map(|account| account.name)
            }
        };
        name.ok_or(ActError::NotFound)
    }
}

/// A mode that is set, whoever sets it.
pub(crate) struct ModeChange<'a> {
    pub(crate) of: ModeOf,
    /// What the audit calls it.
    pub(crate) name: &'a str,
    /// None leaves it to what stands above.
    pub(crate) mode: Option<MailAppMode>,
    pub(crate) by: &'a AuditActor,
}

impl ModeChange<'_> {
    /// Sets the mode and writes it down: the one place that does. False when it was so already; then nothing was done
    /// that the audit could tell of.
    pub(crate) async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, StoreError> {
        let Self { of, name, mode, by } = *self;
        if !app_passwords::set_mode(tx, of, mode).await? {
            return Ok(false);
        }
        let detail = json!({ "mode": mode.map(MailAppMode::name) });
        audit::audit(tx, by, AuditEvent::MailAppModeSet, &of.subject(name), &detail, now).await?;
        Ok(true)
    }
}

impl ModeOf {
    fn subject(self, name: &str) -> Subject<'_> {
        match self {
            Self::Mailbox(id) => Subject::Mailbox(id, name),
            Self::Domain(id) => Subject::Domain(id, name),
            Self::Account(id) => Subject::Account(id, name),
        }
    }
}
