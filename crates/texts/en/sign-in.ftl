### Signing in: address and password, the code of the second factor, the password once more.
### A message stands on one line: a line break within it would be one in the page or in the letter.

## Signed out

signed-out-title = Signed out
signed-out-instead = You were signed out. Reload the page to sign in.

## Sign-in

sign-in-lede-staff = For owners, admins and resellers of mail accounts.
sign-in-lede-webmail = With the full address of your mailbox.
sign-in-lede-panel = With the full address of your mailbox, to change its password.
label-email-address = E-mail address
sign-in-change-mailbox-password = Change Mailbox Password
sign-in-elsewhere-staff = Do you want to read your mail? Mailbox owners <a href="{ $webmail }">sign in to webmail</a>.
sign-in-elsewhere-webmail = Do you manage mailboxes? Account owners <a href="{ $dashboard }">sign in to the dashboard</a>.
sign-in-elsewhere-panel = Do you want to read your mail? <a href="{ $webmail }">Sign in to webmail</a>. Account owners <a href="{ $dashboard }">sign in to the dashboard</a>.
sign-in-wrong = Address or password is wrong.
sign-in-unavailable = Sign-in is not possible at the moment. Try again in a minute.
sign-in-notice-signed-out = You were signed out. Sign in to go on.
sign-in-notice-nothing-saved = You were signed out, and nothing was saved. Sign in and do it once more.
sign-in-notice-code-expired = The time or the tries for the code are used up. Begin with your password again.

## The code of the second factor

code-heading = Enter the code
code-lede-staff = The six digits your authenticator app shows now. A backup code will do as well.
code-lede = The six digits your authenticator app shows now.
code-label-staff = Code
code-lost-staff = No phone and no backup code? The people who run this host can turn two-factor authentication off for you.
code-lost-phone = Lost your phone?
code-use-another-account = Use another account

## The password once more

confirm-heading = Confirm that it is you
confirm-lede-code = Two-factor authentication is on. Type your password and a code to go on.
confirm-lede = You signed in a while ago. Type your password once more to go on.
confirm-signed-in-as = Signed in as <strong class="address-name">{ $address }</strong>
confirm-code-too = Two-factor authentication is on. Type your password again, and the code too.
