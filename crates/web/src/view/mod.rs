//! What pages are made of: the frame around each, and the pieces that several pages show.
//!
//! * [`page`], [`theme`], [`assets`]: the frame of a page, light or dark, its style sheets and scripts.
//! * [`filters`]: how templates name their texts.
//! * [`script_texts`]: what scripts say.
//! * [`flash`]: what the last act did; [`message_page`]: a page with one message.
//! * [`password_form`], [`form_problem`]: the one form for a new password, and what was wrong with a form.
//! * [`relative_time`], [`digit_groups`], [`user_agent`], [`sign_in_history`], [`qr`]: moments, numbers, clients,
//!   sign-ins and QR codes as people read them.

pub(crate) mod assets;
pub(crate) mod digit_groups;
pub(crate) mod filters;
pub(crate) mod flash;
pub(crate) mod form_problem;
pub(crate) mod message_page;
pub(crate) mod page;
pub(crate) mod password_form;
pub(crate) mod qr;
pub(crate) mod relative_time;
pub(crate) mod script_texts;
pub(crate) mod sign_in_history;
pub(crate) mod theme;
pub(crate) mod user_agent;
