use crate::test_host::{
    NEW, OLD, Served, TestHost, address, at, attempt, from, on_both, request, secret, serve, whole,
};
use postward_authority::{
    AppPasswords, Authority, ChangeError, Confirmation, EndReason, Hashing, PasswordProblem, Requirement,
    ResetError, Settings, SignedOut, Surface,
};
use postward_wire::Refusal;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Signs in at every surface a mailbox has; they are listed in the code.
async fn at_every_door(house: &TestHost) -> Vec<Served> {
    let mut served = Vec::new();
    for surface in Surface::OF_MAILBOXES {
        let (attempt, origin) = (attempt("ada@north.example", OLD), from("192.0.2.1", surface));
        let guard = match surface {
            Surface::Webmail | Surface::Panel | Surface::Dashboard => {
                whole(house.authority.sign_in_browser(attempt, &request(&origin, at(1))).await).1
            }
            Surface::Imap | Surface::Pop3 | Surface::Smtp => {
                house.authority.sign_in(attempt, &request(&origin, at(1))).await.unwrap()
            }
        };
        served.push(serve(guard));
    }
    served
}

#[test]
fn d7_a_reset_ends_every_session_before_it_answers_and_says_how_many() {
    on_both(async |house: TestHost| {
        let bystander = house.sign_in("bob@south.example", OLD).await.unwrap();
        let served = at_every_door(&house).await;
        let receipt = house.authority.reset(&house.operator, house.ada, secret(NEW), at(2)).await.unwrap();
        for session in served {
            // Not «soon»: it was over when the answer came.
            assert_eq!(session.over(), Some(EndReason::PasswordChanged));
        }
        assert_eq!(receipt.address.as_str(), "ada@north.example");
        assert_eq!(receipt.epoch.number(), 2);
        assert_eq!(receipt.ended.values().copied().collect::<Vec<_>>(), [1; Surface::OF_MAILBOXES.len()]);
        assert_eq!(house.sign_in("ada@north.example", OLD).await.err(), Some(Refusal::Rejected));
        assert!(house.sign_in("ada@north.example", NEW).await.is_ok());
        assert!(bystander.is_live());
    });
}

#[test]
fn w2_the_owners_change_ends_its_own_session_too_and_still_answers() {
    on_both(async |house: TestHost| {
        let others = at_every_door(&house).await;
        let webmail = from("192.0.2.1", Surface::Webmail);
        let signed_in = house
            .authority
            .sign_in_browser(attempt("ada@north.example", OLD), &request(&webmail, at(1)))
            .await;
        let (token, acting) = whole(signed_in);
        let confirmation = Confirmation::Current(secret(OLD));
        let receipt = house
            .authority
            .change(&acting, confirmation, secret(NEW), AppPasswords::Revoke, &request(&webmail, at(2)))
            .await
            .unwrap();
        assert_eq!(receipt.ended[&Surface::Webmail], 2);
        assert!(others.iter().all(|session| session.over().is_some()));
        drop(acting);
        assert!(matches!(
            house.authority.resume(&token, &request(&webmail, at(3))).await,
            Err(SignedOut::Ended)
        ));
    });
}

#[test]
fn w2_the_current_password_is_verified_against_the_store_and_not_the_session() {
    on_both(async |house: TestHost| {
        let webmail = from("192.0.2.1", Surface::Webmail);
        let signed_in = house
            .authority
            .sign_in_browser(attempt("ada@north.example", OLD), &request(&webmail, at(1)))
            .await;
        let (token, guard) = whole(signed_in);
        let wrong = Confirmation::Current(secret("Not the one 1"));
        let refused = house
            .authority
            .change(&guard, wrong, secret(NEW), AppPasswords::Revoke, &request(&webmail, at(2)))
            .await;
        assert!(matches!(refused, Err(ChangeError::CurrentPasswordWrong)));
        // Nothing has changed, and the session stands and can still be ended.
        drop(guard);
        let guard = house.authority.resume(&token, &request(&webmail, at(3))).await.unwrap();
        assert!(guard.is_live());
        let served = serve(guard);
        house.authority.reset(&house.operator, house.ada, secret(NEW), at(4)).await.unwrap();
        assert!(served.over().is_some());
    });
}

#[test]
fn p2_a_recent_sign_in_stands_for_the_current_password_and_an_old_one_does_not() {
    on_both(async |house: TestHost| {
        let panel = from("192.0.2.1", Surface::Panel);
        let opened_at_0 = request(&panel, at(0));
        let sign_in = || house.authority.sign_in_browser(attempt("ada@north.example", OLD), &opened_at_0);
        let (_token, guard) = whole(sign_in().await);
        let late = house
            .authority
            .change(
                &guard,
                Confirmation::RecentSignIn,
                secret(NEW),
                AppPasswords::Revoke,
                &request(&panel, at(601)),
            )
            .await;
        assert!(matches!(late, Err(ChangeError::ConfirmFirst)));
        assert!(guard.is_live());
        let change = house
            .authority
            .change(
                &guard,
                Confirmation::RecentSignIn,
                secret(NEW),
                AppPasswords::Revoke,
                &request(&panel, at(600)),
            )
            .await;
        assert!(change.is_ok());
        // A session that was ended confirms nothing, even while its guard is still in somebody's hand.
        let again = house
            .authority
            .change(
                &guard,
                Confirmation::RecentSignIn,
                secret("Third horse battery 3"),
                AppPasswords::Revoke,
                &request(&panel, at(600)),
            )
            .await;
        assert!(matches!(again, Err(ChangeError::SessionEnded)));
    });
}

#[test]
fn d5_the_server_enforces_the_rules_whatever_the_browser_did() {
    on_both(async |house: TestHost| {
        let refused = house.authority.reset(&house.operator, house.ada, secret("short"), at(2)).await;
        let Err(ResetError::Policy(problems)) = refused else { panic!("a weak password was taken") };
        assert_eq!(
            problems,
            [
                PasswordProblem::Unmet(Requirement::Length(12)),
                PasswordProblem::Unmet(Requirement::Upper),
                PasswordProblem::Unmet(Requirement::Digit)
            ]
        );
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
    });
}

#[test]
fn invariant_14_each_act_leaves_exactly_one_audit_row_and_a_refused_one_none() {
    on_both(async |house: TestHost| {
        let before = house.authority.audit(&house.operator, Some(house.ada), 100).await.unwrap().len();
        house.authority.reset(&house.operator, house.ada, secret(NEW), at(2)).await.unwrap();
        let _refused = house.authority.reset(&house.operator, house.ada, secret("short"), at(3)).await;
        let rows = house.authority.audit(&house.operator, Some(house.ada), 100).await.unwrap();
        assert_eq!(rows.len(), before + 1);
        assert_eq!(
            (rows[0].event.to_string().as_str(), rows[0].actor.as_str()),
            ("password-reset", "operator")
        );
        assert_eq!(rows[0].subject, "ada@north.example");
    });
}

#[test]
fn a_change_is_finished_and_kills_even_when_whoever_asked_hangs_up() {
    on_both(async |house: TestHost| {
        let served = serve(house.sign_in("ada@north.example", OLD).await.unwrap());
        let (authority, operator, ada) = (house.authority.clone(), house.operator.clone(), house.ada);
        let asked = tokio::spawn(async move { authority.reset(&operator, ada, secret(NEW), at(2)).await });
        // Hung up at some point of the act: wherever it is, the outcome is whole.
        tokio::task::yield_now().await;
        asked.abort();
        let _aborted = asked.await;
        house.authority.shut_down().await;
        let reopened = postward_authority::Authority::open(house.settings(), at(9));
        let reopened = reopened.await.unwrap();
        let later = request(&from("192.0.2.1", Surface::Imap), at(10));
        let try_in = |password| reopened.sign_in(attempt("ada@north.example", password), &later);
        let (old, new) = (try_in(OLD).await.is_ok(), try_in(NEW).await.is_ok());
        assert!(old != new, "either the old password or the new one opens");
        assert!(served.over().is_some());
    });
}

#[test]
fn old_passwords_stay_dead_through_many_changes() {
    on_both(async |house: TestHost| {
        let mut passwords = vec![OLD.to_owned()];
        for n in 0..6 {
            let next = format!("Horse battery number {n}");
            house.authority.reset(&house.operator, house.ada, secret(&next), at(2)).await.unwrap();
            for old in &passwords {
                assert!(house.sign_in("ada@north.example", old).await.is_err(), "{old}");
            }
            assert!(house.sign_in("ada@north.example", &next).await.is_ok());
            passwords.push(next);
        }
        assert!(
            house.authority.mailbox_by_address(&house.operator, &address("ada@north.example")).await.is_ok()
        );
    });
}

#[test]
fn d7_the_old_password_stops_because_it_cannot_be_set_again() {
    on_both(async |house: TestHost| {
        let reset =
            async |to: &str| house.authority.reset(&house.operator, house.ada, secret(to), at(2)).await;
        let Err(ResetError::Policy(problems)) = reset(OLD).await else { panic!("it was set again") };
        assert_eq!(problems, [PasswordProblem::Unchanged]);
        reset(NEW).await.unwrap();
        let Err(ResetError::Policy(problems)) = reset(OLD).await else { panic!("it was set again") };
        assert_eq!(problems, [PasswordProblem::UsedBefore]);
    });
}

/// Each of these requests costs hashes and changes nothing. All of them together once filled the lane that a reset
/// waits in.
#[test]
fn d7_whoever_has_a_session_cannot_keep_staff_from_throwing_it_out() {
    on_both(async |house: TestHost| {
        let hashing = Hashing { memory_kib: 4 * 1024, passes: 1, at_once: 1, waiting: 5 };
        let settings = Settings { hashing, ..house.settings() };
        let authority = Authority::open(settings, at(1)).await.unwrap();
        let panel = from("192.0.2.1", Surface::Panel);
        let signed_in =
            authority.sign_in_browser(attempt("ada@north.example", OLD), &request(&panel, at(1))).await;
        let (token, guard) = whole(signed_in);
        drop(guard);
        let token = Arc::new(token);
        let mut intruder = JoinSet::new();
        for _ in 0..50 {
            let (authority, token, panel) = (authority.clone(), token.clone(), panel.clone());
            intruder.spawn(async move {
                while let Ok(guard) = authority.resume(&token, &request(&panel, at(2))).await {
                    let asked = authority
                        .change(
                            &guard,
                            Confirmation::RecentSignIn,
                            secret(OLD),
                            AppPasswords::Revoke,
                            &request(&panel, at(2)),
                        )
                        .await;
                    assert!(asked.is_err());
                }
            });
        }
        for n in 0..4 {
            let next = secret(&format!("Horse battery number {n}"));
            authority.reset(&house.operator, house.ada, next, at(3)).await.unwrap();
        }
        while let Some(gone) = intruder.join_next().await {
            gone.unwrap();
        }
    });
}
