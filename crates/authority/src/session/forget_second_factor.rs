//! Taking a principal's second factor away, with everything that belongs to it.

use crate::model::principal::PrincipalId;
use crate::store::{StoreError, Tx, second_factors};

/// Takes everything of a second factor away.
pub(crate) async fn forget(tx: &mut Tx, principal: PrincipalId) -> Result<bool, StoreError> {
    let was_on = second_factors::remove(tx, principal).await?;
    second_factors::put_backup_codes(tx, principal, &[]).await?;
    second_factors::end_challenges(tx, principal).await?;
    second_factors::end_enrolments(tx, principal).await?;
    Ok(was_on)
}
