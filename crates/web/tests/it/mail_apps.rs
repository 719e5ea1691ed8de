//! **Mail apps** in the dashboard: what they may sign in with, for account, domain and mailboxes (W8).

use crate::browser::Browser;
use crate::test_host::{OLD, TestHost, now};
use postward_authority::{MailboxId, NewStaff, Origin, Request, Role, Surface};
use postward_testclient::Page;
use postward_wire::{Address, Attempt, Secret};

const LIST: &str = "/dashboard/mail-apps";
const PICK: &str = "/dashboard/mail-apps/mailboxes";
const MODE: &str = "/dashboard/mail-apps/mode";
const ADA: &str = "ada@birch.example";
const BEN: &str = "ben@birch.example";
const ONLY: (&str, &str) = ("mode", "app-passwords-only");

/// A host where Birch has a second mailbox.
async fn host() -> (TestHost, MailboxId) {
    let host = TestHost::start().await;
    let (ben, password) = (Address::parse(BEN).unwrap(), Secret::new(OLD.to_owned()));
    let ben = host.authority.add_mailbox(&host.operator, &ben, password, now()).await.unwrap();
    (host, ben)
}

/// Whether a mail app gets in with the mailbox's password.
async fn opens(host: &TestHost, address: &str) -> bool {
    let attempt = Attempt { authcid: address.to_owned(), secret: Secret::new(OLD.to_owned()) };
    let origin = Origin::new([127, 0, 0, 1].into(), Surface::Imap);
    host.authority.sign_in(attempt, &Request::new(origin, now())).await.is_ok()
}

/// The way to the step of whatever is called so.
fn step_of(list: &Page, name: &str) -> String {
    let before = list.body.split(&format!("aria-label=\"Change mail apps of {name}\"")).next().unwrap();
    before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().to_owned()
}

async fn modes_in_audit(browser: &mut Browser) -> usize {
    browser.get("/dashboard/audit").await.body.matches("Mail app mode set").count()
}

#[tokio::test]
async fn w8_an_admin_chooses_for_account_and_domain_and_sees_what_holds() {
    let (host, _) = host().await;
    let mut browser = host.staff("owner@birch.example").await;
    assert!(browser.get("/dashboard/mailboxes").await.body.contains("href=\"/dashboard/mail-apps\""));
    let list = browser.get(LIST).await;
    assert!(list.shows("Birch Password or app password Change"));
    assert!(list.shows("birch.example As the account: password or app password Change"));
    assert!(list.shows("ada@birch.example As the domain: password or app password"));
    assert!(!list.body.contains("edar"), "nothing of the neighbour");

    let account = step_of(&list, "Birch");
    let id = account.rsplit('=').next().unwrap();
    let step = browser.get_fragment(&account).await;
    assert!(step.shows("It touches 2 mailboxes without an app password yet."));
    assert!(step.shows("No mail app has used a password in the last 30 days."));
    assert!(opens(&host, ADA).await);
    let saved = browser.fill(&account, MODE, &[("account", id), ONLY]).await;
    assert_eq!((saved.status, saved.header("location")), (303, LIST));
    assert!(!opens(&host, ADA).await && !opens(&host, BEN).await);
    let list = browser.get(LIST).await;
    assert!(list.shows("Birch Mail apps need an app password now. What is signed in stays so."));
    assert!(list.shows("Birch App passwords only Change"));
    assert!(list.shows("birch.example As the account: app passwords only Change"));

    let domain = step_of(&list, "birch.example");
    let fields = [("domain", domain.rsplit('=').next().unwrap()), ("mode", "password-or-app-password")];
    assert_eq!(browser.fill(&domain, MODE, &fields).await.status, 303);
    assert!(opens(&host, ADA).await);
    let list = browser.get(LIST).await;
    assert!(list.shows("birch.example Mail apps may use the password or an app password now."));
    assert_eq!(browser.fill(&domain, MODE, &fields).await.status, 303);
    assert!(browser.get(LIST).await.shows("Nothing has changed. It was set so already."));
    assert_eq!(browser.fill(&domain, MODE, &[fields[0], ("mode", "inherit")]).await.status, 303);
    assert!(browser.get(LIST).await.shows("As the account: app passwords only from now on."));
    assert!(!opens(&host, ADA).await);
    assert_eq!(modes_in_audit(&mut browser).await, 3);
}

#[tokio::test]
async fn w8_mailboxes_are_ticked_or_pasted_and_whose_apps_would_stop_is_said_first() {
    let (host, ben) = host().await;
    let app = host.mail_app(Surface::Imap, ADA).await;
    let mut browser = host.staff("owner@birch.example").await;
    // One ticked, one pasted, one of them twice, in capitals and with spaces.
    let (ada, pasted) = (host.ada.to_string(), " BEN@birch.example,\r\n\r\nada@birch.example; ");
    let step = browser.fill(LIST, PICK, &[("mailbox", &ada), ("addresses", pasted)]).await;
    assert_eq!(step.status, 200);
    assert!(step.shows("Mail apps of 2 mailboxes") && step.shows("ada@birch.example and ben@birch.example"));
    assert!(step.shows("It touches 2 mailboxes without an app password yet."));
    assert!(step.shows("Mail apps of 1 mailbox have used the password in the last 30 days."));
    assert!(step.shows("They stop working at their next sign-in: ada@birch.example."));
    assert!(opens(&host, BEN).await, "nothing is changed before it is saved");
    let both = step.field("mailboxes");
    let saved = browser.post(MODE, &[("csrf", &step.field("csrf")), ("mailboxes", &both), ONLY]).await;
    assert_eq!((saved.status, saved.header("location")), (303, LIST));
    let list = browser.get(LIST).await;
    assert!(list.shows("2 mailboxes Mail apps need an app password now. Changed for 2 of 2 mailboxes."));
    assert!(list.shows("ada@birch.example App passwords only"));
    assert!(!opens(&host, ADA).await && !opens(&host, BEN).await);
    assert!(!app.is_finished(), "what is signed in stays so");
    assert_eq!(modes_in_audit(&mut browser).await, 2);
    // Back to the domain, with one that is so already.
    let ben = ben.to_string();
    browser.fill(LIST, MODE, &[("mailboxes", &ben), ("mode", "inherit")]).await;
    browser.fill(LIST, MODE, &[("mailboxes", &both), ("mode", "inherit")]).await;
    let list = browser.get(LIST).await;
    assert!(list.shows("Changed for 1 of 2 mailboxes. The others were set so already."));
    assert!(opens(&host, ADA).await && opens(&host, BEN).await);
    app.abort();
}

#[tokio::test]
async fn w8_a_list_with_something_wrong_changes_nothing_and_says_what() {
    let (host, _) = host().await;
    let mut browser = host.staff("owner@birch.example").await;
    let many = "ada@birch.example\n".repeat(501);
    let long = format!("{}\u{7}", "x".repeat(200));
    for (typed, told) in [
        ("", "Tick a mailbox, or paste at least one address."),
        (" ,;\r\n", "Tick a mailbox, or paste at least one address."),
        ("ada@birch.example eve@cedar.example", "Not a mailbox of yours: “eve@cedar.example”."),
        ("ada@birch.example, no@birch.example", "Not a mailbox of yours: “no@birch.example”."),
        ("ada@\r\nbirch.example", "Not an e-mail address: “ada@”, “birch.example”."),
        (&long, &format!("Not an e-mail address: “{}…”.", "x".repeat(80))),
        (&many, "These are more than 500 mailboxes."),
    ] {
        let answer = browser.fill(LIST, PICK, &[("addresses", typed)]).await;
        assert_eq!(answer.status, 422, "{typed:?}");
        assert!(answer.shows(told), "{typed:?}: {}", answer.body);
        assert!(typed.trim().is_empty() || answer.body.contains(typed.trim()), "what was typed is kept");
    }
    // A tick is kept as well.
    let (ada, wrong) = (host.ada.to_string(), "nobody");
    let answer = browser.fill(LIST, PICK, &[("mailbox", &ada), ("addresses", wrong)]).await;
    assert!(answer.body.contains(&format!("value=\"{ada}\" checked")));
    let unchosen = browser.fill(LIST, MODE, &[("mailboxes", &ada)]).await;
    assert!(unchosen.status == 422 && unchosen.shows("Choose what mail apps may sign in with."));
    for mode in ["", "none", "app-passwords-only\r\n"] {
        let answer = browser.fill(LIST, MODE, &[("mailboxes", &ada), ("mode", mode)]).await;
        assert_eq!(answer.status, 400, "{mode:?}");
    }
    for of in [("mailboxes", ""), ("mailboxes", "1,,2"), ("domain", "x"), ("account", "")] {
        assert_eq!(browser.fill(LIST, MODE, &[of, ONLY]).await.status, 404, "{of:?}");
    }
    let mailboxes = vec![ada; 501].join(",");
    assert_eq!(browser.fill(LIST, MODE, &[("mailboxes", &mailboxes), ONLY]).await.status, 413);
    assert!(opens(&host, ADA).await);
    assert_eq!(modes_in_audit(&mut browser).await, 0);
}

#[tokio::test]
async fn invariant_13_what_is_somebody_elses_is_not_there_and_a_form_needs_its_token() {
    let (host, _) = host().await;
    let mut browser = host.staff("owner@birch.example").await;
    let eve = host.authority.mailbox(&host.operator, host.eve).await.unwrap();
    let (account, domain, mailbox) = (eve.account.to_string(), eve.domain.to_string(), eve.id.to_string());
    let both = format!("{},{mailbox}", host.ada);
    for of in [("account", &account), ("domain", &domain), ("mailbox", &mailbox), ("mailboxes", &both)] {
        let of = (of.0, of.1.as_str());
        assert_eq!(browser.get(&format!("{MODE}?{}={}", of.0, of.1)).await.status, 404, "{of:?}");
        assert_eq!(browser.fill(LIST, MODE, &[of, ONLY]).await.status, 404, "{of:?}");
    }
    assert_eq!(browser.fill(LIST, PICK, &[("mailbox", &mailbox)]).await.status, 404);
    let ada = host.ada.to_string();
    assert_eq!(browser.post(MODE, &[("mailboxes", &ada), ONLY]).await.status, 403, "without its token");
    assert_eq!(browser.post(PICK, &[("mailbox", &ada)]).await.status, 403, "without its token");
    assert!(opens(&host, ADA).await && opens(&host, "eve@cedar.example").await);
}

#[tokio::test]
async fn d12_a_reader_sees_what_holds_and_no_button_and_the_limited_see_their_domains() {
    let (host, _) = host().await;
    let mut eye = host.staff("eye@birch.example").await;
    let list = eye.get(LIST).await;
    assert!(list.shows("Birch Password or app password") && list.shows("Your role is read-only."));
    assert!(!list.shows("Change") && !list.shows("Continue") && !list.body.contains("type=\"checkbox\""));
    let ada = host.ada.to_string();
    assert_eq!(eye.get(&format!("{MODE}?mailbox={ada}")).await.status, 403);
    let csrf = list.field("csrf");
    for (path, of) in [(MODE, ("mailboxes", ada.as_str())), (PICK, ("mailbox", &ada))] {
        assert_eq!(eye.post(path, &[("csrf", &csrf), of, ONLY]).await.status, 403, "{path}");
    }

    let birch = host.authority.mailbox(&host.operator, host.ada).await.unwrap();
    let account = birch.account;
    let more = host.authority.add_domain(&host.operator, account, "more.example", now()).await.unwrap();
    let email = Address::parse("some@birch.example").unwrap();
    let password = Secret::new(crate::test_host::STAFF.to_owned());
    let new = NewStaff { account, email: &email, role: Role::Admin, domains: Some(&[more]), password };
    host.authority.add_staff(&host.operator, new, now()).await.unwrap();
    let mut limited = host.staff("some@birch.example").await;
    let list = limited.get(LIST).await;
    assert!(list.shows("more.example As the account: password or app password Change"));
    assert!(!list.body.contains("Change mail apps of Birch") && !list.body.contains("birch.example As"));
    assert!(!list.body.contains(ADA) && list.shows("No mailbox yet."));
    for of in [("account", account.to_string()), ("domain", birch.domain.to_string()), ("mailbox", ada)] {
        assert_eq!(limited.get(&format!("{MODE}?{}={}", of.0, of.1)).await.status, 404, "{of:?}");
        assert_eq!(limited.fill(LIST, MODE, &[(of.0, &of.1), ONLY]).await.status, 404, "{of:?}");
    }
    assert!(opens(&host, ADA).await);
}

#[tokio::test]
async fn d3_the_security_tab_tells_whether_the_password_opens_mail_apps_and_leads_to_the_choice() {
    let (host, _) = host().await;
    let mut browser = host.staff("owner@birch.example").await;
    let tab = format!("/dashboard/mailboxes/{}/security", host.ada);
    let before = browser.get(&tab).await;
    assert!(before.shows("in webmail, in the user panel and in every mail app."));
    let step = format!("{MODE}?mailbox={}", host.ada);
    assert!(before.body.contains(&format!("href=\"{step}\"")));
    assert!(browser.get_fragment(&step).await.shows("It has no app password yet."));
    let ada = host.ada.to_string();
    let saved = browser.fill(&step, MODE, &[("mailbox", &ada), ONLY]).await;
    assert_eq!((saved.status, saved.header("location")), (303, tab.as_str()));
    let after = browser.get(&tab).await;
    assert!(after.shows("ada@birch.example Mail apps need an app password now."));
    assert!(after.shows("in webmail and in the user panel. Mail apps need an app password."));
}

#[tokio::test]
async fn w8_the_search_narrows_accounts_domains_and_mailboxes_and_survives_a_refused_list() {
    let (host, _) = host().await;
    let mut browser = host.staff("owner@birch.example").await;
    let list = browser.get(&format!("{LIST}?q=BEN")).await;
    assert!(list.body.contains(BEN) && !list.body.contains("value=\"Birch") && !list.shows(ADA));
    let answer = browser.fill(LIST, PICK, &[("q", "ben@\"><b>"), ("addresses", "</textarea><b>")]).await;
    assert!(answer.status == 422 && answer.shows("No mailbox matches."));
    assert!(!answer.body.contains("<b>") && answer.field("q").starts_with("ben@"));
}
