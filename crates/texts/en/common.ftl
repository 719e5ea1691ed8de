## Frames of pages

page-skip-content = Skip to content
flash-label = Receipt
action-dismiss = Dismiss
action-copy = Copy
show-password = Show password
theme-appearance = Appearance
theme-system = System
theme-light = Light
theme-dark = Dark
theme-system-has = As the system has it

## Errors

error-front-page = To the front page

## Front page

root-heading = Where do you want to go?
surface-webmail = Webmail
root-read-mail = Read your mail
surface-panel = User Panel
root-change-password-mailbox = Change the password of your mailbox
surface-dashboard = Dashboard
root-manage-mailboxes-account = Manage the mailboxes of your account

## Sign-in

action-sign-in = Sign in
label-password = Password
forgot-password = Forgot password?

## The code of the second factor

label-six-digit-code = Six-digit code
action-continue = Continue

## The password once more

label-six-digit-or-backup-code = Six-digit code or backup code
action-cancel = Cancel

## A new password without signing in

set-new-password = Set a new password
label-mailbox-address = E-mail address of the mailbox
back-to-sign-in = Back to sign-in

## The form for a new password

column-address = Address
recovery-code = Recovery code

## What was wrong

code-wrong = This code is wrong or was used already. Wait for the next one in your app.
too-many-tries = Too many tries. Wait a minute, then try again.

## A new password without signing in

recovery-email = Recovery e-mail

## Errors

error-not-found = There is no such page
error-method = This address does not take that
error-csrf = This form is no longer good
error-read-only = You may look, but not change
error-malformed = This form could not be read
error-too-large = That is too much
error-unavailable = Not possible at the moment
error-internal = Something went wrong on our side
error-not-found-advice = It may have been moved or deleted, or it belongs to somebody else.
error-method-advice = Go back to the page you came from and use the buttons there.
error-csrf-advice = Nothing has been changed. Go back, reload the page and send the form again. If you did not fill in a form here, close this page.
error-read-only-advice = Nothing has been changed. Your role is read-only; ask an owner or admin of your account.
error-malformed-advice = Nothing has been changed. Go back, reload the page and try again.
error-too-large-advice = Nothing has been changed. Go back and send less at once.
error-unavailable-advice = Nothing has been changed and you are still signed in. Try again in a minute.
error-internal-advice = We have made a note of it. Try again in a minute.

## What the last act did

flash-apps-need-new = Apps need the new password.
flash-password-changed = Password changed.
flash-factor-off = Two-factor authentication was turned off.
flash-recovered = Apps need the new password. The recovery code is used up: have a new one made.
sessions-none-was-open = No session was open.
flash-revoked = { $count ->
    [one] Revoked 1 app password.
   *[other] Revoked { $count } app passwords.
}
list-and = { $first } and { $last }
list-comma = { ", " }
sessions-counted = { $count ->
    [one] { $kinds } session
   *[other] { $kinds } sessions
}
sessions-ended-count = Ended { $sessions }.

## Moments, clients and pictures

qr-title = QR code for your authenticator app
time-just-now = just now
time-minutes-ago = { $count ->
    [one] 1 minute ago
   *[other] { $count } minutes ago
}
time-hours-ago = { $count ->
    [one] 1 hour ago
   *[other] { $count } hours ago
}
time-days-ago = { $count ->
    [one] 1 day ago
   *[other] { $count } days ago
}
time-months-ago = { $count ->
    [one] 1 month ago
   *[other] { $count } months ago
}
time-years-ago = { $count ->
    [one] 1 year ago
   *[other] { $count } years ago
}

## The sign-in history

history-signed-in-app-password = Signed in with the app password “{ $name }”
outcome-signed-in = Signed in
history-still-open = still open
history-wrong-password = Wrong password
history-previous-password = Old password used
history-suspended = Sign-in was suspended
history-throttled = Too many tries, not looked at
history-overtaken = The password was changed at the same moment
history-code-missing = Right password, code missing
history-wrong-code = Right password, wrong code
history-spent-code = Right password, code used before
history-too-many-codes = Right password, too many codes
history-app-passwords-only = Right password, but this mailbox takes app passwords only
history-wrong-recovery-code = Wrong recovery code
outcome-refused = Refused

## The sign-in history

history-over-password-changed = ended by a new password { $when }
history-over-suspended = ended when sign-in was suspended { $when }
history-over-ended = signed out or ended { $when }
history-over-expired = expired { $when }
history-over = over { $when }

## Frames

back-to-mail = Back to mail
account = Account
app-passwords = App passwords
recovery = Recovery
sessions = Sessions
my-account = My account

## User panel

action-sign-out = Sign out
two-factor-authentication = Two-factor authentication
sessions-and-activity = Sessions and activity

## App passwords

label-name = Name
action-rotate = Rotate
action-revoke = Revoke
mail-apps-may-use = What mail apps may use
action-save = Save
action-done = Done

## Recovery

action-change = Change
recovery-code-not-issued = Not issued yet
action-generate-new-code = Generate new code

## Sessions and activity

sessions-this = This session
action-end = End
action-end-all = End all
action-turn-off = Turn off
action-turn-on = Turn on
outcome-alarming = Look at this

## Two-factor authentication

two-factor-pill-on = 2FA on
two-factor-move = Move to another authenticator
two-factor-pill-off = 2FA off
action-set-up = Set up
two-factor-current-code = Current code
two-factor-set-up-heading = Set up two-factor authentication
two-factor-key-to-type = Key to type
two-factor-first-code-label = Code the app shows
action-start-again = Start again
two-factor-keep-on = Keep it on

## What was done to a mailbox

sign-in-suspended = Sign-in suspended

## Frame

mailboxes = Mailboxes
mail-apps = Mail apps
audit = Audit

## The account of staff

security = Security

## Backup codes

action-download = Download
action-print = Print

## Audit

column-from = From
column-when = When

## Deleting a mailbox

sessions-none-open = No session is open now.
action-delete-mailbox = Delete mailbox

## Deleted mailboxes

deleted-mailboxes = Deleted mailboxes
column-deleted = Deleted
column-actions = Actions

## Suspending sign-in

suspend-sign-in = Suspend sign-in

## Mail apps

action-search = Search
label-addresses = Addresses

## Mailboxes

add-mailbox = Add mailbox
column-last-sign-in = Last sign-in
column-created = Created

## The settings of a mailbox

mail-apps-need-app-password = Mail apps need an app password.

## The sessions of a mailbox

column-client = Client

## The password of a mailbox

generate-new-recovery-code = Generate new recovery code
edit-mailbox = Edit mailbox
