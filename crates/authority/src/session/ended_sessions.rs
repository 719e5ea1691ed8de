//! The session rows an act has ended, counted for its receipt.

use super::lifespan::Lifespan;
use crate::model::Timestamp;
use crate::model::origin::Surface;
use crate::model::principal::SessionId;
use crate::store::moment;
use crate::store::sessions::EndedRow;
use std::collections::{BTreeMap, HashSet};

/// The session rows an act has ended.
pub(crate) struct EndedSessions(Vec<EndedRow>);

impl EndedSessions {
    pub(crate) fn of(rows: Vec<EndedRow>) -> Self {
        Self(rows)
    }

    pub(crate) fn total(&self) -> usize {
        self.0.len()
    }

    /// Counts, by surface, those that were alive: a browser's within its lifespan; a connection of this node only if it
    /// was found here, because the row of one that has hung up by itself is closed a moment later.
    pub(crate) fn alive(self, node: &str, here: &[SessionId], now: Timestamp) -> BTreeMap<Surface, u64> {
        let here: HashSet<_> = here.iter().copied().collect();
        let mut ended: BTreeMap<_, _> =
            Surface::OF_MAILBOXES.into_iter().map(|surface| (surface, 0)).collect();
        for EndedRow { id, surface, node: of_node, opened_at, seen_at } in self.0 {
            let Some(surface) = Surface::from_name(&surface) else { continue };
            let alive = match surface {
                Surface::Imap | Surface::Pop3 | Surface::Smtp => of_node != node || here.contains(&id),
                Surface::Webmail | Surface::Panel | Surface::Dashboard => {
                    !Lifespan::of(surface).is_over(moment(opened_at), moment(seen_at), now)
                }
            };
            if alive {
                *ended.entry(surface).or_default() += 1;
            }
        }
        ended
    }
}
