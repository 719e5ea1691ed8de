//! A new key for everything that is sealed, while people sign in.

use crate::authority::Authority;
use crate::credential::key_file::Sealed;
use crate::credential::totp_binding::bound;
use crate::error::ActError;
use crate::model::Timestamp;
use crate::model::actor::{Actor, Who};
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::store::{Durability, audit, directory, second_factors};
use serde_json::json;

impl Authority {
    /// Seeds sealed anew in one go, so that nobody who signs in waits for long.
    const RESEALED_AT_ONCE: i64 = 50;

    /// Adds a key to the file and seals every seed anew under it; how many. Nobody is kept from signing in meanwhile,
    /// and what is interrupted is finished by the next call. Only the operator may.
    ///
    /// # Errors
    /// As [`ActError`] says. A seed that cannot be opened stops it: nothing is lost.
    pub async fn rotate_keys(&self, actor: &Actor, now: Timestamp) -> Result<u64, ActError> {
        if actor.who != Who::Operator {
            return Err(ActError::NotFound);
        }
        let key = self.keys().rotate()?;
        let mut resealed = 0;
        loop {
            let rows = second_factors::sealed_otherwise(self.db(), key, Self::RESEALED_AT_ONCE).await?;
            if rows.is_empty() {
                break;
            }
            let mut tx = self.db().begin(Durability::Durable).await?;
            for row in rows {
                let bound = bound(Some(row.account_id), row.principal_id);
                let before = Sealed { key: row.key_id, bytes: row.sealed_seed };
                let seed = self.keys().open(&before, &bound)?;
                let after = self.keys().seal(&seed, &bound)?;
                resealed += u64::from(
                    second_factors::reseal(&mut tx, row.principal_id, &before.bytes, &after).await?,
                );
            }
            tx.commit().await?;
        }
        let host = directory::host(self.db()).await?.ok_or(ActError::NotFound)?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        let (subject, detail) = (Subject::Account(host.id, &host.name), json!({ "resealed": resealed }));
        audit::audit(&mut tx, &AuditActor::actor(actor), AuditEvent::KeysRotated, &subject, &detail, now)
            .await?;
        tx.commit().await?;
        Ok(resealed)
    }
}
