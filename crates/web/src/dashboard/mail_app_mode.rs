//! What mail apps may sign in with, chosen for an account, a domain or mailboxes (W8): a step that says whom it would
//! shut out before it is saved, and the act.

use super::confirmation_step::{self, ReturnLink};
use super::mailbox_paths;
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::form::Signed;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::filters;
use crate::view::flash::Flash;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::{
    AccountId, Authority, DomainId, MailAppMode, Mailbox, MailboxId, ModeAt, ModeOf, ShutOut,
};
use postward_texts::{message, sentences, text};
use serde::Deserialize;
use std::str::FromStr;
use std::sync::Arc;

/// Mailboxes that are named in the step; the others are counted.
const NAMED: usize = 10;

/// `App passwords only`.
pub(super) fn label(mode: MailAppMode) -> &'static str {
    match mode {
        MailAppMode::PasswordOrAppPassword => text("mode-password-or-app-password"),
        MailAppMode::AppPasswordsOnly => text("mode-app-passwords-only"),
    }
}

/// The same within a sentence.
fn in_a_sentence(mode: MailAppMode) -> &'static str {
    match mode {
        MailAppMode::PasswordOrAppPassword => text("mode-password-or-app-password-within"),
        MailAppMode::AppPasswordsOnly => text("mode-app-passwords-only-within"),
    }
}

/// Whose mail apps a choice is for.
#[derive(Clone)]
pub(super) enum Target {
    Account(AccountId),
    Domain(DomainId),
    /// One mailbox, from its settings, which the step leads back to.
    Mailbox(MailboxId),
    /// Some, from the list.
    Mailboxes(Vec<MailboxId>),
}

/// A target as a link or a form names it: one of these, with its id.
#[derive(Deserialize)]
pub(super) struct TargetQuery {
    account: Option<String>,
    domain: Option<String>,
    mailbox: Option<String>,
    mailboxes: Option<String>,
}

impl Target {
    fn read(query: &TargetQuery) -> Result<Self, PageError> {
        let TargetQuery { account, domain, mailbox, mailboxes } = query;
        match (account, domain, mailbox, mailboxes) {
            (Some(account), None, None, None) => Ok(Self::Account(id(account)?)),
            (None, Some(domain), None, None) => Ok(Self::Domain(id(domain)?)),
            (None, None, Some(mailbox), None) => Ok(Self::Mailbox(id(mailbox)?)),
            (None, None, None, Some(mailboxes)) => {
                let ids = mailboxes.split(',').map(id).collect::<Result<Vec<_>, _>>()?;
                if ids.len() > Authority::MODES_AT_ONCE {
                    return Err(PageError::TooLarge);
                }
                Ok(Self::Mailboxes(ids))
            }
            _ => Err(PageError::NotFound),
        }
    }

    /// The name and the value by which [`Target::read`] finds it again.
    fn field(&self) -> (&'static str, String) {
        match self {
            Self::Account(id) => ("account", id.to_string()),
            Self::Domain(id) => ("domain", id.to_string()),
            Self::Mailbox(id) => ("mailbox", id.to_string()),
            Self::Mailboxes(ids) => {
                ("mailboxes", ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
            }
        }
    }

    fn above(&self) -> &'static str {
        match self {
            Self::Account(_) | Self::Domain(_) => text("mode-as-account"),
            Self::Mailbox(_) | Self::Mailboxes(_) => text("mode-as-domain"),
        }
    }

    fn reach(&self) -> &'static str {
        match self {
            Self::Account(_) => text("mode-reach-account"),
            Self::Domain(_) => text("mode-reach-domain"),
            Self::Mailbox(_) => text("mode-reach-mailbox"),
            Self::Mailboxes(_) => text("mode-reach-mailboxes"),
        }
    }
}

/// What is no id is nobody's.
fn id<T: FromStr>(text: impl AsRef<str>) -> Result<T, PageError> {
    text.as_ref().parse().map_err(|_| PageError::NotFound)
}

/// A target within the person's reach.
struct Found {
    target: Target,
    name: String,
    of: Vec<ModeOf>,
    /// What is set there; none where it is not the same for all.
    chosen: Option<Choice>,
    /// What holds where nothing is set; none where it is not the same for all, and where nothing stands above.
    above: Option<MailAppMode>,
    addresses: Vec<String>,
    back: ReturnLink,
}

/// What can be chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Mode(MailAppMode),
    /// What stands above decides.
    AsAbove,
}

impl Choice {
    fn of(own: Option<MailAppMode>) -> Self {
        own.map_or(Self::AsAbove, Self::Mode)
    }

    fn read(name: &str) -> Option<Self> {
        if name == Self::AsAbove.name() {
            Some(Self::AsAbove)
        } else {
            MailAppMode::parse(name).map(Self::Mode)
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Mode(mode) => mode.name(),
            Self::AsAbove => "inherit",
        }
    }

    fn mode(self) -> Option<MailAppMode> {
        match self {
            Self::Mode(mode) => Some(mode),
            Self::AsAbove => None,
        }
    }
}

impl Found {
    async fn of(site: &Site, staff: &Staff, target: Target) -> Result<Self, PageError> {
        let (authority, actor) = (&site.authority, staff.session.actor());
        let one = |name: String, of: ModeOf, at: ModeAt, target: Target| {
            let (chosen, above) = (Some(Choice::of(at.own)), Some(at.above));
            Self { target, name, of: vec![of], chosen, above, addresses: Vec::new(), back: list_link() }
        };
        Ok(match target {
            Target::Account(_) if actor.is_limited() => return Err(PageError::NotFound),
            Target::Account(id) => {
                let account = authority.accounts(actor).await?.into_iter().find(|account| account.id == id);
                let account = account.ok_or(PageError::NotFound)?;
                let found = one(account.name, ModeOf::Account(id), account.mail_apps, target);
                // Nothing stands above an account: what holds where nothing is set is as good as set.
                Self { chosen: Some(Choice::Mode(account.mail_apps.applies())), above: None, ..found }
            }
            Target::Domain(id) => {
                let domain = authority.domains(actor).await?.into_iter().find(|domain| domain.id == id);
                let domain = domain.ok_or(PageError::NotFound)?;
                one(domain.name, ModeOf::Domain(id), domain.mail_apps, target)
            }
            Target::Mailbox(id) => {
                let mailbox = authority.mailbox(actor, id).await?;
                let back = mailbox_paths::return_link(&mailbox);
                let found = one(mailbox.address.to_string(), ModeOf::Mailbox(id), mailbox.mail_apps, target);
                Self { back, ..found }
            }
            Target::Mailboxes(ref ids) => {
                let mut mailboxes = Vec::with_capacity(ids.len());
                for id in ids {
                    mailboxes.push(authority.mailbox(actor, *id).await?);
                }
                Self::some(mailboxes, target)
            }
        })
    }

    fn some(mailboxes: Vec<Mailbox>, target: Target) -> Self {
        let alike = |of: fn(&Mailbox) -> Choice| {
            let first = mailboxes.first().map(of)?;
            mailboxes.iter().all(|mailbox| of(mailbox) == first).then_some(first)
        };
        let chosen = alike(|mailbox| Choice::of(mailbox.mail_apps.own));
        let above = alike(|mailbox| Choice::Mode(mailbox.mail_apps.above)).and_then(Choice::mode);
        let addresses: Vec<_> = mailboxes.iter().map(|mailbox| mailbox.address.to_string()).collect();
        let name = match addresses.as_slice() {
            [only] => only.clone(),
            more => message("mode-mailboxes").count("count", more.len() as u64).to_string(),
        };
        let of = mailboxes.iter().map(|mailbox| ModeOf::Mailbox(mailbox.id)).collect();
        Self { target, name, of, chosen, above, addresses, back: list_link() }
    }

    fn choices(&self) -> Vec<Offer> {
        let offer = |choice: Choice, label: String| Offer {
            value: choice.name(),
            label,
            checked: self.chosen == Some(choice),
        };
        let modes = [MailAppMode::PasswordOrAppPassword, MailAppMode::AppPasswordsOnly];
        let mut choices: Vec<_> =
            modes.into_iter().map(|mode| offer(Choice::Mode(mode), label(mode).to_owned())).collect();
        if !matches!(self.target, Target::Account(_)) {
            choices.push(offer(Choice::AsAbove, self.as_above()));
        }
        choices
    }

    /// `As the domain: app passwords only`.
    fn as_above(&self) -> String {
        let above = self.target.above();
        self.above.map_or(above.to_owned(), |mode| as_above(above, mode))
    }
}

fn list_link() -> ReturnLink {
    ReturnLink { path: "/dashboard/mail-apps".to_owned(), name: text("mail-apps").to_owned() }
}

/// One of the choices, in the form.
struct Offer {
    value: &'static str,
    label: String,
    checked: bool,
}

#[derive(Template)]
#[template(path = "dashboard/mail_app_mode.html")]
struct Step {
    csrf: String,
    hidden: (&'static str, String),
    reach: &'static str,
    /// Which mailboxes, where several were picked.
    named: Option<String>,
    choices: Vec<Offer>,
    consequences: Vec<String>,
    cancel: String,
    problem: Option<&'static str>,
}

/// `GET /dashboard/mail-apps/mode`.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
    Query(query): Query<TargetQuery>,
) -> Result<Response, PageError> {
    let found = Found::of(&site, &staff, Target::read(&query)?).await?;
    show(StatusCode::OK, &context, &staff, found, None).await
}

/// The step for mailboxes that were picked in the list.
pub(super) async fn choose(
    context: &RequestContext,
    staff: &Staff,
    picked: Vec<Mailbox>,
) -> Result<Response, PageError> {
    let target = Target::Mailboxes(picked.iter().map(|mailbox| mailbox.id).collect());
    show(StatusCode::OK, context, staff, Found::some(picked, target), None).await
}

/// What *Save* sends.
#[derive(Deserialize)]
pub(super) struct ModeForm {
    #[serde(flatten)]
    target: TargetQuery,
    mode: Option<String>,
}

/// `POST /dashboard/mail-apps/mode`.
pub(super) async fn save(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
    Signed(ModeForm { target, mode }): Signed<ModeForm>,
) -> Result<Response, PageError> {
    let found = Found::of(&site, &staff, Target::read(&target)?).await?;
    let Some(mode) = mode else {
        let problem = Some(text("mode-choose"));
        return show(StatusCode::UNPROCESSABLE_ENTITY, &context, &staff, found, problem).await;
    };
    let choice = Choice::read(&mode).ok_or(PageError::Malformed)?;
    let actor = staff.session.actor();
    let changed = site.authority.set_mail_app_mode(actor, &found.of, choice.mode(), site.now()).await?;
    flash_cookie::redirect(&site, &flash(&found, choice, changed), &found.back.path)
}

fn flash(found: &Found, choice: Choice, changed: u64) -> Flash {
    let flash =
        |headline: String, more: String| Flash::new(WebSurface::Dashboard, &found.name, headline, more);
    if changed == 0 {
        return flash(text("mode-unchanged").to_owned(), text("mode-unchanged-more").to_owned());
    }
    let headline = match choice {
        Choice::Mode(MailAppMode::AppPasswordsOnly) => text("mode-app-passwords-only-now").to_owned(),
        Choice::Mode(MailAppMode::PasswordOrAppPassword) => text("mode-either-now").to_owned(),
        Choice::AsAbove => message("mode-from-now-on").with("mode", found.as_above()).to_string(),
    };
    let all = found.of.len() as u64;
    let others = match all - changed {
        0 => "",
        _ => text("mode-others-already"),
    };
    let more = match found.target {
        Target::Mailboxes(_) if all > 1 => {
            let done = message("mode-changed-for").count("changed", changed).count("all", all);
            let stays = text("what-is-signed-in-stays").to_owned();
            sentences([done.to_string(), others.to_owned(), stays])
        }
        _ => text("what-is-signed-in-stays").to_owned(),
    };
    flash(headline, more)
}

async fn show(
    status: StatusCode,
    context: &RequestContext,
    staff: &Staff,
    found: Found,
    problem: Option<&'static str>,
) -> Result<Response, PageError> {
    staff.require_write()?;
    let (site, actor) = (&context.site, staff.session.actor());
    let shut_out = site.authority.shut_out_by_app_passwords_only(actor, &found.of, site.now()).await?;
    let mut page = staff.page(context, &message("mode-title").with("name", &found.name).to_string());
    if matches!(found.target, Target::Mailboxes(_)) {
        // What was picked travels in a form, and is not there again for the theme switch.
        page.here.clone_from(&found.back.path);
    }
    let step = Step {
        csrf: page.csrf.clone(),
        hidden: found.target.field(),
        reach: found.target.reach(),
        named: (found.addresses.len() > 1).then(|| listed(&found.addresses, found.addresses.len(), NAMED)),
        choices: found.choices(),
        consequences: consequences(&shut_out, found.of.as_slice()),
        cancel: found.back.path.clone(),
        problem,
    };
    Ok(confirmation_step::show(status, context, page, found.back, &step))
}

/// Whom *app passwords only* would shut out, in sentences; nobody where it holds already.
fn consequences(shut_out: &ShutOut, of: &[ModeOf]) -> Vec<String> {
    let ShutOut { mailboxes, without, in_use, named } = shut_out;
    if *mailboxes == 0 {
        return Vec::new();
    }
    let (who, using) = match of {
        [ModeOf::Mailbox(_)] => {
            let who = if *without == 0 { text("mode-shut-out-has") } else { text("mode-shut-out-has-none") };
            let using = match in_use {
                0 => text("mode-shut-out-unused"),
                _ => text("mode-shut-out-used"),
            };
            (who.to_owned(), using.to_owned())
        }
        _ => {
            let who = match *without {
                0 => message("mode-shut-out-none"),
                all if all == *mailboxes => message("mode-shut-out-all"),
                some => message("mode-shut-out-some").count("without", some),
            };
            let who = who.count("count", *mailboxes).to_string();
            let using = match usize::try_from(*in_use).unwrap_or(usize::MAX) {
                0 => text("mode-shut-out-none-used").to_owned(),
                some => message("mode-shut-out-some-used")
                    .count("count", *in_use)
                    .with("addresses", listed(named, some, named.len()))
                    .to_string(),
            };
            (who, using)
        }
    };
    let how = if *without == 0 { "" } else { text("mode-shut-out-how") };
    vec![sentences([who, how.to_owned()]), using, text("mode-shut-out-rest").to_owned()]
}

/// `As the domain: app passwords only`.
pub(super) fn as_above(above: &str, mode: MailAppMode) -> String {
    message("mode-as-above").with("above", above).with("mode", in_a_sentence(mode)).to_string()
}

/// `a, b, c and 7 more`: the first `show` of `names`, of `all` there are.
fn listed(names: &[String], all: usize, show: usize) -> String {
    let shown = &names[..names.len().min(show)];
    match (shown, all - shown.len()) {
        ([first @ .., last], 0) if !first.is_empty() => {
            message("list-and").with("first", first.join(text("list-comma"))).with("last", last).to_string()
        }
        (shown, 0) => shown.join(text("list-comma")),
        (shown, more) => and_more(shown.join(text("list-comma")), more),
    }
}

/// What is named, and how many more there are.
pub(super) fn and_more(named: String, more: usize) -> String {
    message("list-and-more").with("first", named).count("count", more as u64).to_string()
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn the_first_few_are_named_and_the_others_counted() {
        let names = ["a", "b", "c"].map(str::to_owned);
        let check = |names: &[String], all, show, expected| assert_eq!(listed(names, all, show), expected);
        check(&names[..1], 1, 10, "a");
        check(&names, 3, 10, "a, b and c");
        check(&names, 3, 2, "a, b and 1 more");
        check(&names, 9, 3, "a, b, c and 6 more");
    }
}
