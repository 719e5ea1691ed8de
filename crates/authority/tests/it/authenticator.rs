//! An owner's phone: what it was shown, and the codes it shows.

use crate::test_host::{OLD, TestHost, at, attempt, from, request, secret, whole};
use postward_authority::{OtherSessions, SessionGuard, SetUp, Surface, Timestamp, Token};
use postward_wire::Secret;

/// An authenticator that was set up.
pub(crate) struct Authenticator(totp_rs::Totp);

impl Authenticator {
    /// Takes the typed key in.
    pub(crate) fn of(set_up: &SetUp) -> Self {
        let base32 = set_up.typed.expose().replace(' ', "");
        let secret = totp_rs::Secret::try_from_base32(base32).unwrap();
        Self(totp_rs::Builder::new().with_secret(secret).build().unwrap())
    }

    /// The code at a moment.
    pub(crate) fn code(&self, now: Timestamp) -> Secret {
        secret(&self.digits(now))
    }

    pub(crate) fn digits(&self, now: Timestamp) -> String {
        self.0.generate(u64::try_from(now.as_second()).unwrap()).to_string()
    }
}

/// A code that is none of those that are good around a moment.
pub(crate) fn wrong_code(phone: &Authenticator, now: Timestamp) -> String {
    let good: Vec<_> =
        (-2..=2).map(|step| phone.digits(now + jiff::SignedDuration::from_secs(step * 30))).collect();
    (0..10).map(|n| format!("00000{n}")).find(|code| !good.contains(code)).unwrap()
}

impl TestHost {
    /// Signs ada in at a browser surface, from home.
    pub(crate) async fn browser(&self, surface: Surface, second: i64) -> (Token, SessionGuard) {
        let (attempt, origin) = (attempt("ada@north.example", OLD), from("192.0.2.1", surface));
        whole(self.authority.sign_in_browser(attempt, &request(&origin, at(second))).await)
    }

    /// A session of ada's whose password was given just now, whether a second factor is on or not.
    pub(crate) async fn confirmed(&self, second: i64) -> SessionGuard {
        self.browser(Surface::Webmail, second).await.1
    }

    /// Turns ada's second factor on.
    pub(crate) async fn second_factor(&self, second: i64) -> Authenticator {
        let (_, guard) = self.browser(Surface::Webmail, second).await;
        self.second_factor_of(&guard, second).await
    }

    /// Turns the second factor of whoever has this session on.
    pub(crate) async fn second_factor_of(&self, guard: &SessionGuard, second: i64) -> Authenticator {
        let webmail = from("192.0.2.1", Surface::Webmail);
        let begun =
            self.authority.begin_second_factor(guard, None, "North", &request(&webmail, at(second))).await;
        let phone = Authenticator::of(&begun.unwrap());
        let code = phone.code(at(second));
        let on = self
            .authority
            .turn_on_second_factor(guard, &code, OtherSessions::Stay, &request(&webmail, at(second)))
            .await;
        assert!(on.unwrap().ended.is_none());
        phone
    }
}
