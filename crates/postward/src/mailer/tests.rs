//! Tests of the messages the mailer writes: every notice, its text, its HTML and its header.

#![expect(clippy::unwrap_used, reason = "a test that fails should stop where it fails")]

use super::template::{LetterTemplate, NoticeContent};
use mail_parser::{Message, MessageParser, MimeHeaders};
use postward_authority::Notice;
use postward_web::Brand;
use postward_wire::Address;
use serde_json::{Value, json};

const ADA: &str = "ada@north.example";
const LINK: &str = "https://mail.example.com/webmail/link?a=1&b=2";

fn template() -> LetterTemplate {
    LetterTemplate {
        brand: Brand { name: "Northmail".to_owned(), ..Brand::default() },
        hostname: "mail.example.com".to_owned(),
        from: "no-reply@mail.example.com".to_owned(),
    }
}

fn written(notice: Notice, about: &str, detail: &Value, link: Option<&str>) -> Vec<u8> {
    let at = "2026-11-26T11:07:31Z".parse().unwrap();
    let content = NoticeContent { number: 42, at, about, is_staff: false, notice, detail };
    template().write(&content, &Address::parse(ADA).unwrap(), link).unwrap()
}

fn parsed(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

fn text(message: &Message<'_>) -> String {
    message.body_text(0).unwrap().replace("\r\n", "\n")
}

#[test]
fn every_notice_can_be_read_as_text_and_as_html_with_a_link_and_without() {
    let full =
        json!({ "by": "owner@north.example", "ip": "192.0.2.1", "client": "Thunderbird", "surface": "imap" });
    for notice in Notice::ALL {
        for (detail, link) in
            [(&json!({}), None), (&full, None), (&Value::Null, Some(LINK)), (&full, Some(LINK))]
        {
            let bytes = written(notice, ADA, detail, link);
            let message = parsed(&bytes);
            let (text, html) = (text(&message), message.body_html(0).unwrap().into_owned());
            let name = notice.name();
            assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1), "{name}");
            assert!(message.content_type().unwrap().subtype() == Some("alternative"), "{name}");
            assert!(text.lines().all(|line| line.chars().count() <= 72), "{name}: {text}");
            assert!(text.is_ascii() && bytes.is_ascii(), "{name}: readable everywhere");
            for part in [&text, &html] {
                assert!(part.contains(ADA), "{name}: {part}");
                assert!(part.contains("26 November 2026, 11:07 UTC"), "{name}: {part}");
                assert!(part.contains("Northmail"), "{name}: {part}");
                assert_eq!(part.contains("192.0.2.1"), detail == &full, "{name}: {part}");
            }
            assert_eq!(text.contains(LINK), link.is_some(), "{name}: {text}");
            assert_eq!(html.contains("a=1&#38;b=2\""), link.is_some(), "{name}: {html}");
            // Whatever a page of ours would not load, a letter does not either.
            assert!(!html.contains("<img") && !html.contains("src=") && !html.contains("url("), "{name}");
            assert!(html.contains("#2b5fd9"), "{name}: the brand's colour");
            // A colon promises that something follows.
            assert_eq!(text.contains(":\n\nhttps://"), link.is_some(), "{name}: {text}");
        }
    }
}

#[test]
fn d11_what_staff_are_told_is_about_the_dashboard_and_no_mailbox() {
    let at = "2026-11-26T11:07:31Z".parse().unwrap();
    let (about, detail) = ("boss@north.example", json!({ "ip": "192.0.2.1", "surface": "dashboard" }));
    for notice in Notice::OF_STAFF {
        let content = NoticeContent { number: 42, at, about, is_staff: true, notice, detail: &detail };
        let bytes = template().write(&content, &Address::parse(about).unwrap(), None).unwrap();
        let message = parsed(&bytes);
        let (text, name) = (text(&message), notice.name());
        assert!(text.contains("Account  boss@north.example") && text.contains("dashboard"), "{name}: {text}");
        let subject = message.subject().unwrap();
        for word in ["your mailbox", "Mailbox ", "mail app", "recovery code"] {
            assert!(!text.contains(word) && !subject.contains(word), "{name}: {subject}\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 72), "{name}: {text}");
    }
}

#[test]
fn a_letter_reads_like_this() {
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0";
    let detail = json!({ "by": ADA, "ip": "192.0.2.1", "surface": "webmail", "client": firefox });
    let bytes = written(Notice::PasswordChanged, ADA, &detail, None);
    assert_eq!(
        text(&parsed(&bytes)),
        "The password of your mailbox was changed.\n\
         \n\
         \x20 Mailbox  ada@north.example\n\
         \x20 When     26 November 2026, 11:07 UTC\n\
         \x20 From     192.0.2.1\n\
         \x20 With     the webmail: Firefox on Linux\n\
         \n\
         Everyone who was signed in has been signed out. Your mail apps need the\n\
         new password. If this was you, there is nothing else to do.\n\
         \n\
         If this was not you, set a new password at once, with your recovery code\n\
         or your recovery e-mail if you cannot sign in, or ask the people who run\n\
         your mail.\n\
         \n\
         Northmail at mail.example.com has sent this by itself; nobody reads\n\
         answers to it. It never asks for a password by mail.\n"
    );
}

#[test]
fn the_header_says_who_sends_it_and_that_no_machine_should_answer() {
    let bytes = written(Notice::NewPlace, ADA, &json!({}), None);
    let message = parsed(&bytes);
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Northmail"), Some("no-reply@mail.example.com")));
    assert_eq!(message.message_id(), Some("letter-42@mail.example.com"));
    assert_eq!(message.subject(), Some("Your mailbox was opened from a new place"));
    assert_eq!(message.date().unwrap().to_rfc3339(), "2026-11-26T11:07:31Z");
    assert_eq!(message.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert_eq!(message.header_raw("X-Auto-Response-Suppress").map(str::trim), Some("All"));
    assert!(message.reply_to().is_none());
}

#[test]
fn untrusted_text_cannot_inject_headers_or_html() {
    let evil = "x\r\nBcc: all@evil.example\r\n\r\n<script>alert(1)</script>\u{202e}\u{2028}\u{200f}";
    let detail =
        json!({ "by": evil, "ip": evil, "client": format!("{evil}{}", "y".repeat(500)), "surface": evil });
    for about in [evil, "\"><b>@north.example"] {
        let bytes = written(Notice::NewPlace, about, &detail, Some("https://x.example/\"><script>"));
        let message = parsed(&bytes);
        assert!(message.bcc().is_none(), "{}", String::from_utf8_lossy(&bytes));
        let (text, html) = (text(&message), message.body_html(0).unwrap().into_owned());
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
        for part in [&text, &html] {
            assert!(!part.contains(['\u{202e}', '\u{2028}', '\u{200f}']), "{part}");
            assert!(!part.contains("yyyy"), "{part}");
        }
        assert!(!text.contains("\nBcc"), "{text}");
    }
    let mut template = template();
    template.brand.name = evil.to_owned();
    let content = NoticeContent {
        number: 1,
        at: "2026-11-26T11:07:31Z".parse().unwrap(),
        about: ADA,
        is_staff: false,
        notice: Notice::NewPlace,
        detail: &Value::Null,
    };
    let bytes = template.write(&content, &Address::parse(ADA).unwrap(), None).unwrap();
    assert!(parsed(&bytes).bcc().is_none(), "{}", String::from_utf8_lossy(&bytes));
}
