//! Links that are mailed: what they are for, how long they live, and the token that stands in them.
//!
//! No token is kept. It is made from the link's id and a key of the file when the letter is written, so that a letter
//! that is tried again carries the same one, and is recognised by its hash.

use crate::authority::Authority;
use crate::credential::key_file::{KeyError, KeyId, Keys};
use crate::credential::token::Token;
use crate::error::Unavailable;
use crate::model::Timestamp;
use crate::model::link_kind::LinkKind;
use crate::model::principal::PrincipalId;
use crate::outbox::Letter;
use crate::store::recovery::{self, LinkRow};
use crate::store::{StoreError, Tx, millis, principals};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use postward_wire::Secret;

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
