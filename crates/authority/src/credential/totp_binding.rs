//! What a sealed TOTP seed is bound to.

use crate::model::principal::{AccountId, PrincipalId};

/// What a seed is bound to: sealed for one mailbox it does not open for another, wherever somebody moves the row.
pub(crate) fn bound(account: Option<AccountId>, principal: PrincipalId) -> Vec<u8> {
    let account = account.map_or(0, |account| account.0);
    [&b"postward totp\0"[..], &account.to_be_bytes(), &principal.0.to_be_bytes()].concat()
}
