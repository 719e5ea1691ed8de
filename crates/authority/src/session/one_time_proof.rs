//! Spending what works once, in the transaction of its effect.

use super::proof::OneTimeProof;
use crate::model::principal::PrincipalId;
use crate::store::{StoreError, Tx, second_factors};

/// Spends a code, if there is one to spend, in the transaction of its effect (invariant 5). The principal's row is
/// held.
pub(crate) async fn spend_code(
    tx: &mut Tx,
    principal: PrincipalId,
    one_time_proof: &OneTimeProof,
) -> Result<bool, StoreError> {
    match one_time_proof {
        OneTimeProof::Step { enabled_at, step } => {
            second_factors::spend(tx, principal, *enabled_at, *step).await
        }
        OneTimeProof::BackupCode(digest) => second_factors::spend_backup_code(tx, principal, digest).await,
        OneTimeProof::Nothing | OneTimeProof::AppPassword { .. } | OneTimeProof::Carried => Ok(true),
    }
}
