//! What pages that are open want to hear of at once: that something about a mailbox has changed. They ask what it is
//! themselves, with their own right to see it.

use crate::authority::Authority;
use crate::model::principal::{MailboxId, PrincipalId, StaffId};
use crate::session::change_broadcast::{ChangeSubscription, PrincipalChange};

impl Authority {
    /// Listens to the changes of a mailbox. What may be seen of them is for whoever asks to prove, at each.
    pub fn listen(&self, mailbox: MailboxId) -> ChangeSubscription {
        self.listen_to(mailbox.into())
    }

    /// Listens to the changes of a person of the dashboard.
    pub fn listen_staff(&self, person: StaffId) -> ChangeSubscription {
        self.listen_to(person.into())
    }

    fn listen_to(&self, of: PrincipalId) -> ChangeSubscription {
        self.events().subscribe(of)
    }

    /// Tells whoever listens on this node. The transaction that made the change has told the others.
    pub(crate) fn broadcast_change(&self, of: PrincipalId, change: PrincipalChange) {
        self.events().send(of, change);
    }
}
