//! People of the dashboard who have lost everything (D11).

use crate::authenticator::Authenticator;
use crate::test_host::{NEW, OLD, TestHost, address, at, attempt, from, on_both, owed, request, secret};
use postward_authority::{ActError, Notice, OtherSessions, ResetError, SignedIn, Surface};

#[test]
fn d11_only_the_operator_lets_staff_in_again_who_have_lost_phone_and_backup_codes() {
    on_both(async |house: TestHost| {
        const EMAIL: &str = "owner@north.example";
        let (authority, email) = (&house.authority, address(EMAIL));
        let owner = house.staff(EMAIL).await;
        let dashboard = from("192.0.2.9", Surface::Dashboard);
        let begun =
            authority.begin_second_factor(&owner, None, "North", &request(&dashboard, at(1))).await.unwrap();
        let phone = Authenticator::of(&begun);
        let code = phone.code(at(1));
        let on = authority
            .turn_on_second_factor(&owner, &code, OtherSessions::Stay, &request(&dashboard, at(1)))
            .await;
        let backup = on.unwrap().backup_codes;
        let begin = async |password: &str, second: i64| {
            authority.sign_in_staff(attempt(EMAIL, password), &request(&dashboard, at(second))).await
        };
        let pending = owed(begin(OLD, 2).await);

        // Whoever signs in at the dashboard, for the host or not, helps nobody that way, themselves included.
        let refused = authority.turn_off_staff_second_factor(owner.actor(), &email, at(3)).await;
        assert!(matches!(refused, Err(ActError::NotFound)));
        let refused = authority.reset_staff(owner.actor(), &email, secret(NEW), at(3)).await;
        assert!(matches!(refused, Err(ResetError::NotFound)));
        let mailbox = address("ada@north.example");
        let refused = authority.turn_off_staff_second_factor(&house.operator, &mailbox, at(3)).await;
        assert!(matches!(refused, Err(ActError::NotFound)), "a mailbox is somebody else");

        // What is under way ends first.
        drop(owner);
        // A new password leaves the second factor on, and ends the step that the old one had taken.
        let receipt = authority.reset_staff(&house.operator, &email, secret(NEW), at(4)).await.unwrap();
        assert_eq!(receipt.ended.values().sum::<u64>(), 1);
        let finished =
            authority.finish_staff_sign_in(&pending, &backup[0], &request(&dashboard, at(5))).await;
        assert!(finished.is_err());
        let pending = owed(begin(NEW, 6).await);

        assert!(authority.turn_off_staff_second_factor(&house.operator, &email, at(7)).await.unwrap());
        assert!(!authority.turn_off_staff_second_factor(&house.operator, &email, at(8)).await.unwrap());
        let finished =
            authority.finish_staff_sign_in(&pending, &backup[1], &request(&dashboard, at(9))).await;
        assert!(finished.is_err(), "what was asked for then opens nothing now");
        assert!(begin(OLD, 10).await.is_err());
        assert!(matches!(begin(NEW, 11).await, Ok(SignedIn::Session(..))));
        let mut told = authority.letters_due(at(12), 100).await.unwrap();
        told.sort_by_key(|letter| letter.at);
        let told: Vec<_> = told.iter().filter(|letter| letter.is_staff).map(|letter| letter.notice).collect();
        assert_eq!(told, [Notice::SecondFactorOn, Notice::PasswordReset, Notice::SecondFactorOff]);
    });
}
