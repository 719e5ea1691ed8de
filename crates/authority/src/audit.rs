//! Who did what to which mailbox, from where.
use crate::{Actor, Authority, MailboxId, Timestamp, sessions::ActError};
/// One line of the audit.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who: `operator`, a staff member's e-mail, or the mailbox's own address.
    pub actor: String,
    /// What, as a stable word: `password-changed`.
    pub event: String,
    /// The mailbox or object.
    pub subject: String,
    /// From where.
    pub ip: Option<String>,
    /// More, as JSON.
    pub detail: String,
}
impl Authority {
    /// The newest entries the actor may see, about one mailbox or all.
    pub async fn audit(
        &self,
        _actor: &Actor,
        _mailbox: Option<MailboxId>,
        _limit: u32,
    ) -> Result<Vec<Entry>, ActError> {
        todo!()
    }
}
