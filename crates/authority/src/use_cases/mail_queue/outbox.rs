//! Letters to be mailed: written in the transaction of what they tell of, and handed out until they are on their way.
//!
//! Whoever delivers them asks for what is due with [`Authority::letters_due`] and says of each what became of it. A
//! letter is in one pair of hands at a time; what was never heard of again is handed out anew.

use crate::authority::Authority;
use crate::error::Unavailable;
use crate::model::Timestamp;
use crate::model::notice::{LetterId, Notice};
use crate::model::principal::Kind;
use crate::store::outbox::{self, LetterRow};
use crate::store::{Durability, moment};
use jiff::SignedDuration;
use thiserror::Error;

/// For how long a letter is in the hands of one node. Longer than any delivery takes, with a relay that thinks ten
/// minutes over its answer (RFC 5321 §4.5.3.2.6), or two nodes would deliver the same one; a node that crashed gives
/// its own back when it starts again, so that only a node that never comes back makes letters wait so long.
pub const OUTBOX_LEASE: SignedDuration = SignedDuration::from_mins(20);
/// How long a letter waits after its first failure: a greylisting relay wants a minute or more.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
/// Waits double up to this: what is down for half a day is not helped by more attempts (RFC 5321 §4.5.4.1).
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(4);
/// When a letter has found no way for so long it is given up: mail servers have always waited 4 to 5 days.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(5 * 24);
/// How often it is looked whether there is a way by now for letters that had none.
const WITHOUT_A_WAY: SignedDuration = SignedDuration::from_mins(10);

impl Authority {
    /// Takes letters that are due, `limit` at most. Nobody else is handed them for [`OUTBOX_LEASE`]; until then say
    /// what became of each. A letter whose link has ended is given up here and not handed out.
    ///
    /// # Errors
    /// When the store does not answer. Nothing is lost.
    pub async fn letters_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Letter>, Unavailable> {
        let due = outbox::due(self.db(), limit, now).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let mut taken = Vec::with_capacity(due.len());
        // Each in a transaction of its own: two nodes that hold several rows each end in a deadlock.
        for id in due {
            let mut tx = self.db().begin(Durability::Relaxed).await?;
            let row = outbox::lease(&mut tx, id, self.node(), later(now, OUTBOX_LEASE), now).await?;
            tx.commit().await?;
            let Some(row) = row else { continue };
            match Letter::read(id, row, now) {
                Ok(letter) => taken.push(letter),
                Err(why @ WithheldLetter::LinkEnded) => {
                    self.letter_refused(id, &why.to_string(), now).await?
                }
                Err(why @ WithheldLetter::Unknown) => self.letter_delayed(id, &why.to_string(), now).await?,
            }
        }
        Ok(taken)
    }

    /// Makes due again what this node had taken when it stopped. To be called before it delivers anything.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn letters_left_behind(&self, now: Timestamp) -> Result<u64, Unavailable> {
        let mut tx = self.db().begin(Durability::Relaxed).await?;
        let letters = outbox::give_back(&mut tx, self.node(), now).await?;
        tx.commit().await?;
        Ok(letters)
    }

    /// Notes that a letter is on its way. When this returns, it is never handed out again.
    ///
    /// # Errors
    /// When the store does not answer: the letter will be handed out again.
    pub async fn letter_sent(&self, id: LetterId, now: Timestamp) -> Result<(), Unavailable> {
        let mut tx = self.db().begin(Durability::Durable).await?;
        outbox::sent(&mut tx, id, now).await?;
        Ok(tx.commit().await?)
    }

    /// Puts a letter back that could not be delivered, to be tried later: after a minute, then less and less often. One
    /// that has found no way for days is given up, which the log says loudly. `trouble` must tell nothing of the
    /// letter.
    ///
    /// # Errors
    /// When the store does not answer: the letter comes back when its lease ends.
    pub async fn letter_delayed(
        &self,
        id: LetterId,
        trouble: &str,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let mut tx = self.db().begin(Durability::Relaxed).await?;
        let Some((at, tries)) = outbox::in_hand(&mut tx, id, self.node()).await? else { return Ok(()) };
        if now.duration_since(moment(at)) >= GIVEN_UP_AFTER {
            drop(tx);
            return self.letter_refused(id, trouble, now).await;
        }
        outbox::put_back(&mut tx, id, tries + 1, trouble, later(now, wait_after(tries))).await?;
        tx.commit().await?;
        tracing::warn!(letter = %id, trouble, tries = tries + 1, "a letter could not be delivered yet");
        Ok(())
    }

    /// Puts a letter back for which this host has no way out. It waits as long as it takes.
    ///
    /// # Errors
    /// When the store does not answer: the letter comes back when its lease ends.
    pub async fn letter_waits(&self, id: LetterId, trouble: &str, now: Timestamp) -> Result<(), Unavailable> {
        let mut tx = self.db().begin(Durability::Relaxed).await?;
        let Some((_, tries)) = outbox::in_hand(&mut tx, id, self.node()).await? else { return Ok(()) };
        outbox::put_back(&mut tx, id, tries, trouble, later(now, WITHOUT_A_WAY)).await?;
        Ok(tx.commit().await?)
    }

    /// Gives up a letter that nobody will ever take. Its row stays for a while, with the reason.
    ///
    /// # Errors
    /// When the store does not answer: the letter comes back when its lease ends.
    pub async fn letter_refused(
        &self,
        id: LetterId,
        trouble: &str,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let mut tx = self.db().begin(Durability::Durable).await?;
        outbox::give_up(&mut tx, id, trouble, now).await?;
        tx.commit().await?;
        tracing::error!(letter = %id, trouble, "a letter was given up and will not arrive");
        Ok(())
    }
}

/// How long a letter waits that has failed so often before.
fn wait_after(tries: i64) -> SignedDuration {
    let doublings = u32::try_from(tries).unwrap_or(0).min(16);
    FIRST_WAIT.saturating_mul(2_i32.pow(doublings)).min(LONGEST_WAIT)
}

/// So long after now.
fn later(now: Timestamp, long: SignedDuration) -> Timestamp {
    now.checked_add(long).unwrap_or(Timestamp::MAX)
}

/// A letter in the hands of whoever delivers it.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Which one.
    pub id: LetterId,
    /// When what it tells of happened.
    pub at: Timestamp,
    /// Where it goes.
    pub recipient: String,
    /// Whom it is about: a mailbox address, or the e-mail of a person of the dashboard.
    pub about: String,
    /// Whether that is a person of the dashboard.
    pub is_staff: bool,
    /// What it tells.
    pub notice: Notice,
    /// More of that: who, from where. Every key may be missing, and nothing in it is a secret.
    pub detail: serde_json::Value,
    /// The link it carries.
    pub(crate) link_id: Option<i64>,
    /// How often it could not be delivered.
    pub tries: u32,
}

/// Why a letter is not handed out, as its row keeps it.
#[derive(Debug, Error)]
enum WithheldLetter {
    /// Its link would open nothing.
    #[error("the link in it has ended before it could be sent")]
    LinkEnded,
    /// Written by a newer version, which will be back.
    #[error("this version does not know this kind of letter")]
    Unknown,
}

impl Letter {
    fn read(id: LetterId, row: LetterRow, now: Timestamp) -> Result<Self, WithheldLetter> {
        let LetterRow { at, login, kind, recipient, notice, detail, link_id, link_expires_at, tries } = row;
        let notice = Notice::from_name(&notice).ok_or(WithheldLetter::Unknown)?;
        let stands = link_expires_at.is_some_and(|end| moment(end) > now);
        // A letter that tells of something goes without its link; one that is nothing but its link does not go.
        if link_id.is_some() && !stands && notice.is_a_link() {
            return Err(WithheldLetter::LinkEnded);
        }
        Ok(Self {
            id,
            at: moment(at),
            about: login.unwrap_or_else(|| recipient.clone()),
            is_staff: kind.as_deref() == Some(Kind::Staff.name()),
            recipient,
            notice,
            detail: serde_json::from_str(&detail).unwrap_or_default(),
            link_id,
            tries: u32::try_from(tries).unwrap_or(u32::MAX),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_is_read_back_by_its_name() {
        for notice in Notice::ALL {
            assert_eq!(Notice::from_name(notice.name()), Some(notice));
        }
        assert_eq!(Notice::from_name("something-new"), None);
    }

    #[test]
    fn a_letter_that_keeps_failing_is_tried_less_and_less_often() {
        let minutes = |tries| wait_after(tries).as_mins();
        assert_eq!([0, 1, 2, 7, 8, 1_000_000].map(minutes), [1, 2, 4, 128, 240, 240]);
    }
}
