//! The user panel: the owner's own password.

use crate::test_host::{NEW, OLD, TestHost, pass};
use jiff::SignedDuration;
use postward_authority::Surface;
use std::time::Duration;

const FORM: &str = "/panel/password";

#[tokio::test]
async fn p2_a_change_signs_out_everywhere_and_leads_to_sign_in_with_the_receipt() {
    let host = TestHost::start().await;
    let app = host.mail_app(Surface::Imap, "ada@birch.example").await;
    let mut browser = host.owner("Ada@Birch.Example", OLD).await;
    let home = browser.get("/panel").await;
    assert!(home.shows("Password") && home.shows("ada@birch.example"));
    let answer = browser.fill(FORM, FORM, &[("password", NEW), ("password_again", NEW)]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/panel/sign-in"));
    assert!(app.is_finished());
    let receipt = "Password changed. Ended 1 IMAP and 1 user panel sessions. Apps need the new password.";
    assert!(browser.get("/panel/sign-in").await.shows(receipt));
    assert_eq!(browser.get("/panel").await.status, 303);
    host.owner("ada@birch.example", NEW).await;
}

#[tokio::test]
async fn p2_the_receipt_is_for_the_mailbox_it_is_about() {
    let host = TestHost::start().await;
    let mut browser = host.owner("ada@birch.example", OLD).await;
    browser.fill(FORM, FORM, &[("password", NEW), ("password_again", NEW)]).await;
    let wrong = browser.post("/panel/sign-in", &[("address", "ada@birch.example"), ("password", OLD)]).await;
    assert!(wrong.shows("Address or password is wrong.") && !wrong.shows("Password changed."));
    let ended = browser.cookies.clone();
    browser.post("/panel/sign-in", &[("address", "ADA@birch.example"), ("password", NEW)]).await;
    assert!(browser.get("/panel").await.shows("ada@birch.example Password changed."));

    browser.cookies = ended;
    browser.post("/panel/sign-in", &[("address", "eve@cedar.example"), ("password", OLD)]).await;
    let theirs = browser.get("/panel").await;
    assert!(theirs.shows("eve@cedar.example") && !theirs.shows("Password changed."));
}

#[tokio::test]
async fn p2_an_old_sign_in_is_asked_for_the_current_password() {
    let host = TestHost::start().await;
    let mut browser = host.owner("ada@birch.example", OLD).await;
    pass(SignedDuration::from_mins(11));
    let new = [("password", NEW), ("password_again", NEW)];
    let answer = browser.fill(FORM, FORM, &new).await;
    assert_eq!(answer.status, 422);
    assert!(answer.shows("Type your current password too."));
    assert!(answer.body.contains("name=\"current\""));

    let wrong: Vec<_> = new.into_iter().chain([("current", "not-the-Password-1")]).collect();
    let answer = browser.fill(FORM, FORM, &wrong).await;
    assert_eq!(answer.status, 422);
    assert!(answer.shows("The current password is wrong."));

    let right: Vec<_> = new.into_iter().chain([("current", OLD)]).collect();
    assert_eq!(browser.fill(FORM, FORM, &right).await.header("location"), "/panel/sign-in");
    host.owner("ada@birch.example", NEW).await;
}

#[tokio::test]
async fn a_refused_change_changes_nothing() {
    let host = TestHost::start().await;
    let app = host.mail_app(Surface::Imap, "ada@birch.example").await;
    let mut browser = host.owner("ada@birch.example", OLD).await;
    let answer = browser.fill(FORM, FORM, &[("password", "short"), ("password_again", "short")]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.shows("The password was not changed."));
    assert!(!app.is_finished());
    assert_eq!(browser.get("/panel").await.status, 200);
}

#[tokio::test]
async fn d7_a_request_in_flight_is_cut() {
    let host = TestHost::start().await;
    let mut browser = host.browser();
    browser.post("/webmail/sign-in", &[("address", "ada@birch.example"), ("password", OLD)]).await;
    let reading = tokio::spawn(async move { browser.get("/webmail/folder/INBOX").await });
    let asked = tokio::time::timeout(Duration::from_secs(20), host.engine.asked.notified());
    asked.await.expect("the engine is asked");
    let new = postward_wire::Secret::new(NEW.to_owned());
    host.authority.reset(&host.operator, host.ada, new, crate::test_host::now()).await.unwrap();
    let answer = reading.await.unwrap();
    assert_eq!(answer.status, 303);
    assert!(answer.header("location").starts_with("/webmail/sign-in"));
}

#[tokio::test]
async fn p2_app_passwords_go_with_the_password_unless_the_owner_keeps_them() {
    for (keeps, sign_in, page, form) in [
        (false, "/panel/sign-in", FORM, FORM),
        (true, "/panel/sign-in", FORM, FORM),
        (false, "/webmail/sign-in", "/webmail/account", "/webmail/account/password"),
        (true, "/webmail/sign-in", "/webmail/account", "/webmail/account/password"),
    ] {
        let host = TestHost::start().await;
        let mut browser = host.browser();
        browser.post(sign_in, &[("address", "ada@birch.example"), ("password", OLD)]).await;
        assert!(!browser.get(page).await.shows("Also revoke"), "there is none yet");
        let root = if page == FORM { "/panel" } else { page };
        let list = format!("{root}/app-passwords");
        let letters = browser.fill(&list, &list, &[("name", "Phone")]).await.shown("letters").unwrap();
        assert!(host.opens_imap("ada@birch.example", &letters).await);

        let asked = browser.get(page).await;
        assert!(asked.shows("Also revoke my app password") && asked.body.contains(CHECKED), "{}", asked.body);
        let mut fields = vec![("revoke_asked", "1"), ("current", OLD), ("password", "short")];
        if !keeps {
            fields.push(("revoke_app_passwords", "1"));
        }
        fields.push(("password_again", "short"));
        let refused = browser.fill(page, form, &fields).await;
        assert_eq!((refused.status, refused.body.contains(CHECKED)), (422, !keeps), "what was chosen stays");
        for (name, value) in &mut fields {
            if name.starts_with("password") {
                *value = NEW;
            }
        }
        assert_eq!(browser.fill(page, form, &fields).await.status, 303);
        assert_eq!(host.opens_imap("ada@birch.example", &letters).await, keeps);
        let told = browser.get(sign_in).await;
        assert_eq!(told.shows("Revoked 1 app password."), !keeps, "{}", told.body);
    }
}

/// The box as it stands when it is ticked.
const CHECKED: &str = "aria-describedby=\"pw-revoke-help\" checked>";
