//! Prints the results of commands: lines, tables and JSON.
//!
//! When the reader closes the pipe (`postward audit | head`), the output ends, and the program does not panic.

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
    ignore_closed_pipe(writeln!(stdout().lock(), "{text}"));
}

/// Prints a JSON document on a line of its own.
pub(crate) fn json(document: &impl Serialize) {
    match serde_json::to_string(document) {
        Ok(text) => line(text),
        Err(error) => stderr_line(format_args!("the result cannot be written as JSON: {error}")),
    }
}

/// Prints a list: its rows as they are for programs, as the cells of a table for people.
pub(crate) fn list<R: Serialize, const N: usize>(
    format: Format,
    head: [&str; N],
    rows: Vec<R>,
    cells: impl Fn(R) -> [String; N],
) {
    match format {
        Format::Json => json(&rows),
        Format::Text => table(head, &rows.into_iter().map(cells).collect::<Vec<_>>()),
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

/// Prints a line on standard error.
pub(crate) fn stderr_line(text: impl Display) {
    ignore_closed_pipe(writeln!(stderr().lock(), "{text}"));
}

/// A closed pipe is no error of the command.
fn ignore_closed_pipe(_: io::Result<()>) {}
