//! Postward.
fn main() {}
