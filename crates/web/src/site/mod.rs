//! The site: what all pages of a server share, from the authority behind them to the brand they carry.

pub(crate) mod brand;
pub(crate) mod mail_engine;
pub(crate) mod public_url;
pub(crate) mod site_key;
pub(crate) mod stream_limiter;
pub(crate) mod trusted_proxies;

use brand::Brand;
use mail_engine::MailEngine;
use postward_authority::{Authority, Timestamp};
use public_url::PublicUrl;
use site_key::SiteKey;
use std::sync::Arc;
use stream_limiter::StreamLimiter;
use trusted_proxies::{ProxyWarnings, TrustedProxies};

/// Everything the pages need. [`router`](crate::router) takes it over.
pub struct Site {
    /// Who may sign in, and everything that changes a credential.
    pub authority: Authority,
    /// Where the webmail finds the mail.
    pub engine: Arc<dyn MailEngine>,
    /// The address browsers reach this server at.
    pub url: PublicUrl,
    /// The name and colour the pages carry.
    pub brand: Brand,
    /// Signs what travels through the browser and comes back.
    pub key: SiteKey,
    /// The clock: `Timestamp::now`, except in tests.
    pub clock: fn() -> Timestamp,
    /// The reverse proxies that are trusted to tell where a browser is.
    pub trusted_proxies: TrustedProxies,
    /// What was logged about them.
    pub(crate) warnings: ProxyWarnings,
    /// The open event streams.
    pub(crate) streams: StreamLimiter,
}

impl Site {
    /// A site with the default brand, a fresh key and the system's clock, which trusts no proxy.
    pub fn new(authority: Authority, engine: Arc<dyn MailEngine>, url: PublicUrl) -> Self {
        Self {
            authority,
            engine,
            url,
            brand: Brand::default(),
            key: SiteKey::draw(),
            #[expect(
                clippy::disallowed_methods,
                reason = "the site reads the clock for each request; tests replace it"
            )]
            clock: Timestamp::now,
            trusted_proxies: TrustedProxies::default(),
            warnings: ProxyWarnings::default(),
            streams: StreamLimiter::default(),
        }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }
}
