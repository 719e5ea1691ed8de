//! What a page says when it cannot do what was asked.
//!
//! A handler returns a [`PageError`]; the page around it is made by [`crate::http::security_headers`], so that a
//! missing mailbox and somebody else's mailbox are the same bytes.

use crate::view::filters;
use crate::view::page::{Page, html};
use askama::Template;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use postward_authority::{ActError, Unavailable};
use postward_texts::text;

/// Why a request gets no page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageError {
    /// There is no such page, or not for this person.
    NotFound,
    /// The address exists, but not for this method.
    MethodNotAllowed,
    /// The form did not come from a page of this session.
    CsrfFailed,
    /// The person may look but not touch.
    ReadOnly,
    /// What was sent is not a form this page has.
    Malformed,
    /// More was sent than any form of ours holds.
    TooLarge,
    /// The store or the engine could not answer.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl PageError {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::CsrfFailed | Self::ReadOnly => StatusCode::FORBIDDEN,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::NotFound => text("error-not-found"),
            Self::MethodNotAllowed => text("error-method"),
            Self::CsrfFailed => text("error-csrf"),
            Self::ReadOnly => text("error-read-only"),
            Self::Malformed => text("error-malformed"),
            Self::TooLarge => text("error-too-large"),
            Self::Unavailable => text("error-unavailable"),
            Self::Internal => text("error-internal"),
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::NotFound => text("error-not-found-advice"),
            Self::MethodNotAllowed => text("error-method-advice"),
            Self::CsrfFailed => text("error-csrf-advice"),
            Self::ReadOnly => text("error-read-only-advice"),
            Self::Malformed => text("error-malformed-advice"),
            Self::TooLarge => text("error-too-large-advice"),
            Self::Unavailable => text("error-unavailable-advice"),
            Self::Internal => text("error-internal-advice"),
        }
    }

    /// The error behind an answer that carries no page of ours: an address or a form that the framework could not read,
    /// or a page that could not be rendered. The framework's own words are not shown.
    pub(crate) fn of_bare(method: &Method, response: &Response) -> Option<Self> {
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| !kind.starts_with("text/plain")) {
            return None;
        }
        match response.status() {
            StatusCode::INTERNAL_SERVER_ERROR if kind.is_none() => Some(Self::Internal),
            status if !status.is_client_error() => None,
            _ => Some(match *method {
                Method::GET | Method::HEAD => Self::NotFound,
                _ => Self::Malformed,
            }),
        }
    }

    /// The page for it.
    pub(crate) fn page(self, page: Page) -> Response {
        let page = Page { title: self.title().to_owned(), ..page };
        html(self.status(), &ErrorPage { page, title: self.title(), advice: self.advice() })
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    title: &'static str,
    advice: &'static str,
}

/// Adds when to try again to an answer that says *not now*: status 429 or 503 (RFC 9110 §10.2.3).
pub(crate) fn with_retry_after(mut response: Response) -> Response {
    if matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Unavailable> for PageError {
    fn from(cause: Unavailable) -> Self {
        tracing::warn!(%cause, "a page could not be answered");
        Self::Unavailable
    }
}

impl From<ActError> for PageError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound => Self::NotFound,
            ActError::ReadOnly => Self::ReadOnly,
            ActError::Unavailable(cause) => cause.into(),
        }
    }
}
