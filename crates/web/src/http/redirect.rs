//! Redirects to our own pages, and the paths in them.

use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Sends the browser to another page of ours by GET.
pub(crate) fn see_other(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Lets a path through that stays on this server, so that a link cannot make us send people elsewhere.
pub(crate) fn own_path(path: &str) -> Option<&str> {
    let printable = path.bytes().all(|b| (b'!'..=b'~').contains(&b) && b != b'\\');
    (path.starts_with('/') && !path.starts_with("//") && printable).then_some(path)
}

/// What RFC 3986 §2.3 calls unreserved stays.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a text for the value of a query.
pub(crate) fn query_value(text: &str) -> String {
    utf8_percent_encode(text, QUERY_VALUE).to_string()
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
