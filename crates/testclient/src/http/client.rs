//! A web client with cookies, forms and redirects, which reads pages as text.

use super::cookie_jar::CookieJar;
use super::form::encode_form;
use super::page::Page;
use crate::connection::unexpected;
use crate::endpoint::Endpoint;
use crate::sign_in_outcome::SignInOutcome;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, COOKIE, HOST};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::io;
use std::time::Duration;
use tokio::time::timeout;

/// How long a page may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// The largest page taken.
const MAX_PAGE: usize = 16 * 1024 * 1024;

/// A browser with its cookies.
#[derive(Clone)]
pub struct HttpClient {
    endpoint: Endpoint,
    host: String,
    cookies: CookieJar,
}

impl HttpClient {
    /// A browser without cookies. `host` is the `Host` header it sends.
    pub fn new(endpoint: Endpoint, host: String) -> Self {
        Self { endpoint, host, cookies: CookieJar::default() }
    }

    /// Fills in the sign-in form of a surface (`/webmail`, `/panel`, `/dashboard`).
    pub async fn sign_in(
        mut self,
        surface: &str,
        name: &str,
        password: &str,
    ) -> io::Result<SignInOutcome<Self>> {
        let field = if surface == "/dashboard" { "email" } else { "address" };
        let page = self.post(&format!("{surface}/sign-in"), &[(field, name), ("password", password)]).await?;
        // A redirect to the page of the second factor is no session.
        let refused = page.status != 303 || page.leads_to_sign_in() || page.leads_to("/code");
        Ok(if refused { SignInOutcome::Refused(page.summary()) } else { SignInOutcome::Opened(self) })
    }

    /// Sends a form of a page, with the hidden fields of the page.
    pub async fn fill(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> io::Result<Page> {
        let page = self.get(page).await?;
        let all: Vec<_> = page.hidden_fields().into_iter().chain(fields.iter().copied()).collect();
        self.post(action, &all).await
    }

    /// Whether a page of a surface is shown, and not its sign-in page.
    pub async fn is_signed_in(&mut self, path: &str) -> io::Result<bool> {
        let page = self.get(path).await?;
        match page.status {
            200 => Ok(true),
            _ if page.leads_to_sign_in() => Ok(false),
            _ => Err(unexpected(&page.summary())),
        }
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> io::Result<Page> {
        self.send(Request::get(path), Bytes::new()).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> io::Result<Page> {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Bytes::from(encode_form(fields))).await
    }

    async fn send(&mut self, request: hyper::http::request::Builder, body: Bytes) -> io::Result<Page> {
        let mut request = request.header(HOST, &self.host);
        if let Some(cookies) = self.cookies.header() {
            request = request.header(COOKIE, cookies);
        }
        let request = request.body(Full::new(body)).map_err(io::Error::other)?;
        let exchange = exchange(&self.endpoint, request);
        let (head, body) =
            timeout(DEADLINE, exchange).await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))?;
        self.cookies.store(head.headers());
        let (head, ()) = head.into_parts();
        Ok(Page { status: head.status.as_u16(), headers: head.headers, body })
    }
}

/// One request on a connection of its own.
async fn exchange(endpoint: &Endpoint, request: Request<Full<Bytes>>) -> io::Result<(Response<()>, String)> {
    let (stream, _) = endpoint.open().await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let answer = async {
        let (head, body) = sender.send_request(request).await.map_err(io::Error::other)?.into_parts();
        let body = Limited::new(body, MAX_PAGE).collect().await.map_err(io::Error::other)?.to_bytes();
        Ok((Response::from_parts(head, ()), String::from_utf8_lossy(&body).into_owned()))
    };
    tokio::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        ended = connection => {
            ended.map_err(io::Error::other)?;
            // The connection is closed; the response was received before.
            answer.await
        }
    }
}
