//! The limit of event streams that a session may have open at a time.

use postward_authority::SessionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Streams a session may have open. Browsers open six connections to a host that speaks HTTP/1.1 and count streams
/// among them: two are left for pages. A page in a tab that nobody sees has none.
const STREAMS: usize = 4;

/// The streams that are open, by session.
#[derive(Clone, Default)]
pub(crate) struct StreamLimiter(Arc<Mutex<HashMap<SessionId, usize>>>);

/// A slot among the streams of a session, given back when it is dropped.
pub(crate) struct StreamSlot {
    streams: StreamLimiter,
    session: SessionId,
}

impl StreamLimiter {
    /// Takes a slot; none when the session has as many streams as it may have.
    pub(crate) fn open(&self, session: SessionId) -> Option<StreamSlot> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = all.entry(session).or_default();
        if *open >= STREAMS {
            return None;
        }
        *open += 1;
        Some(StreamSlot { streams: self.clone(), session })
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut all = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = all.get_mut(&self.session) {
            *open -= 1;
            if *open == 0 {
                all.remove(&self.session);
            }
        }
    }
}
