//! HTTP: from the socket to a request, and every answer that is not a page of its own.
//!
//! * [`server`], [`connection`]: sockets in, requests out, and what a request knows of its connection.
//! * [`request_context`], [`cookies`]: where a request comes from and what it carries.
//! * [`csrf`], [`form`]: whether a form is ours, and reading it.
//! * [`redirect`], [`login_redirect`], [`flash_cookie`]: sending a browser on.
//! * [`error_page`], [`security_headers`]: what every answer gets on its way out.
//! * [`static_files`], [`event_stream`]: style sheets and scripts; server-sent events for pages that show changes.

pub(crate) mod connection;
pub(crate) mod cookies;
pub(crate) mod csrf;
pub(crate) mod error_page;
pub(crate) mod event_stream;
pub(crate) mod flash_cookie;
pub(crate) mod form;
pub(crate) mod login_redirect;
pub(crate) mod redirect;
pub(crate) mod request_context;
pub(crate) mod security_headers;
pub(crate) mod server;
pub(crate) mod static_files;
