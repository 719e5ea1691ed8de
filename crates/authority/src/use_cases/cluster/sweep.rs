//! The sweep that hears of changes made elsewhere, and the lease that proves this node hears them.

use crate::authority::Authority;
use crate::model::Timestamp;
use crate::model::end_reason::{EndReason, SessionSelector};
use crate::model::origin::Surface;
use crate::session::change_broadcast::PrincipalChange;
use crate::session::lifespan::Lifespan;
use crate::store::change_listener::ChangeListener;
use crate::store::{Db, Durability, StoreError, audit, outbox, recovery, second_factors, sessions};
use jiff::SignedDuration;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// How often the store is asked. Twice within the time in which a change must have reached every node, so that one
/// slow answer does not freeze anything.
const POLL: Duration = Duration::from_millis(500);
/// How long an answer proves that this node is up to date, counted from before it was asked (invariant 1: gone within
/// 2 s, or frozen).
const LEASE: Duration = Duration::from_secs(2);
/// How long a frozen node waits for the store before it closes what it cannot vouch for.
const GRACE: Duration = Duration::from_secs(60);
/// How long refused attempts, closed sessions and letters that are done with are kept for the people they concern.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long what was begun and never finished is kept: longer than anything may still be finished.
const UNFINISHED: SignedDuration = SignedDuration::from_hours(24);
/// How often what is over is put away; nothing depends on it but the length of lists.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);

impl Authority {
    /// Watches the store until `stop`: kills what was ended elsewhere, forgets what is old, and with several nodes
    /// freezes this one when it cannot prove that it is up to date. Somebody must own and await this.
    pub async fn run_sweep(&self, clock: impl Fn() -> Timestamp + Send, stop: CancellationToken) {
        let mut listener = ChangeListener::new(self.db());
        let mut lease = Lease { proven: Instant::now(), alone: matches!(self.db(), Db::Sqlite(_)) };
        let mut tick = tokio::time::interval(POLL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut tidied: Option<Instant> = None;
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = tick.tick() => {}
                changed = listener.next() => if let Some(of) = changed {
                    self.broadcast_change(of, PrincipalChange::Elsewhere);
                }
            }
            let asked = Instant::now();
            // Cut off so early that a lapse is noticed when it happens.
            match tokio::time::timeout(LEASE - POLL, self.sweep()).await {
                Ok(Ok(())) => lease.proven = asked,
                Ok(Err(error)) => tracing::error!(%error, "the store does not answer the sweep"),
                Err(_) => tracing::error!("the store is too slow for the sweep"),
            }
            self.apply_lease(&lease);
            if tidied.is_none_or(|tidied| tidied.elapsed() >= TIDY_EVERY) {
                tidied = Some(Instant::now());
                self.tidy(clock()).await;
            }
        }
    }

    /// Ends every session on this node because the server goes down, and waits for changes under way.
    pub async fn shut_down(&self) {
        self.changes().close();
        self.changes().wait().await;
        self.registry().kill_everything(EndReason::Shutdown).await;
        self.session_writer().close().await;
        self.db().close().await;
    }

    /// Kills what the store says is ended and this node still has: its connections, and the requests of browsers, whose
    /// sessions belong to no node.
    async fn sweep(&self) -> Result<(), StoreError> {
        for row in sessions::to_close(self.db(), self.node()).await? {
            let found =
                self.registry().mark(row.principal_id, SessionSelector::Session(row.id), row.reason());
            if found.is_empty() {
                // Nothing of it is alive; its row was left open by a writer that could not write.
                self.registry().report_closed(row.id);
            }
        }
        // Those that are registered after this look into the store themselves.
        let requests: Vec<_> = self.registry().requests().into_iter().collect();
        for row in sessions::ended_among(self.db(), &requests).await? {
            self.registry().mark(row.principal_id, SessionSelector::Session(row.id), row.reason());
        }
        Ok(())
    }

    /// Does what the lease demands. A sweep has always come before a thaw: only a proof thaws, and a sweep is the
    /// proof.
    fn apply_lease(&self, lease: &Lease) {
        let registry = self.registry();
        match lease.state() {
            LeaseState::Proven if registry.is_frozen() => {
                tracing::warn!("this node is up to date again: sessions flow");
                registry.thaw();
            }
            LeaseState::Proven => {}
            LeaseState::Lapsed if !registry.is_frozen() => {
                tracing::error!("this node cannot prove that it is up to date: sessions are frozen");
                registry.freeze();
            }
            LeaseState::Lapsed => {}
            LeaseState::Expired => {
                registry.freeze();
                registry.mark_everything(EndReason::Stale);
            }
        }
    }

    /// Ends browser sessions whose time is over, and forgets what is old.
    async fn tidy(&self, now: Timestamp) {
        let tidying = async {
            let mut tx = self.db().begin(Durability::Relaxed).await?;
            for surface in [Surface::Webmail, Surface::Panel, Surface::Dashboard] {
                let Lifespan { idle, whole } = Lifespan::of(surface);
                sessions::expire(&mut tx, surface, before(now, whole), before(now, idle), now).await?;
            }
            audit::forget_before(&mut tx, before(now, KEPT)).await?;
            second_factors::forget_unfinished(&mut tx, before(now, UNFINISHED)).await?;
            recovery::forget_links(&mut tx, now).await?;
            outbox::forget_before(&mut tx, before(now, KEPT)).await?;
            tx.commit().await
        };
        if let Err(error) = tidying.await {
            tracing::warn!(%error, "old sessions and activity could not be put away; tried again in an hour");
        }
    }
}

/// So long before now.
fn before(now: Timestamp, long: SignedDuration) -> Timestamp {
    now.checked_sub(long).unwrap_or(Timestamp::MIN)
}

/// How long ago this node was proven up to date.
struct Lease {
    proven: Instant,
    /// The only node there can be: what it has not heard of has not happened.
    alone: bool,
}

enum LeaseState {
    Proven,
    Lapsed,
    Expired,
}

impl Lease {
    fn state(&self) -> LeaseState {
        match self.proven.elapsed() {
            _ if self.alone => LeaseState::Proven,
            age if age < LEASE => LeaseState::Proven,
            age if age < LEASE + GRACE => LeaseState::Lapsed,
            _ => LeaseState::Expired,
        }
    }
}
