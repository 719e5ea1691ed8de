//! *Sessions and activity*, the same in the panel and in the webmail (W7, P2).

use crate::browser::Browser;
use crate::test_host::{NEW, OLD, TestHost, now, pass};
use jiff::SignedDuration;
use postward_authority::Surface;

const ADA: &str = "ada@birch.example";

/// Where the page stands, and how one signs in there.
const SIGN_IN_PAGES: [(&str, &str); 2] =
    [("/panel/sessions", "/panel/sign-in"), ("/webmail/account/sessions", "/webmail/sign-in")];

async fn signed_in(host: &TestHost, sign_in: &str, address: &str) -> Browser {
    let mut browser = host.browser();
    let answer = browser.post(sign_in, &[("address", address), ("password", OLD)]).await;
    assert_eq!(answer.status, 303);
    browser
}

/// The ids of the sessions on a page, as its buttons send them.
fn ids(text: &str) -> Vec<String> {
    let fields = text.split("name=\"session\" value=\"").skip(1);
    fields.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn w7_sessions_of_every_surface_stand_in_one_list() {
    let host = TestHost::start().await;
    for surface in [Surface::Imap, Surface::Pop3, Surface::Smtp] {
        host.mail_app(surface, ADA).await;
    }
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = signed_in(&host, sign_in, ADA).await;
        let answer = browser.get(page).await;
        for expected in ["IMAP", "POP3", "SMTP", "This session", "127.0.0.1", "connected"] {
            assert!(answer.shows(expected), "{expected}");
        }
        assert_eq!(answer.body.matches("This session</span>").count(), 1);
    }
}

#[tokio::test]
async fn w7_ending_one_ends_that_one() {
    let host = TestHost::start().await;
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = signed_in(&host, sign_in, ADA).await;
        let before = ids(&browser.get(page).await.body);
        let app = host.mail_app(Surface::Imap, ADA).await;
        let after = ids(&browser.get(page).await.body);
        let new = after.iter().find(|id| !before.contains(id)).unwrap();
        let answer = browser.fill(page, &format!("{page}/end"), &[("session", new)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, page));
        app.await.unwrap();
        let answer = browser.get(page).await;
        assert!(answer.shows("Ended 1 IMAP session."));
        assert_eq!(ids(&answer.body), before);
    }
}

#[tokio::test]
async fn w7_ending_this_one_leads_to_sign_in() {
    let host = TestHost::start().await;
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = signed_in(&host, sign_in, ADA).await;
        let kept = browser.cookies.clone();
        // The acting session stands first.
        let this = ids(&browser.get(page).await.body).swap_remove(0);
        let answer = browser.fill(page, &format!("{page}/end"), &[("session", &this)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, sign_in));
        assert!(browser.get(sign_in).await.shows("Ended 1"));
        browser.cookies = kept;
        assert_eq!(browser.get(page).await.status, 303, "the old cookie opens nothing");
    }
}

#[tokio::test]
async fn w7_ending_all_others_keeps_this_one() {
    let host = TestHost::start().await;
    for (page, sign_in) in SIGN_IN_PAGES {
        let app = host.mail_app(Surface::Imap, ADA).await;
        let mut other = signed_in(&host, sign_in, ADA).await;
        let mut browser = signed_in(&host, sign_in, ADA).await;
        let step = format!("{page}/end-others");
        let asked = browser.get(&step).await;
        assert!(asked.shows("Ends 1 IMAP") && !app.is_finished());
        let answer = browser.fill(&step, &step, &[]).await;
        assert_eq!((answer.status, answer.header("location")), (303, page));
        app.await.unwrap();
        assert_eq!(other.get(page).await.status, 303);
        let answer = browser.get(page).await;
        assert_eq!((answer.status, ids(&answer.body).len()), (200, 1));
        assert!(!answer.body.contains("/end-others\""), "there are no others");
    }
}

#[tokio::test]
async fn w7_ending_all_ends_this_one_too() {
    for (page, sign_in) in SIGN_IN_PAGES {
        let host = TestHost::start().await;
        let app = host.mail_app(Surface::Smtp, ADA).await;
        let mut browser = signed_in(&host, sign_in, ADA).await;
        let kept = browser.cookies.clone();
        let step = format!("{page}/end-all");
        assert!(browser.get(&step).await.shows("Ends 1 SMTP and 1"));
        let answer = browser.fill(&step, &step, &[]).await;
        assert_eq!((answer.status, answer.header("location")), (303, sign_in));
        app.await.unwrap();
        assert!(browser.get(sign_in).await.shows("Ended 1 SMTP and 1"));
        browser.cookies = kept;
        assert_eq!(browser.get(page).await.status, 303);
        signed_in(&host, sign_in, ADA).await;
    }
}

#[tokio::test]
async fn w7_nobody_ends_somebody_elses_session() {
    let host = TestHost::start().await;
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut eve = signed_in(&host, sign_in, "eve@cedar.example").await;
        let theirs = ids(&eve.get(page).await.body).swap_remove(0);
        let mut ada = signed_in(&host, sign_in, ADA).await;
        let answer = ada.fill(page, &format!("{page}/end"), &[("session", &theirs)]).await;
        assert_eq!(answer.status, 303);
        assert!(ada.get(page).await.shows("No session was ended."));
        assert_eq!(eve.get(page).await.status, 200);
        assert_eq!(ada.fill(page, &format!("{page}/end"), &[("session", "x")]).await.status, 400);
        assert_eq!(ada.post(&format!("{page}/end-all"), &[]).await.status, 403);
    }
}

#[tokio::test]
async fn w7_refused_tries_say_why() {
    let host = TestHost::start().await;
    let new = postward_wire::Secret::new(NEW.to_owned());
    host.authority.reset(&host.operator, host.ada, new, now()).await.unwrap();
    let mut visitor = host.browser();
    for password in ["not-the-Password-1", OLD] {
        let answer = visitor.post("/panel/sign-in", &[("address", ADA), ("password", password)]).await;
        assert_ne!(answer.status, 303);
    }
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = host.browser();
        browser.post(sign_in, &[("address", ADA), ("password", NEW)]).await;
        // The former password is recognised apart from the other try, and may be written down first.
        seen(&mut browser, page, "Wrong password").await;
        let answer = seen(&mut browser, page, "Old password used").await;
        assert!(answer.shows("Look at this User panel Old password used"), "{}", answer.body);
        assert!(answer.shows("New password set by staff By the operator of this host"));
        assert!(answer.shows("Mailbox added By the operator of this host"));
    }
}

/// Refused tries are written down a moment after they are answered.
async fn seen(browser: &mut Browser, page: &str, text: &str) -> postward_testclient::Page {
    for _ in 0..200 {
        let answer = browser.get(page).await;
        if answer.shows(text) {
            return answer;
        }
        tokio::task::yield_now().await;
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{page} does not say {text:?}");
}

#[tokio::test]
async fn w5_the_switch_for_new_places_confirms_first() {
    let host = TestHost::start().await;
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = signed_in(&host, sign_in, ADA).await;
        let switch = format!("{page}/new-places");
        for (tell, state) in [("no", "Off"), ("yes", "On")] {
            let answer = browser.fill(page, &switch, &[("tell", tell)]).await;
            assert_eq!((answer.status, answer.header("location")), (303, page));
            let expected = format!("Tell me about sign-ins from new places {state}");
            assert!(browser.get(page).await.shows(&expected), "{expected}");
        }
        assert!(browser.get(page).await.shows("Notices of new places turned off By you"));
        pass(SignedDuration::from_mins(11));
        let answer = browser.fill(page, &switch, &[("tell", "no")]).await;
        assert!(answer.header("location").contains("/confirm?next="));
        assert!(browser.get(page).await.shows("new places On"));
    }
}
