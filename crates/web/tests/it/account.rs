//! The person's own sign-in at the dashboard (D11).

use crate::authenticator::{Authenticator, BOSS};
use crate::browser::Browser;
use crate::test_host::{STAFF, TestHost, pass};
use jiff::SignedDuration;
use postward_wire::Secret;

const PAGE: &str = "/dashboard/account";
const ON: &str = "/dashboard/account/two-factor/on";
const REPLACE: &str = "/dashboard/account/two-factor/replace";
const OFF: &str = "/dashboard/account/two-factor/off";
const BACKUP_CODES: &str = "/dashboard/account/backup-codes";

/// The codes that are shown once, of a page that shows them.
fn codes(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// Signs in with the password, then with what the next page asks for.
async fn signed_in(host: &TestHost, code: &str) -> Option<Browser> {
    let mut browser = host.browser();
    let answer = browser.post("/dashboard/sign-in", &[("email", BOSS), ("password", STAFF)]).await;
    assert_eq!(answer.header("location").split('?').next(), Some("/dashboard/code"));
    let answer = browser.post("/dashboard/code", &[("code", code)]).await;
    (answer.status == 303).then_some(browser)
}

#[tokio::test]
async fn d11_staff_set_up_two_factor_and_each_backup_code_signs_in_once() {
    let host = TestHost::start().await;
    let mut browser = host.staff(BOSS).await;
    assert!(browser.get(PAGE).await.shows("Off. With it, signing in here asks for a code"));
    let begun = browser.fill(PAGE, "/dashboard/account/two-factor", &[]).await;
    assert_eq!((begun.status, begun.header("cache-control")), (200, "no-store"));
    let key = begun.shown("typed-key").unwrap();
    let authenticator = Authenticator::of(&Secret::new(key.clone()));
    for wrong in ["000000", "", "x"] {
        let again = browser.fill(PAGE, ON, &[("code", wrong)]).await;
        assert!(again.status == 422 && !again.body.contains(&key), "{wrong:?}: {}", again.body);
    }
    let on = browser.fill(ON, ON, &[("code", &authenticator.code())]).await;
    let backup = codes(&on.shown("backup-codes").unwrap());
    assert_eq!((on.status, backup.len()), (200, 10), "{}", on.body);
    let page = browser.get(PAGE).await;
    assert!(
        page.shows("2FA on") && page.shows("10 backup codes are left.") && !page.body.contains(&backup[0])
    );

    assert!(signed_in(&host, &backup[3].to_uppercase()).await.is_some());
    assert!(signed_in(&host, &backup[3]).await.is_none(), "used twice");
    assert!(signed_in(&host, "000000").await.is_none());
    assert!(browser.get(PAGE).await.shows("9 backup codes are left."));
}

#[tokio::test]
async fn d11_new_backup_codes_are_asked_about_first() {
    let host = TestHost::start().await;
    let (_phone, old) = host.authenticator_of_boss().await;
    let mut browser = signed_in(&host, &old[0]).await.unwrap();
    let asked = browser.get(BACKUP_CODES).await;
    assert!(asked.shows("The 9 you have left stop working, also where they are printed."), "{}", asked.body);
    assert!(browser.get(PAGE).await.shows("9 backup codes are left."), "a question changes nothing");
    let renewed = browser.fill(BACKUP_CODES, BACKUP_CODES, &[]).await;
    let new = codes(&renewed.shown("backup-codes").unwrap());
    assert_eq!(new.len(), 10);
    assert!(signed_in(&host, &old[1]).await.is_none());
    assert!(signed_in(&host, &new[1]).await.is_some());
}

#[tokio::test]
async fn d11_whoever_lost_the_phone_moves_to_another_with_a_backup_code() {
    let host = TestHost::start().await;
    let (lost, backup) = host.authenticator_of_boss().await;
    let mut browser = signed_in(&host, &backup[0]).await.unwrap();
    for wrong in ["000000", backup[0].as_str(), ""] {
        let refused = browser.fill(REPLACE, REPLACE, &[("code", wrong)]).await;
        assert!(refused.status == 422 && refused.shows("not right, or was used before"), "{wrong:?}");
    }
    let begun = browser.fill(REPLACE, REPLACE, &[("code", &backup[1])]).await;
    let new = Authenticator::of(&Secret::new(begun.shown("typed-key").unwrap()));
    // Until the new one has shown a code, the old one is asked for.
    assert!(signed_in(&host, &lost.code()).await.is_some());
    assert!(signed_in(&host, &new.code()).await.is_none());
    let on = browser.fill(ON, ON, &[("code", &new.code())]).await;
    assert_eq!(codes(&on.shown("backup-codes").unwrap()).len(), 10, "{}", on.body);
    pass(SignedDuration::from_secs(60));
    assert!(signed_in(&host, &lost.code()).await.is_none());
    assert!(signed_in(&host, &new.code()).await.is_some());
    assert!(signed_in(&host, &backup[2]).await.is_none());
}

#[tokio::test]
async fn d11_an_older_session_confirms_midway_and_goes_on_where_it_was() {
    let host = TestHost::start().await;
    let mut browser = host.staff(BOSS).await;
    let begun = browser.fill(PAGE, "/dashboard/account/two-factor", &[]).await;
    let authenticator = Authenticator::of(&Secret::new(begun.shown("typed-key").unwrap()));
    pass(SignedDuration::from_mins(11));
    let asked = browser.fill(PAGE, ON, &[("code", &authenticator.code())]).await;
    assert_eq!(asked.header("location"), format!("/dashboard/confirm?next={}", ON.replace('/', "%2F")));
    let confirm = asked.header("location").to_owned();
    let page = browser.get(&confirm).await;
    let next = page.field("next");
    let wrong = [("password", "Not-The-Password-1"), ("next", next.as_str())];
    assert!(browser.fill(&confirm, "/dashboard/confirm", &wrong).await.shows("This is not your password."));
    let right = [("password", STAFF), ("next", next.as_str())];
    let back = browser.fill(&confirm, "/dashboard/confirm", &right).await;
    assert_eq!((back.status, back.header("location")), (303, ON));
    assert!(browser.get(ON).await.shows("Go on with the one your app has"));
    let on = browser.fill(ON, ON, &[("code", &authenticator.code())]).await;
    assert_eq!(codes(&on.shown("backup-codes").unwrap()).len(), 10, "{}", on.body);
}

#[tokio::test]
async fn d11_turning_it_off_needs_the_password_and_a_code() {
    let host = TestHost::start().await;
    let (authenticator, backup) = host.authenticator_of_boss().await;
    let mut browser = signed_in(&host, &authenticator.code()).await.unwrap();
    for (password, code, why) in [
        ("Not-The-Password-1", backup[0].as_str(), "This is not your password."),
        (STAFF, "000000", "This code is not right"),
        (STAFF, "", "This code is not right"),
    ] {
        let refused = browser.fill(OFF, OFF, &[("password", password), ("code", code)]).await;
        assert!(refused.status == 422 && refused.shows(why), "{code:?}: {}", refused.body);
    }
    let off = browser.fill(OFF, OFF, &[("password", STAFF), ("code", &backup[0])]).await;
    assert_eq!((off.status, off.header("location")), (303, PAGE));
    assert!(browser.get(PAGE).await.shows("Two-factor authentication is off."));
    host.staff(BOSS).await;
}

#[tokio::test]
async fn d11_own_sessions_are_listed_and_ended_and_no_mailbox_is_touched() {
    let host = TestHost::start().await;
    let mut browser = host.staff(BOSS).await;
    let mut other = host.staff(BOSS).await;
    let page = browser.get(PAGE).await;
    assert!(page.shows("This session") && page.body.matches(">End</button>").count() == 1, "{}", page.body);
    for bad in ["0", "x", "99999999999999999999"] {
        let answer = browser.fill(PAGE, "/dashboard/account/sessions", &[("which", bad)]).await;
        assert!(matches!(answer.status, 303 | 404), "{bad}: {}", answer.status);
    }
    assert_eq!(other.get(PAGE).await.status, 200);
    let ended = browser.fill(PAGE, "/dashboard/account/sessions", &[("which", "others")]).await;
    assert_eq!(ended.status, 303);
    assert!(browser.get(PAGE).await.shows("Sessions ended."));
    assert_ne!(other.get(PAGE).await.status, 200);
    let all = browser.fill(PAGE, "/dashboard/account/sessions", &[("which", "all")]).await;
    assert_eq!(all.status, 303);
    assert_ne!(browser.get(PAGE).await.status, 200);
}

#[tokio::test]
async fn d11_the_own_password_is_changed_with_the_current_one() {
    const NEW: &str = "Another horse battery 2";
    let host = TestHost::start().await;
    let (mut browser, mut other) = (host.staff(BOSS).await, host.staff(BOSS).await);
    let path = "/dashboard/account/password";
    for (current, new, again, why) in [
        ("wrong", NEW, NEW, "This is not your current password."),
        (STAFF, NEW, "else", "not the same"),
        (STAFF, "short", "short", ""),
    ] {
        let fields = [("current", current), ("password", new), ("password_again", again)];
        let answer = browser.fill(PAGE, path, &fields).await;
        assert!(answer.status == 422 && answer.body.contains(why), "{why}: {}", answer.body);
        assert!(!answer.body.contains(NEW));
    }
    let fields = [("current", STAFF), ("password", NEW), ("password_again", NEW)];
    assert_eq!(browser.fill(PAGE, path, &fields).await.status, 303);
    assert_ne!(other.get(PAGE).await.status, 200);
    let mut fresh = host.browser();
    let old = fresh.post("/dashboard/sign-in", &[("email", BOSS), ("password", STAFF)]).await;
    assert_eq!(old.status, 403);
    let new = fresh.post("/dashboard/sign-in", &[("email", BOSS), ("password", NEW)]).await;
    assert_eq!(new.status, 303);
}
