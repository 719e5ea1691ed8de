### Where staff manage mailboxes.
### A message stands on one line: a line break within it would be one in the page or in the letter.

## Frame

audit = Audit

## Columns

column-when = When
column-deleted = Deleted
column-actions = Actions
column-last-sign-in = Last sign-in
column-created = Created
column-client = Client

## Deleting a mailbox

sessions-none-open = No session is open now.
delete-heading = Delete { $address }?
delete-mail-refused = New mail to this address is refused.
delete-mail-kept = The mail that is there is kept, and the mailbox can be restored for a while.
delete-keep = Keep mailbox
delete-title = Delete { $address }
delete-done-more = Its sessions have ended and its mail is kept. It can be restored under Deleted mailboxes.
delete-done = Mailbox deleted.
deleted-restored = Mailbox restored.
deleted-restored-more = It can sign in again with the password it had.

## Buttons and links

action-delete-mailbox = Delete mailbox

## Deleted mailboxes

deleted-mailboxes = Deleted mailboxes
deleted-empty = Nothing to restore
deleted-empty-more = A mailbox you delete stands here for a while, with its mail.
deleted-restore = Restore
deleted-restore-label = Restore { $address }

## Suspending sign-in

suspend-sign-in = Suspend sign-in
suspend-refused = Every sign-in is refused: mail apps, webmail, user panel, reset links and recovery codes.
suspend-mail-delivered = Mail is still delivered. Resuming brings the password back, and no session.
suspend-keep = Keep sign-in

## Mailboxes

add-mailbox = Add mailbox
mailboxes-select-domain = Select Domain
mailboxes-sort = Sort
mailboxes-sort-address = By address
mailboxes-sort-last-sign-in = Last sign-in first
mailboxes-sort-created = Newest first
mailboxes-no-match = No mailbox matches
mailboxes-no-domain = No domain yet
mailboxes-no-domain-more = Your account has no domain. Whoever runs this host can add one; mailboxes can be added then.
mailboxes-empty = No mailbox yet
mailboxes-empty-more = Add the first one: it can take mail and sign in at once.
mailboxes-never = Never
mailboxes-previous = Previous
mailboxes-next = Next
mailboxes-found = { $total } found
mailboxes-search = Search addresses
mailboxes-no-match-more = Search for a part of the address, or <a href="{ $all }">show all mailboxes</a>.
mailboxes-set-password-label = Set password of { $address }
mailboxes-set-password = Set password
mailboxes-edit-label = Edit { $address }
mailboxes-edit = Edit
mailboxes-delete-label = Delete { $address }
mailboxes-pages = Pages

## The settings of a mailbox

mail-apps-need-app-password = Mail apps need an app password.
mailbox-can-sign-in = Can sign in
resume-sign-in = Resume sign-in
mailbox-never-signed-in = never signed in
sessions-and-sign-ins = Sessions and sign-ins
mailbox-two-factor-off = Off. The owner turns it on in webmail under My account.
mailbox-password-heading = Mailbox password
mailbox-password-lede = Opens this mailbox in webmail, in the user panel and in every mail app.
mailbox-password-lede-only = Opens this mailbox in webmail and in the user panel. Mail apps need an app password.
mailbox-password-read-only = Your role is read-only. An owner or admin of the account can set a new password here.
mailbox-code-lede = Sets a new password once, without the old one, on Forgot password? in webmail.
mailbox-added-when = added { $when }
mailbox-last-sign-in = last sign-in { $when }
mailbox-settings-of = Settings of { $address }
mailbox-two-factor-on = On since <time datetime="{ $machine }" title="{ $exact }">{ $exact }</time>.
mailbox-code-issued-say = Recovery code issued { $exact }.
mailbox-code-none-say = No recovery code is issued.
mailbox-title = Security of { $address }

## The password of a mailbox

generate-new-recovery-code = Generate new recovery code
edit-mailbox = Edit mailbox
list-words-new = New Password
list-words-again = New Password again
list-words-save = Save Password
edit-words-generate = New
edit-words-save = Update User
mailbox-password-consequence = Saving ends { $sessions } at once. The old password stops everywhere; mail stays as it is.
mailbox-password-consequence-none = No session is open now. The old password stops everywhere; mail stays as it is.
mailbox-password-title = { $heading }: { $address }

## Audit

audit-empty = Nothing yet
audit-empty-more = Who changed what, and from where, will stand here.
column-what = What
audit-column-to = To
audit-column-by = By
audit-command-line = Command line

# What was done, in the list of the audit

audit-event-account-added = Account added
audit-event-domain-added = Domain added
audit-event-staff-added = Staff added
audit-event-mailbox-added = Mailbox added
audit-event-mailbox-deleted = Mailbox deleted
audit-event-mailbox-restored = Mailbox restored
audit-event-password-changed = Password changed
audit-event-password-reset = Password reset
audit-event-sessions-ended = Sessions ended
audit-event-sign-in-suspended = Sign in suspended
audit-event-sign-in-resumed = Sign in resumed
audit-event-second-factor-on = Second factor on
audit-event-second-factor-replaced = Second factor replaced
audit-event-second-factor-off = Second factor off
audit-event-backup-codes-renewed = Backup codes renewed
audit-event-app-password-added = App password added
audit-event-app-password-rotated = App password rotated
audit-event-app-password-revoked = App password revoked
audit-event-mail-app-mode-set = Mail app mode set
audit-event-recovery-code-issued = Recovery code issued
audit-event-recovered-by-code = Recovered by code
audit-event-recovered-by-mail = Recovered by mail
audit-event-recovery-email-set = Recovery email set
audit-event-recovery-email-removed = Recovery email removed
audit-event-not-me = Not me
audit-event-keys-rotated = Keys rotated
audit-event-staff-password-changed = Staff password changed
audit-event-staff-password-recovered = Staff password recovered
audit-event-staff-password-reset = Staff password reset
audit-event-new-place-notices-set = New place notices set

## A new recovery code for a mailbox

issue-code-shown-once = The new code is shown once. Have a safe way to hand it to the owner.
issue-code-what-for = It sets a new password once, without the old one and without a 2FA code.
issue-code-what-stays = Password and sessions stay as they are. The owner is told by mail.
issue-code-keep = Keep as it is
issue-code-stops = The code issued { $when } stops working.
issue-code-hand-over = This code will not be shown again. Hand it to the owner of { $address } now; case and dashes do not matter when it is typed.
issue-code-title = Generate a new recovery code for { $address }?
issue-code-shown-title = Recovery code of { $address }

## The sessions of a mailbox

mailbox-sessions-open-now = Open now
mailbox-sessions-none = Nothing is signed in
mailbox-sessions-none-more = Webmail, user panel and mail apps that sign in stand here.
column-surface = Door
column-since = Since
mailbox-sessions-two-factor = 2FA
client-not-said = Not said
mailbox-sessions-history = Sign-ins of the last 90 days
mailbox-sessions-no-history = No sign-in yet
mailbox-sessions-no-history-more = Sign-ins stand here, and tries that were refused.
mailbox-sessions-open = { $count } open
mailbox-sessions-app-password = App password { $name }
mailbox-sessions-end-label = End the { $surface } session from { $ip }
mailbox-sessions-title = Sessions of { $address }
mailbox-sessions-ended-more = The password stays as it is.
suspend-title = Suspend sign-in of { $address }?
suspend-done-more = Nobody can sign in until it is resumed. Mail is still delivered.
suspend-done = Sign-in suspended.
resume-done-more = The password it had opens it again. Sessions and app passwords that ended stay ended.
resume-done = Sign-in resumed.

## A new mailbox

new-mailbox-words-again = Password again
new-mailbox-refused = The mailbox was not added.
new-mailbox-added-more = It takes mail and can sign in from now on.
new-mailbox-added = Mailbox added.
new-mailbox-taken = This address is taken. If it was deleted, restore it under Deleted mailboxes.
new-mailbox-not-your-domain = This domain is not one of yours. Choose another.
