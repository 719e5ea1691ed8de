use crate::authenticator::wrong_code;
use crate::test_host::{NEW, OLD, Served, TestHost, at, attempt, from, on_both, request, secret, serve};
use postward_authority::{
    AppPasswordError, AppPasswordId, AppPasswords, Authority, Confirmation, MailAppMode, ModeOf,
    ReauthRequired, RevokeReason, Stored, Surface,
};
use postward_wire::{Refusal, Secret};

const ADA: &str = "ada@north.example";

/// A session that an app password has opened, served.
async fn opened_by(house: &TestHost, app_password: &str, surface: Surface) -> Result<Served, Refusal> {
    house
        .authority
        .sign_in(attempt(ADA, app_password), &request(&from("192.0.2.1", surface), at(5)))
        .await
        .map(serve)
}

async fn add(house: &TestHost, name: &str) -> (AppPasswordId, Secret) {
    let (_, guard) = house.browser(Surface::Webmail, 0).await;
    let webmail = from("192.0.2.1", Surface::Webmail);
    house.authority.add_app_password(&guard, name, &request(&webmail, at(1))).await.unwrap()
}

#[test]
fn w8_an_app_password_opens_mail_protocols_however_it_is_spelt_and_nothing_else() {
    on_both(async |house: TestHost| {
        let (_, shown) = add(&house, "Phone").await;
        let spelt = shown.expose().to_uppercase();
        for surface in [Surface::Imap, Surface::Pop3, Surface::Smtp] {
            assert!(opened_by(&house, shown.expose(), surface).await.is_ok(), "{surface:?}");
            assert!(opened_by(&house, &spelt, surface).await.is_ok(), "{surface:?}");
            assert!(opened_by(&house, &spelt.replace(' ', ""), surface).await.is_ok(), "{surface:?}");
        }
        for surface in [Surface::Webmail, Surface::Panel] {
            let origin = from("192.0.2.1", surface);
            let refused =
                house.authority.sign_in_browser(attempt(ADA, shown.expose()), &request(&origin, at(5))).await;
            assert_eq!(refused.err(), Some(Refusal::Rejected), "{surface:?}");
        }
        let neighbour = attempt("bob@south.example", shown.expose());
        assert!(
            house
                .authority
                .sign_in(neighbour, &request(&from("192.0.2.1", Surface::Imap), at(5)))
                .await
                .is_err()
        );
        // It needs no code, and stays through a second factor.
        house.second_factor(60).await;
        assert!(opened_by(&house, shown.expose(), Surface::Imap).await.is_ok());
        assert_eq!(house.letters("app-password-added").await, [ADA]);
    });
}

#[test]
fn w8_revoking_and_rotating_end_exactly_what_it_opened() {
    on_both(async |house: TestHost| {
        let ((phone, phone_shown), (tablet, tablet_shown)) =
            (add(&house, "Phone").await, add(&house, "Tablet").await);
        let by_phone = opened_by(&house, phone_shown.expose(), Surface::Imap).await.unwrap();
        let by_tablet = opened_by(&house, tablet_shown.expose(), Surface::Imap).await.unwrap();
        let by_password = serve(house.sign_in(ADA, OLD).await.unwrap());
        let webmail = from("192.0.2.1", Surface::Webmail);
        let (_, guard) = house.browser(Surface::Webmail, 0).await;
        let (name, ended) =
            house.authority.revoke_app_password(&guard, phone, &request(&webmail, at(6))).await.unwrap();
        assert_eq!((name.as_str(), ended[&Surface::Imap]), ("Phone", 1));
        assert!(by_phone.over().is_some() && by_tablet.over().is_none() && by_password.over().is_none());
        assert!(opened_by(&house, phone_shown.expose(), Surface::Imap).await.is_err());
        let (name, anew) =
            house.authority.rotate_app_password(&guard, tablet, &request(&webmail, at(7))).await.unwrap();
        assert_eq!(name, "Tablet");
        assert!(by_tablet.over().is_some() && by_password.over().is_none());
        assert!(opened_by(&house, tablet_shown.expose(), Surface::Imap).await.is_err());
        assert!(opened_by(&house, anew.expose(), Surface::Imap).await.is_ok());
        // Revoked ones stay visible, with the reason; a stranger's id is nothing.
        let listed = house.authority.app_passwords(&guard).await.unwrap();
        assert_eq!(listed.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Tablet", "Phone"]);
        assert_eq!(listed[1].revoked.as_ref().unwrap().1, Stored::Known(RevokeReason::Revoked));
        assert_eq!(listed[0].used.as_ref().unwrap().surface, Surface::Imap);
        let again = house.authority.revoke_app_password(&guard, phone, &request(&webmail, at(8))).await;
        assert!(matches!(again, Err(AppPasswordError::NotFound)));
    });
}

#[test]
fn w8_there_are_twenty_five_at_most_and_names_have_bounds() {
    on_both(async |house: TestHost| {
        let (_, guard) = house.browser(Surface::Webmail, 0).await;
        let webmail = from("192.0.2.1", Surface::Webmail);
        let add = async |name: &str| {
            house.authority.add_app_password(&guard, name, &request(&webmail, at(1))).await
        };
        for name in ["", "   ", "a\nb", &"x".repeat(61)] {
            assert!(matches!(add(name).await, Err(AppPasswordError::Name)), "{name:?}");
        }
        for n in 0..Authority::APP_PASSWORDS {
            add(&format!("Device {n}")).await.unwrap();
        }
        assert!(matches!(add("One more").await, Err(AppPasswordError::TooMany)));
        let old = house.authority.add_app_password(&guard, "Late", &request(&webmail, at(700))).await;
        assert!(matches!(old, Err(AppPasswordError::ReauthRequired(ReauthRequired::ConfirmFirst))));
    });
}

#[test]
fn d7_a_change_revokes_app_passwords_and_the_owner_may_keep_them() {
    on_both(async |house: TestHost| {
        let (_, shown) = add(&house, "Phone").await;
        let session = opened_by(&house, shown.expose(), Surface::Imap).await.unwrap();
        let (_, guard) = house.browser(Surface::Webmail, 0).await;
        let webmail = from("192.0.2.1", Surface::Webmail);
        let (confirmation, keep) = (Confirmation::Current(secret(OLD)), AppPasswords::Keep);
        let changing =
            house.authority.change(&guard, confirmation, secret(NEW), keep, &request(&webmail, at(6))).await;
        assert_eq!(changing.unwrap().app_passwords_revoked, 0);
        assert!(session.over().is_some());
        assert!(opened_by(&house, shown.expose(), Surface::Imap).await.is_ok());
        let receipt =
            house.authority.reset(&house.operator, house.ada, secret("Third horse battery 3"), at(7)).await;
        assert_eq!(receipt.unwrap().app_passwords_revoked, 1);
        assert!(opened_by(&house, shown.expose(), Surface::Imap).await.is_err());
    });
}

#[test]
fn w8_the_mode_nearest_to_the_mailbox_decides_and_the_owner_sees_why_an_app_was_refused() {
    on_both(async |house: TestHost| {
        let (_, shown) = add(&house, "Phone").await;
        let only = Some(MailAppMode::AppPasswordsOnly);
        let any = Some(MailAppMode::PasswordOrAppPassword);
        let ada = house.authority.mailbox(&house.operator, house.ada).await.unwrap();
        let set = async |of: ModeOf, mode: Option<MailAppMode>| {
            house.authority.set_mail_app_mode(&house.operator, &[of], mode, at(2)).await.unwrap();
        };
        let opens = async || house.sign_in(ADA, OLD).await.is_ok();
        assert!(opens().await);
        set(ModeOf::Account(ada.account), only).await;
        assert!(!opens().await);
        set(ModeOf::Domain(ada.domain), any).await;
        assert!(opens().await);
        set(ModeOf::Mailbox(house.ada), only).await;
        assert!(!opens().await);
        assert!(opened_by(&house, shown.expose(), Surface::Imap).await.is_ok());
        // Browsers never take one, and always the password.
        let (_, guard) = house.browser(Surface::Webmail, 3).await;
        assert_eq!(house.authority.own_mail_app_mode(&guard).await.unwrap(), MailAppMode::AppPasswordsOnly);
        let causes = house.causes().await;
        assert!(causes.iter().any(|cause| cause == "app-password-required"), "{causes:?}");
        // Nobody decides for others.
        let neighbour = house.staff("owner@south.example").await;
        let of = [ModeOf::Mailbox(house.ada)];
        let refused = house.authority.set_mail_app_mode(neighbour.actor(), &of, any, at(3));
        assert!(refused.await.is_err());
        set(ModeOf::Mailbox(house.ada), None).await;
        assert!(opens().await);
    });
}

#[test]
fn w6_the_apps_that_use_the_password_are_listed_and_those_with_one_of_their_own_are_not() {
    on_both(async |house: TestHost| {
        let (_, shown) = add(&house, "Phone").await;
        let day = 24 * 3_600;
        let app = |name: &str, surface| from("192.0.2.1", surface).with_client(name);
        let sign_in = async |password: &str, origin, second: i64| {
            drop(
                house.authority.sign_in(attempt(ADA, password), &request(&origin, at(second))).await.unwrap(),
            );
            // A close is dated with the latest time the house has heard of: days must not pass before it is noted.
            let none = async || {
                let live = house.authority.sessions(&house.operator, house.ada).await.unwrap();
                live.iter().all(|session| session.surface == Surface::Webmail)
            };
            assert!(house.closed(none).await);
        };
        sign_in(OLD, app("Old app", Surface::Imap), 2).await;
        sign_in(OLD, app("Thunderbird", Surface::Imap), 40 * day).await;
        sign_in(OLD, app("Thunderbird", Surface::Smtp), 40 * day).await;
        sign_in(shown.expose(), app("Phone", Surface::Imap), 40 * day).await;
        let (_, guard) = house.browser(Surface::Webmail, 41 * day).await;
        let apps = house.authority.mail_apps(&guard, at(41 * day)).await.unwrap();
        let mut names: Vec<_> = apps.into_iter().map(|app| (app.surface, app.client.unwrap())).collect();
        names.sort();
        let thunderbird = "Thunderbird".to_owned();
        assert_eq!(names, [(Surface::Imap, thunderbird.clone()), (Surface::Smtp, thunderbird)]);
    });
}

#[test]
fn a_right_password_with_a_wrong_code_tells_the_activity_and_not_the_stranger() {
    on_both(async |house: TestHost| {
        let phone = house.second_factor(0).await;
        let typed = format!("{OLD}{}", wrong_code(&phone, at(60)));
        for password in [typed.as_str(), OLD, "Not the one 1"] {
            let origin = from("192.0.2.1", Surface::Imap);
            let refused = house.authority.sign_in(attempt(ADA, password), &request(&origin, at(60))).await;
            assert_eq!(refused.err(), Some(Refusal::Rejected));
        }
        let mut causes = house.causes().await;
        causes.sort();
        assert_eq!(causes, ["code-missing", "wrong-code", "wrong-password"]);
    });
}
