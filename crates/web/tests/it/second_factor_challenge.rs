//! The second factor challenge: what a browser holds between password and code opens nothing else.

use crate::authenticator::{ADA, BOSS};
use crate::browser::Browser;
use crate::test_host::{NEW, OLD, STAFF, TestHost, now, pass};
use jiff::SignedDuration;
use postward_testclient::Page;
use postward_wire::Secret;

const AGAIN: &str = "The time or the tries for the code are used up. Begin with your password again.";
const WRONG: &str = "This code is wrong or was used already. Wait for the next one in your app.";

/// A browser whose password was right.
async fn owing(host: &TestHost, surface: &str) -> Browser {
    let mut browser = host.browser();
    let fields = [("address", ADA), ("password", OLD), ("next", "/webmail/account")];
    let answer = browser.post(&format!("/{surface}/sign-in"), &fields).await;
    assert_eq!(answer.status, 303);
    assert!(answer.header("location").starts_with(&format!("/{surface}/code?next=")));
    browser
}

fn to_sign_in(answer: &Page, surface: &str) -> bool {
    answer.status == 303 && answer.header("location").starts_with(&format!("/{surface}/sign-in"))
}

async fn is_signed_in(browser: &mut Browser, page: &str) -> bool {
    browser.get(page).await.status == 200
}

#[tokio::test]
async fn w1_the_code_ends_the_sign_in_and_leads_to_the_page_that_was_asked_for() {
    let host = TestHost::start().await;
    let authenticator = host.authenticator_of_ada().await;
    let mut browser = owing(&host, "webmail").await;
    let page = browser.get("/webmail/code?next=%2Fwebmail%2Faccount").await;
    assert!(page.status == 200 && page.shows("Enter the code") && page.shows("Lost your phone?"));
    assert_eq!(page.field("next"), "/webmail/account");
    assert_eq!(page.header("cache-control"), "no-store");
    let code = authenticator.code();
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let answer = browser.post("/webmail/code", &[("code", &spaced), ("next", "/webmail/account")]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/webmail/account"));
    assert!(browser.cookies.get("postward-second-step-webmail").is_none());
    assert!(is_signed_in(&mut browser, "/webmail/account").await);
    // *Back* from there.
    let back = browser.get("/webmail/code?next=%2Fwebmail%2Faccount").await;
    assert_eq!((back.status, back.header("location")), (303, "/webmail/account"));
}

#[tokio::test]
async fn p1_the_code_appended_to_the_password_asks_for_no_second_page() {
    let host = TestHost::start().await;
    let authenticator = host.authenticator_of_ada().await;
    let mut browser = host.browser();
    let both = format!("{OLD}{}", authenticator.code());
    let answer = browser.post("/panel/sign-in", &[("address", ADA), ("password", &both)]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/panel"));
}

#[tokio::test]
async fn what_a_browser_holds_before_the_code_opens_nothing_else() {
    let host = TestHost::start().await;
    let authenticator = host.authenticator_of_ada().await;
    let mut browser = owing(&host, "webmail").await;
    for page in ["/webmail/account", "/webmail", "/webmail/confirm", "/panel", "/dashboard/mailboxes"] {
        assert_eq!(browser.get(page).await.status, 303, "{page}");
    }
    let token = browser.cookies.get("postward-second-step-webmail").unwrap().to_owned();
    for cookie in ["postward-webmail", "postward-panel", "postward-dashboard"] {
        browser.cookies.insert(cookie, &token);
    }
    for page in ["/webmail/account", "/panel", "/dashboard/mailboxes"] {
        assert_eq!(browser.get(page).await.status, 303, "{page}");
    }
    // At another surface it is nothing either, with the right code.
    for surface in ["panel", "dashboard"] {
        let mut other = host.browser();
        other.cookies.insert(&format!("postward-second-step-{surface}"), &token);
        let answer = other.post(&format!("/{surface}/code"), &[("code", &authenticator.code())]).await;
        assert!(to_sign_in(&answer, surface), "{surface}");
    }
    // Nor in a browser that does not hold it.
    let answer = host.browser().post("/webmail/code", &[("code", &authenticator.code())]).await;
    assert!(to_sign_in(&answer, "webmail"));
    // Where it belongs it is still good: nothing of that has used it or the code up.
    assert_eq!(browser.post("/webmail/code", &[("code", &authenticator.code())]).await.status, 303);
    assert!(is_signed_in(&mut browser, "/webmail/account").await);
}

#[tokio::test]
async fn looking_at_the_page_uses_nothing_up() {
    let host = TestHost::start().await;
    let authenticator = host.authenticator_of_ada().await;
    let mut browser = owing(&host, "panel").await;
    for _ in 0..8 {
        assert_eq!(browser.get(&format!("/panel/code?code={}", authenticator.code())).await.status, 200);
        assert_eq!(browser.ask("HEAD", "/panel/code", &[]).await.status, 200);
    }
    assert_eq!(
        browser.post("/panel/code", &[("code", &authenticator.code())]).await.header("location"),
        "/panel"
    );
}

#[tokio::test]
async fn five_wrong_codes_lead_back_to_the_password() {
    let host = TestHost::start().await;
    let authenticator = host.authenticator_of_ada().await;
    let mut browser = owing(&host, "webmail").await;
    for _ in 0..4 {
        let answer = browser.post("/webmail/code", &[("code", "not one")]).await;
        assert!(answer.status == 403 && answer.shows(WRONG));
    }
    let answer = browser.post("/webmail/code", &[("code", "not one")]).await;
    assert!(to_sign_in(&answer, "webmail"));
    let location = answer.header("location").to_owned();
    assert!(browser.get(&location).await.shows(AGAIN));
    assert!(to_sign_in(&browser.post("/webmail/code", &[("code", &authenticator.code())]).await, "webmail"));
    assert!(!is_signed_in(&mut browser, "/webmail/account").await);
}

#[tokio::test]
async fn g2_a_code_is_good_once() {
    let host = TestHost::start().await;
    let authenticator = host.authenticator_of_ada().await;
    let (mut first, mut second) = (owing(&host, "webmail").await, owing(&host, "webmail").await);
    let code = authenticator.code();
    assert_eq!(first.post("/webmail/code", &[("code", &code)]).await.status, 303);
    let answer = second.post("/webmail/code", &[("code", &code)]).await;
    assert!(answer.status == 403 && answer.shows(WRONG));
    assert_eq!(second.post("/webmail/code", &[("code", &authenticator.next_code())]).await.status, 303);
}

#[tokio::test]
async fn a_change_a_suspension_and_time_end_what_was_begun() {
    let host = TestHost::start().await;
    let authenticator = host.authenticator_of_ada().await;
    let mut late = owing(&host, "webmail").await;
    pass(SignedDuration::from_mins(11));
    assert!(to_sign_in(&late.get("/webmail/code").await, "webmail"));
    assert!(to_sign_in(&late.post("/webmail/code", &[("code", &authenticator.code())]).await, "webmail"));

    let mut suspended = owing(&host, "webmail").await;
    host.authority.suspend(&host.operator, host.ada, now()).await.unwrap();
    let answer = suspended.post("/webmail/code", &[("code", &authenticator.code())]).await;
    assert!(to_sign_in(&answer, "webmail"));
    host.authority.resume_sign_in(&host.operator, host.ada, now()).await.unwrap();

    let mut changed = owing(&host, "webmail").await;
    let new = Secret::new(NEW.to_owned());
    host.authority.reset(&host.operator, host.ada, new, now()).await.unwrap();
    let answer = changed.post("/webmail/code", &[("code", &authenticator.next_code())]).await;
    assert!(to_sign_in(&answer, "webmail"));
    assert!(!is_signed_in(&mut changed, "/webmail/account").await);
}

#[tokio::test]
async fn use_another_account_forgets_what_was_begun() {
    let host = TestHost::start().await;
    host.authenticator_of_ada().await;
    let mut browser = owing(&host, "panel").await;
    let answer = browser.post("/panel/code/leave", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/panel/sign-in"));
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn d11_staff_end_their_sign_in_with_a_code_or_with_a_backup_code_once() {
    let host = TestHost::start().await;
    let (authenticator, backup) = host.authenticator_of_boss().await;
    let begin = async || {
        let mut browser = host.browser();
        let answer = browser.post("/dashboard/sign-in", &[("email", BOSS), ("password", STAFF)]).await;
        assert!(answer.header("location").starts_with("/dashboard/code"));
        browser
    };
    let mut browser = begin().await;
    assert!(browser.get("/dashboard/code").await.shows("A backup code will do as well."));
    let answer = browser.post("/dashboard/code", &[("code", &authenticator.code())]).await;
    assert_eq!(answer.header("location"), "/dashboard/mailboxes");
    let mut browser = begin().await;
    assert_eq!(browser.post("/dashboard/code", &[("code", &backup[0])]).await.status, 303);
    assert!(is_signed_in(&mut browser, "/dashboard/mailboxes").await);
    let mut browser = begin().await;
    assert_eq!(browser.post("/dashboard/code", &[("code", &backup[0])]).await.status, 403);
}

#[tokio::test]
async fn w3_user_settings_hops_into_the_panel_as_strongly_as_the_person_signed_in() {
    let host = TestHost::start().await;
    let mut weak = host.browser();
    weak.post("/webmail/sign-in", &[("address", ADA), ("password", OLD)]).await;
    let answer = weak.fill("/webmail/account", "/webmail/user-settings", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/panel"));
    assert!(is_signed_in(&mut weak, "/panel").await);
    assert_eq!(weak.post("/webmail/user-settings", &[]).await.status, 403, "only from our own pages");

    let authenticator = host.authenticator_of_ada().await;
    weak.cookies.remove("postward-panel");
    let answer = weak.fill("/webmail/account", "/webmail/user-settings", &[]).await;
    assert!(answer.header("location").starts_with("/panel/code"), "the second factor is not skipped");
    assert!(!is_signed_in(&mut weak, "/panel").await);
    assert_eq!(
        weak.post("/panel/code", &[("code", &authenticator.code())]).await.header("location"),
        "/panel"
    );

    let mut strong = owing(&host, "webmail").await;
    strong.post("/webmail/code", &[("code", &authenticator.next_code())]).await;
    let answer = strong.fill("/webmail/account", "/webmail/user-settings", &[]).await;
    assert_eq!(answer.header("location"), "/panel");
    assert!(is_signed_in(&mut strong, "/panel").await);
}

#[tokio::test]
async fn a_session_without_a_code_is_asked_for_one_before_it_changes_the_password() {
    let host = TestHost::start().await;
    let mut browser = host.browser();
    browser.post("/webmail/sign-in", &[("address", ADA), ("password", OLD)]).await;
    let authenticator = host.authenticator_of_ada().await;
    let new = [("current", OLD), ("password", NEW), ("password_again", NEW)];
    let answer = browser.fill("/webmail/account", "/webmail/account/password", &new).await;
    let confirm = "/webmail/confirm?next=%2Fwebmail%2Faccount";
    assert_eq!((answer.status, answer.header("location")), (303, confirm));

    // Both are asked for at once: nobody types the password in vain.
    assert!(browser.get(confirm).await.body.contains("name=\"code\""));
    let post = "/webmail/confirm";
    let next = ("next", "/webmail/account");
    let answer = browser.fill(confirm, post, &[("password", "Not-The-Password-1"), next]).await;
    assert!(answer.status == 422 && answer.shows("This is not your password."));
    let answer = browser.fill(confirm, post, &[("password", OLD), next]).await;
    assert!(answer.status == 422 && answer.body.contains("name=\"code\""));
    let answer = browser.fill(confirm, post, &[("password", OLD), ("code", "123"), next]).await;
    assert!(answer.status == 422 && answer.shows(WRONG));
    let code = authenticator.code();
    let answer = browser.fill(confirm, post, &[("password", OLD), ("code", &code), next]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/webmail/account"));
    let answer = browser.fill("/webmail/account", "/webmail/account/password", &new).await;
    assert_eq!(answer.header("location"), "/webmail/sign-in");
}

#[tokio::test]
async fn confirming_leads_nowhere_else() {
    let host = TestHost::start().await;
    let mut browser = host.owner(ADA, OLD).await;
    for next in ["https://evil.example", "//evil.example", "/dashboard"] {
        let fields = [("password", OLD), ("next", next)];
        assert_eq!(
            browser.fill("/panel/confirm", "/panel/confirm", &fields).await.header("location"),
            "/panel"
        );
    }
    let mut staff = host.staff(BOSS).await;
    let fields = [("password", STAFF), ("next", "/dashboard/audit")];
    let answer = staff.fill("/dashboard/confirm", "/dashboard/confirm", &fields).await;
    assert_eq!(answer.header("location"), "/dashboard/audit");
}
