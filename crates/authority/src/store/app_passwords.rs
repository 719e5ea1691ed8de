//! App passwords, and what mail apps may sign in with.

use super::db::{StoreError, Tx, execute, on};
use super::row::row;
use super::{Db, millis};
use crate::credential::key_file::KeyId;
use crate::model::Timestamp;
use crate::model::mail_app_mode::{MailAppMode, ModeOf};
use crate::model::origin::Origin;
use crate::model::principal::{AppPasswordId, PrincipalId};
use crate::model::revoke_reason::RevokeReason;
use crate::model::stored::Stored;
use sqlx::AssertSqlSafe;

row! {
    /// What is compared at a sign-in.
    pub(crate) struct DigestRow {
        pub(crate) id: AppPasswordId,
        pub(crate) key_id: KeyId,
        pub(crate) digest: Vec<u8>,
    }
}

/// The app passwords of a mailbox that open something.
pub(crate) async fn digests(db: &Db, of: PrincipalId) -> Result<Vec<DigestRow>, StoreError> {
    const SQL: &str = "SELECT id, key_id, digest FROM app_password
        WHERE principal_id = $1 AND revoked_at IS NULL";
    on!(db db, conn => sqlx::query_as(SQL).bind(of).fetch_all(conn).await)
}

/// Takes an app password for a sign-in, and notes its use. False when it was revoked or made anew meanwhile.
pub(crate) async fn note_use(
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

row! {
    /// A row, for lists.
    pub(crate) struct AppPasswordRow {
        pub(crate) id: AppPasswordId,
        pub(crate) name: String,
        pub(crate) created_at: i64,
        pub(crate) used_at: Option<i64>,
        pub(crate) used_ip: Option<String>,
        pub(crate) used_surface: Option<String>,
        pub(crate) revoked_at: Option<i64>,
        pub(crate) revoke_reason: Option<Stored<RevokeReason>>,
    }
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
    reason: RevokeReason,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    const SQL: &str = "UPDATE app_password SET revoked_at = $3, revoke_reason = $4
        WHERE id = $1 AND principal_id = $2 AND revoked_at IS NULL RETURNING name";
    let name: Option<(String,)> = on!(tx tx, conn => {
        sqlx::query_as(SQL).bind(id).bind(of).bind(millis(now)).bind(reason.name()).fetch_optional(conn).await
    })?;
    Ok(name.map(|(name,)| name))
}

/// Revokes all, in the transaction of the reason; how many.
pub(crate) async fn revoke_all(
    tx: &mut Tx,
    of: PrincipalId,
    reason: RevokeReason,
    now: Timestamp,
) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE app_password SET revoked_at = $2, revoke_reason = $3
        WHERE principal_id = $1 AND revoked_at IS NULL";
    execute!(tx, SQL, of, millis(now), reason.name())
}

row! {
    /// A mail app that has signed in with the mailbox's own password.
    pub(crate) struct MailAppRow {
        pub(crate) surface: String,
        pub(crate) client: Option<String>,
        pub(crate) seen_at: i64,
    }
}

/// The mail apps that have used a mailbox's password since a moment, latest first.
pub(crate) async fn mail_apps(
    db: &Db,
    of: PrincipalId,
    (since, now): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<MailAppRow>, StoreError> {
    let sql = format!(
        "SELECT surface, client, MAX(COALESCE(closed_at, $3)) AS seen_at FROM session s
        WHERE principal_id = $1 AND {BY_PASSWORD}
        GROUP BY surface, client ORDER BY MAX(opened_at) DESC LIMIT $4"
    );
    on!(db db, conn => {
        sqlx::query_as(AssertSqlSafe(sql)).bind(of).bind(millis(since)).bind(millis(now)).bind(limit)
            .fetch_all(conn).await
    })
}

/// Sessions of mail apps that were signed in with the mailbox's own password, at any time since `$2`.
const BY_PASSWORD: &str = "s.app_password_id IS NULL AND s.surface IN ('imap', 'pop3', 'smtp')
    AND (s.opened_at >= $2 OR s.closed_at >= $2 OR s.closed_at IS NULL)";

/// The mailboxes that follow a mode where it is set, and whose mail apps may use the password. `$1` is the id of that,
/// `$3` the name of that mode, which also is the one where nobody has said anything.
fn open_to_passwords(of: ModeOf) -> (&'static str, i64) {
    macro_rules! within {
        ($condition:literal) => {
            concat!(
                "FROM mailbox m JOIN principal p ON p.id = m.id JOIN domain d ON d.id = m.domain_id
                    JOIN account a ON a.id = d.account_id
                WHERE m.deleted_at IS NULL
                    AND COALESCE(m.mail_app_mode, d.mail_app_mode, a.mail_app_mode, $3) = $3 AND ",
                $condition
            )
        };
    }
    let sql = match of {
        ModeOf::Mailbox(_) => within!("m.id = $1"),
        ModeOf::Domain(_) => within!("m.domain_id = $1 AND m.mail_app_mode IS NULL"),
        ModeOf::Account(_) => {
            within!("d.account_id = $1 AND m.mail_app_mode IS NULL AND d.mail_app_mode IS NULL")
        }
    };
    (sql, of.number())
}

row! {
    /// How many mailboxes may use the password now, and how many of them would miss it.
    pub(crate) struct ShutOutRow {
        pub(crate) mailboxes: i64,
        pub(crate) without: i64,
        pub(crate) in_use: i64,
    }
}

/// Counts the mailboxes that would be shut out if only app passwords were good: all, those that have none, and those
/// whose mail apps have used the password since a moment.
pub(crate) async fn shut_out(
    db: &Db,
    of: ModeOf,
    open: &str,
    since: Timestamp,
) -> Result<ShutOutRow, StoreError> {
    let (within, id) = open_to_passwords(of);
    let sql = format!(
        "SELECT COUNT(*) AS mailboxes,
            COALESCE(SUM(CASE WHEN has_one THEN 0 ELSE 1 END), 0) AS without,
            COALESCE(SUM(CASE WHEN uses_it THEN 1 ELSE 0 END), 0) AS in_use
        FROM (SELECT
            EXISTS (SELECT 1 FROM app_password w WHERE w.principal_id = m.id AND w.revoked_at IS NULL) AS has_one,
            EXISTS (SELECT 1 FROM session s WHERE s.principal_id = m.id AND {BY_PASSWORD}) AS uses_it
            {within}) AS each_one"
    );
    on!(db db, conn => {
        sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(millis(since)).bind(open).fetch_one(conn).await
    })
}

/// The addresses of those whose mail apps have used the password since a moment: the first few.
pub(crate) async fn in_use(
    db: &Db,
    of: ModeOf,
    open: &str,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<(String,)>, StoreError> {
    let (within, id) = open_to_passwords(of);
    let sql = format!(
        "SELECT p.login {within} AND EXISTS (SELECT 1 FROM session s WHERE s.principal_id = m.id AND {BY_PASSWORD})
        ORDER BY p.login LIMIT $4"
    );
    on!(db db, conn => {
        sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(millis(since)).bind(open).bind(limit)
            .fetch_all(conn).await
    })
}

/// Sets what mail apps may sign in with; none leaves it to what stands above. False when it was so already.
pub(crate) async fn set_mode(tx: &mut Tx, of: ModeOf, mode: Option<MailAppMode>) -> Result<bool, StoreError> {
    macro_rules! set {
        ($table:literal) => {
            concat!(
                "UPDATE ",
                $table,
                " SET mail_app_mode = $2 WHERE id = $1 AND mail_app_mode IS DISTINCT FROM $2"
            )
        };
    }
    let sql = match of {
        ModeOf::Mailbox(_) => set!("mailbox"),
        ModeOf::Domain(_) => set!("domain"),
        ModeOf::Account(_) => set!("account"),
    };
    Ok(execute!(tx, sql, of.number(), mode.map(MailAppMode::name))? == 1)
}
