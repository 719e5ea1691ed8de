//! The form for a new password of a mailbox, as it stands on the Security tab (D5), behind the list's key (D9) and
//! behind its pencil (D10).

use super::mailbox_paths;
use super::mailbox_request::MailboxRequest;
use crate::http::error_page::PageError;
use crate::view::password_form::{Entry, PasswordForm, Words};
use postward_authority::Mailbox;
use serde::Deserialize;

/// The page a form was opened from, and to which it leads back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OpenedFrom {
    /// The Security tab.
    #[default]
    Security,
    /// The key in the list.
    List,
    /// The pencil in the list.
    Edit,
}

impl OpenedFrom {
    /// The value of the field `from`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::List => "list",
            Self::Edit => "edit",
        }
    }

    fn words(self) -> Words {
        let refused = "The password was not changed.";
        match self {
            Self::Security => Words {
                new: "New password",
                again: "New password again",
                generate: "Generate strong password",
                save: "Save password",
                refused,
            },
            Self::List => Words {
                new: "New Password",
                again: "New Password again",
                generate: "Generate",
                save: "Save Password",
                refused,
            },
            Self::Edit => Words { new: "Password", again: "", generate: "New", save: "Update User", refused },
        }
    }

    /// How often the password is typed there.
    pub(super) fn entry(self) -> Entry {
        match self {
            Self::Security | Self::List => Entry::Twice,
            Self::Edit => Entry::Once,
        }
    }

    /// The page it leads back to.
    pub(super) fn return_path(self, mailbox: &Mailbox) -> String {
        match self {
            Self::Security => mailbox_paths::security(mailbox),
            Self::List | Self::Edit => mailbox_paths::LIST.to_owned(),
        }
    }
}

/// The form, with what saving it will end.
pub(super) async fn form_for(request: &MailboxRequest, from: OpenedFrom) -> Result<PasswordForm, PageError> {
    let mailbox = &request.mailbox;
    let consequence = match request.live_sessions().await? {
        Some(sessions) => {
            format!("Saving ends {sessions} at once. The old password stops everywhere; mail stays as it is.")
        }
        None => "No session is open now. The old password stops everywhere; mail stays as it is.".to_owned(),
    };
    let another_way = || (mailbox_paths::recovery_code(mailbox), "Generate new recovery code");
    let (action, username) = (mailbox_paths::password(mailbox), mailbox.address.to_string());
    Ok(PasswordForm {
        entry: from.entry(),
        from: Some(from.name()),
        consequence,
        also: (from == OpenedFrom::List).then(another_way),
        cancel: (from != OpenedFrom::Security).then(|| from.return_path(mailbox)),
        ..PasswordForm::new(request.site(), action, username, from.words())
    })
}
