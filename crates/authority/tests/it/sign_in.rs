use crate::test_host::{NEW, OLD, TestHost, at, attempt, from, on_both, request, secret, whole};
use postward_authority::{Authority, RefusalCause, SignedOut, Stored, Surface, Token, Which};
use postward_wire::Refusal;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[test]
fn w1_the_right_password_opens_and_case_of_the_address_does_not_matter() {
    on_both(async |house: TestHost| {
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
        assert!(house.sign_in("Ada@North.Example", OLD).await.is_ok());
        assert!(house.sign_in("ada@north.example", "old horse battery 1").await.is_err());
    });
}

#[test]
fn g4_a_stranger_hears_the_same_whatever_is_wrong() {
    on_both(async |house: TestHost| {
        house.authority.suspend(&house.operator, house.bob, at(1)).await.unwrap();
        for (name, password) in [
            ("ada@north.example", NEW),
            ("nobody@north.example", OLD),
            ("ada@elsewhere.example", OLD),
            ("no address at all", OLD),
            ("", ""),
            ("bob@south.example", OLD),
            ("owner@north.example", OLD),
            ("ada@north.example", "control\u{7}character"),
        ] {
            let refusal = house.sign_in(name, password).await.err();
            assert_eq!(refusal, Some(Refusal::Rejected), "{name:?} {password:?}");
        }
    });
}

#[test]
fn d11_a_persons_sign_in_opens_no_mailbox_and_a_mailbox_no_dashboard() {
    on_both(async |house: TestHost| {
        let dashboard = from("192.0.2.1", Surface::Dashboard);
        let as_staff = attempt("ada@north.example", OLD);
        let refused = house.authority.sign_in_staff(as_staff, &request(&dashboard, at(1))).await;
        assert_eq!(refused.err(), Some(Refusal::Rejected));
        let staff = house
            .authority
            .sign_in_staff(attempt("owner@north.example", OLD), &request(&dashboard, at(1)))
            .await;
        let (token, _staff) = whole(staff);
        // Nor does the dashboard's cookie open the webmail.
        let webmail = from("192.0.2.1", Surface::Webmail);
        assert!(matches!(
            house.authority.resume(&token, &request(&webmail, at(2))).await,
            Err(SignedOut::Ended)
        ));
    });
}

#[test]
fn a_cookie_opens_its_own_surface_until_it_is_signed_out() {
    on_both(async |house: TestHost| {
        let webmail = from("192.0.2.1", Surface::Webmail);
        let signed_in = house
            .authority
            .sign_in_browser(attempt("ada@north.example", OLD), &request(&webmail, at(1)))
            .await;
        let (token, guard) = whole(signed_in);
        drop(guard);
        let guard = house.authority.resume(&token, &request(&webmail, at(2))).await.unwrap();
        assert_eq!(guard.address().as_str(), "ada@north.example");
        let panel = from("192.0.2.1", Surface::Panel);
        assert!(matches!(
            house.authority.resume(&token, &request(&panel, at(2))).await,
            Err(SignedOut::Ended)
        ));
        let forged = Token::from_cookie("not a token");
        assert!(matches!(
            house.authority.resume(&forged, &request(&webmail, at(2))).await,
            Err(SignedOut::Ended)
        ));
        house.authority.sign_out(guard, at(3)).await.unwrap();
        assert!(matches!(
            house.authority.resume(&token, &request(&webmail, at(4))).await,
            Err(SignedOut::Ended)
        ));
    });
}

#[test]
fn a_browser_session_does_not_outlive_its_lifespan() {
    on_both(async |house: TestHost| {
        let webmail = from("192.0.2.1", Surface::Webmail);
        let signed_in = house
            .authority
            .sign_in_browser(attempt("ada@north.example", OLD), &request(&webmail, at(0)))
            .await;
        let (token, _guard) = whole(signed_in);
        let day = 24 * 3_600;
        assert!(house.authority.resume(&token, &request(&webmail, at(7 * day - 1))).await.is_ok());
        assert!(matches!(
            house.authority.resume(&token, &request(&webmail, at(30 * day))).await,
            Err(SignedOut::Ended)
        ));
    });
}

#[test]
fn live_sessions_are_listed_and_ended_one_by_one() {
    on_both(async |house: TestHost| {
        let keep = house.sign_in("ada@north.example", OLD).await.unwrap();
        let end = house.sign_in("ada@north.example", OLD).await.unwrap();
        let (kept, ended) = (keep.id(), end.id());
        let served = crate::test_host::serve(end);
        let receipt =
            house.authority.end_sessions(&house.operator, house.ada, Which::One(ended), at(2)).await.unwrap();
        assert_eq!(receipt.ended[&Surface::Imap], 1);
        assert!(served.over().is_some());
        let live = house.authority.sessions(&house.operator, house.ada).await.unwrap();
        assert_eq!(live.iter().map(|session| session.id).collect::<Vec<_>>(), [kept]);
        assert!(keep.is_live());
        // The password is untouched.
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
    });
}

#[test]
fn d15_a_suspended_mailbox_is_refused_at_once_and_resumes_without_its_sessions() {
    on_both(async |house: TestHost| {
        let served = crate::test_host::serve(house.sign_in("ada@north.example", OLD).await.unwrap());
        house.authority.suspend(&house.operator, house.ada, at(2)).await.unwrap();
        assert!(served.over().is_some());
        // The password was verified a moment ago, and that is worth nothing now.
        assert_eq!(house.sign_in("ada@north.example", OLD).await.err(), Some(Refusal::Rejected));
        house.authority.resume_sign_in(&house.operator, house.ada, at(3)).await.unwrap();
        let _guard = house.sign_in("ada@north.example", OLD).await.unwrap();
        assert_eq!(house.authority.sessions(&house.operator, house.ada).await.unwrap().len(), 1);
    });
}

/// An operator may say so; nobody should be kept out by the arithmetic.
#[test]
fn a_window_without_end_lets_people_in() {
    on_both(async |house: TestHost| {
        let mut settings = house.settings();
        settings.throttle.window = Duration::from_millis(u64::MAX);
        let authority = Authority::open(settings, at(1)).await.unwrap();
        let origin = from("192.0.2.1", Surface::Imap);
        assert!(authority.sign_in(attempt("ada@north.example", OLD), &request(&origin, at(1))).await.is_ok());
    });
}

/// Who forgot the password, guessed until nothing was looked at any more and was given a new one should not have to
/// wait.
#[test]
fn a_new_password_opens_the_mailbox_for_whoever_guessed_at_the_forgotten_one() {
    on_both(async |house: TestHost| {
        let hotel = request(&from("198.51.100.7", Surface::Imap), at(2));
        let from_a_hotel =
            |password: String| house.authority.sign_in(attempt("ada@north.example", &password), &hotel);
        for n in 0..10 {
            assert_eq!(from_a_hotel(format!("Guess number {n}")).await.err(), Some(Refusal::Rejected));
        }
        assert_eq!(from_a_hotel(OLD.to_owned()).await.err(), Some(Refusal::TooManyTries));
        house.authority.reset(&house.operator, house.ada, secret(NEW), at(2)).await.unwrap();
        assert_eq!(from_a_hotel(OLD.to_owned()).await.err(), Some(Refusal::TooManyTries));
        assert!(from_a_hotel(NEW.to_owned()).await.is_ok());
    });
}

/// Invariant 8: whoever has the right password of a suspended mailbox cannot tell that it is right.
#[test]
fn g4_the_right_password_of_a_suspended_mailbox_sounds_like_a_wrong_one_however_it_is_tried() {
    on_both(async |house: TestHost| {
        for name in ["ada@north.example", "bob@south.example"] {
            assert!(house.sign_in(name, OLD).await.is_ok());
        }
        house.authority.suspend(&house.operator, house.bob, at(1)).await.unwrap();
        let candidates =
            [("bob@south.example", OLD), ("ada@north.example", NEW), ("nobody@north.example", OLD)];
        // From a network where the mailboxes are known and from strangers'. The candidate only behind the limit, and
        // before it as well.
        for (ip, before) in [("192.0.2.1", false), ("203.0.113.7", false), ("198.51.100.7", true)] {
            let heard = candidates.map(async |(name, candidate)| {
                let guesses: Vec<_> = (0..12).map(|n| format!("guess {n} from {ip}")).collect();
                let first = before.then_some(candidate);
                let tries = first.into_iter().chain(guesses.iter().map(String::as_str)).chain([candidate; 2]);
                let mut heard = Vec::new();
                for password in tries {
                    let origin = from(ip, Surface::Imap);
                    heard.push(
                        house
                            .authority
                            .sign_in(attempt(name, password), &request(&origin, at(2)))
                            .await
                            .err(),
                    );
                }
                heard
            });
            let [suspended, wrong, unknown] = futures_util::future::join_all(heard).await.try_into().unwrap();
            assert_eq!(suspended, wrong, "{ip}");
            assert_eq!(wrong, unknown, "{ip}");
        }
        // The people it concerns are told, each time it was looked at or known again.
        house.authority.resume_sign_in(&house.operator, house.bob, at(3)).await.unwrap();
        assert!(house.sign_in("bob@south.example", OLD).await.is_ok());
        house.authority.shut_down().await;
        let reopened = Authority::open(house.settings(), at(9)).await.unwrap();
        let tries = reopened.refused_attempts(&house.operator, house.bob, 100).await.unwrap();
        let suspended =
            tries.iter().filter(|refused| refused.cause == Stored::Known(RefusalCause::Suspended));
        assert_eq!(suspended.count(), 5);
    });
}

#[test]
fn guessing_ends_and_the_owner_gets_in_from_where_it_always_comes() {
    on_both(async |house: TestHost| {
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
        let mut refusals = Vec::new();
        for n in 0..12 {
            let guess = attempt("ada@north.example", &format!("guess {n}"));
            refusals.push(
                house
                    .authority
                    .sign_in(guess, &request(&from("198.51.100.7", Surface::Imap), at(2)))
                    .await
                    .err(),
            );
        }
        assert_eq!(refusals[9], Some(Refusal::Rejected));
        assert_eq!(refusals[11], Some(Refusal::TooManyTries));
        // The same network, unknown names: the same answers, so that nothing can be learnt from them.
        for (n, expected) in refusals.into_iter().enumerate() {
            let guess = attempt("nobody@north.example", &format!("guess {n}"));
            let refusal = house
                .authority
                .sign_in(guess, &request(&from("198.51.100.7", Surface::Imap), at(2)))
                .await
                .err();
            assert_eq!(refusal, expected);
        }
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
    });
}

/// Invariant 8: that a password was changed, and with it that there is one, cannot be heard by guessing.
#[test]
fn g4_a_changed_password_does_not_tell_a_guesser_that_the_mailbox_exists() {
    on_both(async |house: TestHost| {
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
        // From a stranger's network, and from one where the mailbox is known.
        for ip in ["198.51.100.7", "192.0.2.1"] {
            let mut heard = Vec::new();
            for name in ["ada@north.example", "nobody@north.example"] {
                let mut refusals = Vec::new();
                let mut guess = async |n: i32| {
                    let guess = attempt(name, &format!("guess {n} from {ip}"));
                    refusals.push(
                        house.authority.sign_in(guess, &request(&from(ip, Surface::Imap), at(2))).await.err(),
                    );
                };
                for n in 0..12 {
                    guess(n).await;
                }
                if name == "ada@north.example" {
                    let new = secret(&format!("New horse battery {ip}"));
                    house.authority.reset(&house.operator, house.ada, new, at(2)).await.unwrap();
                }
                // New guesses, and then the ones before once more.
                for n in (12..24).chain(0..12) {
                    guess(n).await;
                }
                heard.push(refusals);
            }
            assert_eq!(heard[0], heard[1], "{ip}");
        }
        // The owner has a new password and comes from where guessing has come from too.
        assert!(house.sign_in("ada@north.example", "New horse battery 192.0.2.1").await.is_ok());
    });
}

/// Invariant 8: what was tried beyond the limits leaves no trace by which a mailbox that exists is told apart.
#[test]
fn g4_a_network_whose_time_is_over_hears_the_same_of_every_address() {
    on_both(async |house: TestHost| {
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
        let guess = async |name: &str, n: i32, second: i64| {
            let guess = attempt(name, &format!("guess {n} at {second}"));
            house
                .authority
                .sign_in(guess, &request(&from("192.0.2.1", Surface::Imap), at(second)))
                .await
                .err()
        };
        for n in 0..100 {
            assert_eq!(guess(&format!("{n}@north.example"), n, 300).await, Some(Refusal::Rejected));
        }
        let mut heard = [Vec::new(), Vec::new()];
        // While the network is over its limit, when that is forgotten, and when the mailbox's limit is forgotten too.
        for (tries, second) in [(12, 700), (24, 902), (24, 1_503)] {
            for (name, heard) in ["ada@north.example", "nobody@north.example"].into_iter().zip(&mut heard) {
                for n in 0..tries {
                    heard.push(guess(name, n, second).await);
                }
            }
        }
        assert_eq!(heard[0], heard[1]);
        assert_eq!(heard[0][0], Some(Refusal::TooManyTries));
        assert_eq!(heard[0][12], Some(Refusal::Rejected));
    });
}

#[test]
fn the_previous_password_is_told_apart_in_the_activity_and_nowhere_else() {
    on_both(async |house: TestHost| {
        house.authority.reset(&house.operator, house.ada, secret(NEW), at(2)).await.unwrap();
        assert_eq!(house.sign_in("ada@north.example", OLD).await.err(), Some(Refusal::Rejected));
        assert_eq!(
            house.sign_in("ada@north.example", "Never was one 3").await.err(),
            Some(Refusal::Rejected)
        );
        // Former passwords are looked at when there is time; shutting down waits for it.
        let authority = house.authority.clone();
        authority.shut_down().await;
        let reopened = postward_authority::Authority::open(house.settings(), at(9));
        let reopened = reopened.await.unwrap();
        let mut causes: Vec<_> = (reopened.refused_attempts(&house.operator, house.ada, 10).await.unwrap())
            .into_iter()
            .map(|refused| refused.cause.to_string())
            .collect();
        causes.sort();
        assert_eq!(causes, ["previous-password", "wrong-password"]);
    });
}

#[test]
fn the_owner_is_not_locked_out_by_a_neighbours_guessing_and_the_neighbour_learns_nothing() {
    on_both(async |house: TestHost| {
        let home = || from("192.0.2.1", Surface::Imap);
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
        let mut heard = Vec::new();
        for name in ["ada@north.example", "nobody@north.example"] {
            let mut refusals = Vec::new();
            for n in 0..40 {
                let guess = attempt(name, &format!("guess {n}"));
                refusals.push(house.authority.sign_in(guess, &request(&home(), at(2))).await.err());
            }
            heard.push(refusals);
        }
        assert_eq!(heard[0], heard[1]);
        assert_eq!(heard[0][39], Some(Refusal::TooManyTries));
        // Also with a password nobody has verified yet.
        house.authority.reset(&house.operator, house.ada, secret(NEW), at(3)).await.unwrap();
        assert!(house.sign_in("ada@north.example", NEW).await.is_ok());
    });
}

/// Invariant 12: however loud a neighbour guesses, the owner is looked at. At an address of its own at once, and where
/// both come from the same one at the second try.
#[test]
fn the_owner_gets_in_past_a_flood_of_guesses_from_next_door_and_from_the_same_address() {
    on_both(async |house: TestHost| {
        let mut settings = house.settings();
        settings.node = "besieged".to_owned();
        settings.reconnect = Duration::ZERO;
        settings.throttle.under_attack_wait = Duration::from_millis(100);
        let authority = Authority::open(settings, at(0)).await.unwrap();
        let try_in = async |authority: &Authority, ip: &str, password: &str| {
            let attempt = attempt("ada@north.example", password);
            authority.sign_in(attempt, &request(&from(ip, Surface::Imap), at(1))).await.map(drop)
        };
        try_in(&authority, "192.0.2.1", OLD).await.unwrap();
        for (owner, tries) in [("192.0.2.1", 1), ("192.0.2.66", 2)] {
            let stop = CancellationToken::new();
            let flood: Vec<_> = (0..60)
                .map(|n| {
                    let (authority, stop) = (authority.clone(), stop.clone());
                    tokio::spawn(async move {
                        let mut guesses = 0;
                        while !stop.is_cancelled() {
                            let guess = format!("guess {guesses} of {n} besides {owner}");
                            assert!(try_in(&authority, "192.0.2.66", &guess).await.is_err());
                            guesses += 1;
                        }
                        guesses
                    })
                })
                .collect();
            for n in 0.. {
                let guess = format!("guess {n} before {owner}");
                if try_in(&authority, "192.0.2.66", &guess).await == Err(Refusal::TooManyTries) {
                    break;
                }
            }
            let mut heard = Vec::new();
            for _ in 0..tries {
                heard.push(try_in(&authority, owner, OLD).await);
            }
            assert!(heard.contains(&Ok(())), "{owner}: {heard:?}");
            stop.cancel();
            for guesser in flood {
                assert!(guesser.await.unwrap() > 0);
            }
        }
        authority.shut_down().await;
    });
}

#[test]
fn what_is_no_name_at_all_is_refused_like_any_other() {
    on_both(async |house: TestHost| {
        for name in ["ada\0@north.example", "\0", "ada@north.example\r\n", "'; DROP TABLE principal; --"] {
            assert_eq!(house.sign_in(name, "x").await.err(), Some(Refusal::Rejected), "{name:?}");
        }
    });
}
