//! IMAP, in transcripts that a mail admin can read.

mod bounds;
mod changing;
mod client;
mod ending;
mod folders;
mod large;
mod reading;
mod together;
mod unfinished;
