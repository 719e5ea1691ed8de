//! The sweep that hears of changes made elsewhere.
use crate::Authority;
use tokio_util::sync::CancellationToken;
impl Authority {
    /// Watches the store until `stop`: sweeps sessions ended elsewhere, writes what may be written late, and freezes
    /// this node when it cannot prove that it is up to date. Somebody must own and await this.
    pub async fn watch(&self, _stop: CancellationToken) {
        todo!()
    }
    /// Ends every session on this node because the server goes down.
    pub async fn shut_down(&self) {
        todo!()
    }
}
