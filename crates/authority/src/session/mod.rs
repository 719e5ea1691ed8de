//! Sessions while they live: the guards of this node, the writer of their rows, and ending them.

pub(crate) mod change_broadcast;
pub(crate) mod ended_sessions;
pub(crate) mod forget_second_factor;
pub(crate) mod lifespan;
pub(crate) mod one_time_proof;
pub(crate) mod proof;
pub(crate) mod registry;
pub(crate) mod staff_session;
pub(crate) mod writer;
