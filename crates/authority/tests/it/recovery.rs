use crate::authenticator::wrong_code;
use crate::test_host::{
    NEW, OLD, TestHost, address, at, attempt, from, on_both, request, reset_by_link, secret, serve,
};
use postward_authority::{LinkError, LinkKind, LinkOwner, RecoverError, RecoveryEmailError, Surface, Token};
use postward_wire::Refusal;

const ADA: &str = "ada@north.example";
const HOME: &str = "ada@home.example";

#[test]
fn r1_the_recovery_code_sets_a_password_once_turns_2fa_off_and_is_told() {
    on_both(async |house: TestHost| {
        let webmail = from("198.51.100.7", Surface::Webmail);
        let served = serve(house.sign_in(ADA, OLD).await.unwrap());
        house.second_factor(0).await;
        let issued = house.authority.issue_recovery_code(&house.operator, house.ada, at(1)).await.unwrap();
        let code = house.authority.issue_recovery_code(&house.operator, house.ada, at(2)).await.unwrap();
        let recover = async |typed: &str, new: &str, second: i64| {
            house
                .authority
                .recover_with_code(ADA, secret(typed), secret(new), &request(&webmail, at(second)))
                .await
        };
        // The one before is dead; a code of nothing; a weak password, which is said without looking at the code.
        assert!(matches!(recover(issued.expose(), NEW, 3).await, Err(RecoverError::Refused)));
        assert!(matches!(recover("", NEW, 3).await, Err(RecoverError::Refused)));
        assert!(matches!(recover(code.expose(), "weak", 3).await, Err(RecoverError::Policy(_))));
        assert!(matches!(recover("nonsense", "weak", 3).await, Err(RecoverError::Policy(_))));
        // The mailbox's own password of now: not spent by that.
        assert!(matches!(recover(code.expose(), OLD, 3).await, Err(RecoverError::Policy(_))));
        assert!(served.over().is_none());
        let spelt = code.expose().to_lowercase().replace('-', " ");
        let receipt = recover(&spelt, NEW, 4).await.unwrap();
        assert_eq!(receipt.address.as_str(), ADA);
        assert!(served.over().is_some());
        // The phone may be lost: the new password alone opens.
        assert!(house.sign_in(ADA, NEW).await.is_ok());
        assert_eq!(house.sign_in(ADA, OLD).await.err(), Some(Refusal::Rejected));
        assert!(matches!(recover(&spelt, "Third horse battery 3", 5).await, Err(RecoverError::Refused)));
        assert_eq!(house.letters("recovered-by-code").await, [ADA]);
    });
}

#[test]
fn r2_guessing_at_recovery_codes_ends_and_closes_no_door() {
    on_both(async |house: TestHost| {
        let code = house.authority.issue_recovery_code(&house.operator, house.ada, at(1)).await.unwrap();
        let webmail = from("203.0.113.7", Surface::Webmail);
        let mut throttled = 0;
        for n in 0..30 {
            let typed = secret(&"23456789ABCDEFGHJKMNPQRSTUVWXYZ"[n..=n].repeat(28));
            let refused =
                house.authority.recover_with_code(ADA, typed, secret(NEW), &request(&webmail, at(2))).await;
            throttled += i32::from(matches!(refused, Err(RecoverError::TooManyTries)));
        }
        assert!(throttled > 10, "{throttled}");
        assert!(house.sign_in(ADA, OLD).await.is_ok());
        let home = from("192.0.2.1", Surface::Webmail);
        house.authority.recover_with_code(ADA, code, secret(NEW), &request(&home, at(3))).await.unwrap();
    });
}

#[test]
fn w5_what_a_stranger_hears_is_the_same_whatever_there_is() {
    on_both(async |house: TestHost| {
        let phone = house.second_factor(0).await;
        house.authority.issue_recovery_code(&house.operator, house.ada, at(1)).await.unwrap();
        house.authority.suspend(&house.operator, house.bob, at(1)).await.unwrap();
        let webmail = from("203.0.113.9", Surface::Webmail);
        for who in
            [ADA, "bob@south.example", "nobody@north.example", "no address", "a\r\nb@north.example", ""]
        {
            let code = secret("2222-3333-4444-5555-6666-7777-8888");
            let by_code =
                house.authority.recover_with_code(who, code, secret(NEW), &request(&webmail, at(2))).await;
            assert!(matches!(by_code, Err(RecoverError::Refused)), "{who:?}");
            // The right password without a code, or with a wrong one, is as wrong as any other.
            for (password, code) in
                [(OLD, None), (OLD, Some(wrong_code(&phone, at(2)))), ("Not the one 1", None)]
            {
                let by_password = house
                    .authority
                    .change_signed_out(
                        attempt(who, password),
                        code.as_deref().map(secret),
                        secret(NEW),
                        &request(&webmail, at(2)),
                    )
                    .await;
                assert!(matches!(by_password, Err(RecoverError::Refused)), "{who:?}");
            }
            assert!(
                house
                    .authority
                    .ask_for_reset_link(LinkOwner::Mailbox, who, &request(&webmail, at(2)))
                    .await
                    .is_ok(),
                "{who:?}"
            );
        }
        // With everything right it is done, apart or behind.
        let home = from("192.0.2.1", Surface::Webmail);
        let code = Some(phone.code(at(60)));
        let changing = house
            .authority
            .change_signed_out(attempt(ADA, OLD), code, secret(NEW), &request(&home, at(60)))
            .await;
        changing.unwrap();
        let behind = format!("{NEW}{}", phone.digits(at(90)));
        let third = secret("Third horse battery 3");
        house
            .authority
            .change_signed_out(attempt(ADA, &behind), None, third, &request(&home, at(90)))
            .await
            .unwrap();
    });
}

/// Names ada's recovery e-mail and follows the link.
async fn recovery_email(house: &TestHost, address_: &str, second: i64) {
    let webmail = from("192.0.2.1", Surface::Webmail);
    let guard = house.confirmed(second).await;
    house.authority.name_recovery_email(&guard, &address(address_), at(second)).await.unwrap();
    let token = house.mailed(address_, LinkKind::VerifyRecoveryEmail, second).await;
    let (mailbox, now) =
        house.authority.verify_recovery_email(&token, &request(&webmail, at(second))).await.unwrap();
    assert_eq!((mailbox.as_str(), now.as_str()), (ADA, address_));
}

#[test]
fn w9_a_recovery_email_counts_once_it_is_verified_and_the_one_before_hears_of_it() {
    on_both(async |house: TestHost| {
        let webmail = from("192.0.2.1", Surface::Webmail);
        let guard = house.confirmed(0).await;
        let own = house.authority.name_recovery_email(&guard, &address(ADA), at(0)).await;
        assert!(matches!(own, Err(RecoveryEmailError::Itself)));
        house.authority.name_recovery_email(&guard, &address("first@home.example"), at(0)).await.unwrap();
        let first = house.mailed("first@home.example", LinkKind::VerifyRecoveryEmail, 0).await;
        assert!(house.authority.recovery_email(&guard, at(0)).await.unwrap().address.is_none());
        // Named again, only the newest link counts.
        recovery_email(&house, HOME, 1).await;
        let late = house.authority.verify_recovery_email(&first, &request(&webmail, at(2))).await;
        assert!(matches!(late, Err(LinkError::Over)));
        recovery_email(&house, "new@home.example", 200).await;
        assert_eq!(house.letters("recovery-email-replaced").await, [HOME]);
        let set = house.letters("recovery-email-set").await;
        assert_eq!(set, [HOME, ADA, ADA, "new@home.example"]);
    });
}

#[test]
fn w5_a_mailed_link_sets_a_password_once_and_leaves_2fa_on() {
    on_both(async |house: TestHost| {
        let webmail = from("198.51.100.7", Surface::Webmail);
        recovery_email(&house, HOME, 0).await;
        let ask = async |second: i64| {
            house
                .authority
                .ask_for_reset_link(LinkOwner::Mailbox, ADA, &request(&webmail, at(second)))
                .await
                .unwrap();
            house.mailed(HOME, LinkKind::Reset, second).await
        };
        let first = ask(10).await;
        let token = ask(200).await;
        let reset = async |token: &Token, code: Option<String>, second: i64| {
            let code = code.as_deref().map(secret);
            reset_by_link(
                &house.authority,
                LinkKind::Reset,
                token,
                code,
                secret(NEW),
                &request(&webmail, at(second)),
            )
            .await
        };
        // One live per kind; looking spends nothing.
        assert!(matches!(reset(&first, None, 201).await, Err(LinkError::Over)));
        for _ in 0..3 {
            let open = house.authority.open_link(&token, LinkKind::Reset, at(201)).await.unwrap().unwrap();
            assert_eq!((open.login.as_str(), open.code_needed), (ADA, false));
        }
        assert!(house.authority.open_link(&token, LinkKind::NotMe, at(201)).await.unwrap().is_none());
        let phone = house.second_factor(202).await;
        assert!(matches!(reset(&token, None, 240).await, Err(LinkError::CodeMissing)));
        let wrong = wrong_code(&phone, at(240));
        assert!(matches!(reset(&token, Some(wrong), 240).await, Err(LinkError::CodeWrong)));
        reset(&token, Some(phone.digits(at(240))), 240).await.unwrap();
        assert!(matches!(reset(&token, Some(phone.digits(at(270))), 270).await, Err(LinkError::Over)));
        // 2FA is still on.
        assert!(house.sign_in(ADA, NEW).await.is_err());
        assert_eq!(house.letters("recovered-by-mail").await, [HOME, ADA]);
        // An hour.
        let late = ask(1_000).await;
        assert!(matches!(reset(&late, None, 1_000 + 3_600).await, Err(LinkError::Over)));
        // Nor through a suspension, before or after it.
        let locked = ask(6_000).await;
        house.authority.suspend(&house.operator, house.ada, at(6_001)).await.unwrap();
        assert!(matches!(reset(&locked, None, 6_002).await, Err(LinkError::Over)));
        house.authority.resume_sign_in(&house.operator, house.ada, at(6_003)).await.unwrap();
        assert!(matches!(reset(&locked, None, 6_004).await, Err(LinkError::Over)));
    });
}

#[test]
fn asking_twice_mails_one_link_and_nobody_without_a_recovery_email_gets_one() {
    on_both(async |house: TestHost| {
        let webmail = from("198.51.100.7", Surface::Webmail);
        let ask = async |who: &str, second: i64| {
            house
                .authority
                .ask_for_reset_link(LinkOwner::Mailbox, who, &request(&webmail, at(second)))
                .await
                .unwrap();
        };
        ask(ADA, 1).await;
        recovery_email(&house, HOME, 2).await;
        ask(ADA, 3).await;
        house.mailed(HOME, LinkKind::Reset, 3).await;
        for second in 4..20 {
            ask(ADA, second).await;
            ask("nobody@north.example", second).await;
        }
        house.authority.shut_down().await;
        assert_eq!(house.letters("reset-link").await, [HOME]);
    });
}

#[test]
fn this_wasnt_me_ends_everything_and_holds_the_recovery_email_for_a_day() {
    on_both(async |house: TestHost| {
        let webmail = from("198.51.100.7", Surface::Webmail);
        recovery_email(&house, HOME, 0).await;
        let hour = 3_600;
        let begin = 100 * hour;
        // An intruder puts its own in the place of the owner's.
        recovery_email(&house, "thief@evil.example", begin).await;
        let served = serve(house.sign_in(ADA, OLD).await.unwrap());
        let token = house.mailed(HOME, LinkKind::NotMe, begin).await;
        let receipt = house.authority.not_me(&token, &request(&webmail, at(begin + 1))).await.unwrap();
        assert_eq!(receipt.ended[&Surface::Imap], 1);
        assert!(served.over().is_some());
        assert!(matches!(
            house.authority.not_me(&token, &request(&webmail, at(begin + 2))).await,
            Err(LinkError::Over)
        ));
        // The password is the owner's to change: whoever reads a mailbox must not take it away.
        assert!(house.sign_in(ADA, OLD).await.is_ok());
        // Nobody names another for a day, and the thief's gets no link.
        let guard = house.confirmed(begin + 3).await;
        let held =
            house.authority.name_recovery_email(&guard, &address("x@evil.example"), at(begin + 3)).await;
        assert!(matches!(held, Err(RecoveryEmailError::Held(until)) if until == at(begin + 1 + 24 * hour)));
        drop(guard);
        house
            .authority
            .ask_for_reset_link(LinkOwner::Mailbox, ADA, &request(&webmail, at(begin + 4)))
            .await
            .unwrap();
        let guard = house.confirmed(begin + 25 * hour).await;
        house.authority.name_recovery_email(&guard, &address(HOME), at(begin + 25 * hour)).await.unwrap();
        drop(guard);
        house.authority.shut_down().await;
        assert!(house.letters("reset-link").await.is_empty());
    });
}

#[test]
fn d11_staff_reset_their_own_password_by_mail_and_no_way_leads_to_a_mailbox() {
    on_both(async |house: TestHost| {
        let dashboard = from("192.0.2.9", Surface::Dashboard);
        let authority = &house.authority;
        for who in ["owner@north.example", "nobody@north.example", ADA] {
            authority.ask_for_reset_link(LinkOwner::Staff, who, &request(&dashboard, at(1))).await.unwrap();
        }
        let token = house.mailed("owner@north.example", LinkKind::StaffReset, 1).await;
        assert!(authority.open_link(&token, LinkKind::Reset, at(2)).await.unwrap().is_none());
        let as_mailbox =
            reset_by_link(authority, LinkKind::Reset, &token, None, secret(NEW), &request(&dashboard, at(2)))
                .await;
        assert!(matches!(as_mailbox, Err(LinkError::Over)));
        reset_by_link(
            authority,
            LinkKind::StaffReset,
            &token,
            None,
            secret(NEW),
            &request(&dashboard, at(2)),
        )
        .await
        .unwrap();
        let attempt = |password| attempt("owner@north.example", password);
        assert!(authority.sign_in_staff(attempt(OLD), &request(&dashboard, at(3))).await.is_err());
        assert!(authority.sign_in_staff(attempt(NEW), &request(&dashboard, at(3))).await.is_ok());
        // Nobody got a letter who is no person of the dashboard, and the mailbox of that name is untouched.
        assert_eq!(house.letters("staff-reset-link").await, ["owner@north.example"]);
        assert!(house.sign_in(ADA, OLD).await.is_ok());
    });
}
