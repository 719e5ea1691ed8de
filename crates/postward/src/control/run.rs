//! Executes a command of the operator by the use cases of the authority.

use super::reply::{AccountRow, AuditRow, DomainRow, MailboxRow, Reply, SessionRow};
use super::{Command, RequestedKind, SecretField};
use postward_authority::directory::{
    Account, AccountKind, AddError, Cursor, Domain, Mailbox, MailboxQuery, MailboxState, NewStaff,
};
use postward_authority::sessions::{ActError, Which};
use postward_authority::{Actor, Authority, ResetError, Role, Timestamp, Unavailable, policy::Problem};
use postward_wire::Address;

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

/// The refusal of an address that is no staff; a mailbox of that address is another principal (D11).
fn unknown_staff(email: &Address, error: ResetError) -> Refused {
    match error {
        ResetError::NotFound => Refused(format!("Nobody signs in at the dashboard as {email}.")),
        other => other.into(),
    }
}

/// What every command needs: the authority, the operator as its actor, and the time.
pub(super) struct CommandContext<'a> {
    pub(super) authority: &'a Authority,
    pub(super) operator: Actor,
    pub(super) now: Timestamp,
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
        owner: Option<super::NewOwner>,
    ) -> Result<Reply, Refused> {
        let parent = match parent {
            Some(parent) => Some(self.account(&parent).await?.id),
            None => None,
        };
        let kind = match kind {
            RequestedKind::Reseller => AccountKind::Reseller,
            RequestedKind::Customer => AccountKind::Customer,
        };
        // Before anything is written: an invalid address would leave an account without an owner.
        let owner = match owner {
            Some(owner) => Some((parse(&owner.email)?, owner.password.0)),
            None => None,
        };
        if let Some((_, password)) = &owner {
            let problems = self.authority.policy().problems(password.expose());
            if !problems.is_empty() {
                return Err(AddError::Policy(problems).into());
            }
        }
        let id = self.authority.add_account(&self.operator, parent, kind, &name, self.now).await?;
        if let Some((email, password)) = owner {
            let owner = NewStaff { account: id, email: &email, role: Role::Owner, domains: None, password };
            self.authority.add_staff(&self.operator, owner, self.now).await?;
        }
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
            event: entry.event,
            subject: entry.subject,
            ip: entry.ip,
            detail: entry.detail,
        });
        Ok(Reply::Audit(rows.collect()))
    }

    pub(super) async fn mailbox(&self, address: &str) -> Result<Mailbox, Refused> {
        let address = parse(address)?;
        match self.authority.mailbox_by_address(&self.operator, &address).await {
            Err(ActError::NotFound) => Err(Refused(format!("There is no mailbox {address} here."))),
            other => Ok(other?),
        }
    }

    pub(super) async fn domain(&self, name: &str) -> Result<Domain, Refused> {
        let domains = self.authority.domains(&self.operator).await?;
        let found = domains.into_iter().find(|domain| domain.name.eq_ignore_ascii_case(name));
        found.ok_or_else(|| Refused(format!("There is no domain {name} here.")))
    }

    pub(super) async fn account(&self, name: &str) -> Result<Account, Refused> {
        let mut found = self.authority.accounts(&self.operator).await?;
        found.retain(|account| account.name == name || account.id.to_string() == name);
        match (found.pop(), found.is_empty()) {
            (Some(account), true) => Ok(account),
            (Some(_), false) => {
                Err(Refused(format!("Several accounts are called {name}; name its id instead.")))
            }
            (None, _) => Err(Refused(format!("There is no account {name} here."))),
        }
    }
}

/// Why a command was refused, in a sentence for the operator.
pub(super) struct Refused(pub(super) String);

const UNAVAILABLE: &str =
    "The store cannot be reached at the moment, and nothing has changed; try again later";

impl From<Unavailable> for Refused {
    fn from(error: Unavailable) -> Self {
        Self(format!("{UNAVAILABLE} ({error})."))
    }
}

impl From<ActError> for Refused {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound => Self("There is no such thing here.".to_owned()),
            ActError::ReadOnly => Self("This account may look, and change nothing.".to_owned()),
            ActError::Unavailable(error) => error.into(),
        }
    }
}

impl From<ResetError> for Refused {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::NotFound => ActError::NotFound.into(),
            ResetError::ReadOnly => ActError::ReadOnly.into(),
            ResetError::Policy(problems) => sentences(&problems),
            ResetError::Unavailable(error) => error.into(),
        }
    }
}

impl From<AddError> for Refused {
    fn from(error: AddError) -> Self {
        match error {
            AddError::Exists => Self("It exists already, perhaps deleted and still restorable.".to_owned()),
            AddError::NotFound => Self("What it should belong to does not exist; add that first.".to_owned()),
            AddError::ReadOnly => ActError::ReadOnly.into(),
            AddError::Name(why) => Self(why),
            AddError::Policy(problems) => sentences(&problems),
            AddError::Unavailable(error) => error.into(),
        }
    }
}

fn sentences(problems: &[Problem]) -> Refused {
    let sentences: Vec<_> = problems.iter().map(Problem::sentence).collect();
    Refused(sentences.join(" "))
}

fn parse(address: &str) -> Result<Address, Refused> {
    Address::parse(address).map_err(|error| Refused(error.to_string()))
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
