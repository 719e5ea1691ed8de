### Letters of ours. They are wrapped where they are written, and plain ASCII: they are readable everywhere.
### A message stands on one line: a line break within it would be one in the page or in the letter.

## Said in several letters

letter-not-you = If this was not you, open this page:
letter-help = If this was not you, set a new password at once, with your recovery code or your recovery e-mail if you cannot sign in, or ask the people who run your mail.
letter-staff-help = If this was not you, set a new password at once: choose that you forgot it at the sign-in page of the dashboard. If you cannot, ask the people who run this host.

## To staff

letter-staff-password-changed-subject = Your dashboard password was changed
letter-staff-password-changed-event = The password of your dashboard account was changed.
letter-staff-password-changed-effect = Everywhere you were signed in, you have been signed out. Mailboxes are not touched. If this was you, there is nothing else to do.
letter-staff-password-reset-subject = A new password was set for your dashboard account
letter-staff-password-reset-event = The people who run this host have set a new password for your dashboard account.
letter-staff-password-reset-effect = Everywhere you were signed in, you have been signed out, and the old password no longer works. If you asked for it, there is nothing else to do.
letter-staff-recovered-by-mail-subject = A new password was set for your dashboard account
letter-staff-recovered-by-mail-event = A new password was set for your dashboard account, with a link that was sent to this address.
letter-staff-recovered-by-mail-effect = Everywhere you were signed in, you have been signed out. If this was you, there is nothing else to do.
letter-staff-second-factor-on-subject = Two-factor authentication is on
letter-staff-second-factor-on-event = Two-factor authentication was turned on for your dashboard account.
letter-staff-second-factor-on-effect = From now on a code from your authenticator is asked for when you sign in. Keep the backup codes where you find them without your phone.
letter-staff-second-factor-replaced-subject = Your authenticator was replaced
letter-staff-second-factor-replaced-event = Two-factor authentication of your dashboard account was moved to another authenticator.
letter-staff-second-factor-replaced-effect = Codes of the old one and the backup codes you had no longer work. If this was you, there is nothing else to do.
letter-staff-second-factor-off-subject = Two-factor authentication is off
letter-staff-second-factor-off-event = Two-factor authentication was turned off for your dashboard account.
letter-staff-second-factor-off-effect = From now on the password alone opens it, and the backup codes are gone. If you wanted that, there is nothing else to do.
letter-staff-wrong-codes-subject = Somebody knows your dashboard password
letter-staff-wrong-codes-event = Somebody has entered the right password of your dashboard account, and then wrong codes. Nobody was let in.
letter-staff-wrong-codes-effect = If you mistyped the codes, there is nothing to do.

## To the owner of a mailbox

letter-password-changed-subject = Your mailbox password was changed
letter-password-changed-event = The password of your mailbox was changed.
letter-password-changed-effect = Everyone who was signed in has been signed out. Your mail apps need the new password. If this was you, there is nothing else to do.
letter-password-reset-subject = A new password was set for your mailbox
letter-password-reset-event = The people who run your mail have set a new password for your mailbox.
letter-password-reset-effect = Everyone who was signed in has been signed out, and the old password no longer works. Your mail apps need the new one.
letter-password-reset-before-link = If you did not expect this, open this page:
letter-password-reset-without-link = If you did not expect this, ask the people who run your mail.
letter-recovered-by-code-subject = Your mailbox was recovered with its recovery code
letter-recovered-by-code-event = A new password was set for your mailbox with the recovery code. The code is spent, and two-factor authentication is off.
letter-recovered-by-code-effect = Everyone who was signed in has been signed out. If this was you, sign in with the new password, turn two-factor authentication on again and make a new recovery code.
letter-recovered-by-code-without-link = If this was not you, somebody has your recovery code: ask the people who run your mail for help at once.
letter-recovered-by-mail-subject = A new password was set through your recovery e-mail
letter-recovered-by-mail-event = A new password was set for your mailbox, with a link that was sent to its recovery e-mail.
letter-recovered-by-mail-effect = Everyone who was signed in has been signed out. Your mail apps need the new password. If this was you, there is nothing else to do.
letter-recovered-by-mail-without-link = If this was not you, somebody reads your recovery e-mail: set a new password there first, then for this mailbox.
letter-second-factor-on-subject = Two-factor authentication is on
letter-second-factor-on-event = Two-factor authentication was turned on for your mailbox.
letter-second-factor-on-effect = From now on a code from your authenticator is asked for when you sign in. Keep your recovery code where you find it without this mailbox.
letter-second-factor-replaced-subject = Your authenticator was replaced
letter-second-factor-replaced-event = Two-factor authentication of your mailbox was moved to another authenticator.
letter-second-factor-replaced-effect = Codes of the old one no longer work. If this was you, there is nothing else to do.
letter-second-factor-off-subject = Two-factor authentication is off
letter-second-factor-off-event = Two-factor authentication was turned off for your mailbox.
letter-second-factor-off-effect = From now on the password alone opens it. If this was you, there is nothing else to do.
letter-wrong-codes-subject = Somebody knows your mailbox password
letter-wrong-codes-event = Somebody has entered the right password for your mailbox, and then wrong codes. Nobody was let in.
letter-wrong-codes-effect = If you mistyped the codes, there is nothing to do.
letter-wrong-codes-before-link = If this was not you, somebody knows your password. Set a new one; this page helps:
letter-wrong-codes-without-link = If this was not you, somebody knows your password: sign in and set a new one.
letter-app-password-added-subject = An app password was added to your mailbox
letter-app-password-added-event = An app password was made for your mailbox. A mail app can use it in place of your password.
letter-app-password-added-effect = If this was you, there is nothing else to do.
letter-app-password-added-without-link = If this was not you, sign in, remove that app password and set a new password.
letter-recovery-code-issued-subject = Your mailbox has a new recovery code
letter-recovery-code-issued-event = A new recovery code was made for your mailbox. The one before it no longer works.
letter-recovery-code-issued-effect = Keep it where you find it without this mailbox. It was shown once and is not in this message.
letter-recovery-email-set-subject = Your mailbox has a recovery e-mail
letter-recovery-email-set-event = A recovery e-mail was confirmed for your mailbox. A link to set a new password can be sent there.
letter-recovery-email-set-effect = If this was you, there is nothing else to do.
letter-recovery-email-set-without-link = If this was not you, sign in, remove that recovery e-mail and set a new password.
letter-recovery-email-replaced-subject = Your recovery e-mail was replaced
letter-recovery-email-replaced-event = Another address is now the recovery e-mail of your mailbox. Links are no longer sent to the one before it.
letter-recovery-email-replaced-effect = If this was you, there is nothing else to do.
letter-new-place-subject = Your mailbox was opened from a new place
letter-new-place-event = Somebody signed in to your mailbox from a network that was not seen before.
letter-new-place-effect = If this was you, travelling or with a new connection, there is nothing to do.
letter-new-place-without-link = If this was not you, set a new password at once: that ends every open session.
letter-reset-link-subject = Set a new password for your mailbox
letter-reset-link-event = Somebody asked for a new password for your mailbox. It is changed only if you go on.
letter-reset-link-effect = If you did not ask for it, leave this message alone: nothing has changed.
letter-reset-link-before-link = Set the new password on this page. The link works once, and not for long:
letter-reset-link-without-link = To go on, open the sign-in page of the webmail and choose that you forgot your password.
letter-verify-recovery-email-subject = Confirm your recovery e-mail
letter-verify-recovery-email-event = Somebody wants this address to be the recovery e-mail of a mailbox: if its password is ever lost, a link to set a new one is sent here.
letter-verify-recovery-email-effect = If you know nothing of it, leave this message alone: nothing has changed.
letter-verify-recovery-email-before-link = If that is right, confirm it on this page. The link works once, and not for long:
letter-verify-recovery-email-without-link = If that is right, sign in to the mailbox and ask for a link to confirm it.
letter-staff-reset-link-subject = Set a new password for the dashboard
letter-staff-reset-link-event = Somebody asked for a new password for your dashboard account. It is changed only if you go on.
letter-staff-reset-link-effect = If you did not ask for it, leave this message alone: nothing has changed.
letter-staff-reset-link-before-link = Set the new password on this page. The link works once, and not for long:
letter-staff-reset-link-without-link = To go on, open the sign-in page of the dashboard and choose that you forgot your password.

## Facts and the last line

letter-footer = { $brand } at { $host } has sent this by itself; nobody reads answers to it. It never asks for a password by mail.
letter-fact-account = Account
letter-fact-mailbox = Mailbox
letter-fact-when = When
letter-fact-by = By
letter-fact-from = From
letter-fact-with = With
letter-surface-and-client = { $surface }: { $client }
letter-surface-mail-app = a mail app ({ $protocol })
letter-surface-panel = the user panel
letter-surface = the { $surface }
