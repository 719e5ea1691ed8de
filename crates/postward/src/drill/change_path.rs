//! Every path by which the password of a mailbox can be changed, and what each has to leave of a second factor.

use postward_authority::Surface;
use serde::Serialize;

/// A path by which the password of a mailbox can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ChangePath {
    /// The form of the Security tab (D5).
    SecurityTab,
    /// The key in the list of mailboxes (D9).
    List,
    /// The pencil in the list of mailboxes (D10).
    PopUp,
    /// *My account* in the webmail (W2).
    Webmail,
    /// *Forgot password?* with the current one, without signing in (W5).
    ForgottenWithCurrent,
    /// *Forgot password?* with a link to the recovery e-mail (W5), while a second factor is on.
    MailedLink,
    /// *Forgot password?* with the recovery code (R1); it turns a second factor off.
    RecoveryCode,
    /// **Password** in the user panel (P2).
    Panel,
    /// `postward mailbox passwd`, through the control socket.
    CommandLine,
}

impl ChangePath {
    /// The paths that begin on a surface. The match is exhaustive, so a new surface does not compile before it has its
    /// paths here; a new path on a surface that exists is found by the test that searches for callers of the authority.
    fn of(surface: Surface) -> &'static [Self] {
        match surface {
            // None of these protocols changes passwords.
            Surface::Imap | Surface::Pop3 | Surface::Smtp => &[],
            Surface::Dashboard => &[Self::SecurityTab, Self::List, Self::PopUp],
            // The recovery code turns off what was turned on for the mailed link.
            Surface::Webmail => {
                &[Self::Webmail, Self::ForgottenWithCurrent, Self::MailedLink, Self::RecoveryCode]
            }
            Surface::Panel => &[Self::Panel],
        }
    }

    /// Every path there is.
    pub(super) fn all() -> Vec<Self> {
        let surfaces = [Surface::Dashboard].into_iter().chain(Surface::OF_MAILBOXES);
        surfaces.flat_map(Self::of).copied().chain([Self::CommandLine]).collect()
    }

    /// The name in the table.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::SecurityTab => "Security tab",
            Self::List => "list form (key)",
            Self::PopUp => "pop-up (pencil)",
            Self::Webmail => "webmail",
            Self::ForgottenWithCurrent => "Forgot password?, current",
            Self::MailedLink => "Forgot password?, mailed link",
            Self::RecoveryCode => "Forgot password?, recovery code",
            Self::Panel => "user panel",
            Self::CommandLine => "command line",
        }
    }

    /// The surface on which a user has to be signed in for this path; none where no session is needed.
    pub(super) fn surface(self) -> Option<Surface> {
        match self {
            Self::SecurityTab | Self::List | Self::PopUp => Some(Surface::Dashboard),
            Self::Webmail => Some(Surface::Webmail),
            Self::Panel => Some(Surface::Panel),
            Self::ForgottenWithCurrent | Self::MailedLink | Self::RecoveryCode | Self::CommandLine => None,
        }
    }

    /// What the path has to leave of a second factor that is on. None for paths that are tried without one.
    pub(super) fn expected_second_factor(self) -> Option<ExpectedSecondFactor> {
        match self {
            Self::MailedLink => Some(ExpectedSecondFactor::Stays),
            Self::RecoveryCode => Some(ExpectedSecondFactor::GoesOff),
            _ => None,
        }
    }
}

/// What a change path has to leave of a second factor that was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ExpectedSecondFactor {
    /// The next sign-in needs a code, as before.
    Stays,
    /// The new password alone opens everything.
    GoesOff,
}
