//! The text of each kind of notice: what happened, what it means, and what to do if it was not the reader.

use postward_authority::Notice;

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

/// What goes before a link in a letter that reads well without one.
const NOT_YOU: &str = "If this was not you, open this page:";

/// What the owner of a mailbox can do against an intruder.
const HELP: &str = "If this was not you, set a new password at once, with your recovery code or your recovery \
                    e-mail if you cannot sign in, or ask the people who run your mail.";

/// The same for staff. No notice to staff carries a link, except the reset link itself.
const STAFF_HELP: &str = "If this was not you, set a new password at once: choose that you forgot it at the sign-in page of the \
                          dashboard. If you cannot, ask the people who run this host.";

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
            "Your dashboard password was changed",
            "The password of your dashboard account was changed.",
            "Everywhere you were signed in, you have been signed out. Mailboxes are not touched. If this was you, there \
             is nothing else to do.",
        ),
        Notice::PasswordReset => (
            "A new password was set for your dashboard account",
            "The people who run this host have set a new password for your dashboard account.",
            "Everywhere you were signed in, you have been signed out, and the old password no longer works. If you \
             asked for it, there is nothing else to do.",
        ),
        Notice::RecoveredByMail => (
            "A new password was set for your dashboard account",
            "A new password was set for your dashboard account, with a link that was sent to this address.",
            "Everywhere you were signed in, you have been signed out. If this was you, there is nothing else to do.",
        ),
        Notice::SecondFactorOn => (
            "Two-factor authentication is on",
            "Two-factor authentication was turned on for your dashboard account.",
            "From now on a code from your authenticator is asked for when you sign in. Keep the backup codes where you \
             find them without your phone.",
        ),
        Notice::SecondFactorReplaced => (
            "Your authenticator was replaced",
            "Two-factor authentication of your dashboard account was moved to another authenticator.",
            "Codes of the old one and the backup codes you had no longer work. If this was you, there is nothing else \
             to do.",
        ),
        Notice::SecondFactorOff => (
            "Two-factor authentication is off",
            "Two-factor authentication was turned off for your dashboard account.",
            "From now on the password alone opens it, and the backup codes are gone. If you wanted that, there is \
             nothing else to do.",
        ),
        Notice::WrongCodes => (
            "Somebody knows your dashboard password",
            "Somebody has entered the right password of your dashboard account, and then wrong codes. Nobody was let in.",
            "If you mistyped the codes, there is nothing to do.",
        ),
        _ => return None,
    };
    Some(NoticeText { subject, event, effect, before_link: NOT_YOU, without_link: STAFF_HELP })
}

fn owner_text(notice: Notice) -> NoticeText {
    match notice {
        Notice::PasswordChanged => NoticeText {
            subject: "Your mailbox password was changed",
            event: "The password of your mailbox was changed.",
            effect: "Everyone who was signed in has been signed out. Your mail apps need the new password. If this was \
                   you, there is nothing else to do.",
            before_link: NOT_YOU,
            without_link: HELP,
        },
        Notice::PasswordReset => NoticeText {
            subject: "A new password was set for your mailbox",
            event: "The people who run your mail have set a new password for your mailbox.",
            effect: "Everyone who was signed in has been signed out, and the old password no longer works. Your mail \
                   apps need the new one.",
            before_link: "If you did not expect this, open this page:",
            without_link: "If you did not expect this, ask the people who run your mail.",
        },
        Notice::RecoveredByCode => NoticeText {
            subject: "Your mailbox was recovered with its recovery code",
            event: "A new password was set for your mailbox with the recovery code. The code is spent, and two-factor \
                   authentication is off.",
            effect: "Everyone who was signed in has been signed out. If this was you, sign in with the new password, \
                   turn two-factor authentication on again and make a new recovery code.",
            before_link: NOT_YOU,
            without_link: "If this was not you, somebody has your recovery code: ask the people who run your mail \
                           for help at once.",
        },
        Notice::RecoveredByMail => NoticeText {
            subject: "A new password was set through your recovery e-mail",
            event: "A new password was set for your mailbox, with a link that was sent to its recovery e-mail.",
            effect: "Everyone who was signed in has been signed out. Your mail apps need the new password. If this was \
                   you, there is nothing else to do.",
            before_link: NOT_YOU,
            without_link: "If this was not you, somebody reads your recovery e-mail: set a new password there first, \
                           then for this mailbox.",
        },
        Notice::SecondFactorOn => NoticeText {
            subject: "Two-factor authentication is on",
            event: "Two-factor authentication was turned on for your mailbox.",
            effect: "From now on a code from your authenticator is asked for when you sign in. Keep your recovery code \
                   where you find it without this mailbox.",
            before_link: NOT_YOU,
            without_link: HELP,
        },
        Notice::SecondFactorReplaced => NoticeText {
            subject: "Your authenticator was replaced",
            event: "Two-factor authentication of your mailbox was moved to another authenticator.",
            effect: "Codes of the old one no longer work. If this was you, there is nothing else to do.",
            before_link: NOT_YOU,
            without_link: HELP,
        },
        Notice::SecondFactorOff => NoticeText {
            subject: "Two-factor authentication is off",
            event: "Two-factor authentication was turned off for your mailbox.",
            effect: "From now on the password alone opens it. If this was you, there is nothing else to do.",
            before_link: NOT_YOU,
            without_link: HELP,
        },
        Notice::WrongCodes => NoticeText {
            subject: "Somebody knows your mailbox password",
            event: "Somebody has entered the right password for your mailbox, and then wrong codes. Nobody was let in.",
            effect: "If you mistyped the codes, there is nothing to do.",
            before_link: "If this was not you, somebody knows your password. Set a new one; this page helps:",
            without_link: "If this was not you, somebody knows your password: sign in and set a new one.",
        },
        Notice::AppPasswordAdded => NoticeText {
            subject: "An app password was added to your mailbox",
            event: "An app password was made for your mailbox. A mail app can use it in place of your password.",
            effect: "If this was you, there is nothing else to do.",
            before_link: NOT_YOU,
            without_link: "If this was not you, sign in, remove that app password and set a new password.",
        },
        Notice::RecoveryCodeIssued => NoticeText {
            subject: "Your mailbox has a new recovery code",
            event: "A new recovery code was made for your mailbox. The one before it no longer works.",
            effect: "Keep it where you find it without this mailbox. It was shown once and is not in this message.",
            before_link: NOT_YOU,
            without_link: HELP,
        },
        Notice::RecoveryEmailSet => NoticeText {
            subject: "Your mailbox has a recovery e-mail",
            event: "A recovery e-mail was confirmed for your mailbox. A link to set a new password can be sent there.",
            effect: "If this was you, there is nothing else to do.",
            before_link: NOT_YOU,
            without_link: "If this was not you, sign in, remove that recovery e-mail and set a new password.",
        },
        Notice::RecoveryEmailReplaced => NoticeText {
            subject: "Your recovery e-mail was replaced",
            event: "Another address is now the recovery e-mail of your mailbox. Links are no longer sent to the one \
                   before it.",
            effect: "If this was you, there is nothing else to do.",
            before_link: NOT_YOU,
            without_link: HELP,
        },
        Notice::NewPlace => NoticeText {
            subject: "Your mailbox was opened from a new place",
            event: "Somebody signed in to your mailbox from a network that was not seen before.",
            effect: "If this was you, travelling or with a new connection, there is nothing to do.",
            before_link: NOT_YOU,
            without_link: "If this was not you, set a new password at once: that ends every open session.",
        },
        Notice::ResetLink => NoticeText {
            subject: "Set a new password for your mailbox",
            event: "Somebody asked for a new password for your mailbox. It is changed only if you go on.",
            effect: "If you did not ask for it, leave this message alone: nothing has changed.",
            before_link: "Set the new password on this page. The link works once, and not for long:",
            without_link: "To go on, open the sign-in page of the webmail and choose that you forgot your password.",
        },
        Notice::VerifyRecoveryEmail => NoticeText {
            subject: "Confirm your recovery e-mail",
            event: "Somebody wants this address to be the recovery e-mail of a mailbox: if its password is ever lost, \
                   a link to set a new one is sent here.",
            effect: "If you know nothing of it, leave this message alone: nothing has changed.",
            before_link: "If that is right, confirm it on this page. The link works once, and not for long:",
            without_link: "If that is right, sign in to the mailbox and ask for a link to confirm it.",
        },
        Notice::StaffResetLink => NoticeText {
            subject: "Set a new password for the dashboard",
            event: "Somebody asked for a new password for your dashboard account. It is changed only if you go on.",
            effect: "If you did not ask for it, leave this message alone: nothing has changed.",
            before_link: "Set the new password on this page. The link works once, and not for long:",
            without_link: "To go on, open the sign-in page of the dashboard and choose that you forgot your password.",
        },
    }
}
