//! A response, read as the page it is.

use super::form::Form;
use hyper::header::{HeaderMap, LOCATION};
use std::io;

/// A response.
#[derive(Debug)]
pub struct Page {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

impl Page {
    /// The target of a redirect.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION)?.to_str().ok()
    }

    /// Whether this redirects to a sign-in page.
    pub fn leads_to_sign_in(&self) -> bool {
        self.leads_to("/sign-in")
    }

    pub(super) fn leads_to(&self, last: &str) -> bool {
        let to = self.location().unwrap_or_default();
        (300..400).contains(&self.status) && to.split('?').next().is_some_and(|path| path.ends_with(last))
    }

    /// The status and the text of the alert on the page, for messages about what went wrong.
    pub fn summary(&self) -> String {
        let alert = self.body.split("role=\"alert\"").nth(1).and_then(|rest| rest.split("</div>").next());
        let words = alert.map(|html| text_of(html.split_once('>').map_or(html, |(_, inner)| inner)));
        format!("{} {}", self.status, words.unwrap_or_default().trim())
    }

    /// The value of a header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value of the first field of this name, with its character references read; empty where there is none.
    pub fn field(&self, name: &str) -> String {
        let from = self.body.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_default();
        let tag = from.split('>').next().unwrap_or_default();
        let value = tag.split("value=\"").nth(1).unwrap_or_default();
        let value = value.split('"').next().unwrap_or_default();
        value.replace("&#38;", "&").replace("&amp;", "&").replace("&#60;", "<")
    }

    /// Whether this text stands on the page, whatever its tags and line breaks.
    pub fn shows(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The text of the page, without its tags.
    pub fn text(&self) -> String {
        text_of(&self.body)
    }

    /// The form that is sent to `action`, with its hidden fields.
    pub fn form(&self, action: &str) -> io::Result<Form> {
        let start = self.body.find(&format!("action=\"{action}\""));
        let html = start.and_then(|at| self.body.get(at..)).and_then(|rest| rest.split("</form>").next());
        let html =
            html.ok_or_else(|| io::Error::other(format!("no form leads to {action} ({})", self.summary())))?;
        Ok(Form::parse(html))
    }

    /// The hidden fields every form of the page sends: the CSRF token, and the token of a mailed link.
    pub fn hidden_fields(&self) -> Vec<(&'static str, &str)> {
        let field = |name| {
            let (_, rest) = self.body.split_once(&format!("name=\"{name}\" value=\""))?;
            rest.split('"').next().map(|value| (name, value))
        };
        ["csrf", "token"].into_iter().filter_map(field).collect()
    }

    /// A secret that is shown once, in the field with this id.
    pub fn shown(&self, id: &str) -> io::Result<String> {
        let field = self.body.split(&format!("id=\"{id}\"")).nth(1).and_then(|rest| rest.split_once('>'));
        let text = field.and_then(|(_, inside)| inside.split("</textarea>").next()).map(str::to_owned);
        text.ok_or_else(|| io::Error::other(format!("nothing is shown as {id} ({})", self.summary())))
    }

    /// The first link that begins with `prefix` within the row that names `text`.
    pub fn link_beside(&self, text: &str, prefix: &str) -> Option<String> {
        let rows = self.body.split("<tr").find(|row| row.contains(text))?;
        let at = rows.find(&format!("href=\"{prefix}"))?;
        rows.get(at..)?.split('"').nth(1).map(str::to_owned)
    }
}

fn text_of(html: &str) -> String {
    let words = html
        .split('<')
        .flat_map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text).split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}
