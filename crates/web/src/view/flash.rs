//! Flash messages: what an act did, shown by the page that follows until it is dismissed.
//!
//! A message travels in a sealed cookie that lives for a quarter of an hour: it survives the redirect after a form and
//! the end of the session that made it, and cannot be forged. It is taken away when the person signs out, and when
//! somebody else signs in.

use crate::site::site_key::SiteKey;
use crate::web_surface::WebSurface;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use postward_authority::{Receipt, Surface, Timestamp};
use postward_texts::{message, sentences, text};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// What a page says about the last act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flash {
    /// Where it is shown.
    pub(crate) surface: WebSurface,
    /// What was acted on: the address of a mailbox.
    pub(crate) about: String,
    /// What happened: `Password changed.`
    pub(crate) headline: String,
    /// What follows from it.
    pub(crate) text: String,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    /// Its name in cookies that browsers hold.
    #[serde(rename = "note")]
    flash: Flash,
    until: i64,
}

/// How long a browser keeps it, and how long its seal is good.
pub(crate) const LIFE_SECONDS: u32 = 15 * 60;

impl Flash {
    /// A message for the next page of a surface.
    pub(crate) fn new(
        surface: WebSurface,
        about: impl fmt::Display,
        headline: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self { surface, about: about.to_string(), headline: headline.into(), text: text.into() }
    }

    /// What a password change did.
    pub(crate) fn password_changed(receipt: &Receipt, surface: WebSurface) -> Self {
        let (about, headline) = (receipt.address.to_string(), text("flash-password-changed").to_owned());
        let text = sentences([ended_and_revoked(receipt), text("flash-apps-need-new").to_owned()]);
        Self { surface, about, headline, text }
    }

    /// What setting a password with the recovery code did.
    pub(crate) fn recovered(receipt: &Receipt, surface: WebSurface) -> Self {
        let factor = match receipt.second_factor_off {
            true => text("flash-factor-off"),
            false => "",
        };
        let after = text("flash-recovered");
        let text = sentences([ended_and_revoked(receipt), factor.to_owned(), after.to_owned()]);
        Self { text, ..Self::password_changed(receipt, surface) }
    }

    /// The value of the cookie that carries it; none where it cannot be written as JSON, which does not happen.
    pub(crate) fn seal(&self, key: &SiteKey, now: Timestamp) -> Option<String> {
        let until = now.as_second() + i64::from(LIFE_SECONDS);
        let json = serde_json::to_vec(&Sealed { flash: self.clone(), until }).ok()?;
        let mac = mac(key, &json).finalize().into_bytes();
        Some(format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(&json), BASE64_URL_SAFE_NO_PAD.encode(mac)))
    }

    /// Reads a cookie back; what we did not seal is nothing.
    pub(crate) fn open(cookie: &str, key: &SiteKey, now: Timestamp) -> Option<Self> {
        let (json, tag) = cookie.split_once('.')?;
        let json = BASE64_URL_SAFE_NO_PAD.decode(json).ok()?;
        let tag = BASE64_URL_SAFE_NO_PAD.decode(tag).ok()?;
        mac(key, &json).verify_slice(&tag).ok()?;
        let sealed: Sealed = serde_json::from_slice(&json).ok()?;
        (now.as_second() < sealed.until).then_some(sealed.flash)
    }
}

fn mac(key: &SiteKey, json: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key.bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
        .chain_update(b"postward receipt")
        .chain_update(json)
}

/// `Ended 3 IMAP sessions. Revoked 1 app password.`
pub(crate) fn ended_and_revoked(receipt: &Receipt) -> String {
    let ended = match counted(receipt.ended.iter().map(|(surface, count)| (*surface, *count))) {
        Some(sessions) => ended_sentence(&sessions),
        None => text("sessions-none-was-open").to_owned(),
    };
    match receipt.app_passwords_revoked {
        0 => ended,
        count => sentences([ended, message("flash-revoked").count("count", count).to_string()]),
    }
}

/// `Ended 3 IMAP sessions.`
pub(crate) fn ended_sentence(sessions: &str) -> String {
    message("sessions-ended-which").with("sessions", sessions).to_string()
}

/// `3 IMAP, 1 SMTP and 2 webmail sessions`; none when there is none.
pub(crate) fn counted(sessions: impl Iterator<Item = (Surface, u64)>) -> Option<String> {
    let mut total = 0;
    let kinds: Vec<String> = sessions
        .filter(|(_, count)| *count > 0)
        .map(|(surface, count)| {
            total += count;
            format!("{count} {}", surface.label())
        })
        .collect();
    let kinds = match kinds.as_slice() {
        [] => return None,
        [only] => only.clone(),
        [first @ .., last] => {
            message("list-and").with("first", first.join(text("list-comma"))).with("last", last).to_string()
        }
    };
    Some(message("sessions-counted").with("kinds", kinds).count("count", total).to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    #[test]
    fn a_receipt_counts_by_protocol() {
        let check = |counts: &[(Surface, u64)], expected: Option<&str>| {
            assert_eq!(counted(counts.iter().copied()).as_deref(), expected);
        };
        let (imap, smtp, webmail) = (Surface::Imap, Surface::Smtp, Surface::Webmail);
        check(&[(imap, 3), (smtp, 1), (webmail, 2)], Some("3 IMAP, 1 SMTP and 2 webmail sessions"));
        check(&[(imap, 1), (smtp, 0), (webmail, 1)], Some("1 IMAP and 1 webmail sessions"));
        check(&[(imap, 1), (smtp, 0)], Some("1 IMAP session"));
        check(&[(imap, 0)], None);
    }

    #[test]
    fn nobody_can_make_a_receipt_up() {
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        let (ours, theirs) = (SiteKey::from_bytes([1; 32]), SiteKey::from_bytes([2; 32]));
        let flash = Flash {
            surface: WebSurface::Panel,
            about: String::new(),
            headline: "Password changed.".to_owned(),
            text: String::new(),
        };
        let sealed = |key: &SiteKey| flash.seal(key, now).unwrap();
        let late = now + jiff::SignedDuration::from_secs(i64::from(LIFE_SECONDS) + 1);
        assert_eq!(Flash::open(&sealed(&ours), &ours, now), Some(flash.clone()));
        assert_eq!(Flash::open(&sealed(&theirs), &ours, now), None);
        assert_eq!(Flash::open(&sealed(&ours), &ours, late), None);
        assert_eq!(Flash::open("nonsense", &ours, now), None);
    }
}
