//! Where the links in our letters lead.

use postward_authority::{LinkKind, Token};

/// The path of the page a mailed link opens, below the address of this server: the letter puts the configured one in
/// front, never what a browser has said.
pub fn link_path(kind: LinkKind, token: &Token) -> String {
    let page = match kind {
        LinkKind::Reset => "/webmail/password-reset/link",
        LinkKind::VerifyRecoveryEmail => "/webmail/recovery-email/verify",
        LinkKind::NotMe => "/webmail/not-me",
        LinkKind::StaffReset => "/dashboard/password-reset/link",
    };
    // The token's alphabet is URL-safe.
    format!("{page}?token={}", token.expose())
}
