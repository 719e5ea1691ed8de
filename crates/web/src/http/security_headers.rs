//! The middleware of every answer: security headers, and a page around an error.

use crate::http::error_page::PageError;
use crate::http::request_context::RequestContext;
use crate::site::Site;
use crate::site::public_url::Scheme;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Nothing from elsewhere, nothing inline, in no frame; the one frame in our pages is a message in the webmail.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; \
                      base-uri 'none'";

/// The headers. A handler that sets one of them itself has a reason and is left alone.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // Not `no-referrer`: with it browsers send `Origin: null` with our own forms, and we could not tell them from
    // anybody else's (Fetch standard, "append a request Origin header").
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Two years, as the preload list asks.
const STAY_WITH_TLS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Adds the headers to an answer, and a page to one that is an error.
pub(crate) async fn apply(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let context = RequestContext::of(&site, request.uri(), request.headers(), request.extensions());
    let method = request.method().clone();
    let mut response = next.run(request).await;
    let error = response.extensions_mut().remove::<PageError>();
    if let Some(error) = error.or_else(|| PageError::of_bare(&method, &response)) {
        response = error.page(context.bare_page(""));
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    if site.url.scheme() == Scheme::Https {
        headers.insert(STRICT_TRANSPORT_SECURITY, STAY_WITH_TLS);
    }
    response
}
