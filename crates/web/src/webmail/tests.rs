//! The webmail through its router: a real authority on a store in a temporary directory, and an engine that knows
//! one mailbox by heart.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::indexing_slicing, reason = "tests")]

use crate::{Brand, ImapConnection, MailEngine, PublicUrl, Site, router};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use futures_util::future::BoxFuture;
use postward_authority::{AccountKind, Authority, Database, SessionGuard, Settings, Timestamp};
use postward_wire::{Address, Secret};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tower::ServiceExt;

const ADDRESS: &str = "ada@example.com";
const OLD: &str = "Correct-Horse-1";
const NEW: &str = "Battery-Staple-2";

/// What the engine answers to a command that contains the first text.
type Answers = &'static [(&'static str, &'static str)];

const MAILBOX: Answers = &[
    ("LIST", "* LIST (\\Sent) \"/\" Sent\r\n* LIST () \"/\" INBOX\r\n"),
    ("STATUS INBOX", "* STATUS INBOX (UNSEEN 2)\r\n"),
    ("STATUS Sent", "* STATUS Sent (UNSEEN 0)\r\n"),
    ("EXAMINE", "* 2 EXISTS\r\n"),
    ("SELECT", "* 2 EXISTS\r\n"),
    (
        "FETCH 1:2",
        "* 1 FETCH (UID 7 FLAGS () INTERNALDATE \"20-Nov-2026 10:00:00 +0000\" ENVELOPE (NIL \"<script>hi\" \
         ((\"Bo\" NIL \"bo\" \"example.net\")) NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL \
         NIL \"7BIT\" 5 1 NIL NIL NIL NIL))\r\n\
         * 2 FETCH (UID 9 FLAGS (\\Seen) INTERNALDATE \"21-Nov-2026 08:00:00 +0000\" ENVELOPE (NIL \"Plans\" \
         NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1 NIL NIL NIL NIL))\r\n",
    ),
    ("UID FETCH 7 (RFC822", "* 1 FETCH (UID 7 RFC822.SIZE 90 FLAGS ())\r\n"),
    ("UID FETCH 7 BODY.PEEK[]", LETTER),
    ("UID FETCH 8", ""),
    ("UID STORE", ""),
    ("SEARCH", "* SEARCH\r\n"),
];

/// The message, which the engine puts into a literal.
const LETTER: &str = "From: Bo <bo@example.net>\r\nSubject: <script>hi\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
    <script>x()</script><b>Hello</b><img src=\"https://far.example/t.gif\">\r\n--b\r\n\
    Content-Type: text/html; name=\"page.html\"\r\n\r\n<script>y()</script>\r\n--b--\r\n";

struct Engine {
    answers: Answers,
    heard: Arc<Mutex<Vec<String>>>,
}

impl MailEngine for Engine {
    fn imap<'a>(&'a self, _: &'a SessionGuard) -> BoxFuture<'a, io::Result<ImapConnection>> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(answer(theirs, self.answers, Arc::clone(&self.heard)));
        let connection = ImapConnection { stream: Box::new(ours), capabilities: Vec::new() };
        Box::pin(async { Ok(connection) })
    }
}

async fn answer(stream: DuplexStream, answers: Answers, heard: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|length| length > 0) {
        let (tag, command) = line.trim_end().split_once(' ').unwrap();
        heard.lock().unwrap().push(command.to_owned());
        let known = answers.iter().find(|(known, _)| command.contains(known));
        let reply = match known {
            Some((_, LETTER)) => {
                format!("* 1 FETCH (UID 7 BODY[] {{{}}}\r\n{LETTER})\r\n{tag} OK done\r\n", LETTER.len())
            }
            Some((_, data)) => format!("{data}{tag} OK done\r\n"),
            None => format!("{tag} NO not here\r\n"),
        };
        // A client that hung up has heard enough.
        let _ = stream.write_all(reply.as_bytes()).await;
        line.clear();
    }
}

/// A server with one mailbox.
struct TestHost {
    app: Router,
    heard: Arc<Mutex<Vec<String>>>,
    _dir: TempDir,
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    fn csrf(&self) -> String {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }
}

impl TestHost {
    async fn with(answers: Answers) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let mut settings =
            Settings::on(Database::Sqlite(dir.path().join("postward.db")), dir.path().join("postward.keys"));
        settings.throttle.refusal_after = Duration::ZERO;
        let authority = Authority::open(settings, now).await.unwrap();
        let operator = authority.operator(now).await.unwrap();
        let account = authority.add_account(&operator, None, AccountKind::Customer, "A", now).await.unwrap();
        authority.add_domain(&operator, account, "example.com", now).await.unwrap();
        let address = Address::parse(ADDRESS).unwrap();
        authority.add_mailbox(&operator, &address, Secret::new(OLD.to_owned()), now).await.unwrap();
        let heard = Arc::default();
        let engine = Engine { answers, heard: Arc::clone(&heard) };
        let url = PublicUrl::parse("http://127.0.0.1:8080").unwrap();
        let site = Site { brand: Brand::default(), ..Site::new(authority, Arc::new(engine), url) };
        Self { app: router(site), heard, _dir: dir }
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.app.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.into()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.ask(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// Signs in and gives back the cookie.
    async fn sign_in(&self, password: &str) -> Result<String, StatusCode> {
        let answer = self
            .post("/webmail/sign-in", "", &format!("address=ADA%40Example.com&password={password}"))
            .await;
        if answer.status != StatusCode::SEE_OTHER {
            return Err(answer.status);
        }
        Ok(answer.header(header::SET_COOKIE).split_once(';').unwrap().0.to_owned())
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_led_to_sign_in_and_comes_back() {
    let host = TestHost::with(MAILBOX).await;
    for path in ["/webmail", "/webmail/folder/INBOX", "/webmail/folder/INBOX/7/body", "/webmail/account"] {
        let answer = host.get(path, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.header(header::LOCATION).starts_with("/webmail/sign-in?next=%2Fwebmail"), "{path}");
    }
    assert_eq!(host.sign_in("wrong").await, Err(StatusCode::FORBIDDEN));
    assert!(host.heard.lock().unwrap().is_empty(), "the engine was reached before sign-in");
}

#[tokio::test]
async fn a_folder_is_listed_with_what_is_unread() {
    let host = TestHost::with(MAILBOX).await;
    let cookie = host.sign_in(OLD).await.unwrap();
    assert_eq!(host.get("/webmail", &cookie).await.header(header::LOCATION), "/webmail/folder/INBOX");
    let list = host.get("/webmail/folder/INBOX", &cookie).await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.text.contains("<title>Inbox (2) · Postward</title>"));
    let (newer, older) = (list.text.find("Plans").unwrap(), list.text.find("&#60;script&#62;hi").unwrap());
    assert!(newer < older, "newest first");
    assert!(list.text.contains("wm-unread\" href=\"/webmail/folder/INBOX/7\""));
    assert!(!list.text.contains("<script>hi"));
    let found = host.get("/webmail/folder/INBOX?q=nothing+such", &cookie).await;
    assert!(found.text.contains("Nothing found."));
    assert_eq!(host.get("/webmail/folder/Nowhere", &cookie).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_message_is_read_in_a_frame_that_can_do_nothing() {
    let host = TestHost::with(MAILBOX).await;
    let cookie = host.sign_in(OLD).await.unwrap();
    let message = host.get("/webmail/folder/INBOX/7", &cookie).await;
    assert_eq!(message.status, StatusCode::OK);
    assert!(message.text.contains(
        "src=\"/webmail/folder/INBOX/7/body\" title=\"Message\" \
         sandbox=\"allow-popups allow-popups-to-escape-sandbox\""
    ));
    assert!(message.text.contains("images=show"), "remote pictures are offered, not loaded");
    assert!(!message.text.contains("far.example") && !message.text.contains("x()"));
    assert!(host.heard.lock().unwrap().contains(&"UID STORE 7 +FLAGS.SILENT (\\Seen)".to_owned()));
    let body = host.get("/webmail/folder/INBOX/7/body", &cookie).await;
    assert!(
        body.text.contains("<b>Hello</b>")
            && !body.text.contains("x()")
            && !body.text.contains("far.example")
    );
    let policy = body.header(header::CONTENT_SECURITY_POLICY);
    assert!(
        policy.starts_with("default-src 'none'; img-src data:;") && policy.contains("; sandbox "),
        "{policy}"
    );
    assert_eq!(body.header(header::X_FRAME_OPTIONS), "SAMEORIGIN");
    assert_eq!(host.get("/webmail/folder/INBOX/8", &cookie).await.status, StatusCode::NOT_FOUND);
    assert_eq!(host.get("/webmail/folder/INBOX/x", &cookie).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_in_a_message_cannot_ask_for_remote_pictures() {
    let host = TestHost::with(MAILBOX).await;
    let cookie = host.sign_in(OLD).await.unwrap();
    let from = async |site: &str| {
        let request = Request::get("/webmail/folder/INBOX/7/body?images=show")
            .header(header::COOKIE, &cookie)
            .header("sec-fetch-site", site);
        host.ask(request.body(Body::empty()).unwrap()).await.text.contains("far.example")
    };
    assert!(from("same-origin").await);
    assert!(!from("cross-site").await);
}

#[tokio::test]
async fn an_attachment_is_saved_and_never_shown_as_a_page() {
    let host = TestHost::with(MAILBOX).await;
    let cookie = host.sign_in(OLD).await.unwrap();
    let file = host.get("/webmail/folder/INBOX/7/part/1", &cookie).await;
    assert_eq!(file.text, "<script>y()</script>");
    assert_eq!(file.header(header::CONTENT_TYPE), "application/octet-stream");
    assert!(file.header(header::CONTENT_DISPOSITION).starts_with("attachment; filename=\"page.html\""));
    assert_eq!(file.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert!(file.header(header::CONTENT_SECURITY_POLICY).contains("sandbox"));
    assert_eq!(host.get("/webmail/folder/INBOX/7/part/0", &cookie).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_message_is_saved_byte_for_byte() {
    let host = TestHost::with(MAILBOX).await;
    let cookie = host.sign_in(OLD).await.unwrap();
    let file = host.get("/webmail/folder/INBOX/7/original", &cookie).await;
    assert_eq!(file.text, LETTER);
    assert_eq!(file.header(header::CONTENT_TYPE), "message/rfc822");
    assert!(file.header(header::CONTENT_DISPOSITION).starts_with("attachment; filename=\"message-7.eml\""));
    assert_eq!(host.get("/webmail/folder/INBOX/8/original", &cookie).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_script_gets_only_the_message() {
    let host = TestHost::with(MAILBOX).await;
    let cookie = host.sign_in(OLD).await.unwrap();
    let request =
        Request::get("/webmail/folder/INBOX/7").header(header::COOKIE, &cookie).header("x-fragment", "1");
    let pane = host.ask(request.body(Body::empty()).unwrap()).await.text;
    assert!(pane.contains("data-pane") && !pane.contains("<html") && !pane.contains("wm-folders"));
}

#[tokio::test]
async fn an_engine_in_trouble_is_no_empty_mailbox() {
    let dumb: Answers = &[("LIST", "* LIST () \"/\" INBOX\r\n"), ("STATUS", "* STATUS INBOX (UNSEEN 2)\r\n")];
    let host = TestHost::with(dumb).await;
    let cookie = host.sign_in(OLD).await.unwrap();
    for path in ["/webmail/folder/INBOX", "/webmail/folder/INBOX?q=x", "/webmail/folder/INBOX/7"] {
        let answer = host.get(path, &cookie).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(answer.text.contains("you are still signed in") && !answer.text.contains("is empty"));
    }
}

#[tokio::test]
async fn a_star_needs_a_form_of_this_session() {
    let host = TestHost::with(MAILBOX).await;
    let cookie = host.sign_in(OLD).await.unwrap();
    let path = "/webmail/folder/INBOX/7/mark";
    assert_eq!(host.post(path, &cookie, "mark=star&csrf=made-up").await.status, StatusCode::FORBIDDEN);
    assert!(host.heard.lock().unwrap().is_empty());
    let csrf = host.get("/webmail/account", &cookie).await.csrf();
    let starred = host.post(path, &cookie, &format!("mark=star&q=a&page=2&csrf={csrf}")).await;
    assert_eq!(starred.header(header::LOCATION), "/webmail/folder/INBOX/7?q=a&page=2");
    let unread = host.post(path, &cookie, &format!("mark=unread&q=&page=1&csrf={csrf}")).await;
    assert_eq!(unread.header(header::LOCATION), "/webmail/folder/INBOX");
    let heard = host.heard.lock().unwrap();
    assert!(heard.contains(&"UID STORE 7 +FLAGS.SILENT (\\Flagged)".to_owned()));
    assert!(heard.contains(&"UID STORE 7 -FLAGS.SILENT (\\Seen)".to_owned()));
}

#[tokio::test]
async fn updating_the_password_logs_out_from_everywhere() {
    let host = TestHost::with(MAILBOX).await;
    let (here, elsewhere) = (host.sign_in(OLD).await.unwrap(), host.sign_in(OLD).await.unwrap());
    let account = host.get("/webmail/account", &here).await;
    assert!(account.text.contains("Update password and log me out from everywhere"));
    let csrf = account.csrf();
    let form = |current: &str, new: &str, again: &str| {
        format!("current={current}&password={new}&password_again={again}&csrf={csrf}")
    };
    let change = async |form: &str| host.post("/webmail/account/password", &here, form).await;

    let refused = change(&form("guessed", NEW, NEW)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("This is not your current password."));
    assert!(!refused.text.contains(NEW) && !refused.text.contains("guessed"));
    assert_eq!(change(&form(OLD, NEW, "other")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(&form(OLD, "short", "short")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(&form("", NEW, NEW)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(host.get("/webmail/folder/INBOX", &here).await.status, StatusCode::OK, "the session stays");

    let changed = change(&form(OLD, NEW, NEW)).await;
    assert_eq!(
        (changed.status, changed.header(header::LOCATION)),
        (StatusCode::SEE_OTHER, "/webmail/sign-in")
    );
    let cookies: Vec<&str> =
        changed.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.iter().any(|cookie| cookie.starts_with("postward-webmail=;")), "{cookies:?}");
    let receipt = cookies.iter().find(|cookie| cookie.starts_with("postward-receipt=")).unwrap();
    let page = host.get("/webmail/sign-in", receipt.split_once(';').unwrap().0).await;
    assert!(page.text.contains("Ended 2 webmail sessions."), "{}", page.text);
    for cookie in [&here, &elsewhere] {
        assert_eq!(host.get("/webmail/folder/INBOX", cookie).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(host.sign_in(OLD).await, Err(StatusCode::FORBIDDEN));
    assert!(host.sign_in(NEW).await.is_ok());
}
