//! Reads forms: bounded in size and time, and only from a page of the same session.

use crate::http::csrf::Csrf;
use crate::http::error_page::PageError;
use crate::site::Site;
use axum::Form;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// The largest form: two passwords of 256 characters, percent-encoded, are 6 KiB.
const MAX_FORM: usize = 64 * 1024;

/// The longest a browser may take to send one.
const DEADLINE: Duration = Duration::from_secs(30);

/// A form whose hidden field `csrf` was made for this session. What is in it is `T`; all its fields are texts.
pub(crate) struct Signed<T>(pub(crate) T);

/// A form of a page before sign-in, which [`crate::http::csrf::same_origin`] alone protects.
pub(crate) struct Plain<T>(pub(crate) T);

/// A form that is one button.
#[derive(Deserialize)]
pub(crate) struct NoFields {}

#[derive(Deserialize)]
struct WithCsrf {
    #[serde(default)]
    csrf: String,
}

impl<T: DeserializeOwned> FromRequest<Arc<Site>> for Signed<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, PageError> {
        let csrf = csrf_of(&request)?;
        let request = buffered(request).await?;
        let (copy, request) = twice(request);
        csrf.verify(&read::<WithCsrf>(copy, site).await?.csrf)?;
        Ok(Self(read(request, site).await?))
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<Site>> for Plain<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, PageError> {
        let (request, _) = twice(buffered(request).await?);
        Ok(Self(read(request, site).await?))
    }
}

/// A route outside the session middleware has none: that is a mistake of ours, and the form is refused.
fn csrf_of(request: &Request) -> Result<Csrf, PageError> {
    request.extensions().get::<Csrf>().cloned().ok_or(PageError::Internal)
}

type Buffered = axum::http::Request<axum::body::Bytes>;

async fn buffered(request: Request) -> Result<Buffered, PageError> {
    let (parts, body) = request.into_parts();
    let bytes = tokio::time::timeout(DEADLINE, to_bytes(body, MAX_FORM))
        .await
        .map_err(|_| PageError::Malformed)?
        .map_err(|_| PageError::TooLarge)?;
    Ok(Buffered::from_parts(parts, bytes))
}

fn twice(request: Buffered) -> (Request, Request) {
    (request.clone().map(Body::from), request.map(Body::from))
}

async fn read<T: DeserializeOwned>(request: Request, site: &Arc<Site>) -> Result<T, PageError> {
    let Form(form) = Form::<T>::from_request(request, site).await.map_err(|_| PageError::Malformed)?;
    Ok(form)
}
