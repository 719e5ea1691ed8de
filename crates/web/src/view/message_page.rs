//! A page with one message and at most one button: what follows a link from a mail, and what comes of it.

use crate::view::filters;
use crate::view::page::{Page, html};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

/// The page, ready to be shown.
#[derive(Template)]
#[template(path = "message_page.html")]
pub(crate) struct MessagePage {
    page: Page,
    heading: String,
    blocks: Vec<Block>,
    button: Option<Button>,
    next: Option<(String, &'static str)>,
    links: Vec<(String, &'static str)>,
}

/// What the page says, in its order.
enum Block {
    Paragraph(String),
    List(Vec<&'static str>),
}

/// A form that sends the token of a link and nothing else.
struct Button {
    action: &'static str,
    token: String,
    label: &'static str,
}

impl MessagePage {
    pub(crate) fn new(page: Page, heading: impl Into<String>) -> Self {
        Self {
            page,
            heading: heading.into(),
            blocks: Vec::new(),
            button: None,
            next: None,
            links: Vec::new(),
        }
    }

    /// A paragraph.
    pub(crate) fn paragraph(mut self, sentence: impl Into<String>) -> Self {
        self.blocks.push(Block::Paragraph(sentence.into()));
        self
    }

    /// A list.
    pub(crate) fn list(mut self, facts: &[&'static str]) -> Self {
        self.blocks.push(Block::List(facts.to_vec()));
        self
    }

    /// The button.
    pub(crate) fn button(mut self, action: &'static str, token: String, label: &'static str) -> Self {
        self.button = Some(Button { action, token, label });
        self
    }

    /// The link to go on with, where there is one thing to do next.
    pub(crate) fn next_step(mut self, path: impl Into<String>, label: &'static str) -> Self {
        self.next = Some((path.into(), label));
        self
    }

    /// A link to go on with.
    pub(crate) fn link(mut self, path: impl Into<String>, label: &'static str) -> Self {
        self.links.push((path.into(), label));
        self
    }

    pub(crate) fn response(self, status: StatusCode) -> Response {
        html(status, &self)
    }
}
