//! The webmail: a mail client in the browser.
mod imap;
mod letter;
