//! The rows of letters to be mailed.

use super::db::{StoreError, Tx, execute};
use super::millis;
use crate::Timestamp;
use crate::outbox::Notice;
use crate::principal::PrincipalId;

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
    let id: i64 = (rand::random::<u64>() >> 1) as i64;
    execute!(tx, SQL, id, millis(now), principal, *recipient, notice.name(), detail.to_string(), *link)
        .map(|_| ())
}
