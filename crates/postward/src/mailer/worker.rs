//! Delivers the letters of the outbox: takes what is due and hands each letter over once, locally or to the relay.

use super::relay::{OpenConnection, Relay, RelayError};
use super::template::LetterTemplate;
use crate::clock;
use postward_authority::{Authority, Delivery, Letter};
use postward_mailstore::{MailError, Mailstore};
use postward_web::PublicUrl;
use postward_wire::Address;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

/// How often the outbox is read. A notice is there before its reader has opened the mailbox again; the query costs one
/// index lookup.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// How many letters are processed at a time: a slow relay blocks few, and is not flooded.
const MAX_IN_PROGRESS: usize = 8;
/// How long to wait when the store does not answer; each failure is logged once.
const STORE_RETRY_INTERVAL: Duration = Duration::from_secs(10);
/// How soon recording that a letter was sent is tried again. Until it is recorded, the letter could be sent twice.
const RECORD_RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Where letters can be delivered.
pub(crate) struct Routes {
    /// The mailboxes of this host, where the built-in engine keeps them.
    pub(crate) mailstore: Option<Mailstore>,
    /// The server that takes mail to other hosts.
    pub(crate) relay: Option<Relay>,
}

/// Delivers the letters of an outbox. Cheap to clone; the task of every letter has one.
#[derive(Clone)]
pub(crate) struct MailWorker {
    authority: Authority,
    /// The base of links: from the configuration, never from the headers of a request.
    url: PublicUrl,
    template: Arc<LetterTemplate>,
    routes: Arc<Routes>,
}

/// What is left to do when a letter has been recorded as sent.
enum Sent {
    /// It is in this mailbox, with a marker that keeps it from being delivered again.
    Delivered(Mailstore, Address),
    Relayed(OpenConnection),
}

/// Why a letter was not sent.
enum SendError {
    Temporary(String),
    Permanent(String),
    /// This host has no relay configured for its address.
    NoRoute(&'static str),
    Stopped,
}

impl MailWorker {
    /// A worker for the outbox of `authority`.
    pub(crate) fn new(
        authority: Authority,
        url: PublicUrl,
        template: LetterTemplate,
        routes: Routes,
    ) -> Self {
        Self { authority, url, template: Arc::new(template), routes: Arc::new(routes) }
    }

    /// Delivers until `stop`, and returns when every letter in progress is finished. The caller has to await this.
    pub(crate) async fn run(self, stop: CancellationToken) {
        if self.routes.relay.is_none() {
            tracing::info!("no relay is configured: letters to addresses elsewhere wait");
        }
        let mut in_progress = JoinSet::new();
        let mut tick = interval(POLL_INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut recovered = false;
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = tick.tick() => {}
                Some(_) = in_progress.join_next() => {}
            }
            if let Err(error) = self.take_due(&mut recovered, &mut in_progress, &stop).await {
                tracing::error!(%error, "the outbox cannot be read");
                tick.reset_after(STORE_RETRY_INTERVAL);
            }
        }
        while in_progress.join_next().await.is_some() {}
    }

    /// Starts a task for each letter that is due, up to [`MAX_IN_PROGRESS`] at a time.
    async fn take_due(
        &self,
        recovered: &mut bool,
        in_progress: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) -> Result<(), postward_authority::Unavailable> {
        if !*recovered {
            self.authority.letters_left_behind(clock::now()).await?;
            *recovered = true;
        }
        let free = u32::try_from(MAX_IN_PROGRESS.saturating_sub(in_progress.len())).unwrap_or(0);
        if free == 0 {
            return Ok(());
        }
        for letter in self.authority.letters_due(clock::now(), free).await? {
            let (worker, stop) = (self.clone(), stop.clone());
            in_progress.spawn(async move { worker.process(letter, stop).await });
        }
        Ok(())
    }

    /// Delivers a letter and records the outcome.
    async fn process(&self, letter: Letter, stop: CancellationToken) {
        let now = clock::now;
        let recorded = match self.deliver(&letter, &stop).await {
            Ok(sent) => {
                self.record_sent(&letter, &stop).await;
                sent.finish(&letter).await;
                return;
            }
            Err(SendError::Temporary(reason)) => {
                self.authority.letter_delayed(letter.id, &reason, now()).await
            }
            Err(SendError::Permanent(reason)) => {
                self.authority.letter_refused(letter.id, &reason, now()).await
            }
            Err(SendError::NoRoute(reason)) => self.authority.letter_waits(letter.id, reason, now()).await,
            // When this node starts again, it takes back the letters it had leased.
            Err(SendError::Stopped) => return,
        };
        if let Err(error) = recorded {
            tracing::error!(letter = %letter.id, %error, "what became of a letter could not be noted");
        }
    }

    async fn deliver(&self, letter: &Letter, stop: &CancellationToken) -> Result<Sent, SendError> {
        let to =
            Address::parse(&letter.recipient).map_err(|_| SendError::Permanent("no address".to_owned()))?;
        let link = self.authority.link_of(letter, clock::now()).await.map_err(temporary)?;
        let link = link
            .map(|(kind, token)| format!("{}{}", self.url, postward_web::link_path(kind, token.expose())));
        let message = self.template.write(&letter.into(), &to, link.as_deref()).map_err(temporary)?;
        let delivery = self.authority.delivery(&to).await.map_err(temporary)?;
        match (delivery, &self.routes.mailstore, &self.routes.relay) {
            (Delivery::Unknown, ..) => {
                Err(SendError::Permanent("there is no such mailbox any more".to_owned()))
            }
            (Delivery::Local, Some(mailstore), _) => {
                // RFC 5321 §4.4: the final delivery puts the sender on top.
                let head = format!("Return-Path: <{}>\r\nDelivered-To: {to}\r\n", self.template.from);
                let message = [head.into_bytes(), message].concat();
                mailstore.deliver_once(&to, letter.id.number(), message).await.map_err(delivery_failed)?;
                Ok(Sent::Delivered(mailstore.clone(), to))
            }
            (Delivery::Local | Delivery::Elsewhere, _, Some(relay)) => {
                let sent = relay.send(&to, &message, stop).await;
                sent.map(Sent::Relayed).map_err(|error| match error {
                    RelayError::Temporary(reason) => SendError::Temporary(reason),
                    RelayError::Permanent(reason) => SendError::Permanent(reason),
                    RelayError::Stopped => SendError::Stopped,
                })
            }
            (Delivery::Local | Delivery::Elsewhere, _, None) => {
                Err(SendError::NoRoute("no relay is configured"))
            }
        }
    }

    /// Records that a letter was sent, and tries until `stop`: what is not recorded is sent again.
    async fn record_sent(&self, letter: &Letter, stop: &CancellationToken) {
        while let Err(error) = self.authority.letter_sent(letter.id, clock::now()).await {
            tracing::error!(letter = %letter.id, %error, "a letter that is out could not be noted yet");
            if stop.run_until_cancelled(sleep(RECORD_RETRY_INTERVAL)).await.is_none() {
                return;
            }
        }
    }
}

impl Sent {
    /// Cleans up. A failure is harmless: a marker that stays too long, a connection without QUIT.
    async fn finish(self, letter: &Letter) {
        match self {
            Self::Delivered(mailstore, to) => {
                if let Err(error) = mailstore.forget_delivery(&to, letter.id.number()).await {
                    tracing::debug!(%error, "the mark of a delivery stays for a while");
                }
            }
            Self::Relayed(connection) => connection.quit().await,
        }
    }
}

/// The error with its cause, which its own text leaves out and the operator needs.
fn delivery_failed(error: MailError) -> SendError {
    let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
    SendError::Temporary(format!("{error}{cause}"))
}

fn temporary(error: impl std::fmt::Display) -> SendError {
    SendError::Temporary(error.to_string())
}
