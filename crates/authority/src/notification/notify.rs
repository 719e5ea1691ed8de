//! Telling the owner: the letters that an act leaves in the outbox, in its own transaction.

use crate::credential::key_file::Keys;
use crate::model::Timestamp;
use crate::model::link_kind::LinkKind;
use crate::model::notice::Notice;
use crate::model::principal::PrincipalId;
use crate::notification::link_token;
use crate::store::outbox::{self, NewLetter};
use crate::store::{StoreError, Tx, principals, recovery};
use serde_json::Value;

/// Tells a mailbox of something: a letter to itself, and one to its recovery e-mail. Each carries a link with which
/// whoever reads it can say that it was not them.
pub(crate) async fn notify_owner(
    tx: &mut Tx,
    keys: &Keys,
    mailbox: PrincipalId,
    notice: Notice,
    detail: &Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let login = principals::login(tx, mailbox).await?;
    let recovery = recovery::email_of(tx, mailbox).await?;
    for recipient in login.iter().chain(recovery.iter()) {
        notify(tx, keys, (mailbox, recipient), notice, detail, now).await?;
    }
    Ok(())
}

/// Tells one reader of something that was done to a mailbox.
pub(crate) async fn notify(
    tx: &mut Tx,
    keys: &Keys,
    (mailbox, recipient): (PrincipalId, &str),
    notice: Notice,
    detail: &Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let link = link_token::make(tx, keys, mailbox, LinkKind::NotMe, Some(recipient), now).await?;
    let letter = NewLetter { principal: mailbox, recipient, notice, detail, link };
    outbox::put(tx, &letter, now).await
}

/// Tells a person of the dashboard of something that concerns its own sign-in.
pub(crate) async fn notify_staff(
    tx: &mut Tx,
    (person, email): (PrincipalId, &str),
    notice: Notice,
    detail: &Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let letter = NewLetter { principal: person, recipient: email, notice, detail, link: None };
    outbox::put(tx, &letter, now).await
}
