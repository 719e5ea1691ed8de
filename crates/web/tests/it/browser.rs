//! A browser without script: cookies, forms, and what it was answered.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use http_body_util::BodyExt as _;
use postward_web::Peer;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use tower::ServiceExt as _;

/// One browser.
pub(crate) struct Browser {
    router: axum::Router,
    pub(crate) cookies: BTreeMap<String, String>,
    /// What it says of where its forms come from.
    pub(crate) site: &'static str,
    /// The page its forms stand on.
    pub(crate) referer: &'static str,
    /// Who asks the server: itself, or a proxy.
    pub(crate) peer: Ipv4Addr,
    /// What the proxy says of where it is, if there is one.
    pub(crate) forwarded_for: Option<&'static str>,
}

/// What it was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn new(router: axum::Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
            site: "same-origin",
            referer: "",
            peer: Ipv4Addr::LOCALHOST,
            forwarded_for: None,
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// What a dialog asks for.
    pub(crate) async fn get_fragment(&mut self, path: &str) -> Answer {
        self.send(self.request("GET", path).header("x-fragment", "1").body(Body::empty()).unwrap()).await
    }

    /// What a frame in a page asks for.
    pub(crate) async fn get_framed(&mut self, path: &str) -> Answer {
        self.send(self.request("GET", path).header("sec-fetch-dest", "iframe").body(Body::empty()).unwrap())
            .await
    }

    /// Sends a form as it is.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>();
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", self.site)
            .header(header::REFERER, self.referer);
        self.send(request.body(Body::from(body.join("&"))).unwrap()).await
    }

    /// Opens a page, then sends its form with the token that stands in it.
    pub(crate) async fn fill(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get(page).await.field("csrf");
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        self.post(action, &fields).await
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .extension(Peer((self.peer, 4711).into()))
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::COOKIE, cookies.join("; "));
        match self.forwarded_for {
            Some(hops) => request.header("x-forwarded-for", hops),
            None => request,
        }
    }

    /// Any method, with headers of its own.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers
            .iter()
            .fold(self.request(method, path), |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The value of the first field of that name.
    pub(crate) fn field(&self, name: &str) -> String {
        let from = self.text.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_default();
        let tag = from.split('>').next().unwrap_or_default();
        let value = tag.split("value=\"").nth(1).unwrap_or_default();
        let value = value.split('"').next().unwrap_or_default();
        value.replace("&#38;", "&").replace("&amp;", "&").replace("&#60;", "<")
    }

    /// What stands in the field that is shown once.
    pub(crate) fn shown(&self, id: &str) -> String {
        let from = self.text.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_default();
        let inside = from.split_once('>').map_or("", |(_, rest)| rest);
        inside.split("</textarea>").next().unwrap_or_default().to_owned()
    }

    /// The page has this text, tags left out and spaces drawn together.
    pub(crate) fn says(&self, text: &str) -> bool {
        let mut plain = String::new();
        let mut inside = false;
        for c in self.text.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    plain.push(' ');
                }
                _ if !inside => plain.push(c),
                _ => {}
            }
        }
        plain.split_whitespace().collect::<Vec<_>>().join(" ").contains(text)
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
