//! A browser without scripts, whose requests go to the pages without a socket.

use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use postward_testclient::{CookieJar, Page, encode_form};
use postward_web::Peer;
use std::net::Ipv4Addr;
use tower::ServiceExt as _;

/// A browser. What it is answered is read like a page that came over a socket.
pub(crate) struct Browser {
    router: axum::Router,
    pub(crate) cookies: CookieJar,
    /// What it says of where its forms come from.
    pub(crate) site: &'static str,
    /// The page its forms stand on.
    pub(crate) referer: &'static str,
    /// Who asks the server: itself, or a proxy.
    pub(crate) peer: Ipv4Addr,
    /// What the proxy says of where it is, if there is one.
    pub(crate) forwarded_for: Option<&'static str>,
}

impl Browser {
    pub(crate) fn new(router: axum::Router) -> Self {
        Self {
            router,
            cookies: CookieJar::default(),
            site: "same-origin",
            referer: "",
            peer: Ipv4Addr::LOCALHOST,
            forwarded_for: None,
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// What a dialog asks for.
    pub(crate) async fn get_fragment(&mut self, path: &str) -> Page {
        self.send(self.request("GET", path).header("x-fragment", "1").body(Body::empty()).unwrap()).await
    }

    /// What a frame in a page asks for.
    pub(crate) async fn get_framed(&mut self, path: &str) -> Page {
        self.send(self.request("GET", path).header("sec-fetch-dest", "iframe").body(Body::empty()).unwrap())
            .await
    }

    /// Sends a form as it is.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", self.site)
            .header(header::REFERER, self.referer);
        self.send(request.body(Body::from(encode_form(fields))).unwrap()).await
    }

    /// Opens a page, then sends its form with the token that stands in it.
    pub(crate) async fn fill(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.get(page).await.field("csrf");
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        self.post(action, &fields).await
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .extension(Peer((self.peer, 4711).into()))
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::COOKIE, self.cookies.header().unwrap_or_default());
        match self.forwarded_for {
            Some(hops) => request.header("x-forwarded-for", hops),
            None => request,
        }
    }

    /// Any method, with headers of its own.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Page {
        let request = headers
            .iter()
            .fold(self.request(method, path), |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn send(&mut self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.unwrap();
        self.cookies.store(response.headers());
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Page {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}
