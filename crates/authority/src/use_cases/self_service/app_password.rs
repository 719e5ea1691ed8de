//! App passwords: one for each mail app, made for it and good for mail protocols only (W8).

use crate::authority::Authority;
use crate::credential::app_password::AppPasswordText;
use crate::error::{ReauthRequired, Unavailable, from_reauth_unavailable};
use crate::model::Timestamp;
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::end_reason::{EndReason, SessionSelector};
use crate::model::notice::Notice;
use crate::model::origin::Surface;
use crate::model::principal::{AppPasswordId, PrincipalId};
use crate::model::request::Request;
use crate::model::revoke_reason::RevokeReason;
use crate::model::stored::Stored;
use crate::notification::notify::notify_owner;
use crate::session::ended_sessions::EndedSessions;
use crate::session::registry::SessionGuard;
use crate::store::app_passwords::{self, DigestRow};
use crate::store::sessions::{self, EndedRow};
use crate::store::{Durability, Tx, audit, moment, principals};
use jiff::SignedDuration;
use postward_wire::Secret;
use serde_json::json;
use std::collections::BTreeMap;
use thiserror::Error;

/// An app password, as its owner sees it.
#[derive(Clone, Debug)]
pub struct AppPassword {
    /// Its id.
    pub id: AppPasswordId,
    /// What the owner calls it.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// When, from where and at which surface it was last used.
    pub used: Option<AppPasswordUse>,
    /// When it was revoked, and why.
    pub revoked: Option<(Timestamp, Stored<RevokeReason>)>,
}

/// The last use of an app password.
#[derive(Clone, Debug)]
pub struct AppPasswordUse {
    /// When.
    pub at: Timestamp,
    /// From where.
    pub ip: String,
    /// At which surface.
    pub surface: Surface,
}

/// A mail app that has signed in with the mailbox's own password.
#[derive(Clone, Debug)]
pub struct MailApp {
    /// The surface.
    pub surface: Surface,
    /// What it calls itself.
    pub client: Option<String>,
    /// When it was last signed in.
    pub seen: Timestamp,
}

/// Why no app password was made. Nothing has changed.
#[derive(Debug, Error)]
pub enum AppPasswordError {
    /// The session may not do that now.
    #[error(transparent)]
    ReauthRequired(#[from] ReauthRequired),
    /// The name is empty or too long.
    #[error("the name is empty or too long")]
    Name,
    /// There are [`Authority::APP_PASSWORDS`] already.
    #[error("there are too many app passwords")]
    TooMany,
    /// There is no such app password.
    #[error("there is no such app password")]
    NotFound,
}

from_reauth_unavailable! { AppPasswordError }

impl Authority {
    /// App passwords a mailbox may have at a time: more than anybody has devices, and few enough to look through.
    pub const APP_PASSWORDS: usize = 25;
    /// The longest name, in characters.
    pub const APP_PASSWORD_NAME: usize = 60;
    /// Rows shown, revoked ones included.
    const APP_PASSWORDS_LISTED: i64 = 200;
    /// How far back mail apps are looked for that have used the mailbox's password.
    pub(crate) const MAIL_APPS_SINCE: SignedDuration = SignedDuration::from_hours(30 * 24);
    /// How many of them are listed.
    const MAIL_APPS_LISTED: i64 = 50;

    /// The owner's app passwords: newest first, and those that open nothing any more last.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn app_passwords(&self, session: &SessionGuard) -> Result<Vec<AppPassword>, Unavailable> {
        let rows =
            app_passwords::list(self.db(), session.mailbox().into(), Self::APP_PASSWORDS_LISTED).await?;
        let read = rows.into_iter().map(|row| AppPassword {
            id: row.id,
            name: row.name,
            created: moment(row.created_at),
            used: row.used_at.zip(row.used_ip).zip(row.used_surface).and_then(|((at, ip), surface)| {
                Some(AppPasswordUse { at: moment(at), ip, surface: Surface::from_name(&surface)? })
            }),
            revoked: row.revoked_at.map(|at| (moment(at), row.revoke_reason.unwrap_or_default())),
        });
        Ok(read.collect())
    }

    /// The mail apps that have signed in with the mailbox's own password in the last thirty days: with a second factor
    /// on they will be asked for a code.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn mail_apps(
        &self,
        session: &SessionGuard,
        now: Timestamp,
    ) -> Result<Vec<MailApp>, Unavailable> {
        let since = now.checked_sub(Self::MAIL_APPS_SINCE).unwrap_or(Timestamp::MIN);
        let (of, limit) = (session.mailbox().into(), Self::MAIL_APPS_LISTED);
        let rows = app_passwords::mail_apps(self.db(), of, (since, now), limit).await?;
        let read = rows.into_iter().filter_map(|row| {
            let surface = Surface::from_name(&row.surface)?;
            Some(MailApp { surface, client: row.client, seen: moment(row.seen_at) })
        });
        Ok(read.collect())
    }

    /// Makes an app password. It is shown now or never.
    ///
    /// # Errors
    /// As [`AppPasswordError`] says.
    pub async fn add_app_password(
        &self,
        session: &SessionGuard,
        name: &str,
        request: &Request,
    ) -> Result<(AppPasswordId, Secret), AppPasswordError> {
        let name = name.trim();
        let fits = (1..=Self::APP_PASSWORD_NAME).contains(&name.chars().count());
        if !fits || name.chars().any(char::is_control) {
            return Err(AppPasswordError::Name);
        }
        let mailbox = PrincipalId::from(session.mailbox());
        let (letters, row) = self.draw(mailbox, AppPasswordId::draw(&mut rand::rng()))?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        self.begin_self_service(&mut tx, &session.into(), request.now).await?;
        if app_passwords::active(&mut tx, mailbox).await? >= Self::APP_PASSWORDS as i64 {
            return Err(AppPasswordError::TooMany);
        }
        app_passwords::add(&mut tx, mailbox, &row, name, request.now).await?;
        self.note_app_password(&mut tx, session, AuditEvent::AppPasswordAdded, name, request).await?;
        tx.commit().await?;
        Ok((row.id, letters.shown()))
    }

    /// Makes an app password anew under its name: the old letters open nothing, and what they have opened ends.
    ///
    /// # Errors
    /// As [`AppPasswordError`] says.
    pub async fn rotate_app_password(
        &self,
        session: &SessionGuard,
        id: AppPasswordId,
        request: &Request,
    ) -> Result<(String, Secret), AppPasswordError> {
        let now = request.now;
        let mailbox = PrincipalId::from(session.mailbox());
        let (letters, row) = self.draw(mailbox, id)?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        self.begin_self_service(&mut tx, &session.into(), now).await?;
        let Some(name) = app_passwords::rotate(&mut tx, mailbox, &row, now).await? else {
            return Err(AppPasswordError::NotFound);
        };
        self.note_app_password(&mut tx, session, AuditEvent::AppPasswordRotated, &name, request).await?;
        let rows = sessions::end_opened_by(&mut tx, id, EndReason::Ended, now).await?;
        self.commit_and_kill(tx, mailbox, rows, now).await?;
        Ok((name, letters.shown()))
    }

    /// Revokes an app password and ends exactly the sessions it has opened; how many, by surface. To take something
    /// away from itself a session needs no fresh password.
    ///
    /// # Errors
    /// As [`AppPasswordError`] says.
    pub async fn revoke_app_password(
        &self,
        session: &SessionGuard,
        id: AppPasswordId,
        request: &Request,
    ) -> Result<(String, BTreeMap<Surface, u64>), AppPasswordError> {
        let now = request.now;
        let mailbox = PrincipalId::from(session.mailbox());
        let mut tx = self.db().begin(Durability::Durable).await?;
        principals::lock_principal(&mut tx, mailbox).await?.ok_or(ReauthRequired::SessionEnded)?;
        let Some(name) = app_passwords::revoke(&mut tx, mailbox, id, RevokeReason::Revoked, now).await?
        else {
            return Err(AppPasswordError::NotFound);
        };
        let rows = sessions::end_opened_by(&mut tx, id, EndReason::Ended, now).await?;
        let address = session.address().as_str();
        let subject = Subject::Mailbox(session.mailbox(), address);
        let detail = json!({ "name": name, "ended": rows.len() });
        let by = AuditActor::owner(address, &request.origin);
        audit::audit(&mut tx, &by, AuditEvent::AppPasswordRevoked, &subject, &detail, now).await?;
        let ended = self.commit_and_kill(tx, mailbox, rows, now).await?;
        Ok((name, ended))
    }

    /// The app password that was typed, if it is one of this principal's.
    pub(crate) async fn find_app_password(
        &self,
        of: PrincipalId,
        letters: &AppPasswordText,
    ) -> Result<Option<DigestRow>, Unavailable> {
        let rows = app_passwords::digests(self.db(), of).await?;
        let mut under: Option<(crate::credential::key_file::KeyId, [u8; 32])> = None;
        for row in rows {
            let digest = match under {
                Some((key, digest)) if key == row.key_id => digest,
                _ => self.keys().digest(
                    row.key_id,
                    "app password",
                    &[&of.0.to_be_bytes(), letters.0.as_bytes()],
                )?,
            };
            under = Some((row.key_id, digest));
            // A keyed hash: how far two of them agree tells nothing about the letters.
            if row.digest == digest {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn draw(&self, of: PrincipalId, id: AppPasswordId) -> Result<(AppPasswordText, DigestRow), Unavailable> {
        let letters = AppPasswordText::draw(&mut rand::rng());
        let key_id = self.keys().newest()?;
        let digest =
            self.keys().digest(key_id, "app password", &[&of.0.to_be_bytes(), letters.0.as_bytes()])?;
        Ok((letters, DigestRow { id, key_id, digest: digest.to_vec() }))
    }

    async fn note_app_password(
        &self,
        tx: &mut Tx,
        session: &SessionGuard,
        event: AuditEvent,
        name: &str,
        request: &Request,
    ) -> Result<(), crate::store::StoreError> {
        let address = session.address().as_str();
        let subject = Subject::Mailbox(session.mailbox(), address);
        let by = AuditActor::owner(address, &request.origin);
        audit::audit(tx, &by, event, &subject, &json!({ "name": name }), request.now).await?;
        let mut detail = by.as_detail();
        detail["name"] = name.into();
        let mailbox = session.mailbox().into();
        notify_owner(tx, self.keys(), mailbox, Notice::AppPasswordAdded, &detail, request.now).await
    }

    /// Commits what has ended sessions, then kills them, whoever has hung up meanwhile.
    pub(crate) async fn commit_and_kill(
        &self,
        mut tx: Tx,
        principal: PrincipalId,
        rows: Vec<EndedRow>,
        now: Timestamp,
    ) -> Result<BTreeMap<Surface, u64>, Unavailable> {
        tx.broadcast_ended_sessions().await?;
        let this = self.clone();
        self.finish(async move {
            tx.commit().await?;
            let mut here = Vec::new();
            for row in &rows {
                here.extend(
                    this.registry().kill(principal, SessionSelector::Session(row.id), EndReason::Ended).await,
                );
            }
            Ok(EndedSessions::of(rows).alive(this.node(), &here, now))
        })
        .await?
    }
}
