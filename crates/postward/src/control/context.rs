//! What every command of the operator needs: its context, looking up what is named, and why a command is refused.

use postward_authority::{
    Account, ActError, Actor, AddError, Authority, Domain, Mailbox, PasswordProblem, ResetError, Timestamp,
    Unavailable,
};
use postward_wire::Address;

/// What every command needs: the authority, the operator as its actor, and the time.
pub(super) struct CommandContext<'a> {
    pub(super) authority: &'a Authority,
    pub(super) operator: Actor,
    pub(super) now: Timestamp,
}

impl CommandContext<'_> {
    /// The mailbox of an address.
    pub(super) async fn mailbox(&self, address: &str) -> Result<Mailbox, Refused> {
        let address = parse(address)?;
        match self.authority.mailbox_by_address(&self.operator, &address).await {
            Err(ActError::NotFound) => Err(Refused(format!("There is no mailbox {address} here."))),
            other => Ok(other?),
        }
    }

    /// The domain of a name.
    pub(super) async fn domain(&self, name: &str) -> Result<Domain, Refused> {
        let domains = self.authority.domains(&self.operator).await?;
        let found = domains.into_iter().find(|domain| domain.name.eq_ignore_ascii_case(name));
        found.ok_or_else(|| Refused(format!("There is no domain {name} here.")))
    }

    /// The account of a name or an id.
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

/// The refusal of an address that is no staff; a mailbox of that address is another principal (D11).
pub(super) fn unknown_staff(email: &Address, error: ResetError) -> Refused {
    match error {
        ResetError::NotFound => Refused(format!("Nobody signs in at the dashboard as {email}.")),
        other => other.into(),
    }
}

fn sentences(problems: &[PasswordProblem]) -> Refused {
    let sentences: Vec<_> = problems.iter().map(PasswordProblem::sentence).collect();
    Refused(sentences.join(" "))
}

/// Parses an address; an invalid one is refused.
pub(super) fn parse(address: &str) -> Result<Address, Refused> {
    Address::parse(address).map_err(|error| Refused(error.to_string()))
}
