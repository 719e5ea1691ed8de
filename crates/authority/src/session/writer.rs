//! The writer of session rows: many sign-ins in one transaction.
//!
//! Thousands of sign-ins a second cannot each wait for a transaction of their own. One task takes whatever has come in
//! since the last commit and writes it together. What invariant 2 asks for holds for every sign-in of a batch: the
//! principal's row is taken at the verified epoch, the guard is registered, and only then the batch commits.

use crate::credential::key_file::Keys;
use crate::model::Timestamp;
use crate::model::notice::Notice;
use crate::model::origin::Origin;
use crate::model::principal::{PrincipalId, SessionId};
use crate::model::request::Request;
use crate::notification::notify::notify_owner;
use crate::rate_limit::code_attempts::guesses;
use crate::session::proof::{AuthProof, OneTimeProof};
use crate::session::registry::{Lifetime, LiveGuard, Registry};
use crate::store::audit::{self, NewRefusedAttempt};
use crate::store::sessions::{self, NewSession};
use crate::store::{Db, Durability, StoreError, Tx, app_passwords, principals, second_factors};
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant};

/// The writer. Closing it, by [`SessionWriter::close`], writes what has been handed in.
pub(crate) struct SessionWriter {
    requests: Mutex<Option<mpsc::Sender<WriteRequest>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// What the writer works with.
pub(crate) struct WriterContext {
    pub(crate) db: Arc<Db>,
    pub(crate) keys: Arc<Keys>,
    /// Where the guard of each session it opens is registered.
    pub(crate) registry: Arc<Registry>,
    /// The node whose sessions these are.
    pub(crate) node: String,
}

/// Something to be written.
enum WriteRequest {
    Open(Box<PendingSession>),
    Refused(Box<NewRefusedAttempt>),
    Touch(SessionId, Timestamp),
}

/// A verified sign-in that wants its session opened.
pub(crate) struct PendingSession {
    proven: AuthProof,
    request: Request,
    token_digest: Option<Vec<u8>>,
    lifetime: Lifetime,
    reply: oneshot::Sender<Result<LiveGuard, OpenSessionError>>,
}

/// Why a verified sign-in did not become a session.
#[derive(Debug, Error)]
pub(crate) enum OpenSessionError {
    /// The password, the app password or the state has changed since it was verified.
    #[error("overtaken by a change")]
    Overtaken,
    /// The code was used meanwhile.
    #[error("the code was used meanwhile")]
    CodeSpent,
    /// The store could not write, or the writer is closed.
    #[error("the session could not be written")]
    Unavailable,
}

impl PendingSession {
    /// A sign-in to be written, and where its guard will arrive.
    pub(crate) fn new(
        proven: AuthProof,
        token_digest: Option<Vec<u8>>,
        request: Request,
    ) -> (Self, oneshot::Receiver<Result<LiveGuard, OpenSessionError>>) {
        let (reply, guard) = oneshot::channel();
        let lifetime = if token_digest.is_some() { Lifetime::Request } else { Lifetime::Connection };
        (Self { proven, request, token_digest, lifetime, reply }, guard)
    }
}

impl SessionWriter {
    /// What may wait to be written. Sign-ins beyond it wait for their turn; notes of refused attempts are dropped,
    /// because a flood of them must not keep sign-ins out.
    const WAITING: usize = 4_096;
    /// What one transaction writes at most, so that it stays short for whoever waits to change a password.
    const BATCH: usize = 256;
    /// How long what happened to sessions that exist may wait to be written to their rows. Nobody waits for it (who is
    /// alive stands in the registry), and a transaction for each connection that closes would be half of all work here.
    const LINGER: Duration = Duration::from_millis(100);

    pub(crate) async fn open(
        context: WriterContext,
        closed: mpsc::UnboundedReceiver<SessionId>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let WriterContext { db, keys, registry, node } = context;
        let mut tx = db.begin(Durability::Relaxed).await?;
        sessions::close_left_over(&mut tx, &node, now).await?;
        tx.commit().await?;
        let (sender, requests) = mpsc::channel(Self::WAITING);
        let task =
            WriterTask { db, keys, registry, node, latest: now, deferred: Vec::new(), due: Instant::now() };
        let task = tokio::spawn(task.work(requests, closed));
        Ok(Self { requests: Mutex::new(Some(sender)), task: Mutex::new(Some(task)) })
    }

    /// Hands in a sign-in. Its guard, or why there is none, arrives at its receiver.
    pub(crate) async fn open_session(&self, session: PendingSession) -> Result<(), OpenSessionError> {
        let sender = self.sender().ok_or(OpenSessionError::Unavailable)?;
        sender.send(WriteRequest::Open(Box::new(session))).await.map_err(|_| OpenSessionError::Unavailable)
    }

    /// Hands in the note of a refused attempt.
    pub(crate) fn refused(&self, this: NewRefusedAttempt) {
        if let Some(sender) = self.sender()
            && sender.try_send(WriteRequest::Refused(Box::new(this))).is_err()
        {
            tracing::warn!("a refused try was not noted: too many are waiting");
        }
    }

    /// Hands in the note that a browser session was used. Lost when the writer is busy: the next use says it again.
    pub(crate) fn touch(&self, session: SessionId, now: Timestamp) {
        if let Some(sender) = self.sender() {
            let _busy = sender.try_send(WriteRequest::Touch(session, now));
        }
    }

    /// Writes what was handed in and stops.
    pub(crate) async fn close(&self) {
        drop(self.requests.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(panic) = task.await
        {
            tracing::error!(%panic, "the desk has failed");
        }
    }

    fn sender(&self) -> Option<mpsc::Sender<WriteRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The task behind the writer.
struct WriterTask {
    db: Arc<Db>,
    keys: Arc<Keys>,
    registry: Arc<Registry>,
    node: String,
    /// The latest moment a request has named: what a closed connection is dated with, since its drop knows no time.
    latest: Timestamp,
    /// What is to be written to the rows of sessions that exist: kept until the store takes it.
    deferred: Vec<(SessionId, RowUpdate)>,
    /// When that is written at the latest, if anything was deferred.
    due: Instant,
}

/// What is still to be written to a session's row.
enum RowUpdate {
    /// That it is over.
    Close,
    /// That it was used.
    Touch(Timestamp),
}

impl WriterTask {
    async fn work(
        mut self,
        mut requests: mpsc::Receiver<WriteRequest>,
        mut closed: mpsc::UnboundedReceiver<SessionId>,
    ) {
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                biased;
                count = requests.recv_many(&mut batch, SessionWriter::BATCH) => if count == 0 { break },
                () = tokio::time::sleep_until(self.due), if !self.deferred.is_empty() => {}
                Some(session) = closed.recv() => self.defer(session, RowUpdate::Close),
            }
            while self.deferred.len() < SessionWriter::BATCH
                && let Ok(session) = closed.try_recv()
            {
                self.defer(session, RowUpdate::Close);
            }
            self.write(std::mem::take(&mut batch)).await;
            if self.deferred.len() >= SessionWriter::BATCH || self.due <= Instant::now() {
                self.flush().await;
            }
        }
        while let Ok(session) = closed.try_recv() {
            self.defer(session, RowUpdate::Close);
        }
        self.flush().await;
    }

    fn defer(&mut self, session: SessionId, deferred: RowUpdate) {
        if self.deferred.is_empty() {
            self.due = Instant::now() + SessionWriter::LINGER;
        }
        self.deferred.push((session, deferred));
    }

    async fn write(&mut self, batch: Vec<WriteRequest>) {
        let (mut pending, mut refused) = (Vec::new(), Vec::new());
        for request in batch {
            match request {
                WriteRequest::Open(session) => pending.push(*session),
                WriteRequest::Refused(this) => refused.push(*this),
                WriteRequest::Touch(session, at) => self.defer(session, RowUpdate::Touch(at)),
            }
        }
        // Two nodes that take several rows each in the same order never wait for each other in a circle.
        pending.sort_by_key(|session| session.proven.principal);
        self.latest = pending.iter().map(|session| session.request.now).fold(self.latest, Timestamp::max);
        match self.transaction(&pending, &refused).await {
            Ok(outcomes) => {
                for (session, outcome) in pending.into_iter().zip(outcomes) {
                    // Whoever has hung up drops the guard, which closes the session.
                    let _hung_up = session.reply.send(outcome);
                }
            }
            Err(error) => {
                tracing::error!(%error, "sign-ins could not be written");
                for session in pending {
                    let _hung_up = session.reply.send(Err(OpenSessionError::Unavailable));
                }
            }
        }
    }

    async fn transaction(
        &self,
        pending: &[PendingSession],
        refused: &[NewRefusedAttempt],
    ) -> Result<Vec<Result<LiveGuard, OpenSessionError>>, StoreError> {
        let mut outcomes = Vec::with_capacity(pending.len());
        if pending.is_empty() && refused.is_empty() {
            return Ok(outcomes);
        }
        let spends_code = |session: &PendingSession| session.proven.second_factor();
        // A code that was spent stays spent, even when the power goes now.
        let durability =
            if pending.iter().any(spends_code) { Durability::Durable } else { Durability::Relaxed };
        let mut tx = self.db.begin(durability).await?;
        for session in pending {
            outcomes.push(self.open_session(&mut tx, session).await?);
        }
        for this in refused {
            audit::note_refused_attempt(&mut tx, this).await?;
        }
        tx.commit().await?;
        Ok(outcomes)
    }

    /// Writes what was deferred, or keeps it a while longer.
    async fn flush(&mut self) {
        if let Err(error) = self.flush_deferred().await {
            tracing::error!(%error, "the ends of sessions could not be written; tried again soon");
            self.due = Instant::now() + SessionWriter::LINGER;
        }
    }

    /// Writes what was deferred to the rows of sessions that exist.
    async fn flush_deferred(&mut self) -> Result<(), StoreError> {
        while !self.deferred.is_empty() {
            let now = self.deferred.len().min(self.db.loose_rows_at_once());
            let mut tx = self.db.begin(Durability::Relaxed).await?;
            for (session, deferred) in &self.deferred[..now] {
                match deferred {
                    RowUpdate::Close => sessions::close(&mut tx, *session, self.latest).await?,
                    RowUpdate::Touch(at) => sessions::touch(&mut tx, *session, *at).await?,
                }
            }
            tx.commit().await?;
            self.deferred.drain(..now);
        }
        Ok(())
    }

    async fn open_session(
        &self,
        tx: &mut Tx,
        session: &PendingSession,
    ) -> Result<Result<LiveGuard, OpenSessionError>, StoreError> {
        let PendingSession { proven, request, token_digest, lifetime, reply: _ } = session;
        let Request { origin, now } = request;
        let principal = proven.principal;
        let spends_something = !matches!(proven.one_time_proof, OneTimeProof::Nothing);
        let taken = match spends_something {
            true => principals::lock_at_epoch(tx, principal, proven.epoch).await?,
            false => principals::lock_and_note_sign_in(tx, principal, proven.epoch, *now).await?,
        };
        if !taken {
            return Ok(Err(OpenSessionError::Overtaken));
        }
        if let Err(not_entered) = spend(tx, session).await? {
            return Ok(Err(not_entered));
        }
        if spends_something {
            principals::signed_in(tx, principal, *now).await?;
        }
        let id = SessionId::draw(&mut rand::rng());
        // Before the commit: a change that waits for the row this transaction holds finds the guard (invariant 2).
        let guard = self.registry.register(principal, id, *lifetime);
        let session = NewSession {
            id,
            principal,
            epoch: proven.epoch,
            origin: origin.clone(),
            token_digest: token_digest.clone(),
            app_password: match proven.one_time_proof {
                OneTimeProof::AppPassword { id, .. } => Some(id),
                _ => None,
            },
            second_factor: proven.second_factor(),
            proved_at: proven.proved_at.unwrap_or(*now),
        };
        sessions::open(tx, &session, &self.node, *now).await?;
        if !proven.known_network {
            self.remember_network(tx, principal, origin, *now).await?;
        }
        Ok(Ok(guard))
    }

    async fn remember_network(
        &self,
        tx: &mut Tx,
        principal: PrincipalId,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let network = origin.network().to_string();
        if principals::is_new_network(tx, principal, &network).await? {
            let detail = origin.as_detail();
            notify_owner(tx, &self.keys, principal, Notice::NewPlace, &detail, now).await?;
        }
        principals::remember_network(tx, principal, &network, now).await
    }
}

/// Spends what works once (invariant 5). The principal's row is held: nobody else spends anything of it now.
async fn spend(tx: &mut Tx, session: &PendingSession) -> Result<Result<(), OpenSessionError>, StoreError> {
    let PendingSession { proven, request: Request { origin, now }, .. } = session;
    let principal = proven.principal;
    let refused = match &proven.one_time_proof {
        OneTimeProof::Nothing | OneTimeProof::Carried => None,
        OneTimeProof::Step { enabled_at, step } => {
            let spent = second_factors::spend(tx, principal, *enabled_at, *step).await?;
            (!spent).then_some(OpenSessionError::CodeSpent)
        }
        OneTimeProof::BackupCode(digest) => {
            let spent = second_factors::spend_backup_code(tx, principal, digest).await?;
            (!spent).then_some(OpenSessionError::CodeSpent)
        }
        OneTimeProof::AppPassword { id, digest } => {
            let stands = app_passwords::note_use(tx, *id, digest, origin, *now).await?;
            (!stands).then_some(OpenSessionError::Overtaken)
        }
    };
    let (network, ..) = guesses(proven.known_network, origin);
    if let Some(refused) = refused {
        if matches!(refused, OpenSessionError::CodeSpent) {
            second_factors::take_guess_back(tx, principal, &network).await?;
        }
        return Ok(Err(refused));
    }
    // Turned on since the password was verified: then the password alone opens nothing any more.
    if matches!(proven.one_time_proof, OneTimeProof::Nothing) && second_factors::is_on(tx, principal).await? {
        return Ok(Err(OpenSessionError::Overtaken));
    }
    if let Some(from) = proven.from_session
        && sessions::proof(tx, from).await?.is_none()
    {
        return Ok(Err(OpenSessionError::Overtaken));
    }
    if proven.second_factor() {
        second_factors::forget_guesses(tx, principal, &network).await?;
    }
    match &proven.challenge {
        Some(digest) if !second_factors::end_challenge(tx, digest).await? => {
            Ok(Err(OpenSessionError::Overtaken))
        }
        _ => Ok(Ok(())),
    }
}
