//! Server-sent events (HTML standard): a stream for each open page that shows changes as they happen.
//!
//! A stream says what a page shows, as a stamp: at once, and whenever something may have changed. It lives on its
//! session's proof like every answer ([`crate::session`]), and ends when the server stops.

use crate::http::connection::ShutdownSignal;
use crate::http::error_page::PageError;
use crate::site::Site;
use axum::extract::FromRequestParts;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use postward_authority::{ChangeSubscription, SessionId};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How often a silent stream says that it is alive, so that no proxy between takes it for dead.
const ALIVE_EVERY: Duration = Duration::from_secs(20);

/// Answers with a stream of stamps: the first one now, another after every change. `stamp` looks anew each time, with
/// the right of whoever asks; when it has none to give, the stream ends, and the browser comes back and gets the
/// reason.
pub(crate) fn stream<F>(
    site: &Site,
    session: SessionId,
    listening: ChangeSubscription,
    shutdown: ShutdownSignal,
    stamp: impl FnMut() -> F + Send + 'static,
) -> Response
where
    F: Future<Output = Option<String>> + Send + 'static,
{
    let Some(open) = site.streams.open(session) else {
        return (StatusCode::TOO_MANY_REQUESTS, [(CONTENT_TYPE, "text/event-stream")]).into_response();
    };
    let begun = (open, listening, stamp, false);
    let stamps = unfold(begun, async |(open, mut listening, mut stamp, heard)| {
        // Whoever came while something changed has listened before it looked.
        if heard {
            listening.next().await?;
        }
        let event = Event::default().event("state").data(stamp().await?);
        Some((Ok::<_, Infallible>(event), (open, listening, stamp, true)))
    });
    let stamps = stamps.take_until(shutdown.0.cancelled_owned());
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    ([unbuffered], Sse::new(stamps).keep_alive(KeepAlive::new().interval(ALIVE_EVERY))).into_response()
}

impl FromRequestParts<Arc<Site>> for ShutdownSignal {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Site>) -> Result<Self, PageError> {
        // Only tests come without a server.
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}
