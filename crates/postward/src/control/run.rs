//! Executes a command of the operator by the use cases of the authority.

use super::command::{Command, NewOwner, RequestedKind, SecretField};
use super::context::{CommandContext, Refused, parse, unknown_staff};
use super::reply::{AccountRow, AuditRow, DomainRow, MailboxRow, Reply, SessionRow};
use postward_authority::{
    Account, AccountKind, Authority, Cursor, FirstOwner, Mailbox, MailboxQuery, MailboxState, NewAccount,
    Timestamp, Which,
};

/// How many mailboxes a page holds.
const PAGE: u32 = 200;

/// The most lines of the audit one command reads.
const MAX_AUDIT: u32 = 500;

/// Executes a command as the operator. A command that is refused has changed nothing.
pub(crate) async fn run(authority: &Authority, command: Command, now: Timestamp) -> Reply {
    execute(authority, command, now).await.unwrap_or_else(|Refused(why)| Reply::Refused { why })
}

async fn execute(authority: &Authority, command: Command, now: Timestamp) -> Result<Reply, Refused> {
    let operator = authority.operator(now).await?;
    let context = CommandContext { authority, operator, now };
    match command {
        Command::Accounts => context.accounts().await,
        Command::AddAccount { name, kind, parent, owner } => {
            context.add_account(name, kind, parent, owner).await
        }
        Command::Domains => context.domains().await,
        Command::AddDomain { name, account } => context.add_domain(name, account).await,
        Command::Mailboxes { search, domain, cursor } => context.mailboxes(search, domain, cursor).await,
        Command::AddMailbox { address, password } => {
            let address = parse(&address)?;
            authority.add_mailbox(&context.operator, &address, password.0, now).await?;
            Ok(Reply::Done { name: address.to_string() })
        }
        Command::SetPassword { address, password } => {
            let mailbox = context.mailbox(&address).await?;
            let receipt = authority.reset(&context.operator, mailbox.id, password.0, now).await?;
            Ok(Reply::Receipt(receipt.into()))
        }
        Command::SetStaffPassword { email, password } => {
            let email = parse(&email)?;
            let reset = authority.reset_staff(&context.operator, &email, password.0, now).await;
            Ok(Reply::Receipt(reset.map_err(|error| unknown_staff(&email, error))?.into()))
        }
        Command::StaffSecondFactorOff { email } => {
            let email = parse(&email)?;
            let off = authority.turn_off_staff_second_factor(&context.operator, &email, now).await;
            match off.map_err(|error| unknown_staff(&email, error.into()))? {
                true => Ok(Reply::Done { name: email.to_string() }),
                false => Err(Refused(format!("Two-factor authentication of {email} is not on."))),
            }
        }
        Command::Suspend { address } => {
            let mailbox = context.mailbox(&address).await?;
            let receipt = authority.suspend(&context.operator, mailbox.id, now).await?;
            Ok(Reply::Receipt(receipt.into()))
        }
        Command::Resume { address } => {
            let mailbox = context.mailbox(&address).await?;
            authority.resume_sign_in(&context.operator, mailbox.id, now).await?;
            Ok(Reply::Done { name: mailbox.address.to_string() })
        }
        Command::RecoveryCode { address } => {
            let mailbox = context.mailbox(&address).await?;
            let code = authority.issue_recovery_code(&context.operator, mailbox.id, now).await?;
            Ok(Reply::RecoveryCode { address: mailbox.address.to_string(), code: SecretField(code) })
        }
        Command::MailApps { of, mode } => context.mail_apps(of, mode).await,
        Command::RotateKeys => {
            let resealed = authority.rotate_keys(&context.operator, now).await?;
            Ok(Reply::Done { name: resealed.to_string() })
        }
        Command::Sessions { address } => context.sessions(&address).await,
        Command::Kick { address, session } => context.kick(&address, session).await,
        Command::Audit { address, limit } => context.audit(address, limit).await,
    }
}

impl CommandContext<'_> {
    async fn accounts(&self) -> Result<Reply, Refused> {
        let accounts = self.authority.accounts(&self.operator).await?;
        let name = |id| accounts.iter().find(|account| account.id == id).map(|account| account.name.clone());
        let row = |account: &Account| AccountRow {
            id: account.id.to_string(),
            parent: account.parent.and_then(name),
            kind: kind_name(account.kind).to_owned(),
            name: account.name.clone(),
        };
        Ok(Reply::Accounts(accounts.iter().map(row).collect()))
    }

    async fn add_account(
        &self,
        name: String,
        kind: RequestedKind,
        parent: Option<String>,
        owner: Option<NewOwner>,
    ) -> Result<Reply, Refused> {
        let parent = match parent {
            Some(parent) => Some(self.account(&parent).await?.id),
            None => None,
        };
        let kind = match kind {
            RequestedKind::Reseller => AccountKind::Reseller,
            RequestedKind::Customer => AccountKind::Customer,
        };
        match owner {
            Some(NewOwner { email, password }) => {
                let email = parse(&email)?;
                let account = NewAccount { parent, kind, name: &name };
                let owner = FirstOwner { email: &email, password: password.0 };
                self.authority.add_owned_account(&self.operator, account, owner, self.now).await?
            }
            None => self.authority.add_account(&self.operator, parent, kind, &name, self.now).await?,
        };
        Ok(Reply::Done { name })
    }

    async fn domains(&self) -> Result<Reply, Refused> {
        let accounts = self.authority.accounts(&self.operator).await?;
        let domains = self.authority.domains(&self.operator).await?;
        let rows = domains.into_iter().map(|domain| {
            let account = accounts.iter().find(|account| account.id == domain.account);
            DomainRow { name: domain.name, account: account.map(|a| a.name.clone()).unwrap_or_default() }
        });
        Ok(Reply::Domains(rows.collect()))
    }

    async fn add_domain(&self, name: String, account: Option<String>) -> Result<Reply, Refused> {
        let account = match account {
            Some(account) => self.account(&account).await?.id,
            None => self.operator.account(),
        };
        self.authority.add_domain(&self.operator, account, &name, self.now).await?;
        Ok(Reply::Done { name })
    }

    async fn mailboxes(
        &self,
        search: Option<String>,
        domain: Option<String>,
        cursor: Option<String>,
    ) -> Result<Reply, Refused> {
        let domain = match domain {
            Some(name) => Some(self.domain(&name).await?.id),
            None => None,
        };
        let cursor = cursor.map(Cursor::new);
        let query = MailboxQuery { search, domain, cursor, limit: PAGE, ..MailboxQuery::default() };
        let page = self.authority.mailboxes(&self.operator, &query).await?;
        let next = page.next.map(|cursor| cursor.as_str().to_owned());
        Ok(Reply::Mailboxes { rows: page.rows.into_iter().map(mailbox_row).collect(), next })
    }

    async fn sessions(&self, address: &str) -> Result<Reply, Refused> {
        let mailbox = self.mailbox(address).await?;
        let sessions = self.authority.sessions(&self.operator, mailbox.id).await?;
        let rows = sessions.into_iter().map(|session| SessionRow {
            id: session.id.to_string(),
            surface: session.surface,
            ip: session.ip,
            client: session.client,
            since: moment(session.since),
        });
        Ok(Reply::Sessions(rows.collect()))
    }

    async fn kick(&self, address: &str, session: Option<String>) -> Result<Reply, Refused> {
        let mailbox = self.mailbox(address).await?;
        let which = match session {
            Some(id) => {
                Which::One(id.parse().map_err(|_| Refused(format!("{id} is not the id of a session.")))?)
            }
            None => Which::All,
        };
        let receipt = self.authority.end_sessions(&self.operator, mailbox.id, which, self.now).await?;
        Ok(Reply::Receipt(receipt.into()))
    }

    async fn audit(&self, address: Option<String>, limit: u32) -> Result<Reply, Refused> {
        let mailbox = match address {
            Some(address) => Some(self.mailbox(&address).await?.id),
            None => None,
        };
        let entries = self.authority.audit(&self.operator, mailbox, limit.clamp(1, MAX_AUDIT)).await?;
        let rows = entries.into_iter().map(|entry| AuditRow {
            at: moment(entry.at),
            actor: entry.actor,
            event: entry.event.to_string(),
            subject: entry.subject,
            ip: entry.ip,
            detail: entry.detail,
        });
        Ok(Reply::Audit(rows.collect()))
    }
}

fn kind_name(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Host => "host",
        AccountKind::Reseller => "reseller",
        AccountKind::Customer => "customer",
    }
}

/// RFC 3339, to the second.
fn moment(at: Timestamp) -> String {
    format!("{at:.0}")
}

fn mailbox_row(mailbox: Mailbox) -> MailboxRow {
    MailboxRow {
        address: mailbox.address.to_string(),
        account: mailbox.account_name,
        state: match mailbox.state {
            MailboxState::Active => "active".to_owned(),
            MailboxState::Suspended => "suspended".to_owned(),
            MailboxState::Deleted => "deleted".to_owned(),
        },
        epoch: mailbox.epoch.number(),
        created: moment(mailbox.created),
        last_sign_in: mailbox.last_sign_in.map(moment),
        two_factor: mailbox.two_factor,
    }
}
