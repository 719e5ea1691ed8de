### What mail apps may sign in with.
### A message stands on one line: a line break within it would be one in the page or in the letter.

## Fields

label-addresses = Addresses

## What mail apps may use

mode-legend = Mail apps may sign in with
mode-if-only = With app passwords only
mode-password-or-app-password-within = password or app password
mode-app-passwords-only-within = app passwords only
mode-as-account = As the account
mode-as-domain = As the domain
mode-reach-account = Holds for every mailbox of the account, unless something else is set for its domain or for the mailbox.
mode-reach-domain = Holds for every mailbox of the domain, unless something else is set for the mailbox.
mode-reach-mailbox = Holds for this mailbox, whatever is set for its domain.
mode-reach-mailboxes = Holds for these mailboxes, whatever is set for their domain.
mode-mailboxes = { $count ->
    [one] { $count } mailbox
   *[other] { $count } mailboxes
}
mode-as-above = { $above }: { $mode }
mode-choose = Choose what mail apps may sign in with. Nothing has been changed.
mode-unchanged = Nothing has changed.
mode-unchanged-more = It was set so already.
mode-either-now = Mail apps may use the password or an app password now.
mode-from-now-on = { $mode } from now on.
mode-others-already = The others were set so already.
mode-changed-for = Changed for { $changed } of { $all } mailboxes.
mode-title = Mail apps of { $name }
mode-shut-out-has = It has an app password.
mode-shut-out-has-none = It has no app password yet.
mode-shut-out-unused = No mail app has used the password in the last 30 days.
mode-shut-out-used = A mail app has used the password in the last 30 days. It stops working at its next sign-in.
mode-shut-out-none = { $count ->
    [one] It touches 1 mailbox, and none is without an app password.
   *[other] It touches { $count } mailboxes, and none is without an app password.
}
mode-shut-out-all = { $count ->
    [one] It touches 1 mailbox without an app password yet.
   *[other] It touches { $count } mailboxes without an app password yet.
}
mode-shut-out-some = { $count ->
    [one] It touches 1 mailbox, { $without } of them without an app password yet.
   *[other] It touches { $count } mailboxes, { $without } of them without an app password yet.
}
mode-shut-out-none-used = No mail app has used a password in the last 30 days.
mode-shut-out-some-used = { $count ->
    [one] Mail apps of 1 mailbox have used the password in the last 30 days. They stop working at their next sign-in: { $addresses }.
   *[other] Mail apps of { $count } mailboxes have used the password in the last 30 days. They stop working at their next sign-in: { $addresses }.
}
mode-shut-out-how = Owners add one in webmail under My account.
mode-shut-out-rest = Webmail and user panel go on taking the password. What is signed in stays so.

## Mail apps

mail-apps-lede = What mail apps may sign in with at IMAP, POP3 and SMTP. What is set nearest to a mailbox holds, and its owner can choose for it in webmail. Webmail and user panel always take the password.
mail-apps-accounts-lede = Holds where nothing is set for the domain or the mailbox.
mail-apps-domains-heading = Domains
mail-apps-domains-lede = Holds where nothing is set for the mailbox.
mail-apps-mailboxes-lede = Tick mailboxes or paste addresses, then choose for them.
mail-apps-no-mailbox = No mailbox yet.
mail-apps-no-match = No mailbox matches.
mail-apps-addresses-help = One on each line, or with commas between. 500 at most.
mail-apps-read-only = Your role is read-only. An owner or admin of the account can choose here.
mail-apps-search-accounts = Search accounts, domains and addresses
mail-apps-search-domains = Search domains and addresses
mail-apps-accounts-heading = { $count ->
    [one] Account
   *[other] Accounts
}
mail-apps-change-label = Change mail apps of { $name }
mail-apps-more-names = And { $count } more: search for a part of the name.
mail-apps-more-addresses-or-paste = And { $count } more: search for a part of the address, or paste addresses.
mail-apps-more-addresses = And { $count } more: search for a part of the address.
mail-apps-nothing-picked = Tick a mailbox, or paste at least one address.
mail-apps-too-many = These are more than { $most } mailboxes. Choose for { $most } at most at once.
mail-apps-no-address = Not an e-mail address: { $addresses }.
mail-apps-not-yours = Not a mailbox of yours: { $addresses }.
mail-apps-correct = Correct the list, then continue.
list-quoted = “{ $text }”
mail-apps-not-continued = Not continued: Mail apps
