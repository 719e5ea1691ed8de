//! What protects requests: headers, origins, cookies, one answer for every refusal.

use crate::test_host::{OLD, STAFF, TestHost};

#[tokio::test]
async fn every_answer_wears_the_security_headers() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    for path in ["/", "/dashboard/sign-in", "/dashboard/mailboxes", "/panel", "/nowhere", "/healthz"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {part}");
        }
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn no_page_carries_inline_script_or_style() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let security = format!("/dashboard/mailboxes/{}/security", host.ada);
    for path in ["/", "/panel/sign-in", "/dashboard/mailboxes", "/dashboard/mailboxes/new", &security] {
        let text = browser.get(path).await.body;
        assert!(!text.contains("<style") && !text.contains(" style="), "{path}");
        // `on` is a word as well: a handler is one with an equals sign.
        let handlers = text
            .split(" on")
            .skip(1)
            .filter(|rest| rest.trim_start_matches(|c: char| c.is_ascii_lowercase()).starts_with('='));
        assert_eq!(handlers.count(), 0, "{path}");
        for script in text.split("<script").skip(1) {
            assert!(script.contains("src=\"/assets/") && script.contains("></script>"), "{path}");
        }
    }
}

#[tokio::test]
async fn under_tls_cookies_are_bound_to_the_host_and_browsers_stay() {
    let host = TestHost::start_at("https://mail.example.com").await;
    let mut browser = host.browser();
    let answer =
        browser.post("/dashboard/sign-in", &[("email", "owner@birch.example"), ("password", STAFF)]).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-postward-dashboard="), "{cookie}");
    for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(answer.header("strict-transport-security"), "max-age=63072000");
}

#[tokio::test]
async fn forms_of_other_sites_do_nothing() {
    let host = TestHost::start().await;
    let mut browser = host.browser();
    browser.site = "cross-site";
    let fields = [("email", "owner@birch.example"), ("password", STAFF)];
    let answer = browser.post("/dashboard/sign-in", &fields).await;
    assert_eq!(answer.status, 403);
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn a_form_without_the_token_of_its_session_does_nothing() {
    let host = TestHost::start().await;
    let mut ours = host.staff("owner@birch.example").await;
    let mut theirs = host.staff("owner@cedar.example").await;
    let path = format!("/dashboard/mailboxes/{}/password", host.ada);
    let foreign = theirs.get("/dashboard/mailboxes").await.field("csrf");
    for csrf in ["", "nonsense", foreign.as_str()] {
        let fields =
            [("password", "Any-Good-Password-1"), ("password_again", "Any-Good-Password-1"), ("csrf", csrf)];
        let answer = ours.post(&path, &fields).await;
        assert_eq!(answer.status, 403, "{csrf:?}");
        assert!(answer.shows("Nothing has been changed."));
    }
    host.owner("ada@birch.example", OLD).await;
}

#[tokio::test]
async fn nobody_outside_can_tell_which_addresses_exist() {
    let host = TestHost::start().await;
    for (sign_in, field) in
        [("/dashboard/sign-in", "email"), ("/panel/sign-in", "address"), ("/webmail/sign-in", "address")]
    {
        let mut seen = Vec::new();
        for address in [
            "ada@birch.example",
            "owner@birch.example",
            "nobody@birch.example",
            "nobody@elsewhere.example",
            "no address",
        ] {
            let answer = host.browser().post(sign_in, &[(field, address), ("password", "wrong")]).await;
            assert_eq!(answer.status, 403, "{sign_in} {address}");
            assert!(answer.shows("Address or password is wrong."), "{sign_in} {address}");
            seen.push(answer.body.replace(address, "ADDRESS"));
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{sign_in}");
    }
}

#[tokio::test]
async fn a_typed_password_never_comes_back() {
    let host = TestHost::start().await;
    let mut browser = host.browser();
    let answer = browser
        .post("/panel/sign-in", &[("address", "ada@birch.example"), ("password", "a typed Secret 1")])
        .await;
    assert_eq!(answer.field("address"), "ada@birch.example");
    assert!(!answer.body.contains("a typed Secret 1"));
}

#[tokio::test]
async fn mailboxes_do_not_open_the_dashboard_nor_staff_the_panel() {
    let host = TestHost::start().await;
    let answer =
        host.browser().post("/dashboard/sign-in", &[("email", "ada@birch.example"), ("password", OLD)]).await;
    assert_eq!(answer.status, 403);
    let answer = host
        .browser()
        .post("/panel/sign-in", &[("address", "owner@birch.example"), ("password", STAFF)])
        .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn a_cookie_opens_the_surface_that_gave_it_and_no_other() {
    let host = TestHost::start().await;
    let mut browser = host.owner("ada@birch.example", OLD).await;
    let token = browser.cookies.get("postward-panel").unwrap().to_owned();
    assert_eq!(browser.get("/panel").await.status, 200);
    for name in ["postward-webmail", "postward-dashboard"] {
        browser.cookies.insert(name, &token);
    }
    assert_eq!(browser.get("/webmail").await.status, 303);
    assert_eq!(browser.get("/dashboard/mailboxes").await.status, 303);
}

#[tokio::test]
async fn who_is_not_signed_in_is_led_there_and_back_again() {
    let host = TestHost::start().await;
    let mut browser = host.browser();
    let answer = browser.get("/dashboard/mailboxes?q=ada").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), "/dashboard/sign-in?next=%2Fdashboard%2Fmailboxes%3Fq%3Dada");
    let page = browser.get("/dashboard/sign-in?next=%2Fdashboard%2Fmailboxes%3Fq%3Dada").await;
    let next = page.field("next");
    let fields = [("email", "owner@birch.example"), ("password", STAFF), ("next", next.as_str())];
    assert_eq!(
        browser.post("/dashboard/sign-in", &fields).await.header("location"),
        "/dashboard/mailboxes?q=ada"
    );
    let fields =
        [("email", "owner@birch.example"), ("password", STAFF), ("next", "https://evil.example/dashboard")];
    assert_eq!(browser.post("/dashboard/sign-in", &fields).await.header("location"), "/dashboard/mailboxes");
}

#[tokio::test]
async fn whoever_is_signed_out_meanwhile_hears_it_and_comes_back_to_a_page() {
    let host = TestHost::start().await;
    let signed_out = "You were signed out. Sign in to go on.";
    let unsaved = "You were signed out, and nothing was saved. Sign in and do it once more.";
    let mut browser = host.owner("ada@birch.example", OLD).await;
    browser.cookies.insert("postward-panel", "ended");
    browser.cookies.insert("postward-webmail", "ended");

    let looked = browser.get("/panel/password").await;
    assert_eq!(looked.header("location"), "/panel/sign-in?next=%2Fpanel%2Fpassword&ended=1");
    assert!(browser.get(looked.header("location")).await.shows(signed_out));

    // An address that takes forms only is no place to come back to; the page of the form is.
    browser.referer = "http://127.0.0.1:8080/webmail/folder/INBOX/11?page=2";
    let sent = browser.post("/webmail/folder/INBOX/11/mark", &[("mark", "star")]).await;
    let back = "%2Fwebmail%2Ffolder%2FINBOX%2F11%3Fpage%3D2";
    assert_eq!(sent.header("location"), format!("/webmail/sign-in?next={back}&ended=unsaved"));
    assert!(browser.get(sent.header("location")).await.shows(unsaved));
    for elsewhere in ["", "nonsense", "https://mail.example//evil.example"] {
        browser.referer = elsewhere;
        let sent = browser.post("/webmail/folder/INBOX/11/mark", &[("mark", "star")]).await;
        assert_eq!(
            sent.header("location"),
            "/webmail/sign-in?next=%2Fwebmail&ended=unsaved",
            "{elsewhere:?}"
        );
    }

    // A file is saved from the page of its message.
    let file = browser.get("/webmail/folder/INBOX/11/part/1").await;
    assert_eq!(file.header("location"), "/webmail/sign-in?next=%2Fwebmail%2Ffolder%2FINBOX%2F11&ended=1");

    // Who never was signed in is told nothing, unless they sent something.
    let mut visitor = host.browser();
    assert_eq!(visitor.get("/panel").await.header("location"), "/panel/sign-in?next=%2Fpanel");
    let sent = visitor.post("/panel/password", &[]).await;
    assert_eq!(sent.header("location"), "/panel/sign-in?next=%2Fpanel&ended=unsaved");
    assert!(!visitor.get("/panel/sign-in?ended=nonsense").await.shows("signed out"));
}

#[tokio::test]
async fn w1_a_frame_says_that_its_reader_was_signed_out() {
    let host = TestHost::start().await;
    let answer = host.browser().get_framed("/webmail/folder/INBOX/11/body").await;
    assert_eq!(answer.status, 403);
    assert!(answer.shows("You were signed out. Reload the page to sign in."));
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'self'"), "{policy}");
    assert_eq!(answer.header("x-frame-options"), "SAMEORIGIN");
}

#[tokio::test]
async fn every_error_is_a_page_with_a_title_of_its_own() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    browser.post("/webmail/sign-in", &[("address", "ada@birch.example"), ("password", OLD)]).await;
    let bogus = format!("/dashboard/mailboxes/{}/password?from=bogus", host.ada);
    for path in [
        "/nowhere",
        "/dashboard/mailboxes?q=a&q=b",
        &bogus,
        "/webmail/folder/%FF",
        "/dashboard/sign-in?next=a&next=b",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("<title>There is no such page · Postward</title>"), "{path}");
    }
    assert!(browser.get("/").await.body.contains("<title>Postward</title>"));
    let answer = browser.post("/nowhere/else", &[]).await;
    assert!(answer.body.contains("<title>There is no such page · Postward</title>"));
    let answer = browser.post("/dashboard/audit", &[]).await;
    assert!(answer.body.contains("<title>This address does not take that · Postward</title>"));
}

#[tokio::test]
async fn signing_out_ends_the_session_and_not_only_the_cookie() {
    let host = TestHost::start().await;
    let mut browser = host.owner("ada@birch.example", OLD).await;
    let kept = browser.cookies.clone();
    let answer = browser.fill("/panel", "/panel/sign-out", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/panel/sign-in"));
    browser.cookies = kept;
    assert_eq!(browser.get("/panel").await.status, 303);
}

#[tokio::test]
async fn password_managers_find_the_form_and_unknown_well_knowns_are_missing() {
    let host = TestHost::start().await;
    let mut browser = host.browser();
    let answer = browser.get("/.well-known/change-password").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/webmail/password-reset?by=password"));
    let probe = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    assert_eq!(browser.get(probe).await.status, 404);
}

#[tokio::test]
async fn a_first_load_is_small() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let page = browser.get("/dashboard/mailboxes").await.body;
    let mut bytes = page.len();
    for part in page.split('"').filter(|part| part.starts_with("/assets/") || *part == "/brand.css") {
        let answer = browser.get(part).await;
        assert_eq!(answer.status, 200, "{part}");
        bytes += answer.body.len();
    }
    // Three to one is what gzip makes of such text at the very least; the goal is 60 KiB compressed.
    assert!(bytes < 3 * 60 * 1024, "{bytes} bytes before compression");
}
