//! App passwords, and what mail apps may sign in with.

use super::db::{StoreError, Tx, execute, on};
use super::{Db, millis};
use crate::Timestamp;
use crate::keys::KeyId;
use crate::origin::Origin;
use crate::principal::{AppPasswordId, PrincipalId};

/// What is compared at a sign-in.
#[derive(sqlx::FromRow)]
pub(crate) struct DigestRow {
    pub(crate) id: AppPasswordId,
    pub(crate) key_id: KeyId,
    pub(crate) digest: Vec<u8>,
}

/// The app passwords of a mailbox that open something.
pub(crate) async fn digests(db: &Db, of: PrincipalId) -> Result<Vec<DigestRow>, StoreError> {
    const SQL: &str = "SELECT id, key_id, digest FROM app_password
        WHERE principal_id = $1 AND revoked_at IS NULL";
    on!(db db, conn => sqlx::query_as(SQL).bind(of).fetch_all(conn).await)
}

/// Takes an app password for a sign-in, and notes its use. False when it was revoked or made anew meanwhile.
pub(crate) async fn enter(
    tx: &mut Tx,
    id: AppPasswordId,
    digest: &[u8],
    origin: &Origin,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE app_password SET used_at = $3, used_ip = $4, used_surface = $5
        WHERE id = $1 AND digest = $2 AND revoked_at IS NULL";
    Ok(execute!(tx, SQL, id, digest, millis(now), origin.ip.to_string(), origin.surface.name())? == 1)
}

/// A row, for lists.
#[derive(sqlx::FromRow)]
pub(crate) struct AppPasswordRow {
    pub(crate) id: AppPasswordId,
    pub(crate) name: String,
    pub(crate) created_at: i64,
    pub(crate) used_at: Option<i64>,
    pub(crate) used_ip: Option<String>,
    pub(crate) used_surface: Option<String>,
    pub(crate) revoked_at: Option<i64>,
    pub(crate) revoke_reason: Option<String>,
}

/// The app passwords of a mailbox, newest first, those that open nothing any more last.
pub(crate) async fn list(db: &Db, of: PrincipalId, limit: i64) -> Result<Vec<AppPasswordRow>, StoreError> {
    const SQL: &str = "SELECT id, name, created_at, used_at, used_ip, used_surface, revoked_at, revoke_reason
        FROM app_password WHERE principal_id = $1
        ORDER BY CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, created_at DESC, id LIMIT $2";
    on!(db db, conn => sqlx::query_as(SQL).bind(of).bind(limit).fetch_all(conn).await)
}

/// How many open something. The principal's row is held by whoever relies on it.
pub(crate) async fn active(tx: &mut Tx, of: PrincipalId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM app_password WHERE principal_id = $1 AND revoked_at IS NULL";
    let (count,): (i64,) = on!(tx tx, conn => sqlx::query_as(SQL).bind(of).fetch_one(conn).await)?;
    Ok(count)
}

/// Writes a new one.
pub(crate) async fn add(
    tx: &mut Tx,
    of: PrincipalId,
    row: &DigestRow,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO app_password (id, principal_id, name, key_id, digest, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    execute!(tx, SQL, row.id, of, name, row.key_id, row.digest.as_slice(), millis(now)).map(|_| ())
}

/// Makes one anew under its name, which is returned; none when it opens nothing.
pub(crate) async fn rotate(
    tx: &mut Tx,
    of: PrincipalId,
    row: &DigestRow,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    const SQL: &str = "UPDATE app_password SET key_id = $3, digest = $4, created_at = $5,
            used_at = NULL, used_ip = NULL, used_surface = NULL
        WHERE id = $1 AND principal_id = $2 AND revoked_at IS NULL RETURNING name";
    let name: Option<(String,)> = on!(tx tx, conn => {
        sqlx::query_as(SQL).bind(row.id).bind(of).bind(row.key_id).bind(row.digest.as_slice()).bind(millis(now))
            .fetch_optional(conn).await
    })?;
    Ok(name.map(|(name,)| name))
}

/// Revokes one, whose name is returned; none when it opens nothing.
pub(crate) async fn revoke(
    tx: &mut Tx,
    of: PrincipalId,
    id: AppPasswordId,
    reason: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    const SQL: &str = "UPDATE app_password SET revoked_at = $3, revoke_reason = $4
        WHERE id = $1 AND principal_id = $2 AND revoked_at IS NULL RETURNING name";
    let name: Option<(String,)> = on!(tx tx, conn => {
        sqlx::query_as(SQL).bind(id).bind(of).bind(millis(now)).bind(reason).fetch_optional(conn).await
    })?;
    Ok(name.map(|(name,)| name))
}

/// Revokes all, in the transaction of the reason; how many.
pub(crate) async fn revoke_all(
    tx: &mut Tx,
    of: PrincipalId,
    reason: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE app_password SET revoked_at = $2, revoke_reason = $3
        WHERE principal_id = $1 AND revoked_at IS NULL";
    execute!(tx, SQL, of, millis(now), reason)
}

/// A mail app that has signed in with the mailbox's own password.
#[derive(sqlx::FromRow)]
pub(crate) struct MailAppRow {
    pub(crate) surface: String,
    pub(crate) client: Option<String>,
    pub(crate) seen_at: i64,
}

/// The mail apps that have used a mailbox's password since a moment, latest first.
pub(crate) async fn mail_apps(
    db: &Db,
    of: PrincipalId,
    (since, now): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<MailAppRow>, StoreError> {
    const SQL: &str = "SELECT surface, client, MAX(COALESCE(closed_at, $3)) AS seen_at FROM session
        WHERE principal_id = $1 AND app_password_id IS NULL AND surface IN ('imap', 'pop3', 'smtp')
            AND (opened_at >= $2 OR closed_at >= $2 OR closed_at IS NULL)
        GROUP BY surface, client ORDER BY MAX(opened_at) DESC LIMIT $4";
    on!(db db, conn => sqlx::query_as(SQL).bind(of).bind(millis(since)).bind(millis(now)).bind(limit).fetch_all(conn).await)
}

/// What may carry a mode; what stands nearest to the mailbox decides.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bearer {
    Mailbox(i64),
    Domain(i64),
    Account(i64),
}

/// Sets what mail apps may sign in with; none leaves it to what stands above.
pub(crate) async fn set_mode(tx: &mut Tx, of: Bearer, mode: Option<&str>) -> Result<bool, StoreError> {
    let (sql, id) = match of {
        Bearer::Mailbox(id) => ("UPDATE mailbox SET mail_app_mode = $2 WHERE id = $1", id),
        Bearer::Domain(id) => ("UPDATE domain SET mail_app_mode = $2 WHERE id = $1", id),
        Bearer::Account(id) => ("UPDATE account SET mail_app_mode = $2 WHERE id = $1", id),
    };
    Ok(execute!(tx, sql, id, mode)? == 1)
}
