### How owners look after their own sign-in, in the user panel and in the webmail.
### A message stands on one line: a line break within it would be one in the page or in the letter.

## Frames

own-tabs-two-factor = Two-factor
app-passwords = App passwords

## User panel

panel-for = For <span class="address-name">{ $address }</span>
panel-new-password-for = A new password for <span class="address-name">{ $address }</span>
panel-words-again = Confirm new password
panel-current-too = You signed in a while ago. Type your current password too.
panel-current-wrong = The current password is wrong.
panel-consequence = Changing it signs you out everywhere: mail apps, webmail and this page. Mail and folders stay as they are.
sessions-and-activity = Sessions and activity

## App passwords

app-passwords-lede = One for each mail app. It opens IMAP, POP3 and SMTP and nothing else, and is taken away without touching the others.
app-passwords-add-heading = Add an app password
app-passwords-full = There are 25, which is the most there can be. Revoke one you do not use any more to add another.
app-passwords-name-help = The device or app, like “Phone” or “Thunderbird at work”.
app-passwords-add = Add app password
app-passwords-in-use = In use
none-yet = None yet.
app-passwords-never-used = Never used
app-passwords-mode-help = With app passwords only, your password opens webmail and user panel, and no mail app. What is signed in stays so.
app-passwords-over = Not in use any more
app-passwords-shown-heading = Your new app password
app-passwords-shown-warning = It will not be shown again. If you lose it, rotate it and get a new one.
app-password = App password
app-passwords-rotate-lede = It gets new letters, shown once. The old ones open nothing any more, and the sessions they have opened end at once: type the new ones into the app. Other apps go on.
app-passwords-revoke-lede = It opens nothing any more, and exactly the sessions it has opened end at once. Other apps go on.
keep-old-one = Keep the old one
keep-it = Keep it
app-passwords-count = { $count } of 25
app-passwords-made = Made { $when }
app-passwords-last-used = Last used { $when } · { $surface } · { $ip }
app-passwords-rotate-label = Rotate { $name }
app-passwords-revoke-label = Revoke { $name }
app-passwords-stopped = Stopped { $when }: { $why }
app-passwords-shown-for = For “{ $name }”. Type it into the mail app where it asks for a password; spaces do not matter.
app-passwords-rotate-heading = Rotate “{ $name }”?
app-passwords-revoke-heading = Revoke “{ $name }”?
app-passwords-name-problem = Give it a name of at most 60 characters, like “Phone”.
app-passwords-full-problem = There are 25 already. Revoke one you do not use any more first.
app-passwords-none-ended = It had no session open.
app-passwords-revoked = App password “{ $name }” revoked.
app-passwords-mode-either = Mail apps may use your password or an app password.
app-passwords-not-added = Not added: App passwords
app-passwords-rotate-title = Rotate an app password?
app-passwords-revoke-title = Revoke an app password?
app-passwords-over-password-changed = the password was changed
app-passwords-over-not-me = somebody said “This wasn’t me”
app-passwords-over-revoked = you revoked it

## Ending sessions

end-sessions-none = No other session is open.
end-sessions-this-too = This one is among them: you are led to the sign-in page.
end-sessions-password-stays = The password stays. Whoever knows it can sign in again; if somebody else does, change it instead.
end-sessions-keep-them = Keep them
end-sessions-all = End all sessions
end-sessions-others = End all others

## Recovery

recovery-lede = Two ways back in when you have lost your password. Set them up while you can.
recovery-email-verified = Verified
recovery-email-add = Add recovery e-mail
recovery-email-remove-button = Remove
recovery-code-lede = A code on paper. It sets a new password when nothing else is left, and turns two-factor authentication off.
recovery-email-change-heading = Change the recovery e-mail
recovery-email-add-heading = Add a recovery e-mail
recovery-email-choose = Choose an address that you can open without this mailbox. We send a link there; the address counts once you follow it.
recovery-email-no-link-sent = No link was sent.
recovery-email-send-link = Send link
recovery-email-remove-heading = Remove the recovery e-mail?
recovery-email-remove-code-stays = Your recovery code stays.
recovery-email-remove-no-code = There is no recovery code either: whoever runs your mail would have to let you in.
recovery-email-remove = Remove recovery e-mail
recovery-code-new-heading = Generate a new recovery code?
recovery-code-none-yet = There is none yet, so nothing stops working. From then on, each new one stops the old one.
recovery-code-shown-once = The new one is shown once. Have paper or your password manager ready.
recovery-code-shown-heading = Your new recovery code
recovery-code-write-down = Write it down now: it will not be shown again. Any code from before has stopped working.
recovery-code-written-down = I have written it down
recovery-email-lede = An address outside this mailbox. <em>Forgot password?</em> sends a link there, and we write to it when your sign-in changes.
recovery-email-held = It stays as it is until <time datetime="{ $machine }">{ $exact }</time>: somebody followed <em>This wasn’t me</em> in one of our mails, so nobody can change the way back in for a day.
recovery-email-until-then = Until then <span class="address-name">{ $address }</span> stays.
recovery-email-is-told = <span class="address-name">{ $address }</span> is told, and hears nothing from then on.
recovery-email-no-link = <em>Forgot password?</em> cannot send you a link any more.
recovery-code-old-stops = The old one, issued { $when }, stops working at once.
recovery-code-keep-it = Keep it where you keep your passport, or in a password manager, and not in this mailbox. To use it, choose <em>Forgot password?</em> at the sign-in page.
recovery-email-not-saved = Not saved: Recovery e-mail
recovery-email-sent = We have sent a link to { $address }.
recovery-email-sent-more = It counts once you follow it. The link is good for a day.
recovery-email-itself = This is the mailbox itself, which is closed to you when you have lost its password. Name another address.
recovery-email-removed = Recovery e-mail removed.
recovery-email-removed-more = The address has been told. Links that were sent to it open nothing any more.

## Sessions and activity

own-sessions-lede = What is signed in to this mailbox now, who tried to, and what was done to it.
own-sessions-live-heading = Signed in now
own-sessions-with-code = With code
own-sessions-new-places-heading = Tell me about sign-ins from new places
own-sessions-new-places-on = On
own-sessions-new-places-off = Off
own-sessions-new-places-lede = We write to this mailbox and to the recovery e-mail when somebody signs in from a network not seen before.
own-sessions-history-heading = Sign-in history
own-sessions-history-lede = The newest hundred, sign-ins and refused tries.
own-sessions-acts-heading = What was done to this mailbox
own-sessions-acts-lede = By you, by the staff of your account and by whoever runs this host.
nothing-yet = Nothing yet.
own-sessions-app-password = App password “{ $name }”
own-sessions-since-seen = Since { $since } · last seen { $seen }
own-sessions-since-connected = Since { $since } · connected
own-sessions-end-this = End this session
own-sessions-end-other = End { $surface } session from { $ip }, since { $since }
own-sessions-act-by-from = By { $actor } · { $ip }
own-sessions-act-by-at-server = By { $actor } · at the server

## Two-factor authentication

two-factor-on-heading = Your phone is asked too
two-factor-off-heading = A password and your phone
two-factor-off-lede = With it on, whoever knows your password still needs a code from your phone. You need an authenticator app that shows six digits.
two-factor-no-apps = No mail app has signed in with your password in the last 30 days.
two-factor-app-unnamed = A mail app
two-factor-replace-lede = Type a code from the one you have now. It stays in force until the new one has shown its first code.
two-factor-scan-lede = Scan this with your authenticator app, or type the key into it. Both are shown only now.
two-factor-open-in-app = Open in an app on this device
two-factor-end-others = End all other sessions
two-factor-end-others-help = Without it, what is signed in now stays signed in.
two-factor-go-on = Go on with the key your app has.
two-factor-first-code-help = Is the clock of your phone right? The key is not shown a second time; if the app does not have it, start again with a new one.
two-factor-off-consequence = Your password alone will open this mailbox.
two-factor-on-since = On since { $when }
two-factor-on-lede = Webmail and user panel ask for a code after your password. A mail app needs an <a href="{ $app-passwords }">app password</a>, or the six digits directly after your password each time it signs in.
two-factor-apps-lede = <strong>These mail apps have signed in with your password in the last 30 days and will be asked for a code.</strong> Make an app password for each, and they go on as before.
two-factor-app-seen = { $surface } · last signed in { $when }
two-factor-app-password-for = App password for { $client }, { $surface }
two-factor-app-password-for-unnamed = App password for a mail app, { $surface }
two-factor-first-code-wrong = Wait for the next code in your app and type that. Nothing was turned on.
two-factor-others-stay = Other sessions stay signed in.
two-factor-is-off-more = Your password alone opens this mailbox again.
two-factor-is-on-apps = Mail apps need a code, or an app password, when they sign in next.
two-factor-current-code = Current code

## What was done to a mailbox

end-sessions-others-heading = End all other sessions?
end-sessions-all-heading = End all sessions?
own-sessions-ended-more = The password stays: what knows it can sign in again.
own-sessions-none-ended = No session was ended.
own-sessions-over-already = It was over already.
new-place-notices-on-more = We write to you when somebody signs in from a place we have not seen before.
new-place-notices-off-more = You hear nothing of sign-ins from new places; they stand in the history below.
new-place-notices-on = Notices turned on.
new-place-notices-off = Notices turned off.
own-sessions-actor-operator = the operator of this host
own-sessions-actor-you = you
act-mailbox-added = Mailbox added
act-mailbox-deleted = Mailbox deleted
act-mailbox-restored = Mailbox restored
act-password-changed = Password changed
act-password-reset = New password set by staff
act-sign-in-resumed = Sign-in allowed again
act-second-factor-on = Two-factor authentication turned on
act-second-factor-replaced = Two-factor authentication moved to another device
act-second-factor-off = Two-factor authentication turned off
act-backup-codes-renewed = Backup codes renewed
act-recovery-code-issued = Recovery code issued
act-recovered-by-code = Password set with the recovery code
act-recovered-by-mail = Password set with a mailed link
act-recovery-email-removed = Recovery e-mail removed
act-not-me = “This wasn’t me”: all sessions ended, app passwords revoked
act-mail-app-mode-set = What mail apps may sign in with was changed
act-new-places-off = Notices of new places turned off
act-new-places-on = Notices of new places turned on
act-recovery-email-set-to = Recovery e-mail set to { $address }
act-recovery-email-set = Recovery e-mail set
act-sessions-ended-count = { $count ->
    [one] 1 session ended
   *[other] { $count } sessions ended
}
act-sessions-ended = Sessions ended
act-app-password-added = App password “{ $name }” added
act-app-password-added-unnamed = App password added
act-app-password-rotated = App password “{ $name }” renewed
act-app-password-rotated-unnamed = App password renewed
act-app-password-revoked = App password “{ $name }” revoked
act-app-password-revoked-unnamed = App password revoked

## Fields

label-name = Name

## Buttons and links

action-rotate = Rotate
action-revoke = Revoke
