use crate::authenticator::{Authenticator, wrong_code};
use crate::test_host::{NEW, OLD, TestHost, at, attempt, from, on_both, owed, request, secret, serve, whole};
use postward_authority::{
    AppPasswords, Authority, ChangeError, Confirmation, OtherSessions, ReauthRequired, ReauthenticationError,
    SecondFactorChallengeError, SecondFactorError, SignedIn, SignedOut, Surface, Token,
};
use postward_wire::Refusal;

const ADA: &str = "ada@north.example";

/// What ada hears at a surface with what she types there, from home.
async fn knock(house: &TestHost, surface: Surface, typed: &str, second: i64) -> Knock {
    let (attempt, origin) = (attempt(ADA, typed), from("192.0.2.1", surface));
    match surface {
        Surface::Imap | Surface::Pop3 | Surface::Smtp => {
            match house.authority.sign_in(attempt, &request(&origin, at(second))).await {
                Ok(_) => Knock::In,
                Err(refusal) => Knock::Refused(refusal),
            }
        }
        Surface::Webmail | Surface::Panel | Surface::Dashboard => {
            match house.authority.sign_in_browser(attempt, &request(&origin, at(second))).await {
                Ok(SignedIn::Session(..)) => Knock::In,
                Ok(SignedIn::CodeOwed(_)) => Knock::CodeOwed,
                Err(refusal) => Knock::Refused(refusal),
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knock {
    In,
    CodeOwed,
    Refused(Refusal),
}

const REFUSED: Knock = Knock::Refused(Refusal::Rejected);

/// Invariant 6: the surfaces are listed in the code; whoever adds one decides here what it says.
#[test]
fn invariant_6_the_password_alone_opens_no_door() {
    on_both(async |house: TestHost| {
        let phone = house.second_factor(0).await;
        for (n, surface) in (1..).zip(Surface::OF_MAILBOXES) {
            let now = 60 * n;
            let is_browser = matches!(surface, Surface::Webmail | Surface::Panel);
            let owed = if is_browser { Knock::CodeOwed } else { REFUSED };
            assert_eq!(knock(&house, surface, OLD, now).await, owed, "{surface:?}, the password alone");
            let wrong = format!("{OLD}{}", wrong_code(&phone, at(now)));
            assert_eq!(knock(&house, surface, &wrong, now).await, REFUSED, "{surface:?}, a wrong code");
            let right = format!("{OLD}{}", phone.digits(at(now)));
            let opens = if surface == Surface::Webmail { REFUSED } else { Knock::In };
            assert_eq!(knock(&house, surface, &right, now).await, opens, "{surface:?}, code behind");
            let again = knock(&house, surface, &right, now).await;
            assert_eq!(again, REFUSED, "{surface:?}, the same code again");
        }
    });
}

#[test]
fn g2_a_password_that_ends_in_six_digits_is_no_hole() {
    on_both(async |house: TestHost| {
        let tail = format!("{OLD}123456");
        house.authority.reset(&house.operator, house.ada, secret(&tail), at(0)).await.unwrap();
        // Without a second factor it is a password like any other.
        assert_eq!(knock(&house, Surface::Imap, &tail, 1).await, Knock::In);
        let signed_in = house
            .authority
            .sign_in_browser(attempt(ADA, &tail), &request(&from("192.0.2.1", Surface::Webmail), at(1)))
            .await;
        let (_, guard) = whole(signed_in);
        let phone = house.second_factor_of(&guard, 1).await;
        for surface in [Surface::Imap, Surface::Pop3, Surface::Smtp] {
            assert_eq!(knock(&house, surface, &tail, 60).await, REFUSED, "{surface:?}");
            assert_eq!(knock(&house, surface, OLD, 60).await, REFUSED, "{surface:?}");
        }
        assert_eq!(knock(&house, Surface::Panel, &tail, 60).await, Knock::CodeOwed);
        let whole = format!("{tail}{}", phone.digits(at(90)));
        assert_eq!(knock(&house, Surface::Imap, &whole, 90).await, Knock::In);
        // Off again, digits behind a password that needs none open nothing.
        let digits = format!("{tail}{}", phone.digits(at(120)));
        let panel = from("192.0.2.1", Surface::Panel);
        let (password, code) = (secret(&tail), phone.code(at(120)));
        let off =
            house.authority.turn_off_second_factor(&guard, &password, &code, &request(&panel, at(120))).await;
        off.unwrap();
        for surface in Surface::OF_MAILBOXES {
            assert_eq!(knock(&house, surface, &digits, 121).await, REFUSED, "{surface:?}");
            assert_eq!(knock(&house, surface, &tail, 121).await, Knock::In, "{surface:?}");
        }
    });
}

#[test]
fn w6_turning_it_on_leaves_sessions_alone_or_ends_the_others_as_asked() {
    on_both(async |house: TestHost| {
        let phone_app = house.sign_in(ADA, OLD).await.unwrap();
        let (_, guard) = house.browser(Surface::Webmail, 0).await;
        house.second_factor_of(&guard, 0).await;
        assert!(phone_app.is_live());
        drop(phone_app);

        let bob = attempt("bob@south.example", OLD);
        let imap = house.sign_in("bob@south.example", OLD).await.unwrap();
        let served = serve(imap);
        let webmail = from("192.0.2.1", Surface::Webmail);
        let (_, guard) = whole(house.authority.sign_in_browser(bob, &request(&webmail, at(0))).await);
        let begun = house
            .authority
            .begin_second_factor(&guard, None, "North", &request(&webmail, at(0)))
            .await
            .unwrap();
        let code = Authenticator::of(&begun).code(at(0));
        let on = house
            .authority
            .turn_on_second_factor(&guard, &code, OtherSessions::End, &request(&webmail, at(0)))
            .await
            .unwrap();
        assert_eq!(on.ended.unwrap()[&Surface::Imap], 1);
        assert!(served.over().is_some());
        assert!(guard.is_live());
    });
}

#[test]
fn w6_nothing_is_on_before_a_code_of_the_new_seed_was_seen() {
    on_both(async |house: TestHost| {
        let (_, guard) = house.browser(Surface::Webmail, 0).await;
        let webmail = from("192.0.2.1", Surface::Webmail);
        let on = async |code: &str, second: i64| {
            let code = secret(code);
            house
                .authority
                .turn_on_second_factor(&guard, &code, OtherSessions::Stay, &request(&webmail, at(second)))
                .await
        };
        assert!(matches!(on("123456", 0).await, Err(SecondFactorError::BeginAgain)));
        let first = house
            .authority
            .begin_second_factor(&guard, None, "North", &request(&webmail, at(0)))
            .await
            .unwrap();
        let first = Authenticator::of(&first);
        assert!(matches!(on(&wrong_code(&first, at(0)), 0).await, Err(SecondFactorError::CodeWrong)));
        let other_digits = "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}";
        assert!(matches!(on(other_digits, 0).await, Err(SecondFactorError::CodeWrong)));
        assert_eq!(knock(&house, Surface::Imap, OLD, 1).await, Knock::In);
        // Begun again, only the second seed counts.
        let second = house
            .authority
            .begin_second_factor(&guard, None, "North", &request(&webmail, at(1)))
            .await
            .unwrap();
        assert!(matches!(on(&first.digits(at(1)), 1).await, Err(SecondFactorError::CodeWrong)));
        let digits = Authenticator::of(&second).digits(at(1));
        let spaced = format!(" {} {} ", &digits[..3], &digits[3..]);
        assert!(on(&spaced, 1).await.is_ok());
        assert!(matches!(on(&digits, 1).await, Err(SecondFactorError::BeginAgain)));
        // The code that turned it on is spent.
        assert_eq!(knock(&house, Surface::Imap, &format!("{OLD}{digits}"), 1).await, REFUSED);
    });
}

#[test]
fn w6_replacing_and_turning_off_need_a_current_code() {
    on_both(async |house: TestHost| {
        let (_, guard) = house.browser(Surface::Webmail, 0).await;
        let phone = house.second_factor_of(&guard, 0).await;
        let webmail = from("192.0.2.1", Surface::Webmail);
        let begin = async |code: Option<&str>, second: i64| {
            let code = code.map(secret);
            house
                .authority
                .begin_second_factor(&guard, code.as_ref(), "North", &request(&webmail, at(second)))
                .await
        };
        assert!(matches!(begin(None, 30).await, Err(SecondFactorError::CodeWrong)));
        assert!(matches!(
            begin(Some(&wrong_code(&phone, at(30))), 30).await,
            Err(SecondFactorError::CodeWrong)
        ));
        let next = Authenticator::of(&begin(Some(&phone.digits(at(30))), 30).await.unwrap());
        // Until its first code the old phone is the one.
        assert_eq!(
            knock(&house, Surface::Imap, &format!("{OLD}{}", phone.digits(at(60))), 60).await,
            Knock::In
        );
        let code = next.code(at(90));
        let on = house
            .authority
            .turn_on_second_factor(&guard, &code, OtherSessions::Stay, &request(&webmail, at(90)))
            .await;
        on.unwrap();
        assert_eq!(
            knock(&house, Surface::Imap, &format!("{OLD}{}", phone.digits(at(120))), 120).await,
            REFUSED
        );

        let off = async |password: &str, code: &str, second: i64| {
            let (password, code) = (secret(password), secret(code));
            house
                .authority
                .turn_off_second_factor(&guard, &password, &code, &request(&webmail, at(second)))
                .await
        };
        assert!(matches!(
            off("Not the one 1", &next.digits(at(120)), 120).await,
            Err(SecondFactorError::PasswordWrong)
        ));
        assert!(matches!(off(OLD, &phone.digits(at(120)), 120).await, Err(SecondFactorError::CodeWrong)));
        assert!(matches!(off(OLD, "", 120).await, Err(SecondFactorError::CodeWrong)));
        off(OLD, &next.digits(at(120)), 120).await.unwrap();
        assert_eq!(knock(&house, Surface::Imap, OLD, 121).await, Knock::In);
    });
}

#[test]
fn a_pending_second_step_opens_nothing_else_and_dies_with_what_it_stands_on() {
    on_both(async |house: TestHost| {
        let phone = house.second_factor(0).await;
        let webmail = from("192.0.2.1", Surface::Webmail);
        let begin = async |second: i64| {
            owed(house.authority.sign_in_browser(attempt(ADA, OLD), &request(&webmail, at(second))).await)
        };
        let pending = begin(60).await;
        // It is no session, and none at another surface.
        assert!(matches!(
            house.authority.resume(&pending, &request(&webmail, at(60))).await,
            Err(SignedOut::Ended)
        ));
        let (panel, code) = (from("192.0.2.1", Surface::Panel), phone.code(at(60)));
        let elsewhere = house.authority.finish_sign_in(&pending, &code, &request(&panel, at(60))).await;
        assert!(matches!(elsewhere, Err(SecondFactorChallengeError::Over)));
        // A code of somebody else's phone is a wrong one.
        let wrong = wrong_code(&phone, at(60));
        let finish = async |token: &Token, code: String, second: i64| {
            house.authority.finish_sign_in(token, &secret(&code), &request(&webmail, at(second))).await
        };
        assert!(matches!(
            finish(&pending, wrong.clone(), 60).await,
            Err(SecondFactorChallengeError::CodeWrong)
        ));
        let (token, guard) = finish(&pending, phone.digits(at(60)), 60).await.unwrap();
        assert_eq!(guard.address().as_str(), ADA);
        drop(guard);
        assert!(house.authority.resume(&token, &request(&webmail, at(61))).await.is_ok());
        assert!(matches!(
            finish(&pending, phone.digits(at(90)), 90).await,
            Err(SecondFactorChallengeError::Over)
        ));

        // Ten minutes.
        let late = begin(100).await;
        assert!(matches!(
            finish(&late, phone.digits(at(700)), 700).await,
            Err(SecondFactorChallengeError::Over)
        ));
        // Five wrong codes.
        let guessed = begin(720).await;
        for n in 1..=5 {
            let refused = finish(&guessed, wrong.clone(), 720).await.err();
            assert!(matches!(
                (n, refused),
                (1..=4, Some(SecondFactorChallengeError::CodeWrong))
                    | (5, Some(SecondFactorChallengeError::Over))
            ));
        }
        assert!(matches!(
            finish(&guessed, phone.digits(at(720)), 720).await,
            Err(SecondFactorChallengeError::Over)
        ));
        // A suspension, and resuming does not bring it back.
        let locked_out = begin(730).await;
        house.authority.suspend(&house.operator, house.ada, at(731)).await.unwrap();
        assert!(matches!(
            finish(&locked_out, phone.digits(at(780)), 780).await,
            Err(SecondFactorChallengeError::Over)
        ));
        house.authority.resume_sign_in(&house.operator, house.ada, at(781)).await.unwrap();
        assert!(matches!(
            finish(&locked_out, phone.digits(at(782)), 782).await,
            Err(SecondFactorChallengeError::Over)
        ));
        // A change of the password.
        let changed = begin(790).await;
        house.authority.reset(&house.operator, house.ada, secret(NEW), at(791)).await.unwrap();
        assert!(matches!(
            finish(&changed, phone.digits(at(840)), 840).await,
            Err(SecondFactorChallengeError::Over)
        ));
    });
}

#[test]
fn clock_steps_never_let_a_code_work_twice() {
    on_both(async |house: TestHost| {
        let phone = house.second_factor(0).await;
        let mut latest = 0;
        for (step, from_clock) in [0, 3_600, -3_600, 0, 7_200, 30].into_iter().enumerate() {
            let clock = 10_000 + from_clock + step as i64;
            let typed = format!("{OLD}{}", phone.digits(at(clock)));
            let expected = if clock / 30 > latest / 30 { Knock::In } else { REFUSED };
            assert_eq!(
                knock(&house, Surface::Imap, &typed, clock).await,
                expected,
                "at {clock} after {latest}"
            );
            assert_eq!(knock(&house, Surface::Imap, &typed, clock).await, REFUSED, "twice at {clock}");
            latest = latest.max(clock);
        }
    });
}

#[test]
fn guesses_at_codes_end_and_close_no_other_door() {
    on_both(async |house: TestHost| {
        let (_, guard) = house.browser(Surface::Webmail, 0).await;
        let webmail = from("192.0.2.1", Surface::Webmail);
        let added = house.authority.add_app_password(&guard, "Phone", &request(&webmail, at(0))).await;
        let (_, app_password) = added.unwrap();
        let phone = house.second_factor_of(&guard, 0).await;
        // Somebody who has the password guesses, from everywhere.
        let mut refused = 0;
        for n in 0..40 {
            let stranger = format!("203.0.{n}.7");
            let origin = from(&stranger, Surface::Webmail);
            let pending =
                owed(house.authority.sign_in_browser(attempt(ADA, OLD), &request(&origin, at(60))).await);
            let code = secret(&wrong_code(&phone, at(60)));
            refused += i32::from(
                house.authority.finish_sign_in(&pending, &code, &request(&origin, at(60))).await.is_err(),
            );
        }
        assert_eq!(refused, 40);
        // Not even the right one opens any more, from there and today.
        let origin = from("203.0.99.7", Surface::Webmail);
        let pending =
            owed(house.authority.sign_in_browser(attempt(ADA, OLD), &request(&origin, at(90))).await);
        let right =
            house.authority.finish_sign_in(&pending, &phone.code(at(90)), &request(&origin, at(90))).await;
        assert!(matches!(right, Err(SecondFactorChallengeError::CodeWrong)));
        // The owner gets in from home, and the app password from anywhere.
        assert_eq!(
            knock(&house, Surface::Imap, &format!("{OLD}{}", phone.digits(at(120))), 120).await,
            Knock::In
        );
        let stranger = from("203.0.98.7", Surface::Imap);
        let by_app =
            house.authority.sign_in(attempt(ADA, app_password.expose()), &request(&stranger, at(120))).await;
        assert!(by_app.is_ok());
        // And was told, once.
        let told = house.letters("wrong-codes").await;
        assert_eq!(told, [ADA]);
    });
}

#[test]
fn a_phone_that_repeats_a_stale_code_is_one_guess() {
    on_both(async |house: TestHost| {
        let phone = house.second_factor(0).await;
        let stale = format!("{OLD}{}", phone.digits(at(60)));
        assert_eq!(knock(&house, Surface::Imap, &stale, 60).await, Knock::In);
        for n in 0..60 {
            assert_eq!(knock(&house, Surface::Imap, &stale, 200 + n).await, REFUSED);
        }
        let fresh = format!("{OLD}{}", phone.digits(at(300)));
        assert_eq!(knock(&house, Surface::Imap, &fresh, 300).await, Knock::In);
    });
}

#[test]
fn a_session_from_before_has_to_give_a_code_before_it_changes_anything() {
    on_both(async |house: TestHost| {
        let webmail = from("192.0.2.1", Surface::Webmail);
        let (_, before) = house.browser(Surface::Webmail, 0).await;
        let phone = house.second_factor(0).await;
        let may = house.authority.require_recent_auth(&before, at(1)).await;
        assert!(matches!(may, Err(ReauthRequired::ConfirmFirst)));
        let change = async |second: i64| {
            let confirmation = Confirmation::Current(secret(OLD));
            house
                .authority
                .change(
                    &before,
                    confirmation,
                    secret(NEW),
                    AppPasswords::Revoke,
                    &request(&webmail, at(second)),
                )
                .await
        };
        assert!(matches!(change(2).await, Err(ChangeError::ConfirmFirst)));
        let added = house.authority.add_app_password(&before, "Intruder", &request(&webmail, at(2))).await;
        assert!(added.is_err());
        let confirm = async |code: Option<&str>, second: i64| {
            let code = code.map(secret);
            house
                .authority
                .reauthenticate(&before, &secret(OLD), code.as_ref(), &request(&webmail, at(second)))
                .await
        };
        assert!(matches!(confirm(None, 30).await, Err(ReauthenticationError::CodeMissing)));
        let wrong = wrong_code(&phone, at(30));
        assert!(matches!(confirm(Some(&wrong), 30).await, Err(ReauthenticationError::CodeWrong)));
        confirm(Some(&phone.digits(at(30))), 30).await.unwrap();
        assert!(house.authority.require_recent_auth(&before, at(31)).await.is_ok());
        // Ten minutes later the password will do: the session has given its code.
        assert!(matches!(
            house.authority.require_recent_auth(&before, at(700)).await,
            Err(ReauthRequired::ConfirmFirst)
        ));
        confirm(None, 700).await.unwrap();
        assert!(change(701).await.is_ok());
    });
}

#[test]
fn w3_a_hop_is_as_strong_and_as_old_as_where_it_comes_from() {
    on_both(async |house: TestHost| {
        let webmail = from("192.0.2.1", Surface::Webmail);
        let hop = async |guard, second: i64| {
            house.authority.switch_surface(guard, Surface::Panel, None, &request(&webmail, at(second))).await
        };
        let (_, before) = house.browser(Surface::Webmail, 0).await;
        let Ok(SignedIn::Session(_, panel)) = hop(&before, 1_000).await else {
            panic!("it was asked for more")
        };
        assert_eq!(panel.surface(), Surface::Panel);
        // Its password is as old as the webmail's.
        assert!(matches!(
            house.authority.require_recent_auth(&panel, at(1_000)).await,
            Err(ReauthRequired::ConfirmFirst)
        ));
        drop(panel);

        let phone = house.second_factor(1_000).await;
        let Ok(SignedIn::CodeOwed(pending)) = hop(&before, 1_100).await else {
            panic!("the second factor was skipped")
        };
        let panel = from("192.0.2.1", Surface::Panel);
        let finished = house
            .authority
            .finish_sign_in(&pending, &phone.code(at(1_100)), &request(&panel, at(1_100)))
            .await;
        let (_, strong) = finished.unwrap();
        let back = house
            .authority
            .switch_surface(&strong, Surface::Webmail, None, &request(&panel, at(1_200)))
            .await;
        assert!(matches!(back, Ok(SignedIn::Session(..))));
        drop(strong);
    });
}

/// Invariant 7: a missing, wrong or torn key file is a temporary error for whoever has a second factor, never «off»,
/// and nobody else notices.
#[test]
fn invariant_7_without_its_key_file_a_second_factor_is_a_trouble_and_never_off() {
    on_both(async |house: TestHost| {
        let phone = house.second_factor(0).await;
        house.authority.shut_down().await;
        let file = house.key_file();
        let right = std::fs::read_to_string(&file).unwrap();
        let other = format!("1 {}", "A".repeat(43));
        for broken in [None, Some(other.as_str()), Some("torn"), Some("")] {
            match broken {
                None => std::fs::remove_file(&file).unwrap(),
                Some(text) => std::fs::write(&file, text).unwrap(),
            }
            let authority = Authority::open(house.settings(), at(100)).await.unwrap();
            let imap = from("192.0.2.1", Surface::Imap);
            let typed = format!("{OLD}{}", phone.digits(at(120)));
            let with_code = authority.sign_in(attempt(ADA, &typed), &request(&imap, at(120))).await;
            assert_eq!(with_code.err(), Some(Refusal::Unavailable), "{broken:?}");
            let alone = authority.sign_in(attempt(ADA, OLD), &request(&imap, at(120))).await;
            assert_eq!(alone.err(), Some(Refusal::Rejected), "{broken:?}");
            let neighbour =
                authority.sign_in(attempt("bob@south.example", OLD), &request(&imap, at(120))).await;
            assert!(neighbour.is_ok(), "{broken:?}");
            drop(neighbour);
            authority.shut_down().await;
            if broken.is_none() {
                assert!(!file.exists(), "a new file would open nothing, and hide that");
            }
        }
        std::fs::write(&file, right).unwrap();
        let authority = Authority::open(house.settings(), at(150)).await.unwrap();
        let typed = format!("{OLD}{}", phone.digits(at(150)));
        let back = authority
            .sign_in(attempt(ADA, &typed), &request(&from("192.0.2.1", Surface::Imap), at(150)))
            .await;
        assert!(back.is_ok());
    });
}

#[test]
fn keys_are_rotated_while_people_sign_in() {
    on_both(async |house: TestHost| {
        let phone = house.second_factor(0).await;
        let (_, guard) = whole(
            house
                .authority
                .sign_in_browser(
                    attempt("bob@south.example", OLD),
                    &request(&from("192.0.2.2", Surface::Webmail), at(0)),
                )
                .await,
        );
        let webmail = from("192.0.2.2", Surface::Webmail);
        let (_, app_password) =
            house.authority.add_app_password(&guard, "Phone", &request(&webmail, at(0))).await.unwrap();
        for round in 1..=3 {
            let now = 60 * round;
            let typed = format!("{OLD}{}", phone.digits(at(now)));
            let rotating = house.authority.rotate_keys(&house.operator, at(now));
            let (rotated, opened) = tokio::join!(rotating, knock(&house, Surface::Imap, &typed, now));
            assert_eq!((rotated.unwrap(), opened), (1, Knock::In));
            let by_app = house.sign_in("bob@south.example", app_password.expose()).await;
            assert!(by_app.is_ok(), "an app password from before the rotation");
        }
        let staff = house.staff("owner@north.example").await;
        assert!(house.authority.rotate_keys(staff.actor(), at(300)).await.is_err());
    });
}

#[test]
fn d11_staff_have_a_second_factor_of_their_own_and_ten_backup_codes() {
    on_both(async |house: TestHost| {
        let owner = house.staff("owner@north.example").await;
        let dashboard = from("192.0.2.9", Surface::Dashboard);
        let authority = &house.authority;
        let begun =
            authority.begin_second_factor(&owner, None, "North", &request(&dashboard, at(1))).await.unwrap();
        let phone = Authenticator::of(&begun);
        let code = phone.code(at(1));
        let on = authority
            .turn_on_second_factor(&owner, &code, OtherSessions::Stay, &request(&dashboard, at(1)))
            .await;
        let codes = on.unwrap().backup_codes;
        assert_eq!(codes.len(), 10);
        assert_eq!(authority.staff_second_factor(&owner).await.unwrap().map(|(_, left)| left), Some(10));
        let begin = async |second: i64| {
            let attempt = attempt("owner@north.example", OLD);
            owed(authority.sign_in_staff(attempt, &request(&dashboard, at(second))).await)
        };
        let finish = async |pending: &Token, code: &str, second: i64| {
            authority.finish_staff_sign_in(pending, &secret(code), &request(&dashboard, at(second))).await
        };
        finish(&begin(60).await, &phone.digits(at(60)), 60).await.unwrap();
        let spelt = secret(&codes[3].expose().to_lowercase().replace('-', " "));
        finish(&begin(61).await, spelt.expose(), 61).await.unwrap();
        let pending = begin(62).await;
        assert!(matches!(
            finish(&pending, codes[3].expose(), 62).await,
            Err(SecondFactorChallengeError::CodeWrong)
        ));
        assert_eq!(authority.staff_second_factor(&owner).await.unwrap().map(|(_, left)| left), Some(9));
        // A code of a mailbox's phone opens no dashboard.
        let mailbox = house.second_factor(62).await;
        assert!(matches!(
            finish(&pending, &mailbox.digits(at(120)), 120).await,
            Err(SecondFactorChallengeError::CodeWrong)
        ));
        let renewed = authority.renew_backup_codes(&owner, &request(&dashboard, at(120))).await.unwrap();
        assert!(matches!(
            finish(&pending, codes[4].expose(), 121).await,
            Err(SecondFactorChallengeError::CodeWrong)
        ));
        finish(&pending, renewed[0].expose(), 122).await.unwrap();
        let password = secret(OLD);
        let off = authority
            .turn_off_second_factor(&owner, &password, &renewed[1], &request(&dashboard, at(123)))
            .await;
        off.unwrap();
        house.staff("owner@north.example").await;
    });
}
