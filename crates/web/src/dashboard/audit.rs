//! **Audit**: who did what to which mailbox, from where (D14).

use crate::http::error_page::PageError;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::filters;
use crate::view::page::{Page, html};
use crate::view::relative_time::RelativeTime;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::{AuditEntry, AuditEvent, Stored};
use postward_texts::text;
use std::sync::Arc;

/// Entries shown: the newest.
const ENTRIES: u32 = 200;

#[derive(Template)]
#[template(path = "dashboard/audit.html")]
struct Audit {
    page: Page,
    rows: Vec<Row>,
}

struct Row {
    entry: AuditEntry,
    when: RelativeTime,
    /// `Password changed`.
    event: String,
}

/// `GET /dashboard/audit`.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
) -> Result<Response, PageError> {
    let entries = site.authority.audit(staff.session.actor(), None, ENTRIES).await?;
    let now = site.now();
    let rows = entries.into_iter().map(|entry| Row {
        when: RelativeTime::new(entry.at, now),
        event: event(&entry.event),
        entry,
    });
    Ok(html(StatusCode::OK, &Audit { page: staff.page(&context, text("audit")), rows: rows.collect() }))
}

/// What was done, as people read it. What an older or newer version wrote keeps the word it was written with.
fn event(event: &Stored<AuditEvent>) -> String {
    let event = match event {
        Stored::Known(event) => event,
        Stored::Unknown(word) => return word.clone(),
    };
    let words = match event {
        AuditEvent::AccountAdded => text("audit-event-account-added"),
        AuditEvent::DomainAdded => text("audit-event-domain-added"),
        AuditEvent::StaffAdded => text("audit-event-staff-added"),
        AuditEvent::MailboxAdded => text("audit-event-mailbox-added"),
        AuditEvent::MailboxDeleted => text("audit-event-mailbox-deleted"),
        AuditEvent::MailboxRestored => text("audit-event-mailbox-restored"),
        AuditEvent::PasswordChanged => text("audit-event-password-changed"),
        AuditEvent::PasswordReset => text("audit-event-password-reset"),
        AuditEvent::SessionsEnded => text("audit-event-sessions-ended"),
        AuditEvent::SignInSuspended => text("audit-event-sign-in-suspended"),
        AuditEvent::SignInResumed => text("audit-event-sign-in-resumed"),
        AuditEvent::SecondFactorOn => text("audit-event-second-factor-on"),
        AuditEvent::SecondFactorReplaced => text("audit-event-second-factor-replaced"),
        AuditEvent::SecondFactorOff => text("audit-event-second-factor-off"),
        AuditEvent::BackupCodesRenewed => text("audit-event-backup-codes-renewed"),
        AuditEvent::AppPasswordAdded => text("audit-event-app-password-added"),
        AuditEvent::AppPasswordRotated => text("audit-event-app-password-rotated"),
        AuditEvent::AppPasswordRevoked => text("audit-event-app-password-revoked"),
        AuditEvent::MailAppModeSet => text("audit-event-mail-app-mode-set"),
        AuditEvent::RecoveryCodeIssued => text("audit-event-recovery-code-issued"),
        AuditEvent::RecoveredByCode => text("audit-event-recovered-by-code"),
        AuditEvent::RecoveredByMail => text("audit-event-recovered-by-mail"),
        AuditEvent::RecoveryEmailSet => text("audit-event-recovery-email-set"),
        AuditEvent::RecoveryEmailRemoved => text("audit-event-recovery-email-removed"),
        AuditEvent::NotMe => text("audit-event-not-me"),
        AuditEvent::KeysRotated => text("audit-event-keys-rotated"),
        AuditEvent::StaffPasswordChanged => text("audit-event-staff-password-changed"),
        AuditEvent::StaffPasswordRecovered => text("audit-event-staff-password-recovered"),
        AuditEvent::StaffPasswordReset => text("audit-event-staff-password-reset"),
        AuditEvent::NewPlaceNoticesSet => text("audit-event-new-place-notices-set"),
    };
    words.to_owned()
}
