### What scripts say in a page that is open.
### A message stands on one line: a line break within it would be one in the page.

## The form for a new password

script-type-or-generate = Type a new password or generate one.
script-rules-missing = { $count ->
    [one] One rule is not met yet.
   *[other] { $count } rules are not met yet.
}
script-type-again = Type the new password once more.
script-differ = The two fields are not the same yet.
script-type-current = Type your current password too.
script-generated = A strong password is in the fields.
script-hide-password = Hide password
script-copied = Copied

## Forms and dialogs

script-saving = Saving…
script-close = Close
script-unreachable = We could not reach the server. Check your connection; reload the list to see whether it was saved.
