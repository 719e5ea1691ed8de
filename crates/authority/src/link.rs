//! Links that are mailed: what they are for, how long they live, and the token that stands in them.
//!
//! No token is kept. It is made from the link's id and a key of the file when the letter is written, so that a letter
//! that is tried again carries the same one, and is recognised by its hash.

use crate::authority::{Authority, Unavailable};
use crate::keys::{KeyError, KeyId, Keys};
use crate::outbox::Letter;
use crate::principal::PrincipalId;
use crate::store::recovery::{self, LinkRow};
use crate::store::{StoreError, Tx, millis, principals};
use crate::{Timestamp, Token};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use postward_wire::Secret;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Sets a new password of a mailbox.
    Reset,
    /// Verifies a recovery e-mail.
    VerifyRecoveryEmail,
    /// *This wasn't me*.
    NotMe,
    /// Sets a new password of a person of the dashboard.
    StaffReset,
}

impl LinkKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::VerifyRecoveryEmail => "verify-recovery-email",
            Self::NotMe => "not-me",
            Self::StaffReset => "staff-reset",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Reset, Self::VerifyRecoveryEmail, Self::NotMe, Self::StaffReset]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// How long it opens something. A reset is done now or not at all; whoever is on holiday reads *This wasn't me* late.
    pub const fn lifetime(self) -> SignedDuration {
        match self {
            Self::Reset | Self::StaffReset => SignedDuration::from_hours(1),
            Self::VerifyRecoveryEmail => SignedDuration::from_hours(24),
            Self::NotMe => SignedDuration::from_hours(7 * 24),
        }
    }

    /// Whether a new one ends those before. Not so where the reader of each letter has its own to press: an intruder
    /// could end the owner's by doing something else.
    fn one_live(self) -> bool {
        match self {
            Self::Reset | Self::VerifyRecoveryEmail | Self::StaffReset => true,
            Self::NotMe => false,
        }
    }
}

/// Makes a link, in the transaction of the letter that carries it. None when the key file is not usable: a letter that
/// tells of something goes without; one that is nothing but its link must not be written then.
pub(crate) async fn make(
    tx: &mut Tx,
    keys: &Keys,
    principal: PrincipalId,
    kind: LinkKind,
    address: Option<&str>,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let id = (rand::random::<u64>() >> 1) as i64;
    let made = keys.newest().and_then(|key| Ok((key, token(keys, key, id)?)));
    let (key_id, token) = match made {
        Ok(made) => made,
        Err(error) => {
            tracing::error!(%error, "a letter goes without its link");
            return Ok(None);
        }
    };
    if kind.one_live() {
        recovery::end_links(tx, principal, kind.name()).await?;
    }
    let Some(epoch) = principals::epoch(tx, principal).await? else { return Ok(None) };
    let expires = now.checked_add(kind.lifetime()).unwrap_or(Timestamp::MAX);
    let row = LinkRow {
        id,
        principal_id: principal,
        kind: kind.name().to_owned(),
        epoch,
        key_id,
        address: address.map(str::to_owned),
        expires_at: millis(expires),
    };
    recovery::put_link(tx, &row, &token.digest(), now).await?;
    Ok(Some(id))
}

fn token(keys: &Keys, key: KeyId, id: i64) -> Result<Token, KeyError> {
    let bytes = keys.digest(key, "link", &[&id.to_be_bytes()])?;
    Ok(Token::of(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes))))
}

impl Authority {
    /// The link that a letter carries, with the token for its address; none when it carries none, or one that has
    /// expired or was used.
    ///
    /// # Errors
    /// When the store or the key file does not answer.
    pub async fn link_of(
        &self,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<Option<(LinkKind, Token)>, Unavailable> {
        let Some(id) = letter.link_id else { return Ok(None) };
        let Some(row) = recovery::link_by_id(self.db(), id, now).await? else { return Ok(None) };
        let Some(kind) = LinkKind::from_name(&row.kind) else { return Ok(None) };
        Ok(Some((kind, token(self.keys(), row.key_id, row.id)?)))
    }

    /// The link a token stands for, if it is of that kind, not spent and not expired. It is not spent by that.
    pub(crate) async fn link(
        &self,
        token: &Token,
        kind: LinkKind,
        now: Timestamp,
    ) -> Result<Option<LinkRow>, Unavailable> {
        let row = recovery::link(self.db(), &token.digest(), now).await?;
        Ok(row.filter(|row| row.kind == kind.name()))
    }
}
