//! What a change of password, or another act that ends sessions, did.

use super::origin::Surface;
use super::principal::Epoch;
use postward_wire::Address;
use std::collections::BTreeMap;

/// What a change of password, or another act that ends sessions, did.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The mailbox, or the person of the dashboard.
    pub address: Address,
    /// The epoch in force: after a change of password, the one that began.
    pub epoch: Epoch,
    /// How many sessions ended, for every surface a mailbox can be signed in at (zero included).
    pub ended: BTreeMap<Surface, u64>,
    /// How many app passwords were revoked.
    pub app_passwords_revoked: u64,
    /// Whether a second factor was on and is off now.
    pub second_factor_off: bool,
}
