//! What every page carries around its own content, and turning a template into an answer.

use crate::assets;
use crate::receipt::Note;
use crate::trouble::Trouble;
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use postward_authority::Surface;

/// The frame of a page: every template has a field `page` of this type and extends `base.html`.
pub(crate) struct Page {
    /// What the page is for, as the browser's tab says it.
    pub(crate) title: String,
    /// The name in the corner.
    pub(crate) brand: String,
    /// Light, dark, or as the system has it.
    pub(crate) theme: Theme,
    /// Which of the three surfaces; none for the front page and for troubles.
    pub(crate) surface: Option<Surface>,
    /// Where to come back to from the theme switch: a path of ours that answers GET.
    pub(crate) here: String,
    /// The address of who is signed in.
    pub(crate) who: Option<String>,
    /// The value of the hidden field `csrf`; empty before sign-in.
    pub(crate) csrf: String,
    /// What the last act did, until it is dismissed.
    pub(crate) receipt: Option<Note>,
}

impl Page {
    /// The address of an embedded file, good for ever.
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// Whether this page stands below a path, for the mark in the navigation.
    pub(crate) fn is_within(&self, path: &str) -> bool {
        self.here.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    /// Whether it is for staff, who have another sign-in than mailboxes.
    pub(crate) fn is_staff(&self) -> bool {
        self.surface == Some(Surface::Dashboard)
    }

    /// Whether it belongs to the webmail.
    pub(crate) fn is_webmail(&self) -> bool {
        self.surface == Some(Surface::Webmail)
    }

    /// The value of `data-theme` on the root element.
    pub(crate) fn theme_name(&self) -> &'static str {
        self.theme.name()
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The name in the cookie and in `data-theme`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Nonsense is the system's.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// Renders a page.
pub(crate) fn html(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Trouble::Fault.into_response()
        }
    }
}

/// Sends the browser to another page of ours by GET.
pub(crate) fn see_other(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Lets a path through that stays on this server, so that a link cannot make us send people elsewhere.
pub(crate) fn own_path(path: &str) -> Option<&str> {
    let printable = path.bytes().all(|b| (b'!'..=b'~').contains(&b) && b != b'\\');
    (path.starts_with('/') && !path.starts_with("//") && printable).then_some(path)
}

/// Percent-encodes a text for the value of a query (RFC 3986 §2.3: everything but the unreserved).
pub(crate) fn query_value(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_server() {
        for path in ["/dashboard", "/webmail/?folder=INBOX&uid=7"] {
            assert_eq!(own_path(path), Some(path));
        }
        for path in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb", "evil"] {
            assert_eq!(own_path(path), None, "{path:?}");
        }
    }
}
