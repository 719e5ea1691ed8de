//! The name of a client: its own, and the one people know it by.

use askama::Template;
use askama::filters::HtmlSafe;
use postward_wire::client_name;

/// A client of a session; it is shown by the name people know, with its own name as the title.
#[derive(Template)]
#[template(path = "user_agent.html")]
pub(crate) struct UserAgent {
    /// Its own name for itself: IMAP ID, EHLO, user agent.
    pub(crate) own_name: String,
    /// The name people know it by.
    pub(crate) known_name: String,
}

impl UserAgent {
    pub(crate) fn new(own_name: String) -> Self {
        Self { known_name: client_name::plain(&own_name), own_name }
    }
}

// Its template escapes what it holds.
impl HtmlSafe for UserAgent {}
