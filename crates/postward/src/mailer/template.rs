//! Makes a message of a letter in the outbox: plain text and simple HTML with the same content.
//!
//! What comes out of the store (addresses, names of mail apps) is untrusted: it is shortened, stripped of control and
//! bidirectional formatting characters, and escaped in HTML.

use super::text::{NoticeText, notice_text};
use askama::Template;
use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;
use postward_authority::{Letter, Notice, Timestamp};
use postward_texts::{message, text};
use postward_web::{Brand, Colour};
use postward_wire::untrusted_text::single_line;
use postward_wire::{Address, client_name};
use std::io;

/// RFC 5322 §2.1.1 wants lines below 78; quoted twice they still are.
const WIDTH: usize = 72;
/// The longest value in the table of facts, in characters. Addresses are this long at most.
const LONGEST_FACT: usize = Address::MAX_LEN;
/// The longest name of a mail app, in characters. The client chooses it, so it must not hold a message.
const LONGEST_CLIENT: usize = 40;

/// What all messages of a host have in common.
#[derive(Clone, Debug)]
pub(crate) struct LetterTemplate {
    pub(crate) brand: Brand,
    pub(crate) hostname: String,
    /// The sender's address.
    pub(crate) from: String,
}

/// What a letter reports.
pub(super) struct NoticeContent<'a> {
    /// The number of the letter, which no other letter has.
    pub(super) number: u64,
    pub(super) at: Timestamp,
    pub(super) about: &'a str,
    /// Whether `about` is staff, and not a mailbox.
    pub(super) is_staff: bool,
    pub(super) notice: Notice,
    pub(super) detail: &'a serde_json::Value,
}

impl<'a> From<&'a Letter> for NoticeContent<'a> {
    fn from(letter: &'a Letter) -> Self {
        let Letter { id, at, about, is_staff, notice, detail, .. } = letter;
        Self { number: id.number(), at: *at, about, is_staff: *is_staff, notice: *notice, detail }
    }
}

/// A block of the text.
enum Block {
    Paragraph(String),
    /// A table of names and values.
    Facts(Vec<(&'static str, String)>),
    Link(String),
}

/// The HTML part of a message. Askama escapes every value.
#[derive(Template)]
#[template(path = "letter.html")]
struct HtmlBody<'a> {
    subject: &'a str,
    name: &'a str,
    colour: Colour,
    blocks: &'a [Block],
}

impl LetterTemplate {
    /// The message. It is the same at every attempt to deliver the letter, except for the MIME boundary.
    pub(super) fn write(
        &self,
        content: &NoticeContent<'_>,
        to: &Address,
        link: Option<&str>,
    ) -> io::Result<Vec<u8>> {
        let notice = notice_text(content.notice, content.is_staff);
        let blocks = self.blocks(content, &notice, link);
        MessageBuilder::new()
            .from((clean(&self.brand.name, LONGEST_CLIENT), self.from.clone()))
            .to(to.as_str())
            .subject(notice.subject)
            .date(content.at.as_second())
            .message_id(format!("letter-{}@{}", content.number, self.hostname))
            // RFC 3834 §5: no automatic response is sent to this message. Exchange reads the other header.
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .header("X-Auto-Response-Suppress", Raw::new("All"))
            .text_body(plain_text(&blocks))
            .html_body(self.html(&notice, &blocks)?)
            .write_to_vec()
    }

    fn blocks(&self, content: &NoticeContent<'_>, text: &NoticeText, link: Option<&str>) -> Vec<Block> {
        let mut blocks = vec![
            Block::Paragraph(text.event.to_owned()),
            Block::Facts(facts(content)),
            Block::Paragraph(text.effect.to_owned()),
        ];
        match link {
            Some(link) => {
                blocks.push(Block::Paragraph(text.before_link.to_owned()));
                blocks.push(Block::Link(link.to_owned()));
            }
            None => blocks.push(Block::Paragraph(text.without_link.to_owned())),
        }
        let footer = message("letter-footer")
            .with("brand", clean(&self.brand.name, LONGEST_CLIENT))
            .with("host", &self.hostname);
        blocks.push(Block::Paragraph(footer.to_string()));
        blocks
    }

    fn html(&self, text: &NoticeText, blocks: &[Block]) -> io::Result<String> {
        let name = clean(&self.brand.name, LONGEST_CLIENT);
        let body = HtmlBody { subject: text.subject, name: &name, colour: self.brand.colour, blocks };
        body.render().map_err(io::Error::other)
    }
}

/// Whom the notice is about, when it happened, and from where, as far as it is known.
fn facts(content: &NoticeContent<'_>) -> Vec<(&'static str, String)> {
    let fact = |key: &str, longest| {
        let value = clean(content.detail.get(key)?.as_str()?, longest);
        (!value.is_empty()).then_some(value)
    };
    let whom = if content.is_staff { text("letter-fact-account") } else { text("letter-fact-mailbox") };
    let mut facts = vec![(whom, clean(content.about, LONGEST_FACT))];
    facts.push((text("letter-fact-when"), content.at.strftime("%-d %B %Y, %H:%M UTC").to_string()));
    if let Some(by) = fact("by", LONGEST_FACT).filter(|by| *by != content.about) {
        facts.push((text("letter-fact-by"), by));
    }
    if let Some(ip) = fact("ip", LONGEST_CLIENT) {
        facts.push((text("letter-fact-from"), ip));
    }
    let surface = fact("surface", LONGEST_CLIENT).map(|surface| match surface.as_str() {
        "imap" | "pop3" | "smtp" => {
            message("letter-surface-mail-app").with("protocol", surface.to_uppercase()).to_string()
        }
        "panel" => text("letter-surface-panel").to_owned(),
        _ => message("letter-surface").with("surface", surface).to_string(),
    });
    // The name of the app is made readable before it is shortened.
    let client = content.detail.get("client").and_then(serde_json::Value::as_str).map(client_name::plain);
    let client = client.map(|client| clean(&client, LONGEST_CLIENT)).filter(|client| !client.is_empty());
    match (surface, client) {
        (Some(surface), Some(client)) => {
            let with = message("letter-surface-and-client").with("surface", surface).with("client", client);
            facts.push((text("letter-fact-with"), with.to_string()));
        }
        (Some(only), None) | (None, Some(only)) => facts.push((text("letter-fact-with"), only)),
        (None, None) => {}
    }
    facts
}

fn plain_text(blocks: &[Block]) -> String {
    let mut plain = String::new();
    for block in blocks {
        if !plain.is_empty() {
            plain.push('\n');
        }
        match block {
            Block::Paragraph(paragraph) => plain.push_str(&wrapped(paragraph)),
            Block::Facts(facts) => {
                for (name, value) in facts {
                    plain.push_str(&format!("  {name:<8} {value}\n"));
                }
            }
            Block::Link(link) => plain.push_str(&format!("{link}\n")),
        }
    }
    plain
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

/// The first `longest` characters of what is left of a text from outside.
fn clean(text: &str, longest: usize) -> String {
    let shortened: String = single_line(text).chars().take(longest).collect();
    shortened.trim_end().to_owned()
}
