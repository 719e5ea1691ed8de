//! SQLite and PostgreSQL behind one type: how a transaction begins, and how other nodes are told.

use crate::model::database::Database;
use crate::model::principal::PrincipalId;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, Postgres, SqlSafeStr as _, SqlStr, Sqlite, SqliteConnection, Transaction};
use std::borrow::Cow;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// What goes wrong in a store: always a trouble of ours.
pub(crate) type StoreError = sqlx::Error;

/// The store.
pub(crate) enum Db {
    Sqlite(Box<SqliteStore>),
    Postgres(PgPool),
}

/// SQLite lets one connection write at a time. Ours take turns here, in the order in which they came, instead of
/// polling each other's lock.
pub(crate) struct SqliteStore {
    pub(crate) readers: SqlitePool,
    durable: SqlitePool,
    relaxed: SqlitePool,
    turn: Arc<Mutex<()>>,
}

/// What a commit promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Survives kill -9 and power loss from the moment it returns: everything about credentials.
    Durable,
    /// Survives kill -9; the last moments may be lost with the power. For rows whose session would be lost too.
    Relaxed,
}

/// A transaction. Dropped without [`Tx::commit`], nothing has happened.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>, OwnedMutexGuard<()>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs a statement in a transaction (`tx`) or on the readers (`db`), whichever database it is.
macro_rules! on {
    (tx $tx:expr, $conn:ident => $run:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(transaction, _) => {
                let $conn = &mut **transaction;
                $run
            }
            $crate::store::Tx::Postgres(transaction) => {
                let $conn = &mut **transaction;
                $run
            }
        }
    };
    (db $db:expr, $conn:ident => $run:expr) => {
        match $db {
            $crate::store::Db::Sqlite(store) => {
                let $conn = &store.readers;
                $run
            }
            $crate::store::Db::Postgres(pool) => {
                let $conn = pool;
                $run
            }
        }
    };
}
pub(crate) use on;

/// Runs a statement with its parameters and returns how many rows it touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::db::on!(tx $tx, conn => {
            sqlx::query($sql)$(.bind($bind))*.execute(conn).await.map(|done| done.rows_affected())
        })
    };
}
pub(crate) use execute;

impl Db {
    /// How long a writer waits for a lock that somebody outside this process holds, before it is a trouble of ours.
    const BUSY: Duration = Duration::from_secs(5);
    /// How long a caller waits for a connection. Longer, and mail apps have given up.
    const ACQUIRE: Duration = Duration::from_secs(5);

    pub(crate) async fn open(database: &Database) -> Result<Self, StoreError> {
        let db = match database {
            Database::Sqlite(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .foreign_keys(true)
                    .busy_timeout(Self::BUSY);
                let pool = |at_most| {
                    SqlitePoolOptions::new()
                        .max_connections(at_most)
                        .test_before_acquire(false)
                        .acquire_timeout(Self::ACQUIRE)
                        .before_acquire(|connection, _| Box::pin(async { Ok(is_sound(connection)) }))
                };
                let durable = options.clone().synchronous(SqliteSynchronous::Full);
                let relaxed = options.synchronous(SqliteSynchronous::Normal);
                Self::Sqlite(Box::new(SqliteStore {
                    durable: pool(1).connect_with(durable).await?,
                    readers: pool(4).connect_lazy_with(relaxed.clone()),
                    relaxed: pool(1).connect_lazy_with(relaxed),
                    turn: Arc::default(),
                }))
            }
            Database::Postgres(url) => {
                let options = PgConnectOptions::from_str(url)?.application_name("postward");
                let pool = PgPoolOptions::new()
                    .max_connections(16)
                    .acquire_timeout(Self::ACQUIRE)
                    .after_connect(|connection, _| Box::pin(without_jit(connection)));
                Self::Postgres(pool.connect_with(options).await?)
            }
        };
        db.migrate().await.map_err(|error| StoreError::Migrate(Box::new(error)))?;
        Ok(db)
    }

    async fn migrate(&self) -> Result<(), sqlx::migrate::MigrateError> {
        const HISTORY: [(i64, &str, &str); 3] = [
            (1, "house", include_str!("schema/0001_initial.sql")),
            (2, "second factor", include_str!("schema/0002_second_factor.sql")),
            (3, "outbox", include_str!("schema/0003_outbox.sql")),
        ];
        let migrations = HISTORY.map(|(version, name, sql)| {
            let sql: SqlStr = sql.into_sql_str();
            Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql, false)
        });
        let migrator = Migrator::with_migrations(migrations.into());
        match self {
            Self::Sqlite(store) => migrator.run(&store.durable).await,
            Self::Postgres(pool) => migrator.run(pool).await,
        }
    }

    /// Begins a transaction that may write.
    pub(crate) async fn begin(&self, durability: Durability) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite(store) => {
                let turn = store.turn.clone().lock_owned().await;
                let pool = match durability {
                    Durability::Durable => &store.durable,
                    Durability::Relaxed => &store.relaxed,
                };
                // IMMEDIATE takes the write lock now: what is read in the transaction cannot change before it commits.
                Ok(Tx::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?, turn))
            }
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                let promise = match durability {
                    Durability::Relaxed => "SET LOCAL synchronous_commit TO off",
                    // A server that was told not to wait for the disk waits for it here; stronger settings stay.
                    Durability::Durable => {
                        "SELECT set_config('synchronous_commit', 'on', true)
                        WHERE current_setting('synchronous_commit') = 'off'"
                    }
                };
                sqlx::query(promise).execute(&mut *transaction).await?;
                Ok(Tx::Postgres(transaction))
            }
        }
    }

    /// How many session rows one transaction may change without holding their principal. On PostgreSQL two
    /// transactions that hold several rows each, in orders nobody controls, end in a deadlock; SQLite has one writer.
    pub(crate) fn loose_rows_at_once(&self) -> usize {
        match self {
            Self::Sqlite(_) => usize::MAX,
            Self::Postgres(_) => 1,
        }
    }

    /// Answers when the store does.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        on!(db self, conn => sqlx::query("SELECT 1").execute(conn).await.map(|_| ()))
    }

    /// Gives all connections back.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(store) => {
                store.readers.close().await;
                store.relaxed.close().await;
                store.durable.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// The channel on which nodes tell each other that sessions were ended.
pub(crate) const CHANNEL: &str = "postward_ended";
/// The channel on which they tell each other what open pages show is not true any more: the principal's id.
pub(crate) const CHANGES: &str = "postward_changed";

impl Tx {
    /// Makes it so.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction, _turn) => transaction.commit().await,
            Self::Postgres(transaction) => transaction.commit().await,
        }
    }

    /// Tells the other nodes, at the commit, that something about a principal has changed.
    pub(crate) async fn broadcast_change(&mut self, of: PrincipalId) -> Result<(), StoreError> {
        if let Self::Postgres(transaction) = self {
            let told = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANGES).bind(of.0.to_string());
            told.execute(&mut **transaction).await?;
        }
        Ok(())
    }

    /// Tells the other nodes, at the commit, that sessions were ended. On SQLite there are none.
    pub(crate) async fn broadcast_ended_sessions(&mut self) -> Result<(), StoreError> {
        if let Self::Postgres(transaction) = self {
            sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(&mut **transaction).await?;
        }
        Ok(())
    }
}

/// Whether a connection that comes back can be used again. On a full disk SQLite itself rolls a transaction back; sqlx,
/// which is not told, then counts it as open for ever and refuses to begin another.
fn is_sound(connection: &SqliteConnection) -> bool {
    !connection.is_in_transaction()
}

/// Whether the error says that the row exists already.
pub(crate) fn is_taken(error: &StoreError) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

/// Every query of ours touches a few rows, yet where PostgreSQL knows no figures of a table yet, its estimates grow
/// with each join until it compiles the plan to machine code: half a second and more of a core for one sign-in.
async fn without_jit(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SET jit TO off").execute(connection).await.map(drop)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;

    /// Invariant 3. SQLite: 2 is FULL, an fsync of the log at each commit; 1 is NORMAL.
    #[tokio::test]
    async fn invariant_3_commits_of_credentials_wait_for_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&Database::Sqlite(dir.path().join("postward.db"))).await.unwrap();
        for (durability, expected) in [(Durability::Durable, 2), (Durability::Relaxed, 1)] {
            let Tx::Sqlite(mut transaction, _turn) = db.begin(durability).await.unwrap() else {
                unreachable!()
            };
            let (synchronous,): (i64,) =
                sqlx::query_as("PRAGMA synchronous").fetch_one(&mut *transaction).await.unwrap();
            assert_eq!(synchronous, expected, "{durability:?}");
        }
        let Ok(url) = std::env::var("POSTWARD_TEST_PG") else { return };
        let db = Db::open(&Database::Postgres(url)).await.unwrap();
        for (durability, expected) in [(Durability::Durable, "on"), (Durability::Relaxed, "off")] {
            let Tx::Postgres(mut transaction) = db.begin(durability).await.unwrap() else { unreachable!() };
            let (waits,): (String,) =
                sqlx::query_as("SHOW synchronous_commit").fetch_one(&mut *transaction).await.unwrap();
            assert_eq!(waits, expected, "{durability:?}");
        }
    }

    #[tokio::test]
    async fn postgresql_does_not_compile_what_finds_one_row() {
        let Ok(url) = std::env::var("POSTWARD_TEST_PG") else { return };
        let db = Db::open(&Database::Postgres(url)).await.unwrap();
        let Db::Postgres(pool) = &db else { unreachable!() };
        let mut connections = Vec::new();
        for _ in 0..3 {
            let mut connection = pool.acquire().await.unwrap();
            let (jit,): (String,) = sqlx::query_as("SHOW jit").fetch_one(&mut *connection).await.unwrap();
            assert_eq!(jit, "off");
            connections.push(connection);
        }
    }

    #[tokio::test]
    async fn a_full_disk_costs_one_transaction_and_not_the_store() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&Database::Sqlite(dir.path().join("postward.db"))).await.unwrap();
        let Tx::Sqlite(mut transaction, turn) = db.begin(Durability::Durable).await.unwrap() else {
            unreachable!()
        };
        // What SQLite does by itself when the disk is full, without telling anybody.
        sqlx::query("ROLLBACK").execute(&mut *transaction).await.unwrap();
        drop((transaction, turn));
        let mut tx = db.begin(Durability::Durable).await.unwrap();
        execute!(&mut tx, "CREATE TABLE here (x BIGINT)").unwrap();
        tx.commit().await.unwrap();
    }
}
