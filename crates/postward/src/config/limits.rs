//! `[limits]` and `[throttle]`: limits before sign-in, and what wrong passwords cost.

use super::document::Section;
use super::error::ConfigError;
use postward_authority::ThrottleLimits;
use postward_gate::Limits;

/// Reads `[limits]`.
pub(super) fn limits(mut section: Section) -> Result<Limits, ConfigError> {
    let default = Limits::default();
    let mut count = |key, default: usize| {
        section.number(key, 1..=10_000_000).map(|number| number.map_or(default, |number| number as usize))
    };
    let pre_auth_connections = count("strangers", default.pre_auth_connections)?;
    let pre_auth_connections_per_network =
        count("strangers_per_network", default.pre_auth_connections_per_network)?;
    let bytes = count("stranger_bytes", default.dialogue.bytes)?;
    let mut few =
        |key, default: u32| section.number(key, 1..=100_000).map(|number| number.unwrap_or(default));
    let dialogue = postward_wire::Limits {
        bytes,
        commands: few("stranger_commands", default.dialogue.commands)?,
        bad_commands: few("stranger_bad_commands", default.dialogue.bad_commands)?,
        failed_sign_ins: few("failed_sign_ins", default.dialogue.failed_sign_ins)?,
    };
    let message_mib = section.number("message_mib", 1..=4095)?;
    let mut time = |key, default| section.duration(key).map(|time| time.unwrap_or(default));
    let limits = Limits {
        pre_auth_connections,
        pre_auth_connections_per_network,
        dialogue,
        message_size: message_mib.map_or(default.message_size, |mib| u64::from(mib) * 1024 * 1024),
        handshake: time("handshake", default.handshake)?,
        sign_in: time("sign_in", default.sign_in)?,
        pre_auth_idle: time("stranger_idle", default.pre_auth_idle)?,
        drain: time("drain", default.drain)?,
        unread: time("unread", default.unread)?,
        keepalive: time("keepalive", default.keepalive)?,
    };
    section.finish()?;
    Ok(limits)
}

/// Reads `[throttle]`.
pub(super) fn throttle_limits(mut section: Section) -> Result<ThrottleLimits, ConfigError> {
    let default = ThrottleLimits::default();
    let limits = ThrottleLimits {
        refusal_after: section.duration("refusal_after")?.unwrap_or(default.refusal_after),
        per_network: section.number("per_network", 1..=1_000_000)?.unwrap_or(default.per_network),
        per_mailbox: section.number("per_mailbox", 1..=1_000_000)?.unwrap_or(default.per_mailbox),
        window: section.duration("window")?.unwrap_or(default.window),
        under_attack_wait: section.duration("besieged_wait")?.unwrap_or(default.under_attack_wait),
    };
    section.finish()?;
    Ok(limits)
}
