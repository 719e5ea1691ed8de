//! Links that are mailed, and the token that stands in them.
//!
//! No token is kept. It is made from the link's id and a key of the file when the letter is written, so that a letter
//! that is tried again carries the same one, and is recognised by its hash.

use crate::credential::key_file::{KeyError, KeyId, Keys};
use crate::credential::token::Token;
use crate::model::Timestamp;
use crate::model::link_kind::LinkKind;
use crate::model::principal::{PrincipalId, draw_id};
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
    let id = draw_id(&mut rand::rng());
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

pub(crate) fn token(keys: &Keys, key: KeyId, id: i64) -> Result<Token, KeyError> {
    let bytes = keys.digest(key, "link", &[&id.to_be_bytes()])?;
    Ok(Token::of(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes))))
}
