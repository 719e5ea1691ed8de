//! The one form for a new password: on the Security tab, in the list, in the pop-up, in webmail and panel.
//!
//! A page has a field `form` of type [`PasswordForm`] and includes `password_form.html`. What comes back is read as
//! [`NewPassword`] and turned into [`Entered`]. The rules shown and the rules enforced are the authority's one table.

use crate::site::Site;
use crate::view::form_problem::FormProblem;
use crate::view::page::Page;
use postward_authority::{
    AppPasswords, PASSWORD_RECIPE, PasswordPolicy, PasswordProblem, PasswordRecipe, Requirement,
    SessionGuard, Unavailable, generate_password,
};
use postward_texts::{message, text};
use postward_wire::Secret;
use serde::{Deserialize, Serialize};

/// The form, ready to be shown.
pub(crate) struct PasswordForm {
    /// Where it is sent.
    pub(crate) action: String,
    /// The address the password belongs to, for password managers.
    pub(crate) username: String,
    /// The words on it.
    pub(crate) words: Words,
    /// How often the new password is typed.
    pub(crate) entry: Entry,
    /// Whether the current password is asked for.
    pub(crate) current: Current,
    /// Which code is asked for besides.
    pub(crate) code: AskedCode,
    /// Where nobody knows yet whose password it is: the field of the address, with what was typed before.
    pub(crate) typed_address: Option<String>,
    /// Hidden fields: what goes with the form and is not typed.
    pub(crate) hidden: Vec<(&'static str, String)>,
    /// Where the form also makes the mailbox: the fields of its address.
    pub(crate) address: Option<AddressFields>,
    /// The box that takes the app passwords along, where the owner may keep them and has some.
    pub(crate) app_passwords: Option<RevokeBox>,
    /// The hidden field `from`: the page to come back to.
    pub(crate) from: Option<&'static str>,
    /// What saving does, in numbers.
    pub(crate) consequence: String,
    /// Where *Cancel* leads, if it is offered.
    pub(crate) cancel: Option<String>,
    /// Another way for whoever opened the form: where it leads, and its words.
    pub(crate) also: Option<(String, &'static str)>,
    /// What was wrong with what was sent before.
    pub(crate) problems: Vec<FormProblem>,
    /// A password the server generated because there is no script to do it; shown in the clear.
    pub(crate) generated: Option<Secret>,
    /// The rules.
    pub(crate) policy: PasswordPolicy,
}

/// The words of the form in one place.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// Over the field.
    pub(crate) new: &'static str,
    /// Over the second field.
    pub(crate) again: &'static str,
    /// On the button that generates.
    pub(crate) generate: &'static str,
    /// On the button that saves.
    pub(crate) save: &'static str,
    /// What did not happen, when the form is refused.
    pub(crate) refused: &'static str,
}

/// The fields of a new mailbox's address.
pub(crate) struct AddressFields {
    /// What was typed before the `@`.
    pub(crate) local_part: String,
    /// What was chosen after it.
    pub(crate) chosen: String,
    /// The domains to choose from.
    pub(crate) domains: Vec<String>,
}

/// How often the new password is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Twice, hidden.
    Twice,
    /// Once, in the clear, to be copied.
    Once,
}

/// Whether the current password is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Current {
    /// It is not.
    NotAsked,
    /// It is.
    Asked,
}

/// Which code is asked for besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedCode {
    /// None.
    None,
    /// That of the authenticator app, where there is one: nobody knows before the form is sent.
    IfOn,
    /// That of the authenticator app.
    SixDigits,
    /// That of the authenticator app, or a backup code.
    SixDigitsOrBackup,
    /// The recovery code.
    Recovery,
}

/// *Also revoke my app passwords*.
pub(crate) struct RevokeBox {
    /// How many there are.
    pub(crate) count: usize,
    /// Whether it is ticked: at first it is.
    pub(crate) ticked: bool,
}

impl RevokeBox {
    /// The box for an owner; none without an app password.
    pub(crate) async fn of(
        site: &Site,
        owner: &SessionGuard,
        chosen: AppPasswords,
    ) -> Result<Option<Self>, Unavailable> {
        let listed = site.authority.app_passwords(owner).await?;
        let count = listed.iter().filter(|listed| listed.revoked.is_none()).count();
        Ok((count > 0).then_some(Self { count, ticked: chosen == AppPasswords::Revoke }))
    }
}

/// A rule as the form shows it.
pub(crate) struct RuleLine {
    pub(crate) name: &'static str,
    pub(crate) value: usize,
    pub(crate) label: String,
    pub(crate) met: bool,
}

impl PasswordForm {
    /// An empty form.
    pub(crate) fn new(site: &Site, action: String, username: String, words: Words) -> Self {
        Self {
            action,
            username,
            words,
            entry: Entry::Twice,
            current: Current::NotAsked,
            code: AskedCode::None,
            typed_address: None,
            hidden: Vec::new(),
            address: None,
            app_passwords: None,
            from: None,
            consequence: String::new(),
            cancel: None,
            also: None,
            problems: Vec::new(),
            generated: None,
            policy: site.authority.policy().clone(),
        }
    }

    /// The same form with a generated password in it.
    pub(crate) fn with_generated(mut self) -> Self {
        self.generated = Some(generate_password(&mut rand::rng()));
        self
    }

    /// The same form with what was wrong.
    pub(crate) fn with_problems(mut self, problems: Vec<FormProblem>) -> Self {
        self.problems = problems;
        self
    }

    /// The title of a page whose form was refused says so first, for those who hear it; what an earlier act did would
    /// contradict it.
    pub(crate) fn mark_title(&self, page: &mut Page) {
        if !self.problems.is_empty() {
            page.flash = None;
            page.title = message("password-form-not-saved").with("title", &page.title).to_string();
        }
    }

    /// The rules, in the order of the table.
    pub(crate) fn rules(&self) -> Vec<RuleLine> {
        let met = self.generated.is_some();
        let line = |asks: Requirement| match asks {
            Requirement::Length(least) => ("length", least),
            Requirement::Upper => ("upper", 0),
            Requirement::Lower => ("lower", 0),
            Requirement::Digit => ("digit", 0),
            Requirement::Special => ("special", 0),
        };
        (self.policy.rules().iter())
            .map(|rule| {
                let (name, value) = line(rule.asks);
                RuleLine { name, value, label: rule.label.clone(), met }
            })
            .collect()
    }

    /// The attribute `passwordrules`.
    pub(crate) fn passwordrules(&self) -> String {
        self.policy.passwordrules()
    }

    /// The attribute `data-policy`: what the browser's script evaluates and generates from.
    pub(crate) fn policy_json(&self) -> String {
        #[derive(Serialize)]
        struct Table<'a> {
            policy: &'a PasswordPolicy,
            recipe: PasswordRecipe,
        }
        // Without the table the script leaves the form alone, and the server still checks.
        serde_json::to_string(&Table { policy: &self.policy, recipe: PASSWORD_RECIPE }).unwrap_or_default()
    }

    /// The generated password, for the `value` of the fields.
    pub(crate) fn generated(&self) -> Option<&str> {
        self.generated.as_ref().map(Secret::expose)
    }

    /// What was wrong with a field.
    pub(crate) fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|problem| problem.field == field).map(|problem| problem.text.as_str())
    }
}

/// The fields of the form.
#[derive(Deserialize)]
pub(crate) struct NewPassword {
    #[serde(default)]
    password: String,
    password_again: Option<String>,
    current: Option<String>,
    generate: Option<String>,
    /// Whether the form had the box, and whether it was ticked.
    revoke_asked: Option<String>,
    revoke_app_passwords: Option<String>,
}

/// What a form for a new password asks for.
pub(crate) enum Entered {
    /// A generated password in the fields, please: the page has no script.
    Generate,
    /// This one, with the current password where it was typed.
    New { password: Secret, current: Option<Secret> },
    /// The two fields are not the same.
    Differ,
}

impl NewPassword {
    /// Whether the form had a field for the current password.
    pub(crate) fn has_current(&self) -> bool {
        self.current.is_some()
    }

    /// What becomes of the app passwords. They go, unless the form had the box and it was not ticked.
    pub(crate) fn app_passwords(&self) -> AppPasswords {
        match (&self.revoke_asked, &self.revoke_app_passwords) {
            (Some(_), None) => AppPasswords::Keep,
            _ => AppPasswords::Revoke,
        }
    }

    /// Takes the passwords out of the form.
    pub(crate) fn entered(self, entry: Entry) -> Entered {
        if self.generate.is_some() {
            return Entered::Generate;
        }
        let password = Secret::new(self.password);
        let again = self.password_again.map(Secret::new);
        let agree = match (&again, entry) {
            (Some(again), _) => again.expose() == password.expose(),
            (None, Entry::Once) => true,
            (None, Entry::Twice) => false,
        };
        if !agree {
            return Entered::Differ;
        }
        let current = self.current.filter(|typed| !typed.is_empty()).map(Secret::new);
        Entered::New { password, current }
    }
}

/// What the policy misses, under the field.
pub(crate) fn policy_problems(problems: &[PasswordProblem]) -> Vec<FormProblem> {
    let text = problems.iter().map(PasswordProblem::sentence).collect::<Vec<_>>().join(" ");
    vec![FormProblem::new("password", text)]
}

/// What to say when the two fields differ.
pub(crate) fn fields_differ() -> Vec<FormProblem> {
    vec![FormProblem::new("password_again", text("password-form-differ"))]
}
