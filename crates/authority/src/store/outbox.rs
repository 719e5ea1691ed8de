//! The rows of letters to be mailed.

use super::db::{StoreError, Tx, execute, on};
use super::row::row;
use super::{Db, millis};
use crate::model::Timestamp;
use crate::model::notice::{LetterId, Notice};
use crate::model::principal::{PrincipalId, draw_id};

/// A letter about to be written.
pub(crate) struct NewLetter<'a> {
    /// Whom it is about.
    pub(crate) principal: PrincipalId,
    pub(crate) recipient: &'a str,
    pub(crate) notice: Notice,
    /// More, as JSON. Never a secret.
    pub(crate) detail: &'a serde_json::Value,
    /// The link it carries.
    pub(crate) link: Option<i64>,
}

/// Puts a letter into the outbox, in the transaction of what it tells of.
pub(crate) async fn put(tx: &mut Tx, letter: &NewLetter<'_>, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO outbox (id, at, principal_id, recipient, notice, detail, link_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let NewLetter { principal, recipient, notice, detail, link } = letter;
    let id = draw_id(&mut rand::rng());
    execute!(tx, SQL, id, millis(now), principal, *recipient, notice.name(), detail.to_string(), *link)
        .map(|_| ())
}

/// The letters that are due, those that wait longest first. Nobody has taken them yet.
pub(crate) async fn due(db: &Db, limit: u32, now: Timestamp) -> Result<Vec<LetterId>, StoreError> {
    const SQL: &str = "SELECT id FROM outbox
        WHERE sent_at IS NULL AND given_up_at IS NULL AND next_try_at <= $1
        ORDER BY next_try_at, id LIMIT $2";
    let rows: Vec<(LetterId,)> = on!(db db, conn => {
        sqlx::query_as(SQL).bind(millis(now)).bind(i64::from(limit)).fetch_all(conn).await
    })?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

row! {
    /// A letter that was taken.
    pub(crate) struct LetterRow {
        pub(crate) at: i64,
        /// Null when whom it is about is gone.
        pub(crate) login: Option<String>,
        /// The same.
        pub(crate) kind: Option<String>,
        pub(crate) recipient: String,
        pub(crate) notice: String,
        pub(crate) detail: String,
        pub(crate) link_id: Option<i64>,
        /// When the link ends; null when there is none any more, or never was one.
        pub(crate) link_expires_at: Option<i64>,
        pub(crate) tries: i64,
    }
}

/// Takes a due letter: nobody else gets it before `until`. None when somebody else was quicker.
pub(crate) async fn lease(
    tx: &mut Tx,
    id: LetterId,
    node: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<LetterRow>, StoreError> {
    const SQL: &str = "UPDATE outbox SET next_try_at = $2, taken_by = $3
        WHERE id = $1 AND sent_at IS NULL AND given_up_at IS NULL AND next_try_at <= $4
        RETURNING at, recipient, notice, detail, link_id, tries,
            (SELECT p.login FROM principal p WHERE p.id = outbox.principal_id) AS login,
            (SELECT p.kind FROM principal p WHERE p.id = outbox.principal_id) AS kind,
            (SELECT l.expires_at FROM link l WHERE l.id = outbox.link_id) AS link_expires_at";
    on!(tx tx, conn => {
        sqlx::query_as(SQL).bind(id).bind(millis(until)).bind(node).bind(millis(now)).fetch_optional(conn).await
    })
}

/// Makes what a node had taken due again.
pub(crate) async fn give_back(tx: &mut Tx, node: &str, now: Timestamp) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE outbox SET next_try_at = $2, taken_by = NULL
        WHERE taken_by = $1 AND sent_at IS NULL AND given_up_at IS NULL";
    execute!(tx, SQL, node, millis(now))
}

/// Notes that a letter is on its way.
pub(crate) async fn sent(tx: &mut Tx, id: LetterId, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE outbox SET sent_at = $2, given_up_at = NULL, taken_by = NULL, trouble = NULL
        WHERE id = $1 AND sent_at IS NULL";
    execute!(tx, SQL, id, millis(now)).map(|_| ())
}

/// When a letter was written and how often it was tried; none unless the node has it in hand.
pub(crate) async fn in_hand(tx: &mut Tx, id: LetterId, node: &str) -> Result<Option<(i64, i64)>, StoreError> {
    const SQL: &str = "SELECT at, tries FROM outbox
        WHERE id = $1 AND taken_by = $2 AND sent_at IS NULL AND given_up_at IS NULL";
    on!(tx tx, conn => sqlx::query_as(SQL).bind(id).bind(node).fetch_optional(conn).await)
}

/// Puts a letter back until `next`.
pub(crate) async fn put_back(
    tx: &mut Tx,
    id: LetterId,
    tries: i64,
    trouble: &str,
    next: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str =
        "UPDATE outbox SET tries = $2, trouble = $3, next_try_at = $4, taken_by = NULL WHERE id = $1";
    execute!(tx, SQL, id, tries, trouble, millis(next)).map(|_| ())
}

/// Notes that a letter is not tried any more. Its row stays.
pub(crate) async fn give_up(
    tx: &mut Tx,
    id: LetterId,
    trouble: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE outbox SET tries = tries + 1, trouble = $2, given_up_at = $3, taken_by = NULL
        WHERE id = $1 AND sent_at IS NULL";
    execute!(tx, SQL, id, trouble, millis(now)).map(|_| ())
}

/// Forgets letters that were sent, or given up, before a moment.
pub(crate) async fn forget_before(tx: &mut Tx, moment: Timestamp) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM outbox WHERE COALESCE(sent_at, given_up_at) < $1", millis(moment)).map(|_| ())
}
