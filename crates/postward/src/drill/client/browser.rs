//! A web client with cookies, forms and redirects, which reads pages as text.

use super::connection::{Endpoint, unexpected};
use super::sign_in_outcome::SignInOutcome;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, HeaderMap, LOCATION, SET_COOKIE};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;
use tokio::time::timeout;

/// How long a page may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// The largest page taken.
const MAX_PAGE: usize = 16 * 1024 * 1024;

/// A browser with its cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    endpoint: Endpoint,
    host: String,
    cookies: BTreeMap<String, String>,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Browser {
    /// A browser without cookies. `host` is the `Host` header it sends.
    pub(crate) fn new(endpoint: Endpoint, host: String) -> Self {
        Self { endpoint, host, cookies: BTreeMap::new() }
    }

    /// Fills in the sign-in form of a surface (`/webmail`, `/panel`, `/dashboard`).
    pub(crate) async fn sign_in(
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
    pub(crate) async fn fill(
        &mut self,
        page: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> io::Result<Page> {
        let page = self.get(page).await?;
        let all: Vec<_> = page.hidden_fields().into_iter().chain(fields.iter().copied()).collect();
        self.post(action, &all).await
    }

    /// Whether a page of a surface is shown, and not its sign-in page.
    pub(crate) async fn is_signed_in(&mut self, path: &str) -> io::Result<bool> {
        let page = self.get(path).await?;
        match page.status {
            200 => Ok(true),
            _ if page.leads_to_sign_in() => Ok(false),
            _ => Err(unexpected(&page.summary())),
        }
    }

    /// Asks for a page.
    pub(crate) async fn get(&mut self, path: &str) -> io::Result<Page> {
        self.send(Request::get(path), Bytes::new()).await
    }

    /// Sends a form.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> io::Result<Page> {
        let pairs: Vec<_> =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Bytes::from(pairs.join("&"))).await
    }

    async fn send(&mut self, request: hyper::http::request::Builder, body: Bytes) -> io::Result<Page> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.header(HOST, &self.host);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let request = request.body(Full::new(body)).map_err(io::Error::other)?;
        let exchange = exchange(&self.endpoint, request);
        let (head, body) =
            timeout(DEADLINE, exchange).await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))?;
        for cookie in head.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
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

impl Page {
    /// The target of a redirect.
    pub(crate) fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION)?.to_str().ok()
    }

    /// Whether this redirects to a sign-in page.
    pub(crate) fn leads_to_sign_in(&self) -> bool {
        self.leads_to("/sign-in")
    }

    fn leads_to(&self, last: &str) -> bool {
        let to = self.location().unwrap_or_default();
        (300..400).contains(&self.status) && to.split('?').next().is_some_and(|path| path.ends_with(last))
    }

    /// The status and the text of the alert on the page, for messages about what went wrong.
    pub(crate) fn summary(&self) -> String {
        let alert = self.body.split("role=\"alert\"").nth(1).and_then(|rest| rest.split("</div>").next());
        let words = alert.map(|html| text_of(html.split_once('>').map_or(html, |(_, inner)| inner)));
        format!("{} {}", self.status, words.unwrap_or_default().trim())
    }

    /// The text of the page, without its tags.
    pub(crate) fn text(&self) -> String {
        text_of(&self.body)
    }

    /// The form that is sent to `action`, with its hidden fields.
    pub(crate) fn form(&self, action: &str) -> io::Result<Form> {
        let start = self.body.find(&format!("action=\"{action}\""));
        let html = start.and_then(|at| self.body.get(at..)).and_then(|rest| rest.split("</form>").next());
        let html =
            html.ok_or_else(|| io::Error::other(format!("no form leads to {action} ({})", self.summary())))?;
        let fields = html.split("<input").skip(1).filter_map(|input| {
            let input = input.split('>').next()?;
            Some(Field {
                name: attribute(input, "name")?,
                value: attribute(input, "value").unwrap_or_default(),
            })
        });
        Ok(Form { fields: fields.collect() })
    }

    /// The hidden fields every form of the page sends: the CSRF token, and the token of a mailed link.
    pub(crate) fn hidden_fields(&self) -> Vec<(&'static str, &str)> {
        let field = |name| {
            let (_, rest) = self.body.split_once(&format!("name=\"{name}\" value=\""))?;
            rest.split('"').next().map(|value| (name, value))
        };
        ["csrf", "token"].into_iter().filter_map(field).collect()
    }

    /// A secret that is shown once, in the field with this id.
    pub(crate) fn shown(&self, id: &str) -> io::Result<String> {
        let field = self.body.split(&format!("id=\"{id}\"")).nth(1).and_then(|rest| rest.split_once('>'));
        let text = field.and_then(|(_, inside)| inside.split("</textarea>").next()).map(str::to_owned);
        text.ok_or_else(|| io::Error::other(format!("nothing is shown as {id} ({})", self.summary())))
    }

    /// The first link that begins with `prefix` within the row that names `text`.
    pub(crate) fn link_beside(&self, text: &str, prefix: &str) -> Option<String> {
        let rows = self.body.split("<tr").find(|row| row.contains(text))?;
        let at = rows.find(&format!("href=\"{prefix}"))?;
        rows.get(at..)?.split('"').nth(1).map(str::to_owned)
    }
}

/// A form of a page.
pub(crate) struct Form {
    fields: Vec<Field>,
}

struct Field {
    name: String,
    value: String,
}

impl Form {
    /// The value of a field.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?;
    Some(value.to_owned())
}

fn text_of(html: &str) -> String {
    let words = html
        .split('<')
        .flat_map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text).split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
