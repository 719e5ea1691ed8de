//! The three surfaces that are used with a browser and, in one table, what is different about them: addresses, cookies,
//! title.

use postward_authority::Surface;
use postward_texts::text;
use serde::{Deserialize, Serialize};

/// A surface that is used with a browser. The names of the variants are part of the cookie of a flash message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WebSurface {
    /// Where staff manage mailboxes.
    Dashboard,
    /// Where owners look after their mailbox.
    Panel,
    /// Where owners read their mail.
    Webmail,
}

/// A row of the table. What begins with `/` is a path.
pub(crate) struct Entry {
    /// What it is called in the head of a page.
    pub(crate) title: fn() -> &'static str,
    /// All its pages stand at or below this one.
    pub(crate) root: &'static str,
    /// The first page after a sign-in.
    pub(crate) home: &'static str,
    /// The sign-in page.
    pub(crate) sign_in: &'static str,
    /// Where the sign-out button leads.
    pub(crate) sign_out: &'static str,
    /// The page that asks for the code of the second factor.
    pub(crate) second_factor: &'static str,
    /// Where a sign-in is given up that waits for the code.
    pub(crate) leave_second_factor: &'static str,
    /// The page that asks for the password once more.
    pub(crate) reauthenticate: &'static str,
    /// A new password without signing in.
    pub(crate) password_reset: &'static str,
    /// The form in which one changes the own password.
    pub(crate) change_password: &'static str,
    /// The pages on which one looks after the own sign-in stand below this one, which asks for no recent password.
    pub(crate) account: &'static str,
    /// The cookie with the bearer token of a session.
    pub(crate) session_cookie: &'static str,
    /// The cookie with the token of a sign-in that waits for the code.
    pub(crate) second_factor_cookie: &'static str,
}

const DASHBOARD: Entry = Entry {
    title: || text("surface-dashboard"),
    root: "/dashboard",
    home: "/dashboard/mailboxes",
    sign_in: "/dashboard/sign-in",
    sign_out: "/dashboard/sign-out",
    second_factor: "/dashboard/code",
    leave_second_factor: "/dashboard/code/leave",
    reauthenticate: "/dashboard/confirm",
    password_reset: "/dashboard/password-reset",
    change_password: "/dashboard/account",
    account: "/dashboard/account",
    session_cookie: "postward-dashboard",
    second_factor_cookie: "postward-second-step-dashboard",
};

const PANEL: Entry = Entry {
    title: || text("surface-panel"),
    root: "/panel",
    home: "/panel",
    sign_in: "/panel/sign-in",
    sign_out: "/panel/sign-out",
    second_factor: "/panel/code",
    leave_second_factor: "/panel/code/leave",
    reauthenticate: "/panel/confirm",
    password_reset: "/panel/password-reset",
    change_password: "/panel/password",
    account: "/panel",
    session_cookie: "postward-panel",
    second_factor_cookie: "postward-second-step-panel",
};

const WEBMAIL: Entry = Entry {
    title: || text("surface-webmail"),
    root: "/webmail",
    home: "/webmail",
    sign_in: "/webmail/sign-in",
    sign_out: "/webmail/sign-out",
    second_factor: "/webmail/code",
    leave_second_factor: "/webmail/code/leave",
    reauthenticate: "/webmail/confirm",
    password_reset: "/webmail/password-reset",
    change_password: "/webmail/account",
    account: "/webmail/account",
    session_cookie: "postward-webmail",
    second_factor_cookie: "postward-second-step-webmail",
};

impl WebSurface {
    /// Its row of the table.
    pub(crate) fn entry(self) -> &'static Entry {
        match self {
            Self::Dashboard => &DASHBOARD,
            Self::Panel => &PANEL,
            Self::Webmail => &WEBMAIL,
        }
    }

    /// The path of a page on which one looks after the own sign-in: `two-factor`.
    pub(crate) fn account_path(self, page: &str) -> String {
        format!("{}/{page}", self.entry().account)
    }
}

impl From<WebSurface> for Surface {
    fn from(surface: WebSurface) -> Self {
        match surface {
            WebSurface::Dashboard => Self::Dashboard,
            WebSurface::Panel => Self::Panel,
            WebSurface::Webmail => Self::Webmail,
        }
    }
}
