### Reading mail.
### A message stands on one line: a line break within it would be one in the page or in the letter.

## Folders

webmail-folders = Folders
webmail-close-folders = Close folders
webmail-folder-unread = { $count }<span class="visually-hidden"> unread</span>
folder-inbox = Inbox
folder-drafts = Drafts
folder-sent = Sent
folder-archive = Archive
folder-junk = Junk
folder-trash = Trash

## A message

unknown-sender = Unknown sender
message-to = To
message-cc = Cc
message-reply-to = Answers go to
message-images-blocked = Pictures from elsewhere are not loaded: they would tell the sender that you opened this.
message-images-load = Load remote images
message-back = Back to the list
message-star = Star
message-unstar = Take the star away
message-mark-unread = Mark as unread
message-download = Download the message
message-attachments = Attachments
message-too-large = This message is too large to be shown here. Download it to read it.
message-too-complex = This message is built in a way that cannot be shown safely. Download it to read it.
message-no-text = This message has no text.
no-subject = No subject
size-bytes = { $count ->
    [one] 1 byte
   *[other] { $count } bytes
}
size-kilobytes = { $amount } kB
size-megabytes = { $amount } MB
size-gigabytes = { $amount } GB
message-shortened = The rest is not shown here. Download the message to read it all.

## The list of messages

webmail-nothing-found = Nothing found.
webmail-whole-folder = Show the whole folder
webmail-no-such-page = There is no such page.
webmail-to-newest = To the newest messages
webmail-folder-empty-more = When there is mail, it stands here.
webmail-unread = Unread:
webmail-answered = Answered.
webmail-attachment = With attachment.
webmail-starred = Starred.
webmail-search = Search { $folder }
webmail-leave-search = Leave the search
webmail-nothing-found-more = No message in { $folder } holds all of these words: { $words }.
webmail-folder-empty = { $folder } is empty.
webmail-answered-title = Answered
webmail-attachment-title = With attachment
webmail-starred-title = Starred
webmail-pages = Pages of the list
webmail-newer = Newer messages
webmail-older = Older messages
webmail-nothing-to-read = There is nothing to read here.
webmail-choose-message = Choose a message to read it here.
webmail-message = Message
webmail-title-unread = { $folder } ({ $unread })
webmail-to-nobody = nobody
webmail-line-to = To: { $recipients }
short-now = now
short-minutes = { $count } min
short-hours = { $count } h
short-days = { $count } d
webmail-messages = { $count ->
    [one] 1 message
   *[other] { $grouped } messages
}
webmail-range = { $first }–{ $last } of { $total }

## Frame

webmail-user-settings = User Settings
webmail-your-account = Your account

## My account

webmail-words-again = New password, once more
webmail-words-save = Update password and log me out from everywhere
webmail-password-consequence = Every session of this mailbox ends at once, this one too: webmail, IMAP, POP3 and SMTP. Mail apps need the new password. Your mail stays as it is.
