//! Rust source as the rules read it: [`lexer`] makes tokens of a file, [`groups`] finds brackets and commas in them,
//! [`product`] takes the tests out, [`module`] reads declarations, imports and paths, [`signature`] the parameters of
//! functions, [`resolve`] follows paths through a crate, [`graph`] ties its files.

pub(super) mod graph;
pub(super) mod groups;
pub(super) mod lexer;
pub(super) mod module;
pub(super) mod product;
mod resolve;
pub(super) mod signature;
