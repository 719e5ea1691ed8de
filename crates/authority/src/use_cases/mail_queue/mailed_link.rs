//! Links that are mailed: what they are for, how long they live, and the token that stands in them.
//!
//! No token is kept. It is made from the link's id and a key of the file when the letter is written, so that a letter
//! that is tried again carries the same one, and is recognised by its hash.

use crate::authority::Authority;
use crate::credential::token::Token;
use crate::error::Unavailable;
use crate::model::Timestamp;
use crate::model::link_kind::LinkKind;
use crate::notification::link_token::token;
use crate::store::recovery::{self, LinkRow};
use crate::use_cases::mail_queue::outbox::Letter;

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
