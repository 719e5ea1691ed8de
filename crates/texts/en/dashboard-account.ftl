### The own sign-in of staff.
### A message stands on one line: a line break within it would be one in the page or in the letter.

## Buttons and links

action-download = Download
action-print = Print

## The account of staff

backup-codes-new = New backup codes
staff-two-factor-off = Off. With it, signing in here asks for a code from an app on your phone besides the password.
staff-password-lede = Opens the dashboard. No mailbox has it, and it opens none.
staff-sessions-lede = Where you are signed in at the dashboard.
staff-sessions-end-others = End others
staff-two-factor-on = { $left ->
    [one] On since { $when }. 1 backup code is left.
   *[other] On since { $when }. { $left } backup codes are left.
}
staff-session-client-since = { $client }, since { $when }
staff-session-since = since { $when }
staff-session-end-label = End the session from { $ip }, { $since }
staff-password-save = Change password
staff-password-changed-more = Sign in with the new password.
staff-password-consequence = Every session of yours at the dashboard ends, this one too. Mailboxes are not touched.
staff-title = Account security

## Backup codes

backup-codes-label = Backup codes
backup-codes-warning = They will not be shown again. Keep them apart from your phone; codes you had before stop working.
backup-codes-lede = Each of these signs <strong>{ $email }</strong> in once in the place of a code, on the day the phone is lost.
backup-codes-shown-once = Ten new ones are shown once.
backup-codes-keep = Keep the old ones
backup-codes-make = Make new codes
backup-codes-none-left = None of the ones you had is left.
backup-codes-left-stop = { $left ->
    [one] The one you have left stops working, also where it is printed.
   *[other] The { $left } you have left stop working, also where they are printed.
}

## Two-factor authentication of staff

staff-two-factor-off-lede = Your password alone will sign you in, and the backup codes go.
staff-two-factor-off-code = Code from your app, or a backup code
staff-two-factor-replace-lede = Type a code from the app you have now, or a backup code. The app you have now stays in force until the new one has shown its first code.
staff-two-factor-replace-code = Current code, or a backup code
staff-two-factor-scan = Scan this with an authenticator app, or type the key into it. Both are shown only now.
staff-two-factor-go-on = The key is not shown a second time. Go on with the one your app has, or start again with a new one.
staff-two-factor-end-others = End my other sessions
staff-code-wrong = This code is not right, or was used before.
staff-two-factor-on-heading = Two-factor authentication is on
staff-first-code-wrong = This code is not right. Wait for the next one in your app and type that.
backup-codes-file-heading = Backup codes of { $email }
backup-codes-renew-title = Make new backup codes?
staff-two-factor-is-off-more = Your password alone signs you in. The backup codes are gone.
