//! A lock for each principal: acts that must not run side by side for one principal wait for each other.

use crate::model::principal::PrincipalId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// A lock for each principal that somebody holds or waits for. It is handed on in the order of asking.
#[derive(Default)]
pub(crate) struct PrincipalLocks(Mutex<HashMap<PrincipalId, Weak<AsyncMutex<()>>>>);

impl PrincipalLocks {
    /// Waits for the principal's lock, which is released when the guard is dropped.
    pub(crate) async fn lock(&self, principal: PrincipalId) -> OwnedMutexGuard<()> {
        self.of(principal).lock_owned().await
    }

    fn of(&self, principal: PrincipalId) -> Arc<AsyncMutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&principal).and_then(Weak::upgrade) {
            return lock;
        }
        // Nobody holds this one or waits for it; others like it are forgotten.
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        locks.insert(principal, Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn one_principal_waits_for_itself_and_for_nobody_else() {
        let locks = PrincipalLocks::default();
        let first = locks.lock(PrincipalId(1)).await;
        let mut second = Box::pin(locks.lock(PrincipalId(1)));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(locks.lock(PrincipalId(2)).now_or_never().is_some());
        drop(first);
        drop(second.await);
        assert!(locks.lock(PrincipalId(3)).now_or_never().is_some());
        assert_eq!(locks.0.lock().map(|locks| locks.len()).ok(), Some(1));
    }
}
