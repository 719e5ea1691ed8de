//! Newsletters, in HTML as they come: one with a picture from elsewhere, which a good mail client does not load unasked.

use super::message::{BEN, Extra, HELLO, JONAS, MAYA, Message, MessageState, PRIYA, Party, ROSA, TOMAS};

const CRUMB: Party = ("The Weekly Crumb", "letter@weekly-crumb.example");
const SPOKES: Party = ("Spokes & Stories", "hello@spokes-and-stories.example");
const TYPE: Party = ("Letterform Friday", "post@letterform.example");

pub(super) const MESSAGES: &[Message] = &[
    Message {
        key: "crumb",
        answers: None,
        from: CRUMB,
        to: &[MAYA, TOMAS],
        hours_ago: 25,
        subject: "The Weekly Crumb No. 112: what a cold kitchen teaches dough",
        text: "\
THE WEEKLY CRUMB, No. 112

What a cold kitchen teaches dough
A long night at twelve degrees does more for flavour than another handful of anything. Three bakers on how they let
time do the work.

Also: a rye that needs no tin, and the return of the poppy seed.

Read it at https://weekly-crumb.example/112
",
        extra: Extra::Html(CRUMB_HTML),
        state: MessageState::Unread,
    },
    Message {
        key: "spokes",
        answers: None,
        from: SPOKES,
        to: &[JONAS, PRIYA, HELLO],
        hours_ago: 47,
        subject: "Five rides that end at a bakery",
        text: "\
SPOKES & STORIES

Five rides that end at a bakery, sorted by the quality of the last climb.

https://spokes-and-stories.example/bakeries
",
        extra: Extra::Html(SPOKES_HTML),
        state: MessageState::Read,
    },
    Message {
        key: "type",
        answers: None,
        from: TYPE,
        to: &[ROSA, BEN],
        hours_ago: 101,
        subject: "Letterform Friday: the ampersand is not a monster",
        text: "\
LETTERFORM FRIDAY

The ampersand is not a monster. A short history of a ligature, and four that are free to use.
",
        extra: Extra::Html(TYPE_HTML),
        state: MessageState::Filed("Reading"),
    },
];

const CRUMB_HTML: &str = "\
<!doctype html>
<html><head><meta charset=\"utf-8\"><style>
  body { margin: 0; background: #f6efe4; font-family: Georgia, serif; color: #3a2d20 }
  .sheet { max-width: 560px; margin: 0 auto; padding: 32px 28px; background: #fffdf9 }
  h1 { font-size: 26px; margin: 0 0 4px } h2 { font-size: 19px } .no { color: #9a7b54; margin: 0 0 24px }
  .button { display: inline-block; padding: 10px 18px; background: #8c4a23; color: #fff; text-decoration: none; border-radius: 4px }
</style></head>
<body><div class=\"sheet\">
  <h1>The Weekly Crumb</h1><p class=\"no\">No. 112</p>
  <img src=\"https://weekly-crumb.example/112/header.jpg\" alt=\"A loaf on a wooden board\" width=\"504\" height=\"220\">
  <h2>What a cold kitchen teaches dough</h2>
  <p>A long night at twelve degrees does more for flavour than another handful of anything. Three bakers on how they
  let <em>time</em> do the work, and on the one thing they never leave until morning.</p>
  <table width=\"100%\" cellpadding=\"8\" style=\"border-collapse:collapse;font-size:15px\">
    <tr style=\"background:#f3e7d3\"><th align=\"left\">Dough</th><th align=\"left\">Night</th><th align=\"left\">Bake at</th></tr>
    <tr><td>Country loaf</td><td>14 h at 12 °C</td><td>250, falling to 220 °C</td></tr>
    <tr><td>Baguette</td><td>18 h at 6 °C</td><td>245 °C</td></tr>
    <tr><td>Rye without a tin</td><td>10 h at 14 °C</td><td>240 °C</td></tr>
  </table>
  <p><a class=\"button\" href=\"https://weekly-crumb.example/112\">Read on</a></p>
  <p style=\"font-size:12px;color:#9a7b54\">You get this because you asked for it.
  <a href=\"https://weekly-crumb.example/stop\">No more crumbs, please.</a></p>
</div>
<img src=\"https://count.weekly-crumb.example/open?n=112\" width=\"1\" height=\"1\" alt=\"\">
</body></html>
";

const SPOKES_HTML: &str = "\
<html><body style=\"font-family:Helvetica,Arial,sans-serif;color:#1d2b33;max-width:600px;margin:auto\">
  <h1 style=\"color:#0b6b6b\">Five rides that end at a bakery</h1>
  <p>Sorted by the quality of the last climb, and then by the quality of the bun.</p>
  <ol>
    <li><b>Estuary loop</b>, 58 km. Flat, flat, flat, and then not.</li>
    <li><b>Three bridges</b>, 41 km. Cobbles on the second one.</li>
    <li><b>The old railway</b>, 73 km. No cars for an hour.</li>
    <li><b>Quarry and back</b>, 35 km. Gravel; bring the wide tyres.</li>
    <li><b>Morning shift</b>, 22 km. You are there when the oven opens.</li>
  </ol>
  <p><a href=\"https://spokes-and-stories.example/bakeries\">Maps and opening hours</a></p>
  <hr><p style=\"font-size:12px;color:#678\">Spokes &amp; Stories · <a href=\"https://spokes-and-stories.example/leave\">unsubscribe</a></p>
</body></html>
";

const TYPE_HTML: &str = "\
<html><body style=\"font-family:Georgia,serif;color:#222;max-width:560px;margin:auto\">
  <p style=\"font-size:90px;line-height:1;margin:0;color:#b4532a\">&amp;</p>
  <h1 style=\"margin-top:0\">The ampersand is not a monster</h1>
  <p>It is two letters that liked each other: <i>e</i> and <i>t</i>. Once you have seen it you cannot unsee it, which is
  the best kind of fact.</p>
  <blockquote style=\"border-left:3px solid #b4532a;padding-left:12px;color:#555\">Draw it last. It is where a typeface
  is allowed to smile.</blockquote>
  <p><a href=\"https://letterform.example/et\">Four that are free to use</a></p>
</body></html>
";
