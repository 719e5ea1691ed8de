//! A new password: the only place that writes one, and the place that ends what was open.
//!
//! Every way to a new password (the owner's, staff's, the operator's) ends in [`Authority::replace_credential`]: one
//! transaction for hash, epoch, sessions, audit and notice; then the commit; then the kill; then the answer.

use crate::Timestamp;
use crate::audit::{Event, Subject};
use crate::authority::{Authority, Unavailable};
use crate::hasher::{HasherError, Lane, Phc};
use crate::origin::{Origin, Surface};
use crate::outbox::Notice;
use crate::policy::{Problem, prepare};
use crate::principal::{Epoch, MailboxId, PrincipalId, SessionId};
use crate::registry::{EndReason, Of, SessionGuard};
use crate::scope::{Actor, ReadOnly};
use crate::sessions::{ActError, EndedSessions};
use crate::sign_in::{Denied, Login};
use crate::store::journal::{self, By};
use crate::store::outbox::{self, NewLetter};
use crate::store::principals::Kind;
use crate::store::{Durability, credentials, moment, sessions};
use futures_util::future::{try_join, try_join_all};
use jiff::SignedDuration;
use postward_wire::{Address, Secret};
use serde_json::json;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

impl Authority {
    /// The owner changes the password. Every session ends, the acting one too; its guard alone does not resolve
    /// `ended`, so that the request can still answer with the receipt.
    ///
    /// # Errors
    /// Nothing has changed, and the sessions stand.
    pub async fn change(
        &self,
        session: &SessionGuard,
        confirmation: Confirmation,
        new: Secret,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<Receipt, ChangeError> {
        let confirmed = match confirmation {
            Confirmation::Current(current) => {
                Confirmed::At(self.confirm(session, &current, origin, now).await?)
            }
            Confirmation::RecentSignIn => Confirmed::Recently,
        };
        // Whoever has a session can ask as often as it likes; it must not fill the lanes that others wait in.
        let _turn = self.turns().take(session.mailbox().into()).await;
        let new = self.hash_if_fit(Lane::Known, session.mailbox().into(), &new).await?;
        session.live.step_aside();
        let replacement = Replacement {
            mailbox: session.mailbox(),
            address: session.address().clone(),
            new,
            event: Event::PasswordChanged,
            notice: Notice::PasswordChanged,
            by: By::owner(session.address().as_str(), origin),
            acting: Some((session.id(), confirmed)),
            now,
        };
        match self.replace_credential(replacement).await {
            Ok(receipt) => Ok(receipt),
            Err(error) => {
                session.live.step_back();
                Err(match error {
                    NotReplaced::Overtaken => ChangeError::SessionEnded,
                    NotReplaced::NotRecent => ChangeError::ConfirmFirst,
                    NotReplaced::Unavailable(unavailable) => ChangeError::Unavailable(unavailable),
                })
            }
        }
    }

    /// Staff or the operator sets a password; no current one is asked.
    ///
    /// # Errors
    /// Nothing has changed, and the sessions stand.
    pub async fn reset(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        new: Secret,
        now: Timestamp,
    ) -> Result<Receipt, ResetError> {
        let row = self.reachable(actor, mailbox).await?;
        actor.may_write()?;
        let replacement = Replacement {
            mailbox,
            address: row.address,
            new: self.hash_if_fit(Lane::Staff, mailbox.into(), &new).await?,
            event: Event::PasswordReset,
            notice: Notice::PasswordReset,
            by: By::actor(actor),
            acting: None,
            now,
        };
        self.replace_credential(replacement).await.map_err(|error| match error {
            NotReplaced::Overtaken | NotReplaced::NotRecent => ResetError::NotFound,
            NotReplaced::Unavailable(unavailable) => ResetError::Unavailable(unavailable),
        })
    }

    /// Verifies the current password against the live store, with the sign-in throttle: what the session remembers is
    /// worth nothing here (an intruder's session remembers too).
    async fn confirm(
        &self,
        session: &SessionGuard,
        current: &Secret,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<Epoch, ChangeError> {
        let login = Login::of(session.address());
        match self.verify(Kind::Mailbox, &login, current, origin, now).await {
            Ok(verified) => Ok(verified.epoch),
            Err(Denied::Rejected) => Err(ChangeError::CurrentPasswordWrong),
            Err(Denied::TooManyTries) => Err(ChangeError::TooManyTries),
            Err(Denied::Unavailable(unavailable)) => Err(ChangeError::Unavailable(unavailable)),
        }
    }

    /// The hash of a mailbox's new password, unless something keeps it from becoming that: the policy, or that the
    /// mailbox has had it. Whoever knows one of the former passwords is why it is being changed.
    ///
    /// All of that is hashed on as many cores as there are: every moment until the commit is one that an intruder has.
    async fn hash_if_fit(&self, lane: Lane, id: PrincipalId, new: &Secret) -> Result<Phc, Unfit> {
        let problems = self.policy().problems(new.expose());
        if !problems.is_empty() {
            return Err(Unfit::Policy(problems));
        }
        let prepared = prepare(new.expose()).map_err(|problem| Unfit::Policy(vec![problem]))?;
        let used = credentials::used(self.db(), id).await?;
        let hasher = self.hasher();
        let was = used.iter().map(|hash| hasher.verify(lane, prepared.clone(), Some(hash)));
        let (hash, was) = try_join(hasher.hash(lane, prepared.clone()), try_join_all(was)).await?;
        // The first is the current one.
        match was.iter().position(|was| *was) {
            None => Ok(hash),
            Some(0) => Err(Unfit::Policy(vec![Problem::Unchanged])),
            Some(_) => Err(Unfit::Policy(vec![Problem::UsedBefore])),
        }
    }

    /// Hashes a password that staff or the operator sets and that has met the policy.
    pub(crate) async fn hash_new(&self, new: &Secret) -> Result<Phc, Unavailable> {
        let prepared = prepare(new.expose()).map_err(|problem| HasherError::Broken(problem.sentence()))?;
        Ok(self.hasher().hash(Lane::Staff, prepared).await?)
    }

    /// Hashes the same password at today's cost. No epoch begins: it opens what it opened.
    pub(crate) async fn renew(
        &self,
        id: PrincipalId,
        epoch: Epoch,
        password: Zeroizing<String>,
    ) -> Result<(), Unavailable> {
        let hash = self.hasher().hash(Lane::Background, password).await?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        credentials::renew(&mut tx, id, epoch, &hash).await?;
        Ok(tx.commit().await?)
    }

    /// The one writer (invariants 1 and 4). Runs to its end even when whoever asked has hung up: a committed change
    /// whose kill nobody finished would leave the old sessions alive.
    async fn replace_credential(&self, replacement: Replacement) -> Result<Receipt, NotReplaced> {
        let this = self.clone();
        self.finish(async move { this.replace_and_kill(replacement).await }).await?
    }

    async fn replace_and_kill(&self, replacement: Replacement) -> Result<Receipt, NotReplaced> {
        let Replacement { mailbox, address, new, event, notice, by, acting, now } = replacement;
        let principal = PrincipalId::from(mailbox);
        let expected = match &acting {
            Some((_, Confirmed::At(epoch))) => Some(*epoch),
            Some((_, Confirmed::Recently)) | None => None,
        };
        let mut tx = self.db().begin(Durability::Durable).await?;
        let Some(epoch) = credentials::replace(&mut tx, principal, expected, &new, now).await? else {
            return Err(NotReplaced::Overtaken);
        };
        if let Some((session, confirmed)) = &acting {
            // The principal's row is held: what is read of the session now is true until the commit.
            let Some(opened) = sessions::opened_at(&mut tx, *session).await? else {
                return Err(NotReplaced::Overtaken);
            };
            let age = now.duration_since(moment(opened));
            if matches!(confirmed, Confirmed::Recently) && age > Confirmation::RECENT {
                return Err(NotReplaced::NotRecent);
            }
        }
        let rows = sessions::end(&mut tx, principal, Of::All, EndReason::PasswordChanged, now).await?;
        let in_store = EndedSessions::of(rows);
        let detail = json!({ "epoch": epoch, "ended": in_store.total() });
        let subject = Subject::Mailbox(mailbox, address.as_str());
        journal::audit(&mut tx, &by, event, &subject, &detail, now).await?;
        let detail = json!({ "by": by.actor });
        let letter =
            NewLetter { principal, recipient: address.as_str(), notice, detail: &detail, link: None };
        outbox::put(&mut tx, &letter, now).await?;
        tx.tell_other_nodes().await?;
        tx.commit().await?;

        let here = self.registry().kill(principal, Of::All, EndReason::PasswordChanged).await;
        let ended = in_store.alive(self.node(), &here, now);
        Ok(Receipt { address, epoch, ended, app_passwords_revoked: 0 })
    }
}

/// How an owner shows, at the moment of the change, that it is still the owner who sits there.
pub enum Confirmation {
    /// The current password, verified against the live store with the sign-in throttle.
    Current(Secret),
    /// The session itself was opened with the password at most [`Confirmation::RECENT`] ago.
    RecentSignIn,
}

impl Confirmation {
    /// How old a sign-in may be to stand for the current password: long enough to walk to the form, too short for a
    /// browser somebody left open.
    pub const RECENT: SignedDuration = SignedDuration::from_mins(10);
}

/// What a change is made of, whoever asked for it.
struct Replacement {
    mailbox: MailboxId,
    address: Address,
    new: Phc,
    event: Event,
    notice: Notice,
    by: By,
    /// The session that asks, when it is the owner's, and how it was confirmed.
    acting: Option<(SessionId, Confirmed)>,
    now: Timestamp,
}

/// How a change was confirmed.
enum Confirmed {
    /// The current password was right at this epoch: it must still be the current one.
    At(Epoch),
    /// By the age of the acting session, which is read in the transaction.
    Recently,
}

/// Why a password does not become a mailbox's new one.
enum Unfit {
    /// What is wrong with it.
    Policy(Vec<Problem>),
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for Unfit {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Unfit> for ChangeError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Policy(problems) => Self::Policy(problems),
            Unfit::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

impl From<Unfit> for ResetError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Policy(problems) => Self::Policy(problems),
            Unfit::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

/// Why nothing was replaced.
enum NotReplaced {
    /// The mailbox, the password or the acting session is not what it was when the act began.
    Overtaken,
    /// The acting session is too old to confirm a change.
    NotRecent,
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for NotReplaced {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

/// What a change of password, or another act that ends sessions, did.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The mailbox.
    pub address: Address,
    /// The epoch in force: after a change of password, the one that began.
    pub epoch: Epoch,
    /// How many sessions ended, for every surface a mailbox can be signed in at (zero included).
    pub ended: BTreeMap<Surface, u64>,
    /// How many app passwords were revoked.
    pub app_passwords_revoked: u64,
}

/// Why an owner's change was not made. Nothing has changed.
#[derive(Debug)]
pub enum ChangeError {
    /// The current password is wrong.
    CurrentPasswordWrong,
    /// The sign-in is too old to stand for the current password: ask for it.
    ConfirmFirst,
    /// Too many wrong tries; wait.
    TooManyTries,
    /// The new password does not meet the policy: what is missing.
    Policy(Vec<Problem>),
    /// The session has ended, or the password was changed, while this change was on its way.
    SessionEnded,
    /// The store could not answer.
    Unavailable(Unavailable),
}

/// Why a reset was not made. Nothing has changed.
#[derive(Debug)]
pub enum ResetError {
    /// There is no such mailbox within the actor's reach.
    NotFound,
    /// The actor may look but not touch.
    ReadOnly,
    /// The new password does not meet the policy: what is missing.
    Policy(Vec<Problem>),
    /// The store could not answer.
    Unavailable(Unavailable),
}

impl From<ReadOnly> for ResetError {
    fn from(_: ReadOnly) -> Self {
        Self::ReadOnly
    }
}

impl From<ActError> for ResetError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound => Self::NotFound,
            ActError::ReadOnly => Self::ReadOnly,
            ActError::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}
