//! The form for a new password of a mailbox, as it stands on the Security tab (D5), behind the list's key (D9) and
//! behind its pencil (D10).

use super::mailbox_paths;
use super::mailbox_request::MailboxRequest;
use crate::http::error_page::PageError;
use crate::view::password_form::{Entry, PasswordForm, Words};
use postward_authority::Mailbox;
use postward_texts::{message, text};
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
        let refused = text("password-words-refused");
        match self {
            Self::Security => Words {
                new: text("password-words-new"),
                again: text("password-words-again"),
                generate: text("password-words-generate"),
                save: text("password-words-save"),
                refused,
            },
            Self::List => Words {
                new: text("list-words-new"),
                again: text("list-words-again"),
                generate: text("password-words-generate-short"),
                save: text("list-words-save"),
                refused,
            },
            Self::Edit => Words {
                new: text("label-password"),
                again: "",
                generate: text("edit-words-generate"),
                save: text("edit-words-save"),
                refused,
            },
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
        Some(sessions) => message("mailbox-password-consequence").with("sessions", sessions).to_string(),
        None => text("mailbox-password-consequence-none").to_owned(),
    };
    let another_way = || (mailbox_paths::recovery_code(mailbox), text("generate-new-recovery-code"));
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
