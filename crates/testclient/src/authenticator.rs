//! A TOTP authenticator (RFC 6238).

use jiff::Timestamp;
use std::io;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use totp_rs::{Builder, Secret, Totp};

/// The length of a time step (RFC 6238 §4.1).
const STEP_SECONDS: i64 = 30;

/// A code of the previous time step is used only while the host accepts it for at least this long.
const MARGIN_SECONDS: i64 = 10;

/// An authenticator with a key.
pub struct Authenticator {
    totp: Totp,
    /// The time step of the last code it has given.
    last: AtomicI64,
}

impl Authenticator {
    /// Reads the key in the form that is shown for typing, in base32.
    pub fn of(typed: &str) -> io::Result<Self> {
        let secret = Secret::try_from_base32(typed.replace(' ', "")).map_err(io::Error::other)?;
        let totp = Builder::new().with_secret(secret).build().map_err(io::Error::other)?;
        Ok(Self { totp, last: AtomicI64::new(0) })
    }

    /// A code that was never given before and is valid now. A host accepts those of the previous and the next time step
    /// as well (RFC 6238 §5.2), so there is mostly one at once; else this waits for the next step.
    pub async fn next_code(&self) -> io::Result<String> {
        loop {
            #[expect(clippy::disallowed_methods, reason = "an authenticator shows the code of its own clock")]
            let now = Timestamp::now().as_second();
            let (step, passed) = (now / STEP_SECONDS, now % STEP_SECONDS);
            let oldest = if passed < STEP_SECONDS - MARGIN_SECONDS { step - 1 } else { step };
            let next = oldest.max(self.last.load(Ordering::Relaxed) + 1);
            if next <= step + 1 {
                self.last.store(next, Ordering::Relaxed);
                return self.code_at(next * STEP_SECONDS);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The code at a moment, in seconds since 1970.
    pub fn code_at(&self, second: i64) -> io::Result<String> {
        let second = u64::try_from(second).map_err(io::Error::other)?;
        Ok(self.totp.generate(second).to_string())
    }
}
