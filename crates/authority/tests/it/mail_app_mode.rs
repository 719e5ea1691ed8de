//! What staff see and set of what mail apps may sign in with (W8), within what they may reach (D12).

use crate::test_host::{NEW, OLD, TestHost, address, at, from, on_both, request, secret};
use postward_authority::{
    ActError, Actor, Authority, DomainId, MailAppMode, MailboxId, ModeAt, ModeOf, NewStaff, Role, Surface,
};

const ONLY: Option<MailAppMode> = Some(MailAppMode::AppPasswordsOnly);
const ANY: Option<MailAppMode> = Some(MailAppMode::PasswordOrAppPassword);

async fn set(
    house: &TestHost,
    actor: &Actor,
    of: &[ModeOf],
    mode: Option<MailAppMode>,
) -> Result<u64, ActError> {
    house.authority.set_mail_app_mode(actor, of, mode, at(2)).await
}

/// What an actor is told of account, domain and mailbox.
async fn told(authority: &Authority, actor: &Actor, mailbox: MailboxId) -> [ModeAt; 3] {
    let mailbox = authority.mailbox(actor, mailbox).await.unwrap();
    let domains = authority.domains(actor).await.unwrap();
    let accounts = authority.accounts(actor).await.unwrap();
    let domain = domains.into_iter().find(|domain| domain.id == mailbox.domain).unwrap();
    let account = accounts.into_iter().find(|account| account.id == mailbox.account).unwrap();
    [account.mail_apps, domain.mail_apps, mailbox.mail_apps]
}

/// Somebody of North who is limited to a domain.
async fn limited_to(house: &TestHost, domain: DomainId) -> postward_authority::StaffSession {
    let account = house.authority.mailbox(&house.operator, house.ada).await.unwrap().account;
    let (email, password) = (address("limited@north.example"), secret(OLD));
    let domains = Some(&[domain][..]);
    let new = NewStaff { account, email: &email, role: Role::Owner, domains, password };
    house.authority.add_staff(&house.operator, new, at(1)).await.unwrap();
    house.staff("limited@north.example").await
}

#[test]
fn w8_staff_see_what_was_set_where_and_what_holds() {
    on_both(async |house: TestHost| {
        let (authority, operator) = (&house.authority, &house.operator);
        let ada = authority.mailbox(operator, house.ada).await.unwrap();
        let told = async || told(authority, operator, house.ada).await;
        let at = |own, above: Option<MailAppMode>| ModeAt { own, above: above.unwrap() };
        assert_eq!(told().await, [at(None, ANY), at(None, ANY), at(None, ANY)]);
        set(&house, operator, &[ModeOf::Account(ada.account)], ONLY).await.unwrap();
        assert_eq!(told().await, [at(ONLY, ANY), at(None, ONLY), at(None, ONLY)]);
        set(&house, operator, &[ModeOf::Domain(ada.domain)], ANY).await.unwrap();
        assert_eq!(told().await, [at(ONLY, ANY), at(ANY, ONLY), at(None, ANY)]);
        set(&house, operator, &[ModeOf::Mailbox(house.ada)], ONLY).await.unwrap();
        let last = told().await;
        assert_eq!(last, [at(ONLY, ANY), at(ANY, ONLY), at(ONLY, ANY)]);
        assert_eq!(last.map(ModeAt::applies).map(Some), [ONLY, ANY, ONLY]);
    });
}

#[test]
fn d12_whoever_is_limited_to_domains_sees_and_sets_theirs_and_nothing_above() {
    on_both(async |house: TestHost| {
        let (authority, operator) = (&house.authority, &house.operator);
        let ada = authority.mailbox(operator, house.ada).await.unwrap();
        let more = authority.add_domain(operator, ada.account, "more.example", at(1)).await.unwrap();
        let cleo = address("cleo@more.example");
        let cleo = authority.add_mailbox(operator, &cleo, secret(NEW), at(1)).await.unwrap();
        let limited = limited_to(&house, more).await;
        let actor = limited.actor();
        assert!(actor.is_limited());
        let seen: Vec<_> =
            authority.domains(actor).await.unwrap().into_iter().map(|domain| domain.id).collect();
        assert_eq!(seen, [more]);
        assert!(matches!(authority.mailbox(actor, house.ada).await, Err(ActError::NotFound)));
        let account = ModeOf::Account(ada.account);
        for of in [account, ModeOf::Domain(ada.domain), ModeOf::Mailbox(house.ada)] {
            // With something within reach beside it, nothing of both is done.
            let refused = set(&house, actor, &[ModeOf::Mailbox(cleo), of], ONLY).await;
            assert!(matches!(refused, Err(ActError::NotFound)), "{of:?}");
            let asked = authority.shut_out_by_app_passwords_only(actor, &[of], at(2)).await;
            assert!(matches!(asked, Err(ActError::NotFound)), "{of:?}");
        }
        assert_eq!(authority.mailbox(actor, cleo).await.unwrap().mail_apps.own, None);
        // What stands above holds for theirs, and they see that it does.
        set(&house, operator, &[account], ONLY).await.unwrap();
        assert_eq!(authority.mailbox(actor, cleo).await.unwrap().mail_apps.applies(), ONLY.unwrap());
        assert_eq!(set(&house, actor, &[ModeOf::Domain(more)], ANY).await.unwrap(), 1);
        assert_eq!(authority.mailbox(actor, cleo).await.unwrap().mail_apps.applies(), ANY.unwrap());
    });
}

#[test]
fn invariant_13_modes_of_others_answer_as_if_they_did_not_exist_and_readers_set_none() {
    on_both(async |house: TestHost| {
        let ada = house.authority.mailbox(&house.operator, house.ada).await.unwrap();
        let neighbour = house.staff("owner@south.example").await;
        let reader = house.staff("reader@north.example").await;
        for of in [ModeOf::Account(ada.account), ModeOf::Domain(ada.domain), ModeOf::Mailbox(house.ada)] {
            let refused = set(&house, neighbour.actor(), &[of], ONLY).await;
            assert!(matches!(refused, Err(ActError::NotFound)), "{of:?}");
            let asked = house.authority.shut_out_by_app_passwords_only(neighbour.actor(), &[of], at(2)).await;
            assert!(matches!(asked, Err(ActError::NotFound)), "{of:?}");
            let refused = set(&house, reader.actor(), &[of], ONLY).await;
            assert!(matches!(refused, Err(ActError::ReadOnly)), "{of:?}");
        }
        let any = ModeAt { own: None, above: ANY.unwrap() };
        assert_eq!(told(&house.authority, reader.actor(), house.ada).await, [any; 3]);
    });
}

#[test]
fn invariant_14_a_list_has_one_line_in_the_audit_for_each_mailbox_that_changed() {
    on_both(async |house: TestHost| {
        let both = [ModeOf::Mailbox(house.ada), ModeOf::Mailbox(house.bob)];
        assert_eq!(set(&house, &house.operator, &both[..1], ONLY).await.unwrap(), 1);
        let twice = [both, both].concat();
        assert_eq!(set(&house, &house.operator, &twice, ONLY).await.unwrap(), 1);
        assert_eq!(set(&house, &house.operator, &both, ONLY).await.unwrap(), 0);
        let audit = house.authority.audit(&house.operator, None, 100).await.unwrap();
        let of_mode = audit.into_iter().filter(|entry| entry.event.to_string() == "mail-app-mode-set");
        let mut lines: Vec<_> = of_mode.map(|entry| (entry.subject, entry.detail)).collect();
        lines.sort();
        let detail = r#"{"mode":"app-passwords-only"}"#.to_owned();
        let expected = ["ada@north.example", "bob@south.example"].map(|of| (of.to_owned(), detail.clone()));
        assert_eq!(lines, expected);
    });
}

#[test]
fn w8_before_it_is_set_staff_hear_whose_mail_apps_would_stop() {
    on_both(async |house: TestHost| {
        let (authority, operator) = (&house.authority, &house.operator);
        let ada = authority.mailbox(operator, house.ada).await.unwrap();
        let cleo = address("cleo@north.example");
        let cleo = authority.add_mailbox(operator, &cleo, secret(NEW), at(0)).await.unwrap();
        let (_, guard) = house.browser(Surface::Webmail, 1).await;
        let webmail = from("192.0.2.1", Surface::Webmail);
        authority.add_app_password(&guard, "Phone", &request(&webmail, at(1))).await.unwrap();
        let ask = async |of, second| {
            let shut = authority.shut_out_by_app_passwords_only(operator, &[of], at(second)).await.unwrap();
            (shut.mailboxes, shut.without, shut.in_use, shut.named)
        };
        let (account, domain) = (ModeOf::Account(ada.account), ModeOf::Domain(ada.domain));
        let nobody = Vec::<String>::new();
        assert_eq!(ask(account, 2).await, (2, 1, 0, nobody.clone()), "a browser is no mail app");
        // Its phone has an app password; another app of it still uses the password.
        let session = house.sign_in("ada@north.example", OLD).await.unwrap();
        let named = vec!["ada@north.example".to_owned()];
        for of in [account, domain] {
            assert_eq!(ask(of, 2).await, (2, 1, 1, named.clone()), "{of:?}");
        }
        assert_eq!(ask(ModeOf::Mailbox(cleo), 2).await, (1, 1, 0, nobody.clone()));
        drop(session);
        let gone = async || authority.sessions(operator, house.ada).await.unwrap().len() == 1;
        assert!(house.closed(gone).await);
        assert_eq!(ask(account, 40 * 24 * 3_600).await, (2, 1, 0, nobody.clone()), "that was long ago");
        // Whoever has a mode of its own is not touched, nor who may not use the password anyway.
        set(&house, operator, &[ModeOf::Mailbox(house.ada)], ANY).await.unwrap();
        assert_eq!(ask(domain, 2).await, (1, 1, 0, nobody.clone()));
        set(&house, operator, &[domain], ONLY).await.unwrap();
        for of in [account, domain, ModeOf::Mailbox(cleo)] {
            assert_eq!(ask(of, 2).await, (0, 0, 0, nobody.clone()), "{of:?}");
        }
    });
}
