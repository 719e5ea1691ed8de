//! Writing a password: the only statements in the house that do.

use super::db::{StoreError, Tx, execute, on};
use super::{Db, millis};
use crate::credential::hasher::Phc;
use crate::model::Timestamp;
use crate::model::principal::{Epoch, PrincipalId};

/// How many passwords before the current one are remembered: a device that was off for a year, or an intruder with an
/// old leak, is recognised; more would only cost hashes.
const REMEMBERED: i64 = 3;

/// Begins a new epoch with a new password. Locks the principal's row until the transaction ends; none when there is
/// no such principal, it is deleted, or `expected` is not its epoch any more.
pub(crate) async fn replace(
    tx: &mut Tx,
    id: PrincipalId,
    expected: Option<Epoch>,
    new: &Phc,
    now: Timestamp,
) -> Result<Option<Epoch>, StoreError> {
    // The epoch first: it takes the row, so that the hash read with it is the one that is retired.
    const RAISE: &str = "UPDATE principal SET credential_epoch = credential_epoch + 1
        WHERE id = $1 AND state IN ('active', 'suspended') AND ($2 IS NULL OR credential_epoch = $2)
        RETURNING credential_epoch, password_hash";
    let raised: Option<(Epoch, String)> = on!(tx tx, conn => {
        sqlx::query_as(RAISE).bind(id).bind(expected.map(|epoch| epoch.0)).fetch_optional(conn).await
    })?;
    let Some((epoch, retired)) = raised else { return Ok(None) };

    const RETIRE: &str = "INSERT INTO previous_password (principal_id, epoch, password_hash, retired_at)
        VALUES ($1, $2, $3, $4)";
    execute!(tx, RETIRE, id, epoch.0 - 1, retired, millis(now))?;
    const FORGET: &str = "DELETE FROM previous_password WHERE principal_id = $1 AND epoch < $2";
    execute!(tx, FORGET, id, epoch.0 - REMEMBERED)?;
    const WRITE: &str = "UPDATE principal SET password_hash = $2 WHERE id = $1";
    execute!(tx, WRITE, id, &new.0)?;
    Ok(Some(epoch))
}

/// Writes the same password hashed anew, at today's cost. Nothing ends; false when the password has changed meanwhile.
pub(crate) async fn renew(tx: &mut Tx, id: PrincipalId, epoch: Epoch, new: &Phc) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE principal SET password_hash = $3 WHERE id = $1 AND credential_epoch = $2";
    Ok(execute!(tx, SQL, id, epoch, &new.0)? == 1)
}

/// The current password and the ones before it, newest first.
pub(crate) async fn used(db: &Db, id: PrincipalId) -> Result<Vec<Phc>, StoreError> {
    const SQL: &str = "SELECT password_hash, credential_epoch AS epoch FROM principal WHERE id = $1
        UNION ALL SELECT password_hash, epoch FROM previous_password WHERE principal_id = $1
        ORDER BY epoch DESC";
    let rows: Vec<(String, Epoch)> = on!(db db, conn => sqlx::query_as(SQL).bind(id).fetch_all(conn).await)?;
    Ok(rows.into_iter().map(|(hash, _)| Phc(hash)).collect())
}
