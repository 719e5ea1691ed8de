use crate::test_host::{NEW, OLD, TestHost, address, at, on_both, secret};
use postward_authority::{
    AccountKind, ActError, Actor, AddError, Delivery, DomainId, FirstOwner, MailboxQuery, NewAccount,
    NewStaff, ResetError, Role, Sort, Which,
};
use postward_wire::Refusal;

#[test]
fn invariant_13_nobody_sees_or_touches_anything_outside_the_subtree() {
    on_both(async |house: TestHost| {
        let north = house.staff("owner@north.example").await;
        let actor = north.actor();
        let page = house
            .authority
            .mailboxes(actor, &MailboxQuery { limit: 50, ..Default::default() })
            .await
            .unwrap();
        let seen: Vec<_> = page.rows.iter().map(|row| row.address.as_str()).collect();
        assert_eq!((seen, page.total), (vec!["ada@north.example"], 1));
        assert_eq!(house.authority.domains(actor).await.unwrap().len(), 1);
        assert_eq!(house.authority.accounts(actor).await.unwrap().len(), 1);
        // Somebody else's mailbox answers as one that does not exist, to every act.
        let (authority, bob) = (&house.authority, house.bob);
        assert!(matches!(authority.mailbox(actor, bob).await, Err(ActError::NotFound)));
        assert!(matches!(authority.reset(actor, bob, secret(NEW), at(2)).await, Err(ResetError::NotFound)));
        assert!(matches!(authority.sessions(actor, bob).await, Err(ActError::NotFound)));
        assert!(matches!(
            authority.end_sessions(actor, bob, Which::All, at(2)).await,
            Err(ActError::NotFound)
        ));
        assert!(matches!(authority.suspend(actor, bob, at(2)).await, Err(ActError::NotFound)));
        assert!(matches!(authority.delete_mailbox(actor, bob, at(2)).await, Err(ActError::NotFound)));
        assert!(matches!(authority.restore_mailbox(actor, bob, at(2)).await, Err(ActError::NotFound)));
        assert!(matches!(authority.audit(actor, Some(bob), 9).await, Err(ActError::NotFound)));
        let outside = address("eve@south.example");
        assert!(matches!(
            authority.add_mailbox(actor, &outside, secret(NEW), at(2)).await,
            Err(AddError::NotFound)
        ));
        let audit = authority.audit(actor, None, 100).await.unwrap();
        assert!(!audit.is_empty() && audit.iter().all(|entry| !entry.subject.contains("south")));
        assert!(house.sign_in("bob@south.example", OLD).await.is_ok());
    });
}

#[test]
fn d12_a_reader_looks_and_touches_nothing() {
    on_both(async |house: TestHost| {
        let reader = house.staff("reader@north.example").await;
        let (authority, actor, ada) = (&house.authority, reader.actor(), house.ada);
        assert!(authority.mailbox(actor, ada).await.is_ok());
        assert!(matches!(authority.reset(actor, ada, secret(NEW), at(2)).await, Err(ResetError::ReadOnly)));
        assert!(matches!(authority.delete_mailbox(actor, ada, at(2)).await, Err(ActError::ReadOnly)));
        let new = address("new@north.example");
        assert!(matches!(
            authority.add_mailbox(actor, &new, secret(NEW), at(2)).await,
            Err(AddError::ReadOnly)
        ));
    });
}

#[test]
fn d2_a_deleted_mailbox_opens_nothing_keeps_its_address_and_can_be_restored() {
    on_both(async |house: TestHost| {
        let served = crate::test_host::serve(house.sign_in("ada@north.example", OLD).await.unwrap());
        house.authority.delete_mailbox(&house.operator, house.ada, at(2)).await.unwrap();
        assert!(served.over().is_some());
        assert_eq!(house.sign_in("ada@north.example", OLD).await.err(), Some(Refusal::Rejected));
        let ada = address("ada@north.example");
        assert_eq!(house.authority.delivery(&ada).await.unwrap(), Delivery::Unknown);
        let again = house.authority.add_mailbox(&house.operator, &ada, secret(NEW), at(3)).await;
        assert!(matches!(again, Err(AddError::Exists)));
        let deleted = house.authority.deleted_mailboxes(&house.operator).await.unwrap();
        assert_eq!((deleted.len(), deleted[0].1), (1, at(2)));
        house.authority.restore_mailbox(&house.operator, house.ada, at(4)).await.unwrap();
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
        assert_eq!(house.authority.delivery(&ada).await.unwrap(), Delivery::Local);
        let elsewhere = address("ada@elsewhere.example");
        assert_eq!(house.authority.delivery(&elsewhere).await.unwrap(), Delivery::Elsewhere);
    });
}

#[test]
fn d1_pages_of_the_list_meet_without_gap_or_overlap_in_both_directions() {
    on_both(async |house: TestHost| {
        for n in 0..23 {
            let address = address(&format!("user{n:02}@north.example"));
            house.authority.add_mailbox(&house.operator, &address, secret(NEW), at(n)).await.unwrap();
        }
        for sort in [Sort::Address, Sort::LastSignIn, Sort::Created] {
            let all = MailboxQuery { sort, limit: 200, ..Default::default() };
            let all: Vec<_> = ids(&house.authority.mailboxes(&house.operator, &all).await.unwrap().rows);
            assert_eq!(all.len(), 25);
            let (mut forward, mut query) =
                (Vec::new(), MailboxQuery { sort, limit: 4, ..Default::default() });
            let mut last = loop {
                let page = house.authority.mailboxes(&house.operator, &query).await.unwrap();
                assert_eq!(page.total, 25);
                forward.extend(ids(&page.rows));
                if page.next.is_none() {
                    break page;
                }
                query.cursor = page.next;
            };
            assert_eq!(forward, all, "{sort:?}");
            let mut backward = ids(&last.rows);
            while let Some(previous) = last.previous.take() {
                query.cursor = Some(previous);
                last = house.authority.mailboxes(&house.operator, &query).await.unwrap();
                backward.splice(0..0, ids(&last.rows));
            }
            assert_eq!(backward, all, "{sort:?}");
        }
    });
}

fn ids(rows: &[postward_authority::Mailbox]) -> Vec<postward_authority::MailboxId> {
    rows.iter().map(|row| row.id).collect()
}

#[test]
fn d1_search_finds_what_was_typed_and_nothing_it_could_mean_to_a_database() {
    on_both(async |house: TestHost| {
        let find = async |text: &str| {
            let query = MailboxQuery { search: Some(text.to_owned()), limit: 50, ..Default::default() };
            house.authority.mailboxes(&house.operator, &query).await.unwrap().total
        };
        assert_eq!(find("ADA").await, 1);
        assert_eq!(find("example").await, 2);
        for nothing in ["%", "_da", "a'b", "\\", "ada@north.example' OR 1=1 --"] {
            assert_eq!(find(nothing).await, 0, "{nothing}");
        }
    });
}

#[test]
fn d15_restoring_a_mailbox_does_not_lift_a_suspension() {
    on_both(async |house: TestHost| {
        house.authority.suspend(&house.operator, house.ada, at(2)).await.unwrap();
        house.authority.delete_mailbox(&house.operator, house.ada, at(3)).await.unwrap();
        house.authority.restore_mailbox(&house.operator, house.ada, at(4)).await.unwrap();
        assert_eq!(house.sign_in("ada@north.example", OLD).await.err(), Some(Refusal::Rejected));
        house.authority.resume_sign_in(&house.operator, house.ada, at(5)).await.unwrap();
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
    });
}

#[test]
fn d12_whoever_is_limited_to_domains_lets_nobody_in_who_is_not() {
    on_both(async |house: TestHost| {
        let (authority, operator) = (&house.authority, &house.operator);
        let north = authority.mailbox(operator, house.ada).await.unwrap();
        authority.add_domain(operator, north.account, "more.example", at(1)).await.unwrap();
        let all = authority.domains(operator).await.unwrap();
        let more = all.iter().find(|domain| domain.name == "more.example").unwrap().id;
        let mut number = 0;
        let mut add = async |actor: &Actor, domains: Option<&[DomainId]>| {
            number += 1;
            let email = address(&format!("person{number}@north.example"));
            let (account, role, password) = (north.account, Role::Owner, secret(OLD));
            let new = NewStaff { account, email: &email, role, domains, password };
            authority.add_staff(actor, new, at(1)).await
        };
        add(operator, Some(&[north.domain])).await.unwrap();
        let limited = house.staff("person1@north.example").await;
        for beyond in [None, Some(&[more][..]), Some(&[north.domain, more])] {
            assert!(matches!(add(limited.actor(), beyond).await, Err(AddError::NotFound)), "{beyond:?}");
        }
        add(limited.actor(), Some(&[north.domain])).await.unwrap();
        let whole = house.staff("owner@north.example").await;
        add(whole.actor(), None).await.unwrap();
    });
}

#[test]
fn an_account_is_added_with_its_owner_or_not_at_all() {
    on_both(async |house: TestHost| {
        let (authority, operator) = (&house.authority, &house.operator);
        let add = async |email: &str, password: &str| {
            let account = NewAccount { parent: None, kind: AccountKind::Customer, name: "East" };
            let owner = FirstOwner { email: &address(email), password: secret(password) };
            authority.add_owned_account(operator, account, owner, at(1)).await
        };
        let before = authority.accounts(operator).await.unwrap().len();
        let written = authority.audit(operator, None, 100).await.unwrap().len();
        // The account was written already when the owner turned out to be taken.
        assert!(matches!(add("owner@north.example", OLD).await, Err(AddError::Exists)));
        assert!(matches!(add("owner@east.example", "short").await, Err(AddError::Policy(_))));
        assert_eq!(authority.accounts(operator).await.unwrap().len(), before);
        assert_eq!(authority.audit(operator, None, 100).await.unwrap().len(), written);
        let account = add("owner@east.example", OLD).await.unwrap();
        assert_eq!(house.staff("owner@east.example").await.account(), account);
        assert_eq!(authority.audit(operator, None, 100).await.unwrap().len(), written + 2);
    });
}
