//! Where a request without a session is led and what the person is told there, and where a sign-in leads.

use crate::http::redirect::{own_path, query_value, see_other};
use crate::view::page::html;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::extract::Request;
use axum::http::header::{CONTENT_SECURITY_POLICY, REFERER, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

/// What is kept of a request, for the case that it is turned away.
pub(crate) struct TurnedAway {
    surface: WebSurface,
    /// Where the person goes on after signing in.
    next: String,
    aim: Aim,
}

/// What the request was made for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// To look at a page.
    Look,
    /// To change something.
    Change,
    /// To fill a frame in one of our pages.
    Frame,
}

/// What somebody finds at the sign-in page who did not come there by choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The session was over when the page was asked for, or ended meanwhile.
    SignedOut,
    /// The session was over before what was sent was looked at.
    NothingSaved,
    /// The code of the second step did not come in time, or not right.
    CodeOver,
}

impl Ended {
    /// The name in the query of the sign-in page.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "1",
            Self::NothingSaved => "unsaved",
            Self::CodeOver => "code",
        }
    }

    /// Reads the query of the sign-in page.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::SignedOut, Self::NothingSaved, Self::CodeOver].into_iter().find(|ended| ended.name() == name)
    }

    /// What it says above the form.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::SignedOut => "You were signed out. Sign in to go on.",
            Self::NothingSaved => "You were signed out, and nothing was saved. Sign in and do it once more.",
            Self::CodeOver => {
                "The time or the tries for the code are used up. Begin with your password again."
            }
        }
    }
}

impl TurnedAway {
    pub(crate) fn of(request: &Request, surface: WebSurface) -> Self {
        let here = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let headers = request.headers();
        let aim = match *request.method() {
            Method::GET | Method::HEAD if headers.get("sec-fetch-dest").is_some_and(|to| to == "iframe") => {
                Aim::Frame
            }
            Method::GET | Method::HEAD => Aim::Look,
            _ => Aim::Change,
        };
        let next = match aim {
            // Not every address that takes a form is a page; the one the form stood on is.
            Aim::Change => own_path(sent_from(headers)).unwrap_or(surface.entry().home),
            Aim::Look | Aim::Frame => own_path(page_of(here)).unwrap_or("/"),
        };
        Self { surface, next: next.to_owned(), aim }
    }

    /// The browser has no session. A first visit is no reason to say anything; a form that comes without one was
    /// filled in while there was one.
    pub(crate) fn nobody(self) -> Response {
        let told = (self.aim == Aim::Change).then_some(Ended::NothingSaved);
        self.to_sign_in(told)
    }

    /// The browser's session is over.
    pub(crate) fn over(self) -> Response {
        let told = match self.aim {
            Aim::Look | Aim::Frame => Ended::SignedOut,
            Aim::Change => Ended::NothingSaved,
        };
        self.to_sign_in(Some(told))
    }

    /// The session ended while the request was answered: whether that came before or after a change, nobody can say.
    pub(crate) fn cut(self) -> Response {
        self.to_sign_in(Some(Ended::SignedOut))
    }

    fn to_sign_in(&self, told: Option<Ended>) -> Response {
        if self.aim == Aim::Frame {
            return in_the_frame();
        }
        let (sign_in, next) = (self.surface.entry().sign_in, query_value(&self.next));
        let ended = told.map(|ended| format!("&ended={}", ended.name())).unwrap_or_default();
        see_other(&format!("{sign_in}?next={next}{ended}"))
    }
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

/// The path of the page a form was sent from. That it is one of ours is the business of [`crate::http::csrf`], that it leads
/// nowhere else the business of [`own_path`].
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
