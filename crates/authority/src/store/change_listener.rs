//! Hearing, on PostgreSQL, what other nodes have done.

use super::db::{CHANGES, CHANNEL, Db, StoreError};
use crate::model::principal::PrincipalId;
use sqlx::postgres::PgListener;

/// Rings when another node says that it has ended sessions. It only shortens the wait: the rows are the truth.
pub(crate) struct Bell<'a> {
    db: &'a Db,
    listener: Option<PgListener>,
}

impl<'a> Bell<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db, listener: None }
    }

    /// Waits for the bell, and says which principal has changed, if it rang for that. Without one (on SQLite, or while
    /// the store is away) it is silent.
    pub(crate) async fn rung(&mut self) -> Option<PrincipalId> {
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
        // Every way out is a reason to look: a bell, a lost connection (bells may have been missed), or an error.
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
