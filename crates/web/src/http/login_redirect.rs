//! Redirects to the sign-in page, with the reason and the page to come back to, and from it to that page.

use crate::http::redirect::{own_path, query_value, see_other};
use crate::view::filters;
use crate::view::page::html;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::extract::Request;
use axum::http::header::{CONTENT_SECURITY_POLICY, REFERER, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use postward_texts::text;

/// What is kept of a request, for the case that it has to sign in first.
pub(crate) struct LoginRedirect {
    surface: WebSurface,
    /// Where the person goes on after signing in.
    next: String,
    purpose: Purpose,
}

/// What the request was made for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To look at a page.
    View,
    /// To change something.
    Change,
    /// To fill a frame in one of our pages.
    Frame,
}

/// What the sign-in page says to somebody who was sent there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignInNotice {
    /// The session was over when the page was asked for, or ended meanwhile.
    SignedOut,
    /// The session was over before what was sent was looked at.
    NothingSaved,
    /// The code of the second factor did not come in time, or was wrong too often.
    CodeExpired,
}

impl SignInNotice {
    /// The name in the query of the sign-in page.
    fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "1",
            Self::NothingSaved => "unsaved",
            Self::CodeExpired => "code",
        }
    }

    /// Reads the query of the sign-in page.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::SignedOut, Self::NothingSaved, Self::CodeExpired]
            .into_iter()
            .find(|notice| notice.name() == name)
    }

    /// What it says above the form.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::SignedOut => text("sign-in-notice-signed-out"),
            Self::NothingSaved => text("sign-in-notice-nothing-saved"),
            Self::CodeExpired => text("sign-in-notice-code-expired"),
        }
    }
}

impl LoginRedirect {
    pub(crate) fn of(request: &Request, surface: WebSurface) -> Self {
        let here = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let headers = request.headers();
        let purpose = match *request.method() {
            Method::GET | Method::HEAD if headers.get("sec-fetch-dest").is_some_and(|to| to == "iframe") => {
                Purpose::Frame
            }
            Method::GET | Method::HEAD => Purpose::View,
            _ => Purpose::Change,
        };
        let next = match purpose {
            // Not every address that takes a form is a page; the one the form stood on is.
            Purpose::Change => own_path(sent_from(headers)).unwrap_or(surface.entry().home),
            Purpose::View | Purpose::Frame => own_path(page_of(here)).unwrap_or("/"),
        };
        Self { surface, next: next.to_owned(), purpose }
    }

    /// The browser has no session. A first page view is no reason to say anything; a form that comes without one was
    /// filled in while there was one.
    pub(crate) fn no_session(self) -> Response {
        let notice = (self.purpose == Purpose::Change).then_some(SignInNotice::NothingSaved);
        self.to_sign_in(notice)
    }

    /// The browser's session has ended.
    pub(crate) fn session_ended(self) -> Response {
        let notice = match self.purpose {
            Purpose::View | Purpose::Frame => SignInNotice::SignedOut,
            Purpose::Change => SignInNotice::NothingSaved,
        };
        self.to_sign_in(Some(notice))
    }

    /// The session ended while the request was answered: whether that came before or after a change, nobody can say.
    pub(crate) fn session_aborted(self) -> Response {
        self.to_sign_in(Some(SignInNotice::SignedOut))
    }

    fn to_sign_in(&self, notice: Option<SignInNotice>) -> Response {
        match self.purpose {
            Purpose::Frame => in_the_frame(),
            Purpose::View | Purpose::Change => see_other(&sign_in_url(self.surface, &self.next, notice)),
        }
    }
}

/// The address of the sign-in page, to go on at `next` afterwards.
pub(crate) fn sign_in_url(surface: WebSurface, next: &str, notice: Option<SignInNotice>) -> String {
    let (sign_in, next) = (surface.entry().sign_in, query_value(next));
    let ended = notice.map(|notice| format!("&ended={}", notice.name())).unwrap_or_default();
    format!("{sign_in}?next={next}{ended}")
}

/// Where a sign-in leads: to the page that was asked for if it belongs to the surface, else to its first page.
pub(crate) fn after_sign_in(surface: WebSurface, next: &str) -> &str {
    let entry = surface.entry();
    let inside =
        next.strip_prefix(entry.root).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    match own_path(next) {
        Some(path) if inside && !path.starts_with(entry.sign_in) => path,
        _ => entry.home,
    }
}

/// The path of the page a form was sent from. [`crate::http::csrf`] sees to it that the page is ours, [`own_path`] that
/// the path leads nowhere else.
fn sent_from(headers: &HeaderMap) -> &str {
    let referer = headers.get(REFERER).and_then(|referer| referer.to_str().ok()).unwrap_or_default();
    let after_scheme = referer.split_once("://").map_or("", |(_, rest)| rest);
    after_scheme.find('/').map_or("", |start| after_scheme.get(start..).unwrap_or_default())
}

/// The page to come back to for an address: what is below a message of the webmail is shown or saved from the message's
/// own page.
fn page_of(address: &str) -> &str {
    const ROOT: &str = "/webmail/folder/";
    let path = address.split('?').next().unwrap_or_default();
    let below = path.strip_prefix(ROOT).unwrap_or_default();
    // FOLDER/UID/WHAT
    let message = below.match_indices('/').nth(1).and_then(|(end, _)| path.get(..ROOT.len() + end));
    message.unwrap_or(address)
}

/// The sign-in page goes into no frame, and a browser shows a broken page in its place.
fn in_the_frame() -> Response {
    let headers = [
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(FRAME_POLICY)),
        (X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    ];
    (headers, html(StatusCode::FORBIDDEN, &SignedOutFrame)).into_response()
}

const FRAME_POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'self'";

#[derive(Template)]
#[template(path = "signed_out_frame.html")]
struct SignedOutFrame;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_the_page_it_stood_on() {
        let check = |referer: &'static str, expected: &str| {
            let headers = HeaderMap::from_iter([(REFERER, HeaderValue::from_static(referer))]);
            assert_eq!(sent_from(&headers), expected, "{referer:?}");
        };
        check("https://mail.example/webmail/folder/INBOX/11?page=2", "/webmail/folder/INBOX/11?page=2");
        check("http://127.0.0.1:8080/panel/password", "/panel/password");
        check("https://mail.example", "");
        check("/webmail", "");
        check("nonsense", "");
    }

    #[test]
    fn what_is_below_a_message_is_found_on_its_page() {
        let check = |address: &str, expected: &str| assert_eq!(page_of(address), expected);
        check("/webmail/folder/A%2FB/7/original", "/webmail/folder/A%2FB/7");
        check("/webmail/folder/INBOX/7/part/2", "/webmail/folder/INBOX/7");
        check("/webmail/folder/INBOX/7/body?images=show", "/webmail/folder/INBOX/7");
        check("/webmail/folder/INBOX/7?q=a/b", "/webmail/folder/INBOX/7?q=a/b");
        check("/webmail/folder/INBOX", "/webmail/folder/INBOX");
        check("/webmail/account", "/webmail/account");
        check("/panel", "/panel");
    }

    #[test]
    fn a_sign_in_leads_into_its_own_surface() {
        let check = |next: &str, expected: &str| {
            assert_eq!(after_sign_in(WebSurface::Dashboard, next), expected, "{next:?}");
        };
        check("/dashboard/audit", "/dashboard/audit");
        check("/dashboard?x=y", "/dashboard?x=y");
        check("/dashboard/sign-in", "/dashboard/mailboxes");
        check("/dashboards", "/dashboard/mailboxes");
        check("/webmail", "/dashboard/mailboxes");
        check("//evil.example/dashboard", "/dashboard/mailboxes");
        check("", "/dashboard/mailboxes");
    }
}
