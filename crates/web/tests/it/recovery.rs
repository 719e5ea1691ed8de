//! *Forgot password?*: three ways back in, and what the links in our mails open.

use crate::authenticator::{ADA, BOSS};
use crate::test_host::{NEW, OLD, STAFF, TestHost, now, pass};
use jiff::SignedDuration;
use postward_authority::{LinkKind, Surface};
use postward_testclient::Page;
use postward_web::link_path;

const PAGE: &str = "/webmail/password-reset";
const PASSWORD: [(&str, &str); 2] = [("password", NEW), ("password_again", NEW)];
const OVER: &str = "This link was used, replaced or has expired";

fn with<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().copied().chain(PASSWORD).collect()
}

fn changed(answer: &Page, surface: &str) -> bool {
    answer.status == 303 && answer.header("location") == format!("/{surface}/sign-in")
}

#[tokio::test]
async fn w4_the_sign_in_pages_lead_to_the_ways_back() {
    let host = TestHost::start().await;
    let mut browser = host.browser();
    for surface in ["webmail", "panel"] {
        let page = browser.get(&format!("/{surface}/sign-in")).await;
        assert!(page.shows("Change Mailbox Password") && page.shows("Forgot password?"));
        for by in ["password", "code", "mail"] {
            let page = browser.get(&format!("/{surface}/password-reset?by={by}")).await;
            assert_eq!(page.status, 200);
            assert!(
                page.shows("Current password")
                    && page.shows("Recovery code")
                    && page.shows("Recovery e-mail")
            );
        }
    }
    assert!(browser.get("/dashboard/sign-in").await.shows("Forgot password?"));
    assert!(browser.get("/dashboard/sign-in").await.body.contains("/dashboard/password-reset"));
    assert_eq!(browser.get(&format!("{PAGE}?by=nonsense")).await.status, 404);
}

#[tokio::test]
async fn w5_the_current_password_sets_a_new_one() {
    let host = TestHost::start().await;
    let app = host.mail_app(Surface::Imap, ADA).await;
    let mut browser = host.browser();
    let answer = browser
        .post(PAGE, &with(&[("by", "password"), ("address", "Ada@Birch.Example"), ("current", OLD)]))
        .await;
    assert!(changed(&answer, "webmail"));
    assert!(app.is_finished());
    let page = browser.get("/webmail/sign-in").await;
    assert!(page.shows("Password changed. Ended 1 IMAP session. Apps need the new password."));
    host.owner(ADA, NEW).await;
}

#[tokio::test]
async fn w5_with_two_factor_the_current_password_needs_the_code() {
    let host = TestHost::start().await;
    let authenticator = host.authenticator_of_ada().await;
    let mut browser = host.browser();
    let base = [("by", "password"), ("address", ADA), ("current", OLD)];
    assert_eq!(browser.post(PAGE, &with(&base)).await.status, 403);
    let code = authenticator.code();
    let fields: Vec<_> = with(&base).into_iter().chain([("code", code.as_str())]).collect();
    assert!(changed(&browser.post("/panel/password-reset", &fields).await, "panel"));
}

#[tokio::test]
async fn r1_the_recovery_code_sets_a_new_password_once_and_turns_two_factor_off() {
    let host = TestHost::start().await;
    host.authenticator_of_ada().await;
    let code = host.recovery_code(host.ada).await;
    let mut browser = host.browser();
    let typed = code.to_lowercase().replace('-', " ");
    let fields = with(&[("by", "code"), ("address", ADA), ("recovery_code", &typed)]);
    assert!(changed(&browser.post(PAGE, &fields).await, "webmail"));
    let page = browser.get("/webmail/sign-in").await;
    assert!(page.shows("Two-factor authentication was turned off. Apps need the new password."));
    host.owner(ADA, NEW).await;
    let again = browser.post(PAGE, &fields).await;
    assert!(again.status == 403 && again.shows("Address or recovery code is wrong."));
}

#[tokio::test]
async fn w5_whatever_is_wrong_the_answer_is_the_same() {
    let host = TestHost::start().await;
    host.authenticator_of_ada().await;
    host.recovery_code(host.ada).await;
    // Eve has no recovery code and no second factor; suspended, she has nothing.
    let ask = async |address: &str, by: &str, fields: &[(&str, &str)]| {
        let fields: Vec<_> = fields.iter().copied().chain([("by", by), ("address", address)]).collect();
        let answer = host.browser().post(PAGE, &fields).await;
        let mut headers: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| *name != "content-length")
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        headers.sort();
        (answer.status, answer.body.replace(address, "ADDRESS"), headers)
    };
    for suspended in [false, true] {
        if suspended {
            host.authority.suspend(&host.operator, host.eve, now()).await.unwrap();
        }
        let wrong = with(&[("current", "Not-The-Password-1")]);
        let code = with(&[("recovery_code", "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GG")]);
        for (by, fields, status) in [("password", &wrong, 403), ("code", &code, 403), ("mail", &wrong, 200)] {
            let nobody = ask("nobody@birch.example", by, fields).await;
            assert_eq!(nobody.0, status, "{by}");
            for address in [ADA, "eve@cedar.example", "no address at all"] {
                assert!(ask(address, by, fields).await == nobody, "{by}: {address}");
            }
        }
    }
    // The right password without its code, and the right one of somebody who is suspended, are no other answers.
    let right = with(&[("current", OLD)]);
    let nobody = ask("nobody@birch.example", "password", &right).await;
    assert!(ask(ADA, "password", &right).await == nobody, "2FA on");
    assert!(ask("eve@cedar.example", "password", &right).await == nobody, "suspended");
}

#[tokio::test]
async fn w5_the_policy_is_spoken_of_whoever_asks() {
    let host = TestHost::start().await;
    for address in [ADA, "nobody@birch.example"] {
        let mut browser = host.browser();
        let base = [("by", "code"), ("address", address), ("recovery_code", "x")];
        let weak = [("password", "short"), ("password_again", "short")];
        assert_eq!(browser.post(PAGE, &[&base[..], &weak].concat()).await.status, 422);
        let differ = [("password", NEW), ("password_again", OLD)];
        assert_eq!(browser.post(PAGE, &[&base[..], &differ].concat()).await.status, 422);
        let page = browser.post(PAGE, &[&base[..], &[("generate", "1")]].concat()).await;
        assert!(page.status == 200 && page.field("password").len() == 18 && page.field("address") == address);
    }
}

#[tokio::test]
async fn odd_addresses_are_answered_and_break_nothing() {
    let host = TestHost::start().await;
    let mut browser = host.browser();
    for address in ["", "a\r\nBcc: b@c.example", "a@b@c", "\0", "<script>@x", &"a".repeat(5000)] {
        for by in ["password", "code"] {
            let answer =
                browser.post(PAGE, &with(&[("by", by), ("address", address), ("current", "x")])).await;
            assert!(matches!(answer.status, 403 | 429), "{by} {address:?}: {}", answer.status);
        }
        let answer = browser.post(PAGE, &[("by", "mail"), ("address", address)]).await;
        assert!(matches!(answer.status, 200 | 429), "{address:?}");
    }
    let twice = [("by", "mail"), ("address", "a@b.example"), ("address", "c@d.example")];
    assert_eq!(browser.post(PAGE, &twice).await.status, 400);
    assert_eq!(
        browser.post("/dashboard/password-reset", &[("email", "a@b.c"), ("email", "d@e.f")]).await.status,
        400
    );
    assert_eq!(browser.post(PAGE, &[("by", "mail"), ("address[]", "a@b.example")]).await.status, 200);
    assert_eq!(browser.get(&format!("{PAGE}/link?token=a&token=b")).await.status, 404);
    assert_eq!(browser.get(&format!("{PAGE}/link")).await.status, 410);
}

#[tokio::test]
async fn w5_a_mailed_link_sets_a_password_once_and_looking_at_it_does_nothing() {
    let host = TestHost::start().await;
    host.recovery_email_of_ada().await;
    let mut browser = host.browser();
    let answer = browser.post(PAGE, &[("by", "mail"), ("address", ADA)]).await;
    assert!(answer.shows("If this mailbox has a recovery e-mail, we have sent a link to it."));
    let token = host.mailed_soon(LinkKind::Reset).await;
    let link = link_path(LinkKind::Reset, &token);
    for _ in 0..3 {
        assert_eq!(browser.ask("HEAD", &link, &[]).await.status, 200);
        let page = browser.get(&link).await;
        assert!(page.status == 200 && page.shows("ada@birch.example"));
        assert_eq!(page.header("referrer-policy"), "strict-origin");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.body.matches(&token).count(), 1, "in the hidden field and nowhere else");
        assert!(!page.body.contains("name=\"code\""));
    }
    let post = link_path(LinkKind::Reset, "").split('?').next().unwrap().to_owned();
    let weak = [("token", token.as_str()), ("password", "short"), ("password_again", "short")];
    assert_eq!(browser.post(&post, &weak).await.status, 422);
    // Two tabs.
    let (mut first, mut second) = (host.browser(), host.browser());
    let fields = with(&[("token", &token)]);
    let (one, other) = tokio::join!(first.post(&post, &fields), second.post(&post, &fields));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    let page = browser.get(&link).await;
    assert!(page.status == 410 && page.shows(OVER) && page.shows("Ask for another link"));
    host.owner(ADA, NEW).await;
}

#[tokio::test]
async fn w5_a_link_asks_for_the_code_where_two_factor_is_on() {
    let host = TestHost::start().await;
    host.recovery_email_of_ada().await;
    let authenticator = host.authenticator_of_ada().await;
    let mut browser = host.browser();
    browser.post(PAGE, &[("by", "mail"), ("address", ADA)]).await;
    let token = host.mailed_soon(LinkKind::Reset).await;
    assert!(browser.get(&link_path(LinkKind::Reset, &token)).await.body.contains("name=\"code\""));
    let post = "/webmail/password-reset/link";
    assert_eq!(browser.post(post, &with(&[("token", &token)])).await.status, 422);
    assert_eq!(browser.post(post, &with(&[("token", &token), ("code", "000")])).await.status, 403);
    let code = authenticator.code();
    assert!(changed(&browser.post(post, &with(&[("token", &token), ("code", &code)])).await, "webmail"));
}

#[tokio::test]
async fn w5_links_expire_and_are_replaced() {
    let host = TestHost::start().await;
    host.recovery_email_of_ada().await;
    let mut browser = host.browser();
    browser.post(PAGE, &[("by", "mail"), ("address", ADA)]).await;
    let first = host.mailed_soon(LinkKind::Reset).await;
    pass(SignedDuration::from_mins(5));
    browser.post(PAGE, &[("by", "mail"), ("address", ADA)]).await;
    let mut replaced = 200;
    for _ in 0..200 {
        replaced = browser.get(&link_path(LinkKind::Reset, &first)).await.status;
        if replaced == 410 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(replaced, 410);
    let second = host.mailed_soon(LinkKind::Reset).await;
    assert_eq!(browser.get(&link_path(LinkKind::Reset, &second)).await.status, 200);
    pass(SignedDuration::from_mins(61));
    assert_eq!(browser.get(&link_path(LinkKind::Reset, &second)).await.status, 410);
    let answer = browser.post("/webmail/password-reset/link", &with(&[("token", &second)])).await;
    assert_eq!(answer.status, 410);
}

#[tokio::test]
async fn w9_a_recovery_email_is_confirmed_by_the_button_and_not_by_looking() {
    let host = TestHost::start().await;
    let token = host.verification_of_ada("ada@elsewhere.example").await;
    let link = link_path(LinkKind::VerifyRecoveryEmail, &token);
    let mut browser = host.browser();
    for _ in 0..2 {
        let page = browser.get(&link).await;
        assert!(page.shows("ada@elsewhere.example becomes the recovery e-mail of ada@birch.example."));
        assert!(page.shows("Confirm this address"));
    }
    let post = "/webmail/recovery-email/verify";
    assert!(browser.post(post, &[("token", &token)]).await.shows("Recovery e-mail confirmed"));
    assert_eq!(browser.post(post, &[("token", &token)]).await.status, 410);
    // A link opens only what it is for.
    let other = host.verification_of_ada("ada@third.example").await;
    for kind in [LinkKind::Reset, LinkKind::NotMe, LinkKind::StaffReset] {
        assert_eq!(browser.get(&link_path(kind, &other)).await.status, 410);
    }
}

#[tokio::test]
async fn this_wasnt_me_ends_what_is_open_and_leads_to_a_new_password() {
    let host = TestHost::start().await;
    host.recovery_email_of_ada().await;
    let app = host.mail_app(Surface::Imap, ADA).await;
    let token =
        host.mailed(LinkKind::NotMe).await.expect("a letter that tells of something carries the link");
    let link = link_path(LinkKind::NotMe, &token);
    let mut browser = host.browser();
    assert!(
        browser.get(&link).await.shows("This wasn't me")
            || browser.get(&link).await.shows("This wasn&#39;t me")
    );
    assert!(!app.is_finished());
    let done = browser.post("/webmail/not-me", &[("token", &token)]).await;
    assert!(done.status == 200 && done.shows("1 IMAP") && done.shows("Set a new password"));
    assert!(app.is_finished());
    assert_eq!(browser.post("/webmail/not-me", &[("token", &token)]).await.status, 410);
}

#[tokio::test]
async fn d11_staff_forget_and_set_a_new_password_by_mail() {
    let host = TestHost::start().await;
    let (_, backup) = host.authenticator_of_boss().await;
    let mut browser = host.browser();
    let sentence = "If an account exists for this email, we&#39;ve sent password reset instructions.";
    let mut answers = Vec::new();
    for email in [BOSS, "nobody@birch.example", ADA] {
        let answer = browser.post("/dashboard/password-reset", &[("email", email)]).await;
        assert!(answer.shows(sentence), "{}", answer.body);
        answers.push((answer.status, answer.body));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let token = host.mailed_soon(LinkKind::StaffReset).await;
    let page = browser.get(&link_path(LinkKind::StaffReset, &token)).await;
    assert!(page.shows(BOSS) && page.shows("Six-digit code or backup code"));
    let post = "/dashboard/password-reset/link";
    assert_eq!(browser.post(post, &with(&[("token", &token)])).await.status, 422);
    let answer = browser.post(post, &with(&[("token", &token), ("code", &backup[0])])).await;
    assert!(changed(&answer, "dashboard"));
    assert!(browser.get("/dashboard/sign-in").await.shows("owner@birch.example Password changed."));
    let answer = browser.post("/dashboard/sign-in", &[("email", BOSS), ("password", STAFF)]).await;
    assert_eq!(answer.status, 403);
    let answer = browser.post("/dashboard/sign-in", &[("email", BOSS), ("password", NEW)]).await;
    assert!(answer.header("location").starts_with("/dashboard/code"));
}

#[tokio::test]
async fn what_a_browser_says_of_the_host_changes_no_page_and_no_link() {
    let host = TestHost::start().await;
    host.recovery_email_of_ada().await;
    let mut browser = host.browser();
    browser.post(PAGE, &[("by", "mail"), ("address", ADA)]).await;
    let token = host.mailed_soon(LinkKind::Reset).await;
    let link = link_path(LinkKind::Reset, &token);
    assert!(
        link.starts_with("/webmail/password-reset/link?token="),
        "a path; the origin is the configured one"
    );
    let forged =
        [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
    for path in
        [link.as_str(), PAGE, "/webmail/sign-in", "/.well-known/change-password", "/dashboard/password-reset"]
    {
        let answer = browser.ask("GET", path, &forged).await;
        assert!(!answer.body.contains("evil.example") && !answer.header("location").contains("evil.example"));
        assert!(!answer.header("location").contains("://"));
    }
}

#[tokio::test]
async fn a_password_manager_is_led_to_the_form_of_the_surface_one_is_signed_in_at() {
    let host = TestHost::start().await;
    let well_known = "/.well-known/change-password";
    let mut owner = host.owner(ADA, OLD).await;
    assert_eq!(owner.get(well_known).await.header("location"), "/panel/password");
    let mut staff = host.staff(BOSS).await;
    assert_eq!(staff.get(well_known).await.header("location"), "/dashboard/account");
    assert!(staff.get("/dashboard/account").await.body.contains("passwordrules="));
    // Whose sign-in is over signs in first and is led on.
    staff.fill("/dashboard/account", "/dashboard/sign-out", &[]).await;
    staff.cookies.insert("postward-dashboard", "over");
    assert_eq!(staff.get(well_known).await.header("location"), "/dashboard/account");
    let location = staff.get("/dashboard/account").await.header("location").to_owned();
    assert!(location.starts_with("/dashboard/sign-in?next=%2Fdashboard%2Faccount"), "{location}");
    let mut nobody = host.browser();
    let form = nobody.get(well_known).await.header("location").to_owned();
    let page = nobody.get(&form).await;
    assert!(page.status == 200 && page.body.contains("autocomplete=\"username\""));
    assert!(page.body.contains("autocomplete=\"current-password\"") && page.body.contains("passwordrules="));
}

#[tokio::test]
async fn a_browser_that_only_says_its_origin_may_send_the_form_of_a_mailed_link() {
    let host = TestHost::start().await;
    let mut browser = host.browser();
    let form = ("content-type", "application/x-www-form-urlencoded");
    for kind in [LinkKind::Reset, LinkKind::StaffReset, LinkKind::VerifyRecoveryEmail, LinkKind::NotMe] {
        let link = link_path(kind, "garbled");
        let page = browser.get(&link).await;
        // With `no-referrer` the browser would say `Origin: null` of this very page.
        assert_eq!((page.status, page.header("referrer-policy")), (410, "strict-origin"));
        let post = link.split('?').next().unwrap();
        let ours = browser.ask("POST", post, &[form, ("origin", "http://127.0.0.1:8080")]).await;
        assert!(ours.status == 410 && ours.shows("This link was used, replaced or has expired"), "{kind:?}");
        for origin in ["null", "http://evil.example"] {
            assert_eq!(browser.ask("POST", post, &[form, ("origin", origin)]).await.status, 403, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn without_a_script_a_generated_password_says_which_secrets_to_type_again() {
    let host = TestHost::start().await;
    let mut browser = host.browser();
    let typed =
        [("by", "password"), ("address", ADA), ("current", OLD), ("code", "123456"), ("generate", "1")];
    let page = browser.post(PAGE, &typed).await;
    assert_eq!(page.field("address"), ADA);
    assert!(page.shows("Type it now. What stood here before Generate strong password was not kept."));
    assert!(page.shows("Not kept either: type it now if you use one."));
    assert!(!page.body.contains(OLD) && !page.body.contains("123456"), "no secret comes back");
    let empty = browser.get(PAGE).await;
    assert!(!empty.shows("was not kept"));
    let typed = [("by", "code"), ("address", ADA), ("recovery_code", "ABCD EFGH"), ("generate", "1")];
    let page = browser.post(PAGE, &typed).await;
    assert!(
        page.shows("was not kept. Capitals, spaces and hyphens do not matter.")
            && !page.body.contains("ABCD EFGH")
    );
}
