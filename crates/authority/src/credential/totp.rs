//! Time-based one-time codes (RFC 6238): the seed, the code, the step that makes it work once.

use crate::credential::password_policy;
use crate::model::Timestamp;
use postward_wire::Secret;
use rand::Rng;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

/// Counts intervals of 30 seconds since 1970 (RFC 6238 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimeStep(pub(crate) i64);

/// The secret that authenticator and host share: 160 bits (RFC 4226 §4, R6).
pub(crate) struct Seed(Zeroizing<Vec<u8>>);

/// A six-digit code, as somebody typed it.
pub(crate) struct Code(Zeroizing<String>);

/// A seed for the eyes of whoever sets up an authenticator, once.
pub struct SetUp {
    /// For the QR code: `otpauth://totp/…`.
    pub url: Secret,
    /// For typing: base32 in groups of four.
    pub typed: Secret,
}

impl Seed {
    const BYTES: usize = 20;
    /// Codes of the step before and after now are taken: the phone's clock and the reader's fingers are slow.
    const DRIFT: u16 = 1;

    pub(crate) fn draw(rng: &mut impl Rng) -> Self {
        let mut bytes = Zeroizing::new(vec![0; Self::BYTES]);
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Takes what was sealed.
    pub(crate) fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The time step the code belongs to, if it is one of those that are good now.
    pub(crate) fn step_of(&self, code: &Code, now: Timestamp) -> Option<TimeStep> {
        let now = u64::try_from(now.as_second()).ok()?;
        let step = self.totp("", "")?.check(&code.0, now)?;
        i64::try_from(step).ok().map(TimeStep)
    }

    /// What the authenticator is told. The issuer is the brand; none for a seed that is not one.
    pub(crate) fn set_up(&self, issuer: &str, name: &str) -> Option<SetUp> {
        let totp = self.totp(issuer, name)?;
        let base32 = Zeroizing::new(totp.secret().to_base32());
        let groups: Vec<_> =
            base32.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group)).collect();
        Some(SetUp { url: Secret::new(totp.to_url().ok()?), typed: Secret::new(groups.join(" ")) })
    }

    /// SHA-1, six digits, thirty seconds: what every authenticator takes, and many take nothing else.
    fn totp(&self, issuer: &str, name: &str) -> Option<Totp> {
        // The colon parts issuer and name in the URI.
        let issuer = issuer.replace(':', " ");
        Builder::new()
            .with_secret(self.0.to_vec())
            .with_skew(Self::DRIFT)
            .with_account_name(name)
            .with_issuer((!issuer.is_empty()).then_some(issuer))
            .build()
            .ok()
    }
}

impl Code {
    const DIGITS: usize = 6;

    /// Reads a code; spaces in it are ignored, and its digits may be those of another script. What is not six digits is
    /// none.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let mut digits = Zeroizing::new(String::with_capacity(Self::DIGITS));
        for c in typed.chars().filter(|c| !c.is_whitespace()) {
            if digits.len() == Self::DIGITS {
                return None;
            }
            digits.push(char::from_digit(password_policy::decimal_digit(c)?, 10)?);
        }
        (digits.len() == Self::DIGITS).then_some(Self(digits))
    }

    /// Parts a password from the six digits directly after it (G2), which may stand in two groups of three.
    pub(crate) fn behind(typed: &str) -> Option<(&str, Self)> {
        let split = |from_end: usize| {
            let at = typed.len().checked_sub(from_end).filter(|at| typed.is_char_boundary(*at))?;
            let (password, code) = typed.split_at(at);
            Some((password, Self::parse(code)?))
        };
        let grouped = || split(Self::DIGITS + 1).filter(|_| typed.as_bytes()[typed.len() - 4] == b' ');
        split(Self::DIGITS).or_else(grouped)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;

    fn seed() -> Seed {
        Seed::from_bytes(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// RFC 6238, Appendix B, the last six digits of the SHA-1 column.
    #[test]
    fn the_vectors_of_the_rfc_hold() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let code = Code::parse(code).unwrap();
            assert_eq!(seed().step_of(&code, at(second)), Some(TimeStep(second / 30)), "{second}");
        }
    }

    #[test]
    fn a_code_is_six_digits_of_any_script() {
        let check = |typed: &str, expected: Option<&str>| {
            let found = Code::parse(typed).map(|code| code.0.to_string());
            assert_eq!(found.as_deref(), expected, "{typed:?}");
        };
        check(" 287\u{a0}082 ", Some("287082"));
        check("\u{662}\u{668}\u{667}\u{660}\u{668}\u{662}", Some("287082"));
        check("\u{ff12}\u{ff18}\u{ff17}\u{3000}\u{ff10}\u{ff18}\u{ff12}", Some("287082"));
        check("28708", None);
        check("2870822", None);
        check("28708\u{bd}", None);
        check("287-082", None);
        check("", None);
    }

    #[test]
    fn one_step_of_drift_is_forgiven_and_not_two() {
        let code = Code::parse("287 082").unwrap();
        assert_eq!(seed().step_of(&code, at(59)), Some(TimeStep(1)));
        for good in [0, 30, 60, 89] {
            assert_eq!(seed().step_of(&code, at(good)), Some(TimeStep(1)), "{good}");
        }
        assert_eq!(seed().step_of(&code, at(90)), None);
        assert_eq!(seed().step_of(&code, at(-1)), None);
    }

    #[test]
    fn g2_a_code_stands_directly_behind_the_password() {
        let check = |typed: &str, expected: Option<(&str, &str)>| {
            let found = Code::behind(typed).map(|(password, code)| (password, code.0.to_string()));
            let expected = expected.map(|(password, code)| (password, code.to_owned()));
            assert_eq!(found, expected, "{typed:?}");
        };
        check("Horse battery 1123456", Some(("Horse battery 1", "123456")));
        check("Horse battery 1123 456", Some(("Horse battery 1", "123456")));
        check("123456123456", Some(("123456", "123456")));
        check("123456", Some(("", "123456")));
        check("Z\u{fc}rich\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}", None);
        check("Horse battery 12345", None);
        check("\u{fc}23456", None);
        check("1 23456", None);
        check("", None);
    }

    #[test]
    fn an_authenticator_is_told_the_brand_and_the_mailbox() {
        let told = seed().set_up("North: Mail & Co", "ada+x@north.example").unwrap();
        assert_eq!(
            told.url.expose(),
            "otpauth://totp/North%20%20Mail%20%26%20Co:ada%2Bx%40north.example\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=North%20%20Mail%20%26%20Co"
        );
        assert_eq!(told.typed.expose(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
