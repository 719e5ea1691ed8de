//! Copper & Kiln Studio, the reseller: support, a launch, an invoice.

use super::message::{BEN, ELIF, Extra, MAYA, Message, MessageState, PRIYA, Party, ROSA, SUPPORT};
use crate::demo::attachment::Attachment;

const INGRID: Party = ("Ingrid Solheim", "ingrid@fjordlight.example");

pub(super) const MESSAGES: &[Message] = &[
    Message {
        key: "phone-1",
        answers: None,
        from: PRIYA,
        to: &[SUPPORT],
        hours_ago: 33,
        subject: "Lost my phone on the ferry",
        text: "\
Hello,

my phone is on its way to the other side of the estuary without me, and my mail is on it. It has a screen lock, but I
would sleep better if it could not read mail any more. What should I do?

Priya Raman, Tidewater Cycles
",
        extra: Extra::Nothing,
        state: MessageState::Answered,
    },
    Message {
        key: "phone-2",
        answers: Some("phone-1"),
        from: SUPPORT,
        to: &[PRIYA],
        hours_ago: 32,
        subject: "Re: Lost my phone on the ferry",
        text: "\
Hi Priya,

change the password of your mailbox: in the webmail, My account, Password. The moment you do, everything that was
signed in with the old one is signed out, the phone included, and your mail stays as it is. You will have to type the
new password on your laptop once.

If you cannot get in, call us and we set a new one for you.

Ben, Copper & Kiln
",
        extra: Extra::Nothing,
        state: MessageState::Starred,
    },
    Message {
        key: "phone-3",
        answers: Some("phone-2"),
        from: PRIYA,
        to: &[SUPPORT],
        hours_ago: 31,
        subject: "Re: Lost my phone on the ferry",
        text: "\
Done, that took a minute. The page told me it ended two IMAP sessions, so one of them was the phone. And the ferry
company just called: it was under seat 14.

Thank you!
Priya
",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
    Message {
        key: "launch-1",
        answers: None,
        from: BEN,
        to: &[ROSA],
        hours_ago: 77,
        subject: "Catering page: ready to look at",
        text: "\
The booking form for Larkspur Catering works on phones now, and the photos load in the right order. Three things left:

 1. The date picker opens on a Monday in week one and a Sunday in week two. I don't know why yet.
 2. Elif wants to say \"from 20 people\" somewhere prominent.
 3. The small print.

If you look today, we can go live on Thursday.

Ben
",
        extra: Extra::Nothing,
        state: MessageState::Answered,
    },
    Message {
        key: "launch-2",
        answers: Some("launch-1"),
        from: ROSA,
        to: &[BEN],
        hours_ago: 72,
        subject: "Re: Catering page: ready to look at",
        text: "\
Looks lovely. The hero photo could be a touch darker so that the headline reads well in the sun. (1) is the locale, it
bit us on the cycling site too. Thursday is fine.

R.
",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
    Message {
        key: "launch-3",
        answers: None,
        from: ROSA,
        to: &[ELIF, MAYA],
        hours_ago: 15,
        subject: "Your catering page is live",
        text: "\
Dear both,

as of this morning the catering page is live, with the booking form going to bookings@larkspur-catering.example. Try
it from your phones, and tell me everything that annoys you, however small.

Rosa
",
        extra: Extra::Nothing,
        state: MessageState::Unread,
    },
    Message {
        key: "host-1",
        answers: None,
        from: INGRID,
        to: &[ROSA],
        hours_ago: 52,
        subject: "Your invoice, and a question about the four domains",
        text: "\
Dear Rosa,

this month's invoice is attached. You have 14 mailboxes on four domains now; if more customers are coming, the larger
plan would be cheaper from twenty on. No hurry, it can be changed on any day.

Kind regards,
Ingrid Solheim
Fjordlight Hosting
",
        extra: Extra::File(Attachment::HostInvoice),
        state: MessageState::Filed("Invoices"),
    },
    Message {
        key: "lunch",
        answers: None,
        from: ROSA,
        to: &[BEN, SUPPORT],
        hours_ago: 4,
        subject: "Lunch outside?",
        text: "The sun is out and the soup place has its tables on the pavement. Quarter past twelve at the door.\n",
        extra: Extra::Nothing,
        state: MessageState::Unread,
    },
];
