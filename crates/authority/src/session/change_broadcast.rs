//! Telling the open pages of this node that something about a principal has changed. They ask what it is themselves,
//! with their own right to see it.

use crate::model::principal::PrincipalId;
use tokio::sync::broadcast;

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalChange {
    /// The second factor: on, off, or another.
    SecondFactor,
    /// The recovery code or e-mail.
    Recovery,
    /// Something, on another node.
    Elsewhere,
}

/// Where changes are told, after they are committed.
pub(crate) struct Events(broadcast::Sender<(PrincipalId, PrincipalChange)>);

impl Events {
    /// A page that is this far behind reloads what it shows.
    const BEHIND: usize = 256;

    pub(crate) fn new() -> Self {
        Self(broadcast::channel(Self::BEHIND).0)
    }

    /// Listens to the changes of one principal.
    pub(crate) fn subscribe(&self, of: PrincipalId) -> ChangeSubscription {
        ChangeSubscription { changes: self.0.subscribe(), of }
    }

    /// Tells whoever listens on this node.
    pub(crate) fn send(&self, of: PrincipalId, change: PrincipalChange) {
        // Nobody listens: nobody misses it.
        let _nobody = self.0.send((of, change));
    }
}

/// Hears of the changes of one principal.
pub struct ChangeSubscription {
    changes: broadcast::Receiver<(PrincipalId, PrincipalChange)>,
    of: PrincipalId,
}

impl ChangeSubscription {
    /// Waits for the next change. Whoever was too slow to hear of one is told of [`PrincipalChange::Elsewhere`]. None
    /// when there will not be another.
    pub async fn next(&mut self) -> Option<PrincipalChange> {
        loop {
            match self.changes.recv().await {
                Ok((of, change)) if of == self.of => return Some(change),
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return Some(PrincipalChange::Elsewhere),
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}
