//! The text of each kind of notice: what happened, what it means, and what to do if it was not the reader.

use postward_authority::Notice;
use postward_texts::text;

/// The text of one kind of notice. The facts (which mailbox, when, from where) stand between `event` and `effect`.
pub(super) struct NoticeText {
    pub(super) subject: &'static str,
    /// What happened.
    pub(super) event: &'static str,
    /// What that means for the reader.
    pub(super) effect: &'static str,
    /// The sentence before the link, where there is one; it ends with a colon.
    pub(super) before_link: &'static str,
    /// What to do where there is no link.
    pub(super) without_link: &'static str,
}

/// The text of a notice to the owner of a mailbox, or to staff.
pub(super) fn notice_text(notice: Notice, to_staff: bool) -> NoticeText {
    match staff_text(notice) {
        Some(text) if to_staff => text,
        _ => owner_text(notice),
    }
}

fn staff_text(notice: Notice) -> Option<NoticeText> {
    let (subject, event, effect) = match notice {
        Notice::PasswordChanged => (
            text("letter-staff-password-changed-subject"),
            text("letter-staff-password-changed-event"),
            text("letter-staff-password-changed-effect"),
        ),
        Notice::PasswordReset => (
            text("letter-staff-password-reset-subject"),
            text("letter-staff-password-reset-event"),
            text("letter-staff-password-reset-effect"),
        ),
        Notice::RecoveredByMail => (
            text("letter-staff-recovered-by-mail-subject"),
            text("letter-staff-recovered-by-mail-event"),
            text("letter-staff-recovered-by-mail-effect"),
        ),
        Notice::SecondFactorOn => (
            text("letter-staff-second-factor-on-subject"),
            text("letter-staff-second-factor-on-event"),
            text("letter-staff-second-factor-on-effect"),
        ),
        Notice::SecondFactorReplaced => (
            text("letter-staff-second-factor-replaced-subject"),
            text("letter-staff-second-factor-replaced-event"),
            text("letter-staff-second-factor-replaced-effect"),
        ),
        Notice::SecondFactorOff => (
            text("letter-staff-second-factor-off-subject"),
            text("letter-staff-second-factor-off-event"),
            text("letter-staff-second-factor-off-effect"),
        ),
        Notice::WrongCodes => (
            text("letter-staff-wrong-codes-subject"),
            text("letter-staff-wrong-codes-event"),
            text("letter-staff-wrong-codes-effect"),
        ),
        _ => return None,
    };
    Some(NoticeText {
        subject,
        event,
        effect,
        before_link: text("letter-not-you"),
        without_link: text("letter-staff-help"),
    })
}

fn owner_text(notice: Notice) -> NoticeText {
    match notice {
        Notice::PasswordChanged => NoticeText {
            subject: text("letter-password-changed-subject"),
            event: text("letter-password-changed-event"),
            effect: text("letter-password-changed-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-help"),
        },
        Notice::PasswordReset => NoticeText {
            subject: text("letter-password-reset-subject"),
            event: text("letter-password-reset-event"),
            effect: text("letter-password-reset-effect"),
            before_link: text("letter-password-reset-before-link"),
            without_link: text("letter-password-reset-without-link"),
        },
        Notice::RecoveredByCode => NoticeText {
            subject: text("letter-recovered-by-code-subject"),
            event: text("letter-recovered-by-code-event"),
            effect: text("letter-recovered-by-code-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-recovered-by-code-without-link"),
        },
        Notice::RecoveredByMail => NoticeText {
            subject: text("letter-recovered-by-mail-subject"),
            event: text("letter-recovered-by-mail-event"),
            effect: text("letter-recovered-by-mail-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-recovered-by-mail-without-link"),
        },
        Notice::SecondFactorOn => NoticeText {
            subject: text("letter-second-factor-on-subject"),
            event: text("letter-second-factor-on-event"),
            effect: text("letter-second-factor-on-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-help"),
        },
        Notice::SecondFactorReplaced => NoticeText {
            subject: text("letter-second-factor-replaced-subject"),
            event: text("letter-second-factor-replaced-event"),
            effect: text("letter-second-factor-replaced-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-help"),
        },
        Notice::SecondFactorOff => NoticeText {
            subject: text("letter-second-factor-off-subject"),
            event: text("letter-second-factor-off-event"),
            effect: text("letter-second-factor-off-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-help"),
        },
        Notice::WrongCodes => NoticeText {
            subject: text("letter-wrong-codes-subject"),
            event: text("letter-wrong-codes-event"),
            effect: text("letter-wrong-codes-effect"),
            before_link: text("letter-wrong-codes-before-link"),
            without_link: text("letter-wrong-codes-without-link"),
        },
        Notice::AppPasswordAdded => NoticeText {
            subject: text("letter-app-password-added-subject"),
            event: text("letter-app-password-added-event"),
            effect: text("letter-app-password-added-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-app-password-added-without-link"),
        },
        Notice::RecoveryCodeIssued => NoticeText {
            subject: text("letter-recovery-code-issued-subject"),
            event: text("letter-recovery-code-issued-event"),
            effect: text("letter-recovery-code-issued-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-help"),
        },
        Notice::RecoveryEmailSet => NoticeText {
            subject: text("letter-recovery-email-set-subject"),
            event: text("letter-recovery-email-set-event"),
            effect: text("letter-recovery-email-set-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-recovery-email-set-without-link"),
        },
        Notice::RecoveryEmailReplaced => NoticeText {
            subject: text("letter-recovery-email-replaced-subject"),
            event: text("letter-recovery-email-replaced-event"),
            effect: text("letter-recovery-email-replaced-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-help"),
        },
        Notice::NewPlace => NoticeText {
            subject: text("letter-new-place-subject"),
            event: text("letter-new-place-event"),
            effect: text("letter-new-place-effect"),
            before_link: text("letter-not-you"),
            without_link: text("letter-new-place-without-link"),
        },
        Notice::ResetLink => NoticeText {
            subject: text("letter-reset-link-subject"),
            event: text("letter-reset-link-event"),
            effect: text("letter-reset-link-effect"),
            before_link: text("letter-reset-link-before-link"),
            without_link: text("letter-reset-link-without-link"),
        },
        Notice::VerifyRecoveryEmail => NoticeText {
            subject: text("letter-verify-recovery-email-subject"),
            event: text("letter-verify-recovery-email-event"),
            effect: text("letter-verify-recovery-email-effect"),
            before_link: text("letter-verify-recovery-email-before-link"),
            without_link: text("letter-verify-recovery-email-without-link"),
        },
        Notice::StaffResetLink => NoticeText {
            subject: text("letter-staff-reset-link-subject"),
            event: text("letter-staff-reset-link-event"),
            effect: text("letter-staff-reset-link-effect"),
            before_link: text("letter-staff-reset-link-before-link"),
            without_link: text("letter-staff-reset-link-without-link"),
        },
    }
}
