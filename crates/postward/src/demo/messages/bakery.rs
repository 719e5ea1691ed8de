//! Larkspur Bakery and its catering: a wedding cake, a flour delivery, a broken oven, the books.

use super::message::{
    ACCOUNTS, BOOKINGS, ELIF, Extra, MAYA, Message, MessageState, ORDERS, Party, ROSA, TOMAS,
};
use crate::demo::attachment::Attachment;

const NILS: Party = ("Nils Brandt", "nils@millstone-flour.example");
const HANNAH: Party = ("Hannah Achterberg", "hannah.achterberg@postbox.example");
const OVEN: Party = ("Rolf at Ember Ovens", "service@ember-ovens.example");
const CAFE: Party = ("Café Göteborg", "inköp@cafe-goteborg.example");

pub(super) const MESSAGES: &[Message] = &[
    Message {
        key: "cake-1",
        answers: None,
        from: HANNAH,
        to: &[BOOKINGS],
        hours_ago: 191,
        subject: "Wedding cake for 14 June, about 80 people",
        text: "\
Hello,

we are getting married on Saturday the 14th of June at the old boat house and would love to have the cake from you.
We are about 80 people, eleven of them children. Two guests cannot have nuts, so it would be kind if the whole cake
could do without.

We had your lemon and elderflower cake at Jo's birthday in March and have talked about it ever since. Would that work
in three tiers, and could you bring it to the boat house on the day? There is a fridge, but it is not a big one.

Many greetings,
Hannah and Milan
",
        extra: Extra::Nothing,
        state: MessageState::Answered,
    },
    Message {
        key: "cake-2",
        answers: Some("cake-1"),
        from: BOOKINGS,
        to: &[HANNAH, ELIF],
        hours_ago: 186,
        subject: "Re: Wedding cake for 14 June, about 80 people",
        text: "\
Dear Hannah, dear Milan,

how lovely, and yes to all of it. The 14th is free, lemon and elderflower works very well in three tiers, and we bake
it on a day without nuts in the house. For 80 people I would plan 30 / 22 / 14 cm.

We bring it at eleven and set it up. If the fridge takes a tray of 60 by 40 cm, that is enough; otherwise we come at
one, shortly before you need it.

I have put the offer together with a delivery line for the boat house. It is attached.

Warm regards,
Elif Demir
Larkspur Catering
",
        extra: Extra::File(Attachment::Offer),
        state: MessageState::Starred,
    },
    Message {
        key: "cake-3",
        answers: Some("cake-2"),
        from: HANNAH,
        to: &[BOOKINGS],
        hours_ago: 164,
        subject: "Re: Wedding cake for 14 June, about 80 people",
        text: "\
Dear Elif,

we are delighted! The offer is fine for us, please book it. Milan measured the fridge: 58 cm. Very nearly. So one
o'clock, please.

One more thing: could the top tier be a little less sweet? My grandmother will eat nothing else that day.

Hannah
",
        extra: Extra::Nothing,
        state: MessageState::Starred,
    },
    Message {
        key: "cake-4",
        answers: None,
        from: ELIF,
        to: &[MAYA, TOMAS],
        hours_ago: 162,
        subject: "Boat house cake is booked, 14 June",
        text: "\
Hi you two,

the wedding at the boat house is on: three tiers, lemon and elderflower, no nuts anywhere in the room that day.
Set-up at one o'clock, their fridge is two centimetres too small for our tray.

Tomas, can you take the van? And Maya, top tier with a third less sugar, for the grandmother.

E.
",
        extra: Extra::Nothing,
        state: MessageState::Answered,
    },
    Message {
        key: "cake-5",
        answers: Some("cake-4"),
        from: MAYA,
        to: &[ELIF, TOMAS],
        hours_ago: 160,
        subject: "Re: Boat house cake is booked, 14 June",
        text: "\
A third less sugar is no trouble if I take a little more of the curd. I'll bake a test tier on Thursday, come and eat.

Maya
",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
    Message {
        key: "cake-6",
        answers: Some("cake-5"),
        from: TOMAS,
        to: &[MAYA, ELIF],
        hours_ago: 158,
        subject: "Re: Boat house cake is booked, 14 June",
        text: "\
Van: yes. Eating: also yes.

T.
",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
    Message {
        key: "flour-1",
        answers: None,
        from: NILS,
        to: &[MAYA],
        hours_ago: 98,
        subject: "New prices from the 1st, and the rye you asked about",
        text: "\
Good morning Maya,

attached is our list from the first of the month. Wheat 550 and 1050 stay where they are. Spelt goes up by four cents,
which I fought against and lost.

The stone-milled rye is back: 25 kg sacks, milled on Tuesdays. If you want some in Thursday's delivery, tell me by
Tuesday noon and I'll put two aside for you.

Best from the mill,
Nils
",
        extra: Extra::File(Attachment::PriceList),
        state: MessageState::Answered,
    },
    Message {
        key: "flour-2",
        answers: Some("flour-1"),
        from: MAYA,
        to: &[NILS],
        hours_ago: 95,
        subject: "Re: New prices from the 1st, and the rye you asked about",
        text: "\
Hi Nils,

two sacks of the rye, please, and the usual for the rest: eight of the 550, three of the 1050, two of spelt. We will
survive the four cents.

Could the driver come before seven? After that the street is full of school bicycles.

Thank you!
Maya
",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
    Message {
        key: "flour-3",
        answers: Some("flour-2"),
        from: NILS,
        to: &[MAYA],
        hours_ago: 94,
        subject: "Re: New prices from the 1st, and the rye you asked about",
        text: "\
Half past six, then. He says he likes the quiet, and would also like a cinnamon bun.

Nils
",
        extra: Extra::Nothing,
        state: MessageState::Filed("Suppliers"),
    },
    Message {
        key: "oven-1",
        answers: None,
        from: TOMAS,
        to: &[MAYA],
        hours_ago: 51,
        subject: "Left oven, again",
        text: "\
Morning. The left oven dropped to 190 twice during the second batch and came back by itself. I moved the baguettes to
the right one and finished forty minutes late, nobody noticed but the cat.

I think it is the same relay as last year. Shall I call Ember?

Tomas
",
        extra: Extra::Nothing,
        state: MessageState::Answered,
    },
    Message {
        key: "oven-2",
        answers: Some("oven-1"),
        from: MAYA,
        to: &[TOMAS],
        hours_ago: 50,
        subject: "Re: Left oven, again",
        text: "Yes please. And tell them it is still under the repair warranty, the invoice is in the blue folder.\n\nM.\n",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
    Message {
        key: "oven-3",
        answers: None,
        from: OVEN,
        to: &[TOMAS, MAYA],
        hours_ago: 27,
        subject: "Your service visit: Friday, 14:00 to 15:30",
        text: "\
Dear Mr Okafor,

thank you for calling. Our technician will be with you on Friday between 14:00 and 15:30 and brings the relay and a
door seal, which is due anyway. The work is covered by the warranty on repair no. 20817.

Please let the left oven cool down from noon.

With kind regards,
Rolf Steen, Ember Ovens
",
        extra: Extra::Nothing,
        state: MessageState::Unread,
    },
    Message {
        key: "cafe-1",
        answers: None,
        from: CAFE,
        to: &[ORDERS],
        hours_ago: 22,
        subject: "Beställning / order for Saturday: 60 kanelbullar",
        text: "\
Hej!

For Saturday we would like:

   60  kanelbullar
   20  kardemummaknutar
    6  sourdough loaves, sliced

Pick-up at 06:45 as always. Is it possible to have the knots with a bit less pearl sugar? The customers love them, the
dentist across the street loves them even more.

Hälsningar,
Åsa, Café Göteborg
",
        extra: Extra::Nothing,
        state: MessageState::Unread,
    },
    Message {
        key: "cafe-2",
        answers: None,
        from: ORDERS,
        to: &[MAYA, TOMAS],
        hours_ago: 21,
        subject: "Saturday is full",
        text: "\
With the order of Café Göteborg we are at 214 pieces for Saturday, and the list is closed. Whoever calls now gets
Sunday or a biscuit.
",
        extra: Extra::Nothing,
        state: MessageState::Unread,
    },
    Message {
        key: "books-1",
        answers: None,
        from: ACCOUNTS,
        to: &[MAYA],
        hours_ago: 74,
        subject: "Last month in numbers",
        text: "\
Maya,

last month at a glance; every line is in the attached sheet.

   Shop        18,420
   Wholesale    7,905
   Catering     6,310

Butter is what hurts: 11 percent more than in spring, for the same quantity. Catering has grown enough that it should
have a line of its own for the van.

Best,
Birgit
",
        extra: Extra::File(Attachment::Month),
        state: MessageState::Starred,
    },
    Message {
        key: "books-2",
        answers: None,
        from: NILS,
        to: &[ACCOUNTS],
        hours_ago: 70,
        subject: "Invoice 4471, Millstone Flour",
        text: "\
Dear Larkspur team,

please find our invoice 4471 attached. Payable within 14 days; two percent less within five.

Nils Brandt
Millstone Flour
",
        extra: Extra::File(Attachment::Invoice),
        state: MessageState::Filed("Invoices"),
    },
    Message {
        key: "site-1",
        answers: None,
        from: MAYA,
        to: &[ROSA],
        hours_ago: 46,
        subject: "Opening hours on the website",
        text: "\
Hi Rosa,

could you change Monday on the page to \"closed\" and Friday to 6:30 to 18:00? People stood in the rain this week and
were very polite about it, which made it worse.

Thank you,
Maya
",
        extra: Extra::Nothing,
        state: MessageState::Answered,
    },
    Message {
        key: "site-2",
        answers: Some("site-1"),
        from: ROSA,
        to: &[MAYA],
        hours_ago: 45,
        subject: "Re: Opening hours on the website",
        text: "\
Done, and the map listing as well. I also attach the new sign in your green, for the door; have a look whether you
like the lettering before we print it.

Rosa
",
        extra: Extra::File(Attachment::Sign),
        state: MessageState::Unread,
    },
    Message {
        key: "test-tier",
        answers: None,
        from: ELIF,
        to: &[MAYA],
        hours_ago: 3,
        subject: "The test tier",
        text: "\
I have now eaten three slices in the interest of science. Less sugar is better for everybody, not just for the
grandmother. Let us do all three tiers like this?

Also: Hannah asks whether you could pipe two small herons on top. I said I would ask.

E.
",
        extra: Extra::Nothing,
        state: MessageState::Unread,
    },
    Message {
        key: "rota",
        answers: None,
        from: TOMAS,
        to: &[MAYA, ORDERS],
        hours_ago: 6,
        subject: "Rota for next week",
        text: "\
Mon   closed
Tue   Tomas, Lena
Wed   Maya, Tomas
Thu   Maya, Lena        (flour at 6:30)
Fri   Tomas, Lena       (oven from 14:00)
Sat   everybody
Sun   Maya

Lena would like to swap Thursday with somebody, her son has a concert.
",
        extra: Extra::Nothing,
        state: MessageState::Read,
    },
];
