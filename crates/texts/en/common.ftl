### The frames of pages, errors, and what several areas say.
### A message stands on one line: a line break within it would be one in the page or in the letter.

## Said on several pages

mode-password-or-app-password = Password or app password
mode-app-passwords-only = App passwords only
sessions-end-at-once = Ends { $sessions } at once.
recovery-code-issued = Issued { $when }
two-factor-off-question = Turn two-factor authentication off?
mode-app-passwords-only-now = Mail apps need an app password now.
what-is-signed-in-stays = What is signed in stays so.
sessions-no-other-was-open = No other session was open.
two-factor-is-on = Two-factor authentication is on.
two-factor-is-off = Two-factor authentication is off.
show-password = Show password
forgot-password = Forgot password?
recovery-code = Recovery code
recovery-email = Recovery e-mail
flash-password-changed = Password changed.
sessions-none-was-open = No session was open.
back-to-mail = Back to mail
account = Account
recovery = Recovery
sessions = Sessions
my-account = My account
two-factor-authentication = Two-factor authentication
mail-apps-may-use = What mail apps may use
recovery-code-not-issued = Not issued yet
sessions-this = This session
two-factor-pill-on = 2FA on
two-factor-move = Move to another authenticator
two-factor-pill-off = 2FA off
two-factor-set-up-heading = Set up two-factor authentication
two-factor-key-to-type = Key to type
two-factor-first-code-label = Code the app shows
two-factor-keep-on = Keep it on
sign-in-suspended = Sign-in suspended
mailboxes = Mailboxes
mail-apps = Mail apps
security = Security
current-password-wrong = This is not your current password.
password-words-generate-short = Generate
sessions-ended = Sessions ended.
password-words-new = New password
password-words-again = New password again
password-words-generate = Generate strong password
password-words-refused = The password was not changed.
password-words-save = Save password
nothing-changed = Nothing has been changed.
password-wrong = This is not your password.

## Frames of pages

page-skip-to-content = Skip to content
flash-label = Receipt
theme-appearance = Appearance
theme-system = System
theme-light = Light
theme-dark = Dark
theme-as-system = As the system has it

## Buttons and links of several pages

action-dismiss = Dismiss
action-copy = Copy
action-sign-in = Sign in
action-continue = Continue
action-cancel = Cancel
action-sign-out = Sign out
action-save = Save
action-done = Done
action-change = Change
action-generate-new-code = Generate new code
action-end = End
action-end-all = End all
action-turn-off = Turn off
action-turn-on = Turn on
action-set-up = Set up
action-start-again = Start again
action-search = Search

## Errors

error-front-page = To the front page
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

## Front page

root-heading = Where do you want to go?
root-webmail-more = Read your mail
root-panel-more = Change the password of your mailbox
root-dashboard-more = Manage the mailboxes of your account

## The surfaces

surface-webmail = Webmail
surface-panel = User Panel
surface-dashboard = Dashboard

## Fields of several pages

label-password = Password
label-six-digit-code = Six-digit code
label-six-digit-or-backup-code = Six-digit code or backup code
label-email = E-mail

## Columns of several tables

column-address = Address
column-from = From

## What was wrong

code-wrong = This code is wrong or was used already. Wait for the next one in your app.
too-many-tries = Too many tries. Wait a minute, then try again.

## What the last act did

flash-apps-need-new = Apps need the new password.
flash-factor-off = Two-factor authentication was turned off.
flash-recovered = Apps need the new password. The recovery code is used up: have a new one made.
flash-revoked = { $count ->
    [one] Revoked 1 app password.
   *[other] Revoked { $count } app passwords.
}
sessions-counted = { $count ->
    [one] { $kinds } session
   *[other] { $kinds } sessions
}
sessions-ended-which = Ended { $sessions }.

## Lists within a sentence

list-and = { $first } and { $last }
list-comma = { ", " }
list-and-more = { $first } and { $count } more

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
history-over-password-changed = ended by a new password { $when }
history-over-suspended = ended when sign-in was suspended { $when }
history-over-ended = signed out or ended { $when }
history-over-expired = expired { $when }
history-over = over { $when }
outcome-alarming = Look at this
