//! Account security of owners, the same in the user panel and in the webmail (P2).

use crate::authenticator::{ADA, Authenticator};
use crate::browser::Browser;
use crate::test_host::{OLD, TestHost, pass};
use jiff::SignedDuration;
use postward_authority::Surface;
use postward_testclient::Page;
use postward_wire::Secret;

/// The two places where the pages stand.
const ROOTS: [(&str, &str); 2] = [("/panel/sign-in", "/panel"), ("/webmail/sign-in", "/webmail/account")];

async fn signed_in(host: &TestHost, sign_in: &str) -> Browser {
    let mut browser = host.browser();
    let answer = browser.post(sign_in, &[("address", ADA), ("password", OLD)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    browser
}

#[tokio::test]
async fn w6_two_factor_is_set_up_confirmed_and_turned_off_at_both_places() {
    for (sign_in, root) in ROOTS {
        let host = TestHost::start().await;
        let app = host.mail_app(Surface::Imap, ADA).await;
        let page = format!("{root}/two-factor");
        let mut browser = signed_in(&host, sign_in).await;
        let off = browser.get(&page).await;
        assert!(off.shows("2FA off") && off.shows("will be asked for a code"), "{}", off.body);
        assert!(!off.body.contains("<svg class=\"qr\""));

        let begun = browser.fill(&page, &format!("{page}/begin"), &[]).await;
        assert_eq!((begun.status, begun.header("cache-control")), (200, "no-store"));
        assert!(begun.body.contains("<svg class=\"qr\"") && begun.body.contains("otpauth://totp/Postward"));
        let key = begun.shown("typed-key").unwrap();
        let authenticator = Authenticator::of(&Secret::new(key.clone()));

        // A wrong code, or one in other digits, turns nothing on, and the key is not shown again.
        for wrong in ["000000", "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}", ""] {
            let again = browser.fill(&page, &format!("{page}/on"), &[("code", wrong)]).await;
            assert_eq!(again.status, 422, "{wrong:?}");
            assert!(again.shows("Nothing was turned on.") && !again.body.contains(&key));
        }
        let code = authenticator.code();
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let on = browser.fill(&page, &format!("{page}/on"), &[("code", &spaced)]).await;
        assert_eq!((on.status, on.header("location")), (303, page.as_str()));
        let state = browser.get(&page).await;
        assert!(state.shows("2FA on") && state.shows("Other sessions stay signed in."), "{}", state.body);
        assert!(!state.body.contains(&key));
        assert!(!app.is_finished());

        // Signing in asks for the code now; a session that gave one turns it off with password and code.
        let refused = [("password", OLD), ("code", "000000")];
        let answer = browser.fill(&format!("{page}/off"), &format!("{page}/off"), &refused).await;
        assert_eq!(answer.status, 422);
        let next = authenticator.next_code();
        let wrong = [("password", "not-the-Password-1"), ("code", next.as_str())];
        assert!(
            browser
                .fill(&format!("{page}/off"), &format!("{page}/off"), &wrong)
                .await
                .shows("not your password")
        );
        let right = [("password", OLD), ("code", next.as_str())];
        let answer = browser.fill(&format!("{page}/off"), &format!("{page}/off"), &right).await;
        assert_eq!((answer.status, answer.header("location")), (303, page.as_str()));
        assert!(browser.get(&page).await.shows("Two-factor authentication is off."));
    }
}

#[tokio::test]
async fn w6_another_authenticator_needs_a_code_of_the_one_there_is() {
    let host = TestHost::start().await;
    let authenticator = host.authenticator_of_ada().await;
    let mut browser = host.browser();
    browser.post("/panel/sign-in", &[("address", ADA), ("password", OLD)]).await;
    let code = authenticator.code();
    assert_eq!(browser.post("/panel/code", &[("code", &code)]).await.status, 303);
    let page = "/panel/two-factor/replace";
    assert_eq!(browser.fill(page, page, &[("code", &code)]).await.status, 422, "a spent code");
    let next = authenticator.next_code();
    let begun = browser.fill(page, page, &[("code", &next)]).await;
    let new = Authenticator::of(&Secret::new(begun.shown("typed-key").unwrap()));
    let first = new.code();
    let on = browser.fill("/panel/two-factor", "/panel/two-factor/on", &[("code", &first)]).await;
    assert_eq!(on.status, 303, "{}", on.body);
}

#[tokio::test]
async fn w8_app_passwords_are_added_rotated_and_revoked_at_both_places() {
    for (sign_in, root) in ROOTS {
        let host = TestHost::start().await;
        let page = format!("{root}/app-passwords");
        let mut browser = signed_in(&host, sign_in).await;
        for (name, why) in [("", "Give it a name"), (&"x".repeat(61), "Give it a name"), ("a%0Ab", "")] {
            let answer = browser.fill(&page, &page, &[("name", name)]).await;
            if !why.is_empty() {
                assert!(answer.status == 422 && answer.shows(why), "{name:?}: {}", answer.body);
            }
        }
        let added = browser.fill(&page, &page, &[("name", "Phone <1>")]).await;
        assert_eq!((added.status, added.header("cache-control")), (200, "no-store"));
        let letters = added.shown("letters").unwrap();
        assert_eq!(letters.split(' ').map(str::len).collect::<Vec<_>>(), [4; 4]);
        assert!(host.opens_imap(ADA, &letters).await);
        let list = browser.get(&page).await;
        assert!(list.shows("Phone <1>") || list.body.contains("Phone &#60;1&#62;"), "{}", list.body);
        assert!(!list.body.contains(&letters));

        let rotate = link_to(&list, &page, "rotate");
        assert!(browser.get(&rotate).await.shows("The old ones open nothing any more"));
        assert!(host.opens_imap(ADA, &letters).await, "a question changes nothing");
        let rotated = browser.fill(&rotate, &rotate, &[]).await;
        let anew = rotated.shown("letters").unwrap();
        assert!(!host.opens_imap(ADA, &letters).await && host.opens_imap(ADA, &anew).await);

        let revoke = rotate.replace("/rotate", "/revoke");
        assert!(browser.get(&revoke).await.shows("exactly the sessions it has opened end"));
        let revoked = browser.fill(&revoke, &revoke, &[]).await;
        assert_eq!(revoked.status, 303, "{}", revoked.body);
        assert!(!host.opens_imap(ADA, &anew).await);
        assert!(browser.get(&page).await.shows("you revoked it"));
        // Gone, nobody's, no id at all.
        for id in [revoke.as_str(), &format!("{page}/7/revoke"), &format!("{page}/x/revoke")] {
            assert_eq!(browser.get(id).await.status, 404, "{id}");
        }

        let only = [("mode", "app-passwords-only")];
        assert_eq!(browser.fill(&page, &format!("{page}/mode"), &only).await.status, 303);
        assert!(!host.opens_imap(ADA, OLD).await);
        assert_eq!(browser.fill(&page, &format!("{page}/mode"), &[("mode", "all")]).await.status, 400);
    }
}

#[tokio::test]
async fn an_open_browser_somebody_found_adds_nothing() {
    let host = TestHost::start().await;
    let mut browser = signed_in(&host, "/panel/sign-in").await;
    pass(SignedDuration::from_mins(11));
    let answer = browser.fill("/panel/app-passwords", "/panel/app-passwords", &[("name", "Mine")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), "/panel/confirm?next=%2Fpanel%2Fapp-passwords");
    let begun = browser.fill("/panel/two-factor", "/panel/two-factor/begin", &[]).await;
    assert_eq!(begun.header("location"), "/panel/confirm?next=%2Fpanel%2Ftwo-factor");
}

fn link_to(page: &Page, root: &str, act: &str) -> String {
    let mut links = page.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let wanted = |link: &&str| link.starts_with(root) && link.ends_with(act);
    links.find(wanted).expect("a link of the list").to_owned()
}
