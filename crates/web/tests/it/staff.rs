//! What staff see of a mailbox's sign-in (D2, D3, D4, D8, D15), and the page that hears of it while it is open.

use crate::browser::Browser;
use crate::test_host::{OLD, TestHost, now};
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use postward_authority::{Origin, OtherSessions, SessionGuard, SetUp, SignedIn, Surface};
use postward_web::Peer;
use postward_wire::{Attempt, Secret};
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::time::timeout;
use totp_rs::Totp;
use tower::ServiceExt as _;

/// The code an authenticator shows now.
pub(crate) fn code_of(url: &str) -> Secret {
    let time = u64::try_from(now().as_second()).unwrap();
    Secret::new(Totp::from_url(url).unwrap().generate(time).to_string())
}

/// Ada, signed in at the webmail.
async fn ada(host: &TestHost) -> SessionGuard {
    let attempt = Attempt { authcid: "ada@birch.example".to_owned(), secret: Secret::new(OLD.to_owned()) };
    let signed_in = host.authority.sign_in_browser(attempt, &webmail()).await;
    let SignedIn::Session(_, guard) = signed_in.ok().unwrap() else { panic!("a code is owed") };
    guard
}

fn webmail() -> postward_authority::Request {
    postward_authority::Request::new(Origin::new(Ipv4Addr::LOCALHOST.into(), Surface::Webmail), now())
}

/// Ada turns her second factor on; what she was shown.
async fn turn_on(host: &TestHost) -> SetUp {
    let guard = ada(host).await;
    let set_up = host.authority.begin_second_factor(&guard, None, "Postward", &webmail()).await.ok().unwrap();
    let code = code_of(set_up.url.expose());
    host.authority.turn_on_second_factor(&guard, &code, OtherSessions::Stay, &webmail()).await.ok().unwrap();
    set_up
}

fn tab(host: &TestHost) -> String {
    format!("/dashboard/mailboxes/{}/security", host.ada)
}

#[tokio::test]
async fn d3_the_security_tab_has_three_sections_and_no_fourth() {
    let host = TestHost::start().await;
    let answer = host.staff("owner@birch.example").await.get(&tab(&host)).await;
    let headings: Vec<_> = answer.body.split("<h2").skip(1).map(heading).collect();
    assert_eq!(headings, ["Two-factor authentication", "Mailbox password", "Recovery code"]);
    assert!(answer.shows("2FA off") && answer.shows("Not issued yet"));
    assert!(answer.shows("Off. The owner turns it on in webmail under My account."));
}

fn heading(from: &str) -> &str {
    from.split('>').nth(1).unwrap().split('<').next().unwrap()
}

#[tokio::test]
async fn d4_staff_see_that_a_second_factor_is_on_and_never_its_secret() {
    let host = TestHost::start().await;
    let set_up = turn_on(&host).await;
    let mut browser = host.staff("owner@birch.example").await;
    let answer = browser.get(&tab(&host)).await;
    assert!(answer.shows("2FA on") && answer.shows("On since") && !answer.shows("2FA off"));
    let secret = set_up.typed.expose().replace(' ', "");
    let sessions = format!("/dashboard/mailboxes/{}/sessions", host.ada);
    for path in [tab(&host), sessions, "/dashboard/audit".to_owned(), "/dashboard/mailboxes".to_owned()] {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains(&secret) && !answer.body.contains("otpauth"), "{path}");
    }
}

#[tokio::test]
async fn d8_a_recovery_code_is_confirmed_first_and_shown_once() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let path = format!("/dashboard/mailboxes/{}/recovery-code", host.ada);
    assert!(browser.get(&path).await.shows("The new code is shown once."));
    assert!(browser.get(&tab(&host)).await.shows("Not issued yet"));

    let shown = browser.fill(&path, &path, &[]).await;
    assert_eq!((shown.status, shown.header("cache-control")), (200, "no-store"));
    assert!(shown.shows("This code will not be shown again."));
    let code = shown.body.split("<textarea").nth(1).unwrap();
    let code = code.split('>').nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 7], "{code}");
    for path in [tab(&host), path.clone(), "/dashboard/audit".to_owned()] {
        assert!(!browser.get(&path).await.body.contains(code), "{path}");
    }
    assert!(browser.get(&tab(&host)).await.shows("Issued just now"));
    assert!(browser.get_fragment(&path).await.body.contains("id=\"dialog-title\""));
}

#[tokio::test]
async fn d9_the_list_s_key_leads_to_a_new_recovery_code_as_well() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let key = format!("/dashboard/mailboxes/{}/password?from=list", host.ada);
    assert!(browser.get_fragment(&key).await.shows("Generate new recovery code"));
    assert!(!browser.get(&tab(&host)).await.shows("Generate new recovery code"));
}

#[tokio::test]
async fn a_reader_sees_state_and_no_button() {
    let host = TestHost::start().await;
    turn_on(&host).await;
    let mut eye = host.staff("eye@birch.example").await;
    let answer = eye.get(&tab(&host)).await;
    assert!(answer.shows("2FA on") && answer.shows("Not issued yet"));
    assert!(!answer.shows("Generate new code") && !answer.shows("Suspend sign-in"));
    let csrf = answer.field("csrf");
    for act in ["recovery-code", "suspend", "sessions"] {
        let path = format!("/dashboard/mailboxes/{}/{act}", host.ada);
        assert_eq!(eye.post(&path, &[("csrf", &csrf)]).await.status, 403, "{act}");
    }
    let sessions = eye.get(&format!("/dashboard/mailboxes/{}/sessions", host.ada)).await;
    assert!(sessions.status == 200 && !sessions.shows("End all"));
}

#[tokio::test]
async fn somebody_elses_mailbox_has_no_state_to_see() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let csrf = browser.get("/dashboard/mailboxes").await.field("csrf");
    for act in ["events", "recovery-code", "sessions", "suspend"] {
        let path = format!("/dashboard/mailboxes/{}/{act}", host.eve);
        assert_eq!(browser.get(&path).await.status, 404, "{act}");
        if act != "events" {
            assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, 404, "{act}");
        }
    }
}

#[tokio::test]
async fn w7_staff_see_what_is_open_and_what_was_refused_and_end_it() {
    let host = TestHost::start().await;
    let app = host.mail_app(Surface::Imap, "ada@birch.example").await;
    let mut panel = host.owner("ada@birch.example", OLD).await;
    let wrong = [("address", "ada@birch.example"), ("password", "Not-The-Password-1")];
    host.browser().post("/panel/sign-in", &wrong).await;
    let mut browser = host.staff("owner@birch.example").await;
    let path = format!("/dashboard/mailboxes/{}/sessions", host.ada);
    let answer = browser.get(&path).await;
    assert!(answer.shows("2 open") && answer.shows("IMAP") && answer.shows("user panel"));
    assert!(answer.shows("Refused Wrong password") && answer.shows("still open"));
    let one = answer.field("session");
    assert_eq!(browser.fill(&path, &path, &[("session", &one)]).await.status, 303);
    assert!(browser.get(&path).await.shows("1 open"));
    assert_eq!(browser.fill(&path, &path, &[]).await.status, 303);
    assert!(browser.get(&path).await.shows("Nothing is signed in"));
    app.await.unwrap();
    assert_eq!(panel.get("/panel").await.status, 303);
    host.owner("ada@birch.example", OLD).await;
}

#[tokio::test]
async fn w7_a_former_password_is_marked() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let password = format!("/dashboard/mailboxes/{}/password", host.ada);
    let new = "Fresh-Harbour-Breeze-9";
    browser.fill(&tab(&host), &password, &[("password", new), ("password_again", new)]).await;
    let old = [("address", "ada@birch.example"), ("password", OLD)];
    host.browser().post("/panel/sign-in", &old).await;
    let path = format!("/dashboard/mailboxes/{}/sessions", host.ada);
    // The former passwords are held against it behind the answer.
    let marked = async {
        while !browser.get(&path).await.shows("Old password used") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(20), marked).await.unwrap();
}

#[tokio::test]
async fn d15_sign_in_is_suspended_in_two_steps_and_resumed() {
    let host = TestHost::start().await;
    let app = host.mail_app(Surface::Imap, "ada@birch.example").await;
    let mut browser = host.staff("owner@birch.example").await;
    let path = format!("/dashboard/mailboxes/{}/suspend", host.ada);
    assert!(browser.get_fragment(&path).await.shows("Ends 1 IMAP session at once."));
    assert_eq!(browser.fill(&path, &path, &[]).await.header("location"), tab(&host));
    app.await.unwrap();
    let answer = browser.get(&tab(&host)).await;
    assert!(answer.shows("Sign-in suspended. Ended 1 IMAP session.") && answer.shows("Resume sign-in"));
    let try_it = [("address", "ada@birch.example"), ("password", OLD)];
    assert_eq!(host.browser().post("/panel/sign-in", &try_it).await.status, 403);
    let resume = format!("/dashboard/mailboxes/{}/resume", host.ada);
    assert_eq!(browser.fill(&tab(&host), &resume, &[]).await.status, 303);
    assert!(browser.get(&tab(&host)).await.shows("Can sign in"));
    host.owner("ada@birch.example", OLD).await;
}

/// An open event stream.
struct Stream(Body);

impl Stream {
    async fn open(host: &TestHost, browser: &Browser) -> Result<Self, u16> {
        let request = Request::builder()
            .uri(format!("/dashboard/mailboxes/{}/events", host.ada))
            .extension(Peer((Ipv4Addr::LOCALHOST, 4711).into()))
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::ACCEPT_ENCODING, "gzip")
            .header(header::COOKIE, browser.cookies.header().unwrap_or_default());
        let response = host.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        if response.status() != 200 {
            return Err(response.status().as_u16());
        }
        // What compresses holds events back until there are enough of them.
        assert_eq!(response.headers().get(header::CONTENT_ENCODING), None);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Ok(Self(response.into_body()))
    }

    /// The next event; none when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        let frame = timeout(Duration::from_secs(5), self.0.frame()).await.expect("an event in time")?;
        frame.ok()?.into_data().ok().map(|data| String::from_utf8(data.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn d4_an_open_page_hears_of_a_second_factor_at_once() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let stamp =
        |page: &str| page.split("data-live-stamp=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let before = stamp(&browser.get(&tab(&host)).await.body);
    let mut stream = Stream::open(&host, &browser).await.ok().unwrap();
    assert_eq!(stream.next().await.unwrap(), format!("event: state\ndata: {before}\n\n"));
    let set_up = turn_on(&host).await;
    let told = stream.next().await.unwrap();
    let after = stamp(&browser.get(&tab(&host)).await.body);
    assert_ne!(before, after);
    assert_eq!(told, format!("event: state\ndata: {after}\n\n"));
    assert!(!told.contains(set_up.typed.expose()));

    let path = format!("/dashboard/mailboxes/{}/recovery-code", host.ada);
    browser.fill(&path, &path, &[]).await;
    assert_ne!(stream.next().await.unwrap(), told);
}

#[tokio::test]
async fn d4_an_event_stream_ends_with_its_session() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let mut stream = Stream::open(&host, &browser).await.ok().unwrap();
    stream.next().await.unwrap();
    let leaving = browser.fill("/dashboard/mailboxes", "/dashboard/sign-out", &[]);
    assert_eq!(tokio::join!(stream.next(), leaving).0, None);
    drop(stream);
    assert_eq!(Stream::open(&host, &browser).await.err(), Some(303));
}

#[tokio::test]
async fn a_session_has_only_so_many_event_streams() {
    let host = TestHost::start().await;
    let browser = host.staff("owner@birch.example").await;
    let mut open = Vec::new();
    let refused = loop {
        match Stream::open(&host, &browser).await {
            Ok(stream) => open.push(stream),
            Err(status) => break status,
        }
    };
    assert_eq!((refused, open.len()), (429, 4));
    open.pop();
    assert!(Stream::open(&host, &browser).await.is_ok(), "a place that is given back is there again");
    let other = host.staff("eye@birch.example").await;
    assert!(Stream::open(&host, &other).await.is_ok(), "and another session has its own");
}
