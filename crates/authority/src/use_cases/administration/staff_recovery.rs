//! What the operator does for a person of the dashboard who cannot come in any more: neither the mail nor the phone nor
//! a backup code is at hand. Whoever holds the data directory can do anything; this way it is told and written down.

use crate::authority::Authority;
use crate::credential::hasher::Lane;
use crate::error::{ActError, ReplaceError};
use crate::model::Timestamp;
use crate::model::actor::{Actor, Who};
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::notice::Notice;
use crate::model::principal::{Kind, StaffId};
use crate::model::receipt::Receipt;
use crate::notification::notify::{Recipient, notify_staff};
use crate::session::change_broadcast::PrincipalChange;
use crate::session::forget_second_factor::forget;
use crate::store::principals::{self, Principal, PrincipalRef};
use crate::store::{Durability, audit};
use crate::use_cases::password::change::{AppPasswords, Authorization, Replacement, ResetError};
use crate::use_cases::sign_in::first_factor::Login;
use postward_wire::{Address, Secret};
use serde_json::json;

impl Authority {
    /// Sets the password of a person of the dashboard and ends every session of theirs. The second factor stays.
    ///
    /// # Errors
    /// [`ResetError::NotFound`] when there is nobody of that name, or when it is not the operator who asks. Nothing has
    /// changed, and the sessions stand.
    pub async fn reset_staff(
        &self,
        actor: &Actor,
        email: &Address,
        new: Secret,
        now: Timestamp,
    ) -> Result<Receipt, ResetError> {
        let person = self.person(actor, email).await?;
        let replacement = Replacement {
            kind: Kind::Staff,
            principal: person.id,
            new: self.hash_if_fit(Lane::Staff, person.id, &new).await?,
            event: AuditEvent::StaffPasswordReset,
            notice: Notice::PasswordReset,
            by: AuditActor::actor(actor),
            authorization: Authorization::Nothing,
            app_passwords: AppPasswords::Revoke,
            now,
            login: person.login,
        };
        self.replace_credential(replacement).await.map_err(|error| match error {
            ReplaceError::Overtaken | ReplaceError::NotRecent => ResetError::NotFound,
            ReplaceError::Unavailable(unavailable) => ResetError::Unavailable(unavailable),
        })
    }

    /// Turns the second factor of a person of the dashboard off, the backup codes with it. False when none was on.
    /// Password and sessions stay; challenges that are under way end.
    ///
    /// # Errors
    /// [`ActError::NotFound`] when there is nobody of that name, or when it is not the operator who asks.
    pub async fn turn_off_staff_second_factor(
        &self,
        actor: &Actor,
        email: &Address,
        now: Timestamp,
    ) -> Result<bool, ActError> {
        let person = self.person(actor, email).await?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        principals::lock_principal(&mut tx, person.id).await?.ok_or(ActError::NotFound)?;
        if !forget(&mut tx, person.id).await? {
            return Ok(false);
        }
        let (by, subject) = (AuditActor::actor(actor), Subject::Staff(StaffId(person.id.0), &person.login));
        audit::audit(&mut tx, &by, AuditEvent::SecondFactorOff, &subject, &json!({}), now).await?;
        let reader = Recipient { principal: person.id, address: person.login.as_str() };
        notify_staff(&mut tx, reader, Notice::SecondFactorOff, &by.as_detail(), now).await?;
        tx.broadcast_change(person.id).await?;
        tx.commit().await?;
        self.broadcast_change(person.id, PrincipalChange::SecondFactor);
        Ok(true)
    }

    async fn person(&self, actor: &Actor, email: &Address) -> Result<Principal, ActError> {
        if !matches!(actor.who, Who::Operator) {
            return Err(ActError::NotFound);
        }
        let login = Login::of_text(email.as_str());
        let whom = PrincipalRef::Login(Kind::Staff, login.text());
        principals::find(self.db(), whom, "", Timestamp::MAX).await?.ok_or(ActError::NotFound)
    }
}
