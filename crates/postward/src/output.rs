//! What the commands print.
//!
//! A reader that goes away (`postward audit | head`) ends the output, and never the program with a panic.

use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write, stderr, stdout};

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON document, for programs.
    Json,
}

/// Prints a line.
pub(crate) fn line(text: impl Display) {
    give_up_quietly(writeln!(stdout().lock(), "{text}"));
}

/// Prints a JSON document on a line of its own.
pub(crate) fn json(document: &impl Serialize) {
    match serde_json::to_string(document) {
        Ok(text) => line(text),
        Err(error) => complaint(format_args!("the result cannot be written as JSON: {error}")),
    }
}

/// Prints rows as columns that line up.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) {
    let mut widths = head.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let print = |cells: &[&str]| {
        let padded: Vec<_> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        line(padded.join("  ").trim_end());
    };
    print(&head);
    for row in rows {
        print(&row.each_ref().map(String::as_str));
    }
}

/// Says what went wrong, where results do not go.
pub(crate) fn complaint(text: impl Display) {
    give_up_quietly(writeln!(stderr().lock(), "{text}"));
}

/// Nobody is left to be told when even this fails.
fn give_up_quietly(_: io::Result<()>) {}
