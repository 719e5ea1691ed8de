//! Makes a message of a letter in the outbox: plain text and simple HTML with the same content, under the brand of the host.
//!
//! What comes out of the store (addresses, names of mail apps) is untrusted: it is shortened, stripped of control and
//! bidirectional formatting characters, and escaped in HTML.

use super::text::{NoticeText, notice_text};
use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;
use postward_authority::{Letter, Notice, Timestamp};
use postward_web::Brand;
use postward_wire::{Address, client_name};
use std::io;

/// RFC 5322 §2.1.1 wants lines below 78; quoted twice they still are.
const WIDTH: usize = 72;
/// The longest fact that is told. Addresses are this long at most.
const LONGEST_FACT: usize = Address::MAX_LEN;
/// The longest name of a mail app that is told: whoever signs in says what it is, and should not say more.
const LONGEST_CLIENT: usize = 40;

/// What all messages of a host have in common.
#[derive(Clone, Debug)]
pub(crate) struct LetterTemplate {
    pub(crate) brand: Brand,
    pub(crate) hostname: String,
    /// The sender's address.
    pub(crate) from: String,
}

/// What a letter tells of.
pub(super) struct Told<'a> {
    /// What tells it from every other letter.
    pub(super) number: u64,
    pub(super) at: Timestamp,
    pub(super) about: &'a str,
    /// Whether that is a person of the dashboard.
    pub(super) is_staff: bool,
    pub(super) notice: Notice,
    pub(super) detail: &'a serde_json::Value,
}

impl<'a> From<&'a Letter> for Told<'a> {
    fn from(letter: &'a Letter) -> Self {
        let Letter { id, at, about, is_staff, notice, detail, .. } = letter;
        Self { number: id.number(), at: *at, about, is_staff: *is_staff, notice: *notice, detail }
    }
}

/// A piece of a letter.
enum Piece {
    Paragraph(String),
    /// Names and values.
    Facts(Vec<(&'static str, String)>),
    Link(String),
}

impl LetterTemplate {
    /// The message. A letter is the same message at every try, except for where its parts are divided.
    pub(super) fn write(&self, told: &Told<'_>, to: &Address, link: Option<&str>) -> io::Result<Vec<u8>> {
        let text = notice_text(told.notice, told.is_staff);
        let pieces = self.pieces(told, &text, link);
        MessageBuilder::new()
            .from((clean(&self.brand.name, LONGEST_CLIENT), self.from.clone()))
            .to(to.as_str())
            .subject(text.subject)
            .date(told.at.as_second())
            .message_id(format!("letter-{}@{}", told.number, self.hostname))
            // RFC 3834 §5: no vacation notice is sent in answer. The other one tells Exchange the same.
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .header("X-Auto-Response-Suppress", Raw::new("All"))
            .text_body(plain_text(&pieces))
            .html_body(self.html(&text, &pieces))
            .write_to_vec()
    }

    fn pieces(&self, told: &Told<'_>, text: &NoticeText, link: Option<&str>) -> Vec<Piece> {
        let mut pieces = vec![
            Piece::Paragraph(text.event.to_owned()),
            Piece::Facts(facts(told)),
            Piece::Paragraph(text.effect.to_owned()),
        ];
        match link {
            Some(link) => {
                pieces.push(Piece::Paragraph(text.before_link.to_owned()));
                pieces.push(Piece::Link(link.to_owned()));
            }
            None => pieces.push(Piece::Paragraph(text.without_link.to_owned())),
        }
        let (name, host) = (clean(&self.brand.name, LONGEST_CLIENT), &self.hostname);
        pieces.push(Piece::Paragraph(format!(
            "{name} at {host} has sent this by itself; nobody reads answers to it. It never asks for a password by mail."
        )));
        pieces
    }

    fn html(&self, text: &NoticeText, pieces: &[Piece]) -> String {
        let (name, subject) = (escaped(&clean(&self.brand.name, LONGEST_CLIENT)), escaped(text.subject));
        let body: String = pieces.iter().map(Piece::html).collect();
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{subject}</title></head>\n\
             <body style=\"margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif\">\n\
             <div style=\"max-width:34em;border-top:4px solid {}\">\n<p><strong>{name}</strong></p>\n\
             <h1 style=\"font-size:20px\">{subject}</h1>\n{body}</div>\n</body>\n</html>\n",
            self.brand.colour
        )
    }
}

/// What a letter is about, when that was, and from where, as far as it is known.
fn facts(told: &Told<'_>) -> Vec<(&'static str, String)> {
    let fact = |key: &str, longest| {
        let value = clean(told.detail.get(key)?.as_str()?, longest);
        (!value.is_empty()).then_some(value)
    };
    let whom = if told.is_staff { "Account" } else { "Mailbox" };
    let mut facts = vec![(whom, clean(told.about, LONGEST_FACT))];
    facts.push(("When", told.at.strftime("%-d %B %Y, %H:%M UTC").to_string()));
    if let Some(by) = fact("by", LONGEST_FACT).filter(|by| *by != told.about) {
        facts.push(("By", by));
    }
    if let Some(ip) = fact("ip", LONGEST_CLIENT) {
        facts.push(("From", ip));
    }
    let surface = fact("surface", LONGEST_CLIENT).map(|surface| match surface.as_str() {
        "imap" | "pop3" | "smtp" => format!("a mail app ({})", surface.to_uppercase()),
        "panel" => "the user panel".to_owned(),
        _ => format!("the {surface}"),
    });
    // Called as people call it, before it is shortened.
    let client = told.detail.get("client").and_then(serde_json::Value::as_str).map(client_name::plain);
    let client = client.map(|client| clean(&client, LONGEST_CLIENT)).filter(|client| !client.is_empty());
    match (surface, client) {
        (Some(surface), Some(client)) => facts.push(("With", format!("{surface}: {client}"))),
        (Some(only), None) | (None, Some(only)) => facts.push(("With", only)),
        (None, None) => {}
    }
    facts
}

fn plain_text(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        if !text.is_empty() {
            text.push('\n');
        }
        match piece {
            Piece::Paragraph(paragraph) => text.push_str(&wrapped(paragraph)),
            Piece::Facts(facts) => {
                for (name, value) in facts {
                    text.push_str(&format!("  {name:<8} {value}\n"));
                }
            }
            Piece::Link(link) => text.push_str(&format!("{link}\n")),
        }
    }
    text
}

/// The text in lines of [`WIDTH`]; a word that is longer has a line of its own.
fn wrapped(text: &str) -> String {
    let (mut lines, mut column) = (String::with_capacity(text.len() + 8), 0);
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            lines.push('\n');
            column = 0;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += width;
    }
    lines.push('\n');
    lines
}

impl Piece {
    fn html(&self) -> String {
        match self {
            Self::Paragraph(paragraph) => format!("<p>{}</p>\n", escaped(paragraph)),
            Self::Facts(facts) => {
                let row = |(name, value): &(&str, String)| {
                    let value = escaped(value);
                    format!("<tr><td style=\"padding-right:16px\">{name}</td><td>{value}</td></tr>\n")
                };
                format!("<table>\n{}</table>\n", facts.iter().map(row).collect::<String>())
            }
            Self::Link(link) => {
                let link = escaped(link);
                format!("<p><a href=\"{link}\">{link}</a></p>\n")
            }
        }
    }
}

/// A text that stays within its line and reads in one direction.
fn clean(text: &str, longest: usize) -> String {
    let turns =
        |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !c.is_control() && !turns(*c)).take(longest).collect::<String>().trim().to_owned()
}

/// A text as it may stand in HTML, also between quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
