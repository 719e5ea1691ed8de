//! The postman: takes what is due out of the outbox and brings it where it goes, once.

use super::relay::{Goodbye, NotTaken, Relay};
use super::template::LetterTemplate;
use postward_authority::directory::Delivery;
use postward_authority::{Authority, Letter, Timestamp};
use postward_mailstore::{MailError, Mailstore};
use postward_web::PublicUrl;
use postward_wire::Address;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

/// How often the outbox is asked. A notice is there before its reader has opened the mailbox again; an answer costs one
/// look into an index.
const POLL: Duration = Duration::from_secs(1);
/// How many letters are on their way at a time: a slow relay holds up few, and is not run over by many.
const AT_ONCE: usize = 8;
/// How long the outbox is left alone when the store does not answer; the log hears of it once each time.
const AFTER_TROUBLE: Duration = Duration::from_secs(10);
/// How soon it is tried again to note that a letter is out. Until that is noted it could go out twice.
const NOTE_AGAIN: Duration = Duration::from_secs(1);

/// Where letters can go.
pub(crate) struct Ways {
    /// The mailboxes, where they are kept here.
    pub(crate) mailstore: Option<Mailstore>,
    /// The server that carries letters to others.
    pub(crate) relay: Option<Relay>,
}

/// Delivers the letters of an outbox. Cheap to clone; every letter under way has one.
#[derive(Clone)]
pub(crate) struct Postman {
    authority: Authority,
    /// Where links lead: as it is configured, whatever a browser said.
    url: PublicUrl,
    template: Arc<LetterTemplate>,
    ways: Arc<Ways>,
}

/// What is left to do when a letter has been noted as sent.
enum Sent {
    /// It lies in this mailbox, under the mark that keeps it from being delivered again.
    Here(Mailstore, Address),
    Relayed(Goodbye),
}

/// Why a letter is not out.
enum NotSent {
    Later(String),
    Never(String),
    /// There is no way where it goes, as this host is configured.
    NoWay(&'static str),
    Stopped,
}

impl Postman {
    /// A postman for an outbox.
    pub(crate) fn new(authority: Authority, url: PublicUrl, template: LetterTemplate, ways: Ways) -> Self {
        Self { authority, url, template: Arc::new(template), ways: Arc::new(ways) }
    }

    /// Delivers until `stop`, and returns when nothing is under way any more. Somebody must own and await this.
    pub(crate) async fn run(self, stop: CancellationToken) {
        if self.ways.relay.is_none() {
            tracing::info!("no relay is configured: letters to addresses elsewhere wait");
        }
        let mut under_way = JoinSet::new();
        let mut tick = interval(POLL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut came_back = false;
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = tick.tick() => {}
                Some(_) = under_way.join_next() => {}
            }
            if let Err(error) = self.take(&mut came_back, &mut under_way, &stop).await {
                tracing::error!(%error, "the outbox cannot be read");
                tick.reset_after(AFTER_TROUBLE);
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Takes what is due, as far as there are hands.
    async fn take(
        &self,
        came_back: &mut bool,
        under_way: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) -> Result<(), postward_authority::Unavailable> {
        if !*came_back {
            self.authority.letters_left_behind(Timestamp::now()).await?;
            *came_back = true;
        }
        let free = u32::try_from(AT_ONCE.saturating_sub(under_way.len())).unwrap_or(0);
        if free == 0 {
            return Ok(());
        }
        for letter in self.authority.letters_due(Timestamp::now(), free).await? {
            let (postman, stop) = (self.clone(), stop.clone());
            under_way.spawn(async move { postman.carry(letter, stop).await });
        }
        Ok(())
    }

    /// Brings a letter where it goes and notes what became of it.
    async fn carry(&self, letter: Letter, stop: CancellationToken) {
        let now = Timestamp::now;
        let noted = match self.deliver(&letter, &stop).await {
            Ok(sent) => {
                self.note_sent(&letter, &stop).await;
                sent.tidy_up(&letter).await;
                return;
            }
            Err(NotSent::Later(trouble)) => self.authority.letter_delayed(letter.id, &trouble, now()).await,
            Err(NotSent::Never(trouble)) => self.authority.letter_refused(letter.id, &trouble, now()).await,
            Err(NotSent::NoWay(trouble)) => self.authority.letter_waits(letter.id, trouble, now()).await,
            // When this node starts again, it has its letters back.
            Err(NotSent::Stopped) => return,
        };
        if let Err(error) = noted {
            tracing::error!(letter = %letter.id, %error, "what became of a letter could not be noted");
        }
    }

    async fn deliver(&self, letter: &Letter, stop: &CancellationToken) -> Result<Sent, NotSent> {
        let to = Address::parse(&letter.recipient).map_err(|_| NotSent::Never("no address".to_owned()))?;
        let link = self.authority.link_of(letter, Timestamp::now()).await.map_err(later)?;
        let link = link
            .map(|(kind, token)| format!("{}{}", self.url, postward_web::link_path(kind, token.expose())));
        let message = self.template.write(&letter.into(), &to, link.as_deref()).map_err(later)?;
        let stands = self.authority.delivery(&to).await.map_err(later)?;
        match (stands, &self.ways.mailstore, &self.ways.relay) {
            (Delivery::Unknown, ..) => Err(NotSent::Never("there is no such mailbox any more".to_owned())),
            (Delivery::Local, Some(mailstore), _) => {
                // RFC 5321 §4.4: the final delivery puts the sender on top.
                let head = format!("Return-Path: <{}>\r\nDelivered-To: {to}\r\n", self.template.from);
                let message = [head.into_bytes(), message].concat();
                mailstore.deliver_once(&to, letter.id.number(), message).await.map_err(not_kept)?;
                Ok(Sent::Here(mailstore.clone(), to))
            }
            (Delivery::Local | Delivery::Elsewhere, _, Some(relay)) => {
                let sent = relay.send(&to, &message, stop).await;
                sent.map(Sent::Relayed).map_err(|not_taken| match not_taken {
                    NotTaken::Later(trouble) => NotSent::Later(trouble),
                    NotTaken::Never(trouble) => NotSent::Never(trouble),
                    NotTaken::Stopped => NotSent::Stopped,
                })
            }
            (Delivery::Local | Delivery::Elsewhere, _, None) => Err(NotSent::NoWay("no relay is configured")),
        }
    }

    /// Notes that a letter is out, and does not give up while this host runs: what is not noted goes out again.
    async fn note_sent(&self, letter: &Letter, stop: &CancellationToken) {
        while let Err(error) = self.authority.letter_sent(letter.id, Timestamp::now()).await {
            tracing::error!(letter = %letter.id, %error, "a letter that is out could not be noted yet");
            if stop.run_until_cancelled(sleep(NOTE_AGAIN)).await.is_none() {
                return;
            }
        }
    }
}

impl Sent {
    /// What can be left undone: a mark that stays too long, a connection that is not ended politely.
    async fn tidy_up(self, letter: &Letter) {
        match self {
            Self::Here(mailstore, to) => {
                if let Err(error) = mailstore.forget_delivery(&to, letter.id.number()).await {
                    tracing::debug!(%error, "the mark of a delivery stays for a while");
                }
            }
            Self::Relayed(goodbye) => goodbye.say().await,
        }
    }
}

/// A mailbox says to strangers only that it cannot be reached; the operator wants to know why.
fn not_kept(error: MailError) -> NotSent {
    let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
    NotSent::Later(format!("{error}{cause}"))
}

fn later(error: impl std::fmt::Display) -> NotSent {
    NotSent::Later(error.to_string())
}
