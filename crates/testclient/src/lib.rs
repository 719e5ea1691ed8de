//! IMAP, POP3, SMTP and HTTP clients for tests, benches and the drill.
//!
//! They use real sockets and know nothing of the server but what every client knows: this crate depends on none of ours.
//! `postward drill` is a command of the program, so this is an ordinary dependency of the binary and a dev-dependency of
//! everybody else; it never reaches the serving side.
//!
//! Reading order: [`Endpoint`] is where a protocol is reached and [`Trust`] which certificate is expected there;
//! [`Connection`] is one connection read by lines, and [`Connection::play`] holds it against a transcript; [`ImapClient`],
//! [`Pop3Client`], [`SmtpClient`] and [`HttpClient`] sign in and execute commands; [`Authenticator`] makes TOTP codes;
//! [`DisconnectWatch`] learns from the kernel when the server has closed connections.
//!
//! Everything returns an [`io::Result`](std::io::Result): a test unwraps it, the drill reports it.

mod authenticator;
mod connection;
mod deadline;
mod disconnect_watch;
mod endpoint;
mod http;
mod imap;
mod pop3;
mod sign_in_outcome;
mod smtp;
mod transcript;

pub use authenticator::Authenticator;
pub use connection::{Connection, unexpected};
pub use disconnect_watch::{DisconnectWatch, closed_by_now};
pub use endpoint::{Duplex, Endpoint, Trust};
pub use http::client::HttpClient;
pub use http::cookie_jar::CookieJar;
pub use http::form::{Form, encode_form};
pub use http::page::Page;
pub use imap::{ImapClient, literal, quoted};
pub use pop3::Pop3Client;
pub use sign_in_outcome::SignInOutcome;
pub use smtp::SmtpClient;
