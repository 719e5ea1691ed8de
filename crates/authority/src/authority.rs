//! The authority itself: what it is opened with and what it holds.

use crate::credential::hasher::{Hasher, Hashing};
use crate::credential::key_file::Keys;
use crate::credential::password_policy::PasswordPolicy;
use crate::error::{OpenError, Unavailable};
use crate::model::Timestamp;
use crate::model::actor::Actor;
use crate::model::database::Database;
use crate::rate_limit::principal_lock::PrincipalLocks;
use crate::rate_limit::sign_in_throttle::{Throttle, ThrottleLimits};
use crate::rate_limit::verified_password_cache::{Fingerprints, VerifiedPasswordCache};
use crate::session::change_broadcast::Events;
use crate::session::registry::Registry;
use crate::session::writer::{SessionWriter, WriterContext};
use crate::store::{Db, StoreError, second_factors};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// What the authority is opened with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the store lives.
    pub database: Database,
    /// The name of this node, unique among the nodes of one store.
    pub node: String,
    /// What a new password must be.
    pub policy: PasswordPolicy,
    /// What a hash costs and how many are computed at once.
    pub hashing: Hashing,
    /// How long a verified password is remembered for mail apps that reconnect; zero switches it off.
    pub reconnect: Duration,
    /// What attempts cost.
    pub throttle: ThrottleLimits,
    /// Where the keys of second factors, app passwords and links are kept: outside the database. Made when it is
    /// missing and nothing in the store needs one.
    pub key_file: PathBuf,
}

impl Settings {
    /// The defaults, on a given store and with a given key file.
    pub fn on(database: Database, key_file: PathBuf) -> Self {
        Self {
            database,
            key_file,
            node: "main".to_owned(),
            policy: PasswordPolicy::trekmail(),
            hashing: Hashing::default(),
            reconnect: Duration::from_secs(300),
            throttle: ThrottleLimits::default(),
        }
    }
}

/// The sign-in authority. Cheap to clone; all clones are the same one.
///
/// On SQLite exactly one process may have it open; whoever opens it sees to that.
#[derive(Clone)]
pub struct Authority {
    inner: Arc<Inner>,
}

/// Everything the use cases share.
struct Inner {
    db: Arc<Db>,
    keys: Arc<Keys>,
    events: Events,
    node: String,
    policy: PasswordPolicy,
    hasher: Hasher,
    verified_passwords: VerifiedPasswordCache,
    throttle: Throttle,
    /// Names wrong passwords without keeping them.
    fingerprints: Fingerprints,
    registry: Arc<Registry>,
    /// Writes session rows, many in one transaction.
    session_writer: SessionWriter,
    /// Owners' changes of password, one at a time for each mailbox.
    principal_locks: PrincipalLocks,
    /// Changes under way: they are finished even when whoever asked has hung up.
    changes: TaskTracker,
}

impl Authority {
    /// Opens the store, brings its schema up to date and closes what this node had open when it stopped.
    ///
    /// # Errors
    /// In words for the operator: the store cannot be reached or was made by a newer version.
    pub async fn open(settings: Settings, now: Timestamp) -> Result<Self, OpenError> {
        let Settings { database, node, policy, hashing, reconnect, throttle, key_file } = settings;
        let hasher = Hasher::new(hashing)?;
        let db = Arc::new(Db::open(&database).await?);
        let keys = Arc::new(open_keys(&db, key_file).await?);
        let (registry, closed) = Registry::new();
        let context = WriterContext {
            db: db.clone(),
            keys: keys.clone(),
            registry: registry.clone(),
            node: node.clone(),
        };
        let session_writer = SessionWriter::open(context, closed, now).await?;
        let inner = Inner {
            db,
            keys,
            events: Events::new(),
            node,
            policy,
            hasher,
            verified_passwords: VerifiedPasswordCache::new(reconnect),
            throttle: Throttle::new(throttle, now),
            fingerprints: Fingerprints::new(),
            registry,
            session_writer,
            principal_locks: PrincipalLocks::default(),
            changes: TaskTracker::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The actor of whoever holds the data directory: may do everything. Makes the host account when there is none.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn operator(&self, now: Timestamp) -> Result<Actor, Unavailable> {
        Ok(Actor::operator(self.host(now).await?))
    }

    /// What a new password must be.
    pub fn policy(&self) -> &PasswordPolicy {
        &self.inner.policy
    }

    /// Whether sign-ins are possible, for health checks.
    ///
    /// # Errors
    /// When the store does not answer, or this node is frozen.
    pub async fn ready(&self) -> Result<(), Unavailable> {
        if self.registry().is_frozen() {
            return Err(Unavailable::Frozen);
        }
        Ok(self.db().ping().await?)
    }

    /// Whether the key file opens what the store has sealed, for whoever looks at a host before it is started.
    ///
    /// # Errors
    /// What is wrong with the file, where the store needs it.
    pub async fn keys_ready(&self) -> Result<(), Unavailable> {
        match second_factors::needs_keys(self.db()).await? {
            true => Ok(self.keys().newest().map(|_| ())?),
            false => Ok(()),
        }
    }

    /// How many sessions and requests are alive on this node, and how many sign-ins the reconnect cache has served.
    pub fn figures(&self) -> Figures {
        Figures { live: self.registry().len() as u64, reconnect_hits: self.inner.verified_passwords.hits() }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    pub(crate) fn events(&self) -> &Events {
        &self.inner.events
    }

    pub(crate) fn node(&self) -> &str {
        &self.inner.node
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.inner.hasher
    }

    pub(crate) fn verified_passwords(&self) -> &VerifiedPasswordCache {
        &self.inner.verified_passwords
    }

    pub(crate) fn throttle(&self) -> &Throttle {
        &self.inner.throttle
    }

    pub(crate) fn fingerprints(&self) -> &Fingerprints {
        &self.inner.fingerprints
    }

    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.inner.registry
    }

    pub(crate) fn principal_locks(&self) -> &PrincipalLocks {
        &self.inner.principal_locks
    }

    pub(crate) fn session_writer(&self) -> &SessionWriter {
        &self.inner.session_writer
    }

    /// Runs an act to its end even when whoever asked for it hangs up: a change that is committed and whose kill nobody
    /// finished would leave the old sessions alive.
    pub(crate) async fn finish<T: Send + 'static>(
        &self,
        act: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        self.inner.changes.spawn(act).await.map_err(|panic| {
            tracing::error!(%panic, "an act has failed on its way");
            Unavailable::ShuttingDown
        })
    }

    pub(crate) fn changes(&self) -> &TaskTracker {
        &self.inner.changes
    }
}

/// The keys of the file, which is made when nothing in the store needs one yet. Else a missing file stays missing: a
/// new one would open nothing, and hide that.
async fn open_keys(db: &Db, file: PathBuf) -> Result<Keys, StoreError> {
    let keys = Keys::at(file);
    let usable = match second_factors::needs_keys(db).await? {
        true => keys.newest().map(|_| ()),
        false => keys.create_if_missing(),
    };
    if let Err(error) = usable {
        tracing::error!(%error, "whoever has a second factor or an app password cannot sign in");
    }
    Ok(keys)
}

/// Numbers for metrics and benchmarks.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Sessions and browser requests alive on this node.
    pub live: u64,
    /// Sign-ins that cost no hash because the password was verified shortly before.
    pub reconnect_hits: u64,
}
