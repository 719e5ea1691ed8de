//! Ways back in: recovery codes, recovery e-mails, mailed links.

use super::db::{StoreError, Tx, execute, on};
use super::row::row;
use super::{Db, millis};
use crate::credential::key_file::KeyId;
use crate::model::Timestamp;
use crate::model::principal::{Epoch, PrincipalId};

/// Puts a new recovery code in the place of the one before.
pub(crate) async fn put_code(
    tx: &mut Tx,
    of: PrincipalId,
    digest: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO recovery_code (principal_id, digest, issued_at) VALUES ($1, $2, $3)
        ON CONFLICT (principal_id) DO UPDATE SET digest = excluded.digest, issued_at = excluded.issued_at";
    execute!(tx, SQL, of, digest, millis(now)).map(|_| ())
}

/// When the active code was issued, if there is one.
pub(crate) async fn code_issued_at(db: &Db, of: PrincipalId) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT issued_at FROM recovery_code WHERE principal_id = $1";
    let found: Option<(i64,)> = on!(db db, conn => sqlx::query_as(SQL).bind(of).fetch_optional(conn).await)?;
    Ok(found.map(|(at,)| at))
}

/// Whether this is the active code.
pub(crate) async fn is_code(db: &Db, of: PrincipalId, digest: &[u8]) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT 1 FROM recovery_code WHERE principal_id = $1 AND digest = $2";
    let found: Option<(i32,)> =
        on!(db db, conn => sqlx::query_as(SQL).bind(of).bind(digest).fetch_optional(conn).await)?;
    Ok(found.is_some())
}

/// Spends the code (invariant 5). False when it is not the active one.
pub(crate) async fn spend_code(tx: &mut Tx, of: PrincipalId, digest: &[u8]) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM recovery_code WHERE principal_id = $1 AND digest = $2";
    Ok(execute!(tx, SQL, of, digest)? == 1)
}

/// The verified recovery e-mail of a mailbox, with when it was verified.
pub(crate) async fn email(db: &Db, of: PrincipalId) -> Result<Option<(String, i64)>, StoreError> {
    const SQL: &str = "SELECT address, verified_at FROM recovery_email WHERE principal_id = $1";
    on!(db db, conn => sqlx::query_as(SQL).bind(of).fetch_optional(conn).await)
}

/// The same, asked in a transaction.
pub(crate) async fn verified_email(
    tx: &mut Tx,
    of: PrincipalId,
) -> Result<Option<(String, i64)>, StoreError> {
    const SQL: &str = "SELECT address, verified_at FROM recovery_email WHERE principal_id = $1";
    on!(tx tx, conn => sqlx::query_as(SQL).bind(of).fetch_optional(conn).await)
}

/// Only the address.
pub(crate) async fn email_of(tx: &mut Tx, of: PrincipalId) -> Result<Option<String>, StoreError> {
    Ok(verified_email(tx, of).await?.map(|(address, _)| address))
}

/// Sets the recovery e-mail, which has been verified.
pub(crate) async fn put_email(
    tx: &mut Tx,
    of: PrincipalId,
    address: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO recovery_email (principal_id, address, verified_at) VALUES ($1, $2, $3)
        ON CONFLICT (principal_id) DO UPDATE SET address = excluded.address, verified_at = excluded.verified_at";
    execute!(tx, SQL, of, address, millis(now)).map(|_| ())
}

/// Takes the recovery e-mail away. False when there was none.
pub(crate) async fn remove_email(tx: &mut Tx, of: PrincipalId) -> Result<bool, StoreError> {
    Ok(execute!(tx, "DELETE FROM recovery_email WHERE principal_id = $1", of)? == 1)
}

/// Until when the recovery e-mail cannot be changed, if it cannot.
pub(crate) async fn held_until(db: &Db, of: PrincipalId) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT recovery_held_until FROM mailbox WHERE id = $1";
    let found: Option<(Option<i64>,)> =
        on!(db db, conn => sqlx::query_as(SQL).bind(of).fetch_optional(conn).await)?;
    Ok(found.and_then(|(until,)| until))
}

/// The same, asked in a transaction.
pub(crate) async fn held_until_of(tx: &mut Tx, of: PrincipalId) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT recovery_held_until FROM mailbox WHERE id = $1";
    let found: Option<(Option<i64>,)> =
        on!(tx tx, conn => sqlx::query_as(SQL).bind(of).fetch_optional(conn).await)?;
    Ok(found.and_then(|(until,)| until))
}

/// Holds the recovery e-mail as it is until a moment.
pub(crate) async fn hold_recovery_email(
    tx: &mut Tx,
    of: PrincipalId,
    until: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, "UPDATE mailbox SET recovery_held_until = $2 WHERE id = $1", of, millis(until)).map(|_| ())
}

row! {
    /// A link's row.
    #[derive(Clone)]
    pub(crate) struct LinkRow {
        pub(crate) id: i64,
        pub(crate) principal_id: PrincipalId,
        pub(crate) kind: String,
        pub(crate) epoch: Epoch,
        pub(crate) key_id: KeyId,
        pub(crate) address: Option<String>,
        pub(crate) expires_at: i64,
    }
}

/// Writes a link.
pub(crate) async fn put_link(
    tx: &mut Tx,
    row: &LinkRow,
    digest: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO link
            (id, principal_id, kind, epoch, key_id, digest, address, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let LinkRow { id, principal_id, kind, epoch, key_id, address, expires_at } = row;
    let address = address.as_deref();
    execute!(tx, SQL, id, principal_id, kind, epoch, key_id, digest, address, millis(now), expires_at)
        .map(|_| ())
}

/// Ends the links of a kind, because a new one takes their place.
pub(crate) async fn end_links(tx: &mut Tx, of: PrincipalId, kind: &str) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM link WHERE principal_id = $1 AND kind = $2", of, kind).map(|_| ())
}

/// Ends the links of every kind.
pub(crate) async fn end_all_links(tx: &mut Tx, of: PrincipalId) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM link WHERE principal_id = $1", of).map(|_| ())
}

const LINK_SINCE: &str = "SELECT 1 FROM link WHERE principal_id = $1 AND kind = $2 AND made_at > $3";

/// Whether a link of a kind was made since a moment and is live.
pub(crate) async fn has_link_since(
    db: &Db,
    of: PrincipalId,
    kind: &str,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let found: Option<(i32,)> = on!(db db, conn => {
        sqlx::query_as(LINK_SINCE).bind(of).bind(kind).bind(millis(since)).fetch_optional(conn).await
    })?;
    Ok(found.is_some())
}

/// The same, asked in the transaction that relies on it.
pub(crate) async fn link_made_since(
    tx: &mut Tx,
    of: PrincipalId,
    kind: &str,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let found: Option<(i32,)> = on!(tx tx, conn => {
        sqlx::query_as(LINK_SINCE).bind(of).bind(kind).bind(millis(since)).fetch_optional(conn).await
    })?;
    Ok(found.is_some())
}

/// Finds a link by the hash of its token, if it has not expired. It is not spent by that.
pub(crate) async fn link(db: &Db, digest: &[u8], now: Timestamp) -> Result<Option<LinkRow>, StoreError> {
    const SQL: &str = "SELECT id, principal_id, kind, epoch, key_id, address, expires_at FROM link
        WHERE digest = $1 AND expires_at > $2";
    on!(db db, conn => sqlx::query_as(SQL).bind(digest).bind(millis(now)).fetch_optional(conn).await)
}

/// Finds a link by its id, for the letter that carries it.
pub(crate) async fn link_by_id(db: &Db, id: i64, now: Timestamp) -> Result<Option<LinkRow>, StoreError> {
    const SQL: &str = "SELECT id, principal_id, kind, epoch, key_id, address, expires_at FROM link
        WHERE id = $1 AND expires_at > $2";
    on!(db db, conn => sqlx::query_as(SQL).bind(id).bind(millis(now)).fetch_optional(conn).await)
}

/// Spends a link (invariant 5). False when it was spent, replaced or has expired.
pub(crate) async fn spend_link(tx: &mut Tx, id: i64, now: Timestamp) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM link WHERE id = $1 AND expires_at > $2";
    Ok(execute!(tx, SQL, id, millis(now))? == 1)
}

/// Forgets links that have expired.
pub(crate) async fn forget_links(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM link WHERE expires_at <= $1", millis(now)).map(|_| ())
}
