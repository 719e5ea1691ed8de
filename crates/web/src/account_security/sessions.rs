//! **Sessions and activity**: what is signed in, who tried, and what was done to the mailbox (W7, D14).

use crate::auth::reauthenticate;
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::form::{NoFields, Signed};
use crate::http::redirect::see_other;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use crate::session::session_cookie::signed_out;
use crate::site::Site;
use crate::view::filters;
use crate::view::flash::{counted, ended_sentence};
use crate::view::page::{Page, html};
use crate::view::relative_time::RelativeTime;
use crate::view::sign_in_history::{self, Line, Outcome, capitalised};
use crate::view::user_agent::UserAgent;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use postward_authority::{
    AuditEntry, AuditEvent, LiveSession, OwnSessions, SessionId, Stored, Surface, Timestamp,
};
use postward_texts::{Message, message, text};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "account_security/sessions.html")]
struct SessionsPage {
    page: Page,
    root: String,
    live: Vec<Live>,
    has_others: bool,
    tries: Vec<Line>,
    acts: Vec<Act>,
    tells_new_places: bool,
}

/// Whether sessions are really to be ended.
#[derive(Template)]
#[template(path = "account_security/end_sessions.html")]
struct EndPage {
    page: Page,
    root: String,
    which: Several,
    /// `3 IMAP and 1 webmail sessions`; none when there is none.
    ends: Option<String>,
}

/// Which sessions are ended at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Several {
    Others,
    All,
}

impl Several {
    fn page(self) -> &'static str {
        match self {
            Self::Others => "sessions/end-others",
            Self::All => "sessions/end-all",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Others => text("end-sessions-others-heading"),
            Self::All => text("end-sessions-all-heading"),
        }
    }
}

/// A live session.
struct Live {
    id: SessionId,
    surface: String,
    is_this: bool,
    second_factor: bool,
    app_password: Option<String>,
    client: Option<UserAgent>,
    ip: String,
    since: RelativeTime,
    /// For browsers; a mail app is there all the time.
    seen: Option<RelativeTime>,
}

/// Something that was done to the mailbox.
struct Act {
    when: RelativeTime,
    what: String,
    by: String,
    ip: Option<String>,
}

/// What the button of a session sends.
#[derive(Deserialize)]
struct EndSessionForm {
    #[serde(default)]
    session: String,
}

/// What the switch sends.
#[derive(Deserialize)]
struct NewPlacesForm {
    #[serde(default)]
    tell: String,
}

/// The page and what it does.
pub(super) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    let at = |page: &str| surface.account_path(page);
    let router = Router::new()
        .route(&at("sessions"), get(page))
        .route(&at("sessions/end"), post(end_one))
        .route(&at("sessions/new-places"), post(set_new_place_notices));
    [Several::Others, Several::All].into_iter().fold(router, |router, which| {
        let ask = async move |context: RequestContext, owner: Owner| ask(&context, &owner, which).await;
        let end = async move |context: RequestContext, owner: Owner, _: Signed<NoFields>| {
            let which = match which {
                Several::Others => OwnSessions::Others,
                Several::All => OwnSessions::All,
            };
            end(&context, &owner, which).await
        };
        router.route(&at(which.page()), get(ask).post(end))
    })
}

async fn end_one(
    context: RequestContext,
    owner: Owner,
    Signed(form): Signed<EndSessionForm>,
) -> Result<Response, PageError> {
    // What is no id at all is no session of anybody.
    match form.session.parse() {
        Ok(id) => end(&context, &owner, OwnSessions::One(id)).await,
        Err(_) => Err(PageError::Malformed),
    }
}

async fn page(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    let (authority, surface, now) = (&context.site.authority, owner.surface, context.site.now());
    let this = owner.guard.id();
    let mut live: Vec<_> = authority.own_sessions(&*owner.guard).await?;
    live.sort_by_key(|session| (session.id != this, std::cmp::Reverse(session.seen)));
    let live: Vec<_> = live.into_iter().map(|session| Live::of(session, this, now)).collect();
    let past = authority.own_sign_ins(&owner.guard).await?;
    let tries = sign_in_history::lines(past, authority.own_refused_attempts(&owner.guard).await?, now);
    let own = owner.guard.address().as_str();
    let acts = authority.own_audit(&owner.guard).await?;
    let root = surface.account_path("sessions");
    let sessions = SessionsPage {
        page: owner.page_at(&context, text("sessions-and-activity"), root.clone()),
        root,
        has_others: live.iter().any(|session| !session.is_this),
        live,
        tries,
        acts: acts.into_iter().map(|entry| Act::of(entry, own, now)).collect(),
        tells_new_places: authority.new_place_notices(&owner.guard).await?,
    };
    Ok(html(StatusCode::OK, &sessions))
}

async fn ask(context: &RequestContext, owner: &Owner, which: Several) -> Result<Response, PageError> {
    let (surface, this) = (owner.surface, owner.guard.id());
    let mut ends = BTreeMap::<Surface, u64>::new();
    for session in context.site.authority.own_sessions(&*owner.guard).await? {
        if which == Several::All || session.id != this {
            *ends.entry(session.surface).or_default() += 1;
        }
    }
    let page =
        Page { flash: None, ..owner.page_at(context, which.title(), surface.account_path(which.page())) };
    let (root, ends) = (surface.account_path("sessions"), counted(ends.into_iter()));
    Ok(html(StatusCode::OK, &EndPage { page, root, which, ends }))
}

async fn end(context: &RequestContext, owner: &Owner, which: OwnSessions) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    let ended = site.authority.end_own_sessions(&*owner.guard, which, &context.request(surface)).await?;
    let is_over = match which {
        OwnSessions::All => true,
        OwnSessions::One(id) => id == owner.guard.id(),
        OwnSessions::Others => false,
    };
    let (headline, text) = match counted(ended.into_iter()) {
        Some(sessions) => (ended_sentence(&sessions), text("own-sessions-ended-more")),
        None => (text("own-sessions-none-ended").to_owned(), text("own-sessions-over-already")),
    };
    let to = if is_over { signed_out(site, surface)? } else { see_other(&surface.account_path("sessions")) };
    flash_cookie::attach(site, &owner.flash(headline, text), to)
}

async fn set_new_place_notices(
    context: RequestContext,
    owner: Owner,
    Signed(form): Signed<NewPlacesForm>,
) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    let (on, more) = match form.tell.as_str() {
        "yes" => (true, text("new-place-notices-on-more")),
        "no" => (false, text("new-place-notices-off-more")),
        _ => return Err(PageError::Malformed),
    };
    let root = surface.account_path("sessions");
    match site.authority.set_new_place_notices(&owner.guard, on, &context.request(surface)).await {
        Ok(()) => {
            let headline = if on { text("new-place-notices-on") } else { text("new-place-notices-off") };
            flash_cookie::redirect(site, &owner.flash(headline, more), &root)
        }
        Err(why) => reauthenticate::not_now(why, site, surface, &root),
    }
}

impl Live {
    fn of(session: LiveSession, this: SessionId, now: Timestamp) -> Self {
        let is_browser = matches!(session.surface, Surface::Webmail | Surface::Panel);
        Self {
            id: session.id,
            surface: capitalised(session.surface),
            is_this: session.id == this,
            second_factor: session.second_factor,
            app_password: session.app_password,
            client: session.client.map(UserAgent::new),
            ip: session.ip,
            since: RelativeTime::new(session.since, now),
            seen: is_browser.then(|| RelativeTime::new(session.seen, now)),
        }
    }
}

impl Act {
    fn of(entry: AuditEntry, own: &str, now: Timestamp) -> Self {
        let by = match entry.actor.as_str() {
            "operator" => text("own-sessions-actor-operator").to_owned(),
            actor if actor == own => text("own-sessions-actor-you").to_owned(),
            actor => actor.to_owned(),
        };
        Self {
            when: RelativeTime::new(entry.at, now),
            what: event(&entry.event, &serde_json::from_str(&entry.detail).unwrap_or_default()),
            by,
            ip: entry.ip,
        }
    }
}

/// What was done, in plain words.
fn event(event: &Stored<AuditEvent>, detail: &serde_json::Value) -> String {
    let fact = |key: &str| detail.get(key).and_then(serde_json::Value::as_str);
    let named = |named: Message, unnamed: &str| match fact("name") {
        Some(name) => named.with("name", name).to_string(),
        None => unnamed.to_owned(),
    };
    let event = match event {
        Stored::Known(event) => event,
        Stored::Unknown(word) => return word.replace('-', " "),
    };
    let plain = match event {
        AuditEvent::MailboxAdded => text("act-mailbox-added"),
        AuditEvent::MailboxDeleted => text("act-mailbox-deleted"),
        AuditEvent::MailboxRestored => text("act-mailbox-restored"),
        AuditEvent::PasswordChanged => text("act-password-changed"),
        AuditEvent::PasswordReset => text("act-password-reset"),
        AuditEvent::SignInSuspended => text("sign-in-suspended"),
        AuditEvent::SignInResumed => text("act-sign-in-resumed"),
        AuditEvent::SecondFactorOn => text("act-second-factor-on"),
        AuditEvent::SecondFactorReplaced => text("act-second-factor-replaced"),
        AuditEvent::SecondFactorOff => text("act-second-factor-off"),
        AuditEvent::BackupCodesRenewed => text("act-backup-codes-renewed"),
        AuditEvent::RecoveryCodeIssued => text("act-recovery-code-issued"),
        AuditEvent::RecoveredByCode => text("act-recovered-by-code"),
        AuditEvent::RecoveredByMail => text("act-recovered-by-mail"),
        AuditEvent::RecoveryEmailRemoved => text("act-recovery-email-removed"),
        AuditEvent::NotMe => text("act-not-me"),
        AuditEvent::AppPasswordAdded => {
            return named(message("act-app-password-added"), text("act-app-password-added-unnamed"));
        }
        AuditEvent::AppPasswordRotated => {
            return named(message("act-app-password-rotated"), text("act-app-password-rotated-unnamed"));
        }
        AuditEvent::AppPasswordRevoked => {
            return named(message("act-app-password-revoked"), text("act-app-password-revoked-unnamed"));
        }
        AuditEvent::RecoveryEmailSet => {
            return match fact("address") {
                Some(address) => message("act-recovery-email-set-to").with("address", address).to_string(),
                None => text("act-recovery-email-set").to_owned(),
            };
        }
        AuditEvent::SessionsEnded => {
            return match detail.get("ended").and_then(serde_json::Value::as_u64) {
                Some(count) => message("act-sessions-ended-count").count("count", count).to_string(),
                None => text("act-sessions-ended").to_owned(),
            };
        }
        AuditEvent::MailAppModeSet => text("act-mail-app-mode-set"),
        AuditEvent::NewPlaceNoticesSet => match detail.get("on").and_then(serde_json::Value::as_bool) {
            Some(false) => text("act-new-places-off"),
            _ => text("act-new-places-on"),
        },
        AuditEvent::AccountAdded
        | AuditEvent::DomainAdded
        | AuditEvent::StaffAdded
        | AuditEvent::KeysRotated
        | AuditEvent::StaffPasswordChanged
        | AuditEvent::StaffPasswordRecovered
        | AuditEvent::StaffPasswordReset => return event.name().replace('-', " "),
    };
    plain.to_owned()
}
