//! Tidewater Cycles: repairs, a cargo bike, a Saturday ride.

use super::message::{Extra, HELLO, JONAS, Message, MessageState, PRIYA, Party, ROSA, WORKSHOP};
use crate::demo::attachment::Attachment;

const LEO: Party = ("Leo Marchetti", "leo.marchetti@postbox.example");
const PARTS: Party = ("Northgate Parts", "dispatch@northgate-parts.example");
const NURSERY: Party = ("Seesaw Nursery", "office@seesaw-nursery.example");

pub(super) const MESSAGES: &[Message] = &[
    Message {
        key: "creak-1",
        answers: None,
        from: LEO,
        to: &[WORKSHOP],
        hours_ago: 120,
        subject: "It creaks, but only uphill",
        text: "\
Hello,

my steel tourer creaks when I pedal uphill, about once per turn, on the right. I have greased the pedals and the seat
post, as the internet suggests. The creak is unimpressed.

Could I bring it in this week? I need it for the ride on Saturday.

Leo
",
        extra: Extra::Nothing,
        state: MessageState::Answered,
    },
    Message {
        key: "creak-2",
        answers: Some("creak-1"),
        from: WORKSHOP,
        to: &[LEO],
        hours_ago: 117,
        subject: "Re: It creaks, but only uphill",
        text: "\
Hi Leo,

once per turn on the right is nearly always the bottom bracket or a loose chainring bolt. Bring it on Wednesday
morning, we look at it while you have a coffee. A bolt costs you nothing, a bracket about 60 with fitting.

Priya
Tidewater Workshop
",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
    Message {
        key: "creak-3",
        answers: Some("creak-2"),
        from: LEO,
        to: &[WORKSHOP],
        hours_ago: 40,
        subject: "Re: It creaks, but only uphill",
        text: "\
It was the bolt. I rode home uphill, twice, on purpose. Silence. Thank you!

Leo
",
        extra: Extra::Nothing,
        state: MessageState::Starred,
    },
    Message {
        key: "parts-1",
        answers: None,
        from: PARTS,
        to: &[WORKSHOP, JONAS],
        hours_ago: 66,
        subject: "Order 88-1032 is on its way",
        text: "\
Your order 88-1032 has left our warehouse in one parcel. The packing list is attached.

On back order: 4 × brake pads, long (expected next week).

Northgate Parts
",
        extra: Extra::File(Attachment::PackingList),
        state: MessageState::Read,
    },
    Message {
        key: "cargo-1",
        answers: None,
        from: NURSERY,
        to: &[HELLO],
        hours_ago: 57,
        subject: "A cargo bike for six children?",
        text: "\
Dear Tidewater team,

our nursery would like to buy a cargo bike with room for six children, for trips to the park and the library. Is there
something you can recommend, and could two of our colleagues try it for a day?

We can spend up to 6,500 and would need it before the summer.

Kind regards,
Ottilie Brun, Seesaw Nursery
",
        extra: Extra::Nothing,
        state: MessageState::Answered,
    },
    Message {
        key: "cargo-2",
        answers: None,
        from: HELLO,
        to: &[JONAS, PRIYA],
        hours_ago: 56,
        subject: "Seesaw Nursery asks for a six-seater",
        text: "\
They would like to try one for a day. The demo bike is back on Monday. Jonas, could you do the hand-over? It needs
somebody who explains the brakes twice.
",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
    Message {
        key: "cargo-3",
        answers: Some("cargo-2"),
        from: JONAS,
        to: &[HELLO, PRIYA],
        hours_ago: 54,
        subject: "Re: Seesaw Nursery asks for a six-seater",
        text: "Monday at ten, gladly. I'll bring the rain cover, it always sells the bike.\n\nJonas\n",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
    Message {
        key: "cargo-4",
        answers: Some("cargo-1"),
        from: HELLO,
        to: &[NURSERY],
        hours_ago: 53,
        subject: "Re: A cargo bike for six children?",
        text: "\
Dear Ms Brun,

gladly! We have a six-seater with a motor and hydraulic brakes that would suit you, and it stays within your budget
with the rain cover. Jonas can bring it on Monday at ten and show your colleagues how to ride it; keep it until Tuesday
evening.

Kind regards,
Tidewater Cycles
",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
    Message {
        key: "ride-1",
        answers: None,
        from: PRIYA,
        to: &[JONAS, HELLO],
        hours_ago: 30,
        subject: "Saturday ride: the route",
        text: "\
58 km, out along the estuary and back over the downs. One real climb, after the ferry café, so that everybody has cake
in them before it. The turns are in the attached sheet, print ten.

If the wind stays in the west we ride it the other way round.

Priya
",
        extra: Extra::File(Attachment::Route),
        state: MessageState::Starred,
    },
    Message {
        key: "ride-2",
        answers: Some("ride-1"),
        from: JONAS,
        to: &[PRIYA],
        hours_ago: 28,
        subject: "Re: Saturday ride: the route",
        text: "\
> If the wind stays in the west we ride it the other way round.

Then the cake comes after the climb. I would like this noted as a protest.

Jonas
",
        extra: Extra::Nothing,
        state: MessageState::Unread,
    },
    Message {
        key: "shop-1",
        answers: None,
        from: JONAS,
        to: &[ROSA],
        hours_ago: 19,
        subject: "New photos for the shop page",
        text: "\
Hi Rosa,

Priya took photos of the workshop, they are much nicer than the stock ones. Shall I put them on a stick, or do you have
a place where I can upload 400 MB? E-mail had opinions.

Jonas
",
        extra: Extra::Nothing,
        state: MessageState::Unread,
    },
    Message {
        key: "stand",
        answers: None,
        from: WORKSHOP,
        to: &[PRIYA],
        hours_ago: 9,
        subject: "Stand 3 needs a new clamp",
        text: "It slips with anything heavier than a folding bike. I have put a note on it. Please no e-bikes there.\n",
        extra: Extra::Nothing,
        state: MessageState::Unread,
    },
];
