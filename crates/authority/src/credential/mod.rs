//! What opens a mailbox, as text and as what is kept of it: passwords and their policy, codes, tokens, the key file.

pub(crate) mod app_password;
pub(crate) mod backup_code;
pub(crate) mod code_text;
pub(crate) mod hasher;
pub(crate) mod key_file;
pub(crate) mod password_generator;
pub(crate) mod password_policy;
pub(crate) mod recovery_code;
pub(crate) mod token;
pub(crate) mod totp;
pub(crate) mod totp_binding;
