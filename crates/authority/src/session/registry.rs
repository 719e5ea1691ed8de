//! The sessions alive on this node.
//!
//! A session is in the registry from before its sign-in is committed until its guard is dropped. Killing marks the
//! guards and then waits until they are gone: when [`Registry::kill`] returns, nothing they stood for is alive.

use crate::model::end_reason::{EndReason, SessionSelector};
use crate::model::origin::Surface;
use crate::model::principal::{MailboxId, PrincipalId, SessionId};
use postward_wire::Address;
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

/// Proof of a signed-in mailbox, and the handle by which its session is ended.
///
/// There is no public constructor: what cannot be killed cannot be served. The holder serves the session for as long
/// as [`LiveGuard::ended`] is silent, then closes everything the session has open and drops the guard, in this
/// order: whoever changes the password waits for the drop.
pub struct SessionGuard {
    pub(crate) live: LiveGuard,
    pub(crate) address: Address,
    pub(crate) surface: Surface,
}

impl SessionGuard {
    /// The mailbox.
    pub fn mailbox(&self) -> MailboxId {
        MailboxId(self.live.entry.principal.0)
    }

    /// Its proven address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The surface.
    pub fn surface(&self) -> Surface {
        self.surface
    }
}

impl Deref for SessionGuard {
    type Target = LiveGuard;

    fn deref(&self) -> &LiveGuard {
        &self.live
    }
}

/// The registry. Shared by everything that signs in or ends.
pub(crate) struct Registry {
    sessions: Mutex<Sessions>,
    serials: AtomicU64,
    frozen: AtomicBool,
    thawed: Notify,
    /// Where the end of a connection is reported, so that its row is closed.
    closed: mpsc::UnboundedSender<SessionId>,
}

/// Who has which guards. Guards are found by their serial number: ten thousand sessions of one mailbox end at once,
/// and each takes itself out.
type Sessions = HashMap<PrincipalId, HashMap<u64, Arc<Live>>>;

/// One guard's entry.
pub(crate) struct Live {
    /// Unlike the session's id, no two guards have the same: a browser's requests share their session.
    serial: u64,
    session: SessionId,
    principal: PrincipalId,
    lifetime: Lifetime,
    /// It ends its own session and lives on to answer: no freeze holds it.
    is_detached: AtomicBool,
    /// Why it ended; zero while it has not.
    reason: AtomicU8,
    ended: CancellationToken,
    gone: CancellationToken,
}

/// What the end of a guard means for the session's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// The session is the connection: when the guard goes, the session is over.
    Connection,
    /// The session lives in a cookie; the guard stands for one request.
    Request,
}

/// What every kind of session has in common: it can be ended. [`SessionGuard`] and
/// [`StaffSession`](crate::StaffSession) are one each, and know whose it is.
pub struct LiveGuard {
    entry: Arc<Live>,
    registry: Arc<Registry>,
}

impl Registry {
    /// A registry, and where it reports connections that are over. Unbounded, because a guard's drop can neither wait
    /// nor fail; it holds at most one id for each connection there was.
    pub(crate) fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<SessionId>) {
        let (closed, reports) = mpsc::unbounded_channel();
        let (sessions, serials, frozen) = (Mutex::default(), AtomicU64::new(0), AtomicBool::new(false));
        (Arc::new(Self { sessions, serials, frozen, thawed: Notify::new(), closed }), reports)
    }

    /// Registers a guard. For a sign-in this is done before its transaction commits: a change that does not see the
    /// session's row yet, or that the row's insertion waits for, finds the guard here (invariant 2).
    pub(crate) fn register(
        self: &Arc<Self>,
        principal: PrincipalId,
        session: SessionId,
        lifetime: Lifetime,
    ) -> LiveGuard {
        let entry = Arc::new(Live {
            serial: self.serials.fetch_add(1, Ordering::Relaxed),
            session,
            principal,
            lifetime,
            is_detached: AtomicBool::new(false),
            reason: AtomicU8::new(0),
            ended: CancellationToken::new(),
            gone: CancellationToken::new(),
        });
        self.remember(&entry);
        LiveGuard { entry, registry: self.clone() }
    }

    /// Ends the principal's sessions on this node and waits until every one is gone. Returns the sessions that were
    /// here.
    ///
    /// A holder that does not let go within [`Registry::PATIENCE`] is a bug of ours. It is reported in the log, and
    /// waited for all the same: no answer is better than one that is not true.
    pub(crate) async fn kill(
        &self,
        principal: PrincipalId,
        of: SessionSelector,
        reason: EndReason,
    ) -> Vec<SessionId> {
        let doomed = self.mark(principal, of, reason);
        for (done, entry) in doomed.iter().enumerate() {
            while tokio::time::timeout(Self::PATIENCE, entry.gone.cancelled()).await.is_err() {
                tracing::error!(left = doomed.len() - done, "sessions that were ended have not let go");
            }
        }
        doomed.iter().map(|entry| entry.session).collect()
    }

    /// Ends the principal's sessions on this node without waiting until they are gone: for the sweep, which must not
    /// stand still because one of them does.
    pub(crate) fn mark(
        &self,
        principal: PrincipalId,
        of: SessionSelector,
        reason: EndReason,
    ) -> Vec<Arc<Live>> {
        let doomed: Vec<_> = match self.sessions().get(&principal) {
            Some(entries) => entries.values().filter(|entry| of.includes(entry)).cloned().collect(),
            None => return Vec::new(),
        };
        for entry in &doomed {
            entry.end(reason);
        }
        doomed
    }

    /// Far longer than closing a socket takes; only a holder that is stuck gets there.
    const PATIENCE: Duration = Duration::from_secs(10);

    /// Ends every session of this node, for the same reason, and waits until every one is gone.
    pub(crate) async fn kill_everything(&self, reason: EndReason) {
        let kills =
            self.principals().into_iter().map(|principal| self.kill(principal, SessionSelector::All, reason));
        futures_util::future::join_all(kills).await;
    }

    /// The same without waiting.
    pub(crate) fn mark_everything(&self, reason: EndReason) {
        for principal in self.principals() {
            self.mark(principal, SessionSelector::All, reason);
        }
    }

    /// The browser sessions that have a request under way here.
    pub(crate) fn requests(&self) -> HashSet<SessionId> {
        let sessions = self.sessions();
        let entries = sessions.values().flat_map(HashMap::values);
        let requests = entries.filter(|entry| entry.lifetime == Lifetime::Request);
        requests.map(|entry| entry.session).collect()
    }

    fn principals(&self) -> Vec<PrincipalId> {
        self.sessions().keys().copied().collect()
    }

    /// Reports a session as over that nobody holds any more.
    pub(crate) fn report_closed(&self, session: SessionId) {
        let _nobody = self.closed.send(session);
    }

    /// How many guards are alive.
    pub(crate) fn len(&self) -> usize {
        self.sessions().values().map(HashMap::len).sum()
    }

    /// Stops all splices, without ending them, until [`Registry::thaw`].
    pub(crate) fn freeze(&self) {
        self.frozen.store(true, Ordering::SeqCst);
    }

    /// Lets them flow again.
    pub(crate) fn thaw(&self) {
        self.frozen.store(false, Ordering::SeqCst);
        self.thawed.notify_waiters();
    }

    /// Whether this node is frozen.
    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::SeqCst)
    }

    fn remember(&self, entry: &Arc<Live>) {
        self.sessions().entry(entry.principal).or_default().insert(entry.serial, entry.clone());
    }

    fn forget(&self, gone: &Live) {
        let mut sessions = self.sessions();
        if let Some(entries) = sessions.get_mut(&gone.principal) {
            entries.remove(&gone.serial);
            if entries.is_empty() {
                sessions.remove(&gone.principal);
            }
        }
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionSelector {
    fn includes(self, entry: &Live) -> bool {
        match self {
            Self::All => true,
            Self::Session(session) => entry.session == session,
            Self::AllBut(session) => entry.session != session,
        }
    }
}

impl Live {
    fn end(&self, reason: EndReason) {
        // The first reason stays: a session that the change ended was not also ended by the shutdown after it.
        let _first = self.reason.compare_exchange(0, reason as u8, Ordering::SeqCst, Ordering::SeqCst);
        self.ended.cancel();
    }

    fn end_reason(&self) -> Option<EndReason> {
        EndReason::from_number(self.reason.load(Ordering::SeqCst))
    }
}

impl LiveGuard {
    /// The session's id.
    pub fn id(&self) -> SessionId {
        self.entry.session
    }

    pub(crate) fn principal(&self) -> PrincipalId {
        self.entry.principal
    }

    /// Resolves when the session is ended; the holder then closes both sides without waiting for anybody and drops
    /// the guard.
    pub async fn ended(&self) -> EndReason {
        self.entry.ended.cancelled().await;
        self.entry.end_reason().unwrap_or(EndReason::Ended)
    }

    /// Passes at once while all is well, waits while this node is frozen. To be asked before bytes are handed on.
    ///
    /// # Errors
    /// When the session is ended: why.
    pub async fn wait_until_live(&self) -> Result<(), EndReason> {
        loop {
            // Asked for before the flags are read: a thaw in between is not missed.
            let thawed = self.registry.thawed.notified();
            if let Some(reason) = self.entry.end_reason() {
                return Err(reason);
            }
            if !self.is_held() {
                return Ok(());
            }
            tokio::select! {
                () = thawed => {}
                () = self.entry.ended.cancelled() => {}
            }
        }
    }

    /// What [`LiveGuard::wait_until_live`] would say without waiting: true when bytes may be handed on.
    pub fn is_live(&self) -> bool {
        !self.entry.ended.is_cancelled() && !self.is_held()
    }

    fn is_held(&self) -> bool {
        self.registry.is_frozen() && !self.entry.is_detached.load(Ordering::SeqCst)
    }

    /// Takes the guard out of the registry: it is about to end its own session and has to outlive that to answer.
    pub(crate) fn detach(&self) {
        self.entry.is_detached.store(true, Ordering::SeqCst);
        self.registry.forget(&self.entry);
    }

    /// Puts it back, because the session was not ended after all.
    pub(crate) fn reattach(&self) {
        self.entry.is_detached.store(false, Ordering::SeqCst);
        self.registry.remember(&self.entry);
    }
}

impl Drop for LiveGuard {
    fn drop(&mut self) {
        self.registry.forget(&self.entry);
        self.entry.gone.cancel();
        if self.entry.lifetime == Lifetime::Connection {
            // The receiver is gone only when the authority is.
            self.registry.report_closed(self.entry.session);
        }
    }
}
