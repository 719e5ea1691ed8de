//! *Recovery*, the same in the panel and in the webmail (W9, P2).

use crate::browser::Browser;
use crate::test_host::{NEW, OLD, TestHost, now, pass};
use jiff::SignedDuration;

const ADA: &str = "ada@birch.example";

/// Where the page stands, and how one signs in there.
const SIGN_IN_PAGES: [(&str, &str); 2] =
    [("/panel/recovery", "/panel/sign-in"), ("/webmail/account/recovery", "/webmail/sign-in")];

async fn signed_in(host: &TestHost, sign_in: &str) -> Browser {
    let mut browser = host.browser();
    let answer = browser.post(sign_in, &[("address", ADA), ("password", OLD)]).await;
    assert_eq!(answer.status, 303);
    browser
}

/// The code that stands on a page, if one does.
fn code_on(text: &str) -> Option<&str> {
    text.split("<textarea").nth(1)?.split('>').nth(1)?.split('<').next()
}

/// What *Forgot password?* is sent with a recovery code.
fn with_code(code: &str) -> [(&str, &str); 5] {
    [("by", "code"), ("address", ADA), ("recovery_code", code), ("password", NEW), ("password_again", NEW)]
}

#[tokio::test]
async fn w9_a_new_code_is_shown_once_and_kills_the_old_one() {
    for (page, sign_in) in SIGN_IN_PAGES {
        let host = TestHost::start().await;
        let mut browser = signed_in(&host, sign_in).await;
        let step = format!("{page}/code");
        assert!(browser.get(&step).await.shows("shown once"));
        let shown = browser.fill(&step, &step, &[]).await;
        assert_eq!((shown.status, shown.header("cache-control")), (200, "no-store"));
        assert!(shown.shows("it will not be shown again"));
        let first = code_on(&shown.body).unwrap().to_owned();
        assert_eq!(first.len(), 34, "seven groups of four");

        for again in [page, step.as_str()] {
            let answer = browser.get(again).await;
            assert!(answer.status == 200 && !answer.body.contains(&first) && code_on(&answer.body).is_none());
        }
        pass(SignedDuration::from_mins(2));
        assert!(browser.get(page).await.shows("Issued 2 minutes ago"));
        assert!(browser.get(&step).await.shows("stops working at once"));
        let second = browser.fill(&step, &step, &[]).await;
        assert_ne!(code_on(&second.body).unwrap(), first);

        // What was a minute ago a way in is none any more; the new one is.
        let reset = sign_in.replace("sign-in", "password-reset");
        let second = code_on(&second.body).unwrap();
        let mut visitor = host.browser();
        let refused = visitor.post(&reset, &with_code(&first)).await;
        assert!(refused.shows("Address or recovery code is wrong."), "{}", refused.status);
        assert_eq!(browser.get(page).await.status, 200, "nobody has set a new password");
        assert_eq!(visitor.post(&reset, &with_code(second)).await.status, 303);
        assert_eq!(browser.get(page).await.status, 303, "the new password has ended every session");
    }
}

#[tokio::test]
async fn w9_a_mailbox_without_a_code_says_so() {
    let host = TestHost::start().await;
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = signed_in(&host, sign_in).await;
        let answer = browser.get(page).await;
        assert!(answer.shows("Not issued yet") && answer.shows("None yet."));
    }
}

#[tokio::test]
async fn w9_a_named_address_gets_a_link_and_does_not_count_yet() {
    let host = TestHost::start().await;
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = signed_in(&host, sign_in).await;
        let step = format!("{page}/email");
        let answer = browser.fill(&step, &step, &[("address", " Ada@Elsewhere.Example ")]).await;
        assert_eq!((answer.status, answer.header("location")), (303, page));
        let answer = browser.get(page).await;
        assert!(answer.shows("We have sent a link to ada@elsewhere.example. It counts once you follow it."));
        assert!(answer.shows("None yet."));
    }
}

#[tokio::test]
async fn w9_what_is_no_address_is_told_in_plain_words() {
    let host = TestHost::start().await;
    let check = [
        ("", "Type an e-mail address."),
        ("nobody", "An e-mail address has an @ in it"),
        ("a b@c.example", "The part before the @"),
        ("x@y.example\r\nBcc: z@y.example", "The part before the @"),
        ("x@y.example\r\nBcc: z", "The part after the @ is not a domain name"),
        ("ADA@birch.example", "This is the mailbox itself"),
    ];
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = signed_in(&host, sign_in).await;
        let step = format!("{page}/email");
        for (typed, expected) in check {
            let answer = browser.fill(&step, &step, &[("address", typed)]).await;
            assert_eq!(answer.status, 422, "{typed:?}");
            assert!(answer.shows("No link was sent.") && answer.shows(expected), "{typed:?}");
        }
        assert!(browser.get(page).await.shows("None yet."));
    }
}

#[tokio::test]
async fn w9_without_a_recovery_email_there_is_nothing_to_remove() {
    let host = TestHost::start().await;
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = signed_in(&host, sign_in).await;
        let step = format!("{page}/remove-email");
        assert_eq!(browser.get(&step).await.header("location"), page);
        let answer = browser.fill(&format!("{page}/code"), &step, &[]).await;
        assert_eq!((answer.status, answer.header("location")), (303, page));
    }
}

#[tokio::test]
async fn w9_an_old_sign_in_confirms_first_and_comes_back() {
    let host = TestHost::start().await;
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = signed_in(&host, sign_in).await;
        let step = format!("{page}/code");
        let csrf = browser.get(&step).await.field("csrf");
        pass(SignedDuration::from_mins(11));
        for answer in [browser.get(&step).await, browser.post(&step, &[("csrf", &csrf)]).await] {
            assert_eq!(answer.status, 303);
            assert!(answer.header("location").contains("/confirm?next="));
        }
        let issued = host.authority.recovery_code_issued(&host.operator, host.ada).await.unwrap();
        assert!(issued.is_none(), "{issued:?} at {}", now());
        let confirm = browser.get(&step).await.header("location").to_owned();
        let action = confirm.split('?').next().unwrap().to_owned();
        let answer = browser.fill(&confirm, &action, &[("password", OLD), ("next", &step)]).await;
        assert_eq!(answer.header("location"), step);
        assert_eq!(browser.get(&step).await.status, 200);
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_makes_no_code() {
    let host = TestHost::start().await;
    for (page, sign_in) in SIGN_IN_PAGES {
        let mut browser = signed_in(&host, sign_in).await;
        assert_eq!(browser.post(&format!("{page}/code"), &[]).await.status, 403);
        assert!(browser.get(page).await.shows("Not issued yet"));
        assert_eq!(host.browser().get(page).await.status, 303);
    }
}
