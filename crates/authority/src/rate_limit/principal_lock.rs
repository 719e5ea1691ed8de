//! One after the other: acts that must not run side by side for one principal.

use crate::model::principal::PrincipalId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Whose turn it is, for each principal. Those who wait have their turn in the order in which they came.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<PrincipalId, Weak<Turn<()>>>>);

impl Turns {
    /// Waits for a turn, which ends when it is dropped.
    pub(crate) async fn take(&self, of: PrincipalId) -> OwnedMutexGuard<()> {
        self.turn(of).lock_owned().await
    }

    fn turn(&self, of: PrincipalId) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&of).and_then(Weak::upgrade) {
            return turn;
        }
        // Nobody has a turn or waits for one; the same is forgotten of others.
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        turns.insert(of, Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn one_principal_waits_for_itself_and_for_nobody_else() {
        let turns = Turns::default();
        let first = turns.take(PrincipalId(1)).await;
        let mut second = Box::pin(turns.take(PrincipalId(1)));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(turns.take(PrincipalId(2)).now_or_never().is_some());
        drop(first);
        drop(second.await);
        assert!(turns.take(PrincipalId(3)).now_or_never().is_some());
        assert_eq!(turns.0.lock().map(|turns| turns.len()).ok(), Some(1));
    }
}
