//! Notices to the people concerned: the letters that an act leaves in the outbox, in its own transaction.

use crate::credential::key_file::Keys;
use crate::model::Timestamp;
use crate::model::link_kind::LinkKind;
use crate::model::notice::Notice;
use crate::model::principal::PrincipalId;
use crate::notification::link_token;
use crate::store::outbox::{self, NewLetter};
use crate::store::{StoreError, Tx, principals, recovery};
use serde_json::Value;

/// Who a notice goes to, and whom it is about.
#[derive(Clone, Copy)]
pub(crate) struct Recipient<'a> {
    /// Whom it is about.
    pub(crate) principal: PrincipalId,
    /// Where it goes.
    pub(crate) address: &'a str,
}

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
        notify(tx, keys, Recipient { principal: mailbox, address: recipient }, notice, detail, now).await?;
    }
    Ok(())
}

/// Tells one reader of something that was done to a mailbox.
pub(crate) async fn notify(
    tx: &mut Tx,
    keys: &Keys,
    to: Recipient<'_>,
    notice: Notice,
    detail: &Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Recipient { principal, address } = to;
    let link = link_token::make(tx, keys, principal, LinkKind::NotMe, Some(address), now).await?;
    let letter = NewLetter { principal, recipient: address, notice, detail, link };
    outbox::put(tx, &letter, now).await
}

/// Tells a person of the dashboard of something that concerns its own sign-in.
pub(crate) async fn notify_staff(
    tx: &mut Tx,
    to: Recipient<'_>,
    notice: Notice,
    detail: &Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Recipient { principal, address } = to;
    let letter = NewLetter { principal, recipient: address, notice, detail, link: None };
    outbox::put(tx, &letter, now).await
}
