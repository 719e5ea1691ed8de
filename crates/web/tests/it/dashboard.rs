//! The dashboard: Mailboxes, Security tab, key and pencil, add and delete, and the boundary between accounts.

use crate::test_host::{NEW, OLD, STAFF, TestHost};
use postward_authority::Surface;
use tokio::task::JoinHandle;

const LIST: &str = "/dashboard/mailboxes";

#[tokio::test]
async fn d1_the_list_shows_what_the_person_may_manage_and_nothing_else() {
    let host = TestHost::start().await;
    let answer = host.staff("owner@birch.example").await.get(LIST).await;
    assert!(answer.shows("ada@birch.example"));
    assert!(!answer.body.contains("cedar"));
    assert!(answer.shows("Select Domain"));
}

#[tokio::test]
async fn d1_the_list_is_searched_and_narrowed() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    assert!(browser.get("/dashboard/mailboxes?q=AD").await.shows("ada@birch.example"));
    let none = browser.get("/dashboard/mailboxes?q=zzz").await;
    assert!(none.shows("No mailbox matches"));
    let nonsense = browser.get("/dashboard/mailboxes?cursor=nonsense&sort=nonsense&domain=nonsense").await;
    assert_eq!(nonsense.status, 200);
}

#[tokio::test]
async fn d7_saving_ends_every_session_and_says_how_many() {
    let host = TestHost::start().await;
    let mut apps = Vec::new();
    for surface in [Surface::Imap, Surface::Imap, Surface::Smtp] {
        apps.push(host.mail_app(surface, "ada@birch.example").await);
    }
    let mut panel = host.owner("ada@birch.example", OLD).await;
    let mut browser = host.staff("owner@birch.example").await;
    let tab = format!("/dashboard/mailboxes/{}/security", host.ada);
    assert!(browser.get(&tab).await.shows("Saving ends 2 IMAP, 1 SMTP and 1 user panel sessions at once."));

    let path = format!("/dashboard/mailboxes/{}/password", host.ada);
    let answer =
        browser.fill(&tab, &path, &[("password", NEW), ("password_again", NEW), ("from", "security")]).await;
    assert_eq!((answer.status, answer.header("location")), (303, tab.as_str()));
    let receipt =
        "Password changed. Ended 2 IMAP, 1 SMTP and 1 user panel sessions. Apps need the new password.";
    assert!(browser.get(&tab).await.shows(receipt));
    // Not «soon»: they were closed when the answer came.
    assert!(apps.iter().all(JoinHandle::is_finished));
    assert_eq!(panel.get("/panel").await.header("location"), "/panel/sign-in?next=%2Fpanel&ended=1");
    let refused =
        host.browser().post("/panel/sign-in", &[("address", "ada@birch.example"), ("password", OLD)]).await;
    assert_eq!(refused.status, 403);
    host.owner("ada@birch.example", NEW).await;
}

#[tokio::test]
async fn a_receipt_stays_until_it_is_dismissed() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let tab = format!("/dashboard/mailboxes/{}/security", host.ada);
    let path = format!("/dashboard/mailboxes/{}/password", host.ada);
    browser.fill(&tab, &path, &[("password", NEW), ("password_again", NEW)]).await;
    assert!(browser.get(&tab).await.shows("Password changed. No session was open."));
    assert!(browser.get(LIST).await.shows("Password changed."));
    let answer = browser.post("/receipt/dismiss", &[("next", LIST)]).await;
    assert_eq!((answer.status, answer.header("location")), (303, LIST));
    assert!(!browser.get(LIST).await.shows("Password changed."));
}

#[tokio::test]
async fn d7_a_receipt_does_not_outlive_the_person() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let tab = format!("/dashboard/mailboxes/{}/security", host.ada);
    let path = format!("/dashboard/mailboxes/{}/password", host.ada);
    browser.fill(&tab, &path, &[("password", NEW), ("password_again", NEW)]).await;
    let refused = browser.fill(&tab, &path, &[("password", "short"), ("password_again", "short")]).await;
    assert!(refused.shows("The password was not changed.") && !refused.shows("Password changed."));
    let kept = browser.cookies.get("postward-receipt").map(str::to_owned);
    browser.fill(LIST, "/dashboard/sign-out", &[]).await;
    assert!(!browser.get("/dashboard/sign-in").await.shows("Password changed."));

    // The session ended by itself, and the next person signs in at the same browser.
    browser.cookies.insert("postward-receipt", &kept.unwrap());
    let next = [("email", "owner@cedar.example"), ("password", STAFF)];
    assert_eq!(browser.post("/dashboard/sign-in", &next).await.status, 303);
    assert!(!browser.get(LIST).await.shows("Password changed."));
}

#[tokio::test]
async fn d9_and_d10_lead_back_to_the_list() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let path = format!("/dashboard/mailboxes/{}/password", host.ada);
    for (from, new, labels) in [
        ("list", NEW, &["New Password", "Generate", "Save Password"][..]),
        ("edit", "Another horse 3", &["Password", "New", "Copy", "Update User"][..]),
    ] {
        let page = format!("{path}?from={from}");
        let answer = browser.get(&page).await;
        for label in labels {
            assert!(answer.shows(label), "{from}: {label}");
        }
        let again = if from == "list" { vec![("password_again", new)] } else { Vec::new() };
        let fields: Vec<_> = [("password", new), ("from", from)].into_iter().chain(again).collect();
        let answer = browser.fill(&page, &path, &fields).await;
        assert_eq!((answer.status, answer.header("location")), (303, LIST), "{from}");
        assert!(browser.get(LIST).await.shows("ada@birch.example Password changed."), "{from}");
    }
}

#[tokio::test]
async fn a_dialog_is_the_page_without_its_frame() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let path = format!("/dashboard/mailboxes/{}/password?from=list", host.ada);
    let fragment = browser.get_fragment(&path).await;
    assert!(fragment.shows("New Password") && !fragment.body.contains("<html"));
    assert!(browser.get(&path).await.body.contains("<html"));
}

#[tokio::test]
async fn d5_the_server_holds_the_rules_and_forgets_what_was_typed() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let tab = format!("/dashboard/mailboxes/{}/security", host.ada);
    let path = format!("/dashboard/mailboxes/{}/password", host.ada);
    for (first, second, sentence) in [
        ("Short-1", "Short-1", "Use at least 12 characters."),
        ("no-uppercase-here-1", "no-uppercase-here-1", "Add an uppercase letter."),
        (NEW, "Something-Else-77", "The two fields are not the same."),
        ("", "", "Use at least 12 characters."),
        ("Line\nbreaks-Inside-1", "Line\nbreaks-Inside-1", "Use only characters that can be seen"),
    ] {
        let answer = browser.fill(&tab, &path, &[("password", first), ("password_again", second)]).await;
        assert_eq!(answer.status, 422, "{first:?}");
        assert!(answer.shows(sentence), "{first:?}");
        assert!(first.is_empty() || !answer.body.contains(first), "{first:?} came back");
    }
    host.owner("ada@birch.example", OLD).await;
}

#[tokio::test]
async fn d6_without_script_the_server_generates() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let tab = format!("/dashboard/mailboxes/{}/security", host.ada);
    let path = format!("/dashboard/mailboxes/{}/password", host.ada);
    let answer =
        browser.fill(&tab, &path, &[("password", ""), ("password_again", ""), ("generate", "1")]).await;
    assert_eq!(answer.status, 200);
    let password = answer.field("password");
    assert_eq!(password.chars().count(), 18);
    assert_eq!(answer.field("password_again"), password);
    let answer = browser
        .fill(&tab, &path, &[("password", password.as_str()), ("password_again", password.as_str())])
        .await;
    assert_eq!(answer.status, 303);
    host.owner("ada@birch.example", &password).await;
}

#[tokio::test]
async fn somebody_elses_mailbox_is_a_missing_mailbox() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let csrf = browser.get(LIST).await.field("csrf");
    let eve = host.eve.to_string();
    for tail in ["", "/security", "/password?from=list", "/delete"] {
        let theirs = browser.get(&format!("{LIST}/{eve}{tail}")).await;
        let missing = browser.get(&format!("{LIST}/4611686018427387{tail}")).await;
        let nonsense = browser.get(&format!("{LIST}/nonsense{tail}")).await;
        assert_eq!(theirs.status, 404, "{tail}");
        assert_eq!(theirs.body, missing.body, "{tail}");
        assert_eq!(theirs.body, nonsense.body, "{tail}");
    }
    for act in ["password", "delete", "restore"] {
        let fields = [("password", NEW), ("password_again", NEW), ("csrf", csrf.as_str())];
        let theirs = browser.post(&format!("{LIST}/{eve}/{act}"), &fields).await;
        let missing = browser.post(&format!("{LIST}/4611686018427387/{act}"), &fields).await;
        assert_eq!((theirs.status, &theirs.body), (404, &missing.body), "{act}");
    }
    host.owner("eve@cedar.example", OLD).await;
}

#[tokio::test]
async fn a_read_only_person_looks_and_touches_nothing() {
    let host = TestHost::start().await;
    let mut browser = host.staff("eye@birch.example").await;
    let list = browser.get(LIST).await;
    assert!(list.shows("ada@birch.example") && !list.shows("Add mailbox"));
    let csrf = list.field("csrf");
    let ada = host.ada.to_string();
    for act in ["password", "delete"] {
        let fields = [("password", NEW), ("password_again", NEW), ("csrf", csrf.as_str())];
        assert_eq!(browser.post(&format!("{LIST}/{ada}/{act}"), &fields).await.status, 403, "{act}");
    }
    host.owner("ada@birch.example", OLD).await;
}

#[tokio::test]
async fn a_mailbox_is_added_deleted_and_restored() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let new = "/dashboard/mailboxes/new";
    let fields =
        [("local_part", "Grace"), ("domain", "birch.example"), ("password", NEW), ("password_again", NEW)];
    let answer = browser.fill(new, LIST, &fields).await;
    assert_eq!((answer.status, answer.header("location")), (303, LIST));
    assert!(browser.get(LIST).await.shows("grace@birch.example Mailbox added."));
    host.owner("grace@birch.example", NEW).await;

    let taken = browser.fill(new, LIST, &fields).await;
    assert_eq!(taken.status, 422);
    assert!(taken.shows("This address is taken."));
    assert_eq!(taken.field("local_part"), "Grace");

    let actor = &host.operator;
    let address = postward_wire::Address::parse("grace@birch.example").unwrap();
    let grace = host.authority.mailbox_by_address(actor, &address).await.unwrap().id;
    let confirm = format!("{LIST}/{grace}/delete");
    assert!(browser.get(&confirm).await.shows("Ends 1 user panel session at once."));
    assert_eq!(browser.fill(&confirm, &confirm, &[]).await.status, 303);
    let refused =
        host.browser().post("/panel/sign-in", &[("address", "grace@birch.example"), ("password", NEW)]).await;
    assert_eq!(refused.status, 403);

    let deleted = "/dashboard/mailboxes/deleted";
    assert!(browser.get(deleted).await.shows("grace@birch.example"));
    assert_eq!(browser.fill(deleted, &format!("{LIST}/{grace}/restore"), &[]).await.status, 303);
    host.owner("grace@birch.example", NEW).await;
}

#[tokio::test]
async fn a_mailbox_is_added_in_ones_own_domains_only() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    for (local_part, domain) in
        [("mallory", "cedar.example"), ("mallory", "nowhere.example"), ("a b", "birch.example"), ("", "")]
    {
        let fields =
            [("local_part", local_part), ("domain", domain), ("password", NEW), ("password_again", NEW)];
        let answer = browser.fill("/dashboard/mailboxes/new", LIST, &fields).await;
        assert_eq!(answer.status, 422, "{local_part}@{domain}");
        assert!(answer.shows("The mailbox was not added."));
    }
}

#[tokio::test]
async fn what_was_done_stands_in_the_audit() {
    let host = TestHost::start().await;
    let mut browser = host.staff("owner@birch.example").await;
    let tab = format!("/dashboard/mailboxes/{}/security", host.ada);
    let path = format!("/dashboard/mailboxes/{}/password", host.ada);
    browser.fill(&tab, &path, &[("password", NEW), ("password_again", NEW)]).await;
    let audit = browser.get("/dashboard/audit").await;
    assert!(audit.shows("ada@birch.example owner@birch.example 127.0.0.1 just now"));
    assert!(!host.staff("owner@cedar.example").await.get("/dashboard/audit").await.body.contains("birch"));
}
