//! Hearing, on PostgreSQL, what other nodes have done.

use super::db::{CHANGES, CHANNEL, Db, StoreError};
use crate::model::principal::PrincipalId;
use sqlx::postgres::PgListener;

/// Hears when another node says that it has ended sessions. It only shortens the wait: the rows are the truth.
pub(crate) struct ChangeListener<'a> {
    db: &'a Db,
    listener: Option<PgListener>,
}

impl<'a> ChangeListener<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db, listener: None }
    }

    /// Waits for a notification, and says which principal has changed, if it tells of that. Without a listener (on
    /// SQLite, or while the store is away) it is silent.
    pub(crate) async fn next(&mut self) -> Option<PrincipalId> {
        let Db::Postgres(pool) = self.db else { return std::future::pending().await };
        if self.listener.is_none() {
            let connecting = async {
                let mut listener = PgListener::connect_with(pool).await?;
                listener.listen_all([CHANNEL, CHANGES]).await?;
                Ok::<_, StoreError>(listener)
            };
            let Ok(listener) = connecting.await else { return std::future::pending().await };
            self.listener = Some(listener);
        }
        // Every way out is a reason to look: a notification, a lost connection (some may have been missed), or an
        // error.
        let listener = self.listener.as_mut()?;
        match listener.try_recv().await {
            Ok(heard) => {
                let change = heard.filter(|heard| heard.channel() == CHANGES)?;
                change.payload().parse().ok()
            }
            Err(_) => {
                self.listener = None;
                None
            }
        }
    }
}
