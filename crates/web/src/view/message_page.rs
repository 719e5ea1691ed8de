//! A page that tells one thing, with at most one button: what follows a link from a mail, and what comes of it.

use crate::view::page::{Page, html};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

/// The page, ready to be shown.
#[derive(Template)]
#[template(path = "told.html")]
pub(crate) struct Told {
    page: Page,
    heading: String,
    pieces: Vec<Piece>,
    button: Option<Button>,
    next: Option<(String, &'static str)>,
    ways: Vec<(String, &'static str)>,
}

/// What is told, in the order it is said in.
enum Piece {
    Sentence(String),
    List(Vec<&'static str>),
}

/// A form that sends the token of a link and nothing else.
struct Button {
    action: &'static str,
    token: String,
    label: &'static str,
}

impl Told {
    pub(crate) fn new(page: Page, heading: impl Into<String>) -> Self {
        Self { page, heading: heading.into(), pieces: Vec::new(), button: None, next: None, ways: Vec::new() }
    }

    /// A paragraph.
    pub(crate) fn saying(mut self, sentence: impl Into<String>) -> Self {
        self.pieces.push(Piece::Sentence(sentence.into()));
        self
    }

    /// A list.
    pub(crate) fn listing(mut self, facts: &[&'static str]) -> Self {
        self.pieces.push(Piece::List(facts.to_vec()));
        self
    }

    /// The button.
    pub(crate) fn asking(mut self, action: &'static str, token: String, label: &'static str) -> Self {
        self.button = Some(Button { action, token, label });
        self
    }

    /// The link to go on with, where there is one thing to do next.
    pub(crate) fn next(mut self, path: impl Into<String>, label: &'static str) -> Self {
        self.next = Some((path.into(), label));
        self
    }

    /// A link to go on with.
    pub(crate) fn leading(mut self, path: impl Into<String>, label: &'static str) -> Self {
        self.ways.push((path.into(), label));
        self
    }

    pub(crate) fn answer(self, status: StatusCode) -> Response {
        html(status, &self)
    }
}
