//! Commands about what mail apps may sign in with: an app password only, or the password of the mailbox as well.

use super::command::{MailAppsScope, RequestedMode};
use super::context::{CommandContext, Refused};
use super::reply::{MailAppsRow, Reply};
use postward_authority::{Authority, MailAppMode, ModeAt, ModeOf};
use std::collections::BTreeMap;

impl CommandContext<'_> {
    /// Sets the mode where one is named, and returns what applies then.
    pub(super) async fn mail_apps(
        &self,
        of: MailAppsScope,
        mode: Option<RequestedMode>,
    ) -> Result<Reply, Refused> {
        let found = self.found(&of).await?;
        let Some(mode) = mode else {
            return Ok(Reply::MailApps { rows: rows(found), changed: None });
        };
        let mode = match mode {
            RequestedMode::PasswordOrAppPassword => Some(MailAppMode::PasswordOrAppPassword),
            RequestedMode::AppPasswordsOnly => Some(MailAppMode::AppPasswordsOnly),
            RequestedMode::Inherit => None,
        };
        let all: Vec<_> = found.keys().copied().collect();
        let changed = self.authority.set_mail_app_mode(&self.operator, &all, mode, self.now).await?;
        Ok(Reply::MailApps { rows: rows(self.found(&of).await?), changed: Some(changed) })
    }

    /// The named accounts, domains or mailboxes, each once, with its name and what is set for it.
    async fn found(&self, of: &MailAppsScope) -> Result<BTreeMap<ModeOf, (String, ModeAt)>, Refused> {
        let mut found = BTreeMap::new();
        match of {
            MailAppsScope::Account(name) => {
                let account = self.account(name).await?;
                found.insert(ModeOf::Account(account.id), (account.name, account.mail_apps));
            }
            MailAppsScope::Domain(name) => {
                let domain = self.domain(name).await?;
                found.insert(ModeOf::Domain(domain.id), (domain.name, domain.mail_apps));
            }
            MailAppsScope::Mailboxes(addresses) => {
                let most = Authority::MODES_AT_ONCE;
                if addresses.len() > most {
                    return Err(Refused(format!("Name {most} mailboxes at most; nothing has changed.")));
                }
                for address in addresses {
                    // In a list the refusal has to name the address.
                    let mailbox = self.mailbox(address).await.map_err(|Refused(why)| {
                        if addresses.len() > 1 {
                            Refused(format!("{address:?}: {why}"))
                        } else {
                            Refused(why)
                        }
                    })?;
                    let (name, at) = (mailbox.address.to_string(), mailbox.mail_apps);
                    found.insert(ModeOf::Mailbox(mailbox.id), (name, at));
                }
            }
        }
        Ok(found)
    }
}

/// The rows, sorted by name.
fn rows(found: BTreeMap<ModeOf, (String, ModeAt)>) -> Vec<MailAppsRow> {
    let mut rows: Vec<_> = found.into_values().map(|(name, at)| row(name, at)).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows
}

fn row(name: String, at: ModeAt) -> MailAppsRow {
    MailAppsRow {
        name,
        mode: at.own.map_or("inherit", MailAppMode::name).to_owned(),
        applies: at.applies().name().to_owned(),
    }
}
