//! The context of a gate: what all its connections share.

use crate::engine::Engine;
use crate::limits::Limits;
use crate::pre_auth_limits::ConnectionLimiter;
use crate::tls::TlsHandle;
use postward_authority::Authority;
use postward_wire::{Channel, DialogueConfig};
use std::sync::Arc;

/// What every connection of this gate shares.
pub(crate) struct GateContext {
    pub(crate) authority: Authority,
    pub(crate) engine: Engine,
    pub(crate) tls: TlsHandle,
    pub(crate) hostname: String,
    pub(crate) limits: Limits,
    pub(crate) limiter: Arc<ConnectionLimiter>,
}

impl GateContext {
    /// What a dialogue is configured with.
    pub(crate) fn dialogue_config(&self, channel: Channel) -> DialogueConfig {
        DialogueConfig {
            hostname: self.hostname.clone(),
            message_size: self.limits.message_size,
            channel,
            limits: self.limits.dialogue,
        }
    }
}
