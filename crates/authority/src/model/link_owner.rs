//! Whose password a mailed link sets, and what differs between the two.

use super::audit_event::AuditEvent;
use super::link_kind::LinkKind;
use super::notice::Notice;
use super::principal::Kind;

/// Whose password a mailed link sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkOwner {
    /// A mailbox. The link goes to its recovery e-mail.
    Mailbox,
    /// A person of the dashboard. The link goes to its own address.
    Staff,
}

impl LinkOwner {
    /// Whose password a link of this kind sets, if it sets one.
    pub(crate) fn of(link: LinkKind) -> Option<Self> {
        match link {
            LinkKind::Reset => Some(Self::Mailbox),
            LinkKind::StaffReset => Some(Self::Staff),
            LinkKind::VerifyRecoveryEmail | LinkKind::NotMe => None,
        }
    }

    pub(crate) fn principal(self) -> Kind {
        match self {
            Self::Mailbox => Kind::Mailbox,
            Self::Staff => Kind::Staff,
        }
    }

    pub(crate) fn link(self) -> LinkKind {
        match self {
            Self::Mailbox => LinkKind::Reset,
            Self::Staff => LinkKind::StaffReset,
        }
    }

    /// The letter that carries the link.
    pub(crate) fn letter(self) -> Notice {
        match self {
            Self::Mailbox => Notice::ResetLink,
            Self::Staff => Notice::StaffResetLink,
        }
    }

    /// What the audit says when the link has set a password.
    pub(crate) fn event(self) -> AuditEvent {
        match self {
            Self::Mailbox => AuditEvent::RecoveredByMail,
            Self::Staff => AuditEvent::StaffPasswordRecovered,
        }
    }

    /// What attempts to ask for one are counted as.
    pub(crate) fn throttled_as(self) -> &'static str {
        match self {
            Self::Mailbox => "reset link",
            Self::Staff => "staff link",
        }
    }
}
