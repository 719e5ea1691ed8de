//! What every fuzz target does with its bytes. Each of these modules is at home, or used as well, in an ordinary test
//! of the crate it breaks into, which replays the corpus: [`dialogue`] in `postward-wire`, [`mail`] in
//! `postward-mailstore`, [`webmail`] in `postward-web`.

pub mod webmail;

pub use postward_mailstore::fuzzing as mail;
pub use postward_wire::fuzzing as dialogue;
