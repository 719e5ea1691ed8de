### A new password: the one form for it, without signing in, and with a link from a letter.
### A message stands on one line: a line break within it would be one in the page or in the letter.

## A new password without signing in

set-new-password = Set a new password
back-to-sign-in = Back to sign-in
reset-lede-staff = Type the e-mail address you sign in with. We send a link to it.
reset-lede-password = With the password you have now.
reset-lede-code = With the recovery code you were given. No password and no phone is needed.
reset-lede-mail = We send a link to the recovery e-mail of your mailbox.
reset-send-link = Send the link
reset-ways = Ways to a new password
reset-link-for = For <span class="address-name">{ $address }</span>
reset-wrong-password = Address, current password or code is wrong.
reset-wrong-code = Address or recovery code is wrong.
reset-not-now = This is not possible at the moment. Nothing was changed. Try again in a minute.
reset-check-mail = Check your mail
reset-sent-staff = If an account exists for this email, we've sent password reset instructions.
reset-sent-staff-hour = The link in them is good for one hour.
reset-sent = If this mailbox has a recovery e-mail, we have sent a link to it. It is good for one hour.
reset-nothing-there = Nothing there after a few minutes? Look into the junk folder, use your recovery code, or ask whoever manages your mailbox.
reset-use-code = Use the recovery code
reset-consequence-code = Two-factor authentication goes off, every session ends, app passwords stop. Your mail stays as it is. The code works once.
reset-consequence = Every session ends at once and mail apps need the new password. Your mail stays as it is.

## Fields

label-mailbox-address = E-mail address of the mailbox

## The form for a new password

password-form-domain = Domain
label-current-password = Current password
password-form-recovery-code-help = Capitals, spaces and hyphens do not matter.
password-form-code-if-on = Six-digit code, if two-factor authentication is on
password-form-code-not-kept = Not kept either: type it now if you use one.
password-form-rule-met = : met
password-form-revoke-help = If somebody else may know one, leave this ticked. Otherwise the apps that use them are signed out now and sign in again by themselves.
password-form-type-now = Type it now. What stood here before <strong>{ $button }</strong> was not kept.
password-form-revoke = { $count ->
    [one] Also revoke my app password
   *[other] Also revoke my { $count } app passwords
}
password-form-not-saved = Not saved: { $title }
password-form-differ = The two fields are not the same. Type the new password in both.

## Links in letters

link-verify-heading = Confirm your recovery e-mail
link-verify-becomes = { $address } becomes the recovery e-mail of { $mailbox }.
link-verify-what-for = With it you get back in when you have lost your password, and we tell you there what happens to your mailbox. If you do not know this mailbox, close this page.
link-verify-button = Confirm this address
link-not-me-heading = Was somebody else in your mailbox?
link-not-me-signed-out = everybody is signed out: webmail, user panel and mail apps
link-not-me-app-passwords = app passwords stop working
link-not-me-links = links to set a new password that were mailed before stop working
link-not-me-held = the recovery e-mail cannot be changed for 24 hours
link-not-me-what-stays = Your password and your mail stay as they are. You set a new password in the next step.
link-not-me-button = This wasn't me
link-code-too = Two-factor authentication is on. Type the code too.
link-verified-heading = Recovery e-mail confirmed
link-verified = { $address } is now the recovery e-mail of { $mailbox }.
link-to-webmail = To webmail
link-ended-heading = Everybody is signed out
link-ended-held = The recovery e-mail cannot be changed for 24 hours.
link-ended-set-new = Whoever knows your password can still sign in. Set a new one now.
link-gone-heading = This link was used, replaced or has expired
link-gone-reset = If you set a new password with it, sign in. Else ask for another link.
link-gone-another = Ask for another link
link-gone-verify = Sign in to see which recovery e-mail is in force, or to have another link sent.
link-gone-not-me = If you still think that somebody else is in your mailbox, set a new password: it ends every session.
link-consequence-staff = Every session of yours ends at once. Mailboxes are not touched.
link-not-me-intro = If what we told you about { $mailbox } was not you, press the button. Then:
